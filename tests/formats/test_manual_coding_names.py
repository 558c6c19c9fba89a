"""The names of the manual-coding format are there, and are loaded by the first that asks."""

from __future__ import annotations

import subprocess
import sys

import pytest

from codetui.formats import manual_coding


@pytest.mark.parametrize("name", manual_coding.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(manual_coding, name).__name__ == name


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = manual_coding.nothing  # type: ignore[attr-defined]


def test_nothing_of_a_document_is_loaded_before_it_is_asked_for() -> None:
    said = "import sys; from codetui.study import startup"
    said += "; print([name for name in sys.modules if name.startswith('codetui.formats.session_doc')])"
    said += "; from codetui.formats import manual_coding; manual_coding.warm_up()"
    said += "; print('codetui.formats.session_doc.reader' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]

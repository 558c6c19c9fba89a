"""Counts in words."""

from __future__ import annotations

import pytest

from codetui.core.text.display import plural


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 codings"), (1, "1 coding"), (2, "2 codings"), (12345, "12,345 codings")]
)
def test_all_numbers_but_one_have_a_plural(number: int, words: str) -> None:
    assert plural(number, "coding") == words


def test_an_irregular_plural_is_used() -> None:
    said = [plural(number, "quotation needs", "quotations need") for number in (1, 2)]
    assert said == ["1 quotation needs", "2 quotations need"]

"""Other programs read what is exported, and their exports are read: each in an environment of its own, downloaded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study.coding_book import convert_coding_book
from codetui.study.study import Study
from testing.studies import write_study

pytestmark = pytest.mark.slow

POTATO = """
import json, sys
from pathlib import Path
from potato.importers.text.qdpx_importer import QDPXImporter
found = QDPXImporter().parse_path(Path(sys.argv[1]))
spans = [[one.instance_id, span.start, span.end, span.label, span.text, span.annotator]
         for one in found.documents for span in one.spans]
print(json.dumps({"spans": spans, "coders": found.annotators, "labels": [one["name"] for one in found.labels],
                  "parents": [one.get("parent", "") for one in found.labels], "warnings": found.warnings}))
"""
TAGUETTE = """
from types import SimpleNamespace
from taguette import export
tags = [SimpleNamespace(path=path, description=text, highlights_count=2, documents_count=1)
        for path, text in (("calm", "Nothing moves"), ("ships.mooring", 'Tying, "to" the quay'))]
export.codebook_xlsx(tags, "book.xlsx")
with open("book.csv", "w", newline="", encoding="utf-8") as file:
    export.codebook_csv(tags, file)
with open("book.qdc", "w", encoding="utf-8") as file:
    export.codebook_xml(tags, file)
"""
TEXT = "Keeper 🔥 of <the> light\n\nYou light the lamp 🔥 at dusk & dawn.\n\tYou watch the sea.\n"


def installed(folder: Path, *requirements: str, pip: Sequence[str] = ()) -> str:
    """Return the Python of a new environment with some packages; skip the test if they cannot be downloaded."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "-q", *pip, *requirements], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{', '.join(requirements)} cannot be downloaded here: {done.stderr.strip()[-200:]}")
    return str(python)


def output(python: str, script: str, *arguments: str) -> str:
    done = subprocess.run([python, "-c", script, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def potato(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a Python with potato, which reads projects without what it depends on."""
    return installed(tmp_path_factory.mktemp("potato"), "potato-annotation==2.12.1", pip=["--no-deps"])


@pytest.mark.parametrize("option", [(), ("--end-exclusive",)])
def test_potato_reads_every_selection_of_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, potato: str, option: tuple[str, ...]
) -> None:
    monkeypatch.chdir(write_study(tmp_path, {"11_shore.txt": TEXT, "12_harbour.txt": "You count the sacks.\n"}))
    expected = []
    for coder in ("rosa", "otto"):
        for ad, words, code, label in (
            ("11", "lamp 🔥 at dusk & dawn", "TASK1", "TASK1: Lighting"),
            ("11", "dawn.\n\tYou watch", "TASK2", "TASK2: Watching"),
            ("12", "sacks.", "TOOL1", "TOOL1: Instruments"),
        ):
            with Study.open().session(ad, coder) as session:
                start = session.source.text.index(words)
                session.execute(AssignCode(Span(start, start + len(words)), CodeId(code)))
                expected.append([ad, start, start + len(words), label, words, coder])
    assert run(["export", "-o", "out.qdpx", *option]) == 0
    found = json.loads(output(potato, POTATO, "out.qdpx"))
    assert sorted(found["spans"]) == sorted(expected)
    assert found["coders"] == ["otto", "rosa"]
    assert dict(zip(found["labels"], found["parents"], strict=True))["TASK1: Lighting"] == "Job Task Analysis"
    assert len(found["warnings"]) == len(option)


def test_the_codebooks_that_taguette_exports_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output(installed(tmp_path / "taguette", "taguette==1.5.2"), TAGUETTE)
    for suffix in ("csv", "xlsx", "qdc"):
        book = convert_coding_book(Path(f"book.{suffix}"), "codebook.toml").found.book
        assert [(code.name, code.section) for code in book.codes] == [("calm", "codes"), ("ships.mooring", "ships")]
        expected = ["", ""] if suffix == "qdc" else ["Nothing moves", 'Tying, "to" the quay']
        assert [code.definition for code in book.codes] == expected

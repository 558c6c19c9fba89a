"""`codetui export`: where it writes, and what it reports."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import validate

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, NoteCoding
from codetui.formats.export import EXPORTERS
from codetui.model import CodeId, Span
from codetui.storage import disk
from codetui.study.export_target import ExportTarget
from codetui.study.session.outcome import Saved
from codetui.study.study import Study, StudyError
from testing.studies import write_study

ROOT = Path(__file__).resolve().parent.parent
LAYOUTS = ("markdown", "csv", "jsonl", "xlsx")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a study that two coders code, which is the working folder."""
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path)
    opened = Study.open(tmp_path)
    for coder, ad in (("anna", "11"), ("ben", "11"), ("ben", "12")):
        with opened.session(ad, coder) as session:
            coded = session.execute(AssignCode(Span(0, 6), CodeId("TASK1")))
            assert isinstance(coded, Saved) and coded.coding
            session.execute(NoteCoding(coded.coding, "clear"))
    return tmp_path


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return all files below a folder with their bytes, and all folders."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_full_disk_leaves_nothing_of_an_export(
    study: Path, monkeypatch: pytest.MonkeyPatch, layout: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before, syncs = tree(study), [0]

    def full(_: int) -> None:
        syncs[0] += 1
        if syncs[0] == (2 if layout == "markdown" else 1):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "sync", full)
    assert run(["export", "--format", layout, "-o", "new/out"]) == 2
    assert "No space left" in capsys.readouterr().err
    assert tree(study) == before


def test_a_refused_document_leaves_all_others_unwritten(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "-o", "out"]) == 0
    changed = sorted((study / "out").rglob("*.md"))
    changed[0].unlink()
    changed[-1].write_text("mine", "utf-8")
    before = tree(study)
    assert run(["export", "-o", "out"]) == 2
    assert f"{changed[-1].name} already exists; --force" in capsys.readouterr().err
    assert tree(study) == before
    assert run(["export", "-o", "out", "--force"]) == 0
    assert changed[0].exists() and changed[-1].read_text("utf-8") != "mine"


def test_a_corpus_that_the_codebook_does_not_name_is_not_overwritten_by_force_either(study: Path) -> None:
    table = study / "rows.csv"
    table.write_text("id,title,text\n21,Keeper,You light.\n", "utf-8")
    opened = Study.open(study, corpus=table)
    with pytest.raises(StudyError, match="where nothing else is written"):
        ExportTarget(opened, EXPORTERS["csv"], str(table), is_forced=True)
    with pytest.raises(StudyError, match="has the suffix of csv"):
        ExportTarget(opened, EXPORTERS["markdown"], str(study / "all.csv"), is_forced=True)


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_out_of_the_output_folder_is_not_followed(study: Path) -> None:
    (study / "out").mkdir()
    (study / "elsewhere").mkdir()
    (study / "out" / "anna").symlink_to(study / "elsewhere")
    assert run(["export", "-o", "out", "--force"]) == 2
    assert tree(study / "elsewhere") == {} and list((study / "out").iterdir()) == [study / "out" / "anna"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_summary_follows_its_schema(study: Path, layout: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "--format", layout, "-o", "out", "--json"]) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    validate(summary, json.loads((ROOT / "docs" / "schemas" / "export.schema.json").read_text("utf-8")))
    assert summary["coders"] == ["anna", "ben"] and summary["losses"] == summary["problems"] == []
    assert summary["codebook"] == {"title": "Lighthouses", "version": "7", "hash": Study.open().codebook.content_hash}
    assert summary["counts"]["documents" if layout == "markdown" else "codings"] == 3
    assert {one["path"]: one["bytes"] for one in summary["files"]} == {
        str(path): path.stat().st_size for path in [Path("out"), *Path("out").rglob("*")] if path.is_file()
    }
    assert printed.err == ""
    assert run(["export", "--format", layout, "-o", "-", "--json"]) == 2

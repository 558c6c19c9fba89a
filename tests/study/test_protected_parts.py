"""No output overwrites or is written among sources, sessions and codebook, even with force."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study.study import Study
from testing.studies import write_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study with a session, a link into its ads, and another codebook."""
    monkeypatch.chdir(write_study(tmp_path))
    opened = Study.open(tmp_path)
    (tmp_path / "link").symlink_to("ads")
    (tmp_path / "rows.csv").symlink_to(next((tmp_path / "ads").iterdir()))
    (tmp_path / "v2.toml").write_bytes((tmp_path / "codebook.toml").read_bytes())
    (tmp_path / "book.md").write_text("# B\n\n| Code | Definition |\n|---|---|\n| A | b |\n| B | c |\n", "utf-8")
    paths = opened.paths_of("rosa")
    paths.folder.mkdir(parents=True)
    (paths.folder / "analysis_job_1_x.md").write_text("# Manual Coding Analysis: Job Ad #1 (X)\n", "utf-8")
    return tmp_path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


PLACES = [
    "ads/new.csv",
    "ads/deeper/new.csv",
    "./ads/../ads/new.csv",
    "ADS/new.csv",
    "link/new.csv",
    "rows.csv",
    "sessions/rosa/analysis_job_1_x.md",
    "sessions/rosa/events/1.jsonl",
    "sessions/.gitattributes",
    "samples/first.toml",
    "codebook.toml",
    "./CODEBOOK.toml",
    "v2.toml",
    ".git/config",
    ".gitattributes",
]


@pytest.mark.parametrize("place", PLACES)
def test_exports_into_protected_parts_are_refused(study: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(study)
    for force in ((), ("--force",)):
        layout = {".md": "markdown", ".jsonl": "jsonl"}.get(Path(place).suffix, "csv")
        assert run(["export", "--format", layout, "-o", place, *force]) == 2
        assert run(["codebook", "export", "-o", place, *force]) == 2
        assert run(["codebook", "propose", "codebook.toml", "v2.toml", "-o", place, *force]) == 2
    assert files(study) == before
    assert capsys.readouterr().err.count("name another place with -o.") == 6


@pytest.mark.parametrize("place", ["ads", "sessions", "link", "sessions/rosa", "ads/deeper"])
def test_folders_of_documents_into_protected_parts_are_refused(study: Path, place: str) -> None:
    before = files(study)
    assert run(["export", "--format", "markdown", "-o", place, "--force"]) == 2
    assert files(study) == before


def test_a_table_of_sources_and_a_given_corpus_are_protected(study: Path) -> None:
    (study / "table.csv").write_text("id,body\n1,x\n", "utf-8")
    before = files(study)
    assert run(["export", "--format", "csv", "-o", "table.csv", "--force", "--corpus", "table.csv"]) == 2
    assert run(["export", "--format", "csv", "-o", "table.csv", "--force", "--corpus", "."]) == 2
    assert files(study) == before
    assert run(["export", "--format", "csv", "-o", "out.csv", "--corpus", "table.csv"]) in (0, 1)
    assert (study / "out.csv").exists()


def test_a_codebook_is_replaced_by_an_imported_one_until_there_are_sessions(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(study)
    assert run(["codebook", "import", "book.md", "--force"]) == 2
    assert "codetui codebook diff" in capsys.readouterr().err
    assert files(study) == before
    (study / "sessions" / "rosa" / "analysis_job_1_x.md").unlink()
    assert run(["codebook", "import", "book.md", "--force"]) == 0


@pytest.mark.skipif(os.name == "nt", reason="a file cannot be linked twice everywhere")
def test_other_paths_are_written(study: Path) -> None:
    assert run(["export", "--format", "csv", "-o", "out/rows.csv"]) in (0, 1)
    assert run(["export", "--format", "markdown", "-o", "out"]) in (0, 1)
    assert run(["codebook", "export", "-o", "ads.md"]) == 0


@pytest.mark.parametrize(
    "place",
    ["ads/11_shore_company.txt", "ads/new.csv", "sessions/rosa/new.csv", "codebook.toml", "backup.jsonl", "x.md"],
)
def test_the_parts_of_another_study_are_protected_too(
    study: Path, tmp_path_factory: pytest.TempPathFactory, place: str
) -> None:
    other = write_study(tmp_path_factory.mktemp("other"))
    with Study.open(other).session("11", "rosa") as session:
        session.execute(AssignCode(Span(0, 4), CodeId("TASK1")))
    (other / "backup.jsonl").write_bytes((other / "sessions/rosa/events/11.jsonl").read_bytes())
    (other / "x.md").write_bytes(next(other.glob("sessions/rosa/*.md")).read_bytes())
    with Study.open(study).session("11", "rosa") as session:
        session.execute(AssignCode(Span(0, 4), CodeId("TASK1")))
    before = files(other)
    kind = "jsonl" if place.endswith("jsonl") else "csv"
    assert run(["export", "--force", "--format", kind, "-o", str(other / place)]) == 2
    assert run(["codebook", "export", "--force", "-o", str(other / place)]) == 2
    assert run(["codebook", "import", "book.md", "--force", "-o", str(other / place)]) == 2
    assert files(other) == before
    assert run(["export", "--force", "--format", "csv", "-o", str(other / "rows.csv")]) == 0

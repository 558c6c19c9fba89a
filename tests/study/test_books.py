"""`codetui codebook import`, `export` and `check`, with files on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.formats.codebook.reader import parse_codebook
from codetui.storage.study_files import read_codebook
from testing.studies import write_study

SAMPLES = Path(__file__).resolve().parent.parent / "data" / "coding_books"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder that contains only a coding book."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "keepers.md").write_text((SAMPLES / "keepers.md").read_text("utf-8"), "utf-8")
    return tmp_path


def test_import_writes_a_codebook_and_reports_its_contents(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "import", "keepers.md"]) == 0
    output = capsys.readouterr().err
    assert "3 profiles, 3 sections, 0 groups, 7 codes, 8 texts written to codebook.toml" in output
    assert "keepers.md:30: note: “Coding notes” is not a field or a part of the codebook" in output
    assert "section “Job Task Analysis” is “Job tasks” in the book" in output
    (listed,) = [line for line in output.split("\n") if line.startswith("read as names of fields")]
    assert {"Definition", "Core responsibilities"} <= set(listed.partition("as text: ")[2].split(", "))
    book, _ = read_codebook(here / "codebook.toml")
    assert book is not None
    assert len(book.codes) == 7


def test_import_overwrites_nothing_without_force(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "codebook.toml").write_text("mine", "utf-8")
    assert run(["codebook", "import", "keepers.md"]) == 2
    assert (here / "codebook.toml").read_text("utf-8") == "mine"
    assert "codebook.toml already exists; --force overwrites it" in capsys.readouterr().err
    assert run(["codebook", "import", "keepers.md", "--force"]) == 0
    assert "TASK1" in (here / "codebook.toml").read_text("utf-8")


def test_import_of_a_missing_file_is_reported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "import", "nothing.md"]) == 2
    assert "nothing.md: No such file" in capsys.readouterr().err
    assert not (here / "codebook.toml").exists()


def test_import_to_stdout_writes_no_file(here: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["codebook", "import", "keepers.md", "-o", "-"]) == 0
    assert parse_codebook(capfdbinary.readouterr().out.decode(), "x")[0] is not None
    assert not (here / "codebook.toml").exists()


def test_a_book_that_is_not_utf_8_is_read_and_reported(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "old.md").write_bytes("# Lampen\n\n## Taken\n\n- `TASK1: Één`\n".encode("cp1252"))
    run(["codebook", "import", "old.md"])
    assert "old.md:5: warning: not UTF-8" in capsys.readouterr().err
    book, _ = read_codebook(here / "codebook.toml")
    assert book is not None
    assert book.codes[0].name == "Één"


def test_a_book_whose_codebook_has_errors_is_written_and_ends_with_1(here: Path) -> None:
    (here / "twice.md").write_text("# B\n\n## Tasks\n\n- `TASK1: a`\n- `TASK1: b`\n", "utf-8")
    assert run(["codebook", "import", "twice.md"]) == 1
    assert "a second code has the id" in "".join(map(str, read_codebook(here / "codebook.toml")[1]))


def test_export_and_import_give_the_same_codebook(here: Path) -> None:
    run(["codebook", "import", "keepers.md"])
    assert run(["codebook", "export"]) == 0
    assert run(["codebook", "import", "coding_book.md", "-o", "again.toml"]) == 0
    first, again = (read_codebook(here / name)[0] for name in ("codebook.toml", "again.toml"))
    assert first is not None and again is not None
    assert replace(again, content_hash=first.content_hash) == first


def test_export_overwrites_no_other_text_without_force(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["codebook", "import", "keepers.md"])
    (here / "coding_book.md").write_text("mine", "utf-8")
    assert run(["codebook", "export"]) == 2
    assert (here / "coding_book.md").read_text("utf-8") == "mine"
    assert run(["codebook", "export", "--force"]) == 0
    assert run(["codebook", "export"]) == 0, "the same text may be written again"
    assert "3 profiles, 3 sections" in capsys.readouterr().err


def test_export_as_html_is_a_page(here: Path) -> None:
    run(["codebook", "import", "keepers.md"])
    assert run(["codebook", "export", "--format", "html", "-o", "book.html"]) == 0
    assert (here / "book.html").read_text("utf-8").startswith("<!DOCTYPE html>")


def test_check_prints_the_problems_and_ends_with_1_on_errors(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["codebook", "import", "keepers.md"])
    capsys.readouterr()
    assert run(["codebook", "check"]) == 0
    output = capsys.readouterr().out
    assert "codebook.toml:" in output
    assert output.endswith("0 errors, 0 warnings, 2 notes\n")
    text = (here / "codebook.toml").read_text("utf-8").replace('"TASK2", "TASK3"', '"TASK2", "TASK9"')
    (here / "codebook.toml").write_text(text, "utf-8")
    assert run(["codebook", "check", "--json"]) == 1
    (error,) = (each for each in json.loads(capsys.readouterr().out) if each["severity"] == "error")
    assert error["line"] == text[: text.index('"TASK9"')].count("\n") + 1


def test_check_without_a_codebook_reports_a_remedy(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "check", "nothing.toml"]) == 2
    assert "there is no codebook here (nothing.toml)" in capsys.readouterr().err


def test_a_missing_background_document_is_reported_at_its_line(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(here)
    with (here / "codebook.toml").open("a") as file:
        file.write('[[reference]]\ntitle = "Oil"\npath = "oil.md"\n')
    line = (here / "codebook.toml").read_text("utf-8").count("\n")
    run(["codebook", "check"])
    output = f"codebook.toml:{line}: warning: there is no background document oil.md"
    assert output in capsys.readouterr().out
    run(["check", "--corpus", "ads"])
    assert output in capsys.readouterr().out
    (here / "oil.md").write_text("Oil.", "utf-8")
    run(["codebook", "check"])
    assert "oil.md" not in capsys.readouterr().out


def test_the_checks_of_study_and_codebook_agree(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(here)
    run(["codebook", "import", "keepers.md", "--force"])
    capsys.readouterr()
    run(["codebook", "check"])
    alone = capsys.readouterr().out.splitlines()[:-1]
    run(["check", "--corpus", "ads"])
    assert set(alone) <= set(capsys.readouterr().out.splitlines())
    assert len(alone) == 2

"""Files that are neither coding book nor document are refused with the valid formats, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.storage.study_files import read_codebook
from testing.studies import write_study

OTHERS = {
    "book.xlsx": b"PK\x03\x04\0\0\xff\xfe\0\x9f",
    "book.csv": b"name,age\nAnna,30\n",
    "book.yaml": b"code: TIRED\ndefinition: Being tired.\n",
    "book.json": b'[{"code": "TIRED"}]\n',
    "book.bin": b"\x80\0\xff\0" * 40,
    "notes.md": b"# Notes\n\nNo code in here.\n\n| Option | Description |\n|---|---|\n| -x | does x |\n",
    "empty.md": b"",
}
DOCUMENTS = {
    "analysis_job_7.json": b'{"a": 1}',
    "analysis_job_7.md": b' [{"a": 1}]\n',
    "analysis_job_7_x.md": b"\x80\0\xff\0" * 40,
    "analysis_job_7.csv": b"a,b\n1,2\n",
}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_study(tmp_path))
    return tmp_path


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_not_a_coding_book_is_refused(
    study: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / name).write_bytes(OTHERS[name])
    before = files(study)
    assert run(["codebook", "import", name, "-o", "new.toml"]) == 2
    assert run(["codebook", "import", name, "--force"]) == 2
    assert files(study) == before
    refused = capsys.readouterr().err
    assert f"{name}: " in refused and "nothing is written" in refused and "markdown" in refused and ".csv" in refused


@pytest.mark.parametrize(
    "table",
    [
        b'code,definition\nTIRED,Being tired\nCALM,"Calm; or\nat rest"\n',
        b'\xef\xbb\xbfsep=;\r\nCode;Omschrijving;Voorbeeld\r\nTIRED;Being tired;"ik | moe"\r\nCALM;Calm;\r\n',
        "Code\tDefinition\r\nTIRED\tBeing tired\r\nCALM\tCalm\r\n".encode("utf-16"),
        b"Theme|Code|Definition\nMood|TIRED|Being tired\nMood|CALM|Calm\n",
    ],
)
def test_a_table_of_codes_is_a_coding_book(study: Path, table: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "codes.csv").write_bytes(table)
    assert run(["codebook", "import", "codes.csv", "-o", "new.toml"]) == 0
    book, _ = read_codebook(study / "new.toml")
    assert book and [code.name for code in book.codes] == ["TIRED", "CALM"]
    assert book.codes[0].definition == "Being tired"
    line = 3 if b"sep=" in table else 2
    assert f"codes.csv:{line}: note: “TIRED” has no id" in capsys.readouterr().err


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_file_that_is_not_a_document_is_refused(study: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (study / name).write_bytes(DOCUMENTS[name])
    before = files(study)
    assert run(["import", name, "--coder", "rosa"]) == 2
    assert files(study) == before
    assert f"{name}: this file is not a document" in (refused := capsys.readouterr().err)
    assert "markdown (.md)" in refused


def test_a_folder_without_documents_is_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "scans").mkdir()
    (study / "scans" / "1.png").write_bytes(b"\x89PNG")
    assert run(["import", "scans", "--coder", "rosa"]) == 2
    assert "scans: this folder contains no document" in capsys.readouterr().err
    assert not (study / "sessions" / "rosa").exists()


@pytest.mark.parametrize("text", ["", "hello\n"])
def test_a_text_only_named_like_a_document_creates_no_session(study: Path, text: str) -> None:
    (study / "analysis_job_1_x.md").write_text(text, "utf-8")
    assert run(["import", "analysis_job_1_x.md", "--coder", "rosa"]) == 1
    assert not list((study / "sessions").rglob("*.jsonl")) and not list((study / "sessions").rglob("*.md"))

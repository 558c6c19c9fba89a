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
    "book.yaml": b"name: Anna\nage: 30\n",
    "book.json": b'[{"age": 30}, {"age": 31}]\n',
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
    assert "read as: table, 2 entries" in capsys.readouterr().err


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


@pytest.mark.parametrize("name", ["analysis_job_1_x.md", "notes.md"])
@pytest.mark.parametrize(
    "text",
    [b"", b" \n\n", b"\xef\xbb\xbf", b"hello\n", b'# Notes\n\n- one\n- "two"\n', b"\x89PNG\r\n\x1a\n", b"%PDF-1.7\n%x"],
)
def test_a_file_that_is_only_named_like_a_document_is_refused(
    study: Path, name: str, text: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / name).write_bytes(text)
    before = files(study)
    assert run(["import", name, "--coder", "rosa"]) == 2
    assert files(study) == before
    refused = capsys.readouterr().err
    assert name in refused and "nothing is imported" in refused and "markdown (.md)" in refused


@pytest.mark.parametrize("path", ["absent.md", "/dev/null"])
def test_what_is_no_file_is_refused(study: Path, path: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = files(study)
    assert run(["import", path, "--coder", "rosa"]) == 2
    assert files(study) == before
    assert path in (refused := capsys.readouterr().err) and "nothing is imported" in refused


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [["export", "--format", "csv"], ["codebook", "export"], ["export"]])
def test_a_full_device_is_named(study: Path, command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    heading = "# Manual Coding Analysis: Job Ad #11 (Shore)\n\n## 1. Job Task Analysis\n\n"
    (study / "in.md").write_text(f'{heading}- **TASK1: Lighting:**\n  - "You light the lamp"\n', "utf-8")
    assert run(["import", "in.md", "--coder", "rosa"]) == 0
    assert run([*command, "-o", "/dev/full"]) == 2
    assert "/dev/full" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_document_in_another_encoding_is_one(study: Path, encoding: str) -> None:
    text = "# Manual Coding Analysis: Job Ad #11 (Café Zee)\n\n## 1. Job Task Analysis\n\n"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (study / "in.md").write_bytes(f"{mark}{text}- **TASK1: Lighting:**\n  - “You light the lamp”\n".encode(encoding))
    assert run(["import", "in.md", "--coder", "rosa"]) == 0

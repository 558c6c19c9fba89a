"""Codebooks are changed by several programs at once and kept in every version used for coding."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import filelock
import pytest

from codetui.model import text_hash
from codetui.storage import fs, session_files, study_files
from codetui.storage.study_files import edit_codebook, keep_codebook, kept_codebook, kept_names

BOOK = '# lights\n[[code]]\nid = "T1"\nexamples = []   # as they come\n'

APPENDING = """
import sys
from pathlib import Path
from codetui.formats.toml.edit import append_entry
from codetui.storage.study_files import edit_codebook

path, name = Path(sys.argv[1]), sys.argv[2]
for number in range(100):
    edit_codebook(path, lambda text: append_entry(text, ("code", 0), "examples", f"{name}{number}"))
"""

HOLDING = """
import sys, time
from pathlib import Path
from codetui.storage.study_files import edit_codebook

def change(text):
    print("held", flush=True)
    time.sleep(60)

edit_codebook(Path(sys.argv[1]), change)
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "codebook.toml"
    path.write_text(BOOK, encoding="utf-8", newline="")
    return path


def only_book(folder: Path) -> list[str]:
    """Check that the folder has only the codebook: no lock and no temporary file may remain."""
    return sorted(path.name for path in folder.iterdir())


# --- changing ---------------------------------------------------------------------------------------


def test_a_change_is_written_and_returned(book: Path) -> None:
    assert edit_codebook(book, lambda text: text + "# more\n") == BOOK + "# more\n"
    assert book.read_text("utf-8") == BOOK + "# more\n"
    assert only_book(book.parent) == ["codebook.toml"]


def test_line_ends_and_a_byte_order_mark_stay(book: Path) -> None:
    book.write_bytes(b"\xef\xbb\xbf# a\r\n")
    edit_codebook(book, lambda text: text + "# b\r\n")
    assert book.read_bytes() == b"\xef\xbb\xbf# a\r\n# b\r\n"


def test_an_unchanged_text_is_not_written(book: Path) -> None:
    before = fs.version(book)
    assert edit_codebook(book, lambda text: text) == BOOK
    assert fs.version(book) == before


def test_two_programs_at_once_lose_no_change(book: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", APPENDING, str(book), name]) for name in "ab"]
    assert [run.wait(timeout=120) for run in runs] == [0, 0]
    examples = tomllib.loads(book.read_text("utf-8"))["code"][0]["examples"]
    for name in "ab":
        assert [each for each in examples if each[0] == name] == [f"{name}{number}" for number in range(100)]
    assert len(examples) == 200
    assert only_book(book.parent) == ["codebook.toml"]


def test_a_change_that_fails_leaves_the_file_and_no_lock(book: Path) -> None:
    def broken(text: str) -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        edit_codebook(book, broken)
    assert book.read_text("utf-8") == BOOK
    assert only_book(book.parent) == ["codebook.toml"]


def test_a_save_by_an_editor_in_between_is_not_overwritten(book: Path) -> None:
    tries: list[str] = []

    def slow(text: str) -> str:
        tries.append(text)
        if len(tries) == 1:
            fs.replace(book, b"# from the editor\n")
        return text + "# mine\n"

    assert edit_codebook(book, slow) == "# from the editor\n# mine\n"
    assert tries == [BOOK, "# from the editor\n"]


def test_a_file_that_keeps_changing_is_not_written(book: Path) -> None:
    def outpaced(text: str) -> str:
        fs.replace(book, text.encode() + b"#\n")
        return text + "# mine\n"

    with pytest.raises(OSError, match="keeps changing it"):
        edit_codebook(book, outpaced)
    assert "mine" not in book.read_text("utf-8")


def test_a_symbolic_link_stays_one_and_its_target_changes(book: Path, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "codebook.toml"
    link.symlink_to(book)
    edit_codebook(link, lambda text: text + "# more\n")
    assert link.is_symlink()
    assert book.read_text("utf-8") == BOOK + "# more\n"


def test_two_paths_to_a_file_share_one_lock(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(book)
    monkeypatch.setattr(study_files, "LOCK_PATIENCE", 0.05)

    def twice(text: str) -> str:
        with pytest.raises(OSError, match="another program"):
            edit_codebook(link, lambda text: text + "# second\n")
        return text + "# first\n"

    assert edit_codebook(book, twice) == BOOK + "# first\n"


def test_a_missing_file_a_dangling_link_and_a_folder_are_reported(tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(tmp_path / "gone.toml")
    for path, error in ((tmp_path / "none.toml", FileNotFoundError), (link, FileNotFoundError), (tmp_path, OSError)):
        with pytest.raises(error) as raised:
            edit_codebook(path, lambda text: text + "x")
        assert raised.value.filename == str(path)
    assert only_book(tmp_path) == ["link.toml"]


def test_a_file_deleted_meanwhile_is_reported_and_not_recreated(book: Path) -> None:
    def vanishing(text: str) -> str:
        book.unlink()
        return text + "# mine\n"

    with pytest.raises(FileNotFoundError):
        edit_codebook(book, vanishing)
    assert only_book(book.parent) == []


def test_a_read_only_file_is_refused(book: Path) -> None:
    book.chmod(0o444)
    with pytest.raises(PermissionError, match="read-only"):
        edit_codebook(book, lambda text: text + "x")
    assert book.read_text("utf-8") == BOOK


def test_a_file_that_is_not_utf8_is_refused(book: Path) -> None:
    book.write_bytes(b"# caf\xe9\n")
    with pytest.raises(OSError, match="not UTF-8"):
        edit_codebook(book, lambda text: text + "x")
    assert book.read_bytes() == b"# caf\xe9\n"


# --- the lock ---------------------------------------------------------------------------------------


def lock_of(book: Path) -> Path:
    return book.with_name(f".{book.name}.lock")


def test_nobody_waits_for_the_lock_of_a_killed_program(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDING, str(book)], stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    with monkeypatch.context() as impatient, pytest.raises(OSError, match=f"process {holder.pid} on"):
        impatient.setattr(study_files, "LOCK_PATIENCE", 0.1)
        edit_codebook(book, lambda text: text + "# meanwhile\n")
    holder.kill()
    holder.wait()
    holder.stdout.close()
    start = time.monotonic()
    assert edit_codebook(book, lambda text: text + "# after\n") == BOOK + "# after\n"
    assert time.monotonic() - start < study_files.LOCK_LEASE
    assert only_book(book.parent) == ["codebook.toml"]


@pytest.mark.parametrize("owner", [b"", b"\xff\0", b"1 elsewhere 0", b"lease of another machine"])
def test_every_old_lock_is_stale(book: Path, monkeypatch: pytest.MonkeyPatch, owner: bytes) -> None:
    monkeypatch.setattr(study_files, "LOCK_LEASE", 0.3)
    if owner.startswith(b"lease"):
        owner = b"filelock/2\npid=1\nhost=elsewhere\nmode=lease\ntoken=" + b"ab" * 16 + b"\nduration=0.3\n"
    lock_of(book).write_bytes(owner)
    with monkeypatch.context() as impatient, pytest.raises(OSError, match="another program"):
        impatient.setattr(study_files, "LOCK_PATIENCE", 0.05)
        edit_codebook(book, lambda text: text + "# meanwhile\n")
    past = time.time() - study_files.LOCK_NAMING_TIME - 1
    os.utime(lock_of(book), (past, past))
    assert edit_codebook(book, lambda text: text + "# after\n") == BOOK + "# after\n"
    assert only_book(book.parent) == ["codebook.toml"]


def test_a_program_without_the_lock_writes_nothing(book: Path) -> None:
    def suspended(text: str) -> str:
        lock_of(book).unlink()
        lock_of(book).write_bytes(b"1 elsewhere 0")
        return text + "# late\n"

    with pytest.raises(OSError, match="taken over"):
        edit_codebook(book, suspended)
    assert book.read_text("utf-8") == BOOK
    assert lock_of(book).read_bytes() == b"1 elsewhere 0"


def test_a_read_only_folder_is_reported_with_a_remedy(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(lock: filelock.SoftFileLease) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", lock.lock_file)

    monkeypatch.setattr(filelock.SoftFileLease, "acquire", refuse)
    with pytest.raises(PermissionError, match="make its folder writable") as raised:
        edit_codebook(book, lambda text: text + "# more\n")
    assert raised.value.filename == str(book) and book.read_text("utf-8") == BOOK


# --- keeping ----------------------------------------------------------------------------------------


def test_a_book_is_kept_once_and_found_by_its_hash(tmp_path: Path) -> None:
    digest = text_hash(BOOK)
    assert keep_codebook(tmp_path, BOOK, digest) is None
    path = tmp_path / session_files.KEPT_FOLDER / f"{digest[:12]}.toml"
    before = fs.version(path)
    assert keep_codebook(tmp_path, BOOK, digest) is None
    assert fs.version(path) == before
    assert (
        kept_codebook(tmp_path, digest[:12])
        == kept_codebook(tmp_path, digest)
        == kept_codebook(tmp_path, digest[:5])
        == BOOK
    )


def test_books_are_listed_in_the_order_in_which_they_were_used(tmp_path: Path) -> None:
    texts = [BOOK, BOOK + "# 2\n", BOOK + "# 3\n"]
    for number, text in enumerate(texts):
        keep_codebook(tmp_path, text, text_hash(text))
        path = tmp_path / session_files.KEPT_FOLDER / f"{text_hash(text)[:12]}.toml"
        os.utime(path, (1_000 + number, 1_000 + number))
    assert kept_names(tmp_path) == [text_hash(text)[:12] for text in texts]
    assert kept_names(tmp_path / "none") == []


@pytest.mark.parametrize("name", ["", "abc", "0123456789ab", "../../etc/passwd", "zzzz"])
def test_a_book_that_was_not_kept_is_not_found(tmp_path: Path, name: str) -> None:
    keep_codebook(tmp_path, BOOK, text_hash(BOOK))
    assert kept_codebook(tmp_path, name) is None


def test_a_modified_kept_book_is_not_found(tmp_path: Path) -> None:
    digest = text_hash(BOOK)
    keep_codebook(tmp_path, BOOK, digest)
    (tmp_path / session_files.KEPT_FOLDER / f"{digest[:12]}.toml").write_text(BOOK + "#", encoding="utf-8")
    assert kept_codebook(tmp_path, digest) is None


def test_a_text_that_is_not_the_book_is_not_kept(tmp_path: Path) -> None:
    problem = keep_codebook(tmp_path, BOOK + "#", text_hash(BOOK))
    assert problem is not None and problem.severity == "warning"
    assert kept_names(tmp_path) == []


def test_a_failure_to_keep_a_book_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / session_files.KEPT_FOLDER).write_text("a file in the way", encoding="utf-8")
    problem = keep_codebook(tmp_path, BOOK, text_hash(BOOK))
    assert problem is not None and problem.severity == "warning" and "not kept" in problem.message

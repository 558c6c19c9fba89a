"""Files are appended to and replaced completely, or not changed."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from codetui.storage import disk, fs
from codetui.storage.fs import remove_stale_temporaries

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX limits, modes and links")


def test_append_creates_the_file_and_its_folders_and_adds_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "anna" / "events" / "752.jsonl"
    fs.append(path, b"one\n")
    fs.append(path, b"two\n")
    assert fs.read(path) == b"one\ntwo\n"


def test_append_continues_after_the_file_was_deleted(tmp_path: Path) -> None:
    path = tmp_path / "log"
    fs.append(path, b"one\n")
    path.unlink()
    fs.append(path, b"two\n")
    assert fs.read(path) == b"two\n"


@posix_only
def test_a_refused_append_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"kept\n")
    program = f"""
import resource
from pathlib import Path
from codetui.storage import fs
resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
try:
    fs.append(Path({str(path)!r}), b"a line that is too long\\n")
except OSError as error:
    print(type(error).__name__)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "OSError"
    assert path.read_bytes() == b"kept\n"


def test_replace_leaves_only_the_new_bytes_and_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    fs.replace(path, b"old")
    fs.replace(path, b"new", durable=False)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@posix_only
def test_replace_keeps_the_mode_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    fs.replace(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix_only
def test_replace_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.md", tmp_path / "link.md"
    target.write_bytes(b"old")
    link.symlink_to(target)
    fs.replace(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_refused_replace_keeps_the_old_file_and_removes_the_temporary_one(tmp_path: Path) -> None:
    path = tmp_path / "document.md"
    (path / "inside").mkdir(parents=True)
    with pytest.raises(OSError):
        fs.replace(path, b"new")
    assert (path / "inside").is_dir()
    assert list(tmp_path.iterdir()) == [path]


def test_only_old_temporary_files_of_this_program_are_deleted(tmp_path: Path) -> None:
    own, young = ".751.jsonl.0123abcd.tmp", ".752.jsonl.0123abcd.tmp"
    others = (".x.tmp", "751.0123abcd.tmp", "751.jsonl")
    for name in (own, young, *others):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / young)
    (tmp_path / ".folder.0123abcd.tmp").mkdir()
    os.utime(tmp_path / ".folder.0123abcd.tmp", (0, 0))
    remove_stale_temporaries(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {young, *others, ".folder.0123abcd.tmp"}
    remove_stale_temporaries(tmp_path / "absent")


def test_temporary_names_are_recognised_for_deletion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "study").mkdir()

    def killed(source: Path, _target: Path) -> None:
        source.rename(tmp_path / source.name)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken, pytest.raises(KeyboardInterrupt):
        broken.setattr(fs, "rename", killed)
        fs.replace(tmp_path / "study" / "document.md", b"new")
    (left,) = tmp_path.glob(".document.md.*")
    os.utime(left, (0, 0))
    remove_stale_temporaries(tmp_path)
    assert not left.exists()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_refused_line_left_on_disk_is_not_read_and_removed_with_the_next_append(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    path = tmp_path / "log"
    fs.append(path, b"one\n")
    with monkeypatch.context() as broken, pytest.raises(OSError):
        broken.setattr(disk, "sync", fail)
        broken.setattr(disk, "truncate", fail)
        fs.append(path, b"two\n")
    assert path.read_bytes() == b"one\ntwo\n"
    assert fs.without_refused(path, path.read_bytes()) == b"one\n"
    fs.append(path, b"three\n")
    assert path.read_bytes() == b"one\nthree\n"


def test_a_refused_line_stays_after_another_program_has_appended(tmp_path: Path) -> None:
    path = tmp_path / "log"
    fs.remember_refused(path, 0, b"one\n")
    path.write_bytes(b"one\ntwo\n")
    fs.roll_back_all()
    assert path.read_bytes() == b"one\ntwo\n"


def test_a_version_distinguishes_a_file_from_its_replacement_and_from_none(tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    assert fs.version(path).size == 0
    path.write_bytes(b"one")
    before = fs.version(path)
    fs.append(path, b"two")
    assert fs.version(path)[:2] == (before.file, 6)
    other.write_bytes(b"onetwo")
    other.replace(path)
    assert fs.version(path).file != before.file


def test_a_file_is_newer_than_one_that_was_changed_before_it(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.touch()
    new.touch()
    os.utime(old, ns=(5, 5))
    os.utime(new, ns=(6, 6))
    assert fs.is_newer(new, old)
    assert not fs.is_newer(old, new)
    assert not fs.is_newer(tmp_path / "absent", old)


def test_a_path_that_links_or_dots_lead_out_of_a_folder_is_refused(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "sessions", tmp_path / "elsewhere"
    (root / "anna").mkdir(parents=True)
    elsewhere.mkdir()
    (root / "inside").symlink_to(root / "anna")
    (root / "outside").symlink_to(elsewhere)
    (root / "anna" / "gone").symlink_to(elsewhere / "absent")
    for path in ("anna", "anna/events/1.jsonl", "inside/1.jsonl", "anna/../anna/1.jsonl"):
        assert fs.require_inside(root, root / path) == root / path
    for path in ("outside/1.jsonl", "anna/gone", "../elsewhere/1.jsonl", "anna/../../elsewhere"):
        with pytest.raises(PermissionError, match="leads out of"):
            fs.require_inside(root, root / path)

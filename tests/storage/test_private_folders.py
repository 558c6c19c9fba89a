"""Fallback folders are private, and files held open by another program are replaced a moment later."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from codetui.storage import disk, fs


@pytest.mark.skipif(os.name == "nt", reason="mode bits and owners are those of POSIX")
def test_a_private_folder_is_created_or_restricted_and_never_another_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open").mkdir(0o755)
    for name in ("new", "open"):
        assert stat.S_IMODE(fs.ensure_private(tmp_path / name).stat().st_mode) == 0o700
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(PermissionError, match="another user"):
        fs.ensure_private(tmp_path / "new")


def test_a_file_held_open_for_a_moment_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, refused = disk.rename, [PermissionError(13, "sharing violation")] * 2

    def held(source: Path, target: Path) -> None:
        if refused:
            raise refused.pop()
        rename(source, target)

    monkeypatch.setattr(disk, "rename", held)
    monkeypatch.setattr(fs, "PAUSES", (0, 0, 0))
    fs.replace(tmp_path / "a.md", b"new")
    assert (tmp_path / "a.md").read_bytes() == b"new"
    refused += [PermissionError(13, "sharing violation")] * 9
    with pytest.raises(PermissionError):
        fs.replace(tmp_path / "a.md", b"newer")
    assert [path.name for path in tmp_path.iterdir()] == ["a.md"] and (tmp_path / "a.md").read_bytes() == b"new"

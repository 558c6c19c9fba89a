"""A text that could not be saved is reported in the study that it was written for, with its place."""

from __future__ import annotations

from pathlib import Path

from codetui.model import SourceId
from codetui.storage.session_files import SessionPaths
from codetui.study.session.fallback import drafts, rescue_draft


def test_a_kept_text_is_reported_in_its_own_study_alone(tmp_path: Path) -> None:
    Path.home().mkdir()
    here, there = (SessionPaths(tmp_path / name / "sessions", "wil") for name in ("lamps", "mirrors"))
    for paths in (here, there):
        paths.root.parent.mkdir()
        paths.root.write_text("a file where the folder belongs", "utf-8")
    kept = rescue_draft(here, SourceId("11"), "half a note", "ad")
    assert Path(kept.file).is_relative_to(Path.home())
    (found,) = drafts(here, SourceId("11"))
    assert found.file == kept.file and kept.file in found.message
    assert drafts(there, SourceId("11")) == []
    assert rescue_draft(there, SourceId("11"), "another note", "ad").file == kept.file
    text = Path(kept.file).read_text("utf-8")
    assert str(here.root) in text and str(there.root) in text and "half a note" in text and "another note" in text


def test_a_text_kept_beside_the_log_is_reported_after_the_study_was_moved(tmp_path: Path) -> None:
    here = SessionPaths(tmp_path / "lamps" / "sessions", "wil")
    here.root.mkdir(parents=True)
    kept = rescue_draft(here, SourceId("11"), "half a note", "ad")
    assert Path(kept.file).is_relative_to(here.root)
    (tmp_path / "lamps").rename(tmp_path / "moved")
    there = SessionPaths(tmp_path / "moved" / "sessions", "wil")
    assert [Path(one.file).name for one in drafts(there, SourceId("11"))] == [Path(kept.file).name]


def test_a_text_kept_elsewhere_is_reported_by_whatever_path_the_study_is_opened(tmp_path: Path) -> None:
    Path.home().mkdir()
    (tmp_path / "lamps").mkdir()
    (tmp_path / "lamps" / "sessions").write_text("a file where the folder belongs", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "lamps")
    here, linked = (SessionPaths(tmp_path / name / "sessions", "wil") for name in ("lamps", "link"))
    kept = rescue_draft(here, SourceId("11"), "half a note", "ad")
    assert [one.file for one in drafts(linked, SourceId("11"))] == [kept.file]

"""Two diverged clones of one study, merged by a real git: without conflict marks, and equal on both sides."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import (
    AssignCode,
    AssignProfile,
    DescribeSource,
    NoteCoding,
    RecodeCoding,
    RemoveCoding,
    Undo,
)
from codetui.model import CodeId, Span
from codetui.study.study import Study
from testing.machines import Machine, log_of, state_of
from testing.studies import write_study

if shutil.which("git") is None:
    pytest.skip("there is no git here", allow_module_level=True)

SRC = Path(__file__).resolve().parent.parent.parent / "src"
MARKS = ("<<<<<<<", ">>>>>>>")
MERGES = (("merge", "--no-edit", "other"), ("rebase", "other"))


class Clone(Machine):
    """A machine whose study is a clone."""

    def git(self, *words: str, fails: bool = False) -> str:
        environment = {
            "HOME": str(self.folder.parent),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(SRC),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_EDITOR": "true",
        }
        for role in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{role}_NAME": "Rosa", f"GIT_{role}_EMAIL": "rosa@example.org"}
        done = subprocess.run(
            ["git", *words], cwd=self.folder, capture_output=True, text=True, env=environment, check=False
        )
        assert bool(done.returncode) == fails, (words, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "coded")

    def fetch(self, other: Clone) -> None:
        self.git("fetch", "-q", str(other.folder), "+HEAD:refs/heads/other")

    def install(self) -> None:
        command = [sys.executable, "-m", "codetui", "merge", "--install-driver"]
        environment = {**os.environ, "PYTHONPATH": str(SRC), "HOME": str(self.folder.parent)}
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, env=environment)

    def files(self) -> dict[str, bytes]:
        """Return the committed files by name."""
        names = self.git("ls-files", "-z").split("\0")
        return {name: (self.folder / name).read_bytes() for name in names if name}


def coded(words: str, code: str = "TASK1") -> Callable[[Machine], None]:
    return lambda machine: machine.execute(AssignCode(machine.span(words), CodeId(code)))


@pytest.fixture(scope="module")
def cloned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two clones that have one session, of which the document is committed."""
    folder = tmp_path_factory.mktemp("cloned")
    first = Clone(write_study(folder / "a"))
    first.git("init", "-q", "-b", "main")
    (first.folder / "sessions").mkdir()
    first.install()
    coded("You light the lamp at dusk.")(first)
    first.execute(AssignProfile("1", "She keeps."))
    first.close()
    first.commit()
    subprocess.run(["git", "clone", "-q", str(first.folder), str(folder / "b")], check=True, capture_output=True)
    Clone(folder / "b").install()
    return folder


@pytest.fixture(scope="module")
def diverged(cloned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the two clones after both continued coding, at the same places of log and document."""
    first, second = copied(cloned, tmp_path_factory.mktemp("diverged"))
    coded("You watch the sea", "TASK2")(first)
    first.execute(NoteCoding(first.state.live()[0].id, "every day"))
    first.execute(AssignProfile("2", "She builds."))
    coded("polish the mirrors", "TASK2")(second)
    second.execute(RecodeCoding(second.state.live()[0].id, CodeId("TASK2")))
    second.execute(Undo())
    second.execute(AssignProfile("1", "She keeps, and polishes."))
    coded("barometer", "TOOL1")(second)
    for clone in (first, second):
        clone.close()
        clone.commit()
    return first.folder.parent


def copied(folder: Path, target: Path) -> tuple[Clone, Clone]:
    """Copy the two clones in a folder."""
    for name in "ab":
        shutil.copytree(folder / name, target / name)
    return Clone(target / "a"), Clone(target / "b")


@pytest.fixture
def clones(cloned: Path, tmp_path: Path) -> tuple[Clone, Clone]:
    """Return two clones with the same session."""
    return copied(cloned, tmp_path)


@pytest.fixture
def diverged_clones(diverged: Path, tmp_path: Path) -> tuple[Clone, Clone]:
    """Return two clones that have diverged."""
    return copied(diverged, tmp_path)


def merged(one: Clone, other: Clone, how: tuple[str, ...]) -> str:
    one.fetch(other)
    output = one.git(*how)
    assert not any(mark in data.decode("utf-8", "replace") for data in one.files().values() for mark in MARKS)
    assert one.git("status", "--porcelain") == ""
    return output


@pytest.mark.parametrize("how", MERGES)
def test_two_clones_that_are_merged_both_ways_are_equal(
    diverged_clones: tuple[Clone, Clone], how: tuple[str, ...]
) -> None:
    first, second = diverged_clones
    before = first.files(), second.files()
    shutil.copytree(first.folder, first.folder.parent / "c")
    third = Clone(first.folder.parent / "c")
    merged(first, second, how)
    merged(second, third, how)
    assert state_of(first) == state_of(second)
    mine, other = first.files(), second.files()
    assert sorted(log_of(mine)) == sorted(log_of(other))
    assert {name: data for name, data in mine.items() if not name.endswith(".jsonl")} == {
        name: data for name, data in other.items() if not name.endswith(".jsonl")
    }
    assert set(log_of(before[0])) | set(log_of(before[1])) == set(log_of(mine))
    document = mine["sessions/rosa/analysis_job_11_shore_company.md"].decode()
    for words in ("You light", "You watch the sea", "polish the mirrors", "barometer", "(every day)"):
        assert words in document


def test_a_merge_by_git_is_not_a_hand_edit(diverged_clones: tuple[Clone, Clone]) -> None:
    first, second = diverged_clones
    merged(first, second, MERGES[0])
    before = first.files()
    first.open()
    assert first.session.initial_pull is None and not first.session.has_unsaved_document
    assert any("the profile" in problem.message for problem in first.session.problems)
    first.close()
    assert first.files() == before and first.git("status", "--porcelain") == ""


@pytest.mark.parametrize("kept", ["renamed by git", "the new document", "the old document"])
def test_a_document_that_one_side_renamed_loses_neither_sides_work(clones: tuple[Clone, Clone], kept: str) -> None:
    first, second = clones
    coded("You watch the sea", "TASK2")(first)
    second.execute(DescribeSource("Harbour Board", "Keeper"))
    second.execute(RemoveCoding(second.state.live()[0].id))
    coded("polish the mirrors", "TASK2")(second)
    for clone in (first, second):
        clone.close()
        clone.commit()
    first.fetch(second)
    is_found = kept == "renamed by git"
    how = "find-renames=5%" if is_found else "no-renames"
    first.git("merge", "--no-edit", "-X", how, "other", fails=not is_found)
    if not is_found:
        new, old = (next(first.folder.glob(f"sessions/rosa/*{name}*.md")) for name in ("harbour", "shore"))
        first.git("rm", "-q", "-f", str(old if kept == "the new document" else new))
        first.commit()
    snapshots = list(Study.open(first.folder).sessions())
    assert [one.edits for one in snapshots] == [()]
    assert {coding.words for coding in snapshots[0].state.live()} == {"You watch the sea", "polish the mirrors"}
    first.open()
    assert {coding.words for coding in first.state.live()} == {"You watch the sea", "polish the mirrors"}
    assert first.state.employer == "Harbour Board"
    first.close()
    (document,) = first.folder.glob("sessions/rosa/*.md")
    assert "You watch the sea" in document.read_text("utf-8") and "harbour" in document.name


def test_the_merge_driver_reports_conflicts(diverged_clones: tuple[Clone, Clone]) -> None:
    first, second = diverged_clones
    assert "changed on both sides: the reasoning" in merged(first, second, MERGES[0])


def test_a_merge_lists_a_profile_whose_reasoning_was_a_second_step(
    clones: tuple[Clone, Clone],
) -> None:
    first, second = clones
    for clone, reasoning in ((first, "She builds."), (second, "She builds, too.")):
        if clone is first:
            first.execute(AssignProfile("2", "She keeps."))
        clone.execute(AssignProfile(clone.state.profile, reasoning))
        clone.execute(NoteCoding(clone.state.live()[0].id, reasoning))
        coded("You watch the sea", "TASK2")(clone)
        clone.close()
        clone.commit()
    second.execute(NoteCoding(second.state.live()[0].id, "at last"))
    for reasoning in ("At last.", "At last she keeps."):
        second.execute(AssignProfile(second.state.profile, reasoning))
    second.close()
    second.commit()
    output = merged(first, second, MERGES[0])
    assert "the profile: Keeper is kept, Builder is not" in output
    assert "the note of “You light the lamp at dusk.”: at last is kept, She builds. is not" in output


def test_an_unimported_hand_edit_is_part_of_the_merge(diverged_clones: tuple[Clone, Clone]) -> None:
    first, second = diverged_clones
    (path,) = second.folder.rglob("analysis_job_*.md")
    text = path.read_text("utf-8")
    path.write_text(text.replace('"You light', '"You bring patience."\n  - "You light').replace("barometer", "sextant"))
    second.commit()
    merged(first, second, MERGES[0])
    (path,) = first.folder.rglob("analysis_job_*.md")
    assert '"You bring patience."' in path.read_text("utf-8") and "`sextant`" in path.read_text("utf-8")
    first.open()
    assert first.session.initial_pull is not None and "edited by hand" in first.session.initial_pull.message
    assert {"You bring patience.", "sextant", "You watch the sea"} <= {one.words for one in first.state.live()}
    assert "barometer" not in {one.words for one in first.state.live()}


def test_a_removal_on_one_side_is_kept(clones: tuple[Clone, Clone]) -> None:
    first, second = clones
    coded("You watch the sea", "TASK2")(first)
    second.execute(RemoveCoding(second.state.live()[0].id))
    for clone in clones:
        clone.close()
        clone.commit()
    merged(first, second, MERGES[0])
    (path,) = first.folder.rglob("analysis_job_*.md")
    assert "You light" not in path.read_text("utf-8") and "You watch the sea" in path.read_text("utf-8")


def test_sessions_begun_on_both_sides_are_united(clones: tuple[Clone, Clone]) -> None:
    first, second = clones
    for clone, words in ((first, "You count"), (second, "You write")):
        clone.open("12")
        clone.execute(AssignCode(clone.span(words), CodeId("TASK1")))
        clone.close()
        clone.commit()
    merged(first, second, MERGES[0])
    first.open("12")
    assert {one.words for one in first.state.live()} == {"You count", "You write"}
    assert first.session.initial_pull is None


def test_a_merge_of_two_texts_of_one_ad_is_left_to_a_person(clones: tuple[Clone, Clone]) -> None:
    first, second = clones
    for clone, text in ((first, "You count the sacks."), (second, "You mend the nets.")):
        (clone.folder / "ads" / "14_quay.txt").write_text(f"Hand\n\n{text}\n", "utf-8")
        clone.open("14")
        clone.execute(AssignCode(Span(6, 10), CodeId("TASK1")))
        clone.close()
        clone.commit()
    first.fetch(second)
    output = first.git("merge", "--no-edit", "other", fails=True)
    assert "the ad has another text here" in output
    (path,) = first.folder.rglob("analysis_job_14*.md")
    assert not any(mark in path.read_text("utf-8") for mark in MARKS)


def test_without_the_driver_no_line_of_a_log_is_lost(diverged_clones: tuple[Clone, Clone]) -> None:
    first, second = diverged_clones
    first.git("config", "--remove-section", "merge.codetui")
    first.fetch(second)
    first.git("merge", "--no-edit", "other", fails=True)
    assert set(log_of(second.files())) <= set(log_of(first.files()))
    (log,) = first.folder.rglob("*.jsonl")
    assert not any(mark in log.read_text("utf-8") for mark in MARKS)
    first.open()
    assert {one.words for one in second.state.live()} <= {one.words for one in first.state.live()}
    assert "conflict mark" in (first.session.initial_pull.message if first.session.initial_pull else "")
    first.session.save_document(is_forced=True)
    (path,) = first.folder.rglob("sessions/rosa/analysis_job_*.md")
    assert not any(mark in path.read_text("utf-8") for mark in MARKS)
    assert "polish the mirrors" in path.read_text("utf-8") and "(every day)" in path.read_text("utf-8")


def test_files_of_one_machine_are_not_committed(clones: tuple[Clone, Clone]) -> None:
    first, _ = clones
    events = first.folder / "sessions" / "rosa" / "events"
    for name in (".11.jsonl.lock", "place.json", ".11.jsonl.1234.tmp"):
        (events / name).write_text("{}", "utf-8")
    assert first.git("status", "--porcelain", "-uall") == ""


def test_init_configures_git_for_merging_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attributes, ignored = (tmp_path / "study" / "sessions" / name for name in (".gitattributes", ".gitignore"))
    assert run(["init", str(tmp_path / "study")]) == 0
    assert "*.jsonl merge=union" in attributes.read_text("utf-8") and ".*.lock" in ignored.read_text("utf-8")
    attributes.write_text("mine", "utf-8")
    assert run(["init", str(tmp_path / "study")]) == 0
    assert attributes.read_text("utf-8") == "mine"
    assert f"unchanged: {attributes}" in capsys.readouterr().out


def test_the_driver_is_installed_only_in_a_clone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(tmp_path / "a")
    (tmp_path / "a" / "sessions").mkdir()
    arguments = ["merge", "--install-driver", "--sessions"]
    assert run([*arguments, str(tmp_path / "a" / "sessions")]) == 2
    assert "Run this in a clone" in capsys.readouterr().err
    assert run([*arguments, str(tmp_path / "nothing")]) == 2
    assert not list((tmp_path / "a" / "sessions").iterdir())

"""Changes of many sessions, each ended by SIGKILL at one operation on the disk, then finished, reverted or repeated.

A change of the codebook is absent, done, or reported as interrupted: then it can be finished or reverted. An
interrupted merge is simply run again.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.refactoring import Merge, Refactoring, Rename, Retire, Split
from codetui.core.session.commands import AssignCode
from codetui.core.session.state import replay
from codetui.model import Code, CodeId, Span
from codetui.storage import fs, session_files
from codetui.storage.journal import Journal
from codetui.study.checker import check_study
from codetui.study.merger import MergeResult, merge_folders
from codetui.study.migrate import migrate_study, read_plan, resume_study
from codetui.study.overview import study_status
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import Saved
from codetui.study.steps import interrupted_steps
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.attacks.coder import MEMORY
from testing.attacks.faults import Counter, Killer, interposed
from testing.studies import CODEBOOK, write_study

CODED = {("rosa", "11"): ("TASK1", "TASK2"), ("rosa", "12"): ("TASK1",), ("otto", "12"): ("TASK1", "TOOL1")}
"""The codes of each coder's sessions before the change."""

TASK1, TASK2, TASK3 = CodeId("TASK1"), CodeId("TASK2"), CodeId("TASK3")
REFACTORINGS: dict[str, Refactoring] = {
    "rename": Rename(TASK1, CodeId("T1"), "Lights"),
    "merge": Merge(TASK1, TASK2),
    "split": Split(TASK1, (TASK2, TASK3), (Code(id=TASK3, name="Polishing", section="tasks"),)),
    "retire": Retire(TASK1),
}
MOMENTS = ("before", "half", "after")
SOUND = ("cannot be read", "no profile is assigned")
"""Problems that a kill may leave, and those of the study itself."""

BY_HAND = ("the codebook has no code", "older than the log or the codebook")
"""Those of a codebook that a person changed, once the migration to it is taken back."""


@dataclass
class Tally:
    """The results."""

    kills: int = 0
    interrupted: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Found(NamedTuple):
    """The codebook, and the codes in each log."""

    book: str
    codes: dict[tuple[str, str], list[str]]


def run(*, every: int = 1) -> Tally:
    """Kill each change at every `every`th operation."""
    started, tally = time.perf_counter(), Tally()
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        for what, step in REFACTORINGS.items():
            _kill_change(folder, what, partial(_refactor, step), every, tally)
        _kill_change(folder, "migrate", _migrate, every, tally, prepare=_change_by_hand)
        _kill_merge(folder, every, tally)
    tally.seconds = time.perf_counter() - started
    return tally


# --- the changes ----------------------------------------------------------------------------------


def _lay_out(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    study = Study.open(write_study(folder))
    for (coder, ad), codes in CODED.items():
        with study.session(ad, coder) as session:
            for number, code in enumerate(codes):
                outcome = session.execute(AssignCode(Span(5 * number, 5 * number + 4), CodeId(code)))
                assert isinstance(outcome, Saved), outcome
    return folder


def _refactor(step: Refactoring, folder: Path) -> None:
    workspace = open_workspace(Study.open(folder), "rosa", wanted="11")
    assert workspace.first is not None
    workspace.open(workspace.first)
    refactoring = CodeRefactoring(workspace)
    preview = refactoring.count(step)
    assert isinstance(preview, MigrationPreview), preview
    begun = refactoring.apply(preview)
    assert isinstance(begun, MigrationPreview), begun
    refactoring.migrate_others(begun)
    workspace.leave()


def _change_by_hand(folder: Path) -> None:
    (folder / "codebook.toml").write_text(CODEBOOK.replace('"TASK1"', '"T1"'), "utf-8")
    (folder / "map.toml").write_text('[codes]\n"TASK1" = "T1"\n', "utf-8")


def _migrate(folder: Path) -> None:
    study = Study.open(folder)
    migrate_study(read_plan(folder / "map.toml", study.codebook_path, study.sessions_path), study, None)


def _found(folder: Path) -> Found:
    codes: dict[tuple[str, str], list[str]] = {}
    for coder in session_files.coders(folder / "sessions"):
        for log in session_files.logs(folder / "sessions" / coder):
            codes[coder, log.stem] = [one.code for one in replay(Journal(log).read()[0]).live()]
    return Found((folder / "codebook.toml").read_text("utf-8"), codes)


# --- kills ----------------------------------------------------------------------------------------


def _kill_change(
    folder: Path,
    what: str,
    change: Callable[[Path], None],
    every: int,
    tally: Tally,
    prepare: Callable[[Path], None] = lambda _: None,
) -> None:
    base = _lay_out(folder / "base")
    prepare(base)
    before, (after, count) = _found(base), _undisturbed(folder, base, change)
    assert after != before or what == "retire", what
    for at, moment in _moments(count, every):
        killed = _killed(folder, base, change, at, moment)
        tally.kills += 1
        when = f"{what}, killed {moment} operation {at} of {count}"
        steps = interrupted_steps(killed / "sessions")[0]
        if not steps and _found(killed) not in (before, after):
            tally.faults.append(f"{when}: half done, and nobody is told")
        for is_reverse, wanted in ((False, after), (True, before)) if steps else ():
            copy = _copied(killed, folder / "copy")
            tally.interrupted += 1
            tally.faults += [f"{when}: {fault}" for fault in _resumed(copy, wanted, is_reverse=is_reverse)]
        if what == "migrate" and not steps:
            change(killed)
            tally.faults += [f"{when}: cannot be run again"] if _found(killed) != after else []


def _resumed(folder: Path, wanted: Found, *, is_reverse: bool) -> Iterator[str]:
    """Finish or revert the step; yield any faults."""
    way = "taken back" if is_reverse else "finished"
    study = Study.open(folder)
    for name, problems in (("check", check_study(study)), ("status", study_status(study).errors)):
        if not any("was interrupted" in one.message for one in problems):
            yield f"{name} does not say so"
    for step in interrupted_steps(study.sessions_path)[0]:
        counts = resume_study(step, study, is_reverse=is_reverse)
        yield from (f"{way}: {one}" for one in counts.problems)
    if _found(folder) != wanted:
        yield f"{way}: {_found(folder).codes}, not {wanted.codes}"
    study = Study.open(folder)
    known = (*SOUND, *(BY_HAND if is_reverse and (folder / "map.toml").exists() else ()))
    for problem in check_study(study):
        if problem.severity != "note" and not any(words in problem.message for words in known):
            yield f"{way}: {problem}"
    with study.session("11", "rosa") as session:
        if not isinstance(session.execute(AssignCode(Span(20, 24), TASK2)), Saved):
            yield f"{way}: nothing can be coded"


def _kill_merge(folder: Path, every: int, tally: Tally) -> None:
    theirs, base = _lay_out(folder / "theirs"), write_study(folder / "ours")
    with Study.open(base).session("11", "rosa") as session:
        session.execute(AssignCode(Span(40, 44), TASK2))

    def merge(ours: Path) -> None:
        for result in merge_folders(Study.open(ours), [theirs]):
            assert not isinstance(result, MergeResult) or result.fate != "refused", result

    after, count = _undisturbed(folder, base, merge)
    for at, moment in _moments(count, every):
        killed = _killed(folder, base, merge, at, moment)
        tally.kills += 1
        when = f"merge of folders, killed {moment} operation {at} of {count}"
        try:
            for coder, ad in CODED:
                with Study.open(killed).session(ad, coder) as session:
                    if not isinstance(session.execute(AssignCode(Span(60, 64), TASK2)), Saved):
                        tally.faults.append(f"{when}: {coder} is blocked in {ad}")
            merge(killed)
        except AssertionError as refused:
            tally.faults.append(f"{when}: {refused}")
        lacking = {one for one in after.codes if not set(after.codes[one]) <= set(_found(killed).codes.get(one, ()))}
        tally.faults += [f"{when}: {lacking} are not merged"] if lacking else []


def _moments(count: int, every: int) -> Iterator[tuple[int, str]]:
    """Yield the operations with the moments of a kill at each: all of them, or one in turn."""
    for at in range(1, count + 1, every):
        for moment in MOMENTS if every == 1 else (MOMENTS[at // every % 3],):
            yield at, moment


def _undisturbed(folder: Path, base: Path, change: Callable[[Path], None]) -> tuple[Found, int]:
    """Return the result of a change without a kill, and the number of its operations."""
    copy, counter = _copied(base, folder / "copy"), Counter()
    fs._durable_names.clear()
    with interposed(counter):
        change(copy)
    return _found(copy), counter.count


def _killed(folder: Path, base: Path, change: Callable[[Path], None], at: int, moment: str) -> Path:
    """Return a copy of a study in which the change was killed."""
    copy = _copied(base, folder / "killed")
    fs._durable_names.clear()
    pid = os.fork()
    if pid == 0:
        try:
            with interposed(Killer(at, moment)):
                change(copy)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(1)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert ended in (-signal.SIGKILL, 1), ended
    return copy


def _copied(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(source, target))

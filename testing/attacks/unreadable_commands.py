"""Each command on a disk on which one read fails, and again when all reads work.

Without an error a command prints what it prints on a good disk; run again it has the same effect as there, once.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from codetui.cli import main
from codetui.core.session.commands import AssignCode, AssignProfile
from codetui.model import CodeId, Span
from codetui.storage import study_files
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.attacks.coder import MEMORY, documents_differ, lay_out
from testing.attacks.failing_disk import Tally, patient
from testing.attacks.faults import READ_ERRORS, READS, FailingReads, interposed
from testing.attacks.ledger import lines_of
from testing.studies import CODEBOOK

NEVER = 0
CODERS = ("wil", "ben", "eva", "zoe")
LOOKING = {
    "status": ("status", "--corpus", "ads", "--json"),
    "check": ("check", "--corpus", "ads", "--json"),
    "rows": ("export", "--format", "csv", "-o", "-"),
    "documents": ("export", "-o", "-"),
    "diff": ("codebook", "diff", "old.toml", "codebook.toml"),
}
CHANGING = {
    "merge": ("merge", "../stick"),
    "import": ("import", "coded.md", "--corpus", "ads", "--coder", "zoe"),
    "migrate": ("codebook", "migrate", "--map", "map.toml", "--corpus", "ads"),
}
NEW_BOOK = CODEBOOK.replace('version = "7"', 'version = "8"').replace('"TASK1"', '"T1"')
MAP = 'from = "{old}"\n\n[codes]\nTASK1 = "T1"\n'
DOCUMENT = """\
# Manual Coding Analysis: Job Ad #1 (Harbour)

## 1. Job Task Analysis

- **TASK2: Watching:**
  - "You see to rope 4 of tower 1."
"""


class Done(NamedTuple):
    """The outcome of a command: its exit code, its stdout, and all its output."""

    code: int
    out: str
    all: str


Standing = dict[str, object]
"""The content of the disk: bytes of documents, and the content of log lines without their ids."""


def run(errors: Sequence[str] = READ_ERRORS, *, step: int = 1, first: int = 1) -> Tally:
    """Fail every `step`th read of each command, once and then until its end, with each kind of error in turn."""
    started = time.perf_counter()
    tally, turns = Tally(), cycle(errors)
    with patient(), tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        _lay_out(folder / "begun")
        for command, options in {**LOOKING, **CHANGING}.items():
            attack = _Attack(folder, options, is_looking=command in LOOKING)
            for at in range(first, attack.looks + 1, step):
                for lasts in (False, True):
                    error = next(turns)
                    failing = FailingReads(at, error, lasts=lasts)
                    found = attack.fail(failing)
                    tally.faults += [f"{command}, {error} at {at} {lasts=}: {fault}" for fault in found]
                    # Threads at work together do not always look equally often.
                    tally.days += bool(failing.refused)
    tally.seconds = time.perf_counter() - started
    return tally


class _Attack:
    """A command, and its output and effect on a good disk."""

    def __init__(self, folder: Path, options: tuple[str, ...], *, is_looking: bool) -> None:
        self._folder = folder
        self._options = options
        self._is_looking = is_looking
        good = FailingReads(NEVER, "EIO", lasts=False)
        self._begin_anew()
        self._good = self._run(good)
        self._after = self._opened_content()
        assert self._good.code in (0, 1), self._good
        self.looks = good.looks

    def fail(self, failing: FailingReads) -> list[str]:
        """Return the faults after one failure, and after the command is run again on a good disk."""
        before = self._begin_anew()
        try:
            done = self._run(failing)
        except Exception:
            return [f"raised: {traceback.format_exc(-4)}"]
        faults = []
        is_silent = done.code == self._good.code and done.out == self._good.out
        if done.code == 0 and not is_silent:
            faults.append(f"without an error it prints {done.out[:300]!r}")
        if done.code and not is_silent and failing.message not in done.all:
            faults.append(f"it does not name the cause: {done.all[:300]!r}")
        if self._is_looking:
            return faults + (["it has changed the study"] if self._opened_content() != before else [])
        again = self._run(FailingReads(NEVER, "EIO", lasts=False))
        if again.code != self._good.code:
            faults.append(f"on a good disk it says {again.all[:300]!r}")
        after = self._opened_content()
        differing = [name for name in {*after, *self._after} if after.get(name) != self._after.get(name)]
        return faults + [f"{name} is {after.get(name)} and not {self._after.get(name)}" for name in differing]

    def _begin_anew(self) -> Standing:
        """Reset the study; return its content, for a command that only reads."""
        shutil.rmtree(self._folder / "now", ignore_errors=True)
        shutil.copytree(self._folder / "begun", self._folder / "now")
        return self._opened_content() if self._is_looking else {}

    def _run(self, failing: FailingReads) -> Done:
        stdout, stderr = (TextIOWrapper(BytesIO(), "utf-8", write_through=True) for _ in range(2))
        study = self._folder / "now" / "study"
        with contextlib.chdir(study), redirect_stdout(stdout), redirect_stderr(stderr), interposed(failing, READS):
            code = main.run(self._options)
        for stream in (stdout, stderr):
            stream.seek(0)
        out = stdout.read()
        return Done(code, out, out + stderr.read())

    def _opened_content(self) -> Standing:
        """Return the content after the program has opened each session and thus updated outdated documents."""
        study = self._folder / "now" / "study"
        for coder in CODERS if not self._is_looking else ():
            faults = documents_differ(opened(study, coder))
            assert not faults, faults
        sessions = self._folder / "now" / "study" / "sessions"
        standing: Standing = {path.name: path.read_text("utf-8") for path in sessions.glob("*/*.md")}
        for log in sessions.glob("*/events/*.jsonl"):
            standing[f"{log.parent.parent.name}/{log.name}"] = [_content(line) for line in lines_of(log.read_bytes())]
        return standing


def _content(line: dict[str, object]) -> tuple[object, ...]:
    events = line["events"]
    assert isinstance(events, list)
    return line["cause"], *((event["kind"], event.get("words"), event.get("code")) for event in events)


# --- the study of the commands --------------------------------------------------------------------------


def _lay_out(folder: Path) -> None:
    """Create a study of two coders with a hand edit not imported yet, and a copy of it with further codings."""
    folder.mkdir()
    study = lay_out(folder / "study", ads=2, sentences=6)
    for coder, ad in (("wil", "1"), ("wil", "2"), ("ben", "1")):
        _code(study, coder, ad, "TASK1", "TASK2")
    shutil.copytree(study, folder / "stick")
    _code(folder / "stick", "wil", "1", "TASK2")
    _code(folder / "stick", "eva", "2", "TASK2")
    shutil.rmtree(folder / "stick" / "sessions" / "eva" / "events")
    _code(study, "wil", "1", "TOOL1")
    edited = next((study / "sessions" / "wil").glob("analysis_job_2*.md"))
    edited.write_text(edited.read_text("utf-8").replace("n0", "n0 by hand", 1), "utf-8")
    assert "by hand" in edited.read_text("utf-8")
    book = opened(study, "wil").book
    study_files.keep_codebook(study / "sessions", CODEBOOK, book.content_hash)
    for name, text in {
        "old.toml": CODEBOOK,
        "codebook.toml": NEW_BOOK,
        "map.toml": MAP.format(old=f"7#{book.content_hash[:12]}"),
        "coded.md": DOCUMENT,
    }.items():
        (study / name).write_text(text, "utf-8")


def opened(study: Path, coder: str, ad: str | None = None) -> Workspace:
    """Open a coder's workspace with all ads listed."""
    workspace = open_workspace(Study.open(study), coder, wanted=ad)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    return workspace


def _code(study: Path, coder: str, ad: str, *codes: str) -> None:
    workspace = opened(study, coder, ad)
    assert workspace.first is not None
    session = workspace.open(workspace.first)
    begun = len(session.state.live())
    for number, code in enumerate(codes, begun):
        done = session.execute(AssignCode(Span(40 * number, 40 * number + 30), CodeId(code), f"n{number}"))
        assert isinstance(done, Saved), done
    session.execute(AssignProfile("1", "because"))
    assert workspace.leave() == []

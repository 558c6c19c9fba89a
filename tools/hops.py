"""Count the files and functions that three ways through the program pass, and print them in order of first call.

    python tools/hops.py [key] [import] [edit]

key     one key that assigns a code in the workbench: from the key to the fsync of the log, and until it is painted
import  one `codetui import` of a document with six quotations
edit    one note that another program changes in the document: from the change until it is painted

Only the project's own files count (`src/codetui`), and of these the functions that are called, in any thread;
comprehensions, and what runs while a module is imported, do not.  The program is started as the command line starts
it, on an invented study in a temporary folder, and its screen runs without a terminal.  What wakes up by itself
meanwhile, such as a watcher of files, counts as well, so figures differ by a few functions from run to run.
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import io
import os
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import FrameType

from textual.app import App
from textual.pilot import Pilot

import codetui
from codetui.__main__ import main as run_codetui

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from testing.pilot import IdleLoop, run_test
from testing.studies import write_study

PACKAGE = f"{Path(codetui.__file__).parent}{os.sep}"
PARTS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
"""Names of code that is part of a function, and of no account in itself."""

LONGEST = 20.0
"""Seconds after which an edit that is not shown yet is given up."""

DOCUMENT = """\
# Manual Coding Analysis: Job Ad #11 (Shore Company)

This document contains the manual coding for the "Keeper of the Northern Light" position at Shore Company.

- **Assigned Profile:** `Keeper`
- **Reasoning:** The light is kept.

---

## 1. Job Task Analysis

- **TASK1: Lighting:**
  - "You light the lamp at dusk." (at dusk only)
  - "You polish the mirrors every week."
- **TASK2: Watching:**
  - "You watch the sea until dawn."
  - "the sea"

---

## 2. Technology & Tool Analysis

- **TOOL1: Instruments:**
  - `barometer`
  - `sextant`
"""


class Recorder:
    """The functions of the project that are called, in order of first call."""

    def __init__(self) -> None:
        self.is_on = False
        self.calls: dict[tuple[str, str], None] = {}
        self.synced: int | None = None
        self.painted: int | None = None
        """How many functions had been called when a file was first synced, and when a picture was painted after it."""

    def start(self) -> None:
        """Record from now on, in this thread and in those that start later."""
        threading.setprofile(self._record)
        sys.setprofile(self._record)

    @contextmanager
    def on(self) -> Iterator[None]:
        """Count what is called meanwhile."""
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False

    def _record(self, frame: FrameType, event: str, called: object) -> None:
        if not self.is_on:
            return
        code = frame.f_code
        if event == "c_call" and called is os.fsync and self.synced is None:
            self.synced = len(self.calls)
        if event == "return" and code.co_name == "post_display_hook" and self.synced is not None and not self.painted:
            self.painted = len(self.calls)
        is_function = code.co_flags & inspect.CO_OPTIMIZED and code.co_name not in PARTS
        if event == "call" and is_function and code.co_filename.startswith(PACKAGE):
            self.calls.setdefault((code.co_filename.removeprefix(PACKAGE), code.co_qualname))

    def report(self, name: str) -> None:
        """Print the figures, and the functions file by file in order of first call; + marks files after the fsync."""
        places = list(self.calls)
        until = {"until the first fsync": self.synced, "until painted": self.painted, "in all": len(places)}
        counts = (f"{_counted(places[:end])} {when}" for when, end in until.items() if end is not None)
        print(f"{name}: {'; '.join(counts)}")
        files: dict[str, list[str]] = {}
        for file, function in places:
            files.setdefault(file, []).append(function)
        before = {file for file, _ in places[: self.synced or 0]}
        for number, (file, functions) in enumerate(files.items(), 1):
            print(f"{number:4} {' ' if file in before else '+'} {file}: {', '.join(functions)}")
        print()


def _counted(places: list[tuple[str, str]]) -> str:
    return f"{len({file for file, _ in places})} files, {len(places)} functions"


class Pretended(io.StringIO):
    """A stream that is said to be a terminal: without one the workbench does not open."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def command(*options: str) -> None:
    """Run a command line of the program to its end."""
    sys.argv = ["codetui", *options]
    try:
        run_codetui()
    except SystemExit as stop:
        if stop.code:
            sys.exit(f"codetui {' '.join(options)}: exit code {stop.code}")


def sit(work: Callable[[Pilot[object]], Awaitable[None]]) -> None:
    """Run the workbench on the study without a terminal, do some work in it, and quit."""

    async def drive(app: App[object]) -> None:
        async with run_test(app, size=(120, 40)) as pilot:
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()
            await work(pilot)
            await pilot.press("ctrl+q")

    def run(app: App[object], **_: object) -> None:
        with asyncio.Runner(loop_factory=IdleLoop) as runner:
            runner.run(drive(app))

    original = App.run
    streams = sys.stdin, sys.stdout
    App.run = run  # type: ignore[assignment, method-assign]
    sys.stdin, sys.stdout = Pretended(), Pretended()
    try:
        command("ads", "--coder", "wil")
    finally:
        App.run = original  # type: ignore[method-assign]
        sys.stdin, sys.stdout = streams


def count_key(recorder: Recorder) -> None:
    """Assign a code to the second sentence."""

    async def work(pilot: Pilot[object]) -> None:
        await pilot.press("s", "1", "1", "s", "1")
        with recorder.on():
            await pilot.press("1")

    sit(work)


def count_import(recorder: Recorder) -> None:
    """Import a document."""
    Path("coded.md").write_text(DOCUMENT, encoding="utf-8")
    with redirect_stdout(io.StringIO()), recorder.on():
        command("import", "coded.md", "--corpus", "ads", "--coder", "wil")


def count_edit(recorder: Recorder) -> None:
    """Change a note in the document of the ad that is open."""

    async def work(pilot: Pilot[object]) -> None:
        await pilot.press("s", "1", "1", "n", *"at dusk", "enter", "ctrl+s")
        (document,) = Path("sessions").rglob("*.md")
        (log,) = Path("sessions").rglob("*.jsonl")
        await asyncio.sleep(2.5)  # What was written just now is known to be the program's own.
        await pilot.pause()
        before, text = log.stat().st_size, document.read_text("utf-8")
        with recorder.on():
            edited = document.with_name("edited.tmp")
            edited.write_text(text.replace("(at dusk)", "(at dusk only)"), encoding="utf-8")
            edited.replace(document)
            for _ in range(int(LONGEST / 0.02)):
                await asyncio.sleep(0.02)
                if log.stat().st_size > before:
                    break
            else:
                sys.exit("the edit is not taken in")
            await pilot.pause()

    sit(work)


WAYS = {"key": count_key, "import": count_import, "edit": count_edit}


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ways", nargs="*", metavar="way", help=f"of {', '.join(WAYS)}; all without any")
    ways = parser.parse_args().ways or list(WAYS)
    if unknown := set(ways) - set(WAYS):
        parser.error(f"no such way: {', '.join(sorted(unknown))}")
    for name in ways:
        with tempfile.TemporaryDirectory() as folder:
            write_study(Path(folder))
            before = Path.cwd()
            os.chdir(folder)
            recorder = Recorder()
            recorder.start()
            try:
                WAYS[name](recorder)
            finally:
                sys.setprofile(None)
                threading.setprofile(None)
                os.chdir(before)
            recorder.report(name)


if __name__ == "__main__":
    main()

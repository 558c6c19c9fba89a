"""Time the keys of a query in the list of findings until what they find is on the screen, with 1,272 ads.

    python -m benchmarks.typing [--ads 1272] [--codings 20000]

The program runs in a pseudo-terminal. Each query is typed key by key; the time runs from a key until the first line of
its result has come to the terminal, and until all of it has.  The processor time of the program is printed, too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from functools import partial
from pathlib import Path

from benchmarks import figures
from benchmarks.keystroke import processor_seconds
from benchmarks.retrieval import CODER, write_study
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query
from codetui.core.text.display import plural
from codetui.study.find import Finder
from codetui.study.study import Study
from testing.terminal import Terminal, codetui_command, environment

QUERIES = ("kaleidoscope", "python engineer", "lamp -python", "TASK1 ~80 TASK2", "code:TASK*", "/rag|lamp/")
MOST_MS = 50
SETTLING = 12.0
"""Seconds in which the program reads sources and sessions in the background, before the first key."""

SETTLED = 0.5
"""Seconds after a result in which the program has nothing left to do for it."""


def summaries(study: Study, finder: Finder, query: str) -> list[str]:
    """Return the summaries of the results of each beginning of a query, empty for those that cannot be read."""
    found = []
    for end in range(1, len(query) + 1):
        parsed = parse_query(query[:end], study.codebook)
        findings = (
            [one for batch in finder.search(parsed) for one in batch.findings] if isinstance(parsed, Query) else []
        )
        places = sum(1 for one in findings if one.span or one.coding)
        words = f"{plural(places, 'place')} in {plural(len({one.source for one in findings}), 'ad')}"
        found.append("" if not isinstance(parsed, Query) else words if findings else "nothing found")
    return found


def measure(terminal: Terminal, query: str, expected: list[str]) -> tuple[list[float], list[float], list[float]]:
    """Type a query; return the seconds of its keys until the first result, the whole one, and of the processor."""
    first, whole, worked = [], [], []
    for key, summary in zip(query, expected, strict=True):
        before, busy = terminal.lines[1], processor_seconds(terminal.pid)
        started = time.perf_counter()
        terminal.type(key)
        terminal.wait_until(partial(_has_changed, terminal, before, summary), summary)
        painted = terminal.painted_at - started
        terminal.wait_until(partial(_is_shown, terminal, summary), summary)
        if summary and terminal.painted_at > started:
            first.append(painted)
            whole.append(terminal.painted_at - started)
        terminal.wait_for_rest(SETTLED)
        worked.append(processor_seconds(terminal.pid) - busy)
    return first, whole, worked


def _has_changed(terminal: Terminal, before: str, summary: str) -> bool:
    return terminal.lines[1] != before or summary in before


def _is_shown(terminal: Terminal, summary: str) -> bool:
    return summary in terminal.lines[1] and "%" not in terminal.lines[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ads", type=int, default=1272)
    parser.add_argument("--codings", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = write_study(Path(folder), options.ads, options.codings)
        study = Study.open(path, corpus=path / "ads.csv")
        finder = Finder(study, CODER)
        for _ in finder.load():
            pass
        command = codetui_command("--coder", CODER, "--corpus", "ads.csv")
        with Terminal(command, path, environment(path), columns=120, rows=40) as terminal:
            terminal.wait_for("ad 1 of", seconds=60)
            terminal.type("\x06")
            terminal.wait_for("Find")
            terminal.comes_to_hold(lambda: False, SETTLING)
            for query in QUERIES:
                expected = summaries(study, finder, query)
                first, whole, worked = measure(terminal, query, expected)
                for name, times in (("first", first), ("all", whole), ("processor", worked)):
                    figures.line(f"{query}: {name}", times)
                slow = max(first) * figures.MILLI
                figures.ratio(f"{query}: slowest key to first result, ms", slow, f"at most {MOST_MS}")
                terminal.type("\x7f" * len(query))
                terminal.wait_for_rest(SETTLED)


if __name__ == "__main__":
    main()

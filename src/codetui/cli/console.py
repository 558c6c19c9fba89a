"""Print and write output: terminals receive no control characters, files and pipes receive every byte."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from shutil import get_terminal_size
from threading import Event, Timer
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from rich.cells import cell_len, set_cell_size

from codetui.core.text.display import plural, sanitize, sanitize_json
from codetui.model import GRAVEST_FIRST, Problem
from codetui.storage import fs
from codetui.storage.fs import require_inside
from codetui.storage.output import LINK_REMEDY, is_device, send

if TYPE_CHECKING:
    from codetui.study.study import Study

PROBLEMS, UNUSABLE, MISSED, NOTHING_LEFT = 1, 2, 3, 4
"""Exit codes: errors were found; the command could not be carried out; a figure is below the minimum asked for; no ad
is left to code. A meaning never changes."""

STDOUT = "-"
PLAIN_WIDTH = 80
NARROWEST = 8
"""Cells that a column keeps on a narrow terminal."""

Name = TypeVar("Name", bound=str)

# --- messages ---------------------------------------------------------------------------------------


def show(line: object) -> None:
    """Print a line on stdout without control characters."""
    print(sanitize(str(line)))


def note(line: object) -> None:
    """Print a line on stderr without control characters."""
    print(sanitize(str(line)), file=sys.stderr)


PATIENCE = 0.7
"""Seconds of waiting after which a message names the reason."""


LONG = 1.0
"""Seconds after which progress is shown."""


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """Show a message on a terminal while something takes long, and remove it at the end."""
    shown = Event()

    def show() -> None:
        shown.set()
        print(sanitize(message), end="", file=sys.stderr, flush=True)

    timer = Timer(PATIENCE, show)
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if shown.is_set():
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


@contextmanager
def progress(name: str) -> Iterator[Callable[[float, float], None]]:
    """Yield a function that shows `done` of `total` as a bar on stderr, if it is a terminal and the work takes long."""
    begun, bar = monotonic(), None

    def show(done: float, total: float) -> None:
        nonlocal bar
        if bar is None and sys.stderr.isatty() and monotonic() - begun > LONG:
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.add_task(name)
            # In place of the line of `waiting`.
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
            bar.start()
        if bar is not None:
            bar.update(bar.task_ids[0], completed=done, total=total)

    try:
        yield show
    finally:
        if bar is not None:
            bar.stop()


def error(message: object) -> int:
    """Print why the command failed and return its exit code."""
    note(f"codetui: {message}")
    return UNUSABLE


def ignore_closed_terminal() -> None:
    """Discard output that a closed terminal cannot receive: Python would exit with its own exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def json_text(value: object) -> str:
    """Return a value as JSON with control characters escaped, and a line end."""
    return sanitize_json(json.dumps(value, ensure_ascii=False, indent=2)) + "\n"


def show_json(value: object) -> None:
    """Print a value as JSON on stdout."""
    print(json_text(value), end="")


def show_wrapped(line: str) -> None:
    """Print a sentence on stdout, wrapped to the width of the output."""
    from textwrap import wrap

    for part in wrap(sanitize(line), output_width(), break_on_hyphens=False):
        print(part)


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], whole: str = "") -> None:
    """Print a table on stdout, one line per row.

    The widest columns are cut to the width of the output, the column `whole` last.
    """
    print("\n".join(table_lines(head, rows, whole, width=output_width())))


def table_lines(
    head: Sequence[str], rows: Sequence[Sequence[str]], whole: str = "", *, width: int = PLAIN_WIDTH
) -> list[str]:
    """Return a table as lines of at most `width` cells, cut as in `show_table`."""
    columns = [_Column(cells) for cells in zip(head, *rows, strict=True)]
    last = head.index(whole) if whole else -1
    widths = _fitted([column.width for column in columns], width, last)
    lines = zip(*(column.padded(room) for column, room in zip(columns, widths, strict=True)), strict=True)
    return ["  ".join(line).rstrip() for line in lines]


class _Column:
    """One column of a table without control characters; columns of plain text, the usual case, are handled at once."""

    def __init__(self, cells: Sequence[str]) -> None:
        joined = " ".join(cells)
        self._is_plain = joined.isascii() and joined.isprintable()
        self._cells = cells if self._is_plain else [re.sub(r"\s", " ", sanitize(cell)) for cell in cells]
        self.width = max(map(len if self._is_plain else cell_len, self._cells))

    def padded(self, width: int) -> Iterable[str]:
        """Return the cells, all padded to the same width."""
        if self._is_plain and width >= self.width:
            return map(str.ljust, self._cells, repeat(width))
        return (_cell(text, width) for text in self._cells)


def note_problems(problems: Iterable[Problem]) -> int:
    """Print problems on stderr, one per line; return the exit code."""
    listed = list(problems)
    for problem in listed:
        note(problem)
    return exit_code(listed)


def as_records(problems: Iterable[Problem]) -> list[dict[str, object]]:
    """Return problems as values of JSON."""
    return [problem._asdict() for problem in problems]


def show_problems(problems: Sequence[Problem], *, as_json: bool) -> int:
    """Print problems, one per line with their count, or as JSON; return the exit code."""
    if as_json:
        show_json(as_records(problems))
    else:
        for problem in problems:
            line = str(problem)
            print(line if line.isprintable() else "".join(sign if sign.isprintable() else " " for sign in line))
        severities = [problem.severity for problem in problems]
        print(", ".join(plural(severities.count(severity), severity) for severity in GRAVEST_FIRST))
    return exit_code(problems)


def exit_code(problems: Iterable[Problem]) -> int:
    """Return the exit code of a command with these problems."""
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else 0


def output_width() -> int:
    """Return the width of a terminal in cells; 80 for a pipe or a file."""
    return get_terminal_size().columns if sys.stdout.isatty() else PLAIN_WIDTH


def _fitted(widths: list[int], room: int, last: int) -> list[int]:
    """Return the column widths, the widest ones narrowed until all fit into `room` with two blanks between them.

    The column with the index `last` is narrowed only after all others are at their minimum.
    """
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > room and max(fitted) > NARROWEST:
        others = [0 if at == last else width for at, width in enumerate(fitted)]
        fitted[others.index(max(others)) if max(others) > NARROWEST else fitted.index(max(fitted))] -= 1
    return fitted


def _cell(text: str, width: int) -> str:
    return set_cell_size(cut(text, width), width)


def cut(text: str, width: int) -> str:
    """Return a text of at most `width` cells, which ends in dots if it was longer."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


# --- files ------------------------------------------------------------------------------------------


def output_path(output: str | None, default: str) -> str:
    """Return the path given with `-o`, else the default.

    Raises PermissionError if a link leads the default path out of the working folder.
    """
    if output is not None:
        return output
    require_inside(Path(), Path(default), LINK_REMEDY)
    return default


def output_suffix(output: str | None) -> str:
    """Return the suffix of a file in lower case; empty for a folder, whose path ends with a slash."""
    return "" if not output or output.endswith(("/", os.sep)) else Path(output).suffix.lower()


def output_format(given: Name | None, output: str | None, formats: Mapping[str, Name]) -> tuple[Name, str]:
    """Return the format to write, and why the output cannot have that format, empty if it can.

    `formats` maps the suffixes of files to formats, the default first. Without a given format the suffix decides.
    """
    named = formats.get(output_suffix(output))
    chosen = given or named or next(iter(formats.values()))
    if named in (None, chosen):
        return chosen, ""
    return chosen, f"{output} ends like a file of {named}, but --format is {chosen}; change one of the two."


def write(data: bytes, output: str) -> None:
    """Write a file, or its bytes to stdout; a device or a pipe is written to instead of being replaced."""
    if output == STDOUT:
        write_stdout([data])
    elif is_device(Path(output)):
        send(Path(output), [data])
    else:
        fs.replace(Path(output), data)


def write_text(text: str, output: str) -> None:
    """Write a text as `write` does, in UTF-8."""
    write(text.encode("utf-8", "replace"), output)


def obstacle(output: str, is_forced: bool, data: bytes | None = None) -> str:
    """Return why a file may not be written, empty if it may; a file that already contains `data` may be."""
    path = Path(output)
    if output == STDOUT:
        return ""
    if not output:
        return "-o names no file; name one, or leave -o out."
    if fs.is_folder(path):
        return f"{output} is a folder; name a file with -o."
    if is_forced or not fs.exists_or_link(path) or is_device(path):
        return ""
    if data is not None and not fs.differs(path, data):
        return ""
    return f"{output} already exists; --force overwrites it, -o names another."


def refused_output(
    output: str, study: Study, options: argparse.Namespace, *, data: bytes | None = None, is_forced: bool = False
) -> str:
    """Return why a file may not be written: it is a part of the study, or exists; empty if it may.

    `--force`, `is_forced`, and a file that already contains `data` allow one that exists.
    """
    from codetui.study.outputs import protected_part

    if output == STDOUT:
        return ""
    corpus = Path(options.corpus) if options.corpus else None
    protected = protected_part(Path(output), study.codebook_path, study.sessions_path, corpus)
    return protected or obstacle(output, is_forced or options.force, data)


def write_or_refuse(text: str, output: str, study: Study, options: argparse.Namespace) -> str:
    """Write a text to a file or to stdout; return why it may not be written, if so."""
    refused = refused_output(output, study, options, data=text.encode("utf-8", "replace"))
    if not refused:
        write_text(text, output)
    return refused


def write_stdout(chunks: Iterable[bytes]) -> None:
    """Write bytes to stdout, without control characters if it is a terminal."""
    decoder = getincrementaldecoder("utf-8")("replace") if sys.stdout.isatty() else None
    for chunk in chunks:
        shown = sanitize(decoder.decode(chunk)).encode("utf-8", "replace") if decoder else chunk
        sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()

"""What the command line prints: a terminal gets nothing to obey, a file or a pipe every byte as it is."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from shutil import get_terminal_size

from codetui.core.text.sanitize import harmless, harmless_json

NARROWEST = 8
"""Code points that a column keeps, however narrow the terminal is."""


def show_json(value: object) -> None:
    """A value as JSON on stdout; what a terminal might obey is escaped, which changes nothing for who reads it."""
    print(harmless_json(json.dumps(value, ensure_ascii=False, indent=2)))


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout, a line for each row; a terminal gets the widest columns cut to its own width."""
    lines = [tuple(head), *(tuple(re.sub(r"\s", " ", harmless(cell)) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if sys.stdout.isatty():
        widths = _fitted(widths, get_terminal_size().columns)
    for line in lines:
        print("  ".join(_cut(cell, width).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def put(text: str) -> None:
    """A text on stdout, byte for byte, whatever the encoding and line ends of the system."""
    data = harmless(text) if sys.stdout.isatty() else text
    sys.stdout.buffer.write(data.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()


def _fitted(widths: list[int], room: int) -> list[int]:
    """The widths of columns that stand two blanks apart, the widest narrowed until all fit into `room`."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > room and max(fitted) > NARROWEST:
        fitted[fitted.index(max(fitted))] -= 1
    return fitted


def _cut(cell: str, most: int) -> str:
    return cell if len(cell) <= most else cell[: most - 1].rstrip() + "…"

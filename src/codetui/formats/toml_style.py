"""How people wrote a TOML file: its line ends, its indentation, the signs of equality, the room between tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from codetui.formats.toml_spans import Assignment, TomlSpans
from codetui.formats.toml_strings import Value, written


class Style(NamedTuple):
    """How the keys of a table are written: what stands before them, and round the sign of equality.

    `width` is that of the longest key where the signs stand below each other, else 0.
    """

    indent: str = ""
    equals: str = " = "
    width: int = 0

    @classmethod
    def of(cls, spans: TomlSpans, assignments: Sequence[Assignment]) -> Style:
        """The style of some lines of one table."""
        heads = [spans.text[each.span.start : each.value.start] for each in assignments]
        if not heads:
            return cls()
        keys = [head.rstrip(" \t").removesuffix("=").rstrip(" \t") for head in heads]
        equals = heads[-1][len(keys[-1]) :]
        indent = indent_of(spans, assignments[-1].span.start)
        is_aligned = len({len(head) for head in heads}) == 1 and len({len(key) for key in keys}) > 1
        if not is_aligned:
            return cls(indent, equals if re.fullmatch(r"[ \t]?=[ \t]?", equals) else " = ")
        width = max(map(len, keys))
        return cls(indent, heads[0][width:] if "=" in heads[0][width:] else " = ", width)

    def line(self, key: str, value: Value, newline: str) -> str:
        """`key = value` in this style, with its line end."""
        head = f"{self.indent}{key.ljust(self.width)}{self.equals}"
        return f"{head}{written(value, newline, before=len(head), indent=self.indent)}{newline}"


def indent_of(spans: TomlSpans, at: int) -> str:
    """The blanks at the beginning of the line that `at` is on."""
    line = spans.text[spans.line_start(at) : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def newline_of(text: str) -> str:
    """The line end of a file: that of its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def gap_of(spans: TomlSpans, starts: Sequence[int]) -> int:
    """How many blank lines part the tables that begin at `starts`: the first two that nothing else parts; else 1."""
    for start in starts[1:]:
        above = spans.text[: spans.line_start(start)].replace("\r\n", "\n")
        lines = above.rstrip("\n")
        if not lines.rpartition("\n")[2].lstrip(" \t").startswith("#"):
            return len(above) - len(lines) - 1
    return 1

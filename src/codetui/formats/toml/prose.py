"""Prose of several lines: hard line breaks joined, empty lines at the ends taken off."""

from __future__ import annotations

import re
from unicodedata import category

BULLET = re.compile(r"\s*(?:[-*•]|\d+[.)])\s")


def joined_lines(text: str) -> str:
    """Hard-wrapped text with its lines joined; blank lines, bullets and rows of tables still begin a line of their own.

    A bullet keeps its indentation, counted from that of the leftmost one.  Control characters are left out.
    """
    printable = "".join(sign for sign in text if sign in "\n\t" or category(sign) != "Cc")
    written = without_empty_ends(printable.split("\n"))
    left = min((indentation(line) for line in written if BULLET.match(line)), default=0)
    lines: list[list[str]] = []
    for line in written:
        part = line.strip()
        is_bullet = BULLET.match(line) is not None
        if part and lines and lines[-1] and not is_bullet and not part.startswith("|") and lines[-1][0][:1] != "|":
            lines[-1].append(part)
        elif part or (lines and lines[-1]):
            lines.append([" " * (indentation(line) - left if is_bullet else 0) + part] if part else [])
    return "\n".join(" ".join(parts) for parts in lines)


def indentation(line: str) -> int:
    """The blanks that a line begins with; a tab goes on to the next fourth column."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(4))


def without_empty_ends(lines: list[str]) -> list[str]:
    """The lines without those at either end that hold nothing but white space."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []

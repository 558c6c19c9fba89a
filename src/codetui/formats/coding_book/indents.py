"""Lists nested by whatever blanks people type, nested as markdown wants it."""

from __future__ import annotations

import re

from codetui.formats.prose import indentation

BULLET = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])(?:\s+|$)")
FENCE = re.compile(r"\s*(`{3,}|~{3,})")
ALONE_IN_BOLD = re.compile(r"(?:\*\*|__)([^*_]+(?:[*_][^*_]+)*)(?:\*\*|__):?\s*")
PART = re.compile(r"(?:part|deel)\b", re.IGNORECASE)
CODE = re.compile(r"`?(?:[A-Z]+\d|\d+\.\w+\.\w)")
NEXT_LEVEL = 2
"""Blanks more than the bullet above that make a nested one."""


def nested(lines: list[str]) -> list[str]:
    """As many lines, each bullet under the text of the one it is nested in, and each line that goes on under its own.

    Bullets nested by two blanks or by eight come out alike; fenced code stays as it is.
    """
    found: list[str] = []
    open_bullets: list[tuple[int, int]] = []
    fence = ""
    for line in lines:
        marks = FENCE.match(line)
        if fence or marks:
            is_end = marks is not None and bool(fence) and marks[1].startswith(fence)
            fence = "" if is_end else fence or (marks[1] if marks else "")
            found.append(line)
        elif not line.strip():
            found.append("")
        else:
            found.append(_placed(line, open_bullets))
    return found


def headed(lines: list[str]) -> list[str]:
    """As many lines, those that stand alone in bold made headings: what people write who know no other headings.

    The first is the title; a part of the book stands above its chapters, a chapter above the codes.
    """
    found: list[str] = []
    is_first = True
    for number, line in enumerate(lines):
        bold = ALONE_IN_BOLD.fullmatch(line)
        is_alone = bold and not "".join(lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]).strip()
        level = 1 if is_first else 2 if bold and PART.match(bold[1]) else 4 if bold and CODE.match(bold[1]) else 3
        found.append(f"{'#' * level} {bold[1]}" if bold and is_alone else line)
        is_first = is_first and not is_alone
    return found


def _placed(line: str, open_bullets: list[tuple[int, int]]) -> str:
    """The line with the indentation it should have; `open_bullets` holds the old one and the new one of their texts."""
    indent = indentation(line)
    bullet = BULLET.match(line)
    while open_bullets and indent < open_bullets[-1][0] + (NEXT_LEVEL if bullet else 1):
        open_bullets.pop()
    new = open_bullets[-1][1] if open_bullets else 0 if bullet else indent
    text = line.lstrip()
    if bullet:
        open_bullets.append((indent, new + len(bullet[0].strip()) + 1))
        marker, rest = bullet[0].strip(), line[bullet.end() :]
        text = f"{marker} {rest}".rstrip()
    return " " * new + text

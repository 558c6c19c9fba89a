"""Text fitted to terminal cells: on one line, printable, cut, wrapped."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells, set_cell_size

from codetui.core.text.display import STAND_IN, sanitize

SOFT_HYPHEN = "\xad"
"""No cell wide in some terminals, one cell in others."""


def shown(text: str) -> str:
    """Return `text` on one line: runs of white space become one blank, control characters `·`."""
    return sanitize(" ".join(text.split())).replace(SOFT_HYPHEN, STAND_IN)


def one_line(text: str) -> str:
    """Return `text` for an input line: each line break and tab becomes a blank, control characters `·`."""
    return re.sub(r"\s", " ", sanitize(re.sub(r"\r\n|[\r\v\f\x85]", "\n", text)))


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with `…` where it is cut."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    return set_cell_size(text, width - 1).rstrip() + "…"


def brief(text: str, width: int) -> str:
    """Return the beginning of `text` on one line of at most `width` cells, in time that its length does not change."""
    head = text[: max(width, 0) * 4 + 64]
    if len(head) == len(text):
        return cut(shown(text), width)
    return cut(shown(head) + "…", width)


def brief_middle(text: str, width: int) -> str:
    """Return `text` on one line of at most `width` cells; a longer one keeps both ends."""
    if len(text) > width * 8 + 128:
        text = text[: width * 4 + 64] + " … " + text[-(width * 4 + 64) :]
    line = shown(text)
    if cell_len(line) <= width or width < 8:
        return cut(line, width)
    start = len(line)
    while cell_len(line[start - 1 :]) <= width // 3:
        start -= 1
    return cut(line, width - cell_len(line[start:])) + line[start:]


def wrap(text: str, width: int) -> list[str]:
    """Return `text` wrapped at blanks to lines of `width` cells; longer words are broken."""
    if width < 1:
        return []
    lines: list[str] = []
    line = ""
    for word in shown(text).split(" "):
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        *full, line = chop_cells(word, width) or [""]
        lines.extend(full)
    return [*lines, line] if line else lines

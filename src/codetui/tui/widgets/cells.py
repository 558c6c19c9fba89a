"""Text fitted to terminal cells: folded, made printable, cut, wrapped."""

from __future__ import annotations

import re

from rich.cells import cell_len, chop_cells, set_cell_size

from codetui.core.text.display import STAND_IN, sanitize

SOFT_HYPHEN = "\xad"
"""Of no width in one terminal, and of one cell in another."""


def shown(text: str) -> str:
    """`text` on one line: each run of white space is one blank, what a terminal might obey is `·`."""
    return sanitize(" ".join(text.split())).replace(SOFT_HYPHEN, STAND_IN)


def one_line(text: str) -> str:
    """`text` as a field on one line may hold it: each line break and tab is a blank, what a terminal might obey `·`."""
    return re.sub(r"\s", " ", sanitize(re.sub(r"\r\n|[\r\v\f\x85]", "\n", text)))


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; `…` stands for what is left off."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    return set_cell_size(text, width - 1).rstrip() + "…"


def brief(text: str, width: int) -> str:
    """The beginning of `text` on one line of at most `width` cells, whatever its length."""
    head = text[: max(width, 0) * 4 + 64]
    if len(head) == len(text):
        return cut(shown(text), width)
    return cut(shown(head) + "…", width)


def brief_middle(text: str, width: int) -> str:
    """`text` on one line of at most `width` cells; both ends stay where it is too long."""
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
    """The lines of `text` wrapped at blanks to `width` cells; a longer word is broken."""
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

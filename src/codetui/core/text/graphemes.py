"""Graphemes as a terminal shows them: which characters belong together, their cells, and what is drawn.

A cluster is a base with what attaches to it. Every cluster has at least one cell, so that all of a text can be
selected: what has no picture (controls, zero-width characters, bidi overrides) is drawn as `·`, a tab as four blanks.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len, split_graphemes

SUBSTITUTE = "·"
TAB_CELLS = 4
MARKS_PER_CLUSTER = 32
"""So many marks join one character; the rest are clusters of their own, since terminals slow down on endless ones."""

_JOINER, _EMOJI_SELECTOR = "\u200d", "\ufe0f"
_ATTACHING = frozenset({"Mn", "Me", "Mc", "Lo", "Sk"})
_PICTURELESS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_PLAIN = " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u1e00-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u20cf"
find_odd = re.compile(f"[^{_PLAIN}]").search
"""Find a character that is not one cluster of one cell by itself."""

_find_endless = re.compile(b"\0{%d}" % MARKS_PER_CLUSTER).finditer


def _attaches(character: str) -> bool:
    """True for what belongs to the character before it: marks, joiners, emoji modifiers, flag tags."""
    if cell_len(character):
        return False
    code = ord(character)
    is_joining = code in (0x200C, 0x200D) or 0xE0020 <= code <= 0xE007F
    return is_joining or unicodedata.category(character) in _ATTACHING


class _CellTable(dict[int, int]):
    """The cells of each code point, 0 for one that attaches to its base; filled as characters are met."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        cells = 0 if unicodedata.category(character) in _PICTURELESS else cell_len(character)
        self[code] = TAB_CELLS if character == "\t" else cells or int(not _attaches(character))
        return self[code]


_cells = _CellTable()


def cluster_cells(text: str) -> bytes:
    """Return the cells of each code point, 0 for one that belongs to the code point before it.

    The text begins at a cluster and has no line break. A table does for most texts; rich, which is six times slower,
    joins emoji.
    """
    table = text.translate(_cells).encode("latin-1")
    if 0 not in table:
        return table
    cells = bytearray(table)
    cells[0] = cells[0] or 1
    if _JOINER in text or _EMOJI_SELECTOR in text:
        for start, end, width in split_graphemes(text)[0]:
            if end - start > 1 and cells[start]:
                _join_emoji(text, start, end, width, cells)
    for run in _find_endless(cells):
        cells[run.end() - 1] = 1
    return bytes(cells)


def _join_emoji(text: str, start: int, end: int, width: int, cells: bytearray) -> None:
    """Join the emoji of a grapheme that rich has found; letters behind a joiner keep their cells."""
    for at in range(start + 2, end):
        if text[at - 1] == _JOINER and unicodedata.category(text[at]) == "So":
            cells[at] = 0
    selector = text.find(_EMOJI_SELECTOR, start, end)
    if selector > 0 and not any(cells[start + 1 : selector]):
        cells[start] = max(width, cells[start])


def glyphs(text: str, cells: bytes) -> tuple[str, ...]:
    """Return the string to draw for each code point of a row.

    A joiner that joins nothing is left out: a terminal would draw one cell less for it.
    """
    drawn = list(map(_glyph, text, cells))
    for joiner in re.finditer(_JOINER, text):
        at = joiner.start()
        if not cells[at] and (at + 1 == len(cells) or cells[at + 1]):
            drawn[at] = ""
    return tuple(drawn)


def _glyph(character: str, cells: int) -> str:
    """Return the string to draw for one code point with its cells, 0 for one that attaches."""
    if character == "\t":
        return " " * TAB_CELLS if cells else ""
    is_raw = unicodedata.category(character) not in _PICTURELESS
    if cells:
        return character if is_raw and cell_len(character) else SUBSTITUTE
    return character if is_raw or _attaches(character) else ""

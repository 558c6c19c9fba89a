"""Characters as a terminal shows them: which belong together, how many cells they take, what is drawn.

A cluster is a base with what attaches to it.  Every cluster has at least one cell, so that all of a text can
be selected: what has no picture (controls, zero-width, bidi overrides) shows as `·`, a tab as four blanks.
"""

from __future__ import annotations

import re
import unicodedata

from rich.cells import cell_len

SUBSTITUTE = "·"
TAB_CELLS = 4
MARKS_PER_CLUSTER = 32
"""So many marks join one character; the rest stand alone, as terminals slow down on endless ones."""

_JOINER, _EMOJI_SELECTOR = "\u200d", "\ufe0f"
_ATTACHING = frozenset({"Mn", "Me", "Mc", "Lo", "Sk"})
_PICTURELESS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_PLAIN = " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u1e00-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u20cf"
find_odd = re.compile(f"[^{_PLAIN}]").search
"""Finds a character that is not one cluster of one cell by itself."""

_find_joins = re.compile(f"[{_JOINER}{_EMOJI_SELECTOR}]").finditer
_find_endless = re.compile(b"\0{%d}" % MARKS_PER_CLUSTER).finditer


def _attaches(character: str) -> bool:
    """Whether it belongs to the character before it: marks, joiners, emoji modifiers, flag tags."""
    if cell_len(character):
        return False
    code = ord(character)
    is_joining = code in (0x200C, 0x200D) or 0xE0020 <= code <= 0xE007F
    return is_joining or unicodedata.category(character) in _ATTACHING


class _CellTable(dict[int, int]):
    """Cells of each code point, 0 for one that attaches to its base; filled as characters are met."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        if code == 9:
            cells = TAB_CELLS
        elif unicodedata.category(character) in _PICTURELESS:
            cells = 0 if _attaches(character) else 1
        else:
            cells = cell_len(character) or (0 if _attaches(character) else 1)
        self[code] = cells
        return cells


_cells = _CellTable()


def cluster_cells(text: str) -> bytes:
    """Cells of each code point, where what belongs to the code point before has 0.

    The text begins at a cluster and has no line break.
    """
    cells = text.translate(_cells).encode("latin-1")
    if 0 not in cells:
        return cells
    mended = bytearray(cells)
    mended[0] = mended[0] or 1
    _join_emoji(text, mended)
    for run in _find_endless(mended):
        mended[run.end() - 1] = 1
    return bytes(mended)


def _is_pictogram(character: str) -> bool:
    """Whether a terminal may draw it as an emoji."""
    return unicodedata.category(character) == "So"


def _join_emoji(text: str, cells: bytearray) -> None:
    """A joiner takes in the character after it; the emoji selector widens its base, as terminals do."""
    joined = known = -1
    known_base = 0
    for match in _find_joins(text):
        at = match.start()
        if at == joined or not at:
            continue
        if match.group() == _JOINER:
            joined = at + 1
            if joined < len(cells) and _is_pictogram(text[joined]):
                cells[joined] = 0
            continue
        base = at
        while base and not cells[base] and base != known:
            base -= 1
        base = known_base if base == known else base
        known, known_base = at, base
        if cells[base] == 1 and cell_len(text[base] + _EMOJI_SELECTOR) == 2:
            cells[base] = 2


def _glyph(character: str, cells: int) -> str:
    """What the terminal gets for one code point that takes `cells` cells; 0 is one that attaches."""
    if character == "\t":
        return " " * TAB_CELLS if cells else ""
    is_raw = unicodedata.category(character) not in _PICTURELESS
    if cells:
        return character if is_raw and cell_len(character) else SUBSTITUTE
    return character if is_raw or _attaches(character) else ""


def glyphs(text: str, cells: bytes) -> tuple[str, ...]:
    """The glyphs of a row; a joiner that joins nothing is left out, as it would swallow a cell."""
    drawn = list(map(_glyph, text, cells))
    if _JOINER in text:
        for index, character in enumerate(text):
            if character == _JOINER and not cells[index] and (index + 1 == len(cells) or cells[index + 1]):
                drawn[index] = ""
    return tuple(drawn)

"""Words, clauses, sentences, bullets, turns of speakers, paragraphs and lines as spans near an offset.

Only the block around the offset is read: a paragraph, or a piece of a very long one. A text of 10 MB on one line is as
fast as a short text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from codetui.core.text.layout import cluster_cells
from codetui.core.text.scripts import CLOSERS, STOPS
from codetui.core.text.sentences import bullet_flows, clauses_in, parts_in, sentences_in, trimmed_prose, words_in
from codetui.model import Span

Unit = Literal["part", "word", "clause", "sentence", "bullet", "turn", "paragraph", "line"]

_BLOCK = 8_000
_REACH = 100_000
_GRID = 4_000
_SNAP = 64
_INK = re.compile(r"\S")
_BLANK = re.compile(r"\s")
_WIDE_STOP = re.compile(f"[{STOPS}][{re.escape(CLOSERS)}]*")


def unit_at(text: str, offset: int, unit: Unit) -> Span:
    """Return the unit that covers or touches the offset, else the next one, else the one before.

    The span is empty if the text has no such unit near the offset.
    """
    start, end = block_at(text, offset)
    spans = _units_of(text, start, end, unit)
    for span in spans:
        if span.start <= offset < span.end:
            return span
    touching = [s for s in spans if s.end == offset]
    if touching:
        return touching[-1]
    following = next_unit(text, offset - 1, unit)
    if following is not None and following.start < max(end, offset + _BLOCK):
        return following
    return previous_unit(text, offset, unit) or following or Span(offset, offset)


def next_unit(text: str, offset: int, unit: Unit) -> Span | None:
    """Return the first unit that starts after the offset, or None if there is none within 100,000 code points."""
    for start, end in _blocks_from(text, max(0, offset)):
        for span in _units_of(text, start, end, unit):
            if span.start > offset:
                return span
    return None


def previous_unit(text: str, offset: int, unit: Unit) -> Span | None:
    """Return the last unit that starts before the offset, or None if there is none within 100,000 code points."""
    for start, end in _blocks_before(text, min(offset, len(text))):
        for span in reversed(_units_of(text, start, end, unit)):
            if span.start < offset:
                return span
    return None


def units(text: str, start: int, end: int, unit: Unit) -> list[Span]:
    """Return the units that overlap `start` to `end`, in order."""
    found: list[Span] = []
    at = max(0, start)
    while at < min(end, len(text)):
        block_start, block_end = block_at(text, at)
        found += [s for s in _units_of(text, block_start, block_end, unit) if s.end > start and s.start < end]
        at = _next_ink(text, max(block_end, at + 1))
    return found


def block_at(text: str, offset: int) -> Span:
    """Return the lines around the offset up to the blank lines, at most 8,000 code points."""
    offset = min(max(offset, 0), len(text))
    start, is_start = _blank_line_before(text, offset)
    end, is_end = _blank_line_after(text, offset)
    if is_start and is_end and end - start <= _BLOCK:
        return Span(start, end)
    low, high = _grid_cut(text, offset // _GRID), _grid_cut(text, offset // _GRID + 1)
    if low > offset:
        low, high = _grid_cut(text, offset // _GRID - 1), low
    return Span(max(start, low) if is_start else low, min(end, high) if is_end else high)


def snap(text: str, offset: int) -> int:
    """Return the offset, or the start of the grapheme that contains it: a selection never ends inside an emoji."""
    offset = min(max(offset, 0), len(text))
    if offset in (0, len(text)) or (text[offset] < "\u0300" and text[offset - 1] < "\u0300"):
        return offset - 1 if text[max(0, offset - 1) : offset + 1] == "\r\n" else offset
    at = offset
    start = max(0, offset - _SNAP)
    cells = cluster_cells(text[start : offset + _SNAP])
    while at > start and not cells[at - start]:
        at -= 1
    return at


def grapheme_after(text: str, offset: int) -> int:
    """Return the end of the grapheme that starts at the offset; CRLF is one grapheme."""
    if offset >= len(text):
        return len(text)
    if text.startswith("\r\n", offset):
        return offset + 2
    cells = cluster_cells(text[offset : offset + _SNAP])
    at = 1
    while at < len(cells) and not cells[at]:
        at += 1
    return offset + at


def grapheme_before(text: str, offset: int) -> int:
    """Return the start of the grapheme that ends at the offset."""
    return snap(text, offset - 1) if offset > 0 else 0


def trim(text: str, start: int, end: int) -> Span:
    """Return the range without white space at either end."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _units_of(text: str, start: int, end: int, unit: Unit) -> tuple[Span, ...]:
    """Return the units of one block as offsets into the text."""
    return _shifted(text[start:end], start, unit)


@lru_cache(maxsize=256)
def _shifted(block: str, start: int, unit: Unit) -> tuple[Span, ...]:
    """Return the units of a block that starts at `start`, as offsets into the text."""
    return tuple(Span(s + start, e + start) for s, e in _units_in(block, unit))


@lru_cache(maxsize=2_048)
def _units_in(block: str, unit: Unit) -> tuple[Span, ...]:
    """Return the units of a block as offsets into it, whatever its line breaks."""
    block = block.replace("\r\n", " \n").replace("\r", "\n")
    match unit:
        case "word":
            return tuple(words_in(block))
        case "part":
            return tuple(p for word in words_in(block) for p in parts_in(block, word))
        case "clause":
            return tuple(c for s in _units_in(block, "sentence") for c in clauses_in(block, s))
        case "sentence":
            return tuple(s for flow, _ in bullet_flows(block) for s in sentences_in(block, flow))
        case "bullet":
            return tuple(flow for flow, is_bullet in bullet_flows(block) if is_bullet)
        case "turn":
            starts = [line.start() for line in re.finditer(r"[^\n]+", block) if speaker_in(line[0])]
            turns = pairwise([*starts, len(block)]) if len(starts) > 1 or starts == [0] else ()
            spans = [trimmed_prose(block, start, end) for start, end in turns]
        case "paragraph":
            spans = [trimmed_prose(block, 0, len(block))]
        case "line":
            spans = [trim(block, m.start(), m.end()) for m in re.finditer(r"[^\n]+", block)]
    return tuple(s for s in spans if s.start < s.end)


def _blank_line_before(text: str, offset: int) -> tuple[int, bool]:
    """Return the start of the lines around the offset, and True if it was found within the size of a block."""
    limit = max(0, offset - _BLOCK)
    line_end = text.find("\n", offset)
    at = text.rfind("\n", limit, offset)
    if line_end >= 0 and text[at + 1 : min(line_end, at + 1 + _BLOCK)].isspace():
        return at + 1, True
    while at >= 0:
        earlier = text.rfind("\n", limit, at)
        if (earlier >= 0 or limit == 0) and not text[earlier + 1 : at].strip():
            return at + 1, True
        at = earlier
    return 0, limit == 0


def _blank_line_after(text: str, offset: int) -> tuple[int, bool]:
    """Return the end of the lines around the offset, and True if it was found within the size of a block."""
    limit = min(len(text), offset + _BLOCK)
    at = text.find("\n", offset, limit)
    while at >= 0:
        later = text.find("\n", at + 1, limit)
        if later >= 0 and not text[at + 1 : later].strip():
            return at, True
        at = later
    return len(text), limit == len(text)


def _grid_cut(text: str, number: int) -> int:
    """Return the offset near every 4,000th code point at which a long paragraph is cut, the same for every query."""
    at = number * _GRID
    if number <= 0 or at >= len(text):
        return min(max(at, 0), len(text))
    line = text.find("\n", at, at + _GRID // 10)
    if line >= 0:
        return line + 1
    stop = _WIDE_STOP.search(text, at, min(len(text), at + _GRID // 10))
    if stop:
        return stop.end()
    blank = _BLANK.search(text, at, min(len(text), at + _GRID // 10))
    return blank.end() if blank else snap(text, at)


def _next_ink(text: str, offset: int) -> int:
    """Return the offset of the first code point from `offset` on that is not white space, or the end of the text."""
    ink = _INK.search(text, offset)
    return ink.start() if ink else len(text)


def _previous_ink(text: str, offset: int) -> int:
    """Return the end of the last code point before the offset that is not white space, or 0."""
    while offset > 0:
        piece = text[max(0, offset - 4096) : offset]
        kept = len(piece.rstrip())
        if kept:
            return offset - len(piece) + kept
        offset -= len(piece)
    return 0


def _blocks_from(text: str, offset: int) -> Iterator[Span]:
    """Yield the blocks from the one at the offset on, as far as a search reaches."""
    at = offset
    while at < len(text) and at - offset <= _REACH:
        block = block_at(text, at)
        yield block
        at = _next_ink(text, max(block.end, at + 1))


def _blocks_before(text: str, offset: int) -> Iterator[Span]:
    """Yield the blocks from the one at the offset back, as far as a search reaches."""
    at = offset
    while at >= 0 and offset - at <= _REACH:
        block = block_at(text, at)
        yield block
        at = _previous_ink(text, block.start) - 1


# --- speakers at the beginning of lines ---------------------------------------------------------------


_LABEL = re.compile(r"[ \t]*([^\W\d_][^\n:：]{0,39})(?:[:：](?=\s|$)|：)[ \t]*")
_PARTICLES = frozenset(
    ["van", "de", "den", "der", "het", "'t", "ten", "ter", "te", "von", "le", "la", "di", "da", "el", "al"]
)
_MOST_WORDS = 4


def speaker_in(line: str) -> tuple[str, int] | None:
    """Return the speaker that a line begins with and where the words begin; None if it names none.

    A name has at most four words, each with a capital letter, a digit or no case, apart from particles.
    """
    found = _LABEL.match(line)
    if found is None:
        return None
    words = found[1].split()
    if len(words) > _MOST_WORDS or any(word[0].islower() and word not in _PARTICLES for word in words):
        return None
    return (" ".join(words), found.end()) if not words[0][0].islower() else None

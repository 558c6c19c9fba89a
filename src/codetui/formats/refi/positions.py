"""The positions of selections, which programs count differently: found by the words that selections are named after.

By REFI-QDA a position is a code point from 0, and the end of a selection its last code point. Some programs write the
code point behind it instead, count UTF-16 units, or count the two characters of a Windows line end as one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from codetui.core.text.normalize import collapse_spaces
from codetui.model import Span, with_plain_line_ends

FEWEST_LETTERS = 3
"""Letters of a name that may be the words of its selection."""

MOST_EVIDENCE = 1000
"""Selections that decide how a file counts."""

CUT = ("...", "…")


class Selected(NamedTuple):
    """A selection as written: its positions, its name, and the text that it is in, with the line ends of the file."""

    start: int
    end: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Counting:
    """A way of counting positions."""

    is_end_exclusive: bool = False
    has_units: bool = False
    """True if positions count UTF-16 units."""

    has_long_ends: bool = True
    """True if a Windows line end counts as two characters, as it is written."""

    def span(self, start: int, end: int, text: str) -> Span | None:
        """Return the span in the text with LF, in code points; None if it is outside."""
        end += 0 if self.is_end_exclusive else 1
        counted = text if self.has_long_ends else with_plain_line_ends(text)
        if self.has_units and not counted.isascii():
            units = counted.encode("utf-16-le", "surrogatepass")
            if not 0 <= start <= end <= len(units) // 2:
                return None
            start, end = (len(units[: 2 * at].decode("utf-16-le", "ignore")) for at in (start, end))
        if not 0 <= start <= end <= len(counted):
            return None
        if "\r" in counted:
            start, end = (len(with_plain_line_ends(counted[:at])) for at in (start, end))
        return Span(start, end)


def find_counting(selections: Sequence[Selected]) -> Counting:
    """Return the way of counting by which most selections contain the words that they are named after.

    Where names decide nothing, that by which fewer selections end inside a word.
    """
    selections = selections[:MOST_EVIDENCE]
    has_units = any(any(sign > "\uffff" for sign in one.text) for one in selections)
    has_returns = any("\r" in one.text for one in selections)
    ways = [
        Counting(is_end_exclusive, units, long_ends)
        for units, long_ends, is_end_exclusive in product(
            (False, True) if has_units else (False,), (True, False) if has_returns else (True,), (False, True)
        )
    ]
    for is_evidence in (_has_its_name, _ends_with_a_word):
        counts = {way: sum(_counts(way, one, is_evidence) for one in selections) for way in ways}
        best = max(counts.values())
        ways = [way for way in ways if counts[way] == best]
    return ways[0]


def _counts(way: Counting, one: Selected, is_evidence: Callable[[str, Span, str], bool]) -> bool:
    span = way.span(one.start, one.end, one.text)
    return span is not None and is_evidence(with_plain_line_ends(one.text), span, one.name)


def _has_its_name(text: str, span: Span, name: str) -> bool:
    words, wanted = collapse_spaces(text[span.start : span.end]), collapse_spaces(name)
    if sum(map(str.isalnum, wanted)) < FEWEST_LETTERS:
        return False
    cut = next((wanted.removesuffix(mark).rstrip() for mark in CUT if wanted.endswith(mark)), "")
    return words == wanted or bool(cut and words.startswith(cut))


def _ends_with_a_word(text: str, span: Span, _: str) -> bool:
    """Return whether a span ends neither inside a word nor with a blank."""
    last, following = text[span.end - 1 : span.end], text[span.end : span.end + 1]
    return bool(last) and not (last.isalnum() and following.isalnum()) and (not last.isspace() or last == "\n")

"""Trials in which a quotation could be found at a wrong place, made from real quotations; `anchors` runs them.

A trial is a text, the words to locate, and the only correct place, if any. Only invented words and numbers are
inserted.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from codetui.core.anchors.anchor import Exact, Fuzzy, Resolution, anchor_at, locate, resolve
from codetui.core.anchors.similarity import PLURAL, WORD, is_joined
from codetui.core.text.normalize import normalize_words
from codetui.core.text.units import unit_at
from codetui.model import Anchor, Span, text_hash

Verdict = Literal["right", "asked", "wrong"]

OTHER_WORD = "lantern"
BREAKS = (" ", "\n     * ")
TOP = "A line more.\n"
SAME_PLACE = 0.5
"""Share that two spans must have in common where the words differ: an end may be missing."""


class Trial(NamedTuple):
    """Words to locate in a text, by their anchor if they have one; `place` is None if the text lacks them."""

    text: str
    words: str
    anchor: Anchor | None
    place: Span | None

    def found(self) -> Resolution:
        """Return the result of the program."""
        return locate(self.text, self.words) if self.anchor is None else resolve(self.text, self.anchor)


def verdict(trial: Trial, found: Resolution) -> Verdict:
    """Return whether a place was found, and whether it was the right one."""
    if not isinstance(found, Exact | Fuzzy):
        return "asked"
    if trial.place is None:
        return "right" if has_the_words(trial.text, found.span, trial.words) else "wrong"
    if isinstance(found, Exact):
        return "right" if found.span == trial.place else "wrong"
    common = min(found.span.end, trial.place.end) - max(found.span.start, trial.place.start)
    whole = max(found.span.end, trial.place.end) - min(found.span.start, trial.place.start)
    return "right" if common >= SAME_PLACE * whole else "wrong"


def has_the_words(text: str, span: Span, words: str) -> bool:
    """Return whether the letters at a place, up to the edges of its words, are those of `words` or their plural."""
    start, end = span
    while is_joined(text, start):
        start -= 1
    while is_joined(text, end):
        end += 1
    return letters(text[start:end]) in (letters(words), letters(words) + PLURAL)


def letters(words: str) -> str:
    """Return the letters of the normalized words without spaces and punctuation."""
    return "".join(re.findall(WORD, normalize_words(words)))


# --- other ads ----------------------------------------------------------------------------------------


def foreign(texts: Mapping[str, str], ad: str, words: str) -> Iterator[Trial]:
    """Yield the words in every ad with another text; words with typos are compared as the ad has them."""
    own = locate(texts[ad], words)
    meant = texts[ad][slice(*own.span)] if isinstance(own, Fuzzy) else words
    for text in dict.fromkeys(texts.values()):
        if text != texts[ad]:
            found = locate(text, words)
            is_same = isinstance(found, Fuzzy) and has_the_words(text, found.span, meant)
            yield Trial(text, words, None, found.span if isinstance(found, Fuzzy) and is_same else None)


# --- near-duplicates ----------------------------------------------------------------------------------


def copies(text: str, span: Span, *, has_anchor: bool) -> Iterator[Trial]:
    """Yield the text with the quotation's sentence copied next to it, with each word or number changed in turn."""
    start, end = sentence_round(text, span)
    sentence = text[start:end]
    anchor = anchor_at(text, span, text_hash(text)) if has_anchor else None
    words = text[span.start : span.end]
    for found in re.finditer(r"\w+", sentence):
        copy = sentence[: found.start()] + _other(found[0]) + sentence[found.end() :]
        for between in BREAKS:
            for top in ("", TOP):
                behind = top + text[:end] + between + copy + text[end:]
                yield Trial(behind, words, anchor, _moved(span, len(top)))
                before = top + text[:start] + copy + between + text[start:]
                yield Trial(before, words, anchor, _moved(span, len(top) + len(copy) + len(between)))


def sentence_round(text: str, span: Span) -> Span:
    """Return the span widened to whole sentences."""
    first, last = unit_at(text, span.start, "sentence"), unit_at(text, span.end - 1, "sentence")
    return Span(min(first.start, span.start), max(last.end, span.end))


def _other(word: str) -> str:
    return str(int(word) + 1) if word.isdecimal() else OTHER_WORD


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


# --- words that are written otherwise -----------------------------------------------------------------


def slips(text: str, span: Span, chance: random.Random) -> Iterator[tuple[str, Trial]]:
    """Yield the words with one typing error each, by the name of the error.

    Errors that the text contains anyway are left out.
    """
    words = text[span.start : span.end]
    at = chance.randrange(1, len(words) - 2)
    written = {
        "letters swapped": words[:at] + words[at + 1] + words[at] + words[at + 2 :],
        "letter missing": words[:at] + words[at + 1 :],
        "letter doubled": words[:at] + words[at] + words[at:],
        "letter wrong": words[:at] + chance.choice("aeinorst") + words[at + 1 :],
        "blank missing": words.replace(" ", "", 1),
        "comma added": words.replace(" ", ", ", 1),
    }
    for name, slip in written.items():
        if normalize_words(slip) not in normalize_words(text):
            yield name, Trial(text, slip, None, span)


def other_words(text: str, span: Span, chance: random.Random) -> Iterator[tuple[str, Trial]]:
    """Yield the words with one missing or replaced, which can only be found by their sentence."""
    words = text[span.start : span.end].split()
    if len(words) > 4:
        at = chance.randrange(1, len(words) - 1)
        yield "word missing", Trial(text, " ".join([*words[:at], *words[at + 1 :]]), None, span)
        yield "word replaced", Trial(text, " ".join([*words[:at], OTHER_WORD, *words[at + 1 :]]), None, span)


def cuts(text: str, span: Span) -> Iterator[Trial]:
    """Yield the quotation's first and last one to four words, joined by an ellipsis."""
    words = text[span.start : span.end].split()
    for kept in range(1, 5):
        if len(words) > 2 * kept:
            cut = f"{' '.join(words[:kept])} ... {' '.join(words[-kept:])}"
            yield Trial(text, cut, None, span)

"""Slips of the pen: what a coder's words may differ in and still be the ad's, told apart from other words.

A quotation is copied, so all its words stand in the ad.  A letter may be wrong in one word of three, an ending may
differ in one of four, a blank may be missing.  Where a word was put for another, or a number, it is another
sentence, however much alike: job ads repeat each other.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from codetui.core.anchors.disambiguate import is_joined
from codetui.model import Span

WORD = re.compile(r"[\w+#']+")
"""A word with what tells `C++`, `C#` and `C` apart, and `you'll`."""

MISSPELT, INFLECTED, MISSED = 3, 4, 8
"""The words that a quotation needs to be believed with one slip: a misspelt word, another ending, a little word that is
missing or one too many.  In fewer, `CI/CD pipelines` would be many an ad's `CI/CD pipeline`."""

LITTLE = 3
"""A word of so many letters at most may be missing, as `the` is."""

NEGATIONS = frozenset(("no", "non", "nor", "not", "nee"))
"""Little words that are never missed by mistake."""

STEM = 4
ENDINGS = frozenset(("", "d", "e", "ed", "en", "es", "ing", "n", "s", "t", "te"))
"""English and Dutch endings: `driving` and `drive` are one word, where they share a stem of so many letters."""

LONG_WORD, VERY_LONG_WORD = 4, 9
"""From so many letters on one letter may be wrong, or two; a shorter word with a wrong letter is another word."""


def is_typo(words: str, place: str) -> bool:
    """True where folded `words` and the folded text of a place are the same but for slips of the pen."""
    wanted, standing = WORD.findall(words), WORD.findall(place)
    needed = 0
    for one, other in _differences(wanted, standing):
        words_needed = _words_needed(one, other)
        if words_needed is None:
            return False
        needed += words_needed
    return needed <= len(wanted)


def _differences(wanted: list[str], standing: list[str]) -> list[tuple[list[str], list[str]]]:
    """The stretches of words in which two texts differ, in order."""
    from rapidfuzz.distance import Levenshtein

    stretches: list[tuple[list[str], list[str]]] = []
    is_new = True
    for step in Levenshtein.opcodes(wanted, standing):
        if step.tag == "equal":
            is_new = True
            continue
        if is_new:
            stretches.append(([], []))
            is_new = False
        stretches[-1][0].extend(wanted[step.src_start : step.src_end])
        stretches[-1][1].extend(standing[step.dest_start : step.dest_end])
    return stretches


def _words_needed(one: list[str], other: list[str]) -> int | None:
    """How many words a quotation needs to be believed with this difference; None where it is no slip."""
    if "".join(one) == "".join(other):
        return 0
    if len(one) != len(other):
        if one and other:
            return _words_needed(["".join(one)], ["".join(other)])
        return MISSED if _is_little(*one, *other) else None
    slips = [_slip(a, b) for a, b in zip(one, other, strict=True)]
    return None if None in slips else sum(slip or 0 for slip in slips)


def _is_little(*words: str) -> bool:
    """True for one word that may be missed."""
    return len(words) == 1 and len(words[0]) <= LITTLE and words[0].isalpha() and words[0] not in NEGATIONS


def _slip(one: str, other: str) -> int | None:
    """How many words the slip between two spellings of one word needs; None where they are two words.

    Words that begin otherwise, as `internal` and `external`, and numbers are two.
    """
    if one == other:
        return 0
    if one[0] != other[0] or any(letter.isdecimal() for letter in one + other):
        return None
    if ("'" in one) != ("'" in other):
        letters = sorted((one.replace("'", ""), other.replace("'", "")), key=len)
        return INFLECTED if _is_shortened(*letters) else None
    if _is_inflected(one, other):
        return INFLECTED
    return MISSPELT if _is_misspelt(one, other) else None


def _is_shortened(short: str, long: str) -> bool:
    """True where all letters of the one stand in the other, in order: `youll` in `youwill`."""
    letters = iter(long)
    return all(letter in letters for letter in short)


def _is_inflected(one: str, other: str) -> bool:
    """True where the words have one stem and endings of two lengths: one letter for another is a slip."""
    stem = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return stem >= STEM and len(one) != len(other) and {one[stem:], other[stem:]} <= ENDINGS


def _is_misspelt(one: str, other: str) -> bool:
    """True where so few letters are wrong, missing, too many or swapped with the next that no other word is likely."""
    from rapidfuzz.distance import OSA

    longer = max(len(one), len(other))
    wrong: int = OSA.distance(one, other)
    if longer >= LONG_WORD:
        return wrong <= (2 if longer >= VERY_LONG_WORD else 1)
    return wrong <= 1 and sorted(one) == sorted(other)


ACCEPTED = 0.80
"""Ten letters with one wrong score 0.9.  By itself the score proves nothing: of 9,000 real quotations looked for in
other ads 32 score 0.80 to 0.97 and stand in none, since a word is another one; see `slips`."""

SHOWN = 0.60
"""Below this a place has nothing to do with the words and is not even shown."""

MARGIN = 0.05
"""The runner-up must be this much less alike; sentences that differ in one word of ten are nearer."""

SHORTEST = 10
"""Shorter words resemble too much: one letter off is another tool's name."""

SHORTEST_REACH, LONGEST_REACH = 16, 120
"""How far the ends of a window are moved, in code points: a third of the words, within these bounds."""


class SimilarPlaces(NamedTuple):
    """The most similar place, then those too similar to rule out; `score` is the best one's, from 0 to 1."""

    places: tuple[Span, ...]
    score: float
    is_enough: bool
    """True where the places may be offered as the quotation's: one that has its words, or several to choose from."""


def most_similar(haystack: str, words: str) -> SimilarPlaces | None:
    """The place of folded `words` in a folded text, or None where nothing resembles them."""
    if len(words) < SHORTEST or len(haystack) < SHORTEST:
        return None
    best = _best_window(haystack, words, Span(0, len(haystack)))
    if best is None:
        return None
    place, score = best
    if score < SHOWN:
        return None
    rivals = []
    for rest in (Span(0, place.start), Span(place.end, len(haystack))):
        rival = _best_window(haystack, words, rest)
        if rival is not None and rival[1] > score - MARGIN:
            rivals.append(rival[0])
    is_same = bool(rivals) or is_typo(words, haystack[place.start : place.end])
    return SimilarPlaces((place, *rivals), score, score >= ACCEPTED and is_same)


def similarity(one: str, other: str) -> float:
    """How much two folded texts resemble each other, from 0 to 1: twice their common letters by all their letters."""
    return _ratio(one, other)


def _best_window(haystack: str, words: str, within: Span) -> tuple[Span, float] | None:
    """The stretch inside `within` that resembles `words` most, its ends refined, and how much it does."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    text = haystack[within.start : within.end]
    if len(text) < len(words) / 2:
        return None
    # Windows score less than the refined place, since theirs is the length of the words.
    window = partial_ratio_alignment(words, text, score_cutoff=100 * (SHOWN - MARGIN))
    if window is None:
        return None
    start, end, score = _refined(text, words, window.dest_start, window.dest_end)
    return Span(within.start + start, within.start + end), score


def _refined(text: str, words: str, start: int, end: int) -> tuple[int, int, float]:
    """Ends moved to the edges of words between which the stretch resembles `words` most.

    A window as long as the words has them wrong wherever characters were added or lost.
    """
    reach = min(max(SHORTEST_REACH, len(words) // 3), LONGEST_REACH)
    score = 0.0
    for _ in range(2):
        before = (start, end)
        starts = _edges(text, max(0, start - reach), min(end - 1, start + reach)) or [start]
        start = max(starts, key=lambda each: _ratio(words, text[each:end]))
        ends = _edges(text, max(start + 1, end - reach), min(len(text), end + reach)) or [end]
        end = max(ends, key=lambda each: _ratio(words, text[start:each]))
        score = _ratio(words, text[start:end])
        if (start, end) == before:
            break
    tight = text[start:end]
    start += len(tight) - len(tight.lstrip())
    return start, max(start + 1, end - len(tight) + len(tight.rstrip())), score


def _edges(text: str, first: int, last: int) -> list[int]:
    """The places from `first` to `last` where no word is cut in two."""
    return [place for place in range(first, last + 1) if not is_joined(text, place)]


def _ratio(one: str, other: str) -> float:
    from rapidfuzz.fuzz import ratio

    return ratio(one, other) / 100

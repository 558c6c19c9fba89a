"""Slips of the pen: what a coder's words may differ in and still be the ad's, told apart from other words.

A quotation is copied, so all its words stand in the ad.  A letter may be wrong in one word of three, an ending may
differ in one of four, a blank may be missing.  Where a word was put for another, or a number, it is another
sentence, however much alike: job ads repeat each other.
"""

from __future__ import annotations

import re

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


def is_slip(words: str, place: str) -> bool:
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

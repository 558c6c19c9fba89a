"""Compare the possible places of words in a text: by context if the words repeat, by spelling if they differ.

Of several places of the same words, context decides first, then whole words. Words with typos are located at the most
similar passage if that has the same words: a quotation is copied, so all its words are in the source. One word in three
may have a wrong letter, one in four another ending, a blank may be missing. With another word or number it is another
sentence, however similar: job ads repeat each other.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from codetui.core.text.scripts import UNSPACED, find_unspaced
from codetui.model import Span

WORD = rf"[{UNSPACED}]|(?:[\w+#'](?<![{UNSPACED}]))+"
"""A pattern of words, with the characters that distinguish `C++`, `C#` and `C`, and with those of `you'll`; in scripts
without blanks each character for itself, since a change of one makes another word."""

MISSPELT, INFLECTED, MISSED = 3, 4, 8
"""The words that a quotation must have for each typo: a misspelt word, another ending, a little word missing or added.
With fewer, `CI/CD pipelines` would be found in every ad with a `CI/CD pipeline`."""

LITTLE = 3
"""The most letters of a word that may be missing, such as `the`."""

NEGATIONS = frozenset(("no", "non", "nor", "not", "nee"))
"""Little words whose absence changes the meaning."""

STEM = 4
ENDINGS = frozenset(("", "d", "e", "ed", "en", "es", "ing", "n", "s", "t", "te"))
"""English and Dutch endings: `driving` and `drive` are one word if they share a stem of STEM letters."""

LONG_WORD, VERY_LONG_WORD = 4, 9
"""From these lengths on one letter may be wrong, or two; a shorter word with a wrong letter is another word."""

ACCEPTED = 0.80
"""The least score of a place that is offered; ten letters with one wrong have 0.9. The score alone proves nothing: of
9,000 real quotations, searched for in other ads, 32 score 0.80 to 0.97 with another word in them; see `is_typo`."""

SHOWN = 0.60
"""The least score of a place that is shown."""

MARGIN = 0.05
"""How much lower the second place must score; sentences that differ in one word of ten are closer."""

SHORTEST = 10
"""The fewest code points to search for: with one letter changed, a shorter word is the name of another tool."""

SHORTEST_REACH, LONGEST_REACH = 16, 120
"""How far the ends of a window are moved, in code points: a third of the words, within these bounds."""

CLEARLY_MORE = 4
"""Code points of context by which the best place must exceed the second: blanks agree by chance."""

AGREEING = 6
"""Code points of context that make a place the old one."""

REPEATED = 16
"""Code points of context on one side that make a second place a repetition: a sentence that was copied and changed in
one word keeps them on the other side of that word, while bullets one below the other share 9 at most. Without this
limit, 11,867 of 84,544 quotations beside such a copy were found in the copy; with it none (`benchmarks/anchors`)."""

SHORT = 16
"""Words up to this length occur in many texts: alone they do not prove that a place is the old one."""

PLURAL = "s"
"""The ending that short words may have, as in `LLMs`; any other makes another word: `Go`, `goals`."""


class SimilarPlaces(NamedTuple):
    """The most similar place, then the places that are nearly as similar; `score` (0 to 1) is that of the first."""

    places: tuple[Span, ...]
    score: float
    is_enough: bool
    """True if the places may be offered for the quotation: one that has its words, or several to choose from."""


def most_similar(haystack: str, words: str) -> SimilarPlaces | None:
    """Return the places most similar to normalized `words` in a normalized text; None if nothing is similar."""
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
    """Return the similarity of two normalized texts from 0 to 1:

    twice the number of common letters by that of all letters.
    """
    from rapidfuzz.fuzz import ratio

    return ratio(one, other) / 100


def _best_window(haystack: str, words: str, within: Span) -> tuple[Span, float] | None:
    """Return the passage inside `within` that is most similar to `words`, with refined ends, and its score."""
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
    """Move the ends to the word boundaries between which the passage is most similar to `words`.

    A window as long as the words has wrong ends wherever characters were added or lost.
    """
    reach = min(max(SHORTEST_REACH, len(words) // 3), LONGEST_REACH)
    score = 0.0
    for _ in range(2):
        before = (start, end)
        starts = _edges(text, max(0, start - reach), min(end - 1, start + reach)) or [start]
        start = max(starts, key=lambda each: similarity(words, text[each:end]))
        ends = _edges(text, max(start + 1, end - reach), min(len(text), end + reach)) or [end]
        end = max(ends, key=lambda each: similarity(words, text[start:each]))
        score = similarity(words, text[start:end])
        if (start, end) == before:
            break
    tight = text[start:end]
    start += len(tight) - len(tight.lstrip())
    return start, max(start + 1, end - len(tight) + len(tight.rstrip())), score


def _edges(text: str, first: int, last: int) -> list[int]:
    """Return the offsets from `first` to `last` that do not split a word."""
    return [place for place in range(first, last + 1) if not is_joined(text, place)]


# --- typos ----------------------------------------------------------------------------------------


def is_typo(words: str, place: str) -> bool:
    """Return whether normalized `words` and the normalized text of a place are the same apart from typos."""
    wanted, found = re.findall(WORD, words), re.findall(WORD, place)
    needed = 0
    for one, other in _differences(wanted, found):
        words_needed = _words_for(one, other)
        if words_needed is None:
            return False
        needed += words_needed
    return needed <= len(wanted)


def _differences(wanted: list[str], found: list[str]) -> list[tuple[list[str], list[str]]]:
    """Return the runs of words in which two texts differ, in order."""
    from rapidfuzz.distance import Levenshtein

    stretches: list[tuple[list[str], list[str]]] = []
    is_new = True
    for step in Levenshtein.opcodes(wanted, found):
        if step.tag == "equal":
            is_new = True
            continue
        if is_new:
            stretches.append(([], []))
            is_new = False
        stretches[-1][0].extend(wanted[step.src_start : step.src_end])
        stretches[-1][1].extend(found[step.dest_start : step.dest_end])
    return stretches


def _words_for(one: list[str], other: list[str]) -> int | None:
    """Return how many words a quotation must have for this difference to count as a typo; None if it is not one."""
    if "".join(one) == "".join(other):
        return 0
    if len(one) != len(other):
        if one and other:
            return _words_for(["".join(one)], ["".join(other)])
        return MISSED if _is_little(*one, *other) else None
    needs = [_words_for_spelling(a, b) for a, b in zip(one, other, strict=True)]
    return None if None in needs else sum(need or 0 for need in needs)


def _is_little(*words: str) -> bool:
    """True for a single word that may be missing."""
    if len(words) != 1 or find_unspaced(words[0]):
        return False
    return len(words[0]) <= LITTLE and words[0].isalpha() and words[0] not in NEGATIONS


def _words_for_spelling(one: str, other: str) -> int | None:
    """Return how many words a quotation must have for two spellings of a word; None if they are different words.

    Words with different first letters, such as `internal` and `external`, and numbers are different words.
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
    """Return whether the second word has all letters of the first, in order: `youll` in `youwill`."""
    letters = iter(long)
    return all(letter in letters for letter in short)


def _is_inflected(one: str, other: str) -> bool:
    """Return whether the words share a stem and have endings of different lengths.

    Endings of the same length would mean a wrong letter.
    """
    stem = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return stem >= STEM and len(one) != len(other) and {one[stem:], other[stem:]} <= ENDINGS


def _is_misspelt(one: str, other: str) -> bool:
    """Return whether so few letters are wrong, missing, added or swapped that this is hardly another word."""
    from rapidfuzz.distance import OSA

    longer = max(len(one), len(other))
    wrong: int = OSA.distance(one, other)
    if longer >= LONG_WORD:
        return wrong <= (2 if longer >= VERY_LONG_WORD else 1)
    return wrong <= 1 and sorted(one) == sorted(other)


class Context(NamedTuple):
    """The text before and after the words; empty if it is unknown."""

    before: str
    after: str

    def sides(self, text: str, span: Span) -> tuple[int, int]:
        """Return how many code points before and after `span` agree with the context, ignoring white space and case."""
        before, after = self._round(text, span)
        return _common(before[::-1], _folded(self.before)[::-1]), _common(after, _folded(self.after))

    def is_whole(self, text: str, span: Span) -> bool:
        """Return whether the text around `span` has the whole context on both sides."""
        before, after = self._round(text, span)
        return before.endswith(_folded(self.before)) and after.startswith(_folded(self.after))

    def _round(self, text: str, span: Span) -> tuple[str, str]:
        """Return the folded text around `span`, twice as long as the context, to allow for added white space."""
        before = text[max(0, span.start - 2 * len(self.before)) : span.start]
        return _folded(before), _folded(text[span.end : span.end + 2 * len(self.after)])

    def is_repeated(self, sides: tuple[int, int]) -> bool:
        """Return whether one side alone could be a copy of the old place: most or all of its context agrees."""
        return any(
            side and agreeing >= min(REPEATED, len(_folded(side)))
            for side, agreeing in zip((self.before, self.after), sides, strict=True)
        )


def choose(text: str, spans: list[Span], context: Context) -> tuple[list[Span], bool]:
    """Return the proven place and True, or all places that may be the old one, in text order, and False."""
    is_known = any(context)
    decided = _by_context(text, spans, context) if is_known and len(spans) > 1 else None
    if decided is not None:
        return [decided], True
    remaining = _joined_alike(text, spans, context) if is_known else _most_whole(text, spans)
    only = remaining[0]
    if len(remaining) > 1 or only.end - only.start > SHORT:
        return remaining, len(remaining) == 1
    if is_known:
        return remaining, sum(context.sides(text, only)) >= min(AGREEING, len(context.before + context.after))
    return remaining, not _is_other_word(text, only)


def _by_context(text: str, spans: list[Span], context: Context) -> Span | None:
    """Return the place with clearly the most context, if no other could be a copy of the old one."""
    scored = sorted(((context.sides(text, span), span) for span in spans), key=lambda each: sum(each[0]), reverse=True)
    if any(context.is_repeated(sides) for sides, _ in scored[1:]):
        return None
    (best, span), (second, _) = scored[0], scored[1]
    if context.is_whole(text, span) and sum(second) < sum(best):
        return span
    return span if sum(best) >= AGREEING and sum(best) - sum(second) >= CLEARLY_MORE else None


def _joined_alike(text: str, spans: list[Span], context: Context) -> list[Span]:
    """Return the places whose words are joined to their neighbours as at the old place; all places if none are."""
    first, last = spans[0].start, spans[0].end - 1
    was = is_joined(context.before[-1:] + text[first], 1), is_joined(text[last] + context.after[:1], 1)
    return [span for span in spans if (is_joined(text, span.start), is_joined(text, span.end)) == was] or spans


def _most_whole(text: str, spans: list[Span]) -> list[Span]:
    """Return the places that are whole words; else those that begin a word; else all."""
    begins = [span for span in spans if not is_joined(text, span.start)]
    whole = [span for span in begins if not is_joined(text, span.end)]
    return whole or begins or spans


def _is_other_word(text: str, span: Span) -> bool:
    """Return whether a place is inside a longer word that is not the plural of the words."""
    if is_joined(text, span.start):
        return True
    is_plural = span.end - span.start > 1 and text.startswith(PLURAL, span.end) and not is_joined(text, span.end + 1)
    return is_joined(text, span.end) and not is_plural


def is_joined(text: str, position: int) -> bool:
    """Return whether a word continues across `position`."""
    if not 0 < position < len(text) or not (text[position - 1].isalnum() and text[position].isalnum()):
        return False
    return text[position].isascii() or not find_unspaced(text, position - 1, position + 1)


def _folded(context: str) -> str:
    """Return a context in lower case, with each run of white space as one blank."""
    return re.sub(r"\s+", " ", context).casefold()


def _common(one: str, other: str) -> int:
    """Return the length of the common prefix of two texts."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)

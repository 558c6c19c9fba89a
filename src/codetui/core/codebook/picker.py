"""Rank the candidates that match a query in a picker: codes, profiles, sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple
from unicodedata import combining, normalize

from codetui.core.codebook.index import CodebookIndex

SHORTEST_WITH_TYPOS = 4
MOST_TYPOS = ((8, 2), (4, 1))
"""Letters of a word from which on so many typos are forgiven."""

WORD = re.compile(r"\w+")


class Candidate(NamedTuple):
    """Something to pick: its id, its name, and further words to search.

    The folded texts are as long as the original ones, so that a position in one is a position in the other.
    """

    id: str
    name: str
    folded_id: str
    folded_name: str
    folded_words: str

    @property
    def texts(self) -> tuple[str, str, str]:
        """All folded texts."""
        return self.folded_id, self.folded_name, self.folded_words


class Match(NamedTuple):
    """A candidate that matches, with the code points of its name to highlight, in rising order."""

    candidate: Candidate
    positions: tuple[int, ...] = ()


class Fit(IntEnum):
    """The kinds of match between a candidate and a query, best first."""

    WHOLE_ID = 0
    ID_PREFIX = 1
    WORD_STARTS = 2
    SUBSTRING = 3
    INITIALS = 4
    OTHER_WORDS = 5
    TYPO = 6
    SUBSEQUENCE = 7


class _Score(NamedTuple):
    """A fit with the distance that orders equal fits (less is better), and the matching positions in the name."""

    fit: Fit
    distance: int
    positions: tuple[int, ...] = ()


def candidate(id_: str, name: str, words: str = "") -> Candidate:
    """Return a candidate with its texts folded once, for many queries."""
    return Candidate(id_, name, _folded(id_), _folded(name), _folded(words))


def code_candidates(index: CodebookIndex, *, has_retired: bool = False) -> list[Candidate]:
    """Return the codes that can be assigned, or all, found by id, name, definition and examples."""
    codes = (code for code in index.book.codes if has_retired or not code.is_retired)
    return [candidate(code.id, code.name, " ".join((code.definition, *code.examples))) for code in codes]


def rank(query: str, candidates: Sequence[Candidate], recent: Sequence[str] = ()) -> list[Match]:
    """Return the candidates that match `query`, best first; `recent` names ids, the latest first.

    An empty query returns all of them, the recent ones first.  Equal fits come in the order of `recent`, then of
    `candidates`.  Typos are tolerated if nothing else matches but letters scattered over a name. The time is linear in
    the length of the candidates.
    """
    age = {id_: number for number, id_ in reversed(list(enumerate(recent)))}
    wanted = " ".join(_folded(normalize("NFC", query)).split())
    if not wanted:
        by_age = sorted(candidates, key=lambda each: age.get(each.id, len(age)))
        return [Match(each) for each in by_age]
    words = wanted.split()
    found = _scored(candidates, lambda each: _score(wanted, words, each))
    if len(wanted) >= SHORTEST_WITH_TYPOS and all(score.fit is Fit.SUBSEQUENCE for score, _ in found):
        near = [_similar_words(word, candidates) for word in words]
        typos = _scored(candidates, lambda each: _typo_score(near, each))
        ids = {each.id for _, each in typos}
        found = typos + [pair for pair in found if pair[1].id not in ids]
    found.sort(key=lambda pair: (pair[0].fit, pair[0].distance, age.get(pair[1].id, len(age))))
    return [Match(each, score.positions) for score, each in found]


def _scored(
    candidates: Iterable[Candidate], score_of: Callable[[Candidate], _Score | None]
) -> list[tuple[_Score, Candidate]]:
    return [(score, each) for each in candidates if (score := score_of(each)) is not None]


def _score(query: str, words: Sequence[str], each: Candidate) -> _Score | None:
    """Return how well the candidate matches the query, which consists of `words`; None if it does not match."""
    name = each.folded_name
    if each.folded_id.startswith(query):
        return _Score(Fit.WHOLE_ID if each.folded_id == query else Fit.ID_PREFIX, 0)
    if (positions := _word_starts(words, name)) is not None:
        return _Score(Fit.WORD_STARTS, positions[0], positions)
    if (start := name.find(query)) >= 0:
        return _Score(Fit.SUBSTRING, start, tuple(range(start, start + len(query))))
    if query in each.folded_id:
        return _Score(Fit.SUBSTRING, len(name))
    letters = "".join(words)
    if _initials(letters, each.folded_id) is not None:
        return _Score(Fit.INITIALS, 0)
    if (positions := _initials(letters, name)) is not None:
        return _Score(Fit.INITIALS, 1 + positions[0], positions)
    if (score := _other_words(words, each)) is not None:
        return score
    if (positions := _subsequence(letters, name)) is not None:
        return _Score(Fit.SUBSEQUENCE, positions[-1] - positions[0], positions)
    return None


def _word_starts(words: Sequence[str], name: str) -> tuple[int, ...] | None:
    """Return the positions of `words` in `name`, in this order and at the start of words; None if one is missing."""
    positions: list[int] = []
    after = 0
    for word in words:
        start = _at_word_start(word, name, after)
        if start < 0:
            return None
        after = start + len(word)
        positions.extend(range(start, after))
    return tuple(positions)


def _initials(letters: str, text: str) -> tuple[int, ...] | None:
    """Return the positions of `letters`, each at the start of a word or right after the previous letter.

    `vs` is in [V]ector [S]tores.  A digit after a letter starts a word too: `t5` in [T]ASK[5].
    """
    positions: list[int] = []
    at = -1
    for letter in letters:
        is_next = positions and text.startswith(letter, at + 1)
        at = at + 1 if is_next else _start_of(letter, text, at + 1)
        if at < 0:
            return None
        positions.append(at)
    return tuple(positions)


def _start_of(letter: str, text: str, after: int) -> int:
    """Return the position at which a word begins with `letter`, or a number with a digit; -1 if there is none."""
    at = text.find(letter, after)
    while at > 0 and text[at - 1].isalnum() and letter.isdigit() == text[at - 1].isdigit():
        at = text.find(letter, at + 1)
    return at


def _other_words(words: Sequence[str], each: Candidate) -> _Score | None:
    """Return a score if every word of the query occurs somewhere, best at the start of words and in the name."""
    distance = 0
    positions: set[int] = set()
    for word in words:
        start = _at_word_start(word, each.folded_name)
        if start >= 0:
            positions.update(range(start, start + len(word)))
        elif word not in each.folded_words and word not in each.folded_id:
            return None
        else:
            distance += 1 if _at_word_start(word, each.folded_words) >= 0 else 2
    return _Score(Fit.OTHER_WORDS, distance, tuple(sorted(positions)))


def _at_word_start(word: str, text: str, after: int = 0) -> int:
    """Return where `word` begins a word of `text`, or -1."""
    start = text.find(word, after)
    while start > 0 and text[start - 1].isalnum():
        start = text.find(word, start + 1)
    return start


def _subsequence(letters: str, text: str) -> tuple[int, ...] | None:
    """Return the positions of `letters` in `text`, in order and as close together as the first possible end allows."""
    end = -1
    for letter in letters:
        end = text.find(letter, end + 1)
        if end < 0:
            return None
    positions: list[int] = []
    at = end + 1
    for letter in reversed(letters):
        at = text.rfind(letter, 0, at)
        positions.append(at)
    return tuple(reversed(positions))


def _similar_words(word: str, candidates: Sequence[Candidate]) -> dict[str, int]:
    """Return the words of all candidates that `word`, or its beginning, may be meant for, with the number of typos."""
    from rapidfuzz.distance import OSA

    most = next((typos for length, typos in MOST_TYPOS if len(word) >= length), 0)
    vocabulary = {known for each in candidates for text in each.texts for known in WORD.findall(text)}
    near: dict[str, int] = {}
    for known in vocabulary:
        beginnings = {known, known[: len(word)], known[: len(word) + 1]}
        typos = min(OSA.distance(word, each, score_cutoff=most) for each in beginnings)
        if typos <= most:
            near[known] = typos
    return near


def _typo_score(near: Sequence[dict[str, int]], each: Candidate) -> _Score | None:
    """Return a score if every word of the query may be a misspelled word of the candidate, best in its name."""
    distance = 0
    positions: set[int] = set()
    for meant in near:
        in_name = [(meant[m[0]], m.span()) for m in WORD.finditer(each.folded_name) if m[0] in meant]
        elsewhere = [meant[m] for text in each.texts for m in WORD.findall(text) if m in meant]
        if in_name:
            typos, span = min(in_name)
            distance += typos
            positions.update(range(*span))
        elif elsewhere:
            distance += min(elsewhere) + len(near) * 10
        else:
            return None
    return _Score(Fit.TYPO, distance, tuple(sorted(positions)))


def _folded(text: str) -> str:
    """Return text without case and accents, of the same length."""
    if text.isascii():
        return text.lower()
    return "".join(_folded_letter(letter) for letter in text)


def _folded_letter(letter: str) -> str:
    base = normalize("NFD", letter)[0]
    return letter if combining(base) else (base.lower()[:1] or letter)

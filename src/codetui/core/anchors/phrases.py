"""Phrases that a model or another program took for quotations, each with its class and place in a source."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal, NamedTuple

from codetui.core.anchors.anchor import (
    CUT,
    Ambiguous,
    Exact,
    Fuzzy,
    Orphan,
    Resolution,
    has_words,
    is_quoted,
    locate,
)
from codetui.core.text.normalize import NormalizedText, normalize_words
from codetui.model import Codebook, Source, Span

PhraseClass = Literal["exact", "folded", "resembling", "ambiguous", "title", "codebook", "nowhere"]
INVENTED: tuple[PhraseClass, ...] = ("title", "codebook", "nowhere")
"""The classes of phrases that are not in the body of their source."""


class LocatedPhrase(NamedTuple):
    """The class of a phrase, and its place.

    `exact`: its words are at `span`, apart from white space. `folded`: so they are, apart from quotes, dashes, case or
    a marked cut. `resembling`: they differ in typos; `span` is to be checked, and None if there
    are several such places, or if too little of the words is there for a proof.
    `ambiguous`: they are at each of `places`. `title`, `codebook`: they are only in the title of the source, or only in
    the codebook, which a model has in its prompt. `nowhere`: they are in none of these. `nearest` is the most similar
    place, with a likeness of `score` (0 to 1), if there is one.
    """

    kind: PhraseClass
    span: Span | None = None
    places: tuple[Span, ...] = ()
    nearest: Span | None = None
    score: float = 1.0


class PhraseFinder:
    """Locates phrases in the body of one source after the other; with `is_title_quoted` also in its title."""

    def __init__(self, book: Codebook, *, is_title_quoted: bool = False) -> None:
        self._book = book
        self._is_title_quoted = is_title_quoted

    @cached_property
    def _book_text(self) -> str:
        return NormalizedText("\n".join(_texts(self._book))).text

    def at(self, source: Source, words: str, spans: Iterable[Span]) -> LocatedPhrase | None:
        """Return the first of the `spans` at which the words are, whether in the title or in the body."""
        for span in spans:
            if 0 <= span.start < span.end <= len(source.text) and is_quoted(source.text, span, words):
                return LocatedPhrase("exact" if has_words(source.text, span, words) else "folded", span)
        return None

    def find(self, source: Source, words: str, before: str = "", after: str = "") -> LocatedPhrase:
        """Locate a phrase; `before` and `after` are its context, if it is known."""
        start = 0 if self._is_title_quoted else source.body_start
        found = locate(source.text[start:], words, before, after)
        if isinstance(found, Orphan | Fuzzy):
            title = source.text[:start] or ("" if source.title in source.text else source.title)
            if words.strip() and _is_in(title, words):
                return LocatedPhrase("title")
        phrase = _phrase(source.text[start:], words, found, start)
        if phrase.kind == "nowhere" and self._is_in_book(words):
            return phrase._replace(kind="codebook")
        return phrase

    def _is_in_book(self, words: str) -> bool:
        parts = [part for part in map(normalize_words, CUT.split(words)) if part]
        return bool(parts) and all(part in self._book_text for part in parts)


def _phrase(body: str, words: str, found: Resolution, start: int) -> LocatedPhrase:
    """Return the phrase for a resolution in the body, which begins at `start`."""

    def moved(span: Span | None) -> Span | None:
        return span and Span(span.start + start, span.end + start)

    match found:
        case Exact(span=span):
            return LocatedPhrase("exact" if has_words(body, span, words) else "folded", moved(span))
        case Fuzzy(span=span, score=score):
            return LocatedPhrase("resembling", moved(span), nearest=moved(span), score=score)
        case Ambiguous(spans=spans, score=score):
            places = tuple(Span(one.start + start, one.end + start) for one in spans)
            if score < 1 or len(places) == 1:
                return LocatedPhrase("resembling", places=places, nearest=places[0], score=score)
            return LocatedPhrase("ambiguous", places=places, nearest=places[0])
        case Orphan(nearest=nearest, score=score):
            return LocatedPhrase("nowhere", nearest=moved(nearest), score=score if nearest else 0.0)


def _is_in(text: str, words: str) -> bool:
    match locate(text, words):
        case Exact():
            return True
        case Ambiguous(score=score):
            return score == 1
        case _:
            return False


def _texts(book: Codebook) -> Iterable[str]:
    """Yield the texts of a codebook, as a prompt would have them."""
    for text in book.texts:
        yield from (text.title, text.body)
    for profile in book.profiles:
        yield from (profile.name, profile.subtitle, profile.definition, profile.evidence)
        yield from (*profile.responsibilities, *profile.projects)
    for section in book.sections:
        yield from (section.title, section.definition)
    for group in book.groups:
        yield from (group.title, group.definition)
    for code in book.codes:
        yield from (code.name, code.definition, *code.examples, code.include, code.exclude)

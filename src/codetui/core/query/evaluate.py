"""Match a source with one coder's session against a query, and find the places."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from codetui.core.query.query import (
    And,
    HasCode,
    HasNote,
    InPart,
    InText,
    Matches,
    Node,
    Not,
    OfCoding,
    OfSession,
    OfSource,
    Or,
    Query,
    Relation,
)
from codetui.core.query.words import FoldedText, fold
from codetui.core.session.state import State
from codetui.core.text.spans import SpanIndex
from codetui.core.text.units import units
from codetui.model import CodeId, CodingId, Source, Span

RegexSearch = Callable[[str, str], Sequence[Span]]
"""Returns the places of a pattern in a text, in code points."""


def search_regex(pattern: str, text: str) -> list[Span]:
    """Return the places of a regular expression in a text, without empty ones; this may take for ever."""
    found = re.compile(pattern, re.IGNORECASE | re.MULTILINE).finditer(text)
    return [Span(*match.span()) for match in found if match.start() < match.end()]


class QueriedCoding(NamedTuple):
    """A coding as queries see it; `span` is None if its words have no place in the source."""

    id: CodingId
    code: CodeId
    span: Span | None
    words: str
    note: str
    rank: int
    time: str


class QueriedSession(NamedTuple):
    """One coder's session of a source as queries see it."""

    coder: str = ""
    progress: str = "untouched"
    profile: str = ""
    employer: str = ""
    title: str = ""
    codings: Sequence[QueriedCoding] = ()


NO_SESSION = QueriedSession()


def queried_session(coder: str, progress: str, state: State) -> QueriedSession:
    """Return a session with a state, whose quotations are located in the current text."""
    codings = [
        QueriedCoding(
            one.id,
            one.code,
            Span(one.anchor.start, one.anchor.end) if one.anchor else None,
            one.words,
            one.note,
            one.rank,
            one.time,
        )
        for one in state.live()
    ]
    return QueriedSession(coder, progress, state.profile, state.employer, state.title, codings)


@dataclass(frozen=True)
class QueriedSource:
    """A source with one coder's session of it, or with none.

    `regex` replaces the search for regular expressions. `folded` is the folded text, if known.
    """

    source: Source
    session: QueriedSession = NO_SESSION
    regex: RegexSearch = search_regex
    folded: FoldedText | None = None

    @cached_property
    def text(self) -> FoldedText:
        """The folded text."""
        return self.folded or FoldedText(self.source.text)

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The attributes of the source under their folded names."""
        return {fold(name): value for name, value in self.source.attributes.items()}


class Hit(NamedTuple):
    """A place that a query found: a passage, or a quotation with its coding.

    `span` is None for a quotation without a place. `other` is the quotation to which a relation holds, the first one
    if there are several.
    """

    span: Span | None
    coding: QueriedCoding | None = None
    other: QueriedCoding | None = None


Narrow = tuple[Node, ...]
"""Conditions that a quotation must meet as well: notes, sections and groups beside a code, and their negations."""


def matches(query: Query, ad: QueriedSource) -> bool:
    """Return whether a source with a session matches a query."""
    return _holds(query.root, ad, ())


def hits(query: Query, ad: QueriedSource) -> list[Hit]:
    """Return the places that a query finds, each once, in order of place; none if it does not match.

    A source may match without any place, by its attributes or state.
    """
    if not _holds(query.root, ad, ()):
        return []
    unique: dict[tuple[Span | None, str], Hit] = {}
    for hit in _hits(query.root, ad, ()):
        unique.setdefault((hit.span, hit.coding.id if hit.coding else ""), hit)
    return sorted(unique.values(), key=_place)


def _place(hit: Hit) -> tuple[bool, Span, int]:
    return hit.span is None, hit.span or Span(0, 0), hit.coding.rank if hit.coding else 0


def _holds(node: Node, ad: QueriedSource, narrow: Narrow) -> bool:
    match node:
        case InText():
            return node.words.are_in(ad.text)
        case Matches():
            return bool(ad.regex(node.pattern, ad.source.text))
        case OfSource():
            return node.value.accepts(_field(ad, node))
        case OfSession():
            return node.value.accepts(_session_field(ad, node))
        case Not():
            return not _holds(node.part, ad, ())
        case And():
            parts, inner = _shared(node, narrow)
            return all(_holds(part, ad, inner) for part in parts)
        case Or():
            return any(_holds(part, ad, narrow) for part in node.parts)
        case _:
            return next(_selected(node, ad, narrow), None) is not None


def _hits(node: Node, ad: QueriedSource, narrow: Narrow) -> Iterator[Hit]:
    """Yield the places of a condition that holds."""
    match node:
        case InText():
            yield from map(Hit, node.words.spans(ad.text))
        case Matches():
            yield from map(Hit, ad.regex(node.pattern, ad.source.text))
        case And():
            parts, inner = _shared(node, narrow)
            for part in parts:
                yield from _hits(part, ad, inner)
        case Or():
            for part in node.parts:
                if _holds(part, ad, narrow):
                    yield from _hits(part, ad, narrow)
        case HasCode() | InPart() | HasNote() | Relation():
            yield from _selected(node, ad, narrow)
        case _:
            pass


# --- fields -------------------------------------------------------------------------------------------


def _field(ad: QueriedSource, node: OfSource) -> str:
    match node.field:
        case "id":
            return ad.source.id
        case "employer":
            return ad.session.employer or ad.source.employer
        case "title":
            return ad.session.title or ad.source.title
        case "attribute":
            return ad.attributes.get(node.attribute, "")


def _session_field(ad: QueriedSource, node: OfSession) -> str:
    match node.field:
        case "coder":
            return ad.session.coder
        case "profile":
            return ad.session.profile
        case "state":
            return ad.session.progress


# --- quotations ---------------------------------------------------------------------------------------


def _shared(node: And, narrow: Narrow) -> tuple[Sequence[Node], Narrow]:
    """Return the conditions that hold one by one, and those that every quotation found by them must meet.

    Notes, sections and groups describe the quotations of the codes beside them. Without a code beside them, the first
    one finds the quotations that the others describe.
    """
    describing = [part for part in node.parts if _describes(part)]
    others = [part for part in node.parts if part not in describing]
    if not any(map(_selects, others)):
        first = next((part for part in describing if not isinstance(part, Not)), None)
        if first is None:
            return node.parts, narrow
        describing.remove(first)
        others.append(first)
    return others, (*narrow, *describing)


def _describes(node: Node) -> bool:
    return isinstance(node.part if isinstance(node, Not) else node, InPart | HasNote)


def _selects(node: Node) -> bool:
    """Return whether a condition finds quotations."""
    if isinstance(node, And | Or):
        return any(map(_selects, node.parts))
    return isinstance(node, HasCode | InPart | HasNote | Relation)


def _selected(node: OfCoding, ad: QueriedSource, narrow: Narrow) -> Iterator[Hit]:
    """Yield the quotations that meet a condition and those of `narrow`."""
    if isinstance(node, Relation):
        others = [coding for coding in ad.session.codings if coding.code in node.right and coding.span is not None]
        other_of = _Partners(node, others, ad.source.text).of if others else None
        for coding in ad.session.codings if other_of else ():
            if coding.code in node.left and all(_is_so(coding, one) for one in narrow):
                other = other_of(coding) if other_of else None
                if other is not None:
                    yield Hit(coding.span, coding, other)
        return
    for coding in ad.session.codings:
        if _is_so(coding, node) and all(_is_so(coding, one) for one in narrow):
            yield Hit(coding.span, coding)


def _is_so(coding: QueriedCoding, node: Node) -> bool:
    match node:
        case HasCode() | InPart():
            return coding.code in node.codes
        case HasNote():
            return node.value.accepts(coding.note)
        case Not():
            return not _is_so(coding, node.part)
        case _:
            raise TypeError(f"{node} is no condition on one quotation")


class _Partners:
    """The quotations on the right of a relation, sorted by start."""

    def __init__(self, relation: Relation, codings: list[QueriedCoding], text: str) -> None:
        placed = [(span, coding) for coding in codings if (span := coding.span) is not None]
        placed.sort(key=lambda pair: (pair[0], pair[1].rank))
        self._relation, self._text = relation, text
        self._spans = [span for span, _ in placed]
        self._codings = [coding for _, coding in placed]
        self._index = SpanIndex(self._spans)

    def of(self, coding: QueriedCoding) -> QueriedCoding | None:
        """Return the first quotation to which the relation of `coding` holds, None if there is none."""
        here = coding.span
        places = self._places(here) if here is not None else ()
        return next((self._codings[at] for at in places if self._codings[at].id != coding.id), None)

    def _places(self, here: Span) -> Iterator[int]:
        match self._relation.kind:
            case "overlaps":
                yield from self._index.overlapping(*here)
            case "inside":
                found = self._index.overlapping(*here)
                yield from (
                    at for at in found if self._spans[at].start <= here.start and here.end <= self._spans[at].end
                )
            case "near":
                # Spans that begin right at the end of the range do not overlap it.
                reach = self._relation.distance + 1
                yield from self._index.overlapping(here.start - reach, here.end + reach)
            case "same sentence":
                sentences = units(self._text, here.start, here.end, "sentence")
                yield from (at for sentence in sentences for at in self._index.overlapping(*sentence))
            case "before":
                yield from range(bisect_left(self._spans, Span(here.end, here.end)), len(self._spans))

"""A query as a typed tree of conditions.

    python -senior code:TASK4          And(InText(python), Not(InText(senior)), HasCode(TASK4))

Conditions hold for a source with one coder's session of it, or with none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.query.words import FoldedText, Phrase, fold
from codetui.model import CodeId

_RUN = re.compile("[a-z0-9_]+")

# --- values -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contains:
    """A value that contains these words."""

    words: Phrase

    def accepts(self, value: str) -> bool:
        """Return whether a value fits."""
        return self.words.are_in(FoldedText(value))


@dataclass(frozen=True, slots=True)
class Equals:
    """A value that is one of these, apart from case and accents; in them, `*` replaces any characters."""

    names: tuple[str, ...]

    def accepts(self, value: str) -> bool:
        """Return whether a value fits."""
        folded = fold(value)
        return any(_glob(name).fullmatch(folded) for name in self.names)


@dataclass(frozen=True, slots=True)
class Anything:
    """A value that is not blank."""

    def accepts(self, value: str) -> bool:
        """Return whether a value fits."""
        return bool(value.strip())


@dataclass(frozen=True, slots=True)
class Nothing:
    """A blank value."""

    def accepts(self, value: str) -> bool:
        """Return whether a value fits."""
        return not value.strip()


ValueCondition: TypeAlias = Contains | Equals | Anything | Nothing


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes with these ids, and those of earlier codebooks whose ids fit one of the folded `patterns`."""

    ids: frozenset[CodeId]
    patterns: tuple[str, ...] = ()

    def __contains__(self, code: CodeId) -> bool:
        return code in self.ids or any(_glob(pattern).fullmatch(fold(code)) for pattern in self.patterns)

    def __or__(self, other: Codes) -> Codes:
        return Codes(self.ids | other.ids, self.patterns + other.patterns)


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, fold(pattern).split("*"))), re.DOTALL)


# --- conditions ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InText:
    """The words occur in the text."""

    words: Phrase


@dataclass(frozen=True, slots=True)
class Matches:
    """The regular expression matches in the text; case does not count, and `^` and `$` match at line ends."""

    pattern: str


@dataclass(frozen=True, slots=True)
class OfSource:
    """A field of the source has a value; any other field is an attribute, whose name is folded."""

    field: Literal["id", "employer", "title", "attribute"]
    value: ValueCondition
    attribute: str = ""


@dataclass(frozen=True, slots=True)
class OfSession:
    """The session has a coder, profile or state."""

    field: Literal["coder", "profile", "state"]
    value: ValueCondition


@dataclass(frozen=True, slots=True)
class HasCode:
    """A quotation has one of these codes."""

    codes: Codes


@dataclass(frozen=True, slots=True)
class InPart:
    """A quotation has a code of a section or group."""

    codes: Codes


@dataclass(frozen=True, slots=True)
class HasNote:
    """A quotation has such a note."""

    value: ValueCondition


RelationKind = Literal["overlaps", "inside", "near", "same sentence", "before"]


@dataclass(frozen=True, slots=True)
class Relation:
    """A quotation of a code on the left is so placed to one of a code on the right.

    `distance` is the number of code points at most between two that are near.
    """

    left: Codes
    kind: RelationKind
    right: Codes
    distance: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """All conditions hold."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one condition holds."""

    parts: tuple[Node, ...]


OfCoding: TypeAlias = HasCode | InPart | HasNote | Relation
Node: TypeAlias = InText | Matches | OfSource | OfSession | OfCoding | Not | And | Or


class QueryError(NamedTuple):
    """Why a query cannot be read; `column` is the place in it, from 1."""

    message: str
    column: int


@dataclass(frozen=True, slots=True)
class Query:
    """A query as typed, and its conditions."""

    text: str
    root: Node

    @property
    def attributes(self) -> list[str]:
        """The folded names of the attributes in it."""
        names = (one.attribute for one in _nodes(self.root) if isinstance(one, OfSource) and one.attribute)
        return list(dict.fromkeys(names))

    @property
    def needs_sessions(self) -> bool:
        """Return whether any condition is about sessions."""
        return any(isinstance(one, OfSession | HasCode | InPart | HasNote | Relation) for one in _nodes(self.root))

    @property
    def needs_text(self) -> bool:
        """Return whether any condition is about the text."""
        kinds = ("same sentence",)
        return any(
            isinstance(one, InText | Matches) or (isinstance(one, Relation) and one.kind in kinds)
            for one in _nodes(self.root)
        )

    @property
    def may_match_uncoded(self) -> bool:
        """Return whether a source without a session may match."""
        return _may_match_uncoded(self.root)

    @property
    def index_expression(self) -> str:
        """An expression of SQLite's FTS5 that all texts match which the query matches; empty if there is none."""
        return _index_expression(self.root)

    @property
    def words(self) -> list[str]:
        """The words and phrases to be found in the text, as typed."""
        return [one.words.text for one in _nodes(self.root) if isinstance(one, InText)]


def _index_expression(node: Node) -> str:
    """Return an expression over runs of ASCII letters, digits and underscores; empty if any source may match."""
    match node:
        case InText():
            runs = [run for word in node.words.folded for run in _RUN.findall(word)]
            last = "*" if node.words.is_prefix and node.words.folded[-1].endswith(runs[-1:][0] if runs else " ") else ""
            quoted = [f'"{run}"' for run in runs]
            return f"({' AND '.join(quoted)}{last})" if runs else ""
        case And():
            return " AND ".join(filter(None, map(_index_expression, node.parts)))
        case Or():
            parts = list(map(_index_expression, node.parts))
            return f"({' OR '.join(f'({part})' for part in parts)})" if all(parts) else ""
        case _:
            return ""


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Not():
            yield from _nodes(node.part)
        case And() | Or():
            for part in node.parts:
                yield from _nodes(part)
        case _:
            pass


def _may_match_uncoded(node: Node) -> bool:
    match node:
        case OfSession():
            return node.field == "state" and node.value.accepts("untouched")
        case HasCode() | InPart() | HasNote() | Relation():
            return False
        case Not():
            return not _must_match_uncoded(node.part)
        case And():
            return all(map(_may_match_uncoded, node.parts))
        case Or():
            return any(map(_may_match_uncoded, node.parts))
        case _:
            return True


def _must_match_uncoded(node: Node) -> bool:
    """Return whether any source without a session matches, as far as that follows from the query alone."""
    match node:
        case OfSession():
            return node.field != "coder" and node.value.accepts("untouched" if node.field == "state" else "")
        case Not():
            return not _may_match_uncoded(node.part)
        case And():
            return all(map(_must_match_uncoded, node.parts))
        case Or():
            return any(map(_must_match_uncoded, node.parts))
        case _:
            return False

"""What a manual-coding document says, as values.

Two documents are equal when they say the same: line numbers, ids and the style of emphasis do not count.
`line` is the first line of a part, from 1, and `end` the line after its last; both are 0 in a document that was
not read.  `id` names the coding, note, code, group or section of a session or codebook that the part stands for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

NUMBER = re.compile(r"\d+[.)]\s+")
EntryKind = Literal["quotation", "term", "note"]
Emphasis = Literal["_", "*", ""]


@dataclass(frozen=True, slots=True)
class Note:
    """A note that stands by itself, on one line of text: `_(text)_`, `*(text)*` or `(text)`."""

    text: str
    emphasis: Emphasis = field(default="_", compare=False)
    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one bullet under a code holds: a quotation or a term with or without a note, or a note alone.

    `words` and `note` hold no line breaks.
    """

    kind: EntryKind
    words: str = ""
    note: str = ""
    emphasis: Emphasis = field(default="_", compare=False)
    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A code as the document labels it (without the colon), the notes on it and its entries."""

    label: str
    notes: tuple[Note, ...] = ()
    entries: tuple[Entry, ...] = ()
    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """The codes under one group heading, or those that stand before all groups (`heading` is None)."""

    heading: str | None = None
    notes: tuple[Note, ...] = ()
    codes: tuple[CodeLine, ...] = ()
    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    id: str = field(default="", compare=False)

    @property
    def is_empty(self) -> bool:
        """True for a block that leaves no trace in the document."""
        return self.heading is None and not self.notes and not self.codes


@dataclass(frozen=True, slots=True)
class SectionPart:
    """One section of the document under its title."""

    title: str
    blocks: tuple[Block, ...] = ()
    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    id: str = field(default="", compare=False)


class Lines(NamedTuple):
    """Where a part stands: its first line, from 1, and the line after its last."""

    line: int
    end: int


HeadPart = Literal["heading", "opening", "profile", "reasoning"]


@dataclass(frozen=True, slots=True)
class Unread:
    """Lines that the grammar does not know, exactly as they stand."""

    line: int
    text: str
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One coder's coding of one ad, as the markdown says it.

    `opening` is empty where the opening sentence is the one that follows from title and employer; `lines` says
    where the parts of the head stand that were read.
    """

    ad: str
    employer: str = ""
    title: str = ""
    profile: str = ""
    reasoning: str = ""
    sections: tuple[SectionPart, ...] = ()
    opening: str = ""
    unread: tuple[Unread, ...] = field(default=(), compare=False)
    lines: Mapping[HeadPart, Lines] = field(default_factory=dict, compare=False)


class Written(NamedTuple):
    """A document's text, and the codings and notes on its lines: (line from 1, their ids in order)."""

    text: str
    ids: tuple[tuple[int, tuple[str, ...]], ...]


def numbered(number: int, title: str) -> str:
    """A section's title as documents head it, `2. Tools`; a title that brings its number keeps that one."""
    title = " ".join(title.split())
    return title if NUMBER.match(title) else f"{number}. {title}"


def without_number(heading: str) -> str:
    """The title in a section's heading: `Tools` of `2. Tools`."""
    return NUMBER.sub("", heading, count=1) if NUMBER.match(heading) else heading

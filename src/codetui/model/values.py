"""Ads, codebooks, anchors, codings: what is read, and what a session holds.

Positions are code-point offsets into the ad's text, half-open.  Everything here is frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal, NamedTuple, NewType

SourceId = NewType("SourceId", str)
CodeId = NewType("CodeId", str)
CodingId = NewType("CodingId", str)
MemoId = NewType("MemoId", str)
TransactionId = NewType("TransactionId", str)

Holds = Literal["quotations", "terms"]
Severity = Literal["error", "warning", "note"]
GRAVEST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")

Cause = Literal["hand", "edit", "document", "copy", "corpus", "migration", "model", "consensus", "undo", "redo"]
"""Who gave a command: the coder; a document that was imported or came without its log; an edit of the document by
hand; a session on another ad with the same text; an ad whose text has changed; a codebook that replaced another."""


class Span(NamedTuple):
    """`start` to `end` in code points, half-open."""

    start: int
    end: int


class Problem(NamedTuple):
    """Trouble as data: `file:line: severity: what, and what to do`; line 0 speaks of the whole file."""

    file: str
    line: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        """The problem on one line, as people and editors read it."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.severity}: {self.message}"


def text_hash(text: str) -> str:
    """The identity of a text: SHA-256 of its UTF-8 bytes, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# --- the corpus -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """One ad with its text.  `employer` or `title` is empty where the source does not say it."""

    id: SourceId
    employer: str
    title: str
    text: str
    file: str
    line: int = 0


class SourceEntry(NamedTuple):
    """One ad in the list, without its text; `source` and `place` find the text again.

    `place` is a byte offset into a table, or -1 for a file that is one ad.
    """

    id: SourceId
    employer: str
    title: str
    file: str
    offset: int
    line: int


# --- the codebook -----------------------------------------------------------------------------------


class Stored:
    """What a stored value is: read from disk, it takes no field it does not know."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Stored):
    """A class that is assigned to an ad as a whole.  `subtitle` says in a few words what stands behind the name."""

    id: str
    name: str
    subtitle: str = ""
    definition: str = ""
    responsibilities: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Stored):
    """A chapter of the codebook and of each document.

    `title` heads it in documents; `heading` is the line that heads it in the coding book, `### 2.1 Tasks`, where
    that is another one.
    """

    id: str
    title: str
    holds: Holds = "quotations"
    key: str = ""
    definition: str = ""
    heading: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Stored):
    """Codes of one section under one heading."""

    id: str
    section: str
    title: str
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Stored):
    """One code.  `group` is empty for a code that stands directly in its section.

    `include` and `exclude` say what counts and what does not, `confused_with` which codes are easily taken for it.
    `found_in` is the ad in which the code was found while coding; a code that `is_retired` is no longer given.
    """

    id: CodeId
    name: str
    section: str
    group: str = ""
    definition: str = ""
    examples: tuple[str, ...] = ()
    key: str = ""
    include: str = ""
    exclude: str = ""
    confused_with: tuple[CodeId, ...] = ()
    found_in: str = ""
    is_retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodebookText(Stored):
    """A text of the coding book that belongs to no one part: an introduction, principles, a rationale.

    `body` is markdown, as written.  `before` or `after` names the part it stands beside: an id, or `code 1` where
    parts of several kinds have that id.  A text with neither opens the book.
    """

    title: str = ""
    body: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Stored):
    """Background reading: a markdown file beside the codebook.

    `codes` and `profiles` hold the ids of those it is about; both are empty for one that is about the whole book.
    """

    title: str
    path: str
    codes: tuple[CodeId, ...] = ()
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSettings(Stored):
    """Where the ads are, and which column of a table is what."""

    path: str = ""
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Stored):
    """How screens and documents call a source: one of them, and several."""

    source: str = "ad"
    sources: str = "ads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook(Stored):
    """A whole coding book, with every section key and code key filled in.

    `label` is a pattern over `{id}` and `{name}`; `status` is what the book says of its version, `Draft`;
    `language` is that of its fields' names, `nl` or else English.  Order is the order of the file.
    """

    title: str
    version: str = ""
    status: str = ""
    language: str = ""
    label: str = "{id}: {name}"
    profiles: tuple[Profile, ...] = ()
    sections: tuple[Section, ...] = ()
    groups: tuple[Group, ...] = ()
    codes: tuple[Code, ...] = ()
    texts: tuple[CodebookText, ...] = ()
    references: tuple[Reference, ...] = ()
    corpus: CorpusSettings = CorpusSettings()
    words: Words = Words()
    content_hash: str = ""


# --- anchors and codings ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor(Stored):
    """How a quotation is found again: where it stood, in which text, its exact words and what stood round it."""

    text_hash: str
    start: int
    end: int
    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding(Stored):
    """One code on one quotation.  `anchor` is None for words that have no place in the ad (`words` then says them).

    `is_proposed` while the place only resembles the words and the coder has not accepted it.  `rank` orders the
    codings of one code; `time` is when it was first assigned (ISO 8601, UTC); `codebook` names the version with which
    it was given the code it has; `origin` says how it came in, and `source` from where: the name of a document, or
    the id of the ad it was copied from.
    """

    id: CodingId
    code: CodeId
    anchor: Anchor | None
    words: str
    note: str = ""
    rank: int = 0
    time: str = ""
    codebook: str = ""
    origin: Cause = "hand"
    from_name: str = ""
    is_proposed: bool = False
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoTarget(Stored):
    """Where a note without a quotation stands: on a section, a group or a code, or as an entry under a code."""

    kind: Literal["section", "group", "code", "entry"]
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo(Stored):
    """A note that belongs to a section, a group or a code.  An empty text is no note."""

    id: MemoId
    target: MemoTarget
    text: str
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLayout(Stored):
    """How a person laid the document out: its text as it was taken over, where that is not the canonical shape.

    `ids` names the codings and notes that stand on each line, as (line from 1, ids); `employer` and `title` are
    what the session said of the ad then.  The document that is written is this text, edited where the session
    has gone on.
    """

    text: str
    ids: tuple[tuple[int, tuple[str, ...]], ...] = ()
    employer: str = ""
    title: str = ""

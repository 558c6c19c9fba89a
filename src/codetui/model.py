"""What is stored and what is read: ads, codebooks, anchors, codings, events.

Positions are code-point offsets into the ad's text, half-open.  Everything here is frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple, NewType

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

AdId = NewType("AdId", str)
CodeId = NewType("CodeId", str)
CodingId = NewType("CodingId", str)
NoteId = NewType("NoteId", str)
TransactionId = NewType("TransactionId", str)

Holds = Literal["quotations", "terms"]
Severity = Literal["error", "warning", "note"]


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
class Ad:
    """One ad with its text.  `employer` or `title` is empty where the source does not say it."""

    id: AdId
    employer: str
    title: str
    text: str
    source: str
    line: int = 0


class AdEntry(NamedTuple):
    """One ad in the list, without its text; `source` and `place` find the text again.

    `place` is a byte offset into a table, or -1 for a file that is one ad.
    """

    id: AdId
    employer: str
    title: str
    source: str
    place: int
    line: int


# --- the codebook -----------------------------------------------------------------------------------


class Stored:
    """What a stored value is: read from disk, it takes no field it does not know."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Mapping[str, str]] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Stored):
    """A class that is assigned to an ad as a whole."""

    id: str
    name: str
    definition: str = ""
    responsibilities: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section(Stored):
    """A chapter of the codebook and of each document."""

    id: str
    title: str
    holds: Holds = "quotations"
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Stored):
    """Codes of one section under one heading."""

    id: str
    section: str
    title: str
    definition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Stored):
    """One code.  `group` is empty for a code that stands directly in its section."""

    id: CodeId
    name: str
    section: str
    group: str = ""
    definition: str = ""
    examples: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Stored):
    """Background reading: a markdown file beside the codebook."""

    title: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSettings(Stored):
    """Where the ads are, and which column of a table is what."""

    path: str = ""
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook(Stored):
    """A whole coding book, with every section key and code key filled in.

    `label` is a pattern over `{id}` and `{name}`.  Order is the order of the file.
    """

    title: str
    version: str = ""
    label: str = "{id}: {name}"
    profiles: tuple[Profile, ...] = ()
    sections: tuple[Section, ...] = ()
    groups: tuple[Group, ...] = ()
    codes: tuple[Code, ...] = ()
    references: tuple[Reference, ...] = ()
    corpus: CorpusSettings = CorpusSettings()
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

    `rank` orders the codings of one code; `time` is when it was first assigned (ISO 8601, UTC).
    """

    id: CodingId
    code: CodeId
    anchor: Anchor | None
    words: str
    note: str = ""
    rank: int = 0
    time: str = ""
    codebook: str = ""
    is_removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Stored):
    """Where a note without a quotation stands: on a group, on a code, or as an entry under a code."""

    kind: Literal["group", "code", "entry"]
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNote(Stored):
    """A note that belongs to a group or a code.  An empty text is no note."""

    id: NoteId
    place: Place
    text: str
    rank: int = 0


# --- events -----------------------------------------------------------------------------------------
# Each carries what stood before, so that it can be inverted without asking anything else.


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Stored):
    """A coder opened this ad: which one, and which text it had."""

    kind: Literal["session-opened"] = "session-opened"
    ad: AdId
    employer: str
    title: str
    text_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdDescribed(Stored):
    """The coder said what the source does not: employer and title."""

    kind: Literal["ad-described"] = "ad-described"
    employer: str
    title: str
    employer_before: str = ""
    title_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingAdded(Stored):
    """A code was given to a quotation."""

    kind: Literal["coding-added"] = "coding-added"
    coding: CodingId
    code: CodeId
    anchor: Anchor | None
    words: str
    note: str = ""
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRemoved(Stored):
    """A coding was taken away; it can be restored."""

    kind: Literal["coding-removed"] = "coding-removed"
    coding: CodingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRestored(Stored):
    """A removed coding is there again, at its old rank."""

    kind: Literal["coding-restored"] = "coding-restored"
    coding: CodingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRecoded(Stored):
    """A quotation got another code instead."""

    kind: Literal["coding-recoded"] = "coding-recoded"
    coding: CodingId
    code: CodeId
    rank: int
    code_before: CodeId
    rank_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingReanchored(Stored):
    """A quotation got another boundary or another place."""

    kind: Literal["coding-reanchored"] = "coding-reanchored"
    coding: CodingId
    anchor: Anchor | None
    words: str
    anchor_before: Anchor | None
    words_before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingNoted(Stored):
    """The note beside a quotation changed."""

    kind: Literal["coding-noted"] = "coding-noted"
    coding: CodingId
    note: str
    note_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceNoted(Stored):
    """The note on a group or code changed; an empty text takes it away."""

    kind: Literal["place-noted"] = "place-noted"
    note: NoteId
    place: Place
    text: str
    text_before: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileAssigned(Stored):
    """The ad got a profile with its reasoning; an empty profile is none."""

    kind: Literal["profile-assigned"] = "profile-assigned"
    profile: str
    reasoning: str
    profile_before: str = ""
    reasoning_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneMarked(Stored):
    """The ad was marked done, or taken up again."""

    kind: Literal["done-marked"] = "done-marked"
    is_done: bool
    was_done: bool


class ByKind:
    """Tells pydantic, which is loaded when a log is read and not before, to choose the event by its `kind`."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the union, told apart by `kind`."""
        from pydantic import Field

        return handler(Annotated[source, Field(discriminator="kind")])


Event = Annotated[
    SessionOpened
    | AdDescribed
    | CodingAdded
    | CodingRemoved
    | CodingRestored
    | CodingRecoded
    | CodingReanchored
    | CodingNoted
    | PlaceNoted
    | ProfileAssigned
    | DoneMarked,
    ByKind(),
]

Cause = Literal["keys", "document", "corpus", "undo", "redo"]
"""Who gave a command: the coder, a document that came without its log, or an ad whose text has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Stored):
    """One command's events: one line of the log, one step of undo.

    `seq` counts on from the highest seen (a Lamport clock), so that two logs of one session merge by
    (`seq`, `id`) in any order of lines.  `target` names the transaction that an undo or redo is about.
    """

    v: Literal[1] = 1
    id: TransactionId
    seq: int
    time: str
    coder: str
    codebook: str = ""
    cause: Cause = "keys"
    target: TransactionId | None = None
    events: tuple[Event, ...]

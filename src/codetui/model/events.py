"""What happened, as events: each carries what stood before, so that it can be inverted without asking anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from codetui.model.values import (
    Anchor,
    Cause,
    CodeId,
    CodingId,
    DocumentLayout,
    MemoId,
    MemoTarget,
    SourceId,
    Stored,
    TransactionId,
)

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened(Stored):
    """A coder opened this ad: which one, and which text it had."""

    kind: Literal["session-opened"] = "session-opened"
    source: SourceId
    employer: str
    title: str
    text_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescribed(Stored):
    """The coder said what the source does not: employer and title."""

    kind: Literal["source-described"] = "source-described"
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
    is_proposed: bool = False


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
    """A quotation got another boundary or another place, or its proposed place was accepted."""

    kind: Literal["coding-reanchored"] = "coding-reanchored"
    coding: CodingId
    anchor: Anchor | None
    words: str
    anchor_before: Anchor | None
    words_before: str
    is_proposed: bool = False
    was_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingNoted(Stored):
    """The note beside a quotation changed."""

    kind: Literal["coding-noted"] = "coding-noted"
    coding: CodingId
    note: str
    note_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoWritten(Stored):
    """The note on a section, group or code changed; an empty text takes it away."""

    kind: Literal["memo-written"] = "memo-written"
    memo: MemoId
    target: MemoTarget
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutChanged(Stored):
    """The document was taken over as a person wrote it; None is the canonical shape."""

    kind: Literal["layout-changed"] = "layout-changed"
    layout: DocumentLayout | None
    layout_before: DocumentLayout | None = None


class ByKind:
    """Tells pydantic, which is loaded when a log is read and not before, to choose the event by its `kind`."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of the union, told apart by `kind`."""
        from pydantic import Field

        return handler(Annotated[source, Field(discriminator="kind")])


Event = Annotated[
    SessionOpened
    | SourceDescribed
    | CodingAdded
    | CodingRemoved
    | CodingRestored
    | CodingRecoded
    | CodingReanchored
    | CodingNoted
    | MemoWritten
    | ProfileAssigned
    | DoneMarked
    | LayoutChanged,
    ByKind(),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(Stored):
    """One command's events: one line of the log, one step of undo.

    `seq` counts on from the highest seen (a Lamport clock), so that two logs of one session merge by
    (`seq`, `id`) in any order of lines.  `target` names the transaction that an undo or redo is about; `source`
    where it came from, as in Coding.
    """

    v: Literal[1] = 1
    id: TransactionId
    seq: int
    time: str
    coder: str
    codebook: str = ""
    cause: Cause = "hand"
    target: TransactionId | None = None
    from_name: str = ""
    events: tuple[Event, ...]

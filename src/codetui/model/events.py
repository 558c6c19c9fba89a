"""What happened, as events: each carries the values before, so that it can be inverted without any other knowledge.

Their fields are the fields of the log's lines (`docs/log-format.md`), in this order; a kind is its class's name in
lower case with hyphens: `coding-added`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codetui.model.values import (
    Anchor,
    Cause,
    CodeId,
    CodingId,
    DocumentLayout,
    MemoId,
    MemoTarget,
    SourceId,
    StepId,
    TransactionId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOpened:
    """A coder began to code a source, or its text has changed; offsets count in the text with this hash."""

    source: SourceId
    employer: str
    title: str
    text_hash: str
    body_start: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDescribed:
    """The coder entered the employer and title, which the source lacks."""

    employer: str
    title: str
    employer_before: str = ""
    title_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingAdded:
    """A code was assigned to a quotation."""

    coding: CodingId
    code: CodeId
    anchor: Anchor | None
    words: str
    note: str = ""
    rank: int
    is_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRemoved:
    """A coding was removed; it can be restored."""

    coding: CodingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRestored:
    """A removed coding was restored at its old rank."""

    coding: CodingId


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingRecoded:
    """A coding got another code."""

    coding: CodingId
    code: CodeId
    rank: int
    code_before: CodeId
    rank_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingReanchored:
    """A quotation got other boundaries or another place, or its proposed place was accepted."""

    coding: CodingId
    anchor: Anchor | None
    words: str
    anchor_before: Anchor | None
    words_before: str
    is_proposed: bool = False
    was_proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodingNoted:
    """The note on a quotation changed."""

    coding: CodingId
    note: str
    note_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoWritten:
    """A memo was written or changed; an empty text deletes it."""

    memo: MemoId
    target: MemoTarget
    text: str
    text_before: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileAssigned:
    """A profile with its reasoning was assigned to the source; an empty profile is none."""

    profile: str
    reasoning: str
    profile_before: str = ""
    reasoning_before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneMarked:
    """The source was marked done, or not done."""

    is_done: bool
    was_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutChanged:
    """The document was imported in another layout; None is the canonical one."""

    layout: DocumentLayout | None
    layout_before: DocumentLayout | None = None


Event = (
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
    | LayoutChanged
)


NO_STEP = StepId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """The events of one command: one line of a session's log, one step of undo.

    `parents` are the transactions that its author had seen last: one, or several after a merge.  `seq` is one more than
    the highest seen (a Lamport clock), so that transactions sort by (`seq`, `id`) in whatever order their lines are.
    `run` identifies the run of a model or an import that made it.  `target` is the transaction that an undo or redo
    inverts.  `from_name` is the document or source that it comes from.  `step` is the step of the study's log that it
    is a part of.
    """

    v: Literal[2] = 2
    id: TransactionId
    parents: tuple[TransactionId, ...] = ()
    seq: int
    time: str
    coder: str
    codebook: str = ""
    cause: Cause = "hand"
    run: str = ""
    target: TransactionId | None = None
    from_name: str = ""
    step: StepId = NO_STEP
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStep:
    """A step over several sessions or the codebook: one line of a coder's log of the study.

    `parents` and `seq` are as in Transaction, of this log.  `transactions` names what it did in which session.
    `codebook_before` and `codebook_after` are content hashes, equal if the codebook is unchanged.
    """

    v: Literal[2] = 2
    id: StepId
    parents: tuple[StepId, ...] = ()
    seq: int
    time: str
    coder: str
    kind: Literal["migration", "refactoring"]
    transactions: tuple[tuple[SourceId, TransactionId], ...] = ()
    codebook_before: str = ""
    codebook_after: str = ""

"""What a coder can do, as values; `deciding.decide` says what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from codetui.core.session.state import State
from codetui.model import (
    NO_STEP,
    Cause,
    Codebook,
    CodeId,
    CodingId,
    Event,
    MemoId,
    MemoTarget,
    SourceId,
    Span,
    StepId,
    TransactionId,
)

Hint = Literal[
    "next source",
    "next source or uncoded",
    "select words",
    "remove it",
    "remove the other",
    "search codes",
    "restore it",
    "restore the last",
    "undo it",
    "assign a profile",
    "write the reasoning",
]
"""What to do next; the screen names the keys for it."""


class Refusal(NamedTuple):
    """Why a command was not carried out, and what to do instead."""

    message: str
    hint: Hint | None = None


class Decision(NamedTuple):
    """The events of one command, and what to tell the coder."""

    events: tuple[Event, ...]
    message: str
    cause: Cause = "hand"
    target: TransactionId | None = None
    coding: CodingId | None = None
    from_name: str = ""
    step: StepId = NO_STEP
    hint: Hint | None = None


class DecisionContext(NamedTuple):
    """What a decision may look at besides the state, and the one id that it may use."""

    book: Codebook
    text: str
    text_hash: str
    fresh_id: str


@dataclass(frozen=True, slots=True)
class AssignCode:
    """Give `code` to the words at `span`."""

    span: Span
    code: CodeId
    note: str = ""


@dataclass(frozen=True, slots=True)
class RemoveCoding:
    """Take a coding away."""

    coding: CodingId


@dataclass(frozen=True, slots=True)
class RecodeCoding:
    """Give a quotation another code instead of the one it has."""

    coding: CodingId
    code: CodeId


@dataclass(frozen=True, slots=True)
class MoveBoundary:
    """Let a quotation begin and end elsewhere."""

    coding: CodingId
    span: Span


@dataclass(frozen=True, slots=True)
class AcceptPlace:
    """Take `span`, else the place that was proposed, as that of a quotation; its words stay as they are written."""

    coding: CodingId
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class NoteCoding:
    """Write a note beside a quotation; an empty note takes it away."""

    coding: CodingId
    note: str


@dataclass(frozen=True, slots=True)
class NotePlace:
    """Write a note on a section, group or code; an empty note takes it away."""

    place: MemoTarget
    text: str
    note: MemoId | None = None


@dataclass(frozen=True, slots=True)
class AssignProfile:
    """Assign the profile, or write its reasoning, or both."""

    profile: str
    reasoning: str


@dataclass(frozen=True, slots=True)
class MarkDone:
    """Mark the ad done, or take it up again."""

    is_done: bool


@dataclass(frozen=True, slots=True)
class DescribeAd:
    """Say what the source does not: employer and title."""

    employer: str
    title: str


@dataclass(frozen=True, slots=True)
class CopySession:
    """Take over what the session on another ad holds, as far as this one lacks it; its text differs in layout only."""

    ad: SourceId
    text: str
    session: State


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last step back."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Bring the step back that was undone last."""


Command = (
    AssignCode
    | RemoveCoding
    | RecodeCoding
    | MoveBoundary
    | AcceptPlace
    | NoteCoding
    | NotePlace
    | AssignProfile
    | MarkDone
    | DescribeAd
    | CopySession
    | Undo
    | Redo
)

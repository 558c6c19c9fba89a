"""The commands of a coder as values, and the outcome of one, a Decision or a Refusal; see `decide`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.core.codebook import index as books
from codetui.core.session.state import State
from codetui.model import (
    NO_STEP,
    Anchor,
    Cause,
    Codebook,
    CodeId,
    CodingId,
    Event,
    MemoId,
    MemoTarget,
    Provenance,
    SourceId,
    Span,
    StepId,
    Transaction,
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
    "mark it codable",
    "write the reasoning",
]
"""The next action to suggest; the screen names its key."""

SHORTENED = 32
"""The most code points of a quotation in a message."""


class Refusal(NamedTuple):
    """The reason why a command was not executed."""

    message: str
    hint: Hint | None = None


class Decision(NamedTuple):
    """The events of one command, and the message to the coder; `target` is the step that an undo or redo inverts.

    `parents` are the last steps that its author had seen; None if these are all steps. `run` is the run of a model or
    import that decided; `provenance` is that of a decision of an adjudication.
    """

    events: tuple[Event, ...]
    message: str
    cause: Cause = "hand"
    target: TransactionId | None = None
    coding: CodingId | None = None
    from_name: str = ""
    step: StepId = NO_STEP
    hint: Hint | None = None
    parents: tuple[TransactionId, ...] | None = None
    run: str = ""
    provenance: Provenance | None = None


class DecisionContext(NamedTuple):
    """The inputs of a decision besides the state, and the only id that it may use."""

    book: Codebook
    text: str
    text_hash: str
    fresh_id: str

    @property
    def word(self) -> str:
        """The noun for a source in this codebook."""
        return self.book.words.source

    def label(self, code: CodeId) -> str:
        """Return the label of a code, or its id if the codebook lacks it."""
        return books.label_of(self.book, code)

    def anchor_at(self, span: Span) -> Anchor | None:
        """Return the anchor of a span of the text, None if it has no words."""
        start, end = max(0, span.start), min(span.end, len(self.text))
        if start >= end or not self.text[start:end].strip():
            return None
        return anchors.anchor_at(self.text, Span(start, end), self.text_hash)


@dataclass(frozen=True, slots=True)
class AssignCode:
    """Assign `code` to the words at `span`."""

    span: Span
    code: CodeId
    note: str = ""


@dataclass(frozen=True, slots=True)
class RemoveCoding:
    """Remove a coding."""

    coding: CodingId


@dataclass(frozen=True, slots=True)
class RecodeCoding:
    """Replace the code of a quotation."""

    coding: CodingId
    code: CodeId


@dataclass(frozen=True, slots=True)
class MoveBoundary:
    """Move the boundaries of a quotation."""

    coding: CodingId
    span: Span


@dataclass(frozen=True, slots=True)
class AcceptPlace:
    """Accept `span`, else the proposed place, as the place of a quotation; its words stay as written."""

    coding: CodingId
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class NoteCoding:
    """Write a note on a quotation; an empty one deletes it."""

    coding: CodingId
    note: str


@dataclass(frozen=True, slots=True)
class NotePlace:
    """Write a note on a section, group or code; an empty one deletes it."""

    place: MemoTarget
    text: str
    note: MemoId | None = None


@dataclass(frozen=True, slots=True)
class AssignProfile:
    """Assign a profile with its reasoning; an empty profile means none."""

    profile: str
    reasoning: str


@dataclass(frozen=True, slots=True)
class MarkDone:
    """Mark the source done, or not done."""

    is_done: bool


@dataclass(frozen=True, slots=True)
class MarkUncodable:
    """Mark the source not codable, or codable again."""

    is_uncodable: bool


@dataclass(frozen=True, slots=True)
class DescribeSource:
    """Enter the employer and title that the source lacks."""

    employer: str
    title: str


@dataclass(frozen=True, slots=True)
class CopySession:
    """Copy what the session on another source has and this one lacks; its `text` differs only in layout."""

    source: SourceId
    text: str
    session: State


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo the last step."""


@dataclass(frozen=True, slots=True)
class Redo:
    """Redo the last undone step."""


CodingCommand = RemoveCoding | RecodeCoding | MoveBoundary | AcceptPlace | NoteCoding
"""A command on one coding."""

Command = (
    CodingCommand
    | AssignCode
    | NotePlace
    | AssignProfile
    | MarkDone
    | MarkUncodable
    | DescribeSource
    | CopySession
    | Undo
    | Redo
)


def quoted(words: str) -> str:
    """Return the words in quotes, shortened and on one line, for a message."""
    line = " ".join(words.split())
    return f"“{line if len(line) <= SHORTENED else line[: SHORTENED - 1].rstrip() + '…'}”"


def transaction_of(decision: Decision, state: State, last: Transaction, opening: tuple[Event, ...] = ()) -> Transaction:
    """Return the step that a decision makes after a state; `last` supplies its id, time, coder and codebook."""
    return replace(
        last,
        parents=state.heads if decision.parents is None else decision.parents,
        seq=state.seq + 1,
        cause=decision.cause,
        target=decision.target,
        from_name=decision.from_name,
        step=decision.step,
        run=decision.run,
        provenance=decision.provenance,
        events=opening + decision.events,
    )

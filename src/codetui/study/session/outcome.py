"""The outcomes of commands and of changes by other programs, as types, and their messages.

The messages name no keys: the front end adds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from codetui.core.session.commands import Hint, Refusal
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.model import CodingId, Problem, Severity

if TYPE_CHECKING:
    from codetui.storage.session_lock import Holder
    from codetui.study.reconcile import Counts

Progress = Literal["untouched", "in progress", "profile assigned", "done", "not codable"]


# --- commands -----------------------------------------------------------------------------------------


class Saved(NamedTuple):
    """The command is on disk; `coding` is the coding that it changed."""

    message: str
    coding: CodingId | None = None
    hint: Hint | None = None


class NotSaved(NamedTuple):
    """The disk refused the command; nothing was changed, neither on disk nor in memory."""

    reason: str

    @property
    def message(self) -> str:
        """The message to show."""
        return f"NOT SAVED: {self.reason}. Nothing was changed; fix this and try again."


class HeldElsewhere(NamedTuple):
    """Another program has the session; nothing was changed. The command can be repeated after taking it over."""

    holder: Holder | None

    @property
    def reason(self) -> str:
        """Why nothing was saved, for callers that cannot take over the session."""
        return f"the session is open elsewhere {self.holder}; close it there"

    @property
    def message(self) -> str:
        """The message to show."""
        return f"Open elsewhere {self.holder}: read only here."


Outcome = Saved | Refusal | NotSaved | HeldElsewhere


# --- changes outside ----------------------------------------------------------------------------------


class PullKind(Enum):
    """The kinds of changes to document or log, and the outcomes of importing a document."""

    EDITED = auto()
    IMPORTED = auto()
    NOTHING_NEW = auto()
    """The imported document is the one that was imported last."""
    STALE = auto()
    """An editor saved a version that codetui has replaced since."""
    DELETED = auto()
    EMPTIED = auto()
    DAMAGED = auto()
    MUCH_REMOVED = auto()
    """The document lacks a large part of the codings: that is imported only if somebody says so."""
    UNREADABLE = auto()
    NOT_SAVED = auto()
    FOLLOWED = auto()
    """Another program added steps to the log."""
    HELD = auto()
    """Another program took over the session."""
    FREED = auto()


_WORDS = {
    PullKind.NOTHING_NEW: "It has not changed since it was imported last.",
    PullKind.STALE: "An editor saved an older version of the document; the newer one is written again.",
    PullKind.DELETED: "The document was deleted outside codetui; it is written again.",
    PullKind.EMPTIED: "The document was emptied outside codetui; it is written again.",
    PullKind.FOLLOWED: "Another codetui changed this session; its changes are shown here.",
    PullKind.FREED: "No other program has this session open any more: you can code it here.",
}


@dataclass(frozen=True, slots=True)
class PullResult:
    """A change by another program or a person, its outcome, and the problems to check.

    `lost_steps` counts the steps of the document that the log lacks. `detail` is the reason for a failure, or who has
    the session.
    """

    kind: PullKind
    problems: tuple[Problem, ...] = ()
    counts: Counts | None = None
    lost_steps: int = 0
    has_new_layout: bool = False
    has_new_profile: bool = False
    detail: str = ""

    @property
    def is_saved(self) -> bool:
        """Return whether the session has saved everything that was changed."""
        return self.kind not in (PullKind.UNREADABLE, PullKind.NOT_SAVED)

    @property
    def message(self) -> str:
        """The message to show."""
        nothing = "its layout" if self.has_new_layout else "nothing new"
        match self.kind:
            case PullKind.EDITED if self.lost_steps:
                what = f"The log lacks {plural(self.lost_steps, 'step')} that are in the document"
                what = f"{what}, as after restoring an older copy. Restored from the document"
                return f"{what}: {self._changes() or nothing}."
            case PullKind.EDITED:
                return f"The document was edited by hand: {self._changes() or nothing}."
            case PullKind.IMPORTED:
                return f"Imported: {self._changes() or nothing}."
            case PullKind.NOT_SAVED:
                return NotSaved(self.detail).message
            case PullKind.HELD | PullKind.DAMAGED | PullKind.MUCH_REMOVED | PullKind.UNREADABLE:
                return self.detail
            case _:
                return _WORDS[self.kind]

    def _changes(self) -> str:
        parts = [change_words(self.counts)] if self.counts and change_words(self.counts) else []
        if self.kind is PullKind.IMPORTED and self.has_new_profile:
            parts.append("profile and reasoning")
        return ", ".join(parts)


def change_words(counts: Counts) -> str:
    """Return the counts for a message, `2 added, 1 changed`; empty if there are none."""
    numbers = {
        "added": counts.added,
        "changed": counts.changed,
        "moved": counts.moved,
        "removed": counts.removed,
        "changed on both sides": counts.conflicts,
    }
    return ", ".join(f"{number} {what}" for what, number in numbers.items() if number)


# --- files that cannot be read ------------------------------------------------------------------------


def not_read(error: OSError, path: Path, consequence: str, severity: Severity = "error") -> Problem:
    """Return the problem of an unreadable file; `path` is used if the error names none."""
    what = f"cannot be read ({error.strerror or error}): {consequence}; check the disk and its permissions"
    return Problem(str(error.filename or path), 0, severity, what)


class ReadFailure:
    """Why a file could not be read last time; reported once, and again if the reason changes."""

    def __init__(self, consequence: str) -> None:
        """Create a report; `consequence` describes the effect on the session in a message."""
        self._consequence = consequence
        self._reported = ""
        self.problem: Problem | None = None

    def report(self, error: OSError, path: Path) -> PullResult | None:
        """Remember an error; return a problem, or None if it was reported.

        `path` is used if the error names none.
        """
        self.problem = not_read(error, path, self._consequence)
        before, self._reported = self._reported, str(self.problem)
        if self._reported == before:
            return None
        return PullResult(PullKind.UNREADABLE, (self.problem,), detail=self._reported)

    def clear(self) -> None:
        """Record that the file was read successfully."""
        self.problem, self._reported = None, ""


# --- progress -----------------------------------------------------------------------------------------


class AdStatus(NamedTuple):
    """The progress of one coder with one source."""

    progress: Progress
    codings: int


def status_of(state: State) -> AdStatus:
    """Return the status of a session."""
    progress: Progress = "untouched" if state.is_untouched else "in progress"
    if state.profile:
        progress = "profile assigned"
    elif state.is_uncodable and not state.live():
        progress = "not codable"
    return AdStatus("done" if state.is_done else progress, len(state.live()))

"""What a command came to, for whoever gave it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from codetui.core.session.commands import Refusal
from codetui.core.session.state import State
from codetui.model import CodingId, Problem, Severity

if TYPE_CHECKING:
    from codetui.study.reconcile import Counts


Progress = Literal["untouched", "in progress", "profile assigned", "done"]


class Saved(NamedTuple):
    """The command is on disk; `coding` is the one it was about."""

    message: str
    coding: CodingId | None = None


class NotSaved(NamedTuple):
    """The disk refused; nothing has changed, in memory neither."""

    message: str


class HeldElsewhere(NamedTuple):
    """Another program has the session: nothing has changed; the command may be given again once it is taken over."""

    message: str


Outcome = Saved | Refusal | NotSaved | HeldElsewhere


class AdStatus(NamedTuple):
    """How far one coder is with one ad."""

    progress: Progress
    codings: int


def status_of(state: State) -> AdStatus:
    """The status that a state amounts to."""
    return AdStatus(_progress(state), len(state.live()))


def _progress(state: State) -> Progress:
    if state.is_done:
        return "done"
    if state.profile:
        return "profile assigned"
    return "untouched" if state.is_untouched else "in progress"


class PullResult(NamedTuple):
    """What became of a change outside: what to tell the coder, and what needs the coder's eye."""

    message: str
    problems: tuple[Problem, ...] = ()
    tally: Counts | None = None
    is_saved: bool = True


def not_read(error: OSError, path: Path, what_follows: str, severity: Severity = "error") -> Problem:
    """What to say of a file that cannot be read just now; `path` where the error names none."""
    what = f"this cannot be read ({error.strerror or error}): {what_follows}; mend the disk or its rights"
    return Problem(str(error.filename or path), 0, severity, what)


class ReadFailure:
    """Why a file could not be read when it was looked at last: said once, and then only when it is another reason."""

    def __init__(self, what_follows: str) -> None:
        """`what_follows` is what that means for the session."""
        self._what_follows = what_follows
        self._said = ""
        self.problem: Problem | None = None

    def because(self, error: OSError, path: Path) -> PullResult | None:
        """It cannot be read: what to tell the coder, None where that was said.  `path` where the error names none."""
        self.problem = not_read(error, path, self._what_follows)
        said, self._said = self._said, str(self.problem)
        return None if said == self._said else PullResult(self._said, (self.problem,), is_saved=False)

    def no_more(self) -> None:
        """It was read."""
        self.problem, self._said = None, ""

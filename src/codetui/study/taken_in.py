"""What became of a change outside, and of a file in which there may be one that cannot be read just now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codetui.model import Problem, Severity

if TYPE_CHECKING:
    from codetui.study.taking_over import Tally


class TakenIn(NamedTuple):
    """What became of a change outside: what to tell the coder, and what needs the coder's eye."""

    message: str
    problems: tuple[Problem, ...] = ()
    tally: Tally | None = None
    is_saved: bool = True


def not_read(error: OSError, path: Path, what_follows: str, severity: Severity = "error") -> Problem:
    """What to say of a file that cannot be read just now; `path` where the error names none."""
    what = f"this cannot be read ({error.strerror or error}): {what_follows}; mend the disk or its rights"
    return Problem(str(error.filename or path), 0, severity, what)


class Unread:
    """Why a file could not be read when it was looked at last: said once, and then only when it is another reason."""

    def __init__(self, what_follows: str) -> None:
        """`what_follows` is what that means for the session."""
        self._what_follows = what_follows
        self._said = ""
        self.problem: Problem | None = None

    def because(self, error: OSError, path: Path) -> TakenIn | None:
        """It cannot be read: what to tell the coder, None where that was said.  `path` where the error names none."""
        self.problem = not_read(error, path, self._what_follows)
        said, self._said = self._said, str(self.problem)
        return None if said == self._said else TakenIn(self._said, (self.problem,), is_saved=False)

    def no_more(self) -> None:
        """It was read."""
        self.problem, self._said = None, ""

"""Whether a session may be written: this program has it, or nobody does, or another one."""

from __future__ import annotations

from pathlib import Path

from codetui.model import Problem
from codetui.storage.holders import Holder
from codetui.storage.session_lock import SessionLock, UnreadableLockError


class Holding:
    """The session's lock as the session needs it.  `holder` is the other program that has it, as last looked.

    A lock that cannot be made keeps nobody from coding: then it is not heeded any more, and `problem` says so.
    """

    def __init__(self, log: Path, token: str = "") -> None:
        self._lock = SessionLock(log, token)
        self.problem: Problem | None = None
        self.holder = self._lock.other()

    def claim(self) -> bool:
        """Takes the session, unless another program has it: whether this one may write.

        Raises UnreadableLockError where it had it, and cannot see whether it has it still.
        """
        if self.problem is None:
            try:
                self.holder = self._lock.claim()
            except UnreadableLockError:
                raise
            except OSError as error:
                self._give_up(error)
        return self.holder is None

    def seen_elsewhere(self) -> Holder | None:
        """The other program that has the session at this moment; any thread may ask."""
        return self._lock.other() if self.problem is None else None

    def look(self) -> bool:
        """Looks who has the session; True where that is another program than before, or none any more."""
        before, self.holder = self.holder, self.seen_elsewhere()
        return self.holder != before

    def take_over(self) -> None:
        """Takes the session from whoever has it."""
        try:
            self._lock.take_over()
        except OSError as error:
            self._give_up(error)
        self.holder = None

    def release(self) -> None:
        """Lets the session go."""
        self._lock.release()

    def _give_up(self, error: OSError) -> None:
        what = f"other programs are not told that this session is open ({error.strerror or error})"
        way_out = "code it in one program at a time, or make the folder writable"
        self.problem = Problem(str(self._lock.file), 0, "warning", f"{what}: {way_out}")
        self.holder = None

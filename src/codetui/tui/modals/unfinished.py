"""What questions share in which a text is written: none of it is thrown away by one press of escape."""

from __future__ import annotations

from collections.abc import Callable

EditOutside = Callable[[str], str | None]
"""A text after the coder's own editor, or None where none can run."""

WARNING = "Not saved yet: save it, or press escape again to throw it away."


class Unfinished:
    """What is written and not saved: the first press that would leave it warns, the second one leaves it."""

    def __init__(self, is_changed: Callable[[], bool], say: Callable[[str], None]) -> None:
        """`is_changed` tells whether something is written; `say` shows words, and no words in their place."""
        self._is_changed = is_changed
        self._say = say
        self._is_warned = False

    def may_be_left(self) -> bool:
        """True where nothing is lost, or the coder was warned."""
        if self._is_warned or not self._is_changed():
            return True
        self._is_warned = True
        self._say(WARNING)
        return False

    def goes_on(self) -> None:
        """Writing on takes the warning back."""
        if self._is_warned and self._is_changed():
            self._is_warned = False
            self._say("")

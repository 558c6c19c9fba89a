"""Garbage is collected when no key waits: the collections that Python chooses to make hold a key up for 10 to 50 ms."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from time import monotonic

from textual.screen import Screen

BEHIND = 0.002
"""Seconds behind the picture in which it has gone out: a collection would hold up the thread that writes it."""

PAUSE = 0.5
"""Seconds without a key that are a pause."""

YOUNG, OLD, TOO_OLD = 700, 180, 720
"""Objects made since, and collections of young ones since, that are worth a collection of young ones and of all in a
pause; and of all without one, for whoever never pauses."""


class Tidying:
    """Collects young garbage behind the picture, which takes a millisecond, and all in a pause and at another ad.

    Right behind it, not some time after the key: that would be the time at which the next key comes.  And not behind
    a picture that asks for the next key, as that of the open panel does: who knows the codes has pressed it already.
    It switches nothing off: `cli` has done that, and a program that keeps Python's collections has both.
    """

    def __init__(self, screen: Screen[None], asks_for_key: Callable[[], bool]) -> None:
        self._screen = screen
        self._asks_for_key = asks_for_key
        self._last_key = self._last_picture = 0.0
        self._is_waiting = False
        self._is_other_ad = False
        self._has_begun = False

    def begin(self) -> None:
        """What is loaded by now stays, and is not looked through any more."""
        gc.freeze()
        self._is_other_ad = False
        self._has_begun = True
        self._screen.set_interval(PAUSE, self._at_pause)

    def key_pressed(self) -> None:
        """A key has come, and its picture will."""
        self._last_key = monotonic()

    def painted(self) -> None:
        """Collects young garbage soon behind this picture, where there is enough of it."""
        self._last_picture = monotonic()
        if not self._has_begun or self._is_waiting or not self._screen.is_running or self._asks_for_key():
            return
        if self._is_other_ad or gc.get_count()[0] > YOUNG:
            self._collect_soon()

    def at_other_ad(self) -> None:
        """What the ad before held is garbage now, and is collected behind the first picture of this one."""
        self._is_other_ad = True

    def _collect_soon(self) -> None:
        self._is_waiting = True
        # A timer of Textual's that has so little time is left out where the processor is busy, and never comes.
        asyncio.get_running_loop().call_later(BEHIND, self._collect)

    def _collect(self) -> None:
        self._is_waiting = False
        if self._last_key > self._last_picture or self._asks_for_key():
            # Behind the picture of that key, then, or of the next.
            return
        if monotonic() - self._last_picture < BEHIND / 2:
            # Another picture has been painted meanwhile.
            self._collect_soon()
            return
        is_time_for_all = self._is_other_ad or gc.get_count()[2] > TOO_OLD
        self._is_other_ad = False
        gc.collect(2 if is_time_for_all else 1)

    def _at_pause(self) -> None:
        if monotonic() - self._last_key < PAUSE:
            return
        young, _, old = gc.get_count()
        if old > OLD:
            gc.collect()
        elif young > YOUNG:
            gc.collect(1)

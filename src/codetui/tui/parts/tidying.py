"""Garbage is collected when no key waits: the collections that Python chooses to make hold a key up for 10 to 50 ms."""

from __future__ import annotations

import gc
from time import monotonic

from textual.screen import Screen
from textual.timer import Timer

AFTER_KEY = 0.03
"""Seconds after a key in which its picture has gone out."""

PAUSE = 0.5
"""Seconds without a key that are a pause."""

YOUNG, OLD, TOO_OLD = 2000, 60, 240
"""Objects made since, and collections of young ones since, that are worth a collection of young ones and of all in a
pause; and of all without one, for whoever never pauses."""


class Tidying:
    """Collects young garbage behind the picture, which takes a millisecond, and all in a pause and at another ad.

    It switches nothing off: `cli` has done that, and a program that keeps Python's collections has both.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._waiting: Timer | None = None
        self._last_key = 0.0
        self._is_other_ad = False

    def begin(self) -> None:
        """What is loaded by now stays, and is not looked through any more."""
        gc.freeze()
        self._is_other_ad = False
        self._screen.set_interval(PAUSE, self._at_pause)

    def after_key(self) -> None:
        """Collects young garbage soon, where there is enough of it."""
        self._last_key = monotonic()
        if self._waiting is None and (self._is_other_ad or gc.get_count()[0] > YOUNG):
            self._waiting = self._screen.set_timer(AFTER_KEY, self._collect)

    def at_other_ad(self) -> None:
        """What the ad before held is garbage now, and is collected behind the first picture of this one."""
        self._is_other_ad = True

    def _collect(self) -> None:
        is_time_for_all = self._is_other_ad or gc.get_count()[2] > TOO_OLD
        self._waiting, self._is_other_ad = None, False
        gc.collect(2 if is_time_for_all else 1)

    def _at_pause(self) -> None:
        if monotonic() - self._last_key < PAUSE:
            return
        young, _, old = gc.get_count()
        if old > OLD:
            gc.collect()
        elif young > YOUNG:
            gc.collect(1)

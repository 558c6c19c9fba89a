"""Keys and pastes in turn: each is handed out when all that the one before it set off is done.

Textual hands a key to what has the focus the moment it comes, and asks priority bindings even before that.  Of
keys typed ahead, those meant for a question that the first one opens would go astray, and Ctrl+S would save a
text without the letters typed just before it.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.widgets import Input

from codetui.core.text.display import sanitize_paste
from codetui.tui.bench import KeepsText
from codetui.tui.widgets.cells import one_line

LONGEST_WAIT = 2.0
"""Seconds after which the next key is handed out although something goes on that the one before began."""

PICTURE = 0.03
"""Seconds in which the picture of a key has gone out: what nobody waits for yet is not looked at before."""

LINE_END = re.compile(r"\r\n?")
Typed = events.Key | events.Paste


class KeyQueue:
    """What was typed and waits for its turn; `hand_out` gives one key or paste to Textual."""

    def __init__(self, app: App[object], hand_out: Callable[[Typed], Awaitable[None]]) -> None:
        self._app = app
        self._hand_out = hand_out
        self._waiting: deque[Typed] = deque()
        self._handing: asyncio.Task[None] | None = None
        self._is_more = asyncio.Event()

    async def take(self, typed: Typed) -> None:
        """Hands it out at its turn; of a paste what a terminal might obey is made harmless."""
        if isinstance(typed, events.Paste):
            # Terminals send a carriage return for each line end.
            typed = events.Paste(sanitize_paste(LINE_END.sub("\n", typed.text)))
        self._waiting.append(typed)
        self._is_more.set()
        if self._handing is None or self._handing.done():
            self._is_more.clear()
            await self._hand_out(self._next())
            self._handing = asyncio.create_task(self._hand_out_the_rest(), name="keys in turn")

    async def _hand_out_the_rest(self) -> None:
        if not self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_more.wait(), PICTURE)
        await self._until_all_is_done()
        while self._waiting and self._app.is_running:
            # Through the app's own queue, where Textual knows what to do about an error.
            self._app.call_later(self._hand_out, self._next())
            await self._until_all_is_done()

    def _next(self) -> Typed:
        """What was typed first, as the screen in front takes it."""
        typed = self._waiting.popleft()
        if isinstance(typed, events.Paste):
            # A field on one line takes no more than the first.
            return events.Paste(one_line(typed.text)) if isinstance(self._app.focused, Input) else typed
        if not typed.key.startswith("alt+") or isinstance(self._app.screen, KeepsText):
            return typed
        # Terminals send Esc and a key right behind it as one.
        self._waiting.appendleft(events.Key(typed.key.removeprefix("alt+"), typed.character))
        return events.Key("escape", None)

    async def _until_all_is_done(self) -> None:
        """Waits until the key, and every message that it set off, has come to its end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT):
                while not await self._is_all_done():
                    # A pump that closes is not waited for: without this nothing else would ever run.
                    await asyncio.sleep(0)

    async def _is_all_done(self) -> bool:
        """Waits for what is under way; False where that has set off more, or opened a screen."""
        await _drained(self._app)
        if not self._app.screen_stack:
            return True
        way = self._way_up()
        for pump in way:
            await _drained(pump)
        return way == self._way_up() and not any(pump.message_queue_size for pump in way if pump.is_running)

    def _way_up(self) -> list[MessagePump]:
        """What a key passes, from the focus up to the app, and the screens below that may wait for an answer."""
        screen = self._app.screen
        return [*(screen.focused or screen).ancestors_with_self, *self._app.screen_stack]


async def _drained(pump: MessagePump) -> None:
    """Waits until everything is done that a pump was given so far; one that closes has nothing left to do."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()

"""A queue of keys and pastes: each is dispatched when everything that the one before caused is done.

Textual passes a key to the focused widget the moment it arrives, and asks priority bindings even before.  Of keys typed
ahead, those for a dialog that the first one opens would get lost, and Ctrl+S would save a text without the letters
typed just before it.
"""

from __future__ import annotations

import asyncio
import gc
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
"""Seconds after which the next key is dispatched although the one before is not done."""

FRAME_SECONDS = 0.03
"""Seconds for the frame of a key to be painted, before the queue looks for messages that it caused."""

PAUSE_SECONDS = 0.1
"""Seconds without a key after which young garbage is collected, so that it is not in the middle of a later key."""

LINE_END = re.compile(r"\r\n?")
Typed = events.Key | events.Paste


class KeyQueue:
    """Keys and pastes in their order; `dispatch` passes one to Textual."""

    def __init__(self, app: App[object], dispatch: Callable[[Typed], Awaitable[None]]) -> None:
        self._app = app
        self._dispatch = dispatch
        self._waiting: deque[Typed] = deque()
        self._drainer: asyncio.Task[None] | None = None
        self._has_more = asyncio.Event()
        self._collection: asyncio.TimerHandle | None = None

    async def put(self, typed: Typed) -> None:
        """Dispatch a key or a sanitized paste, at once if nothing is under way."""
        if isinstance(typed, events.Paste):
            # Terminals send a carriage return for each line end.
            typed = events.Paste(sanitize_paste(LINE_END.sub("\n", typed.text)))
        self._waiting.append(typed)
        self._has_more.set()
        if self._collection is not None:
            self._collection.cancel()
        self._collection = asyncio.get_running_loop().call_later(PAUSE_SECONDS, gc.collect, 1)
        if self._drainer is None or self._drainer.done():
            self._has_more.clear()
            await self._dispatch(self._next())
            self._drainer = asyncio.create_task(self._drain(), name="key queue")

    async def _drain(self) -> None:
        """Dispatch what arrives until everything is done."""
        if not self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_more.wait(), FRAME_SECONDS)
        await self._until_idle()
        while self._waiting and self._app.is_running:
            # In the app's own queue, so that Textual handles an error.
            self._app.call_later(self._dispatch, self._next())
            await self._until_idle()

    def _next(self) -> Typed:
        """Return what was typed first, as the screen in front reads it."""
        typed = self._waiting.popleft()
        if isinstance(typed, events.Paste):
            # An input keeps only the first line of a paste.
            return events.Paste(one_line(typed.text)) if isinstance(self._app.focused, Input) else typed
        if not typed.key.startswith("alt+") or isinstance(self._app.screen, KeepsText):
            return typed
        # Terminals send Esc and a key right behind it as one.
        self._waiting.appendleft(events.Key(typed.key.removeprefix("alt+"), typed.character))
        return events.Key("escape", None)

    async def _until_idle(self) -> None:
        """Wait until the key and every message that it caused are handled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT):
                while not await self._is_idle():
                    # A closing pump returns at once: without this, nothing else would run.
                    await asyncio.sleep(0)

    async def _is_idle(self) -> bool:
        """Wait for what is under way; return False if that caused more, or opened a screen."""
        await _handled(self._app)
        if not self._app.screen_stack:
            return True
        pumps = self._pumps()
        for pump in pumps:
            await _handled(pump)
        return pumps == self._pumps() and not any(pump.message_queue_size for pump in pumps if pump.is_running)

    def _pumps(self) -> list[MessagePump]:
        """Return what a key passes, from the focus up to the app, and the screens below that wait for an answer."""
        screen = self._app.screen
        return [*(screen.focused or screen).ancestors_with_self, *self._app.screen_stack]


async def _handled(pump: MessagePump) -> None:
    """Wait until a pump has handled everything in its queue; one that is closing has nothing left to do."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()

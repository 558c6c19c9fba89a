"""The queue of keys, from their arrival to the widget that handles them.

It dispatches each key when everything caused by the previous one is done. Textual passes a key to the focused widget as
soon as it arrives, and tries priority bindings even earlier. Of keys typed ahead, those for a dialog that the first one
opens would get lost, and Ctrl+S would save a text without the letters typed just before it.
"""

from __future__ import annotations

import asyncio
import gc
import re
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf

from textual import events
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widgets import Input

from codetui.core.text.display import sanitize_paste
from codetui.tui.bench import UNSEEN, Do
from codetui.tui.widgets.rows import one_line

LONGEST_WAIT = 2.0
"""Seconds after which the next key is dispatched although the one before is not done."""

FRAME_SECONDS = 0.03
"""Seconds for the frame of a key to be painted, before the queue looks for messages that it caused."""

PAUSE_SECONDS = 0.1
"""Seconds without a key after which young garbage is collected, so that it is not in the middle of a later key."""

LINE_END = re.compile(r"\r\n?")
Typed = events.Key | events.Paste


class KeyQueue:
    """Keys and pastes in order; `dispatch` passes one to Textual."""

    def __init__(self, app: App[object], dispatch: Callable[[Typed], Awaitable[None]]) -> None:
        self._app = app
        self._dispatch = dispatch
        self._waiting: deque[Typed] = deque()
        self._drainer: asyncio.Task[None] | None = None
        self._has_more = asyncio.Event()
        self._collection: asyncio.TimerHandle | None = None
        self._question: Do | None = None
        self._opened: tuple[Screen[object], Do] | None = None
        self._screens: list[Screen[object]] = []
        """The screens when the last key was dispatched."""
        self._seen_at = inf
        self._quiet_from = 0.0
        """When a withdrawn question may open again, unless more keys come."""

    async def put(self, typed: Typed) -> None:
        """Dispatch a key or a sanitized paste, immediately if nothing is in progress."""
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

    # --- questions that no key asked for ------------------------------------------------------------

    def ask(self, question: Do) -> None:
        """Open a dialog with `question` as soon as no key is queued, since earlier keys must not answer it.

        A key that arrives before anybody can have read the question closes it and is handled by the screen below; the
        question opens again after a pause.
        """
        self._question = question
        if self._drainer is None or self._drainer.done():
            self._app.call_later(self._open_question)

    def _open_question(self) -> None:
        if self._question is None or self._waiting or len(self._app.screen_stack) > 1:
            return
        if (pause := self._quiet_from - Message().time) > 0:
            asyncio.get_running_loop().call_later(pause, self._open_question)
            return
        below, question, self._question = self._app.screen, self._question, None
        question()
        if self._app.screen is not below:
            self._opened, self._seen_at = (self._app.screen, question), inf
            self._app.screen.screen_layout_refresh_signal.subscribe(self._app, self._laid_out, immediate=True)

    def _laid_out(self, screen: Screen[object]) -> None:
        """Record when a question is first laid out with its text, which is when it is painted."""
        if any(box.region for box in screen.query(".frame")):
            self._seen_at = min(self._seen_at, Message().time)

    def _withdraw_unseen(self, typed: Typed) -> None:
        """Close a question that nobody could have read yet when this key was typed."""
        if self._opened is not None:
            screen, question = self._opened
            if self._app.screen is not screen:
                self._opened = None
            elif typed.time < self._seen_at + UNSEEN:
                self._opened, self._question = None, question
                self._quiet_from = typed.time + UNSEEN
                screen.dismiss(None)
        elif self._question is not None and self._quiet_from:
            self._quiet_from = typed.time + UNSEEN

    async def _drain(self) -> None:
        """Dispatch queued keys until everything is done."""
        if not self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_more.wait(), FRAME_SECONDS)
        await self._until_idle()
        while self._waiting and self._app.is_running:
            # In the app's own queue, so that Textual handles an error.
            self._app.call_later(self._dispatch, self._next())
            await self._until_idle()
        self._open_question()

    def _next(self) -> Typed:
        """Return the first queued key, as the screen in front reads it."""
        typed = self._waiting.popleft()
        self._screens = self._app.screen_stack
        self._withdraw_unseen(typed)
        if isinstance(typed, events.Paste):
            # An input keeps only the first line of a paste.
            return events.Paste(one_line(typed.text)) if isinstance(self._app.focused, Input) else typed
        return typed

    async def _until_idle(self) -> None:
        """Wait until the key and every message that it caused are handled."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT):
                while not await self._is_idle():
                    # A closing pump returns at once: without this, nothing else would run.
                    await asyncio.sleep(0)

    async def _is_idle(self) -> bool:
        """Wait for messages in progress; return False if they caused more, or opened a screen."""
        await _handled(self._app)
        if not self._app.screen_stack:
            return True
        pumps = self._pumps()
        for pump in pumps:
            await _handled(pump)
        return pumps == self._pumps() and not any(
            pump.message_queue_size for pump in (*pumps, *self._app.screen_stack) if pump.is_running
        )

    def _pumps(self) -> list[MessagePump]:
        """Return the widgets that a key passes, from the focus to the app, and all screens if it opened or closed one.

        Otherwise the screen below a dialog gets no message: after each one, Textual would paint everything anew.
        """
        screens = self._app.screen_stack
        top = screens[-1]
        return [*(top.focused or top).ancestors_with_self, *(screens if screens != self._screens else ())]


async def _handled(pump: MessagePump) -> None:
    """Wait until a widget has handled everything in its queue; a closing one counts as done."""
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()

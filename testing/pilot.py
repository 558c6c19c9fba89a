"""A pilot that continues as soon as the program is idle, and the event loop that detects this.

Textual's own pilot polls processor time and so waits at least 40 ms for every key, whatever its effect.
"""

from __future__ import annotations

import asyncio
import selectors
import time
import unicodedata
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from functools import cache
from typing import TypeVar, TypeVarTuple

from textual import events
from textual.app import App
from textual.css.model import RuleSet
from textual.css.parse import parse
from textual.css.tokenize import tokenize_values
from textual.css.tokenizer import Token
from textual.css.types import CSSLocation
from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, REPLACED_KEYS
from textual.pilot import Pilot

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")

SLICE = 0.05
"""Seconds after which a pause ends although a thread still runs, if it did nothing: a test may hold it up."""
LONGEST = 2.0
"""Seconds after which a pause ends in any case."""
FRAME = 1 / 60
"""Seconds in which Textual collects changes of the terminal's size."""

original_run_test = App.run_test


class IdleSelector(selectors.DefaultSelector):
    """A selector that reports when its event loop would block while no thread works for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[asyncio.Future[None]] = []
        self.working = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for files as usual, unless a caller waits for idleness and the loop is idle."""
        would_block = timeout is None or timeout > 0
        if not (would_block and self.waiting) or self.working:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            waiting, self.waiting = self.waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)
        return ready


class IdleLoop(asyncio.SelectorEventLoop):
    """An event loop that can be awaited until only timers and files are left to wake it."""

    def __init__(self) -> None:
        self._idle = IdleSelector()
        super().__init__(self._idle)

    async def idle(self) -> None:
        """Wait until nothing is ready to run and no thread of the executor works."""
        future: asyncio.Future[None] = self.create_future()
        self._idle.waiting.append(future)
        begun = time.monotonic()
        while not future.done() and time.monotonic() - begun < LONGEST:
            used = time.process_time()
            await asyncio.wait([future], timeout=SLICE)
            if time.process_time() - used < SLICE / 20:
                return

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*Arguments], Result], *args: *Arguments
    ) -> asyncio.Future[Result]:
        """Run a function in a thread, and count it until the loop has its result."""
        future = super().run_in_executor(executor, func, *args)
        self._idle.working += 1
        future.add_done_callback(self._count_down)
        return future

    def _count_down(self, _: object) -> None:
        self._idle.working -= 1


class QuickPilot(Pilot[Result]):
    """A pilot that waits until the program is idle; on any other event loop it waits like Textual's."""

    async def press(self, *keys: str) -> None:
        """Press keys, each after everything that the previous one caused is done."""
        if not isinstance(asyncio.get_running_loop(), IdleLoop):
            await super().press(*keys)
            return
        for key in keys:
            self.app.post_message(key_event(key))
            await self.pause()

    async def pause(self, delay: float | None = None) -> None:
        """Wait the given number of seconds, or until the program is idle and has painted."""
        loop = asyncio.get_running_loop()
        if delay is not None or not isinstance(loop, IdleLoop):
            await super().pause(delay)
            return
        for _ in range(2):  # Painting calls what waited for it, which may ask for another picture.
            await loop.idle()
            await (
                self.wait_for_animation()
            )  # It paints, as Textual's `pause` does, but without a message to each widget.
        await loop.idle()

    async def resize_terminal(self, width: int, height: int) -> None:
        """Change the terminal's size, and wait until the program has adapted."""
        await super().resize_terminal(width, height)
        await super().pause(FRAME)
        await self.pause()


def key_event(key: str) -> events.Key:
    """Return the event of a key given as a character or by Textual's name."""
    if len(key) == 1:
        name = key if key.isalnum() else unicodedata.name(key).lower().replace("-", "_").replace(" ", "_")
        return events.Key(KEY_NAME_REPLACEMENTS.get(name, name), key)
    original = REPLACED_KEYS.get(key, key)
    try:
        return events.Key(key, unicodedata.lookup(KEY_TO_UNICODE_NAME.get(original, original)))
    except KeyError:
        return events.Key(key, None)


@cache
def _variable_tokens(values: frozenset[tuple[str, str]]) -> dict[str, list[Token]]:
    return tokenize_values(dict(values))


def remembered_variables(values: dict[str, str]) -> dict[str, list[Token]]:
    """Return the tokens of variables, the same object each time; a `tokenize_values` for stylesheets."""
    return _variable_tokens(frozenset(values.items()))


_rules: dict[tuple[object, ...], list[RuleSet]] = {}


def remembered_rules(
    scope: str,
    css: str,
    read_from: CSSLocation,
    variable_tokens: dict[str, list[Token]],
    is_default_rules: bool = False,
    tie_breaker: int = 0,
) -> list[RuleSet]:
    """Return the rules of a style, parsed once for all apps; a `parse` for stylesheets."""
    key = (scope, css, read_from, id(variable_tokens), is_default_rules, tie_breaker)
    if key not in _rules:
        parsed = parse(
            scope,
            css,
            read_from,
            variable_tokens=variable_tokens,
            is_default_rules=is_default_rules,
            tie_breaker=tie_breaker,
        )
        _rules[key] = list(parsed)
    return _rules[key]


@asynccontextmanager
async def run_test(
    app: App[Result], *, size: tuple[int, int] | None = (80, 24), notifications: bool = False
) -> AsyncGenerator[Pilot[Result]]:
    """Run an app as `App.run_test` does, with a quick pilot."""
    async with original_run_test(app, size=size, notifications=notifications):
        yield QuickPilot(app)

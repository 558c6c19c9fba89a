"""Replay one document in the program, key by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from codetui.core.codebook.index import profile
from codetui.core.codebook.keys import profile_keys
from codetui.formats.session_doc.model import Document
from codetui.model import Holds, Span
from codetui.tui.dialogs.text import NoteDialog, SourceDialog, TextDialog
from codetui.tui.widgets.codebook_tree import Node, node_of
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.pilot import key_event
from testing.replay.places import ACCEPT, SEARCH, Ad, Plan
from testing.replay.places import Place as Stand
from testing.replay.plain import plain
from testing.replay.plan import Remark, Task, Wanted
from testing.replay.planner import plan
from testing.replay.report import Cost, Replayed

_WAITS = 25
"""The number of times to wait for the program."""

_LOOKS = 4
"""The number of plans for one selection: after a search, the window is read again."""

_PLAIN_TARGETS = 3


class Replay:
    """The replay of one document by keys."""

    def __init__(self, pilot: Pilot[object], bench: WorkbenchScreen, moves: Sequence[str], result: Replayed) -> None:
        self._pilot = pilot
        self._bench = bench
        self._moves = moves
        self._result = result
        self._ad: Ad | None = None

    async def code(self, work: Task, document: Document) -> None:
        """Press the keys for everything in the document."""
        for item in work.items:
            if isinstance(item, Wanted):
                await self._code(item)
            else:
                await self._remark(item)
        if document.profile:
            await self._profile(document)
        facts = self._bench.workspace.session.description if self._bench.workspace.session else None
        if facts and document.title and (document.employer, document.title) != (facts.employer, facts.title):
            await self._describe(document)
        await self._pilot.press("ctrl+s")

    # --- pressing ---------------------------------------------------------------------------------

    async def _press(self, keys: Iterable[str], is_done: Callable[[], bool]) -> bool:
        """Press keys as fast as the program reads them; return False if their effect does not follow."""
        for key in keys:
            self._pilot.app.post_message(key_event(key))
        for _ in range(_WAITS):
            await self._pilot.pause()
            if is_done():
                return True
        return False

    async def _write(self, opening: Sequence[str], field: type[NoteDialog] | type[TextDialog], text: str) -> None:
        """Open a field, type the text (pasting characters that no key types), and confirm it."""
        app = self._pilot.app

        def is_open() -> bool:
            return isinstance(app.screen, field) and app.screen.focused is not None

        if not await self._press(opening, is_open):
            self._result.trouble.append(f"{' '.join(opening)} opens no field: {self._bench.status.message[0]}")
            return
        words = " ".join(text.split())
        if words.isprintable():
            await self._press(words, lambda: self._written() == words)
        else:
            app.post_message(events.Paste(words))
        take = "escape" if not words else "enter" if field is NoteDialog else "ctrl+s"
        is_closed = await self._press((take,), lambda: app.screen is self._bench)
        if not is_closed:
            self._result.trouble.append(f"the field for “{words}” does not close")

    def _written(self) -> str:
        screen = self._pilot.app.screen
        return screen.written() if isinstance(screen, NoteDialog | TextDialog) else ""

    # --- codings ----------------------------------------------------------------------------------

    async def _code(self, wanted: Wanted) -> None:
        bench, index = self._bench, self._bench.index
        section = index.sections[index.codes[wanted.code].section]
        spans = self._free(wanted)
        ad, stand = self._window()
        selector = await self._select(wanted.words, spans, section.holds)
        if selector is None:
            return
        code = index.codes[wanted.code]
        is_same = bench.assigner.recent[:1] == [code.id]
        keys = ("full_stop",) if is_same else (section.key, code.key)
        count = len(bench.state.codings)
        if not await self._press(keys, lambda: len(bench.state.codings) > count):
            self._result.trouble.append(f"“{wanted.words}” gets no code: {bench.status.message[0]}")
            return
        if isinstance(self._pilot.app.screen, SourceDialog):
            await self._press(("escape",), lambda: self._pilot.app.screen is bench)
        if wanted.note:
            await self._write(("n",), NoteDialog, wanted.note)
        near = sorted(spans, key=lambda span: abs(span.start - stand.selection.head))[:_PLAIN_TARGETS]
        costs = [plain(ad, stand, span, section.holds) for span in near]
        plainly = min((len(each.keys) for each in costs if each), default=None)
        noting = 2 if wanted.note else 0
        self._result.costs.append(
            Cost(bench.ad.id, wanted.words, (*selector, *keys), len(selector), len(keys), noting, plainly)
        )

    def _free(self, wanted: Wanted) -> tuple[Span, ...]:
        """Return the occurrences of the words without the code; all if every one has it."""
        codings = self._bench.state.of_code(wanted.code)
        taken = {Span(coding.anchor.start, coding.anchor.end) for coding in codings if coding.anchor}
        return tuple(span for span in wanted.spans if span not in taken) or wanted.spans

    async def _select(self, words: str, spans: tuple[Span, ...], holds: Holds) -> tuple[str, ...] | None:
        """Select one of the spans; return the keys pressed, or None."""
        pressed: tuple[str, ...] = ()
        for _ in range(_LOOKS):
            ad, stand = self._window()
            found = plan(ad, stand, spans, holds, self._moves, may_search=SEARCH not in pressed)
            if found is None:
                self._result.trouble.append(f"no keys select “{words}”")
                return None
            keys = _up_to_search(found.keys)
            await self._press_plan(found, keys)
            pressed += keys
            if self._bench.selected_span(holds) in spans:
                return pressed
        shown = self._bench.selected_span(holds)
        self._result.trouble.append(f"{pressed} for “{words}” select {self._bench.ad.text[shown.start : shown.end]!r}")
        return None

    async def _press_plan(self, found: Plan, keys: Sequence[str]) -> None:
        """Press a plan, or its search: open the line, then type and confirm each word."""
        bench = self._bench
        if keys[-1:] == (ACCEPT,):
            at = keys.index(SEARCH)
            await self._press(keys[: at + 1], lambda: bench.search.is_open)
            await self._press(keys[at + 1 :], lambda: not bench.search.is_open)
        else:
            await self._press(keys, lambda: bench.selector.selection == found.after.selection)

    def _window(self) -> tuple[Ad, Stand]:
        view = self._bench.document
        height = view.scrollable_content_region.height
        if self._ad is None or (self._ad.layout, self._ad.height) != (view.text_layout, height):
            self._ad = Ad(self._bench.ad.text, view.text_layout, height)
        return self._ad, Stand(self._bench.selector.selection, view.top_row)

    # --- notes and profile ------------------------------------------------------------------------

    async def _remark(self, remark: Remark) -> None:
        """Write a note on a section, group or code, from the tree."""
        bench, place = self._bench, remark.place
        node = node_of(place)
        await self._press(("t", "home"), lambda: bench.focused is bench.outline and bench.outline.cursor == 0)
        count = 3
        for _ in range(bench.outline.row_count()):
            if bench.node() == node:
                break
            await self._press(("down",), self._leaves(bench.node()))
            count += 1
        await self._write(("N",) if place.kind == "entry" else ("n",), NoteDialog, remark.text)
        await self._press(("t",), lambda: bench.focused is not bench.outline)
        self._result.other_keys += count + 2

    def _leaves(self, node: Node | None) -> Callable[[], bool]:
        """Return whether the tree's cursor has left a node."""
        return lambda: self._bench.node() != node

    async def _describe(self, document: Document) -> None:
        """Set employer and title of the ad if those of the document differ."""
        app, bench = self._pilot.app, self._bench

        def is_open() -> bool:
            return isinstance(app.screen, SourceDialog) and app.screen.focused is not None

        def has(field: str, text: str) -> Callable[[], bool]:
            return lambda: app.screen.query_one(f"#{field}", Input).value == text

        if is_open() or await self._press(("E",), is_open):
            for field, text in (("employer", document.employer), ("title", document.title)):
                if app.screen.query(f"#{field}"):
                    await self._press(("end", "ctrl+u"), has(field, ""))
                    await self._press(text, has(field, text))
                    await self._press(("down",), lambda: True)
            await self._press(("ctrl+s",), lambda: app.screen is bench)

    async def _profile(self, document: Document) -> None:
        book = self._bench.workspace.book
        chosen = profile(book, document.profile)
        assert chosen is not None
        number = book.profiles.index(chosen)
        digit = profile_keys(book.profiles)[number]
        take = [digit] if digit else [*["down"] * number, "enter"]
        await self._write(("p", *take), TextDialog, document.reasoning)
        self._result.other_keys += 2 + len(take)


def _up_to_search(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys up to the end of a search, after which the window is unknown; else all keys."""
    return keys[: keys.index(ACCEPT) + 1] if SEARCH in keys else keys

"""The command palette: every action of the registry, every code for the selection, and the themes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, NamedTuple, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.worker import Worker, WorkType

from codetui.tui.bench import Do
from codetui.tui.keymap import keys_words
from codetui.tui.widgets.rows import shown
from codetui.tui.workbench.screen import WorkbenchScreen

Found = TypeVar("Found")


class Palette(CommandPalette):
    """Textual's palette, guarded against keys that arrive before its list is laid out or after it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys that arrive after the choice."""
        return super().check_action(action, parameters) if self.is_active else False

    def action_page(self, step: int) -> None:
        """Move a page of commands up or down."""
        commands = self.query_one(CommandList)
        place = (commands.highlighted or 0) + step * max(1, commands.size.height // 2)
        if commands.option_count:
            commands.highlighted = min(max(0, place), commands.option_count - 1)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close once."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def run_worker(
        self,
        work: WorkType[Found],
        name: str | None = "",
        group: str = "default",
        description: str = "",
        exit_on_error: bool = True,
        start: bool = True,
        exclusive: bool = False,
        thread: bool = False,
    ) -> Worker[Found]:
        """Run a search; one that begins after the palette was closed fails without ending the app."""
        del exit_on_error
        return super().run_worker(work, name, group, description, False, start, exclusive, thread)


class Offer(NamedTuple):
    """One line of the palette: its words, its keys and its group at the right, its help, and what it does."""

    words: str
    keys: str
    help: str
    do: Do
    group: str = ""


KEY_CELLS = 16
SIDES = 8
"""Cells beside the lines of the palette."""


class WorkbenchCommands(Provider):
    """The commands of the workbench by name."""

    async def discover(self) -> Hits:
        """List every action except motions of the cursor."""
        themes, shown_group = "Choose the colours: light, dark, or another theme.", ""
        for offer in (*self._actions(), Offer("theme …", "", themes, self.app.search_themes, "Program")):
            # The first line of each group names it.
            is_first, shown_group = offer.group != shown_group, offer.group
            offer = offer if is_first else offer._replace(group="")
            yield DiscoveryHit(self._line(Content(offer.words), offer), offer.do, offer.words, offer.help)

    async def search(self, query: str) -> Hits:
        """Return the commands that match a query."""
        matcher = self.matcher(query)
        for offer in (*self._actions(), *self._codes(), *self._themes()):
            score = matcher.match(offer.words)
            if score > 0:
                line = self._line(matcher.highlight(offer.words), offer)
                yield Hit(score, line, offer.do, offer.words, offer.help)

    def _line(self, words: Content, offer: Offer) -> Content:
        """Return the words with the group and the keys at the right of the line."""
        group, keys = Content.styled(f"{offer.group}  ", "$muted"), Content.styled(offer.keys.rjust(KEY_CELLS), "bold")
        room = self.app.size.width - SIDES - group.cell_length - keys.cell_length - words.cell_length
        is_roomy = room > 0
        return Content.assemble(words, " " * room, group, keys) if is_roomy else Content.assemble(words, "  ", keys)

    @property
    def _bench(self) -> WorkbenchScreen:
        """The screen below the palette, which only the workbench opens."""
        assert isinstance(self.screen, WorkbenchScreen)
        return self.screen

    def _actions(self) -> Iterator[Offer]:
        bench = self._bench
        for action in bench.keymap.actions:
            if not action.id.startswith(("move.char", "dialog.")) and action.id != "palette":
                keys = keys_words(action.keys[:2])
                yield Offer(action.words, keys, action.help, partial(bench.keyboard.do, action.id), action.group)
        if os.name != "nt":
            help_ = "Stop codetui and return to the shell; fg continues here."
            yield Offer("suspend", "", help_, self.app.action_suspend_process, "Program")

    def _codes(self) -> Iterator[Offer]:
        bench = self._bench
        for code in (code for code in bench.index.book.codes if not code.is_retired):
            key = bench.index.short_keys[code.id]
            words = shown(f"code {key} {bench.index.labels[code.id]}")
            take = partial(bench.assigner.take, code.id)
            yield Offer(words, key, "Assign this code to the selection.", take, "Codes")

    def _themes(self) -> Iterator[Offer]:
        """Yield the themes, first the usual light and dark ones."""
        usual = ("textual-light", "textual-dark")
        for name, theme in sorted(self.app.available_themes.items(), key=lambda one: (one[0] not in usual, one[0])):
            kind = "dark" if theme.dark else "light"
            words = f"{kind} theme" if name in usual else f"theme {name} ({kind})"
            wear = partial(setattr, self.app, "theme", name)
            yield Offer(words, "", f"Colours on a {kind} background.", wear, "Themes")

"""What the workbench does for its parts and its keyboard: one thing each, on the widgets or on another part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import TypeVar

from textual import on
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.model import Code, CodeId, Coding, CodingId, Holds, Source, SourceId, Span
from codetui.study.workspace import Workspace
from codetui.tui.bench import Kind
from codetui.tui.screens.widget_messages import WidgetMessages
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.outline import Node
from codetui.tui.widgets.status_line import StatusLine
from codetui.tui.workbench.recall import Recalling
from codetui.tui.workbench.save import Saving
from codetui.tui.workbench.select import Aiming

T = TypeVar("T")
CHOICE_KEYS = "123456789" + ascii_lowercase

NO_AD = Source(SourceId(""), "", "", "", "")


class BenchSide(WidgetMessages):
    """The side of the workbench that its parts and its keyboard see."""

    workspace: Workspace
    index: CodebookIndex
    outline: CodebookTree
    status: StatusLine
    aiming: Aiming
    recalling: Recalling
    saving: Saving

    @property
    def ad(self) -> Source:
        """The open ad; an empty one where none could be opened."""
        session = self.workspace.session
        return session.ad if session else NO_AD

    @property
    def state(self) -> State:
        """The open session's state."""
        session = self.workspace.session
        return session.state if session else State()

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """Work behind the screen that came to nothing is told: nobody waits for it in vain."""
        if event.state is WorkerState.ERROR and self.is_running:
            what = f"{event.worker.name}: {event.worker.error}"
            self.say_besides(
                f"Work behind the screen broke off ({what}). Ctrl+Q leaves; start again to have it.", "error"
            )

    # --- what the parts ask for ---------------------------------------------------------------------

    def say(self, text: str, kind: Kind = "info") -> None:
        """Puts an answer into the status line."""
        self.status.say(text, kind)

    def say_besides(self, text: str, kind: Kind = "info") -> None:
        """Puts what no key has asked for into the status line; what refused a key stays in front of it."""
        self.status.say_besides(text, kind)

    def ask(self, screen: Screen[T | None], answered: Callable[[T], None]) -> None:
        """Opens a modal; `answered` gets what was chosen, and is not called when it was left."""

        def take(answer: T | None) -> None:
            if answer is None:
                self.assigning.leave()
                self.saving.thrown_away()
            else:
                answered(answer)

        self.app.push_screen(screen, take)

    def edit_outside(self, text: str) -> str | None:
        """The text after the coder's own editor, or None where none can run."""
        from codetui.tui.external_editor import edit_outside

        return edit_outside(self.app, text)

    def node(self) -> Node | None:
        """The node of the tree under its cursor while the tree has the focus."""
        return self.outline.current if self.focused is self.outline else None

    def coding_here(self) -> Coding | None:
        """The coding that keys on a quotation are about."""
        return self.settling.coding or self.aiming.coding()

    def selected_span(self, holds: Holds) -> Span:
        """What an assignment would code, in a section that holds quotations or terms."""
        return self.selecting.span(holds)

    def select(self, span: Span) -> None:
        """Selects a stretch of the ad, in sight."""
        self.back_to_ad()
        self.selecting.select(span)

    def aim_at(self, coding: CodingId | None) -> None:
        """Makes a coding the one that keys on a quotation are about."""
        self.aiming.at(coding)

    def open_panel(self, section_id: str, words: str) -> None:
        """Shows a section's codes, of which the next key takes one."""
        section = self.index.sections[section_id]
        codes = [code for code in self.index.codes_of[section_id] if not code.is_retired]
        counts = {code.id: len(self.state.of_code(code.id)) for code in codes}
        self.recalling.begin_where(lambda: self.panel.is_open)
        self.panel.clear = self.selecting.rows(self.selecting.span(section.holds))
        self.panel.open(self.workspace.book, section, codes, counts, words, self.recalling.usage)

    def open_choices(self, codes: Sequence[Code], words: str, title: str) -> None:
        """Shows some codes of the book, of which the next key takes one: 1, 2, 3 …"""
        section = self.index.sections[codes[0].section]
        numbered = [replace(code, key=key) for code, key in zip(codes, CHOICE_KEYS, strict=False)]
        self.recalling.begin_where(lambda: self.panel.is_open)
        self.panel.clear = self.selecting.rows(self.selecting.span(section.holds))
        self.panel.open(self.workspace.book, section, numbered, {}, words, self.recalling.usage, title)

    # --- what the keyboard needs --------------------------------------------------------------------

    def take_code(self, code: CodeId) -> None:
        """The panel's key was pressed."""
        self.assigning.take(code)

    def leave_panel(self) -> None:
        """The panel was closed."""
        self.assigning.leave()

    def back_to_ad(self) -> bool:
        """Gives the keys to the ad, and takes away the codebook that lies over it; True."""
        self.outline.remove_class("-shown")
        self.set_focus(self.document)
        return True

    def back_from_all(self) -> None:
        """Gives the keys to the ad, and leaves what was begun there."""
        self.assigning.escape()
        self.back_to_ad()

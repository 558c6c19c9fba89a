"""The workbench: the ad on the left, the codebook on the right, the answers at the bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Static

from codetui.core.codebook import CodebookIndex
from codetui.core.commands import Command, MarkDone, Redo, Undo
from codetui.core.state import State
from codetui.model import Ad, AdEntry, AdId, CodeId, Coding, CodingId, Holds, Problem, Span
from codetui.tui.bench import Kind, kind_of
from codetui.tui.keyboard import Keyboard
from codetui.tui.outside import edit_outside
from codetui.tui.parts.aiming import Aiming
from codetui.tui.parts.assigning import Assigning
from codetui.tui.parts.bookkeeping import Bookkeeping
from codetui.tui.parts.copying import Copying
from codetui.tui.parts.describing import Describing
from codetui.tui.parts.greeting import greeting, way_on
from codetui.tui.parts.listing import Listing
from codetui.tui.parts.looking import Looking
from codetui.tui.parts.outlining import Outlining
from codetui.tui.parts.picking import Picking
from codetui.tui.parts.picturing import CodedSpans, heading, mark_of, status_facts
from codetui.tui.parts.queueing import Queueing
from codetui.tui.parts.reading import Reading
from codetui.tui.parts.recalling import Recalling
from codetui.tui.parts.saving import Saving
from codetui.tui.parts.selecting import Selecting
from codetui.tui.parts.settling import Settling
from codetui.tui.parts.tidying import Tidying
from codetui.tui.parts.travelling import Travelling
from codetui.tui.parts.watching import Watching
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.screens.widget_messages import WidgetMessages
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.outline import Node
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.widgets.status_line import StatusLine
from codetui.workspace.in_step import TakenIn
from codetui.workspace.outcome import NotSaved, Outcome, Saved
from codetui.workspace.workspace import Workspace

T = TypeVar("T")

NO_AD = Ad(AdId(""), "", "", "", "")


class WorkbenchScreen(WidgetMessages):
    """Where coding happens.  It hands requests down to its parts and shows the state that comes back."""

    AUTO_FOCUS = "DocumentView"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.index = CodebookIndex(workspace.book)
        self._spans = CodedSpans(self.index)

    def compose(self) -> ComposeResult:
        """Heading, ad, codebook, status: the first picture."""
        self._take_breakpoint()
        with Horizontal(id="panes"):
            with Vertical(id="ad"):
                yield Static(id="heading")
                yield DocumentView(id="document")
            yield CodebookTree(id="codebook")
        yield StatusLine(id="status")

    async def _furnish(self) -> None:
        """Mounts what opens over the ad: behind the first picture, or for a key that was typed before it."""
        if self.panel.is_attached:
            return
        # The first in order: when it comes or goes, Textual need not paint the others anew.
        await self.mount(self.panel, before=0)
        await self.query_one("#panes").mount(self.reader)
        await self.mount(self.search, before=self.status)

    def _take_breakpoint(self) -> None:
        """Is narrow or wide before the first picture; Textual looks at the width after it."""
        width = self.app.size.width
        self.add_class(max(point for point in self.HORIZONTAL_BREAKPOINTS if point[0] <= width)[1])

    def on_mount(self) -> None:
        """Opens the first ad and begins to list the others."""
        self.document = self.query_one(DocumentView)
        self.outline = self.query_one(CodebookTree)
        self.panel = CodePanel(id="panel")
        self.search = SearchLine(id="search")
        self.reader = ReaderPane(id="reader")
        self.status = self.query_one(StatusLine)
        self.selecting = Selecting(self.document, self.search, self._selection_changed, self.say)
        self.assigning = Assigning(self)
        self.outlining = Outlining(self, self.outline, self.selecting, self.assigning)
        self.aiming = Aiming(self, self.selecting, self.outline)
        self.settling = Settling(self, self.selecting, self.document, self._back_from_all)
        self.saving = Saving(self, self.selecting, self)
        self.travelling = Travelling(self)
        self.tidying = Tidying(self)
        self.copying = Copying(self)
        self.queueing = Queueing(self, self.assigning)
        self.recalling = Recalling(self, self)
        bookkeeping = Bookkeeping(self, self.assigning)
        self.keyboard = Keyboard(
            self,
            {
                **self.selecting.actions(),
                **self.assigning.actions(),
                **self.settling.actions(),
                **Describing(self).actions(),
                **self.copying.actions(),
                **self.travelling.actions(),
                **bookkeeping.actions(),
                **Picking(self, self.assigning, bookkeeping, self.recalling).actions(),
                **self.queueing.actions(),
                **Looking(self, self.recalling, lambda action: self.keyboard.do(action)).actions(),
                **Reading(self, self.reader).actions(),
                **self.aiming.actions(),
                **self.saving.actions(),
                **self.outlining.actions(lambda: self.set_focus(self.document)),
                "palette": self.app.action_command_palette,
                "quit": self._quit,
            },
        )
        first = self.workspace.first
        if first is not None:
            self._open_first(first)

    async def on_key(self, event: events.Key) -> None:
        """Every key is looked up here, in the order in which it was pressed."""
        await self._furnish()
        self.keyboard.press(event)
        self.tidying.after_key()

    # --- the open ad --------------------------------------------------------------------------------

    @property
    def ad(self) -> Ad:
        """The open ad; an empty one where none could be opened."""
        session = self.workspace.session
        return session.ad if session else NO_AD

    @property
    def state(self) -> State:
        """The open session's state."""
        session = self.workspace.session
        return session.state if session else State()

    def _open_first(self, entry: AdEntry) -> None:
        stopped = self.workspace.stopped_at()
        self.open_ad(entry)
        if stopped is not None and stopped.ad == self.ad.id:
            self.selecting.stand(stopped.cursor, stopped.scroll)
            self._show_state()
        errors = [problem for problem in self.workspace.problems if problem.severity == "error"]
        if errors and self.ad is not NO_AD:
            self.say(f"{errors[0]} (F4 lists all {len(self.workspace.problems)})", "error")
        self.call_after_refresh(self._settle)

    async def _settle(self) -> None:
        """After the first picture: what is loaded by now stays, and the list of ads begins."""
        await self._furnish()
        self.tidying.begin()
        Listing(self, self.workspace, self.travelling, self.copying, self.status).begin()
        Watching(self, self, self._document_taken).begin()

    def _document_taken(self, taken: TakenIn) -> None:
        """The document was edited outside: what it says now is shown at once."""
        self._show_state()
        if self.workspace.session and self.workspace.session.has_unsaved_document:
            self.saving.write_soon()
        is_grave = any(problem.severity == "error" for problem in taken.problems)
        self.say(taken.message, "error" if is_grave else "refusal" if taken.problems else "info")

    def open_ad(self, entry: AdEntry) -> None:
        """Writes the ad before out, and shows this one."""
        unwritten = self.saving.write()
        try:
            session = self.workspace.open(entry)
        except OSError as error:
            why = f"{error.filename}: {error.strerror}" if error.filename else f"{error}"
            self.say(f"Ad {entry.id} does not open: {why}. Mend it, or take another: a shows the list.", "error")
            return
        self.aiming.at(None)
        self._spans = CodedSpans(self.index)
        self.assigning.began(session.state)
        self.settling.began()
        self.selecting.show(session.ad.text)
        self.outline.show(self.workspace.book, session.state)
        self._show_state()
        self.set_focus(self.document)
        if session.has_unsaved_document:
            self.saving.write_soon()
        twins = self.copying.words()
        troubles = [problem for problem in (*unwritten, *session.problems) if problem.severity != "note"]
        asides = (self.settling.greeting(), self.queueing.greeting(), twins)
        self.say(*greeting(session, troubles, asides, way_on(session, self.workspace.book)))

    def carry_out(self, command: Command, aside: str = "") -> Outcome:
        """Executes a command, says what came of it, with `aside` where it is saved, and shows the state."""
        is_first, was_done = self.state.is_untouched, self.state.is_done
        outcome = self.workspace.execute(command)
        is_late = isinstance(outcome, Saved) and was_done and not isinstance(command, MarkDone | Undo | Redo)
        said = [outcome.message, *((aside,) if aside and isinstance(outcome, Saved) else ())]
        self.say(" ".join([*said, "(This ad is marked done.)"] if is_late else said), kind_of(outcome))
        if isinstance(outcome, Saved):
            self._show_state()
            if outcome.coding is not None:
                self.aim_at(outcome.coding)
            self.saving.write_soon()
            if is_first:
                self._ask_what_is_missing()
        self.status.show_facts(status_facts(self.workspace, is_saved=not isinstance(outcome, NotSaved)))
        return outcome

    def _ask_what_is_missing(self) -> None:
        session = self.workspace.session
        if session and session.state.live() and not (session.facts.employer and session.facts.title):
            Describing(self).describe()

    def _show_state(self) -> None:
        self.query_one("#heading", Static).update(heading(self.workspace))
        self.document.set_codings(self._spans.of(self.state))
        self.outline.refresh_state(self.state)
        self._selection_changed()
        self.status.show_facts(status_facts(self.workspace))

    def _selection_changed(self) -> None:
        self.status.show_codes([mark_of(coding, self.index) for coding in self.aiming.under_cursor()])
        self.saving.remember_soon()

    # --- what the parts ask for ---------------------------------------------------------------------

    def say(self, text: str, kind: Kind = "info") -> None:
        """Puts an answer into the status line."""
        self.status.say(text, kind)

    def show_book(self) -> None:
        """Shows the codebook as it is now: in the ad's gutter, in the tree, in what opens next."""
        self.index = CodebookIndex(self.workspace.book)
        self._spans = CodedSpans(self.index)
        self.outline.show(self.workspace.book, self.state)
        self._show_state()
        self.saving.write_soon()

    def ask(self, screen: Screen[T | None], answered: Callable[[T], None]) -> None:
        """Opens a modal; `answered` gets what was chosen, and is not called when it was left."""

        def take(answer: T | None) -> None:
            if answer is None:
                self.assigning.leave()
            else:
                answered(answer)

        self.app.push_screen(screen, take)

    def edit_outside(self, text: str) -> str | None:
        """The text after the coder's own editor, or None where none can run."""
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
        """Selects a stretch of the ad."""
        self.set_focus(self.document)
        self.selecting.select(span)

    def aim_at(self, coding: CodingId | None) -> None:
        """Makes a coding the one that keys on a quotation are about."""
        self.aiming.at(coding)

    def open_panel(self, section_id: str, words: str) -> None:
        """Shows a section's codes, of which the next key takes one."""
        section = self.index.sections[section_id]
        codes = [code for code in self.index.codes_of[section_id] if not code.is_retired]
        counts = {code.id: len(self.state.of_code(code.id)) for code in codes}
        self.recalling.begin()
        self.panel.clear = self.selecting.rows(self.selecting.span(section.holds))
        self.panel.open(self.workspace.book, section, codes, counts, words, self.recalling.usage)

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

    def _back_from_all(self) -> None:
        """Gives the keys to the ad, and leaves what was begun there."""
        self.assigning.escape()
        self.back_to_ad()

    # --- leaving --------------------------------------------------------------------------------------

    def _quit(self) -> None:
        self.app.call_later(self.app.action_quit)

    def finish(self) -> list[Problem]:
        """Writes everything before the program ends; what kept the document from being written."""
        return self.saving.write()

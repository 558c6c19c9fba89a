"""What the widgets of the workbench tell it, passed on to the part that it concerns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import TYPE_CHECKING, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.layout import WidgetPlacement
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import Command, MarkDone, Redo, Undo
from codetui.core.session.state import State
from codetui.model import Code, CodeId, Coding, CodingId, Holds, Problem, Source, SourceEntry, SourceId, Span
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, Saved
from codetui.study.workspace import Workspace
from codetui.tui.bench import Do, Kind, kind_of
from codetui.tui.keymap import Keymap
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.outline import Node
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.widgets.status_line import StatusLine
from codetui.tui.workbench.code import CodeController, CopyController
from codetui.tui.workbench.navigate import NavigationController, TreeController
from codetui.tui.workbench.recall import UsageReader
from codetui.tui.workbench.resolve import QueueController, ResolveController
from codetui.tui.workbench.save import SaveController
from codetui.tui.workbench.select import CodingTarget, SelectionController
from codetui.tui.workbench.share import ShareController
from codetui.tui.workbench.view_model import CodedSpans, first_of, greeting, heading, mark_of, status_facts, way_on

if TYPE_CHECKING:
    from codetui.tui.keyboard import Keyboard
    from codetui.tui.widgets.code_panel import CodePanel
    from codetui.tui.widgets.reader import ReaderPane
    from codetui.tui.workbench.codebook import CodebookController
    from codetui.tui.workbench.describe import SourceController


class WidgetMessages(Screen[None]):
    """The side of the workbench that listens."""

    document: DocumentView
    panel: CodePanel
    reader: ReaderPane
    selector: SelectionController
    assigner: CodeController
    resolver: ResolveController
    tree_controller: TreeController
    keyboard: Keyboard

    is_furnished = False
    """Whether panel, reader and keyboard are there: not yet in the first picture."""

    @property
    def asks_for_code(self) -> bool:
        """Whether the code panel is open: the next key is a code's."""
        return self.is_furnished and self.panel.is_open

    def on_resize(self) -> None:
        """The panel stays in its corner."""
        if self.is_furnished:
            self.panel.place()

    def on_code_panel_assigned(self, event: CodePanel.Assigned) -> None:
        """A code was clicked on."""
        self.assigner.take(event.code)

    @on(CodebookTree.NodeSelected)
    def _node_chosen(self, event: CodebookTree.NodeSelected) -> None:
        if not self.resolver.chosen(event.node):
            self.tree_controller.chosen(event.node, lambda: self.keyboard.do("profile"))

    @on(CodebookTree.NodeHighlighted)
    def _node_highlighted(self, event: CodebookTree.NodeHighlighted) -> None:
        self.tree_controller.highlighted(event.node)

    @on(SearchLine.Changed)
    def _search_changed(self, event: SearchLine.Changed) -> None:
        self.selector.search(event.query)

    @on(SearchLine.Submitted)
    def _search_taken(self) -> None:
        self._search_ended(is_taken=True)

    @on(SearchLine.Cancelled)
    def _search_left(self) -> None:
        self._search_ended(is_taken=False)

    def _search_ended(self, *, is_taken: bool) -> None:
        self.selector.end_search(is_taken=is_taken)
        self.set_focus(self.document)

    @on(SearchLine.Next)
    def _search_next(self) -> None:
        self.selector.next_match(1)

    @on(SearchLine.Previous)
    def _search_previous(self) -> None:
        self.selector.next_match(-1)

    @on(DocumentView.Clicked)
    def _clicked(self, event: DocumentView.Clicked) -> None:
        self.selector.click(event.offset, event.count)

    @on(DocumentView.Dragged)
    def _dragged(self, event: DocumentView.Dragged) -> None:
        self.selector.drag(event.start_offset, event.offset)

    def on_reader_pane_closed(self) -> None:
        """The coder has read enough."""
        self.remove_class("-reading")
        self.set_focus(self.document)


T = TypeVar("T")
CHOICE_KEYS = "123456789" + ascii_lowercase

NO_AD = Source(SourceId(""), "", "", "", "")


class BenchSide(WidgetMessages):
    """The side of the workbench that its parts and its keyboard see."""

    workspace: Workspace
    index: CodebookIndex
    outline: CodebookTree
    status: StatusLine
    target: CodingTarget
    usage_reader: UsageReader
    saver: SaveController

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
            self.notify_behind(
                f"Work behind the screen broke off ({what}). Ctrl+Q leaves; start again to have it.", "error"
            )

    # --- what the parts ask for ---------------------------------------------------------------------

    def say(self, text: str, kind: Kind = "info") -> None:
        """Puts an answer into the status line."""
        self.status.show_message(text, kind)

    def notify_behind(self, text: str, kind: Kind = "info") -> None:
        """Puts what no key has asked for into the status line; what refused a key stays in front of it."""
        self.status.add_message(text, kind)

    def ask(self, screen: Screen[T | None], answered: Callable[[T], None]) -> None:
        """Opens a modal; `answered` gets what was chosen, and is not called when it was left."""

        def take(answer: T | None) -> None:
            if answer is None:
                self.assigner.leave()
                self.saver.thrown_away()
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
        return self.resolver.coding or self.target.coding()

    def selected_span(self, holds: Holds) -> Span:
        """What an assignment would code, in a section that holds quotations or terms."""
        return self.selector.span(holds)

    def select(self, span: Span) -> None:
        """Selects a stretch of the ad, in sight."""
        self.back_to_ad()
        self.selector.select(span)

    def aim_at(self, coding: CodingId | None) -> None:
        """Makes a coding the one that keys on a quotation are about."""
        self.target.at(coding)

    def open_panel(self, section_id: str, words: str) -> None:
        """Shows a section's codes, of which the next key takes one."""
        section = self.index.sections[section_id]
        codes = [code for code in self.index.codes_of[section_id] if not code.is_retired]
        counts = {code.id: len(self.state.of_code(code.id)) for code in codes}
        self.usage_reader.begin_where(lambda: self.panel.is_open)
        self.panel.avoid = self.selector.rows(self.selector.span(section.holds))
        self.panel.open(self.workspace.book, section, codes, counts, words, self.usage_reader.usage)

    def open_choices(self, codes: Sequence[Code], words: str, title: str) -> None:
        """Shows some codes of the book, of which the next key takes one: 1, 2, 3 …"""
        section = self.index.sections[codes[0].section]
        numbered = [replace(code, key=key) for code, key in zip(codes, CHOICE_KEYS, strict=False)]
        self.usage_reader.begin_where(lambda: self.panel.is_open)
        self.panel.avoid = self.selector.rows(self.selector.span(section.holds))
        self.panel.open(self.workspace.book, section, numbered, {}, words, self.usage_reader.usage, title)

    # --- what the keyboard needs --------------------------------------------------------------------

    def take_code(self, code: CodeId) -> None:
        """The panel's key was pressed."""
        self.assigner.take(code)

    def leave_panel(self) -> None:
        """The panel was closed."""
        self.assigner.leave()

    def back_to_ad(self) -> bool:
        """Gives the keys to the ad, and takes away the codebook that lies over it; True."""
        self.outline.remove_class("-shown")
        self.set_focus(self.document)
        return True

    def back_from_all(self) -> None:
        """Gives the keys to the ad, and leaves what was begun there."""
        self.assigner.escape()
        self.back_to_ad()


ELSEWHERE = "Or B saves a copy elsewhere."

Furnishing = Callable[["WorkbenchScreen"], Awaitable[Do]]
"""Puts there what is not in the first picture; what comes of it sets those to work that look after the study."""


class WorkbenchScreen(BenchSide):
    """Where coding happens.  It hands requests down to its parts and shows the state that comes back."""

    AUTO_FOCUS = "DocumentView"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    codebook_editor: CodebookController
    source_editor: SourceController

    def __init__(self, workspace: Workspace, furnishing: Furnishing) -> None:
        super().__init__()
        self.workspace = workspace
        self._furnishing = furnishing
        self._set_to_work: Do | None = None
        self.keymap = Keymap.build()
        self.index = CodebookIndex(workspace.book)
        self._spans = CodedSpans(self.index)
        self._heading = Content()

    def compose(self) -> ComposeResult:
        """Heading, ad, codebook, status: the first picture."""
        self._take_breakpoint()
        # Each takes an edge of what is left, the ad the rest.  Boxes around them would be painted too, under all that
        # they hold, and passed by every key.
        yield StatusLine(id="status")
        yield CodebookTree(id="codebook")
        yield Static(id="heading")
        yield DocumentView(id="document")

    def process_layout(self, placements: list[WidgetPlacement]) -> list[WidgetPlacement]:
        """Wrap the ad for a new layout before that is painted."""
        for placement in placements:
            if isinstance(placement.widget, DocumentView):
                placement.widget.fit(placement.region.size)
        return placements

    async def _furnish(self) -> None:
        """What is not in the first picture: loaded behind it, or for a key that was typed before it."""
        if not self.is_furnished:
            self.is_furnished = True
            self._set_to_work = await self._furnishing(self)

    def _take_breakpoint(self) -> None:
        """Is narrow or wide before the first picture; Textual looks at the width after it."""
        width = self.app.size.width
        self.add_class(max(point for point in self.HORIZONTAL_BREAKPOINTS if point[0] <= width)[1])

    def on_mount(self) -> None:
        """Opens the first ad; the others are listed behind the first picture."""
        self._take_panes()
        self._take_on_parts()
        first = self.workspace.first
        if first is not None:
            self._open_first(first)

    def _take_panes(self) -> None:
        """What shows the ad and the codebook."""
        self.document = self.query_one(DocumentView)
        self.outline = self.query_one(CodebookTree)
        self.status = self.query_one(StatusLine)
        self.search = SearchLine(id="search")

    def _take_on_parts(self) -> None:
        """The parts that the first picture needs too."""
        self.selector = SelectionController(self.document, self.search, self._selection_changed, self.say)
        self.assigner = CodeController(self)
        self.tree_controller = TreeController(self, self.outline, self.selector, self.assigner)
        self.target = CodingTarget(self, self.selector, self.outline)
        self.resolver = ResolveController(self, self.selector, self.document, self.back_from_all)
        self.saver = SaveController(self, self.selector, self, self._show_state)
        self.navigator = NavigationController(self)
        self.copier = CopyController(self)
        self.sharing = ShareController(self, self.changed_elsewhere)
        self.usage_reader = UsageReader(self, self)
        self.queue = QueueController(self, self.assigner, self.usage_reader)

    async def on_key(self, event: events.Key) -> None:
        """Every key is looked up here, in the order in which it was pressed."""
        await self._furnish()
        if self.is_attached:
            self.navigator.stay()
            self.keyboard.press(event)

    async def on_mouse_down(self) -> None:
        """The coder has turned to something."""
        await self._furnish()
        self.navigator.stay()

    # --- the open ad --------------------------------------------------------------------------------

    def _open_first(self, entry: SourceEntry) -> None:
        stopped = self.workspace.stopped_at()
        self.open_ad(entry)
        if stopped is not None and stopped.ad == self.ad.id:
            self.selector.stand(stopped.cursor, stopped.scroll)
            self._show_state()
        errors = [problem for problem in self.workspace.problems if problem.severity == "error"]
        if errors and self.ad is not NO_AD:
            self.say(first_of(self.workspace.problems, str(errors[0])), "error")
        self.call_after_refresh(self._settle)

    async def _settle(self) -> None:
        """After the first picture: what is loaded by now stays, and the list of ads begins."""
        await self._furnish()
        if self.is_attached and self._set_to_work is not None:
            self._set_to_work()

    def open_ad(self, entry: SourceEntry) -> None:
        """Writes the ad before out, and shows this one."""
        unwritten = [*self.saver.keep_refused(), *self.saver.write()]
        try:
            session = self.workspace.open(entry)
        except OSError as error:
            why = f"{error.filename}: {error.strerror}" if error.filename else f"{error}"
            self.say(f"Ad {entry.id} does not open: {why}. Mend it, or take another: a shows the list.", "error")
            return
        self.target.at(None)
        self._spans = CodedSpans(self.index)
        left = self.assigner.began(session.state)
        self.resolver.began()
        self.selector.show(session.ad.text)
        self.outline.show(self.workspace.book, session.state)
        self._show_state()
        self.set_focus(self.document)
        if session.may_have_unsaved_document:
            self.saver.write_soon()
        twins = self.copier.words()
        troubles = [problem for problem in (*unwritten, *session.problems) if problem.severity != "note"]
        asides = (left, self.resolver.greeting(), self.queue.greeting(), twins)
        self.say(*greeting(session, troubles, asides, way_on(session, self.workspace.book)))
        self.call_after_refresh(self.sharing.began)

    def execute_command(self, command: Command, aside: str = "") -> Outcome:
        """Executes a command, says what came of it, with `aside` where it is saved, and shows the state."""
        is_first, was_done = self.state.is_untouched, self.state.is_done
        outcome = self.workspace.execute(command)
        self.saver.carried_out(command, outcome)
        is_late = isinstance(outcome, Saved) and was_done and not isinstance(command, MarkDone | Undo | Redo)
        said = [outcome.message, *((aside,) if aside and isinstance(outcome, Saved) else ())]
        said += [ELSEWHERE] if isinstance(outcome, NotSaved) else []
        self.say(" ".join([*said, "(This ad is marked done.)"] if is_late else said), kind_of(outcome))
        if isinstance(outcome, Saved):
            self._show_state()
            if outcome.coding is not None:
                self.aim_at(outcome.coding)
            self.saver.write_soon()
            if is_first:
                self._ask_what_is_missing()
        if isinstance(outcome, HeldElsewhere):
            self.sharing.hold_up(command, aside)
        self.status.show_facts(status_facts(self.workspace, is_saved=not isinstance(outcome, NotSaved)))
        return outcome

    def changed_elsewhere(self) -> None:
        """Another program has the session, or this one has it again, or the document was edited."""
        self._show_state()
        if self.workspace.session and self.workspace.session.has_unsaved_document:
            self.saver.write_soon()

    def _ask_what_is_missing(self) -> None:
        session = self.workspace.session
        if session and session.state.live() and not (session.facts.employer and session.facts.title):
            self.source_editor.describe()

    def _show_state(self) -> None:
        if (words := heading(self.workspace)) != self._heading:
            self._heading = words
            self.query_one("#heading", Static).update(words, layout=False)
        self.document.set_codings(self._spans.of(self.state))
        self.outline.refresh_state(self.state)
        self._selection_changed()
        self.status.show_facts(status_facts(self.workspace))

    def _selection_changed(self) -> None:
        self.status.show_codes([mark_of(coding, self.index) for coding in self.target.under_cursor()])
        self.saver.remember_soon()

    def show_book(self) -> None:
        """Shows the codebook as it is now: in the ad's gutter, in the tree, in what opens next."""
        self.index = CodebookIndex(self.workspace.book)
        self._spans = CodedSpans(self.index)
        self.outline.show_book(self.workspace.book)
        self._show_state()
        self.saver.write_soon()

    # --- leaving --------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Has the program end, once what goes on has come to its end."""
        self.app.call_later(self.app.action_quit)

    def finish(self) -> list[Problem]:
        """Writes everything before the program ends; what kept the document from it, and what is kept elsewhere."""
        return [*self.saver.keep_refused(), *self.saver.write()]

"""The workbench: the ad on the left, the codebook on the right, messages at the bottom."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.layout import WidgetPlacement
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from codetui.core.codebook.index import CodebookIndex
from codetui.core.selection.jump_labels import LETTERS
from codetui.core.selection.motions import MOTIONS
from codetui.core.selection.selection import effective
from codetui.core.session.commands import Command, MarkDone, Redo, Refusal, Undo
from codetui.core.session.state import State
from codetui.core.text.turns import turns_of
from codetui.model import Code, Coding, CodingId, Holds, Problem, Source, SourceEntry, SourceId, Span, Words
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, Saved
from codetui.study.session.session import Session
from codetui.study.workspace import Workspace
from codetui.tui.actions import ACTIONS, PRESETS, SECTION_DIGITS, Action, named_actions, preset_actions
from codetui.tui.bench import AsksWhenIdle, Do, KeepsText, RefusedError, in_background
from codetui.tui.keymap import Keymap, bound_keys, key_of, key_words, keymap_of, use
from codetui.tui.widgets.codebook_tree import CodebookTree, Node
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.widgets.status_line import Kind, StatusLine
from codetui.tui.workbench.background import UsageReader
from codetui.tui.workbench.code import CodeController, CodingTarget, span_of
from codetui.tui.workbench.footer import Footer, Situation
from codetui.tui.workbench.resolve import QueueController, ResolveController
from codetui.tui.workbench.save import SaveController
from codetui.tui.workbench.select import SelectionController
from codetui.tui.workbench.share import ShareController
from codetui.tui.workbench.source import CopyController, NavigationController, SourceController
from codetui.tui.workbench.view_model import (
    CodedSpans,
    empty_hint,
    first_of,
    greeting,
    heading,
    kind_of,
    mark_of,
    outcome_words,
    status_facts,
)

if TYPE_CHECKING:
    from codetui.formats.settings import Settings
    from codetui.study.settings import SettingsFiles
    from codetui.tui.drafts import Drafts
    from codetui.tui.widgets.code_panel import CodePanel
    from codetui.tui.widgets.reader import ReaderPane
    from codetui.tui.workbench.codebook import CodebookController
    from codetui.tui.workbench.find import FindController
    from codetui.tui.workbench.guide import Guide
    from codetui.tui.workbench.history import HistoryController
    from codetui.tui.workbench.memo import MemoController
    from codetui.tui.workbench.travel import TravelController

T = TypeVar("T")

WIDEST_PANEL = "80%"
"""Of the window, whatever the settings say."""

NO_AD = Source(SourceId(""), "", "", "", "")


class WorkbenchScreen(Screen[None]):
    """The screen for coding: it passes requests to its controllers and shows the resulting state.

    The widgets of the first frame and their controllers exist from the start; the others are loaded and mounted by
    `mount_deferred`, behind the first frame or for a key that was typed before it.
    """

    AUTO_FOCUS = "DocumentView"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    panel: CodePanel
    reader: ReaderPane
    keyboard: Keyboard
    codebook_editor: CodebookController
    source_editor: SourceController

    def __init__(
        self, workspace: Workspace, settings: SettingsFiles | None = None, *, is_tutorial: bool = False
    ) -> None:
        super().__init__()
        self._is_tutorial = is_tutorial
        self._guide: Guide | None = None
        self._is_first_start = False
        self.workspace = workspace
        self.settings = settings
        self.keymap = use(self._keymap())
        self.index = CodebookIndex(workspace.book)
        self._footer = Footer(self.keymap, workspace.book)
        self.is_complete = False
        self._spans = CodedSpans(self.index)
        self._heading = Static(id="heading")
        self._heading_text = Content()
        self.document = DocumentView(id="document")
        self.outline = CodebookTree(id="codebook")
        self.status = StatusLine(id="status")
        self.search = SearchLine(self.words.source, id="search")
        self.selector = SelectionController(self.document, self.search, self._selection_changed, self.say)
        self.assigner = CodeController(self)
        self.target = CodingTarget(self)
        self.resolver = ResolveController(self)
        self.saver = SaveController(self)
        self.navigator = NavigationController(self)
        self.copier = CopyController(self)
        self.sharing = ShareController(self)
        self.usage_reader = UsageReader(self)
        self.queue = QueueController(self)
        self.finding: FindController | None = None
        """The search in all sources, once there was one."""

    # --- settings -------------------------------------------------------------------------------------

    def _keymap(self) -> Keymap:
        """Return the keymap of the settings, and report the problems with its keys."""
        actions = named_actions(self.workspace.book.words)
        if self.settings is None:
            return Keymap.build(actions=actions)
        return keymap_of(self.settings, preset_actions(self.settings.settings.preset or PRESETS[0], actions))

    def use_keymap(self, keymap: Keymap) -> None:
        """Replace the keys of all actions, and of the dialogs opened later."""
        self.keymap = use(keymap)
        self._footer = Footer(keymap, self.workspace.book)
        self.outline.forget_keys()
        changed = (
            action for action, default in zip(keymap.actions, ACTIONS, strict=True) if action.keys != default.keys
        )
        bound = {action.id: bound_keys(action.keys) for action in changed}
        self.app.set_keymap({action_id: keys for action_id, keys in bound.items() if keys})

    def use_settings(self) -> None:
        """Use the keys and the layout of the settings as they are now."""
        if self.settings is not None:
            settings, actions = self.settings.settings, named_actions(self.workspace.book.words)
            self.use_keymap(Keymap.build(settings.keys, preset_actions(settings.preset or PRESETS[0], actions)))
            self.use_layout(settings)
            self.show_state()

    def keep_settings(self, files: SettingsFiles, changes: Mapping[str, str | int | None]) -> None:
        """Write some of the user's settings to their file, in the background, and say where they are kept."""

        def done(refused: str) -> None:
            names = ", ".join(changes)
            if refused:
                self.say(f"{names}: changed until you quit, but not kept: {refused}", "error")
            else:
                self.say(f"{names}: changed, and kept in {files.path}.")

        in_background(self, "settings", lambda: files.change(changes), done)

    def use_layout(self, settings: Settings) -> None:
        """Arrange the panes by the settings."""
        self.document.set_measure(settings.reading_width)
        self.document.styles.padding = (0, 0, 0, settings.left_margin or 0)
        self.selector.alphabet = settings.labels or LETTERS
        self.set_class(settings.panel_side == "left", "-panel-left")
        styles, cells = self.outline.styles, settings.panel_width
        if cells is None:
            for rule in ("width", "min_width", "max_width"):
                styles.clear_rule(rule)
        else:
            styles.width = styles.min_width = cells
            styles.max_width = WIDEST_PANEL

    # --- mounting -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Yield the first frame: heading, ad, codebook, status.

        Each is split off the remaining area, and the ad gets the rest: boxes around them would be painted under them.
        """
        width = self.app.size.width
        # Textual sets the class of the breakpoint behind the first frame.
        self.add_class(max(point for point in self.HORIZONTAL_BREAKPOINTS if point[0] <= width)[1])
        yield self.status
        yield self.outline
        yield self._heading
        yield self.document

    def process_layout(self, placements: list[WidgetPlacement]) -> list[WidgetPlacement]:
        """Wrap the ad for a new layout before that is painted."""
        for placement in placements:
            if placement.widget is self.document:
                self.document.fit(placement.region.size)
        return placements

    def on_mount(self) -> None:
        """Open the first ad; the others are listed after the first frame."""
        first = self.workspace.first
        if self.settings is not None:
            self.use_keymap(self.keymap)
            self.use_layout(self.settings.settings)
        if first is None:
            return
        stopped = self.workspace.stopped_at()
        self._is_first_start = stopped is None and self.settings is not None
        self.open_ad(first)
        if stopped is not None and stopped.source == self.ad.id:
            self.selector.restore(stopped.cursor, stopped.scroll)
            self.show_state()
        session = self.workspace.session
        reported = [] if session is None else [str(copy) for copy in session.copies]
        errors = [one for one in self.workspace.problems if one.severity == "error" and one.file not in reported]
        if errors and session is not None:
            words = first_of(self.workspace.problems, str(errors[0]))
            self.status.show_message(words, "error", errors[0].file)
        self.call_after_refresh(self._complete)

    async def _complete(self) -> None:
        await self.mount_deferred()
        if not self.app.is_headless:
            # Collections leave out what lasts as long as the program.
            gc.freeze()
            gc.enable()
        if self.is_attached:
            self.start_workers()
            if self.workspace.is_interrupted():
                self.codebook_editor.resume()

    async def mount_deferred(self) -> None:
        """Load and mount, once, the widgets that open over the ad and the controllers of keys."""
        if self.is_complete:
            return
        self.is_complete = True
        from codetui.tui.widgets.code_panel import CodePanel
        from codetui.tui.widgets.reader import ReaderPane
        from codetui.tui.workbench.codebook import CodebookController

        self.panel = CodePanel(id="panel")
        self.reader = ReaderPane(id="reader")
        self.codebook_editor = CodebookController(self)
        self.source_editor = SourceController(self)
        self.keyboard = Keyboard(self)
        for widget, before in ((self.panel, 0), (self.search, self.outline), (self.reader, self.outline)):
            # An app that is closing mounts nothing any more.
            if self.is_attached:
                await self.mount(widget, before=before)
        if self.is_attached and (self._is_tutorial or self._is_first_start):
            await self._mount_guide()

    async def _mount_guide(self) -> None:
        """Show three lines on the first steps, or the tutor, until the coder hides them."""
        from codetui.tui.workbench.guide import FIRST_START, Guide

        steps = FIRST_START
        if self._is_tutorial:
            from codetui.tui.tutor import STEPS

            steps = STEPS
        self._guide = Guide(steps, self)
        await self.mount(self._guide, before=self.outline)

    def switch_guide(self) -> None:
        """Show the guide, or hide it."""
        if self._guide is not None:
            self._guide.remove()
            self._guide = None
        else:
            self.run_worker(self._mount_guide(), exclusive=True)

    def start_workers(self) -> None:
        """List the ads in the background, and watch the document and the codebook."""
        from codetui.tui.workbench.background import list_sources, watch_files

        list_sources(self)
        watch_files(self)

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        """Report a background task that failed."""
        if event.state is WorkerState.ERROR and self.is_running:
            what = f"{event.worker.name}: {event.worker.error}"
            self.notify_behind(f"A background task failed ({what}). Quit and start again to repeat it.", "error")

    # --- the open ad ----------------------------------------------------------------------------------

    @property
    def words(self) -> Words:
        """Return the codebook's noun for a source."""
        return self.index.book.words

    @property
    def ad(self) -> Source:
        """The open source; an empty one if none could be opened."""
        session = self.workspace.session
        return session.source if session else NO_AD

    @property
    def state(self) -> State:
        """The open session's state."""
        session = self.workspace.session
        return session.state if session else State()

    def open_ad(self, entry: SourceEntry) -> None:
        """Save the open ad and open another one."""
        unwritten = self.save()
        self.saver.forget_typed()
        if self.finding is not None:
            self.finding.remember()
        if self.ad.id:
            self.travel.leave()
        try:
            session = self.workspace.open(entry)
        except OSError as error:
            source = self.words.source
            why = f"{error.filename}: {error.strerror}" if error.filename else f"{error}"
            what = f"{source.capitalize()} {entry.id} could not be opened: {why}"
            self.say(f"{what}. Fix that, or choose another {source} ({key_of('ads')}).", "error")
            return
        self.target.at(None)
        self._spans = CodedSpans(self.index)
        left = self.assigner.began(session.state)
        self.resolver.began()
        self.selector.show(session.source.text, turns_of(session.source.text, session.source.passages))
        self.outline.show(session.book_with_former, session.state)
        self.show_state()
        self.set_focus(self.document)
        if session.may_have_unsaved_document:
            self.saver.write_soon()
        duplicates = self.copier.greeting()
        problems = [problem for problem in (*unwritten, *session.problems) if problem.severity != "note"]
        asides = (left, self.resolver.greeting(), self.queue.greeting(), duplicates)
        self.say(*greeting(session, problems, asides, empty_hint(session)))
        self.call_after_refresh(self._ask_unasked, self.sharing.began)
        if self.workspace.has_memo_file:
            self.call_after_refresh(lambda: self.memos.sync())

    def execute_command(self, command: Command, aside: str = "") -> Outcome:
        """Execute a command; show its outcome, with `aside` if it was saved, and the resulting state."""
        session = self.workspace.session
        nothing = Refusal(f"No {self.words.source} is open.")
        outcome = self.carry_out(lambda: session.execute(command) if session else nothing, aside, command)
        if isinstance(outcome, HeldElsewhere):
            self._ask_unasked(partial(self._hold_up, session, command, aside))
        return outcome

    def carry_out(self, do: Callable[[], Outcome], aside: str = "", command: Command | None = None) -> Outcome:
        """Change the session with `do`, which executes a `command` or reverts one; show its outcome and the state."""
        is_first, was_done = self.state.is_untouched, self.state.is_done
        session = self.workspace.session
        outcome = do()
        if command is not None:
            self.saver.carried_out(command, outcome)
        message = outcome_words(outcome)
        if isinstance(outcome, Saved):
            message += f" {aside}" if aside else ""
            if was_done and command is not None and not isinstance(command, MarkDone | Undo | Redo):
                message += f" (This {self.words.source} is marked done.)"
        elif isinstance(outcome, NotSaved):
            message += f" Or press {key_of('save_copy')} to save a copy elsewhere."
        self.say(message, kind_of(outcome))
        if isinstance(outcome, Saved):
            self.show_state()
            if outcome.coding is not None:
                self.aim_at(outcome.coding)
            self.saver.write_soon()
            if is_first and command is not None:
                self._ask_unasked(partial(self._ask_for_facts, session))
        self.show_facts(is_saved=not isinstance(outcome, NotSaved))
        return outcome

    def changed_elsewhere(self) -> None:
        """Show changes from outside: of the document, or of the program that has the session."""
        if self.workspace.session:
            self.outline.show_book(self.workspace.session.book_with_former)
        self.show_state()
        if self.workspace.session and self.workspace.session.has_unsaved_document:
            self.saver.write_soon()

    def show_book(self) -> None:
        """Show the codebook after a change: in the gutter, the tree and dialogs opened later."""
        if self.settings is not None and self.workspace.book.ui != self.index.book.ui:
            self.settings.load()
            self.use_settings()
        self.index = CodebookIndex(self.workspace.book)
        self._footer = Footer(self.keymap, self.workspace.book)
        self._spans = CodedSpans(self.index)
        session = self.workspace.session
        self.outline.show_book(session.book_with_former if session else self.workspace.book)
        self.show_state()
        self.saver.write_soon()

    def _ask_for_facts(self, session: Session | None) -> None:
        """Ask for employer and title if the ad lacks one that other ads of the corpus have."""
        if session is None or session is not self.workspace.session or not session.state.live():
            return
        known, entries = session.description, self.workspace.sources.entries
        lacks_employer = not known.employer and any(entry.employer for entry in entries)
        lacks_title = not known.title and any(entry.title for entry in entries)
        if lacks_employer or lacks_title:
            self.source_editor.describe()

    def show_state(self) -> None:
        """Show the state of the session."""
        if (text := heading(self.workspace)) != self._heading_text:
            self._heading_text = text
            self._heading.update(text, layout=False)
        self.document.set_codings(self._spans.of(self.state))
        self.outline.refresh_state(self.state)
        self._show_codes()
        self.show_facts()

    def show_facts(self, *, is_saved: bool = True) -> None:
        """Show the facts of the open ad in the status line."""
        self.status.show_facts(status_facts(self.workspace, self.document.share_read, is_saved=is_saved))

    def _selection_changed(self) -> None:
        self._show_codes()
        self.saver.remember_soon()

    def _show_codes(self) -> None:
        self.status.show_codes([mark_of(coding, self.outline.index) for coding in self.target.under_cursor()])
        self.show_chips()

    def show_chips(self) -> None:
        """Show the keys of the present situation in the footer, and the next step of the tutor if one is done."""
        if self._guide is not None and self._is_tutorial:
            self._guide.advance()
        self.status.show_chips(self._footer.chips(self._situation()))

    def _situation(self) -> Situation:
        """Return the mode, else the focused pane, else what is under the cursor in the ad."""
        if self.asks_for_code:
            return "panel"
        if self.has_class("-searching"):
            return "search"
        if self.focused is self.outline:
            return "tree"
        if self.is_complete and self.focused is self.reader:
            return "reader"
        if self.document.has_labels:
            return "labels"
        if self.resolver.current is not None:
            return "locating"
        if self.assigner.bounding is not None:
            return "boundary"
        if self.assigner.recoding is not None:
            return "recoding"
        coding = self.target.coding()
        selected = self.document.selected
        if selected.start < selected.end and (coding is None or span_of(self.state, coding.id) != selected):
            return "selection"
        return "ad" if coding is None else "quotation"

    # --- for the controllers --------------------------------------------------------------------------

    def say(self, text: str, kind: Kind = "info") -> None:
        """Show a message in the status line."""
        self.status.show_message(text, kind)

    @contextmanager
    def showing_refusals(self) -> Iterator[None]:
        """Show why an action is refused."""
        try:
            yield
        except RefusedError as refusal:
            self.say(str(refusal), "refusal")

    def notify_behind(self, text: str, kind: Kind = "info", file: str = "") -> None:
        """Show a message that answers no key: behind a refusal or an error, replacing one about the same file."""
        self.status.add_message(text, kind, file)

    @cached_property
    def drafts(self) -> Drafts:
        """The texts being written in dialogs; loaded with the first dialog."""
        from codetui.tui.drafts import Drafts

        return Drafts()

    @cached_property
    def travel(self) -> TravelController:
        """The quotations of the ad, and the places visited; loaded when another place is left for the first time."""
        from codetui.tui.workbench.travel import TravelController

        return TravelController(self)

    @cached_property
    def history(self) -> HistoryController:
        """Undo and redo; loaded when they are first used."""
        from codetui.tui.workbench.history import HistoryController

        return HistoryController(self)

    @cached_property
    def memos(self) -> MemoController:
        """Memos; loaded when they are first used."""
        from codetui.tui.workbench.memo import MemoController

        return MemoController(self)

    def ask(self, screen: Screen[T | None], answered: Callable[[T], object]) -> None:
        """Open a dialog; `answered` receives its answer, unless it is cancelled."""

        def dismissed(answer: T | None) -> None:
            left = self.drafts.close(screen, is_answered=answer is not None)
            if answer is None:
                self.assigner.leave()
                self.saver.thrown_away()
                if left:
                    self.say(left)
            else:
                with self.showing_refusals():
                    answered(answer)
            if isinstance(screen, KeepsText):
                self.saver.keep_typed()

        self.app.push_screen(screen, dismissed)
        if isinstance(screen, KeepsText):
            screen.call_later(self.drafts.open, screen, self.ad.id)
            screen.call_later(self.saver.keep_typed)

    def _hold_up(self, session: Session | None, command: Command, aside: str) -> None:
        if session is self.workspace.session:
            self.sharing.hold_up(command, aside)

    def _ask_unasked(self, question: Do) -> None:
        """Call `question`, which opens a dialog that no key requested, as soon as no keys are queued."""
        if isinstance(self.app, AsksWhenIdle):
            self.app.ask_when_idle(question)
        else:
            question()

    def edit_outside(self, text: str) -> str | None:
        """Return a text after editing in an external editor, or None if the editor could not run."""
        from codetui.tui.external_editor import edit_outside

        return edit_outside(self.app, text)

    def node(self) -> Node | None:
        """Return the node under the tree's cursor if the tree has the focus, else None."""
        return self.outline.current if self.focused is self.outline else None

    def coding_here(self) -> Coding | None:
        """Return the coding that actions on a quotation apply to."""
        return self.resolver.coding or self.target.coding()

    def selected_span(self, holds: Holds) -> Span:
        """Return the span that would be coded, in a section of quotations or of terms."""
        selector = self.selector
        return selector.quotation if holds == "quotations" else effective(selector.text, selector.selection, holds)

    def select(self, span: Span) -> None:
        """Select a span of the ad and scroll to it."""
        self.back_to_ad()
        self.selector.select(span)

    def aim_at(self, coding: CodingId | None) -> None:
        """Make a coding the target of actions on a quotation."""
        self.target.at(coding)

    def open_panel(self, codes: Sequence[Code], words: str, title: str = "") -> None:
        """Show the codes of a section, with its title or another one; the next key chooses a code."""
        section = self.index.sections[codes[0].section]
        counts = {} if title else {code.id: len(self.state.of_code(code.id)) for code in codes}
        self.usage_reader.begin_where(lambda: self.panel.is_open)
        self.panel.avoid = self.selector.rows(self.selected_span(section.holds))
        self.panel.open(self.index.book, section, codes, counts, words, self.usage_reader.usage, title)

    # --- keys and the mouse ---------------------------------------------------------------------------

    @property
    def asks_for_code(self) -> bool:
        """Return whether the code panel is open, so that the next key chooses a code."""
        return self.is_complete and self.panel.is_open

    async def on_key(self, event: events.Key) -> None:
        """Handle a key; keys are handled in the order of typing."""
        await self.mount_deferred()
        if self.is_attached:
            self.navigator.waiting = None
            self.keyboard.press(event)
            self.show_chips()

    async def on_mouse_down(self) -> None:
        """Record that the coder used the mouse here."""
        await self.mount_deferred()
        self.navigator.waiting = None

    def back_to_ad(self) -> bool:
        """Focus the ad, and hide the codebook if it covers the ad; return True."""
        self.outline.remove_class("-shown")
        self.set_focus(self.document)
        return True

    def back_from_all(self) -> None:
        """Focus the ad, and end any mode that was begun there."""
        self.assigner.escape()
        self.back_to_ad()

    # --- messages of the widgets ----------------------------------------------------------------------

    def on_resize(self) -> None:
        """Keep the panel in its corner."""
        if self.is_complete:
            self.panel.place()

    def on_descendant_focus(self) -> None:
        """Light the title of the focused pane, and show its keys."""
        self._heading.set_class(self.focused is self.document, "-lit")
        self.show_chips()

    @on(DocumentView.Scrolled)
    def _scrolled(self) -> None:
        self.show_facts()

    def on_code_panel_assigned(self, event: CodePanel.Assigned) -> None:
        """Assign the code that was clicked on."""
        self.assigner.take(event.code)

    def on_reader_pane_closed(self) -> None:
        """Hide the reader."""
        self.remove_class("-reading")
        self.set_focus(self.document)

    @on(CodebookTree.NodeSelected)
    def _node_selected(self, event: CodebookTree.NodeSelected) -> None:
        if not self.resolver.chosen(event.node):
            self.target.chosen(event.node)

    @on(CodebookTree.NodeHighlighted)
    def _node_highlighted(self, event: CodebookTree.NodeHighlighted) -> None:
        self.target.highlighted(event.node)

    @on(DocumentView.Clicked)
    def _clicked(self, event: DocumentView.Clicked) -> None:
        self.selector.click(event.offset, event.count)

    @on(DocumentView.Dragged)
    def _dragged(self, event: DocumentView.Dragged) -> None:
        self.selector.drag(event.start_offset, event.offset)

    # --- leaving --------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Quit after the current messages have been handled."""
        self.app.call_later(self.app.action_quit)

    def save(self) -> list[Problem]:
        """Write everything that is pending; return why the document could not be written, and where texts are kept."""
        return [*self.saver.keep_refused(), *self.saver.write()]


TREE_KEYS = frozenset(
    ("up", "down", "left", "right", "h", "j", "k", "l", "space", "enter", "home", "end", "pageup", "pagedown")
)
READER_KEYS = TREE_KEYS | {"escape"}


class Keyboard:
    """Turns keys into actions, in the mode left by the previous keys."""

    def __init__(self, screen: WorkbenchScreen) -> None:
        self._screen = screen
        self._functions = {
            **self._coding_actions(),
            **self._codebook_actions(),
            **self._source_actions(),
            **self._study_actions(),
        }

    def _coding_actions(self) -> dict[str, Do]:
        """Return the functions that select words and code them, by action id."""
        from codetui.tui.workbench.copy_text import ClipboardController

        screen = self._screen
        selector, assigner, resolver = screen.selector, screen.assigner, screen.resolver
        return {
            **{f"move.{name}": partial(selector.move, name) for name in MOTIONS},
            **{f"section.{digit}": partial(assigner.open_section, digit) for digit in SECTION_DIGITS},
            "boundary": assigner.boundary,
            "compare": screen.copier.compare,
            "copy": screen.copier.take,
            "copy_text": ClipboardController(screen).copy,
            "doubts": resolver.show_list,
            "jump": partial(selector.begin_jump, is_end=False),
            "jump_end": partial(selector.begin_jump, is_end=True),
            "next_match": partial(self._next_match, 1),
            "note": assigner.note,
            "other": screen.target.other,
            "previous_match": partial(self._next_match, -1),
            "recode": assigner.recode,
            "redo": lambda: screen.history.step(is_undo=False),
            "remark": assigner.remark,
            "remove": assigner.remove,
            "repeat": assigner.repeat,
            "search": self._search,
            "settle": resolver.begin,
            "tree": screen.target.switch,
            "uncodable": screen.source_editor.uncodable,
            "undo": lambda: screen.history.step(is_undo=True),
        }

    def _codebook_actions(self) -> dict[str, Do]:
        """Return the functions that edit the codebook, and those that look something up, by action id."""
        from codetui.tui.workbench.adjust import SettingsController
        from codetui.tui.workbench.lookup import LookupController

        screen = self._screen
        lookup = LookupController(screen)
        return {
            "define": lookup.define,
            "edit_code": screen.codebook_editor.change_here,
            "example": screen.codebook_editor.make_example,
            "guide": screen.switch_guide,
            "help": lookup.help,
            "manual": lookup.manual,
            "new_code": screen.codebook_editor.add,
            "palette": screen.app.action_command_palette,
            "pick": screen.codebook_editor.pick,
            "problems": lookup.problems,
            "proposals": self._show_proposals,
            "read": lookup.read,
            "reshape": screen.codebook_editor.refactor,
            "settings": SettingsController(screen).open,
        }

    def _source_actions(self) -> dict[str, Do]:
        """Return the functions on a source as a whole, from source to source and on its session, by action id."""
        screen = self._screen
        return {
            "ads": screen.navigator.show_list,
            "describe": partial(screen.source_editor.describe, asks_all=True),
            "done": screen.source_editor.done,
            "go_back": lambda: screen.travel.go(-1),
            "go_forward": lambda: screen.travel.go(1),
            "history": lambda: screen.history.show(),
            "memo": lambda: screen.memos.write_here(),
            "memos": lambda: screen.memos.show(),
            "next_ad": partial(screen.navigator.go, 1),
            "next_quotation": lambda: screen.travel.quotation(1),
            "next_uncoded": screen.navigator.next_uncoded,
            "previous_quotation": lambda: screen.travel.quotation(-1),
            "previous_ad": partial(screen.navigator.go, -1),
            "profile": screen.source_editor.profile,
            "queue": screen.queue.go_on,
            "quit": screen.leave,
            "reasoning": screen.source_editor.reasoning,
            "save": screen.saver.save_now,
            "save_copy": screen.saver.save_copy,
            "study_memo": lambda: screen.memos.write_on_study(),
            "take_over": screen.sharing.take_over,
        }

    def _study_actions(self) -> dict[str, Do]:
        """Return the functions on all sources and coders, by action id."""
        from codetui.tui.workbench.adjudication import AdjudicationController
        from codetui.tui.workbench.agreement import AgreementController
        from codetui.tui.workbench.export import ExportController
        from codetui.tui.workbench.numbers import NumbersController

        screen = self._screen
        return {
            "adjudication": AdjudicationController(screen).begin,
            "agreement": AgreementController(screen).show,
            "export": ExportController(screen).begin,
            "find": lambda: self._finding.open(),
            "find_code": lambda: self._finding.open_code(),
            "numbers": NumbersController(screen, lambda query: self._finding.open(query)).show,
        }

    @property
    def _finding(self) -> FindController:
        """The search in all sources, loaded with the first one."""
        from codetui.tui.workbench.find import FindController

        self._screen.finding = self._screen.finding or FindController(self._screen)
        return self._screen.finding

    def _show_proposals(self) -> None:
        from codetui.tui.workbench.proposals import ProposalController

        ProposalController(self._screen).show()

    def _search(self) -> None:
        """Search in the source; the next match is one of this search from now on."""
        if self._screen.finding is not None:
            self._screen.finding.is_walking = False
        self._screen.selector.open_search()

    def _next_match(self, step: int) -> None:
        """Go to the next match of the search in the source, or to the next finding, whichever was begun last."""
        finding = self._screen.finding
        if finding is not None and finding.is_walking:
            finding.go(step)
        else:
            self._screen.selector.next_match(step)

    def do(self, action: str) -> None:
        """Run an action of the registry, unless another program has the session."""
        if not self._screen.sharing.refuses(action):
            with self._screen.showing_refusals():
                self._functions[action]()
        self._screen.show_chips()

    def press(self, event: events.Key) -> None:
        """Handle a key, unless the focused widget handles it."""
        screen, key = self._screen, event.key
        if screen.panel.is_open:
            self._press_in_panel(event)
        elif screen.selector.is_jumping and screen.selector.press(
            key, event.character, is_cancel=key == "escape" or screen.keymap.action(key) == "move.collapse"
        ):
            pass
        elif self._is_read_elsewhere(key):
            return
        elif (action := screen.keymap.action(key)) is not None:
            self._run(action, key)
        elif further := screen.keymap.continuations(key):
            self._open_menu(further)
        elif event.is_printable and event.character:
            self._refuse(f"“{event.character}”")
        else:
            self._refuse(key_words(key))
            # Textual has keys of its own, and answers them behind this.
            return
        event.stop()
        event.prevent_default()

    def _is_read_elsewhere(self, key: str) -> bool:
        """Return whether the search line or the focused pane handles a key by its own bindings."""
        screen = self._screen
        if screen.search.is_open:
            return True
        if screen.focused is screen.outline:
            return key in TREE_KEYS
        return screen.focused is screen.reader and key in READER_KEYS

    def _open_menu(self, further: tuple[tuple[str, Action], ...]) -> None:
        """Show the actions whose keys begin with the key just pressed; the next key chooses one."""
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        options = [option(action.id, key_words(key), action.words) for key, action in further]
        self._screen.ask(ChoiceDialog("More actions", options), self._run)

    def _refuse(self, key: str) -> None:
        self._screen.say(f"{key} does nothing here. {key_of('help')} shows every key.", "refusal")

    def _run(self, action: str, key: str = "") -> None:
        """Run an action, unless it only ends a mode; clear the message of the previous key.

        Selecting something else ends a pending recoding.
        """
        screen, assigner = self._screen, self._screen.assigner
        is_selecting = action.startswith(("move.", "jump", "search", "next_", "previous_"))
        if assigner.bounding is not None:
            assigner.remind()
        elif assigner.recoding is None or is_selecting:
            screen.say("")
        if is_selecting:
            if action != "move.collapse":
                assigner.moved_on()
            if screen.focused is screen.outline:
                screen.back_to_ad()
        with screen.showing_refusals():
            if screen.resolver.takes(action) or (key and action == "move.collapse" and assigner.escape()):
                return
            if key == "escape" and action == "move.collapse" and screen.outline.has_class("-shown"):
                screen.back_to_ad()
            else:
                self.do(action)

    def _press_in_panel(self, event: events.Key) -> None:
        code = self._screen.panel.press(event.key, event.character)
        if code is not None:
            self._screen.assigner.take(code)
        elif not self._screen.panel.is_open:
            self._screen.assigner.leave()

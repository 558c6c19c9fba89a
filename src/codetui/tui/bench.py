"""The workbench as its controllers see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import Command
from codetui.core.session.state import State
from codetui.model import Code, CodeId, Coding, CodingId, Holds, Source, SourceEntry, Span, Words
from codetui.study.session.outcome import NotSaved, Outcome
from codetui.study.workspace import Workspace
from codetui.tui.widgets.codebook_tree import CodeNode, Node
from codetui.tui.widgets.status_line import Kind

Do = Callable[[], None]
T = TypeVar("T")

UNSEEN = 0.4
"""Seconds for which nobody can have read what is asked: a key that comes sooner was typed ahead."""


class RefusedError(Exception):
    """Why an action cannot be done here; the message is shown."""


class Unsaved(NamedTuple, Generic[T]):
    """A value that could not be saved, and the reason: the dialog opens again with both."""

    value: T
    why: str


@runtime_checkable
class KeepsText(Protocol):
    """A dialog with a text that may be unfinished."""

    def keep(self) -> None:
        """Close with the edits as the answer before the program ends; without edits, just close."""


@runtime_checkable
class AsksWhenIdle(Protocol):
    """The app, which prevents keys typed before a question was visible from answering it."""

    def ask_when_idle(self, question: Do) -> None:
        """Call `question`, which opens a dialog that no key requested, as soon as no keys are queued."""


class Bench(Protocol):
    """The part of the workbench that its controllers use: they would import it in a circle.

    `workspace` has the study and the open session, `index` the codebook with its lookups.
    """

    workspace: Workspace
    index: CodebookIndex

    @property
    def screen(self) -> Screen[object]:
        """The screen itself: it runs workers and timers."""

    @property
    def words(self) -> Words:
        """Return the codebook's words for a source."""

    @property
    def ad(self) -> Source:
        """The open source."""

    @property
    def state(self) -> State:
        """The open session's state."""

    def say(self, text: str, kind: Kind = "info") -> None:
        """Show a message in the status line."""

    def notify_behind(self, text: str, kind: Kind = "info", file: str = "") -> None:
        """Show a message that answers no key: behind a refusal or an error, in place of one about the same file."""

    def execute_command(self, command: Command, aside: str = "") -> Outcome:
        """Execute a command and show its outcome, with `aside` if it was saved, and the state that results."""

    def show_book(self) -> None:
        """Show the codebook after a change."""

    def ask(self, screen: Screen[T | None], answered: Callable[[T], object]) -> None:
        """Open a dialog; `answered` gets its answer, unless it is cancelled."""

    def edit_outside(self, text: str) -> str | None:
        """Return a text after the coder edited it in an external editor, or None if that could not run."""

    def node(self) -> Node | None:
        """Return the node under the tree's cursor while the tree has the focus."""

    def coding_here(self) -> Coding | None:
        """Return the coding that keys on a quotation act on: in the tree, else under the cursor."""

    def selected_span(self, holds: Holds) -> Span:
        """Return what an assignment would code, in a section of quotations or of terms."""

    def select(self, span: Span) -> None:
        """Focus the source, select a span of it and scroll to it."""

    def back_to_ad(self) -> bool:
        """Focus the source, and hide the codebook that lies over it; True."""

    def aim_at(self, coding: CodingId | None) -> None:
        """Make a coding the one that keys on a quotation act on."""

    def open_panel(self, codes: Sequence[Code], words: str, title: str = "") -> None:
        """Show codes of one section; the next key assigns one to `words`."""

    def open_ad(self, entry: SourceEntry) -> None:
        """Open another source."""


def in_background(bench: Bench, name: str, work: Callable[[], T], done: Callable[[T], object]) -> None:
    """Call `work` in a thread, then `done` with its result on the screen, unless that is closed meanwhile."""

    def run() -> None:
        found = work()
        if not get_current_worker().is_cancelled:
            bench.screen.app.call_from_thread(done, found)

    bench.screen.run_worker(run, thread=True, group=name, name=name, exit_on_error=False)


def ask_until_saved(
    bench: Bench, dialog: Callable[[Unsaved[T] | None], Screen[T | None]], save: Callable[[T], str]
) -> None:
    """Ask; ask again with the answer, as long as `save` returns why it could not be saved."""

    def ask(lost: Unsaved[T] | None = None) -> None:
        def answered(answer: T) -> None:
            if refused := save(answer):
                ask(Unsaved(answer, refused))

        bench.ask(dialog(lost), answered)

    ask()


def ask_for_command(
    bench: Bench, dialog: Callable[[Unsaved[str] | None], Screen[str | None]], command: Callable[[str], Command]
) -> None:
    """Ask for the text of a command and execute it; ask again while the disk refuses it."""

    def save(text: str) -> str:
        outcome = bench.execute_command(command(text))
        return outcome.message if isinstance(outcome, NotSaved) else ""

    ask_until_saved(bench, dialog, save)


def code_here(bench: Bench) -> CodeId | None:
    """Return the code of the tree's node, or of the coding under the cursor."""
    node, coding = bench.node(), bench.coding_here()
    return node.id if isinstance(node, CodeNode) else coding.code if coding else None

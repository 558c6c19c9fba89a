"""The workbench as its controllers see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

from textual.screen import Screen

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import Command
from codetui.core.session.state import State
from codetui.model import Code, CodeId, Coding, CodingId, Holds, Source, SourceEntry, Span, Words
from codetui.study.session.outcome import Outcome
from codetui.study.workspace import Workspace
from codetui.tui.widgets.codebook_tree import CodeNode, Node
from codetui.tui.widgets.status_line import Kind

Do = Callable[[], None]
T = TypeVar("T")

UNSEEN = 0.4
"""Seconds for which nobody can have read what is asked: a key that comes sooner was typed ahead."""


class Unsaved(NamedTuple, Generic[T]):
    """A value that could not be saved, and the reason: the dialog opens again with both."""

    value: T
    why: str


@runtime_checkable
class KeepsText(Protocol):
    """A dialog in which a text may be half written."""

    def keep(self) -> None:
        """Answer with the edits before the program ends; close if there are none."""


@runtime_checkable
class AsksWhenIdle(Protocol):
    """The app, which keeps keys that were typed before a question was seen from answering it."""

    def ask_when_idle(self, question: Do) -> None:
        """Call `question`, which opens a dialog that no key asked for, once no key waits."""


class Bench(Protocol):
    """The part of the workbench that its controllers use."""

    @property
    def screen(self) -> Screen[object]:
        """The screen itself: it runs workers and timers."""

    @property
    def workspace(self) -> Workspace:
        """The study, and the open session."""

    @property
    def index(self) -> CodebookIndex:
        """The codebook with its lookups."""

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


def code_here(bench: Bench) -> CodeId | None:
    """Return the code of the tree's node, or of the coding under the cursor."""
    node, coding = bench.node(), bench.coding_here()
    return node.id if isinstance(node, CodeNode) else coding.code if coding else None

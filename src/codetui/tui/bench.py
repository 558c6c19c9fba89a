"""What the workbench offers to the parts that carry its actions out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple, Protocol, TypeVar, runtime_checkable

from textual.screen import Screen

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import Command
from codetui.core.session.state import State
from codetui.model import Code, Coding, CodingId, Holds, Source, SourceEntry, Span
from codetui.study.session.outcome import Outcome
from codetui.study.workspace import Workspace
from codetui.tui.widgets.codebook_tree import Node

Kind = Literal["info", "refusal", "error"]
Do = Callable[[], None]
T = TypeVar("T")


class Unsaved(NamedTuple):
    """A text that the disk refused, and what it said: the question opens again with both."""

    text: str
    why: str


class Unwritten(NamedTuple):
    """A code that could not be written into the book, and why: the question opens again with both."""

    code: Code
    why: str


@runtime_checkable
class KeepsText(Protocol):
    """A question in which a text may be half written."""

    def keep(self) -> None:
        """Answers with what is written, or leaves it where nothing was changed."""


class Bench(Protocol):
    """The narrow side of the workbench."""

    @property
    def workspace(self) -> Workspace:
        """What the coder works on."""

    @property
    def index(self) -> CodebookIndex:
        """The codebook with its lookups."""

    @property
    def ad(self) -> Source:
        """The open ad."""

    @property
    def state(self) -> State:
        """The open session's state."""

    def say(self, text: str, kind: Kind = "info") -> None:
        """Puts an answer into the status line."""

    def notify_behind(self, text: str, kind: Kind = "info") -> None:
        """Puts what no key has asked for into the status line; what refused a key stays in front of it."""

    def execute_command(self, command: Command, aside: str = "") -> Outcome:
        """Executes a command, says what came of it, with `aside` where it is saved, and shows the state."""

    def show_book(self) -> None:
        """Shows the codebook as it is now, wherever it is shown."""

    def ask(self, screen: Screen[T | None], answered: Callable[[T], None]) -> None:
        """Opens a modal; `answered` gets what was chosen, and is not called when it was left."""

    def edit_outside(self, text: str) -> str | None:
        """The text after the coder's own editor, or None where none can run."""

    def node(self) -> Node | None:
        """The node of the tree under its cursor while the tree has the focus."""

    def coding_here(self) -> Coding | None:
        """The coding that keys on a quotation are about: in the tree, else under the cursor."""

    def selected_span(self, holds: Holds) -> Span:
        """What an assignment would code, in a section that holds quotations or terms."""

    def select(self, span: Span) -> None:
        """Selects a stretch of the ad."""

    def back_to_ad(self) -> bool:
        """Gives the keys to the ad, and takes away the codebook that lies over it; True."""

    def aim_at(self, coding: CodingId | None) -> None:
        """Makes a coding the one that keys on a quotation are about."""

    def open_panel(self, section_id: str, words: str) -> None:
        """Shows a section's codes, of which the next key takes one."""

    def open_choices(self, codes: Sequence[Code], words: str, title: str) -> None:
        """Shows some codes of the book, of which the next key takes one: 1, 2, 3 …"""

    def open_ad(self, entry: SourceEntry) -> None:
        """Opens another ad."""

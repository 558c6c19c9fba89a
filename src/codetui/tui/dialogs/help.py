"""Help: every key with its action, filtered while typing, and the definition of a code or profile with its use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from codetui.model import Code, Codebook, Profile
from codetui.tui.dialogs.base import READING_KEYS, Dialog, registered
from codetui.tui.keymap import dialog_key_of
from codetui.tui.widgets.definition import DefinitionPane, Older, UsageOf
from codetui.tui.widgets.rows import Part, PlainRows, Row, shown, wrap

WIDEST_KEYS = 18


class KeyHelp(NamedTuple):
    """One line of help: its group, its keys, and the name and effect of the action."""

    group: str
    keys: str
    words: str
    help: str


class HelpScreen(Dialog[None]):
    """Lists the keys with a filter; returns nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [*READING_KEYS, registered("help", "leave", "close")]

    READ = "HelpRows"

    def __init__(
        self,
        rows: Sequence[KeyHelp],
        title: str = "Keys",
        example: str = "undo, sentence, ctrl …",
        nothing: str = "No key matches these words.",
    ) -> None:
        """Create the help; `example` is the placeholder of the filter, `nothing` the message if no line matches."""
        super().__init__(title, "type: filter · ↑↓, PgUp/PgDn: scroll · Esc: cancel")
        self._all = tuple(rows)
        self._example = example
        self._nothing = nothing

    def compose(self) -> ComposeResult:
        """Yield the filter and the lines."""
        with self.frame():
            yield Input(placeholder=f"type to filter: {self._example}", compact=True)
            yield HelpRows(self._nothing)

    def on_mount(self) -> None:
        """Focus the filter."""
        self.query_one(Input).focus()
        self.query_one(HelpRows).show_help(self._all)

    @on(Input.Changed)
    def _typed(self) -> None:
        words = self.query_one(Input).value.casefold().split()
        fitting = [row for row in self._all if all(word in " ".join(row).casefold() for word in words)]
        self.query_one(HelpRows).show_help(fitting)


class HelpRows(PlainRows, can_focus=False):
    """Group titles with their keys, and the wrapped help beside them."""

    def __init__(self, nothing: str) -> None:
        super().__init__()
        self._help: Sequence[KeyHelp] = ()
        self._nothing = nothing

    def show_help(self, rows: Sequence[KeyHelp]) -> None:
        """Show lines from the top."""
        self._help = rows
        self._lay()
        self.scroll_home(animate=False)

    def is_under_cursor(self, index: int) -> bool:  # noqa: ARG002
        """Return False: help has no cursor."""
        return False

    def on_resize(self) -> None:
        """Wrap the help at the new width."""
        self._lay()

    def _lay(self) -> None:
        if not self.size.width:
            return
        nothing = [Row((Part(self._nothing, "warn"),))]
        self.show(_rows(self._help, self.row_cells - 2) or nothing)


def _rows(lines: Sequence[KeyHelp], width: int) -> list[Row]:
    rows: list[Row] = []
    key_cells = min(max((cell_len(line.keys) for line in lines), default=0), WIDEST_KEYS) + 2
    for group, of_group in groupby(lines, key=lambda line: line.group):
        rows += [*([Row(())] if rows else []), Row((Part(group, "strong"),))]
        for line in of_group:
            rows += _key_rows(line, key_cells, max(width - key_cells - 2, 12))
    return rows


def _key_rows(line: KeyHelp, key_cells: int, width: int) -> Iterator[Row]:
    """Yield the rows of a line: the keys on the left, then the action, then its help, dimmed."""
    name = f"{shown(line.words)}: " if line.words else ""
    texts = wrap(f"{name}{line.help}", width) or [""]
    for key, text in zip_longest(wrap(line.keys, key_cells - 2), texts, fillvalue=""):
        parts = (Part(text[: len(name)]), Part(text[len(name) :], "dim"))
        yield Row((Part("  "), Part(key.ljust(key_cells), "hue", 0), *parts))
        name = ""


class DefinitionDialog(Dialog[str]):
    """Shows a code or profile.  Answers with the id of an action on it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *READING_KEYS,
        Binding("space", "page(1)", "a page down", show=False),
        Binding("enter", "leave", "close", show=False),
        registered("define", "leave", "close"),
        registered("read", "want('read')", "background"),
        registered("edit_code", "want('edit_code')", "edit it"),
        registered("find", "want('find_code')", "all quotations"),
    ]

    def __init__(
        self,
        book: Codebook,
        defined: Code | Profile,
        usage_of: UsageOf | None = None,
        older: Older | None = None,
    ) -> None:
        """Create a dialog; `older` is the code as it was when the coding was made, if it has changed."""
        is_profile = isinstance(defined, Profile)
        self._is_in_book = defined in (book.profiles if is_profile else book.codes)
        has_background = any(defined.id in (one.profiles if is_profile else one.codes) for one in book.references)
        read, change = dialog_key_of("read"), dialog_key_of("edit_code")
        background = f" · {read}: background" if has_background and read else ""
        edit = f" · {change}: edit" if self._is_in_book and change else ""
        super().__init__("Definition", f"↑↓: scroll{background}{edit} · Esc: close")
        self._book = book
        self._defined = defined
        self._usage_of = usage_of
        self._older = older

    def compose(self) -> ComposeResult:
        """Yield the text."""
        with self.frame():
            yield DefinitionPane()

    def on_mount(self) -> None:
        """Show the text."""
        pane = self.query_one(DefinitionPane)
        if isinstance(self._defined, Profile):
            pane.show_profile(self._defined, self._book)
        else:
            pane.show_code(self._book, self._defined, self._usage_of, self._older)

    def action_want(self, wanted: str) -> None:
        """Answer with an action."""
        if wanted == "read" or (wanted == "find_code" and isinstance(self._defined, Code)) or self._is_in_book:
            self.dismiss(wanted)

"""Write the reasoning of the profile beside the ad, and paste quotations of the ad into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import BESIDE, Dialog, registered
from codetui.tui.dialogs.text import EditOutside, TextDialog
from codetui.tui.keymap import key_of
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, brief, shown


class Quotation(NamedTuple):
    """A quotation of the ad: its words, and the short key, the label and the section's hue of its code."""

    words: str
    key: str
    label: str
    hue: int


class ReasoningDialog(TextDialog):
    """Edits the reasoning; the ad stays readable and is scrolled by pages meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        registered("dialog.quote", "quote", "paste a quotation", priority=True),
        Binding("pageup", "read_ad(-1)", "a page up", show=False, priority=True),
        Binding("pagedown", "read_ad(1)", "a page down", show=False, priority=True),
    ]

    HORIZONTAL_BREAKPOINTS = BESIDE

    def __init__(
        self,
        title: str,
        text: str,
        lost: Unsaved[str] | None,
        quotations: Sequence[Quotation],
        read: Callable[[int], None],
        edit_outside: EditOutside | None = None,
    ) -> None:
        """Create a dialog; `read` scrolls the ad by pages, `quotations` may be pasted, in the ad's order."""
        super().__init__(title, text, lost)
        self._quotations = quotations
        self._read = read
        self._edit_outside = edit_outside
        self._keys = f"{key_of('dialog.save')}: save · {key_of('dialog.quote')}: quotation · Esc: cancel"
        self.hint = f"PgUp, PgDn: scroll the text · {key_of('dialog.edit')}: your editor"

    def action_read_ad(self, pages: int) -> None:
        """Scroll the ad by a page."""
        self._read(pages)

    def action_quote(self) -> None:
        """Ask for a quotation, and paste it at the cursor."""
        if self._quotations:
            self.app.push_screen(QuotationPicker(self._quotations), self._paste)
        else:
            self.say("Nothing is coded here yet, so there is no quotation to paste.")

    def _paste(self, words: str | None) -> None:
        if words:
            self.query_one(TextArea).insert(words)


class QuotationPicker(Dialog[str]):
    """Asks for a quotation.  Answers with its words in quotes and its code's label: `“build pipelines” (TASK2)`."""

    HORIZONTAL_BREAKPOINTS = BESIDE

    def __init__(self, quotations: Sequence[Quotation]) -> None:
        super().__init__("Paste a quotation", "Enter: paste · ↑↓: move · Esc: cancel")
        self._quotations = quotations

    def compose(self) -> ComposeResult:
        """Yield the list."""
        with self.frame():
            yield PlainRows()

    def on_mount(self) -> None:
        """Show and focus the quotations."""
        rows = self.query_one(PlainRows)
        rows.show(
            [Row((Part(f"{one.key:>3} ", "hue", one.hue), Part(brief(one.words, 200)))) for one in self._quotations]
        )
        rows.focus()

    @on(RowList.RowSelected)
    def _selected(self, event: RowList.RowSelected) -> None:
        one = self._quotations[event.index]
        self.dismiss(f"“{shown(one.words)}” ({one.label})")

"""The codes of a section, opened by its digit; the next key assigns a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from codetui.core.codebook.index import label
from codetui.model import Code, Codebook, CodeId, Section
from codetui.tui.widgets.definition import DefinitionPane, UsageOf
from codetui.tui.widgets.rows import Part, PassiveRows, Row, RowList, brief, brief_middle, shown

LEAST_ROWS, MOST_ROWS = 8, 15
ROWS_ABOVE, ROWS_BELOW = 1, 3
"""Rows that stay free for the heading of the ad and for the status line."""

WIDEST = 92


class CodePanel(Widget, can_focus=False):
    """Short keys and labels, the definition of the highlighted code beside them, and above both the words to be coded.

    It has no focus: while it is open the screen passes keys to it, so that the widget focused before does not handle
    any.
    """

    @dataclass
    class Assigned(Message):
        """The coder clicked on a code."""

        code: CodeId

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.is_open = False
        self.avoid = range(0)
        """Rows of the screen that the panel covers as little as it can: those of the words to be coded."""
        self._book = Codebook(title="")
        self._codes: tuple[Code, ...] = ()
        self._words = ""
        self._usage_of: UsageOf | None = None

    def compose(self) -> ComposeResult:
        """Yield the words, the codes and the definition."""
        yield Static(id="panel-words")
        with Widget(id="panel-body"):
            yield PassiveRows()
            yield DefinitionPane()

    def open(
        self,
        book: Codebook,
        section: Section,
        codes: Sequence[Code],
        counts: Mapping[CodeId, int],
        words: str,
        usage_of: UsageOf | None = None,
        title: str = "",
    ) -> None:
        """Show the codes of a section over the ad, under the section's title or another title."""
        self._book, self._codes, self._words, self._usage_of = book, tuple(codes), words, usage_of
        hue = book.sections.index(section)
        self.border_title = Content(shown(title or f"{section.key} {section.title}"))
        self.is_open = self.display = True
        self.place()
        self._rows.show([_row(book, code, counts.get(code.id, 0), hue) for code in self._codes])
        self._show_words()
        self._show_definition()

    def close(self) -> None:
        """Hide the panel."""
        self.is_open = self.display = False

    @property
    def highlighted(self) -> CodeId | None:
        """The code that Enter assigns."""
        return self._codes[self._rows.cursor].id if self._codes else None

    def press(self, key: str, character: str | None) -> CodeId | None:
        """Return the code that a key chooses, and close the panel; `escape` closes it without a code."""
        code: CodeId | None = None
        if key in ("up", "down"):
            self._rows.action_move(1 if key == "down" else -1)
            self._show_words()
        elif key in ("pageup", "pagedown"):
            self.query_one(DefinitionPane).scroll_page(1 if key == "pagedown" else -1)
        elif key == "enter":
            code = self.highlighted
        elif character and character.isprintable():
            code = self._code_of(character)
        if code is not None or key == "escape":
            self.close()
        return code

    def place(self) -> None:
        """Place the open panel on the right, at the top or above the status line, where it covers less of `avoid`."""
        if not self.is_open:
            return
        screen = self.screen.size
        width = min(screen.width, WIDEST)
        height = min(max(len(self._codes), LEAST_ROWS), MOST_ROWS) + 3
        height = min(height, max(screen.height - ROWS_BELOW, 5))
        self.styles.width, self.styles.height = width, height
        tops = (screen.height - ROWS_BELOW - height, ROWS_ABOVE)
        top = min(tops, key=lambda row: len(range(max(row, self.avoid.start), min(row + height, self.avoid.stop))))
        self.styles.offset = (screen.width - width, top)

    @property
    def _rows(self) -> PassiveRows:
        return self.query_one(PassiveRows)

    def _code_of(self, character: str) -> CodeId | None:
        """Return the code with this key; if there is none, show the available keys."""
        for code in self._codes:
            if code.key and code.key == character:
                return code.id
        keys = " ".join(code.key for code in self._codes if code.key)
        hint = f"press one of {keys}, or Esc." if keys else "select one with ↑↓ and Enter."
        self._update_words(Content.styled(f"No code has the key {brief(character, 4)}: {hint}", "bold $text-warning"))
        return None

    @on(RowList.RowHighlighted)
    def _row_highlighted(self, event: RowList.RowHighlighted) -> None:
        event.stop()
        self._show_definition()

    @on(RowList.RowSelected)
    def _row_selected(self, event: RowList.RowSelected) -> None:
        event.stop()
        code = self.highlighted
        if code is not None:
            self.close()
            self.post_message(self.Assigned(code))

    def _show_words(self) -> None:
        room = int(self.styles.width.value if self.styles.width else WIDEST) - 6
        self._update_words(Content.assemble("“", (brief_middle(self._words, room), "italic"), "”"))

    def _update_words(self, text: Content) -> None:
        self.query_one("#panel-words", Static).update(text, layout=False)

    def _show_definition(self) -> None:
        pane = self.query_one(DefinitionPane)
        if not self._codes:
            pane.clear()
            return
        code = self._codes[self._rows.cursor]
        # Choices have keys for this once; the definition shows the codebook's own.
        in_book = next((one for one in self._book.codes if one.id == code.id), code)
        pane.show_code(self._book, in_book, self._usage_of)


def _row(book: Codebook, code: Code, count: int, hue: int) -> Row:
    """Return the row of a code: `5 TASK5: Operations Engineering 2`."""
    left = (Part(f"{code.key or ' '} ", "hue", hue), Part(brief(label(book, code), 200)))
    return Row(left, (Part(str(count), "dim"),) if count else ())

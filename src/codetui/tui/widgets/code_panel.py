"""A section's codes, after its digit: the next key assigns one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from codetui.core.codebook.index import label
from codetui.model import Code, Codebook, CodeId, Section
from codetui.tui.widgets.cells import brief, brief_middle, shown
from codetui.tui.widgets.definition import DefinitionPane, UsageOf
from codetui.tui.widgets.rows import Part, PassiveRows, Row, RowList

LEAST_ROWS, MOST_ROWS = 8, 15
ROWS_ABOVE = 1
"""Rows above the ad, for its heading."""

WIDEST = 92
HINT = "key, enter: assign · ↑↓: read · esc: close"


class CodePanel(Widget, can_focus=False):
    """Key → label, the highlighted code's definition beside it, and above both the words to be coded.

    It takes no focus: the screen hands it the keys while it is open, so that none is read in the mode before.
    """

    DEFAULT_CSS = """
    CodePanel {
        overlay: screen;
        position: absolute;
        layout: vertical;
        background: $surface;
        border: round $primary;
        border-title-style: bold;
        padding: 0 1;
        & > #panel-words { height: 1; }
        & > #panel-body { layout: horizontal; height: 1fr; }
        & PlainRows { width: 5fr; height: 1fr; }
        & DefinitionPane { width: 4fr; height: 1fr; }
    }
    CodePanel:ansi { background: ansi_default; }
    """

    class Assigned(Message):
        """The coder clicked on this code."""

        def __init__(self, code: CodeId) -> None:
            super().__init__()
            self.code = code

    def __init__(self, *, rows_below: int = 2, id: str | None = None) -> None:  # noqa: A002
        """`rows_below` stay free under the panel, for the status line."""
        super().__init__(id=id)
        self.display = False
        self._is_open = False
        self._rows_below = rows_below
        self._book = Codebook(title="")
        self._codes: tuple[Code, ...] = ()
        self._words = ""
        self.clear = range(0)
        """Rows of the screen that the panel hides as little of as it can: those of the words to be coded."""
        self._usage_of: UsageOf | None = None

    def compose(self) -> ComposeResult:
        """The words, the codes, the definition."""
        yield Static(id="panel-words")
        with Widget(id="panel-body"):
            yield PassiveRows()
            yield DefinitionPane()

    @property
    def is_open(self) -> bool:
        """True while the panel is shown."""
        return self._is_open

    def open(
        self,
        book: Codebook,
        section: Section,
        codes: Sequence[Code],
        counts: Mapping[CodeId, int],
        selection_words: str,
        usage_of: UsageOf | None = None,
        title: str = "",
    ) -> None:
        """Show a section's codes, or some others under another `title`."""
        self._usage_of = usage_of
        self._book, self._codes, self._words = book, tuple(codes), selection_words
        hue = book.sections.index(section)
        self.border_title = Content(shown(title or f"{section.key} {section.title}"))
        self.border_subtitle = Content(HINT)
        rows = [_row(book, code, counts.get(code.id, 0), hue) for code in self._codes]
        self._is_open = True
        self.display = True
        self._place()
        self.query_one(PassiveRows).show(rows)
        self._show_words()
        self._show_definition()

    @property
    def highlighted(self) -> CodeId | None:
        """The code that enter assigns."""
        place = self.query_one(PassiveRows).cursor
        return self._codes[place].id if place < len(self._codes) else None

    def close(self) -> None:
        """Hide the panel; says nothing."""
        self._is_open = False
        self.display = False

    def press(self, char: str) -> CodeId | None:
        """The code of this key; None, said in the panel, where no code has it."""
        for code in self._codes:
            if code.key and code.key == char:
                return code.id
        keys = " ".join(code.key for code in self._codes if code.key)
        way_out = f"press one of {keys}, or esc." if keys else "take one with ↑↓ and enter."
        refusal = f"No code on {brief(char, 4)}: {way_out}"
        self._say(Content.styled(refusal, "bold $text-warning"))
        return None

    def take_key(self, key: str, character: str | None) -> CodeId | None:
        """The code that a key chooses, and the panel is closed; `escape` closes it without one."""
        code: CodeId | None = None
        if key in ("up", "down"):
            self.query_one(PassiveRows).action_move(1 if key == "down" else -1)
            self._show_words()
        elif key in ("pageup", "pagedown"):
            self.query_one(DefinitionPane).scroll_page(1 if key == "pagedown" else -1)
        elif key == "enter":
            code = self.highlighted
        elif character and character.isprintable():
            code = self.press(character)
        if code is not None or key == "escape":
            self.close()
        return code

    @on(RowList.RowHighlighted)
    def _moved(self, event: RowList.RowHighlighted) -> None:
        event.stop()
        self._show_definition()

    @on(RowList.RowSelected)
    def _taken(self, event: RowList.RowSelected) -> None:
        event.stop()
        code = self.highlighted
        if code is not None:
            self.close()
            self.post_message(self.Assigned(code))

    def _place(self) -> None:
        """At the right, as high as its codes need: above the status line, or at the top where it hides less there."""
        screen = self.screen.size
        width = min(screen.width, WIDEST)
        height = min(max(len(self._codes), LEAST_ROWS), MOST_ROWS) + 3
        height = min(height, max(screen.height - self._rows_below, 5))
        self.styles.width, self.styles.height = width, height
        tops = (screen.height - self._rows_below - height, ROWS_ABOVE)
        top = min(tops, key=lambda row: len(range(max(row, self.clear.start), min(row + height, self.clear.stop))))
        self.styles.offset = (screen.width - width, top)

    def replace_on_screen(self) -> None:
        """Stand in its corner again after the screen changed its size."""
        if self.is_open:
            self._place()

    def _show_words(self) -> None:
        room = int(self.styles.width.value if self.styles.width else WIDEST) - 6
        self._say(Content.assemble("“", (brief_middle(self._words, room), "italic"), "”"))

    def _show_definition(self) -> None:
        pane = self.query_one(DefinitionPane)
        if self._codes:
            shown_code = self._codes[self.query_one(PassiveRows).cursor]
            # Other than the section's, the keys of choices are for this once: the book's own stands beside.
            own = next((code for code in self._book.codes if code.id == shown_code.id), shown_code)
            pane.show_code(self._book, own, self._usage_of)
        else:
            pane.clear()

    def _say(self, text: Content) -> None:
        self.query_one("#panel-words", Static).update(text, layout=False)


def _row(book: Codebook, code: Code, count: int, hue: int) -> Row:
    """`5 TASK5: Operations Engineering   2`."""
    left = (Part(f"{code.key or ' '} ", "hue", hue), Part(brief(label(book, code), 200)))
    return Row(left, (Part(str(count), "dim"),) if count else ())

"""A form with several texts, on one line or on several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.tui.dialogs.base import NO_EDITOR, Answer, Dialog, DiscardGuard, EditOutside, alarm
from codetui.tui.widgets.cells import one_line


class Field(NamedTuple):
    """One field: the current text, and what was typed before if it could not be saved."""

    name: str
    title: str
    standing: str
    written: str
    rows: int = 0
    """Rows of the field at least; 0 is a field on one line."""


Texts = Callable[[str], str]
"""What is written in a field, by its name; the book's own text where the field still shows that."""


class TextsForm(Dialog[Answer]):
    """Edits several texts.  Answers with the changed value; the first Esc only warns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        Binding("ctrl+e", "edit_outside", "open in your editor", show=False, priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    FIRST: ClassVar[str] = "definition"
    """The field in which the cursor stands at first."""

    DEFAULT_CSS = """
    TextsForm {
        & .asked { text-style: bold; height: 1; margin-top: 1; }
        & #fields { height: 1fr; scrollbar-size-vertical: 1; }
        & TextArea { height: auto; border: none; padding: 0; background: $foreground 8%; }
    }
    TextsForm TextArea:ansi:nocolor .text-area--cursor { text-style: reverse; }
    TextsForm:ansi TextArea { background: ansi_default; text-style: underline; }
    """

    def __init__(
        self,
        title: str,
        standing: Answer,
        fields: Iterable[Field],
        written: Callable[[Answer, Texts], Answer],
        why: str = "",
        edit_outside: EditOutside | None = None,
    ) -> None:
        """Create it; `written` makes the new value from the texts, `why` is why the last attempt failed."""
        super().__init__()
        self._title = title
        self._standing = standing
        self._fields = {field.name: field for field in fields}
        self._written = written
        self._why = why
        self._edit_outside = edit_outside
        self._unfinished = DiscardGuard(lambda: self.is_changed, self.say)
        self._loaded: tuple[str, ...] = ()
        self.hold: Callable[[Answer], None] = lambda _: None
        """What is told of a part that cannot stand in a book as it is, when the program ends."""

    # --- what a form of its own may say ---------------------------------------------------------------

    def more(self, behind: str) -> Iterator[Widget]:  # noqa: ARG002
        """Yield further widgets after the field `behind`."""
        yield from ()

    def trouble(self, answer: Answer) -> str:  # noqa: ARG002
        """Return why it cannot be saved; empty if it can."""
        return ""

    # --- the fields -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Yield the line for warnings, then the fields."""
        has_areas = any(field.rows for field in self._fields.values())
        editor = " · ctrl+e: your editor" if self._edit_outside and has_areas else ""
        with self.frame(self._title, f"ctrl+s: save · tab, enter: next{editor} · esc: close"):
            yield Static(alarm(self._why), classes="hint")
            with VerticalScroll(id="fields", can_focus=False):
                for field in self._fields.values():
                    yield Static(field.title, classes="asked")
                    yield _widget(field)
                    yield from self.more(field.name)

    def on_mount(self) -> None:
        """Remember the loaded texts, to recognise edits."""
        for area in self.query(TextArea):
            area.move_cursor(area.document.end)
        self.begin()
        # Compared with what is in the book: of a text that was refused once, nothing is lost by one escape.
        self._loaded = self.texts() if not self._why else ()

    def begin(self) -> None:
        """Focus the first field."""
        self.query_one(f"#{self.FIRST}").focus()

    def field(self, name: str) -> str:
        """Return the text of a one-line field."""
        return self.query_one(f"#{name}", Input).value.strip()

    def text(self, name: str) -> str:
        """Return the text of a field, or the original text if the field still shows it."""
        field = self._fields[name]
        if not field.rows:
            line = self.field(name)
            return field.standing if line == one_line(field.standing).strip() else line
        text = self.query_one(f"#{name}", TextArea).text.strip("\n")
        return field.standing if text == sanitize(field.standing).strip("\n") else text

    def texts(self) -> tuple[str, ...]:
        """Return all texts, to see whether they changed."""
        return tuple(self.text(name) for name in self._fields)

    @property
    def is_changed(self) -> bool:
        """Return whether anything was edited."""
        return self.texts() != self._loaded

    # --- keys -----------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Answer with the value, or with None if it is unchanged."""
        answer = self._written(self._standing, self.text)
        trouble = self.trouble(answer)
        if trouble:
            self.say(trouble)
        else:
            self.dismiss(answer if answer != self._standing else None)

    def keep(self) -> None:
        """Answer with the edits before the program ends; `hold` is called with what cannot be saved."""
        answer = self._written(self._standing, self.text)
        if self.is_changed and self.trouble(answer):
            self.hold(answer)
        else:
            self.dismiss(answer if self.is_changed else None)

    def action_leave(self) -> None:
        """Close; edits are discarded only at the second key."""
        if self._unfinished.may_be_left():
            self.dismiss(None)

    def action_edit_outside(self) -> None:
        """Continue with the focused text, or the first long one, in the coder's own editor."""
        areas = [*self.query(TextArea)]
        if self._edit_outside is None or not areas:
            return
        area = next((one for one in areas if one.has_focus), areas[0])
        text = self._edit_outside(area.text)
        if text is None:
            self.say(NO_EDITOR)
            return
        area.text = sanitize(text)
        area.move_cursor(area.document.end)

    def say(self, words: str) -> None:
        """Show a warning above the fields."""
        self.query_one(".hint", Static).update(alarm(words))

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.focus_next()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _calm(self) -> None:
        self._unfinished.goes_on()


def _widget(field: Field) -> Input | TextArea:
    if not field.rows:
        return Input(one_line(field.written), id=field.name, compact=True, select_on_focus=False)
    area = TextArea(sanitize(field.written), id=field.name, soft_wrap=True, compact=True, tab_behavior="focus")
    area.styles.min_height = field.rows
    return area


def lines(texts: tuple[str, ...]) -> str:
    """Return a list of texts, one on each line."""
    return "\n".join(" ".join(text.split()) for text in texts)


def from_lines(text: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts of a field's lines; unchanged ones come back exactly as they were `before`."""
    known = {" ".join(one.split()): one for one in before}
    written = (" ".join(line.split()) for line in text.splitlines())
    return tuple(known.get(line, line) for line in dict.fromkeys(written) if line)

"""Several texts of one part of the book, to be written: on one line, or on several."""

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
from codetui.tui.dialogs.base import NO_EDITOR, Answer, EditOutside, FramedModal, Unfinished, alarm
from codetui.tui.widgets.cells import one_line


class Field(NamedTuple):
    """One text: what stands in the book, what is shown instead where it was written already and refused."""

    name: str
    title: str
    standing: str
    written: str
    rows: int = 0
    """Rows of the field at least; 0 is a field on one line."""


Texts = Callable[[str], str]
"""What is written in a field, by its name; the book's own text where the field still shows that."""


class TextsForm(FramedModal[Answer]):
    """Answers with the part as it is to stand in the book, or None; escape throws nothing away at its first press."""

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
        """`written` makes of the part as it stands in the book the one that its texts say.

        `why` says what the book or the disk had against what was written before.
        """
        super().__init__()
        self._title = title
        self._standing = standing
        self._fields = {field.name: field for field in fields}
        self._written = written
        self._why = why
        self._edit_outside = edit_outside
        self._unfinished = Unfinished(lambda: self.is_changed, self.say)
        self._loaded: tuple[str, ...] = ()
        self.hold: Callable[[Answer], None] = lambda _: None
        """What is told of a part that cannot stand in a book as it is, when the program ends."""

    # --- what a form of its own may say ---------------------------------------------------------------

    def more(self, behind: str) -> Iterator[Widget]:  # noqa: ARG002
        """What else is asked for behind the field `behind`."""
        yield from ()

    def trouble(self, answer: Answer) -> str:  # noqa: ARG002
        """What keeps it from being written; empty where nothing does."""
        return ""

    # --- the fields -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """A line for what is in the way, then field below field."""
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
        """Remember what is loaded, to know what was written."""
        for area in self.query(TextArea):
            area.move_cursor(area.document.end)
        self.begin()
        # Compared with what is in the book: of a text that was refused once, nothing is lost by one escape.
        self._loaded = self.texts() if not self._why else ()

    def begin(self) -> None:
        """Put the cursor where the coder writes first."""
        self.query_one(f"#{self.FIRST}").focus()

    def field(self, name: str) -> str:
        """What stands in a field on one line."""
        return self.query_one(f"#{name}", Input).value.strip()

    def text(self, name: str) -> str:
        """What is written in a field; the book's own text where the field still shows that."""
        field = self._fields[name]
        if not field.rows:
            line = self.field(name)
            return field.standing if line == one_line(field.standing).strip() else line
        text = self.query_one(f"#{name}", TextArea).text.strip("\n")
        return field.standing if text == sanitize(field.standing).strip("\n") else text

    def texts(self) -> tuple[str, ...]:
        """What the coder can write, to know whether it has changed."""
        return tuple(self.text(name) for name in self._fields)

    @property
    def is_changed(self) -> bool:
        """True where something was written."""
        return self.texts() != self._loaded

    # --- keys -----------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Answer with the part, or with nothing where it is as it was."""
        answer = self._written(self._standing, self.text)
        trouble = self.trouble(answer)
        if trouble:
            self.say(trouble)
        else:
            self.dismiss(answer if answer != self._standing else None)

    def keep(self) -> None:
        """Answer with what was written, before the program ends; of what cannot stand in a book `hold` is told."""
        answer = self._written(self._standing, self.text)
        if self.is_changed and self.trouble(answer):
            self.hold(answer)
        else:
            self.dismiss(answer if self.is_changed else None)

    def action_leave(self) -> None:
        """Leave; what was written is thrown away at the second press only."""
        if self._unfinished.may_be_left():
            self.dismiss(None)

    def action_edit_outside(self) -> None:
        """Go on with the text in which the cursor stands, or the first long one, in the coder's own editor."""
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
        """Say what is in the way, above the fields."""
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
    """A list of texts, one on a line."""
    return "\n".join(" ".join(text.split()) for text in texts)


def from_lines(text: str, before: tuple[str, ...]) -> tuple[str, ...]:
    """The texts that stand on the lines of a field; those that were there `before` come back untouched."""
    known = {" ".join(one.split()): one for one in before}
    written = (" ".join(line.split()) for line in text.splitlines())
    return tuple(known.get(line, line) for line in dict.fromkeys(written) if line)

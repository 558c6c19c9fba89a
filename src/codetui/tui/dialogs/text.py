"""Dialogs that edit texts of one line or several: a single text, or a form with several texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, NamedTuple, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import BESIDE, Dialog, alarm, registered
from codetui.tui.keymap import key_of
from codetui.tui.widgets.rows import one_line, shown

Answer = TypeVar("Answer")
EditOutside = Callable[[str], str | None]
"""Returns a text after the coder edited it in an external editor, or None if that could not run."""

TextField = Input | TextArea

WARNING = "Not saved yet: save it, or press Esc again to close without saving."
NO_EDITOR = "Your editor did not open, or ended with an error: the text is unchanged. Set $EDITOR, or write here."


class Field(NamedTuple):
    """One field: the attribute that it edits, its title, and its least number of rows; 0 is a field on one line."""

    name: str = ""
    title: str = ""
    rows: int = 0


class EditDialog(Dialog[Answer]):
    """Edits the texts of a value.  Answers with the edited value.

    The first Esc after an edit only warns, the second one discards the edits.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        registered("dialog.save", "save", "save", priority=True),
        Binding("ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        registered("dialog.edit", "edit_outside", "open in your editor", priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    FIELDS: tuple[Field, ...] = (Field(),)
    FIRST: ClassVar[str] = ""
    """The field with the cursor at first, if it is not the first one."""

    KEYS: ClassVar[str] = "{save}: save · Tab, Enter: next{editor} · Esc: cancel"
    ANSWERS_UNCHANGED: ClassVar[bool] = False
    """True if saving answers with an unchanged value too, and not with None."""

    ENTER_SAVES: ClassVar[bool] = False
    """True if Enter saves in the last line."""

    SELECTS_ON_FOCUS: ClassVar[bool] = False
    """True if the first typed character replaces the text of a line."""

    hint = ""
    """The words above the fields while there is nothing to warn of."""

    def __init__(
        self,
        title: str,
        original: Answer,
        lost: Unsaved[Answer] | None = None,
        edit_outside: EditOutside | None = None,
        hold: Callable[[Answer], None] = lambda _: None,
    ) -> None:
        """Create a dialog; `lost` is a text that could not be saved, and is shown in place of the value.

        `hold` is called when the program ends, with edits that cannot be saved as they are.
        """
        has_editor = edit_outside and any(field.rows for field in self.FIELDS)
        editor = f" · {key_of('dialog.edit')}: your editor" if has_editor else ""
        super().__init__(title, self.KEYS.format(save=key_of("dialog.save"), editor=editor))
        self.lost = lost
        self._original = original
        self._written_before = lost.value if lost else original
        self._edit_outside = edit_outside
        self._hold = hold
        self._is_warned = False
        self._fields: dict[str, TextField] = {}
        self._loaded: dict[str, str] = {}

    # --- for subclasses -------------------------------------------------------------------------------

    def written(self) -> Answer:
        """Return the value with the texts of the fields."""
        raise NotImplementedError

    def trouble(self, answer: Answer) -> str:  # noqa: ARG002
        """Return why the value cannot be saved; empty if it can."""
        return ""

    def content(self) -> Iterator[Widget]:
        """Yield the widgets below the line for warnings."""
        yield from self._fields.values()

    def begin(self) -> None:
        """Focus a field."""
        self._fields[self.FIRST or self.FIELDS[0].name].focus()

    # --- the fields -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Yield the line for warnings, then the fields."""
        self._fields = {field.name: self._widget(field) for field in self.FIELDS}
        with self.frame():
            yield Static(alarm(self.lost.why) if self.lost else Content(self.hint), classes="hint")
            yield from self.content()

    def _widget(self, field: Field) -> TextField:
        text, name = _shown(self._original, field.name), field.name or None
        if not field.rows:
            return Input(one_line(text), id=name, compact=True, select_on_focus=self.SELECTS_ON_FOCUS)
        area = TextArea(sanitize(text), id=name, soft_wrap=True, compact=True, tab_behavior="focus")
        area.styles.min_height = field.rows
        return area

    def on_mount(self) -> None:
        """Remember the texts as the fields show them, with their line ends and without control characters."""
        self._loaded = {name: text_in(field) for name, field in self._fields.items()}
        for name, field in self._fields.items():
            if self.lost:
                fill(field, _shown(self._written_before, name))
            elif isinstance(field, TextArea):
                field.move_cursor(field.document.end)
        self.begin()

    def text(self, name: str = "") -> str:
        """Return the text of a field, or the original text if the field still shows it."""
        if name not in self._fields:
            return _shown(self._written_before, name)
        text = text_in(self._fields[name])
        if text == self._loaded.get(name):
            return _shown(self._original, name)
        return text.strip("\n") if isinstance(self._fields[name], TextArea) else text.strip()

    @property
    def is_changed(self) -> bool:
        """Return whether the texts were edited; after a refusal they always count as edited, so that Esc asks first."""
        return bool(self.lost) or any(text_in(self._fields[name]) != text for name, text in self._loaded.items())

    def say(self, words: str) -> None:
        """Show a warning above the fields."""
        self.query_one(".hint", Static).update(alarm(words))

    # --- keys -----------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the editor's key to the fields if they have single lines: Ctrl+E goes to the end of a line there."""
        if action == "edit_outside" and not self.query(TextArea):
            return False
        return super().check_action(action, parameters)

    def action_save(self) -> None:
        """Answer with the value."""
        answer = self.written()
        trouble = self.trouble(answer)
        if trouble:
            self.say(trouble)
        else:
            self.dismiss(answer if self.ANSWERS_UNCHANGED or answer != self._original else None)

    def keep(self) -> None:
        """Answer with the edits before the program ends, or keep those that cannot be saved."""
        answer = self.written()
        if self.is_changed and self.trouble(answer):
            self._hold(answer)
        else:
            self.dismiss(answer if self.is_changed else None)

    def action_leave(self) -> None:
        """Close; edits are discarded only at the second key press."""
        if self._is_warned or not self.is_changed:
            self.dismiss(None)
        else:
            self._is_warned = True
            self.say(WARNING)

    def action_edit_outside(self) -> None:
        """Continue editing the focused text, or the first long one, in the coder's own editor."""
        if self._edit_outside is None:
            return
        areas = [*self.query(TextArea)]
        area = next((one for one in areas if one.has_focus), areas[0])
        text = self._edit_outside(area.text)
        if text is None:
            self.say(NO_EDITOR)
        else:
            fill(area, text)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _edited(self) -> None:
        """Hide the warning, since the coder continues typing."""
        if self._is_warned and self.is_changed:
            self._is_warned = False
            self.say("")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if self.ENTER_SAVES and event.input is [*self._fields.values()][-1]:
            self.action_save()
        else:
            self.focus_next()


def text_in(field: TextField) -> str:
    """Return the text in a field."""
    return field.text if isinstance(field, TextArea) else field.value


def fill(field: TextField, text: str) -> None:
    """Put a text into a field, with the cursor at its end."""
    if isinstance(field, TextArea):
        field.text = sanitize(text)
        field.move_cursor(field.document.end)
    else:
        field.value = one_line(text)
        field.cursor_position = len(field.value)


def _shown(value: object, name: str) -> str:
    """Return the text that a field shows for a value: a text, one of its texts, or several, one per line."""
    content: str | tuple[str, ...] = getattr(value, name) if name else str(value)
    return content if isinstance(content, str) else "\n".join(" ".join(text.split()) for text in content)


class TextDialog(EditDialog[str]):
    """Edits a text of several lines; `edit_outside` opens it in the coder's own editor."""

    FIELDS = (Field(rows=1),)
    KEYS = "{save}: save{editor} · Esc: cancel"
    ANSWERS_UNCHANGED = True

    def written(self) -> str:
        """Return the text; an unedited text is returned unchanged."""
        return self.text()


class NoteDialog(TextDialog):
    """Edits a note on one line; Enter saves it, and an empty note is removed."""

    FIELDS = (Field(),)
    KEYS = "Enter: save · Esc: cancel"
    ENTER_SAVES = True
    HORIZONTAL_BREAKPOINTS = BESIDE


class Described(NamedTuple):
    """The employer and the title of a source."""

    employer: str
    title: str


class SourceDialog(EditDialog[Described]):
    """Asks for employer and title. Answers with both; an empty field means unknown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
    ]

    KEYS = "Enter: next, then save · Esc: not now"
    ANSWERS_UNCHANGED = ENTER_SAVES = SELECTS_ON_FOCUS = True

    def __init__(
        self, ad: str, employer: str = "", title: str = "", *, asks_all: bool = False, source: str = "ad"
    ) -> None:
        """Create a dialog that asks only for unknown values, unless `asks_all`.

        `source` is the codebook's noun for a source.
        """
        known = Described(employer, title)
        super().__init__(f"{source.capitalize()} #{ad}", known)
        self.hint = f"Both appear in the heading of the document. Leave empty what the {source} does not mention."
        asks_all = asks_all or all(known)
        self.FIELDS = tuple(Field(name) for name in known._fields if asks_all or not getattr(known, name))

    def content(self) -> Iterator[Widget]:
        """Yield a field for each requested value, and the known values."""
        for name, value in self._original._asdict().items():
            if name in self._fields:
                yield Static(name.capitalize(), classes="asked")
                yield self._fields[name]
            else:
                yield Static(Content.assemble((name.capitalize(), "bold"), "  ", shown(value)), classes="asked")

    def written(self) -> Described:
        """Return both values."""
        return self._original._replace(**{name: self.text(name) for name in self._fields})

    def action_leave(self) -> None:
        """Close; typed text is offered when the dialog opens again."""
        self.dismiss(None)


class TextsForm(EditDialog[Answer]):
    """A scrolling form with a title above each field."""

    def more(self, behind: str) -> Iterator[Widget]:  # noqa: ARG002
        """Yield further widgets after the field `behind`."""
        yield from ()

    def content(self) -> Iterator[Widget]:
        """Yield the fields with their titles."""
        widgets: list[Widget] = []
        for field in self.FIELDS:
            widgets += [Static(field.title, classes="asked"), self._fields[field.name], *self.more(field.name)]
        yield VerticalScroll(*widgets, id="fields", can_focus=False)

"""Forms for the texts of codes and profiles, for a new code, and for renaming one.

A form has several texts, on one line or on several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.model import Code, Codebook, CodeId, Profile
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import NO_EDITOR, Answer, Dialog, DiscardGuard, EditOutside, alarm
from codetui.tui.themes import section_hues
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, brief, one_line

Texts = Callable[[str], str]
"""What is written in a field, by its name; the book's own text where the field still shows that."""

IdFor = Callable[[str, str], str]
"""The id that is proposed in a section and a group (empty: none)."""

MOST_ROWS = 5
IS_LIST = "This is a list: ↑↓ choose where the code stands, tab goes on to the texts."


class Field(NamedTuple):
    """One field: the current text, and what was typed before if it could not be saved."""

    name: str
    title: str
    standing: str
    written: str
    rows: int = 0
    """Rows of the field at least; 0 is a field on one line."""


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
        with self.frame(self._title, f"Ctrl+S: save · Tab, Enter: next{editor} · Esc: cancel"):
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


class CodeForm(TextsForm[Code]):
    """Edits the texts of a code.  Answers with the changed code."""

    def __init__(
        self, title: str, code: Code, lost: Unsaved[Code] | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        """Create it; `lost` is text that was typed before and could not be saved."""
        shown = lost.value if lost else code
        fields = (
            Field("name", "Name", code.name, shown.name),
            Field("definition", "Definition", code.definition, shown.definition, 3),
            Field("include", "Counts", code.include, shown.include, 2),
            Field("exclude", "Does not count", code.exclude, shown.exclude, 2),
            Field("examples", "Examples, one on a line", lines(code.examples), lines(shown.examples), 2),
        )
        super().__init__(title, code, fields, _written_code, lost.why if lost else "", edit_outside)

    def trouble(self, answer: Code) -> str:
        """Return why the code cannot be saved: it has no name."""
        return nameless(answer)


def nameless(code: Code) -> str:
    """Return a message if the code has no name, else an empty string."""
    return "" if code.name else "A code needs a name."


def _written_code(code: Code, text: Texts) -> Code:
    return replace(
        code,
        name=text("name"),
        definition=text("definition"),
        include=text("include"),
        exclude=text("exclude"),
        examples=from_lines(text("examples"), code.examples),
    )


class RenameForm(TextsForm[Code]):
    """Edits id and name of a code.  Answers with the changed code."""

    FIRST: ClassVar[str] = "id"
    DEFAULT_CSS = "RenameForm > .frame { height: 12; }"

    def __init__(self, book: Codebook, code: Code, title: str) -> None:
        fields = (Field("id", "Id", code.id, code.id), Field("name", "Name", code.name, code.name))
        super().__init__(title, code, fields, _renamed)
        self._book = book
        self._code = code

    def trouble(self, answer: Code) -> str:
        """Return why it cannot be saved: no id, an id in use, or no name."""
        if not (answer.id and answer.name):
            return "A code needs an id and a name."
        other = next((one for one in self._book.codes if one.id == answer.id != self._code.id), None)
        return f"{answer.id} is “{other.name}” already: write another id, or merge the two (m)." if other else ""


def _renamed(code: Code, text: Texts) -> Code:
    return replace(code, id=CodeId(text("id")), name=text("name"))


class ProfileForm(TextsForm[Profile]):
    """Edits the texts of a profile.  Answers with the changed profile."""

    def __init__(
        self,
        title: str,
        profile: Profile,
        lost: Unsaved[Profile] | None = None,
        edit_outside: EditOutside | None = None,
    ) -> None:
        """Create it; `lost` is text that was typed before, and why it could not be saved."""
        shown = lost.value if lost else profile
        responsibilities = lines(profile.responsibilities), lines(shown.responsibilities)
        projects = lines(profile.projects), lines(shown.projects)
        fields = (
            Field("subtitle", "Subtitle", profile.subtitle, shown.subtitle),
            Field("definition", "Definition", profile.definition, shown.definition, 3),
            Field("responsibilities", "Core responsibilities, one on a line", *responsibilities, 2),
            Field("projects", "Typical projects, one on a line", *projects, 2),
            Field("evidence", "Evidence", profile.evidence, shown.evidence, 2),
        )
        super().__init__(title, profile, fields, _written_profile, lost.why if lost else "", edit_outside)


def _written_profile(profile: Profile, text: Texts) -> Profile:
    return replace(
        profile,
        subtitle=text("subtitle"),
        definition=text("definition"),
        responsibilities=from_lines(text("responsibilities"), profile.responsibilities),
        projects=from_lines(text("projects"), profile.projects),
        evidence=text("evidence"),
    )


class Spot(NamedTuple):
    """A section, or a group in it, that a code can belong to."""

    section: str
    group: str = ""


def spots(book: Codebook) -> list[Spot]:
    """Return every section followed by its groups, in codebook order."""
    return [
        spot
        for section in book.sections
        for spot in (Spot(section.id), *(Spot(section.id, one.id) for one in book.groups if one.section == section.id))
    ]


class NewCodeDialog(TextsForm[Code]):
    """Asks for a new code.  Answers with it."""

    DEFAULT_CSS = f"""
    NewCodeDialog {{
        & PlainRows {{ height: auto; max-height: {MOST_ROWS}; }}
    }}
    """

    def __init__(
        self,
        book: Codebook,
        code: Code,
        id_for: IdFor,
        lost: Unsaved[Code] | None = None,
        edit_outside: EditOutside | None = None,
    ) -> None:
        """Create it; `code` has what is known: a name that was typed, the section and group to start with."""
        shown = lost.value if lost else code
        fields = (
            Field("name", "Name", code.name, shown.name),
            Field("definition", "Definition", code.definition, shown.definition, 2),
        )
        super().__init__("New code", code, fields, self._new, lost.why if lost else "", edit_outside)
        self._book = book
        self._id_for = id_for
        self._spots = spots(book)
        self._shown = shown
        self._proposed = shown.id or id_for(shown.section, shown.group)

    def more(self, behind: str) -> Iterator[Widget]:
        """Return the choice of section and group, and the id."""
        if behind == "name":
            yield Static("Section or group", classes="asked")
            yield PlainRows(id="spots")
            yield Static("Id", classes="asked")
            yield Input(one_line(self._proposed), id="id", compact=True, select_on_focus=False)

    def begin(self) -> None:
        """Focus what is not known yet: the name, else the section."""
        here = Spot(self._shown.section, self._shown.group)
        places = (place for place, spot in enumerate(self._spots) if spot == here)
        self._rows.show(spot_rows(self._book, self._spots), next(places, 0))
        self.call_after_refresh(self._rows.show_cursor)
        (self._rows if self._shown.name else self.query_one("#name", Input)).focus()

    def on_key(self, event: events.Key) -> None:
        """Report letters typed into the list of sections, which ignores them."""
        if self._rows.has_focus and event.is_printable:
            event.stop()
            self.say(IS_LIST)

    @property
    def _rows(self) -> PlainRows:
        return self.query_one("#spots", PlainRows)

    @property
    def spot(self) -> Spot:
        """Return the chosen section and group."""
        return self._spots[self._rows.cursor]

    def _new(self, code: Code, text: Texts) -> Code:
        name, definition = text("name"), text("definition")
        id_, spot = CodeId(self.field("id")), self.spot
        return replace(code, id=id_, name=name, section=spot.section, group=spot.group, definition=definition)

    def trouble(self, answer: Code) -> str:
        """Return why it cannot be saved: no name, or an id in use."""
        if not answer.id:
            return "A code needs an id."
        other = next((one for one in self._book.codes if one.id == answer.id), None)
        if other is not None:
            return f"{answer.id} is “{brief(other.name, 40)}” already: write another id."
        same = next((one for one in self._book.codes if one.name.casefold() == answer.name.casefold()), None)
        return f"{same.id} is called so already: write another name." if same else nameless(answer)

    @on(RowList.RowHighlighted)
    def _moved(self, event: RowList.RowHighlighted) -> None:
        """Suggest an id for the new section, unless the coder typed one."""
        event.stop()
        field = self.query_one("#id", Input)
        if field.value == one_line(self._proposed):
            self._proposed = self._id_for(*self.spot)
            field.value = one_line(self._proposed)

    @on(RowList.RowSelected)
    def _taken(self, event: RowList.RowSelected) -> None:
        event.stop()
        self.focus_next()


def spot_rows(book: Codebook, places: Sequence[Spot]) -> list[Row]:
    """Return a row for each section, and indented below it its groups."""
    titles = {group.id: group.title for group in book.groups}
    hues = section_hues(book)
    sections = {section.id: section for section in book.sections}
    rows: list[Row] = []
    for spot in places:
        if spot.group:
            rows.append(Row((Part("  "), Part(brief(titles[spot.group], 200)))))
        else:
            section = sections[spot.section]
            rows.append(Row((Part(f"{section.key} ", "hue", hues[section.id]), Part(brief(section.title, 200)))))
    return rows

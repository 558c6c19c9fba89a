"""Forms for the texts of codes and profiles, for a new code, and for renaming one.

A form has several texts, on one line or on several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.model import Code, Codebook, CodeId, Profile
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import EditDialog, EditOutside
from codetui.tui.themes import section_hues
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, brief, one_line

IdFor = Callable[[str, str], str]
"""The id that is proposed in a section and a group (empty: none)."""

Edited = TypeVar("Edited", bound=Code | Profile)

NAMELESS = "A code needs a name."
IS_LIST = "This is a list: ↑↓ select the section or group, Tab goes on to the texts."


class Field(NamedTuple):
    """One field: the attribute that it edits, its title, and its least number of rows; 0 is a field on one line."""

    name: str
    title: str
    rows: int = 0


class TextsForm(EditDialog[Edited]):
    """Edits the texts of a code or a profile.  Answers with the changed value."""

    BINDINGS: ClassVar[list[BindingType]] = [EditDialog.EDITOR]

    FIELDS: ClassVar[tuple[Field, ...]]
    FIRST: ClassVar[str] = "definition"
    """The field with the cursor at first."""

    def __init__(
        self,
        title: str,
        original: Edited,
        lost: Unsaved[Edited] | None = None,
        edit_outside: EditOutside | None = None,
        hold: Callable[[Edited], None] = lambda _: None,
    ) -> None:
        """Create it; `lost` was typed before and could not be saved.

        `hold` is called when the program ends, with edits that cannot be saved as they are.
        """
        super().__init__(title, lost.why if lost else "", edit_outside)
        self._original = original
        self._written_before = lost.value if lost else original
        self._hold = hold
        self._loaded: tuple[str, ...] = ()

    # --- for subclasses -------------------------------------------------------------------------------

    def written(self) -> Edited:
        """Return the value with the texts of the fields."""
        raise NotImplementedError

    def trouble(self, answer: Edited) -> str:  # noqa: ARG002
        """Return why it cannot be saved; empty if it can."""
        return ""

    def more(self, behind: str) -> Iterator[Widget]:  # noqa: ARG002
        """Yield further widgets after the field `behind`."""
        yield from ()

    # --- the fields -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Yield the line for warnings, then the fields."""
        has_areas = any(field.rows for field in self.FIELDS)
        editor = " · Ctrl+E: your editor" if self._edit_outside and has_areas else ""
        with self.frame(self._title, f"Ctrl+S: save · Tab, Enter: next{editor} · Esc: cancel"):
            yield self.hint()
            with VerticalScroll(id="fields", can_focus=False):
                for field in self.FIELDS:
                    yield Static(field.title, classes="asked")
                    yield _widget(field, _shown(self._written_before, field.name))
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
        original, widget = _shown(self._original, name), self.query_one(f"#{name}")
        if not isinstance(widget, TextArea):
            line = self.field(name)
            return original if line == one_line(original).strip() else line
        text = widget.text.strip("\n")
        return original if text == sanitize(original).strip("\n") else text

    def lines(self, name: str, before: tuple[str, ...]) -> tuple[str, ...]:
        """Return the texts of a field's lines; unchanged ones come back exactly as they were `before`."""
        known = {" ".join(one.split()): one for one in before}
        written = (" ".join(line.split()) for line in self.text(name).splitlines())
        return tuple(known.get(line, line) for line in dict.fromkeys(written) if line)

    def texts(self) -> tuple[str, ...]:
        """Return all texts, to see whether they changed."""
        return tuple(self.text(field.name) for field in self.FIELDS)

    @property
    def is_changed(self) -> bool:
        """Return whether anything was edited."""
        return self.texts() != self._loaded

    # --- keys -----------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Answer with the value, or with None if it is unchanged."""
        answer = self.written()
        trouble = self.trouble(answer)
        if trouble:
            self.say(trouble)
        else:
            self.dismiss(answer if answer != self._original else None)

    def keep(self) -> None:
        """Answer with the edits before the program ends, or hold what cannot be saved."""
        answer = self.written()
        if self.is_changed and self.trouble(answer):
            self._hold(answer)
        else:
            self.dismiss(answer if self.is_changed else None)

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.focus_next()


def _shown(value: Code | Profile, name: str) -> str:
    """Return what a field shows of an attribute: a text, or several on a line each."""
    content: str | tuple[str, ...] = getattr(value, name)
    return content if isinstance(content, str) else "\n".join(" ".join(text.split()) for text in content)


def _widget(field: Field, text: str) -> Input | TextArea:
    if not field.rows:
        return Input(one_line(text), id=field.name, compact=True, select_on_focus=False)
    area = TextArea(sanitize(text), id=field.name, soft_wrap=True, compact=True, tab_behavior="focus")
    area.styles.min_height = field.rows
    return area


class CodeForm(TextsForm[Code]):
    """Edits the texts of a code.  Answers with the changed code."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("name", "Name"),
        Field("definition", "Definition", 3),
        Field("include", "Include", 2),
        Field("exclude", "Exclude", 2),
        Field("examples", "Examples, one per line", 2),
    )

    def written(self) -> Code:
        """Return the code with the texts of the fields."""
        return replace(
            self._original,
            name=self.text("name"),
            definition=self.text("definition"),
            include=self.text("include"),
            exclude=self.text("exclude"),
            examples=self.lines("examples", self._original.examples),
        )

    def trouble(self, answer: Code) -> str:
        """Return why the code cannot be saved: it has no name."""
        return NAMELESS if not answer.name else ""


class RenameForm(TextsForm[Code]):
    """Edits id and name of a code.  Answers with the changed code."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("id", "Id"), Field("name", "Name"))
    FIRST: ClassVar[str] = "id"

    def __init__(self, book: Codebook, code: Code, title: str) -> None:
        super().__init__(title, code)
        self._book = book

    def written(self) -> Code:
        """Return the code with its new id and name."""
        return replace(self._original, id=CodeId(self.text("id")), name=self.text("name"))

    def trouble(self, answer: Code) -> str:
        """Return why it cannot be saved: no id, an id in use, or no name."""
        if not (answer.id and answer.name):
            return "A code needs an id and a name."
        other = next((one for one in self._book.codes if one.id == answer.id != self._original.id), None)
        return (
            f"{answer.id} is already the id of “{other.name}”: write another id, or merge the two (m)." if other else ""
        )


class ProfileForm(TextsForm[Profile]):
    """Edits the texts of a profile.  Answers with the changed profile."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("subtitle", "Subtitle"),
        Field("definition", "Definition", 3),
        Field("responsibilities", "Core responsibilities, one per line", 2),
        Field("projects", "Typical projects, one per line", 2),
        Field("evidence", "Evidence", 2),
    )

    def written(self) -> Profile:
        """Return the profile with the texts of the fields."""
        return replace(
            self._original,
            subtitle=self.text("subtitle"),
            definition=self.text("definition"),
            responsibilities=self.lines("responsibilities", self._original.responsibilities),
            projects=self.lines("projects", self._original.projects),
            evidence=self.text("evidence"),
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

    FIELDS: ClassVar[tuple[Field, ...]] = (Field("name", "Name"), Field("definition", "Definition", 2))

    def __init__(
        self,
        book: Codebook,
        code: Code,
        id_for: IdFor,
        lost: Unsaved[Code] | None = None,
        edit_outside: EditOutside | None = None,
        hold: Callable[[Code], None] = lambda _: None,
    ) -> None:
        """Create it; `code` has what is known: a name that was typed, the section and group to start with."""
        super().__init__("New code", code, lost, edit_outside, hold)
        self._book = book
        self._id_for = id_for
        self._spots = spots(book)
        begun = self._written_before
        self._proposed = begun.id or id_for(begun.section, begun.group)

    def more(self, behind: str) -> Iterator[Widget]:
        """Return the choice of section and group, and the id."""
        if behind == "name":
            yield Static("Section or group", classes="asked")
            yield PlainRows(id="spots")
            yield Static("Id", classes="asked")
            yield Input(one_line(self._proposed), id="id", compact=True, select_on_focus=False)

    def begin(self) -> None:
        """Focus what is not known yet: the name, else the section."""
        here = Spot(self._written_before.section, self._written_before.group)
        places = (place for place, spot in enumerate(self._spots) if spot == here)
        self._rows.show(spot_rows(self._book, self._spots), next(places, 0))
        self.call_after_refresh(self._rows.show_cursor)
        (self._rows if self._written_before.name else self.query_one("#name", Input)).focus()

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

    def written(self) -> Code:
        """Return the new code."""
        name, definition = self.text("name"), self.text("definition")
        id_, spot = CodeId(self.field("id")), self.spot
        return replace(self._original, id=id_, name=name, section=spot.section, group=spot.group, definition=definition)

    def trouble(self, answer: Code) -> str:
        """Return why it cannot be saved: no name, or an id in use."""
        if not answer.id:
            return "A code needs an id."
        other = next((one for one in self._book.codes if one.id == answer.id), None)
        if other is not None:
            return f"{answer.id} is already the id of “{brief(other.name, 40)}”: write another id."
        same = next((one for one in self._book.codes if one.name.casefold() == answer.name.casefold()), None)
        return f"{same.id} already has this name: write another name." if same else NAMELESS if not answer.name else ""

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

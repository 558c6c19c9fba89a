"""Forms for the texts of codes and profiles, for a new code, and for renaming one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from textual import events, on
from textual.widget import Widget
from textual.widgets import Static

from codetui.model import Code, Codebook, CodeId, Profile
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.text import EditOutside, Field, TextsForm, fill, text_in
from codetui.tui.themes import section_hues
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, brief

IdFor = Callable[[str, str], str]
"""The id that is proposed in a section and a group (empty: none)."""

Edited = TypeVar("Edited", bound=Code | Profile)

Texts = TypeVar("Texts", str, tuple[str, ...])

IN_IDS = "._-+#:/&"
"""The characters in the id of a new code besides letters and digits."""

NAMELESS = "A code needs a name."
IS_LIST = "This is a list: ↑↓ select the section or group, Tab goes on to the texts."


class PartForm(TextsForm[Edited]):
    """Edits texts of a code or profile. Answers with the changed code or profile."""

    FIRST = "definition"

    def written(self) -> Edited:
        """Return the code or profile with the texts of the fields."""
        names, before = [field.name for field in self.FIELDS], self._original
        return replace(before, **{name: self._written_in(name, getattr(before, name)) for name in names})

    def _written_in(self, name: str, before: Texts) -> Texts:
        """Return the text of a field, or of each of its lines; unchanged texts are returned exactly as they were."""
        if isinstance(before, str):
            return self.text(name)
        known = {" ".join(one.split()): one for one in before}
        lines = (" ".join(line.split()) for line in self.text(name).splitlines())
        return tuple(known.get(line, line) for line in dict.fromkeys(lines) if line)


class CodeForm(PartForm[Code]):
    """Edits the texts of a code."""

    FIELDS = (
        Field("name", "Name"),
        Field("definition", "Definition", 3),
        Field("include", "Include", 2),
        Field("exclude", "Exclude", 2),
        Field("examples", "Examples, one per line", 2),
    )

    def trouble(self, answer: Code) -> str:
        """Return why the code cannot be saved: it has no name."""
        return NAMELESS if not answer.name else ""


class ProfileForm(PartForm[Profile]):
    """Edits the texts of a profile."""

    FIELDS = (
        Field("subtitle", "Subtitle"),
        Field("definition", "Definition", 3),
        Field("responsibilities", "Core responsibilities, one per line", 2),
        Field("projects", "Typical projects, one per line", 2),
        Field("evidence", "Evidence", 2),
    )


class RenameForm(PartForm[Code]):
    """Edits id and name of a code."""

    FIELDS = (Field("id", "Id"), Field("name", "Name"))
    FIRST = "id"

    def __init__(self, book: Codebook, code: Code, title: str) -> None:
        super().__init__(title, code)
        self._book = book

    def trouble(self, answer: Code) -> str:
        """Return why the new id and name cannot be saved: no id, an id in use, or no name."""
        if not (answer.id and answer.name):
            return "A code needs an id and a name."
        if answer.id != self._original.id and (strange := strange_id(answer.id)):
            return strange
        other = next((one for one in self._book.codes if one.id == answer.id != self._original.id), None)
        return f"{answer.id} is already the id of “{other.name}”: write another id, or merge the two." if other else ""


def strange_id(code_id: str) -> str:
    """Return why an id is refused: it has a character that ids do not have; else an empty text."""
    strange = next((one for one in code_id if not one.isalnum() and one not in IN_IDS), "")
    return (
        f"An id has letters, digits and {' '.join(IN_IDS)}, and no “{strange}”: write another one." if strange else ""
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


class NewCodeDialog(PartForm[Code]):
    """Asks for a new code. Answers with the code."""

    FIELDS = (Field("name", "Name"), Field("id", "Id"), Field("definition", "Definition", 2))
    ANSWERS_UNCHANGED = True

    def __init__(
        self,
        book: Codebook,
        code: Code,
        id_for: IdFor,
        lost: Unsaved[Code] | None = None,
        edit_outside: EditOutside | None = None,
        hold: Callable[[Code], None] = lambda _: None,
    ) -> None:
        """Create a dialog; `code` has the known values: a typed name, and the initial section and group."""
        proposed = replace(code, id=CodeId(code.id or id_for(code.section, code.group)))
        super().__init__("New code", proposed, lost, edit_outside, hold)
        self._book = book
        self._id_for = id_for
        self._spots = spots(book)
        self._rows = PlainRows(id="spots")
        here = Spot(self._written_before.section, self._written_before.group)
        self._rows.cursor = self._spots.index(here) if here in self._spots else 0

    def more(self, behind: str) -> Iterator[Widget]:
        """Yield the choice of section and group."""
        if behind == "name":
            yield Static("Section or group", classes="asked")
            yield self._rows

    def begin(self) -> None:
        """Focus the first missing value: the name, else the section."""
        self._rows.show(spot_rows(self._book, self._spots), self._rows.cursor)
        self.call_after_refresh(self._rows.show_cursor)
        (self._rows if self._written_before.name else self._fields["name"]).focus()

    def on_key(self, event: events.Key) -> None:
        """Report letters typed into the list of sections, where they have no effect."""
        if self._rows.has_focus and event.is_printable:
            event.stop()
            self.say(IS_LIST)

    @property
    def spot(self) -> Spot:
        """The chosen section and group."""
        return self._spots[self._rows.cursor]

    def written(self) -> Code:
        """Return the new code."""
        return replace(super().written(), section=self.spot.section, group=self.spot.group)

    def trouble(self, answer: Code) -> str:
        """Return why the code cannot be saved: no name, or an id in use."""
        if not answer.id:
            return "A code needs an id."
        if strange := strange_id(answer.id):
            return strange
        other = next((one for one in self._book.codes if one.id == answer.id), None)
        if other is not None:
            return f"{answer.id} is already the id of “{brief(other.name, 40)}”: write another id."
        same = next((one for one in self._book.codes if one.name.casefold() == answer.name.casefold()), None)
        return f"{same.id} already has this name: write another name." if same else NAMELESS if not answer.name else ""

    @on(RowList.RowHighlighted)
    def _moved(self, event: RowList.RowHighlighted) -> None:
        """Suggest an id for the new section, unless the coder typed one."""
        event.stop()
        if self.text("id") == self._original.id:
            self._original = replace(self._original, id=CodeId(self._id_for(*self.spot)))
            fill(self._fields["id"], self._original.id)
            self._loaded["id"] = text_in(self._fields["id"])

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

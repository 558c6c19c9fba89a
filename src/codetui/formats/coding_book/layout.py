"""How each element of a coding book is written: headings, fields, bullets, and comments where these will not do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from codetui.formats.codebook_writer import Fields
from codetui.formats.coding_book.comments import comment, region
from codetui.formats.coding_book.elements import Element
from codetui.formats.coding_book.labels import IS_WORD_ID

BEGINS_LIST = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
HEADING = re.compile(r"#{1,6} \S.*")
PROFILE_LEVEL = 3
LOWEST = 6
NOTHING = ("", (), False)

ENGLISH = {
    "definition": "Definition",
    "responsibilities": "Core Responsibilities",
    "projects": "Typical Projects",
    "evidence": "Evidence Profile",
    "include": "Include",
    "exclude": "Exclude",
    "phrases": "Example Phrases",
    "terms": "Examples",
    "confused_with": "Not to be confused with",
    "found_in": "Found in",
    "retired": "Retired",
    "yes": "yes",
    "for example": "e.g.,",
    "and so on": "etc.",
    "profiles": "Profiles",
}
DUTCH = {
    "definition": "Definitie",
    "responsibilities": "Kerntaken",
    "projects": "Typische projecten",
    "evidence": "Bewijsprofiel",
    "include": "Insluiten",
    "exclude": "Uitsluiten",
    "phrases": "Voorbeeldzinnen",
    "terms": "Voorbeelden",
    "confused_with": "Niet te verwarren met",
    "found_in": "Gevonden in",
    "retired": "Vervallen",
    "yes": "ja",
    "for example": "bijv.",
    "and so on": "enz.",
    "profiles": "Profielen",
}


@dataclass(slots=True)
class Need:
    """What an element needs besides plain markdown.

    `facts` are the fields that a comment has to give; `is_forced` where the comment has to say what the element is;
    `is_armed` where its words would be read as something else, and the comment gives them all.
    """

    facts: set[str] = field(default_factory=set)
    is_forced: bool = False
    is_armed: bool = False


class Layout:
    """Writes the elements of one book."""

    def __init__(self, language: str, labels: Mapping[str, str]) -> None:
        """`labels` are those of all codes by id."""
        self.names = DUTCH if language == "nl" else ENGLISH
        self._labels = labels

    def profile(self, element: Element, need: Need) -> str:
        """A profile under its heading."""
        subtitle = element.text("subtitle")
        heading = f"{element.text('id')}. `{element.text('name')}`" + (f" ({subtitle})" if subtitle else "")
        names = ("definition", "responsibilities", "projects", "evidence")
        return _headed(PROFILE_LEVEL, heading, element, need, [self._field(element, name) for name in names])

    def code(self, element: Element, need: Need, level: int, *, are_terms: bool) -> str:
        """A code under a heading of its own."""
        confused = ", ".join(self._labels.get(id_, id_) for id_ in element.texts("confused_with"))
        fields = [
            *(self._field(element, name) for name in ("definition", "include", "exclude")),
            self._examples(element, are_terms=are_terms),
            f"- **{self.names['confused_with']}:** {confused}" if confused else "",
            *(self._field(element, name) for name in ("found_in", "retired")),
        ]
        return _headed(level, self._labels[element.text("id")], element, need, fields)

    def bullet(self, element: Element, need: Need) -> str:
        """A code as an entry of a list: its label with its definition, or with its examples in brackets."""
        label = self._labels[element.text("id")]
        examples, definition = element.texts("examples"), element.text("definition")
        if examples:
            line = f"- `{label}` ({self.names['for example']} {', '.join(examples)}, {self.names['and so on']})"
        else:
            line = f"- **`{label}`**" + (f": {definition}" if definition else "")
        said = comment_for(element, need)
        return f"{line}\n{_indented(said)}" if said else line

    def _field(self, element: Element, name: str) -> str:
        """A field as an entry of a list; empty where the element has none."""
        value = element.fields.get(name, "")
        if value in NOTHING:
            return ""
        named = f"- **{self.names[name]}:**"
        if value is True:
            return f"{named} {self.names['yes']}"
        if isinstance(value, tuple):
            return "\n".join([named, *(f"  - {entry}" for entry in value)])
        told = _indented(str(value))
        return f"{named}\n{told}" if BEGINS_LIST.match(told) else f"{named} {told.lstrip()}"

    def _examples(self, element: Element, *, are_terms: bool) -> str:
        examples = element.texts("examples")
        if not examples:
            return ""
        if are_terms:
            return f"- **{self.names['terms']}:** {', '.join(f'`{entry}`' for entry in examples)}"
        return "\n".join([f"- **{self.names['phrases']}:**", *(f'  - "{entry}"' for entry in examples)])


def comment_for(element: Element, need: Need) -> str:
    """The comment that an element needs; empty where it needs none."""
    names = element.fields.keys() - {"section", "group"} if need.is_armed else need.facts
    fields: Fields = {name: value for name, value in element.fields.items() if name in names}
    return comment(element.kind, fields) if fields or need.is_forced or need.is_armed else ""


def section_level(element: Element) -> int:
    """The level of a section's heading."""
    heading = element.text("heading")
    return heading.index(" ") if HEADING.fullmatch(heading) else 2


def section(element: Element, need: Need) -> str:
    """The heading of a section, with its definition."""
    heading = element.text("heading")
    title = heading.partition(" ")[2] if HEADING.fullmatch(heading) else heading or element.text("title")
    level = 2 if need.is_armed else section_level(element)
    return _headed(level, title, element, need, [element.text("definition")])


def group(element: Element, need: Need, level: int) -> str:
    """The heading of a group, with its definition."""
    return _headed(level, element.text("title"), element, need, [element.text("definition")])


def fits_bullet(element: Element) -> bool:
    """Whether a code can be an entry: an id such as `TASK1`, a definition of one line or examples, and nothing else."""
    if not IS_WORD_ID.fullmatch(element.text("id")):
        return False
    used = {name for name, value in element.fields.items() if value not in NOTHING}
    others = used - {"id", "name", "section", "key"}
    return (others <= {"definition"} and "\n" not in element.text("definition")) or others == {"examples"}


def text(element: Element, need: Need, level: int) -> str:
    """A text under its heading, or without one; between comments where it would not read back from there."""
    title, body = element.text("title"), element.text("body")
    if need.is_forced or need.is_armed or level > LOWEST:
        name = "before" if element.text("before") or not element.text("after") else "after"
        return region({name: element.text(name)}, title, body)
    return "\n\n".join(filter(None, (f"{'#' * level} {title}" if title else "", body)))


def escaped(text: str) -> str:
    """Text on one line that markdown shows as it is and reads as nothing."""
    return PUNCTUATION.sub(r"\\\1", " ".join(text.split()))


def _headed(level: int, heading: str, element: Element, need: Need, below: list[str]) -> str:
    """A heading, the comment, and what stands below: fields, or of an armed element its words without any meaning."""
    between = "\n"
    if need.is_armed:
        heading, below, between = escaped(heading), [escaped(each) for each in below], "\n\n"
    told = between.join(filter(None, below))
    return "\n\n".join(filter(None, (f"{'#' * min(level, LOWEST)} {heading}", comment_for(element, need), told)))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))

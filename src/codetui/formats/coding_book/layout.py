"""How each element of a coding book is written: headings, fields, bullets, and comments where these will not do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from codetui.core.codebook import label_from
from codetui.formats.codebook_writer import Fields
from codetui.formats.coding_book.comments import comment, region
from codetui.formats.coding_book.elements import Element

BEGINS_LIST = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
HEADING = re.compile(r"#{1,6} \S.*")
PROFILE_LEVEL = 3
LOWEST = 6
FIELD_NAMES = {
    "definition": "Definition",
    "responsibilities": "Core Responsibilities",
    "projects": "Typical Projects",
    "evidence": "Evidence Profile",
    "include": "Include",
    "exclude": "Exclude",
    "confused_with": "Not to be confused with",
    "found_in": "Found in",
    "retired": "Retired",
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


def comment_for(element: Element, need: Need) -> str:
    """The comment that an element needs; empty where it needs none."""
    names = element.fields.keys() - {"section", "group"} if need.is_armed else need.facts
    fields: Fields = {name: value for name, value in element.fields.items() if name in names}
    return comment(element.kind, fields) if fields or need.is_forced or need.is_armed else ""


def profile(element: Element, need: Need) -> str:
    """A profile under its heading."""
    subtitle = element.text("subtitle")
    heading = f"{element.text('id')}. `{element.text('name')}`" + (f" ({subtitle})" if subtitle else "")
    names = ("definition", "responsibilities", "projects", "evidence")
    return _headed(PROFILE_LEVEL, heading, element, need, [_field(element, name) for name in names])


def section_level(element: Element) -> int:
    """The level of a section's heading."""
    heading = element.text("heading")
    return heading.index(" ") if HEADING.fullmatch(heading) else 2


def section(element: Element, need: Need) -> str:
    """The heading of a section, with its definition."""
    heading = element.text("heading")
    title = heading.partition(" ")[2] if HEADING.fullmatch(heading) else heading or element.text("title")
    level = 2 if need.is_armed else section_level(element)
    return _headed(level, title, element, need, [element.text("definition")], between="\n\n")


def group(element: Element, need: Need, level: int) -> str:
    """The heading of a group, with its definition."""
    return _headed(level, element.text("title"), element, need, [element.text("definition")], between="\n\n")


def code(element: Element, need: Need, level: int, pattern: str, *, are_terms: bool) -> str:
    """A code under a heading of its own."""
    fields = [
        *(_field(element, name) for name in ("definition", "include", "exclude")),
        _examples(element, are_terms=are_terms),
        *(_field(element, name) for name in ("confused_with", "found_in", "retired")),
    ]
    return _headed(level, label_from(pattern, element.text("id"), element.text("name")), element, need, fields)


def bullet(element: Element, need: Need, pattern: str) -> str:
    """A code as an entry of a list: its label with its definition, or with its examples in brackets."""
    label = label_from(pattern, element.text("id"), element.text("name"))
    examples, definition = element.texts("examples"), element.text("definition")
    if examples:
        line = f"- `{label}` (e.g., {', '.join(examples)}, etc.)"
    else:
        line = f"- **`{label}`**" + (f": {definition}" if definition else "")
    said = comment_for(element, need)
    return f"{line}\n{_indented(said)}" if said else line


def fits_bullet(element: Element) -> bool:
    """Whether a code can be an entry: a definition of one line, or examples, and nothing else."""
    used = {name for name, value in element.fields.items() if value not in ("", (), False)}
    others = used - {"id", "name", "section", "key"}
    return (others <= {"definition"} and "\n" not in element.text("definition")) or others == {"examples"}


def text(element: Element, need: Need, level: int) -> str:
    """A text under its heading, or without one; between comments where it would not read back from there."""
    title, body = element.text("title"), element.text("body")
    if need.is_forced or need.is_armed or level > LOWEST:
        name = "before" if element.text("before") or not element.text("after") else "after"
        return region({name: element.text(name)}, title, body)
    return "\n\n".join(filter(None, (f"{'#' * level} {title}" if title else "", body)))


def _headed(level: int, heading: str, element: Element, need: Need, below: list[str], *, between: str = "\n") -> str:
    """A heading, the comment, and what stands below: fields, or of an armed element its words without any meaning."""
    if need.is_armed:
        heading = escaped(heading)
        below = list(filter(None, map(escaped, below)))
        between = "\n\n"
    told = between.join(filter(None, below))
    return "\n\n".join(filter(None, (f"{'#' * min(level, LOWEST)} {heading}", comment_for(element, need), told)))


def _field(element: Element, name: str) -> str:
    """A field as an entry of a list; empty where the element has none."""
    value = element.fields.get(name, "")
    if value in ("", (), False):
        return ""
    named = f"- **{FIELD_NAMES[name]}:**"
    if value is True:
        return f"{named} yes"
    if isinstance(value, tuple):
        if name == "confused_with":
            return f"{named} {', '.join(value)}"
        return "\n".join([named, *(f"  - {entry}" for entry in value)])
    return named + (
        "\n" + _indented(str(value)) if BEGINS_LIST.match(str(value)) else " " + _indented(str(value)).lstrip()
    )


def _examples(element: Element, *, are_terms: bool) -> str:
    examples = element.texts("examples")
    if not examples:
        return ""
    if are_terms:
        return f"- **Examples:** {', '.join(f'`{entry}`' for entry in examples)}"
    return "\n".join(["- **Example Phrases:**", *(f'  - "{entry}"' for entry in examples)])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def escaped(text: str) -> str:
    """Text on one line that markdown shows as it is and reads as nothing."""
    return PUNCTUATION.sub(r"\\\1", " ".join(text.split()))

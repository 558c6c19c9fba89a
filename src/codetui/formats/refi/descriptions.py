"""A part of a codebook as one description, for programs that have nothing else: the definition, then `Include: …`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from codetui.core.codebook.keys import slug
from codetui.formats.codebook.writer import ATTRIBUTES
from codetui.formats.coding_book.vocabulary import LIST_FIELDS, WRITTEN, code_label, field_key
from codetui.model import Code, Codebook, Group, Section

FIELDS = ("include", "exclude", "examples", "confused_with", "found_in", "retired")
LABELLED = re.compile(r"(?P<name>[^\W\d_][^:\n]{0,60}):(?:[ \t]+(?P<text>.*))?")
"""A line that begins with the name of a field."""

BULLET = re.compile(r"\s*[-*•–]\s+")
ID, HOLDS = "Id", "Holds"


class Described(NamedTuple):
    """The fields in a description, lists as tuples; `id` and `holds` are empty if it does not have them."""

    fields: Mapping[str, str | tuple[str, ...]]
    id: str = ""
    holds: str = ""


def describe(part: Code | Group | Section, book: Codebook, *, is_id_shown: bool) -> str:
    """Return a part's definition and, below it, its other fields with their names; `parse_description` reads it."""
    lines = [_written(WRITTEN["definition"][book.language == "nl"], part.definition)] if part.definition else []
    for name in FIELDS if isinstance(part, Code) else ():
        value = getattr(part, ATTRIBUTES.get(name, name))
        label = WRITTEN["terms" if name == "examples" else name][book.language == "nl"]
        if isinstance(value, bool):
            lines += [f"{label}: {WRITTEN['yes'][book.language == 'nl']}"] if value else []
        elif isinstance(value, tuple):
            lines += ["\n".join([f"{label}:", *(f"- {each}" for each in value)])] if value else []
        elif value:
            lines.append(f"{label}: {_protected(value)}")
    if isinstance(part, Section) and part.holds == "terms":
        lines.append(f"{HOLDS}: {part.holds}")
    if is_id_shown:
        lines.append(f"{ID}: {part.id}")
    return "\n\n".join(lines)


def parse_description(text: str) -> Described:
    """Return the fields in a description; what precedes the first name of a field is the definition."""
    found: dict[str, list[str]] = {"definition": []}
    key = "definition"
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        known, rest = _label(line)
        if known:
            key, line = known, rest
        elif line.startswith(" ") and _label(line[1:])[0]:
            line = line[1:]
        found.setdefault(key, []).append(line)
    own = {name: "\n".join(found.pop(name, ())).strip() for name in (ID, HOLDS)}
    fields = {name: _listed(lines) if name in LISTS else "\n".join(lines).strip() for name, lines in found.items()}
    return Described({name: value for name, value in fields.items() if value}, own[ID], own[HOLDS])


def _label(line: str) -> tuple[str, str]:
    """Return the field that a line begins with the name of, and the rest of the line; no field if there is none."""
    labelled = LABELLED.fullmatch(line)
    name = labelled["name"].strip() if labelled else ""
    known = name if name in (ID, HOLDS) else field_key(name) if name else None
    return (known, labelled["text"] or "") if known and labelled else ("", line)


def _written(label: str, text: str) -> str:
    """Return a text below no label, or with its own one if it begins like another field."""
    return f"{label}: {_protected(text)}" if _label(text.split("\n")[0])[0] else _protected(text)


def _protected(text: str) -> str:
    """Return a text in which no line but the first begins with the name of a field: a blank precedes it there."""
    first, *others = text.split("\n")
    return "\n".join([first, *(f" {line}" if _label(line)[0] else line for line in others)])


LISTS = LIST_FIELDS | {"confused_with"}


def _listed(lines: list[str]) -> tuple[str, ...]:
    """Return the entries of a list: a line or a bullet each; a line without a bullet continues the entry above it."""
    entries: list[str] = []
    has_bullets = any(map(BULLET.match, lines))
    for line in lines:
        bullet = BULLET.match(line)
        if entries and has_bullets and not bullet and line.strip():
            entries[-1] += f"\n{line}"
        elif line.strip():
            entries.append(line[bullet.end() if bullet else 0 :].strip())
    return tuple(entries)


# --- labels -------------------------------------------------------------------------------------------


def split_label(label: str) -> tuple[str, str]:
    """Return the id and the name in a label, `TASK1: Modeling` or `1.A.2. Models`; the id is empty if there is none."""
    found = code_label(label, is_heading=True)
    if found is None or not found.name or found.id.isdigit():
        return "", label
    is_whole = re.fullmatch(rf"{re.escape(found.id)}[:.] {re.escape(found.name)}", label)
    return (found.id, found.name) if is_whole else ("", label)


def name_in(label: str, id_: str) -> str:
    """Return the name in a label whose id is known."""
    rest = label.removeprefix(id_).lstrip(":.) ") if id_ and label.startswith(id_) else ""
    return rest or label


def is_read_as(label: str, id_: str, name: str) -> bool:
    """Return whether a label alone is read as this id and name."""
    found, own = split_label(label)
    return (found or slug(own), own) == (id_, name)

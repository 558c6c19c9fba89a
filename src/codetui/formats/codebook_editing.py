"""A codebook.toml changed part by part: `set_field(text, Part("code", "T1"), "name", "Lighting") -> text`.

What people wrote stays, see `toml_editing`.  A change that would give the codebook an error it did not have is
refused with EditError, in the words in which the check would report it.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields

from codetui.core.codebook.diff import Part, PartKind
from codetui.formats import codebook_toml
from codetui.formats.codebook_parts import PartsReader
from codetui.formats.prose import joined_lines
from codetui.formats.toml_editing import EditError, add_table, append_entry, parsed, remove_value, set_value
from codetui.formats.toml_lines import Place
from codetui.formats.toml_spans import TomlSpans
from codetui.formats.toml_strings import LONGEST_LINE, Value
from codetui.formats.toml_tables import Sheet
from codetui.model import Code

FIELDS: dict[PartKind, tuple[str, ...]] = {
    "profile": ("id", "name", "subtitle", "definition", "responsibilities", "projects", "evidence"),
    "section": ("id", "title", "holds", "key", "heading", "definition"),
    "group": ("id", "section", "title", "definition"),
    "code": (
        "id",
        "name",
        "section",
        "group",
        "key",
        "definition",
        "include",
        "exclude",
        "examples",
        "confused_with",
        "found_in",
        "retired",
    ),
}
"""The fields of each part in the order in which a table has them."""

PROSE = frozenset(("definition", "include", "exclude", "evidence"))
SHORTEST_PROSE = 90
"""Code points of a text from which on it gets lines of its own between three quotes."""

LINE_NUMBER = re.compile(r"\bline \d+")


def set_field(text: str, part: Part, field: str, value: Value) -> str:
    """The codebook with one field of a part set; an empty text, an empty list and False take the field away."""
    known = FIELDS[part.kind]
    if field not in known:
        raise EditError(f"a {part.kind} has no field {field}; it has {', '.join(known)}")
    place = place_of(text, part)
    if value in ("", (), False):
        return sound(text, remove_value(text, place, field))
    before = known[: known.index(field)]
    return sound(text, set_value(text, place, field, _laid_out(text, field, value), after=before))


def append_example(text: str, code_id: str, example: str) -> str:
    """The codebook with one more example of a code, on one line; one that the code has already is not written twice."""
    place = place_of(text, Part("code", code_id))
    example = " ".join(example.split())
    if not example or any(code.id == code_id and example in code.examples for code in _parts(text).codes):
        return text
    before = FIELDS["code"][: FIELDS["code"].index("examples")]
    return sound(text, append_entry(text, place, "examples", example, after=before))


def move_code(text: str, code_id: str, section: str, group: str = "") -> str:
    """The codebook with a code in another section or group; its table stays where it stands in the file."""
    place = place_of(text, Part("code", code_id))
    stays, goes, value = ("group", "section", group) if group else ("section", "group", section)
    moved = set_value(text, place, stays, value, after=("id", "name"))
    return sound(text, remove_value(moved, place, goes))


def add_code(text: str, code: Code) -> str:
    """The codebook with one more code, behind the last code of its group, or of its section."""
    parts = _parts(text)
    same = [each.id for each in parts.codes if (each.section, each.group) == (code.section, code.group)]
    near = [each.id for each in parts.codes if each.section == code.section]
    behind = _last_of(parts, "code", same) or _last_of(parts, "code", near)
    behind = behind or _last_of(parts, "group", [code.group]) or _last_of(parts, "section", [code.section])
    values = {
        "retired" if field.name == "is_retired" else field.name: getattr(code, field.name) for field in fields(code)
    }
    values["section"] = "" if code.group else code.section
    filled = [(name, _laid_out(text, name, values[name])) for name in values if values[name]]
    return sound(text, add_table(text, "code", filled, behind))


def place_of(text: str, part: Part) -> Place:
    """Where the table of a part stands; raises EditError where the codebook has no such part."""
    parts = _parts(text)
    table = parts.tables.get(part)
    if table is None and part.kind == "profile":
        name = next((each.name for each in parts.profiles if each.id == part.id), "")
        table = parts.tables.get(("profile name", name))
    if table is None:
        raise EditError(f"the codebook has no {part.kind} {part.id} any more; nothing is changed")
    return table.place


def _parts(text: str) -> PartsReader:
    sheet, parts = Sheet(""), PartsReader()
    parsed(text)
    top = sheet.parse(text)
    if top is None:
        raise EditError(f"{sheet.problems[0].message}; nothing is changed: mend it first")
    parts.read(top)
    return parts


def _last_of(parts: PartsReader, kind: PartKind, ids: Iterable[str]) -> Place | None:
    """The last table, in the order of the file, of the parts with these ids."""
    tables = (parts.tables.get((kind, id_)) for id_ in ids)
    places = [table.place for table in tables if table is not None]
    return max(places, key=lambda place: (isinstance(place[-1], int), place[-1]), default=None)


def _laid_out(text: str, field: str, value: Value) -> Value:
    """A value as the file writes it: prose that is long, or has lines of its own, broken as the file breaks it."""
    if not isinstance(value, str) or field not in PROSE:
        return value
    value = value.strip("\n")
    if "\n" not in value and len(value) <= SHORTEST_PROSE:
        return value
    width = _width(text)
    broken = "\n".join(_wrapped(line, width) for line in value.split("\n")) if width else value
    return (broken if joined_lines(broken) == joined_lines(value) else value) + "\n"


def _wrapped(line: str, width: int) -> str:
    return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) if line.strip() else ""


def _width(text: str) -> int:
    """The longest line of the file's long texts, in code points; 0 where they are not broken at all."""
    spans = TomlSpans(text)
    long = [text[each.value.start : each.value.end] for each in spans.assignments]
    lines = [line for each in long if each.startswith(('"""', "'''")) for line in each.splitlines()]
    width = max(map(len, lines), default=LONGEST_LINE)
    return 0 if width > LONGEST_LINE + 10 else max(width, 60)


def sound(before: str, after: str) -> str:
    """The text after a change, if it has no error that was not there before."""
    standing = Counter(LINE_NUMBER.sub("", message) for message in _errors(before))
    for message in _errors(after):
        without_line = LINE_NUMBER.sub("", message)
        if not standing[without_line]:
            raise EditError(f"not changed: {message}")
        standing[without_line] -= 1
    return after


def _errors(text: str) -> list[str]:
    """The errors of a codebook; those that speak of the whole file come last, as they follow from others."""
    _, problems = codebook_toml.read(text, "")
    errors = [each for each in problems if each.severity == "error"]
    return [each.message for each in sorted(errors, key=lambda error: error.line == 0)]

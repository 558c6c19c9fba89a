"""A codebook.toml changed part by part: `set_field(text, Part("code", "T1"), "name", "Lighting") -> text`.

What people wrote stays, see `toml_editing`.  A change that would give the codebook an error it did not have is
refused with EditError, in the words in which the check would report it.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace

from codetui.core.codebook.diff import Part, PartKind
from codetui.core.codebook.index import code_of
from codetui.core.codebook.keys import with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split
from codetui.formats.codebook.reader import PartsReader, parse_codebook
from codetui.formats.toml.edit import EditError, add_table, append_entry, parsed, remove_value, set_value
from codetui.formats.toml.prose import joined_lines
from codetui.formats.toml.scan import Place, TomlSpans
from codetui.formats.toml.strings import LONGEST_LINE, Value
from codetui.formats.toml.tables import Sheet
from codetui.model import Code, Codebook, CodeId, Profile

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
    _, problems = parse_codebook(text, "")
    errors = [each for each in problems if each.severity == "error"]
    return [each.message for each in sorted(errors, key=lambda error: error.line == 0)]


CODE_TEXTS = ("name", "definition", "include", "exclude", "examples")
PROFILE_TEXTS = ("subtitle", "definition", "responsibilities", "projects", "evidence")


def with_texts(text: str, known: Code | Profile, changed: Code | Profile) -> str:
    """The codebook with the texts of `changed` where they differ from those of `known`, which must stand there.

    Raises EditError, with what stands there now, where somebody else has changed one of them meanwhile.
    """
    is_code = isinstance(known, Code)
    names = CODE_TEXTS if is_code else PROFILE_TEXTS
    standing = _standing(text, known)
    theirs = [name for name in names if standing is not None and getattr(standing, name) != getattr(known, name)]
    if theirs:
        said = "; ".join(f"its {name} is now “{_shown(getattr(standing, name))}”" for name in theirs)
        raise EditError(f"somebody else has changed {known.id}: {said}; save again")
    for name in names:
        if getattr(changed, name) != getattr(known, name):
            text = set_field(text, Part("code" if is_code else "profile", known.id), name, getattr(changed, name))
    return text


def _standing(text: str, known: Code | Profile) -> Code | Profile | None:
    book, _ = parse_codebook(text, "")
    if book is None:
        return None
    parts: tuple[Code | Profile, ...] = book.codes if isinstance(known, Code) else book.profiles
    return next((one for one in parts if one.id == known.id), None)


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def reshaped(text: str, step: Refactoring) -> str:
    """The codebook after a step; raises EditError, with words for a person, where it cannot be taken."""
    before = _read(text)
    for code in _needed(step):
        if code_of(before, code) is None:
            raise EditError(f"the codebook has no code {code} any more")
    return _with_keys_kept(_changed(text, step, before), before, step)


def _changed(text: str, step: Refactoring, book: Codebook) -> str:
    part = Part("code", step.code)
    match step:
        case Rename():
            return set_field(_with_other_id(text, step.code, step.id, book), Part("code", step.id), "name", step.name)
        case Merge() | Retire():
            return set_field(text, part, "retired", True)
        case Reinstate():
            return set_field(text, part, "retired", False)
        case Move():
            return move_code(text, step.code, step.section, step.group)
        case Split():
            for code in step.new:
                text = add_code(text, with_free_key(_read(text), code))
            return text if step.code in step.choices else set_field(text, part, "retired", True)


def _needed(step: Refactoring) -> list[CodeId]:
    """The codes that must stand in the book."""
    match step:
        case Merge():
            return [step.code, step.into]
        case Split():
            new = {code.id for code in step.new}
            return [step.code, *(each for each in step.choices if each not in new)]
        case _:
            return [step.code]


def _read(text: str) -> Codebook:
    book, problems = parse_codebook(text, "")
    if book is None:
        raise EditError(f"{problems[0].message}; nothing is changed: mend it first")
    return book


# --- another id -----------------------------------------------------------------------------------------


def _with_other_id(text: str, old: CodeId, new: CodeId, book: Codebook) -> str:
    """The codebook with another id for a code, also where other tables name it."""
    if old == new:
        return text
    taken = code_of(book, new)
    if taken is not None:
        raise EditError(f"{new} is “{taken.name}” already")
    after = set_value(text, place_of(text, Part("code", old)), "id", new)
    for place, field, value in _mentions(parsed(text), old, new):
        after = set_value(after, place, field, value)
    return sound(text, after)


def _mentions(top: Mapping[str, object], old: str, new: str) -> Iterator[tuple[Place, str, Value]]:
    """Each field that names the code `old`, with its place and the value that names `new` instead."""
    for kind, names in (("code", ("confused_with",)), ("reference", ("code",)), ("text", ("before", "after"))):
        tables = top.get(kind)
        for number, table in enumerate(tables if isinstance(tables, list) else []):
            for field in names if isinstance(table, dict) else ():
                found = _renamed(table.get(field), old, new)
                if found is not None:
                    yield (kind, number), field, found


def _renamed(value: object, old: str, new: str) -> Value | None:
    """A value in which ids stand, with the new id; None where the old one does not stand there."""
    if isinstance(value, list):
        names = [str(each) for each in value]
        return tuple(new if each == old else each for each in names) if old in names else None
    spelled = {old: new, f"code {old}": f"code {new}"}
    return spelled.get(" ".join(str(value).split())) if isinstance(value, str | int) else None


# --- short keys -----------------------------------------------------------------------------------------


def _with_keys_kept(text: str, before: Codebook, step: Refactoring) -> str:
    """The codebook with the keys that its codes had before: what the coder's fingers know."""
    ids = {step.code: step.id} if isinstance(step, Rename) else {}
    had = {ids.get(code.id, code.id): (code.section, code.key) for code in before.codes}
    while True:
        changed = (
            code for code in _read(text).codes if had.get(code.id, (code.section, code.key)) != (code.section, code.key)
        )
        code = next((code for code in changed if had[code.id][0] == code.section), None)
        if code is None:
            break
        text = set_field(text, Part("code", code.id), "key", had[code.id][1])
    return text if not isinstance(step, Move) else _with_own_key(text, step, before)


def _with_own_key(text: str, step: Move, before: Codebook) -> str:
    """The codebook with the moved code on a key that no code of its new section had."""
    moved = code_of(before, step.code)
    if moved is None or moved.section == step.section:
        return text
    others = {code.key for code in before.codes if code.section == step.section}
    key = moved.key if moved.key not in others else _free_key(before, moved, step)
    now = code_of(_read(text), step.code)
    return text if now is not None and now.key == key else set_field(text, Part("code", step.code), "key", key)


def _free_key(before: Codebook, moved: Code, step: Move) -> str:
    rest = replace(before, codes=tuple(code for code in before.codes if code.id != moved.id))
    return with_free_key(rest, replace(moved, section=step.section, group=step.group)).key

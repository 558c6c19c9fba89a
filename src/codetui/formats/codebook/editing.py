"""Edits of a codebook.toml: fields and codes, and codes renamed, merged, split, moved or retired.

Comments and layout stay as they are (see `toml.edit`).  A change that would add an error to the codebook is refused
with an EditError that has the message of the check.
"""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from codetui.core.codebook.diff import Part, PartKind
from codetui.core.codebook.index import code_of
from codetui.core.codebook.keys import with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split
from codetui.formats.codebook.reader import Parts, parse_codebook, read_parts
from codetui.formats.codebook.writer import FIELDS as TABLE_FIELDS
from codetui.formats.codebook.writer import PROSE, fields_of
from codetui.formats.toml.edit import EditError, add_table, append_entry, parsed, remove_value, set_value
from codetui.formats.toml.syntax import LONGEST_LINE, KeyPath, TomlScan, TomlValue, joined_lines
from codetui.model import Code, Codebook, CodeId, Profile

FIELDS = TABLE_FIELDS | {
    "code": (
        *("id", "name", "section", "group", "key", "definition", "include", "exclude", "examples"),
        *("confused_with", "found_in", "retired"),
    )
}
"""The fields of each part in the order in which new ones are inserted."""

CODE_TEXTS = ("name", "definition", "include", "exclude", "examples")
PROFILE_TEXTS = ("subtitle", "definition", "responsibilities", "projects", "evidence")
SHORTEST_PROSE = 90
"""Code points of a text that is written on lines of its own, between three quotes."""

LINE_NUMBER = re.compile(r"\bline \d+")


# --- fields and codes -------------------------------------------------------------------------------


def set_field(text: str, part: Part, field: str, value: TomlValue) -> str:
    """Return the codebook with one field of a part set; an empty text, an empty list and False remove the field."""
    known = FIELDS[part.kind]
    if field not in known:
        raise EditError(f"a {part.kind} has no field {field}; it has {', '.join(known)}")
    place = _place_of(text, part)
    if value in ("", (), False):
        return verified(text, remove_value(text, place, field))
    before = known[: known.index(field)]
    return verified(text, set_value(text, place, field, _laid_out(text, field, value), after=before))


def append_example(text: str, code_id: str, example: str) -> str:
    """Return the codebook with one more example of a code, on one line, unless the code has it already."""
    place = _place_of(text, Part("code", code_id))
    example = " ".join(example.split())
    if not example or any(code.id == code_id and example in code.examples for code in _parts(text).codes):
        return text
    before = FIELDS["code"][: FIELDS["code"].index("examples")]
    return verified(text, append_entry(text, place, "examples", example, after=before))


def append_counter_example(text: str, code_id: str, example: str, right: str = "") -> str:
    """Return the codebook with words that are none of a code, among what it excludes.

    If they are an instance of the code `right` they become an example of that, and both codes name each other.
    """
    codes: dict[str, Code] = {code.id: code for code in _parts(text).codes}
    code, example = codes.get(code_id), " ".join(example.split())
    if code is None or not example:
        return text
    sentence = f"Not “{example}”{f', which is {right}' if right else ''}."
    if sentence not in code.exclude:
        text = set_field(text, Part("code", code_id), "exclude", f"{code.exclude} {sentence}".strip())
    if right in codes:
        text = append_example(text, right, example)
        for one, other in ((code_id, right), (right, code_id)):
            if other not in codes[one].confused_with:
                text = set_field(text, Part("code", one), "confused_with", (*codes[one].confused_with, other))
    return text


def move_code(text: str, code_id: str, section: str, group: str = "") -> str:
    """Return the codebook with a code moved to another section or group; its table stays where it is in the file."""
    place = _place_of(text, Part("code", code_id))
    kept, removed, value = ("group", "section", group) if group else ("section", "group", section)
    moved = set_value(text, place, kept, value, after=("id", "name"))
    return verified(text, remove_value(moved, place, removed))


def add_code(text: str, code: Code) -> str:
    """Return the codebook with one more code, after the last code of its group or section."""
    parts = _parts(text)
    same = [each.id for each in parts.codes if (each.section, each.group) == (code.section, code.group)]
    near = [each.id for each in parts.codes if each.section == code.section]
    behind = _last_of(parts, "code", same) or _last_of(parts, "code", near)
    behind = behind or _last_of(parts, "group", [code.group]) or _last_of(parts, "section", [code.section])
    values = fields_of(code, FIELDS["code"])
    values["section"] = "" if code.group else code.section
    filled = [(name, _laid_out(text, name, values[name])) for name in values if values[name]]
    return verified(text, add_table(text, "code", filled, behind))


def set_texts(text: str, known: Code | Profile, changed: Code | Profile) -> str:
    """Return the codebook with the texts of `changed` where they differ from those of `known`.

    Raises EditError, with the current text, if another program has changed one of the texts since `known` was read.
    """
    is_code = isinstance(known, Code)
    names = CODE_TEXTS if is_code else PROFILE_TEXTS
    book = _read(text)
    parts: tuple[Code | Profile, ...] = book.codes if is_code else book.profiles
    current = next((one for one in parts if one.id == known.id), None)
    theirs = [name for name in names if current is not None and getattr(current, name) != getattr(known, name)]
    if theirs:
        what = "; ".join(f"its {name} is now “{_shown(getattr(current, name))}”" for name in theirs)
        raise EditError(f"somebody else has changed {known.id}: {what}; save again")
    for name in names:
        if getattr(changed, name) != getattr(known, name):
            text = set_field(text, Part("code" if is_code else "profile", known.id), name, getattr(changed, name))
    return text


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def without_examples(text: str, is_unwanted: Callable[[str], bool], source: str) -> str:
    """Return the codebook without the unwanted examples of codes, and without `source` as where a code was found."""
    for code in _parts(text).codes:
        part = Part("code", code.id)
        kept = tuple(example for example in code.examples if not is_unwanted(example))
        if kept != code.examples:
            text = set_field(text, part, "examples", kept)
        if code.found_in == source:
            text = set_field(text, part, "found_in", "")
    return text


# --- refactoring ------------------------------------------------------------------------------------


def refactor(text: str, step: Refactoring) -> str:
    """Return the codebook after a refactoring; raises EditError if it is not possible.

    The only tables that change are those of the codes involved, those that refer to a renamed code, and those whose
    derived short key would change.
    """
    before = _read(text)
    for code in _needed(step):
        if code_of(before, code) is None:
            raise EditError(f"the codebook no longer has a code {code}")
    return _with_keys_kept(_refactored(text, step, before), before, step)


def _refactored(text: str, step: Refactoring, book: Codebook) -> str:
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
    """Return the ids of the codes that must exist for a refactoring."""
    match step:
        case Merge():
            return [step.code, step.into]
        case Split():
            new = {code.id for code in step.new}
            return [step.code, *(each for each in step.choices if each not in new)]
        case _:
            return [step.code]


def _with_other_id(text: str, old: CodeId, new: CodeId, book: Codebook) -> str:
    """Return the codebook with another id for a code, in its own table and in all references to it."""
    if old == new:
        return text
    taken = code_of(book, new)
    if taken is not None:
        raise EditError(f"{new} is already the id of “{taken.name}”")
    after = set_value(text, _place_of(text, Part("code", old)), "id", new)
    for place, field, value in _mentions(parsed(text).fields, old, new):
        after = set_value(after, place, field, value)
    return verified(text, after)


def _mentions(top: Mapping[str, object], old: str, new: str) -> Iterator[tuple[KeyPath, str, TomlValue]]:
    """Yield the place, the name and the updated value of each field that refers to the code `old`."""
    for kind, names in (("code", ("confused_with",)), ("reference", ("code",)), ("text", ("before", "after"))):
        tables = top.get(kind)
        for number, table in enumerate(tables if isinstance(tables, list) else []):
            for field in names if isinstance(table, dict) else ():
                renamed = _renamed(table.get(field), old, new)
                if renamed is not None:
                    yield (kind, number), field, renamed


def _renamed(value: object, old: str, new: str) -> TomlValue | None:
    """Return a value with the new id in place of the old one; None if it does not contain the old id."""
    if isinstance(value, list):
        names = [str(each) for each in value]
        return tuple(new if each == old else each for each in names) if old in names else None
    spelled = {old: new, f"code {old}": f"code {new}"}
    return spelled.get(" ".join(str(value).split())) if isinstance(value, str | int) else None


def _with_keys_kept(text: str, before: Codebook, step: Refactoring) -> str:
    """Return the codebook with the short keys that its codes had before, because coders know them by heart."""
    ids = {step.code: step.id} if isinstance(step, Rename) else {}
    keys = {(code.section, ids.get(code.id, code.id)): code.key for code in before.codes}
    while True:
        changed = (each for each in _read(text).codes if keys.get((each.section, each.id), each.key) != each.key)
        code = next(changed, None)
        if code is None:
            break
        text = set_field(text, Part("code", code.id), "key", keys[code.section, code.id])
    return _with_own_key(text, step, before) if isinstance(step, Move) else text


def _with_own_key(text: str, step: Move, before: Codebook) -> str:
    """Return the codebook with a short key for the moved code that no code of its new section had."""
    moved = code_of(before, step.code)
    if moved is None or moved.section == step.section:
        return text
    key = moved.key
    if key in {code.key for code in before.codes if code.section == step.section}:
        rest = replace(before, codes=tuple(code for code in before.codes if code.id != moved.id))
        key = with_free_key(rest, replace(moved, section=step.section, group=step.group)).key
    current = code_of(_read(text), step.code)
    return text if current and current.key == key else set_field(text, Part("code", step.code), "key", key)


# --- the tables of parts ----------------------------------------------------------------------------


def _read(text: str) -> Codebook:
    book, problems = parse_codebook(text, "", "none")
    if book is None:
        raise EditError(f"{problems[0].message}; nothing was changed: fix it first")
    return book


def _parts(text: str) -> Parts:
    return read_parts(parsed(text))


def _place_of(text: str, part: Part) -> KeyPath:
    """Return the place of a part's table; raises EditError if the codebook has no such part."""
    parts = _parts(text)
    table = parts.tables.get(part)
    if table is None and part.kind == "profile":
        name = next((each.name for each in parts.profiles if each.id == part.id), "")
        table = parts.tables.get(("profile name", name))
    if table is None:
        raise EditError(f"the codebook no longer has a {part.kind} {part.id}; nothing was changed")
    return table.place


def _last_of(parts: Parts, kind: PartKind, ids: Iterable[str]) -> KeyPath | None:
    """Return the last table, in the order of the file, of the parts with these ids."""
    tables = (parts.tables.get((kind, id_)) for id_ in ids)
    places = [table.place for table in tables if table is not None]
    return max(places, key=lambda place: (isinstance(place[-1], int), place[-1]), default=None)


# --- layout and verification ------------------------------------------------------------------------


def _laid_out(text: str, field: str, value: TomlValue) -> TomlValue:
    """Return a value as the file writes it: long or multi-line prose is wrapped as the file wraps it."""
    if not isinstance(value, str) or field not in PROSE:
        return value
    value = value.strip("\n")
    if "\n" not in value and len(value) <= SHORTEST_PROSE:
        return value
    width = _width(text)
    lines = (line if line.strip() else "" for line in value.split("\n"))
    filled = (textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False) for line in lines)
    wrapped = "\n".join(filled) if width else value
    return (wrapped if joined_lines(wrapped) == joined_lines(value) else value) + "\n"


def _width(text: str) -> int:
    """Return the length of the longest line in the file's long texts, in code points; 0 if they are not wrapped."""
    values = [text[each.value.start : each.value.end] for each in TomlScan(text).assignments]
    lines = [line for each in values if each.startswith(('"""', "'''")) for line in each.splitlines()]
    width = max(map(len, lines), default=LONGEST_LINE)
    return 0 if width > LONGEST_LINE + 10 else max(width, 60)


def verified(before: str, after: str) -> str:
    """Return the text after a change; raises EditError if the change introduced an error."""
    known = Counter(LINE_NUMBER.sub("", message) for message in _errors(before))
    for message in _errors(after):
        without_line = LINE_NUMBER.sub("", message)
        if not known[without_line]:
            raise EditError(f"not changed: {message}")
        known[without_line] -= 1
    return after


def _errors(text: str) -> list[str]:
    """Return the errors of a codebook; errors of the whole file come last because they follow from others."""
    _, problems = parse_codebook(text, "", "lint")
    errors = [each for each in problems if each.severity == "error"]
    return [each.message for each in sorted(errors, key=lambda error: error.line == 0)]

"""A codebook.toml in which one code is renamed, merged, split, moved or retired: `reshaped(text, step) -> text`.

What people wrote stays, see `toml_editing`: only the tables that the step is about change, those that name a renamed
code, and those whose short key would have become another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from codetui.core.codebook.diff import Part
from codetui.core.codebook.index import code_of
from codetui.core.codebook.keys import with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split
from codetui.formats import codebook_toml
from codetui.formats.codebook_editing import add_code, move_code, place_of, set_field, sound
from codetui.formats.toml_editing import EditError, parsed, set_value
from codetui.formats.toml_lines import Place
from codetui.formats.toml_strings import Value
from codetui.model import Code, Codebook, CodeId


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
    book, problems = codebook_toml.read(text, "")
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
    for kind, fields in (("code", ("confused_with",)), ("reference", ("code",)), ("text", ("before", "after"))):
        tables = top.get(kind)
        for number, table in enumerate(tables if isinstance(tables, list) else []):
            for field in fields if isinstance(table, dict) else ():
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

"""A TOML text that people wrote, changed in one place: comments and layout stay, byte for byte, everywhere else.

Each function reads its result again and raises EditError, with words for a person, rather than hand back a text
that says anything but what was wanted.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Sequence

from codetui.formats import toml_lists
from codetui.formats.toml_additions import end_of_table, with_table
from codetui.formats.toml_lines import Place
from codetui.formats.toml_spans import Assignment, TomlSpans
from codetui.formats.toml_strings import Value, key_text, written, written_inline
from codetui.formats.toml_style import Style, indent_of, newline_of
from codetui.formats.toml_tables import LONG_DOTTED_KEY, SURROGATE, Written
from codetui.model import Span

Tree = dict[str, object]


class EditError(ValueError):
    """Why a text is left as it is, and what to do."""


def set_value(text: str, table: Place, key: str, value: Value, *, after: Sequence[str] = ()) -> str:
    """The text with `key` of the table at `table` (`()` is the top) set to `value`.

    A value that is there is replaced; a list keeps the entries, and the comments between them, that stay.  A new
    key comes behind the last of the keys `after` that the table has, or behind its last key.
    """

    def change(top: Tree) -> None:
        _tree(top, table)[key] = list(value) if isinstance(value, tuple) else value

    return _edited(text, change, lambda spans, top: _set(spans, top, (*table, key), value, after))


def remove_value(text: str, table: Place, key: str) -> str:
    """The text without `key` of a table, and without the comment on its line; a key that is not there is no trouble."""
    if key not in _tree(parsed(text), table):
        return text
    return _edited(text, lambda top: _tree(top, table).pop(key), lambda spans, _: _removed(spans, (*table, key)))


def append_entry(text: str, table: Place, key: str, entry: str, *, after: Sequence[str] = ()) -> str:
    """The text with one more text at the end of a list; the list is begun where the table has none.

    A single text counts as a list of one.
    """
    value = _tree(parsed(text), table).get(key, [])
    texts = [value] if isinstance(value, str) and not isinstance(value, Written) else value
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise EditError(f"{key} is no list of texts; write {key} = […] by hand")
    return set_value(text, table, key, (*texts, entry), after=after)


def add_table(text: str, name: str, fields: Sequence[tuple[str, Value]], behind: Place | None = None) -> str:
    """The text with one more table `[[name]]`: behind the table `behind`, or at the end of the file."""
    spans = _spans(text)
    standing = parsed(text).get(name, [])
    if not isinstance(standing, list):
        raise EditError(f"{name} is no list of tables; write [[{name}]] with double brackets, once for each")
    if spans.value((name,)) is not None:
        at = behind[1] + 1 if behind and behind[0] == name and isinstance(behind[1], int) else len(standing)
        inline = "{ " + ", ".join(f"{key_text(key)} = {written_inline(value)}" for key, value in fields) + " }"

        def grown(spans: TomlSpans, _: Tree) -> str:
            return toml_lists.with_entry(spans.text, (name,), at, inline, newline_of(spans.text))

        return _edited(text, lambda top: _listed(top, name, at, fields), grown)
    begin = end_of_table(spans, behind) if behind else len(text)
    if begin is None:
        raise EditError(f"there is no table {'.'.join(map(str, behind or ()))} in this file")
    before = [each for each in spans.headers if each.table[:-1] == (name,) and each.span.start < begin]
    return _edited(
        text,
        lambda top: _listed(top, name, len(before), fields),
        lambda spans, _: with_table(spans, name, fields, begin),
    )


def parsed(text: str) -> Tree:
    """The text as `tomllib` reads it, numbers with a point as they are written; raises EditError."""
    if LONG_DOTTED_KEY.search(text):
        raise EditError("the file has dozens of words joined by dots; nothing is changed: mend it first")
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Written)
    except RecursionError:
        raise EditError("the file is no TOML: brackets stand inside brackets too deeply") from None
    except ValueError as error:
        raise EditError(f"the file is no TOML: {error}; nothing is changed: mend it first") from error


# --- the wanted tree, to check the text against -----------------------------------------------------


def _edited(text: str, change: Callable[[Tree], object], edit: Callable[[TomlSpans, Tree], str]) -> str:
    """What `edit` makes of the text, if it reads as the tree that `change` makes of the text's tree."""
    top = parsed(text)
    wanted = copy.deepcopy(top)
    change(wanted)
    after = edit(_spans(text), top)
    if SURROGATE.search(after):
        raise EditError("half a character stands in this text, which no file can hold; write it anew")
    if parsed(after) != wanted:
        raise EditError("the file is written in a way that cannot be changed from here; edit it by hand")
    return after


def _spans(text: str) -> TomlSpans:
    parsed(text)
    return TomlSpans(text)


def _tree(top: Tree, table: Place) -> Tree:
    """The table at a place; raises EditError where none stands there."""
    found: object = top
    for step in table:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            found = None
    if not isinstance(found, dict):
        raise EditError(f"there is no table {'.'.join(str(step) for step in table)} in this file")
    return found


def _listed(top: Tree, name: str, at: int, fields: Sequence[tuple[str, Value]]) -> None:
    tables = top.setdefault(name, [])
    if isinstance(tables, list):
        tables.insert(at, {key: list(value) if isinstance(value, tuple) else value for key, value in fields})


# --- setting and removing ---------------------------------------------------------------------------


def _set(spans: TomlSpans, top: Tree, place: Place, value: Value, after: Sequence[str]) -> str:
    standing = spans.assignment(place)
    if standing is not None:
        return _replaced(spans, top, standing, value)
    *path, key = place
    table = tuple(path)
    around = spans.value(table)
    if around is not None:
        return _put_inline(spans, table, around, str(key), value)
    begin = spans.header(table)
    siblings = spans.under(table)
    if begin is None and table:
        return _put_dotted(spans, table, str(key), value)
    before = [each for each in siblings if each.place[len(table)] in after] or siblings
    style = Style.of(spans, siblings)
    if before:
        return _put_line(spans, before[-1].span.end, style, key_text(str(key)), value)
    if begin is not None:
        return _put_line(spans, begin.span.end, style, key_text(str(key)), value)
    newline = newline_of(spans.text)
    line = style.line(key_text(str(key)), value, newline)
    gap = "" if spans.text[spans.offset :][:1] in ("", "\r", "\n") else newline
    return spans.text[: spans.offset] + line + gap + spans.text[spans.offset :]


def _replaced(spans: TomlSpans, top: Tree, standing: Assignment, value: Value) -> str:
    text, newline = spans.text, newline_of(spans.text)
    old = text[standing.value.start : standing.value.end]
    before = standing.value.start - spans.line_start(standing.span.start)
    indent = indent_of(spans, standing.span.start)
    is_inline = spans.value(standing.table) is not None
    shown = written_inline(value) if is_inline else written(value, newline, before=before, indent=indent, like=old)
    if isinstance(value, tuple) and old.startswith("["):
        is_to_be_broken = "\n" in shown and "\n" not in old
        entries = _tree(top, standing.place[:-1])[str(standing.place[-1])]
        if not is_to_be_broken and isinstance(entries, list):
            return toml_lists.with_entries(text, standing.place, entries, value, newline)
    return _spliced(text, standing.value, shown)


def _put_inline(spans: TomlSpans, table: Place, around: Span, key: str, value: Value) -> str:
    """`{ a = 1 }` becomes `{ a = 1, key = value }`."""
    siblings = spans.inside(table)
    pair = f"{key_text(key)} = {written_inline(value)}"
    if siblings:
        end = siblings[-1].span.end
        return _spliced(spans.text, Span(end, end), f", {pair}")
    return _spliced(spans.text, around, f"{{ {pair} }}")


def _put_dotted(spans: TomlSpans, table: Place, key: str, value: Value) -> str:
    """A table that is written `table.a = 1` gets its next line in the same form."""
    kin = [each for each in spans.assignments if each.place[: len(table)] == table and len(each.place) > len(table)]
    if not kin:
        raise EditError(f"there is no table {'.'.join(map(str, table))} in this file; write it by hand")
    last = kin[-1]
    path = ".".join(key_text(str(step)) for step in (*table[len(last.table) :], key))
    siblings = [each for each in kin if each.table == last.table]
    return _put_line(spans, last.span.end, Style.of(spans, siblings), path, value)


def _put_line(spans: TomlSpans, behind: int, style: Style, key: str, value: Value) -> str:
    """One more line behind the one that `behind` is on."""
    text, newline = spans.text, newline_of(spans.text)
    at = spans.line_end(behind)
    line = style.line(key, value, newline)
    if not text[:at].endswith("\n"):
        return text + newline + line.removesuffix(newline)
    return text[:at] + line + text[at:]


def _removed(spans: TomlSpans, place: Place) -> str:
    standing = spans.assignment(place)
    if standing is None:
        raise EditError(f"{place[-1]} is a table of its own; remove it by hand")
    if spans.value(standing.table) is None:
        start, end = spans.line_start(standing.span.start), spans.line_end(standing.span.end)
        return _spliced(spans.text, Span(start, end), "")
    siblings = spans.inside(standing.table)
    number = siblings.index(standing)
    start, end = standing.span
    if number:
        start = siblings[number - 1].span.end
    elif len(siblings) > 1:
        end = siblings[1].span.start
    return _spliced(spans.text, Span(start, end), "")


def _spliced(text: str, span: Span, shown: str) -> str:
    return text[: span.start] + shown + text[span.end :]

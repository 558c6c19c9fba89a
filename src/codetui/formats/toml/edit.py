"""Edits of a TOML text that a person wrote: everything else stays byte for byte, comments and layout included.

Each function parses its result again, and raises EditError if the content is not exactly the intended one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from codetui.formats.toml.syntax import (
    INDENT,
    Assignment,
    KeyPath,
    TomlScan,
    TomlValue,
    format_inline,
    format_key,
    format_value,
    quote,
)
from codetui.formats.toml.tables import SURROGATE, Number, Sheet, Table
from codetui.model import Span

Tree = dict[str, object]
Fields = Sequence[tuple[str, TomlValue]]

REST_IS_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
BLANKS = re.compile(r"[ \t]*")
COMMENT = re.compile(r"[ \t]*#")


class EditError(ValueError):
    """A text cannot be edited; the message states the reason and what to do."""


def set_value(text: str, table: KeyPath, key: str, value: TomlValue, *, after: Sequence[str] = ()) -> str:
    """Return the text with `key` of the table at `table` (`()` is the top) set to `value`.

    A list keeps its unchanged entries and the comments between them. A new key is written after the last of the keys
    `after` that the table has, or else after its last key.
    """

    tree, scan = parsed(text).fields, TomlScan(text)
    fields, known = _table(tree, table), scan.by_place.get((*table, key))
    edited = _added(scan, table, key, value, after) if known is None else _replaced(scan, known, fields[key], value)
    fields[key] = list(value) if isinstance(value, tuple) else value
    return _verified(edited, tree)


def remove_value(text: str, table: KeyPath, key: str) -> str:
    """Return the text without `key` of a table and without the comment on its line; a missing key changes nothing."""
    tree = parsed(text).fields
    fields = _table(tree, table)
    if key not in fields:
        return text
    del fields[key]
    return _verified(_removed(TomlScan(text), (*table, key)), tree)


def append_entry(text: str, table: KeyPath, key: str, entry: str, *, after: Sequence[str] = ()) -> str:
    """Return the text with one more string at the end of a list, which is created if the table has none.

    A single string counts as a list of one.
    """
    value = _table(parsed(text).fields, table).get(key, [])
    texts = [value] if isinstance(value, str) and not isinstance(value, Number) else value
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise EditError(f"{key} is not a list of texts; write {key} = […] by hand")
    return set_value(text, table, key, (*texts, entry), after=after)


def add_table(text: str, name: str, fields: Fields, behind: KeyPath | None = None) -> str:
    """Return the text with one more table `[[name]]`, after the table `behind` or at the end of the file."""
    tree, scan = parsed(text).fields, TomlScan(text)
    tables = tree.get(name, [])
    if not isinstance(tables, list):
        raise EditError(f"{name} is not a list of tables; write [[{name}]] with double brackets, once for each")
    if (name,) in scan.values:
        at = behind[1] + 1 if behind and behind[0] == name and isinstance(behind[1], int) else len(tables)
        pairs = ", ".join(f"{format_key(key)} = {format_inline(value)}" for key, value in fields)
        after = _with_entry(text, (name,), at, f"{{ {pairs} }}", _newline(text))
    else:
        start = _end_of_table(scan, behind) if behind else len(text)
        at = sum(each.table[:-1] == (name,) and each.span.start < start for each in scan.headers)
        after = _with_table(scan, name, fields, start)
    entry = {key: list(value) if isinstance(value, tuple) else value for key, value in fields}
    tree[name] = [*tables[:at], entry, *tables[at:]]
    return _verified(after, tree)


def parsed(text: str) -> Table:
    """Return the top table of a text; raises EditError for a text that is not valid TOML."""
    sheet = Sheet("")
    top = sheet.parse(text)
    if top is None:
        raise EditError(f"{sheet.problems[0].message}; nothing was changed: fix it first")
    return top


# --- the expected tree, to verify an edit with ------------------------------------------------------


def _verified(after: str, expected: Tree) -> str:
    """Return the edited text if it parses to the expected tree."""
    if SURROGATE.search(after):
        raise EditError("the text contains half a character, which no file can contain; write the character again")
    if parsed(after).fields != expected:
        raise EditError("the file's layout does not allow this change; edit it by hand")
    return after


def _table(top: Tree, place: KeyPath) -> Tree:
    """Return the table at a place; raises EditError if there is none."""
    found: object = top
    for step in place:
        if isinstance(found, dict) and isinstance(step, str):
            found = found.get(step)
        elif isinstance(found, list) and isinstance(step, int) and step < len(found):
            found = found[step]
        else:
            found = None
    if not isinstance(found, dict):
        raise _no_table(place)
    return found


def _no_table(place: KeyPath) -> EditError:
    return EditError(f"there is no table {'.'.join(map(str, place))} in this file; write it by hand")


# --- layout -----------------------------------------------------------------------------------------


class _Style(NamedTuple):
    """How the keys of a table are written: `width` is that of the longest key where `=` is aligned, else 0."""

    indent: str = ""
    equals: str = " = "
    width: int = 0

    @classmethod
    def of(cls, scan: TomlScan, assignments: Sequence[Assignment]) -> _Style:
        """Return the style of the lines of one table."""
        heads = [scan.text[each.span.start : each.value.start] for each in assignments]
        if not heads:
            return cls()
        keys = [head.rstrip(" \t").removesuffix("=").rstrip(" \t") for head in heads]
        indent = scan.indent(assignments[-1].span.start)
        if len({len(head) for head in heads}) == 1 and len({len(key) for key in keys}) > 1:
            width = max(map(len, keys))
            return cls(indent, heads[0][width:] if "=" in heads[0][width:] else " = ", width)
        equals = heads[-1][len(keys[-1]) :]
        return cls(indent, equals if re.fullmatch(r"[ \t]?=[ \t]?", equals) else " = ")

    def line(self, key: str, value: TomlValue, newline: str) -> str:
        """Return `key = value` with its line end."""
        head = f"{self.indent}{key.ljust(self.width)}{self.equals}"
        return f"{head}{format_value(value, newline, before=len(head), indent=self.indent)}{newline}"


def _newline(text: str) -> str:
    """Return the line end of a file, taken from its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def _gap(scan: TomlScan, starts: Sequence[int]) -> int:
    """Return how many blank lines separate the tables that begin at `starts`.

    The first pair without a comment between them counts.
    """
    for start in starts[1:]:
        above = scan.text[: scan.line_start(start)].replace("\r\n", "\n")
        lines = above.rstrip("\n")
        if not lines.rpartition("\n")[2].lstrip(" \t").startswith("#"):
            return len(above) - len(lines) - 1
    return 1


def _spliced(text: str, start: int, end: int, replacement: str) -> str:
    return text[:start] + replacement + text[end:]


# --- values -----------------------------------------------------------------------------------------


def _replaced(scan: TomlScan, known: Assignment, old: object, value: TomlValue) -> str:
    newline = _newline(scan.text)
    raw = scan.text[known.value.start : known.value.end]
    if known.table in scan.values:
        new = format_inline(value)
    else:
        before = known.value.start - scan.line_start(known.span.start)
        new = format_value(value, newline, before=before, indent=scan.indent(known.span.start), like=raw)
    is_to_break = "\n" in new and "\n" not in raw
    if isinstance(value, tuple) and isinstance(old, list) and raw.startswith("[") and not is_to_break:
        return _with_entries(scan.text, known.place, old, value, newline)
    return _spliced(scan.text, *known.value, new)


def _added(scan: TomlScan, table: KeyPath, key: str, value: TomlValue, after: Sequence[str]) -> str:
    """Return the text with one more key in an existing table, an inline one or one of dotted keys."""
    name, newline = format_key(key), _newline(scan.text)
    inline = scan.values.get(table)
    if inline is not None:
        siblings = scan.inside(table)
        pair = f"{name} = {format_inline(value)}"
        if siblings:
            return _spliced(scan.text, siblings[-1].span.end, siblings[-1].span.end, f", {pair}")
        return _spliced(scan.text, *inline, f"{{ {pair} }}")
    header, siblings = scan.header(table), scan.under(table)
    if header is None and table:
        dotted = [each for each in scan.assignments if each.place[: len(table)] == table and each.place != table]
        if not dotted:
            raise _no_table(table)
        last = dotted[-1]
        name = ".".join(format_key(str(step)) for step in (*table[len(last.table) :], key))
        style = _Style.of(scan, [each for each in dotted if each.table == last.table])
        return _line_behind(scan, last.span.end, style.line(name, value, newline))
    line = _Style.of(scan, siblings).line(name, value, newline)
    before = [each for each in siblings if each.place[len(table)] in after] or siblings
    if before:
        return _line_behind(scan, before[-1].span.end, line)
    if header is not None:
        return _line_behind(scan, header.span.end, line)
    gap = "" if scan.text[scan.offset :][:1] in ("", "\r", "\n") else newline
    return _spliced(scan.text, scan.offset, scan.offset, line + gap)


def _line_behind(scan: TomlScan, behind: int, line: str) -> str:
    """Return the text with one more line after the line that contains the offset `behind`."""
    text, newline = scan.text, _newline(scan.text)
    at = scan.line_end(behind)
    if not text[:at].endswith("\n"):
        return text + newline + line.removesuffix(newline)
    return _spliced(text, at, at, line)


def _removed(scan: TomlScan, place: KeyPath) -> str:
    known = scan.by_place.get(place)
    if known is None:
        raise EditError(f"{place[-1]} is a table of its own; remove it by hand")
    start, end = known.span
    if known.table not in scan.values:
        return _spliced(scan.text, scan.line_start(start), scan.line_end(end), "")
    siblings = scan.inside(known.table)
    return _without_entry(scan, [each.span for each in siblings], siblings.index(known))


# --- entries of lists -------------------------------------------------------------------------------


def _with_entries(text: str, place: KeyPath, old: list[object], new: tuple[str, ...], newline: str) -> str:
    """Return the text with the list at `place` changed from `old` to `new`; unchanged entries are not rewritten."""
    keys, new_keys = ([f"{type(each).__name__} {each!r}" for each in entries] for entries in (old, new))
    matcher = SequenceMatcher(None, keys, new_keys, autojunk=False)
    for tag, low, high, new_low, new_high in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        wanted = [quote(each) for each in new[new_low:new_high]]
        kept = min(high - low, len(wanted))
        for number in reversed(range(low + kept, high)):
            scan = TomlScan(text)
            text = _without_entry(scan, scan.entries(place), number)
        for entry in reversed(wanted[kept:]):
            text = _with_entry(text, place, low + kept, entry, newline)
        for number, entry in enumerate(wanted[:kept], low):
            text = _spliced(text, *TomlScan(text).entries(place)[number], entry)
    return text


def _with_entry(text: str, place: KeyPath, number: int, entry: str, newline: str) -> str:
    """Return the text with one more entry at index `number`, from 0."""
    scan = TomlScan(text)
    entries = scan.entries(place)
    if number:
        return _entry_behind(scan, entries[number - 1], entry, newline)
    if entries:
        first = entries[0].start
        if not scan.is_first_on_line(first):
            return _spliced(text, first, first, f"{entry}, ")
        start = scan.line_start(first)
        return _spliced(text, start, start, f"{scan.indent(first)}{entry},{newline}")
    value = scan.values.get(place)
    if value is None:
        raise KeyError(place)
    close = value.end - 1
    if not text[value.start + 1 : close].strip(" \t"):
        return _spliced(text, value.start + 1, close, entry)
    if not scan.is_first_on_line(close):
        return _spliced(text, close, close, entry)
    start = scan.line_start(close)
    return _spliced(text, start, start, f"{text[start:close]}{INDENT}{entry},{newline}")


def _entry_behind(scan: TomlScan, known: Span, entry: str, newline: str) -> str:
    """Return the text with one more entry after another, on a new line if that entry begins a line."""
    text, comma = scan.text, scan.comma(known.end)
    is_on_line = scan.is_first_on_line(known.start)
    line = f"{scan.indent(known.start)}{entry}"
    if comma is not None:
        if is_on_line and REST_IS_COMMENT.match(text, comma + 1):
            end = scan.line_end(comma)
            return _spliced(text, end, end, f"{line},{newline}")
        return _spliced(text, comma + 1, comma + 1, f" {entry},")
    if not is_on_line:
        return _spliced(text, known.end, known.end, f", {entry}")
    if not REST_IS_COMMENT.match(text, known.end):
        return _spliced(text, known.end, known.end, f",{newline}{line}")
    end = scan.line_end(known.end)
    return _spliced(_spliced(text, end, end, f"{line}{newline}"), known.end, known.end, ",")


def _without_entry(scan: TomlScan, entries: Sequence[Span], number: int) -> str:
    """Return the text without entry `number`: the whole line if nothing else is on it, else only the entry."""
    text = scan.text
    start, comma = entries[number].start, scan.comma(entries[number].end)
    end = entries[number].end if comma is None else comma + 1
    if scan.is_first_on_line(start) and REST_IS_COMMENT.match(text, end):
        return _spliced(text, scan.line_start(start), scan.line_end(end), "")
    if number + 1 < len(entries):
        blanks = BLANKS.match(text, end)
        return _spliced(text, start, blanks.end() if blanks else end, "")
    if number and "\n" not in text[entries[number - 1].end : start]:
        start = entries[number - 1].end if comma is None else len(text[:start].rstrip(" \t"))
    return _spliced(text, start, end, "")


# --- tables -----------------------------------------------------------------------------------------


def _with_table(scan: TomlScan, name: str, fields: Fields, at: int) -> str:
    """Return the text with `[[name]]` and its fields inserted at `at`, in the layout of its siblings."""
    text, newline = scan.text, _newline(scan.text)
    siblings = [each for each in scan.headers if each.table[:-1] == (name,)]
    above = [each for each in siblings if each.span.start < at]
    sibling = above[-1] if above else siblings[0] if siblings else None
    style = _Style.of(scan, scan.under(sibling.table)) if sibling else _Style()
    indent = scan.indent(sibling.span.start) if sibling else ""
    lines = [f"{indent}[[{name}]]{newline}", *(style.line(format_key(key), value, newline) for key, value in fields)]
    gap = _gap(scan, [each.span.start for each in siblings]) * newline
    before, after = text[:at], text[at:]
    if before[scan.offset :] and not before.endswith("\n"):
        before += newline
    is_separated = not before.strip("\ufeff\r\n") or before.endswith(newline * 2)
    is_last = after.lstrip(" \t")[:1] in ("", "\r", "\n")
    return "".join((before, "" if is_separated else gap, *lines, "" if is_last else gap, after))


def _end_of_table(scan: TomlScan, table: KeyPath) -> int:
    """Return where a table ends: after its last key or subtable and the comments directly below it.

    Comments directly above the next table belong to that table.
    """
    ends = [each.span.end for each in scan.headers if each.table[: len(table)] == table]
    ends += [each.span.end for each in scan.assignments if each.table[: len(table)] == table]
    if not ends:
        raise _no_table(table)
    end = below = scan.line_end(max(ends))
    while COMMENT.match(scan.text, below):
        below = scan.line_end(below)
    is_of_next = any(scan.line_start(each.span.start) == below for each in scan.headers)
    return end if is_of_next else below

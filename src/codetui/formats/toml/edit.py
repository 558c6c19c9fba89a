"""A TOML text that people wrote, changed in one place: comments and layout stay, byte for byte, everywhere else.

Each function reads its result again and raises EditError, with words for a person, rather than hand back a text
that says anything but what was wanted.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from codetui.formats.toml.scan import Assignment, Place, TomlSpans
from codetui.formats.toml.strings import INDENT, Value, key_text, short_text, written, written_inline
from codetui.formats.toml.tables import LONG_DOTTED_KEY, SURROGATE, Written
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
            return with_entry(spans.text, (name,), at, inline, newline_of(spans.text))

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
            return with_entries(text, standing.place, entries, value, newline)
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


def with_table(spans: TomlSpans, name: str, fields: Sequence[tuple[str, Value]], at: int) -> str:
    """The text with `[[name]]` and its fields at `at`, written and parted from others as its siblings are."""
    text, newline = spans.text, newline_of(spans.text)
    siblings = [each for each in spans.headers if each.table[:-1] == (name,)]
    above = [each for each in siblings if each.span.start < at]
    sibling = above[-1] if above else siblings[0] if siblings else None
    style = Style.of(spans, spans.under(sibling.table)) if sibling else Style()
    indent = indent_of(spans, sibling.span.start) if sibling else ""
    lines = [f"{indent}[[{name}]]{newline}", *(style.line(key_text(key), value, newline) for key, value in fields)]
    gap = gap_of(spans, [each.span.start for each in siblings]) * newline
    before, after = text[:at], text[at:]
    if before[spans.offset :] and not before.endswith("\n"):
        before += newline
    is_parted = not before.strip("\ufeff\r\n") or before.endswith(newline * 2)
    is_last = after.lstrip(" \t")[:1] in ("", "\r", "\n")
    return "".join((before, "" if is_parted else gap, *lines, "" if is_last else gap, after))


def end_of_table(spans: TomlSpans, table: Place) -> int | None:
    """Where a table's last line ends: that of its last key or part, and of the comments right below it.

    Comments that stand right above the next table are the next table's.  None where there is no such table.
    """
    ends = [each.span.end for each in spans.headers if each.table[: len(table)] == table]
    ends += [each.span.end for each in spans.assignments if each.table[: len(table)] == table]
    if not ends:
        return None
    end = below = spans.line_end(max(ends))
    while spans.text[below:].lstrip(" \t").startswith("#"):
        below = spans.line_end(below)
    is_next_tables = any(spans.line_start(each.span.start) == below for each in spans.headers)
    return end if is_next_tables else below


REST_IS_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
BLANKS = re.compile(r"[ \t]*")


def with_entries(text: str, place: Place, old: list[object], new: tuple[str, ...], newline: str) -> str:
    """The text with the list at `place`, which holds `old`, holding `new`; entries that stay are left as written."""
    matcher = SequenceMatcher(None, [_key(each) for each in old], [_key(each) for each in new], autojunk=False)
    for tag, low, high, new_low, new_high in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        wanted = [short_text(each) for each in new[new_low:new_high]]
        kept = min(high - low, len(wanted))
        for number in reversed(range(low + kept, high)):
            text = without_entry(text, place, number)
        for entry in reversed(wanted[kept:]):
            text = with_entry(text, place, low + kept, entry, newline)
        for number, entry in zip(range(low, low + kept), wanted, strict=False):
            text = _spliced_entry(text, TomlSpans(text).entries(place)[number], entry)
    return text


def with_entry(text: str, place: Place, number: int, written: str, newline: str) -> str:
    """The text with one more entry, which becomes the `number`-th, counted from 0."""
    spans = TomlSpans(text)
    entries = spans.entries(place)
    if number:
        return _after(spans, entries[number - 1], written, newline)
    if entries:
        return _before(spans, entries[0], written, newline)
    return _into_empty(spans, place, written, newline)


def without_entry(text: str, place: Place, number: int) -> str:
    """The text without the `number`-th entry: its whole line where it has one to itself, else the entry alone."""
    spans = TomlSpans(text)
    entries = spans.entries(place)
    entry, comma = entries[number], spans.comma(entries[number].end)
    end = entry.end if comma is None else comma + 1
    if spans.is_first_on_line(entry.start) and REST_IS_COMMENT.match(text, end):
        return _spliced_entry(text, Span(spans.line_start(entry.start), spans.line_end(end)), "")
    if number + 1 < len(entries):
        return _spliced_entry(text, Span(entry.start, _past_blanks(text, end)), "")
    start = entry.start
    if number:
        between = text[entries[number - 1].end : start]
        has_break = "\n" in between
        start = start if has_break else entries[number - 1].end if comma is None else _blanks_before(text, start)
    return _spliced_entry(text, Span(start, end), "")


def _key(value: object) -> str:
    return f"{type(value).__name__} {value!r}"


def _after(spans: TomlSpans, entry: Span, written: str, newline: str) -> str:
    """One more entry behind another: on a line of its own where that one begins a line."""
    text, comma = spans.text, spans.comma(entry.end)
    start = spans.line_start(entry.start)
    indent = text[start : entry.start] if spans.is_first_on_line(entry.start) else None
    if comma is not None:
        if indent is not None and REST_IS_COMMENT.match(text, comma + 1):
            return _inserted(text, spans.line_end(comma), f"{indent}{written},{newline}")
        return _inserted(text, comma + 1, f" {written},")
    if indent is None:
        return _inserted(text, entry.end, f", {written}")
    if not REST_IS_COMMENT.match(text, entry.end):
        return _inserted(text, entry.end, f",{newline}{indent}{written}")
    whole = _inserted(text, spans.line_end(entry.end), f"{indent}{written}{newline}")
    return _inserted(whole, entry.end, ",")


def _before(spans: TomlSpans, entry: Span, written: str, newline: str) -> str:
    if not spans.is_first_on_line(entry.start):
        return _inserted(spans.text, entry.start, f"{written}, ")
    start = spans.line_start(entry.start)
    return _inserted(spans.text, start, f"{spans.text[start : entry.start]}{written},{newline}")


def _into_empty(spans: TomlSpans, place: Place, written: str, newline: str) -> str:
    """The first entry of an empty list, in front of its closing bracket; comments inside stay."""
    value = spans.value(place)
    if value is None:
        raise KeyError(place)
    text, close = spans.text, value.end - 1
    if not text[value.start + 1 : close].strip(" \t"):
        return _spliced_entry(text, Span(value.start + 1, close), written)
    if not spans.is_first_on_line(close):
        return _inserted(text, close, written)
    start = spans.line_start(close)
    return _inserted(text, start, f"{text[start:close]}{INDENT}{written},{newline}")


def _past_blanks(text: str, at: int) -> int:
    match = BLANKS.match(text, at)
    return match.end() if match else at


def _blanks_before(text: str, at: int) -> int:
    return len(text[:at].rstrip(" \t"))


def _inserted(text: str, at: int, more: str) -> str:
    return text[:at] + more + text[at:]


def _spliced_entry(text: str, span: Span, written: str) -> str:
    return text[: span.start] + written + text[span.end :]


class Style(NamedTuple):
    """How the keys of a table are written: what stands before them, and round the sign of equality.

    `width` is that of the longest key where the signs stand below each other, else 0.
    """

    indent: str = ""
    equals: str = " = "
    width: int = 0

    @classmethod
    def of(cls, spans: TomlSpans, assignments: Sequence[Assignment]) -> Style:
        """The style of some lines of one table."""
        heads = [spans.text[each.span.start : each.value.start] for each in assignments]
        if not heads:
            return cls()
        keys = [head.rstrip(" \t").removesuffix("=").rstrip(" \t") for head in heads]
        equals = heads[-1][len(keys[-1]) :]
        indent = indent_of(spans, assignments[-1].span.start)
        is_aligned = len({len(head) for head in heads}) == 1 and len({len(key) for key in keys}) > 1
        if not is_aligned:
            return cls(indent, equals if re.fullmatch(r"[ \t]?=[ \t]?", equals) else " = ")
        width = max(map(len, keys))
        return cls(indent, heads[0][width:] if "=" in heads[0][width:] else " = ", width)

    def line(self, key: str, value: Value, newline: str) -> str:
        """`key = value` in this style, with its line end."""
        head = f"{self.indent}{key.ljust(self.width)}{self.equals}"
        return f"{head}{written(value, newline, before=len(head), indent=self.indent)}{newline}"


def indent_of(spans: TomlSpans, at: int) -> str:
    """The blanks at the beginning of the line that `at` is on."""
    line = spans.text[spans.line_start(at) : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def newline_of(text: str) -> str:
    """The line end of a file: that of its first line."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"


def gap_of(spans: TomlSpans, starts: Sequence[int]) -> int:
    """How many blank lines part the tables that begin at `starts`: the first two that nothing else parts; else 1."""
    for start in starts[1:]:
        above = spans.text[: spans.line_start(start)].replace("\r\n", "\n")
        lines = above.rstrip("\n")
        if not lines.rpartition("\n")[2].lstrip(" \t").startswith("#"):
            return len(above) - len(lines) - 1
    return 1

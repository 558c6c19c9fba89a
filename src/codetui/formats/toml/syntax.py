"""Positions and notation in a TOML text, which `tomllib` neither reports nor writes.

A scan finds headers, keys, values and list entries. Values are formatted as strings with suitable quotes, and as lists
on one line or several.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple
from unicodedata import category

from codetui.model import Span

KeyPath = tuple[str | int, ...]
"""A path from the top: `("code", 2, "examples", 0)`."""

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
BLANK_ON_LINE = re.compile(r"[ \t]*+")
KEY_PART = re.compile(r"""[ \t]*(?:([\w-]+)|"((?:\\.|[^"\\\n])*)"|'([^'\n]*)')[ \t]*""")
LONG_STRING = re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|' + r"'''.*?'''(?:'{0,2})", re.DOTALL)
STRING = re.compile(r""""(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
BARE = re.compile(r"(?:[^,\]}#\s]|[ \t]++(?=[^,\]}#\s]))*+")
REST_OF_LINE = re.compile(r"[^\n]*")

LONGEST_LINE = 110
"""Characters of a line before a list is broken into several."""

INDENT = "    "
ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"'}
UNPRINTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
"""Characters that TOML or an editor would not keep as they are."""

ESCAPED = re.compile(rf'[\\"]|{UNPRINTED.pattern}')
RUN_OF_QUOTES = re.compile(r'"{3,}|"+\Z')
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
TomlValue = str | bool | int | tuple[str, ...]
"""A value of a codebook's field."""

BULLET = re.compile(r"\s*(?:[-*•]|\d+[.)])\s")


class Header(NamedTuple):
    """`[name]` or `[[name]]`: the table that it begins, and the span of its brackets."""

    table: KeyPath
    span: Span


class Assignment(NamedTuple):
    """`key = value`: its table (an inline one, or that of the header above), its place, and its position in the text.

    `span` reaches from the key to the end of the value; `value` covers only the value.
    """

    table: KeyPath
    place: KeyPath
    span: Span
    value: Span


class TomlScan:
    """The spans and lines of a text that `tomllib` accepts, including a byte order mark."""

    def __init__(self, text: str) -> None:
        """Scan `text`; raises RecursionError for brackets that are nested a thousand deep."""
        self.text = text
        self.offset = len(text) - len(text.removeprefix("\ufeff"))
        self.headers: list[Header] = []
        self.assignments: list[Assignment] = []
        self.by_place: dict[KeyPath, Assignment] = {}
        """The assignments, also those in inline tables, by their places."""
        self.values: dict[KeyPath, Span] = {}
        """The spans of values that are assigned or are entries of lists."""
        self._starts: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}
        self._at = self.offset
        table: KeyPath = ()
        self._skip(BLANK)
        while self._at < len(text):
            if text.startswith("[", self._at):
                table = self._header()
            else:
                self._assignment(table)
            self._skip(REST_OF_LINE)
            self._skip(BLANK)

    def line(self, *place: str | int) -> int:
        """Return the line, from 1, of `place` or of the nearest key or table around it; 0 for the whole text."""
        for length in range(len(place), 0, -1):
            start = self._starts.get(place[:length])
            if start is None and (value := self.values.get(place[:length])) is not None:
                start = value.start
            if start is not None:
                return bisect_right(self._breaks, start) + 1
        return 0

    def header(self, table: KeyPath) -> Header | None:
        """Return the header of a table that has one."""
        return next((each for each in self.headers if each.table == table), None)

    def under(self, table: KeyPath) -> list[Assignment]:
        """Return the assignments below a table's header (of the top table for `()`) in order."""
        return [each for each in self.assignments if each.table == table and not self._is_inline(each)]

    def inside(self, table: KeyPath) -> list[Assignment]:
        """Return the assignments of an inline table in order."""
        return [each for each in self.assignments if each.table == table and self._is_inline(each)]

    def entries(self, place: KeyPath) -> list[Span]:
        """Return the entries of a list in order."""
        found: list[Span] = []
        while (entry := self.values.get((*place, len(found)))) is not None:
            found.append(entry)
        return found

    def comma(self, end: int) -> int | None:
        """Return the position of the comma after a value that ends at `end`, if there is one."""
        match = BLANK.match(self.text, end)
        at = match.end() if match else end
        return at if self.text.startswith(",", at) else None

    def line_start(self, at: int) -> int:
        """Return where the line that contains `at` begins, after a byte order mark."""
        return max(self.text.rfind("\n", 0, at) + 1, self.offset)

    def line_end(self, at: int) -> int:
        """Return where the line after the one that contains `at` begins, or where the text ends."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def indent(self, at: int) -> str:
        """Return the blanks at the beginning of the line that contains `at`."""
        line = self.text[self.line_start(at) : at]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def is_first_on_line(self, at: int) -> bool:
        """Return whether only blanks precede `at` on its line."""
        return self.line_start(at) + len(self.indent(at)) == at

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.end() for match in re.finditer("\n", self.text)]

    def _is_inline(self, each: Assignment) -> bool:
        return any(each.place[:length] in self.values for length in range(1, len(each.place)))

    def _header(self) -> KeyPath:
        """Scan `[a.b]` or `[[a.b]]`; return the table that it begins."""
        start = self._at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self._at += brackets
        table: KeyPath = ()
        *parents, last = self._key()
        for part in parents:
            table = (*table, part)
            table = (*table, self._lengths[table] - 1) if table in self._lengths else table
            self._starts.setdefault(table, start)
        table = (*table, last)
        self._starts.setdefault(table, start)
        if brackets == 2:
            self._lengths[table] = self._lengths.get(table, 0) + 1
            table = (*table, self._lengths[table] - 1)
            self._starts[table] = start
        self.headers.append(Header(table, Span(start, self._at + brackets)))
        return table

    def _assignment(self, table: KeyPath) -> None:
        start, place = self._at, table
        for part in self._key():
            place = (*place, part)
            self._starts.setdefault(place, start)
        self._at += len("=")
        self._skip(BLANK_ON_LINE)
        value = self._value(place)
        self.by_place[place] = Assignment(table, place, Span(start, value.end), value)
        self.assignments.append(self.by_place[place])

    def _key(self) -> list[str]:
        """Scan a dotted key; return its parts."""
        parts: list[str] = []
        while match := KEY_PART.match(self.text, self._at):
            parts.append(_unescaped(match[2]) if match[2] else match[match.lastindex or 0])
            self._at = match.end()
            if not self.text.startswith(".", self._at):
                break
            self._at += len(".")
        return parts or [""]

    def _value(self, place: KeyPath) -> Span:
        """Scan a value with the entries or keys inside it; return its span."""
        start = self._at
        if self.text.startswith("[", start):
            self._list(place)
        elif self.text.startswith("{", start):
            self._inline_table(place)
        elif self.text.startswith(('"""', "'''"), start):
            self._skip(LONG_STRING)
        else:
            self._skip(STRING if self.text.startswith(('"', "'"), start) else BARE)
        self.values[place] = Span(start, self._at)
        return self.values[place]

    def _list(self, place: KeyPath) -> None:
        self._at += len("[")
        self._skip(BLANK)
        number = 0
        while self._at < len(self.text) and self.text[self._at] != "]":
            start = self._at
            self._value((*place, number))
            self._skip_comma()
            self._at = max(self._at, start + 1)
            number += 1
        self._at += len("]")

    def _inline_table(self, place: KeyPath) -> None:
        self._at += len("{")
        self._skip(BLANK)
        while self._at < len(self.text) and self.text[self._at] != "}":
            self._assignment(place)
            self._skip_comma()
        self._at += len("}")

    def _skip_comma(self) -> None:
        self._skip(BLANK)
        if self.text.startswith(",", self._at):
            self._at += len(",")
            self._skip(BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self._at):
            self._at = match.end()


def _unescaped(part: str) -> str:
    """Return a part of a key that is written in double quotes, unescaped as by `tomllib`."""
    return next(iter(tomllib.loads(f'"{part}" = 0'))) if "\\" in part else part


def format_key(key: str) -> str:
    """Return a key, quoted if necessary."""
    return key if BARE_KEY.fullmatch(key) else f'"{_escaped(key)}"'


def quote(text: str, *, literal: bool = False) -> str:
    """Return a string on one line, in single quotes if that saves backslashes or if `literal` is set."""
    if (literal or '"' in text or "\\" in text) and "'" not in text and not UNPRINTED.search(text):
        return f"'{text}'"
    return f'"{_escaped(text)}"'


def quote_long(text: str, newline: str, *, literal: bool = False) -> str:
    '''Return a string over several lines: `"""`, a line break, the text, `"""`.'''
    if literal and "'''" not in text and not text.endswith("'") and not UNPRINTED.search(text.replace("\n", "")):
        return f"'''\n{text}'''".replace("\n", newline)
    body = _escaped(text, keep='"\n\t')
    body = RUN_OF_QUOTES.sub(lambda run: '\\"' * len(run[0]), body)
    return f'"""\n{body}"""'.replace("\n", newline)


def format_value(value: TomlValue, newline: str, *, before: int = 0, indent: str = "", like: str = "") -> str:
    """Format a value that follows `before` characters on its line.

    A string gets the same kind of quotes as the value `like` that it replaces, if they suit it.
    """
    is_literal = like.startswith("'")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return _format_list(value, newline, before=before, indent=indent)
    return quote_long(value, newline, literal=is_literal) if "\n" in value else quote(value, literal=is_literal)


def format_inline(value: TomlValue) -> str:
    """Format a value on one line, as inline tables require."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(quote, value))}]"
    return quote(value) if isinstance(value, str) else format_value(value, "")


def _format_list(texts: tuple[str, ...], newline: str, *, before: int, indent: str) -> str:
    line = format_inline(texts)
    if before + len(line) <= LONGEST_LINE or len(texts) < 2:
        return line
    inner = "".join(f"{indent}{INDENT}{quote(text)},{newline}" for text in texts)
    return f"[{newline}{inner}{indent}]"


def _escaped(text: str, keep: str = "") -> str:
    def escape(sign: re.Match[str]) -> str:
        return sign[0] if sign[0] in keep else ESCAPES.get(sign[0], f"\\u{ord(sign[0]):04X}")

    return ESCAPED.sub(escape, text)


def joined_lines(text: str) -> str:
    """Return hard-wrapped text with its lines joined; blank lines, bullets and table rows stay on lines of their own.

    A bullet keeps its indentation relative to the leftmost one.  Control characters are removed.
    """
    written = printable_lines(text)
    left = min((indentation(line) for line in written if BULLET.match(line)), default=0)
    lines: list[list[str]] = []
    for line in written:
        part = line.strip()
        is_bullet = BULLET.match(line) is not None
        if part and lines and lines[-1] and not is_bullet and not part.startswith("|") and lines[-1][0][:1] != "|":
            lines[-1].append(part)
        elif part or (lines and lines[-1]):
            lines.append([" " * (indentation(line) - left if is_bullet else 0) + part] if part else [])
    return "\n".join(" ".join(parts) for parts in lines)


def indentation(line: str) -> int:
    """Return the width of the white space at the beginning of a line in columns, with tab stops every four columns."""
    return len(line[: len(line) - len(line.lstrip())].expandtabs(4))


def printable_lines(text: str) -> list[str]:
    """Return the lines of a text without control characters, and without blank lines at either end."""
    lines = "".join(sign for sign in text if sign in "\n\t" or category(sign) != "Cc").split("\n")
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []

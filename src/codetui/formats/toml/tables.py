"""Tables of a TOML file that a person wrote: whatever is wrong becomes a problem with its line, the rest is kept.

A field of a wrong type counts as absent; `forms.check` reports it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from unicodedata import category

from codetui.formats.toml.syntax import KeyPath, TomlScan, joined_lines, printable_lines
from codetui.model import Problem, Severity

BYTE_LIMIT = 5_000_000
MOST_PROBLEMS = 1_000
MOST_NAMES = 200
LONGEST_NAME = 60
ERROR_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
LONG_DOTTED_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){40}""")
NO_KEY = re.compile(
    r'''#[^\n]*+|"""(?:\\.|[^\\"]|"(?!""))*+(?:"""|\Z)'''
    r"""|'''(?:[^']|'(?!''))*+(?:'''|\Z)|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?""",
    re.DOTALL,
)
"""A comment or a string, up to the end of its line if it is not closed; quoted keys match as well."""
SURROGATE = re.compile("[\ud800-\udfff]")
HINTS = {
    "Cannot overwrite a value": "one field occurs twice in one table: remove one",
    "Cannot declare": "this table occurs twice, or needs double brackets: [[…]]",
    "Expected newline": 'write one field per line, and \\" for a quote inside a quoted text',
    "Expected '='": "write a field as name = value",
    "Found invalid character": "close the quotes on the same line, or use triple quotes for a long text",
    "Illegal character": "close the quotes on the same line, or use triple quotes for a long text",
    "Invalid initial character": "a field's name consists of letters, digits, - and _",
    "Invalid statement": "a line is a [[table]], a field = value, or a # comment",
    "Invalid value": "write texts in quotes, lists in square brackets",
    "Unclosed array": "separate the entries of a list by commas, and end it with ]",
    "Unescaped": "write '…' instead of \"…\", or double the backslash",
    "Unterminated string": "end a text with as many quotes as it begins with",
}
"""Advice for errors of `tomllib`, by how their message begins."""


class Number(str):
    """A number with a decimal point, kept as written, so that `1.10` remains `1.10`."""

    __slots__ = ()


class Sheet:
    """A TOML text and the problems found in it so far."""

    def __init__(self, file: str, text: str = "") -> None:
        """Create a sheet for the problems of `file`, with its text if that is parsed already."""
        self.file = file
        self.problems: list[Problem] = []
        self._text = text

    def parse(self, text: str) -> Table | None:
        """Return the top table; None, with a problem, for a text that is not valid TOML."""
        self._text = text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        error = _refused(text)
        if error is None:
            try:
                return Table(self, (), tomllib.loads(text, parse_float=Number))
            except RecursionError:
                error = 0, "brackets are nested too deeply; three levels are enough for a codebook"
            except ValueError as problem:
                error = _explained(problem, text)
        self.report("error", *error)
        return None

    def report(self, severity: Severity, line: int, message: str) -> None:
        """Add a problem, unless the sheet has MOST_PROBLEMS already."""
        if self.has_room():
            self.problems.append(Problem(self.file, line, severity, message))

    def has_room(self) -> bool:
        """Return whether one more problem would be added."""
        return len(self.problems) < MOST_PROBLEMS

    def line(self, place: KeyPath) -> int:
        """Return the line of a place, from 1, or of the nearest table around it; 0 for the whole text."""
        return 0 if self._scan is None else self._scan.line(*place)

    @cached_property
    def _scan(self) -> TomlScan | None:
        try:
            return TomlScan(self._text)
        except RecursionError:
            return None


class Table:
    """One table with its place; each accessor returns an empty value for a field that is absent or of another type."""

    def __init__(self, sheet: Sheet, place: KeyPath, fields: dict[str, object]) -> None:
        """Wrap the table at `place` of `sheet`."""
        self.sheet = sheet
        self.place = place
        self.fields = fields

    @property
    def _where(self) -> str:
        """The words that name this table after a field, ` of [[code]]`; empty for the top table."""
        return f" of {header(self.place)}" if self.place else ""

    def line(self, *names: str | int) -> int:
        """Return the line of the table or of a field in it."""
        return self.sheet.line((*self.place, *names))

    def report(self, severity: Severity, message: str, *names: str | int) -> None:
        """Report a problem with the table or with a field in it."""
        if self.sheet.has_room():
            self.sheet.report(severity, self.line(*names), message)

    def text(self, name: str) -> str:
        """Return a one-line field or a number; white space is folded, control characters are removed with a warning."""
        return self._line(self.fields.get(name), name)

    def sign(self, name: str) -> str:
        """Return a field of one character; a blank is kept, so that it can be reported as invalid."""
        value = self.fields.get(name)
        return self.text(name) or (value[:1] if isinstance(value, str) else "")

    def prose(self, name: str) -> str:
        """Return a field of any length with hard line breaks joined; see `joined_lines`."""
        return joined_lines(_text(self.fields.get(name)))

    def verbatim(self, name: str) -> str:
        """Return a field of any length as written, without empty lines at its ends."""
        return "\n".join(printable_lines(_text(self.fields.get(name))))

    def flag(self, name: str) -> bool:
        """Return a field that is true or false."""
        return self.fields.get(name) is True

    def ids(self, name: str) -> tuple[str, ...]:
        """Return a field that lists ids, each once; a single id needs no list."""
        return tuple(dict.fromkeys(self._lines(name)))

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a field that lists one-line texts; a single text counts as a list of one, with a warning."""
        if isinstance(self.fields.get(name), str):
            self.report("warning", f'{name}{self._where} is a single text; write a list: {name} = ["…", "…"]', name)
        return tuple(self._lines(name))

    def table(self, name: str) -> Table:
        """Return the table `[name]`; an empty table if it is absent or not a table."""
        value = self.fields.get(name)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            self.report("warning", f"{name} is a list; write [{name}] with single brackets", name)
            return Table(self.sheet, (*self.place, name, 0), value[0])
        return Table(self.sheet, (*self.place, name), value if isinstance(value, dict) else {})

    def tables(self, name: str) -> Iterator[Table]:
        """Yield the tables `[[name]]` in order."""
        value = self.fields.get(name)
        if isinstance(value, dict):
            self.report("warning", f"{name} has single brackets; write [[{name}]], once for each", name)
            yield Table(self.sheet, (*self.place, name), value)
        for number, entry in enumerate(value if isinstance(value, list) else ()):
            if isinstance(entry, dict):
                yield Table(self.sheet, (*self.place, name, number), entry)

    def _lines(self, name: str) -> Iterator[str]:
        value = self.fields.get(name)
        for number, each in enumerate(value if isinstance(value, list) else [value]):
            if line := self._line(each, name, number):
                yield line

    def _line(self, value: object, name: str, *names: int) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        line = " ".join(_text(value).split())
        clean = " ".join("".join(sign for sign in line if category(sign) != "Cc").split())
        if clean != line:
            self.report("warning", f"{name}{self._where} contains control characters, which are ignored", name, *names)
        return clean


def header(place: KeyPath) -> str:
    """Return the header of a table as people write it: `[[code]]`, `[corpus]`."""
    names = ".".join(step for step in place if isinstance(step, str))
    return f"[[{names}]]" if place and isinstance(place[-1], int) else f"[{names}]"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most similar; empty if none is similar."""
    from difflib import get_close_matches

    if len(name) > LONGEST_NAME:
        return ""
    by_folded = {each.casefold(): each for each in islice(known, MOST_NAMES)}
    near = get_close_matches(name.casefold(), by_folded, 1, 0.5)
    return by_folded[near[0]] if near else ""


def report_missing(table: Table, place: KeyPath, what: str, name: str, known: Iterable[str]) -> None:
    """Report an id that the codebook lacks, with the most similar one."""
    if table.sheet.has_room():
        near = nearest(name, known)
        hint = f"did you mean {shown(near)}?" if near else "write an existing id, or remove it"
        table.report("error", f"{place[0]} names {what} {shown(name)}, which the codebook lacks; {hint}", *place)


def shown(text: str) -> str:
    """Return a text as messages quote it, cut if it is long."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:59]}…"'


def long_key(text: str) -> int | None:
    """Return the line, from 1, of a key with dozens of parts, which `tomllib` would need minutes for; None without one.

    Words joined by dots in a string or a comment do not count.
    """
    if LONG_DOTTED_KEY.search(text) is None:
        return None
    bare = NO_KEY.sub(lambda found: '"k"' + "\n" * found[0].count("\n"), text)
    found = LONG_DOTTED_KEY.search(bare)
    return None if found is None else _line_at(bare, found)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _refused(text: str) -> tuple[int, str] | None:
    """Return the line and reason if a text is not parsed, because it would take too long or yield broken characters."""
    if len(text) > BYTE_LIMIT or len(text.encode("utf-8", "surrogatepass")) > BYTE_LIMIT:
        return 0, "the file is larger than 5 MB, a codebook is far smaller: is it the right file?"
    if (broken := SURROGATE.search(text)) is not None:
        return _line_at(text, broken), "the text is not UTF-8 here; save the file as UTF-8"
    if (line := long_key(text)) is not None:
        return line, "dozens of words joined by dots; no field has such a name"
    return None


def _line_at(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def _explained(error: ValueError, text: str) -> tuple[int, str]:
    """Return the line and the explanation of an error of `tomllib`."""
    found = ERROR_LINE.search(str(error))
    what = ERROR_LINE.sub("", str(error))
    hint = next((hint for start, hint in HINTS.items() if what.startswith(start)), "correct this line")
    last = text.rstrip("\n").count("\n") + 1
    return 0 if found is None else int(found[1] or last), f"not valid TOML: {what}; {hint}"

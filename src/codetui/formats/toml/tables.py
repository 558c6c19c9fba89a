"""Tables that people wrote by hand: what is wrong becomes a problem with its line, the rest is kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from unicodedata import category

from codetui.formats.toml.prose import joined_lines, without_empty_ends
from codetui.formats.toml.scan import Place, TomlLines, toml_lines
from codetui.model import Problem, Severity

BYTE_LIMIT = 5_000_000
MOST_PROBLEMS = 1_000
MOST_NAMES = 200
LONGEST_NAME = 60
ERROR_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
LONG_DOTTED_KEY = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){40}""",
)
NO_KEY = re.compile(
    r'''#[^\n]*+|"""(?:\\.|[^\\"]|"(?!""))*+(?:"""|\Z)'''
    r"""|'''(?:[^']|'(?!''))*+(?:'''|\Z)|"(?:\\.|[^"\\\n])*+"?|'[^'\n]*+'?""",
    re.DOTALL,
)
"""A comment or a text, to its line's end where nothing closes it; a key in quotes is one too."""
SURROGATE = re.compile("[\ud800-\udfff]")
HINTS = {
    "Cannot overwrite a value": "one field stands twice in one table: remove one",
    "Cannot declare": "this table stands twice, or needs double brackets: [[…]]",
    "Expected newline": 'one field per line; a quote inside a text in quotes is written \\"',
    "Expected '='": "a field is written name = value",
    "Found invalid character": "close the quotes on the same line, or use triple quotes for a long text",
    "Illegal character": "close the quotes on the same line, or use triple quotes for a long text",
    "Invalid initial character": "a field's name is of letters, digits, - and _",
    "Invalid statement": "a line is a [[table]], a field = value, or a # comment",
    "Invalid value": "texts stand in quotes, lists in square brackets",
    "Unclosed array": "entries of a list are parted by commas, and ] ends it",
    "Unescaped": "write '…' instead of \"…\", or double the backslash",
    "Unterminated string": "a text that begins with quotes ends with as many",
}
"""What to do about an error of the TOML reader, by how its message begins."""


class Written(str):
    """A number with a point as it was written, so that `1.10` stays `1.10`."""

    __slots__ = ()


class Sheet:
    """One TOML text: its tables, and the problems met so far."""

    def __init__(self, file: str) -> None:
        """A sheet without text, for the problems of `file`."""
        self.file = file
        self.problems: list[Problem] = []
        self.lines = TomlLines({})

    def parse(self, text: str) -> Table | None:
        """The top table; None with a problem where the text is no TOML."""
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        trouble = _refused(text)
        if trouble is None:
            try:
                fields = tomllib.loads(text, parse_float=Written)
                self.lines = toml_lines(text)
                return Table(self, (), fields)
            except RecursionError:
                trouble = 0, "brackets stand inside brackets too deeply; a codebook needs three levels"
            except ValueError as error:
                trouble = _explained(error, text)
        self.say("error", *trouble)
        return None

    def say(self, severity: Severity, line: int, message: str) -> None:
        """Report a problem, unless so many were that nobody reads on."""
        if self.has_room():
            self.problems.append(Problem(self.file, line, severity, message))

    def has_room(self) -> bool:
        """Whether one more problem would be read."""
        return len(self.problems) < MOST_PROBLEMS


class Table:
    """One table with its place; each field is asked for once, what nobody asked for is unknown."""

    def __init__(self, sheet: Sheet, place: Place, fields: dict[str, object]) -> None:
        """The table at `place` of `sheet`."""
        self.sheet = sheet
        self.place = place
        self.fields = fields
        self.known: list[str] = []

    @property
    def kind(self) -> str:
        """How people write the table's header: `[[code]]`, `[corpus]`."""
        names = ".".join(str(part) for part in self.place if isinstance(part, str))
        return f"[[{names}]]" if self.place and isinstance(self.place[-1], int) else f"[{names}]"

    def line(self, *names: str | int) -> int:
        """The line of the table or of something in it."""
        return self.sheet.lines.at(*self.place, *names)

    def say(self, severity: Severity, message: str, *names: str | int) -> None:
        """Report a problem at the table or at something in it."""
        self.sheet.say(severity, self.line(*names), message)

    def line_of_text(self, name: str, *, number: bool = False) -> str:
        """A field that is one line: white space folded, control characters off; empty where it is missing.

        With `number` a bare number will do.
        """
        value = self._take(name)
        if isinstance(value, Written) or (isinstance(value, int) and not isinstance(value, bool)):
            if not number:
                self._wrong(name, "is a number; put it in quotes")
            return str(value)
        return self._one_line(self._text(value, name), name)

    def sign(self, name: str) -> str:
        """A field that is one sign, a bare number too; a blank stays one, so that it can be said to be wrong."""
        value = self.fields.get(name)
        line = self.line_of_text(name, number=True)
        return line or (value[:1] if isinstance(value, str) and not isinstance(value, Written) else "")

    def prose(self, name: str) -> str:
        """A field of any length, hard line breaks joined; blank lines, bullets and rows of tables keep their line."""
        return joined_lines(self._text(self._take(name), name))

    def verbatim(self, name: str) -> str:
        """A field of any length as it is written, without empty lines round it."""
        text = "".join(sign for sign in self._text(self._take(name), name) if sign in "\n\t" or category(sign) != "Cc")
        return "\n".join(without_empty_ends(text.split("\n")))

    def flag(self, name: str) -> bool:
        """A field that is true or false; false where it is missing."""
        value = self._take(name)
        if value is not None and not isinstance(value, bool):
            self._wrong(name, f"is neither true nor false; write {name} = true, without quotes")
        return value is True

    def ids(self, name: str) -> tuple[str, ...]:
        """A field that lists ids, each once; one alone needs no list, and a number will do."""
        value = self._take(name)
        values = value if isinstance(value, list) else [] if value is None else [value]
        found: list[str] = []
        for number, each in enumerate(values):
            is_number = isinstance(each, int) and not isinstance(each, bool)
            text = str(each) if is_number or isinstance(each, Written) else self._text(each, name, number)
            found.append(self._one_line(text, name, number))
        return tuple(dict.fromkeys(filter(None, found)))

    def list_of_text(self, name: str) -> tuple[str, ...]:
        """A field that lists texts of one line; a single text counts as a list of one."""
        value = self._take(name)
        if isinstance(value, str) and not isinstance(value, Written):
            self._wrong(name, f'is one text; write a list: {name} = ["…", "…"]', "warning")
            value = [value]
        if value is None:
            return ()
        if not isinstance(value, list):
            self._wrong(name, f'is no list of texts; write {name} = ["…", "…"]')
            return ()
        texts = [self._one_line(self._text(each, name, number), name, number) for number, each in enumerate(value)]
        return tuple(text for text in texts if text)

    def table(self, name: str) -> Table:
        """The table `[name]`; an empty one where it is missing or is something else."""
        value = self._take(name)
        if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
            self._wrong(name, f"is a list; write [{name}] with single brackets", "warning")
            return Table(self.sheet, (*self.place, name, 0), value[0])
        if value is not None and not isinstance(value, dict):
            header = Table(self.sheet, (*self.place, name), {}).kind
            self._wrong(name, f"is no table; write {header} on a line of its own and its fields below")
        return Table(self.sheet, (*self.place, name), value if isinstance(value, dict) else {})

    def tables(self, name: str) -> Iterator[Table]:
        """The tables `[[name]]` in their order."""
        value = self._take(name)
        if isinstance(value, dict):
            self._wrong(name, f"stands in single brackets; write [[{name}]], once for each", "warning")
            yield Table(self.sheet, (*self.place, name), value)
            return
        if value is not None and not isinstance(value, list):
            self._wrong(name, f"is no table; write [[{name}]] on a line of its own and its fields below")
            return
        for number, entry in enumerate(value or []):
            if isinstance(entry, dict):
                yield Table(self.sheet, (*self.place, name, number), entry)
            else:
                self.say("error", f"[[{name}]] holds what is no table; it is left out", name, number)

    def report_unknown(self) -> None:
        """Report the fields that nobody asked for."""
        for name in self.fields:
            if name not in self.known and self.sheet.has_room():
                near = self.nearest(name, self.known)
                hint = f"did you mean {near}?" if near else f"known here: {', '.join(self.known)}"
                where = f" in {self.kind}" if self.place else ""
                self.say("warning", f"unknown field {shown(name)}{where}, ignored; {hint}", name)

    def nearest(self, name: str, known: Sequence[str]) -> str:
        """The known name that was probably meant; empty where none is near, or nobody would read it."""
        from difflib import get_close_matches

        if len(name) > LONGEST_NAME or not self.sheet.has_room():
            return ""
        by_folded = {each.casefold(): each for each in known[:MOST_NAMES]}
        near = get_close_matches(name.casefold(), by_folded, 1, 0.5)
        return by_folded[near[0]] if near else ""

    def _take(self, name: str) -> object:
        self.known.append(name)
        return self.fields.get(name)

    def _text(self, value: object, name: str, *names: int) -> str:
        """The value if it is a text; an empty text, with a problem, if it is anything else."""
        if value is None or (isinstance(value, str) and not isinstance(value, Written)):
            return value or ""
        self._wrong(name, "is no text; put it in quotes", "error", *names)
        return ""

    def _one_line(self, text: str, name: str, *names: int) -> str:
        line = " ".join(text.split())
        clean = " ".join("".join(character for character in line if category(character) != "Cc").split())
        if clean != line:
            self._wrong(name, "holds control characters; they are left out", "warning", *names)
        return clean

    def _wrong(self, name: str, what: str, severity: Severity = "error", *names: int) -> None:
        where = f" of {self.kind}" if self.place else ""
        self.say(severity, f"{name}{where} {what}", name, *names)


def report_missing(table: Table, place: tuple[str | int, ...], what: str, name: str, known: Iterable[str]) -> None:
    """Report an id that the book lacks, with what may be meant, as long as anybody reads on."""
    if not table.sheet.has_room():
        return
    near = table.nearest(name, list(islice(known, MOST_NAMES)))
    hint = f"did you mean {shown(near)}?" if near else "write the id of one that is there, or take it off."
    table.say("error", f"{place[0]} names {what} {shown(name)}, which the book lacks; {hint}", *place)


def shown(text: str) -> str:
    """A text as messages repeat it: in quotes, cut where it is long."""
    return f'"{text}"' if len(text) <= 60 else f'"{text[:59]}…"'


def _refused(text: str) -> tuple[int, str] | None:
    """Line and reason why a text is not even tried: reading it would take for ever or give broken words."""
    if len(text) > BYTE_LIMIT or len(text.encode("utf-8", "surrogatepass")) > BYTE_LIMIT:
        return 0, "the file is larger than 5 MB, a codebook is far smaller: is it the right file?"
    if (broken := SURROGATE.search(text)) is not None:
        return _line_at(text, broken), "the text is not UTF-8 here; save the file as UTF-8"
    if (dotted := long_key(text)) is not None:
        return dotted, "dozens of words joined by dots; no field of a codebook is named so"
    return None


def long_key(text: str) -> int | None:
    """The line, from 1, of a key of dozens of parts, for which the TOML reader takes for ever; None without one.

    Words joined by dots inside a text in quotes, or in a comment, are no key.
    """
    if LONG_DOTTED_KEY.search(text) is None:
        return None
    bare = NO_KEY.sub(lambda found: '"k"' + "\n" * found[0].count("\n"), text)
    found = LONG_DOTTED_KEY.search(bare)
    return None if found is None else _line_at(bare, found)


def _line_at(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def _explained(error: ValueError, text: str) -> tuple[int, str]:
    """Line and wording of an error of the TOML reader."""
    found = ERROR_LINE.search(str(error))
    what = ERROR_LINE.sub("", str(error))
    hint = next((hint for start, hint in HINTS.items() if what.startswith(start)), "repair what stands here")
    last = text.rstrip("\n").count("\n") + 1
    line = 0 if found is None else int(found[1] or last)
    return line, f"this is no TOML: {what}; {hint}"

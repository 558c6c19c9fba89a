"""Codings as other programs store them, before they are located in the texts of the study."""

from __future__ import annotations

import json
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

ForeignMemoKind = Literal["source", "section", "group", "code", "entry"]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCoding:
    """One code on one quotation.

    `code` is an id, a name, or both as in `TASK3: Modeling`. `start` and `end` are offsets as the file has them, None
    if it has none. `place_words` are the text's own characters at the place, if the file has them beside `words`.
    `list_name` is the list of the file in which the coding is, if its lists are sections of a codebook. `is_proposed`
    is True for a place that was not accepted.
    """

    code: str
    words: str
    start: int | None = None
    end: int | None = None
    note: str = ""
    place_words: str = ""
    list_name: str = ""
    is_proposed: bool = False
    memo: str = ""
    """A memo on the quotation, longer than a note."""


class ForeignMemo(NamedTuple):
    """A memo on a source, or on a `name` in it: that of a code, or the title of a section or group."""

    kind: ForeignMemoKind
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSource:
    """The codings of one source by one coder.

    `id` names the source as the file does. `text` is the text in which the offsets count, empty if the file lacks it.
    `coder` is empty if the file names none. `is_done` is None if the file does not have it.
    """

    id: str
    file: str
    line: int = 0
    codings: tuple[ForeignCoding, ...] = ()
    profile: str = ""
    reasoning: str = ""
    text: str = field(default="", repr=False)
    coder: str = ""
    is_done: bool | None = None
    memos: tuple[ForeignMemo, ...] = ()
    guid: str = ""
    """Its identifier in a project of REFI-QDA."""


class UnknownFormatError(ValueError):
    """A file is in no known format, or breaks the rules of its format, at `line` (0 for the whole file)."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}" if line else f"{file}: {message}")


class CodingsFile:
    """A file of codings, parsed as JSON where it is JSON; `beside` reads a file next to it, by its name."""

    def __init__(self, name: str, data: bytes, beside: Callable[[str], bytes | None] = lambda _: None) -> None:
        self.name = name
        self.data = data
        self.beside = beside
        self.left_out = Counter[str]()
        """The number of each kind of thing in the file that its reader leaves out, such as `pictures`."""

    @cached_property
    def text(self) -> str:
        """The text of the file. Raises UnknownFormatError if it is none in UTF-8, nor in UTF-16 with its mark."""
        is_utf16 = self.data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        try:
            return self.data.decode("utf-16" if is_utf16 else "utf-8-sig")
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            message = "this is no text in UTF-8; save the file as UTF-8 and import it again"
            raise UnknownFormatError(self.name, line, message) from None

    def leave_out(self, numbers: Mapping[str, int]) -> None:
        """Count what the reader leaves out."""
        self.left_out.update({what: number for what, number in numbers.items() if number})

    @property
    def suffix(self) -> str:
        """The suffix of the name, in lower case, with its dot."""
        return self.name[self.name.rfind(".") :].lower() if "." in self.name.rpartition("/")[2] else ""

    @cached_property
    def records(self) -> Sequence[tuple[int, object]]:
        """The JSON values with their lines: those of a list, of JSON lines, or a single one; none if it is no JSON."""
        if not self.text.lstrip().startswith(("{", "[")):
            return ()
        try:
            value: object = json.loads(self.text)
            return [(1, one) for one in value] if isinstance(value, list) else [(1, value)]
        except (ValueError, RecursionError):
            pass
        lines = [(number, line) for number, line in enumerate(self.text.split("\n"), 1) if line.strip()]
        found: list[tuple[int, object]] = []
        for number, line in lines:
            try:
                found.append((number, json.loads(line)))
            except (ValueError, RecursionError):
                if not found:
                    return ()
                raise UnknownFormatError(self.name, number, "this line is not valid JSON; correct it") from None
        return found

    def has_fields(self, *names: str) -> bool:
        """Return whether the first JSON value is an object with one of these fields."""
        first = self.records[0][1] if self.records else None
        return isinstance(first, dict) and any(name in first for name in names)

    def validated(self, model: type[M]) -> Iterable[tuple[int, M]]:
        """Yield the JSON values as `model`, with their lines. Raises UnknownFormatError for the first that differs."""
        for number, (line, value) in enumerate(self.records, 1):
            try:
                yield line, model.model_validate(value)
            except ValidationError as error:
                raise self.invalid(line, number, error) from None

    def invalid(self, line: int, number: int, error: ValidationError) -> UnknownFormatError:
        """Return the error for the record with this number, which does not fit its model."""
        first = error.errors(include_url=False, include_input=False)[0]
        field_name = ".".join(map(str, first["loc"])) or "the record"
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        message = f"record {number}, {field_name}: {first['msg'].lower()}{more}; correct it and import it again"
        return UnknownFormatError(self.name, line, message)


class ForeignModel(BaseModel):
    """Fields that another program writes; unknown ones are ignored."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class Reader(NamedTuple):
    """Reads one format; `expected` describes its files to people whose file fits no format.

    `fits` returns whether a file seems to be in the format. `read` returns the codings of each source, and raises
    UnknownFormatError.
    """

    name: str
    suffixes: tuple[str, ...]
    expected: str
    fits: Callable[[CodingsFile], bool]
    read: Callable[[CodingsFile], Sequence[ForeignSource]]

"""Codings as rows: CSV, TSV, JSON lines or a JSON array, with the column names that people and programs use.

codetui's own exports, and Taguette's highlights, are such tables.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError

from codetui.formats.book_files.entries import UnreadableBookError
from codetui.formats.book_files.tables import sheets_of
from codetui.formats.codings.foreign import (
    CodingsFile,
    ForeignCoding,
    ForeignModel,
    ForeignSource,
    Reader,
    UnknownFormatError,
)
from codetui.formats.export.lines import unguarded
from codetui.formats.export.table import CELLS

ADS = (
    *("ad", "ad_id", "doc", "doc_id", "document", "document_name", "document_id", "source", "source_id", "file"),
    *("filename", "file_name", "job_id", "text_id", "case", "advertentie", "vacature", "bron"),
)
CODES = ("code", "code_id", "tag", "label", "category", "codes", "theme", "codename", "tags", "thema")
QUOTES = (
    *("quote", "words", "phrase", "quotation", "content", "highlight", "segment", "coded_segment", "span_text"),
    *("quotation_content", "quoted_text", "excerpt", "passage", "fragment", "citaat", "text"),
)
SEVERAL = ("codes", "tags")
"""Columns whose cells may list several codes, one a line or separated by semicolons."""

OWN = (set(CELLS["codings"]), set(CELLS["ads"]))


def _number(value: object) -> object:
    """Return None for an empty cell, and a whole number for one that a spreadsheet wrote as 12.0."""
    if isinstance(value, str):
        text = value.strip()
        return (text.removesuffix(".0") or None) if text.replace(".", "", 1).isdigit() or not text else value
    return value


def _text(value: object) -> object:
    return "" if value is None else value


Text = Annotated[str, BeforeValidator(_text)]
Number = Annotated[int | None, BeforeValidator(_number)]


class CodingRow(ForeignModel):
    """One row: a code on a quotation, or the profile of a source alone."""

    ad: Text = Field(default="", validation_alias=AliasChoices(*ADS))
    code: Text = Field(default="", validation_alias=AliasChoices(*CODES))
    code_name: Text = ""
    quote: Text = Field(default="", validation_alias=AliasChoices(*QUOTES))
    start: Number = Field(default=None, validation_alias=AliasChoices("start", "start_offset", "begin", "from"))
    end: Number = Field(default=None, validation_alias=AliasChoices("end", "end_offset", "stop", "to"))
    note: Text = Field(default="", validation_alias=AliasChoices("note", "comment", "memo", "justification", "why"))
    profile: Text = ""
    reasoning: Text = Field(default="", validation_alias=AliasChoices("reasoning", "rationale"))
    coder: Text = Field(default="", validation_alias=AliasChoices("coder", "annotator", "user", "model"))
    ad_words: Text = ""
    state: Text = ""
    to_check: Text = ""
    section: Text = ""
    place: Text = ""


def _read_rows(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return one source for each ad and coder, in the order of the rows."""
    found: dict[tuple[str, str], ForeignSource] = {}
    codings: dict[tuple[str, str], list[ForeignCoding]] = {}
    for number, (line, fields) in enumerate(_rows(file), 1):
        row = _validated(file, line, number, fields)
        key = (row.ad.strip(), row.coder.strip())
        known = found.get(key) or ForeignSource(id=key[0], coder=key[1], file=file.name, line=line)
        found[key] = _with_row(known, row)
        of_source = codings.setdefault(key, [])
        if not row.code.strip() and row.quote.strip() and not row.profile.strip():
            file.left_out["quotations without a code"] += 1
        for code in _codes(row, fields):
            if not row.quote.strip() and row.start is None:
                raise UnknownFormatError(file.name, line, f"row {number} has a code but no quote; fill it in")
            of_source.append(_coding(row, code))
    return [replace(one, codings=tuple(codings[key])) for key, one in found.items()]


def _fits(file: CodingsFile) -> bool:
    """Return whether the first row names a source, and a code with words or a place, or a profile."""
    if file.records and not isinstance(file.records[0][1], dict):
        return False
    first = next(_rows(file), None)
    names = first[1] if first else {}

    def has(columns: Sequence[str]) -> bool:
        return any(name in names for name in columns)

    return has(ADS) and ((has(CODES) and (has(QUOTES) or "start" in names)) or "profile" in names)


ROWS = Reader(
    "rows",
    (".csv", ".tsv", ".jsonl", ".json"),
    (
        "a CSV, TSV or JSON lines file with the columns ad, code and quote, and optionally start, end, note, profile, "
        "reasoning and coder; codetui's own exports; Taguette's highlights"
    ),
    _fits,
    _read_rows,
)
"""Reads rows with the columns `ad, code, quote[, start, end, note, profile, reasoning, coder]`."""


WORKBOOK = Reader(
    "workbook",
    (".xlsx",),
    "an Excel workbook whose first sheet has such columns",
    lambda file: file.suffix == ".xlsx",
    _read_rows,
)
"""Reads the same rows from the first sheet of a workbook that has any."""


def _with_row(known: ForeignSource, row: CodingRow) -> ForeignSource:
    """Return the source with the profile and state of one more row, unless it has them."""
    return replace(
        known,
        profile=known.profile or row.profile.strip(),
        reasoning=known.reasoning or row.reasoning.strip(),
        is_done=known.is_done if known.is_done is not None or not row.state else row.state == "done",
    )


def _codes(row: CodingRow, fields: Mapping[str, object]) -> list[str]:
    """Return the codes in a row."""
    is_list = any(name in fields for name in SEVERAL)
    found = re.split(r"[;\n]", row.code) if is_list else [row.code]
    return [one.strip() for one in found if one.strip()]


def _coding(row: CodingRow, code: str) -> ForeignCoding:
    name = row.code_name.strip()
    return ForeignCoding(
        code=f"{code}: {name}" if name and ":" not in code else code,
        words=row.quote,
        start=row.start,
        end=row.end,
        note=row.note,
        place_words=row.ad_words,
        list_name=row.section,
        is_proposed=row.to_check == "yes" and row.place == "fuzzy",
    )


def _validated(file: CodingsFile, line: int, number: int, fields: Mapping[str, object]) -> CodingRow:
    try:
        row = CodingRow.model_validate(fields)
    except ValidationError as error:
        raise file.invalid(line, number, error) from None
    if not row.ad.strip():
        raise UnknownFormatError(file.name, line, f"row {number} has no id; fill in the column")
    return row


def _rows(file: CodingsFile) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the rows with their lines, their column names in lower case with `_` for blanks."""
    if file.suffix == ".xlsx":
        yield from _rows_of_workbook(file)
        return
    if file.text.lstrip().startswith(("{", "[")):
        for line, value in file.records:
            if not isinstance(value, dict):
                raise UnknownFormatError(file.name, line, "this is no object with named fields")
            yield line, {_column(name): one for name, one in value.items()}
        return
    head = file.text.partition("\n")[0]
    delimiter = max(",;\t|", key=head.count)
    if delimiter not in head or "\0" in head:
        return
    reader = csv.reader(io.StringIO(file.text, newline=""), delimiter=delimiter)
    try:
        columns = [_column(name) for name in next(reader, [])]
        is_own = any(len(own & set(columns)) >= len(own) - 1 for own in OWN)
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells[len(columns) :]):
                what = f"this row has {len(cells)} cells, and there are {len(columns)} columns"
                hint = f"put quotation marks around a cell with “{delimiter}”"
                raise UnknownFormatError(file.name, line, f"{what}: {hint}")
            if any(cell.strip() for cell in cells):
                values = map(unguarded, cells) if is_own else cells
                yield line, dict(zip(columns, values, strict=False))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnknownFormatError(file.name, reader.line_num, f"this row cannot be read ({error})") from None


def _rows_of_workbook(file: CodingsFile) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Yield the rows of the first sheet with any; count the others."""
    try:
        sheets = [rows for rows in sheets_of(file.data).values() if any(map(any, rows))]
    except UnreadableBookError as error:
        raise UnknownFormatError(file.name, 0, str(error)) from None
    file.leave_out({"other sheets": len(sheets[1:])})
    head, *rows = sheets[0] if sheets else [[]]
    columns = [_column(name) for name in head]
    for line, cells in enumerate(rows, 2):
        if any(cell.strip() for cell in cells):
            yield line, dict(zip(columns, cells, strict=False))


def _column(name: str) -> str:
    return name.strip().casefold().replace(" ", "_").replace("-", "_")

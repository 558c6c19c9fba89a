"""Codebooks as tables in CSV and XLSX, read and written: one code a row, with the column names that people use."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from codetui.core.codebook.keys import with_keys
from codetui.formats.book_files.entries import BookEntry, FieldValue, FoundBook, Path, UnreadableBookError
from codetui.formats.coding_book import vocabulary
from codetui.formats.coding_book.pieces import running_entries
from codetui.formats.coding_book.tables import CodeRow, CodeTable, identify_columns
from codetui.formats.coding_book.vocabulary import LIST_FIELDS, field_key, is_title
from codetui.formats.export.lines import csv_line, unguarded
from codetui.formats.export.workbook import MOST_UNITS, PICTURES, UNWRITABLE, open_workbook
from codetui.formats.refi.descriptions import parse_description, split_label
from codetui.model import Code, Codebook, Group, Section

TAGUETTE = ("tag", "description", "number of highlights")
"""The columns of Taguette, in whose tags a dot separates levels."""

LARGEST_UNPACKED = 100_000_000
"""Bytes of a workbook that is opened."""

DELIMITERS = ",;\t|"
ROWS_ABOVE = 5
"""Rows that may be above the head of a table, such as its title."""

LONGEST_NAME = 15
"""Words of a name of a code, on average at most."""

COLOUR = re.compile(r"((code|tag)[- ]?)?(colou?r|kleur|farbe|couleur)", re.IGNORECASE)
COUNT = re.compile(
    r"((number|aantal|no|count|total|sum) (of )?)?"
    r"(files?|references?|sources?|bronnen|highlights|documents?|documenten|quotations?|cit\w+|segments?|coded segments"
    r"|codings?|frequen\w+|count|grounded|density|aantal)( coded)?( count)?",
    re.IGNORECASE,
)
HEADING = re.compile(r"sections?|secties?|chapters?|hoofdstuk(ken)?|folders?|map|rubriek|code groups?", re.IGNORECASE)
OWN_COLUMNS = (
    *("id", "name", "section", "group", "key", "definition", "include", "exclude", "examples", "confused_with"),
    *("found_in", "retired", "section_id", "group_id", "holds"),
)
"""The columns of exported codebooks; a heading with a definition has a row without a name."""

QUOTED = re.compile(r"[\"“„«`]([^\"“”„«»`]*)[\"”“»`]")
NESTED = re.compile(r"\s*(?:>>|\\+)\s*|\s+>\s+")
"""Between the levels of a name, as NVivo and QualCoder write them."""


def read_csv(data: bytes, stem: str) -> FoundBook:
    """Return the codes in a table of text. Raises UnreadableBookError."""
    text = _decoded(data).lstrip("\r\n")
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and lines[0].lower().startswith("sep=") else 0
    tables = {mark: list(_records(lines[skipped:], mark, skipped + 1)) for mark in DELIMITERS}
    mark = max(tables, key=lambda each: max((len(row.cells) for row in tables[each][:ROWS_ABOVE]), default=0))
    return _read("table", tables[mark], stem, has_semicolons=mark == ";")


def sheets_of(data: bytes) -> Mapping[str, Sequence[Sequence[str]]]:
    """Return the cells of each sheet of a workbook as texts, by the names of the sheets. Raises UnreadableBookError."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        hint = "install it with pip install 'codetui[sources]', or save the file as CSV"
        raise UnreadableBookError(f"a workbook needs a library that is not installed; {hint}") from None
    _require_small(data)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        sheets = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableBookError(f"its workbook cannot be read ({error})") from None
    return {name: [[_cell(value) for value in row] for row in rows] for name, rows in sheets.items()}


def read_xlsx(data: bytes, stem: str) -> FoundBook:
    """Return the codes in the first sheet of a workbook that has some. Raises UnreadableBookError."""
    sheets = sheets_of(data)
    refusals: list[UnreadableBookError] = []
    for name, values in sheets.items():
        rows = [CodeRow(line, list(row)) for line, row in enumerate(values, 1)]
        try:
            found = _read(f"sheet “{name}”", [row for row in rows if any(row.cells)], stem)
        except UnreadableBookError as error:
            refusals.append(error)
            continue
        others = [other for other in sheets if other != name and sheets[other]]
        return found._replace(left_out=Counter(found.left_out) + Counter({"other sheets": len(others)}))
    raise refusals[0] if refusals else UnreadableBookError("it has no sheet")


def _require_small(data: bytes) -> None:
    """Raise UnreadableBookError for a zip that would unpack to far more than a codebook."""
    with suppress(BadZipFile), ZipFile(BytesIO(data)) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > LARGEST_UNPACKED:
            raise UnreadableBookError(f"it would take {size:,} bytes unpacked, and is not opened")


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cell(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _records(lines: list[str], delimiter: str, first: int) -> Iterator[CodeRow]:
    reader = csv.reader(lines, delimiter=delimiter)
    line = first
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield CodeRow(line, [cell.strip() for cell in cells])
            line = first + reader.line_num
    except csv.Error:
        return


# --- columns ------------------------------------------------------------------------------------------


class _Columns(NamedTuple):
    """The meaning of each column of a table, and the title of each as it was written."""

    titles: list[str]
    table: CodeTable
    others: Mapping[int, str]
    """The columns with a meaning beyond that of `table`: `holds`, `key`, `section_id`, `group_id`, `remark`."""

    left_out: Mapping[int, str]
    is_own: bool

    def meanings(self) -> dict[str, str]:
        """Return the meaning of each column by its title."""
        names: dict[int, str] = {at: f"{key}" for at, key in enumerate(self.table.keys[: len(self.titles)]) if key}
        names |= dict.fromkeys(self.table.groups_at, "heading above")
        names |= {at: "a text beside it" if name == "remark" else name for at, name in self.others.items()}
        if self.table.name_at is not None:
            names[self.table.name_at] = "name"
        if self.table.id_at is not None and self.table.id_at != self.table.name_at:
            names[self.table.id_at] = "id"
        return {title: names.get(at, "") for at, title in enumerate(self.titles) if title}


def _columns(titles: list[str], rows: Sequence[CodeRow]) -> _Columns | None:
    """Return the columns of a table of codes; None if these are no titles of one."""
    plain = [" ".join(title.replace("_", " ").replace("\n", " ").split()).strip(" *:") for title in titles]
    is_own = {"id", "name", "section_id", "definition"} <= set(titles)
    others: dict[int, str] = {}
    left_out: dict[int, str] = {}
    for at, title in enumerate(plain):
        if title.replace(" ", "_") in ("holds", "key", "section_id", "group_id") and is_own:
            others[at] = title.replace(" ", "_")
        elif COLOUR.fullmatch(title):
            left_out[at] = "colours"
        elif COUNT.fullmatch(title) and _are_numbers(at, rows):
            left_out[at] = f"column “{titles[at]}”"
        elif vocabulary.WORDS["remark"].fullmatch(title):
            others[at] = "remark"
    shown = ["" if at in others or at in left_out else title for at, title in enumerate(plain)]
    shown = ["category" if HEADING.fullmatch(title) else title for title in shown]
    remarks = [at for at, name in others.items() if name == "remark"]
    if remarks and not any(field_key(title) == "definition" for title in shown):
        others.pop(remarks[0])
        shown[remarks[0]] = "definition"
    has_fields = any(map(field_key, shown))
    table = identify_columns(
        [*shown, "" if has_fields else "definition"], [CodeRow(r.line, [*r.cells, ""]) for r in rows]
    )
    if table is None or not (is_own or _heads_codes(table, shown, plain, has_fields=has_fields, counts=left_out)):
        return None
    known = {*table.label_columns, *table.groups_at, *others, *left_out}
    for at, title in enumerate(titles):
        if at not in known and title and not table.keys[at]:
            left_out[at] = f"column “{title}”"
    return _Columns(titles, table, others, left_out, is_own)


def _heads_codes(
    table: CodeTable, shown: Sequence[str], plain: Sequence[str], *, has_fields: bool, counts: Mapping[int, str]
) -> bool:
    """Return whether titles of columns are those of a table of codes, rather than of any things with descriptions."""
    label = shown[table.label_columns[-1]] if table.label_columns[-1] < len(shown) else ""
    is_code = is_title(label, "code", "sub", "sure", "group", "parent") or any(
        is_title(title, "code", "parent", "sub") for title in shown
    )
    if is_title(label, "other") and not is_code:
        return False
    keys = {key for key in table.keys if key}
    if not has_fields:
        return is_code and (bool(table.groups_at) or is_title(label, "code", "sure"))
    has_criteria = bool(keys & {"include", "exclude", "confused_with"})
    is_defined = any("defini" in title.casefold() for title in plain)
    return is_code or has_criteria or is_defined or any(what.startswith("column") for what in counts.values())


def _are_numbers(at: int, rows: Sequence[CodeRow]) -> bool:
    return all(cell.replace(".", "", 1).isdigit() for row in rows if at < len(row.cells) and (cell := row.cells[at]))


# --- rows ---------------------------------------------------------------------------------------------


def _read(kind: str, rows: Sequence[CodeRow], stem: str, *, has_semicolons: bool = False) -> FoundBook:
    """Return the codes in rows, the first of which or one of the next is the head.  Raises UnreadableBookError.

    `has_semicolons` if semicolons separate the cells: those inside a cell then belong to its text.
    """
    for number, head in enumerate(rows[:ROWS_ABOVE]):
        width = len(head.cells)
        below = [CodeRow(row.line, (row.cells + [""] * width)[:width]) for row in rows[number + 1 :]]
        columns = _columns(head.cells, below) if below and sum(map(bool, head.cells)) else None
        if columns is not None:
            reader = _RowReader(columns, below, has_semicolons=has_semicolons)
            entries = reader.entries()
            if entries and sum(len(one.name.split()) for one in entries) <= LONGEST_NAME * len(entries):
                return FoundBook(kind, entries, stem, columns=columns.meanings(), left_out=reader.left_out)
    if not rows:
        raise UnreadableBookError("it has no rows")
    listed = ", ".join(f"“{cell}”" for cell in rows[0].cells if cell)
    raise UnreadableBookError(f"it has the columns {listed} in its first line, and none of these names codes")


class _RowReader:
    """Reads the rows below a head."""

    def __init__(self, columns: _Columns, rows: Sequence[CodeRow], *, has_semicolons: bool) -> None:
        self._columns, self._rows, self._table = columns, rows, columns.table
        self._has_semicolons = has_semicolons
        self._has_definitions_alone = {key for key in self._table.keys if key} == {"definition"}
        self._is_taguette = set(TAGUETTE) <= set(columns.titles)
        self.left_out = Counter[str]()
        self._above = [at for at in self._table.groups_at if is_title(self._table.titles[at], "parent")]
        self._merged = [at for at in self._table.groups_at if at not in self._above and self._is_merged(at)]
        self._parents = {
            name: row.cells[self._above[0]]
            for row in rows
            for name in (self._name(row), self._cell(row, self._table.id_at))
            if self._above and name
        }
        self._names = {self._cell(row, self._table.id_at): self._name(row) for row in rows}

    def entries(self) -> list[BookEntry]:
        """Return the codes and headings in the rows."""
        found: list[BookEntry] = []
        columns = [at for at in self._table.groups_at if at not in self._above]
        last = dict.fromkeys(columns, "")
        for row in self._rows:
            has_changed = False
            for at in columns:
                cell = self._cell(row, at)
                if at in self._merged and not has_changed:
                    # Below the same outer heading, an empty cell continues the inner one.
                    cell = cell or last[at]
                has_changed = has_changed or cell != last[at]
                last[at] = cell
            entry = self._entry(row, [*last.values()])
            if entry is None:
                self.left_out["rows without a name"] += 1
                continue
            found += self._headings(row, entry) if self._columns.is_own else []
            found.append(entry)
            for at, what in self._columns.left_out.items():
                self.left_out[what] += bool(row.cells[at])
        return found

    def _cell(self, row: CodeRow, at: int | None) -> str:
        text = row.cells[at] if at is not None and at < len(row.cells) else ""
        return unguarded(text) if self._columns.is_own else text

    def _name(self, row: CodeRow) -> str:
        return self._cell(row, self._table.name_at)

    def _entry(self, row: CodeRow, groups: Sequence[str]) -> BookEntry | None:
        """Return the code of a row; in an exported codebook, a row without a name is a heading with its definition."""
        path: Path = (*self._path_above(row), *filter(None, groups))
        name, id_ = self._name(row), self._cell(row, self._table.id_at)
        if self._columns.is_own:
            if not id_ and path:
                own = self._other(row, "group_id" if len(path) > 1 else "section_id")
                fields = self._fields(row) | {"holds": self._other(row, "holds"), "key": self._other(row, "key")}
                return BookEntry(path[-1], own, path[:-1], fields, is_code=False, line=row.line)
            fields = self._fields(row) | {"key": self._other(row, "key")}
            return BookEntry(name or id_, id_, path, fields, line=row.line) if id_ else None
        if self._table.id_at is None or id_ == name:
            id_, name = split_label(name)
        if not name and not id_:
            return None
        *outer, name = NESTED.split(name or id_)
        remarks = [
            (self._columns.titles[at], row.cells[at])
            for at, what in self._columns.others.items()
            if what == "remark" and row.cells[at]
        ]
        above = (*path, *filter(None, outer))
        if self._is_taguette and not above:
            above = tuple(filter(None, [name.rpartition(".")[0]]))
        return BookEntry(name, id_, above, self._fields(row), remarks=tuple(remarks), line=row.line)

    def _headings(self, row: CodeRow, entry: BookEntry) -> Iterator[BookEntry]:
        """Yield the headings above a code of an exported codebook, with their ids."""
        ids = (self._other(row, "section_id"), self._other(row, "group_id"))
        for depth, (title, id_) in enumerate(zip(entry.path, ids, strict=False)):
            if entry.is_code and id_:
                yield BookEntry(title, id_, entry.path[:depth], {"holds": self._other(row, "holds")}, is_code=False)

    def _other(self, row: CodeRow, name: str) -> str:
        return next((self._cell(row, at) for at, what in self._columns.others.items() if what == name), "")

    def _fields(self, row: CodeRow) -> dict[str, FieldValue]:
        """Return the fields of a row."""
        found: dict[str, FieldValue] = {}
        for at, key in enumerate(self._table.keys[: len(row.cells)]):
            text = self._cell(row, at)
            if key and text and at not in self._table.label_columns:
                is_list = key in LIST_FIELDS or key == "confused_with"
                found[key] = self._listed(text) if is_list else f"{found[key]}\n\n{text}" if key in found else text
        definition = found.get("definition", "")
        if isinstance(definition, str) and self._has_definitions_alone:
            found = {**parse_description(definition).fields}
        return found

    def _listed(self, text: str) -> tuple[str, ...]:
        """Return the entries of a list: one a line, else the texts in quotes, else what is between semicolons."""
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        if self._columns.is_own:
            return tuple(lines)
        if len(lines) > 1:
            return tuple(_bare(line.lstrip("-*•– ")) for line in lines)
        is_whole = self._has_semicolons and '"' not in text
        return tuple(map(_bare, [text] if is_whole else running_entries(text, are_terms=False)))

    def _path_above(self, row: CodeRow) -> Path:
        """Return the titles of the parents of a row, the outermost first; a parent may be a row itself."""
        found: list[str] = []
        at = self._cell(row, self._above[0]) if self._above else ""
        while at and at not in found and len(found) < len(self._rows):
            found.append(at)
            at = self._parents.get(at, "")
        outer = [self._names.get(each) or each for each in found[::-1]]
        return tuple(part for each in outer for part in NESTED.split(each) if part)

    def _is_merged(self, at: int) -> bool:
        """Return whether a heading is written beside its first code only, as in a table with merged cells."""
        cells = [row.cells[at] for row in self._rows]
        names = [cell for cell in cells if cell]
        return bool(cells and cells[0]) and "" in cells and len(set(names)) == len(names) and not self._columns.is_own


def _bare(text: str) -> str:
    """Return a text without the quotation marks around it."""
    framed = QUOTED.fullmatch(text)
    return framed[1].strip() if framed else text


# --- writing ------------------------------------------------------------------------------------------

WIDTHS = {"name": 30, "definition": 60, "include": 40, "exclude": 40, "examples": 40}
"""The widths of columns in characters; others are as wide as a word."""

WIDTH = 14


def render_csv(book: Codebook) -> bytes:
    """Return a codebook as CSV, one code a row, below a row for each section or group with a definition or no code."""
    return "".join(map(csv_line, [OWN_COLUMNS, *book_rows(book)])).encode("utf-8", "replace")


def render_xlsx(book: Codebook) -> bytes:
    """Return a codebook as a workbook with the rows of `render_csv`. Raises ValueError for a text that is too long."""
    out = BytesIO()
    with open_workbook(out) as workbook:
        sheet = workbook.add_worksheet("codebook")
        sheet.freeze_panes(1, 0)
        bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
        for at, name in enumerate(OWN_COLUMNS):
            sheet.set_column(at, at, WIDTHS.get(name, WIDTH))
            sheet.write_string(0, at, name, bold)
        for number, row in enumerate(book_rows(book), 1):
            for at, cell in enumerate(row):
                text = UNWRITABLE.sub("\ufffd", cell).translate(PICTURES)
                if len(text.encode("utf-16-le")) > 2 * MOST_UNITS:
                    what = f"the {OWN_COLUMNS[at]} of {row[0] or row[2]} is longer than a cell of a workbook"
                    raise ValueError(f"{what}, which holds {MOST_UNITS:,} characters; export CSV instead")
                if text:
                    sheet.write_string(number, at, text, wrapped)
    return out.getvalue()


def book_rows(book: Codebook) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a codebook: a section's codes in their order.

    Rows without an id are its headings; they are above its codes if these do not have all of them.
    """
    book = with_keys(book)
    groups = {group.id: group for group in book.groups}
    for section in book.sections:
        codes = [code for code in book.codes if code.section == section.id]
        own = [group for group in book.groups if group.section == section.id]
        in_codes = [groups[one] for one in dict.fromkeys(code.group for code in codes) if one]
        if not codes or in_codes != own or section.definition or any(group.definition for group in own):
            yield _row(section, None, section, {"definition": section.definition, "key": section.key})
            yield from (_row(section, group, group, {"definition": group.definition}) for group in own)
        yield from (_row(section, groups.get(code.group), code, _fields(code)) for code in codes)


def _fields(code: Code) -> dict[str, str]:
    return {
        "key": code.key,
        "definition": code.definition,
        "include": code.include,
        "exclude": code.exclude,
        "examples": "\n".join(code.examples),
        "confused_with": "\n".join(code.confused_with),
        "found_in": code.found_in,
        "retired": "yes" if code.is_retired else "",
    }


def _row(
    section: Section, group: Group | None, part: Section | Group | Code, fields: dict[str, str]
) -> tuple[str, ...]:
    own = {"id": part.id, "name": part.name} if isinstance(part, Code) else {}
    place = {
        "section": section.title,
        "group": group.title if group else "",
        "section_id": section.id,
        "group_id": group.id if group else "",
        "holds": section.holds,
    }
    cells: dict[str, str] = {**fields, **own, **place}
    return tuple(cells.get(name, "") for name in OWN_COLUMNS)

"""Tables whose quotes do not match: the same rows as a slow reader finds, in one pass however many are broken."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.storage import csv_rows
from codetui.storage.csv_quotes import mended_cells, step
from codetui.storage.csv_rows import Header, Record
from codetui.storage.sources.decoding import Lines, ProblemCollector
from testing.examples import examples

HEADER = Header(["id", "a", "b", "c"], ",", 1)
PIECES = [
    '"', '"', '""', '"""', ",", ",", "\n", "\n", "\r\n", "a", "b", "1", "2", " ", '","', '",\n', "1,a,b,c\n",
    '1,a",b,"c\n', 'x,"', '"\n', "1,", '2,"a\nb",c,d\n', '3,a,b,"open\n', 'x,"y"z,w\n',
]  # fmt: skip
tables = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


class CountedFile(io.BytesIO):
    """A file that counts the bytes that are read from it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.count = 0

    def __next__(self) -> bytes:
        line = super().__next__()
        self.count += len(line)
        return line


class CountedLines(Lines):
    """Lines that count how often one was handed out."""

    count = 0

    def __iter__(self) -> Iterator[str]:
        for line in super().__iter__():
            self.count += 1
            yield line


def lines_of(text: str) -> CountedLines:
    return CountedLines(CountedFile(text.encode()), ProblemCollector("a.csv"))


def found_in(text: str, id_at: int = 0) -> list[Record]:
    return list(csv_rows.records(lines_of(text), HEADER, id_at, ProblemCollector("a.csv")))


# --- the slow reader ----------------------------------------------------------------------------------


def slowly(lines: list[str], id_at: int) -> Iterator[tuple[int, list[str]]]:
    """The line (from 0) and the cells of each row: every row is tried anew, as far as its quotes go."""
    at = 0
    while at < len(lines):
        cells, end = strictly(lines, at)
        if cells is None:
            end = next_row(lines, at, id_at)
            yield at, mended_cells("".join(lines[at:end]), ",", 4)
        elif any(cells):
            yield at, cells
        at = end


def strictly(lines: list[str], at: int) -> tuple[list[str] | None, int]:
    """The row that begins on a line, and the line behind it; None where its quotes do not match."""
    reader = csv.reader(lines[at:], strict=True)
    try:
        return next(reader), at + reader.line_num
    except csv.Error:
        return None, at


def next_row(lines: list[str], at: int, id_at: int) -> int:
    """The line on which a whole row with an id of the same kind begins, behind one whose quotes do not match."""
    own = mended_cells(lines[at], ",", 4)
    own_id = own[id_at].strip() if id_at < len(own) else ""
    for after in range(at + 1, len(lines)):
        loose = next(csv.reader([lines[after]]), [])
        if id_at < len(loose) - 1 and not csv_rows._is_like(loose[id_at], own_id):
            continue
        cells = strictly(lines, after)[0]
        cells = mended_cells(lines[after], ",", 4) if cells is None else cells
        if len(cells) == 4 and csv_rows._is_like(cells[id_at], own_id):
            return after
    return len(lines)


@settings(max_examples=examples(400))
@given(tables, st.sampled_from([0, 0, 2, 3]), st.booleans())
def test_the_rows_are_those_that_a_slow_reader_finds(text: str, id_at: int, has_cr_only: bool) -> None:
    if has_cr_only:
        text = text.replace("\r\n", "\n").replace("\n", "\r")
    lines = [line.decode() for line in text.encode().splitlines(keepends=True)]
    assert [(row.line - 1, row.cells) for row in found_in(text, id_at)] == list(slowly(lines, id_at))


def test_a_row_of_several_lines_is_found_among_lines_that_were_gone_through() -> None:
    broken, longer, row = 'a,"a"b,c,d\nb,x",y,"c\n', '3","d\n', 'e",f,g\n'
    found = found_in(broken + longer + row)
    assert [(each.line, each.cells) for each in found][1:] == [(3, ['3"', "d\ne", "f", "g"])]


@given(tables, st.booleans())
def test_a_row_that_is_read_from_its_place_is_the_one_that_was_listed(text: str, has_cr_only: bool) -> None:
    text = text.replace("\r\n", "\n").replace("\n", "\r") if has_cr_only else text
    for row in found_in(text):
        lines = lines_of(text)
        lines.seek(row.place, row.line)
        assert next(csv_rows.records(lines, HEADER, 0, ProblemCollector("a.csv"))) == row


# --- one pass -----------------------------------------------------------------------------------------

BROKEN = {
    "chained": '{n},a",b,"c\n',
    "chained and broken": '{n},a",b,"c\n{n},"a"b,c,d\n',
    "chained and whole": '{n},a,b,c\n{n},a",b,"c\n',
    "left open": '{n},a,b,"c\n',
    "broken": '{n},"a"b,c,d\n',
    "no id": ',,,"a"b\n',
    "short": '"a"b\n',
    "whole": "{n},a,b,c\n",
    "quoted": '{n},a,b,"c\nd"\n',
}


@pytest.mark.parametrize("end", ["\n", "\r"])
@pytest.mark.parametrize("shape", BROKEN)
def test_lines_are_read_a_few_times_however_many_rows_are_broken(shape: str, end: str) -> None:
    text = "".join(BROKEN[shape].format(n=n) for n in range(3_000)).replace("\n", end)
    for before in ("", f'0,a,b,"{end}', f'0,a",b,"c{end}'):
        file = CountedFile((before + text).encode())
        lines = CountedLines(file, ProblemCollector("a.csv"))
        assert len(list(csv_rows.records(lines, HEADER, 0, ProblemCollector("a.csv")))) > 0
        assert lines.count < 8 * (before + text).count(end)
        assert file.count < 8 * len(before + text)


# --- single lines -------------------------------------------------------------------------------------


@given(st.text(alphabet='",ab ', max_size=12), st.booleans())
def test_a_step_says_what_the_whole_reader_finds_in_a_line(line: str, is_inside: bool) -> None:
    whole = f'"{line}' if is_inside else line
    found = step(line, ",", is_inside=is_inside)
    for closing in ("", '"'):
        try:
            cells = next(csv.reader([whole + "\n", closing], strict=True), [])
        except csv.Error:
            cells = None
        if cells is not None and found.end == "closed":
            assert cells == found.cells
        if closing:
            assert (cells is None) == (found.end == "mismatched")


@given(st.text(alphabet='"",a', max_size=14), st.sampled_from([1, 2, 3]))
def test_mended_cells_are_those_of_a_search_from_every_cell(row: str, width: int) -> None:
    plain, to_end = (searched(row, is_open_to_end=is_open) for is_open in (False, True))
    assert mended_cells(row, ",", width) == (plain if len(plain) == width else to_end)


def searched(row: str, *, is_open_to_end: bool) -> list[str]:
    """A row cut into cells, with the quote that closes each looked for anew."""
    cells: list[str] = []
    start = 0
    while True:
        close = closing_quote(row, start + 1) if row.startswith('"', start) else None
        if close is not None and (close >= 0 or is_open_to_end):
            end = close if close >= 0 else len(row)
            cells.append(row[start + 1 : end].replace('""', '"'))
            end += 1
        else:
            end = next(at for at in count(start) if at == len(row) or row[at] == ",")
            cells.append(row[start:end])
        if end >= len(row):
            return cells
        start = end + 1


def closing_quote(row: str, at: int) -> int:
    """The quote before a comma or the end that ends the cell, two in a row being one sign of it; -1 without any."""
    while (at := row.find('"', at)) >= 0:
        if row.startswith('""', at):
            at += 2
        elif row[at + 1 : at + 2] in ("", ","):
            return at
        else:
            at += 1
    return -1


def test_a_long_row_of_quotes_that_never_close_is_cut_in_one_pass() -> None:
    row = '"a,' * 200_000
    assert len(mended_cells(row + "b", ",", 200_001)) == 200_001


@pytest.mark.parametrize("quoted", [False, True])
def test_blanks_behind_each_delimiter_are_no_part_of_the_cells(quoted: bool) -> None:
    names = ("id", "employer", "title", "text")
    header = ", ".join(f'"{name}"' if quoted else name for name in names)
    text = (
        f"{header}\n"
        '1, Acme, Dev, "You build, and test"\n'
        '2, Acme, Dev, "You code\nin Python, daily"\n'
        '3, Acme, Dev, "Say ""hello"", then go"\n'
        "4,Acme, Dev, plain\n"
    )
    lines, trouble = lines_of(text), ProblemCollector("a.csv")
    found = csv_rows.read_header(lines, {})
    assert found is not None and found.names == list(names)
    rows = [record.cells for record in csv_rows.records(lines, found, 0, trouble)]
    assert rows == [
        ["1", "Acme", "Dev", "You build, and test"],
        ["2", "Acme", "Dev", "You code\nin Python, daily"],
        ["3", "Acme", "Dev", 'Say "hello", then go'],
        ["4", "Acme", "Dev", "plain"],
    ]
    assert not trouble.taken()


def test_a_blank_in_one_row_of_a_table_without_them_belongs_to_its_cell() -> None:
    lines = lines_of("id,employer,title,text\n1, Acme,Dev,You build\n")
    header = csv_rows.read_header(lines, {})
    assert header is not None
    assert [record.cells for record in csv_rows.records(lines, header, 0, ProblemCollector("a.csv"))] == [
        ["1", " Acme", "Dev", "You build"]
    ]

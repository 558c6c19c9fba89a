"""Tables with mismatched quotes: broken rows are left out, the rest is read, in one pass however many are broken."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.model import CorpusSettings
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.reader import Lines, ProblemCollector
from codetui.storage.sources.table_readers import Header, Record, read_header, read_records

HEADER = Header(["id", "a", "b", "c"], ",", 1)
PIECES = [
    '"', '"', '""', '"""', ",", ",", "\n", "\n", "\r\n", "a", "b", "1", "2", " ", '","', '",\n', "1,a,b,c\n",
    '1,a",b,"c\n', 'x,"', '"\n', "1,", '2,"a\nb",c,d\n', '3,a,b,"open\n', 'x,"y"z,w\n',
]  # fmt: skip
tables = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
words = st.text(st.sampled_from('ab ,;"\n'), max_size=6)
rows = st.lists(st.lists(words, min_size=3, max_size=3), max_size=5)
BROKEN_ROWS = ['7,a,b,"open\n', '7,a",b,"c\n', '7,"a"b,c,d\n', '7,a,"b,c\nand more\n', '7,"a "b" c",d,e\n']


class CountedFile(io.BytesIO):
    """A file that counts the bytes read from it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.count = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.count += len(found)
        return found


class CountedLines(Lines):
    """Lines that count how often one was returned."""

    count = 0

    def __next__(self) -> str:
        self.count += 1
        return super().__next__()


def lines_of(text: str) -> CountedLines:
    return CountedLines(CountedFile(text.encode()), ProblemCollector("a.csv"))


def found_in(text: str, problems: ProblemCollector | None = None) -> list[Record]:
    return list(read_records(lines_of(text), HEADER, 0, problems or ProblemCollector("a.csv")))


def written(rows: list[list[str]], first_id: int) -> str:
    """Return rows as the csv module writes them, with their ids."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([str(number), *row] for number, row in enumerate(rows, first_id))
    return text.getvalue()


@given(rows)
def test_rows_whose_quotes_match_are_those_of_the_csv_module(rows: list[list[str]]) -> None:
    text = written(rows, 1)
    expected = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if any(row)]
    assert [row.cells for row in found_in(text)] == expected


@settings(max_examples=300)
@given(rows, st.sampled_from(BROKEN_ROWS), rows, st.booleans())
def test_a_broken_row_is_reported_with_its_line_and_the_rows_around_it_are_read(
    before: list[list[str]], broken: str, after: list[list[str]], has_cr_only: bool
) -> None:
    plain = [["".join(one for one in cell if one in "ab ;") for cell in row] for row in after]
    end = "\r" if has_cr_only else "\n"
    text = (written(before, 1) + broken + written(plain, 100)).replace("\n", end)
    line = len((written(before, 1).replace("\n", end) + "x").splitlines())
    problems = ProblemCollector("a.csv")
    found = [row.cells[0] for row in found_in(text, problems)]
    assert found == [*map(str, range(1, len(before) + 1)), *map(str, range(100, 100 + len(after)))]
    errors = [problem for problem in problems.drain() if problem.severity == "error"]
    assert [problem.line for problem in errors] == [line] and "left out" in errors[0].message


@given(tables, st.booleans())
def test_a_row_read_from_its_place_is_the_listed_one(text: str, has_cr_only: bool) -> None:
    text = text.replace("\r\n", "\n").replace("\n", "\r") if has_cr_only else text
    for row in found_in(text):
        lines = lines_of(text)
        lines.seek(*row.place)
        assert next(read_records(lines, HEADER, 0, ProblemCollector("a.csv"))) == row


@given(tables)
def test_each_row_equals_that_of_the_csv_module_at_the_same_place(text: str) -> None:
    data = text.encode()
    for row in found_in(text):
        rest = data[row.place.offset :].decode()
        assert next(csv.reader(io.StringIO(rest, newline=""), strict=True)) == row.cells


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
def test_each_line_is_read_only_a_few_times_however_many_rows_are_broken(shape: str, end: str) -> None:
    text = "".join(BROKEN[shape].format(n=n) for n in range(3_000)).replace("\n", end)
    for before in ("", f'0,a,b,"{end}', f'0,a",b,"c{end}'):
        file = CountedFile((before + text).encode())
        lines = CountedLines(file, ProblemCollector("a.csv"))
        list(read_records(lines, HEADER, 0, ProblemCollector("a.csv")))
        assert lines.count < 8 * (before + text).count(end)
        assert file.count < 2 * len(before + text) + 100


# --- blanks and further columns -----------------------------------------------------------------------


@pytest.mark.parametrize("quoted", [False, True])
def test_blanks_after_each_delimiter_are_not_part_of_the_cells(quoted: bool) -> None:
    names = ("id", "employer", "title", "text")
    header = ", ".join(f'"{name}"' if quoted else name for name in names)
    text = (
        f"{header}\n"
        '1, Acme, Dev, "You build, and test"\n'
        '2, Acme, Dev, "You code\nin Python, daily"\n'
        '3, Acme, Dev, "Say ""hello"", then go"\n'
        "4,Acme, Dev, plain\n"
    )
    lines, problems = lines_of(text), ProblemCollector("a.csv")
    found = read_header(lines, {})
    assert found is not None and found.names == list(names)
    rows = [record.cells for record in read_records(lines, found, 0, problems)]
    assert rows == [
        ["1", "Acme", "Dev", "You build, and test"],
        ["2", "Acme", "Dev", "You code\nin Python, daily"],
        ["3", "Acme", "Dev", 'Say "hello", then go'],
        ["4", "Acme", "Dev", "plain"],
    ]
    assert not problems.drain()


def test_a_blank_in_one_row_of_a_table_without_them_belongs_to_its_cell() -> None:
    lines = lines_of("id,employer,title,text\n1, Acme,Dev,You build\n")
    header = read_header(lines, {})
    assert header is not None
    assert [record.cells for record in read_records(lines, header, 0, ProblemCollector("a.csv"))] == [
        ["1", " Acme", "Dev", "You build"]
    ]


def test_all_further_columns_are_attributes_of_the_source(tmp_path: Path) -> None:
    table = tmp_path / "ads.csv"
    table.write_text('id,City,title,City,text, year ,,\n1,"Delft\nNL",T,Leiden,body,2024,x,\n2,Ede\n', "utf-8")
    corpus = Corpus(table, CorpusSettings())
    first, second = (found.source for found in corpus.texts([]))
    assert first.attributes == {
        "City": "Delft\nNL", "City (4)": "Leiden", "year": "2024", "column 7": "x", "column 8": "",
    }  # fmt: skip
    assert second.attributes == {"City": "Ede", "City (4)": "", "year": "", "column 7": "", "column 8": ""}
    assert (first.body_start, first.text[first.body_start :]) == (3, "body")
    entry = corpus.find("1")
    assert entry is not None and corpus.read(entry)[0] == first


def test_all_further_fields_of_an_object_are_attributes_of_the_source(tmp_path: Path) -> None:
    table = tmp_path / "ads.jsonl"
    nested = '"y": ["a", 1], "at": {"city": "Goes", "geo": [{}]}'
    row = f'{{"id": 1, "text": "body", "city": "Delft", "year": 2024, "remote": true, "x": null, {nested}}}\n'
    table.write_text(row, "utf-8")
    [found] = Corpus(table, CorpusSettings()).texts([])
    assert found.source.attributes == {
        "city": "Delft",
        "year": "2024",
        "remote": "true",
        "x": "",
        "y": "a; 1",
        "at.city": "Goes",
    }

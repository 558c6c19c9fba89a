"""Rows of a table have a size limit: a longer one is reported with its line, and the rest is read."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest

from codetui.model import CorpusSettings, Problem
from codetui.storage.sources import reader, table_readers
from codetui.storage.sources.corpus import Corpus

LIMIT = 2_000
MB = 1 << 20
HEAD = "id,employer,title,text\n"
FEW, MANY = 3, 120


@pytest.fixture(autouse=True)
def small_bounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "slow" in request.keywords:
        return
    for module in (reader, table_readers):
        monkeypatch.setattr(module, "ROW_LIMIT", LIMIT)
        monkeypatch.setattr(module, "CHUNK", 512)


def read(path: Path) -> tuple[list[str], list[Problem]]:
    """Return the ids in the order of the list, and the errors; each row is then read from its place."""
    corpus = Corpus(path, CorpusSettings())
    batches = list(corpus.batches())
    entries = [entry for batch in batches for entry in batch.entries]
    for entry in entries:
        source, _ = corpus.read(entry)
        assert source is not None and source.id == entry.id and source.line == entry.line
    found: list[Problem] = []
    assert [text.source.id for text in corpus.texts(found)] == [entry.id for entry in entries]
    errors = [problem for batch in batches for problem in batch.problems if problem.severity == "error"]
    assert [problem for problem in found if problem.severity == "error"] == errors
    return [entry.id for entry in entries], errors


def rows(first: int, last: int, shape: str = "{n},Acme,Dev,You build it\n") -> str:
    return "".join(shape.format(n=number) for number in range(first, last))


MULTILINE = '{n},Acme,Dev,"You build it,\nand ""test"" it"\n'
LONG = {
    "one line": f"99,Acme,Dev,{'long ' * LIMIT}\n",
    "one quoted line": '99,Acme,Dev,"' + 'long ""words"" ' * LIMIT + '"\n',
    "many lines": '99,Acme,Dev,"' + "a line of it, and more\n" * LIMIT + '"\n',
    "a long line amid lines": f'99,Acme,Dev,"short\n{"long " * LIMIT}\nshort"\n',
    "many cells": f"99,Acme,Dev,You{',x' * LIMIT}\n",
    "beyond the BMP": f"99,Acme,Dev,{'😀é' * LIMIT}\n",
    "Latin-1": f"99,Acme,Dev,caf\udce9 {'long ' * LIMIT}\n",
}


@pytest.mark.parametrize("shape", ["{n},Acme,Dev,You build it\n", MULTILINE])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("long", LONG)
def test_a_long_row_of_a_csv_file_is_reported_and_the_others_are_read(
    tmp_path: Path, long: str, count: int, end: str, shape: str
) -> None:
    before = HEAD + rows(100, 100 + count, shape)
    text = (before + LONG[long] + rows(1000, 1000 + count, shape)).replace("\n", end)
    path = tmp_path / "ads.csv"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    ids, errors = read(path)
    assert ids == [str(n) for n in (*range(100, 100 + count), *range(1000, 1000 + count))]
    assert [error.line for error in errors] == [1 + before.count("\n")]
    assert "longer than" in errors[0].message and "left out" in errors[0].message and errors[0].file == str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_encodings_have_the_same_bound(tmp_path: Path, suffix: str, encoding: str) -> None:
    bodies = ["You build it", "é" * LIMIT, "You test it", "long " * LIMIT, "You sell it"]
    if suffix == "csv":
        text = HEAD + "".join(f"{number},Acme,Dev,{body}\n" for number, body in enumerate(bodies))
    else:
        text = "".join(
            json.dumps({"id": number, "employer": "A", "title": "T", "text": body}, ensure_ascii=False) + "\n"
            for number, body in enumerate(bodies)
        )
    path = tmp_path / f"ads.{suffix}"
    path.write_text(text, encoding)
    ids, errors = read(path)
    assert ids == ["0", "2", "4"]
    assert [error.line for error in errors] == ([3, 5] if suffix == "csv" else [2, 4])


@pytest.mark.parametrize("count", [FEW, MANY])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_long_line_of_json_is_reported_and_the_others_are_read(tmp_path: Path, count: int, end: str) -> None:
    lines = [json.dumps({"id": n, "employer": "A", "title": "T", "text": "You build it"}) for n in range(2 * count)]
    lines.insert(count, json.dumps({"id": 9999, "text": "long " * LIMIT}))
    path = tmp_path / "ads.jsonl"
    path.write_bytes("".join(line + end for line in lines).encode())
    ids, errors = read(path)
    assert ids == [str(n) for n in range(2 * count)]
    assert [error.line for error in errors] == [count + 1] and "longer than" in errors[0].message


@pytest.mark.parametrize("part", range(LIMIT + 1, 4 * LIMIT, 97))
def test_a_line_of_json_of_any_length_above_the_bound_is_reported(tmp_path: Path, part: int) -> None:
    path = tmp_path / "ads.jsonl"
    row = '{"id": %d, "text": "%s"}\n'
    path.write_text("".join(row % each for each in [(1, "a"), (2, "b" * part), (3, "c")]), "utf-8")
    ids, errors = read(path)
    assert ids == ["1", "3"] and [error.line for error in errors] == [2]


def test_a_long_header_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(f"id,employer,title,text,{'x' * 2 * LIMIT}\n1,A,T,b\n")
    ids, errors = read(path)
    assert ids == [] and "header is longer than" in errors[0].message and errors[0].line == 1


def test_a_long_last_line_without_an_end_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(f"{HEAD}1,A,T,b\n2,A,T,{'long ' * LIMIT}")
    assert [(error.line, "longer than" in error.message) for error in read(path)[1]] == [(3, True)]


def test_rows_up_to_the_bound_are_read(tmp_path: Path) -> None:
    row = f"1,A,T,{'x' * (LIMIT - 7)}\n"
    assert len(row) == LIMIT
    path = tmp_path / "ads.csv"
    path.write_text(HEAD + row + row.replace("1,", "2,", 1))
    assert read(path) == (["1", "2"], [])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_row_of_300_mb_costs_little_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"ads.{suffix}"
    before, after = HEAD + "1,A,T,You build it\n2,A,T,", "\n3,A,T,You test it\n"
    if suffix == "jsonl":
        before, after = '{"id": "1", "text": "a"}\n{"id": "2", "text": "', '"}\n{"id": "3", "text": "a"}\n'
    with path.open("w") as file:
        file.write(before)
        for _ in range(300):
            file.write("x" * MB)
        file.write(after)
    tracemalloc.start()
    corpus = Corpus(path, CorpusSettings())
    batches = list(corpus.batches())
    assert tracemalloc.get_traced_memory()[1] < 150 * MB
    tracemalloc.stop()
    assert [entry.id for batch in batches for entry in batch.entries] == ["1", "3"]
    messages = [(one.line, one.message) for batch in batches for one in batch.problems if one.severity == "error"]
    assert [line for line, _ in messages] == [3 if suffix == "csv" else 2]
    assert "longer than 16 MB" in messages[0][1]


@pytest.mark.parametrize(
    "line", ["a line of it\n", "you say, he said, and more\n", 'he said ""yes""\n', '""Yes,"" he said\n']
)
@pytest.mark.parametrize(
    "following", ["9,Acme,Dev,Plain\n", '9,"Acme, Ltd",Dev,"Two\nlines"\n', '"9","Acme","Dev",""\n']
)
def test_the_lines_of_a_long_row_are_skipped_without_parsing_each_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, following: str
) -> None:
    path = tmp_path / "ads.csv"
    path.write_text(f'{HEAD}1,Acme,Dev,Plain\n2,Acme,Dev,"{line * LIMIT}end"\n{following}', "utf-8")
    parsed = []

    def counted(
        lines: Iterable[str], *, delimiter: str, strict: bool = False, skipinitialspace: bool = False
    ) -> object:
        parsed.append(lines)
        return parse(lines, delimiter=delimiter, strict=strict, skipinitialspace=skipinitialspace)

    parse = csv.reader
    monkeypatch.setattr(table_readers.csv, "reader", counted)
    entries = [entry.id for batch in Corpus(path, CorpusSettings()).batches() for entry in batch.entries]
    assert entries == ["1", "9"]
    assert len(parsed) < 20

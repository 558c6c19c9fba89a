"""Read a report back, and name every place at which it differs from another one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import NamedTuple

from codetui.formats.report.html import RECORD

LEAVES = {
    "h1": "title",
    "title": "title",
    "h2": "heading",
    "h3": "heading",
    "p": "paragraph",
    "li": "line",
    "dt": "term",
    "dd": "definition",
    "figcaption": "note below",
    "text": "label of the picture",
    "desc": "description of the picture",
}
"""The elements whose text is compared, with their names in messages; cells of tables are compared as such."""

CELLS = ("th", "td")
VOID = frozenset(("meta", "br", "hr", "img", "link", "input"))
RECORDED = "For machines"
"""The section of the record in messages."""


class Difference(NamedTuple):
    """A place where two reports differ; an empty text means that one of them lacks it."""

    place: str
    reported: str
    found: str


@dataclass
class ReadTable:
    """A table: its caption, the headings of its columns, and its rows, whose first cells head them."""

    caption: str = ""
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class ReadReport(NamedTuple):
    """A report as it was read.

    `texts` are by section, table or picture, kind and number; `tables` by section and id; `names` are the headings of
    sections by id. `record` is None if there is none that can be read.
    """

    texts: Mapping[tuple[str, str, str, int], str]
    tables: Mapping[tuple[str, str], ReadTable]
    names: Mapping[str, str]
    record: Mapping[str, object] | None


def read_report(html: str) -> ReadReport:
    """Read a report that `to_html` wrote, and people may have changed."""
    parser = _Reader()
    parser.feed(html)
    parser.close()
    try:
        record = json.loads(parser.record)
    except ValueError:
        record = None
    return ReadReport(parser.texts, parser.tables, parser.names, record if isinstance(record, dict) else None)


def differences(reported: ReadReport, found: ReadReport) -> Iterator[Difference]:
    """Yield the places where a report differs from what was found, each with both texts."""
    for key in dict.fromkeys((*reported.texts, *found.texts)):
        section, part, kind, number = key
        table = found.tables.get((section, part))
        where = (found.names.get(section, section), table.caption if table else part, f"{kind} {number}")
        yield from _if_different(_place(*where), reported.texts.get(key, ""), found.texts.get(key, ""))
    for at in dict.fromkeys((*reported.tables, *found.tables)):
        section = found.names.get(at[0], at[0])
        mine, other = reported.tables.get(at, ReadTable()), found.tables.get(at, ReadTable())
        yield from _table_differences(section, mine, other)
    mine_record, other_record = (dict(_leaves(one.record)) for one in (reported, found))
    for path in dict.fromkeys((*mine_record, *other_record)):
        yield from _if_different(_place(RECORDED, path), mine_record.get(path, ""), other_record.get(path, ""))


def _table_differences(section: str, mine: ReadTable, other: ReadTable) -> Iterator[Difference]:
    """Yield the cells that differ; rows that only one of the tables has are named once."""
    name = other.caption or mine.caption
    yield from _if_different(_place(section, name, "caption"), mine.caption, other.caption)
    columns = [*other.columns, *map(str, range(len(other.columns) + 1, len(mine.columns) + 1))]
    yield from _cell_differences(_place(section, name, "headings"), columns, mine.columns, other.columns)
    for one, another in _paired(mine.rows, other.rows):
        row = _place(section, name, f"row {_head(another or one)}")
        if one and another:
            yield from _cell_differences(row, columns, one, another)
        else:
            yield Difference(row, " | ".join(one), " | ".join(another))


def _paired(mine: Sequence[list[str]], other: Sequence[list[str]]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the rows that belong together: by position, or by their first cells if there are more or fewer."""
    if len(mine) == len(other):
        yield from zip(mine, other, strict=True)
        return
    heads, other_heads = (list(map(_head, rows)) for rows in (mine, other))
    for kind, a, a_end, b, b_end in SequenceMatcher(None, heads, other_heads, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(mine[a:a_end], other[b:b_end], strict=True)
        else:
            yield from ((row, []) for row in mine[a:a_end])
            yield from (([], row) for row in other[b:b_end])


def _head(row: Sequence[str]) -> str:
    return row[0] if row else ""


def _cell_differences(
    row: str, columns: Sequence[str], mine: Sequence[str], other: Sequence[str]
) -> Iterator[Difference]:
    size = max(len(mine), len(other))
    for at in range(size):
        pair = (cells[at] if at < len(cells) else "" for cells in (mine, other))
        column = columns[at] if at < len(columns) and columns[at] else str(at + 1)
        yield from _if_different(f"{row}, column {column}", *pair)


def _if_different(place: str, mine: str, other: str) -> Iterator[Difference]:
    if mine != other:
        yield Difference(place, *_changed(mine, other))


def _changed(mine: str, other: str) -> tuple[str, str]:
    """Return the words that differ on both sides, without the same words around them."""
    one, two = mine.split(), other.split()
    most = min(len(one), len(two))
    start = next((at for at in range(most) if one[at] != two[at]), most)
    end = next((at for at in range(most - start) if one[-1 - at] != two[-1 - at]), most - start)
    return " ".join(one[start : len(one) - end]), " ".join(two[start : len(two) - end])


def _place(*names: str) -> str:
    return ", ".join(filter(None, names))


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the single values of a record with their paths."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _leaves(each, f"{path} {key}".strip())
    elif isinstance(value, list):
        for at, each in enumerate(value, 1):
            yield from _leaves(each, f"{path} {at}")
    else:
        yield path, json.dumps(value, ensure_ascii=False)


class _Reader(HTMLParser):
    """Collects the text of every element that has one, under the headings above it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: dict[tuple[str, str, str, int], str] = {}
        self.tables: dict[tuple[str, str], ReadTable] = {}
        self.names: dict[str, str] = {}
        self.record = ""
        self._section = self._part = ""
        self._table = ReadTable()
        self._open: list[str] = []
        self._text: list[str] = []
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._is_record = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag in VOID:
            return
        if tag in LEAVES or tag in (*CELLS, "caption", "pre"):
            self._flush()
        self._open.append(tag)
        id_ = dict(attrs).get("id") or ""
        match tag:
            case "h2":
                self._section, self._part = id_, ""
            case "figure":
                self._part = id_
            case "table":
                self._table = self.tables[self._section, self._part] = ReadTable()
            case "tr" if "thead" not in self._open:
                self._table.rows.append([])
            case "pre":
                self._is_record = id_ == RECORD
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        """End an element, with what was left open in it."""
        if tag not in self._open:
            return
        if tag in LEAVES or tag in (*CELLS, "caption"):
            self._flush(tag)
        while self._open.pop() != tag:
            pass
        self._is_record = self._is_record and tag != "pre"

    def handle_data(self, data: str) -> None:
        """Collect text."""
        if self._is_record:
            self.record += data
        elif self._open and self._open[-1] not in ("style", "script"):
            self._text.append(data)

    def close(self) -> None:
        """Finish reading."""
        super().close()
        self._flush()

    def _flush(self, tag: str = "") -> None:
        """Store the text collected so far: that of an element that ends, or some outside of all that are compared."""
        text = " ".join("".join(self._text).split())
        self._text = []
        if tag in CELLS:
            rows = [self._table.columns] if "thead" in self._open else self._table.rows or [[]]
            rows[-1].append(text)
        elif tag == "caption":
            self._table.caption = text
        elif text:
            if tag == "h2":
                self.names[self._section] = text
            kind = (self._section, self._part, LEAVES.get(tag, "text"))
            self._seen[kind] += 1
            self.texts[*kind, self._seen[kind]] = text

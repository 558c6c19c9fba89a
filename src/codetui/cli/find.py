"""The command that searches the whole study: `codetui find`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from codetui.cli.console import (
    PLAIN_WIDTH,
    STDOUT,
    cut,
    error,
    note,
    note_problems,
    output_suffix,
    output_width,
    refused_output,
    write_text,
)
from codetui.cli.options import CODER, PARTS, Command, add_output, add_study
from codetui.cli.sessions import coder_name, open_study
from codetui.core.codebook.index import index_of
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query, QueryError
from codetui.core.query.words import fold
from codetui.core.text.display import plural, sanitize, sanitize_json
from codetui.formats.export.lines import csv_line

if TYPE_CHECKING:
    from codetui.model import Words
    from codetui.study.find import Finder, Finding
    from codetui.study.study import Study

VERSION = 1
"""The version of the JSON: it changes if a field changes its meaning or goes; further fields may come."""

FIELDS = ("ad_id", "employer", "title", "coder", "code_id", "words", "note", "start", "end", "before", "after")
COLUMNS = (*FIELDS, "other_code_id", "time", "coding_id")
FORMATS = {".json": "json", ".csv": "csv"}


def find(options: argparse.Namespace) -> int:
    """Search all sources and the sessions of a coder, or of all."""
    from codetui.study.find import Finder

    study = open_study(options)
    query = parse_query(options.query, study.codebook)
    if isinstance(query, QueryError):
        return _show_error(options.query, query)
    output = options.output or STDOUT
    if refused := refused_output(output, study, options):
        return error(refused)
    layout = "json" if options.json else "csv" if options.csv else FORMATS.get(output_suffix(output), "text")
    finder = Finder(study, None if options.all_coders else coder_name(options.coder))
    tally = _Tally(finder, query, study.codebook.words)
    try:
        lines = _lines(tally, study, layout, is_count=options.count)
        if output == STDOUT:
            for line in lines:
                print(line)
        else:
            write_text("".join(f"{line}\n" for line in lines), output)
    finally:
        finder.close()
    if layout != "text" or output != STDOUT:
        note(tally.summary)
    return note_problems(finder.problems)


def _show_error(text: str, problem: QueryError) -> int:
    """Print the query with a mark below the place that cannot be read."""
    from rich.cells import cell_len

    before = sanitize(text[: problem.column - 1]).replace("\n", " ").replace("\t", " ")
    code = error(f"the query cannot be read at column {problem.column}: {problem.message}")
    note(f"  {sanitize(text)}".replace("\n", " ").replace("\t", " "))
    note(f"  {' ' * cell_len(before)}^")
    return code


class _Tally:
    """The findings of a search, counted as they pass."""

    def __init__(self, finder: Finder, query: Query, words: Words) -> None:
        self.query = query
        self._words = words
        self.codes: Counter[str] = Counter()
        self.places = 0
        self.ads: set[str] = set()
        self._ads_of_codes: dict[str, set[str]] = {}
        self._finder = finder

    def __iter__(self) -> Iterator[Finding]:
        for batch in self._finder.search(self.query):
            for finding in batch.findings:
                self.ads.add(finding.source)
                if finding.coding is not None:
                    self.codes[finding.coding.code] += 1
                    self._ads_of_codes.setdefault(finding.coding.code, set()).add(finding.source)
                self.places += finding.span is not None or finding.coding is not None
                yield finding

    def ads_of(self, code: str) -> int:
        """Return the number of sources with quotations of a code that were found."""
        return len(self._ads_of_codes[code])

    @property
    def summary(self) -> str:
        """The counts in words."""
        if not self.ads:
            return "nothing found"
        ads = plural(len(self.ads), self._words.source, self._words.sources)
        if not self.places:
            return ads
        kind = "quotation" if self.codes.total() == self.places else "place"
        return f"{plural(self.places, kind)} in {ads}"


def _lines(tally: _Tally, study: Study, layout: str, *, is_count: bool) -> Iterator[str]:
    """Yield the output line by line, while the search goes on."""
    if layout == "json":
        yield from _json_lines(tally, is_count=is_count)
    elif layout == "csv" and not is_count:
        yield csv_line(COLUMNS).removesuffix("\r\n")
        yield from (csv_line(tuple(_cells(one).values())).removesuffix("\r\n") for one in tally)
    elif is_count:
        yield from _count_lines(tally, study, layout)
    else:
        yield from _text_lines(tally, study)


def _text_lines(tally: _Tally, study: Study) -> Iterator[str]:
    width = output_width()
    for finding in tally:
        yield sanitize(_line(finding, width)).replace("\n", " ").replace("\t", " ").rstrip()
    yield tally.summary
    known = {fold(code.id): code.id for code in study.codebook.codes}
    for word in tally.query.words:
        if not tally.ads and fold(word) in known:
            yield f"{word} was searched for as a word; code:{known[fold(word)]} finds the quotations of that code"


def _line(finding: Finding, width: int) -> str:
    """Return a finding on one line, its words in brackets in the middle of the text around them."""
    coding = finding.coding
    head = f"{cut(finding.source, 12):<6} " + (f"{cut(coding.code, 12):<8} " if coding else "")
    head += f"({finding.coder}) " if finding.coder and width > PLAIN_WIDTH else ""
    tail = f"  — {coding.note}" if coding and coding.note else ""
    if finding.span is None and coding is None:
        return cut(f"{head}{finding.employer} · {finding.title}", width)
    room = max(20, width - len(head) - min(len(tail), width // 4))
    words = cut(finding.words, room - 6)
    side = max(0, room - len(words) - 2)
    after = _whole_words(finding.after, max(side // 2, side - len(finding.before)))
    before = _whole_words(finding.before[::-1], side - len(after))[::-1].lstrip()
    return cut(f"{head}{before}[{words}]{after}{tail}", width)


def _whole_words(text: str, length: int) -> str:
    """Return the words at the beginning of a text that fit into `length` characters, and the blank behind them."""
    return text if len(text) <= length else text[: text.rfind(" ", 0, length) + 1]


def _count_lines(tally: _Tally, study: Study, layout: str) -> Iterator[str]:
    for _ in tally:
        pass
    index = index_of(study.codebook)
    names: dict[str, str] = {code.id: code.name for code in study.codebook.codes}
    order = {str(code): place for code, place in index.order.items()}
    rows = sorted(tally.codes, key=lambda code: (order.get(code, len(order)), code))
    if layout == "csv":
        yield "code_id,quotations,ads"
        yield from (csv_line((code, tally.codes[code], tally.ads_of(code))).removesuffix("\r\n") for code in rows)
        return
    words = study.codebook.words
    for code in rows:
        counts = f"{tally.codes[code]:>9,} in {plural(tally.ads_of(code), words.source, words.sources)}"
        yield sanitize(f"{cut(code, 12):<12} {counts:<24} {cut(names.get(code, ''), 40)}".rstrip())
    yield tally.summary


def _json_lines(tally: _Tally, *, is_count: bool) -> Iterator[str]:
    yield f'{{"version": {VERSION}, "query": {_json(tally.query.text)},'
    if not is_count:
        yield '"findings": ['
        yield from _separated(_json(_cells(finding)) for finding in tally)
        yield "],"
    else:
        for _ in tally:
            pass
    codes = {code: {"quotations": number, "ads": tally.ads_of(code)} for code, number in sorted(tally.codes.items())}
    yield f'"places": {tally.places}, "ads": {len(tally.ads)}, "codes": {_json(codes)}}}'


def _separated(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines with a comma behind each but the last."""
    held: str | None = None
    for line in lines:
        if held is not None:
            yield f"{held},"
        held = line
    if held is not None:
        yield held


def _json(value: object) -> str:
    return sanitize_json(json.dumps(value, ensure_ascii=False))


def _cells(finding: Finding) -> dict[str, str | int | None]:
    """Return the cells of a finding by column."""
    span, coding = finding.span, finding.coding
    cells = (
        finding.source,
        finding.employer,
        finding.title,
        finding.coder,
        coding.code if coding else "",
        finding.words if span or coding else "",
        coding.note if coding else "",
        span.start if span else None,
        span.end if span else None,
        finding.before,
        finding.after,
        finding.other,
        coding.time if coding else "",
        coding.id if coding else "",
    )
    return dict(zip(COLUMNS, cells, strict=True))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    words = """such as 'python -senior', 'code:TASK4' or 'TASK3 & TECH1'; docs/find.md explains all of it"""
    parser.add_argument("query", metavar="QUERY", help=words)
    add_study(parser, *PARTS, coder=CODER)
    parser.add_argument("--all-coders", action="store_true", help="search the codings of all coders")
    parser.add_argument("--count", action="store_true", help="print only the numbers")
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="print JSON")
    formats.add_argument("--csv", action="store_true", help="print a table")
    add_output(parser, None, "a file; .json and .csv choose the format")


COMMANDS = {"find": Command(_add_arguments, find)}

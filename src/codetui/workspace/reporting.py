"""`codetui status` and `codetui check`: what there is, and what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple, get_args

from codetui.core.codebook import profile_name
from codetui.model import AdEntry, Codebook, Problem
from codetui.store.corpus import Corpus
from codetui.workspace.exporting import PROBLEMS, UNUSABLE
from codetui.workspace.outcome import Progress, status_of
from codetui.workspace.records import Record, records
from codetui.workspace.startup import Unusable, corpus_path, missing_corpus, read_book, say


class Line(NamedTuple):
    """The status of one ad with one coder; an untouched ad has none."""

    ad: str
    employer: str
    title: str
    coder: str
    state: str
    profile: str
    codings: int


def report_status(corpus: Path | None, codebook: Path, root: Path, coder: str | None, *, as_json: bool) -> int:
    """Prints how far each ad is, and the totals; the exit code."""
    book, _ = read_book(codebook)
    if isinstance(book, Unusable):
        return _complain(book.message)
    path = corpus_path(corpus, book, codebook)
    if not path.exists():
        return _complain(missing_corpus(path, is_given=corpus is not None))
    source = Corpus(path, book.corpus, root)
    batches = list(source.batches())
    entries = [entry for batch in batches for entry in batch.entries]
    if not entries:
        reasons = "".join(f"\n  {problem}" for batch in batches for problem in batch.problems)
        return _complain(f"there is no ad in {path}.{reasons}")
    lines = _lines(entries, list(records(root, book, coder, source)), book)
    totals = Counter(line.state for line in lines)
    if as_json:
        whole = {
            "ads": [line._asdict() for line in lines],
            "totals": {
                "ads": len(entries),
                "codings": sum(line.codings for line in lines),
                **{progress: totals[progress] for progress in get_args(Progress)},
            },
        }
        print(json.dumps(whole, ensure_ascii=False, indent=2))
        return 0
    _print_table(lines)
    counted = ", ".join(f"{number} {state}" for state, number in sorted(totals.items()))
    print(f"\n{len(entries)} ads: {counted}; {sum(line.codings for line in lines)} codings")
    return 0


def _lines(entries: list[AdEntry], found: list[Record], book: Codebook) -> list[Line]:
    by_ad: dict[str, list[Record]] = {}
    for record in found:
        by_ad.setdefault(record.facts.id, []).append(record)
    lines: list[Line] = []
    for entry in entries:
        of_ad = by_ad.pop(entry.id, [])
        lines += [_line(record, book) for record in of_ad]
        if not of_ad:
            lines.append(Line(entry.id, entry.employer, entry.title, "", "untouched", "", 0))
    return lines + [_line(record, book) for of_ad in by_ad.values() for record in of_ad]


def _line(record: Record, book: Codebook) -> Line:
    status, profile = status_of(record.state), record.state.profile
    name = profile_name(book, profile) if profile else ""
    return Line(*record.facts, record.coder, status.progress, name, status.codings)


def _print_table(lines: list[Line]) -> None:
    """One line an ad, in columns; control characters of ads never reach the terminal."""
    for line in lines:
        cells = (line.state, str(line.codings), line.ad, line.employer, line.title, line.coder, line.profile)
        state, codings, ad, employer, title, coder, profile = map(_harmless, cells)
        row = f"{state:<17}{codings:>4}  {ad:<8} {employer[:24]:<24}  {title[:40]:<40}  {coder}  {profile}"
        print(row.rstrip())


def _harmless(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def report_problems(corpus: Path | None, codebook: Path, root: Path, coder: str | None, *, as_json: bool) -> int:
    """Prints every problem of codebook, corpus and sessions; 1 where one of them is an error."""
    book, problems = read_book(codebook)
    if isinstance(book, Unusable) and not problems:
        return _complain(book.message)
    if not isinstance(book, Unusable):
        path = corpus_path(corpus, book, codebook)
        if not path.exists():
            return _complain(missing_corpus(path, is_given=corpus is not None))
        source = Corpus(path, book.corpus, root)
        problems += [problem for batch in source.batches() for problem in batch.problems]
        for record in records(root, book, coder, source):
            problems += record.problems
    _print_problems(problems, as_json=as_json)
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else 0


def _print_problems(problems: list[Problem], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([problem._asdict() for problem in problems], ensure_ascii=False, indent=2))
        return
    for problem in problems:
        print(_harmless(str(problem)))
    counted = Counter(problem.severity for problem in problems)
    print(f"{counted['error']} errors, {counted['warning']} warnings, {counted['note']} notes")


def _complain(message: str) -> int:
    say(f"codetui: {message}")
    return UNUSABLE

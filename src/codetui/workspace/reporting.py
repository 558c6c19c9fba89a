"""`codetui status`: how far each ad is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple, get_args

from codetui.core.codebook import profile_name
from codetui.model import AdEntry, Codebook
from codetui.store.corpus import Corpus
from codetui.workspace.migration_tally import counted
from codetui.workspace.outcome import Progress, status_of
from codetui.workspace.printing import show_json, show_table
from codetui.workspace.records import Record, records
from codetui.workspace.study_parts import Unusable, complain, corpus_path, missing_corpus, read_book

HEAD = ("state", "codings", "ad", "employer", "title", "coder", "profile")


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
        return complain(book.message)
    path = corpus_path(corpus, book, codebook)
    if not path.exists():
        return complain(missing_corpus(path))
    source = Corpus(path, book.corpus, root)
    batches = list(source.batches())
    entries = [entry for batch in batches for entry in batch.entries]
    if not entries:
        reasons = "".join(f"\n  {problem}" for batch in batches for problem in batch.problems)
        return complain(f"there is no ad in {path}.{reasons}")
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
        show_json(whole)
        return 0
    show_table(HEAD, [_cells(line) for line in lines])
    states = ", ".join(f"{number} {state}" for state, number in sorted(totals.items()))
    codings = counted(sum(line.codings for line in lines), "coding")
    print(f"\n{counted(len(entries), 'ad')}: {states}; {codings}")
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


def _cells(line: Line) -> tuple[str, ...]:
    """The line in the order of the table's head."""
    return (line.state, f"{line.codings:>7}", line.ad, line.employer, line.title, line.coder, line.profile)

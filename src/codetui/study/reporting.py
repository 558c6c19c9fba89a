"""`codetui status`: how far each ad is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple, get_args

from codetui.core.codebook.index import profile_name
from codetui.core.text.plural import counted
from codetui.model import Codebook, SourceEntry
from codetui.study.printing import show_json, show_table
from codetui.study.session.outcome import Progress, status_of
from codetui.study.sessions import SessionSnapshot, records
from codetui.study.study_parts import PROBLEMS, Unusable, complain, find_corpus, not_sessions, read_book, say

UNREAD = "cannot be read"
"""The state of an ad whose session cannot be read just now: it is not known, and never untouched."""

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
    """Prints how far each ad is, and the totals; 1 where something could not be read, 2 where nothing can be said."""
    book, _ = read_book(codebook)
    if isinstance(book, Unusable):
        return complain(book.message)
    if wrong := not_sessions(root):
        return complain(wrong)
    source = find_corpus(corpus, book, codebook, root)
    if isinstance(source, Unusable):
        return complain(source.message)
    batches = list(source.batches())
    entries = [entry for batch in batches for entry in batch.entries]
    if not entries:
        reasons = "".join(f"\n  {problem}" for batch in batches for problem in batch.problems)
        return complain(f"there is no ad in {source.path}.{reasons}")
    found = list(records(root, book, coder, source))
    unread = [one for batch in batches for one in batch.problems if one.severity == "error"]
    unread += [one for record in found if record.is_unread for one in record.problems]
    for problem in unread:
        say(problem)
    lines = _lines(entries, found, book)
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
        return PROBLEMS if unread else 0
    show_table(HEAD, [_cells(line) for line in lines])
    states = ", ".join(f"{number:,} {state}" for state, number in sorted(totals.items()))
    codings = counted(sum(line.codings for line in lines), "coding")
    print(f"\n{counted(len(entries), 'ad')}: {states}; {codings}")
    return PROBLEMS if unread else 0


def _lines(entries: list[SourceEntry], found: list[SessionSnapshot], book: Codebook) -> list[Line]:
    by_ad: dict[str, list[SessionSnapshot]] = {}
    for record in found:
        by_ad.setdefault(record.facts.id, []).append(record)
    lines: list[Line] = []
    for entry in entries:
        of_ad = by_ad.pop(entry.id, [])
        lines += [_line(record, book) for record in of_ad]
        if not of_ad:
            lines.append(Line(entry.id, entry.employer, entry.title, "", "untouched", "", 0))
    return lines + [_line(record, book) for of_ad in by_ad.values() for record in of_ad]


def _line(record: SessionSnapshot, book: Codebook) -> Line:
    status, profile = status_of(record.state), record.state.profile
    name = profile_name(book, profile) if profile else ""
    progress = UNREAD if record.is_unread else status.progress
    return Line(*record.facts, record.coder, progress, name, status.codings)


def _cells(line: Line) -> tuple[str, ...]:
    """The line in the order of the table's head."""
    return (line.state, f"{line.codings:>7}", line.ad, line.employer, line.title, line.coder, line.profile)

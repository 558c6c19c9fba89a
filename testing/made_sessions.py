"""Sessions with many codings, written as logs without running the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codetui.core.anchors.anchor import anchor_at
from codetui.model import (
    Anchor,
    CodeId,
    CodingAdded,
    CodingId,
    Event,
    SessionOpened,
    Source,
    Span,
    Transaction,
    TransactionId,
    source_hash,
)
from codetui.storage.journal import encode
from codetui.storage.session_files import SessionPaths
from codetui.study.study import Study

WORD, STEP = 7, 8
"""The length of each quotation, and the distance from one to the next."""


def write_logs(study: Study, coders: Sequence[str], sources: Iterable[Source], codings: int) -> int:
    """Write a log for each coder and source with so many codings, and return how many codings that are."""
    number = 0
    for source in sources:
        for coder in coders:
            log = SessionPaths(study.sessions_path, coder).log(source.id)
            log.parent.mkdir(parents=True, exist_ok=True)
            log.write_bytes(b"".join(encode(one) + b"\n" for one in steps_of(source, coder, codings)))
            number += codings
    return number


def steps_of(source: Source, coder: str, codings: int) -> list[Transaction]:
    """Return the steps of a session with so many codings by TASK1 and TASK2, of which one in five has a note."""
    opened = SessionOpened(
        source=source.id,
        employer=source.employer,
        title=source.title,
        text_hash=source_hash(source.text),
        body_start=source.body_start,
    )
    spans = [Span(start, start + WORD) for start in range(source.body_start, len(source.text) - WORD, STEP)]
    anchors = [anchor_at(source.text, spans[number % len(spans)], opened.text_hash) for number in range(codings)]
    events: list[Event] = [opened, *(_added(number, anchor) for number, anchor in enumerate(anchors))]
    return [
        Transaction(
            id=TransactionId(f"t{seq}"),
            seq=seq,
            time="2026-03-02T09:00:00Z",
            coder=coder,
            codebook="1",
            events=(event,),
        )
        for seq, event in enumerate(events, 1)
    ]


def _added(number: int, anchor: Anchor) -> CodingAdded:
    note = "as in the interview" if number % 5 == 0 else ""
    code = CodeId(f"TASK{number % 2 + 1}")
    return CodingAdded(coding=CodingId(f"c{number}"), code=code, anchor=anchor, words="", note=note, rank=number + 1)

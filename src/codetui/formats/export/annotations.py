"""Codings as spans with labels, in the formats of other programs that `formats/codings` reads back.

Only codings whose place the coder has accepted are exported. Offsets count code points in the text of the source, ends
exclusive; Label Studio's count UTF-16 units, as its editor does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from codetui.core.codebook.index import profile_name
from codetui.core.text.display import plural
from codetui.formats.export.exporter import (
    Exported,
    ExportedSession,
    ExportedStudy,
    ExportError,
    OpenFile,
    What,
    encoded,
)
from codetui.formats.export.lines import json_line
from codetui.model import Anchor, Codebook, Coding

Record: TypeAlias = dict[str, object]
PlacedCoding: TypeAlias = tuple[Coding, Anchor]


class _Export:
    """One export: counts sessions and codings, and what is left out."""

    def __init__(self, study: ExportedStudy) -> None:
        self.study = study
        self._sessions = self._codings = 0
        self._left_out: Counter[str] = Counter()

    def sessions(self, *, needs_text: bool = True) -> Iterator[tuple[ExportedSession, list[PlacedCoding]]]:
        """Yield the sessions with their codings in order of place."""
        for session in self.study.sessions:
            if not session.coder or not session.facts.id or not session.is_begun:
                continue
            live = session.state.live()
            if needs_text and not (session.source and session.source.text):
                self._left_out["codings whose text is missing"] += len(live)
                continue
            placed = [(one, one.anchor) for one in live if one.anchor is not None and not one.is_unresolved]
            self._left_out["codings without an accepted place"] += len(live) - len(placed)
            yield session, sorted(placed, key=lambda one: (one[1].start, one[1].end))

    def count(self, codings: int) -> None:
        """Count a session that was written."""
        self._sessions += 1
        self._codings += codings

    def leave_out(self, what: str) -> None:
        """Count something that the format cannot hold."""
        self._left_out[what] += 1

    @property
    def exported(self) -> Exported:
        """The numbers of what was written, and of what was left out."""
        losses = tuple(f"left out: {number:,} {what}" for what, number in self._left_out.items() if number)
        counts = {"sessions": self._sessions, "codings": self._codings}
        return Exported(counts, f"{plural(self._codings, 'coding')} of {plural(self._sessions, 'session')}", losses)


# --- gold.jsonl ---------------------------------------------------------------------------------------


def write_gold(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write the lines that evaluation scripts compare a model with: spans and profile of each source, by one coder.

    Sources without a profile are left out: the scripts need one. Raises ExportError for several coders.
    """
    if len(study.coders) > 1:
        names = ", ".join(study.coders)
        raise ExportError(f"gold has the codings of one coder; name one with --coder: {names}.")
    export = _Export(study)
    with open_file("") as file:
        for session, placed in export.sessions(needs_text=False):
            label = profile_name(study.book, session.state.profile)
            if not label:
                export.leave_out(f"{study.book.words.sources} without a profile")
                continue
            spans = [
                {"start": anchor.start, "end": anchor.end, "code": coding.code, "quote": anchor.words}
                for coding, anchor in placed
            ]
            record: Record = {
                "doc_id": session.facts.id,
                "stage0": {"relevant": not _is_irrelevant(study.book, session.state.profile)},
                "stage1": {"spans": spans},
                "stage2": {"label": label},
            }
            file.write(encoded(f"{json_line(record)}\n"))
            export.count(len(placed))
    return export.exported


def _is_irrelevant(book: Codebook, profile: str) -> bool:
    """Return whether `[evaluator] irrelevant` names a profile, by id or by name."""
    return profile in book.irrelevant or profile_name(book, profile) in book.irrelevant


# --- doccano and Label Studio ---------------------------------------------------------------------------


def write_doccano(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write doccano's JSON lines: a text with its spans for each session."""
    return _write_records(study, open_file, _doccano)


def _doccano(_: ExportedStudy, session: ExportedSession, placed: Sequence[PlacedCoding], number: int) -> Record:
    spans = [[anchor.start, anchor.end, coding.code] for coding, anchor in placed]
    return {"id": number, "text": _text(session), "label": spans, "ad": session.facts.id, "user": session.coder}


def write_label_studio(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write Label Studio's JSON: a task for each session, its coder's annotation with spans and profile."""
    return _write_records(study, open_file, _task, b"[", b"\n]\n")


def _task(study: ExportedStudy, session: ExportedSession, placed: Sequence[PlacedCoding], number: int) -> Record:
    text = _text(session)
    result: list[Record] = []
    for coding, anchor in placed:
        value = {
            "start": _units(text[: anchor.start]),
            "end": _units(text[: anchor.end]),
            "text": anchor.words,
            "labels": [coding.code],
        }
        place = {"id": coding.id, "from_name": "label", "to_name": "text", "type": "labels"}
        result.append({**place, "value": value})
    if profile := profile_name(study.book, session.state.profile):
        choice = {"from_name": "profile", "to_name": "text", "type": "choices", "value": {"choices": [profile]}}
        result.append({"id": "profile", **choice})
    data = {"text": text, "ad": session.facts.id}
    return {"id": number, "data": data, "annotations": [{"completed_by": session.coder, "result": result}]}


def _units(text: str) -> int:
    """Return the length of a text in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# --- Web Annotation -------------------------------------------------------------------------------------


def write_web_annotations(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write a collection of W3C Web Annotations: a code on a quotation each, found by its words and by its place."""
    head = b'{"@context": "http://www.w3.org/ns/anno.jsonld", "type": "AnnotationPage", "items": ['
    return _write_records(study, open_file, _annotations, head, b"\n]}\n")


def _annotations(_: ExportedStudy, session: ExportedSession, placed: Sequence[PlacedCoding], __: int) -> list[Record]:
    text = _text(session)
    return [
        {
            "id": f"urn:codetui:{session.facts.id}:{session.coder}:{coding.id}",
            "type": "Annotation",
            "motivation": "classifying",
            "creator": {"type": "Person", "name": session.coder},
            "created": coding.time,
            "body": [
                {"type": "TextualBody", "purpose": "classifying", "value": coding.code},
                *([{"type": "TextualBody", "purpose": "commenting", "value": coding.note}] if coding.note else []),
            ],
            "target": {
                "source": session.facts.id,
                "selector": [
                    {
                        "type": "TextQuoteSelector",
                        "exact": anchor.words,
                        "prefix": text[max(0, anchor.start - CONTEXT) : anchor.start],
                        "suffix": text[anchor.end : anchor.end + CONTEXT],
                    },
                    {"type": "TextPositionSelector", "start": anchor.start, "end": anchor.end},
                ],
            },
        }
        for coding, anchor in placed
    ]


CONTEXT = 32
"""Code points of the text on each side of a quotation."""

Render: TypeAlias = Callable[[ExportedStudy, ExportedSession, Sequence[PlacedCoding], int], Record | list[Record]]


def _write_records(
    study: ExportedStudy, open_file: OpenFile, render: Render, head: bytes = b"", tail: bytes = b""
) -> Exported:
    """Write the records of all sessions, a record a line: as JSON lines, or between `head` and `tail` as an array."""
    export = _Export(study)
    with open_file("") as file:
        file.write(head)
        before, after = (b"\n", b"") if head else (b"", b"\n")
        for number, (session, placed) in enumerate(export.sessions(), 1):
            found = render(study, session, placed, number)
            for record in found if isinstance(found, list) else [found]:
                file.write(before + encoded(json_line(record)) + after)
                before = b",\n" if head else b""
            export.count(len(placed))
        file.write(tail)
    return export.exported


# --- brat and pygamma -----------------------------------------------------------------------------------


def write_brat(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write brat's standoff files into a folder for each coder: the text beside its entities and notes."""
    export = _Export(study)
    for session, placed in export.sessions():
        path = f"{session.path.rpartition('/')[0]}/{_file_name(session.facts.id)}".lstrip("/")
        with open_file(f"{path}.txt") as file:
            file.write(encoded(_text(session)))
        with open_file(f"{path}.ann") as file:
            for number, (coding, anchor) in enumerate(placed, 1):
                code, words = re.sub(r"\s", "_", coding.code), re.sub(r"\s", " ", anchor.words)
                file.write(encoded(f"T{number}\t{code} {anchor.start} {anchor.end}\t{words}\n"))
                if coding.note:
                    note = " ".join(coding.note.split())
                    file.write(encoded(f"#{number}\tAnnotatorNotes T{number}\t{note}\n"))
        export.count(len(placed))
    return export.exported


def write_continua(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write a file for each source as pygamma-agreement reads it: coder, code, start and end, without a header."""
    from codetui.formats.export.lines import csv_line

    export = _Export(study)
    lines: dict[str, list[str]] = {}
    for session, placed in export.sessions(needs_text=False):
        of_source = lines.setdefault(session.facts.id, [])
        of_source += [csv_line((session.coder, coding.code, anchor.start, anchor.end)) for coding, anchor in placed]
        export.count(len(placed))
    for source, of_source in lines.items():
        with open_file(f"{_file_name(source)}.csv") as file:
            file.write(encoded("".join(of_source)))
    return export.exported


def _file_name(source: str) -> str:
    """Return the id of a source as the name of a file; what names cannot hold is percent-encoded."""
    return re.sub(r'[%/\\:*?"<>|\x00-\x1f]|^\.|[. ]$', lambda found: f"%{ord(found[0]):02X}", source)


def _text(session: ExportedSession) -> str:
    return session.source.text if session.source else ""

"""Read a document that formatters, editors or people have changed.

A formatter changes markup; a person puts `TODO` before an entry, or strikes it through or links it. `read_like` reads
such a document with the words of the document that it comes from, so that the session does not change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

from codetui.core.codebook.index import CodebookIndex
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.head import write_opening
from codetui.formats.session_doc.markdown import identified, parse_document
from codetui.formats.session_doc.marks import are_same_words, holds, is_same, visible
from codetui.formats.session_doc.model import CodeLine, Document, Entry, LineIds, Note, Unread, with_ids
from codetui.model import Problem

MAX_LINES = 200
"""How many lines that are not understood are searched for entries."""

FOREIGN = ("```", "~~~", "<!--", "|", ">")
"""A line that begins with one of these is neither an entry nor a label."""

Part = TypeVar("Part", Entry, Note)


# --- documents --------------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """A document read in the wording of another one, and the problems of its lines."""

    document: Document
    problems: list[Problem]


def read_like(
    text: str, file: str, known: Document, index: CodebookIndex, ids: LineIds = (), source: str | None = None
) -> Reading:
    """Parse a text, using the wording of `known` (with ids of codes) where only the markup differs.

    `ids` are those of the entries and notes on its lines. Words that occur in `source` exactly as written are kept.
    Without that text they may differ only as much as a formatter changes them. A line that is not understood is read as
    the entry or the label that it contains.
    """
    document, problems = parse_document(text, file)
    document = identified(document, index)
    if document.unread:
        lines = _Lines(known, index, ids)
        for choose in (lines.labels, lines.entries):
            if document.unread and choose(document):
                document, problems = parse_document(text, file, tuple(lines.overrides.items()))
                document = identified(document, index)
    document = with_ids(document, ids)
    source = None if source is None else collapse_spaces(source)
    same: set[int] = set()
    document = _Wording(known, source, same).of(document)
    problems = [one for one in problems if one.severity != "note" or one.line not in same]
    return Reading(document, problems)


class _Lines:
    """The contents of lines that the parser did not recognize; `overrides` has a label or an entry for some of them."""

    def __init__(self, known: Document, index: CodebookIndex, ids: LineIds) -> None:
        self.overrides: dict[int, str | Entry] = {}
        self._known, self._index, self._ids = known, index, {line: of_line[0] for line, of_line in ids if of_line}
        self._by_id = {part.id: part for part in known.parts() if part.id and isinstance(part, Entry)}

    def labels(self, document: Document) -> bool:
        """Find the labels of codes in bullets that were not understood; return whether there are any."""
        present = {line.label for line in _code_lines(document)}
        expected = dict.fromkeys([*(line.label for line in _code_lines(self._known)), *self._index.labels.values()])
        missing = sorted((label for label in expected if label not in present), key=len, reverse=True)
        for unread in document.unread[:MAX_LINES]:
            if unread.text[:1].isspace() or unread.line in self._ids or unread.text.startswith(FOREIGN):
                continue
            label = next((label for label in missing if holds(unread.text, label)), None)
            if label is not None:
                self.overrides[unread.line] = label
                missing.remove(label)
        return bool(self.overrides)

    def entries(self, document: Document) -> bool:
        """Find the entries of the known document that only an unread line contains; return whether there are any."""
        found = len(self.overrides)
        present = Counter((code.id, entry.words) for code in _code_lines(document) for entry in code.entries)
        known = {code.id: [*code.entries] for code in _code_lines(self._known)}
        for code_id, entries in known.items():
            entries[:] = [entry for entry in entries if entry.words and (code_id, entry.words) not in present]
            entries.sort(key=lambda entry: -len(entry.words))
        codes = sorted((code.line, code.id) for code in _code_lines(document))
        for unread in document.unread:
            entry = self._entry_in(
                unread, known, next((id_ for line, id_ in reversed(codes) if line < unread.line), "")
            )
            if entry is not None:
                self.overrides[unread.line] = entry
        return len(self.overrides) > found

    def _entry_in(self, unread: Unread, known: Mapping[str, list[Entry]], code_id: str) -> Entry | None:
        """Return the entry that a line contains: the one with its id, or one of its code, or any other."""
        if unread.text.lstrip().startswith(FOREIGN):
            return None
        id_ = self._ids.get(unread.line)
        if id_ is not None:
            entry = self._by_id.get(id_)
            return entry if entry and holds(unread.text, entry.words) else None
        own = known.get(code_id, [])
        for entries in (own, *known.values()):
            entry = next((entry for entry in entries if holds(unread.text, entry.words)), None)
            if entry is not None:
                entries.remove(entry)
                return entry
        return None


class _Wording:
    """The wording of a document's parts, by id or by code."""

    def __init__(self, known: Document, source: str | None, same: set[int]) -> None:
        """Index the known wording; lines of parts that are worded as in the known document are added to `same`."""
        self._known, self._source, self._same = known, source, same
        self._by_id: dict[str, Entry | Note] = {part.id: part for part in known.parts() if part.id}
        self._by_code: dict[str, list[Entry | Note]] = defaultdict(list)
        self._notes: list[Entry | Note] = []
        for section in known.sections:
            for block in section.blocks:
                self._notes += block.notes
                for code in block.codes:
                    self._by_code[code.id] += [*code.notes, *code.entries]

    def of(self, document: Document) -> Document:
        """Return the document in the known wording."""
        sections = []
        for section in document.sections:
            blocks = []
            for block in section.blocks:
                codes = tuple(
                    replace(
                        code,
                        notes=self._of_parts(code.notes, self._by_code[code.id]),
                        entries=self._of_parts(code.entries, self._by_code[code.id]),
                    )
                    for code in block.codes
                )
                blocks.append(replace(block, notes=self._of_parts(block.notes, self._notes), codes=codes))
            sections.append(replace(section, blocks=tuple(blocks)))
        return replace(self._of_head(document), sections=tuple(sections))

    def _of_head(self, document: Document) -> Document:
        known = self._known
        employer = known.employer if is_same(document.employer, known.employer) else document.employer
        document = replace(
            document,
            employer=employer,
            profile=known.profile if is_same(document.profile, known.profile) else document.profile,
            reasoning=known.reasoning if is_same(document.reasoning, known.reasoning) else document.reasoning,
        )
        if document.opening != known.opening and is_same(_opening(document), _opening(known)):
            return replace(document, opening=known.opening, title=known.title, employer=employer or known.employer)
        return document

    def _of_parts(self, parts: tuple[Part, ...], known: Sequence[Entry | Note]) -> tuple[Part, ...]:
        contents = {_content(part) for part in parts}
        left = [part for part in known if _content(part) not in contents]
        return tuple(self._of_part(part, left) for part in parts)

    def _of_part(self, part: Part, left: list[Entry | Note]) -> Part:
        """Return a part in the wording of the part with its id, else of one of `left`, which is then removed."""
        by_id = self._by_id.get(part.id)
        if by_id is not None and _content(by_id) == _content(part):
            return part
        for other in (by_id,) if part.id else left:
            worded = self._worded(part, other) if other is not None else None
            if other is not None and worded is not None:
                if not part.id:
                    left.remove(other)
                if _content(worded) == _content(other):
                    self._same.add(part.line)
                return worded
        if self._source and isinstance(part, Entry) and part.words and collapse_spaces(part.words) not in self._source:
            words = visible(part.words)
            return replace(part, words=words) if collapse_spaces(words) in self._source else part
        return part

    def _worded(self, part: Part, other: Entry | Note) -> Part | None:
        """Return a part in the wording of another one with the same meaning; None if the meaning differs."""
        if isinstance(part, Note):
            text = other.text if isinstance(other, Note) else ""
            return replace(part, text=text) if text and is_same(part.text, text) else None
        if not isinstance(other, Entry) or (part.kind == "note") != (other.kind == "note"):
            return None
        note = other.note if is_same(part.note, other.note) else part.note
        if part.kind == "note":
            return replace(part, note=note) if note == other.note else None
        if part.words != other.words:
            is_meant = self._source is not None and collapse_spaces(part.words) in self._source
            alike = is_same if self._source is None else are_same_words
            if is_meant or not alike(part.words, other.words):
                return None
        return replace(part, kind=other.kind, words=other.words, note=note)


def _code_lines(document: Document) -> Iterator[CodeLine]:
    return (code for section in document.sections for block in section.blocks for code in block.codes)


def _content(part: Entry | Note) -> tuple[str, str, str]:
    return ("note", "", part.text) if isinstance(part, Note) else (part.kind, part.words, part.note)


def _opening(document: Document) -> str:
    return document.opening or write_opening(document.title, document.employer, document.noun)

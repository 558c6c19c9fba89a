"""Read a document that formatters, editors or people have changed.

A formatter changes markup; a person puts `TODO` before an entry, or strikes it through or links it. `read_like` reads
such a document with the words of the document that it comes from, so that the session does not change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.entries import NEXT_TERM
from codetui.formats.session_doc.head import write_opening
from codetui.formats.session_doc.lines import CODE_INDENT, FENCE, raw_lines
from codetui.formats.session_doc.markdown import Meant, identified, parse_document
from codetui.formats.session_doc.marks import are_same_words, holds, is_same, visible
from codetui.formats.session_doc.model import Document, Entry, EntryOrNote, LineIds, Note, with_ids, with_parts
from codetui.model import Problem

MAX_LINES = 200
"""How many lines that are not understood are searched for entries."""

FOREIGN = ("```", "~~~", "<!--", "|", ">")
"""A line that begins with one of these is neither an entry nor a label."""

SEPARATORS = (";", ",", "/", "|", "+", "&", "–", "—", "-")
"""Signs that may separate the entries of a line, so that the second one looks like a note that is not in brackets."""

# --- documents --------------------------------------------------------------------------------------------


class Reading(NamedTuple):
    """A document read in the wording of another one, and the problems of its lines."""

    document: Document
    problems: list[Problem]


def read_like(
    text: str,
    file: str,
    known: Document,
    index: CodebookIndex,
    ids: LineIds = (),
    source: str | None = None,
    session: Document | None = None,
) -> Reading:
    """Parse a text, using the wording of `known` (with ids of codes) where only the markup differs.

    `ids` are those of the entries and notes on its lines. Words that occur in `source` exactly as written are kept.
    Without that text they may differ only as much as a formatter changes them. A line that is not understood is read as
    the entry or the label that it contains. `session` is the document of the session now, if `known` is an older one.
    """
    document, problems = parse_document(text, file)
    document = identified(document, index)
    first_ids = {line: of_line[0] for line, of_line in ids if of_line}
    source = None if source is None else collapse_spaces(source)
    overrides: dict[int, Meant] = _unfenced(text, document, known)
    if overrides:
        document, _ = parse_document(text, file, tuple(overrides.items()))
        document = identified(document, index)
    overrides |= _misread(document, text, (known, session or known), index, source)
    if overrides:
        document, problems = parse_document(text, file, tuple(overrides.items()))
        document = identified(document, index)
    for find in (_labels_in, _entries_in):
        if document.unread and (found := find(document, known, index, first_ids)):
            overrides |= found
            document, problems = parse_document(text, file, tuple(overrides.items()))
            document = identified(document, index)
    document = with_ids(document, ids)
    same: set[int] = set()
    document = with_parts(_with_head(document, known), _Wording(document, known, source, same).of_part)
    problems = [one for one in problems if one.severity != "note" or one.line not in same]
    return Reading(document, problems)


def _unfenced(text: str, document: Document, known: Document) -> dict[int, Meant]:
    """Return the lines that are fenced code in the known document and indented code in this one, as pandoc has it."""
    texts = [one.text.split("\n") for one in known.unread]
    fences = [[line.strip() for line in lines[1:-1]] for lines in texts if FENCE.match(lines[0])]
    hidden = {line for one in document.unread for line in range(one.line, one.end)}
    lines = [(number, raw) for number, raw in enumerate(raw_lines(text), 1) if number not in hidden and raw.strip()]
    words = [raw.strip() for _, raw in lines]
    found: dict[int, Meant] = {}
    for fence in (list(filter(None, each)) for each in fences):
        for at in [at for at, word in enumerate(words) if fence and word == fence[0]]:
            run = lines[at : at + len(fence)]
            if words[at : at + len(fence)] == fence and all(raw.startswith((CODE_INDENT, "\t")) for _, raw in run):
                found |= dict.fromkeys(number for number, _ in run)
                break
    return found


def _misread(
    document: Document, text: str, known: Sequence[Document], index: CodebookIndex, source: str | None
) -> dict[int, Meant]:
    """Return the lines that look like a label, an entry or a note, but are words of the source.

    These are bold words among the entries of a code, and lines with entries which the document lacks: several of them
    between one pair of quotes, or one in brackets.
    """
    raws = raw_lines(text)
    bold = {one.line for one in document.codes() if ":" not in raws[one.line - 1]}
    missing = sorted(
        dict.fromkeys(pair for one in known for pair in _missing(document, one)), key=lambda pair: -len(pair[1].words)
    )
    labels = {code.label for one in known for code in one.codes()}
    words_here = {part.words for part in document.parts() if isinstance(part, Entry)}
    found: dict[int, Meant] = {}
    own, of_codes = "", {code.line for code in document.codes()}
    for code in document.codes():
        is_known = code.id in index.codes or code.id in index.former or code.label in labels
        lacking = [(of, one.words) for of, one in missing if one.words not in words_here]
        is_bold = own and code.line in bold and source is not None and holds(source, code.label)
        if not is_known and (is_bold or any(_is_entry(code.label, words, is_own=of == own) for of, words in lacking)):
            found[code.line] = None
        else:
            own = code.id
    known_entries = [part for one in known for part in one.parts() if isinstance(part, Entry)]
    words, notes = {part.words for part in known_entries}, {part.note for part in known_entries}
    for part in document.parts():
        if isinstance(part, Entry) and part.kind == "note" and part.note not in notes:
            found |= {part.line: None} if any(are_same_words(part.note, one.words) for _, one in missing) else {}
        if isinstance(part, Entry) and part.kind == "term" and part.note not in notes and NEXT_TERM.match(part.note):
            if part.words in words:
                found[part.line] = None
            elif part.line not in of_codes:
                found[part.line] = replace(part, note="")
        if source is None or not isinstance(part, Entry) or part.kind == "note":
            continue
        is_new = part.words not in words and collapse_spaces(part.words) not in source
        is_loose = part.note not in notes and part.note.startswith(SEPARATORS)
        if (is_new and len(_held(part.words, missing)) > 1) or (is_loose and _held(part.note, missing)):
            found[part.line] = None
    return found


def _is_entry(label: str, words: str, *, is_own: bool) -> bool:
    """Return whether an unknown label is an entry with these words, which is missing from its code if `is_own`."""
    return are_same_words(label, words) or (is_own and holds(label, words))


def _missing(document: Document, known: Document) -> list[tuple[str, Entry]]:
    """Return the entries of the known document that another one lacks, each with its code, the longest first."""
    present = {(code, part.words) for code, part in document.parts_by_code() if isinstance(part, Entry)}
    entries = [(code, part) for code, part in known.parts_by_code() if isinstance(part, Entry) and part.words]
    missing = [(code, entry) for code, entry in entries if (code, entry.words) not in present]
    return sorted(missing, key=lambda pair: -len(pair[1].words))


def _held(text: str, missing: Iterable[tuple[str, Entry]]) -> list[tuple[str, Entry]]:
    """Return those of the entries, longest first, that a text contains, none within another."""
    held: list[tuple[str, Entry]] = []
    for pair in missing:
        if not any(holds(other.words, pair[1].words) for _, other in held) and holds(text, pair[1].words):
            held.append(pair)
    return held


def _labels_in(document: Document, known: Document, index: CodebookIndex, ids: Mapping[int, str]) -> dict[int, Meant]:
    """Return the labels of codes in bullets that were not understood, by line."""
    present = {line.label for line in document.codes()}
    expected = dict.fromkeys([*(line.label for line in known.codes()), *index.labels.values()])
    missing = sorted((label for label in expected if label not in present), key=len, reverse=True)
    found: dict[int, Meant] = {}
    for unread in document.unread[:MAX_LINES]:
        if unread.text[:1].isspace() or unread.line in ids or unread.text.startswith(FOREIGN):
            continue
        label = next((label for label in missing if holds(unread.text, label)), None)
        if label is not None:
            found[unread.line] = label
            missing.remove(label)
    return found


def _entries_in(document: Document, known: Document, _: CodebookIndex, ids: Mapping[int, str]) -> dict[int, Meant]:
    """Return the entries of the known document that only a line contains which was not understood, by line.

    A line contains the entry with its id, or one of its code, or any other; one with several entries is none of them.
    """
    by_id = {part.id: part for part in known.parts() if part.id and isinstance(part, Entry)}
    missing = _missing(document, known)
    codes = sorted((code.line, code.id) for code in document.codes())
    labels = {line for line, _ in codes}
    found: dict[int, Meant] = {}
    for unread in document.unread:
        if unread.text.lstrip().startswith(FOREIGN) or unread.line in labels:
            continue
        if unread.line in ids:
            entry = by_id.get(ids[unread.line])
            found |= {unread.line: entry} if entry and holds(unread.text, entry.words) else {}
            continue
        own = next((id_ for line, id_ in reversed(codes) if line < unread.line), "")
        held = [pair for pair in missing if holds(unread.text, pair[1].words)]
        pair = min(held, key=lambda pair: pair[0] != own, default=None)
        if pair is None:
            continue
        if len(_held(unread.text, (each for each in held if each[0] == pair[0]))) > 1:
            missing = [each for each in missing if each not in held]
            continue
        found[unread.line] = pair[1]
        missing.remove(pair)
    return found


class _Wording:
    """The wording of a document's parts, by id or by code."""

    def __init__(self, document: Document, known: Document, source: str | None, same: set[int]) -> None:
        """Index the known wording; lines of parts that are worded as in the known document are added to `same`."""
        self._source, self._same = source, same
        self._by_id: dict[str, Entry | Note] = {part.id: part for part in known.parts() if part.id}
        present = {(code, _content(part)) for code, part in document.parts_by_code()}
        self._left: dict[str, list[Entry | Note]] = defaultdict(list)
        """The parts whose content the document lacks, by code."""
        for code, part in known.parts_by_code():
            if (code, _content(part)) not in present:
                self._left[code].append(part)

    def of_part(self, part: EntryOrNote, code: str, /) -> EntryOrNote:
        """Return a part in the wording of the part with its id, else of an unused one of its code."""
        left = self._left[code]
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

    def _worded(self, part: EntryOrNote, other: Entry | Note) -> EntryOrNote | None:
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


def _with_head(document: Document, known: Document) -> Document:
    """Return the document with the head of the known one where only the markup differs."""
    head = {name: getattr(known, name) for name in ("employer", "profile", "reasoning")}
    document = replace(
        document, **{name: text for name, text in head.items() if is_same(getattr(document, name), text)}
    )
    if document.opening != known.opening and is_same(_opening(document), _opening(known)):
        return replace(document, opening=known.opening, title=known.title, employer=document.employer or known.employer)
    return document


def _content(part: Entry | Note) -> tuple[str, str, str]:
    return ("note", "", part.text) if isinstance(part, Note) else (part.kind, part.words, part.note)


def _opening(document: Document) -> str:
    return document.opening or write_opening(document.title, document.employer, document.noun)

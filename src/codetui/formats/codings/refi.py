"""Codings in projects of REFI-QDA (`.qdpx`), as NVivo, ATLAS.ti, MAXQDA, QualCoder and others export them.

Programs count the positions of selections differently; the words that selections are named after show how. By REFI-QDA
a position is a code point from 0, and the end of a selection its last code point. Some programs write the code point
behind it instead, count UTF-16 units, or count the two characters of a Windows line end as one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple, get_args
from xml.etree.ElementTree import Element

from codetui.core.codebook.index import folded
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.book_files.entries import derived_id
from codetui.formats.codings.foreign import (
    CodingsFile,
    ForeignCoding,
    ForeignMemo,
    ForeignMemoKind,
    ForeignSource,
    Reader,
    UnknownFormatError,
)
from codetui.formats.refi.project_writer import MEMO, PROFILE, REASONING, STATE, WORDS
from codetui.formats.refi.xml import (
    ORIGIN,
    PROJECT_SUFFIX,
    SUFFIX,
    Archive,
    MalformedError,
    child,
    child_text,
    children,
    identifier,
    tag,
    target_of,
)
from codetui.model import Span, with_plain_line_ends

FEWEST_LETTERS = 3
"""Letters of a name that may be the words of its selection."""

MOST_EVIDENCE = 1000
"""Selections that decide how a file counts."""

CUT = ("...", "…")


class Selected(NamedTuple):
    """A selection as written: its positions, its name, and the text that it is in, with the line ends of the file."""

    start: int
    end: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Counting:
    """A way of counting positions."""

    is_end_exclusive: bool = False
    has_units: bool = False
    """True if positions count UTF-16 units."""

    has_long_ends: bool = True
    """True if a Windows line end counts as two characters, as it is written."""

    def span(self, start: int, end: int, text: str) -> Span | None:
        """Return the span in the text with LF, in code points; None if it is outside."""
        end += 0 if self.is_end_exclusive else 1
        counted = text if self.has_long_ends else with_plain_line_ends(text)
        if self.has_units and not counted.isascii():
            units = counted.encode("utf-16-le", "surrogatepass")
            if not 0 <= start <= end <= len(units) // 2:
                return None
            start, end = (len(units[: 2 * at].decode("utf-16-le", "ignore")) for at in (start, end))
        if not 0 <= start <= end <= len(counted):
            return None
        if "\r" in counted:
            start, end = (len(with_plain_line_ends(counted[:at])) for at in (start, end))
        return Span(start, end)


def find_counting(selections: Sequence[Selected]) -> Counting:
    """Return the way of counting by which most selections contain the words that they are named after.

    Where names decide nothing, that by which fewer selections end inside a word.
    """
    selections = selections[:MOST_EVIDENCE]
    has_units = any(any(sign > "\uffff" for sign in one.text) for one in selections)
    has_returns = any("\r" in one.text for one in selections)
    ways = [
        Counting(is_end_exclusive, units, long_ends)
        for units, long_ends, is_end_exclusive in product(
            (False, True) if has_units else (False,), (True, False) if has_returns else (True,), (False, True)
        )
    ]
    for is_evidence in (_has_its_name, _ends_with_a_word):
        counts = {way: sum(_counts(way, one, is_evidence) for one in selections) for way in ways}
        best = max(counts.values())
        ways = [way for way in ways if counts[way] == best]
    return ways[0]


def _counts(way: Counting, one: Selected, is_evidence: Callable[[str, Span, str], bool]) -> bool:
    span = way.span(one.start, one.end, one.text)
    return span is not None and is_evidence(with_plain_line_ends(one.text), span, one.name)


def _has_its_name(text: str, span: Span, name: str) -> bool:
    words, wanted = collapse_spaces(text[span.start : span.end]), collapse_spaces(name)
    if sum(map(str.isalnum, wanted)) < FEWEST_LETTERS:
        return False
    cut = next((wanted.removesuffix(mark).rstrip() for mark in CUT if wanted.endswith(mark)), "")
    return words == wanted or bool(cut and words.startswith(cut))


def _ends_with_a_word(text: str, span: Span, _: str) -> bool:
    """Return whether a span ends neither inside a word nor with a blank."""
    last, following = text[span.end - 1 : span.end], text[span.end : span.end + 1]
    return bool(last) and not (last.isalnum() and following.isalnum()) and (not last.isspace() or last == "\n")


# --- projects -----------------------------------------------------------------------------------------

MEMO_ON = re.compile(r"(section|group|code|entry): (.+)", re.DOTALL)
KINDS: Mapping[str, ForeignMemoKind] = {kind: kind for kind in get_args(ForeignMemoKind)}
LEFT_OUT = {"Case": "cases", "Set": "sets", "Link": "links", "Graph": "graphs"}
"""The elements of a project that are no codings, and what they are called."""

MEDIA = {"PictureSource": "pictures", "PDFSource": "PDF files", "AudioSource": "recordings", "VideoSource": "videos"}
TEXT_VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")


def read_project(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return one source for each text and user who coded it."""
    with _refusals(file):
        archive = Archive(file.data)
        return list(_Project(file, archive, archive.root()).sources())


QDPX = Reader(
    "qdpx",
    (SUFFIX, PROJECT_SUFFIX),
    "a REFI-QDA project (.qdpx, .qde), as NVivo, ATLAS.ti, MAXQDA and QualCoder export it",
    lambda file: file.suffix in (SUFFIX, PROJECT_SUFFIX),
    read_project,
)
"""Reads the codings of texts, by user; what has no place in sessions is counted."""


def texts_of(file: CodingsFile) -> Sequence[tuple[str, str]]:
    """Return the texts of a project with their names, coded or not. Raises UnknownFormatError."""
    with _refusals(file):
        archive = Archive(file.data)
        found = _Project(file, archive, archive.root()).texts()
        return [(text.name, with_plain_line_ends(text.text)) for text in found]


@contextmanager
def _refusals(file: CodingsFile) -> Iterator[None]:
    try:
        yield
    except MalformedError as error:
        raise UnknownFormatError(file.name, error.line, f"this project cannot be read: {error}") from None


class _Text(NamedTuple):
    """A source with a text that can be coded, and the elements of its selections."""

    node: Element
    name: str
    text: str
    selections: list[Element]


class _Note(NamedTuple):
    name: str
    text: str
    user: str


class _Project:
    """The parts of a project by identifier."""

    def __init__(self, file: CodingsFile, archive: Archive, root: Element) -> None:
        self._file, self._archive, self._root = file, archive, root
        self._left_out: Counter[str] = file.left_out
        self._is_own = (root.get("origin") or "").startswith(ORIGIN)
        self._users = {
            identifier(user): user.get("name") or user.get("id") or identifier(user)
            for user in children(child(root, "Users"), "User")
        }
        self._variables = {
            identifier(one): one.get("name") or "" for one in children(child(root, "Variables"), "Variable")
        }
        self._notes = {
            identifier(one): _Note(one.get("name") or "", (archive.text_of(one) or "").strip(), self._user(one))
            for one in children(child(root, "Notes"), "Note")
        }
        self._codes = dict(_code_names(child(child(root, "CodeBook"), "Codes")))
        self._used_notes: set[str] = set()

    def sources(self) -> Iterator[ForeignSource]:
        """Yield the codings of each text and user, and count what is left out."""
        texts = list(self.texts())
        counting = find_counting([one for text in texts for one in _selected(text)])
        for text in texts:
            yield from self._of_text(text, counting)
        for container in self._root:
            for one in container:
                self._count(LEFT_OUT.get(tag(one), ""))
        self._count("notes", len(self._notes.keys() - self._used_notes))

    def _count(self, what: str, number: int = 1) -> None:
        if what and number:
            self._left_out[what] += number

    def texts(self) -> Iterator[_Text]:
        """Yield the sources that are texts, and the texts of PDF files."""
        for source in children(child(self._root, "Sources"), "TextSource", *MEDIA):
            node = source if tag(source) == "TextSource" else child(source, "Representation")
            name = source.get("name") or source.get("plainTextPath") or identifier(source)
            for inside in source:
                if tag(inside).endswith("Selection") and tag(inside) != "PlainTextSelection":
                    self._count(f"selections in {MEDIA.get(tag(source), 'other sources')}")
            text = self._archive.text_of(node) if node is not None else None
            if node is None or text is None:
                is_own = self._is_own and tag(source) == "TextSource"
                if is_own:
                    yield _Text(source, name, "", [])
                else:
                    self._count(MEDIA.get(tag(source), "sources without a plain text"))
                    lost = sum(len(list(children(one, "Coding"))) for one in children(node, "PlainTextSelection"))
                    self._count("codings of sources without a plain text", lost)
                continue
            yield _Text(node, name, text, list(children(node, "PlainTextSelection")))

    # --- one text ---------------------------------------------------------------------------------------

    def _of_text(self, text: _Text, counting: Counting) -> Iterator[ForeignSource]:
        """Yield the codings of a text by each of its users."""
        codings: dict[str, list[ForeignCoding]] = {}
        for selection in text.selections:
            for user, coding in self._of_selection(text, selection, counting):
                codings.setdefault(user, []).append(coding)
        for node in children(text.node, "Coding"):
            found = self._coding(node)
            if found.words:
                codings.setdefault(self._user(node, text.node), []).append(found)
            else:
                self._count("codings of whole texts")
        values = self._values(text.node)
        notes = self._notes_on(text.node)
        known = [*codings, *(user for user in self._coders(values, notes, text.node) if user not in codings)]
        for user in known:
            yield self._source(text, user, codings.get(user, []), values, [one for one in notes if one.user == user])
        self._count("notes", sum(one.user not in known for one in notes))

    def _coders(self, values: Mapping[str, str], notes: Iterable[_Note], node: Element) -> list[str]:
        """Return the users who have a profile, a state or a note on a source."""
        found = [one.user for one in notes]
        for name in values:
            variable, _, user = name.partition(": ")
            if variable in (PROFILE, STATE):
                found.append(self._identifier_of(user) if user else self._user(node, node))
        return list(dict.fromkeys(found))

    def _source(
        self, text: _Text, user: str, codings: list[ForeignCoding], values: Mapping[str, str], notes: list[_Note]
    ) -> ForeignSource:
        name = self._users.get(user, user)

        def value(variable: str) -> str:
            return values.get(f"{variable}: {name}") or values.get(variable, "")

        memos = [self._memo(note) for note in notes if not (self._is_own and note.name == REASONING)]
        return ForeignSource(
            id=text.name,
            file=self._file.name,
            codings=tuple(codings),
            profile=value(PROFILE),
            reasoning="\n\n".join(note.text for note in notes if self._is_own and note.name == REASONING),
            text=with_plain_line_ends(text.text),
            coder=name,
            is_done=value(STATE) == "done" if value(STATE) and self._is_own else None,
            memos=tuple(memos),
            guid=identifier(text.node),
        )

    def _memo(self, note: _Note) -> ForeignMemo:
        found = MEMO_ON.fullmatch(note.name) if self._is_own else None
        return ForeignMemo(KINDS[found[1]], found[2], note.text) if found else ForeignMemo("source", "", note.text)

    def _of_selection(self, text: _Text, selection: Element, counting: Counting) -> Iterator[tuple[str, ForeignCoding]]:
        """Yield the codings of a selection with their users."""
        place = _positions(selection)
        span = counting.span(*place, text.text) if place else None
        nodes = list(children(selection, "Coding"))
        if not nodes:
            self._count("selections without a code")
        on_selection = self._notes_on(selection)
        for node in nodes:
            words = with_plain_line_ends(text.text)[span.start : span.end] if span else selection.get("name") or ""
            found = self._coding(node, on_selection)
            if not words.strip():
                self._count("codings of empty selections")
                continue
            yield (
                self._user(node, selection, text.node),
                ForeignCoding(
                    code=found.code,
                    words=found.words or words,
                    start=span.start if span else None,
                    end=span.end if span else None,
                    note=found.note,
                    memo=found.memo,
                    place_words=words if span and found.words else "",
                ),
            )

    def _coding(self, node: Element, others: Iterable[_Note] = ()) -> ForeignCoding:
        """Return the code of a coding with its notes; its words only if a note of this program has them."""
        notes = [*self._notes_on(node), *others]
        words = [one.text for one in notes if self._is_own and one.name == WORDS]
        memos = [one.text for one in notes if self._is_own and one.name == MEMO]
        code = target_of(node, "CodeRef")
        return ForeignCoding(
            code=self._codes.get(code, code),
            words=words[0] if words else "",
            note="\n".join(one.text for one in notes if not (self._is_own and one.name in (WORDS, MEMO))),
            memo="\n\n".join(memos),
        )

    def _notes_on(self, node: Element) -> list[_Note]:
        """Return the notes that an element refers to."""
        found: list[_Note] = []
        for reference in children(node, "NoteRef"):
            note = self._notes.get(identifier(reference, "targetGUID"))
            if note is not None:
                self._used_notes.add(identifier(reference, "targetGUID"))
                found += [note] if note.text else []
        return found

    def _values(self, node: Element) -> dict[str, str]:
        """Return the variables of a source by name, and count those that no session has."""
        found: dict[str, str] = {}
        for value in children(node, "VariableValue"):
            name = self._variables.get(target_of(value, "VariableRef"), "")
            text = next(filter(None, (child_text(value, each) for each in TEXT_VALUES)), "")
            if name.partition(": ")[0] in (PROFILE, STATE):
                found[name] = text
            elif text and not self._is_own:
                self._count("values of variables")
        return found

    def _user(self, *nodes: Element) -> str:
        """Return the user who made the first of some elements that names one, else the only user of the project."""
        named = next(filter(None, (identifier(node, "creatingUser") for node in nodes)), "")
        return named or (next(iter(self._users)) if len(self._users) == 1 else "")

    def _identifier_of(self, name: str) -> str:
        return next((own for own, user in self._users.items() if user == name), name)


def _positions(selection: Element) -> tuple[int, int] | None:
    try:
        return int(selection.get("startPosition") or ""), int(selection.get("endPosition") or "")
    except ValueError:
        return None


def _selected(text: _Text) -> Iterator[Selected]:
    for selection in text.selections:
        if place := _positions(selection):
            yield Selected(*place, selection.get("name") or "", text.text)


def _code_names(codes: Element | None) -> Iterator[tuple[str, str]]:
    """Yield the identifier and the name of each code; of several with one name, the ids that a codebook gives them."""
    found = list(_with_parents(codes, ""))
    codable = (code for code, _ in found if code.get("isCodable") != "false")
    names = Counter(folded(code.get("name") or "") for code in codable)
    for code, above in found:
        name = code.get("name") or identifier(code)
        yield identifier(code), derived_id(name, above, names) if names[folded(name)] > 1 else name


def _with_parents(codes: Element | None, above: str) -> Iterator[tuple[Element, str]]:
    """Yield the codes below an element, each with the name of the one above it."""
    for code in children(codes, "Code"):
        yield code, above
        yield from _with_parents(code, code.get("name") or "")

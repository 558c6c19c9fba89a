"""Sessions that leave the study without names, which pseudonyms replace, or without words.

    Fatima = "P1"        "Fatima said so" [0:6]  ->  "P1 said so" [0:2]

Names are replaced as whole words wherever they are: in texts, quotations, notes, attributes, titles, ids and names of
coders. A name with a capital is also replaced in capitals; one in lower case, in any case. Places are those in the text
with the pseudonyms.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from itertools import accumulate
from typing import TypeVar

from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.export.exporter import AgreementRow, ExportedSession, ExportedSource, ExportedStudy
from codetui.formats.export.table import place_of
from codetui.formats.toml.tables import long_key
from codetui.model import Anchor, Codebook, Coding, Memo, Problem, Source, SourceId, source_hash

T = TypeVar("T")
HEADERS = {"name", "naam", "names", "namen"}
"""First cells of a row of CSV that is a header."""

_UNCHANGED = {"id", "key", "section", "group", "label", "content_hash", "holds", "version", "path", "before", "after"}
"""Fields of the codebook that refer to its own parts or files."""


class PseudonymError(ValueError):
    """Raised if a file of pseudonyms cannot be used; `problems` has the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


class Pseudonyms:
    """Replaces names; `unused` are those that were not found so far."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Use pseudonyms by name."""
        self.names = {" ".join(unicodedata.normalize("NFC", name).split()): new for name, new in names.items()}
        self.unused = dict.fromkeys(self.names)
        self._spoken = _pattern(self.names, r"\s+", is_strict=True)
        self._written = _pattern(self.names, r"[\s_-]+", is_strict=False)
        self._by_key = {name.casefold(): name for name in self.names}

    def _pseudonym(self, found: re.Match[str]) -> str:
        spoken = collapse_spaces(unicodedata.normalize("NFC", found[0]))
        joined = " ".join(re.split(r"[\s_-]+", spoken))
        name = spoken if spoken in self.names else self._by_key.get(spoken.casefold(), "")
        name = name or self._by_key.get(joined.casefold(), "")
        self.unused.pop(name, None)
        return self.names.get(name, "") + "\n" * found[0].count("\n")

    def text(self, text: str) -> str:
        """Return a text with pseudonyms; its lines stay lines."""
        return self._spoken.sub(self._pseudonym, text) if text else text

    def name(self, name: str) -> str:
        """Return a coder or the id of a source with pseudonyms, whatever the case and with `_` or `-` for blanks."""
        return self._written.sub(self._pseudonym, name)

    def path(self, path: str) -> str:
        """Return a path with pseudonyms, replaced as in `name`."""
        return self._written.sub(lambda found: re.sub(r"[^\w.-]+", "_", self._pseudonym(found)), path)

    def replaced(self, text: str) -> ReplacedText:
        """Return a text with pseudonyms that knows where each place of the text has gone."""
        changes = [(found.start(), found.end(), self._pseudonym(found)) for found in self._spoken.finditer(text)]
        return ReplacedText(text, changes)

    # --- what leaves the study ----------------------------------------------------------------------

    def source(self, source: Source) -> Source:
        """Return a source with pseudonyms."""
        text = self.replaced(source.text)
        return replace(
            source,
            id=SourceId(self.name(source.id)),
            employer=self.text(source.employer),
            title=self.text(source.title),
            text=text.text,
            body_start=text.start(source.body_start),
            attributes=self._values(source.attributes),
            passages=tuple(
                replace(
                    each, start=text.start(each.start), end=text.end(each.end), attributes=self._values(each.attributes)
                )
                for each in source.passages
            ),
        )

    def session(self, session: ExportedSession) -> ExportedSession:
        """Return a session with pseudonyms; without the text of its source its quotations have no places."""
        source, facts = session.source, session.facts
        text = self.replaced(source.text) if source is not None and source.text else None
        described = None
        if source is not None:
            described = ExportedSource(
                len(text.text) if text else source.length,
                text.start(source.body_start) if text else source.body_start,
                source_hash(text.text) if text else "",
                self._values(source.attributes),
                text.text if text else "",
            )
        return session._replace(
            coder=self.name(session.coder),
            facts=Source(SourceId(self.name(facts.id)), self.text(facts.employer), self.text(facts.title), "", ""),
            state=self.state(session.state, text),
            path=self.path(session.path),
            document=None if session.document is None else self.text(session.document),
            source=described,
        )

    def state(self, state: State, text: ReplacedText | None) -> State:
        """Return a state with pseudonyms, located in `text`; what undo and layouts need is left out."""
        opened = state.opened and replace(
            state.opened,
            source=SourceId(self.name(state.opened.source)),
            employer=self.text(state.opened.employer),
            title=self.text(state.opened.title),
            text_hash=text.hash if text else "",
            outline="",
        )
        return State(
            opened=opened,
            employer=self.text(state.employer),
            title=self.text(state.title),
            codings={id_: self._coding(coding, text) for id_, coding in state.codings.items()},
            notes={id_: self._memo(memo) for id_, memo in state.notes.items()},
            memos={id_: self._memo(memo) for id_, memo in state.memos.items()},
            profile=state.profile,
            reasoning=self.text(state.reasoning),
            is_done=state.is_done,
            is_uncodable=state.is_uncodable,
            seq=state.seq,
        )

    def book(self, book: Codebook) -> Codebook:
        """Return a codebook with pseudonyms in its names, definitions, examples and texts."""
        return self._part(book)

    def study(self, study: ExportedStudy) -> ExportedStudy:
        """Return a study with pseudonyms, one session at a time."""
        mapped = study.mapped(self.session)
        return replace(
            mapped,
            book=self.book(study.book),
            coders=tuple(dict.fromkeys(map(self.name, study.coders))),
            agreement=lambda: [self._agreement(row) for row in study.agreement()],
        )

    # --- parts --------------------------------------------------------------------------------------

    def _agreement(self, row: AgreementRow) -> AgreementRow:
        return row._replace(coders=tuple(map(self.name, row.coders)), why=self.name(self.text(row.why)))

    def _coding(self, coding: Coding, text: ReplacedText | None) -> Coding:
        anchor = text.anchor(coding.anchor) if text and coding.anchor else None
        is_same = coding.anchor is not None and collapse_spaces(coding.anchor.words) == collapse_spaces(coding.words)
        words = anchor.words if anchor and is_same else self.text(coding.words)
        from_name = self.name(coding.from_name)
        return replace(coding, anchor=anchor, words=words, note=self.text(coding.note), from_name=from_name, lost=None)

    def _memo(self, memo: Memo) -> Memo:
        target = replace(memo.target, id=self.name(memo.target.id)) if memo.target.kind == "source" else memo.target
        return replace(memo, text=self.text(memo.text), target=target)

    def _values(self, attributes: Mapping[str, str]) -> dict[str, str]:
        return {name: self.text(value) for name, value in attributes.items()}

    def _part(self, part: T) -> T:
        """Return a part of the codebook with pseudonyms in its texts."""
        if isinstance(part, str):
            return self.text(part)  # type: ignore[return-value]
        if isinstance(part, tuple):
            return tuple(map(self._part, part))  # type: ignore[return-value]
        if not is_dataclass(part) or isinstance(part, type):
            return part
        changed = {
            each.name: self._part(getattr(part, each.name)) for each in fields(part) if each.name not in _UNCHANGED
        }
        return replace(part, **changed)


class ReplacedText:
    """A text in which some places were replaced; all places are code points."""

    def __init__(self, source: str, changes: Sequence[tuple[int, int, str]]) -> None:
        """Replace the `changes`, as (start, end, words) in order."""
        parts: list[str] = []
        at = 0
        for start, end, new in changes:
            parts += [source[at:start], new]
            at = end
        self.text = "".join(parts) + source[at:]
        self.hash = source_hash(self.text)
        self._changes = changes
        self._shifts = list(accumulate((len(new) - (end - start) for start, end, new in changes), initial=0))

    def start(self, offset: int) -> int:
        """Return where a place begins in the new text: inside a replaced name, at the beginning of the pseudonym."""
        number = self._changes_before(offset)
        if number and offset < self._changes[number - 1][1]:
            return self._changes[number - 1][0] + self._shifts[number - 1]
        return offset + self._shifts[number]

    def end(self, offset: int) -> int:
        """Return where a place ends in the new text: inside a replaced name, at the end of the pseudonym."""
        number = self._changes_before(offset)
        return max(offset, self._changes[number - 1][1]) + self._shifts[number] if number else offset

    def _changes_before(self, offset: int) -> int:
        """Return how many changes begin before an offset."""
        return bisect_left(self._changes, offset, key=lambda change: change[0])

    def anchor(self, anchor: Anchor) -> Anchor:
        """Return an anchor in the new text."""
        start, end = self.start(anchor.start), self.end(anchor.end)
        return Anchor(text_hash=self.hash, start=start, end=end, words=self.text[start:end])


def _pattern(names: Iterable[str], joint: str, *, is_strict: bool) -> re.Pattern[str]:
    """Return the pattern of names as whole words, the longest first; composed and decomposed letters count as one."""
    spellings: dict[str, None] = {}
    for name in sorted(names, key=lambda one: (-len(one), one)):
        for form in ("NFC", "NFD"):
            written = joint.join(map(re.escape, unicodedata.normalize(form, name).split()))
            if is_strict and name != name.lower():
                capitals = joint.join(map(re.escape, unicodedata.normalize(form, name.upper()).split()))
                spellings |= dict.fromkeys((written, capitals))
            else:
                spellings[f"(?i:{written})"] = None
    if not spellings:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(spellings)})(?![^\W_]|[\u0300-\u036f])")


# --- the file -------------------------------------------------------------------------------------------


def parse_pseudonyms(text: str, file: str) -> Pseudonyms:
    """Return the pseudonyms in a file: CSV with a name and a pseudonym a row, else TOML (`Fatima = "P1"`).

    Raises PseudonymError.
    """
    rows = _csv_rows(text) if file.lower().endswith((".csv", ".tsv")) else _toml_rows(text, file)
    names: dict[str, str] = {}
    problems: list[Problem] = []
    for line, name, new in rows:
        fault = ""
        if not name or not new:
            fault = "a name and its pseudonym belong on this line"
        elif names.get(name, new) != new:
            fault = f"“{name}” has another pseudonym above: keep one"
        if fault:
            problems.append(Problem(file, line, "error", fault))
        names.setdefault(name, new)
    if not names and not problems:
        what = "this file has no names: write one on each line, Name = “P1” in TOML, or name,pseudonym in CSV"
        problems.append(Problem(file, 0, "error", what))
    found = Pseudonyms(names)
    for line, _, new in rows if not problems else ():
        if found.text(new) != new or found.name(new) != new:
            problems.append(Problem(file, line, "error", f"the pseudonym “{new}” contains one of the names"))
    if problems:
        raise PseudonymError(problems)
    return Pseudonyms(names)


_KEY = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[\w-]+)\s*=")
_DOTTED = re.compile(r"\s*[\w-]+\s*\.[^\"'=]*=")


def _csv_rows(text: str) -> list[tuple[int, str, str]]:
    lines = text.removeprefix("\ufeff").splitlines()
    head = lines[0] if lines else ""
    separator = max(",;\t", key=head.count)
    found = []
    for number, row in enumerate(csv.reader(lines, delimiter=separator), 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].casefold() in HEADERS):
            continue
        found.append((number, cells[0], cells[1] if len(cells) > 1 else ""))
    return found


def _toml_rows(text: str, file: str) -> list[tuple[int, str, str]]:
    """Return the names of a TOML file, in tables or not."""
    import tomllib

    if (line_number := long_key(text)) is not None:
        what = "dozens of words joined by dots are no name; put a name that contains dots in quotes"
        raise PseudonymError([Problem(file, line_number, "error", what)])
    try:
        top: dict[str, object] = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        what = f"this is not TOML ({error}); a CSV file must be named .csv"
        raise PseudonymError([Problem(file, int(line[1]) if line else 0, "error", what)]) from error
    found: list[tuple[int, str, str]] = []
    lines: dict[str, int] = {}
    for number, each in enumerate(text.splitlines(), 1):
        if _DOTTED.match(each):
            raise PseudonymError([Problem(file, number, "error", "this name contains a dot: put it in quotes")])
        if key := _KEY.match(each):
            lines.setdefault(key[1].strip("\"'"), number)
    waiting = deque(top.items())
    while waiting:
        name, value = waiting.popleft()
        if isinstance(value, dict):
            waiting.extend(value.items())
            continue
        found.append((lines.get(name, 0), " ".join(name.split()), value.strip() if isinstance(value, str) else ""))
    return found


# --- without words ------------------------------------------------------------------------------------


LONGEST_VALUE = 200
"""Characters of the longest value of a further column that is no text."""


def without_words(study: ExportedStudy) -> ExportedStudy:
    """Return a study without the words of its texts, and without what coders wrote, which may quote them."""
    return study.mapped(_without_words)


def _without_words(session: ExportedSession) -> ExportedSession:
    state, facts, source = session.state, session.facts, session.source
    bare = State(
        opened=state.opened and replace(state.opened, title=""),
        employer=state.employer,
        codings={id_: _without(coding) for id_, coding in state.codings.items()},
        profile=state.profile,
        is_done=state.is_done,
        is_uncodable=state.is_uncodable,
        seq=state.seq,
    )
    short = source and {
        name: value for name, value in source.attributes.items() if len(value) <= LONGEST_VALUE and "\n" not in value
    }
    return session._replace(
        facts=Source(SourceId(facts.id), facts.employer, "", "", ""),
        state=bare,
        document=None,
        source=source and source._replace(text="", attributes=short or {}),
        places={coding.id: place_of(coding, session) for coding in state.live()},
    )


def _without(coding: Coding) -> Coding:
    anchor = coding.anchor and replace(coding.anchor, words="", before="", after="")
    return replace(coding, anchor=anchor, words="", note="", lost=None)

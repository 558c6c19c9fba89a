"""Codings, sources and notes as tables for other programs, and matrices: sources by codes, and units by coders.

    matrix           a source and coder: 1 for each code in it, else 0
    matrix-counts    the same with the number of codings
    matrix-profiles  a source: the id of its profile by each coder
    matrix-codes     a source and code: by each coder 1 if the code is in it, else 0

The last two are units by coders, as programs for reliability read them. A cell is empty where a coder has not marked
the source done, so that unfinished work is no disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors.anchor import is_quoted
from codetui.core.anchors.unresolved import unresolved_anchor
from codetui.core.codebook.index import index_of, profile_name
from codetui.core.codebook.migration import pending_remark
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.export.exporter import NO_ATTRIBUTES, Certainty, ExportedSession, ExportedStudy, What
from codetui.formats.session_doc.markdown import CodeSites
from codetui.model import Codebook, CodeId, Coding, CodingId, Memo, Span, Words

Cell: TypeAlias = str | int | float | None


SOURCE = ("ad_id", "employer", "title", "coder")
CODE = ("section", "group", "code_id", "code_name")
OwnTable = Literal["codings", "ads", "notes"]
"""The tables of this module, whose columns do not depend on the codebook."""

CELLS: Mapping[OwnTable, tuple[str, ...]] = {
    "codings": (
        *(*SOURCE, "profile", *CODE, "words", "note", "start", "end", "time", "codebook_version", "origin", "place"),
        *("to_check", "ad_words", "start_in_body", "end_in_body", "state", "reasoning"),
    ),
    "ads": (
        *(*SOURCE, "state", "profile", "reasoning", "codings", "to_check", "notes", "length", "body_start"),
        "text_hash",
    ),
    "notes": (*SOURCE, "on", *CODE, "words", "note"),
}
"""The columns of each table, in order; further columns of sources follow them.

Of a coding, `start` and `end` are code points in the source, None for words that were not located. `words` are the
document's words with white space folded; `note` is as it was typed. `codebook_version` is the version with which the
code was assigned. `origin` is empty for a coding made in the program, else `document`, `edit` (of the document) or
`copy of` another source's id. `place` states how certain the place is, and `to_check` is `yes` until the coder has
accepted it. `ad_words` are the source's own characters at the place. `start_in_body` counts from the start of the body,
None in the title. Of a source, `to_check` and `notes` are counts, and `length` is in code points. A note is `on` a
quotation, an entry in the list of a code, a code, a group or a section; a memo is on a quotation, a source, a code, a
profile or the study, and the last three have no source.
"""

Cells: TypeAlias = dict[str, Cell]
"""The cells of a row by column; those of columns that are left out are empty."""


class ExportRow(NamedTuple):
    """The cells of a row, and the further columns of its source."""

    cells: tuple[Cell, ...]
    attributes: Mapping[str, str]


class ExportTable(NamedTuple):
    """Rows with the names of their columns, which may be read only once.

    `attribute_names` are the further columns of sources; attributes with other names are left out of `lines`.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[ExportRow]
    attribute_names: Sequence[str] = ()

    @property
    def all_columns(self) -> list[str]:
        """All columns; a further column whose name is already used is called `source.NAME`."""
        return [*self.columns, *(f"source.{one}" if one in self.columns else one for one in self.attribute_names)]

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """Yield all cells of each row."""
        return map(self.line, self.rows)

    def line(self, row: ExportRow) -> tuple[Cell, ...]:
        """Return all cells of a row."""
        return (*row.cells, *(row.attributes.get(name, "") for name in self.attribute_names))


class Tally:
    """Counts the rows of a table while they are read."""

    def __init__(self, name: str, words: Words) -> None:
        self.rows = 0
        self._name, self._words = name, words
        self._sources: set[Cell] = set()

    def counted(self, rows: Iterable[ExportRow]) -> Iterator[ExportRow]:
        """Yield the rows, and count them."""
        for row in rows:
            self.rows += 1
            if self._name == "ads":
                self._sources.add(row.cells[0])
            yield row

    @property
    def contents(self) -> str:
        """The rows so far in words, such as `3 codings`; of sources each is counted once."""
        if self._name == "ads":
            return plural(len(self._sources), self._words.source, self._words.sources)
        if self._name in CELLS:
            return plural(self.rows, self._name.removesuffix("s"), self._name)
        return plural(self.rows, "row")


def source_cells(session: ExportedSession) -> Cells:
    """Return the cells that all rows of one session share."""
    state, facts = session.state, session.facts
    cells = (facts.id, state.employer or facts.employer, state.title or facts.title, session.coder)
    return dict(zip(SOURCE, cells, strict=True))


class Tabulator:
    """Renders sessions as rows, using one codebook."""

    def __init__(self, book: Codebook) -> None:
        self._book, self._index, self._sites = book, index_of(book), CodeSites(book)

    def rows(self, name: OwnTable, session: ExportedSession) -> Iterator[ExportRow]:
        """Yield the rows of a session in one of the tables."""
        cells_of = {"codings": self._codings, "ads": self._ad, "notes": self._notes}[name]
        shared = source_cells(session)
        attributes = session.source.attributes if session.source else NO_ATTRIBUTES
        for cells in cells_of(session):
            of_row = shared | cells
            yield ExportRow(tuple(of_row.get(column, "") for column in CELLS[name]), attributes)

    def _codings(self, session: ExportedSession) -> Iterator[Cells]:
        """Yield the codings in the order of the document: by code, then in the order of assigning."""
        state = session.state
        known = session.source or state.opened
        body = known.body_start if known else 0
        orders = {code: (self._sites.site(code).sort_key, at) for at, code in enumerate(state.index.by_code)}
        of_session = self._session(session)
        for coding in sorted(state.live(), key=lambda coding: orders[coding.code]):
            anchor = coding.anchor
            yield {
                **of_session,
                **self._code(coding.code),
                "words": _words(coding),
                "note": coding.note,
                "start": anchor.start if anchor else None,
                "end": anchor.end if anchor else None,
                "time": coding.time,
                "codebook_version": coding.codebook.partition("#")[0],
                "origin": _origin(coding),
                "place": session.places[coding.id] if session.places else place_of(coding, session),
                "to_check": "yes" if coding.is_unresolved else "",
                "ad_words": anchor.words if anchor else "",
                "start_in_body": anchor.start - body if anchor and anchor.start >= body else None,
                "end_in_body": anchor.end - body if anchor and anchor.start >= body else None,
            }

    def _ad(self, session: ExportedSession) -> Iterator[Cells]:
        """Yield the only row of a session or of an uncoded source; none for memos that belong to no source."""
        if not session.facts.id:
            return
        state, source = session.state, session.source
        yield self._session(session) | {
            "codings": len(state.live()),
            "to_check": len(state.index.unresolved),
            "notes": sum(1 for _ in self._notes(session)),
            "length": source.length if source else None,
            "body_start": source.body_start if source else None,
            "text_hash": source.text_hash if source else "",
        }

    def _notes(self, session: ExportedSession) -> Iterator[Cells]:
        """Yield all notes, including those on quotations, in the order of writing."""
        state = session.state
        noted: list[Coding | Memo] = [coding for coding in state.live() if coding.note.strip()]
        noted += [memo for memos in (state.notes, state.memos) for memo in memos.values() if memo.text.strip()]
        for one in sorted(noted, key=lambda each: (each.rank, each.id)):
            if isinstance(one, Coding):
                yield self._code(one.code) | {"on": "quotation", "words": _words(one), "note": one.note}
                continue
            kind, id_ = one.target.kind, one.target.id
            coding = state.codings.get(CodingId(id_)) if kind == "quotation" else None
            if coding or kind in ("code", "entry"):
                place = self._code(coding.code if coding else id_)
            else:
                place = self._heading(kind, id_)
            yield place | {"on": kind, "words": _words(coding) if coding else "", "note": one.text}

    def _session(self, session: ExportedSession) -> Cells:
        state = session.state
        profile = profile_name(self._book, state.profile)
        return {"state": session.progress, "profile": profile, "reasoning": state.reasoning}

    def _heading(self, kind: str, id_: str) -> Cells:
        """Return the titles of section and group, or the id of one that the codebook lacks."""
        group = self._index.groups.get(id_) if kind == "group" else None
        section = self._index.sections.get(group.section if group else id_)
        title = section.title if section else ""
        match kind:
            case "group":
                return {"section": title if group else "", "group": group.title if group else id_}
            case "section":
                return {"section": title or id_}
            case "profile":
                return {"code_id": id_, "code_name": profile_name(self._book, id_)}
            case _:
                return {}

    def _code(self, code_id: str) -> Cells:
        former = self._index.former.get(CodeId(code_id))
        if former is not None:
            cells = (former.section.title, former.group.title if former.group else "", code_id, former.name)
            return dict(zip(CODE, cells, strict=True))
        site, code = self._sites.site(code_id), self._index.codes.get(CodeId(code_id))
        section, group = self._index.sections.get(site.section), self._index.groups.get(site.group)
        name = code.name if code else pending_remark(code_id, self._index)
        cells = (section.title if section else "", group.title if group else "", code_id, name)
        return dict(zip(CODE, cells, strict=True))


def place_of(coding: Coding, session: ExportedSession) -> Certainty:
    """Return how certain the place of a coding is."""
    anchor, words = coding.anchor, _words(coding)
    if anchor is None:
        text = session.source.text if session.source else ""
        kind = unresolved_anchor(coding, session.state, text).kind if text else "orphan"
        return "none" if kind == "orphan" else kind
    if coding.is_proposed:
        return "fuzzy"
    if collapse_spaces(anchor.words) == words:
        return "exact"
    return "folded" if is_quoted(anchor.words, Span(0, len(anchor.words)), words) else "fuzzy"


def _origin(coding: Coding) -> str:
    if coding.origin == "copy":
        return f"copy of {coding.from_name}"
    return "" if coding.origin == "hand" else coding.origin


def _words(coding: Coding) -> str:
    return collapse_spaces(coding.words or (coding.anchor.words if coding.anchor else ""))


# --- matrices -----------------------------------------------------------------------------------------


RowsOf: TypeAlias = Callable[[ExportedSession], Iterator[ExportRow]]

COLLECTED: tuple[What, ...] = ("matrix-profiles", "matrix-codes")
"""The tables whose rows belong to the sessions of several coders."""

BY_CODE = (*SOURCE, "state", "profile")
"""The columns before those of the codes."""


def table_of(name: What, study: ExportedStudy) -> ExportTable:
    """Return one table of all sessions, one session after the other."""
    if name in COLLECTED:
        return _by_coder(study, ("ad_id",) if name == "matrix-profiles" else ("ad_id", "code_id"))
    columns, rows_of = streamed(name, study)
    return ExportTable(name, columns, (row for each in study.sessions for row in rows_of(each)), study.attributes)


def streamed(name: What, study: ExportedStudy) -> tuple[tuple[str, ...], RowsOf]:
    """Return the columns of a table whose rows belong to one session each, and the function that yields them."""
    match name:
        case "codings" | "ads" | "notes":
            tabulator = Tabulator(study.book)
            return CELLS[name], lambda session: tabulator.rows(name, session)
        case "matrix" | "matrix-counts":
            columns = (*BY_CODE, *(_distinct("code", code, BY_CODE) for code in study.codes))
            return columns, lambda session: _counts(study, session, is_binary=name == "matrix")
        case _:
            raise ValueError(f"the rows of {name} belong to several sessions")


def _counts(study: ExportedStudy, session: ExportedSession, *, is_binary: bool) -> Iterator[ExportRow]:
    """Yield the row of a session or of an uncoded source; none for memos that belong to no source."""
    if not session.facts.id:
        return
    state = session.state
    numbers = [len(state.of_code(CodeId(code))) for code in study.codes]
    shown = [min(number, 1) for number in numbers] if is_binary else numbers
    cells = (*source_cells(session).values(), session.progress, profile_name(study.book, state.profile))
    yield ExportRow((*cells, *shown), session.source.attributes if session.source else NO_ATTRIBUTES)


def _by_coder(study: ExportedStudy, units: Sequence[str]) -> ExportTable:
    """Return a matrix of units by coders: a unit is a source, or a source and a code."""
    columns = (*units, *(_distinct("coder", coder, units) for coder in study.coders))
    return ExportTable("matrix", columns, _units(study, has_codes=len(units) > 1))


def _units(study: ExportedStudy, *, has_codes: bool) -> Iterator[ExportRow]:
    """Yield the rows of a matrix, once the sessions of all coders are read."""
    profiles: dict[str, dict[str, str]] = {}
    codes: dict[str, dict[str, frozenset[str]]] = {}
    for session in study.sessions:
        if session.coder and session.facts.id:
            of_source, with_codes = profiles.setdefault(session.facts.id, {}), codes.setdefault(session.facts.id, {})
            if session.state.is_done:
                of_source[session.coder] = session.state.profile
                with_codes[session.coder] = frozenset(session.state.index.by_code) if has_codes else frozenset()
    for source, found in profiles.items():
        if not has_codes:
            yield ExportRow((source, *(found.get(coder) for coder in study.coders)), NO_ATTRIBUTES)
            continue
        for code in study.codes:
            cells: list[Cell] = [
                None if coder not in found else int(code in codes[source][coder]) for coder in study.coders
            ]
            yield ExportRow((source, code, *cells), NO_ATTRIBUTES)


def _distinct(kind: str, name: str, others: Sequence[str]) -> str:
    """Return the name of a column that is called like one of the others, as `code.profile`."""
    return f"{kind}.{name}" if name in others else name

"""Codings, sources and notes as tables for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors.anchor import is_quoted
from codetui.core.anchors.unresolved import unresolved_anchor
from codetui.core.codebook.index import index_of, profile_name
from codetui.core.codebook.migration import pending_remark
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.export.exporter import NO_ATTRIBUTES, ExportedSession, What
from codetui.formats.session_doc.markdown import CodeSites
from codetui.model import Codebook, CodeId, Coding, CodingId, Memo, Span

Cell: TypeAlias = str | int | None
Place = Literal["exact", "folded", "fuzzy", "ambiguous", "none"]


class SourceCells(NamedTuple):
    """The cells that all rows of one session share, at the start of each row."""

    ad_id: str
    employer: str
    title: str
    coder: str


class CodingCells(NamedTuple):
    """One coding; `start` and `end` are code points in the source, None for words that were not located.

    `words` are the document's words with white space folded; `note` is as it was typed. `codebook_version` is the
    version with which the code was assigned. `origin` is empty for a coding made in the program, else `document`,
    `edit` (of the document) or `copy of` another source's id. `place` states how certain the place is, and `to_check`
    is `yes` until the coder has accepted it. `ad_words` are the source's own characters at the place. `start_in_body`
    counts from the start of the body, None in the title.
    """

    profile: str
    section: str
    group: str
    code_id: str
    code_name: str
    words: str
    note: str
    start: int | None
    end: int | None
    time: str
    codebook_version: str
    origin: str
    place: Place
    to_check: str
    ad_words: str
    start_in_body: int | None
    end_in_body: int | None
    state: str
    reasoning: str


class AdCells(NamedTuple):
    """One source as coded by one coder, or uncoded.

    `to_check` and `notes` are counts, and `length` is in code points.
    """

    state: str
    profile: str
    reasoning: str
    codings: int
    to_check: int
    notes: int
    length: int | None
    body_start: int | None
    text_hash: str


class NoteCells(NamedTuple):
    """One note: on a quotation, an entry in the list of a code, a code, a group or a section."""

    on: str
    section: str
    group: str
    code_id: str
    code_name: str
    words: str
    note: str


CELLS: Mapping[What, tuple[str, ...]] = {
    "codings": (*SourceCells._fields, *CodingCells._fields),
    "ads": (*SourceCells._fields, *AdCells._fields),
    "notes": (*SourceCells._fields, *NoteCells._fields),
}
"""The columns of each table, in order; further columns of sources follow them."""


class Row(NamedTuple):
    """The cells of a row, and the further columns of its source."""

    cells: tuple[Cell, ...]
    attributes: Mapping[str, str]


class Table(NamedTuple):
    """Rows with the names of their columns; `contents` describes them, such as `3 codings`."""

    name: What
    columns: tuple[str, ...]
    rows: list[Row]
    contents: str

    @property
    def attribute_names(self) -> list[str]:
        """The names of all further columns, in order of first appearance."""
        return list(dict.fromkeys(name for row in self.rows for name in row.attributes))

    @property
    def all_columns(self) -> list[str]:
        """All columns; a further column whose name is already used is called `source.NAME`."""
        return [*self.columns, *(f"source.{one}" if one in self.columns else one for one in self.attribute_names)]

    def lines(self) -> Iterator[tuple[Cell, ...]]:
        """Yield all cells of each row."""
        names = self.attribute_names
        for row in self.rows:
            yield *row.cells, *(row.attributes.get(name, "") for name in names)


def table_of(name: What, sessions: Sequence[ExportedSession], book: Codebook) -> Table:
    """Return one table of all sessions, one session after the other."""
    tabulator = _Tabulator(book)
    cells_of = {"codings": tabulator.codings, "ads": tabulator.ad, "notes": tabulator.notes}[name]
    rows = [
        Row((*tabulator.source(session), *cells), session.source.attributes if session.source else NO_ATTRIBUTES)
        for session in sessions
        for cells in cells_of(session)
    ]
    one, several = (book.words.source, book.words.sources) if name == "ads" else (name.removesuffix("s"), name)
    number = len({row.cells[0] for row in rows}) if name == "ads" else len(rows)
    return Table(name, CELLS[name], rows, plural(number, one, several))


class _CodeCells(NamedTuple):
    section: str
    group: str
    code_id: str
    code_name: str


class _Tabulator:
    """Renders sessions as cells, using one codebook."""

    def __init__(self, book: Codebook) -> None:
        self._book, self._index, self._sites = book, index_of(book), CodeSites(book)

    def source(self, session: ExportedSession) -> SourceCells:
        state, facts = session.state, session.facts
        return SourceCells(facts.id, state.employer or facts.employer, state.title or facts.title, session.coder)

    def codings(self, session: ExportedSession) -> Iterator[CodingCells]:
        """Yield the codings in the order of the document: by code, then in the order of assigning."""
        state = session.state
        known = session.source or state.opened
        body = known.body_start if known else 0
        profile = profile_name(self._book, state.profile)
        orders = {code: (self._sites.site(code).sort_key, at) for at, code in enumerate(state.index.by_code)}
        for coding in sorted(state.live(), key=lambda coding: orders[coding.code]):
            anchor = coding.anchor
            yield CodingCells(
                profile,
                *self._code(coding.code),
                words=_words(coding),
                note=coding.note,
                start=anchor.start if anchor else None,
                end=anchor.end if anchor else None,
                time=coding.time,
                codebook_version=coding.codebook.partition("#")[0],
                origin=_origin(coding),
                place=_place(coding, session),
                to_check="yes" if coding.is_unresolved else "",
                ad_words=anchor.words if anchor else "",
                start_in_body=anchor.start - body if anchor and anchor.start >= body else None,
                end_in_body=anchor.end - body if anchor and anchor.start >= body else None,
                state=session.progress,
                reasoning=state.reasoning,
            )

    def ad(self, session: ExportedSession) -> Iterator[AdCells]:
        """Yield the only row of a session or of an uncoded source."""
        state, source = session.state, session.source
        yield AdCells(
            state=session.progress,
            profile=profile_name(self._book, state.profile),
            reasoning=state.reasoning,
            codings=len(state.live()),
            to_check=len(state.index.unresolved),
            notes=sum(1 for _ in self.notes(session)),
            length=source.length if source else None,
            body_start=source.body_start if source else None,
            text_hash=source.text_hash if source else "",
        )

    def notes(self, session: ExportedSession) -> Iterator[NoteCells]:
        """Yield all notes, including those on quotations, in the order of writing."""
        state = session.state
        noted: list[Coding | Memo] = [coding for coding in state.live() if coding.note.strip()]
        noted += [memo for memos in (state.notes, state.memos) for memo in memos.values() if memo.text.strip()]
        for one in sorted(noted, key=lambda each: (each.rank, each.id)):
            if isinstance(one, Coding):
                yield NoteCells("quotation", *self._code(one.code), _words(one), one.note)
                continue
            kind, id_ = one.target.kind, one.target.id
            if kind in ("code", "entry"):
                yield NoteCells(kind, *self._code(id_), "", one.text)
            elif kind == "quotation":
                coding = state.codings.get(CodingId(id_))
                place = self._code(coding.code) if coding else _CodeCells("", "", "", "")
                yield NoteCells(kind, *place, _words(coding) if coding else "", one.text)
            else:
                yield NoteCells(kind, *self._heading(kind, id_), "", "", "", one.text)

    def _heading(self, kind: str, id_: str) -> tuple[str, str]:
        """Return the titles of section and group, or the id of one that the codebook lacks."""
        group = self._index.groups.get(id_)
        if kind == "group":
            section = self._index.sections.get(group.section) if group else None
            return section.title if section else "", group.title if group else id_
        found = self._index.sections.get(id_)
        return (found.title if found else id_) if kind == "section" else "", ""

    def _code(self, code_id: str) -> _CodeCells:
        former = self._index.former.get(CodeId(code_id))
        if former is not None:
            return _CodeCells(former.section.title, former.group.title if former.group else "", code_id, former.name)
        site, code = self._sites.site(code_id), self._index.codes.get(CodeId(code_id))
        section, group = self._index.sections.get(site.section), self._index.groups.get(site.group)
        return _CodeCells(
            section.title if section else "",
            group.title if group else "",
            code_id,
            code.name if code else pending_remark(code_id, self._index),
        )


def _place(coding: Coding, session: ExportedSession) -> Place:
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

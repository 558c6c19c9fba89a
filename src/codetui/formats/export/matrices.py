"""All tables by their names, and the matrices among them: sources by codes, and units by coders.

    matrix           a source and coder: 1 for each code in it, else 0
    matrix-counts    the same with the number of codings
    matrix-profiles  a source: the id of its profile by each coder
    matrix-codes     a source and code: by each coder 1 if the code is in it, else 0

The last two are units by coders, as programs for reliability read them. A cell is empty where a coder has not marked
the source done, so that unfinished work is no disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from codetui.core.codebook.index import profile_name
from codetui.formats.export.exporter import NO_ATTRIBUTES, ExportedSession, ExportedStudy, What
from codetui.formats.export.table import CELLS, SOURCE, Cell, Row, Table, Tabulator, source_cells
from codetui.model import CodeId

RowsOf: TypeAlias = Callable[[ExportedSession], Iterator[Row]]

COLLECTED: tuple[What, ...] = ("matrix-profiles", "matrix-codes")
"""The tables whose rows belong to the sessions of several coders."""

BY_CODE = (*SOURCE, "state", "profile")
"""The columns before those of the codes."""


def table_of(name: What, study: ExportedStudy) -> Table:
    """Return one table of all sessions, one session after the other."""
    if name in COLLECTED:
        return _by_coder(study, ("ad_id",) if name == "matrix-profiles" else ("ad_id", "code_id"))
    columns, rows_of = streamed(name, study)
    return Table(name, columns, (row for each in study.sessions for row in rows_of(each)), study.attributes)


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


def _counts(study: ExportedStudy, session: ExportedSession, *, is_binary: bool) -> Iterator[Row]:
    """Yield the row of a session or of an uncoded source; none for memos that belong to no source."""
    if not session.facts.id:
        return
    state = session.state
    numbers = [len(state.of_code(CodeId(code))) for code in study.codes]
    shown = [min(number, 1) for number in numbers] if is_binary else numbers
    cells = (*source_cells(session).values(), session.progress, profile_name(study.book, state.profile))
    yield Row((*cells, *shown), session.source.attributes if session.source else NO_ATTRIBUTES)


def _by_coder(study: ExportedStudy, units: Sequence[str]) -> Table:
    """Return a matrix of units by coders: a unit is a source, or a source and a code."""
    columns = (*units, *(_distinct("coder", coder, units) for coder in study.coders))
    return Table("matrix", columns, _units(study, has_codes=len(units) > 1))


def _units(study: ExportedStudy, *, has_codes: bool) -> Iterator[Row]:
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
            yield Row((source, *(found.get(coder) for coder in study.coders)), NO_ATTRIBUTES)
            continue
        for code in study.codes:
            cells: list[Cell] = [
                None if coder not in found else int(code in codes[source][coder]) for coder in study.coders
            ]
            yield Row((source, code, *cells), NO_ATTRIBUTES)


def _distinct(kind: str, name: str, others: Sequence[str]) -> str:
    """Return the name of a column that is called like one of the others, as `code.profile`."""
    return f"{kind}.{name}" if name in others else name

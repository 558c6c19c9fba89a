"""One session looked at from all sides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.formats import session_doc
from codetui.formats.session_doc import Written
from codetui.model import Codebook, Problem, Source
from codetui.study.checks import completeness, duplicates
from codetui.study.checks.expected import document_of
from codetui.study.checks.files import SessionFiles
from codetui.study.checks.steps import Standing, standing
from codetui.study.reconcile.findings import codebook_remarks


class Checked(NamedTuple):
    """What is wrong with a session, and what of it is compared with sessions on the same text."""

    problems: list[Problem]
    coded: duplicates.Coded | None = None


def check_session(session: SessionFiles, ad: Source | None, corpus: Path, index: CodebookIndex) -> Checked:
    """What is wrong with one session; `ad` is None where the corpus lacks it."""
    log, file = session.log, str(session.place)
    if log is not None and log.state.opened is None:
        return Checked(log.problems)
    if not session.ad:
        text = session.document.text if session.document else ""
        return Checked(session_doc.read(text, file)[1])
    known = ad or _as_opened(session)
    expected = document_of(log.state, index.book, known) if log else Written("", ())
    stands = standing(session, expected, known, index)
    state, problems = stands.state, [*(log.problems if log else ()), *stands.problems]
    problems += _remarks(stands, expected, file, index)
    lines = {id_: line for line, ids in stands.ids for id_ in ids}
    unsure = (
        list(completeness.quotation_problems(state, ad, file, lines, index.book.words.source))
        if ad
        else list(_without_ad(session, state, corpus))
    )
    problems += unsure
    problems += _assigned(session, stands, unsure, index.book)
    is_begun = bool(state.live() or state.profile)
    return Checked(problems, duplicates.coded(session.ad, file, state) if is_begun else None)


def _as_opened(session: SessionFiles) -> Source:
    """The ad without its text, with the employer and title that the log begins with."""
    opened = session.log.state.opened if session.log else None
    return Source(session.ad, *((opened.employer, opened.title) if opened else ("", "")), "", str(session.place))


def _remarks(stands: Standing, expected: Written, file: str, index: CodebookIndex) -> Iterator[Problem]:
    """What does not agree with the codebook.  What codetui wrote need only be read where it names unknown codes."""
    document = stands.document
    if document is None:
        if not _has_unknown(stands.state, index):
            return
        document = session_doc.read(expected.text, "")[0]
    is_in_step = stands.document is not None or stands.ids == expected.ids
    for remark in codebook_remarks(session_doc.identified(document, index), index):
        yield Problem(file, remark.line if is_in_step else 0, remark.severity, remark.message)


def _has_unknown(state: State, index: CodebookIndex) -> bool:
    """Whether something stands under a code, group or section that the codebook lacks."""
    codes, others = set(index.codes), {"section": set(index.sections), "group": set(index.groups)}
    places = [note.target for note in state.notes.values() if note.text]
    return any(coding.code not in codes for coding in state.live()) or any(
        place.id not in others.get(place.kind, codes) for place in places
    )


def _without_ad(session: SessionFiles, state: State, corpus: Path) -> Iterator[Problem]:
    """What to say where the corpus lacks the ad: its quotations cannot be looked for."""
    if not state.is_untouched:
        what = f"ad {session.ad} is no longer in {corpus}: put it back; its codings are kept"
        yield Problem(str(session.place), 0, "error", what)


def _assigned(session: SessionFiles, stands: Standing, unsure: list[Problem], book: Codebook) -> list[Problem]:
    """What the ad as a whole lacks, at the line of its profile."""
    count = sum(problem.severity != "note" for problem in unsure)
    found = list(completeness.profile_problems(stands.state, count, book, str(session.place)))
    if not found or session.document is None:
        return found
    lines = (stands.document or session_doc.read(session.document.text, "")[0]).lines
    place = lines.get("profile") or lines.get("heading")
    return [problem._replace(line=place.line if place else 0) for problem in found]

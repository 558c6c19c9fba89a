"""A session's document and its log: whether the one says what the other does, and what the session holds by both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple, TypeAlias

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State, evolve
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats import session_doc
from codetui.formats.session_doc import Document, Written
from codetui.model import (
    Problem,
    Severity,
    Source,
    Transaction,
    TransactionId,
)
from codetui.storage.session_files import document_name
from codetui.study.checks.expected import document_of
from codetui.study.checks.files import DocumentFile, LogFile, SessionFiles, heading_id, is_named_for
from codetui.study.reconcile import Reconciliation, reconcile
from codetui.study.session.damage import damage
from codetui.study.session.document import Snapshot, SnapshotFile, still_known

LineIds: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]

WAY_OUT = (
    "open the ad once, and what only the document says is taken over; to keep the steps too, bring the log's lines "
    "back before"
)


class Standing(NamedTuple):
    """What a session holds by its log and by what was written into its document since.

    `ids` are the codings and notes on the document's lines.  `document` is the document as it was read, where a
    person had a hand in it; None where it is what codetui wrote.
    """

    state: State
    problems: list[Problem]
    ids: LineIds = ()
    document: Document | None = None


def standing(session: SessionFiles, expected: Written, ad: Source, index: CodebookIndex) -> Standing:
    """How document and log of a session stand to each other; `expected` is the document that the log gives now."""
    log, document = session.log, session.document
    others = list(_others(session))
    if document is None or not document.text.strip():
        return _without_document(session, others)
    if log is None:
        return _without_log(session, document, ad, index, others)
    if document.text == expected.text.encode("utf-8", "replace").decode("utf-8"):
        is_laid_out = log.state.layout is not None
        read = session_doc.read(document.text, str(document.path)) if is_laid_out else (None, [])
        return Standing(log.state, [*others, *read[1]], expected.ids, read[0])
    bases = SnapshotFile(log.path.with_suffix(".written"))
    base = bases.nearest(document.text)
    lost = base.lost(log.transactions) if base else 0
    if base is not None and base.text == document.text and not lost:
        problem = Problem(str(document.path), 0, *_left_behind(log, document))
        return Standing(log.state, [*others, problem], base.ids)
    if base is not None:
        base = still_known(base, log.transactions, lambda state: document_of(state, index.book, ad))
    return _edited(session, log, document, base, ad, index, others, lost)


def _others(session: SessionFiles) -> Iterator[Problem]:
    """The documents of the ad that nothing reads."""
    used = session.document.path.name if session.document else ""
    for other in session.others:
        what = f"ad {session.ad} has two documents, and {used} is the one that is used: join them and remove this one"
        yield Problem(str(other.path), 0, "error", what if used else _misnamed(session))


def _misnamed(session: SessionFiles) -> str:
    name = document_name(session.ad, "")
    return f"nothing reads this document of ad {session.ad}: its name must begin like {name}; rename it"


def _without_document(session: SessionFiles, problems: list[Problem]) -> Standing:
    state = session.log.state if session.log else State()
    if not state.is_untouched:
        how = "empty" if session.document else "missing"
        what = f"the document of ad {session.ad} is {how}; open the ad once, and it is written again"
        problems.append(Problem(str(session.place), 0, "warning", what))
    return Standing(state, problems)


def _without_log(
    session: SessionFiles, document: DocumentFile, ad: Source, index: CodebookIndex, problems: list[Problem]
) -> Standing:
    file = str(document.path)
    problem = Problem(file, 0, "error", _misnamed(session))
    if is_named_for(document.path, session.ad):
        what = f"this document of ad {session.ad} has no log; open the ad once, and its codings are taken over"
        problem = Problem(file, 0, "warning", what)
    read, unread = session_doc.read(document.text, file)
    taken = _taken(read, None, State(), ad, index, file)
    problems += [problem, *unread]
    return Standing(_after(State(), taken), problems, session_doc.ids_by_line(taken.document), read)


def _edited(
    session: SessionFiles,
    log: LogFile,
    document: DocumentFile,
    base: Snapshot | None,
    ad: Source,
    index: CodebookIndex,
    problems: list[Problem],
    lost: int,
) -> Standing:
    """What a document holds that the log does not: somebody changed it, or the log has `lost` steps.

    Of a damaged one nothing counts but the damage.
    """
    file = str(document.path)
    harm = damage(document.text, base.text if base else None, heading_id(session.ad))
    if harm is not None:
        return Standing(log.state, [*problems, Problem(file, harm.line, "error", harm.message)])
    read, unread = session_doc.read(document.text, file)
    before = session_doc.with_ids(session_doc.read(base.text, "")[0], base.ids) if base else None
    taken = _taken(read, before, log.state, ad, index, file)
    problems += [Problem(file, 0, *_edit(taken, lost)), *unread]
    return Standing(_after(log.state, taken), problems, session_doc.ids_by_line(taken.document), read)


def _taken(
    read: Document, base: Document | None, state: State, ad: Source, index: CodebookIndex, file: str
) -> Reconciliation:
    """What a document comes to, as it will be taken over when the ad is opened."""
    ids = (f"new-{number}" for number in count())
    return reconcile(read, base, state, ad, index.book, file, lambda: next(ids))


def _after(state: State, taken: Reconciliation) -> State:
    """The state once that is taken over."""
    return evolve(
        state, Transaction(id=TransactionId("new"), seq=state.seq + 1, time="", coder="", events=taken.events)
    )


def _left_behind(log: LogFile, document: DocumentFile) -> tuple[Severity, str]:
    """What to say of a document that codetui wrote, and that the log does not give now."""
    read = session_doc.read(document.text, "")[0]
    here = [collapse_spaces(words) for words in _words(read)]
    live = [collapse_spaces(coding.words) for coding in log.state.live()]
    more, fewer = (Counter(live) - Counter(here)).total(), (Counter(here) - Counter(live)).total()
    counts = f"the log has {plural(more, 'quotation')} more and {fewer:,} fewer"
    return "warning", f"the document is older than the log or the codebook ({counts}); open the ad once"


def _words(document: Document) -> Iterator[str]:
    for section in document.sections:
        for block in section.blocks:
            for code in block.codes:
                yield from (entry.words for entry in code.entries if entry.kind != "note")


def _edit(taken: Reconciliation, lost: int) -> tuple[Severity, str]:
    """What to say of a document that somebody changed, or that is newer than its log."""
    if not taken.events and not lost:
        return "note", "the document was laid out anew outside; open the ad once, and that is taken over"
    tally = taken.counts
    counts = {
        "added": tally.added,
        "changed": tally.changed,
        "moved": tally.moved,
        "removed": tally.removed,
        "edited on both sides": tally.conflicts,
    }
    said = ", ".join(f"{number} {what}" for what, number in counts.items() if number) or "profile or title"
    if lost:
        what = f"the document is newer than the log, which has lost {lost} of the steps that it was written from"
        return "error", f"{what} ({said}): {WAY_OUT}"
    return "warning", f"the document was changed outside ({said}); open the ad once, and that is taken over"

"""Check a study: its codebook, its corpus, and every session.

A session is checked for differences between log and document, for missing parts, and against sessions on the same text.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from codetui.core.anchors import anchor as anchors
from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex, index_of
from codetui.core.session.commands import quoted
from codetui.core.session.conflicts import conflict_sentences
from codetui.core.session.state import State, replay
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.formatting import read_like
from codetui.formats.session_doc.markdown import identified, parse_document, project
from codetui.formats.session_doc.model import Document, Entry, Written
from codetui.formats.session_doc.patch import document_of
from codetui.model import (
    GRAVEST_FIRST,
    Codebook,
    CodeId,
    Coding,
    Problem,
    Severity,
    Source,
    SourceEntry,
    SourceId,
    hashes_of,
)
from codetui.storage import session_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import safe_name
from codetui.storage.sources.corpus import NO_TEXT
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.consistency import CheckedSession, is_result, problems_of_results, problems_of_samples
from codetui.study.former import with_former
from codetui.study.hand_edits import hand_edit
from codetui.study.memos import file_problems
from codetui.study.reconcile.findings import codebook_remarks
from codetui.study.reconcile.statements import Quotation, SourceText, locate
from codetui.study.session.document import DocumentFile, SnapshotFile, read_document
from codetui.study.session.outcome import change_words, not_read
from codetui.study.session.sync import DocumentStatus
from codetui.study.sessions import SessionSnapshot, coded_texts
from codetui.study.study import Study


def check_study(study: Study, coder: str | None = None) -> list[Problem]:
    """Return every problem of the codebook, the corpus and the sessions of one coder or of all; nothing is written.

    Raises StudyError if there is no corpus.
    """
    problems, book, sources = list[Problem](), study.codebook, CorpusSources(study.corpus)
    touched = _touched_names(study.sessions_path, coder)
    same: defaultdict[int, list[SourceEntry]] = defaultdict(list)
    for entry, digest in sources.read_all(lambda one: bool(touched) and safe_name(one) in touched, problems):
        if digest != NO_TEXT:
            same[digest].append(entry)
    groups = [group for group in same.values() if len(group) > 1]
    for group in groups:
        problems += repeated(group, book.words.source)
    results: list[SessionSnapshot] = []
    checked: list[CheckedSession] = []

    def gathered() -> Iterator[SessionSnapshot]:
        for session in study.sessions(coder=coder, sources=sources):
            results.extend([session] if is_result(session) else [])
            if not session.state.is_untouched:
                checked.append(CheckedSession(session.coder, session.source.id, session.log, session.state.is_done))
            yield session

    for folder, sessions in groupby(gathered(), key=lambda one: one.folder):
        problems += _check_coder(study, folder, sessions, sources, groups)
    problems += study.samples.inconsistencies(sources, book.words.source)
    problems += problems_of_samples(study, sources, checked, results)
    problems += problems_of_results(study, results)
    by_hand = hand_edit(study)
    problems += [by_hand] if by_hand else []
    return in_order([*study.codebook_service.problems, *study.problems(coder, problems)])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems by file and line, the most severe of a line first, without repetitions."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda one: (one.file, one.line, GRAVEST_FIRST.index(one.severity)))


def _check_coder(
    study: Study,
    folder: str,
    sessions: Iterable[SessionSnapshot],
    sources: CorpusSources,
    groups: list[list[SourceEntry]],
) -> Iterator[Problem]:
    """Yield the problems of one coder's sessions, and of documents without a heading."""
    index, used = index_of(study.codebook), set[Path]()
    yield from file_problems(study.sessions_path / folder)
    compared = {entry.id for group in groups for entry in group}
    coded: dict[SourceId, SessionSnapshot] = {}
    for session in sessions:
        source = None
        with suppress(OSError):  # A file that cannot be read is among the problems of the corpus.
            source = sources.find(session.source.id)
        try:
            index = index_of(with_former(study.codebook, study.sessions_path, [session.state]))
        except OSError as error:
            yield not_read(error, study.sessions_path, "codes of earlier versions of the codebook are not recognised")
        yield from check_session(session, source, sources, study.corpus.path, index)
        used |= {session.document.path} if session.document else set()
        is_coded = bool(session.state.live() or session.state.profile) and not _is_headless(session)
        if is_coded and session.source.id in compared:
            coded[session.source.id] = session
    for path in session_files.documents(study.sessions_path / folder):
        with suppress(OSError):
            # A document that names no source is read by nothing.
            if path not in used and not (document := read_document(path)).heading:
                yield from parse_document(document.text, str(path))[1]
    for group in groups:
        yield from coded_otherwise(group, coded, study.codebook)


def _touched_names(root: Path, coder: str | None) -> frozenset[str]:
    """Return the names, as `safe_name` writes them, of all sources with a log or document of one coder or of all."""
    names: set[str] = set()
    for folder in session_files.coders(root):
        if coder is not None and folder != session_files.coder_folder(root, coder):
            continue
        names.update(path.name.removesuffix(session_files.LOG) for path in session_files.logs(root / folder))
        for path in session_files.documents(root / folder):
            name = path.stem.removeprefix(session_files.DOCUMENT)
            names.add(name)
            names.update(name[:at] for at, sign in enumerate(name) if not sign.isalnum())
    return frozenset(names)


def check_session(
    session: SessionSnapshot, source: Source | None, sources: CorpusSources, corpus: Path, index: CodebookIndex
) -> Iterator[Problem]:
    """Yield the problems of one session.

    `source` is None if the corpus, whose sources are `sources`, lacks it.
    """
    if session.log is not None:
        yield from _snapshot_problems(session.log.with_suffix(session_files.SNAPSHOTS), index.book.words.source)
    yield from (*session.file_problems, *session.misplaced)
    state, document = session.state, session.document
    if session.is_unread or _is_headless(session):
        yield from session.edit_problems
        return
    file, logged = _file_of(session), replay(session.transactions)
    described = logged.describe(source or session.source)
    expected = document_of(logged, index.book, described) if session.log else Written("", ())
    read = _read_by_hand(session, expected)
    conflicts = conflict_sentences(session.steps, state, index.book)
    yield from (Problem(str(session.log), 0, "warning", one) for one in conflicts)
    word = index.book.words.source
    yield from log_vs_document(session, expected, file, word)
    if document and read:
        yield from (problems := parse_document(document.text, file)[1])
        # A line may look like a code, and yet be an entry of the session.
        known, told = project(state, index.book, described), {one.line for one in problems}
        reading = read_like(document.text, file, known, index, session.line_ids, source.text if source else None)
        yield from (one for one in reading.problems if one.line not in told)
        read = reading.document
    yield from _remarks(session, read, expected, file, index)
    lines = {id_: line for line, ids in session.line_ids for id_ in ids}
    if source is None:
        unsure = list(_without_source(session, file, sources, corpus, word))
    else:
        unsure = list(quotation_problems(state, source, file, lines, word))
        yield from _swapped(session, source, sources, file, word)
    yield from unsure
    for other in _repeated(state):
        label = books.label_of(index.book, other.code)
        what = f"{quoted(other.words)} is coded as {label} twice: remove one of the two"
        yield Problem(file, lines.get(other.id, 0), "warning", what)
    yield from _assigned(session, read, unsure, index.book, file)


def _repeated(state: State) -> Iterator[Coding]:
    """Yield the codings that repeat an earlier one: the same code at the same place."""
    first: set[tuple[CodeId, int, int]] = set()
    for coding in sorted(state.live(), key=lambda one: (one.time, one.rank, one.id)):
        if coding.anchor is not None:
            place = coding.code, coding.anchor.start, coding.anchor.end
            if place in first:
                yield coding
            first.add(place)


def _snapshot_problems(path: Path, word: str) -> Iterator[Problem]:
    snapshots = SnapshotFile(path)
    try:
        snapshots.read()
    except OSError as error:
        yield not_read(error, path, "edits by hand in the document are left out")
        return
    if problem := snapshots.problem(word):
        yield problem


def _is_headless(session: SessionSnapshot) -> bool:
    """Return whether the log lacks its beginning, which names the source."""
    return session.log is not None and session.state.opened is None


def _file_of(session: SessionSnapshot) -> str:
    return str(session.document.path if session.document else session.log)


def _read_by_hand(session: SessionSnapshot, expected: Written) -> Document | None:
    """Return the parsed document if a person wrote, edited or laid it out; None if codetui wrote it."""
    if session.document is None or session.status not in (DocumentStatus.OWN, DocumentStatus.EDITED):
        return None
    is_laid_out = session.state.layout is not None and session.document.text == expected.text
    is_by_hand = session.status is DocumentStatus.EDITED or session.log is None or is_laid_out
    if session.reconciliation is not None:
        return session.reconciliation.document
    return parse_document(session.document.text, "")[0] if is_by_hand else None


def log_vs_document(session: SessionSnapshot, expected: Written, file: str, word: str) -> Iterator[Problem]:
    """Yield the differences between document and log; `expected` is the document rendered from the log."""
    document, source_id = session.document, session.source.id
    match session.status:
        case DocumentStatus.MISSING | DocumentStatus.EMPTY:
            if not session.state.is_untouched:
                how = "missing" if session.status is DocumentStatus.MISSING else "empty"
                what = f"the document of {word} {source_id} is {how}; open the {word} once, and it is written again"
                yield Problem(file, 0, "warning", what)
        case DocumentStatus.DAMAGED:
            yield from session.edit_problems
        case _ if session.log is None:
            what = f"this document of {word} {source_id} has no log; open the {word} once to import its codings"
            yield Problem(file, 0, "warning", what)
        case DocumentStatus.EDITED:
            yield _edited(session, file, word)
        case _ if document is not None and document.text != expected.text.encode("utf-8", "replace").decode():
            yield _left_behind(document, session.state, file, word)


def _edited(session: SessionSnapshot, file: str, word: str) -> Problem:
    """Return the problem of a document that was edited by hand or is newer than its log."""
    found, lost = session.reconciliation, session.lost_steps
    hint = f"open the {word} once to import that"
    if (found is None or not found.events) and not lost:
        return Problem(file, 0, "note", f"the layout of the document was edited by hand; {hint}")
    changes = change_words(found.counts) if found else ""
    changes = changes or "profile or title"
    if not lost:
        return Problem(file, 0, "warning", f"the document was edited by hand ({changes}); {hint}")
    what = f"the document is newer than the log, which lacks {plural(lost, 'step')} of it ({changes})"
    return Problem(file, 0, "error", f"{what}: {hint}; to keep the steps too, restore the log's lines first")


def _left_behind(document: DocumentFile, state: State, file: str, word: str) -> Problem:
    """Return the problem of a document that codetui wrote from an older log or codebook."""
    parts = parse_document(document.text, "")[0].parts()
    here = [collapse_spaces(one.words) for one in parts if isinstance(one, Entry) and one.kind != "note"]
    live = [collapse_spaces(coding.words) for coding in state.live()]
    more, fewer = (Counter(live) - Counter(here)).total(), (Counter(here) - Counter(live)).total()
    counts = f"the log has {plural(more, 'quotation')} more and {fewer:,} fewer"
    what = f"the document is older than the log or the codebook ({counts}); open the {word} once"
    return Problem(file, 0, "warning", what)


def _remarks(
    session: SessionSnapshot, read: Document | None, expected: Written, file: str, index: CodebookIndex
) -> Iterator[Problem]:
    """Yield the disagreements with the codebook; a document by codetui is parsed only if it has unknown codes."""
    document = read
    if document is None:
        if not _has_unknown(session.state, index):
            return
        document = parse_document(expected.text, "")[0]
    has_lines = read is not None or session.line_ids == expected.ids
    for remark in codebook_remarks(identified(document, index), index):
        yield Problem(file, remark.line if has_lines else 0, remark.severity, remark.message)


def _has_unknown(state: State, index: CodebookIndex) -> bool:
    """Return whether the session has a code, group or section that is not in the codebook."""
    parts: dict[str, Container[str]] = {"section": index.sections, "group": index.groups}
    places = [note.target for note in state.notes.values() if note.text and note.target.kind in parts]
    return not index.codes.keys() >= set(state.codes) or any(one.id not in parts[one.kind] for one in places)


def _without_source(
    session: SessionSnapshot, file: str, sources: CorpusSources, corpus: Path, word: str
) -> Iterator[Problem]:
    """Report a session whose source is not in the corpus, and the source that now has its text, if any."""
    if session.state.is_untouched:
        return
    renamed = next((id_ for one in coded_texts(session.transactions) if (id_ := sources.ids_by_text.get(one))), None)
    what = f"{word} {session.source.id} is no longer in {corpus}"
    if renamed is None:
        yield Problem(file, 0, "error", f"{what}: restore it; its codings are kept")
    elif session.log and _is_carried_over(session.log, session.source.id, renamed):
        yield Problem(file, 0, "note", f"{what}: its codings were carried over to {word} {renamed}; they are kept here")
    else:
        hint = f"{word} {renamed} has the same text: open that, and carry the codings over; here they are kept"
        yield Problem(file, 0, "error", f"{what}: {hint}")


def _is_carried_over(log: Path, old: SourceId, new: SourceId) -> bool:
    """Return whether the codings of a source were copied by their coder to another one, and not taken back."""
    with suppress(OSError):
        steps = Journal(log.with_name(f"{safe_name(new)}{session_files.LOG}")).read()[0]
        return any(one.origin == "copy" and one.from_name == old for one in replay(steps).live())
    return False


def _swapped(
    session: SessionSnapshot, source: Source, sources: CorpusSources, file: str, word: str
) -> Iterator[Problem]:
    """Report a session whose source has another text now, while another source has the text that was coded."""
    coded = session.state.quoted_texts - hashes_of(source.text)
    other = next((id_ for one in coded if (id_ := sources.ids_by_text.get(one)) not in (None, source.id)), None)
    if other is None:
        return
    what = f"{word} {other} has the text that was coded as {word} {source.id}, which has another text now"
    if session.log and _is_carried_over(session.log, source.id, other):
        hint = "its codings were carried over: remove those here that have no place"
        yield Problem(file, 0, "warning", f"{what}; {hint}")
    else:
        hint = "give the files their names again, and the quotations have their places again"
        yield Problem(file, 0, "error", f"{what}: {hint}; or open {word} {other}, and carry the codings over")


def _assigned(
    session: SessionSnapshot, read: Document | None, unsure: list[Problem], book: Codebook, file: str
) -> list[Problem]:
    """Return the problems of the whole session, on the line of its profile."""
    count = sum(problem.severity != "note" for problem in unsure)
    found = list(profile_problems(session.state, count, book, file))
    if not found or session.document is None:
        return found
    lines = (read or parse_document(session.document.text, "")[0]).lines
    place = lines.get("profile") or lines.get("heading")
    return [problem._replace(line=place.line if place else 0) for problem in found]


def profile_problems(state: State, unsure: int, book: Codebook, file: str) -> Iterator[Problem]:
    """Yield a problem for everything that is missing or unknown: a warning, or an error if the session is marked done.

    `unsure` counts the quotations that could not be located for certain.
    """
    severity: Severity = "error" if state.is_done else "warning"
    for what in _missing(state, unsure, book):
        yield Problem(file, 0, severity, f"marked done, but {what}" if state.is_done else what)
    has_notes = any(note.text for note in state.notes.values())
    if state.is_done and not (state.live() or has_notes):
        what = "marked done, but nothing is coded and no note says why; code it, or write a note"
        yield Problem(file, 0, "warning", what)
    if state.profile and books.profile(book, state.profile) is None:
        what = f"the codebook has no profile “{state.profile}”; add it, or assign another one"
        yield Problem(file, 0, "warning", what)


def _missing(state: State, unsure: int, book: Codebook) -> Iterator[str]:
    if not state.profile and (state.live() or state.is_done) and book.profiles:
        yield "no profile is assigned; assign one"
    if state.profile and not state.reasoning:
        yield "the profile has no reasoning; write it"
    if state.is_done and unsure:
        unlocated = plural(unsure, "quotation is", "quotations are")
        word = book.words.source
        yield f"{unlocated} not located for certain in the {word}; locate them, or mark the {word} as not done"


def quotation_problems(state: State, ad: Source, file: str, lines: Mapping[str, int], word: str) -> Iterator[Problem]:
    """Yield a problem for each quotation that is not in the source, occurs more than once, or is only similar to it.

    `lines` are the lines of the codings in the document `file`, by their ids; `word` is the noun for a source.
    """
    text, live = SourceText(ad.text, word), state.live()
    for coding in live:
        fault = _fault(coding, state, text)
        if fault is not None:
            yield Problem(file, lines.get(coding.id, 0), *fault)
    if any(coding.anchor is not None and coding.anchor.text_hash not in text.known for coding in live):
        what = f"the {word}'s text has changed since it was coded"
        hint = f"open the {word} once, and its quotations are located again"
        yield Problem(file, 0, "note", f"{what}; {hint}")


def _fault(coding: Coding, state: State, source: SourceText) -> tuple[Severity, str] | None:
    """Return severity and message for a quotation, as opening its source would; None if its words are still there."""
    anchor, text = coding.anchor, source.text
    if anchor is None:
        [place] = locate([Quotation(coding)], state.live(), source)
        message = place.message or f"{quoted(coding.words)} is not located yet: locate it"
        if coding.origin == "model":
            # A model cannot be asked where its words are: they are listed by `invented` and count as they are.
            return "note", message
        return "error" if place.located_by == "orphan" else "warning", message
    words = quoted(coding.words or anchor.words)
    is_there = anchor.text_hash in source.known and text[anchor.start : anchor.end] == anchor.words
    if is_there:
        severity: Severity = "note" if coding.origin == "model" else "warning"
        return (severity, f"{words} resembles {quoted(anchor.words)}: check it") if coding.is_proposed else None
    match anchors.resolve(text, anchor, state.outlines):
        case anchors.Exact():
            return None
        case anchors.Fuzzy(span=span):
            return "warning", f"{words} resembles {quoted(text[slice(*span)])}: check it"
        case anchors.Ambiguous():
            return "warning", f"{words} occurs more than once in the {source.word} now: locate it"
        case _:
            return "error", f"{words} is no longer in the {source.word}: locate it, or remove it"


def repeated(group: list[SourceEntry], word: str) -> Iterator[Problem]:
    """Yield a note for each source of a group with the same text, except the first."""
    first, *others = group
    place = f"{first.file}:{first.line}" if first.line else first.file
    for ad in others:
        what = f"{word} {ad.id} has the same text as {word} {first.id} ({place}): you can copy what you coded there"
        yield Problem(ad.file, ad.line, "note", what)


def coded_otherwise(
    group: list[SourceEntry], sessions: Mapping[SourceId, SessionSnapshot], book: Codebook
) -> Iterator[Problem]:
    """Yield a warning for each session of a coder that differs from the first one on the same text."""
    found = [sessions[ad.id] for ad in group if ad.id in sessions]
    for other in found[1:]:
        first = found[0]
        if differences := "; ".join(_differences(other.state, first.state, book)):
            what = f"{book.words.source} {first.source.id} has the same text and is coded differently: {differences}"
            yield Problem(_file_of(other), 0, "warning", f"{what}. Compare it with {_file_of(first)}")


def _differences(here: State, there: State, book: Codebook) -> Iterator[str]:
    if here.profile != there.profile:
        profiles = (books.profile_name(book, one) for one in (there.profile, here.profile))
        yield "{} there, {} here".format(*(f"profile “{one}”" if one else "no profile" for one in profiles))
    ours, theirs = (Counter((one.code, collapse_spaces(one.words)) for one in each.live()) for each in (here, there))
    here_codes, there_codes = {code for code, _ in ours}, {code for code, _ in theirs}
    codes = {"there": there_codes - here_codes, "here": here_codes - there_codes}
    if any(codes.values()):
        yield ", ".join(f"{' '.join(sorted(some))} only {where}" for where, some in codes.items() if some)
    if ours != theirs:
        yield f"{plural((theirs - ours).total(), 'coding')} only there, {(ours - theirs).total():,} only here"

"""The sessions of one coder as they lie on disk: each ad's log, its document, or both; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.state import State, replay
from codetui.formats import session_doc
from codetui.model import Problem, SourceId, Transaction
from codetui.storage import fs, session_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import safe_name
from codetui.study.session.document import legible

UNREAD = "{reason}; mend the disk or its rights"
HEADLESS = "the beginning of this log is missing, which names the ad: open the ad once, or bring the line back"


class LogFile(NamedTuple):
    """One event log: what it holds, and the state that follows."""

    path: Path
    transactions: list[Transaction]
    state: State
    problems: list[Problem]


class DocumentFile(NamedTuple):
    """One document: its bytes, its text in whatever encoding an editor gave it, and the ad that its heading names."""

    path: Path
    data: bytes
    text: str
    heading: str


class SessionFiles(NamedTuple):
    """What there is of one coder's session on one ad; `others` are documents that nothing reads."""

    coder: str
    ad: SourceId
    log: LogFile | None
    document: DocumentFile | None
    others: tuple[DocumentFile, ...] = ()

    @property
    def place(self) -> Path:
        """The file that problems of the session as a whole are about."""
        found = self.document or self.log
        assert found is not None
        return found.path


def touched_names(root: Path, coders: list[str]) -> frozenset[str]:
    """Every name, as `safe_name` writes it, that an ad with a log or document of these coders can have."""
    names: set[str] = set()
    for coder in coders:
        names.update(path.name.removesuffix(session_files.LOG) for path in session_files.logs(root / coder))
        for path in session_files.documents(root / coder):
            names.update(_possible_names(path))
    return frozenset(names)


def _possible_names(document: Path) -> Iterator[str]:
    """The ads' names that a document's file name may begin with: `1` and `1_a` for `analysis_job_1_a.md`."""
    name = document.stem.removeprefix(session_files.DOCUMENT)
    yield name
    yield from (name[:at] for at, sign in enumerate(name) if sign in "_~")


def is_named_for(document: Path, ad: SourceId) -> bool:
    """Whether a document's name says that it may be this ad's; under another one nothing reads it."""
    return safe_name(ad) in _possible_names(document)


def sessions_of(root: Path, coder: str, problems: list[Problem]) -> Iterator[SessionFiles]:
    """The sessions in a coder's folder, those with a log first; what cannot be read is added to `problems`."""
    documents = _Documents(root / coder, problems)
    for path in session_files.logs(root / coder):
        log = _read_log(path, problems)
        if log is None:
            continue
        opened = log.state.opened
        ad = opened.source if opened else SourceId(path.name.removesuffix(session_files.LOG))
        own = f"{safe_name(ad)}{session_files.LOG}"
        if opened and path.name != own:
            what = f"this is a log of ad {ad}, whose log is {own}, so nothing reads it: add its lines to that one"
            problems += [*log.problems, Problem(str(path), 0, "error", what)]
            continue
        document, others = documents.taken(ad)
        yield SessionFiles(coder, ad, log, document, others)
    yield from documents.rest(coder)


def _read_log(path: Path, problems: list[Problem]) -> LogFile | None:
    """A log with its state; None where it holds nothing or cannot be read."""
    try:
        transactions, unread = Journal(path).read()
    except OSError as error:
        problems.append(Problem(str(path), 0, "error", UNREAD.format(reason=error.strerror or error)))
        return None
    # Every line was confirmed to a coder: one that is lost is work that is lost.
    unread = [problem._replace(severity="error") for problem in unread]
    state = replay(transactions)
    if state.opened is None and transactions:
        unread.append(Problem(str(path), 0, "error", HEADLESS))
    if not transactions:
        problems += unread
        return None
    return LogFile(path, transactions, state, unread)


class _Documents:
    """The documents of a coder's folder, by the ad that they are about, until a session takes them."""

    def __init__(self, folder: Path, problems: list[Problem]) -> None:
        self._of: dict[str, list[DocumentFile]] = {}
        self._nameless: list[DocumentFile] = []
        for path in session_files.documents(folder):
            try:
                document = _read_document(path)
            except OSError as error:
                problems.append(Problem(str(path), 0, "error", UNREAD.format(reason=error.strerror or error)))
                continue
            if document.heading:
                self._of.setdefault(document.heading, []).append(document)
            else:
                self._nameless.append(document)

    def taken(self, ad: SourceId) -> tuple[DocumentFile | None, tuple[DocumentFile, ...]]:
        """The ad's document and those beside it that nothing reads: named for it, else without a heading."""
        found = self._of.pop(heading_id(ad), [])
        named = [document for document in found if is_named_for(document.path, ad)]
        if not named:
            named = [document for document in self._nameless if is_named_for(document.path, ad)][:1]
            self._nameless = [document for document in self._nameless if document not in named]
        document = named[0] if named else None
        return document, tuple(other for other in found if other is not document)

    def rest(self, coder: str) -> Iterator[SessionFiles]:
        """The documents that came without a log."""
        for heading in list(self._of):
            ad = SourceId(heading)
            document, others = self.taken(ad)
            yield SessionFiles(coder, ad, None, document or others[0], others if document else others[1:])
        for document in self._nameless:
            yield SessionFiles(coder, SourceId(""), None, document)


def _read_document(path: Path) -> DocumentFile:
    data = fs.read(path)
    text = legible(data, path)
    return DocumentFile(path, data, text, _ad_of(text))


def _ad_of(text: str) -> str:
    """The ad that a document's heading names; empty where none does."""
    return session_doc.source_id_of(text)


def heading_id(ad: SourceId) -> str:
    """An ad's id as the heading of its document gives it back."""
    return ad if ad.isalnum() else _ad_of(session_doc.write(session_doc.Document(ad)))

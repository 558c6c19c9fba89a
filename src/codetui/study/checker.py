"""Every problem of a study's codebook, corpus and sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from codetui.core.codebook.index import index_of
from codetui.formats import session_doc
from codetui.model import GRAVEST_FIRST, Codebook, Problem, Source, SourceId
from codetui.storage import session_files
from codetui.storage.session_files import safe_name
from codetui.storage.sources.corpus import NO_TEXT, Corpus
from codetui.study.checks import duplicates
from codetui.study.checks.session import check_session
from codetui.study.session.lookup import read_document
from codetui.study.sessions import SessionSnapshot, session_snapshots
from codetui.study.study import Study


def check_study(study: Study, coder: str | None = None) -> list[Problem]:
    """Return every problem of the codebook, the corpus and the sessions of one coder or of all; nothing is written.

    Raises StudyError where there is no corpus.
    """
    found = check_sessions(study.corpus, study.codebook, study.sessions_path, coder)
    return in_order([*study.codebook_service.problems, *found])


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems by file and line, the gravest of a line first, each once."""
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda one: (one.file, one.line, GRAVEST_FIRST.index(one.severity)))


def check_sessions(corpus: Corpus, book: Codebook, root: Path, coder: str | None) -> list[Problem]:
    """Return the problems of a corpus and of the sessions of one coder or of all."""
    coders = [
        one for one in session_files.coders(root) if coder is None or one == session_files.coder_folder(root, coder)
    ]
    ads = _Sources(corpus, _touched_names(root, coders))
    problems = [*ads.problems]
    for group in ads.groups:
        problems += duplicates.repeated(group, book.words.source)
    for folder, sessions in groupby(session_snapshots(root, book, coder, ads), key=lambda one: one.folder):
        problems += _check_coder(root / folder, sessions, book, ads)
    return problems


def _check_coder(folder: Path, sessions: Iterable[SessionSnapshot], book: Codebook, ads: _Sources) -> Iterator[Problem]:
    """Yield the problems of one coder's sessions, and of documents without a heading."""
    index, coded = index_of(book), dict[SourceId, duplicates.Coded]()
    used: set[Path] = set()
    for session in sessions:
        checked = check_session(session, ads.find(session.source.id), ads.path, index)
        yield from checked.problems
        used |= {session.document.path} if session.document else set()
        if checked.coded is not None:
            coded[session.source.id] = checked.coded
    for path in session_files.documents(folder):
        if path not in used:
            yield from _without_heading(path)
    for group in ads.groups:
        yield from duplicates.coded_otherwise(group, coded, book)


def _without_heading(path: Path) -> list[Problem]:
    """Return the problems of a document that names no source, so that nothing reads it."""
    with suppress(OSError):
        document = read_document(path)
        return [] if document.heading else session_doc.read(document.text, str(path))[1]
    return []


class _Sources:
    """The corpus, read once: its problems, the sources with one text, and the texts of coded sources."""

    def __init__(self, corpus: Corpus, touched: frozenset[str]) -> None:
        self.problems: list[Problem] = []
        self.path = corpus.path
        self._corpus = corpus
        self._texts: dict[SourceId, Source] = {}
        self._places: dict[SourceId, duplicates.SourcePlace] = {}
        same: dict[int, list[duplicates.SourcePlace]] = defaultdict(list)
        for ad, _, digest in corpus.texts(self.problems):
            place = duplicates.SourcePlace(ad.id, ad.file, ad.line)
            self._places[ad.id] = place
            if safe_name(ad.id) in touched:
                self._texts[ad.id] = ad
            if digest != NO_TEXT:
                same[digest].append(place)
        self.groups = [group for group in same.values() if len(group) > 1]

    def find(self, ad: SourceId) -> Source | None:
        """Return the source with its text, if the corpus has it."""
        if ad in self._texts or ad not in self._places:
            return self._texts.get(ad)
        with suppress(OSError):
            # Files that cannot be read are among the problems already.
            entry = self._corpus.find(ad)
            return self._corpus.read(entry)[0] if entry else None
        return None


def _touched_names(root: Path, coders: list[str]) -> frozenset[str]:
    """Return every name, as `safe_name` writes it, of a source with a log or document of these coders."""
    names: set[str] = set()
    for coder in coders:
        names.update(path.name.removesuffix(session_files.LOG) for path in session_files.logs(root / coder))
        for path in session_files.documents(root / coder):
            name = path.stem.removeprefix(session_files.DOCUMENT)
            names.add(name)
            names.update(name[:at] for at, sign in enumerate(name) if not sign.isalnum())
    return frozenset(names)

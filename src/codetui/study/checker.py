"""Every problem of a study's codebook, corpus and sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from codetui.core.codebook.index import index_of
from codetui.model import GRAVEST_FIRST, Codebook, Problem, Source, SourceId
from codetui.storage import session_files
from codetui.storage.session_files import safe_name
from codetui.storage.sources.corpus import NO_TEXT, Corpus
from codetui.study.checks import duplicates
from codetui.study.checks.files import sessions_of, touched_names
from codetui.study.checks.session import check_session
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
    ads = _Sources(corpus, touched_names(root, coders))
    index = index_of(book)
    problems = [*ads.problems]
    for group in ads.groups:
        problems += duplicates.repeated(group, book.words.source)
    for one in coders:
        coded: dict[SourceId, duplicates.Coded] = {}
        for session in sessions_of(root, one, problems):
            checked = check_session(session, ads.find(session.ad), ads.path, index)
            problems += checked.problems
            if checked.coded is not None:
                coded[session.ad] = checked.coded
        for group in ads.groups:
            problems += duplicates.coded_otherwise(group, coded, book)
    return problems


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

"""A study: its codebook, the corpus of its sources and the sessions of its coders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from codetui.model import Codebook, Problem, Source, SourceEntry
from codetui.storage import fs, study_files
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import Corpus
from codetui.study.codebook_service import CodebookService
from codetui.study.session.session import Session
from codetui.study.sessions import CorpusSources, SessionSnapshot, session_snapshots

CODEBOOK, SESSIONS, CORPUS = "codebook.toml", "sessions", "ads"
"""The names of a study's parts in its folder, unless others are given."""

HINT = (
    "Name the folder or table of your ads (`codetui my-ads/`, `codetui ads.csv`), "
    "or create a new study with `codetui init`."
)
CORRECT = "Correct that line, or name the folder or table of your ads (`codetui my-ads/`, `codetui ads.csv`)."


class StudyError(Exception):
    """A study that cannot be used, or a request that cannot be met: what is wrong, where, and what to do."""

    def __init__(self, message: str, *, file: Path | None = None, line: int = 0, problems: Sequence[Problem] = ()):
        """`file` and `line` say where the cause is; `problems` are its details."""
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(place + message + "".join(f"\n  {problem}" for problem in problems))
        self.file = file
        self.line = line
        self.problems = tuple(problems)


class Study:
    """A study that is open for reading and coding.

    Raises StudyError, here and in its methods, where a part is missing or cannot be read.
    """

    def __init__(self, codebook: CodebookService, sessions: Path, corpus: Path | None = None) -> None:
        """Use a codebook that was read; `sessions` is the folder of the sessions, `corpus` the path that was given."""
        if fs.exists(sessions) and not fs.is_folder(sessions):
            raise StudyError(f"{sessions} is not a folder; name the folder of the sessions with --sessions.")
        self.codebook_service = codebook
        self.sessions_path = sessions
        self._corpus_path = corpus

    @classmethod
    def open(
        cls,
        folder: Path | str = ".",
        *,
        corpus: Path | str | None = None,
        codebook: Path | str | None = None,
        sessions: Path | str | None = None,
    ) -> Study:
        """Open the study in a folder: codebook.toml, sessions/ and the corpus that the codebook names, else ads/.

        `corpus`, `codebook` and `sessions` name parts that are in another place.
        """
        path, kept_in = codebook_path(folder, codebook), sessions_path(folder, sessions)
        service = CodebookService(path, kept_in, *read_codebook(path, is_checked=True))
        return cls(service, kept_in, Path(corpus) if corpus else None)

    # --- the codebook -------------------------------------------------------------------------------

    @property
    def codebook(self) -> Codebook:
        """The codebook as it is now."""
        return self.codebook_service.book

    @property
    def codebook_path(self) -> Path:
        """The file of the codebook."""
        return self.codebook_service.path

    # --- the corpus ---------------------------------------------------------------------------------

    @cached_property
    def corpus(self) -> Corpus:
        """The corpus as given, else as the codebook names it relative to itself, else `ads` beside the codebook."""
        given, named = self._corpus_path, self.codebook.corpus.path
        path = given if given is not None else self.codebook_path.parent / (named or CORPUS)
        if fs.exists(path):
            return Corpus(path, self.codebook.corpus, self.sessions_path)
        if given is None and named:
            what = f"[corpus] path leads to {path}, and no file or folder is there. {CORRECT}"
            raise StudyError(what, file=self.codebook_path, line=study_files.corpus_line(self.codebook_path))
        raise missing_corpus(path)

    @cached_property
    def corpus_if_any(self) -> Corpus | None:
        """The corpus; None where there is none and none was given.

        Raises StudyError where one was given that is missing.
        """
        try:
            return self.corpus
        except StudyError:
            if self._corpus_path is not None:
                raise
            return None

    @cached_property
    def ads(self) -> CorpusSources:
        """The corpus by id, for commands that work without a corpus too."""
        return CorpusSources(self.corpus_if_any)

    @cached_property
    def sources(self) -> tuple[SourceEntry, ...]:
        """All sources of the corpus in its order, without their texts."""
        return tuple(entry for batch in self.corpus.batches() for entry in batch.entries)

    def source(self, source_id: str) -> Source:
        """Return a source with its text."""
        entry = self.corpus.find(source_id)
        if entry is None:
            raise self.missing_source(source_id)
        source, problems = self.corpus.read(entry)
        if source is None:
            raise StudyError(f"{self.codebook.words.source} {source_id} cannot be read:", problems=problems)
        return source

    def missing_source(self, source_id: str) -> StudyError:
        """Return what is wrong where the corpus has no source with this id."""
        words = self.codebook.words
        what = f"there is no {words.source} {source_id} in {self.corpus.path}"
        return StudyError(f"{what}; `codetui status` lists the {words.sources}.")

    # --- the sessions -------------------------------------------------------------------------------

    def sessions(self, viewer: str | None = None, *, coder: str | None = None) -> Iterator[SessionSnapshot]:
        """Yield snapshots of the sessions that `viewer` may read, of one coder or of all, hand edits included.

        Nothing is written.  Without a viewer it is the owner of the study who reads.
        """
        found = session_snapshots(self.sessions_path, self.codebook, coder, self.ads)
        return (session for session in found if _may_read(viewer, session.coder))

    @contextmanager
    def session(self, source_id: str, coder: str) -> Iterator[Session]:
        """Open a coder's session of a source; at the end its document is saved and other programs may have it."""
        session = self.open_session(self.source(source_id), coder)
        try:
            yield session
            session.save_document()
        finally:
            session.release()

    def open_session(self, source: Source, coder: str, token: str = "") -> Session:
        """Open a coder's session of a source, which the caller releases.  Raises OSError where it cannot be read.

        `token` as in Session.
        """
        keep = self.codebook_service.keep
        return Session(source, self.codebook, self.paths_of(coder), coder, keep, token)

    def paths_of(self, coder: str) -> SessionPaths:
        """Return where a coder's sessions are."""
        if not coder.strip():
            raise StudyError("the coder has no name; give one with --coder NAME.")
        return SessionPaths(self.sessions_path, coder)


def codebook_path(folder: Path | str, codebook: Path | str | None = None) -> Path:
    """Return the codebook of the study in a folder, unless another one is given."""
    return Path(codebook) if codebook else Path(folder) / CODEBOOK


def sessions_path(folder: Path | str, sessions: Path | str | None = None) -> Path:
    """Return the folder of the sessions of the study in a folder, unless another one is given."""
    return Path(sessions) if sessions else Path(folder) / SESSIONS


def read_codebook(path: Path, *, is_checked: bool = False) -> tuple[Codebook, list[Problem]]:
    """Return the codebook in a file with its problems.  Raises StudyError where there is none to work with.

    `is_checked` as in `parse_codebook`.
    """
    if not fs.exists(path):
        raise StudyError(
            f"there is no codebook here ({path}). `codetui init` creates a study with one; "
            "--codebook FILE names one in another place."
        )
    book, problems = study_files.read_codebook(path, is_checked=is_checked)
    if book is None:
        raise StudyError("the codebook cannot be read:", problems=problems)
    return book, problems


def missing_corpus(path: Path) -> StudyError:
    """Return what is wrong where there is no corpus at a path."""
    return StudyError(f"there is no file or folder {path}. {HINT}")


def _may_read(viewer: str | None, coder: str) -> bool:
    """Return whether a viewer may read a coder's sessions: the owner all of them, a coder their own alone."""
    return viewer is None or viewer == coder


def create_study(folder: Path) -> tuple[list[Path], list[Path]]:
    """Create the files of a new study; return those that were made, and those that were there and are unchanged."""
    return study_files.create_study(folder)

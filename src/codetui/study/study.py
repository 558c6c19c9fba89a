"""A study: its codebook, the corpus of its sources, and the sessions of its coders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from codetui.core.session.commands import Refusal
from codetui.formats.codebook.reader import Checks, check_fields, parse_codebook
from codetui.model import Codebook, Problem, Source, SourceEntry, SourceId, Words, text_hash
from codetui.storage import fs, session_files, study_files
from codetui.storage.erasures import Erasures
from codetui.storage.fs import Version, remove_stale_temporaries
from codetui.storage.journal import StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.session.outcome import NotSaved, Saved, not_read
from codetui.study.session.session import Session
from codetui.study.sessions import Readings, SessionSnapshot, session_snapshots
from codetui.study.steps import interrupted_steps

if TYPE_CHECKING:
    from codetui.study.samples import Samples

CODEBOOK, SESSIONS, CORPUS = "codebook.toml", "sessions", "ads"
"""The default names of the parts of a study in its folder."""


DEFAULT_WORDS = Words()


class StudyError(Exception):
    """A study cannot be used, or a request cannot be met; the message has what is wrong, where, and what to do."""

    def __init__(self, message: str, *, file: Path | None = None, line: int = 0, problems: Sequence[Problem] = ()):
        """Create an error; `file` and `line` locate the cause, `problems` has the details."""
        place = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(place + message + "".join(f"\n  {problem}" for problem in problems))
        self.file = file
        self.line = line
        self.problems = tuple(problems)


class Study:
    """A study opened for reading and coding.

    Raises StudyError, here and in its methods, if a part is missing or unreadable.
    """

    def __init__(self, codebook: CodebookService, sessions: Path, corpus: Path | None = None) -> None:
        """Use a codebook that was read; `sessions` is the folder of the sessions, `corpus` the path of the corpus."""
        if fs.exists_or_link(sessions) and not fs.exists(sessions):
            what = f"the link {sessions} leads nowhere, so the sessions behind it cannot be read"
            raise StudyError(f"{what}; connect the disk that it leads to, or name the folder with --sessions.")
        if fs.exists(sessions) and not fs.is_folder(sessions):
            raise StudyError(f"{sessions} is not a folder; name the folder of the sessions with --sessions.")
        self.codebook_service = codebook
        self.sessions_path = sessions
        self.reader = ""
        """The person who reads, from whom blind samples hide what others made; empty for nobody in particular."""
        self.records_reading = False
        """True if it is recorded that the reader has read what others made of a blind source."""
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
        """Open the study in a folder: codebook.toml, sessions/ and the corpus named in the codebook, else ads/.

        `corpus`, `codebook` and `sessions` override these paths.
        """
        path, kept_in = codebook_path(folder, codebook), sessions_path(folder, sessions)
        service = CodebookService(path, kept_in, *read_codebook(path, "none"))
        return cls(service, kept_in, Path(corpus) if corpus else None)

    # --- the codebook -------------------------------------------------------------------------------

    @property
    def codebook(self) -> Codebook:
        """The current codebook."""
        return self.codebook_service.book

    @property
    def codebook_path(self) -> Path:
        """The file of the codebook."""
        return self.codebook_service.path

    # --- the corpus ---------------------------------------------------------------------------------

    @cached_property
    def corpus(self) -> Corpus:
        """The path of the corpus:

        as given, else as named in the codebook relative to it, else `ads` beside the codebook.
        """
        given, named = self._corpus_path, self.codebook.corpus.path
        path = given if given is not None else self.codebook_path.parent / (named or CORPUS)
        if fs.exists(path):
            return Corpus(path, self.codebook.corpus, self.sessions_path, self.codebook.words)
        if given is None and named:
            why = "this link leads nowhere" if path.is_symlink() else "there is no such file or folder"
            what = f"[corpus] path is {path}, but {why}. Correct that line, or {_name_corpus(self.codebook.words)}."
            raise StudyError(what, file=self.codebook_path, line=study_files.corpus_line(self.codebook_path))
        raise missing_corpus(path, self.codebook.words)

    @cached_property
    def corpus_if_any(self) -> Corpus | None:
        """The corpus; None if there is none and none was given. Raises StudyError if a given one is missing."""
        try:
            return self.corpus
        except StudyError:
            if self._corpus_path is not None:
                raise
            return None

    def sources_by_id(self) -> CorpusSources:
        """Return the sources now in the corpus by id; none if there is no corpus."""
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
        """Return the error for an id that the corpus lacks."""
        words = self.codebook.words
        what = f"there is no {words.source} {source_id} in {self.corpus.path}"
        return StudyError(f"{what}; `codetui status` lists the {words.sources}.")

    # --- the sessions -------------------------------------------------------------------------------

    def sessions(
        self,
        viewer: str | None = None,
        *,
        coder: str | None = None,
        skipped: SourceId | None = None,
        book: Codebook | None = None,
        sources: CorpusSources | None = None,
        is_shown: bool = True,
        readings: Readings | None = None,
    ) -> Iterator[SessionSnapshot]:
        """Yield snapshots of the sessions that `viewer` may read, of one coder or of all, including hand edits.

        Nothing is written. Without a viewer the owner of the study is meant. The session of the source `skipped` is
        left out. `book` is the codebook for reading documents, `sources` the corpus, if it was listed before.

        Sessions that are in `readings` as they are now have only their reading.

        What a blind sample hides from the `reader` is left out, unless it is not shown to anybody, as in a migration.
        """
        by_id = sources or self.sources_by_id()
        found = session_snapshots(self.sessions_path, book or self.codebook, coder, by_id, skipped, readings)
        own = viewer and session_files.coder_folder(self.sessions_path, viewer)
        readable = (one for one in found if viewer in (None, one.coder) or one.folder == own)
        return self._unhidden(readable) if is_shown and self.samples.all else readable

    def may_read(self, coder: str, source: str) -> bool:
        """Return whether the reader may see what a coder made of a source; of no source in particular if empty."""
        return not self.samples.all or self.samples.may_read(self.reader, coder, source)

    def hides_anything(self) -> bool:
        """Return whether a blind sample hides anything from the reader."""
        return not self.may_read("", "")

    def require_readable(self, coder: str, source: str) -> None:
        """Raise StudyError if the reader may not see yet what a coder made of a source."""
        if not self.may_read(coder, source):
            word = self.codebook.words.source
            what = f"what {coder} made of {word} {source} is hidden from {self.reader}"
            raise StudyError(f"{what} until all coders of this {word} have marked it done.")

    def _unhidden(self, found: Iterable[SessionSnapshot]) -> Iterator[SessionSnapshot]:
        """Yield the sessions that the reader may see, and record which of others they were given."""
        read: dict[SourceId, None] = {}
        try:
            for one in found:
                if self.may_read(one.coder, one.source.id):
                    if self.reader not in ("", one.coder):
                        read[one.source.id] = None
                    yield one
        finally:
            if read and self.records_reading:
                book = self.codebook
                self.samples.record_reading(self.reader, read, book.content_hash, book.words)

    @cached_property
    def samples(self) -> Samples:
        """The samples of the study, which say who codes what."""
        from codetui.study.samples import Samples

        return Samples(self.codebook_path.parent, self.sessions_path)

    def problems(self, coder: str | None = None, found: Collection[Problem] = ()) -> list[Problem]:
        """Return the problems that concern all sessions of one coder or of all, then those `found` in them.

        The first are interrupted changes of the codebook, damaged logs of the study, and links, folders and pipes in
        place of files or folders of the sessions. What was found of such a file, or below such a folder, follows from
        that and is left out.
        """
        root = self.sessions_path
        try:
            obstructions = list(session_files.obstructions(root, coder and session_files.coder_folder(root, coder)))
            own = [*interrupted_steps(root)[1], *self._left_of_erased(), *obstructions, *self.samples.problems]
        except OSError as error:
            return [not_read(error, root, "its sessions are left out"), *found]
        paths = {Path(one.file) for one in obstructions}
        found = [*self._of_study_logs(coder), *found]
        return [*own, *(one for one in found if not paths & {Path(one.file), *Path(one.file).parents})]

    def _left_of_erased(self) -> Iterator[Problem]:
        """Yield a problem for each session of an erased source that another clone has brought back."""
        erased, word = Erasures(self.sessions_path), self.codebook.words.source
        for name in session_files.coders(self.sessions_path) if erased else ():
            for log in session_files.logs(self.sessions_path / name):
                if erased.has_name(log.stem):
                    what = f"this log is of an erased {word}, and is not read"
                    id_ = f" {log.stem}" if "~" not in log.stem else ""
                    hint = f"`codetui study erase{id_}`{'' if id_ else ' with its id'} deletes it"
                    yield Problem(str(log), 0, "error", f"{what}: {hint}")

    def _of_study_logs(self, coder: str | None) -> Iterator[Problem]:
        root = self.sessions_path
        for name in [session_files.coder_folder(root, coder)] if coder else session_files.coders(root):
            try:
                yield from StudyJournal(SessionPaths.of_folder(root, name).study_log()).read()[1]
            except OSError as error:
                path = root / name / session_files.STUDY_LOG
                yield not_read(error, path, "steps over several sessions are left out")

    @contextmanager
    def session(self, source_id: str, coder: str) -> Iterator[Session]:
        """Open a coder's session of a source; at the end its document is saved and the session released."""
        session = self.open_session(self.source(source_id), coder)
        try:
            yield session
            session.save_document()
        finally:
            session.release()

    def open_session(self, source: Source, coder: str, paths: SessionPaths | None = None) -> Session:
        """Open a coder's session of a source; the caller must release it. Raises OSError if it cannot be read.

        `paths` if it is not in the coder's own folder.
        """
        return Session(source, self.codebook, paths or self.paths_of(coder), coder, self.keeper(source), token="")

    def keeper(self, source: Source) -> Callable[[Codebook], Problem | None]:
        """Return the function for a session that keeps the codebook, and the id of the source, once it is coded."""

        def keep(book: Codebook) -> Problem | None:
            problem = self.codebook_service.keep(book)
            try:
                if self.corpus_if_any is not None:
                    self.corpus_if_any.record(source)
            except OSError as error:
                what = "the id of this row is not recorded, so it counts as a new one if its text changes"
                return not_read(error, self.sessions_path, what, "warning")
            return problem

        return keep

    def record_ids(self, source_ids: Iterable[str]) -> None:
        """Record the ids of sources that are named in a file of the study before anybody codes them. Raises OSError."""
        sources = self.sources_by_id()
        for source_id in source_ids:
            source = sources.find(SourceId(source_id))
            if source is not None:
                self.corpus.record_id(source)

    def paths_of(self, coder: str) -> SessionPaths:
        """Return the paths of a coder's sessions."""
        if not coder.strip():
            raise StudyError("the coder has no name; set one with --coder NAME.")
        return SessionPaths(self.sessions_path, coder)


def codebook_path(folder: Path | str, codebook: Path | str | None = None) -> Path:
    """Return the path of the codebook of the study in a folder, unless another one is given."""
    return Path(codebook) if codebook else Path(folder) / CODEBOOK


def sessions_path(folder: Path | str, sessions: Path | str | None = None) -> Path:
    """Return the folder of the sessions of the study in a folder, unless another one is given."""
    return Path(sessions) if sessions else Path(folder) / SESSIONS


def read_codebook(path: Path, checks: Checks = "all") -> tuple[Codebook, list[Problem]]:
    """Return the codebook in a file with its problems. Raises StudyError if it cannot be used."""
    if not fs.exists(path):
        raise StudyError(
            f"there is no codebook here ({path}). `codetui init` creates a study with one; "
            "--codebook FILE names one in another place."
        )
    book, problems = study_files.read_codebook(path, checks)
    if book is None:
        raise StudyError("the codebook cannot be read:", problems=problems)
    return book, problems


def kept_book(sessions: Path, digest: str) -> Codebook | None:
    """Return the codebook kept under a hash, or under its first digits; None if there is none. Raises OSError."""
    text = study_files.kept_codebook(sessions, digest)
    return parse_codebook(text, digest, "none")[0] if text is not None else None


def _name_corpus(words: Words) -> str:
    many = "-".join(words.sources.split())
    return f"name the folder or table of your {words.sources} (`codetui my-{many}/`, `codetui {many}.csv`)"


def missing_corpus(path: Path, words: Words = DEFAULT_WORDS) -> StudyError:
    """Return the error for a path that has no corpus."""
    hint = f"N{_name_corpus(words)[1:]}, or create a new study with `codetui init`."
    if path.is_symlink():
        return StudyError(f"the link {path} leads nowhere: connect the disk that it leads to, or correct it. {hint}")
    return StudyError(f"there is no file or folder {path}. {hint}")


def create_study(folder: Path) -> tuple[list[Path], list[Path]]:
    """Create the files of a new study; return the new ones, and those that existed and are unchanged."""
    return study_files.create_study(folder)


def create_tutorial(folder: Path) -> None:
    """Create the study of the tutor in an empty folder."""
    study_files.create_tutorial(folder)


# --- the codebook ---------------------------------------------------------------------------------------


CodebookChange: TypeAlias = tuple[Codebook, list[Problem]]
"""A codebook as changed by another program, with its problems."""


class CodebookService:
    """The codebook, its problems and its file."""

    def __init__(self, path: Path, sessions: Path, book: Codebook, problems: list[Problem]) -> None:
        """Use the codebook read from `path`, which is not checked yet.

        Used versions are kept in the folder `sessions`.
        """
        self.path = path
        self.book = book
        self.known_problems = problems
        """Those that are known without a check, which takes longer than reading the codebook."""
        self.refused: Problem | None = None
        """Why the codebook as another program wrote it last is not used."""
        self._is_checked = False
        self._sessions = sessions
        self._text: str | None = None
        self._seen: Version | None = None

    def text(self) -> str:
        """Return the text of the codebook, reading it once.  Raises OSError."""
        if self._text is None:
            self._text = fs.read(self.path).decode("utf-8-sig", "replace")
        return self._text

    @property
    def problems(self) -> list[Problem]:
        """The problems of the codebook, which is checked now if it was not."""
        try:
            self.check()
        except OSError as error:
            return [*self.known_problems, not_read(error, self.path, "the codebook is not checked")]
        return self.known_problems

    def check(self, *, is_recorded: bool = False) -> list[Problem]:
        """Check the codebook, unless that was done before; return the problems that were not known.  Raises OSError.

        With `is_recorded`, one whose fields have the right names and types is recorded, so that the next start need not
        load pydantic.
        """
        text, digest = self.text(), self.book.content_hash
        if self._is_checked or text_hash(text) != digest:
            return []
        is_known = study_files.is_checked(self._sessions, digest)
        of_fields = [] if is_known else check_fields(text, str(self.path))
        problems = [*parse_codebook(text, str(self.path), "lint")[1], *of_fields]
        found = [problem for problem in problems if problem not in self.known_problems]
        if self.book.content_hash == digest:
            self._is_checked = True
            self.known_problems = sorted([*self.known_problems, *found], key=lambda problem: problem.line)
        if is_recorded and not is_known and not of_fields:
            study_files.record_check(self._sessions, digest)
        return found

    # --- changes ------------------------------------------------------------------------------------

    def edit(self, change: Callable[[str], str]) -> Saved | Refusal | NotSaved:
        """Change the current text of the file, including others' changes, and use the resulting codebook.

        `change` returns the new text for the current one, or raises EditError to leave it unchanged.
        """
        from codetui.formats.toml.edit import EditError

        try:
            text = study_files.edit_codebook(self.path, change)
        except EditError as error:
            return Refusal(f"The codebook is unchanged: {error}.")
        except OSError as error:
            return NotSaved(f"the codebook {error.filename or self.path}: {error.strerror or error}")
        book, problems = parse_codebook(text, str(self.path))
        if book is None:
            return NotSaved(f"the codebook can no longer be read: {problems[0]}")
        self.use((book, problems))
        self._text = text if text_hash(text) == book.content_hash else None
        self._seen = None
        return Saved("The codebook is changed.")

    def changed_version(self) -> Version | None:
        """Return the version of the file if it has changed since it was read, else None; safe in any thread."""
        return fs.changed_version(self.path, self._seen)

    def read_change(self) -> CodebookChange | Problem | None:
        """Read the codebook as changed by another program; None if it is the same or cannot be read now.

        Returns the first error if the file has more errors than the codebook in use.
        """
        try:
            seen, text = fs.version(self.path), fs.read(self.path).decode("utf-8-sig", "replace")
        except OSError:
            return None
        self._seen, self.refused = seen, None
        if text_hash(text) == self.book.content_hash:
            return None
        found, problems = parse_codebook(text, str(self.path))
        errors = [problem for problem in problems if problem.severity == "error"]
        if found is None or len(errors) > sum(problem.severity == "error" for problem in self.problems):
            self.refused = errors[0]
            return self.refused
        self._text = text
        return found, problems

    def use(self, change: CodebookChange) -> None:
        """Switch to another version of the codebook."""
        self.book, self.known_problems = change
        self.refused = None
        self._is_checked = True

    def forget_version(self) -> None:
        """Make the next check read the file again."""
        self._seen = None

    # --- kept versions ------------------------------------------------------------------------------

    def keep(self, book: Codebook, folder: Path | None = None) -> Problem | None:
        """Keep the version in use for coding, so that old codings can show their old definitions.

        It is kept beside the sessions, or in a `folder` with copies of some sessions.
        """
        if not book.content_hash:
            return None
        try:
            return study_files.keep_codebook(folder or self._sessions, self.text(), book.content_hash)
        except OSError as error:
            what = f"this version of the codebook is not kept: {error.strerror or error}"
            return Problem(str(self.path), 0, "warning", f"{what}; coding continues, but keep a copy of it yourself")

    def kept(self, version: str) -> Codebook | None:
        """Return the codebook that a coding names as `version#hash`; None if it was not kept. Raises OSError."""
        return kept_book(self._sessions, version.rpartition("#")[2])

    def remove_stale_temporaries(self) -> None:
        """Delete the temporary files that killed programs left beside the codebook and the kept versions."""
        for folder in (self.path.parent, self._sessions / session_files.KEPT_FOLDER):
            remove_stale_temporaries(folder)

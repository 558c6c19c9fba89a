"""The codebook while it is coded with: changed in place, and kept in every version that was used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codetui.core.session.commands import Refusal
from codetui.formats.codebook.reader import check_fields, parse_codebook
from codetui.model import Codebook, Problem, text_hash
from codetui.storage import fs, study_files
from codetui.storage.fs import Version, remove_stale_temporaries
from codetui.study.session.outcome import NotSaved


class CodebookFile:
    """The file of a codebook, as this program read it."""

    def __init__(self, path: Path, sessions: Path) -> None:
        """`sessions` is the folder beside whose coders the versions are kept."""
        self.path = path
        self._sessions = sessions
        self._text: str | None = None
        self._seen: Version | None = None

    def changing_version(self) -> Version | None:
        """Which version of the file stands there, where it is another than was read; any thread may ask."""
        return fs.changed_version(self.path, self._seen)

    def reload(self, book: Codebook, errors: int) -> tuple[Codebook, list[Problem]] | Problem | None:
        """The codebook as somebody has changed it; None where it is the one that is known, or cannot be seen.

        The first error where it has more of them than there were before.
        """
        try:
            seen, text = fs.version(self.path), fs.read(self.path).decode("utf-8-sig", "replace")
        except OSError:
            return None
        self._seen = seen
        if text_hash(text) == book.content_hash:
            return None
        found, problems = parse_codebook(text, str(self.path))
        grave = [problem for problem in problems if problem.severity == "error"]
        if found is None or len(grave) > errors:
            return grave[0]
        self._text = text
        return found, problems

    def look_again(self) -> None:
        """What was seen does not count: the file is read again at the next look."""
        self._seen = None

    def read(self) -> str:
        """The text that was opened; read once.  Raises OSError."""
        if self._text is None:
            self._text = fs.read(self.path).decode("utf-8-sig", "replace")
        return self._text

    def record_check(self, book: Codebook) -> None:
        """Record that the fields of the codebook that was opened need no further check.  Raises OSError."""
        text, digest = self.read(), book.content_hash
        is_due = text_hash(text) == digest and not study_files.is_checked(self._sessions, digest)
        if is_due and not check_fields(text, ""):
            study_files.record_check(self._sessions, digest)

    def remove_stale_temporaries(self) -> None:
        """Takes away what programs that were killed have left half written beside the codebook and the kept ones."""
        for folder in (self.path.parent, self._sessions / study_files.KEPT_FOLDER):
            remove_stale_temporaries(folder)

    def keep(self, book: Codebook, folder: Path | None = None) -> Problem | None:
        """Keeps the version that is coded with, so that old codings can show their old definitions.

        Beside the sessions, or in a `folder` with a copy of some.
        """
        if not book.content_hash:
            return None
        try:
            return study_files.keep_codebook(folder or self._sessions, self.read(), book.content_hash)
        except OSError as error:
            what = f"this version of the codebook is not kept: {error.strerror or error}"
            return Problem(str(self.path), 0, "warning", f"{what}; coding goes on, but keep a copy of it yourself")

    def kept(self, version: str) -> Codebook | None:
        """The book that a coding names as `version#hash`; None where it was not kept.  Raises OSError."""
        text = study_files.kept_codebook(self._sessions, version.rpartition("#")[2])
        return parse_codebook(text, version)[0] if text is not None else None

    def change(self, change: Callable[[str], str]) -> tuple[Codebook, list[Problem]] | Refusal | NotSaved:
        """Changes the file, whatever others have written into it meanwhile, and gives the book as it is then."""
        from codetui.formats.toml.edit import EditError

        try:
            text = study_files.edit_codebook(self.path, change)
        except EditError as error:
            return Refusal(f"The codebook stays as it is: {error}.")
        except OSError as error:
            return NotSaved(f"NOT SAVED: the codebook {error.filename or self.path} {error.strerror or error}.")
        book, problems = parse_codebook(text, str(self.path))
        if book is None:
            return NotSaved(f"NOT SAVED: the codebook cannot be read any more: {problems[0]}")
        self._text = text if text_hash(text) == book.content_hash else None
        self._seen = None
        return book, problems

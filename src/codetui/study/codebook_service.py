"""The codebook of a study while it is coded with: edited in place, reloaded, and each used version kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.commands import Refusal
from codetui.formats.codebook.reader import check_fields, parse_codebook
from codetui.model import Codebook, Problem, text_hash
from codetui.storage import fs, study_files
from codetui.storage.fs import Version, remove_stale_temporaries
from codetui.study.session.outcome import NotSaved, Saved


class CodebookChange(NamedTuple):
    """A codebook as another program wrote it, with its problems."""

    book: Codebook
    problems: list[Problem]


class CodebookService:
    """The codebook, its problems and its file."""

    def __init__(self, path: Path, sessions: Path, book: Codebook, problems: list[Problem]) -> None:
        """Take the codebook as it was read from `path`, its fields unchecked.

        The used versions are kept in the folder `sessions`.
        """
        self.path = path
        self.book = book
        self.known_problems = problems
        """Those that are known without a check of the fields, which loads pydantic."""
        self._are_fields_checked = False
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
        """The problems of the codebook, those of its fields included."""
        with suppress(OSError):  # A file that can no longer be read is reported by what needs it.
            self.check_fields()
        return self.known_problems

    def check_fields(self, *, is_recorded: bool = False) -> list[Problem]:
        """Check names and types of fields, unless that was done before; return the problems.  Raises OSError.

        With `is_recorded` a codebook without such problems is recorded as checked, for the next start.
        """
        text, digest = self.text(), self.book.content_hash
        if self._are_fields_checked or text_hash(text) != digest or study_files.is_checked(self._sessions, digest):
            return []
        found = check_fields(text, str(self.path))
        if self.book.content_hash == digest:
            self._are_fields_checked = True
            self.known_problems = sorted([*self.known_problems, *found], key=lambda problem: problem.line)
        if is_recorded and not found:
            study_files.record_check(self._sessions, digest)
        return found

    # --- changes ------------------------------------------------------------------------------------

    def edit(self, change: Callable[[str], str]) -> Saved | Refusal | NotSaved:
        """Change the text of the file, whatever others have written to it meanwhile, and use the codebook it has then.

        `change` returns the new text of a given one; raises EditError to leave it.
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
        self.use(CodebookChange(book, problems))
        self._text = text if text_hash(text) == book.content_hash else None
        self._seen = None
        return Saved("The codebook is changed.")

    def changed_version(self) -> Version | None:
        """Return the version of the file if it is not the one that was read; any thread may ask."""
        return fs.changed_version(self.path, self._seen)

    def read_change(self) -> CodebookChange | Problem | None:
        """Read what another program wrote to the file; None where the codebook is the same, or cannot be read now.

        Returns the first error where the file has more of them than the codebook in use.
        """
        try:
            seen, text = fs.version(self.path), fs.read(self.path).decode("utf-8-sig", "replace")
        except OSError:
            return None
        self._seen = seen
        if text_hash(text) == self.book.content_hash:
            return None
        found, problems = parse_codebook(text, str(self.path))
        errors = [problem for problem in problems if problem.severity == "error"]
        if found is None or len(errors) > sum(problem.severity == "error" for problem in self.problems):
            return errors[0]
        self._text = text
        return CodebookChange(found, problems)

    def use(self, change: CodebookChange) -> None:
        """Continue with another version of the codebook."""
        self.book, self.known_problems = change
        self._are_fields_checked = True

    def forget_version(self) -> None:
        """Read the file again at the next look."""
        self._seen = None

    # --- kept versions ------------------------------------------------------------------------------

    def keep(self, book: Codebook, folder: Path | None = None) -> Problem | None:
        """Keep the version that is coded with, so that old codings can show their old definitions.

        It is kept beside the sessions, or in a `folder` with a copy of some.
        """
        if not book.content_hash:
            return None
        try:
            return study_files.keep_codebook(folder or self._sessions, self.text(), book.content_hash)
        except OSError as error:
            what = f"this version of the codebook is not kept: {error.strerror or error}"
            return Problem(str(self.path), 0, "warning", f"{what}; coding continues, but keep a copy of it yourself")

    def kept(self, version: str) -> Codebook | None:
        """Return the codebook that a coding names as `version#hash`; None where it was not kept.  Raises OSError."""
        text = study_files.kept_codebook(self._sessions, version.rpartition("#")[2])
        return parse_codebook(text, version)[0] if text is not None else None

    def remove_stale_temporaries(self) -> None:
        """Remove half-written files of killed programs beside the codebook and the kept versions."""
        for folder in (self.path.parent, self._sessions / study_files.KEPT_FOLDER):
            remove_stale_temporaries(folder)

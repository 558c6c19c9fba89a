"""The codebook while it is coded with: changed in place, and kept in every version that was used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codetui.core.commands import Refusal
from codetui.formats import codebook_toml
from codetui.model import Codebook, Problem, text_hash
from codetui.store import files
from codetui.workspace.outcome import NotSaved


class LivingBook:
    """The file of a codebook, as this program read it."""

    def __init__(self, path: Path, sessions: Path) -> None:
        """`sessions` is the folder beside whose coders the versions are kept."""
        self.path = path
        self._sessions = sessions
        self._text: str | None = None

    def read(self) -> str:
        """The text that was opened; read once, and empty where it cannot be read."""
        if self._text is None:
            try:
                self._text = files.read(self.path).decode("utf-8-sig", "replace")
            except OSError:
                self._text = ""
        return self._text

    def keep(self, book: Codebook) -> Problem | None:
        """Keeps the version that is coded with, so that old codings can show their old definitions."""
        from codetui.store import codebooks

        return codebooks.keep(self._sessions, self.read(), book.content_hash) if book.content_hash else None

    def kept(self, version: str) -> Codebook | None:
        """The book that a coding names as `version#hash`; None where it was not kept."""
        from codetui.store import codebooks

        text = codebooks.kept(self._sessions, version.rpartition("#")[2])
        return codebook_toml.read(text, version)[0] if text is not None else None

    def change(self, change: Callable[[str], str]) -> tuple[Codebook, list[Problem]] | Refusal | NotSaved:
        """Changes the file, whatever others have written into it meanwhile, and gives the book as it is then."""
        from codetui.formats.toml_editing import EditError
        from codetui.store import codebooks

        try:
            text = codebooks.edit(self.path, change)
        except EditError as error:
            return Refusal(f"The codebook stays as it is: {error}.")
        except OSError as error:
            return NotSaved(f"NOT SAVED: the codebook {error.filename or self.path} {error.strerror or error}.")
        book, problems = codebook_toml.read(text, str(self.path))
        if book is None:
            return NotSaved(f"NOT SAVED: the codebook cannot be read any more: {problems[0]}")
        self._text = text if text_hash(text) == book.content_hash else None
        return book, problems

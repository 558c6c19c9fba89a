"""The codebook of a workspace: changed from within, read again where it was changed outside, followed by codings."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codetui.core.session.commands import Refusal
from codetui.model import Codebook, Problem
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import Corpus
from codetui.study.codebook_file import CodebookFile
from codetui.study.session.outcome import NotSaved, Saved, not_read
from codetui.study.session.session import Session

if TYPE_CHECKING:
    from codetui.core.codebook.migration import MigrationMap
    from codetui.study.refactoring import CodeRefactoring


class Reloaded(NamedTuple):
    """What there is to say of a codebook that was changed outside; `is_held` where it is not taken over."""

    message: str
    is_held: bool = False


class BookSide(ABC):
    """What a workspace does with its codebook."""

    book: Codebook
    codebook_path: Path
    living_book: CodebookFile
    problems: list[Problem]
    session: Session | None
    _corpus: Corpus
    _paths: SessionPaths

    @abstractmethod
    def leave(self, *, is_forced: bool = False) -> list[Problem]:
        """Writes the open session's document."""

    def change_book(self, change: Callable[[str], str]) -> Saved | Refusal | NotSaved:
        """Changes the codebook's file and goes on with the book as it is then."""
        changed = self.living_book.change(change)
        if isinstance(changed, Refusal | NotSaved):
            return changed
        self._go_on_with(*changed)
        return Saved("The codebook is changed.")

    def reload_book(self) -> Reloaded | None:
        """Takes the codebook over as somebody has changed it outside; None where there is nothing to say.

        One that has errors which it had not before is left: the program goes on with what it has.
        """
        own = [one for one in self.problems if one.file == str(self.codebook_path)]
        found = self.living_book.reload(self.book, sum(one.severity == "error" for one in own))
        if isinstance(found, Problem):
            return Reloaded(f"{found}: the program goes on with the codebook as it was.", is_held=True)
        if found is None:
            return None
        before = self.book
        try:
            rules = self.reshaping().rules_since(before, found[0])
        except OSError:
            # Without them the codings could not follow: it is read again at the next look.
            self.living_book.look_again()
            return None
        self._go_on_with(*found)
        has_followed = rules is not None and self.reshaping().follow_others(rules, before)
        said = f"{self.codebook_path} was changed outside: it is read again"
        return Reloaded(f"{said}, and the codings of this ad follow." if has_followed else f"{said}.")

    def _go_on_with(self, book: Codebook, problems: list[Problem]) -> None:
        """The book is another: its problems are those that are known of it."""
        self.book = book
        others = [one for one in self.problems if one.file != str(self.codebook_path)]
        self.problems[:] = [*problems, *others]
        if self.session is not None:
            self.session.use(book, self.living_book.keep)

    def reshaping(self) -> CodeRefactoring:
        """What changes codes together with all their codings, in the sessions of all coders."""
        from codetui.study.refactoring import CodeRefactoring

        return CodeRefactoring(self, self._corpus, self._paths)

    def kept_rules(self) -> MigrationMap:
        """What all migrations so far made of the codes and profiles.

        Nothing, with a problem, where they cannot be read.
        """
        from codetui.core.codebook.migration import MigrationMap
        from codetui.study.migrate import kept_rules

        try:
            return kept_rules(self._paths.root)
        except OSError as error:
            problem = not_read(error, self._paths.root, "what a code was split into is not offered", "warning")
            self.problems += [problem] if problem not in self.problems else []
            return MigrationMap()

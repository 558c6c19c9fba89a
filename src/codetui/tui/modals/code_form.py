"""A code to write: what the book says of it; what a new code needs beyond that stands in `new_code`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from codetui.model import Code
from codetui.tui.bench import Unwritten
from codetui.tui.modals.text_modal import EditOutside
from codetui.tui.modals.texts_form import Field, TextsForm, from_lines, lines


class CodeForm(TextsForm[Code]):
    """Answers with the code as it is to stand in the book, or None."""

    def __init__(
        self, title: str, code: Code, lost: Unwritten | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        """`code` is what stands in the book; `lost` what was written already and the book or the disk refused."""
        super().__init__(title, lost.why if lost else "", edit_outside)
        self._code = code
        self._shown = lost.code if lost else code

    def fields(self) -> Iterator[Field]:
        """Name, definition, what counts and does not, examples."""
        code, shown = self._code, self._shown
        yield Field("name", "Name", code.name, shown.name)
        yield Field("definition", "Definition", code.definition, shown.definition, 3)
        yield Field("include", "Counts", code.include, shown.include, 2)
        yield Field("exclude", "Does not count", code.exclude, shown.exclude, 2)
        yield Field("examples", "Examples, one on a line", lines(code.examples), lines(shown.examples), 2)

    def standing(self) -> Code:
        """The code as it stands in the book."""
        return self._code

    def answer(self) -> Code:
        """The code as it is written."""
        return replace(
            self._code,
            name=self.text("name"),
            definition=self.text("definition"),
            include=self.text("include"),
            exclude=self.text("exclude"),
            examples=from_lines(self.text("examples"), self._code.examples),
        )

    def trouble(self, answer: Code) -> str:
        """A code needs a name."""
        return "" if answer.name else "A code needs a name."

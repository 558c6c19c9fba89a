"""Another id or another name for a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from codetui.model import Code, Codebook, CodeId
from codetui.tui.modals.texts_form import Field, TextsForm


class RenameForm(TextsForm[Code]):
    """Answers with the code under its new id and name, or None."""

    FIRST: ClassVar[str] = "id"
    DEFAULT_CSS = "RenameForm > .frame { height: 12; }"

    def __init__(self, book: Codebook, code: Code, title: str) -> None:
        super().__init__(title)
        self._book = book
        self._code = code

    def fields(self) -> Iterator[Field]:
        """Id and name."""
        yield Field("id", "Id", self._code.id, self._code.id)
        yield Field("name", "Name", self._code.name, self._code.name)

    def standing(self) -> Code:
        """The code as it stands in the book."""
        return self._code

    def answer(self) -> Code:
        """The code as it is written."""
        return replace(self._code, id=CodeId(self.text("id")), name=self.text("name"))

    def trouble(self, answer: Code) -> str:
        """A code needs an id that no other has, and a name."""
        if not (answer.id and answer.name):
            return "A code needs an id and a name."
        other = next((one for one in self._book.codes if one.id == answer.id != self._code.id), None)
        return f"{answer.id} is “{other.name}” already: write another id, or merge the two (m)." if other else ""

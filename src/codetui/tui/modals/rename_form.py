"""Another id or another name for a code."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from codetui.model import Code, Codebook, CodeId
from codetui.tui.modals.texts_form import Field, Texts, TextsForm


class RenameForm(TextsForm[Code]):
    """Answers with the code under its new id and name, or None."""

    FIRST: ClassVar[str] = "id"
    DEFAULT_CSS = "RenameForm > .frame { height: 12; }"

    def __init__(self, book: Codebook, code: Code, title: str) -> None:
        fields = (Field("id", "Id", code.id, code.id), Field("name", "Name", code.name, code.name))
        super().__init__(title, code, fields, _written)
        self._book = book
        self._code = code

    def trouble(self, answer: Code) -> str:
        """A code needs an id that no other has, and a name."""
        if not (answer.id and answer.name):
            return "A code needs an id and a name."
        other = next((one for one in self._book.codes if one.id == answer.id != self._code.id), None)
        return f"{answer.id} is “{other.name}” already: write another id, or merge the two (m)." if other else ""


def _written(code: Code, text: Texts) -> Code:
    return replace(code, id=CodeId(text("id")), name=text("name"))

"""A code to write: what the book says of it; what a new code needs beyond that stands in `new_code`."""

from __future__ import annotations

from dataclasses import replace

from codetui.model import Code
from codetui.tui.bench import Unwritten
from codetui.tui.modals.texts_form import Field, Texts, TextsForm, from_lines, lines
from codetui.tui.modals.unfinished import EditOutside


class CodeForm(TextsForm[Code]):
    """Answers with the code as it is to stand in the book, or None."""

    def __init__(
        self, title: str, code: Code, lost: Unwritten | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        """`code` is what stands in the book; `lost` what was written already and the book or the disk refused."""
        shown = lost.code if lost else code
        fields = (
            Field("name", "Name", code.name, shown.name),
            Field("definition", "Definition", code.definition, shown.definition, 3),
            Field("include", "Counts", code.include, shown.include, 2),
            Field("exclude", "Does not count", code.exclude, shown.exclude, 2),
            Field("examples", "Examples, one on a line", lines(code.examples), lines(shown.examples), 2),
        )
        super().__init__(title, code, fields, _written, lost.why if lost else "", edit_outside)

    def trouble(self, answer: Code) -> str:
        """A code needs a name."""
        return nameless(answer)


def nameless(code: Code) -> str:
    """What is to be said of a code without a name; empty where it has one."""
    return "" if code.name else "A code needs a name."


def _written(code: Code, text: Texts) -> Code:
    return replace(
        code,
        name=text("name"),
        definition=text("definition"),
        include=text("include"),
        exclude=text("exclude"),
        examples=from_lines(text("examples"), code.examples),
    )

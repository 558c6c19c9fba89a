"""A codebook as a row of elements, parts and texts, in the order in which a coding book has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codetui.core.codebook.diff import Order, in_reading_order, parts
from codetui.formats.codebook_writer import Fields, tables_of
from codetui.model import Codebook

ElementKind = Literal["profile", "section", "group", "code", "text"]


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One part or text with all its fields, and the section and group that it stands in, by their ids."""

    kind: ElementKind
    fields: Fields
    section: str = ""
    group: str = ""

    def text(self, name: str) -> str:
        """A field that is a text; empty where the element has none."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A field that is a list."""
        value = self.fields.get(name, ())
        return value if isinstance(value, tuple) else ()


def elements(book: Codebook) -> list[Element]:
    """The elements of a book in the order of its parts, each text before or behind its own."""
    book = in_reading_order(book)
    tables = tables_of(book)
    order = Order(parts(book))
    fields_of = {
        (kind, str(fields["id"])): fields
        for kind, these in (
            ("profile", tables.profiles),
            ("section", tables.sections),
            ("group", tables.groups),
            ("code", tables.codes),
        )
        for fields in these
    }
    placed = [
        (order.text_place(text), Element("text", fields)) for text, fields in zip(book.texts, tables.texts, strict=True)
    ]
    section = group = ""
    for number, part in enumerate(order.parts):
        if part.kind in ("profile", "section"):
            section, group = (part.id if part.kind == "section" else ""), ""
        elif part.kind == "group":
            group = part.id
        placed.append(((number, 1), Element(part.kind, fields_of[part.kind, part.id], section, group)))
    return [element for _, element in sorted(placed, key=lambda pair: pair[0])]

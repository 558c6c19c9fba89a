"""The parts of a codebook in the order in which a reader meets them, and the texts between them."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple

from codetui.core.codebook import codes_of, groups
from codetui.model import BookText, Codebook

PartKind = Literal["profile", "section", "group", "code"]


BEHIND = 6
"""More than any kind has ends: what is over later, stands further behind."""

ENDS: dict[PartKind, set[PartKind]] = {
    "code": {"profile", "section", "group", "code"},
    "profile": {"profile", "section", "group", "code"},
    "group": {"profile", "section", "group"},
    "section": {"profile", "section"},
}
"""The kinds of part at which one of a kind is over."""


class Part(NamedTuple):
    """A profile, section, group or code by its id."""

    kind: PartKind
    id: str


def parts(book: Codebook) -> list[Part]:
    """The profiles; then each section with its codes, those without a group first, as documents have them."""
    found = [Part("profile", each.id) for each in book.profiles]
    for section in book.sections:
        found.append(Part("section", section.id))
        found += [Part("code", code.id) for code in codes_of(book, section) if not code.group]
        for group in groups(book, section):
            found.append(Part("group", group.id))
            found += [Part("code", code.id) for code in codes_of(book, group)]
    return found


def parts_named(among: list[Part], name: str) -> list[Part]:
    """The parts that `name` can mean: those with this id, else the one that `code 1` or `group A` spells out."""
    kind, _, id_ = name.partition(" ")
    return [part for part in among if part.id == name] or [part for part in among if part == (kind, id_.strip())]


def part_name(among: list[Part], part: Part) -> str:
    """What a text calls the part it stands beside: its id, with the kind before it where the id alone will not do."""
    return part.id if parts_named(among, part.id) == [part] else f"{part.kind} {part.id}"


def text_place(order: list[Part], text: BookText) -> tuple[int, int]:
    """Where a text stands: the number in `order` of the part next to it, and 0 before that part or more behind it.

    Behind a section or group is behind all that stands in it.  A text that names no part comes before all, one that
    names a part that is not there behind all.
    """
    name = text.before or text.after
    beside = parts_named(order, name)[:1]
    if not beside:
        return (len(order), 0) if name else (-1, 0)
    start = order.index(beside[0])
    if text.before:
        return start, 0
    ends = ENDS[beside[0].kind]
    end = next((at for at in range(start + 1, len(order)) if order[at].kind in ends), len(order))
    return end - 1, BEHIND - len(ends)


def in_reading_order(book: Codebook) -> Codebook:
    """The book with its groups, codes and texts in the order in which a reader meets them."""
    order = parts(book)
    places = {part: number for number, part in enumerate(order)}
    last = len(order)
    return replace(
        book,
        groups=tuple(sorted(book.groups, key=lambda group: places.get(Part("group", group.id), last))),
        codes=tuple(sorted(book.codes, key=lambda code: places.get(Part("code", code.id), last))),
        texts=tuple(sorted(book.texts, key=lambda text: text_place(order, text))),
    )

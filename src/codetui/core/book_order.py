"""The parts of a codebook in the order in which a reader meets them, and the texts between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

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


class Order:
    """Parts in their order, found by the names that texts call them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Take the parts; two may have one id."""
        self.parts = parts
        self._by_id: dict[str, list[Part]] = {}
        self._spelt_out: dict[tuple[str, str], list[Part]] = {}
        self._places: dict[Part, int] = {}
        for place, part in enumerate(parts):
            self._by_id.setdefault(part.id, []).append(part)
            self._spelt_out.setdefault(part, []).append(part)
            self._places.setdefault(part, place)
        self._ends = {kind: self._ends_of(ends) for kind, ends in ENDS.items()}

    def named(self, name: str) -> list[Part]:
        """The parts that `name` can mean: those with this id, else the one that `code 1` or `group A` spells out."""
        kind, _, id_ = name.partition(" ")
        return self._by_id.get(name) or self._spelt_out.get((kind, id_.strip()), [])

    def name_of(self, part: Part) -> str:
        """What a text calls the part it stands beside: its id, with the kind before it where the id will not do."""
        return part.id if self.named(part.id) == [part] else f"{part.kind} {part.id}"

    def text_place(self, text: BookText) -> tuple[int, int]:
        """Where a text stands: the number of the part next to it, and 0 before that part or more behind it.

        Behind a section or group is behind all that stands in it.  A text that names no part comes before all, one
        that names a part that is not there behind all.
        """
        name = text.before or text.after
        beside = self.named(name)[:1]
        if not beside:
            return (len(self.parts), 0) if name else (-1, 0)
        start = self._places[beside[0]]
        if text.before:
            return start, 0
        return self._ends[beside[0].kind][start] - 1, BEHIND - len(ENDS[beside[0].kind])

    def _ends_of(self, kinds: set[PartKind]) -> list[int]:
        """For each place, the next place behind it where a part of `kinds` stands, or the end."""
        ends, end = [0] * len(self.parts), len(self.parts)
        for place in range(len(self.parts) - 1, -1, -1):
            ends[place] = end
            end = place if self.parts[place].kind in kinds else end
        return ends


def parts(book: Codebook) -> list[Part]:
    """The profiles; then each section with its codes, those without a group first, as documents have them."""
    codes: dict[tuple[str, str], list[Part]] = {}
    for code in book.codes:
        within = ("group", code.group) if code.group else ("section", code.section)
        codes.setdefault(within, []).append(Part("code", code.id))
    groups: dict[str, list[str]] = {}
    for group in book.groups:
        groups.setdefault(group.section, []).append(group.id)
    found = [Part("profile", each.id) for each in book.profiles]
    for section in book.sections:
        found += [Part("section", section.id), *codes.get(("section", section.id), ())]
        for id_ in groups.get(section.id, ()):
            found += [Part("group", id_), *codes.get(("group", id_), ())]
    return found


def in_reading_order(book: Codebook) -> Codebook:
    """The book with its groups, codes and texts in the order in which a reader meets them."""
    order = Order(parts(book))
    places = {part: number for number, part in enumerate(order.parts)}
    last = len(order.parts)
    return replace(
        book,
        groups=tuple(sorted(book.groups, key=lambda group: places.get(Part("group", group.id), last))),
        codes=tuple(sorted(book.codes, key=lambda code: places.get(Part("code", code.id), last))),
        texts=tuple(sorted(book.texts, key=order.text_place)),
    )

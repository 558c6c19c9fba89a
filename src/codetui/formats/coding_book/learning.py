"""What a coding book has to say in comments, learned by reading it back and looking where it differs."""

from __future__ import annotations

from codetui.core.codebook.diff import Order, parts
from codetui.formats.codebook_writer import tables_of
from codetui.formats.coding_book.elements import Element, elements
from codetui.formats.coding_book.layout import Need
from codetui.model import Codebook

STRUCTURE = {"section", "group"}
"""Fields of a code or group that its place says."""


class Needs:
    """The elements of a book and what each needs in order to be read back as itself."""

    def __init__(self, book: Codebook) -> None:
        """Nothing is needed at first."""
        self.book = book
        self.elements = elements(book)
        self.facts: set[str] = set()
        self.is_hopeless = False
        self._needs = {id(element): Need() for element in self.elements}
        self._parts = [element for element in self.elements if element.kind != "text"]
        self._texts = [element for element in self.elements if element.kind == "text"]

    def of(self, element: Element) -> Need:
        """What an element needs."""
        return self._needs[id(element)]

    def arm_all(self) -> None:
        """Let comments say everything."""
        self.is_hopeless = True
        self.facts = set(tables_of(self.book).top)
        for need in self._needs.values():
            need.is_armed = True

    def learn(self, back: Codebook) -> bool:
        """Whether `back`, which was read from the text, differs; what then is needed more is noted."""
        top, told = tables_of(self.book).top, tables_of(back).top
        differing = {name for name, value in top.items() if told[name] != value}
        is_new = bool(differing - self.facts)
        self.facts |= differing
        found = elements(back)
        found_parts = [element for element in found if element.kind != "text"]
        found_texts = [element for element in found if element.kind == "text"]
        is_learned = (
            self._learn_kinds(found_parts)
            or self._learn_fields(found_parts)
            or is_new
            or self._learn_texts(found_texts, back)
        )
        if differing and not is_learned:
            self._give_up()
        return is_learned or bool(differing)

    def _give_up(self) -> bool:
        """Let comments say everything; False where they do already."""
        was_hopeless = self.is_hopeless
        self.arm_all()
        return not was_hopeless

    def _learn_kinds(self, found: list[Element]) -> bool:
        """Force the first part that was taken for something else, then those round it."""
        if [each.kind for each in self._parts] == [each.kind for each in found]:
            return False
        named, told = list(map(_called, self._parts)), list(map(_called, found))
        differing = (number for number, (one, other) in enumerate(zip(named, told, strict=False)) if one != other)
        at = next(differing, min(len(named), len(told)))
        here = self._parts[at : at + 1]
        if here and [each.kind for each in found[at : at + 1]] == [here[0].kind] and self._learn_name(here[0]):
            return True
        before = self._parts[at - 1 : at] if at else []
        first = self.elements.index(before[0]) if before else 0
        last = self.elements.index(here[0]) if here else len(self.elements)
        between = [each for each in self.elements[first:last] if each.kind == "text"]
        return self._force([*here, *between, *before]) or self._arm([*before, *here]) or self._give_up()

    def _learn_name(self, element: Element) -> bool:
        """Let the comment of a part that is forced give its name too; False where it does, or there is none yet."""
        need, name = self.of(element), "name" if element.text("name") else "title"
        is_new = need.is_forced and name not in need.facts
        if is_new:
            need.facts.add(name)
        return is_new

    def _force(self, wanted: list[Element]) -> bool:
        """Force the first of these that is not; False where all are."""
        need = next((need for each in wanted if not (need := self.of(each)).is_forced and not need.is_armed), None)
        if need is not None:
            need.is_forced = True
        return need is not None

    def _arm(self, wanted: list[Element]) -> bool:
        need = next((need for each in wanted if not (need := self.of(each)).is_armed), None)
        if need is not None:
            need.is_armed = True
        return need is not None

    def _learn_fields(self, found: list[Element]) -> bool:
        """Note the fields that were read otherwise; a part whose comment did not help is armed."""
        is_learned = False
        for element, told in zip(self._parts, found, strict=True):
            names = [*element.fields, *(name for name in told.fields if name not in element.fields)]
            differing = {name for name in names if element.fields.get(name) != told.fields.get(name)} - STRUCTURE
            if not differing:
                continue
            need = self.of(element)
            if differing <= need.facts:
                is_learned = self._arm([element]) or self._give_up() or is_learned
            else:
                need.facts |= differing & element.fields.keys()
                is_learned = True
        return is_learned

    def _learn_texts(self, found: list[Element], back: Codebook) -> bool:
        """Set apart the texts that were read otherwise; or arm the parts whose words were taken for texts."""
        mine, told = [each.fields for each in self._texts], [each.fields for each in found]
        if mine == told:
            return False
        missing = [each for each in self._texts if each.fields not in told] or self._texts
        is_learned = False
        while self._force(missing):
            is_learned = True
        if is_learned:
            return True
        names = [each.text("before") or each.text("after") for each in found if each.fields not in mine]
        order = Order(parts(back))
        beside = [part for name in names for part in order.named(name)[:1]]
        return self._arm([each for each in self._parts if (each.kind, each.text("id")) in beside]) or self._give_up()


def _called(element: Element) -> tuple[str, str]:
    """Kind and name of a part, to tell it from the one before or behind it."""
    return element.kind, element.text("name") or element.text("title")

"""A codebook written as a coding book in markdown, from which `read` gives the codebook again."""

from __future__ import annotations

from codetui.core.codebook.diff import Order, parts
from codetui.core.codebook.index import label_from
from codetui.formats.codebook_writer import Fields, tables_of
from codetui.formats.coding_book import layout
from codetui.formats.coding_book.comments import comment, with_comments
from codetui.formats.coding_book.elements import Element
from codetui.formats.coding_book.head import Head, write_head
from codetui.formats.coding_book.layout import Layout, Need
from codetui.formats.coding_book.learning import Needs
from codetui.formats.coding_book.reader import read
from codetui.formats.coding_book.vocabulary import PROFILE
from codetui.model import Codebook

RULE = "---"
PATTERNS = ("{id}: {name}", "{id}. {name}", "{name}")
MOST_PASSES = 60


def write(book: Codebook) -> str:
    """The markdown of a coding book.

    What markdown does not say by itself, such as a key that is not the usual one, stands in comments; where no
    comment is needed there is none.
    """
    needs = Needs(book)
    for _ in range(MOST_PASSES):
        text = _Writing(needs).text()
        if not needs.learn(read(text, "").book):
            return text
    needs.arm_all()
    return _Writing(needs).text()


def plain(book: Codebook) -> str:
    """The markdown of a coding book for people alone: without any comment, and not meant to be read back."""
    return with_comments(_Writing(Needs(book)).text(), lambda _: "")


class _Writing:
    """One pass over the elements."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._order = Order(parts(needs.book))
        self._places = {(each.kind, each.text("id")): each for each in needs.elements if each.kind != "text"}
        pattern = needs.book.label if needs.book.label in PATTERNS else PATTERNS[0]
        labels = {str(code.id): label_from(pattern, code.id, code.name) for code in needs.book.codes}
        self._layout = Layout(needs.book.language, labels)
        self._sections = {each.text("id"): each for each in needs.elements if each.kind == "section"}
        self._bulleted = {id_ for id_ in self._sections if self._fits_bullets(id_)}
        self._grouped = {each.section for each in needs.elements if each.kind == "group"} | {
            place.section for each in needs.elements if (place := self._beside(each)) and place.kind == "code"
        }
        self._blocks: list[str] = []

    def text(self) -> str:
        """The whole book."""
        self._blocks = [*self._head()]
        is_list = False
        is_among_profiles = False
        for number, element in enumerate(self._needs.elements):
            need = self._needs.of(element)
            if element.kind == "code" and element.section in self._bulleted:
                line = self._layout.bullet(element, need)
                self._blocks[-1:] = [f"{self._blocks[-1]}\n{line}"] if is_list else [self._blocks[-1], line]
                is_list = True
                continue
            is_list = False
            if element.kind == "profile" and not is_among_profiles:
                self._blocks.append(f"## {self._layout.names['profiles']}")
                is_among_profiles = True
            if self._begins_chapter(number):
                self._blocks.append(RULE)
            self._blocks.append(self._written(element, need))
            if element.text("before") and (beside := self._beside(element)) and beside.kind == "profile":
                is_among_profiles = bool(PROFILE.search(element.text("title"))) and not need.is_forced
        return "\n\n".join(filter(None, self._blocks)) + "\n"

    def _head(self) -> list[str]:
        """The first heading, and comments on the book as a whole."""
        book = self._needs.book
        tables = tables_of(book)
        facts: Fields = {name: value for name, value in tables.top.items() if name in self._needs.facts}
        heading = " ".join(write_head(Head(book.title, book.version, book.status), book.language).split())
        head = [f"# {layout.escaped(heading) if self._needs.is_hopeless else heading}"]
        head += [comment("book", facts)] if facts else []
        corpus: Fields = {**{name: value for name, value in tables.corpus.items() if value}, **tables.columns}
        head += [comment("corpus", corpus)] if corpus else []
        return head + [comment("reference", {n: v for n, v in each.items() if v}) for each in tables.references]

    def _written(self, element: Element, need: Need) -> str:
        match element.kind:
            case "profile":
                return self._layout.profile(element, need)
            case "section":
                return layout.section(element, need)
            case "group":
                return layout.group(element, need, self._level(element.section) + 1)
            case "code":
                are_terms = self._sections[element.section].text("holds") == "terms"
                level = self._code_level(element.section)
                return self._layout.code(element, need, level, are_terms=are_terms)
            case "text":
                return layout.text(element, need, self._text_level(element))

    # --- levels -----------------------------------------------------------------------------------------

    def _level(self, section: str) -> int:
        element = self._sections[section]
        return 2 if self._needs.of(element).is_armed else layout.section_level(element)

    def _code_level(self, section: str) -> int:
        return self._level(section) + (2 if self._grouped & {section} else 1)

    def _text_level(self, text: Element) -> int:
        """The level of a text's heading: that of what it stands before, one more than what it belongs to."""
        beside = self._beside(text)
        if beside is None:
            return 2
        is_behind = not text.text("before")
        match beside.kind:
            case "profile":
                return layout.PROFILE_LEVEL + 1 if is_behind else layout.PROFILE_LEVEL - 1
            case "section":
                level = self._level(beside.section)
                return level if is_behind else max(2, level - 1)
            case "group":
                return self._level(beside.section) + 1
            case _:
                return self._code_level(beside.section) + (1 if is_behind else -1)

    def _beside(self, text: Element) -> Element | None:
        """The part that a text stands beside."""
        if text.kind != "text":
            return None
        found = self._order.named(text.text("before") or text.text("after"))
        return self._places[found[0]] if found else None

    def _begins_chapter(self, number: int) -> bool:
        """Whether a rule comes before an element: a section of the second level, or the text that opens one below."""
        element = self._needs.elements[number]
        if not number:
            return False
        if element.kind == "section":
            return self._level(element.section) <= 2
        beside = self._beside(element)
        is_first = beside is not None and beside.kind == "section" and self._level(beside.section) > 2
        return is_first and bool(element.text("before"))

    def _fits_bullets(self, section: str) -> bool:
        """Whether the codes of a section can stand in one list."""
        inside = [each for each in self._needs.elements if each.section == section and each.kind in ("group", "code")]
        beside = [place for each in self._needs.elements if (place := self._beside(each))]
        return bool(inside) and all(
            each.kind == "code"
            and layout.fits_bullet(each)
            and each not in beside
            and not self._needs.of(each).is_forced
            and not self._needs.of(each).is_armed
            for each in inside
        )

"""Extract the text of OpenDocument texts (`.odt`): paragraphs, lists with their numbers, tables, notes and text boxes.

Insertions that are tracked are read and deletions are not; neither are hidden passages, comments, pictures, and the
headers and footers of pages, which are counted.  A note is at the end of the text, and its number in brackets where
it is called.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element

from codetui.storage.sources.blocks import BULLET, LINE, PARAGRAPH, TextBuilder, add_table, numeral
from codetui.storage.sources.documents import Extracted, UnreadableSourceError
from codetui.storage.sources.packages import PROTECTED, Package, attribute, child, local, number

_DEEPEST = 100
"""Levels of elements that are read."""

_TAB, _BREAK = "\x0b", "\x0c"
"""Tabs and line ends while white space, which means one blank in this format, is folded; XML cannot contain them."""

_WHITE = re.compile("[ \t\r\n]+")
_NOTHING = frozenset(["tracked-changes", "forms", "binary-data", "script"])
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg"
"""The beginning of the names of descriptions of pictures."""

_OUTSIDE = {
    "header": "page header",
    "header-left": "page header",
    "header-first": "page header",
    "footer": "page footer",
    "footer-left": "page footer",
    "footer-first": "page footer",
}
_OUTLINE = ""
"""The name of the list of headings."""

_WIDEST = 200
"""Blanks of one run that are read."""


class _Level(NamedTuple):
    """A level of a list: the format of its numbers, empty for none, what is around them, and the first one."""

    is_bullet: bool
    format: str
    prefix: str
    suffix: str
    shown: int
    start: int


def extract(file: BinaryIO, _: bool) -> Extracted:
    """Return the text of a document."""
    package = Package(file, ".odt")
    if b"encryption-data" in (package.read("META-INF/manifest.xml") or b""):
        raise UnreadableSourceError(PROTECTED)
    content, styles = package.part("content.xml"), package.find("styles.xml")
    body = child(content, "body", "text")
    if body is None:
        raise UnreadableSourceError("is not a text document, whatever its name: open it and save it as .odt")
    document = _Document([content] if styles is None else [styles, content])
    document.add_blocks(body, document.builder, 0)
    document.add_notes()
    return Extracted(document.builder.text(), not_read=document.not_read)


class _Document:
    """A document that is being read: its text so far, the numbers of its lists, and what was left out."""

    def __init__(self, roots: list[Element]) -> None:
        self.builder = TextBuilder()
        self.not_read: Counter[str] = Counter()
        self._lists: dict[str, dict[int, _Level]] = {_OUTLINE: {}}
        self._hidden = set[str]()
        self._numbers: dict[tuple[str, int], int] = {}
        self._called: list[Element] = []
        for root in roots:
            for one in root.iter():
                self._note(one)

    def _note(self, one: Element) -> None:
        """Remember a style of lists or of hidden passages; count a deletion, or a header of pages that has words."""
        name = local(one)
        if name in ("list-style", "outline-style"):
            key = attribute(one, "name") if name == "list-style" else _OUTLINE
            self._lists[key] = {number(attribute(each, "level")): _level(each) for each in one if _is_level(each)}
        elif name == "style":
            properties = child(one, "text-properties")
            if properties is not None and attribute(properties, "display") == "none":
                self._hidden.add(attribute(one, "name"))
        elif name == "deletion":
            self.not_read["deleted passage"] += 1
        elif name in _OUTSIDE:
            self.not_read[_OUTSIDE[name]] += any(text.strip() for text in one.itertext())

    # --- blocks -------------------------------------------------------------------------------------

    def add_blocks(
        self, parent: Element, builder: TextBuilder, depth: int, list_style: str = "", level: int = 0
    ) -> None:
        """Add the blocks of a body, of an item with its list and level, or of a cell, a note or a text box."""
        for one in parent if depth < _DEEPEST else ():
            name = local(one)
            if name in ("p", "h"):
                self._add_paragraph(one, builder, depth, LINE if level and name == "p" else PARAGRAPH)
            elif name == "list":
                self._add_list(one, builder, depth, list_style, level + 1)
            elif name == "table":
                add_table(builder, list(self._rows(one, depth)))
            elif name == "section" and attribute(one, "display") == "none":
                self.not_read["hidden passage"] += 1
            elif name not in _NOTHING:
                self.add_blocks(one, builder, depth + 1, list_style, level)

    def _rows(self, table: Element, depth: int) -> Iterator[list[str]]:
        for row in table if depth < _DEEPEST else ():
            if local(row) == "table-row":
                cells = []
                for cell in row:
                    if local(cell) == "table-cell":
                        builder = TextBuilder()
                        self.add_blocks(cell, builder, depth + 1)
                        cells.append(builder.text())
                yield cells
            else:
                yield from self._rows(row, depth + 1)

    def _add_list(self, element: Element, builder: TextBuilder, depth: int, inherited: str, level: int) -> None:
        style = attribute(element, "style-name") or inherited
        is_continued = attribute(element, "continue-numbering") == "true" or attribute(element, "continue-list")
        if level == 1 and not is_continued:
            self._numbers = {key: count for key, count in self._numbers.items() if key[0] != style}
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            first = local(item[0]) if len(item) else ""
            is_marked = local(item) == "list-item" and first != "list"
            mark = self._mark(style, level, attribute(item, "start-value")) if is_marked else ""
            is_inside = (level > 1 or builder.is_after_item) and first != "h"
            builder.start_item(mark or "  ", LINE if is_inside else PARAGRAPH)
            self.add_blocks(item, builder, depth + 1, style, level)
            builder.end_item()

    def _mark(self, style: str, level: int, start: str = "") -> str:
        """Return the mark of the next item of a list: a bullet, its number as the document writes it, or nothing."""
        levels = self._lists.get(style, {})
        this = levels.get(level, _BULLETS)
        first = number(start) if start else self._numbers.get((style, level), this.start - 1) + 1
        self._numbers[style, level] = first
        for deeper in range(level + 1, max(levels, default=0) + 1):
            self._numbers.pop((style, deeper), None)
        if this.is_bullet:
            return BULLET
        if not this.format:
            return ""
        above = [levels.get(at, this) for at in range(level - this.shown + 1, level + 1)]
        places = range(level - this.shown + 1, level + 1)
        counts = [self._numbers.get((style, at), one.start) for at, one in zip(places, above, strict=True)]
        numbers = ".".join(numeral(count, one.format) for count, one in zip(counts, above, strict=True) if one.format)
        return f"{this.prefix}{numbers}{this.suffix}".strip() + " "

    def _add_paragraph(self, paragraph: Element, builder: TextBuilder, depth: int, gap: int) -> None:
        pieces, boxes = list[str](), list[Element]()
        if attribute(paragraph, "style-name") in self._hidden:
            self.not_read["hidden passage"] += 1
        else:
            self._read(paragraph, pieces, boxes, depth)
        text = _WHITE.sub(" ", "".join(pieces)).strip(" ").replace(_TAB, "\t").replace(_BREAK, "\n")
        builder.block(gap)
        if local(paragraph) == "h" and text.strip() and attribute(paragraph, "is-list-header") != "true":
            level = number(attribute(paragraph, "outline-level"))
            text = (self._mark(_OUTLINE, level) if level in self._lists[_OUTLINE] else "") + text
        builder.write_as_is(text)
        builder.block(gap)
        for box in boxes:
            builder.block(PARAGRAPH)
            self.add_blocks(box, builder, depth + 1)
            builder.block(PARAGRAPH)

    # --- words --------------------------------------------------------------------------------------

    def _read(self, parent: Element, pieces: list[str], boxes: list[Element], depth: int) -> None:
        """Add the words of a paragraph or of a part of it, and the boxes that are anchored there."""
        pieces.append(parent.text or "")
        for one in parent:
            if depth < _DEEPEST:
                self._read_part(one, pieces, boxes, depth)
            pieces.append(one.tail or "")

    def _read_part(self, one: Element, pieces: list[str], boxes: list[Element], depth: int) -> None:
        name = local(one)
        if name == "s":
            pieces.append("\u00a0" * min(number(attribute(one, "c")), _WIDEST))
        elif name == "tab":
            pieces.append(_TAB)
        elif name == "line-break":
            pieces.append(_BREAK)
        elif name == "note":
            body = child(one, "note-body")
            if body is not None:
                self._called.append(body)
                pieces.append(f"[{len(self._called)}]")
        elif name == "ruby-text":
            self.not_read["reading aid"] += 1
        elif name == "annotation":
            self.not_read["comment"] += 1
        elif name == "image":
            self.not_read["image"] += 1
        elif name == "object":
            self.not_read["embedded object"] += 1
        elif name == "span" and attribute(one, "style-name") in self._hidden:
            self.not_read["hidden passage"] += 1
        elif any(local(each) in ("p", "list") for each in one):
            boxes.append(one)
        elif name == "frame" and any(local(each) == "object" for each in one):
            self.not_read["embedded object"] += 1
        elif name not in _NOTHING and not one.tag.startswith(_SVG):
            self._read(one, pieces, boxes, depth + 1)

    # --- the end ------------------------------------------------------------------------------------

    def add_notes(self) -> None:
        """Add the notes that the text calls, each with its number."""
        done = 0
        while done < len(self._called):
            builder = TextBuilder()
            self.add_blocks(self._called[done], builder, 0)
            done += 1
            self.builder.block(PARAGRAPH)
            self.builder.write_as_is(f"[{done}] {builder.text().strip()}")


_BULLETS = _Level(True, "", "", "", 1, 1)


def _is_level(element: Element) -> bool:
    return local(element).startswith(("list-level-style-", "outline-level-style"))


def _level(element: Element) -> _Level:
    level = number(attribute(element, "level"))
    return _Level(
        local(element) in ("list-level-style-bullet", "list-level-style-image"),
        attribute(element, "num-format"),
        attribute(element, "num-prefix"),
        attribute(element, "num-suffix"),
        min(number(attribute(element, "display-levels")), level),
        number(attribute(element, "start-value")),
    )

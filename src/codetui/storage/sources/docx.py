"""Extract the text of Word documents (`.docx`): paragraphs, lists with their numbers, tables, notes and text boxes.

Insertions that are tracked are read and deletions are not; neither are hidden words, comments, pictures, and the
headers and footers of pages, which are counted.  A note is at the end of the text, and its number in brackets where
it is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element

from codetui.storage.sources.blocks import BULLET, LINE, PARAGRAPH, TextBuilder, add_table, numeral
from codetui.storage.sources.documents import Extracted
from codetui.storage.sources.packages import Package, attribute, child, local, number

_DEEPEST = 100
"""Levels of elements that are read; Word itself opens no deeper documents."""

_LEVELS = 9
"""Levels of a list."""

_NOTHING = frozenset(
    [
        "pPr",
        "rPr",
        "tblPr",
        "tblGrid",
        "trPr",
        "tcPr",
        "sectPr",
        "sdtPr",
        "sdtEndPr",
        "instrText",
        "fldChar",
        "Fallback",
    ]
)
_OUTSIDE = {"header": "page header", "footer": "page footer"}


class _List(NamedTuple):
    """A list: lists of one `kind` are counted together, but one that is `restarted` on a level begins there anew."""

    kind: str
    levels: Mapping[int, _Level]
    restarted: frozenset[int]


class _Level(NamedTuple):
    """A level of a numbering: its format, the pattern of its number (`%1.%2.`) and where it begins."""

    format: str
    pattern: str
    start: int


@dataclass(slots=True)
class _Style:
    """A style: its list and level, whether it hides its words (None if its base decides), and if it is a heading."""

    based_on: str
    numbering: str
    level: str
    is_hidden: bool | None
    is_heading: bool


@dataclass(slots=True)
class _Line:
    """The text of a paragraph, whether its style is hidden, the text boxes in it, and True if its end was deleted."""

    is_hidden: bool
    text: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    is_joined: bool = False


def extract(file: BinaryIO, _: bool) -> Extracted:
    """Return the text of a document."""
    package = Package(file, ".docx")
    path = _main_part(package)
    folder = path.rpartition("/")[0] + "/" if "/" in path else ""
    document = _Document(package, folder)
    body = child(package.part(path), "body")
    if body is not None:
        document.add_blocks(body, document.builder)
    document.add_notes()
    document.count_outside(folder)
    return Extracted(document.builder.text(), not_read=document.not_read)


def _main_part(package: Package) -> str:
    """Return the name of the part that has the text."""
    relations = package.find("_rels/.rels")
    for one in relations if relations is not None else ():
        if attribute(one, "Type").endswith("/officeDocument"):
            return attribute(one, "Target").lstrip("/")
    return "word/document.xml"


class _Document:
    """A document that is being read: its text so far, the numbers of its lists, and what was left out."""

    def __init__(self, package: Package, folder: str) -> None:
        self.builder = TextBuilder()
        self.not_read: Counter[str] = Counter()
        self._package = package
        self._styles = _styles(package.find(f"{folder}styles.xml"))
        self._lists = _lists(package.find(f"{folder}numbering.xml"))
        self._notes = {kind: _notes(package.find(f"{folder}{kind}s.xml"), kind) for kind in ("footnote", "endnote")}
        self._called: list[Element] = []
        self._numbers: dict[tuple[str, int], int] = {}
        self._begun = set[str]()
        self._joined = ""

    # --- blocks -------------------------------------------------------------------------------------

    def add_blocks(self, parent: Element, builder: TextBuilder, depth: int = 0) -> None:
        """Add the paragraphs and tables of a body, a cell, a note or a text box."""
        for one in parent if depth < _DEEPEST else ():
            name = local(one)
            if name == "p":
                self._add_paragraph(one, builder, depth)
            elif name == "tbl":
                add_table(builder, list(self._rows(one, depth)))
            elif name in ("del", "moveFrom"):
                self.not_read["deleted passage"] += name == "del"
            elif name not in _NOTHING:
                self.add_blocks(one, builder, depth + 1)

    def _rows(self, table: Element, depth: int) -> Iterator[list[str]]:
        for row in _inside(table, "tr"):
            if child(row, "trPr", "del") is not None:
                self.not_read["deleted row"] += 1
                continue
            cells = []
            for cell in _inside(row, "tc"):
                builder = TextBuilder()
                self.add_blocks(cell, builder, depth + 1)
                cells.append(builder.text())
            yield cells

    def _add_paragraph(self, paragraph: Element, builder: TextBuilder, depth: int) -> None:
        properties = child(paragraph, "pPr")
        style = self._style_of(properties)
        line = _Line(self._hides(style))
        self._read(paragraph, line, depth)
        line.is_joined = child(properties, "rPr", "del") is not None
        text = self._joined + "".join(line.text)
        self._joined = text if line.is_joined else ""
        if not line.is_joined:
            mark = self._mark(properties, style) if text.strip() else ""
            if not mark or self._is_heading(properties, style):
                builder.block(PARAGRAPH)
                builder.write_as_is(mark.lstrip() + text)
                builder.block(PARAGRAPH)
            else:
                builder.start_item(mark, LINE if builder.is_after_item else PARAGRAPH)
                builder.write_as_is(text.lstrip())
                builder.end_item()
        for box in line.boxes:
            builder.block(PARAGRAPH)
            self.add_blocks(box, builder, depth + 1)
            builder.block(PARAGRAPH)

    # --- words --------------------------------------------------------------------------------------

    def _read(self, parent: Element, line: _Line, depth: int) -> None:
        """Add the words of a paragraph, a run or what is between them."""
        for one in parent if depth < _DEEPEST else ():
            name = local(one)
            if name == "t":
                line.text.append((one.text or "").replace("\n", " "))
            elif name in ("del", "moveFrom"):
                self.not_read["deleted passage"] += name == "del"
            elif name == "rt":
                self.not_read["reading aid"] += 1
            elif name == "r" and self._is_hidden(one, line):
                self.not_read["hidden passage"] += 1
            elif name in ("tab", "ptab"):
                line.text.append("\t")
            elif name in ("br", "cr"):
                line.text.append("\n")
            elif name == "noBreakHyphen":
                line.text.append("-")
            elif name == "sym":
                line.text.append(_symbol(attribute(one, "char")))
            elif name in ("footnoteReference", "endnoteReference"):
                self._call(one, name.removesuffix("Reference"), line)
            elif name == "txbxContent":
                line.boxes.append(one)
            elif name in ("blip", "imagedata"):
                self.not_read["image"] += 1
            elif name == "commentReference":
                self.not_read["comment"] += 1
            elif name in ("OLEObject", "chart"):
                self.not_read["embedded object"] += 1
            elif name == "AlternateContent" or name not in _NOTHING:
                self._read(one, line, depth + 1)

    def _is_hidden(self, run: Element, line: _Line) -> bool:
        properties = child(run, "rPr")
        hidden = _is_on(child(properties, "vanish"))
        if hidden is None:
            return line.is_hidden or self._hides(_value(properties, "rStyle"))
        return hidden

    def _hides(self, style: str) -> bool:
        """Return whether a style hides its words, by itself or by one that it is based on."""
        return next((one.is_hidden for one in self._chain(style) if one.is_hidden is not None), False)

    def _call(self, reference: Element, kind: str, line: _Line) -> None:
        note = self._notes[kind].get(attribute(reference, "id"))
        if note is not None:
            self._called.append(note)
            line.text.append(f"[{len(self._called)}]")

    # --- lists --------------------------------------------------------------------------------------

    def _style_of(self, properties: Element | None) -> str:
        named = child(properties, "pStyle")
        return attribute(named, "val") if named is not None else ""

    def _is_heading(self, properties: Element | None, style: str) -> bool:
        if child(properties, "outlineLvl") is not None:
            return True
        return any(one.is_heading for one in self._chain(style))

    def _mark(self, properties: Element | None, style: str) -> str:
        """Return the mark of a paragraph in a list, indented by its level; empty if it is in none."""
        numbering, level = self._list_of(style)
        own = child(properties, "numPr")
        if own is not None:
            named, depth = child(own, "numId"), child(own, "ilvl")
            numbering = attribute(named, "val") if named is not None else numbering
            level = attribute(depth, "val") if depth is not None else level
        at = number(level, 0)
        found = self._lists.get(numbering)
        if found is None or at not in found.levels:
            return ""
        if numbering not in self._begun:
            self._begun.add(numbering)
            for restarted in found.restarted:
                self._numbers.pop((found.kind, restarted), None)
        mark = self._number(found.kind, at, found.levels)
        return "  " * at + mark if mark else ""

    def _list_of(self, style: str) -> tuple[str, str]:
        """Return the list and level that a style or one that it is based on names."""
        numbering = level = ""
        for one in self._chain(style):
            numbering, level = numbering or one.numbering, level or one.level
        return numbering, level

    def _chain(self, style: str) -> Iterator[_Style]:
        """Yield a style and those that it is based on."""
        for _ in range(_DEEPEST):
            found = self._styles.get(style)
            if found is None:
                return
            yield found
            style = found.based_on

    def _number(self, kind: str, at: int, levels: Mapping[int, _Level]) -> str:
        """Return the mark of the next item on a level: a bullet, or its number as the document writes it."""
        level = levels[at]
        self._numbers[kind, at] = self._numbers.get((kind, at), level.start - 1) + 1
        for deeper in range(at + 1, max(levels) + 1):
            self._numbers.pop((kind, deeper), None)
        if level.format == "bullet":
            return BULLET
        if level.format == "none":
            return ""
        pattern = level.pattern
        for place in range(at + 1):
            other = levels.get(place, level)
            count = self._numbers.get((kind, place), other.start)
            pattern = pattern.replace(f"%{place + 1}", numeral(count, other.format))
        return f"{pattern.strip()} " if pattern.strip() else ""

    # --- the end ------------------------------------------------------------------------------------

    def add_notes(self) -> None:
        """Add the notes that the text calls, each with its number."""
        done = 0
        while done < len(self._called):
            builder = TextBuilder()
            self.add_blocks(self._called[done], builder)
            done += 1
            self.builder.block(PARAGRAPH)
            self.builder.write_as_is(f"[{done}] {builder.text().strip()}")

    def count_outside(self, folder: str) -> None:
        """Count the headers and footers of pages that have words."""
        for name in self._package.names:
            kind = name.removeprefix(f"{folder}")[:6]
            if kind in _OUTSIDE and name.endswith(".xml"):
                root = self._package.find(name)
                has_words = root is not None and any(local(one) == "t" and one.text for one in root.iter())
                self.not_read[_OUTSIDE[kind]] += has_words


def _inside(parent: Element, name: str, depth: int = 0) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, also those in a content control or a tracked change."""
    for one in parent if depth < _DEEPEST else ():
        if local(one) == name:
            yield one
        elif local(one) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _inside(one, name, depth + 1)


def _symbol(char: str) -> str:
    """Return a character of a symbol font; those in its private range are bullets and ornaments."""
    try:
        number = int(char, 16)
    except ValueError:
        return ""
    return "•" if 0xE000 <= number <= 0xF8FF or not 0x20 <= number < 0xD800 else chr(number)


def _styles(root: Element | None) -> dict[str, _Style]:
    found = {}
    for one in root if root is not None else ():
        if local(one) == "style":
            base, properties = child(one, "basedOn"), child(one, "pPr", "numPr")
            numbering, level = child(properties, "numId"), child(properties, "ilvl")
            found[attribute(one, "styleId")] = _Style(
                attribute(base, "val") if base is not None else "",
                attribute(numbering, "val") if numbering is not None else "",
                attribute(level, "val") if level is not None else "",
                _is_on(child(one, "rPr", "vanish")),
                child(one, "pPr", "outlineLvl") is not None,
            )
    return found


def _lists(root: Element | None) -> dict[str, _List]:
    """Return each list by its id."""
    kinds = dict[str, dict[int, _Level]]()
    found = dict[str, _List]()
    for one in root if root is not None else ():
        if local(one) == "abstractNum":
            kinds[attribute(one, "abstractNumId")] = _levels(one)
        elif local(one) == "num":
            kind, restarted = _value(one, "abstractNumId"), set[int]()
            levels = dict(kinds.get(kind, {}))
            for override in one:
                levels.update(_levels(override))
                at, start = number(attribute(override, "ilvl"), 0), _value(override, "startOverride")
                if start and at in levels:
                    levels[at] = levels[at]._replace(start=number(start))
                    restarted.add(at)
            found[attribute(one, "numId")] = _List(kind, levels, frozenset(restarted))
    return found


def _levels(parent: Element) -> dict[int, _Level]:
    found = {}
    for one in parent:
        if local(one) == "lvl":
            at, start = number(attribute(one, "ilvl"), 0), number(_value(one, "start"))
            if at < _LEVELS:
                found[at] = _Level(_value(one, "numFmt") or "decimal", _value(one, "lvlText"), start)
    return found


def _is_on(switch: Element | None) -> bool | None:
    """Return whether a property is on, None if it is absent."""
    return None if switch is None else attribute(switch, "val") not in ("0", "false", "off")


def _value(parent: Element | None, name: str) -> str:
    found = child(parent, name)
    return attribute(found, "val") if found is not None else ""


def _notes(root: Element | None, kind: str) -> dict[str, Element]:
    """Return the notes by their id, without the lines that separate notes from the page."""
    notes = (one for one in root if local(one) == kind) if root is not None else iter(())
    return {attribute(one, "id"): one for one in notes if not attribute(one, "type")}

"""Write a codebook as a coding book: markdown to read and import again, or one HTML page that loads nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

from codetui.core.codebook.diff import PartOrder, in_reading_order, parts
from codetui.core.codebook.index import label_from
from codetui.formats.codebook.writer import Fields, tables_of
from codetui.formats.coding_book.reader import embed_codebook, parse_coding_book
from codetui.formats.coding_book.vocabulary import IS_WORD_ID, PROFILE
from codetui.model import Codebook

RULE = "---"
PLAIN_VERSION = re.compile(r"v\d[\w.]*|\d+\.\d[\w.]*", re.IGNORECASE)
"""A version that is recognised without the word before it."""

PATTERNS = ("{id}: {name}", "{id}. {name}", "{name}")
BEGINS_LIST = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
HEADING = re.compile(r"#{1,6} \S.*")
PROFILE_LEVEL = 3
LOWEST_LEVEL = 6
NOTHING = ("", (), False)

WORDS = {
    "definition": ("Definition", "Definitie"),
    "responsibilities": ("Core Responsibilities", "Kerntaken"),
    "projects": ("Typical Projects", "Typische projecten"),
    "evidence": ("Evidence Profile", "Bewijsprofiel"),
    "include": ("Include", "Insluiten"),
    "exclude": ("Exclude", "Uitsluiten"),
    "phrases": ("Example Phrases", "Voorbeeldzinnen"),
    "terms": ("Examples", "Voorbeelden"),
    "confused_with": ("Not to be confused with", "Niet te verwarren met"),
    "found_in": ("Found in", "Gevonden in"),
    "retired": ("Retired", "Vervallen"),
    "yes": ("yes", "ja"),
    "for example": ("e.g.,", "bijv."),
    "and so on": ("etc.", "enz."),
    "profiles": ("Profiles", "Profielen"),
}
"""The words of a written coding book, in English and Dutch."""

ElementKind = Literal["profile", "section", "group", "code", "text"]

STYLE = """\
body { font: 11pt/1.5 Georgia, "Times New Roman", serif; color: #111; }
body { max-width: 46em; margin: 2em auto; padding: 0 1em; }
h1, h2, h3, h4, h5, h6 { font-family: Helvetica, Arial, sans-serif; line-height: 1.25; margin: 1.6em 0 .5em; }
h1 { font-size: 1.7em; } h2 { font-size: 1.35em; } h3 { font-size: 1.15em; } h4, h5, h6 { font-size: 1em; }
code { font: .92em "DejaVu Sans Mono", Consolas, monospace; background: #f2f2f2; padding: 0 .2em; }
ul, ol { padding-left: 1.4em; } li { margin: .2em 0; }
table { border-collapse: collapse; } th, td { border: 1px solid #999; padding: .2em .6em; text-align: left; }
hr { border: 0; border-top: 1px solid #bbb; margin: 2em 0; }
@page { margin: 2cm; }
@media print {
  body { font-size: 10pt; margin: 0; max-width: none; padding: 0; }
  h1, h2, h3, h4, h5, h6 { break-after: avoid; } li, tr { break-inside: avoid; }
  code { background: none; } a { color: inherit; text-decoration: none; }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing but the style that it brings."""


def render_coding_book(book: Codebook) -> str:
    """Return the markdown of a coding book that `parse_coding_book` turns back into `book`.

    The codebook itself follows in a comment at the end, unless the visible text alone reads back the same.
    """
    text = visible_text(book)
    back = parse_coding_book(text, "").book
    return text if _facts(back) == _facts(book) else embed_codebook(text, in_reading_order(book))


def visible_text(book: Codebook) -> str:
    """Return the markdown of a coding book for people alone, without the comment."""
    return _Writer(book).text()


def _facts(book: Codebook) -> tuple[object, ...]:
    """Return all that two equal codebooks share: their tables, in reading order."""
    tables = tables_of(in_reading_order(book))
    kinds = (tables.profiles, tables.sections, tables.groups, tables.codes, tables.texts, tables.references)
    return (tables.top, tables.corpus, tables.columns, tables.words, *kinds)


@dataclass(frozen=True, slots=True, eq=False)
class Element:
    """One part or text with all its fields, and the ids of the section and the group around it."""

    kind: ElementKind
    fields: Fields
    section: str = ""
    group: str = ""

    def text(self, name: str) -> str:
        """Return a text field; empty where the element has none of that name."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list field; empty where the element has none of that name."""
        value = self.fields.get(name, ())
        return value if isinstance(value, tuple) else ()


def _elements(book: Codebook) -> list[Element]:
    """Return the elements of a book in reading order, each text before or after the part that it names."""
    tables = tables_of(book)
    order = PartOrder(parts(book))
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


class _Writer:
    """Writes one book: its head, then each element in reading order."""

    def __init__(self, book: Codebook) -> None:
        self._book = in_reading_order(book)
        self._elements = _elements(self._book)
        self._order = PartOrder(parts(self._book))
        self._names = {name: words[book.language == "nl"] for name, words in WORDS.items()}
        pattern = book.label if book.label in PATTERNS else PATTERNS[0]
        self._labels: Mapping[str, str] = {str(code.id): label_from(pattern, code.id, code.name) for code in book.codes}
        self._part = {(each.kind, each.text("id")): each for each in self._elements if each.kind != "text"}
        self._sections = {each.text("id"): each for each in self._elements if each.kind == "section"}
        self._bulleted = {id_ for id_ in self._sections if self._fits_bullets(id_)}
        self._grouped = {each.section for each in self._elements if each.kind == "group"} | {
            place.section for each in self._elements if (place := self._beside(each)) and place.kind == "code"
        }

    def text(self) -> str:
        """Return the whole book."""
        book = self._book
        blocks = [f"# {_title(book)}"]
        is_in_list = is_among_profiles = False
        for number, element in enumerate(self._elements):
            if element.kind == "code" and element.section in self._bulleted:
                line = self._bullet(element)
                blocks[-1:] = [f"{blocks[-1]}\n{line}"] if is_in_list else [blocks[-1], line]
                is_in_list = True
                continue
            is_in_list = False
            if element.kind == "profile" and not is_among_profiles:
                blocks.append(f"## {self._names['profiles']}")
                is_among_profiles = True
            if self._begins_chapter(number):
                blocks.append(RULE)
            blocks.append(self._element(element))
            if element.text("before") and (beside := self._beside(element)) and beside.kind == "profile":
                is_among_profiles = bool(PROFILE.search(element.text("title")))
        return "\n\n".join(filter(None, blocks)) + "\n"

    def _element(self, element: Element) -> str:
        match element.kind:
            case "profile":
                return self._profile(element)
            case "section":
                heading = element.text("heading")
                title = heading.partition(" ")[2] if HEADING.fullmatch(heading) else heading or element.text("title")
                return _headed(self._level(element.section), title, [element.text("definition")])
            case "group":
                level = self._level(element.section) + 1
                return _headed(level, element.text("title"), [element.text("definition")])
            case "code":
                return self._code(element)
            case "text":
                title, body = element.text("title"), element.text("body")
                level = min(self._text_level(element), LOWEST_LEVEL)
                return "\n\n".join(filter(None, (f"{'#' * level} {title}" if title else "", body)))

    # --- parts ------------------------------------------------------------------------------------------

    def _profile(self, element: Element) -> str:
        subtitle = element.text("subtitle")
        heading = f"{element.text('id')}. `{element.text('name')}`" + (f" ({subtitle})" if subtitle else "")
        names = ("definition", "responsibilities", "projects", "evidence")
        return _headed(PROFILE_LEVEL, heading, [self._field(element, name) for name in names])

    def _code(self, element: Element) -> str:
        """Return a code under a heading of its own."""
        confused = ", ".join(self._labels.get(id_, id_) for id_ in element.texts("confused_with"))
        fields = [
            *(self._field(element, name) for name in ("definition", "include", "exclude")),
            self._examples(element),
            f"- **{self._names['confused_with']}:** {confused}" if confused else "",
            *(self._field(element, name) for name in ("found_in", "retired")),
        ]
        return _headed(self._code_level(element.section), self._labels[element.text("id")], fields)

    def _bullet(self, element: Element) -> str:
        """Return a code as a list entry: its label with its definition, or with its examples in brackets."""
        label = self._labels[element.text("id")]
        examples, definition = element.texts("examples"), element.text("definition")
        if examples:
            return f"- `{label}` ({self._names['for example']} {', '.join(examples)}, {self._names['and so on']})"
        return f"- **`{label}`**" + (f": {definition}" if definition else "")

    def _field(self, element: Element, name: str) -> str:
        """Return a field as a list entry; empty where the element has none."""
        value = element.fields.get(name, "")
        if value in NOTHING:
            return ""
        label = f"- **{self._names[name]}:**"
        if value is True:
            return f"{label} {self._names['yes']}"
        if isinstance(value, tuple):
            return "\n".join([label, *(f"  - {entry}" for entry in value)])
        text = _indented(str(value))
        return f"{label}\n{text}" if BEGINS_LIST.match(text) else f"{label} {text.lstrip()}"

    def _examples(self, element: Element) -> str:
        examples = element.texts("examples")
        if not examples:
            return ""
        if self._sections[element.section].text("holds") == "terms":
            return f"- **{self._names['terms']}:** {', '.join(f'`{entry}`' for entry in examples)}"
        return "\n".join([f"- **{self._names['phrases']}:**", *(f'  - "{entry}"' for entry in examples)])

    # --- levels -----------------------------------------------------------------------------------------

    def _level(self, section: str) -> int:
        heading = self._sections[section].text("heading")
        return heading.index(" ") if HEADING.fullmatch(heading) else 2

    def _code_level(self, section: str) -> int:
        return self._level(section) + (2 if section in self._grouped else 1)

    def _text_level(self, text: Element) -> int:
        """Return the level of a text's heading: that of the part after it, or one more than the part it belongs to."""
        beside = self._beside(text)
        if beside is None:
            return 2
        is_after = not text.text("before")
        match beside.kind:
            case "profile":
                return PROFILE_LEVEL + 1 if is_after else PROFILE_LEVEL - 1
            case "section":
                level = self._level(beside.section)
                return level if is_after else max(2, level - 1)
            case "group":
                return self._level(beside.section) + 1
            case _:
                return self._code_level(beside.section) + (1 if is_after else -1)

    def _beside(self, text: Element) -> Element | None:
        """Return the part that a text precedes or follows."""
        if text.kind != "text":
            return None
        found = self._order.named(text.text("before") or text.text("after"))
        return self._part[found[0]] if found else None

    def _begins_chapter(self, number: int) -> bool:
        """Return whether a rule precedes an element: a second-level section, or the text that opens a lower one."""
        element = self._elements[number]
        if not number:
            return False
        if element.kind == "section":
            return self._level(element.section) <= 2
        beside = self._beside(element)
        is_first = beside is not None and beside.kind == "section" and self._level(beside.section) > 2
        return is_first and bool(element.text("before"))

    def _fits_bullets(self, section: str) -> bool:
        """Return whether all codes of a section fit into one list."""
        inside = [each for each in self._elements if each.section == section and each.kind in ("group", "code")]
        beside = [place for each in self._elements if (place := self._beside(each))]
        return bool(inside) and all(each.kind == "code" and _is_bullet(each) and each not in beside for each in inside)


def _is_bullet(code: Element) -> bool:
    """Return whether a code fits into one line: an id such as `TASK1`, and a short definition or examples alone."""
    if not IS_WORD_ID.fullmatch(code.text("id")):
        return False
    used = {name for name, value in code.fields.items() if value not in NOTHING}
    others = used - {"id", "name", "section", "key"}
    return (others <= {"definition"} and "\n" not in code.text("definition")) or others == {"examples"}


def _title(book: Codebook) -> str:
    """Return the title with version and status in brackets, on one line."""
    title = book.title
    if book.version:
        word = "" if PLAIN_VERSION.fullmatch(book.version) else "versie " if book.language == "nl" else "version "
        title += f" ({word}{book.version}{f' - {book.status}' if book.status else ''})"
    return " ".join(title.split())


def _headed(level: int, heading: str, below: list[str]) -> str:
    fields = "\n".join(filter(None, below))
    return "\n\n".join(filter(None, (f"{'#' * min(level, LOWEST_LEVEL)} {heading}", fields)))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in text.split("\n"))


def render_page(book: Codebook) -> str:
    """The page; markup that stands in the book is shown, not obeyed, and pictures are left as text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    title = escape(" ".join(filter(None, (book.title, book.version))))
    language = f' lang="{escape(book.language)}"' if book.language else ""
    return (
        f'<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n"
        f"{parser.render(visible_text(book))}</body>\n</html>\n"
    )

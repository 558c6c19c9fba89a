"""Read a coding book in markdown: the TOML of its codebook, and notes on the lines that it was read from."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import NamedTuple

from codetui.formats.codebook.reader import UNTITLED, parse_codebook
from codetui.formats.codebook.writer import DIGITS, Fields, Tables, in_order, render_codebook, write_tables
from codetui.formats.coding_book.build import Builder
from codetui.formats.coding_book.classify import Classifier, Passage, find_sections, passages
from codetui.formats.coding_book.markdown import Node, outline
from codetui.formats.coding_book.pieces import LINE_BREAK, words
from codetui.formats.coding_book.vocabulary import plain_name
from codetui.model import Codebook, Problem

EDITED = (
    "the text was edited after its export and is read as it is; keys, references and settings that only this comment "
    "has are not imported"
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
MARKER = re.compile(r"^[ \t]*\d{1,9}[.)](?=\s)", re.MULTILINE)
DERIVED_FIELDS = {"before", "after", "section", "group", "key", "holds", "label", "confused_with", "language"}
"""The fields whose words are not those of the coding book."""

SHARES = (1, 0.6, 0)
"""The share of a line's words that must be missing for it to be kept as a text, from whole lines to single words."""

STATUS = r"(?:\s*[-–—,:]\s*(?P<status>[^()]+))?"
TITLE_WITH_VERSION = re.compile(
    rf"(?P<title>.*\S)\s*\((?:(?:version|versie) (?P<named>\S+?)|(?P<version>v\d[\w.]*|\d+\.\d[\w.]*)){STATUS}\)",
    re.IGNORECASE,
)
TITLE_BEFORE_VERSION = re.compile(
    rf"(?P<title>.*?\w\)?)[\s,:–—-]+(?:(?:version|versie) (?P<named>\d[\w.]*)|(?P<version>v\d[\w.]*)){STATUS}",
    re.IGNORECASE,
)
VERSION_BELOW = re.compile(
    r"[\s*_>|-]*(?:(?:version|versie)(?: number|nummer)?\b[\s:*_]*(?P<named>v?\d[\w.]*)"
    r"|(?P<version>v\d[\w.]*)(?=\W|$))",
    re.IGNORECASE,
)
LONGEST_HEADING = 400
"""Characters of a heading that may contain a version."""

LINES_BELOW = 4
"""Lines below the heading that may contain the version."""

OPENING = "<!-- codetui codebook "
COMMENT = re.compile(rf"{OPENING}(?P<hash>[0-9a-f]{{64}})\n(?P<toml>.*)\n-->\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CodingBook:
    """The codebook of a coding book, as TOML and parsed.

    `notes` are about lines of the markdown; `structure` are the words that only order the others, such as the names of
    fields, in the order of the text.
    """

    toml: str
    book: Codebook
    notes: tuple[Problem, ...]
    structure: tuple[str, ...]


def parse_coding_book(text: str, file: str, codebook_file: str = "codebook.toml") -> CodingBook:
    """Return the codebook of a coding book; any text has one.  `file` names the markdown in the notes.

    The codebook in the comment of an exported book is preferred as long as the visible text was not edited.
    """
    embedded = extract_codebook(text)
    if embedded.is_current:
        book = parse_codebook(embedded.toml, codebook_file)[0]
        if book is not None:
            return CodingBook(embedded.toml, book, (), ())
    found = _Reader(embedded.text, file).read(codebook_file)
    if not embedded.toml:
        return found
    return replace(found, notes=(*found.notes, Problem(file, embedded.line, "note", EDITED)))


class _Reader:
    """Reads one coding book."""

    def __init__(self, text: str, file: str) -> None:
        text = CONTROL.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
        front = FRONT_MATTER.match(text)
        self._front_matter = front[1] if front else ""
        self._text = "\n" * front[0].count("\n") + text[front.end() :] if front else text
        self._file = file
        self._notes: list[Problem] = []
        self._structure: list[str] = []
        self._title = ""

    def read(self, codebook_file: str) -> CodingBook:
        """Return the whole book."""
        builder = Builder(self._passages(outline(self._text)), self._note)
        tables = builder.build()
        self._structure += builder.structure
        self._add_head(tables)
        self._add_missing_lines(tables)
        _add_keys(tables)
        toml = write_tables(tables)
        book = parse_codebook(toml, codebook_file)[0] or Codebook(title=self._title)
        notes = tuple(sorted(self._notes, key=lambda note: note.line))
        structure = set(self._structure)
        in_order = [*(word for word in words(self._text) if word in structure), *self._structure]
        return CodingBook(toml, book, notes, tuple(dict.fromkeys(in_order)))

    def _note(self, line: int, message: str) -> None:
        self._notes.append(Problem(self._file, line, "note", message))

    def _passages(self, root: Node) -> list[Passage]:
        """Return all parts and texts in the order of their lines; the first heading is the book's title."""
        classifier = Classifier(root)
        first = root.children[0] if root.children else None
        nodes = [replace(root, children=[], end=first.line if first else root.end), *root.children]
        if first is not None and _is_title(first, root, classifier):
            self._title = first.heading
            end = first.children[0].line if first.children else first.end
            introduction = Node("", 0, first.line, first.start, end, first.blocks)
            nodes[1:2] = [introduction, *first.children]
        headings = [classifier.heading(node) for node in nodes]
        for heading in headings:
            find_sections(heading)
        found = passages(headings, self._text.split("\n"), self._title)
        opening = [Passage(None, 1, body=self._front_matter)] if self._front_matter else []
        return sorted([*opening, *found], key=lambda passage: passage.line)

    def _add_head(self, tables: Tables) -> None:
        """Add the title, version and status in the first heading, or the version in the lines below it."""
        title = plain_name(self._title)
        head = _parse_title(title)
        self._structure += (Counter(words(self._title)) - Counter(words(" ".join(head)))).elements()
        if not head.version:
            lines = self._text.split("\n")
            start = next((at for at, line in enumerate(lines, 1) if self._title and self._title in line), 0)
            head = head._replace(version=_version_below(lines[start:]))
        if not title:
            self._note(0, "no heading names the book; write `# Title (v1)` on its first line")
        top: Fields = {"title": head.title or UNTITLED, "version": head.version, "status": head.status}
        tables.top = top | tables.top

    def _add_missing_lines(self, tables: Tables) -> None:
        """Add, as texts, the lines with words that are in no table."""
        source = LINE_BREAK.sub(" ", self._text)
        self._structure += words(" ".join(MARKER.findall(source)))
        source = MARKER.sub("", source)
        missing = Counter(words(source)) - Counter(_words_of(tables)) - Counter(self._structure)
        lines = list(enumerate(source.split("\n"), 1))
        for share in SHARES:
            for number, line in lines:
                here = Counter(words(line)) & missing
                if here and here.total() >= share * len(words(line)):
                    missing.subtract(here)
                    tables.parts["text"].append({"body": line.strip()})
                    self._note(number, "this line was not understood; it is kept as a text at the end of the codebook")


def _is_title(first: Node, root: Node, classifier: Classifier) -> bool:
    """Return whether the first heading names the book: it is above all others, or no section, code or profile."""
    if len(root.children) == 1:
        return True
    heading = classifier.heading(first)
    find_sections(heading)
    return heading.role in ("text", "container")


def _words_of(tables: Tables) -> Iterator[str]:
    """Yield the words in all tables that come from the book itself."""
    for fields in chain([tables.top], *tables.parts.values()):
        for name, value in fields.items():
            if name not in DERIVED_FIELDS and not (name == "title" and fields.get("heading")):
                for text in value if isinstance(value, tuple) else (value,):
                    yield from words(str(text))


def _add_keys(tables: Tables) -> None:
    """Add the keys that the codebook's reader derives, so that people see them."""
    book = parse_codebook(write_tables(tables), "")[0]
    if book is None:
        return
    sections = {section.id: section.key for section in book.sections}
    codes: dict[str, str] = {code.id: code.key for code in book.codes}
    for fields in tables.parts["section"]:
        key = sections.get(str(fields["id"]), "")
        fields["key"] = key if key in DIGITS else ""
    tables.parts["code"] = [
        in_order("code", {**code, "key": codes.get(str(code["id"]), "")}) for code in tables.parts["code"]
    ]


# --- title and version ----------------------------------------------------------------------------------


class _Head(NamedTuple):
    title: str
    version: str = ""
    status: str = ""


def _parse_title(heading: str) -> _Head:
    """Return the title, version and status in a heading; a very long heading is all title."""
    is_short = len(heading) <= LONGEST_HEADING
    found = TITLE_WITH_VERSION.fullmatch(heading) or TITLE_BEFORE_VERSION.fullmatch(heading) if is_short else None
    if found is None:
        return _Head(heading)
    return _Head(found["title"].strip(), found["named"] or found["version"], (found["status"] or "").strip())


def _version_below(lines: list[str]) -> str:
    """Return the version that one of the first lines begins with: `Version 4, 12 March`; empty if none does."""
    for line in islice(filter(str.strip, lines), LINES_BELOW):
        if line.startswith("#"):
            break
        found = VERSION_BELOW.match(line)
        if found:
            return (found["named"] or found["version"]).rstrip(".")
    return ""


class EmbeddedCodebook(NamedTuple):
    """A coding book's visible text, and the TOML of the codebook in its comment on `line`; empty without a comment.

    `is_current` is False if the text was edited since the export.
    """

    text: str
    toml: str = ""
    is_current: bool = False
    line: int = 0


def embed_codebook(text: str, book: Codebook) -> str:
    """Return `text` with the codebook in a comment at its end."""
    toml = render_codebook(book).replace("&", "&amp;").replace("-->", "--&gt;").rstrip("\n")
    return f"{text}\n{OPENING}{_hash(text)}\n{toml}\n-->\n"


def extract_codebook(text: str) -> EmbeddedCodebook:
    """Return the text and the codebook of a coding book.  Line ends and blank lines at the edges are no edits."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = text.rfind(OPENING)
    found = COMMENT.fullmatch(text, start) if start >= 0 else None
    if found is None:
        return EmbeddedCodebook(text)
    toml = found["toml"].replace("--&gt;", "-->").replace("&amp;", "&") + "\n"
    visible = text[:start]
    return EmbeddedCodebook(visible, toml, _hash(visible) == found["hash"], visible.count("\n") + 1)


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()

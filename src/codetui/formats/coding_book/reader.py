"""A coding book in markdown, read: the TOML of its codebook, and what was made of every line."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from codetui.formats.codebook.reader import UNTITLED, parse_codebook
from codetui.formats.codebook.writer import DIGITS, Fields, Tables, write_tables
from codetui.formats.coding_book.build import Builder, ordered_code
from codetui.formats.coding_book.classify import LINE_BREAK, Draft, Sorter, drafts, find_sections
from codetui.formats.coding_book.embedded import split
from codetui.formats.coding_book.fields import words
from codetui.formats.coding_book.labels import plain_heading, read_head, version_below
from codetui.formats.coding_book.markdown import Node, outline
from codetui.model import Codebook, Problem

NO_WORDS = {"before", "after", "section", "group", "key", "holds", "label", "confused_with", "language"}
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
MARKER = re.compile(r"^[ \t]*\d{1,9}[.)](?=\s)", re.MULTILINE)
SHARES = (1, 0.6, 0)
"""Of the words of a line, how many must be lost for it to be kept again: those that are lost whole come first."""

EDITED = (
    "the text was edited after its export, so it is read anew; keys, references and settings that only the comment "
    "at the end holds are not imported"
)
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CodingBook:
    """A coding book as it was understood.

    `toml` is the text of its codebook, `book` what that says.  `notes` speak of the markdown, line by line;
    `structure` are the words that only order the others, such as the names of fields.
    """

    toml: str
    book: Codebook
    notes: tuple[Problem, ...]
    structure: tuple[str, ...]


def read(text: str, file: str, codebook_file: str = "codebook.toml") -> CodingBook:
    """Return the codebook of a coding book; any text gives one.  `file` names the markdown in the notes.

    The codebook in the comment of an exported book is preferred as long as the visible text was not edited.
    """
    embedded = split(text)
    if embedded.is_current:
        book = parse_codebook(embedded.toml, codebook_file)[0]
        if book is not None:
            return CodingBook(embedded.toml, book, (), ())
    found = _Reading(embedded.text, file).run(codebook_file)
    if not embedded.toml:
        return found
    note = Problem(file, embedded.line, "note", EDITED)
    return replace(found, notes=(*found.notes, note))


class _Reading:
    """One coding book being read."""

    def __init__(self, text: str, file: str) -> None:
        text = CONTROL.sub("", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
        self._file = file
        self._notes: list[Problem] = []
        self._dropped: list[str] = []
        front = FRONT_MATTER.match(text)
        self._front = front[1] if front else ""
        self._text = "\n" * front[0].count("\n") + text[front.end() :] if front else text
        self._title = ""

    def run(self, codebook_file: str) -> CodingBook:
        """The whole book."""
        builder = Builder(self._drafts(outline(self._text)), self._note)
        tables = builder.build()
        self._dropped += builder.dropped
        self._head(tables)
        self._keep_lost(tables)
        toml = write_tables(with_keys_of(tables))
        book = parse_codebook(toml, codebook_file)[0] or Codebook(title=self._title)
        notes = tuple(sorted(self._notes, key=lambda note: note.line))
        return CodingBook(toml, book, notes, tuple(dict.fromkeys(self._dropped)))

    def _note(self, line: int, message: str) -> None:
        self._notes.append(Problem(self._file, line, "note", message))

    # --- the parts --------------------------------------------------------------------------------------

    def _drafts(self, root: Node) -> list[Draft]:
        """All parts and texts in the order of their lines; the first heading is the book's title."""
        sorter = Sorter(root)
        first = root.children[0] if root.children else None
        before = replace(root, children=[], end=first.line if first else root.end)
        nodes = [before, *root.children]
        if first is not None and _is_title(first, root, sorter):
            self._title = first.heading
            own_end = first.children[0].line if first.children else first.end
            intro = Node("", 0, first.line, first.start, own_end, first.blocks)
            nodes = [before, intro, *first.children, *root.children[1:]]
        parts = [sorter.part(node) for node in nodes]
        for part in parts:
            find_sections(part)
        found = drafts(parts, self._text.split("\n"), self._title)
        opening = [Draft(None, 1, body=self._front, is_opening=True)] if self._front else []
        return sorted([*opening, *found], key=lambda draft: draft.line)

    # --- the head ---------------------------------------------------------------------------------------

    def _head(self, tables: Tables) -> None:
        """Title, version and status from the first heading, and what comments say of the book as a whole."""
        title = plain_heading(self._title)
        head = read_head(title)
        top: Fields = {"title": head.title or UNTITLED, "version": head.version, "status": head.status}
        self._dropped += (Counter(words(self._title)) - Counter(words(" ".join(head)))).elements()
        if not head.version:
            lines = self._text.split("\n")
            start = next((at for at, line in enumerate(lines, 1) if self._title and self._title in line), 0)
            top["version"] = version_below(lines[start:])
        if not title:
            self._note(0, "no heading names the book; write `# Title (v1)` on its first line")
        tables.top = top | tables.top

    # --- nothing is lost --------------------------------------------------------------------------------

    def _keep_lost(self, tables: Tables) -> None:
        """Keep, as texts, the lines with words that came into no table."""
        source = LINE_BREAK.sub(" ", self._text)
        self._dropped += words(" ".join(MARKER.findall(source)))
        source = MARKER.sub("", source)
        lost = Counter(words(source)) - Counter(said_in(tables)) - Counter(self._dropped)
        lines = list(enumerate(source.split("\n"), 1))
        for share in SHARES:
            for number, line in lines:
                missing = Counter(words(line)) & lost
                if missing and missing.total() >= share * len(words(line)):
                    lost.subtract(missing)
                    tables.texts.append({"body": line.strip()})
                    self._note(number, "this line was not understood; it is kept as a text at the end of the codebook")


def said_in(tables: Tables) -> list[str]:
    """The words of all tables that the book itself says, and no reference from one part to another."""
    found: list[str] = []
    kinds = (tables.profiles, tables.sections, tables.groups, tables.codes, tables.texts)
    for fields in (tables.top, *(each for kind in kinds for each in kind)):
        own = NO_WORDS | ({"title"} if fields.get("heading") else set())
        for name, value in fields.items():
            texts = value if isinstance(value, tuple) else (value,)
            found += [] if name in own else [word for text in texts for word in words(str(text))]
    return found


def with_keys_of(tables: Tables) -> Tables:
    """The tables with the keys that the codebook's reader derives, so that people see them."""
    book = parse_codebook(write_tables(tables), "")[0]
    if book is None:
        return tables
    sections = {section.id: section.key for section in book.sections}
    codes: dict[str, str] = {code.id: code.key for code in book.codes}
    for fields in tables.sections:
        key = sections.get(str(fields["id"]), "")
        fields.setdefault("key", key if key in DIGITS else "")
    tables.codes = [ordered_code({"key": codes.get(str(fields["id"]), ""), **fields}) for fields in tables.codes]
    return tables


def _is_title(first: Node, root: Node, sorter: Sorter) -> bool:
    """Whether the first heading names the book: it stands over everything, or is no section, code or profile itself."""
    if len(root.children) == 1:
        return True
    part = sorter.part(first)
    find_sections(part)
    return part.role in ("text", "holder")

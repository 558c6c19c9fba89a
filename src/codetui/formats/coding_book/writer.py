"""Write a codebook as a coding book: markdown that can be imported again, or one self-contained HTML page."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape
from importlib.resources import files

from codetui.core.codebook.diff import KINDS, AnyPart, Part, PartOrder, in_reading_order, parts, parts_of
from codetui.core.codebook.index import label_from
from codetui.core.codebook.keys import with_keys
from codetui.formats.coding_book.pieces import BEGINS_LIST
from codetui.formats.coding_book.reader import PATTERNS, embed_codebook, parse_coding_book
from codetui.formats.coding_book.vocabulary import IS_WORD_ID, WORDS, WRITTEN
from codetui.model import Code, Codebook, CodebookText, Group, Profile, Section

Element = AnyPart | CodebookText
RULE = "---"
PLAIN_VERSION = re.compile(r"v\d[\w.]*|\d+\.\d[\w.]*", re.IGNORECASE)
"""A version that is recognised without the word before it."""

OWN_QUOTES = '"“”„«»`'
LINE_START = re.compile("^(?=.)", re.MULTILINE)
HEADING = re.compile(r"#{1,6} \S.*")
PROFILE_LEVEL = 3
LOWEST_LEVEL = 6

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The content security policy of the page: nothing is loaded but its own style."""


def render_coding_book(book: Codebook) -> str:
    """Return the markdown of a coding book that `parse_coding_book` turns back into `book`.

    A comment at the end contains the codebook, unless the visible text alone parses to the same codebook.
    """
    text = visible_text(book)
    back = parse_coding_book(text, "").book
    return text if _facts(back) == _facts(book) else embed_codebook(text, in_reading_order(book))


def visible_text(book: Codebook) -> str:
    """Return the visible markdown of a coding book, without the comment."""
    return _Writer(book).text()


def _facts(book: Codebook) -> Codebook:
    """Return a codebook in the form used for comparison: in reading order, with keys, without the hash."""
    return replace(with_keys(in_reading_order(book)), content_hash="")


class _Writer:
    """Writes one book: its head, then its parts and texts in reading order."""

    def __init__(self, book: Codebook) -> None:
        self._book = book = in_reading_order(book)
        self._order = PartOrder(parts(book))
        self._parts = {Part(kind, each.id): each for kind in KINDS for each in parts_of(book, kind)}
        self._sections = {section.id: section for section in book.sections}
        self._names = {name: words[book.language == "nl"] for name, words in WRITTEN.items()}
        pattern = book.label if book.label in PATTERNS.values() else PATTERNS["colon"]
        self._labels: dict[str, str] = {code.id: label_from(pattern, code.id, code.name) for code in book.codes}
        beside = map(self._beside, book.texts)
        self._grouped = {each.section for each in (*book.groups, *beside) if isinstance(each, Group | Code)}
        with_headings = {code.section for code in book.codes if not _is_bullet(code)}
        self._bulleted = {code.section for code in book.codes} - self._grouped - with_headings

    def text(self) -> str:
        """Return the whole book."""
        blocks = [f"# {_title(self._book)}"]
        is_in_list = is_among_profiles = False
        for number, element in enumerate(self._elements()):
            if isinstance(element, Code) and element.section in self._bulleted:
                line = self._bullet(element)
                blocks[-1:] = [f"{blocks[-1]}\n{line}"] if is_in_list else [blocks[-1], line]
                is_in_list = True
                continue
            is_in_list = False
            if isinstance(element, Profile) and not is_among_profiles:
                blocks.append(f"## {self._names['profiles']}")
                is_among_profiles = True
            if number and self._begins_chapter(element):
                blocks.append(RULE)
            blocks.append(self._element(element))
            if isinstance(element, CodebookText) and element.before and isinstance(self._beside(element), Profile):
                is_among_profiles = bool(WORDS["profile"].search(element.title))
        return "\n\n".join(filter(None, blocks)) + "\n"

    def _elements(self) -> list[Element]:
        """Return the parts and texts in reading order, each text before or after the part that it names."""
        placed: list[tuple[tuple[int, int], Element]] = [
            *((self._order.text_place(text), text) for text in self._book.texts),
            *(((number, 1), self._parts[part]) for number, part in enumerate(self._order.parts)),
        ]
        return [element for _, element in sorted(placed, key=lambda pair: pair[0])]

    def _element(self, element: Element) -> str:
        match element:
            case Profile():
                return self._profile(element)
            case Section():
                heading = element.heading
                title = heading.partition(" ")[2] if HEADING.fullmatch(heading) else heading or element.title
                return _headed(self._level(element.id), title, element.definition)
            case Group():
                return _headed(self._level(element.section) + 1, element.title, element.definition)
            case Code():
                return self._code(element)
            case CodebookText():
                level = min(self._text_level(element), LOWEST_LEVEL)
                heading = f"{'#' * level} {element.title}" if element.title else ""
                return "\n\n".join(filter(None, (heading, element.body)))

    # --- parts ------------------------------------------------------------------------------------------

    def _profile(self, profile: Profile) -> str:
        heading = f"{profile.id}. `{profile.name}`" + (f" ({profile.subtitle})" if profile.subtitle else "")
        names = ("definition", "responsibilities", "projects", "evidence")
        return _headed(PROFILE_LEVEL, heading, *(self._field(name, getattr(profile, name)) for name in names))

    def _code(self, code: Code) -> str:
        """Return a code under its own heading."""
        confused = ", ".join(self._labels.get(id_, id_) for id_ in code.confused_with)
        return _headed(
            self._code_level(code.section),
            self._labels[code.id],
            self._field("definition", code.definition),
            self._field("include", code.include),
            self._field("exclude", code.exclude),
            self._examples(code),
            f"- **{self._names['confused_with']}:** {confused}" if confused else "",
            self._field("found_in", code.found_in),
            self._field("retired", self._names["yes"] if code.is_retired else ""),
        )

    def _bullet(self, code: Code) -> str:
        """Return a code as a list entry: its label, with its definition or with examples in brackets."""
        label = self._labels[code.id]
        if code.examples:
            examples = ", ".join(code.examples)
            return f"- `{label}` ({self._names['for example']} {examples}, {self._names['and so on']})"
        return f"- **`{label}`**" + (f": {code.definition}" if code.definition else "")

    def _field(self, name: str, value: str | tuple[str, ...]) -> str:
        """Return a field as a list entry; empty if it has no value."""
        if not value:
            return ""
        label = f"- **{self._names[name]}:**"
        if isinstance(value, tuple):
            return "\n".join([label, *(f"  - {entry}" for entry in value)])
        text = LINE_START.sub("  ", value)
        return f"{label}\n{text}" if BEGINS_LIST.match(text) else f"{label} {text.lstrip()}"

    def _examples(self, code: Code) -> str:
        if self._sections[code.section].holds == "terms":
            return self._field("terms", ", ".join(f"`{entry}`" for entry in code.examples))
        return self._field("phrases", tuple(map(_phrase, code.examples)))

    # --- levels -----------------------------------------------------------------------------------------

    def _level(self, section: str) -> int:
        heading = self._sections[section].heading
        return heading.index(" ") if HEADING.fullmatch(heading) else 2

    def _code_level(self, section: str) -> int:
        return self._level(section) + (2 if section in self._grouped else 1)

    def _text_level(self, text: CodebookText) -> int:
        """Return the level of a text's heading:

        the level of the part after it, or one more than the part it belongs to.
        """
        is_after = not text.before
        match self._beside(text):
            case None:
                return 2
            case Profile():
                return PROFILE_LEVEL + 1 if is_after else PROFILE_LEVEL - 1
            case Section(id=id_):
                return self._level(id_) if is_after else max(2, self._level(id_) - 1)
            case Group(section=section):
                return self._level(section) + 1
            case Code(section=section):
                return self._code_level(section) + (1 if is_after else -1)

    def _beside(self, text: CodebookText) -> AnyPart | None:
        """Return the part that a text precedes or follows."""
        found = self._order.named(text.before or text.after)
        return self._parts[found[0]] if found else None

    def _begins_chapter(self, element: Element) -> bool:
        """Return whether a rule precedes an element: a second-level section, or the text that opens a lower one."""
        if isinstance(element, Section):
            return self._level(element.id) <= 2
        beside = self._beside(element) if isinstance(element, CodebookText) and element.before else None
        return isinstance(beside, Section) and self._level(beside.id) > 2


def _is_bullet(code: Code) -> bool:
    """Return whether a code fits on one line: an id such as `TASK1`, and either a short definition or only examples."""
    has_more = code.include or code.exclude or code.confused_with or code.found_in or code.is_retired
    if not IS_WORD_ID.fullmatch(code.id) or has_more:
        return False
    return not code.definition if code.examples else "\n" not in code.definition


def _phrase(example: str) -> str:
    """Return an example in quotes; one with quotes at either end stays as it is: `"Oui" (yes)`."""
    return example if example[:1] in OWN_QUOTES or example[-1:] in OWN_QUOTES else f'"{example}"'


def _title(book: Codebook) -> str:
    """Return the title with version and status in brackets, on one line."""
    title = book.title
    if book.version:
        word = "" if PLAIN_VERSION.fullmatch(book.version) else "versie " if book.language == "nl" else "version "
        title += f" ({word}{book.version}{f' - {book.status}' if book.status else ''})"
    return " ".join(title.split())


def _headed(level: int, heading: str, *fields: str) -> str:
    below = "\n".join(filter(None, fields))
    return "\n\n".join(filter(None, (f"{'#' * min(level, LOWEST_LEVEL)} {heading}", below)))


def render_page(book: Codebook) -> str:
    """Render the codebook as an HTML page: markup in its texts is escaped, and images are left as text."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    title = escape(" ".join(filter(None, (book.title, book.version))))
    language = f' lang="{escape(book.language)}"' if book.language else ""
    return (
        f'<!DOCTYPE html>\n<html{language}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"{parser.render(visible_text(book))}</body>\n</html>\n"
    )

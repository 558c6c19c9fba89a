"""Parse coding books in markdown as codebooks: tables in TOML, and notes on the lines that they come from."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain, islice
from typing import NamedTuple

from codetui.core.codebook.diff import KINDS, PartKind, PartOrder
from codetui.core.codebook.keys import DIGIT_KEYS, slug, unique_id, with_numbers
from codetui.core.text.display import plural
from codetui.formats.codebook.reader import UNTITLED, parse_codebook
from codetui.formats.codebook.writer import Fields, Tables, in_order, render_codebook, write_tables
from codetui.formats.coding_book import vocabulary
from codetui.formats.coding_book.classify import (
    BookHeading,
    BookPassage,
    Classifier,
    find_sections,
    passages,
)
from codetui.formats.coding_book.markdown import LONGEST_DEFINITION, MarkdownBlock, Node, outline, prose
from codetui.formats.coding_book.notation import as_markdown, plain_signs, with_marked_entries
from codetui.formats.coding_book.pieces import FieldCollector, Piece, split_blocks, words
from codetui.formats.coding_book.tables import LINE_BREAK
from codetui.formats.coding_book.vocabulary import NO_LABEL, FieldKey, Label, Style, plain_name
from codetui.model import Codebook, Problem, text_hash, with_plain_line_ends

EXCERPT_LENGTH = 5
"""Words of a text without a title that a message quotes."""

Notify = Callable[[int, str], None]
"""Reports a message about a line."""

PATTERNS: dict[Style, str] = {"colon": "{id}: {name}", "dot": "{id}. {name}", "name": "{name}"}
SECTION_NUMBER = re.compile(r"[^\d]*(\d+(?:\.\d+)*)")
LONGEST_GROUP_ID = 3
TOKEN = re.compile(r"(?<![\w.])(?:\w+|\W)")
CONTINUED = re.compile(r"\.?\w")
CONJUNCTIONS = {"and", "or", "en", "of", "with", "met"}
LONGEST_REFERENCE = 300
"""Characters of the id and name of a code in a text."""


class Builder:
    """Builds the tables of one book.

    `structure` has the words that only organize the others, such as those of headings.
    """

    def __init__(self, passages: list[BookPassage], notify: Notify) -> None:
        """Assign ids and names to all parts."""
        self.tables = Tables()
        self.structure: list[str] = []
        self.field_names: list[str] = []
        self._notify = notify
        self._passages = passages
        name_parts(passages, notify)
        self._order = PartOrder([passage.part for passage in passages if passage.kind])
        self._codes = [passage.label for passage in passages if passage.kind == "code"]
        self._finder = CodeFinder({label.id: label.name for label in self._codes})
        self._first_inside: dict[BookPassage, BookPassage] = {}
        for passage in passages:
            for parent in (passage.section, passage.group):
                if passage.kind and parent:
                    self._first_inside.setdefault(parent, passage)

    def build(self) -> Tables:
        """Return the tables of all parts and texts in the order of the passages."""
        parts_before = _last_parts(self._passages)
        parts_after = _last_parts(self._passages[::-1])[::-1]
        for passage, before, after in zip(self._passages, parts_before, parts_after, strict=True):
            if passage.kind is None:
                self._add_text_between(passage, before, after)
            else:
                fields = {"id": passage.label.id, **self._fields(passage)}
                self.tables.parts[passage.kind].append(in_order(passage.kind, fields))
        dutch = [name for name in self.field_names if vocabulary.WORDS["dutch"].search(name)]
        self.tables.top["language"] = "nl" if 2 * len(dutch) > len(self.field_names) else ""
        styles = Counter(label.style for label in self._codes)
        self.tables.top["label"] = PATTERNS[styles.most_common(1)[0][0] if styles else "colon"]
        return self.tables

    # --- parts ------------------------------------------------------------------------------------------

    def _fields(self, passage: BookPassage) -> Fields:
        """Return all fields of a part except its id."""
        label, section = passage.label, passage.section
        match passage.kind:
            case "section":
                heading = f"{'#' * passage.level} {passage.heading}"
                return {
                    "title": label.name,
                    "heading": "" if heading == f"## {label.name}" else heading,
                    "holds": passage.section_kind.holds if passage.section_kind else "quotations",
                    "definition": self._definition(passage),
                }
            case "group":
                within = section.label.id if section else ""
                return {"section": within, "title": label.name, "definition": self._definition(passage)}
            case "profile":
                own: Fields = {"name": label.name, "subtitle": label.subtitle}
                return own | self._collected(passage, vocabulary.PROFILE_FIELDS)
            case _:
                parent = passage.group or section
                own = {"group" if passage.group else "section": parent.label.id} if parent else {}
                return {"name": label.name} | own | self._collected(passage, vocabulary.CODE_FIELDS)

    def _definition(self, passage: BookPassage) -> str:
        """Return the paragraphs and lists below a heading as its definition; other blocks are added as a text."""
        texts: list[str] = []
        others: list[MarkdownBlock] = []
        for block in passage.blocks:
            pieces = split_blocks([block], lambda _: False)
            if others or block.kind not in ("paragraph", "list"):
                others.append(block)
            elif any(piece.key == "definition" for piece in pieces):
                for piece in pieces:
                    is_definition = piece.key == "definition"
                    self.structure += words(piece.name) if is_definition else []
                    texts.append(piece.content() if is_definition else piece.named_content())
            else:
                texts.append(prose([block]))
        if others:
            inside = self._first_inside.get(passage)
            self._add_text("", prose(others), others[0].line, inside or passage, is_behind=not inside)
        return "\n\n".join(filter(None, texts))

    def _collected(self, passage: BookPassage, allowed: set[FieldKey]) -> Fields:
        """Return the collected fields of a code or profile, beginning with its label; add texts that fit no field."""
        label = passage.label
        kind = passage.section.section_kind if passage.section else None
        collector = FieldCollector(allowed, holds_terms=kind is not None and kind.holds == "terms")
        head, *others = passage.pieces or [Piece("plain", passage.line)]
        if head.kind not in ("code", "profile"):
            head, others = Piece("code", passage.line), passage.pieces
        collector.add_head(head, head.text or label.rest)
        for piece in others:
            collector.add(piece)
        self.field_names += collector.names
        kept = words(" ".join((label.id, label.name, label.subtitle, label.rest)))
        unused = Counter(words(passage.heading)) - Counter(kept)
        self.structure += [*words(head.name), *collector.structure, *unused.elements()]
        ids: list[str] = []
        for line, name, text in collector.references:
            found, has_other_words = self._finder.find(text)
            ids += found
            if has_other_words or not found:
                collector.texts.append((line, name, text))
            else:
                self.structure += words(text)
        for line, title, body in sorted(collector.texts):
            self._add_text(title, body, line, passage, is_behind=True)
        return collector.fields | ({"confused_with": tuple(dict.fromkeys(ids))} if ids else {})

    # --- texts ------------------------------------------------------------------------------------------

    def _add_text_between(self, passage: BookPassage, before: BookPassage | None, after: BookPassage | None) -> None:
        """Add a text that precedes the next part or follows the previous one.

        A first text without a title opens the book.
        """
        title = vocabulary.plain_name(passage.heading)
        if not passage.body and (not title or vocabulary.WORDS["only_profiles"].fullmatch(title)):
            self.structure += words(title)
            return
        part, is_behind = after, False
        if before and (passage.is_behind or not after):
            is_behind = True
            parents = [] if passage.is_behind else [before.section, before.group]
            part = next((each for each in parents if each and 0 < passage.level <= each.level), before)
        elif not (title or before):
            part = None
        self._add_text(title, passage.body, passage.line, part, is_behind=is_behind)

    def _add_text(self, title: str, body: str, line: int, beside: BookPassage | None, *, is_behind: bool) -> None:
        """Add a text with the name of the part beside it, and report it."""
        if not title and not body:
            return
        part = beside.part if beside else None
        place: Fields = {"after" if is_behind else "before": self._order.name_of(part)} if part else {}
        self.tables.parts["text"].append({"title": title, **place, "body": body})
        name = title or " ".join(body.split()[:EXCERPT_LENGTH]) + " …"
        where = f"{'after' if is_behind else 'before'} {part.kind} {part.id}" if part else "at the beginning"
        self._notify(line, f"“{name}” is not a field or a part of the codebook; it is kept as a text {where}")


def _last_parts(passages: list[BookPassage]) -> list[BookPassage | None]:
    """Return for each passage the last part before it."""

    def last_part(last: BookPassage | None, passage: BookPassage | None) -> BookPassage | None:
        return passage if passage and passage.kind else last

    return list(accumulate([None, *passages[:-1]], last_part))


# --- names of parts -------------------------------------------------------------------------------------


def name_parts(passages: Iterable[BookPassage], notify: Notify) -> None:
    """Label each part with its final id and name; `notify` is called for ids that are not in the book."""
    of_kind: dict[PartKind, list[BookPassage]] = {kind: [] for kind in KINDS}
    for passage in passages:
        if passage.kind:
            of_kind[passage.kind].append(passage)
    _name_sections(of_kind["section"])
    _name_codes(of_kind["code"], notify)
    _name_groups(of_kind["group"], of_kind["code"])
    _name_profiles(of_kind["profile"])


def _name_sections(sections: list[BookPassage]) -> None:
    """Name sections after their kind, except where several have the same kind."""
    taken: dict[str, int] = {}
    kinds = Counter(passage.section_kind for passage in sections)
    for passage in sections:
        if kinds[passage.section_kind] > 1:
            passage.section_kind = None
        kind = passage.section_kind
        title = kind.title if kind else vocabulary.chapter_title(passage.heading)
        passage.label = Label(unique_id(kind.id if kind else slug(title), taken), title)


def _name_codes(codes: list[BookPassage], notify: Notify) -> None:
    taken: dict[str, int] = {}
    for passage in codes:
        label = Label("", vocabulary.code_name(passage.heading)) if passage.label == NO_LABEL else passage.label
        id_ = label.id
        if not id_:
            id_ = unique_id(slug(label.name), taken)
            notify(passage.line, f"“{label.name}” has no id in the book; {id_} is used")
        elif id_.isdigit() and id_ in taken and passage.section:
            number = SECTION_NUMBER.match(passage.section.heading)
            id_ = unique_id(f"{number[1] if number else passage.section.label.id}.{id_}", taken)
            notify(passage.line, f"another code has the id {label.id}; {id_} is used for this one")
        taken.setdefault(id_, 1)
        passage.label = label._replace(id=id_, name=label.name or label.id)


def _name_groups(groups: list[BookPassage], codes: list[BookPassage]) -> None:
    """Name groups after the part of the id that only their codes share: `A` for `1.A.1` and `1.A.2`."""
    taken: dict[str, int] = {}
    stems: dict[BookPassage, set[str]] = {group: set() for group in groups}
    for code in codes:
        if code.group:
            stems[code.group].add(code.label.id.rpartition(".")[0])
    shared = {group: next(iter(those)) if len(those) == 1 else "" for group, those in stems.items()}
    lasts = Counter(stem.split(".")[-1] for stem in shared.values())
    for group, stem in shared.items():
        title = vocabulary.plain_name(group.heading)
        last = stem.split(".")[-1]
        is_clear = stem and lasts[last] == 1 and len(last) <= LONGEST_GROUP_ID
        group.label = Label(unique_id(last if is_clear else stem or slug(title), taken), title)


def _name_profiles(profiles: list[BookPassage]) -> None:
    """Number the profiles that have no id."""
    labels = [vocabulary.profile_label(each.heading) if each.heading else each.label for each in profiles]
    ids = with_numbers([label.id for label in labels])
    for passage, label, id_ in zip(profiles, labels, ids, strict=True):
        passage.label = label._replace(id=id_)


# --- references to codes --------------------------------------------------------------------------------


class CodeFinder:
    """Finds the codes that texts refer to: `TASK2, TASK4: Software Development and **Modeling**`."""

    def __init__(self, names: dict[str, str]) -> None:
        """Index the codes by their label, by name with id, by id and by name; `names` maps ids to names."""
        self._ids: dict[str, str] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for id_, name in names.items():
            labels = [f"{id_}{mark}{name}" for mark in (": ", ". ", " ", " - ", " – ")]
            for reference in (*labels, f"{name} ({id_})", id_, name):
                first = TOKEN.match(reference)
                if first and reference.strip() and len(reference) <= LONGEST_REFERENCE:
                    self._ids.setdefault(reference, id_)
                    lengths[first[0]].add(len(reference))
        self._lengths = {word: sorted(of_word, reverse=True) for word, of_word in lengths.items()}
        """The lengths of the references that begin with a word, the longest first."""

    def find(self, text: str) -> tuple[list[str], bool]:
        """Return the ids of the codes in a text, in order, and whether the text has other words as well.

        Of several references at one place the longest counts.
        """
        ids: list[str] = []
        rest: list[str] = []
        end = 0
        for token in TOKEN.finditer(text):
            start = token.start()
            if start < end:
                continue
            for length in self._lengths.get(token[0], ()):
                reference = text[start : start + length]
                if reference in self._ids and not CONTINUED.match(text, start + length):
                    ids.append(self._ids[reference])
                    rest.append(text[end:start])
                    end = start + length
                    break
        others = [word for word in words(" ".join((*rest, text[end:]))) if word.casefold() not in CONJUNCTIONS]
        return list(dict.fromkeys(ids)), bool(others)


EDITED = (
    "the text was edited after its export and is read as it is; keys, references and settings that only this comment "
    "has are not imported"
)
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
MARKER = re.compile(r"^[ \t]*\d{1,9}[.)](?=\s)", re.MULTILINE)
ATTRIBUTES = re.compile(r"^(#{1,6}[ \t].*?\S)[ \t]*\{([#.][^{}\n]*)\}[ \t]*$", re.MULTILINE)
"""The anchor and classes behind a heading, as pandoc has them."""
DERIVED_FIELDS = {"before", "after", "section", "group", "key", "holds", "label", "confused_with", "language"}
"""The fields whose words are not those of the coding book."""

HEADED: tuple[PartKind, ...] = ("section", "group")
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

MOST_LINES_ABOVE = 1000
"""Lines among which the first heading is looked for."""

LINES_BELOW = 4
"""Lines below the heading that may contain the version."""

OPENING = "<!-- codetui codebook "
COMMENT = re.compile(rf"{OPENING}(?P<hash>[0-9a-f]{{64}})\n(?P<toml>.*)\n-->\s*\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class CodingBook:
    """The codebook of a coding book, as TOML and parsed.

    `notes` refer to lines of the markdown. `structure` has the words that only organize the others, such as the names
    of fields, in the order of the text; `field_names` are these names as written, each once.
    """

    toml: str
    book: Codebook
    notes: tuple[Problem, ...]
    structure: tuple[str, ...]
    field_names: tuple[str, ...] = ()
    is_guessed: bool = False
    """True if names with any text below or behind them were read as codes, since nothing else was found."""

    share: float = 1.0
    """The part of the words of the markdown that are in its parts, not in texts beside them."""


def parse_coding_book(text: str, file: str, codebook_file: str = "codebook.toml") -> CodingBook:
    """Return the codebook of a coding book; every text yields one.  `file` names the markdown in the notes.

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


def found_instead(text: str) -> str:
    """Return what a text without codes consists of, with lines."""
    nodes = list(outline(with_plain_line_ends(text)).walk())
    blocks = [block for node in nodes for block in node.blocks]
    headings = [(node.line, f": “{node.heading}”") for node in nodes if node.heading]
    counted = [("heading", headings)]
    for name, kind in (("table", "table"), ("list", "list"), ("paragraph", "paragraph")):
        counted.append((name, [(block.line, "") for block in blocks if block.kind == kind]))
    parts = [
        f"{plural(len(those), name)} ({'the first ' if len(those) > 1 else ''}in line {those[0][0]}{those[0][1]})"
        for name, those in counted
        if those
    ]
    return f"{', '.join(parts)}, and none of these names a code with its definition" if parts else "no words"


def is_titled_as_book(text: str) -> bool:
    """Return whether the first heading, or else the first line, is the title of a book of codes."""
    lines = [line for line in text.split("\n", MOST_LINES_ABOVE) if line.strip("\ufeff \t\r=#*-")]
    first = next((line for line in lines if line.startswith("#")), next(iter(lines), ""))
    title = first[:LONGEST_HEADING].strip("\ufeff \r#=*_>")
    words_of_book, about = vocabulary.WORDS["declared"].search(title), vocabulary.WORDS["about"].search(title)
    return words_of_book is not None and about is None


class _Reader:
    """Reads one coding book."""

    def __init__(self, text: str, file: str) -> None:
        self._is_declared = is_titled_as_book(text)
        text = CONTROL.sub("", with_plain_line_ends(text.removeprefix("\ufeff")))
        self._structure = [word for found in ATTRIBUTES.finditer(text) for word in words(found[2])]
        text = ATTRIBUTES.sub(r"\1", text)
        front = FRONT_MATTER.match(text)
        self._front_matter = front[1] if front else ""
        text = "\n" * front[0].count("\n") + text[front.end() :] if front else text
        self._text, self._numbers = as_markdown(plain_signs(text), is_declared=self._is_declared)
        self._file = file
        self._notes: list[Problem] = []
        self._title = ""
        self._is_guessed = False

    def read(self, codebook_file: str) -> CodingBook:
        """Return the whole book."""
        builder = Builder(self._passages(outline(self._text)), self._note)
        tables = builder.build()
        self._structure += builder.structure
        self._add_head(tables)
        self._add_missing_lines(tables)
        add_keys(tables)
        toml = write_tables(tables)
        book = parse_codebook(toml, codebook_file)[0] or Codebook(title=self._title)
        notes = tuple(sorted(self._notes, key=lambda note: note.line))
        structure = set(self._structure)
        in_order = [*(word for word in words(self._text) if word in structure), *self._structure]
        texts = [text for text in tables.parts["text"] if not (self._is_guessed and _is_matter(text))]
        beside = sum(len(words(str(value))) for text in texts for value in text.values())
        headed = [words(str(each.get("definition", ""))) for kind in HEADED for each in tables.parts[kind]]
        beside += sum(len(each) for each in headed if len(each) > LONGEST_DEFINITION)
        share = 1 - beside / max(1, beside, len(words(self._text)))
        names = tuple(dict.fromkeys(builder.field_names))
        return CodingBook(toml, book, notes, tuple(dict.fromkeys(in_order)), names, self._is_guessed, share)

    def _note(self, line: int, message: str) -> None:
        number = self._numbers[line - 1] if 0 < line <= len(self._numbers) else line
        self._notes.append(Problem(self._file, number, "note", message))

    def _passages(self, root: Node) -> list[BookPassage]:
        """Return all parts and texts in the order of their lines; the first heading is the book's title."""
        headings = self._headings(root, Classifier(root, is_declared=self._is_declared))
        if self._is_declared and not any(heading.role == "code" or heading.contains("code") for heading in headings):
            self._is_guessed = True
            self._text = with_marked_entries(self._text)
            root = outline(self._text)
            headings = self._headings(root, Classifier(root, is_declared=True, is_lenient=True))
        for heading in headings:
            find_sections(heading)
        found = passages(headings, self._text.split("\n"), self._title)
        opening = [BookPassage(None, 1, body=self._front_matter)] if self._front_matter else []
        return sorted([*opening, *found], key=lambda passage: passage.line)

    def _headings(self, root: Node, classifier: Classifier) -> list[BookHeading]:
        """Return the outermost headings below the title, classified."""
        first = root.children[0] if root.children else None
        nodes = [replace(root, children=[], end=first.line if first else root.end), *root.children]
        if first is not None and _is_title(first, root, classifier):
            self._title = first.heading
            end = first.children[0].line if first.children else first.end
            introduction = Node("", 0, first.line, first.start, end, first.blocks)
            nodes[1:2] = [introduction, *first.children]
        headings = [classifier.heading(node) for node in nodes]
        classifier.adapt_alike(headings)
        return headings

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
        """Add the lines with words that are in no table, as texts."""
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
    """Return whether the first heading is the book's title: above all others, or no section, code or profile."""
    if len(root.children) == 1:
        return True
    heading = classifier.heading(first)
    find_sections(heading)
    return heading.role in ("text", "container")


def _is_matter(text: Fields) -> bool:
    """Return whether a text introduces a book or is one of its appendices."""
    title = vocabulary.chapter_title(str(text.get("title", "")))
    return not title or vocabulary.WORDS["matter"].match(title) is not None


def _words_of(tables: Tables) -> Iterator[str]:
    """Yield the words in all tables, except in fields that were derived."""
    for fields in chain([tables.top], *tables.parts.values()):
        for name, value in fields.items():
            if name not in DERIVED_FIELDS and not (name == "title" and fields.get("heading")):
                for text in value if isinstance(value, tuple) else (value,):
                    yield from words(str(text))


def add_keys(tables: Tables) -> None:
    """Add the keys that the reader of codebooks derives, so that people see them in the file."""
    book = parse_codebook(write_tables(tables), "")[0]
    if book is None:
        return
    sections = {section.id: section.key for section in book.sections}
    codes: dict[str, str] = {code.id: code.key for code in book.codes}
    for fields in tables.parts["section"]:
        key = sections.get(str(fields["id"]), "")
        fields["key"] = key if key in DIGIT_KEYS else ""
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
    """Return the version at the beginning of one of the first lines (`Version 4, 12 March`), empty if there is none."""
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
    return f"{text}\n{OPENING}{text_hash(text.strip())}\n{toml}\n-->\n"


def extract_codebook(text: str) -> EmbeddedCodebook:
    """Return the text and the codebook of a coding book.

    Changed line ends and blank lines at either end do not count as edits.
    """
    text = with_plain_line_ends(text)
    start = text.rfind(OPENING)
    found = COMMENT.fullmatch(text, start) if start >= 0 else None
    if found is None:
        return EmbeddedCodebook(text)
    toml = found["toml"].replace("--&gt;", "-->").replace("&amp;", "&") + "\n"
    visible = text[:start]
    return EmbeddedCodebook(visible, toml, text_hash(visible.strip()) == found["hash"], visible.count("\n") + 1)

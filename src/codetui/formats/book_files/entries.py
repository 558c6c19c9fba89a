"""Codes as other programs list them, and the codebook that they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from codetui.core.codebook.index import folded
from codetui.core.codebook.keys import DIGIT_KEYS, slug, unique_id
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.codebook.writer import Fields, Tables, in_order, write_tables
from codetui.formats.coding_book import vocabulary
from codetui.formats.coding_book.reader import CONTROL, PATTERNS, CodeFinder, CodingBook, add_keys
from codetui.formats.coding_book.vocabulary import Style
from codetui.model import Codebook, Problem

FieldValue = str | tuple[str, ...]
Path = tuple[str, ...]
SEPARATOR = " / "
"""Between the titles of a group that is several levels deep."""

REST = ("codes", "Codes")
"""Id and title of the section of codes that are in no other."""

MOST_ENTRIES = 20_000
TOO_MANY = f"it has more than {MOST_ENTRIES:,} codes: is it the right file?"
PROSE = ("definition", "include", "exclude")
LISTS = ("examples",)


class UnreadableBookError(ValueError):
    """A file contains no codes that were understood; `line` is 0 if unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class BookEntry(NamedTuple):
    """One code, or a heading above codes.

    `path` has the titles above it, the outermost first. `fields` are those of codebooks, as text or as a list of
    texts; `remarks` are other texts about it with their titles. `line` is 0 where lines mean nothing.
    """

    name: str
    id: str = ""
    path: Path = ()
    fields: Mapping[str, FieldValue] = {}
    is_code: bool = True
    remarks: tuple[tuple[str, str], ...] = ()
    line: int = 0


class FoundBook(NamedTuple):
    """The codes in a file and how it was understood.

    `kind` is what the file is, `columns` has the meaning of each column or field, empty if it has none, and `left_out`
    the number of each kind of thing that codebooks do not have. `version` and `title` are empty if it has none.
    """

    kind: str
    entries: Sequence[BookEntry]
    title: str = ""
    version: str = ""
    columns: Mapping[str, str] = {}
    left_out: Mapping[str, int] = {}
    is_dotted: bool = False
    """True if labels are `1.2. Name`."""


def derived_id(name: str, above: str, names: Mapping[str, int]) -> str:
    """Return the id of a code that has none, with the title `above` it if `names`, folded, has its name twice."""
    return slug(f"{above} {name}") if names.get(folded(name), 0) > 1 else slug(name)


def make_book(found: FoundBook, file: str, codebook_file: str) -> CodingBook:
    """Return the codebook of some codes. Raises UnreadableBookError if there are none."""
    if not any(entry.is_code for entry in found.entries):
        raise UnreadableBookError("it has no code")
    if len(found.entries) > MOST_ENTRIES:
        raise UnreadableBookError(TOO_MANY)
    maker = _Maker(found, file)
    tables = maker.tables()
    add_keys(tables)
    toml = write_tables(tables)
    book = parse_codebook(toml, codebook_file)[0] or Codebook(title=found.title)
    return CodingBook(toml, book, tuple(maker.notes), ())


class _Maker:
    """Makes the tables of a codebook."""

    def __init__(self, found: FoundBook, file: str) -> None:
        entries = list(map(_cleaned, found.entries))
        above = {one.path[:depth] for one in entries for depth in range(1, len(one.path) + 1)}
        inside = [
            # A code with codes below it is the first of these.
            one._replace(path=(*one.path, one.name)) if one.is_code and (*one.path, one.name) in above else one
            for one in entries
        ]
        self._found, self._file = found._replace(entries=inside), file
        self.notes: list[Problem] = []
        headings = [one for one in inside if not one.is_code]
        self._headings = {(*one.path, one.name): one for one in headings[::-1]}
        tops = dict.fromkeys(path[0] for path in self._paths() if path)
        has_rest = any(one.is_code and not one.path for one in inside)
        self._names = Counter(folded(one.name) for one in inside if one.is_code)
        self._has_sections = len(tops) + has_rest <= len(DIGIT_KEYS)
        self._section_ids: dict[str, str] = {}
        self._group_ids: dict[Path, str] = {}
        self._taken: dict[str, dict[str, int]] = {"section": {}, "group": {}, "code": {}}

    def tables(self) -> Tables:
        """Return the tables in the order of the file."""
        tables = Tables()
        codes = [(entry, self._code_id(entry)) for entry in self._found.entries if entry.is_code]
        finder = CodeFinder({id_: entry.name for entry, id_ in codes})
        for path in self._paths():
            self._add_heading(tables, path)
        for entry, id_ in codes:
            self._add_code(tables, entry, id_, finder)
        fields = [name for name, meaning in self._found.columns.items() if meaning]
        dutch = [name for name in fields if vocabulary.WORDS["dutch"].search(name)]
        has_ids = any(entry.id for entry, _ in codes) or max(self._names.values()) > 1
        style: Style = "colon" if has_ids else "name"
        style = "dot" if self._found.is_dotted else style
        tables.top = {
            "title": _plain(self._found.title),
            "version": _plain(self._found.version),
            "language": "nl" if 2 * len(dutch) > len(fields) else "",
            "label": PATTERNS[style],
        }
        return tables

    def _paths(self) -> Iterator[Path]:
        """Yield the path of each heading, and of each code, each once."""
        paths = dict.fromkeys((*one.path, one.name) if not one.is_code else one.path for one in self._found.entries)
        yield from paths

    def _place(self, path: Path) -> tuple[str, Path]:
        """Return the title of the section, and the path of the group in it, of what is below some headings."""
        return (path[0], path[1:]) if path and self._has_sections else (REST[1], path)

    def _add_heading(self, tables: Tables, path: Path) -> None:
        section, group = self._place(path)
        if section not in self._section_ids:
            heading = self._headings.get((section,)) if self._has_sections else None
            own = heading.id if heading else "" if section != REST[1] else REST[0]
            id_ = self._section_ids[section] = unique_id(own or slug(section), self._taken["section"])
            of_heading = heading.fields if heading else {}
            holds, key = of_heading.get("holds") == "terms", of_heading.get("key", "")
            fields: Fields = {"id": id_, "title": section, "holds": "terms" if holds else "quotations", "key": key}
            tables.parts["section"].append(in_order("section", fields | self._definition(heading)))
        if group and (section, *group) not in self._group_ids:
            heading = self._headings.get(path)
            wanted = (heading.id if heading else "") or slug(SEPARATOR.join(group))
            id_ = self._group_ids[(section, *group)] = unique_id(wanted, self._taken["group"])
            title = SEPARATOR.join(group)
            fields = {"id": id_, "section": self._section_ids[section], "title": title}
            tables.parts["group"].append(in_order("group", fields | self._definition(heading)))

    def _definition(self, heading: BookEntry | None) -> Fields:
        definition = heading.fields.get("definition", "") if heading else ""
        return {"definition": definition} if isinstance(definition, str) else {}

    def _code_id(self, entry: BookEntry) -> str:
        above = [title for title in entry.path if title != entry.name]
        wanted = entry.id or derived_id(entry.name, above[-1] if above else "", self._names)
        id_ = unique_id(wanted, self._taken["code"])
        if entry.id and id_ != entry.id:
            self._note(entry, f"another code has the id {entry.id}; {id_} is used for “{entry.name}”")
        return id_

    def _add_code(self, tables: Tables, entry: BookEntry, id_: str, finder: CodeFinder) -> None:
        section, group = self._place(entry.path)
        fields: Fields = {"id": id_, "name": entry.name}
        if group:
            fields["group"] = self._group_ids[(section, *group)]
        else:
            fields["section"] = self._section_ids[section]
        for name, value in entry.fields.items():
            if name == "confused_with":
                ids = [found for each in _listed(value) for found in finder.find(each)[0]]
                fields[name] = tuple(dict.fromkeys(ids))
            elif name == "retired":
                fields[name] = bool(_text(value)) and not vocabulary.WORDS["no"].fullmatch(_text(value))
            elif name in LISTS:
                fields[name] = _listed(value)
            elif name in (*PROSE, "found_in", "key"):
                fields[name] = _text(value)
        tables.parts["code"].append(in_order("code", fields))
        for title, body in entry.remarks:
            tables.parts["text"].append({"title": title, "after": f"code {id_}", "body": body})

    def _note(self, entry: BookEntry, message: str) -> None:
        self.notes.append(Problem(self._file, entry.line, "note", message))


def _cleaned(entry: BookEntry) -> BookEntry:
    """Return an entry without characters that no codebook can hold."""
    return entry._replace(
        name=_plain(entry.name),
        id=_plain(entry.id),
        path=tuple(map(_plain, entry.path)),
        fields={
            name: _plain(value) if isinstance(value, str) else tuple(map(_plain, value))
            for name, value in entry.fields.items()
        },
        remarks=tuple((_plain(title), _plain(text)) for title, text in entry.remarks),
    )


def _plain(text: str) -> str:
    return CONTROL.sub("", text)


def _text(value: FieldValue) -> str:
    return value.strip() if isinstance(value, str) else "\n".join(value)


def _listed(value: FieldValue) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and value else tuple(value)

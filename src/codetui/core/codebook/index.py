"""Looking things up in a codebook: codes, sections, groups, profiles, and how a code's label reads.

The functions scan the book; `CodebookIndex` is for whoever asks often.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from string import ascii_lowercase, ascii_uppercase
from typing import TypeVar
from unicodedata import combining

from codetui.model import Code, Codebook, Group, MemoTarget, Profile, Section

PATTERN_FIELD = re.compile(r"\{(id|name)\}")
FINAL_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,9}$")
DIGIT_KEYS = tuple("123456789")
SECTION_KEYS = "".join(DIGIT_KEYS) + ascii_uppercase
T = TypeVar("T")
Keyed = TypeVar("Keyed", Section, Code)


class CodebookIndex:
    """A codebook with every lookup in a dict."""

    def __init__(self, book: Codebook) -> None:
        """Index `book`; of two things with one id the first counts."""
        self.book = book
        self.codes = _by_id(book.codes, lambda code: code.id)
        self.sections = _by_id(book.sections, lambda section: section.id)
        self.groups = _by_id(book.groups, lambda group: group.id)
        self.profiles = _by_id(book.profiles, lambda profile: profile.id)
        self.labels = {code.id: label(book, code) for code in book.codes}
        self.order = {code.id: number for number, code in enumerate(book.codes)}
        self.codes_of = _by_section(book)
        section_keys = {each.id: each.key for each in book.sections}
        self.short_keys = {code.id: section_keys.get(code.section, "") + code.key for code in book.codes}
        self._names = _Names(book)

    def code_by_label(self, text: str) -> Code | None:
        """The code that a document calls `text`; see `code_by_label` for what is forgiven."""
        return self._names.find(text)


KEPT_BOOKS = 4
"""So many codebooks keep their index: one is made in 0.2 ms, and each document that is read or written asks for it."""


def index_of(book: Codebook) -> CodebookIndex:
    """The index of a codebook, kept for those that were asked for last."""
    return _index_of(_Same(book))


class _Same:
    """A codebook compared by identity: it holds dicts, and has no hash of its own."""

    __slots__ = ("book",)

    def __init__(self, book: Codebook) -> None:
        self.book = book

    def __hash__(self) -> int:
        return id(self.book)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.book is self.book


@lru_cache(maxsize=KEPT_BOOKS)
def _index_of(same: _Same) -> CodebookIndex:
    return CodebookIndex(same.book)


def code_of(book: Codebook, code_id: str) -> Code | None:
    """The code with this id."""
    return next((code for code in book.codes if code.id == code_id), None)


def section(book: Codebook, section_id: str) -> Section | None:
    """The section with this id."""
    return next((each for each in book.sections if each.id == section_id), None)


def group(book: Codebook, group_id: str) -> Group | None:
    """The group with this id."""
    return next((each for each in book.groups if each.id == group_id), None)


def profile(book: Codebook, name_or_id: str) -> Profile | None:
    """The profile with this id or this name; an id counts before a name, an exact one before a folded one."""
    for wanted, fold in ((name_or_id, str), (folded(name_or_id), folded)):
        for part in ("id", "name"):
            for each in book.profiles:
                if fold(each.id if part == "id" else each.name) == wanted:
                    return each
    return None


def profile_name(book: Codebook, name_or_id: str) -> str:
    """The profile's name, or what was asked for where the book has no such profile."""
    found = profile(book, name_or_id)
    return name_or_id if found is None else found.name


def codes_of(book: Codebook, of: Section | Group) -> tuple[Code, ...]:
    """The codes of a section or group in the order of the book; a section's include those of its groups."""
    if isinstance(of, Group):
        return tuple(code for code in book.codes if code.group == of.id)
    return tuple(code for code in book.codes if code.section == of.id)


def groups(book: Codebook, of: Section) -> tuple[Group, ...]:
    """The groups of a section in the order of the book."""
    return tuple(each for each in book.groups if each.section == of.id)


def section_of(book: Codebook, code: Code | Group) -> Section | None:
    """The section in which a code or group stands."""
    return section(book, code.section)


def label(book: Codebook, code: Code) -> str:
    """How documents name a code, after the book's pattern: `TASK5: Operations Engineering (MLOps)`."""
    return label_from(book.label, code.id, code.name)


def label_from(pattern: str, code_id: str, name: str) -> str:
    """The pattern with `{id}` and `{name}` filled in and all else left as it is."""
    return PATTERN_FIELD.sub(lambda field: code_id if field[1] == "id" else name, pattern)


def label_of(book: Codebook, code_id: str) -> str:
    """The label of the code with this id; the id itself where the book lacks it."""
    code = code_of(book, code_id)
    return code_id if code is None else label(book, code)


def place_title(book: Codebook, place: MemoTarget) -> str:
    """What a message calls the place of a note: the title of a section or group, or a code's label."""
    if place.kind in ("code", "entry"):
        return label_of(book, place.id)
    found = section(book, place.id) if place.kind == "section" else group(book, place.id)
    return place.id if found is None else found.title


def short_key(book: Codebook, code: Code) -> str:
    """The presses that assign a code, also its mark in the gutter: section key and code key, such as `15`."""
    found = section_of(book, code)
    return (found.key if found else "") + code.key


def section_by_title(book: Codebook, title: str) -> Section | None:
    """The section that a document's heading names, case and white space forgiven."""
    return _only([each for each in book.sections if folded(each.title) == folded(title)])


def group_by_title(book: Codebook, title: str, section_id: str = "") -> Group | None:
    """The group that a document's heading names, in one section if given; case and white space forgiven."""
    wanted = folded(title)
    return _only([each for each in book.groups if folded(each.title) == wanted and section_id in ("", each.section)])


def code_by_label(book: Codebook, text: str) -> Code | None:
    """The code that a document calls `text`, or None where no code or several could be meant.

    Tried in this order: the exact label; the label with case and white space folded and a final colon off;
    the id alone; the name alone.
    """
    return _Names(book).find(text)


def folded(text: str) -> str:
    """Text as labels and titles are compared: case and white space folded, final colons and stops off."""
    return " ".join(text.casefold().split()).rstrip(":. ")


def with_keys(book: Codebook) -> Codebook:
    """The book with a key for every section and, within its section, for every code.

    A key that is given counts; of two on one key the first keeps it.  A section without one takes the next
    free digit, from the tenth on a capital.  A code takes the number its id ends with (10 is `0`), else the
    first free letter of its name, else of the alphabet, else any character.  Keys are derived in the order of
    the book, so that a code appended without a key changes no other's.
    """
    section_keys = _keys(book.sections, lambda _: SECTION_KEYS)
    code_keys: dict[str, str] = {}
    for codes in _by_section(book).values():
        code_keys |= _keys(codes, _wished_keys)
    sections = tuple(_with_key(each, section_keys) for each in book.sections)
    return replace(book, sections=sections, codes=tuple(_with_key(each, code_keys) for each in book.codes))


def _with_key(part: Keyed, keys: dict[str, str]) -> Keyed:
    return replace(part, key=keys.get(part.id, part.key))


def _keys(parts: Sequence[Keyed], wished: Callable[[Keyed], str]) -> dict[str, str]:
    """A key for each part, by id, no two alike."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    spare = (chr(point) for point in range(0x21, 0x110000) if is_key(chr(point)))
    for part in parts:
        if part.key and part.key not in taken:
            keys.setdefault(part.id, part.key)
            taken.add(part.key)
    for part in parts:
        if part.id not in keys:
            keys[part.id] = next(key for key in chain(wished(part), spare) if key not in taken)
            taken.add(keys[part.id])
    return keys


def _wished_keys(code: Code) -> str:
    """The keys that suit a code, best first: its number, the letters of its name, the alphabet."""
    number = FINAL_NUMBER.search(code.id)
    digit = str(int(number[0]) % 10) if number and 1 <= int(number[0]) <= 10 else ""
    letters = (letter.lower() for letter in code.name if letter.isalpha())
    return digit + "".join(letter for letter in letters if is_key(letter)) + ascii_lowercase


def profile_keys(profiles: Sequence[Profile]) -> list[str]:
    """The digit that takes each profile: its own id where all are digits, else its place; empty beyond the ninth."""
    ids = [one.id for one in profiles]
    if len(set(ids)) == len(ids) and all(one in DIGIT_KEYS for one in ids):
        return ids
    return [str(place) if place <= len(DIGIT_KEYS) else "" for place in range(1, len(ids) + 1)]


def is_key(key: str) -> bool:
    """Whether a person can press `key`: one printable character that stands by itself and is not blank."""
    return len(key) == 1 and key.isprintable() and not key.isspace() and not combining(key)


class _Names:
    """What a document may call each code, from the strictest reading to the most lenient."""

    def __init__(self, book: Codebook) -> None:
        self.exact: dict[str, list[Code]] = {}
        self.lenient: tuple[dict[str, list[Code]], ...] = ({}, {}, {})
        for code in book.codes:
            self.exact.setdefault(label(book, code), []).append(code)
            for names, name in zip(self.lenient, (label(book, code), code.id, code.name), strict=True):
                names.setdefault(folded(name), []).append(code)

    def find(self, text: str) -> Code | None:
        """The one code that the strictest reading with an answer gives."""
        if text in self.exact:
            return _only(self.exact[text])
        wanted = folded(text)
        for names in self.lenient:
            if wanted in names:
                return _only(names[wanted])
        return None


def _by_section(book: Codebook) -> dict[str, list[Code]]:
    """The codes of each section by its id; codes of a section that the book lacks are left out."""
    found: dict[str, list[Code]] = {each.id: [] for each in book.sections}
    for code in book.codes:
        if code.section in found:
            found[code.section].append(code)
    return found


def _only(found: list[T]) -> T | None:
    return found[0] if len(found) == 1 else None


def _by_id(parts: Iterable[T], id_of: Callable[[T], str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for part in parts:
        found.setdefault(id_of(part), part)
    return found

"""Lookups in a codebook: codes, sections, groups and profiles by id, name, title or label.

The functions scan the codebook; `CodebookIndex` answers in constant time.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from codetui.model import Code, Codebook, CodeId, Group, MemoTarget, Profile, Section

PATTERN_FIELD = re.compile(r"\{(id|name)\}")
KEPT_INDEXES = 4
"""Indexes that are cached: making one takes 0.2 ms, and each document that is read or written asks for it."""


T = TypeVar("T")


class CodebookIndex:
    """A codebook with every lookup in a dict."""

    def __init__(self, book: Codebook) -> None:
        """Index `book`; if two parts have the same id, the first counts."""
        self.book = book
        self.codes = _by_id(book.codes, lambda code: code.id)
        self.sections = _by_id(book.sections, lambda section: section.id)
        self.groups = _by_id(book.groups, lambda group: group.id)
        self.profiles = _by_id(book.profiles, lambda profile: profile.id)
        self.labels = {code.id: label(book, code) for code in book.codes}
        self.order = {code.id: number for number, code in enumerate(book.codes)}
        self.codes_of = codes_by_section(book)
        self.former = _by_id(book.former, lambda code: code.id)
        self._former_labels = {folded(code.label): code.id for code in book.former}
        section_keys = {each.id: each.key for each in book.sections}
        self.short_keys = {code.id: section_keys.get(code.section, "") + code.key for code in book.codes}
        self._by_label: dict[str, list[Code]] = {}
        self._by_name: tuple[dict[str, list[Code]], ...] = ({}, {}, {})
        for code in book.codes:
            self._by_label.setdefault(self.labels[code.id], []).append(code)
            for names, name in zip(self._by_name, (self.labels[code.id], code.id, code.name), strict=True):
                names.setdefault(folded(name), []).append(code)

    def former_id_by_label(self, text: str) -> CodeId | None:
        """Return the id of the earlier version's code that a document calls `text`."""
        return self._former_labels.get(folded(text))

    def code_by_label(self, text: str) -> Code | None:
        """Return the code that a document calls `text`; None if no code or several match.

        Tried in this order: the exact label; the label with case and white space folded, without a final colon;
        the id alone; the name alone.
        """
        if text in self._by_label:
            return _only(self._by_label[text])
        wanted = folded(text)
        return next((_only(names[wanted]) for names in self._by_name if wanted in names), None)


_latest: deque[CodebookIndex] = deque(maxlen=KEPT_INDEXES)


def index_of(book: Codebook) -> CodebookIndex:
    """Return the index of a codebook, cached for the last few codebooks."""
    index = next((each for each in tuple(_latest) if each.book is book), None)
    if index is None:
        index = CodebookIndex(book)
        _latest.append(index)
    return index


def code_of(book: Codebook, code_id: str) -> Code | None:
    """Return the code with this id, None if there is none."""
    return next((code for code in book.codes if code.id == code_id), None)


def section(book: Codebook, section_id: str) -> Section | None:
    """Return the section with this id."""
    return next((each for each in book.sections if each.id == section_id), None)


def group(book: Codebook, group_id: str) -> Group | None:
    """Return the group with this id."""
    return next((each for each in book.groups if each.id == group_id), None)


def profile(book: Codebook, name_or_id: str) -> Profile | None:
    """Return the profile with this id or name; an id counts before a name, an exact one before a folded one."""
    for wanted, fold in ((name_or_id, str), (folded(name_or_id), folded)):
        for attribute in ("id", "name"):
            for each in book.profiles:
                if fold(each.id if attribute == "id" else each.name) == wanted:
                    return each
    return None


def profile_name(book: Codebook, name_or_id: str) -> str:
    """Return the profile's name; `name_or_id` itself if the codebook has no such profile."""
    found = profile(book, name_or_id)
    return name_or_id if found is None else found.name


def codes_by_section(book: Codebook) -> dict[str, list[Code]]:
    """Return the codes of each section by its id, without codes of sections that do not exist."""
    found: dict[str, list[Code]] = {each.id: [] for each in book.sections}
    for code in book.codes:
        if code.section in found:
            found[code.section].append(code)
    return found


def groups(book: Codebook, of: Section) -> tuple[Group, ...]:
    """Return the groups of a section in the order of the codebook."""
    return tuple(each for each in book.groups if each.section == of.id)


def label(book: Codebook, code: Code) -> str:
    """Return the label of a code in documents, from the codebook's pattern: `TASK5: Operations Engineering (MLOps)`."""
    return label_from(book.label, code.id, code.name)


def label_from(pattern: str, code_id: str, name: str) -> str:
    """Return the pattern with `{id}` and `{name}` filled in and everything else unchanged."""
    return PATTERN_FIELD.sub(lambda field: code_id if field[1] == "id" else name, pattern)


def label_of(book: Codebook, code_id: str) -> str:
    """Return the label of the code with this id; the id itself if the codebook lacks it."""
    code = code_of(book, code_id)
    return code_id if code is None else label(book, code)


def place_title(book: Codebook, place: MemoTarget) -> str:
    """Return how a message names the target of a memo: by the title of a section or group, or by a code's label."""
    if place.kind in ("code", "entry"):
        return label_of(book, place.id)
    found = section(book, place.id) if place.kind == "section" else group(book, place.id)
    return place.id if found is None else found.title


def section_by_title(book: Codebook, title: str) -> Section | None:
    """Return the section that a document's heading names, compared as `folded`."""
    return _only([each for each in book.sections if folded(each.title) == folded(title)])


def group_by_title(book: Codebook, title: str, section_id: str = "") -> Group | None:
    """Return the group that a document's heading names, of one section if given, compared as `folded`."""
    wanted = folded(title)
    return _only([each for each in book.groups if folded(each.title) == wanted and section_id in ("", each.section)])


def folded(text: str) -> str:
    """Return text in the form in which labels and titles are compared:

    case and white space folded, no final colons or stops.
    """
    return " ".join(text.casefold().split()).rstrip(":. ")


def _by_id(parts: Iterable[T], id_of: Callable[[T], str]) -> dict[str, T]:
    found: dict[str, T] = {}
    for part in parts:
        found.setdefault(id_of(part), part)
    return found


def _only(found: Sequence[T]) -> T | None:
    return found[0] if len(found) == 1 else None

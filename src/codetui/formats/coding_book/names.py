"""The ids and names of a coding book's parts, and the codes that its texts refer to by these."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from codetui.core.codebook.diff import Part, PartKind
from codetui.formats.coding_book.classify import Passage
from codetui.formats.coding_book.fields import words
from codetui.formats.coding_book.labels import Label, Style, chapter_title, plain_name, profile_label

Notify = Callable[[int, str], None]
"""Reports a message about a line."""

PATTERNS: dict[Style, str] = {"colon": "{id}: {name}", "dot": "{id}. {name}", "name": "{name}"}
SECTION_NUMBER = re.compile(r"[^\d]*(\d+(?:\.\d+)*)")
LONGEST_SLUG = 40
LONGEST_GROUP_ID = 3


class PartNames:
    """The label of every part of one book."""

    def __init__(self, passages: list[Passage], notify: Notify) -> None:
        """Name every part; `notify` is called for ids that are not in the book."""
        self._notify = notify
        self._passages = passages
        self._labels: dict[Passage, Label] = {}
        self._ids: dict[PartKind, UniqueIds] = {"section": UniqueIds(), "group": UniqueIds(), "code": UniqueIds()}
        self._name_sections()
        self._name_codes()
        self._name_groups()
        self._name_profiles()

    def label(self, passage: Passage) -> Label:
        """Return the id and name of a part."""
        return self._labels[passage]

    def part(self, passage: Passage) -> Part:
        """Return a part as texts refer to it."""
        return Part(passage.kind or "section", self.label(passage).id)

    def pattern(self) -> str:
        """Return the pattern by which most codes of the book join id and name."""
        styles = Counter(self.label(passage).style for passage in self._of_kind("code"))
        return PATTERNS[styles.most_common(1)[0][0] if styles else "colon"]

    def _of_kind(self, kind: PartKind) -> list[Passage]:
        return [passage for passage in self._passages if passage.kind == kind]

    def _set(self, passage: Passage, label: Label) -> None:
        self._labels[passage] = label
        if passage.kind in self._ids:
            self._ids[passage.kind].taken.add(label.id)

    def _name_sections(self) -> None:
        """Name sections after their kind, except where several have the same kind."""
        sections = self._of_kind("section")
        kinds = Counter(passage.section_kind for passage in sections)
        for passage in sections:
            if kinds[passage.section_kind] > 1:
                passage.section_kind = None
            kind = passage.section_kind
            title = kind.title if kind else chapter_title(passage.heading)
            self._set(passage, Label(self._ids["section"].unique(kind.id if kind else _slug(title)), title))

    def _name_codes(self) -> None:
        ids = self._ids["code"]
        for passage in self._of_kind("code"):
            label = passage.label or Label("", plain_name(passage.heading))
            id_ = label.id
            if not id_:
                id_ = ids.unique(_slug(label.name))
                self._notify(passage.line, f"“{label.name}” has no id in the book; {id_} is used")
            elif id_.isdigit() and id_ in ids.taken and passage.section:
                number = SECTION_NUMBER.match(passage.section.heading)
                id_ = ids.unique(f"{number[1] if number else self.label(passage.section).id}.{id_}")
                self._notify(passage.line, f"another code has the id {label.id}; {id_} is used for this one")
            self._set(passage, label._replace(id=id_, name=label.name or label.id))

    def _name_groups(self) -> None:
        """Name groups after the part of the id that only their codes share: `A` for `1.A.1` and `1.A.2`."""
        groups = self._of_kind("group")
        stems: dict[Passage, set[str]] = {group: set() for group in groups}
        for code in self._of_kind("code"):
            if code.group:
                stems[code.group].add(self.label(code).id.rpartition(".")[0])
        shared = {group: next(iter(those)) if len(those) == 1 else "" for group, those in stems.items()}
        lasts = Counter(stem.split(".")[-1] for stem in shared.values())
        for group, stem in shared.items():
            title = plain_name(group.heading)
            last = stem.split(".")[-1]
            is_clear = stem and lasts[last] == 1 and len(last) <= LONGEST_GROUP_ID
            self._set(group, Label(self._ids["group"].unique(last if is_clear else stem or _slug(title)), title))

    def _name_profiles(self) -> None:
        """Number the profiles that have no id by their place, or by the next number that is free."""
        labels = {
            passage: passage.label if passage.label and not passage.heading else profile_label(passage.heading)
            for passage in self._of_kind("profile")
        }
        taken = {label.id for label in labels.values()}
        number = 0
        for place, (passage, label) in enumerate(labels.items(), 1):
            if not label.id:
                number = next(each for each in count(max(place, number)) if str(each) not in taken)
                taken.add(str(number))
            self._set(passage, label._replace(id=label.id or str(number)))


@dataclass(slots=True)
class UniqueIds:
    """Ids that are taken, and the number to try next for each that was wanted."""

    taken: set[str] = field(default_factory=set)
    _next: dict[str, int] = field(default_factory=dict)

    def unique(self, wanted: str) -> str:
        """Return `wanted`, or `wanted_2` and so on if it is taken."""
        if wanted not in self.taken:
            return wanted
        numbers = count(self._next.get(wanted, 2))
        number = next(each for each in numbers if f"{wanted}_{each}" not in self.taken)
        self._next[wanted] = number
        return f"{wanted}_{number}"


def _slug(text: str) -> str:
    """Return the words of a title in lower case, joined by `_`, as an id."""
    return "_".join(re.findall(r"[^\W_]+", text.casefold()))[:LONGEST_SLUG].strip("_") or "part"


# --- references to codes --------------------------------------------------------------------------------

TOKEN = re.compile(r"(?<![\w.])(?:\w+|\W)")
CONTINUED = re.compile(r"\.?\w")
CONJUNCTIONS = {"and", "or", "en", "of", "with", "met"}
LONGEST_REFERENCE = 300
"""Characters of the id and name of a code in a text."""


class CodeFinder:
    """Finds the codes that texts refer to: `TASK2, TASK4: Software Development and **Modeling**`."""

    def __init__(self, names: dict[str, str]) -> None:
        """Index the codes by their label, name with id, id or name; `names` are the codes' names by id."""
        self._ids: dict[str, str] = {}
        self._ranks: dict[str, int] = {}
        self._lengths: dict[str, set[int]] = {}  # of the references that begin with a word
        for id_, name in names.items():
            labels = [f"{id_}{mark}{name}" for mark in (": ", ". ", " ", " - ", " – ")]
            for reference in (*labels, f"{name} ({id_})", id_, name):
                first = TOKEN.match(reference)
                if first and reference.strip() and len(reference) <= LONGEST_REFERENCE and reference not in self._ids:
                    self._ranks[reference] = len(self._ids)
                    self._ids[reference] = id_
                    self._lengths.setdefault(first[0], set()).add(len(reference))

    def find(self, text: str) -> tuple[list[str], bool]:
        """Return the ids of the codes in a text, in its order, and whether the text has other words as well.

        Of several references at one place the longest counts, then the one to the earlier code.
        """
        found = []
        for token in TOKEN.finditer(text):
            start = token.start()
            for length in self._lengths.get(token[0], ()):
                reference = text[start : start + length]
                if reference in self._ids and not CONTINUED.match(text, start + length):
                    found.append((-len(reference), self._ranks[reference], start, reference))
        ids: dict[int, str] = {}
        rest = list(text)
        is_used = bytearray(len(text))
        for _, _, start, reference in sorted(found):
            end = start + len(reference)
            if not is_used[start] and not is_used[end - 1]:
                ids[start] = self._ids[reference]
                is_used[start:end] = b"\1" * len(reference)
                rest[start:end] = " " * len(reference)
        others = [word for word in words("".join(rest)) if word.casefold() not in CONJUNCTIONS]
        return list(dict.fromkeys(ids[start] for start in sorted(ids))), bool(others)

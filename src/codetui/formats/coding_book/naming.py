"""An id and a name for every part of a coding book: those that it gives, or such as its titles suggest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from codetui.core.codebook.diff import Part, PartKind
from codetui.formats.coding_book.chapters import Draft
from codetui.formats.coding_book.labels import Style, chapter_title, plain_heading, profile_name

PATTERNS: dict[Style, str] = {"colon": "{id}: {name}", "dot": "{id}. {name}", "name": "{name}"}
LONGEST_SLUG = 40
LONGEST_STEM = 3
SECTION_NUMBER = re.compile(r"[^\d]*(\d+(?:\.\d+)*)")
Report = Callable[[int, str], None]
"""Takes a line and what is to be said about it."""


class Named(NamedTuple):
    """What a part is called; `rest` follows the name, `style` says how a code's id and name are parted."""

    id: str
    name: str
    rest: str = ""
    subtitle: str = ""
    style: Style = "name"


class Names:
    """The names of all drafts of one book."""

    def __init__(self, drafts: list[Draft], report: Report) -> None:
        """Name every part; ids that had to be made are reported."""
        self._report = report
        self._drafts = drafts
        self._named: dict[int, Named] = {}
        self._free: dict[PartKind, FreeNames] = {"section": FreeNames(), "group": FreeNames(), "code": FreeNames()}
        self._sections()
        self._codes()
        self._groups()
        self._profiles()

    def of(self, draft: Draft) -> Named:
        """What a part is called."""
        return self._named[id(draft)]

    def parts(self) -> list[Part]:
        """All parts in the order of the text."""
        return [self.part(draft) for draft in self._drafts if draft.what]

    def part(self, draft: Draft) -> Part:
        """A draft as texts refer to it."""
        return Part(draft.what or "section", self.of(draft).id)

    def pattern(self) -> str:
        """How the book's codes join id and name: as most of them do."""
        styles = Counter(self.of(draft).style for draft in self._kind("code"))
        return PATTERNS[styles.most_common(1)[0][0]] if styles else PATTERNS["colon"]

    def _kind(self, what: PartKind) -> list[Draft]:
        return [draft for draft in self._drafts if draft.what == what]

    def _name(self, draft: Draft, named: Named) -> None:
        """Keep a name; what a comment says of it counts."""
        id_, name = draft.facts.get("id"), draft.facts.get("name")
        named = named._replace(id=id_) if isinstance(id_, str) else named
        self._named[id(draft)] = named._replace(name=name) if isinstance(name, str) else named
        if draft.what in self._free:
            self._free[draft.what].taken.add(named.id)

    def _sections(self) -> None:
        kinds = Counter(draft.kind.id for draft in self._kind("section") if draft.kind)
        for draft in self._kind("section"):
            if draft.kind and kinds[draft.kind.id] > 1:
                draft.kind = None
            title = draft.kind.title if draft.kind else chapter_title(draft.heading)
            wanted = draft.kind.id if draft.kind else slug(title)
            self._name(draft, Named(self._free["section"].like(wanted), title))

    def _codes(self) -> None:
        for draft in self._kind("code"):
            label = draft.label
            if label is None or not label.id:
                name = label.name if label else plain_heading(draft.heading)
                made = self._free["code"].like(slug(name))
                if "id" not in draft.facts:
                    self._report(draft.line, f"“{name}” has no id in the book; {made} is taken")
                self._name(draft, Named(made, name, label.rest if label else ""))
                continue
            id_ = label.id
            if id_.isdigit() and id_ in self._free["code"].taken:
                number = SECTION_NUMBER.match(draft.section.heading) if draft.section else None
                before = number[1] if number else self._named[id(draft.section)].id
                id_ = self._free["code"].like(f"{before}.{id_}")
                self._report(draft.line, f"another code is numbered {label.id}; this one becomes {id_}")
            self._name(draft, Named(id_, label.name or id_, label.rest, style=label.style))

    def _groups(self) -> None:
        """Groups take the part of the id that their codes share and others do not: `A` of `1.A.1` and `1.A.2`."""
        ids: dict[int, list[str]] = {id(group): [] for group in self._kind("group")}
        for code in self._kind("code"):
            if code.group is not None:
                ids[id(code.group)].append(self.of(code).id)
        stems = {group: _stem(those) for group, those in ids.items()}
        lasts = Counter(stem.split(".")[-1] for stem in stems.values())
        for draft in self._kind("group"):
            title = plain_heading(draft.heading)
            stem = stems[id(draft)]
            last = stem.split(".")[-1]
            wanted = last if stem and lasts[last] == 1 and len(last) <= LONGEST_STEM else stem or slug(title)
            self._name(draft, Named(self._free["group"].like(wanted), title))

    def _profiles(self) -> None:
        """Profiles without a number take that of their place, or the next one that is free."""
        said = {id(draft): self._profile(draft) for draft in self._kind("profile")}
        taken = {named.id for named in said.values() if named.id}
        number = 0
        for place, draft in enumerate(self._kind("profile"), 1):
            named = said[id(draft)]
            if not named.id:
                number = next(each for each in count(max(place, number)) if str(each) not in taken)
                named = named._replace(id=str(number))
                taken.add(named.id)
            self._name(draft, named)

    def _profile(self, draft: Draft) -> Named:
        id_ = draft.facts.get("id")
        if draft.label and not draft.heading:
            named = Named(draft.label.id, draft.label.name, draft.label.rest)
        else:
            found = profile_name(draft.heading)
            named = Named(found.id, found.name, subtitle=found.subtitle)
        return named._replace(id=id_) if isinstance(id_, str) else named


def slug(text: str) -> str:
    """An id made of a title: its words in lower case, joined by `_`."""
    joined = "_".join(re.findall(r"[^\W_]+", text.casefold()))
    return joined[:LONGEST_SLUG].strip("_") or "part"


@dataclass(slots=True)
class FreeNames:
    """Names that are taken, and the number that is tried next for each that was wanted."""

    taken: set[str] = field(default_factory=set)
    _next: dict[str, int] = field(default_factory=dict)

    def like(self, wanted: str) -> str:
        """`wanted`, or `wanted_2` and so on where it is taken."""
        if wanted not in self.taken:
            return wanted
        numbers = count(self._next.get(wanted, 2))
        number = next(each for each in numbers if f"{wanted}_{each}" not in self.taken)
        self._next[wanted] = number
        return f"{wanted}_{number}"


def _stem(ids: list[str]) -> str:
    """What the dotted ids of one group have before their last part, if it is the same: `1.A`; else empty."""
    stems = {id_.rpartition(".")[0] for id_ in ids}
    return stems.pop() if len(stems) == 1 else ""

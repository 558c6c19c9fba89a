"""Codes that a text names: `TASK2, TASK4: Software Development and **Modeling**`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from codetui.core.codebook.diff import Part, PartKind, PartOrder
from codetui.formats.codebook.writer import Fields, Tables
from codetui.formats.coding_book.classify import Draft
from codetui.formats.coding_book.fields import Gathering, Piece, as_text, pieces, told, words
from codetui.formats.coding_book.labels import Style, chapter_title, plain_heading, profile_name
from codetui.formats.coding_book.markdown import Block, prose
from codetui.formats.coding_book.vocabulary import CODE_FIELDS, DUTCH, ONLY_PROFILES, PROFILE_FIELDS, FieldKey

JOINING = {"and", "or", "en", "of", "with", "met"}
TOKEN = re.compile(r"\w+|\W")
ENDS_IN_WORD = re.compile(r"\w\Z")
LONGEST = 300
"""Characters of what may name a code in a text."""


class Linked(NamedTuple):
    """The ids that a text names, in its order, and whether it says more than that."""

    ids: tuple[str, ...]
    says_more: bool


class _Place(NamedTuple):
    """Where a text names a code: of several names the longest counts, of those the one that came first."""

    length: int
    rank: int
    start: int
    id: str


@dataclass(slots=True)
class _Step:
    """What may follow a word, and the code that is named once it is read."""

    next: dict[str, _Step] = field(default_factory=dict)
    named: _Place | None = None


class Links:
    """Finds the codes that texts name: word by word, in all names at once, however many codes there are."""

    def __init__(self, names: dict[str, str]) -> None:
        """`names` holds all codes' names by id."""
        self._top = _Step()
        needles = ((needle, id_) for id_, name in names.items() for needle in _needles(id_, name))
        for rank, (needle, id_) in enumerate(needles):
            if needle.strip() and len(needle) <= LONGEST:
                self._add(needle, _Place(len(needle), rank, 0, id_))

    def linked(self, text: str) -> Linked:
        """The codes named in a text."""
        places: dict[int, str] = {}
        is_taken = bytearray(len(text))
        rest = list(text)
        for length, _, start, id_ in sorted(self._places(TOKEN.findall(text)), key=lambda place: (-place[0], place)):
            end = start + length
            if not is_taken[start] and not is_taken[end - 1]:
                places[start] = id_
                is_taken[start:end] = b"\1" * length
                rest[start:end] = " " * length
        ids = tuple(dict.fromkeys(places[at] for at in sorted(places)))
        return Linked(ids, any(word.casefold() not in JOINING for word in words("".join(rest))))

    def _add(self, needle: str, place: _Place) -> None:
        step = self._top
        for token in TOKEN.findall(needle):
            step = step.next.setdefault(token, _Step())
        step.named = step.named or place

    def _places(self, tokens: list[str]) -> Iterator[_Place]:
        """Every place where a code is named, shorter names within longer ones included."""
        start, before = 0, ""
        for number, token in enumerate(tokens):
            if before != "." and not ENDS_IN_WORD.search(before):
                yield from self._places_at(tokens, number, start)
            start, before = start + len(token), token

    def _places_at(self, tokens: list[str], number: int, start: int) -> Iterator[_Place]:
        step = self._top
        for at in range(number, len(tokens)):
            if (following := step.next.get(tokens[at])) is None:
                return
            step = following
            if step.named and not _goes_on(tokens, at + 1):
                yield step.named._replace(start=start)


def _goes_on(tokens: list[str], at: int) -> bool:
    """Whether a name that ends before token `at` goes on there: `TASK1` with `.2`, or without a gap."""
    after, next_one = [*tokens[at : at + 2], "", ""][:2]
    return bool(ENDS_IN_WORD.search(after)) or (after == "." and bool(ENDS_IN_WORD.search(next_one)))


def _needles(id_: str, name: str) -> Iterator[str]:
    """What may stand for a code: label, name with id, id, name."""
    yield from (f"{id_}{mark}{name}" for mark in (": ", ". ", " ", " - ", " – "))
    yield from (f"{name} ({id_})", id_, name)


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
        self._named[id(draft)] = named
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
                self._report(draft.line, f"“{name}” has no id in the book; {made} is used")
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
        if draft.label and not draft.heading:
            return Named(draft.label.id, draft.label.name, draft.label.rest)
        found = profile_name(draft.heading)
        return Named(found.id, found.name, subtitle=found.subtitle)


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


CODE_KEYS: set[FieldKey] = CODE_FIELDS
PROFILE_KEYS: set[FieldKey] = {"definition", "subtitle", *PROFILE_FIELDS}


class Builder:
    """Builds the tables of one book; `dropped` are the words that only order the others."""

    def __init__(self, drafts: list[Draft], report: Report) -> None:
        """Name all parts."""
        self.tables = Tables()
        self.dropped: list[str] = []
        self._field_names: list[str] = []
        self._report = report
        self._drafts = drafts
        self._names = Names(drafts, report)
        self._order = PartOrder(self._names.parts())
        codes = [self._names.of(draft) for draft in drafts if draft.what == "code"]
        self._links_to = Links({named.id: named.name for named in codes})
        self._before = _nearest(drafts)
        self._after = _nearest(drafts[::-1])[::-1]
        self._inside: dict[int, Draft] = {}
        for draft in drafts:
            for above in (draft.section, draft.group):
                if draft.what and above is not None:
                    self._inside.setdefault(id(above), draft)

    def build(self) -> Tables:
        """The tables of all parts and texts, in the order of the drafts."""
        for place, draft in enumerate(self._drafts):
            match draft.what:
                case None:
                    self._text(draft, place)
                case "section":
                    self._section(draft)
                case "group":
                    self._group(draft)
                case "profile":
                    self._profile(draft)
                case "code":
                    self._code(draft)
        dutch = [name for name in self._field_names if DUTCH.search(name)]
        self.tables.top["language"] = "nl" if 2 * len(dutch) > len(self._field_names) else ""
        self.tables.top["label"] = self._names.pattern()
        return self.tables

    # --- parts ------------------------------------------------------------------------------------------

    def _section(self, draft: Draft) -> None:
        named = self._names.of(draft)
        written = f"{'#' * draft.level} {draft.heading}"
        fields: Fields = {
            "id": named.id,
            "title": named.name,
            "heading": "" if written == f"## {named.name}" else written,
            "holds": draft.kind.holds if draft.kind else "quotations",
        }
        self.tables.sections.append(fields | self._definition(draft))

    def _group(self, draft: Draft) -> None:
        named = self._names.of(draft)
        section = self._names.of(draft.section).id if draft.section else ""
        fields: Fields = {"id": named.id, "section": section, "title": named.name}
        self.tables.groups.append(fields | self._definition(draft))

    def _definition(self, draft: Draft) -> Fields:
        """The paragraphs and lists under a heading; anything else there becomes a text behind it."""
        said: list[str] = []
        others: list[Block] = []
        for block in draft.blocks:
            cut = pieces([block], lambda _: False)
            if others or block.kind not in ("paragraph", "list"):
                others.append(block)
            elif any(piece.key == "definition" for piece in cut):
                said += [self._told(piece) for piece in cut]
            else:
                said.append(prose([block]))
        if others:
            inside = self._inside.get(id(draft))
            self._add_text("", prose(others), others[0].line, self._names.part(inside or draft), is_behind=not inside)
        return {"definition": "\n\n".join(filter(None, said))}

    def _told(self, piece: Piece) -> str:
        """A piece of a heading's definition as prose; the name of the field itself is left off."""
        if piece.key != "definition":
            return as_text(piece)
        self.dropped += words(piece.name)
        return told(piece)

    def _profile(self, draft: Draft) -> None:
        named = self._names.of(draft)
        gathering = self._gathered(draft, Gathering(PROFILE_KEYS), named)
        subtitle: Fields = {"subtitle": named.subtitle} if named.subtitle else {}
        self._drop_heading(draft, [named.id, named.name, named.subtitle])
        fields: Fields = {"id": named.id, "name": named.name}
        self.tables.profiles.append(_ordered(fields | subtitle | gathering.fields, PROFILE_ORDER))
        self._texts_of(draft, gathering)

    def _code(self, draft: Draft) -> None:
        named = self._names.of(draft)
        are_terms = draft.section is not None and self._holds_terms(draft.section)
        gathering = self._gathered(draft, Gathering(CODE_KEYS, are_terms), named)
        self._drop_heading(draft, [named.id, named.name, named.rest])
        fields: Fields = {"id": named.id, "name": named.name, **self._place(draft)}
        fields = fields | gathering.fields | self._links(gathering)
        self.tables.codes.append(ordered_code(fields))
        self._texts_of(draft, gathering)

    def _holds_terms(self, section: Draft) -> bool:
        return section.kind is not None and section.kind.holds == "terms"

    def _place(self, draft: Draft) -> Fields:
        if draft.group:
            return {"group": self._names.of(draft.group).id}
        return {"section": self._names.of(draft.section).id if draft.section else ""}

    def _gathered(self, draft: Draft, gathering: Gathering, named: Named) -> Gathering:
        """The fields of a code or profile, from behind its label, under it and behind that."""
        own = draft.pieces
        head = own[0] if own and own[0].kind in ("code", "profile") else Piece("code", draft.line)
        gathering.head(head, head.text or named.rest)
        for piece in own[1:] if own and own[0] is head else own:
            gathering.add(piece)
        self.dropped += [*words(head.name), *gathering.dropped]
        self._field_names += gathering.names
        return gathering

    def _drop_heading(self, draft: Draft, kept: list[str]) -> None:
        """Count what a heading says besides the names that are taken from it: `Profile 1:`."""
        said = Counter(words(draft.heading)) - Counter(words(" ".join(kept)))
        self.dropped += list(said.elements())

    def _links(self, gathering: Gathering) -> Fields:
        """The codes that are easily confused with this one; where more is said, the words stay as a text."""
        ids: list[str] = []
        for line, name, text in gathering.links:
            found = self._links_to.linked(text)
            ids += found.ids
            if found.says_more or not found.ids:
                gathering.texts.append((line, name, text))
            else:
                self.dropped += words(text)
        return {"confused_with": tuple(dict.fromkeys(ids))} if ids else {}

    # --- texts ------------------------------------------------------------------------------------------

    def _texts_of(self, draft: Draft, gathering: Gathering) -> None:
        for line, title, body in sorted(gathering.texts):
            self._add_text(title, body, line, self._names.part(draft), is_behind=True)

    def _text(self, draft: Draft, place: int) -> None:
        """A text of its own: before the next part or behind the last one; at the top if untitled and before all."""
        title = plain_heading(draft.heading)
        if not draft.body and (not title or ONLY_PROFILES.fullmatch(title)):
            self.dropped += words(title)
            return
        before, after = self._before[place], self._after[place]
        if draft.is_opening:
            self.tables.texts.append({"title": "", "body": draft.body})
        elif draft.is_behind and before:
            self._add_text(title, draft.body, draft.line, self._names.part(before), is_behind=True)
        elif after and (title or before):
            self._add_text(title, draft.body, draft.line, self._names.part(after), is_behind=False)
        elif before:
            part = self._names.part(_ended(before, draft.level))
            self._add_text(title, draft.body, draft.line, part, is_behind=True)
        else:
            self._add_text(title, draft.body, draft.line, None, is_behind=False)

    def _add_text(self, title: str, body: str, line: int, part: Part | None, *, is_behind: bool) -> None:
        """Keep a text beside a part, and say so."""
        if not title and not body:
            return
        name = self._order.name_of(part) if part else ""
        place: Fields = {"after" if is_behind else "before": name} if part else {}
        self.tables.texts.append({"title": title, **place, "body": body})
        what = f"“{title}”" if title else f"“{' '.join(body.split()[:5])} …”"
        where = f"{'behind' if is_behind else 'before'} {part.kind} {part.id}" if part else "at the beginning"
        self._report(line, f"{what} belongs to no one part; it is kept as a text {where}")


def _nearest(drafts: list[Draft]) -> list[Draft | None]:
    """For each draft the last part of the book before it."""
    found: list[Draft | None] = []
    last: Draft | None = None
    for draft in drafts:
        found.append(last)
        last = draft if draft.what else last
    return found


def _ended(last: Draft, level: int) -> Draft:
    """What is over where a heading of a level comes behind a part: the part, its group or its section."""
    whole = [each for each in (last.section, last.group) if each is not None and 0 < level <= each.level]
    return whole[0] if whole else last


CODE_ORDER = (
    "id",
    "name",
    "section",
    "group",
    "key",
    "definition",
    "examples",
    "include",
    "exclude",
    "confused_with",
    "found_in",
    "retired",
)
PROFILE_ORDER = ("id", "name", "subtitle", "definition", "responsibilities", "projects", "evidence")


def ordered_code(fields: Fields) -> Fields:
    """The fields of a code in the order in which people expect them."""
    return _ordered(fields, CODE_ORDER)


def _ordered(fields: Fields, order: tuple[str, ...]) -> Fields:
    return {name: fields[name] for name in order if name in fields}

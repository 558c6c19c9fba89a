"""The parts of a codebook in the order in which a reader meets them, and the texts between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from codetui.core.codebook.index import folded
from codetui.model import Code, Codebook, CodebookText, Group, Profile, Section

PartKind = Literal["profile", "section", "group", "code"]


BEHIND = 6
"""More than any kind has ends: what is over later, stands further behind."""

ENDS: dict[PartKind, set[PartKind]] = {
    "code": {"profile", "section", "group", "code"},
    "profile": {"profile", "section", "group", "code"},
    "group": {"profile", "section", "group"},
    "section": {"profile", "section"},
}
"""The kinds of part at which one of a kind is over."""


class Part(NamedTuple):
    """A profile, section, group or code by its id."""

    kind: PartKind
    id: str


class PartOrder:
    """Parts in their order, found by the names that texts call them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Take the parts; two may have one id."""
        self.parts = parts
        self._by_id: dict[str, list[Part]] = {}
        self._spelt_out: dict[tuple[str, str], list[Part]] = {}
        self._places: dict[Part, int] = {}
        for place, part in enumerate(parts):
            self._by_id.setdefault(part.id, []).append(part)
            self._spelt_out.setdefault(part, []).append(part)
            self._places.setdefault(part, place)
        self._ends = {kind: self._ends_of(ends) for kind, ends in ENDS.items()}

    def named(self, name: str) -> list[Part]:
        """The parts that `name` can mean: those with this id, else the one that `code 1` or `group A` spells out."""
        kind, _, id_ = name.partition(" ")
        return self._by_id.get(name) or self._spelt_out.get((kind, id_.strip()), [])

    def name_of(self, part: Part) -> str:
        """What a text calls the part it stands beside: its id, with the kind before it where the id will not do."""
        return part.id if self.named(part.id) == [part] else f"{part.kind} {part.id}"

    def text_place(self, text: CodebookText) -> tuple[int, int]:
        """Where a text stands: the number of the part next to it, and 0 before that part or more behind it.

        Behind a section or group is behind all that stands in it.  A text that names no part comes before all, one
        that names a part that is not there behind all.
        """
        name = text.before or text.after
        beside = self.named(name)[:1]
        if not beside:
            return (len(self.parts), 0) if name else (-1, 0)
        start = self._places[beside[0]]
        if text.before:
            return start, 0
        return self._ends[beside[0].kind][start] - 1, BEHIND - len(ENDS[beside[0].kind])

    def _ends_of(self, kinds: set[PartKind]) -> list[int]:
        """For each place, the next place behind it where a part of `kinds` stands, or the end."""
        ends, end = [0] * len(self.parts), len(self.parts)
        for place in range(len(self.parts) - 1, -1, -1):
            ends[place] = end
            end = place if self.parts[place].kind in kinds else end
        return ends


def parts(book: Codebook) -> list[Part]:
    """The profiles; then each section with its codes, those without a group first, as documents have them."""
    codes: dict[tuple[str, str], list[Part]] = {}
    for code in book.codes:
        within = ("group", code.group) if code.group else ("section", code.section)
        codes.setdefault(within, []).append(Part("code", code.id))
    groups: dict[str, list[str]] = {}
    for group in book.groups:
        groups.setdefault(group.section, []).append(group.id)
    found = [Part("profile", each.id) for each in book.profiles]
    for section in book.sections:
        found += [Part("section", section.id), *codes.get(("section", section.id), ())]
        for id_ in groups.get(section.id, ()):
            found += [Part("group", id_), *codes.get(("group", id_), ())]
    return found


def in_reading_order(book: Codebook) -> Codebook:
    """The book with its groups, codes and texts in the order in which a reader meets them."""
    order = PartOrder(parts(book))
    places = {part: number for number, part in enumerate(order.parts)}
    last = len(order.parts)
    return replace(
        book,
        groups=tuple(sorted(book.groups, key=lambda group: places.get(Part("group", group.id), last))),
        codes=tuple(sorted(book.codes, key=lambda code: places.get(Part("code", code.id), last))),
        texts=tuple(sorted(book.texts, key=order.text_place)),
    )


LIKELY = 0.80
"""Names of the pilot's codebook and of its successor that mean the same code score 0.81 and more (but for one at
0.63), those that do not at most 0.73."""

SAME_ID = 0.15
"""What the same id counts when parts compete: an id is meant to stay, but not to outweigh a likelier name."""

SHORTEST_DEFINITION = 20
"""Code points; shorter definitions may well be the same by chance."""

LONGEST_COMPARED = 2_000
"""Code points of a definition that are compared: more decide nothing and cost time."""


class Identity(NamedTuple):
    """What a part is known by; `name` is the title of a section or group."""

    id: str
    name: str
    definition: str


class Pair(NamedTuple):
    """One part in both books, by its ids; `likeness` (0 to 1) below 1 where only that speaks for it."""

    old: str
    new: str
    likeness: float = 1.0


def identities(book: Codebook, kind: PartKind) -> list[Identity]:
    """All parts of a kind, in the order of the book."""
    if kind == "profile":
        return [Identity(each.id, each.name, each.definition) for each in book.profiles]
    if kind == "section":
        return [Identity(each.id, each.title, each.definition) for each in book.sections]
    if kind == "group":
        return [Identity(each.id, each.title, each.definition) for each in book.groups]
    return [Identity(each.id, each.name, each.definition) for each in book.codes]


def likeness(one: Identity, other: Identity) -> float:
    """How alike two parts are, from 0 to 1: their names or their definitions, whichever are more.

    Two names count by their letters in order and by the words that they share, one half each.
    """
    from rapidfuzz import fuzz

    names = folded(one.name), folded(other.name)
    score = (fuzz.ratio(*names) + fuzz.token_set_ratio(*names)) / 200
    definitions = _definition(one)[:LONGEST_COMPARED], _definition(other)[:LONGEST_COMPARED]
    return max(score, fuzz.ratio(*definitions) / 100) if all(definitions) else score


def pair_parts(old: Sequence[Identity], new: Sequence[Identity]) -> list[Pair]:
    """The parts that both books have, in the order of the old one, each in one pair at most.

    An id with the same name or definition counts first, then a name and then a definition that no other part has,
    then likeness; an id that nothing else speaks for stays what it was.
    """
    pairs = {each.id: Pair(each.id, each.id) for each in old if any(_is_same(each, other) for other in new)}
    for key_of in (_name, _definition):
        _pair_by(key_of, old, new, pairs)
    _pair_by_likeness(old, new, pairs)
    return [pairs[each.id] for each in old if each.id in pairs]


def nearest(part: Identity, among: Iterable[Identity], most: int = 2) -> list[tuple[Identity, float]]:
    """The parts most like another, best first."""
    scored = [(each, likeness(part, each)) for each in among]
    return sorted(scored, key=lambda pair: -pair[1])[:most]


def _is_same(one: Identity, other: Identity) -> bool:
    if one.id != other.id:
        return False
    return _name(one) == _name(other) or (_definition(one) != "" and _definition(one) == _definition(other))


def _name(part: Identity) -> str:
    return folded(part.name)


def _definition(part: Identity) -> str:
    text = folded(part.definition)
    return text if len(text) >= SHORTEST_DEFINITION else ""


def _pair_by(
    key_of: Callable[[Identity], str], old: Sequence[Identity], new: Sequence[Identity], pairs: dict[str, Pair]
) -> None:
    """Pairs what one text tells apart from all others on its side."""
    taken = {pair.new for pair in pairs.values()}
    rest_old = [each for each in old if each.id not in pairs]
    rest_new = [each for each in new if each.id not in taken]
    counts = Counter(map(key_of, rest_old)), Counter(map(key_of, rest_new))
    by_key = {key_of(each): each.id for each in rest_new}
    for each in rest_old:
        key = key_of(each)
        if key and (counts[0][key], counts[1][key]) == (1, 1):
            pairs[each.id] = Pair(each.id, by_key[key])


def _pair_by_likeness(old: Sequence[Identity], new: Sequence[Identity], pairs: dict[str, Pair]) -> None:
    """Pairs the rest, the likeliest first."""
    taken = {pair.new for pair in pairs.values()}
    rest = [each for each in new if each.id not in taken]
    scored: list[tuple[float, Pair]] = []
    for each in old:
        for other in rest if each.id not in pairs else ():
            score = likeness(each, other)
            if each.id == other.id:
                scored.append((score + SAME_ID, Pair(each.id, other.id)))
            elif score >= LIKELY:
                scored.append((score, Pair(each.id, other.id, round(min(score, 0.99), 2))))
    for _, pair in sorted(scored, key=lambda each: -each[0]):
        if pair.old not in pairs and pair.new not in taken:
            pairs[pair.old] = pair
            taken.add(pair.new)


ChangedKind = PartKind | Literal["book", "text"]
ChangeKind = Literal[
    "added",
    "removed",
    "renumbered",
    "renamed",
    "redefined",
    "moved",
    "retired",
    "reinstated",
    "gained",
    "lost",
    "changed",
]
"""`gained` and `lost` speak of one entry of a list: an example.  `changed` is any other field."""

Run = Literal["same", "removed", "added"]
LONGEST_TEXT_COMPARED = 5_000
"""Words of a definition on either side that are compared one by one; a longer one is shown as replaced."""

TEXTS: dict[PartKind, tuple[str, ...]] = {
    "profile": ("subtitle", "evidence"),
    "section": ("holds",),
    "group": (),
    "code": ("include", "exclude", "found_in"),
}
LISTS: dict[PartKind, tuple[str, ...]] = {
    "profile": ("responsibilities", "projects"),
    "section": (),
    "group": (),
    "code": ("examples", "confused_with"),
}
AnyPart = Profile | Section | Group | Code


class WordRun(NamedTuple):
    """Words that stand in both texts, in the old one alone or in the new one alone."""

    kind: Run
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one part.

    `id` and `name` are those of the new book, of the old one for what was removed.  `field`, `before` and `after`
    say what became of what; `words` how a text changed, word by word.  `likeness` below 1 says that the part is
    only probably the same one.
    """

    part: ChangedKind
    kind: ChangeKind
    id: str
    name: str
    field: str = ""
    before: str = ""
    after: str = ""
    words: tuple[WordRun, ...] = ()
    likeness: float = 1.0


def diff(old: Codebook, new: Codebook) -> tuple[Change, ...]:
    """The changes from one codebook to another: the book's own, then profiles, sections, groups, codes and texts.

    Within a kind what was removed comes first, then what was added, then each part that stayed, in the old order.
    Keys are not compared: they mean nothing.
    """
    comparison = _Comparison(old, new)
    of_parts = [change for kind in comparison.pairs for change in comparison.of_kind(kind)]
    return (*_book_changes(old, new), *of_parts, *_text_changes(old.texts, new.texts))


def word_diff(old: str, new: str) -> tuple[WordRun, ...]:
    """How one text becomes another, in runs of whole words; what differs only in white space is the same."""
    before, after = old.split(), new.split()
    if max(len(before), len(after)) > LONGEST_TEXT_COMPARED:
        runs = (WordRun("removed", " ".join(before)), WordRun("added", " ".join(after)))
        return tuple(run for run in runs if run.words) if before != after else (WordRun("same", runs[0].words),)
    found: list[WordRun] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, low, high, new_low, new_high in matcher.get_opcodes():
        if tag == "equal":
            found.append(WordRun("same", " ".join(before[low:high])))
            continue
        if low < high:
            found.append(WordRun("removed", " ".join(before[low:high])))
        if new_low < new_high:
            found.append(WordRun("added", " ".join(after[new_low:new_high])))
    return tuple(found)


def _book_changes(old: Codebook, new: Codebook) -> Iterator[Change]:
    for field in ("title", "version", "status", "label"):
        before, after = str(getattr(old, field)), str(getattr(new, field))
        if before != after:
            yield Change(part="book", kind="changed", id="", name=new.title, field=field, before=before, after=after)


class _Comparison:
    """Two codebooks, with the parts that are in both."""

    def __init__(self, old: Codebook, new: Codebook) -> None:
        self.old = old
        self.new = new
        kinds: tuple[PartKind, ...] = ("profile", "section", "group", "code")
        self.pairs = {kind: pair_parts(identities(old, kind), identities(new, kind)) for kind in kinds}
        self._now = {kind: {pair.old: pair.new for pair in pairs} for kind, pairs in self.pairs.items()}

    def of_kind(self, kind: PartKind) -> Iterator[Change]:
        """The changes of all parts of a kind."""
        known = set(self._now[kind].values())
        for each in identities(self.old, kind):
            if each.id not in self._now[kind]:
                yield Change(part=kind, kind="removed", id=each.id, name=each.name)
        for each in identities(self.new, kind):
            if each.id not in known:
                yield Change(part=kind, kind="added", id=each.id, name=each.name)
        olds, news = _parts(self.old, kind), _parts(self.new, kind)
        for pair in self.pairs[kind]:
            old, new = olds[pair.old], news[pair.new]
            yield from _changes(kind, old, new, pair.likeness)
            if isinstance(old, Code | Group) and isinstance(new, Code | Group):
                yield from self._moves(kind, old, new, pair.likeness)
            if isinstance(old, Code) and isinstance(new, Code) and old.is_retired != new.is_retired:
                what: ChangeKind = "retired" if new.is_retired else "reinstated"
                yield Change(part=kind, kind=what, id=new.id, name=new.name, likeness=pair.likeness)

    def _moves(self, kind: PartKind, old: Code | Group, new: Code | Group, likeness: float) -> Iterator[Change]:
        """Where a code or group stands now, if that is another place; a renumbered section is the same place."""
        places: list[tuple[PartKind, str, str]] = [("section", old.section, new.section)]
        if isinstance(old, Code) and isinstance(new, Code):
            places.append(("group", old.group, new.group))
        for field, before, after in places:
            if self._now[field].get(before, before) != after:
                yield Change(
                    part=kind,
                    kind="moved",
                    id=new.id,
                    name=_name_of(new),
                    field=field,
                    before=before,
                    after=after,
                    likeness=likeness,
                )


def _changes(kind: PartKind, old: AnyPart, new: AnyPart, likeness: float) -> Iterator[Change]:
    """What became of a part's id, name, definition, other texts and lists."""

    def change(what: ChangeKind, field: str, before: str, after: str, words: tuple[WordRun, ...] = ()) -> Change:
        return Change(
            part=kind,
            kind=what,
            id=new.id,
            name=_name_of(new),
            field=field,
            before=before,
            after=after,
            words=words,
            likeness=likeness,
        )

    if old.id != new.id:
        yield change("renumbered", "id", old.id, new.id)
    if _name_of(old) != _name_of(new):
        yield change("renamed", "title" if kind in ("section", "group") else "name", _name_of(old), _name_of(new))
    for field in ("definition", *TEXTS[kind]):
        before, after = str(getattr(old, field)), str(getattr(new, field))
        if before.split() != after.split():
            what: ChangeKind = "redefined" if field == "definition" else "changed"
            yield change(what, field, before, after, word_diff(before, after))
    for field in LISTS[kind]:
        has, gets = getattr(old, field), getattr(new, field)
        yield from (change("lost", field, each, "") for each in has if each not in gets)
        yield from (change("gained", field, "", each) for each in gets if each not in has)


def _text_changes(old: Sequence[CodebookText], new: Sequence[CodebookText]) -> Iterator[Change]:
    """What became of the book's own texts; they are known by their titles."""
    olds, news = {text.title: text.body for text in old}, {text.title: text.body for text in new}
    for title, body in olds.items():
        if title not in news:
            yield Change(part="text", kind="removed", id="", name=title, before=body)
    for title, body in news.items():
        if title not in olds:
            yield Change(part="text", kind="added", id="", name=title, after=body)
        elif olds[title].split() != body.split():
            words = word_diff(olds[title], body)
            yield Change(
                part="text",
                kind="changed",
                id="",
                name=title,
                field="body",
                before=olds[title],
                after=body,
                words=words,
            )


def _parts(book: Codebook, kind: PartKind) -> dict[str, AnyPart]:
    of_kind: dict[PartKind, Sequence[AnyPart]] = {
        "profile": book.profiles,
        "section": book.sections,
        "group": book.groups,
        "code": book.codes,
    }
    return {part.id: part for part in of_kind[kind]}


def _name_of(part: AnyPart) -> str:
    return part.name if isinstance(part, Code | Profile) else part.title

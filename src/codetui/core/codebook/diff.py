"""The parts of a codebook in reading order, the same parts in two codebooks, and what changed between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from itertools import product
from typing import Literal, NamedTuple

from codetui.core.codebook.index import folded
from codetui.model import Code, Codebook, CodebookText, Group, Profile, Section

PartKind = Literal["profile", "section", "group", "code"]
AnyPart = Profile | Section | Group | Code
KINDS: tuple[PartKind, ...] = ("profile", "section", "group", "code")


class Part(NamedTuple):
    """A profile, section, group or code, identified by its id."""

    kind: PartKind
    id: str


# --- reading order ----------------------------------------------------------------------------------

ENDS: dict[PartKind, set[PartKind]] = {
    "code": {"profile", "section", "group", "code"},
    "profile": {"profile", "section", "group", "code"},
    "group": {"profile", "section", "group"},
    "section": {"profile", "section"},
}
"""For each kind, the kinds whose next part ends a part of it."""

MOST_ENDS = 6
"""More than the kinds in any of ENDS: of two texts after the same code, the one after its section sorts last."""


class PartOrder:
    """Parts in their order, looked up by the names that texts use for them."""

    def __init__(self, parts: Sequence[Part]) -> None:
        """Order `parts`; two of them may have the same id."""
        self.parts = parts
        self._by_id: dict[str, list[Part]] = {}
        self._by_kind_and_id: dict[tuple[str, str], list[Part]] = {}
        self._places: dict[Part, int] = {}
        for place, part in enumerate(parts):
            self._by_id.setdefault(part.id, []).append(part)
            self._by_kind_and_id.setdefault(part, []).append(part)
            self._places.setdefault(part, place)
        self._ends = {kind: self._ends_of(ends) for kind, ends in ENDS.items()}

    def named(self, name: str) -> list[Part]:
        """Return the parts with the id `name`, else the part that a name such as `code 1` or `group A` refers to."""
        kind, _, id_ = name.partition(" ")
        return self._by_id.get(name) or self._by_kind_and_id.get((kind, id_.strip()), [])

    def name_of(self, part: Part) -> str:
        """Return the name of a part in texts: its id, with its kind in front if other parts have the same id."""
        return part.id if self.named(part.id) == [part] else f"{part.kind} {part.id}"

    def text_place(self, text: CodebookText) -> tuple[int, int]:
        """Return the sort key of a text: the number of the part beside it, and 0 before that part or more after it.

        A text after a section or group comes after everything inside that part.  A text that names no part comes first,
        one that names a missing part comes last.
        """
        name = text.before or text.after
        beside = self.named(name)[:1]
        if not beside:
            return (len(self.parts), 0) if name else (-1, 0)
        start = self._places[beside[0]]
        if text.before:
            return start, 0
        return self._ends[beside[0].kind][start] - 1, MOST_ENDS - len(ENDS[beside[0].kind])

    def _ends_of(self, kinds: set[PartKind]) -> list[int]:
        """Return, for each position, the next position after it with a part of `kinds`, or the end."""
        ends, end = [0] * len(self.parts), len(self.parts)
        for place in range(len(self.parts) - 1, -1, -1):
            ends[place] = end
            end = place if self.parts[place].kind in kinds else end
        return ends


def parts(book: Codebook) -> list[Part]:
    """Return the profiles, then each section with its codes in the order of documents: codes without a group first."""
    codes: dict[tuple[str, str], list[Part]] = {}
    for code in book.codes:
        parent = ("group", code.group) if code.group else ("section", code.section)
        codes.setdefault(parent, []).append(Part("code", code.id))
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
    """Return the codebook with its groups, codes and texts in reading order."""
    order = PartOrder(parts(book))
    places = {part: number for number, part in enumerate(order.parts)}
    last = len(order.parts)
    return replace(
        book,
        groups=tuple(sorted(book.groups, key=lambda group: places.get(Part("group", group.id), last))),
        codes=tuple(sorted(book.codes, key=lambda code: places.get(Part("code", code.id), last))),
        texts=tuple(sorted(book.texts, key=order.text_place)),
    )


# --- the same parts in two codebooks ----------------------------------------------------------------

LIKELY = 0.80
"""Names of the pilot's codebook and of its successor that mean the same code score 0.81 and more (but for one at
0.63), those that do not at most 0.73."""

SAME_ID = 0.15
"""Bonus for the same id when parts compete: an id is meant to stay, but not to outweigh a more similar name."""

SHORTEST_DEFINITION = 20
"""Code points; shorter definitions may well be the same by chance."""

LONGEST_COMPARED = 2_000
"""Code points of a definition that are compared: more decide nothing and cost time."""


class Identity(NamedTuple):
    """The id, the name (or title) and the definition of a part, by which it is recognised."""

    id: str
    name: str
    definition: str


class Pair(NamedTuple):
    """The ids of one part in both codebooks; `likeness` (0 to 1) is below 1 if it is the only evidence for the pair."""

    old: str
    new: str
    likeness: float = 1.0


def identities(book: Codebook, kind: PartKind) -> list[Identity]:
    """Return all parts of a kind in the order of the codebook."""
    return [Identity(each.id, _name_of(each), each.definition) for each in parts_of(book, kind)]


def likeness(one: Identity, other: Identity) -> float:
    """Return how alike two parts are, from 0 to 1: the likeness of their names or that of their definitions.

    For names the letters in order and the shared words count half each.
    """
    from rapidfuzz import fuzz

    names = folded(one.name), folded(other.name)
    score = (fuzz.ratio(*names) + fuzz.token_set_ratio(*names)) / 200
    definitions = _definition(one)[:LONGEST_COMPARED], _definition(other)[:LONGEST_COMPARED]
    return max(score, fuzz.ratio(*definitions) / 100) if all(definitions) else score


def pair_parts(old: Sequence[Identity], new: Sequence[Identity]) -> list[Pair]:
    """Return the parts that both codebooks have, in the order of the old one, each in at most one pair.

    An id with the same name or definition counts first, then a name and then a definition that no other part has, then
    likeness. An id without other evidence pairs with itself.
    """
    pairs = {each.id: Pair(each.id, each.id) for each in old if any(_is_same(each, other) for other in new)}
    for pair_rest in (partial(_pair_by, _name), partial(_pair_by, _definition), _pair_by_likeness):
        taken = {pair.new for pair in pairs.values()}
        rest_old = [each for each in old if each.id not in pairs]
        pairs |= pair_rest(rest_old, [each for each in new if each.id not in taken])
    return [pairs[each.id] for each in old if each.id in pairs]


def nearest(part: Identity, among: Iterable[Identity], most: int = 2) -> list[tuple[Identity, float]]:
    """Return the parts that are most similar to another, best first, with their likeness."""
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


def _pair_by(key_of: Callable[[Identity], str], old: Sequence[Identity], new: Sequence[Identity]) -> dict[str, Pair]:
    """Return the pairs of parts with the same text, if it is unique in both codebooks, by their old ids."""
    in_old, in_new = Counter(map(key_of, old)), Counter(map(key_of, new))
    by_key = {key_of(each): each.id for each in new}
    unique = [each for each in old if in_old[key_of(each)] == in_new[key_of(each)] == 1]
    return {each.id: Pair(each.id, by_key[key_of(each)]) for each in unique if key_of(each)}


def _pair_by_likeness(old: Sequence[Identity], new: Sequence[Identity]) -> dict[str, Pair]:
    """Return the pairs of similar parts, the most similar first, by their old ids."""
    scored: list[tuple[float, Pair]] = []
    for each, other in product(old, new):
        score = likeness(each, other)
        if each.id == other.id:
            scored.append((score + SAME_ID, Pair(each.id, other.id)))
        elif score >= LIKELY:
            scored.append((score, Pair(each.id, other.id, round(min(score, 0.99), 2))))
    pairs: dict[str, Pair] = {}
    taken: set[str] = set()
    for _, pair in sorted(scored, key=lambda each: -each[0]):
        if pair.old not in pairs and pair.new not in taken:
            pairs[pair.old] = pair
            taken.add(pair.new)
    return pairs


# --- changes ----------------------------------------------------------------------------------------

ChangedKind = PartKind | Literal["book", "text"]
PartChangeKind = Literal["added", "removed", "renumbered", "renamed", "redefined", "moved", "retired", "reinstated"]
ChangeKind = PartChangeKind | Literal["gained", "lost", "changed"]
"""`gained` and `lost` concern one entry of a list, such as an example; `changed` any other field."""

LONGEST_TEXT_COMPARED = 5_000
"""Words of a definition that are compared one by one; a longer one is shown as replaced."""

TEXTS: dict[PartKind, tuple[str, ...]] = {
    "profile": ("subtitle", "evidence"),
    "section": ("holds",),
    "code": ("include", "exclude", "found_in"),
}
LISTS: dict[PartKind, tuple[str, ...]] = {
    "profile": ("responsibilities", "projects"),
    "code": ("examples", "confused_with"),
}


class WordRun(NamedTuple):
    """Words that occur in both texts, only in the old one or only in the new one."""

    kind: Literal["same", "removed", "added"]
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one part.

    `id` and `name` are taken from the new codebook, or from the old one for a removed part.  `words` shows how a text
    changed, word by word.  A `likeness` below 1 means that the part is only probably the same one.
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
    """Return the changes from one codebook to another:

    of the book itself, then of profiles, sections, groups, codes and texts.

    Within a kind removed parts come first, then added ones, then each part that remained, in the old order.  Keys have
    no meaning and are not compared.
    """
    pairs = {kind: pair_parts(identities(old, kind), identities(new, kind)) for kind in KINDS}
    now = {kind: {pair.old: pair.new for pair in of_kind} for kind, of_kind in pairs.items()}
    changes = list(_book_changes(old, new))
    for kind in KINDS:
        olds = {each.id: each for each in parts_of(old, kind)}
        news = {each.id: each for each in parts_of(new, kind)}
        known = set(now[kind].values())
        changes += [_change(kind, "removed", each) for each in parts_of(old, kind) if each.id not in now[kind]]
        changes += [_change(kind, "added", each) for each in parts_of(new, kind) if each.id not in known]
        for pair in pairs[kind]:
            of_part = _part_changes(kind, olds[pair.old], news[pair.new], now)
            changes += [replace(change, likeness=pair.likeness) for change in of_part]
    return (*changes, *_text_changes(old.texts, new.texts))


def word_diff(old: str, new: str) -> tuple[WordRun, ...]:
    """Return how one text becomes another, in runs of whole words; white space is ignored."""
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


def _change(
    kind: PartKind, what: ChangeKind, part: AnyPart, field: str = "", before: str = "", after: str = ""
) -> Change:
    return Change(part=kind, kind=what, id=part.id, name=_name_of(part), field=field, before=before, after=after)


def _book_changes(old: Codebook, new: Codebook) -> Iterator[Change]:
    for field in ("title", "version", "status", "label"):
        before, after = str(getattr(old, field)), str(getattr(new, field))
        if before != after:
            yield Change(part="book", kind="changed", id="", name=new.title, field=field, before=before, after=after)


def _part_changes(kind: PartKind, old: AnyPart, new: AnyPart, now: dict[PartKind, dict[str, str]]) -> Iterator[Change]:
    """Yield the changes of one part; `now` maps the old ids of each kind to the new ones."""
    if old.id != new.id:
        yield _change(kind, "renumbered", new, "id", old.id, new.id)
    if _name_of(old) != _name_of(new):
        field = "title" if kind in ("section", "group") else "name"
        yield _change(kind, "renamed", new, field, _name_of(old), _name_of(new))
    for field in ("definition", *TEXTS.get(kind, ())):
        before, after = str(getattr(old, field)), str(getattr(new, field))
        if before.split() != after.split():
            what: ChangeKind = "redefined" if field == "definition" else "changed"
            yield replace(_change(kind, what, new, field, before, after), words=word_diff(before, after))
    for field in LISTS.get(kind, ()):
        has, gets = getattr(old, field), getattr(new, field)
        yield from (_change(kind, "lost", new, field, each, "") for each in has if each not in gets)
        yield from (_change(kind, "gained", new, field, "", each) for each in gets if each not in has)
    parents: tuple[PartKind, ...] = ("section", "group") if kind == "code" else ("section",) if kind == "group" else ()
    for parent in parents:
        before, after = getattr(old, parent), getattr(new, parent)
        if now[parent].get(before, before) != after:  # A section with another id is still the same section.
            yield _change(kind, "moved", new, parent, before, after)
    if isinstance(old, Code) and isinstance(new, Code) and old.is_retired != new.is_retired:
        yield _change(kind, "retired" if new.is_retired else "reinstated", new)


def _text_changes(old: Sequence[CodebookText], new: Sequence[CodebookText]) -> Iterator[Change]:
    """Yield the changes of the codebook's own texts, which are identified by their titles."""

    def change(what: ChangeKind, title: str, before: str = "", after: str = "") -> Change:
        return Change(part="text", kind=what, id="", name=title, before=before, after=after)

    olds, news = {text.title: text.body for text in old}, {text.title: text.body for text in new}
    for title, body in olds.items():
        if title not in news:
            yield change("removed", title, before=body)
    for title, body in news.items():
        if title not in olds:
            yield change("added", title, after=body)
        elif olds[title].split() != body.split():
            yield replace(change("changed", title, olds[title], body), field="body", words=word_diff(olds[title], body))


def parts_of(book: Codebook, kind: PartKind) -> Sequence[AnyPart]:
    """Return all parts of a kind in the order of the codebook."""
    of_kind: dict[PartKind, Sequence[AnyPart]] = {
        "profile": book.profiles,
        "section": book.sections,
        "group": book.groups,
        "code": book.codes,
    }
    return of_kind[kind]


def _name_of(part: AnyPart) -> str:
    return part.name if isinstance(part, Code | Profile) else part.title

"""What changed between two codebooks, as data: `diff(old, new) -> changes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from codetui.core.book_matching import entries, paired
from codetui.core.book_order import PartKind
from codetui.model import BookText, Code, Codebook, Group, Profile, Section

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
LONGEST_COMPARED = 5_000
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
    if max(len(before), len(after)) > LONGEST_COMPARED:
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
        self.pairs = {kind: paired(entries(old, kind), entries(new, kind)) for kind in kinds}
        self._now = {kind: {pair.old: pair.new for pair in pairs} for kind, pairs in self.pairs.items()}

    def of_kind(self, kind: PartKind) -> Iterator[Change]:
        """The changes of all parts of a kind."""
        known = set(self._now[kind].values())
        for each in entries(self.old, kind):
            if each.id not in self._now[kind]:
                yield Change(part=kind, kind="removed", id=each.id, name=each.name)
        for each in entries(self.new, kind):
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


def _text_changes(old: Sequence[BookText], new: Sequence[BookText]) -> Iterator[Change]:
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

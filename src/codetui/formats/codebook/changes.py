"""The changes between two codebooks in words that a methods section can use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

from codetui.core.codebook import index as books
from codetui.core.codebook.diff import Change, ChangedKind, WordRun
from codetui.core.text.display import plural
from codetui.model import Codebook, MemoTarget

PlaceKind = Literal["section", "group"]
CONTEXT = 5
"""Unchanged words that are shown on each side of changed ones."""

MOSTLY_NEW = 0.5
"""A text that keeps less than this share of its letters is shown as it was and as it is."""

FIELDS = {
    "responsibilities": ("responsibility", "responsibilities"),
    "projects": ("project", "projects"),
    "examples": ("example", "examples"),
    "confused_with": ("code it is confused with", "codes it is confused with"),
    "include": ("rule of inclusion", ""),
    "exclude": ("rule of exclusion", ""),
    "found_in": ("ad in which it was found", ""),
    "holds": ("kind of entry", ""),
    "status": ("status of the book", ""),
    "label": ("form of labels", ""),
    "version": ("version", ""),
    "title": ("title", ""),
}
"""What a field is called, one of it and several."""


def sentences(changes: Sequence[Change], old: Codebook, new: Codebook) -> list[str]:
    """One sentence for each thing that changed; what came, went or only got another number is told together."""
    if not changes:
        return ["Nothing was changed."]
    found: list[str] = []
    for kind, of_kind in groupby(changes, lambda change: change.part):
        found += _of_kind(kind, list(of_kind), old, new)
    return found


def marked(words: Iterable[WordRun]) -> str:
    """A text with its changes marked, `Lights [-the-] {+every+} lamp`; long stretches without a change are cut."""
    runs = list(words)
    shown: list[str] = []
    for number, run in enumerate(runs):
        if run.kind == "same":
            shown.append(_cut(run.words, is_first=number == 0, is_last=number == len(runs) - 1))
        else:
            shown.append(f"[-{run.words}-]" if run.kind == "removed" else f"{{+{run.words}+}}")
    return " ".join(shown)


def _of_kind(kind: ChangedKind, changes: list[Change], old: Codebook, new: Codebook) -> Iterator[str]:
    for what in ("removed", "added"):
        parts = [change for change in changes if change.kind == what]
        if parts:
            names = _listed(_named(change.id, change.name) for change in parts)
            yield f"{plural(len(parts), f'{kind} was', f'{kind}s were')} {what}: {names}."
    of_part = [list(each) for _, each in groupby(changes, lambda change: (_is_told(change), change.id, change.name))]
    plain = [each[0] for each in of_part if _is_plain(each)]
    if plain:
        names = _listed(f"{change.before} to {_named(change.after, change.name)}" for change in plain)
        yield f"{plural(len(plain), f'{kind} was', f'{kind}s were')} renumbered: {names}."
    for each in of_part:
        if not _is_told(each[0]):
            yield from _of_part(kind, each, old, new)


def _is_told(change: Change) -> bool:
    """Whether a change is told together with others of its kind."""
    return change.kind in ("removed", "added")


def _is_plain(changes: list[Change]) -> bool:
    """Whether a part surely got another id and kept its name."""
    return changes[0].kind == "renumbered" and changes[0].likeness == 1 and all(c.kind != "renamed" for c in changes)


def _of_part(kind: ChangedKind, changes: list[Change], old: Codebook, new: Codebook) -> Iterator[str]:
    """What became of one part, its id and name first."""
    of_kind = {change.kind: change for change in changes}
    name = _named(changes[0].id, changes[0].name)
    who = name if kind == "code" else f"{kind} {name}" if kind != "text" else f"text “{changes[0].name}”"
    if not _is_plain(changes):
        yield from _identity(kind, of_kind.get("renumbered"), of_kind.get("renamed"))
    for change in changes:
        match change.kind:
            case "moved":
                yield f"{_upper(who)} was moved {_moved(change, old, new)}."
            case "redefined" | "changed":
                yield _rewritten(who, change)
            case "retired":
                yield f"{_upper(who)} was retired."
            case "reinstated":
                yield f"{_upper(who)} was taken up again."
            case _:
                pass
    for field in dict.fromkeys(change.field for change in changes if change.kind in ("gained", "lost")):
        yield _entries(who, field, [change for change in changes if change.field == field])


def _identity(kind: ChangedKind, renumbered: Change | None, renamed: Change | None) -> Iterator[str]:
    """That a part has another id, another name or both."""
    prefix = "" if kind == "code" else f"{kind} "
    if renumbered is None:
        if renamed is not None:
            yield f"{_upper(prefix + renamed.id)} was renamed from “{renamed.before}” to “{renamed.after}”."
        return
    before = _named(renumbered.before, renamed.before if renamed else renumbered.name)
    after = _named(renumbered.after, renumbered.name)
    if renumbered.likeness < 1:
        likeness = f"their likeness is {renumbered.likeness:.2f}"
        yield f"{_upper(prefix + before)} is probably what is now {after} ({likeness})."
    else:
        yield f"{_upper(prefix + before)} became {after}."


def _moved(change: Change, old: Codebook, new: Codebook) -> str:
    kind: PlaceKind = "section" if change.field == "section" else "group"
    before, after = (
        books.place_title(book, MemoTarget(kind=kind, id=id_))
        for book, id_ in ((old, change.before), (new, change.after))
    )
    if not change.before:
        return f"into {kind} “{after}”"
    return f"from {kind} “{before}” to “{after}”" if change.after else f"out of {kind} “{before}”"


def _rewritten(who: str, change: Change) -> str:
    """That a text came, went or has other words."""
    if change.part == "book":
        field = FIELDS[change.field][0]
        return f"The {field} is “{change.after}”; it was “{change.before}”."
    field = FIELDS.get(change.field, (change.field, ""))[0]
    what = f"The {who}" if change.part == "text" else f"The {field} of {who}"
    if not change.before or not change.after:
        verb = "is new" if change.after else "was taken away"
        return f"{what} {verb}: “{change.after or change.before}”"
    same = sum(len(run.words) for run in change.words if run.kind == "same")
    if same < MOSTLY_NEW * max(len(change.before), len(change.after)):
        return f"{what} was rewritten, from “{change.before}” to “{change.after}”"
    return f"{what} was changed: {marked(change.words)}"


def _entries(who: str, field: str, changes: list[Change]) -> str:
    """Which entries a list gained and lost."""
    told: list[str] = []
    for kind in ("gained", "lost"):
        texts = [change.after or change.before for change in changes if change.kind == kind]
        if texts:
            noun = FIELDS[field][len(texts) > 1]
            told.append(f"{kind} {len(texts)} {noun}: {_listed(f'“{text}”' for text in texts)}")
    return f"{_upper(who)} {', and '.join(told)}."


def _named(id_: str, name: str) -> str:
    return f"{id_} “{name}”" if id_ else f"“{name}”"


def _listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(words: str, *, is_first: bool, is_last: bool) -> str:
    """The words beside a change, those farther off as `…`."""
    parts = words.split()
    before, after = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    if len(parts) <= before + after + 1:
        return words
    return " ".join([*parts[:before], "…", *(parts[-after:] if after else [])])

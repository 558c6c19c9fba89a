"""The changes between two codebooks as sentences for a methods section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from codetui.core.codebook import index as books
from codetui.core.codebook.diff import Change, ChangedKind, WordRun
from codetui.core.text.display import plural
from codetui.model import Codebook, MemoTarget

CONTEXT = 5
"""Unchanged words that are shown on each side of changed ones."""

MOSTLY_NEW = 0.5
"""A text that keeps less than this share of its letters is shown as it was and as it is."""

FIELDS = {
    "responsibilities": ("responsibility", "responsibilities"),
    "projects": ("project", "projects"),
    "examples": ("example", "examples"),
    "confused_with": ("code it is confused with", "codes it is confused with"),
    "include": ("inclusion rule", ""),
    "exclude": ("exclusion rule", ""),
    "found_in": ("{source} in which it was found", ""),
    "holds": ("kind of entry", ""),
    "status": ("status of the codebook", ""),
    "label": ("label pattern", ""),
    "version": ("version", ""),
    "title": ("title", ""),
}
"""The names of fields, in the singular and the plural."""


def sentences(changes: Sequence[Change], old: Codebook, new: Codebook) -> list[str]:
    """Return a sentence for each change; parts added, removed or only renumbered share one."""
    if not changes:
        return ["Nothing was changed."]
    found: list[str] = []
    for kind, of_kind in groupby(changes, lambda change: change.part):
        found += _of_kind(kind, list(of_kind), old, new)
    return found


def marked(words: Iterable[WordRun]) -> str:
    """Return a text with its changes marked (`Lights [-the-] {+every+} lamp`) and long unchanged passages shortened."""
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
    kept = (change for change in changes if change.kind not in ("removed", "added"))
    of_parts = [list(each) for _, each in groupby(kept, lambda change: (change.id, change.name))]
    renumbered = [each[0] for each in of_parts if _is_only_renumbered(each)]
    if renumbered:
        names = _listed(f"{change.before} to {_named(change.after, change.name)}" for change in renumbered)
        yield f"{plural(len(renumbered), f'{kind} was', f'{kind}s were')} renumbered: {names}."
    for each in of_parts:
        yield from _of_part(kind, each, old, new)


def _is_only_renumbered(changes: list[Change]) -> bool:
    """Return whether a part was renumbered for certain and kept its name."""
    return changes[0].kind == "renumbered" and changes[0].likeness == 1 and all(c.kind != "renamed" for c in changes)


def _of_part(kind: ChangedKind, changes: list[Change], old: Codebook, new: Codebook) -> Iterator[str]:
    """Yield the changes of one part, beginning with its id and name."""
    of_kind = {change.kind: change for change in changes}
    name = _named(changes[0].id, changes[0].name)
    who = name if kind == "code" else f"{kind} {name}" if kind != "text" else f"text “{changes[0].name}”"
    if not _is_only_renumbered(changes):
        yield from _identity(kind, of_kind.get("renumbered"), of_kind.get("renamed"))
    for change in changes:
        match change.kind:
            case "moved":
                yield f"{_upper(who)} was moved {_moved(change, old, new)}."
            case "redefined" | "changed":
                yield _rewritten(who, change, new)
            case "retired" | "reinstated":
                yield f"{_upper(who)} was {change.kind}."
            case _:
                pass
    for field in dict.fromkeys(change.field for change in changes if change.kind in ("gained", "lost")):
        yield _gains_and_losses(who, field, [change for change in changes if change.field == field])


def _identity(kind: ChangedKind, renumbered: Change | None, renamed: Change | None) -> Iterator[str]:
    """Yield a sentence if a part got another id, another name or both."""
    prefix = "" if kind == "code" else f"{kind} "
    if renumbered is None:
        if renamed is not None:
            yield f"{_upper(prefix + renamed.id)} was renamed from “{renamed.before}” to “{renamed.after}”."
        return
    before = _named(renumbered.before, renamed.before if renamed else renumbered.name)
    after = _named(renumbered.after, renumbered.name)
    if renumbered.likeness < 1:
        yield f"{_upper(prefix + before)} is probably now {after} (their likeness is {renumbered.likeness:.2f})."
    else:
        yield f"{_upper(prefix + before)} became {after}."


def _moved(change: Change, old: Codebook, new: Codebook) -> str:
    def title(book: Codebook, id_: str) -> str:
        target = MemoTarget(kind="section" if change.field == "section" else "group", id=id_)
        return books.place_title(book, target)

    if not change.before:
        return f"into {change.field} “{title(new, change.after)}”"
    before = f"{change.field} “{title(old, change.before)}”"
    return f"from {before} to “{title(new, change.after)}”" if change.after else f"out of {before}"


def _rewritten(who: str, change: Change, new: Codebook) -> str:
    """Return the sentence about a text that is new, was removed or was changed."""
    field = FIELDS.get(change.field, (change.field, ""))[0].format(source=new.words.source)
    if change.part == "book":
        return f"The {field} is “{change.after}”; it was “{change.before}”."
    what = f"The {who}" if change.part == "text" else f"The {field} of {who}"
    if not change.before or not change.after:
        return f"{what} {'is new' if change.after else 'was removed'}: “{change.after or change.before}”"
    same = sum(len(run.words) for run in change.words if run.kind == "same")
    if same < MOSTLY_NEW * max(len(change.before), len(change.after)):
        return f"{what} was rewritten, from “{change.before}” to “{change.after}”"
    return f"{what} was changed: {marked(change.words)}"


def _gains_and_losses(who: str, field: str, changes: list[Change]) -> str:
    """Return the sentence about the entries that a list gained and lost."""
    parts: list[str] = []
    for kind in ("gained", "lost"):
        texts = [change.after or change.before for change in changes if change.kind == kind]
        if texts:
            noun = FIELDS[field][len(texts) > 1]
            parts.append(f"{kind} {len(texts)} {noun}: {_listed(f'“{text}”' for text in texts)}")
    return f"{_upper(who)} {', and '.join(parts)}."


def _named(id_: str, name: str) -> str:
    return f"{id_} “{name}”" if id_ else f"“{name}”"


def _listed(names: Iterable[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(words: str, *, is_first: bool, is_last: bool) -> str:
    """Return the words next to a change, with `…` in place of words farther away."""
    parts = words.split()
    before, after = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    if len(parts) <= before + after + 1:
        return words
    return " ".join([*parts[:before], "…", *(parts[-after:] if after else [])])

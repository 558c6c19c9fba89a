"""One statement that a document and a session may both have changed since the document was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

from codetui.study.taking_over.statements import Statement

Part = Literal["slot", "words", "note"]

Conflict: TypeAlias = Literal["apart", "joined", "restored", "kept"]
"""How both versions are kept: beside each other; as one text; removed on one side and changed on the other."""


class Merged(NamedTuple):
    """What the session's statement becomes, and how both versions are kept where both were changed.

    `apart`: the session's stays as it is, and the document's is one of its own.
    """

    after: Statement
    conflict: Conflict | None = None


def merged(edited: Statement, base: Statement, now: Statement, *, is_removed: bool) -> Merged:
    """What `now` becomes when the document's `base` has become `edited`; changes of different parts both hold."""
    by_hand = changed(base, edited)
    if not by_hand:
        return Merged(now)
    if is_removed:
        return Merged(replace(edited, id=now.id), "restored")
    clashes = by_hand & changed(base, now) & changed(now, edited)
    if clashes - {_text_of(now)}:
        return Merged(now, "apart")
    after = now
    if "slot" in by_hand:
        after = replace(after, slot=edited.slot, place=edited.place)
    if "words" in by_hand:
        words = joined(now.words, edited.words) if "words" in clashes else edited.words
        after = replace(after, words=words)
    if "note" in by_hand:
        after = replace(after, note=joined(now.note, edited.note) if "note" in clashes else edited.note)
    return Merged(after, "joined" if clashes else None)


def changed(one: Statement, other: Statement) -> set[Part]:
    """The parts in which two statements differ."""
    parts: set[Part] = set()
    if one.slot != other.slot:
        parts.add("slot")
    if one.words != other.words:
        parts.add("words")
    if one.note != other.note:
        parts.add("note")
    return parts


def _text_of(one: Statement) -> Part:
    """The part of which both versions can stand in one text."""
    return "words" if one.is_note else "note"


def joined(one: str, other: str) -> str:
    """Both texts in one."""
    return " / ".join(filter(None, (one, other)))

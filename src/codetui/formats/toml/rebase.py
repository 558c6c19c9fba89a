"""Carry a change of a text over to a version of it that others have edited meanwhile, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from codetui.formats.toml.edit import EditError


class Hunk(NamedTuple):
    """Lines `start` to `end` of the text before a change, from 0 and half-open, and the lines in their place."""

    start: int
    end: int
    lines: tuple[str, ...]


def rebase(text: str, before: str, after: str) -> str:
    """Return `text`, an edited version of `before`, with the change from `before` to `after`.

    All lines that the change does not touch stay as they are, with their line ends. Raises EditError, with the number
    of the line in `text`, if somebody has edited a line that the change replaces or removes.
    """
    ours, base = text.splitlines(keepends=True), before.splitlines(keepends=True)
    newlines = _newlines(ours)
    wanted = _newlines(after.splitlines(keepends=True))
    if text == before and (newlines <= wanted or wanted <= newlines):
        return after
    places = _places(base, ours)
    done: list[str] = []
    at = 0
    for hunk in _hunks(base, after.splitlines(keepends=True)):
        start, end = _place_of(hunk, places, len(base), len(ours))
        if start < at:
            raise EditError("lines of the codebook were moved since then")
        newline = next(iter(newlines)) if len(newlines) == 1 else ""
        done += ours[at:start]
        done += [line.rstrip("\r\n") + newline if newline and line.endswith("\n") else line for line in hunk.lines]
        at = end
    return "".join([*done, *ours[at:]])


def distance(one: str, other: str) -> int:
    """Return the number of lines that are in only one of two texts."""
    ours, theirs = one.splitlines(), other.splitlines()
    return len(ours) + len(theirs) - 2 * len(_places(ours, theirs))


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[Hunk]:
    """Yield the replaced lines in order."""
    matcher = SequenceMatcher(None, _bare(before), _bare(after), autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield Hunk(start, end, tuple(after[first:last]))


def _places(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """Return the line in `after` of each line of `before` that is still there."""
    matcher = SequenceMatcher(None, _bare(before), _bare(after), autojunk=False)
    return {
        block.a + number: block.b + number for block in matcher.get_matching_blocks() for number in range(block.size)
    }


def _place_of(hunk: Hunk, places: dict[int, int], base: int, ours: int) -> tuple[int, int]:
    """Return the lines of the edited text that a hunk replaces; `base` and `ours` are the lengths of the texts."""
    if hunk.start < hunk.end:
        start = places.get(hunk.start)
        lines = [places.get(line) for line in range(hunk.start, hunk.end)]
        if start is None or lines != list(range(start, start + len(lines))):
            line = next((places[each] for each in range(hunk.start, -1, -1) if each in places), 0) + 1
            raise EditError(f"line {line} of the codebook, or one near it, was changed since then")
        return start, start + len(lines)
    if hunk.start and hunk.start - 1 in places:
        return places[hunk.start - 1] + 1, places[hunk.start - 1] + 1
    if hunk.start in places:
        return places[hunk.start], places[hunk.start]
    if hunk.start in (0, base):
        at = ours if hunk.start else 0
        return at, at
    raise EditError("the lines around the change were edited since then")


def _newlines(lines: Sequence[str]) -> set[str]:
    """Return the kinds of line ends."""
    return {line[len(line.rstrip("\r\n")) :] for line in lines} - {""}


def _bare(lines: Sequence[str]) -> list[str]:
    return [line.rstrip("\r\n") for line in lines]

"""A plain scan for the conditions of a query, written a second time: it imports nothing of codetui.

Texts are strings, quotations dicts with code, note, start and end; a condition is a tuple whose first item names it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import TypedDict

QUOTES = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"}


class Quotation(TypedDict):
    """A quotation with its place in code points."""

    code: str
    note: str
    start: int
    end: int


Condition = tuple[object, ...]
Place = tuple[int, int, str]
"""Start and end of a hit, and the number of its quotation, empty for words."""


def folded_characters(text: str) -> list[tuple[str, int]]:
    """Return the folded characters, each with the index of the one that it comes from."""
    found = []
    for at, character in enumerate(text):
        if "\u0300" <= character <= "\u036f" or character == "\u00ad":
            continue
        plain = unicodedata.normalize("NFKD", character) if character.isalnum() else QUOTES.get(character, character)
        plain = unicodedata.normalize("NFKD", plain.casefold()) if character.isalnum() else plain
        found += [(one, at) for one in plain if not "\u0300" <= one <= "\u036f"]
    return found


def word_places(text: str, words: Sequence[str], *, is_prefix: bool = False) -> list[tuple[int, int]]:
    """Return the places where these words follow one another as whole words."""
    characters = folded_characters(text)
    plain = "".join(character for character, _ in characters)
    wanted = ["".join(character for character, _ in folded_characters(word)) for word in words]
    found, at = [], 0
    while at < len(plain):
        end = _end_of_words(plain, at, wanted)
        if end is not None and _is_edge(plain, at):
            while is_prefix and not _is_edge(plain, end):
                end += 1
            if _is_edge(plain, end):
                last = characters[end][1] if end < len(plain) else len(text)
                found.append((characters[at][1], last))
                at = end
                continue
        at += 1
    return found


def _end_of_words(plain: str, at: int, words: Sequence[str]) -> int | None:
    for number, word in enumerate(words):
        if number:
            start = at
            while at < len(plain) and plain[at].isspace():
                at += 1
            if at == start:
                return None
        if plain[at : at + len(word)] != word:
            return None
        at += len(word)
    return at


def _is_edge(plain: str, at: int) -> bool:
    before, after = plain[at - 1] if at else " ", plain[at] if at < len(plain) else " "
    if not (before.isalnum() or before == "_"):
        return True
    if before.isalpha() and (after == "#" or plain[at : at + 2] == "++"):
        behind = plain[at + (1 if after == "#" else 2) :][:1]
        return behind.isalnum() or behind == "_"
    return not (after.isalnum() or after == "_")


def find(condition: Condition, text: str, quotations: Sequence[Quotation]) -> set[Place] | None:
    """Return the places that a condition finds, None if it does not hold.

    Notes are conditions on the quotations of the codes beside them, as `docs/find.md` defines.
    """
    match condition:
        case ("words", words, bool(is_prefix)):
            places = word_places(text, words, is_prefix=is_prefix)  # type: ignore[arg-type]
            return {(*place, "") for place in places} or None
        case ("regex", str(pattern)):
            found = re.finditer(pattern, text, re.IGNORECASE | re.MULTILINE)
            return {(*one.span(), "") for one in found if one.end() > one.start()} or None
        case ("not", part):
            return None if find(part, text, quotations) is not None else set()  # type: ignore[arg-type]
        case ("or", *parts):
            alternatives = [find(part, text, quotations) for part in parts]  # type: ignore[arg-type]
            held = [one for one in alternatives if one is not None]
            return set().union(*held) if held else None
        case ("and", *parts):
            each = [find(part, text, quotations) for part in parts]  # type: ignore[arg-type]
            return None if None in each else set().union(*(one for one in each if one is not None))
        case ("code", codes, note):
            fitting = [one for one in _of(codes, quotations) if note is None or _has_note(one, str(note))]
            return _places(quotations, fitting)
        case ("relation", left, kind, right, int(distance)):
            fitting = [
                one
                for one in _of(left, quotations)
                if any(other is not one and _is_so(one, str(kind), other, distance) for other in _of(right, quotations))
            ]
            return _places(quotations, fitting)
        case _:
            raise ValueError(condition)


def _of(codes: object, quotations: Sequence[Quotation]) -> list[Quotation]:
    return [one for one in quotations if isinstance(codes, tuple) and one["code"] in codes]


def _has_note(one: Quotation, word: str) -> bool:
    return bool(word_places(one["note"], [word]))


def _places(quotations: Sequence[Quotation], fitting: Sequence[Quotation]) -> set[Place] | None:
    chosen = [id(one) for one in fitting]
    places = ((one["start"], one["end"], str(at)) for at, one in enumerate(quotations) if id(one) in chosen)
    return set(places) or None


def _is_so(one: Quotation, kind: str, other: Quotation, distance: int) -> bool:
    start, end, low, high = one["start"], one["end"], other["start"], other["end"]
    match kind:
        case "&":
            return max(start, low) < min(end, high)
        case "in":
            return low <= start and end <= high
        case "<":
            return end <= low
        case _:
            return max(start, low) - min(end, high) <= distance

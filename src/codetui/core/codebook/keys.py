"""Derive keys for sections, codes and profiles, and the id and key of a new code."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain, count
from string import ascii_lowercase, ascii_uppercase
from typing import TypeVar
from unicodedata import combining

from codetui.core.codebook.index import codes_by_section
from codetui.model import Code, Codebook, Profile, Section

NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.DOTALL)
FINAL_NUMBER = re.compile(r"(?<![0-9])[0-9]{1,9}$")
DIGIT_KEYS = tuple("123456789")
SECTION_KEYS = "".join(DIGIT_KEYS) + ascii_uppercase
K = TypeVar("K", Section, Code)


# --- keys -------------------------------------------------------------------------------------------


def with_keys(book: Codebook) -> Codebook:
    """Return the codebook with a key for every section and, within its section, for every code.

    A given key is kept; of two parts with the same key the first keeps it. A section without a key gets the next free
    digit, from the tenth on a capital. A code gets the number its id ends with (10 is `0`), else the first free letter
    of its name, else of the alphabet, else any character.  Keys are derived in the order of the codebook, so that a
    code appended without a key changes no other's.
    """
    section_keys = _keys(book.sections, lambda _: SECTION_KEYS)
    code_keys: dict[str, str] = {}
    for codes in codes_by_section(book).values():
        code_keys |= _keys(codes, _preferred_keys)
    sections = tuple(_with_key(each, section_keys) for each in book.sections)
    return replace(book, sections=sections, codes=tuple(_with_key(each, code_keys) for each in book.codes))


def with_free_key(book: Codebook, code: Code) -> Code:
    """Return the code with a key that no code of its section has, so that the keys coders know stay the same."""
    return with_keys(replace(book, codes=(*book.codes, replace(code, key="")))).codes[-1]


def profile_keys(profiles: Sequence[Profile]) -> list[str]:
    """Return the digit of each profile: its id if all ids are digits, else its position; empty from the tenth on."""
    ids = [one.id for one in profiles]
    if len(set(ids)) == len(ids) and all(one in DIGIT_KEYS for one in ids):
        return ids
    return [str(number) if number <= len(DIGIT_KEYS) else "" for number in range(1, len(ids) + 1)]


def is_key(key: str) -> bool:
    """Return whether a person can type `key`: one printable character, neither blank nor combining."""
    return len(key) == 1 and key.isprintable() and not key.isspace() and not combining(key)


def _with_key(part: K, keys: dict[str, str]) -> K:
    return replace(part, key=keys.get(part.id, part.key))


def _keys(parts: Sequence[K], preferred: Callable[[K], str]) -> dict[str, str]:
    """Return a key for each part by id, all of them different."""
    keys: dict[str, str] = {}
    taken: set[str] = set()
    any_key = (chr(point) for point in range(0x21, 0x110000) if is_key(chr(point)))
    for part in parts:
        if part.key and part.key not in taken:
            keys.setdefault(part.id, part.key)
            taken.add(part.key)
    for part in parts:
        if part.id not in keys:
            keys[part.id] = next(key for key in chain(preferred(part), any_key) if key not in taken)
            taken.add(keys[part.id])
    return keys


def _preferred_keys(code: Code) -> str:
    """Return the keys that suit a code, best first: its number, the letters of its name, the alphabet."""
    number = FINAL_NUMBER.search(code.id)
    digit = str(int(number[0]) % 10) if number and 1 <= int(number[0]) <= 10 else ""
    letters = (letter.lower() for letter in code.name if letter.isalpha())
    return digit + "".join(letter for letter in letters if is_key(letter)) + ascii_lowercase


# --- ids --------------------------------------------------------------------------------------------


def with_numbers(ids: Sequence[str]) -> list[str]:
    """Return ids with each empty one replaced by its position, from 1, or by the next free number."""
    taken = set(ids)
    found: list[str] = []
    number = 0
    for place, id_ in enumerate(ids, 1):
        if not id_:
            number = next(each for each in count(max(place, number)) if str(each) not in taken)
            taken.add(str(number))
        found.append(id_ or str(number))
    return found


def proposed_id(book: Codebook, section: str, group: str = "", taken: Collection[str] = ()) -> str:
    """Return the next id in a section or group: TASK9 after TASK8, 1.A.3 after 1.A.2.

    The pattern is the most common one among the codes there, including retired ones.  A group without codes uses that
    of its section, with its own id in place of the other group's; a section without codes begins with its own id:
    SKILLS1.  No id of the codebook is proposed, and none in `taken`, ids that codings may have although the codebook
    lacks them.
    """
    in_section = [code for code in book.codes if code.section == section]
    here = [code for code in in_section if code.group == group]
    prefix, number, digits = _pattern(here) or _borrowed(in_section, group) or (f"{section.upper()}", 0, 1)
    known = {code.id for code in book.codes} | set(taken)
    while (id_ := f"{prefix}{number + 1:0{digits}}") in known:
        number += 1
    return id_


def _pattern(codes: Iterable[Code]) -> tuple[str, int, int] | None:
    """Return the most common prefix of ids, the highest number after it, and its digits; None without numbers."""
    found = [match for code in codes if (match := NUMBERED.fullmatch(code.id))]
    if not found:
        return None
    prefix = Counter(match[1] for match in found).most_common(1)[0][0]
    last = max((match[2] for match in found if match[1] == prefix), key=int)
    return prefix, int(last), len(last)


def _borrowed(codes: Iterable[Code], group: str) -> tuple[str, int, int] | None:
    """Return the pattern of another group's codes, with this group's id in place of the other.

    The pattern of codes without a group is unchanged.
    """
    for other in dict.fromkeys(code.group for code in codes):
        pattern = _pattern(code for code in codes if code.group == other)
        if pattern is None:
            continue
        prefix, number, digits = pattern
        part = re.compile(rf"(?<![^\W_]){re.escape(other)}(?![^\W_])") if other else None
        if group and part and part.search(prefix):
            return part.sub(lambda _: group, prefix, count=1), 0, 1
        return prefix, number, digits
    return None


LONGEST_SLUG = 40


def slug(text: str) -> str:
    """Return the words of a title in lower case, joined by `_`, as an id."""
    return "_".join(re.findall(r"[^\W_]+", text.casefold()))[:LONGEST_SLUG].strip("_") or "part"


def unique_id(wanted: str, taken: dict[str, int]) -> str:
    """Return `wanted`, or `wanted_2` and so on if it is taken, and reserve it.

    `taken` counts the requests for each id.
    """
    id_ = wanted
    while id_ in taken:
        taken[wanted] += 1
        id_ = f"{wanted}_{taken[wanted]}"
    taken[id_] = 1
    return id_

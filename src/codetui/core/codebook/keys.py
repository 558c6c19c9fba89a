"""A code that is found while coding: the id that it gets, after the pattern of its neighbours, and its key."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from codetui.core.codebook.index import with_keys
from codetui.model import Code, Codebook

NUMBERED = re.compile(r"(.*?)([0-9]{1,9})", re.DOTALL)


def proposed_id(book: Codebook, section: str, group: str = "", taken: Collection[str] = ()) -> str:
    """The next id in a section or group: TASK9 behind TASK8, 1.A.3 behind 1.A.2.

    The pattern is that of the most codes there, retired ones included.  A group without codes borrows that of its
    section, with its own id in place of the other group's; a section without any begins with its own id: SKILLS1.
    No id of the book is proposed, and none of those `taken`, which codings may bear without it.
    """
    in_section = [code for code in book.codes if code.section == section]
    here = [code for code in in_section if code.group == group]
    prefix, number, digits = _pattern(here) or _borrowed(in_section, group) or (f"{section.upper()}", 0, 1)
    known = {code.id for code in book.codes} | set(taken)
    while (id_ := f"{prefix}{number + 1:0{digits}}") in known:
        number += 1
    return id_


def with_free_key(book: Codebook, code: Code) -> Code:
    """The code with a key that no code of its section has, so that theirs stay what the coder's fingers know."""
    return with_keys(replace(book, codes=(*book.codes, replace(code, key="")))).codes[-1]


def _pattern(codes: Iterable[Code]) -> tuple[str, int, int] | None:
    """What most ids begin with, the highest number behind it, and its digits; None where no id ends with a number."""
    found = [match for code in codes if (match := NUMBERED.fullmatch(code.id))]
    if not found:
        return None
    prefix = Counter(match[1] for match in found).most_common(1)[0][0]
    last = max((match[2] for match in found if match[1] == prefix), key=int)
    return prefix, int(last), len(last)


def _borrowed(codes: Iterable[Code], group: str) -> tuple[str, int, int] | None:
    """The pattern of another group's codes with this group's id in it; of codes without group as it is."""
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

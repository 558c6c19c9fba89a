"""The turns of a conversation: where each begins, and short names of the speakers for a margin."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from codetui.core.text.units import speaker_in
from codetui.model import Passage

_SAMPLE = 200_000
"""Code points that show whether a text is a conversation."""

_MOST = 0.6
"""Share of the names before a colon that those of speakers must have."""


class Turn(NamedTuple):
    """The beginning of a turn, in code points, and its speaker, empty if nobody is named."""

    start: int
    speaker: str


def turns_of(text: str, passages: Sequence[Passage]) -> tuple[Turn, ...]:
    """Return the turns of a text: those of its passages, else those that names before a colon begin.

    Without passages a text is a conversation only if two names or more occur at least twice, and are most of such
    names: an advertisement has lines such as `Location: Delft`, too.
    """
    if any("speaker" in one.attributes for one in passages):
        found = [(text.rfind("\n", 0, one.start) + 1, one.attributes.get("speaker", "")) for one in passages]
    else:
        named = _named_lines(text[:_SAMPLE])
        counts = Counter(name for _, name in named)
        speakers = {name for name, count in counts.items() if count > 1}
        if len(speakers) < 2 or sum(counts[name] for name in speakers) < _MOST * len(named):
            return ()
        found = [one for one in _named_lines(text) if one[1] in speakers]
    turns = list[Turn]()
    for start, speaker in found:
        if not turns or turns[-1].speaker != speaker:
            turns.append(Turn(start, speaker))
    return tuple(turns)


def _named_lines(text: str) -> list[tuple[int, str]]:
    lines = re.finditer(r"[^\n]+", text)
    return [(line.start(), named[0]) for line in lines if (named := speaker_in(line[0]))]


def turn_at(turns: Sequence[Turn], offset: int) -> Turn | None:
    """Return the turn around an offset, None before the first one."""
    at = bisect_right(turns, offset, key=attrgetter("start"))
    return turns[at - 1] if at else None


def short_names(names: Iterable[str], longest: int) -> dict[str, str]:
    """Return a name of at most `longest` characters for each speaker, different ones for different speakers."""
    found: dict[str, str] = {"": ""}
    for name in dict.fromkeys(names):
        first, *others = name.split() or [""]
        initials = "".join(word[0] for word in (first, *others) if word)
        numbered = (f"{first[: longest - len(str(number))]}{number}" for number in range(2, 1000))
        cut = f"{first[: longest - 1]}."
        for short in (name, first, initials if others else cut, cut, *numbered):
            if name not in found and len(short) <= longest and short not in found.values():
                found[name] = short
    return found

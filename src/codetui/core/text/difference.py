"""The difference of two texts, word by word, as a person reads it.

"You light the lamp."  ->  "You light a lamp."      @@ 0 @@  You light [-the-] {+a+} lamp.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

AROUND = 8
"""Words of the context on each side of a change."""

_WORD = re.compile(r"\s*\S+|\s+\Z")


def word_difference(old: str, new: str) -> Iterator[str]:
    """Yield the changes as lines: the offset in the old text in code points, then its words with some around them.

    `[-words-]` are only in the old text, `{+words+}` only in the new one. Lines are compared first, so that the time
    grows with the length of what has changed.
    """
    ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in ours:
        starts.append(starts[-1] + len(line))
    for tag, at, end, other, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            before = "".join(ours[max(0, at - 1) : at])[-AROUND * 8 :]
            yield from _words(old[starts[at] : starts[end]], "".join(theirs[other:other_end]), starts[at], before)


def _words(old: str, new: str, offset: int, before: str) -> Iterator[str]:
    ours, theirs = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, [one.strip() for one in ours], [one.strip() for one in theirs], autojunk=False)
    for group in matcher.get_grouped_opcodes(AROUND):
        parts: list[str] = []
        for tag, at, end, other, other_end in group:
            if tag == "equal":
                parts.append(_joined(ours[at:end]))
                continue
            parts += [f"[-{_joined(ours[at:end])}-]"] if end > at else []
            parts += [f"{{+{_joined(theirs[other:other_end])}+}}"] if other_end > other else []
        place = offset + len("".join(ours[: group[0][1]]))
        context = _joined([before]) if group[0][0] != "equal" and place == offset else ""
        yield f"@@ {place} @@ {' '.join(filter(None, [context, *parts]))}"


def _joined(words: Sequence[str]) -> str:
    return " ".join("".join(words).split())

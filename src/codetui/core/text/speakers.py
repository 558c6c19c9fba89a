"""Names of speakers at the beginning of lines: `Ann de Wit: …`."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[ \t]*([^\W\d_][^\n:：]{0,39})(?:[:：](?=\s|$)|：)[ \t]*")
_PARTICLES = frozenset(
    ["van", "de", "den", "der", "het", "'t", "ten", "ter", "te", "von", "le", "la", "di", "da", "el", "al"]
)
_MOST_WORDS = 4


def speaker_in(line: str) -> tuple[str, int] | None:
    """Return the speaker that a line begins with and where the words begin; None if it names none.

    A name has at most four words, each with a capital letter, a digit or no case, apart from particles.
    """
    found = _LABEL.match(line)
    if found is None:
        return None
    words = found[1].split()
    if len(words) > _MOST_WORDS or any(word[0].islower() and word not in _PARTICLES for word in words):
        return None
    return (" ".join(words), found.end()) if not words[0][0].islower() else None

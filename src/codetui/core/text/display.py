"""Text for display: counts with their nouns, and no control characters for the terminal.

Sources and documents may contain sequences that would colour, move or rename the terminal.
"""

from __future__ import annotations

import re

_FILLERS = "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
_MARKS = "\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u2060-\u206f\ufeff\ufff0-\ufffb\U000e0000-\U000e00ff"
_INVISIBLE = f"{_FILLERS}{_MARKS}"
UNSAFE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff{_INVISIBLE}]|\r(?!\n)")
"""Control characters except tabs and line ends, characters that nobody sees, those that reverse the direction of
writing, and lone surrogates. Joiners and selectors of variants are safe: emoji and some scripts need them."""

INVISIBLE = re.compile(f"[{_INVISIBLE}]")
"""Of these, the ones that cannot be seen: fillers, tags, and what separates letters or orders them."""

is_filler = re.compile(f"[{_FILLERS}]").match
"""Match a character that nobody sees although some terminals give it a cell."""

STAND_IN = "·"


def sanitize(text: str) -> str:
    """Return `text` with a dot in place of each unsafe character; tabs and line ends stay."""
    return UNSAFE.sub(STAND_IN, text)


def sanitize_paste(text: str) -> str:
    """Return pasted text for storage: without invisible characters, and with a dot for other unsafe ones."""
    return sanitize(INVISIBLE.sub("", text))


def sanitize_json(text: str) -> str:
    """Return the same JSON with unsafe characters escaped, which occur only in its strings."""
    return UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    """Escape a character for JSON in UTF-16, which needs two escapes beyond the first 65,536 characters."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def with_article(noun: str) -> str:
    """Return a noun after `a` or `an`."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def plural(number: int, one: str, several: str = "") -> str:
    """Return a count with its noun: `1 coding`, `1,200 codings`; `several` replaces the added s:

    `2 quotations need`.
    """
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"

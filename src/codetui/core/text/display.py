"""Text that a terminal shows and does not obey: ads and documents may hold what would colour, move or rename it."""

from __future__ import annotations

import re

_INVISIBLE = "\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e001f"
UNSAFE = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff{_INVISIBLE}]|\r(?!\n)")
"""Control characters but tabs and line ends, what has no width or turns the direction of writing round, and lone
surrogates.  Joiners stay: emoji and some scripts are written with them."""

INVISIBLE = re.compile(f"[{_INVISIBLE}]")
"""Of these, what is not seen and does nothing but stand between letters, or order them from right to left."""

STAND_IN = "·"


def sanitize(text: str) -> str:
    """`text` with a dot for each character that a terminal might obey, or would not show; tabs and line ends stay."""
    return UNSAFE.sub(STAND_IN, text)


def sanitize_paste(text: str) -> str:
    """The same for what comes from elsewhere to be kept: what is not seen is left out."""
    return sanitize(INVISIBLE.sub("", text))


def sanitize_json(text: str) -> str:
    """The same JSON with escapes for those characters, which stand in it nowhere but in strings."""
    return UNSAFE.sub(lambda found: _escaped(found[0]), text)


def _escaped(character: str) -> str:
    """A character as JSON escapes it: in UTF-16, so that one beyond the first 65,536 takes two escapes."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def plural(number: int, one: str, several: str = "") -> str:
    """`1 coding`, `1,200 codings`; `several` where more than one takes more than an s: `2 quotations need`."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"

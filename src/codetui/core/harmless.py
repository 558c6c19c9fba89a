"""Text that a terminal shows and does not obey: ads and documents may hold what would colour, move or rename it."""

from __future__ import annotations

import re

OBEYED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]|\r(?!\n)")
"""Control characters but tabs and line ends, what turns the direction of writing round, and lone surrogates."""

STAND_IN = "·"


def harmless(text: str) -> str:
    """`text` with a dot for each character that a terminal might obey; tabs and line ends stay."""
    return OBEYED.sub(STAND_IN, text)


def harmless_json(text: str) -> str:
    """The same JSON with escapes for those characters, which stand in it nowhere but in strings."""
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

"""The texts of a whole corpus in one pass, and how it is known that two ads have the same one."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

from codetui.model import Source

NO_TEXT = 0
"""The digest of an ad without text: it is the same as no other."""

_BITS_IN_BYTES = 8


class AdText(NamedTuple):
    """One ad with its text, its place as in SourceEntry, and its digest."""

    ad: Source
    place: int
    digest: int


def digest_of(body: str) -> int:
    """64 bits that say which text an ad has; `NO_TEXT` where it has none.

    Two ads have the same text when their bodies do, each run of white space read as one blank.  The title does not
    count: an ad that is placed again often gets another title or employer ("Dev Engineer", "Lead Dev Engineer") and
    a new layout, while the words that are coded stay.  A text file has no column for the title, so all of it counts.
    """
    words = " ".join(body.split())
    if not words:
        return NO_TEXT
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=_BITS_IN_BYTES).digest()
    return int.from_bytes(digest, "big") or 1

"""Names for files and folders that hold on every file system, and differ where the ids differ."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_LIMIT = 60
_PLAIN_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,59}[a-z0-9_-])?")
_PLAIN_CODER = re.compile(r"\w(?:[\w .-]{0,58}[\w-])?")
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"
}
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "’": "",
        "'": "",
    }
)


def safe_name(name: str) -> str:
    """The id itself where every file system takes it, else a readable part and eight digits of its hash.

    Different ids get names that differ in more than case: `ab-1` is `ab-1`, `AB-1` is `ab-1~` and digits.
    """
    if _PLAIN_ID.fullmatch(name) and not is_reserved(name):
        return name
    return _hashed(file_words(name, joint="-"), name)


def coder_name(name: str, *, hashed: bool = False) -> str:
    """A coder's name as a folder: the name itself, or (if it must, or is asked) with a hash."""
    composed = unicodedata.normalize("NFC", name)
    if not hashed and _PLAIN_CODER.fullmatch(composed) and not is_reserved(composed) and len(composed.encode()) < 200:
        return composed
    return _hashed(file_words(composed, joint="-"), composed)


def file_words(text: str, joint: str = "_") -> str:
    """A text's words in lower-case ASCII for a file's name: `creative_fabrica` for `Creative Fabrica`."""
    plain = unicodedata.normalize("NFKD", text[:1000].lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    joined = joint.join(words)
    if len(joined) <= _LIMIT:
        return joined
    return joined[:_LIMIT].rpartition(joint)[0] or joined[:_LIMIT]


def is_reserved(name: str) -> bool:
    """Whether Windows keeps this name for a device, whatever its suffix: `con`, `aux.txt`."""
    return name.partition(".")[0].strip().casefold() in _RESERVED


def _hashed(slug: str, name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{slug or 'x'}~{digest[:8]}"

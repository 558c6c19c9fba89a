"""The comment at the end of an exported coding book: its codebook as TOML, with the hash of the visible text."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from codetui.formats.codebook.writer import render_codebook as write_codebook
from codetui.model import Codebook

COMMENT = re.compile(r"\n*<!-- codetui codebook (?P<hash>[0-9a-f]{64})\n(?P<toml>.*)\n-->\s*\Z", re.DOTALL)


class Embedded(NamedTuple):
    """A coding book cut in two: the text that people see, and the TOML of the codebook it was exported from.

    `toml` is empty where there is no comment; `is_current` is False where the text was edited since the export.
    """

    text: str
    toml: str = ""
    is_current: bool = False
    line: int = 0


def with_codebook(text: str, book: Codebook) -> str:
    """Return `text` with the codebook in a comment at its end."""
    toml = write_codebook(book).replace("&", "&amp;").replace("-->", "--&gt;").rstrip("\n")
    return f"{text}\n<!-- codetui codebook {_hash(text)}\n{toml}\n-->\n"


def split(text: str) -> Embedded:
    """Cut the comment off the end of a coding book.  Line ends and blank lines at the edges do not count as edits."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = text.rfind("<!-- codetui codebook ")
    found = COMMENT.fullmatch(text, start) if start >= 0 else None
    if found is None:
        return Embedded(text)
    toml = found["toml"].replace("--&gt;", "-->").replace("&amp;", "&") + "\n"
    seen = text[:start]
    return Embedded(seen, toml, _hash(seen) == found["hash"], seen.count("\n") + 1)


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()

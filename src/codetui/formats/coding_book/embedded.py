"""The comment at the end of an exported coding book: its codebook as TOML, with the hash of the visible text."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from codetui.formats.codebook.writer import render_codebook
from codetui.model import Codebook

OPENING = "<!-- codetui codebook "
COMMENT = re.compile(rf"{OPENING}(?P<hash>[0-9a-f]{{64}})\n(?P<toml>.*)\n-->\s*\Z", re.DOTALL)


class EmbeddedCodebook(NamedTuple):
    """A coding book's visible text, and the TOML of the codebook in its comment on `line`; empty without a comment.

    `is_current` is False if the text was edited since the export.
    """

    text: str
    toml: str = ""
    is_current: bool = False
    line: int = 0


def embed_codebook(text: str, book: Codebook) -> str:
    """Return `text` with the codebook in a comment at its end."""
    toml = render_codebook(book).replace("&", "&amp;").replace("-->", "--&gt;").rstrip("\n")
    return f"{text}\n{OPENING}{_hash(text)}\n{toml}\n-->\n"


def extract_codebook(text: str) -> EmbeddedCodebook:
    """Return the text and the codebook of a coding book.  Line ends and blank lines at the edges are no edits."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    start = text.rfind(OPENING)
    found = COMMENT.fullmatch(text, start) if start >= 0 else None
    if found is None:
        return EmbeddedCodebook(text)
    toml = found["toml"].replace("--&gt;", "-->").replace("&amp;", "&") + "\n"
    visible = text[:start]
    return EmbeddedCodebook(visible, toml, _hash(visible) == found["hash"], visible.count("\n") + 1)


def _hash(text: str) -> str:
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).hexdigest()

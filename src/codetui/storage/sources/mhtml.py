"""Extract the text of pages that a browser saved as one file (`.mhtml`), a message whose parts are page and styles.

The first page is the one that was saved; those after it are its frames, which are counted in it.
"""

from __future__ import annotations

import email
from email.message import Message
from email.policy import compat32
from typing import BinaryIO

from codetui.storage.sources.documents import Extracted, UnreadableSourceError
from codetui.storage.sources.html import decode_page, extract_page


def extract(file: BinaryIO, _: bool) -> Extracted:
    """Return the text of the page; raise UnreadableSourceError if the file has none."""
    parts = list(email.message_from_binary_file(file, policy=compat32).walk())
    page = next((part for part in parts if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    if page is None:
        raise UnreadableSourceError("has no page in it: open it in a browser and save it as .html")
    styles = "\n".join(_text(part) for part in parts if part.get_content_type() == "text/css")
    return extract_page(_text(page), styles)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return decode_page(content if isinstance(content, bytes) else b"", part.get_content_charset() or "")

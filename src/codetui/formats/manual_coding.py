"""Manual-coding documents: one coder's coding of one ad as markdown.

`project` makes the document of a session, `write` its text, and `read` a document from any text.
"""

from codetui.formats.document.projection import numbered, project, without_number
from codetui.formats.document.reader import read
from codetui.formats.document.values import Block, CodeLine, Document, Entry, Note, SectionPart, Unread
from codetui.formats.document.writer import write

__all__ = [
    "Block",
    "CodeLine",
    "Document",
    "Entry",
    "Note",
    "SectionPart",
    "Unread",
    "numbered",
    "project",
    "read",
    "without_number",
    "write",
]

"""Manual-coding documents: one coder's coding of one ad as markdown.

`project` makes the document of a session, `write` its text, and `read` a document from any text.  A document that a
person laid out is a form: `render` edits its text instead of writing it anew.  `document_of` is what a session writes.
"""

from codetui.core.codebook import index_of
from codetui.core.state import State
from codetui.formats.document.form import render
from codetui.formats.document.form_ids import identified, ids_by_line, with_ids
from codetui.formats.document.lines import conflict_marks
from codetui.formats.document.projection import AdFacts, numbered, project, without_number
from codetui.formats.document.reader import read
from codetui.formats.document.values import Block, CodeLine, Document, Entry, Lines, Note, SectionPart, Unread
from codetui.formats.document.writer import Written, write, written
from codetui.model import Codebook

__all__ = [
    "Block",
    "CodeLine",
    "Document",
    "Entry",
    "Lines",
    "Note",
    "SectionPart",
    "Unread",
    "Written",
    "conflict_marks",
    "document_of",
    "identified",
    "ids_by_line",
    "numbered",
    "project",
    "read",
    "render",
    "with_ids",
    "without_number",
    "write",
    "written",
]


def document_of(state: State, book: Codebook, ad: AdFacts) -> Written:
    """The document of a session: its form, edited where the session has gone on, or in the canonical shape."""
    wanted = project(state, book, ad)
    return written(wanted) if state.form is None else render(state.form, wanted, index_of(book))

"""The session document: one coder's coding of one source as markdown.

`project` builds the document of a session, `write` renders it as text, and `read` parses any text into a document.
`document_of` returns what is saved for a session: in a document that a person laid out it changes single lines.

Loading the package costs some 30 ms. Modules that are loaded before the first screen import it in their functions.
"""

from __future__ import annotations

from codetui.formats.session_doc.lines import conflict_marks
from codetui.formats.session_doc.markdown import identified, project, read, source_id_of, write
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    Note,
    SectionPart,
    Written,
    ids_by_line,
    with_ids,
    with_part_ids,
    without_number,
)
from codetui.formats.session_doc.patch import document_of

__all__ = [
    "Block",
    "CodeLine",
    "Document",
    "Entry",
    "Note",
    "SectionPart",
    "Written",
    "conflict_marks",
    "document_of",
    "identified",
    "ids_by_line",
    "project",
    "read",
    "source_id_of",
    "with_ids",
    "with_part_ids",
    "without_number",
    "write",
]

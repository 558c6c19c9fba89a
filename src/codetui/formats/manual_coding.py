"""Manual-coding documents: one coder's coding of one ad as markdown.

`project` makes the document of a session, `write` its text, and `read` a document from any text.  A document that a
person laid out is a form: `render` edits its text instead of writing it anew.  `document_of` is what a session writes.

Each name is loaded when it is first asked for: the first ad is on the screen before any document is read or written.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codetui.formats.session_doc.form import render
    from codetui.formats.session_doc.form_ids import identified, ids_by_line, with_ids
    from codetui.formats.session_doc.lines import conflict_marks
    from codetui.formats.session_doc.projection import AdFacts, numbered, project, without_number
    from codetui.formats.session_doc.reader import read
    from codetui.formats.session_doc.session_document import document_of
    from codetui.formats.session_doc.values import Block, CodeLine, Document, Entry, Lines, Note, SectionPart, Unread
    from codetui.formats.session_doc.writer import Written, write, written

__all__ = [
    "AdFacts",
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
    "warm_up",
    "with_ids",
    "without_number",
    "write",
    "written",
]

_HOMES = {
    "form": ("render",),
    "form_ids": ("identified", "ids_by_line", "with_ids"),
    "lines": ("conflict_marks",),
    "projection": ("AdFacts", "numbered", "project", "without_number"),
    "reader": ("read",),
    "session_document": ("document_of",),
    "values": ("Block", "CodeLine", "Document", "Entry", "Lines", "Note", "SectionPart", "Unread"),
    "writer": ("Written", "write", "written"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Loads the module that has the name."""
    if name not in _HOME_OF:
        raise AttributeError(name)
    value = globals()[name] = getattr(import_module(f"codetui.formats.session_doc.{_HOME_OF[name]}"), name)
    return value


def warm_up() -> None:
    """Loads it all, so that the first document does not wait for it."""
    for home in _HOMES:
        import_module(f"codetui.formats.session_doc.{home}")

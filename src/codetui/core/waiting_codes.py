"""Codes under which codings wait because their old id means something else now: what documents call them.

`T5?` stands in documents as `T5? (waits: T5 of an earlier codebook)`, and is read back from that.
"""

from __future__ import annotations

from codetui.core.codebook import CodebookIndex
from codetui.model import CodeId

WAITING = "?"
"""Ends the code of a coding that waits for a decision although its old id means something in the new book: `T5?`."""

ABOUT = "waits: {id} of an earlier codebook"


def old_id(code_id: str) -> str:
    """The id that a coding had which waits under this one; empty for any other id."""
    return code_id.rstrip(WAITING) if code_id.endswith(WAITING) else ""


def about_waiting(code_id: str, index: CodebookIndex) -> str:
    """What there is to say of an id under which codings wait; empty for any other id."""
    old = old_id(code_id)
    is_waiting = old and code_id not in index.codes and old in index.codes
    return ABOUT.format(id=old) if is_waiting else ""


def label_in(index: CodebookIndex, code_id: str) -> str:
    """How documents name a code of the book, one that waits, or (by its id) one that the book lacks."""
    about = about_waiting(code_id, index)
    return f"{code_id} ({about})" if about else index.labels.get(CodeId(code_id), code_id)


def id_by_label(label: str) -> str:
    """The id that a label means which the book does not know: of a code that waits its id, else the label itself."""
    id_, bracket, _ = label.partition(" (")
    old = old_id(id_)
    is_waiting = bracket and old and label.rstrip(":. ") == f"{id_} ({ABOUT.format(id=old)})"
    return id_ if is_waiting else label

"""Documents that a person laid out are edited, not rewritten: only lines change of which a session says otherwise."""

from __future__ import annotations

from dataclasses import replace

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.session_doc.form_body import edit_sections
from codetui.formats.session_doc.form_head import edit_head
from codetui.formats.session_doc.form_tree import planted
from codetui.formats.session_doc.model import Document, Written
from codetui.model import DocumentLayout

BYTE_ORDER_MARK = "\ufeff"


def render(form: DocumentLayout, wanted: Document, index: CodebookIndex) -> Written:
    """The text of `form`, edited so that it says what `wanted` says, with the ids of its entries and notes by line.

    `wanted` is the canonical document of a session, with ids.  Every entry and note of it stands once in the result;
    all lines of the form that say nothing else than it are there in their order, byte for byte.  A code with several
    lines keeps each entry where it stands: the order of `wanted` counts within each of them.
    """
    mark = BYTE_ORDER_MARK if form.text.startswith(BYTE_ORDER_MARK) else ""
    tree = planted(replace(form, text=form.text.removeprefix(mark)), index)
    edit_head(tree, form, wanted, index)
    edit_sections(tree, wanted, index)
    written = tree.chain.written()
    return written._replace(text=mark + written.text)

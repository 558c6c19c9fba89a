"""What in a document does not agree with the codebook: kept as it is, and said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.session_doc import Block, CodeLine, Document, SectionPart
from codetui.model import Code, CodeId, Severity


class Remark(NamedTuple):
    """Something to be said about a line."""

    line: int
    severity: Severity
    message: str


def new_remarks(document: Document, base: Document | None, index: CodebookIndex) -> list[Remark]:
    """The remarks on a document that did not hold for `base` already."""
    known = {(one.severity, one.message) for one in remarks(base, index)} if base else set()
    return [one for one in remarks(document, index) if (one.severity, one.message) not in known]


def remarks(document: Document, index: CodebookIndex) -> Iterator[Remark]:
    """All remarks on a document that has the ids of its sections, groups and codes."""
    for section in document.sections:
        has_notes = any(block.heading is None and block.notes for block in section.blocks)
        if section.id not in index.sections:
            yield _unknown("section", section.title, section.line, has_notes=has_notes)
        for block in section.blocks:
            if block.heading is not None and block.id not in index.groups:
                yield _unknown("group", block.heading, block.line, has_notes=bool(block.notes))
            for line in block.codes:
                yield from _on_code(line, section, block, index)


def _unknown(what: str, heading: str, line: int, *, has_notes: bool) -> Remark:
    kept = "its notes are kept under that name" if has_notes else "it is kept as it is written"
    message = f"the codebook has no {what} “{heading}”; {kept}. Correct the heading, or add it to the codebook"
    return Remark(line, "warning" if has_notes else "note", message)


def _on_code(line: CodeLine, section: SectionPart, block: Block, index: CodebookIndex) -> Iterator[Remark]:
    code = index.codes.get(CodeId(line.id))
    if code is None:
        message = (
            f"the codebook has no code “{line.label}”; its codings are kept under that name. "
            "Correct the label, or add the code to the codebook"
        )
        yield Remark(line.line, "warning", message)
        return
    here, own = _misplaced(code, section, block, index)
    if own:
        message = f"“{line.label}” stands under “{here}”, in the codebook under “{own}”; it stays. Move it, or leave it"
        yield Remark(line.line, "note", message)


def _misplaced(code: Code, section: SectionPart, block: Block, index: CodebookIndex) -> tuple[str, str]:
    """The heading over a code and the title of its own; nothing where they agree, or the heading is unknown."""
    own = index.sections.get(code.section)
    if own and section.id in index.sections and section.id != code.section:
        return section.title, own.title
    if block.heading is None or block.id not in index.groups or block.id == code.group:
        return "", ""
    group = index.groups.get(code.group)
    return block.heading, group.title if group else own.title if own else ""

"""A manual-coding document written in its canonical shape."""

from __future__ import annotations

from codetui.formats.document.entries import write_code_line, write_entry
from codetui.formats.document.head import Heading, write_heading, write_opening, write_profile
from codetui.formats.document.inline import one_line, write_notes
from codetui.formats.document.values import Block, CodeLine, Document, SectionPart

RULE = "---"


def write(document: Document) -> str:
    """The markdown of a document: LF, tight lists, one newline at the end.

    `read` gives an equal document back, line breaks inside values as blanks.
    """
    parts = [_head(document), *(_section(section) for section in document.sections)]
    return f"\n\n{RULE}\n\n".join(parts) + "\n"


def _head(document: Document) -> str:
    heading = write_heading(Heading(document.ad, document.employer))
    opening = document.opening or write_opening(document.title, document.employer)
    profile = "\n".join(write_profile(document.profile, document.reasoning))
    return "\n\n".join(filter(None, (f"# {heading}", opening, profile)))


def _section(section: SectionPart) -> str:
    heading = f"## {one_line(section.title)}".rstrip()
    return "\n\n".join([heading, *(_block(block) for block in section.blocks if not block.is_empty)])


def _block(block: Block) -> str:
    parts = [] if block.heading is None else [f"### {one_line(block.heading)}".rstrip()]
    parts += [write_notes((note,)) for note in block.notes]
    if block.codes:
        parts.append("\n".join(line for code in block.codes for line in _code(code)))
    return "\n\n".join(parts)


def _code(code: CodeLine) -> list[str]:
    return [f"- {write_code_line(code)}", *(f"  - {write_entry(entry)}" for entry in code.entries)]

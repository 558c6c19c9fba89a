"""A manual-coding document written in its canonical shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codetui.formats.session_doc.entries import write_code_line, write_entry
from codetui.formats.session_doc.head import Heading, write_heading, write_opening, write_profile
from codetui.formats.session_doc.inline import one_line, write_notes
from codetui.formats.session_doc.values import Block, CodeLine, Document, SectionPart

RULE = "---"


class Written(NamedTuple):
    """A document's text, and the codings and notes on its lines: (line from 1, their ids in order)."""

    text: str
    ids: tuple[tuple[int, tuple[str, ...]], ...]


class Row(NamedTuple):
    """One line that is written, and the ids of what stands on it."""

    text: str
    ids: tuple[str, ...] = ()


def write(document: Document) -> str:
    """The markdown of a document: LF, tight lists, one newline at the end.

    `read` gives an equal document back, line breaks inside values as blanks.
    """
    return written(document).text


def written(document: Document) -> Written:
    """What `write` gives, with the ids of the entries and notes by line; lines without any are left out."""
    rows = [Row(line) for line in _head(document).split("\n")]
    for section in document.sections:
        rows += [Row(""), Row(RULE), Row(""), *_section(section)]
    ids = tuple((number, row.ids) for number, row in enumerate(rows, 1) if any(row.ids))
    return Written("".join(f"{row.text}\n" for row in rows), ids)


def _head(document: Document) -> str:
    heading = write_heading(Heading(document.ad, document.employer))
    opening = document.opening or write_opening(document.title, document.employer)
    profile = "\n".join(write_profile(document.profile, document.reasoning))
    return "\n\n".join(filter(None, (f"# {heading}", opening, profile)))


def _section(section: SectionPart) -> Iterator[Row]:
    yield Row(write_section_heading(section.title))
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[Row]:
    if block.heading is not None:
        yield from (Row(""), Row(write_group_heading(block.heading)))
    for note in block.notes:
        yield from (Row(""), Row(write_notes((note,)), (note.id,)))
    if block.codes:
        yield Row("")
    for code in block.codes:
        yield from _code(code)


def _code(code: CodeLine) -> Iterator[Row]:
    yield Row(f"- {write_code_line(code)}", tuple(note.id for note in code.notes))
    for entry in code.entries:
        yield Row(f"  - {write_entry(entry)}", (entry.id,))


def write_section_heading(title: str) -> str:
    """The line that a section begins with."""
    return f"## {one_line(title)}".rstrip()


def write_group_heading(title: str, marks: str = "###") -> str:
    """The line that a group begins with."""
    return f"{marks} {one_line(title)}".rstrip()

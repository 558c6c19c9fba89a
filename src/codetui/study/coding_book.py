"""Convert coding books in markdown, and tables of codes in CSV, to codebooks, and codebooks to markdown and HTML."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import CodingBook
from codetui.model import Codebook, Problem
from codetui.storage import fs
from codetui.study.study import StudyError

UTF16 = (b"\xff\xfe", b"\xfe\xff")
Layout = Literal["markdown", "html"]
LARGEST_BOOK = 1_000_000
"""Bytes of the largest coding book in markdown that is read."""

LONGEST_TITLE = 400
TABLES = {".csv", ".tsv"}
OTHER_KINDS = {".json", ".jsonl", ".yaml", ".yml", ".toml", ".xml", ".html", ".htm", ".qdc", ".qdpx"}
"""Suffixes of texts that are no coding book, whatever they look like."""

READABLE = (
    "Coding books are read from markdown, in which each code has a heading, an entry of a list or a row of a table, "
    "and from .csv with columns such as `code` and `definition`; save it as one of these"
)


class ConvertedBook(NamedTuple):
    """A codebook made from a coding book; `notes` concern the coding book, `problems` the codebook."""

    found: CodingBook
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]


def convert_coding_book(source: Path, output: str) -> ConvertedBook:
    """Return the codebook of a coding book in markdown; `output` names its file in the problems.

    Raises StudyError if the coding book cannot be read, has no codes, or would yield an unreadable codebook.
    """
    from codetui.formats.coding_book.reader import extract_codebook, found_instead, parse_coding_book
    from codetui.formats.coding_book.tables import line_in_table, table_as_markdown
    from codetui.formats.coding_book.vocabulary import WORDS
    from codetui.formats.session_doc.head import HEADING

    try:
        data = fs.read(source)
    except OSError as error:
        raise StudyError(f"{error.strerror or error}; name a coding book in markdown.", file=source) from error
    if len(data) > LARGEST_BOOK:
        raise StudyError(f"{source} is larger than 1 MB, a coding book is far smaller: is it the right file?")
    if source.suffix.lower() in OTHER_KINDS or (b"\0" in data and not data.startswith(UTF16)):
        raise StudyError(f"this file is not a coding book, so nothing is written. {READABLE}.", file=source)
    text, notes = _decoded(data, source)
    lines: list[int] = []
    if source.suffix.lower() in TABLES:
        text, lines = table_as_markdown(text, source.stem)
    title = next((line.strip("# ") for line in text.splitlines() if line.startswith("#")), "")
    is_declared = WORDS["declared"].search(title) is not None
    if HEADING.match(title[:LONGEST_TITLE]) and not is_declared:
        what = f"this is the document of a coded source (“{title}”), not a codebook, so nothing is written"
        raise StudyError(f"{what}. Import it with `codetui import {source.name}`.", file=source)
    is_table = bool(lines) and any("defini" in cell.lower() for cell in text.split("\n")[2].split("|"))
    found = parse_coding_book(text, str(source), output, is_declared=is_table)
    has_codes = bool(found.book.codes) or "[[code]]" in found.toml
    if not has_codes and not extract_codebook(text).is_current:
        parts = found_instead(text, has_rows=bool(lines))
        what = f"no code was found in this file, so nothing is written. It has {parts}. {READABLE}"
        hint = (
            ""
            if lines
            else ". A codebook has that word in its title, and a line such as `Definition: …` below each code"
        )
        raise StudyError(f"{what}{hint}.", file=source)
    (first, *others) = found.book.codes or (None,)
    if first and first.id.isdigit() and not (others or is_declared or first.include or first.exclude or first.examples):
        line = next((at for at, each in enumerate(text.split("\n"), 1) if first.name in each), 1)
        what = f"only the heading “{first.id}. {first.name}” in line {line} looks like a code, so nothing is written"
        raise StudyError(f"{what}. If this is a codebook, write that word in its title: `# Codebook: …`.", file=source)
    if lines:
        found = replace(found, notes=tuple(note._replace(line=line_in_table(note.line, lines)) for note in found.notes))
    book, problems = parse_codebook(found.toml, output)
    if book is None:
        why = "; ".join(problem.message for problem in problems)
        raise StudyError(f"{source} would make a codebook that cannot be read, so nothing is written: {why}")
    return ConvertedBook(found, (*notes, *found.notes), tuple(problems))


def coding_book_text(book: Codebook, layout: Layout) -> str:
    """Render a codebook as a coding book in markdown, or as a page in HTML for printing."""
    if layout == "html":
        from codetui.formats.coding_book.writer import render_page

        return render_page(book)
    from codetui.formats.coding_book.writer import render_coding_book

    return render_coding_book(book)


def _decoded(data: bytes, source: Path) -> tuple[str, list[Problem]]:
    """Return the text of a file, and a warning if it is neither UTF-8 nor UTF-16 with a byte order mark."""
    try:
        if data.startswith(UTF16):
            return data.decode("utf-16"), []
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = "not UTF-8; it is read as Windows-1252: check its accents, or save it as UTF-8"
        return data.decode("cp1252", "replace"), [Problem(str(source), line, "warning", what)]

"""Convert coding books in markdown, and tables of codes in CSV, to codebooks, and codebooks to markdown and HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.core.text.display import plural
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import CodingBook
from codetui.model import Codebook, Problem
from codetui.storage import fs
from codetui.study.study import StudyError

UTF16 = (b"\xff\xfe", b"\xfe\xff")
Layout = Literal["markdown", "html"]
LARGEST_BOOK = 1_000_000
"""Bytes of the largest coding book in markdown that is read."""

LEAST_SHARE, LEAST_SHARE_OF_A_BOOK = 0.5, 0.05
"""The share of a codebook's words that belong to its codes; less is enough where title and codes say what they are."""

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
    from codetui.formats.coding_book.reader import extract_codebook, found_instead, is_titled_as_book, parse_coding_book
    from codetui.formats.coding_book.tables import heads_codes, line_in_table, table_as_markdown
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
    is_declared = is_titled_as_book(text)
    if HEADING.match(title[:LONGEST_TITLE]) and not is_declared:
        what = f"this is the document of a coded source (“{title}”), not a codebook, so nothing is written"
        raise StudyError(f"{what}. Import it with `codetui import {source.name}`.", file=source)
    is_table = bool(lines) and heads_codes(text.split("\n")[2].strip("| ").split(" | "))
    found = parse_coding_book(text, str(source), output, is_declared=is_table)
    has_codes = bool(found.book.codes) or re.search(r"(?m)^\[\[code\]\]$", found.toml) is not None
    if not has_codes and not extract_codebook(text).is_current:
        parts = found_instead(text, has_rows=bool(lines))
        what = f"no code was found in this file, so nothing is written. It has {parts}. {READABLE}"
        hint = (
            ""
            if lines
            else ". A codebook has that word in its title, and a line such as `Definition: …` below each code"
        )
        raise StudyError(f"{what}{hint}.", file=source)
    if not extract_codebook(text).is_current:
        _require_codebook(found, text, source, is_declared=is_declared or is_table, is_table=is_table)
    if lines:
        found = replace(found, notes=tuple(note._replace(line=line_in_table(note.line, lines)) for note in found.notes))
    book, problems = parse_codebook(found.toml, output)
    if book is None:
        why = "; ".join(problem.message for problem in problems)
        raise StudyError(f"{source} would make a codebook that cannot be read, so nothing is written: {why}")
    return ConvertedBook(found, (*notes, *found.notes), tuple(problems))


def _require_codebook(found: CodingBook, text: str, source: Path, *, is_declared: bool, is_table: bool) -> None:
    """Raise StudyError for a text that mentions codes but is no codebook: too few of its words define any."""
    from codetui.formats.coding_book.vocabulary import IS_DOTTED_ID, IS_WORD_ID

    codes = found.book.codes
    is_lone = len(codes) == 1 and not (IS_WORD_ID.fullmatch(codes[0].id) or IS_DOTTED_ID.fullmatch(codes[0].id))
    is_enough = found.share >= (
        LEAST_SHARE_OF_A_BOOK if is_declared and (is_table or not found.is_guessed) else LEAST_SHARE
    )
    if not codes or (is_enough and (is_declared or not is_lone)):
        return
    line = next((at for at, each in enumerate(text.split("\n"), 1) if codes[0].name in each), 1)
    others = f" and {plural(len(codes) - 1, 'other')}" if len(codes) > 1 else ""
    what = (
        f"“{codes[0].name}” in line {line}{others} may be codes, but {1 - found.share:.0%} of the words belong to none"
    )
    if is_enough:
        what = f"only “{codes[0].name}” in line {line} looks like a code"
    hint = "leave out the rest" if is_declared else "write that word in its title"
    raise StudyError(f"{what}, so nothing is written. If this is a codebook, {hint}: `# Codebook: …`.", file=source)


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

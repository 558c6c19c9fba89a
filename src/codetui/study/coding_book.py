"""Convert coding books and codebooks of other programs to codebooks, and codebooks to files for them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.core.text.display import plural
from codetui.formats.book_files import READER_OF, BookReader
from codetui.formats.book_files.entries import FoundBook
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import CodingBook
from codetui.model import Codebook, Problem
from codetui.storage import fs
from codetui.study.study import StudyError

UTF16 = (b"\xff\xfe", b"\xfe\xff")
Layout = Literal["markdown", "html", "csv", "xlsx", "qdc"]
LARGEST_BOOK = 1_000_000
"""Bytes of the largest coding book in markdown that is read."""

LARGEST_FILE = 20_000_000
"""Bytes of the largest codebook of another program."""

WITH_MEDIA = (".qdpx", ".qde")
"""Suffixes of files with much besides the codebook."""

TEXT_TABLES = (".csv", ".tsv", ".tab")
LEAST_SHARE, LEAST_SHARE_OF_A_BOOK = 0.5, 0.05
"""The share of a codebook's words that belong to its codes; less is enough where title and codes say what they are."""

LONGEST_TITLE = 400
OTHER_KINDS = {".toml", ".xml", ".html", ".htm"}
"""Suffixes of texts that are no coding book, whatever they look like."""

READABLE = (
    "Coding books are read from markdown, in which each code has a heading, an entry of a list or a row of a table, "
    "from .csv and .xlsx with columns such as `code` and `definition`, from .json and .yaml, and from .qdc and .qdpx; "
    "save it as one of these"
)
QUALCODER = "data.qda"
"""The database in the folder of a project of QualCoder."""


class ConvertedBook(NamedTuple):
    """A codebook made from a coding book; `notes` concern the coding book, `problems` the codebook.

    `understood` is what the file of another program was taken for, None for a coding book in text.
    """

    found: CodingBook
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    understood: FoundBook | None = None


def convert_coding_book(source: Path, output: str) -> ConvertedBook:
    """Return the codebook of a coding book, or of another program's file; `output` names its file in the problems.

    Raises StudyError if the coding book cannot be read, has no codes, or would yield an unreadable codebook.
    """
    source = source / QUALCODER if fs.is_file(source / QUALCODER) else source
    try:
        data = fs.read(source)
    except OSError as error:
        raise StudyError(f"{error.strerror or error}; name a coding book.", file=source) from error
    reader = READER_OF.get(source.suffix.lower())
    converted = _converted_file(data, source, output, reader) if reader else _converted_text(data, source, output)
    book, problems = parse_codebook(converted.found.toml, output)
    if book is None:
        why = "; ".join(problem.message for problem in problems)
        raise StudyError(f"{source} would make a codebook that cannot be read, so nothing is written: {why}")
    return converted._replace(problems=tuple(problems))


def _converted_file(data: bytes, source: Path, output: str, reader: BookReader) -> ConvertedBook:
    """Return the codebook in a file of another program. Raises StudyError."""
    from codetui.formats.book_files.entries import UnreadableBookError, make_book

    if len(data) > LARGEST_FILE and source.suffix.lower() not in WITH_MEDIA:
        raise StudyError(f"{source} is larger than 20 MB, a codebook is far smaller: is it the right file?")
    notes = _decoded(data, source)[1] if source.suffix.lower() in TEXT_TABLES else []
    try:
        understood = reader.read(data, source.absolute().parent.stem if source.name == QUALCODER else source.stem)
        found = make_book(understood, str(source), output)
    except UnreadableBookError as error:
        what = f"no code was found in this file, so nothing is written: {error}. {READABLE}."
        raise StudyError(what, file=source, line=error.line) from None
    return ConvertedBook(found, (*notes, *found.notes), (), understood)


def _converted_text(data: bytes, source: Path, output: str) -> ConvertedBook:
    """Return the codebook of a coding book in text. Raises StudyError."""
    from codetui.formats.coding_book.reader import extract_codebook, found_instead, is_titled_as_book, parse_coding_book
    from codetui.formats.session_doc.head import HEADING

    if len(data) > LARGEST_BOOK:
        raise StudyError(f"{source} is larger than 1 MB, a coding book is far smaller: is it the right file?")
    if source.suffix.lower() in OTHER_KINDS or (b"\0" in data and not data.startswith(UTF16)):
        raise StudyError(f"this file is not a coding book, so nothing is written. {READABLE}.", file=source)
    text, notes = _decoded(data, source)
    title = next((line.strip("# ") for line in text.splitlines() if line.startswith("#")), "")
    is_declared = is_titled_as_book(text)
    if HEADING.match(title[:LONGEST_TITLE]) and not is_declared:
        what = f"this is the document of a coded source (“{title}”), not a codebook, so nothing is written"
        raise StudyError(f"{what}. Import it with `codetui import {source.name}`.", file=source)
    found = parse_coding_book(text, str(source), output)
    has_codes = bool(found.book.codes) or re.search(r"(?m)^\[\[code\]\]$", found.toml) is not None
    if not has_codes and not extract_codebook(text).is_current:
        what = f"no code was found in this file, so nothing is written. It has {found_instead(text)}. {READABLE}"
        hint = "A codebook has that word in its title, and a line such as `Definition: …` below each code"
        raise StudyError(f"{what}. {hint}.", file=source)
    if not extract_codebook(text).is_current:
        _require_codebook(found, text, source, is_declared=is_declared)
    return ConvertedBook(found, (*notes, *found.notes), ())


def _require_codebook(found: CodingBook, text: str, source: Path, *, is_declared: bool) -> None:
    """Raise StudyError for a text that mentions codes but is no codebook: too few of its words define any."""
    from codetui.formats.coding_book.vocabulary import IS_DOTTED_ID, IS_WORD_ID

    codes = found.book.codes
    is_lone = len(codes) == 1 and not (IS_WORD_ID.fullmatch(codes[0].id) or IS_DOTTED_ID.fullmatch(codes[0].id))
    is_enough = found.share >= (LEAST_SHARE_OF_A_BOOK if is_declared and not found.is_guessed else LEAST_SHARE)
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


def render_book(book: Codebook, layout: Layout) -> bytes:
    """Return a codebook as a coding book in markdown, as a page in HTML for printing, or as a file for other programs.

    Raises StudyError if the layout cannot hold it.
    """
    match layout:
        case "markdown" | "html":
            from codetui.formats.coding_book.writer import render_coding_book, render_page

            text = render_coding_book(book) if layout == "markdown" else render_page(book)
        case "qdc":
            from codetui.formats.book_files.refi import render_qdc

            text = render_qdc(book)
        case _:
            from codetui.formats.book_files.tables import render_csv, render_xlsx

            try:
                return render_csv(book) if layout == "csv" else render_xlsx(book)
            except ValueError as error:
                raise StudyError(f"{error}.") from None
    return text.encode("utf-8", "replace")


def left_out_of(book: Codebook, layout: Layout) -> dict[str, int]:
    """Return the number of each kind of part that a layout does not hold."""
    if layout in ("markdown", "html"):
        return {}
    counts = {"profile": len(book.profiles), "text": len(book.texts), "reference": len(book.references)}
    return {kind: number for kind, number in counts.items() if number}


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

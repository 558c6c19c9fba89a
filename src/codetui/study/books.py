"""`codetui codebook import`, `export` and `check`: coding books in, out, and looked over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from codetui.core.text.plural import counted
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import CodingBook
from codetui.model import Codebook, Problem
from codetui.storage import fs
from codetui.study.checking import in_order, print_problems
from codetui.study.outputs import STDOUT, chosen, is_in_the_way, refuse, write
from codetui.study.printing import put
from codetui.study.study_parts import PROBLEMS, Unusable, complain, read_book, say

Layout = Literal["markdown", "html"]
DEFAULT_OUTPUT: dict[str, str] = {"markdown": "coding_book.md", "html": "coding_book.html"}
LARGEST_BOOK = 1_000_000
"""Bytes of the largest coding book in markdown that is read."""


def import_book(source: Path, output: str, *, force: bool) -> int:
    """Makes a codebook of a coding book in markdown and says what was found; the exit code."""
    from codetui.formats.coding_book.reader import read

    try:
        data = fs.read(source)
    except OSError as error:
        return complain(f"{source}: {error.strerror or error}; name a coding book in markdown.")
    if len(data) > LARGEST_BOOK:
        return complain(f"{source} is larger than 1 MB, a coding book is far smaller: is it the right file?")
    if output != STDOUT and is_in_the_way(output, force=force):
        return refuse(output)
    text, told = _decoded(data, source)
    found = read(text, str(source), output)
    book, problems = parse_codebook(found.toml, output)
    if book is None:
        why = "; ".join(problem.message for problem in problems)
        return complain(f"{source} would make a codebook that cannot be read again, so nothing is written: {why}")
    _write(found.toml, output)
    for problem in [*told, *found.notes, *in_order(problems)]:
        say(problem)
    for line in _summary(found, output):
        say(line)
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else 0


def _decoded(data: bytes, source: Path) -> tuple[str, list[Problem]]:
    """The text of a file, and a problem where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        said = "not UTF-8; it is read as Windows-1252: look at its accents, or save it as UTF-8"
        return data.decode("cp1252", "replace"), [Problem(str(source), line, "warning", said)]


def _summary(found: CodingBook, output: str) -> Iterable[str]:
    """What was found and where it went."""
    book = found.book
    if found.structure:
        yield f"taken as names of fields and the like, not as text: {', '.join(found.structure)}"
    for section in book.sections:
        if section.heading:
            yield f"section “{section.title}” is “{section.heading.lstrip('# ')}” in the book"
    where = "written to stdout" if output == STDOUT else f"written to {output}"
    yield f"{', '.join(_counted(book))} {where}"


def _counted(book: Codebook) -> list[str]:
    counts = {
        "profile": len(book.profiles),
        "section": len(book.sections),
        "group": len(book.groups),
        "code": len(book.codes),
        "text": len(book.texts),
    }
    return [counted(count, name) for name, count in counts.items()]


def export_book(codebook: Path, output: str | None, layout: Layout, *, force: bool) -> int:
    """Writes the coding book out as markdown or as a page for printing; the exit code."""
    book, problems = read_book(codebook)
    if isinstance(book, Unusable):
        return complain(book.message)
    target = chosen(output, DEFAULT_OUTPUT[layout])
    text = _laid_out(book, layout)
    in_the_way = target != STDOUT and is_in_the_way(target, force=force)
    if in_the_way and (fs.is_folder(Path(target)) or fs.differs(Path(target), text.encode("utf-8", "replace"))):
        return refuse(target)
    _write(text, target)
    errors = [problem for problem in problems if problem.severity == "error"]
    for problem in errors:
        say(problem)
    say(f"{', '.join(_counted(book))} written to {'stdout' if target == STDOUT else target}")
    return PROBLEMS if errors else 0


def _laid_out(book: Codebook, layout: Layout) -> str:
    if layout == "html":
        from codetui.formats.coding_book.page import page

        return page(book)
    from codetui.formats.coding_book.writer import write

    return write(book)


def check_book(codebook: Path, *, as_json: bool) -> int:
    """Prints every problem of a codebook; 1 where one of them is an error, 2 where there is no codebook."""
    book, problems = read_book(codebook)
    if isinstance(book, Unusable) and not problems:
        return complain(book.message)
    print_problems(in_order(problems), as_json=as_json)
    return PROBLEMS if any(problem.severity == "error" for problem in problems) else 0


def _write(text: str, target: str) -> None:
    """A text in its file, or on stdout byte for byte."""
    if target == STDOUT:
        put(text)
    else:
        write(target, text.encode("utf-8", "replace"))

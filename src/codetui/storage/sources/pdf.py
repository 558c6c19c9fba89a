"""Extract the text of PDF files: the lines of each page, joined to paragraphs.

A PDF has characters at places.  The library makes lines of them, and this module joins a line with the one below where
their places show that it goes on.  A word that is divided at the end of a line is made whole if the document has it
undivided elsewhere, or most such words; else it keeps its hyphen.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from codetui.model import Passage
from codetui.storage.sources.blocks import without_unseen
from codetui.storage.sources.documents import Extracted, UnreadableSourceError
from codetui.storage.sources.packages import PROTECTED
from codetui.storage.sources.reader import first_line
from codetui.storage.sources.reading import report_read

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

DIVISION = "\ufffe"
"""The library's character for a hyphen at the end of a line, to which it appends the next one."""

_LONGEST_WORD = 80
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENS = "-\u2010\u00ad"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_ORNAMENT = re.compile("[\uf000-\uf0ff]")
_SIGN = re.compile(r"[•·‣▪●○◦■□➢➤✓✔→–—*-]\s*")
_GLUED = re.compile(r"^([•·‣▪●○◦■□➢➤✓✔])(?=\w)")
_MARK = re.compile(r"(?:[•·‣▪●○◦■□➢➤✓✔→]|[*–—-]\s|o\s|\(?\d{1,3}[.)]\s|[a-z]\)\s)")
_LOOSE = 1.35
"""Usual distances of lines from which on a line begins a paragraph."""

_CLOSEST = 4.0
"""Points between two lines; what is closer is raised or lowered text of one line."""

_RAISED = 0.6
"""Sizes of the font by which a character of the same line may be raised."""

_NARROW = 0.35
"""Share of a page's width below which a column is a list or a table rather than running text."""

_RAGGED = 0.25
"""Share of a column's width that a line may leave free although its sentence goes on."""

_INDENT = 0.8
"""Sizes of the font by which the first line of a paragraph is indented."""

_lock = threading.Lock()
"""The library may be used by one thread at a time."""


class _Line(NamedTuple):
    """A line of a page: its text and, in points, its ends, the base lines of its first and last character, and size."""

    text: str
    left: float
    right: float
    base: float
    last_base: float
    size: float


def extract(file: BinaryIO, is_head: bool) -> Extracted:
    """Return the text of a file with a passage for each page; with `is_head`, only until a page has words."""
    not_read: Counter[str] = Counter()
    pages, title = list[str](), ""
    for page in _pages(file.read(), not_read):
        pages.append(page)
        title = title or first_line(page.replace(DIVISION, "-"))
        if is_head and title:
            break
    parts, passages, at = list[str](), list[Passage](), 0
    for number, page in enumerate(_with_whole_words(pages), start=1):
        if page:
            gap = ("\n\n" if _is_finished(parts[-1]) or not page[0].islower() else " ") if parts else ""
            parts += [gap, page]
            passages.append(Passage(at + len(gap), at + len(gap) + len(page), {"page": str(number)}))
            at = passages[-1].end
    return Extracted("".join([*parts, "\n"]) if parts else "", title, tuple(passages), not_read)


def _pages(data: bytes, not_read: Counter[str]) -> Iterator[str]:
    """Yield the text of each page; count the images, and the pages without text or that cannot be read."""
    with _lock:
        document = _open(data)
        count = len(document)
    try:
        for number in range(count):
            with _lock:
                page = _page_at(document, number, not_read)
            report_read(number + 1, count)
            yield page
    finally:
        with _lock:
            document.close()


def _open(data: bytes) -> PdfDocument:
    try:
        import pypdfium2
        from pypdfium2.raw import FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY
    except ImportError as error:
        message = "is a PDF, for which a package is missing: pip install 'codetui[sources]'"
        raise UnreadableSourceError(message) from error
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY):
            raise UnreadableSourceError(PROTECTED) from error
        message = "is broken, or not a PDF: open it in a PDF viewer and print it to a new PDF"
        raise UnreadableSourceError(message) from error


def _page_at(document: PdfDocument, number: int, not_read: Counter[str]) -> str:
    import pypdfium2

    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        not_read["broken page"] += 1
        return ""
    try:
        _count_objects(page, not_read)
        text = _joined(list(_lines(page, not_read)), page.get_width())
    finally:
        page.close()
    not_read["page without text"] += not text
    return text


def _count_objects(page: PdfPage, not_read: Counter[str]) -> None:
    """Count the images of a page, its fields and its comments, whose words are no part of its text."""
    from pypdfium2 import raw

    for at in range(raw.FPDFPage_CountObjects(page)):
        not_read["image"] += raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, at)) == raw.FPDF_PAGEOBJ_IMAGE
    for at in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        not_read["form field"] += kind == raw.FPDF_ANNOT_WIDGET
        not_read["comment"] += kind in (raw.FPDF_ANNOT_TEXT, raw.FPDF_ANNOT_FREETEXT)


def _lines(page: PdfPage, not_read: Counter[str]) -> Iterator[_Line]:
    """Yield the lines of a page that have words, in the order of the library; count characters that no font names."""
    from pypdfium2 import raw

    words = page.get_textpage()
    try:
        whole: str = words.get_text_range()
        size_of = len if _units(whole) == len(whole) else _units
        unknown = words.count_chars() - size_of(whole)
        not_read["unreadable character"] += max(unknown, 0)
        x, y = ctypes.c_double(), ctypes.c_double()
        at = 0
        for piece in whole.split("\r\n"):
            text = piece.rstrip()
            if text:
                ends = at + size_of(piece) - size_of(piece.lstrip()), at + size_of(text) - 1
                first, last = (
                    ends if not unknown else (raw.FPDFText_GetCharIndexFromTextIndex(words, end) for end in ends)
                )
                raw.FPDFText_GetCharOrigin(words, first, x, y)
                left, base, size = x.value, y.value, raw.FPDFText_GetFontSize(words, first)
                raw.FPDFText_GetCharOrigin(words, last, x, y)
                # The number of a note is raised; another line is further away.
                last_base = base if abs(base - y.value) < _RAISED * size else y.value
                yield _Line(_cleaned(text), left, x.value + size / 2, base, last_base, size)
            at += size_of(piece) + 2
    finally:
        words.close()


def _units(text: str) -> int:
    """Return the length of a text in units of UTF-16, in which the library counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cleaned(text: str) -> str:
    """Return a line with a bullet for the ornament of a symbol font, and without control characters."""
    if not text.isprintable():
        text = _CONTROLS.sub("", without_unseen(_ORNAMENT.sub("•", text))).replace("\u00a0", " ")
    return _GLUED.sub(r"\1 ", text.strip())


# --- paragraphs -----------------------------------------------------------------------------------------


def _joined(lines: list[_Line], width: float) -> str:
    """Return the text of a page that is `width` points wide."""
    drops = sorted(line.last_base - below.base for line, below in pairwise(lines))
    drops = [drop for drop in drops if drop > _CLOSEST]
    spacing = drops[len(drops) // 3] if drops else 0.0
    parts = [lines[0].text] if lines else []
    for column in _columns(lines, spacing):
        right = max(line.right for line in column)
        is_wide = right - min(line.left for line in column) >= _NARROW * width
        for line, below in pairwise(column):
            gap = _gap(line, below, right, spacing, is_wide)
            if gap == " " and line.text[-1] in _HYPHENS and line.text[-2:-1].isalpha() and below.text[0].islower():
                parts[-1] = parts[-1][:-1]
                gap = DIVISION
            parts += [gap, below.text]
    return "".join(parts)


def _columns(lines: list[_Line], spacing: float) -> Iterator[list[_Line]]:
    """Yield the lines of each column, and the last one of it with the first of the next."""
    column = lines[:1]
    for line, below in pairwise(lines):
        if line.last_base - below.base < -spacing:
            yield column
            yield [line, below]
            column = []
        column.append(below)
    if column:
        yield column


def _gap(line: _Line, below: _Line, right: float, spacing: float, is_wide: bool) -> str:
    """Return what is between a line and the next one: a blank if the paragraph goes on, else one or two line ends."""
    drop = line.last_base - below.base
    goes_on = below.text[0].islower() and not _is_finished(line.text)
    if drop < 0:
        return " " if goes_on else "\n\n"
    if _SIGN.fullmatch(line.text) or drop < _CLOSEST:
        return " "
    if drop > _LOOSE * max(spacing, line.size) or abs(line.size - below.size) > 0.1 * line.size:
        return "\n\n"
    if _MARK.match(below.text) or line.text.endswith(":"):
        return "\n"
    if below.left - line.left > _INDENT * line.size and not below.text[0].islower() and not _MARK.match(line.text):
        return "\n\n"
    word = below.text.split(maxsplit=1)[0]
    room = right - line.right
    is_full = (len(word) + 1) * (below.right - below.left) / len(below.text) + line.size / 2 > room
    is_nearly_full = is_wide and room < _RAGGED * (right - line.left)
    return " " if (is_full and (is_wide or goes_on)) or (is_nearly_full and goes_on) else "\n"


def _is_finished(text: str) -> bool:
    return text[-1] in ".!?:;"


def _with_whole_words(pages: list[str]) -> list[str]:
    """Return the pages with a hyphen, or none, where a word is divided at the end of a line."""
    if not any(DIVISION in page for page in pages):
        return pages
    pieces = [page.split(DIVISION) for page in pages]
    halves = [_halves(before, after) for page in pieces for before, after in pairwise(page)]
    known = {word for page in pages for word in _WORD.findall(page.casefold())}
    wholes = sum(f"{before}{after}" in known for before, after in halves)
    compounds = sum(f"{before}-{after}" in known for before, after in halves)

    def hyphen(before: str, after: str) -> str:
        if f"{before}{after}" in known:
            return ""
        is_compound = f"{before}-{after}" in known or not (before and after)
        return "-" if is_compound or wholes <= compounds else ""

    hyphens = (hyphen(*pair) for pair in halves)
    return ["".join(chain(page[:1], *((next(hyphens), piece) for piece in page[1:]))) for page in pieces]


def _halves(before: str, after: str) -> tuple[str, str]:
    """Return the two parts of a divided word for comparison, empty if there are no letters."""
    words = _WORD.findall(before[-_LONGEST_WORD:].casefold())
    first = _WORD.match(after[:_LONGEST_WORD].casefold())
    return words[-1] if words and before[-1:].isalpha() else "", first[0] if first is not None else ""

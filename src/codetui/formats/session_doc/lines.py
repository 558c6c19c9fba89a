"""Cut markdown into logical lines, with continuation lines joined, and edit the lines of a text in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from codetui.formats.session_doc.entries import STRAIGHT
from codetui.formats.session_doc.model import Entry, Note, Written

LineKind = Literal["heading", "rule", "bullet", "paragraph", "quote", "table", "fence", "comment"]

Key: TypeAlias = tuple[int, ...]
"""Sorts the rows of a text."""

LINE_END = re.compile(r"\r\n|\r|\n")
ENDED_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*)|)$", re.DOTALL)
HEADING_END = re.compile(r"(?:(?:^|(?<=\s))#+|(?<=\s)\{[#.][^{}]*\})\s*$")
"""The end of a heading that is no part of its text: `##`, or the identifier that a converter has put there."""

ENDS_LIKE_HEADING = re.compile(r"(\\*)(#+|\{[#.][^{}]*\})$")
UNDERLINE = re.compile(r" {0,3}(?:(=+)|-{2}|-{4,})[ \t]*$")
"""The line below the text of a heading; three dashes are a rule between sections."""

NUMBERED_TITLE = re.compile(r"\d+[.)] [^\"`*_(]")
"""The text of a heading that would be an item of a list if the next line did not underline it."""

RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$")
SIGNS = "•◦▪‣"
"""The bullets of word processors."""

DASHES = "–—―‒"
"""The bullets that word processors make of hyphens; before other things than an entry they are dashes."""

BLANKS = " \t\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff"
BLANK = re.compile(f"[{BLANKS}]")
CHECK_BOX = r"(?:\\?\[[ xX]\\?\]|[☐☑☒])(?:[ \t]+|$)"
SIGN = rf"(?:[-+*{SIGNS}]|\d{{1,9}}[.)]|[{DASHES}](?=[{BLANKS}]+[\"“„«`]))"
BULLET = re.compile(rf"([{BLANKS}]*){SIGN}(?:[{BLANKS}]+(?:{CHECK_BOX})?(.*)|)$", re.DOTALL)
CLOSING = {'"': '"', "“": "”", "„": "“”", "«": "»"}
"""The signs that close a quotation, by the one that opens it."""

LABEL = re.compile(r"(\*\*|__)(?![\s(\"`])[^*`\"]*(?::\1|\1:)(?:[ \t]+[_*]{0,2}\(.*\)[_*]{0,2})?[ \t]*$")
HEAD_LABEL = re.compile(
    r"(?:\*\*|__)\s*(?:(?:Assigned\s+|Toegewezen\s+)?Profile?"
    r"|Reasoning|Rationale|Redenering|Motivatie|Onderbouwing|Toelichting)\b.*(?:\*\*|__)",
    re.IGNORECASE,
)
"""Lines that are read as bullets without one: a label in bold, and in the head a line that begins with one."""

BULLET_PREFIX = re.compile(rf"([{BLANKS}]*)({SIGN})(?=[{BLANKS}\r\n]|$)([{BLANKS}]*)((?<=[{BLANKS}]){CHECK_BOX})?")
ODD_BLANK = re.compile(r"[ \t]*[^\S \t\r\n]|[ \t]*[\u200b\u2060\ufeff]")
LIST_END = "<!-- -->"
"""A separator that markdown needs between a list and indented text that is no part of it."""

CODE_INDENT = " " * 4
LATE = "late -->"
BYTE_ORDER_MARK = "\ufeff"
QUOTE = re.compile(r" {0,3}>")
TABLE = re.compile(r"[ \t]*\|")
TABLE_ROW = re.compile(r" *\|.*\|[ \t]*$")
TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
COLUMN_RULE = re.compile(r" +-{3,}(?: +-+)*[ \t]*$")
GRID_RULE = re.compile(r" {0,3}\+(?:[-=:]+\+)+[ \t]*$")
"""The rules of tables as pandoc writes them: below the names of columns, and between the rows of a grid."""

MOST_ROWS = 500
"""Lines of such a table."""

FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})", re.DOTALL)
COMMENT = re.compile(r"[ \t]*<!--")
LATE_OPENING = re.compile(r"[ \t]{0,4}`{0,4}\\?<!(?:--|–|—)[ \t]*$")
LATE_CLOSING = re.compile(r"(?:--|–|—)\\?>(?:`+\{=html\})?[ \t]*$")
"""The ends of the line above a comment and of its last line, where a converter has put its signs there as text."""

BARE_LABEL = re.compile(r"(\*\*|__).*(?::\1|\1:)[ \t]*$", re.DOTALL)
BELOW_LABEL = re.compile(r"\s*(?:[_*]{0,2}[\"`“„”‘‚«»‹›'(]|\\[\"(])")
"""The continuation of a label: a note in brackets, or an entry. Other text below it is a line of its own."""

CLOSED = re.compile(r"\"[^\"(]+\"[^\w\"(]*|`[^`]+`[^\w(`]*")
"""An entry that the next line does not continue, unless with a note in brackets or with another quotation mark."""

MOST_WRAPPED = 20
"""Lines of an entry up to which its end is looked for."""

NO_ENTRY = re.compile(r"(?!\s*[_*]{0,2}\()[^\"`“”„«»]*")
"""What may follow an entry without being part of it."""

CONFLICT = re.compile(r"<{7}(?: |$)|\|{7} \S|>{7} \S")

CONTINUED_BY: dict[LineKind, tuple[LineKind, ...]] = {
    "bullet": ("paragraph",),
    "paragraph": ("paragraph",),
    "quote": ("paragraph", "quote"),
    "table": ("paragraph", "table"),
}


@dataclass(slots=True)
class LogicalLine:
    """A logical line: the number of its first line, from 1, its kind, and its text without the marks of that kind.

    `level` is the number of `#` of a heading; `raw` has the lines as they are, with the blank ones between them;
    `open_quotation` has the signs that close the quotation with which a bullet begins, until they occur.
    """

    number: int
    kind: LineKind
    text: str
    raw: list[str] = field(default_factory=list)
    level: int = 0
    is_indented: bool = False
    open_quotation: str = ""
    late_opening: str = ""
    """The signs at the end that belong to the comment below."""

    @property
    def end(self) -> int:
        """The number of the line after the last one."""
        return self.number + len(self.raw)


def raw_lines(text: str) -> list[str]:
    """Return the lines of a text without their line ends, as editors count them."""
    return LINE_END.split(text)


def ended_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends: joined, they are the text."""
    return ENDED_LINE.findall(text)


def conflict_marks(text: str) -> int:
    """Return the line, from 1, of the first conflict mark of a merge (`<<<<<<< `); 0 if there is none.

    A lone `=======` does not count: it may underline a heading.
    """
    return next((number for number, raw in enumerate(raw_lines(text), 1) if CONFLICT.match(raw)), 0)


def cut(text: str) -> list[LogicalLine]:
    """Return the logical lines of any text."""
    raws = raw_lines(text.removeprefix(BYTE_ORDER_MARK))
    unclosed: set[str] = set()
    lines: list[LogicalLine] = []
    number, blanks, is_head = 0, 0, True
    while number < len(raws):
        raw = raws[number]
        if not raw.strip():
            number, blanks = number + 1, blanks + 1
            continue
        last = lines[-1] if lines else None
        line = (
            _late_comment(raws, number, blanks, unclosed)
            or (_indented_code(raws, number) if blanks and last and last.raw[0].strip() == LIST_END else None)
            or (_drawn_table(raws, number) if blanks else None)
            or _closed(raws, number, unclosed)
            or _line(raws, number, is_head=is_head)
        )
        if last and line.kind == "comment" and not COMMENT.match(raw):
            opening = LATE_OPENING.search(raws[number - blanks - 1])
            last.late_opening = opening[0] if opening else ""
        is_head = is_head and line.level < 2
        if last and last.open_quotation and raw.lstrip()[0] in f"{SIGNS}{DASHES}|":
            line.kind = "paragraph"  # a bullet of the source, inside the quotation
        is_continued = last and continues(last.kind, line.kind, raw, is_after_blank=blanks > 0)
        if last and is_continued and not is_head:
            is_continued = _continues_entry(last, raw)
        if not is_continued and (line.kind == "paragraph" or NUMBERED_TITLE.match(raw)):
            _underline(line, raws[number + 1 : number + 2])
            is_head = is_head and line.level < 2
        if last and is_continued:
            last.raw += raws[number - blanks : number + 1]
            if any(sign in raw for sign in last.open_quotation):
                last.open_quotation = ""
        else:
            lines.append(line)
        number, blanks = number + len(line.raw), 0
    for line in lines:
        if line.kind == "heading":
            continue
        line.text = " ".join((line.text, *filter(None, map(str.strip, line.raw[1:])))).strip()
        if line.late_opening:
            line.text = LATE_OPENING.sub("", line.text)
    return lines


def _continues_entry(last: LogicalLine, raw: str) -> bool:
    """Return whether a line that could continue the one above does: not below a label, or below a closed quotation."""
    if len(last.raw) == 1 and BARE_LABEL.match(last.text):
        return BELOW_LABEL.match(raw) is not None
    if last.kind != "bullet" or len(last.raw) > MOST_WRAPPED:
        return True
    above = " ".join((last.text, *map(str.strip, last.raw[1:]))).translate(STRAIGHT).replace('\\"', '"')
    return not (CLOSED.fullmatch(above) and NO_ENTRY.fullmatch(raw))


def _late_comment(raws: list[str], number: int, blanks: int, unclosed: set[str]) -> LogicalLine | None:
    """Return the comment that begins on line `number` (from 0) if its signs end the line above and its last line.

    Without a closing line there is none; `LATE` is then added to `unclosed`.
    """
    if LATE in unclosed or number <= blanks or not LATE_OPENING.search(raws[number - blanks - 1]):
        return None
    last = next((at for at in range(number, len(raws)) if LATE_CLOSING.search(raws[at]) and "<!--" not in raws[at]), -1)
    if last < 0:
        unclosed.add(LATE)
        return None
    return LogicalLine(number + 1, "comment", raws[number].strip(), raws[number : last + 1])


def _indented_code(raws: list[str], number: int) -> LogicalLine | None:
    """Return the code by indentation that begins on line `number` (from 0): converters write fenced code like that."""
    end = number
    while end < len(raws) and (raws[end].startswith(CODE_INDENT) or not raws[end].strip()):
        end += 1
    while end > number and not raws[end - 1].strip():
        end -= 1
    return LogicalLine(number + 1, "fence", raws[number].strip(), raws[number:end]) if end > number else None


def _drawn_table(raws: list[str], number: int) -> LogicalLine | None:
    """Return the table that begins on line `number` (from 0) as a converter writes it: columns, a grid or HTML.

    A table of columns is indented; one whose rows have several lines ends with another rule.
    """
    reach = min(len(raws), number + MOST_ROWS)
    end = number + 1
    if raws[number].lstrip().startswith("<table>"):
        end = next((at + 1 for at in range(number, reach) if raws[at].strip() == "</table>"), number)
    elif COLUMN_RULE.match(raws[number]) and "".join(raws[number + 1 : number + 2]).strip():
        end = next((at for at in range(number + 2, reach + 1) if _ends_rows(raws, at)), number)
    elif GRID_RULE.match(raws[number]) or any(map(COLUMN_RULE.match, raws[number + 1 : number + 2])):
        is_named = GRID_RULE.match(raws[number]) or raws[number].startswith("  ")
        while is_named and end < len(raws) and raws[end].strip():
            end += 1
    return LogicalLine(number + 1, "table", raws[number].strip(), raws[number:end]) if end > number + 1 else None


def _ends_rows(raws: list[str], at: int) -> bool:
    """Return whether a rule above line `at` (from 0), before a blank line, ends a table."""
    return COLUMN_RULE.match(raws[at - 1]) is not None and not "".join(raws[at : at + 1]).strip()


def _closed(raws: list[str], number: int, unclosed: set[str]) -> LogicalLine | None:
    """Return the fenced code or comment that begins on line `number` (from 0), up to the line that closes it.

    Without a closing line it counts as neither, since it would hide everything that follows; its opening sign is then
    added to `unclosed`. A `-->` inside a heading or bullet does not close a comment of several lines: it is part of a
    quotation, and the lines in between are no comment.
    """
    kind: LineKind = "comment" if COMMENT.match(raws[number]) else "fence"
    fence = FENCE.match(raws[number])
    sign = "-->" if kind == "comment" else fence[1] if fence else ""
    if not sign or sign in unclosed:
        return None
    for last in range(number if kind == "comment" else number + 1, len(raws)):
        raw = raws[last].strip()
        if kind == "fence":
            is_end = raw.startswith(sign) and not raw.strip(sign[0])
        else:
            is_inside = last > number and (HEADING.match(raws[last]) or BULLET.match(raws[last]))
            is_end = raw.endswith(sign) if is_inside else sign in raw
        if is_end:
            return LogicalLine(number + 1, kind, raws[number].strip(), raws[number : last + 1])
    unclosed.add(sign)
    return None


def _underline(line: LogicalLine, following: list[str]) -> None:
    """Turn a line into a heading if the next line underlines it."""
    underline = UNDERLINE.match(following[0]) if following and len(line.raw) == 1 else None
    if underline:
        line.kind, line.level = "heading", 1 if underline[1] else 2
        line.text = HEADING_END.sub("", line.raw[0]).strip()
        line.raw += following


def escape_heading(text: str) -> str:
    """Escape the text of a heading so that nothing at its end counts as closing signs."""
    return ENDS_LIKE_HEADING.sub(r"\1\\\2", text) if HEADING_END.search(text) or "\\" in text else text


def unescape_heading(text: str) -> str:
    """Undo `escape_heading`."""
    return ENDS_LIKE_HEADING.sub(lambda found: found[1][1:] + found[2], text) if "\\" in text else text


def _line(raws: list[str], number: int, *, is_head: bool) -> LogicalLine:
    raw = raws[number]
    if heading := HEADING.match(raw):
        text = HEADING_END.sub("", heading[2] or "").strip()
        return LogicalLine(number + 1, "heading", text, [raw], level=len(heading[1]))
    if RULE.match(raw):
        return LogicalLine(number + 1, "rule", "", [raw])
    if bullet := BULLET.match(raw):
        text = (bullet[2] or "").strip()
        closing = CLOSING.get(text[:1], "")
        closing = "" if any(sign in text[1:] for sign in closing) else closing
        return LogicalLine(number + 1, "bullet", text, [raw], is_indented=bool(bullet[1]), open_quotation=closing)
    if (HEAD_LABEL if is_head else LABEL).match(raw):
        return LogicalLine(number + 1, "bullet", raw.strip(), [raw])
    kind: LineKind = "paragraph"
    if QUOTE.match(raw):
        kind = "quote"
    elif TABLE.match(raw) and (
        TABLE_ROW.match(raw) or any("|" in below and TABLE_RULE.match(below) for below in raws[number + 1 : number + 2])
    ):
        kind = "table"
    return LogicalLine(number + 1, kind, raw.strip(), [raw])


def continues(last: LineKind, kind: LineKind, raw: str, *, is_after_blank: bool) -> bool:
    """True for a line that continues the one above: directly below it, or indented under a bullet."""
    if kind not in CONTINUED_BY.get(last, ()):
        return False
    return not is_after_blank or (last == "bullet" and (raw[:2].isspace() or raw[0] == "\t"))


# --- rows: lines that can be edited ---------------------------------------------------------------


@dataclass(slots=True, eq=False)
class PatchRow:
    """A logical line with its line ends, and the blank lines above it (`gap`).

    `key` sorts the rows of a text: (2 * line number,) for a row that was read, a longer tuple for a new one. `parts`
    are the entries or notes read from the row, `ids` are the ids of its parts as it will be written. `end` is the key
    of the last row that markdown counts as part of the same bullet although it is not part of the coding.
    """

    key: Key
    kind: LineKind
    raw: list[str]
    gap: list[str] = field(default_factory=list)
    text: str = ""
    level: int = 0
    parts: tuple[Entry | Note, ...] = ()
    ids: tuple[str, ...] = ()
    is_removed: bool = False
    end: Key = ()
    late_opening: str = ""

    def __post_init__(self) -> None:
        self.end = self.key

    @property
    def is_new(self) -> bool:
        return len(self.key) > 1

    @property
    def is_empty(self) -> bool:
        """True for a row with no entries or notes that a session stores."""
        return all(part.is_empty for part in self.parts)

    @property
    def number(self) -> int:
        """The row's line, from 1; for a new row, the line after which it goes."""
        return self.key[0] // 2

    @property
    def prefix(self) -> str:
        """The indentation, bullet and spacing of a row in a list."""
        found = BULLET_PREFIX.match(self.raw[0])
        return "" if found is None else found[0] if found[3] else found[0] + " "

    @property
    def list_prefix(self) -> str:
        """The prefix without a check box, for another row of the list."""
        found = BULLET_PREFIX.match(self.raw[0])
        return self.prefix.removesuffix(found[4]) if found and found[4] else self.prefix

    @property
    def is_indented(self) -> bool:
        return BLANK.match(self.raw[0]) is not None

    @property
    def is_nested(self) -> bool:
        """True for a row that markdown counts as part of the list above it: a bullet or any indented row."""
        return self.kind == "bullet" or (self.is_indented and self.kind != "rule")


class PatchRows:
    """The rows of a text, which can be rewritten, removed and added; all others are written unchanged."""

    def __init__(self, text: str) -> None:
        self._mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        ended = ended_lines(text.removeprefix(BYTE_ORDER_MARK))
        ends = (line[len(line.rstrip("\r\n")) :] for line in ended)
        self._line_end = next(filter(None, ends), "\n")
        self._is_ended = not ended or ended[-1][-1] in "\r\n"
        self.rows: list[PatchRow] = []
        above = 0
        for line in cut(text):
            gap, raw = ended[above : line.number - 1], ended[line.number - 1 : line.end - 1]
            row = PatchRow(
                (2 * line.number,), line.kind, raw, gap, line.text, line.level, late_opening=line.late_opening
            )
            self.rows.append(row)
            above = line.end - 1
        self._bottom = ended[above:]
        self._top: list[str] = []
        if self.rows:
            self._top, self.rows[0].gap = self.rows[0].gap, []
        self._count = len(self.rows)

    def add(
        self, kind: LineKind, key: Key, text: str, ids: tuple[str, ...] = (), *, is_loose: bool = False
    ) -> PatchRow:
        """Add a row of one line; a loose one has a blank line above it."""
        row = PatchRow(key, kind, [text + self._line_end], [self._line_end] if is_loose else [], ids=ids)
        self.rows.append(row)
        return row

    def rewrite(self, row: PatchRow, *texts: str) -> None:
        """Replace the lines of a row."""
        last = row.raw[-1]
        end = last[len(last.rstrip("\r\n")) :] or self._line_end
        row.raw = [text + end for text in (*texts[:-1], texts[-1] + row.late_opening)]

    def written(self) -> Written:
        """Return the resulting text and the ids by line."""
        lines, ids = list(self._top), []
        for row in self._spaced():
            lines += row.gap
            if any(row.ids):
                ids.append((len(lines) + 1, row.ids))
            lines += row.raw
        return Written(self._mark + "".join(self._ended(lines + self._bottom)), tuple(ids))

    def _spaced(self) -> Iterator[PatchRow]:
        """Yield the remaining rows with the blank lines that they need between them."""
        above: PatchRow | None = None
        carried: list[str] = []
        is_changed = False
        for row in sorted(self.rows, key=lambda row: row.key):
            if row.is_removed or (above is None and row.is_new and row.kind == "rule"):
                carried, is_changed = max(row.gap, carried, key=len), True
                continue
            row.gap = max(row.gap, carried, key=len) if above else []
            if above and (is_changed or row.is_new):
                yield from self._separated(above, row)
            yield row
            above, carried, is_changed = row, [], row.is_new

    def _separated(self, above: PatchRow, row: PatchRow) -> Iterator[PatchRow]:
        """Separate a row from the row that is now above it, so that it is not read as its continuation."""
        is_listed = row.kind == "bullet" and (above.kind == "bullet" or (row.is_indented and above.is_nested))
        if (row.is_new or above.is_new) and not is_listed:
            row.gap = row.gap or [self._line_end]
        if continues(above.kind, row.kind, row.raw[0], is_after_blank=bool(row.gap)):
            yield PatchRow((), "comment", [LIST_END + self._line_end], [self._line_end])
            row.gap = row.gap or [self._line_end]

    def _ended(self, lines: list[str]) -> Iterator[str]:
        """Terminate all lines, the last one as in the text that was read; two line ends are never merged into one."""
        above = ""
        for number, line in enumerate(lines, 1):
            line = line if line[-1:] in ("\r", "\n") else line + self._line_end
            if number == len(lines) and not self._is_ended:
                line = line.rstrip("\r\n")
            above = "\r" if above.endswith("\r") and line == "\n" else line
            yield above

"""Coding books in other notations, rewritten as markdown before they are read.

Headings of reStructuredText, AsciiDoc, wikis and Org; tables drawn with signs or written in HTML; lists of definitions.
Nothing here decides whether something is a code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from codetui.formats.coding_book import vocabulary

HTML = re.compile(
    r"<table\b(?:(?!<table\b).)*?</table>|<dl\b(?:(?!<dl\b).)*?</dl>",
    re.IGNORECASE | re.DOTALL,
)
HTML_ROW = re.compile(r"<tr\b[^<>]*>((?:(?!<tr\b).)*)", re.IGNORECASE | re.DOTALL)
HTML_CELL = re.compile(r"<t[hd]\b[^<>]*>((?:(?!<t[hd]\b|</t[hdr]\b).)*)", re.IGNORECASE | re.DOTALL)
HTML_TERM = re.compile(r"<(d[td])\b[^<>]*>((?:(?!<d[td]\b|</d[tdl]\b).)*)", re.IGNORECASE | re.DOTALL)
HTML_TAG = re.compile(r"</?(?!br\b)[a-z][^<>]*>", re.IGNORECASE)
HEADING = re.compile(r"#{1,6}(?=\s)")
UNDERLINE = re.compile(r"([=~^*+#\"'`.:_<>-])\1{2,}\s*")
MARKED_HEADING = re.compile(r"(?=.*\w)(={1,6})\s+(\S.*?)(?:\s+\1)?\s*")
ORG_TITLE, ORG_HEADING = re.compile(r"#\+title:\s*(\S.*)", re.IGNORECASE), re.compile(r"(\*{1,5})\s+(\S.*)")
FIELD = re.compile(r"(\s*(?:[-*+]\s+)?):([^:\s][^:\n]{0,40}):(?=\s)\s*(.*)")
WIDE_COLON = re.compile(
    r"^([ \t]*(?:[-*+][ \t]+)?[*_]{0,3}[^\s：:|]{1,40}?)[ \t]*：[ \t]*([*_]{0,3})[ \t]*", re.MULTILINE
)
HTML_MARKUP: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"^[ \t]*<h([1-6])\b[^<>\n]*>([^\n]*?)</h\1>[ \t]*$", re.IGNORECASE | re.MULTILINE),
        lambda found: f"{'#' * int(found[1])} {found[2]}",
    ),
    (re.compile(r"<summary\b[^<>\n]*>([^<\n]*)</summary>", re.IGNORECASE), r"#### \1"),
    (re.compile(r"^[ \t]*<li\b[^<>\n]*>[ \t]*", re.IGNORECASE | re.MULTILINE), "- "),
    (re.compile(r"</?(?:b|strong)>", re.IGNORECASE), "**"),
    (re.compile(r"</?(?:[uo]l|li|p|div|details|section|body|html|em|i|span|br)\b[^<>\n]*>", re.IGNORECASE), ""),
)
HAS_HTML_NAMES = re.compile(r"<(?:h[1-6]|li|summary)\b", re.IGNORECASE)
QUOTE_SIGN = re.compile(r"^>[ \t]?", re.MULTILINE)
WIKI_BOLD = re.compile(r"'''([^'\n]+(?:'[^'\n]+)*)'''")
BULLET_SIGN = re.compile(r"^([ \t]*)[•▪●◦‣·∙][ \t]+", re.MULTILINE)
DEFINITION = re.compile(r":[ \t]+\S")
BULLET = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])(?:\s+|$)")
BORDER = re.compile(r"\s*\+(?:[-=:]+\+)+\s*")
COLUMNS = re.compile(r"\s*(?:-{2,}|={2,})(?:\s+(?:-{2,}|={2,}))+\s*")
MOST_ROWS, HIGHEST_HEAD = 500, 10
"""Lines of a table between `===` rules, and of the head above underlined columns."""

FULL_RULE = re.compile(r"\s*-{10,}\s*")
DELIMITER_ROW = re.compile(r"[\s|:-]*-[\s|:-]*")
PIPE = re.compile(r"(?<!\\)\|")
QUOTED_CELL = re.compile(r"[\"“„«‘']")
FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")


class Line(NamedTuple):
    """A line of markdown, and the number of the line of the file from which it comes."""

    text: str
    number: int


def as_markdown(text: str, *, is_declared: bool) -> tuple[str, list[int]]:
    """Return a text as markdown, and the number in the text of each of its lines.

    Rows without a head of titles are a table only if `is_declared`: the text is known to be a coding book.
    """
    lines = list(_without_html(text))
    above = ["", *(line.text for line in lines)]
    # A row of tildes below a title underlines it.
    if not any(FENCE.match(line.text) and not before.strip() for before, line in zip(above, lines, strict=False)):
        lines = _replaced(_headings(lines), partial(_drawn_table, is_declared=is_declared))
        lines = _replaced(lines, _column_table)
        lines = _pipe_rows(lines, is_declared=is_declared)
    lines = _defined_terms(lines)
    return "\n".join(line.text for line in lines), [line.number for line in lines]


def plain_signs(text: str) -> str:
    """Return a text with HTML around its names, typographic bullets, wide colons and wiki's bold as in markdown."""
    if all(line[:1] in (">", "") for line in text.split("\n")):
        text = QUOTE_SIGN.sub("", text)
    for pattern, markup in HTML_MARKUP if HAS_HTML_NAMES.search(text) else ():
        text = pattern.sub(markup, text)
    text = BULLET_SIGN.sub(r"\1- ", text)
    text = WIDE_COLON.sub(lambda found: f"{found[1]}:{found[2]} ", text) if "：" in text else text
    return WIKI_BOLD.sub(r"**\1**", text) if "'''" in text else text


def markdown_row(cells: Sequence[str]) -> str:
    """Return the row of a table; line breaks in cells are written as `<br>`."""
    shown = ("<br>".join(cell.strip().splitlines()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(shown)} |"


def _table(rows: Sequence[tuple[int, Sequence[str]]]) -> list[Line]:
    """Return the lines of a table; the first row is its head, and shorter rows are filled up."""
    width = len(rows[0][1])
    written = [Line(markdown_row([*cells, *[""] * (width - len(cells))]), number) for number, cells in rows]
    return [written[0], Line(markdown_row(["---"] * width), rows[0][0]), *written[1:]]


# --- HTML ---------------------------------------------------------------------------------------------------


def _without_html(text: str) -> Iterator[Line]:
    """Yield the lines of a text, with its tables of fields and its lists of definitions in HTML as markdown."""
    at, number = 0, 1
    for found in HTML.finditer(text) if re.search("</(?:table|dl)", text, re.IGNORECASE) else ():
        start = number + text.count("\n", at, found.start())
        written = _html_terms(found[0], start) if found[0][1] in "dD" else _html_table(found[0], start)
        if not written:
            continue
        before = text[at : found.start()]
        yield from (Line(line, number + place) for place, line in enumerate(before.split("\n")))
        yield from (Line("", start), *written, Line("", start + found[0].count("\n")))
        at, number = found.end(), start + found[0].count("\n")
    yield from (Line(line, number + place) for place, line in enumerate(text[at:].split("\n")))


def _html_table(table: str, start: int) -> list[Line]:
    rows = [
        (start + table.count("\n", 0, row.start()), [_html_text(cell) for cell in HTML_CELL.findall(row[1])])
        for row in HTML_ROW.finditer(table)
    ]
    return _table(rows) if rows and any(map(vocabulary.field_key, rows[0][1])) else []


def _html_terms(block: str, start: int) -> list[Line]:
    lines: list[Line] = []
    for found in HTML_TERM.finditer(block):
        number, text = start + block.count("\n", 0, found.start()), _html_text(found[2])
        if found[1].lower() == "dt":
            is_field = vocabulary.field_key(text) is not None
            lines += [
                Line("", number),
                Line(f"{text.rstrip(': ')}:" if is_field else f"**{text}**:", number),
            ]
        elif lines and lines[-1].text.endswith(":") and not vocabulary.field_key(text.partition(":")[0]):
            lines[-1] = Line(f"{lines[-1].text} {text}", lines[-1].number)
        else:
            lines.append(Line(text, number))
    return lines


def _html_text(cell: str) -> str:
    return " ".join(html.unescape(HTML_TAG.sub("", cell)).split())


# --- headings and fields ----------------------------------------------------------------------------------------


def _headings(lines: list[Line]) -> list[Line]:
    """Return the lines with the headings and fields of other notations as those of markdown, line by line."""
    texts = [line.text for line in lines]
    is_org = any(map(ORG_TITLE.match, texts))
    if is_org:
        texts = [ORG_TITLE.sub(r"# \1", text) for text in texts]
        texts = [ORG_HEADING.sub(lambda found: f"#{'#' * len(found[1])} {found[2]}", text) for text in texts]
    if not any(map(HEADING.match, texts)):
        marked = [MARKED_HEADING.fullmatch(text) for text in texts]
        if sum(map(bool, marked)) > 1:
            texts = [
                f"{'#' * len(each[1])} {each[2]}" if each else text for each, text in zip(marked, texts, strict=True)
            ]
        texts = _underlined(texts)
    fields = [FIELD.fullmatch(text) for text in texts]
    return [
        Line(f"{field[1]}{field[2]}: {field[3]}" if field and vocabulary.field_key(field[2]) else text, line.number)
        for field, text, line in zip(fields, texts, lines, strict=True)
    ]


def _underlined(texts: list[str]) -> list[str]:
    """Return the lines with underlined titles as headings, unless all have the two underlines of markdown.

    Each kind of line, with or without one above the title, is a level, in the order of the text.
    """
    found: dict[int, tuple[str, bool]] = {}
    for at in range(1, len(texts)):
        title, rule = texts[at - 1].rstrip(), UNDERLINE.fullmatch(texts[at])
        if rule is None or not title[:1].strip() or len(texts[at].rstrip()) < len(title) or UNDERLINE.fullmatch(title):
            continue
        above = texts[at - 2].strip() if at > 1 else ""
        is_framed = above == texts[at].strip()
        if is_framed or not above:
            found[at - 1] = (rule[1], is_framed)
    styles = list(dict.fromkeys(found.values()))
    if set(styles) <= {("=", False), ("-", False)}:
        return texts
    texts = list(texts)
    for at, style in found.items():
        texts[at] = f"{'#' * min(6, styles.index(style) + 1)} {texts[at].strip()}"
        texts[at + 1] = ""
        if style[1]:
            texts[at - 1] = ""
    return texts


def _defined_terms(lines: list[Line]) -> list[Line]:
    """Return the lines with each term of a definition list as a field, or as a name in bold, before its definition."""
    found = list(lines)
    for at, (text, number) in enumerate(lines[1:], 1):
        term = lines[at - 1].text.strip()
        if not DEFINITION.match(text) or not term or BULLET.match(term) or term[0] in "#>|<":
            continue
        found[at] = Line(text[1:].lstrip(), number)
        if not DEFINITION.match(term):
            is_marked = vocabulary.field_key(term) or term[0] in "*_`"
            found[at - 1] = Line(f"{term}:" if is_marked else f"**{term}**:", lines[at - 1].number)
    return found


# --- tables drawn with signs ------------------------------------------------------------------------------------


def _replaced(lines: list[Line], find: Callable[[list[Line], int], tuple[int, int, list[Line]] | None]) -> list[Line]:
    """Return the lines with each table as markdown; `find` returns the first and last line of one, and its rows."""
    found: list[Line] = []
    at = 0
    while at < len(lines):
        table = find(lines, at)
        if table is None:
            found.append(lines[at])
            at += 1
            continue
        start, end, written = table
        del found[len(found) - (at - start) :]
        is_new = written != lines[start:end]
        found += [Line("", lines[start].number), *written, Line("", lines[end - 1].number)] if is_new else written
        at = end
    return found


def _drawn_table(lines: list[Line], at: int, *, is_declared: bool) -> tuple[int, int, list[Line]] | None:
    if not BORDER.fullmatch(lines[at].text):
        return None
    end = at
    rows: list[tuple[int, list[list[str]]]] = []
    while end < len(lines) and (line := lines[end].text.strip())[:1] in ("+", "|") and line:
        if line[0] == "+":
            rows.append((lines[end].number + 1, []))
        else:
            rows[-1][1].append([cell.strip() for cell in PIPE.split(line.removeprefix("|").removesuffix("|"))])
        end += 1
    filled = [
        (number, [" ".join(filter(None, parts)) for parts in zip(*cells, strict=False)]) for number, cells in rows
    ]
    filled = [row for row in filled if row[1]]
    is_even = len(filled) > 1 and len({len(cells) for _, cells in filled}) == 1
    titled = with_titles(filled, is_declared=is_declared) if is_even else filled
    return at, end, _table(titled) if len(titled) > 1 else lines[at:end]


def _column_table(lines: list[Line], at: int) -> tuple[int, int, list[Line]] | None:
    rule = lines[at].text
    if not COLUMNS.fullmatch(rule):
        return None
    starts = [found.start() for found in re.finditer(r"(?<!\S)\S", rule)]
    is_framed = "=" in rule
    reach = range(at, min(len(lines), at + MOST_ROWS))
    rules = [place for place in reach if COLUMNS.fullmatch(lines[place].text)] if is_framed else [at]
    head_at = at + 1 if is_framed else at
    start = at
    if not is_framed:
        while (
            start > max(0, at - HIGHEST_HEAD)
            and lines[start - 1].text.strip()
            and not FULL_RULE.fullmatch(lines[start - 1].text)
        ):
            start -= 1
    elif len(rules) < 3:
        return None
    has_frame = start > 0 and not is_framed and FULL_RULE.fullmatch(lines[start - 1].text) is not None
    head = lines[head_at : rules[1]] if is_framed else lines[start:at]
    begin = rules[1] + 1 if is_framed else at + 1
    end = begin
    while end < len(lines) and not (COLUMNS.fullmatch(lines[end].text) or FULL_RULE.fullmatch(lines[end].text)):
        if not lines[end].text.strip() and not (has_frame or is_framed):
            break
        end += 1
    rows = [_joined_row(head, starts)] if head else []
    row: list[Line] = []
    for line in lines[begin:end]:
        begins = not line.text.strip() if has_frame else line.text[: starts[1]].strip()
        if row and begins:
            rows.append(_joined_row(row, starts))
            row = []
        row += [line] if line.text.strip() else []
    rows += [_joined_row(row, starts)] if row else []
    is_closed = end < len(lines) and lines[end].text.strip()
    return (start - has_frame, end + bool(is_closed), _table(rows)) if len(rows) > 1 and head else None


def _joined_row(lines: list[Line], starts: list[int]) -> tuple[int, list[str]]:
    """Return the cells of a row that is written on several lines."""
    ends = [*starts[1:], None]
    cells = [
        " ".join(filter(None, (line.text[start:end].strip() for line in lines)))
        for start, end in zip(starts, ends, strict=True)
    ]
    return lines[0].number, cells


def _pipe_rows(lines: list[Line], *, is_declared: bool) -> list[Line]:
    """Return the lines with rows between pipes as a table, also where the line below the head is missing.

    Rows without titles of columns get some if `is_declared`.
    """

    def find(lines: list[Line], at: int) -> tuple[int, int, list[Line]] | None:
        end = at
        rows: list[tuple[int, list[str]]] = []
        while end < len(lines) and (text := lines[end].text.strip()) and (PIPE.search(text) or "\t" in text):
            cells = PIPE.split(text[1:].removesuffix("|") if text.startswith("|") else text)
            cells = cells if len(cells) > 1 else text.split("\t")
            rows.append((lines[end].number, [cell.strip() for cell in cells]))
            end += 1
        has_rule = any(DELIMITER_ROW.fullmatch(line.text) for line in lines[at:end])
        widths = {len(cells) for _, cells in rows}
        if len(rows) < 2 or has_rule or len(widths) > 1 or widths == {1}:
            return (at, end, lines[at:end]) if rows else None
        titled = with_titles(rows, is_declared=is_declared)
        return at, end, _table(titled) if titled else lines[at:end]

    return _replaced(lines, find)


def with_titles(rows: list[tuple[int, list[str]]], *, is_declared: bool) -> list[tuple[int, list[str]]]:
    """Return the rows below titles of columns: names, definitions, and examples where cells are quoted.

    None are returned if the first row has no titles and the text is not known to be a coding book.
    """
    if any(map(vocabulary.field_key, rows[0][1])):
        return rows
    if not is_declared:
        return []
    titles = ["Code"]
    for column in list(zip(*(cells for _, cells in rows), strict=True))[1:]:
        is_quoted = all(QUOTED_CELL.match(cell) for cell in filter(None, column))
        titles.append("Examples" if is_quoted else "Definition" if "Definition" not in titles else f"{len(titles) + 1}")
    return [(rows[0][0], titles), *rows]


# --- entries without marks of their own -------------------------------------------------------------------------

ENTRY = re.compile(
    r"(?P<indent>\s*)(?P<bullet>[-*+]\s+)?(?:[(（]?(?P<id>\d{1,3}(?:\.\d{1,3})*|[IVX]{1,5}(?=[.)])|[A-Za-z])"
    r"(?:[、．）]\s*|[.)]?\s+))?"
    r"(?P<name>[^\W_][^:|=<>\n*`]{0,80}?)(?:\s*:\s+|\s+(?:[-–—]|--)\s+|\s*(?:->|→|=>|⇒)\s*|\s+=\s+)(?P<rest>\S.*)"
)
PARENT = re.compile(r"(?P<indent>\s*)(?P<bullet>[-*+]|\d{1,3}[.)])\s+(?P<name>[^\W_][^:.!?\n]{0,60})")
BOLD_NAME = re.compile(r"(?:\*\*|__|【)([^*_\n【】]{1,80})(?:\*\*|__|】):?\s*")
TERM = re.compile(r"[^\W_][^:.!?|\n]{0,60}")
CAPITALS = re.compile(r"(?=.*[^\W\d_]{2})[^\Wa-z][^a-z:.!?|\n]{1,60}")
ABBREVIATION = re.compile(r"[^\W\d_]{1,6}\d{0,3}")
FEWEST_ENTRIES = 2
LONGEST_NAME = 8
"""Words of the name of an entry."""


def with_marked_entries(text: str) -> str:
    """Return a book with the names of its loose entries marked, line by line: `(1) Trust: …` as `**Trust (1)**: …`.

    Adjacent lines are entries if each begins with a name and a sign behind it. A name above deeper entries, or alone in
    bold or capitals, becomes a heading.
    """
    lines = text.split("\n")
    level = at = 0
    while at < len(lines):
        if heading := HEADING.match(lines[at]):
            level = len(heading[0])
        end = at + 1
        while lines[at].strip() and end < len(lines) and lines[end].strip() and not lines[end].startswith("#"):
            end += 1
        if lines[at].strip() and not heading:
            lines[at:end] = _marked_block(lines[at:end], level, is_apart=end - at > 1 or end + 1 < len(lines))
            level = max(level, int(lines[at].startswith("#")))
        at = end
    return "\n".join(lines)


def _marked_block(block: list[str], level: int, *, is_apart: bool) -> list[str]:
    """Return adjacent lines with the entries among them marked; `level` is that of the heading above."""
    is_above_indented = len(block) > 1 and all(_indent(line) > 1 and not BULLET.match(line) for line in block[1:])
    name = BOLD_NAME.fullmatch(block[0]) or CAPITALS.fullmatch(block[0])
    name = name or (TERM.fullmatch(block[0]) if is_above_indented else None)
    if name and is_apart and len(name[0].split()) <= LONGEST_NAME and not vocabulary.field_key(name[0]):
        return [f"{'#' * min(6, level + 1)} {vocabulary.plain_name(block[0].strip('【】 '))}", *block[1:]]
    entries = [_entry(line) for line in block]
    parents = [
        PARENT.fullmatch(line) if not entry and _indent(line) < _indent(below) else None
        for line, entry, below in zip(block, entries, [*block[1:], ""], strict=True)
    ]
    is_whole = all(
        entry or parent or (_indent(line) > _indent(block[0]) and not BULLET.match(line))
        for line, entry, parent in zip(block, entries, parents, strict=True)
    )
    if not is_whole or sum(map(bool, entries)) < FEWEST_ENTRIES:
        return block
    marked = []
    for line, entry, parent in zip(block, entries, parents, strict=True):
        if parent and not parent["indent"]:
            marked.append(f"{'#' * min(6, level + 1)} {parent['name']}")
        else:
            marked.append(f"- {entry}" if entry else line)
    return marked


def _entry(line: str) -> str:
    """Return the entry on a line with its name in bold; empty for another line."""
    found = ENTRY.fullmatch(line)
    if found is None or vocabulary.field_key(found["name"]) or len(found["name"].split()) > LONGEST_NAME:
        return ""
    if vocabulary.WORDS["matter"].match(found["name"]):
        return ""
    name, rest, id_ = found["name"], found["rest"], found["id"]
    inner = ENTRY.fullmatch(rest) if ABBREVIATION.fullmatch(name) and name.isupper() else None
    if inner and not inner["id"]:
        id_, name, rest = name, inner["name"], inner["rest"]
    return f"**{name} ({id_})**: {rest}" if id_ else f"**{name}**: {rest}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())

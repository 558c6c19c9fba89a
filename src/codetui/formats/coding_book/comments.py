"""What markdown cannot say stands in comments, as in `codebook.toml`: `<!-- codetui code`, fields, `-->`."""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import count
from typing import NamedTuple

from codetui.formats.codebook_writer import Fields
from codetui.formats.toml_strings import Value
from codetui.formats.toml_tables import long_key

BEGINNING = r"<!-- codetui (?P<kind>[a-z]++)(?: (?P<number>\d++))?"
COMMENT = re.compile(rf"{BEGINNING}(?:\n(?P<toml>[^-]*+(?:-(?!->)[^-]*+)*+)|\s*+)-->")
ONE_COMMENT = re.compile(rf"{BEGINNING}(?:\n(?P<toml>.*)|\s*)", re.DOTALL)
REGION_START = re.compile(r"^<!-- codetui text(?P<number> \d+)?(?P<is_closed> -->)?\n", re.MULTILINE)
REGION_END = re.compile(r"^<!-- codetui end(?P<number> \d+)? -->$", re.MULTILINE)
FACTS_END = re.compile(r"^-->\n", re.MULTILINE)
WHOLE_BOOK = {"book", "corpus", "reference"}
HEADING = re.compile(r"#{1,6} ([^\n]*)\n*")


class Facts(NamedTuple):
    """The kind of the part that a comment speaks of, and what it says of it; None for fields that are no TOML."""

    kind: str
    fields: Fields | None


class Region(NamedTuple):
    """A text between two comments: its first line, where it stands, and what it says, its heading being its title."""

    line: int
    fields: Fields
    title: str
    body: str


class Apart(NamedTuple):
    """A text with empty lines for the comments that speak of the book as a whole and for texts between comments."""

    text: str
    regions: list[Region]
    facts: list[Facts]


def set_apart(text: str) -> Apart:
    """The text without what comments set apart, and that."""
    regions: list[Region] = []
    facts: list[Facts] = []

    def take_facts(match: re.Match[str]) -> str:
        if match["kind"] not in WHOLE_BOOK:
            return match[0]
        facts.append(Facts(match["kind"], fields_in(match["toml"] or "")))
        return "\n" * match[0].count("\n")

    kept: list[str] = []
    end, line = 0, 1
    for found in _regions(text):
        kept.append(text[end : found.start])
        line += kept[-1].count("\n")
        breaks = text.count("\n", found.start, found.end)
        regions.append(_region_in(found, line))
        kept.append("\n" * breaks)
        line += breaks
        end = found.end
    return Apart(with_comments("".join([*kept, text[end:]]), take_facts), regions, facts)


def with_comments(text: str, replaced: Callable[[re.Match[str]], str]) -> str:
    """The text with each comment of codetui's replaced; what is not closed is none."""
    end = text.rfind("-->") + 3 if "-->" in text else 0
    return COMMENT.sub(replaced, text[:end]) + text[end:]


class _Found(NamedTuple):
    """A region: where it begins and ends, the TOML of its first comment, and what stands between the comments."""

    start: int
    end: int
    toml: str
    body: str


def _regions(text: str) -> Iterator[_Found]:
    """The regions of a text: each ends at the next comment with its number."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for match in REGION_END.finditer(text):
        ends.setdefault(match["number"] or "", []).append(match.span())
    closings = [match.span() for match in FACTS_END.finditer(text)]
    at = 0
    while start := REGION_START.search(text, at):
        at = start.end()
        closed = (at, at) if start["is_closed"] else _first_from(closings, at)
        end = _first_from(ends.get(start["number"] or "", []), closed[1]) if closed else None
        if closed and end:
            yield _Found(start.start(), end[1], text[at : closed[0]], text[closed[1] : end[0]])
            at = end[1]


def _first_from(spans: list[tuple[int, int]], start: int) -> tuple[int, int] | None:
    """The first span that begins at `start` or behind it."""
    at = bisect_left(spans, (start, start))
    return spans[at] if at < len(spans) else None


def _region_in(found: _Found, line: int) -> Region:
    fields = fields_in(found.toml) or {}
    body, title = found.body, ""
    heading = HEADING.match(body) if "title" in fields else None
    if heading:
        title, body = heading[1], body[heading.end() :]
    fields.pop("title", None)
    return Region(line, fields, title, body.strip("\n"))


def region(fields: Fields, title: str, body: str) -> str:
    """A text between two comments, which say where it stands and where it ends, whatever it holds."""
    number = next(n for n in count(1) if f"<!-- codetui end{_numbered(n)} -->" not in f"{title}\n{body}")
    shown = f"## {title}\n\n{body}" if title else body
    opening = comment(f"text{_numbered(number)}", fields | ({"title": "the heading"} if title else {}))
    return f"{opening}\n{shown}\n<!-- codetui end{_numbered(number)} -->"


def _numbered(number: int) -> str:
    return f" {number}" if number > 1 else ""


def facts_in(text: str) -> Facts | None:
    """What a comment says; None for another comment."""
    text = text.strip()
    found = ONE_COMMENT.fullmatch(text.removesuffix("-->").rstrip()) if text.endswith("-->") else None
    return Facts(found["kind"], fields_in(found["toml"] or "")) if found else None


def fields_in(toml: str) -> Fields | None:
    """The texts, truths and lists of texts of a comment."""
    toml = "\n".join(line.strip() for line in toml.split("\n"))
    if long_key(toml) is not None:
        return None
    try:
        values = tomllib.loads(toml)
    except (ValueError, RecursionError):
        return None
    fields: Fields = {}
    for name, value in values.items():
        if isinstance(value, (str, bool)):
            fields[name] = value
        elif isinstance(value, list):
            fields[name] = tuple(each for each in value if isinstance(each, str))
    return fields


def comment(kind: str, fields: Fields) -> str:
    """The comment that says `fields`, one on each line; on one line where there are none."""
    lines = [f"{name} = {_written(value)}\n" for name, value in fields.items()]
    return f"<!-- codetui {kind}\n{''.join(lines)}-->" if lines else f"<!-- codetui {kind} -->"


def _written(value: Value) -> str:
    """A value on one line, in which nothing ends the comment: texts as JSON writes them, which TOML reads alike."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("-->", "--\\u003E")

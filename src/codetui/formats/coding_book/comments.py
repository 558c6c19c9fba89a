"""What markdown cannot say stands in comments, as in `codebook.toml`: `<!-- codetui code`, fields, `-->`."""

from __future__ import annotations

import json
import re
import tomllib
from itertools import count
from typing import NamedTuple

from codetui.formats.codebook_writer import Fields
from codetui.formats.toml_strings import Value

COMMENT = re.compile(r"<!-- codetui (?P<kind>[a-z]+)(?: (?P<number>\d+))?(?:\n(?P<toml>.*?))?\s*-->", re.DOTALL)
REGION = re.compile(
    r"^<!-- codetui text(?P<number> \d+)?(?: -->\n|\n(?P<toml>(?:[^\n]*\n)*?)-->\n)"
    r"(?P<body>.*?)^<!-- codetui end(?(number)(?P=number)) -->$",
    re.DOTALL | re.MULTILINE,
)
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

    def take_region(match: re.Match[str]) -> str:
        fields = fields_in(match["toml"] or "") or {}
        body, title = match["body"], ""
        heading = HEADING.match(body) if "title" in fields else None
        if heading:
            title, body = heading[1], body[heading.end() :]
        fields.pop("title", None)
        regions.append(Region(text.count("\n", 0, match.start()) + 1, fields, title, body.strip("\n")))
        return "\n" * match[0].count("\n")

    def take_facts(match: re.Match[str]) -> str:
        if match["kind"] not in WHOLE_BOOK:
            return match[0]
        facts.append(Facts(match["kind"], fields_in(match["toml"] or "")))
        return "\n" * match[0].count("\n")

    without = REGION.sub(take_region, text)
    return Apart(COMMENT.sub(take_facts, without), regions, facts)


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
    found = COMMENT.fullmatch(text.strip())
    return Facts(found["kind"], fields_in(found["toml"] or "")) if found else None


def fields_in(toml: str) -> Fields | None:
    """The texts, truths and lists of texts of a comment."""
    try:
        values = tomllib.loads("\n".join(line.strip() for line in toml.split("\n")))
    except ValueError:
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

"""Markdown cut into the lines that the format is made of, continuation lines joined to what they continue."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["heading", "rule", "bullet", "paragraph"]

HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*)|)$", re.DOTALL)
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})$")
BULLET = re.compile(r"([ \t]*)(?:[-+*]|\d{1,9}[.)])(?:[ \t]+(.*)|)$", re.DOTALL)


@dataclass(slots=True)
class Line:
    """A logical line: its first line's number, what it is, its text without the marks of what it is.

    `level` counts the `#` of a heading; `raw` holds the lines as they stand.
    """

    number: int
    kind: Kind
    text: str
    raw: list[str] = field(default_factory=list)
    level: int = 0
    is_indented: bool = False


def cut(text: str) -> list[Line]:
    """The logical lines of a document; any text gives some."""
    lines: list[Line] = []
    is_after_blank = True
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff")), 1):
        stripped = raw.strip()
        if not stripped:
            is_after_blank = True
            continue
        line = _line(number, raw, stripped)
        if lines and _continues(lines[-1], line, raw, is_after_blank=is_after_blank):
            lines[-1].raw.append(raw)
        else:
            lines.append(line)
        is_after_blank = False
    for line in lines:
        continued = (raw.strip() for raw in line.raw[1:])
        line.text = " ".join((line.text, *continued)).strip()
    return lines


def _line(number: int, raw: str, stripped: str) -> Line:
    if heading := HEADING.match(raw):
        return Line(number, "heading", (heading[2] or "").strip(), [raw], level=len(heading[1]))
    if RULE.match(raw):
        return Line(number, "rule", "", [raw])
    if bullet := BULLET.match(raw):
        return Line(number, "bullet", (bullet[2] or "").strip(), [raw], is_indented=bool(bullet[1]))
    return Line(number, "paragraph", stripped, [raw])


def _continues(last: Line, line: Line, raw: str, *, is_after_blank: bool) -> bool:
    """True for a line that goes on with what stands above: next to it, or indented under a bullet."""
    if line.kind != "paragraph" or last.kind not in ("bullet", "paragraph"):
        return False
    if not is_after_blank:
        return True
    return last.kind == "bullet" and raw[:2].isspace()

"""Codings as rows for other programs: one row a coding, as CSV or JSON lines."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import CodebookIndex, index_of, profile_name
from codetui.core.codebook.migration import pending_remark
from codetui.core.session.state import State
from codetui.formats.session_doc.writer import AdFacts, Layout, Site
from codetui.model import Codebook, Coding

FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
"""What a spreadsheet may take for a formula, and what already has apostrophes in front of that."""

GUARDED = re.compile(r"'+(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
JSON_UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")


class Row(NamedTuple):
    """One coding; `start` and `end` are code points in the ad, None for words that have no place in it.

    `words` are those of the document, white space folded; `note` is as it was typed.
    `codebook_version` is that of the codebook with which the code was assigned.  `origin` is empty for a coding
    that was given in the program, else `document`, `hand` (the document was edited) or `copy of` another ad's id.
    """

    ad_id: str
    employer: str
    title: str
    coder: str
    profile: str
    section: str
    group: str
    code_id: str
    code_name: str
    words: str
    note: str
    start: int | None
    end: int | None
    time: str
    codebook_version: str
    origin: str


class About(NamedTuple):
    """What all rows of one session share."""

    ad_id: str
    employer: str
    title: str
    coder: str
    profile: str


def rows(state: State, book: Codebook, ad: AdFacts, coder: str) -> list[Row]:
    """The codings of a session in the order of the document: by code, then as they were assigned."""
    index = index_of(book)
    layout = Layout(book)
    sites = {coding.code: layout.site(coding.code) for coding in state.live()}
    ordered = sorted(state.live(), key=lambda coding: sites[coding.code].sort_key)
    about = About(
        ad.id,
        state.employer or ad.employer,
        state.title or ad.title,
        coder,
        profile_name(book, state.profile),
    )
    return [_row(about, coding, sites[coding.code], index) for coding in ordered]


def _row(about: About, coding: Coding, site: Site, index: CodebookIndex) -> Row:
    section, group = index.sections.get(site.section), index.groups.get(site.group)
    code = index.codes.get(coding.code)
    return Row(
        *about,
        section=section.title if section else "",
        group=group.title if group else "",
        code_id=coding.code,
        code_name=code.name if code else pending_remark(coding.code, index),
        words=_words(coding),
        note=coding.note,
        start=coding.anchor.start if coding.anchor else None,
        end=coding.anchor.end if coding.anchor else None,
        time=coding.time,
        codebook_version=coding.codebook.partition("#")[0],
        origin=_origin(coding),
    )


def _origin(coding: Coding) -> str:
    if coding.origin == "copy":
        return f"copy of {coding.source}"
    return "" if coding.origin == "keys" else coding.origin


def _words(coding: Coding) -> str:
    return shown_words(coding.words or (coding.anchor.words if coding.anchor else ""))


def to_csv(table: Iterable[Row]) -> str:
    """The rows as CSV after RFC 4180: a header, commas, CRLF, and each cell `guarded`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(Row._fields)
    for row in table:
        writer.writerow(["" if cell is None else guarded(str(cell)) for cell in row])
    return out.getvalue()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that looks like one gets an apostrophe in front.

    A cell that begins with apostrophes and then looks like a formula gets one more, so that `unguarded`
    can tell; all other cells stay as they are.
    """
    return f"'{cell}" if FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell that `guarded` was given."""
    return cell[1:] if GUARDED.match(cell) else cell


def to_jsonl(table: Iterable[Row]) -> str:
    """The rows as JSON lines in plain UTF-8, each ending in LF; nothing in a cell is changed."""
    return "".join(f"{_json(row)}\n" for row in table)


def _json(row: Row) -> str:
    """One row as JSON; what breaks lines for some readers, or is no UTF-8, is written as an escape."""
    text = json.dumps(row._asdict(), ensure_ascii=False)
    return JSON_UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

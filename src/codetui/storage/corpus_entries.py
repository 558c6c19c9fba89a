"""One ad as the list shows it: from a row of a table, or from a file's name and the beginning of its text."""

from __future__ import annotations

import sys
from pathlib import Path

from codetui.model import SourceEntry, SourceId, with_plain_line_ends
from codetui.storage import fs
from codetui.storage.corpus_names import id_and_employer, one_line, title_of
from codetui.storage.corpus_tables import Row
from codetui.storage.sources.decoding import ProblemCollector, decoded, decoded_head

HEAD = 4096
"""Bytes of a text file that the list reads."""


def row_entry(source: str, row: Row) -> SourceEntry:
    """The list's line for a row; employers repeat, so each name is kept once."""
    employer = sys.intern(one_line(row.employer))
    return SourceEntry(SourceId(row.id), employer, one_line(row.title), source, row.place, row.line)


def file_entry(source: str, head: bytes, trouble: ProblemCollector) -> SourceEntry:
    """The list's line for a text file, from its name and the beginning of its text."""
    text = decoded_head(head)
    if len(head) < HEAD and not text.strip():
        trouble.once("empty", 0, "note", "this ad is empty: there is nothing to code in it")
    ad_id, employer = id_and_employer(Path(source).stem)
    return SourceEntry(SourceId(ad_id), sys.intern(employer), title_of(text), source, -1, 0)


def file_ad(source: str, trouble: ProblemCollector) -> tuple[SourceEntry, str]:
    """The list's line for a text file, and its whole text."""
    data = fs.read(Path(source))
    entry, text = file_entry(source, data[:HEAD], trouble), with_plain_line_ends(decoded(data, trouble))
    remark_on_nul(text, 0, trouble)
    return entry, text


def remark_on_nul(text: str, line: int, trouble: ProblemCollector) -> None:
    """Notes that a text holds NUL characters."""
    if "\0" in text:
        message = "this text holds NUL characters, which are kept: if every other one is NUL, save it as UTF-8"
        trouble.add(line, "note", message)

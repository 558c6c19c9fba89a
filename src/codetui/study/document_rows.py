"""Find the row that a document codes in a table without ids, since documents name the ids of some earlier table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from codetui.formats.session_doc.model import Document
from codetui.model import Source
from codetui.storage.sources.corpus_sources import CorpusSources

LEAST_FOUND = 0.5
"""The share of a document's quotations and terms that occur in the text of its row."""

MOST_NAMED = 5
"""Rows that a message names."""

_CUT = re.compile(r"^(?:\.\.\.|…|\[…\])\s*|\s*(?:\.\.\.|…|\[…\])$")


class Candidate(NamedTuple):
    """A row with the share of the document's words that occur in it, and whether it has the document's title."""

    source: Source
    share: float
    has_title: bool


def rows_of(document: Document, sources: CorpusSources) -> list[Source]:
    """Return the rows without ids of their own that a document may code: one if its words or title decide.

    Rows of the employer of the document are looked at, or all rows if it has none or no row fits.
    """
    words = [_folded(entry.words) for code in document.codes() for entry in code.entries if entry.words]
    employer, title = _folded(document.employer), _folded(document.title)
    found = _candidates(sources.rows(lambda one: employer in _folded(one.employer)), words, title) if employer else []
    found = found or _candidates(sources.rows(lambda one: _folded(one.employer) != employer), words, title)
    titled = [one for one in found if one.has_title]
    best = titled or [one for one in found if one.share == max(each.share for each in found)]
    return [one.source for one in best]


def row_names(rows: Iterable[Source]) -> str:
    """Return ids and titles of rows for a message."""
    named = [f"{one.id} ({one.title or one.employer or one.file})" for one in rows]
    return ", ".join(named[:MOST_NAMED]) + (f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else "")


def _candidates(rows: Iterable[Source], words: list[str], title: str) -> list[Candidate]:
    """Return the rows in which most of the words occur; without words, those with the title."""
    found = []
    for row in rows:
        text = _folded(row.text)
        share = sum(each in text for each in words) / len(words) if words else 0.0
        one = Candidate(row, share, bool(title) and title == _folded(row.title))
        if share >= LEAST_FOUND if words else one.has_title:
            found.append(one)
    return found


def _folded(text: str) -> str:
    """Return a text without differences of case, white space and quotes, and without the dots of a cut."""
    plain = _CUT.sub("", text.strip()).translate(_QUOTES)
    return " ".join(plain.split()).casefold()


_QUOTES = str.maketrans("“”„‘’‚–—", "\"\"\"'''--")

"""Codes that name other codes: each of these has to be there."""

from __future__ import annotations

from codetui.formats.codebook_texts import report_missing
from codetui.formats.toml_tables import Table, shown
from codetui.model import Codebook


def check_links(book: Codebook, tables: dict[tuple[str, str], Table]) -> None:
    """Report what `confused_with` names and the book lacks, and a code that names itself."""
    ids: list[str] = [code.id for code in book.codes]
    known = set(ids)
    for code in book.codes:
        table = tables["code", code.id]
        for number, other in enumerate(code.confused_with):
            if other == code.id:
                table.say(
                    "warning", f"code {shown(other)} is confused with itself; name another", "confused_with", number
                )
            elif other not in known:
                report_missing(table, ("confused_with", number), "a code", other, ids)

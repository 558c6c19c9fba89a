"""Codings as JSON lines, one object a coding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from codetui.formats.export.exporter import COLUMNS, Export, ExportedSession, Row, rows_of
from codetui.model import Codebook

UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
"""Characters that some readers take for line ends, and lone surrogates."""


class JsonLinesExporter:
    """Writes one JSON object a coding."""

    name = "jsonl"
    suffix = ".jsonl"
    default_output = "codings.jsonl"
    has_attributes = True

    def export(self, sessions: Sequence[ExportedSession], book: Codebook) -> Export:
        """Return the lines."""
        rows = rows_of(sessions, book)
        return Export({"": to_jsonl(rows)}, len(rows), "coding")


def to_jsonl(rows: Iterable[Row]) -> str:
    """Render rows as JSON lines in UTF-8, each ending in LF; cells are not changed.

    A row of a source with attributes has them in an object of that name.
    """
    return "".join(f"{_json(row)}\n" for row in rows)


def _json(row: Row) -> str:
    fields: dict[str, object] = dict(zip(COLUMNS, row, strict=False))
    if row.attributes:
        fields["attributes"] = dict(row.attributes)
    text = json.dumps(fields, ensure_ascii=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

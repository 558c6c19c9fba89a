"""Tables as JSON lines, one object per row."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from codetui.formats.export.table import Row, Table

UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
"""Characters that some readers take for line ends, and lone surrogates."""


def to_jsonl(table: Table) -> str:
    """Render a table as JSON lines in UTF-8, each ending in LF; cells are not changed.

    The attributes of a source are in an object named `attributes`.
    """
    return "".join(f"{_json(table.columns, row)}\n" for row in table.rows)


def _json(columns: Sequence[str], row: Row) -> str:
    fields: dict[str, object] = dict(zip(columns, row.cells, strict=True))
    if row.attributes:
        fields["attributes"] = dict(row.attributes)
    text = json.dumps(fields, ensure_ascii=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

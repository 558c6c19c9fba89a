"""Tables as JSON lines, one object per row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from codetui.formats.export.table import Row, Table

UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
"""Characters that some readers take for line ends, and lone surrogates."""


def json_lines(table: Table) -> Iterator[str]:
    """Yield a table as JSON lines, each ending in LF; cells are not changed.

    The attributes of a source are in an object named `attributes`.
    """
    for row in table.rows:
        yield f"{_json(table.columns, row)}\n"


def _json(columns: Sequence[str], row: Row) -> str:
    fields: dict[str, object] = dict(zip(columns, row.cells, strict=True))
    if row.attributes:
        fields["attributes"] = dict(row.attributes)
    text = json.dumps(fields, ensure_ascii=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

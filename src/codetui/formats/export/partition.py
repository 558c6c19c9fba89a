"""A table in a folder for each coder, as Hive names them, which Spark and DuckDB read as one table.

coder=anna/part-0.jsonl
coder=ben/part-0.jsonl
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from codetui.core.text.display import plural
from codetui.formats.export.exporter import Exported, ExportedStudy, Exporter, OpenFile, What

NOBODY = "__HIVE_DEFAULT_PARTITION__"
"""Hive's name for a missing value: rows of sources that nobody has coded."""

ESCAPED = re.compile(r"""[\x00-\x1f"#%'*/:=?\\\x7f{\[\]^<>|]|^[.~_ ]|[. ]$""")
"""What Hive escapes in the names of folders, and what other systems cannot hold there."""


def write_partitioned(
    exporter: Exporter, study: ExportedStudy, tables: Sequence[What], open_file: OpenFile
) -> Exported:
    """Write one table with an exporter of single files, a file for each coder, in one pass over the sessions."""
    parts: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    losses: list[str] = []

    def opener(path: str) -> OpenFile:
        return lambda _: open_file(path)

    for coder, sessions in groupby(study.sessions, key=lambda session: session.coder):
        folder = folder_of(coder)
        # Names that differ in case alone are one folder on many disks.
        number = parts[folder.casefold()]
        parts[folder.casefold()] += 1
        path = f"{folder}/part-{number}{exporter.suffixes[0]}"
        done = exporter.write(replace(study, sessions=sessions), tables, opener(path))
        rows.update(done.counts)
        losses += done.losses
    contents = f"{plural(rows.total(), 'row')} in {plural(parts.total(), 'file')}"
    return Exported(dict(rows), contents, tuple(losses))


def folder_of(coder: str) -> str:
    """Return the name of a coder's folder, from which Spark and DuckDB restore the name of the coder."""
    escaped = ESCAPED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), coder)
    return f"coder={escaped or NOBODY}"

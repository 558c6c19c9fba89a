"""Each reader with the shapes that might take more than linear time."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from codetui.formats.toml.tables import BYTE_LIMIT
from codetui.study.coding_book import LARGEST_BOOK
from testing.hostile.fields import JSON_LINES, LOGS, TABLES, TEXTS, TOML
from testing.hostile.limits import Take
from testing.hostile.readers import readers
from testing.hostile.shapes import DOCUMENTS, MARKDOWN, Shape, plain_shapes


class Bound(NamedTuple):
    """A reader, its shapes, and the largest input in bytes to measure it with: its size limit if it has one."""

    name: str
    take: Take
    shapes: list[Shape]
    largest: int


def bounds(folder: Path, largest: int) -> list[Bound]:
    """Return all readers; `largest` bytes are the most to measure one with that has no lower size limit."""
    every = readers(folder)
    own: dict[str, tuple[list[Shape], int]] = {
        "ads as text": (TEXTS, largest),
        "ads as CSV": (TABLES, largest),
        "ads as JSON lines": (JSON_LINES, largest),
        "codebook": (TOML, BYTE_LIMIT),
        "coding book": (MARKDOWN, LARGEST_BOOK),
        "migration map": (TOML, BYTE_LIMIT),
        "document": (DOCUMENTS, largest),
        "document taken over": (DOCUMENTS, largest),
        "event log": (LOGS, largest),
        "session from a log": (LOGS, largest),
        "place.json": (JSON_LINES, largest),
        ".written": (JSON_LINES, largest),
    }
    return [
        Bound(name, every[name].take, [*shapes, *plain_shapes()], min(cap, largest))
        for name, (shapes, cap) in own.items()
    ]

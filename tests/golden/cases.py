"""The recorded cases by name; each drives a fresh copy of the study through the command line."""

from __future__ import annotations

from collections.abc import Callable

from .record import Record

Case = Callable[[Record], None]


def all_cases() -> dict[str, Case]:
    """Return every case by its name, which is also the name of its two files."""
    from . import books, edits, figures, imports, merges, sittings

    found: dict[str, Case] = {}
    for module in (imports, edits, books, merges, sittings, figures):
        for name, case in module.CASES.items():
            assert name not in found, name
            found[name] = case
    return found

"""How many of what, in words."""

from __future__ import annotations


def counted(number: int, one: str, several: str = "") -> str:
    """`1 coding`, `1,200 codings`; `several` where more than one takes more than an s: `2 quotations need`."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"

"""Ids for parts of a codebook that have none where they come from."""

from __future__ import annotations

import re

LONGEST_SLUG = 40


def slug(text: str) -> str:
    """Return the words of a title in lower case, joined by `_`, as an id."""
    return "_".join(re.findall(r"[^\W_]+", text.casefold()))[:LONGEST_SLUG].strip("_") or "part"


def unique_id(wanted: str, taken: dict[str, int]) -> str:
    """Return `wanted`, or `wanted_2` and so on if it is taken, and reserve it.

    `taken` counts the requests for each id.
    """
    id_ = wanted
    while id_ in taken:
        taken[wanted] += 1
        id_ = f"{wanted}_{taken[wanted]}"
    taken[id_] = 1
    return id_

"""With which version of the codebook a coder gave a coding its code, and under which id."""

from __future__ import annotations

from typing import NamedTuple

from codetui.core.state import State
from codetui.model import CodeId, Coding, CodingAdded, CodingRecoded


class GivenWith(NamedTuple):
    """The code that a coder chose, and the version (`v3#0123456789ab`) whose definition the coder had in view."""

    code: CodeId
    codebook: str


def given_with(state: State, coding: Coding) -> GivenWith:
    """What a coder chose last for a coding; a migration since then chose nothing, it only gave it another name."""
    steps = state.done_steps
    while steps is not None:
        if steps.newest.cause != "migration":
            for event in reversed(steps.newest.events):
                if isinstance(event, CodingAdded | CodingRecoded) and event.coding == coding.id:
                    return GivenWith(event.code, steps.newest.codebook)
        steps = steps.earlier
    return GivenWith(coding.code, coding.codebook)

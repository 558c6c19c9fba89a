"""The number of examples for a property: a share of them in the quick step, all of them in the slow one."""

from __future__ import annotations

from hypothesis import settings

WHOLE = 100
"""Examples of a property that sets no number, under a profile that runs all."""


def register_profiles() -> None:
    """Register the profiles: the same examples everywhere and every time, except in `random`."""
    settings.register_profile("quick", derandomize=True, deadline=None, max_examples=WHOLE // 4)
    settings.register_profile("slow", derandomize=True, deadline=None, max_examples=WHOLE)
    settings.register_profile("random", derandomize=False, deadline=None, max_examples=WHOLE, print_blob=True)


def examples(many: int) -> int:
    """Return the share of this number of examples that the active profile allows."""
    return many * settings().max_examples // WHOLE

"""How many examples a property tries: a share of them in the quick step, all of them in the slow one."""

from __future__ import annotations

from hypothesis import settings

WHOLE = 100
"""Examples of a property that asks for no number, where the profile gives it all."""


def register_profiles() -> None:
    """Make the profiles known: the same examples every time and everywhere, but in `random`."""
    settings.register_profile("quick", derandomize=True, deadline=None, max_examples=WHOLE // 4)
    settings.register_profile("slow", derandomize=True, deadline=None, max_examples=WHOLE)
    settings.register_profile("random", derandomize=False, deadline=None, max_examples=WHOLE, print_blob=True)


def examples(many: int) -> int:
    """Return the share of so many examples that the profile in force gives."""
    return many * settings().max_examples // WHOLE

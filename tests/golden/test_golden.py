"""The behaviour and the wording of the program equal the records; see the docstring of this package."""

from __future__ import annotations

from functools import cache

import pytest

from .cases import all_cases
from .update import KINDS, golden_path, recorded

CASES = all_cases()
SLOW = ("sitting_settling_and_profile",)


@cache
def record_of(name: str) -> dict[str, str]:
    """Return the facts and words of a case, run once."""
    return recorded(name, CASES[name])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in CASES]
)
def test_the_outcome_equals_the_recording(name: str, kind: str) -> None:
    expected = golden_path(kind, name).read_bytes().decode("utf-8").split("\n")
    assert record_of(name)[kind].split("\n") == expected, "meant? python -m tests.golden.update"


def test_every_golden_file_belongs_to_a_case() -> None:
    assert {kind: {path.stem for path in golden_path(kind, "x").parent.glob("*.txt")} for kind in KINDS} == {
        kind: set(CASES) for kind in KINDS
    }

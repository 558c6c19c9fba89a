"""A disk that fails at any operation: commands are refused, nothing half is left, and all goes on when it is back."""

from __future__ import annotations

import pytest

from testing.attacks.failing_disk import remove_sticks, run


@pytest.mark.parametrize(("step", "days"), [(9, 26), pytest.param(3, 80, marks=pytest.mark.slow)])
def test_a_disk_that_fails_at_any_operation_loses_nothing_and_brings_nothing_back(step: int, days: int) -> None:
    tally = run(is_each=False, step=step)
    assert tally.faults == []
    assert tally.difference.is_none
    assert tally.days > days and tally.not_saved > tally.days and tally.confirmed > tally.days


def test_a_stick_that_is_removed_for_a_while_loses_nothing_and_brings_nothing_back() -> None:
    tally = remove_sticks(step=5)
    assert tally.faults == []
    assert tally.days > 20 and tally.not_saved > tally.days

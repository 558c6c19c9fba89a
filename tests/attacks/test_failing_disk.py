"""A disk failing at any operation:

commands are refused, nothing is written in part, and work continues once it is repaired.
"""

from __future__ import annotations

import pytest

from testing.attacks.failing_disk import remove_sticks, run


@pytest.mark.parametrize(("step", "days"), [(9, 26), pytest.param(3, 80, marks=pytest.mark.slow)])
def test_a_disk_failing_at_any_operation_loses_nothing_and_restores_no_refused_step(step: int, days: int) -> None:
    tally = run(is_each=False, step=step)
    assert tally.faults == []
    assert tally.difference.is_none
    assert tally.days > days and tally.not_saved > tally.days and tally.confirmed > tally.days


def test_a_removed_and_returned_drive_loses_nothing_and_restores_no_refused_step() -> None:
    tally = remove_sticks(step=5)
    assert tally.faults == []
    assert tally.days > 20 and tally.not_saved > tally.days

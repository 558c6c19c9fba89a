"""A disk unreadable at any moment: nothing is treated as absent, and work continues once it is readable again."""

from __future__ import annotations

import pytest

from testing.attacks import failing_reads, unreadable_commands


@pytest.mark.parametrize(("step", "days", "refused"), [(181, 7, 0), pytest.param(23, 60, 8, marks=pytest.mark.slow)])
def test_a_file_unreadable_at_any_moment_is_not_treated_as_absent(step: int, days: int, refused: int) -> None:
    tally = failing_reads.run(is_each=False, step=step, first=3)
    assert tally.faults == []
    assert tally.difference.is_none
    assert tally.days > days and tally.not_saved > refused and tally.confirmed > 10 * tally.days


@pytest.mark.parametrize(("step", "days"), [(107, 18), pytest.param(13, 150, marks=pytest.mark.slow)])
def test_a_command_reports_any_read_failure_and_completes_on_the_next_run(step: int, days: int) -> None:
    tally = unreadable_commands.run(step=step, first=2)
    assert tally.faults == []
    assert tally.days > days

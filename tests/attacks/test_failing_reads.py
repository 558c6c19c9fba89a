"""A disk that cannot be read at any moment: nothing is taken for absent, and all goes on when it can be read again."""

from __future__ import annotations

from testing.attacks import failing_reads, unread_commands


def test_what_cannot_be_read_at_any_moment_of_a_day_is_not_taken_for_absent() -> None:
    tally = failing_reads.run(is_each=False, step=23, first=3)
    assert tally.faults == []
    assert tally.difference.is_none
    assert tally.days > 60 and tally.not_saved > 8 and tally.confirmed > 10 * tally.days


def test_a_command_that_cannot_read_at_any_moment_says_so_and_does_all_the_next_time() -> None:
    tally = unread_commands.run(step=13, first=2)
    assert tally.faults == []
    assert tally.days > 150

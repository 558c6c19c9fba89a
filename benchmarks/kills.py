"""Run kills, power losses and failing disks, and print the losses.

    python -m benchmarks.kills [--store 1000] [--program 50] [--power 10] [--disk] [--steps 1] [--seed 1]

--store N    kills a process N times while it carries commands out on real sessions: at random moments, and before, half
             way through and after single operations on the disk
--program N  kills the whole program in a pseudo-terminal N times while keys are typed
             (both go on in shares, and say on stderr after each what has come of it so far)
--power N    loses power after every operation of N days of work, with what was not synced lost, kept, emptied, torn at
             every byte or in another order; and on the day after each operation at which the program was killed
--disk       fails at every operation of a day, writes and reads, with each of eight errors, once and for the rest of
             it, and takes the sessions' folder away before each
--steps N    kills changes of the codebook, migrations and merges at every Nth operation, with 1 before, half way
             through and after it, and finishes each, takes it back, or runs it again

What was confirmed, by the outcome of a command or by the screen, is compared with what is on disk afterwards.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from testing.attacks.ledger import Difference

MOST_FAULTS = 5
"""So many faults are printed."""

STORE_SHARE, PROGRAM_SHARE = 5000, 250
"""So many kills are one share of many: the figures so far stand, whatever ends the rest."""


def kill_store(kills: int, seed: int) -> list[str]:
    """Print the results; return the faults."""
    from testing.attacks.store_kills import Tally, run

    tally = Tally()
    for share, its_seed in _shares(kills, STORE_SHARE, seed):
        tally.add(run(share, its_seed))
        _report_progress(tally.kills, kills, tally.difference, tally.seconds)
    moments = ", ".join(f"{number} {moment}" for moment, number in tally.moments.items())
    print(f"store: {tally.kills} kills ({moments}), {tally.commands} commands,")
    print(f"  {tally.in_flight} of them begun and not confirmed when the kill came,")
    print(f"  {_described(tally.difference)}, {tally.seconds:.1f} s", flush=True)
    return tally.faults


def kill_program(kills: int, seed: int) -> list[str]:
    """Print the results; return the faults."""
    from testing.attacks.program_kills import Tally, run

    tally = Tally()
    for share, its_seed in _shares(kills, PROGRAM_SHARE, seed):
        tally.add(run(share, its_seed))
        _report_progress(tally.kills, kills, tally.difference, tally.seconds)
    print(f"program: {tally.kills} kills, {tally.commands} commands, {tally.confirmed} confirmed by the screen,")
    print(f"  {_described(tally.difference)}, {tally.seconds:.1f} s", flush=True)
    return tally.faults


def lose_power(days: int, seed: int) -> list[str]:
    """Print the results; return the faults."""
    from testing.attacks.power_loss import run

    tally = run(days=range(seed, seed + days))
    print(f"power: lost after {tally.operations} operations, {tally.disks} different disks opened,")
    print(f"  {tally.torn} of them with torn files, {_described(tally.difference)}, {tally.seconds:.1f} s", flush=True)
    return tally.faults


def fail_disks() -> list[str]:
    """Print the results; return the faults."""
    from testing.attacks.failing_disk import remove_sticks, run

    tally, sticks = run(is_each=True), remove_sticks()
    print(f"disk: {tally.days} failing disks, {tally.confirmed} commands confirmed, {tally.not_saved} refused,")
    print(f"  {tally.unread} of them with failing reads, and {tally.unreadable_commands} command lines on such disks,")
    print(f"  {_described(tally.difference)}, {tally.seconds:.1f} s", flush=True)
    print(f"stick: pulled out {sticks.days} times, {sticks.confirmed} commands confirmed, {sticks.not_saved} refused,")
    print(f"  {_described(sticks.difference)}", flush=True)
    return tally.faults + sticks.faults


def kill_steps(every: int) -> list[str]:
    """Print the results; return the faults."""
    from testing.attacks.step_kills import run

    tally = run(every=every)
    print(f"steps: {tally.kills} kills, {tally.interrupted} changes finished or taken back, {tally.seconds:.1f} s")
    return tally.faults


def _shares(whole: int, most: int, seed: int) -> Iterator[tuple[int, int]]:
    """Return the shares of a total, each with its own seeds."""
    for begun in range(0, whole, most):
        yield min(most, whole - begun), seed * 1_000_003 + begun


def _report_progress(kills: int, whole: int, difference: Difference, seconds: float) -> None:
    if kills < whole:
        print(
            f"so far: {kills} of {whole} kills, {_described(difference)}, {seconds:.1f} s", file=sys.stderr, flush=True
        )


def _described(difference: Difference) -> str:
    return ", ".join(f"{number} {what}" for what, number in difference._asdict().items())


def main() -> int:
    """Attack and print; return 1 if there was any fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=int, default=0, metavar="N")
    parser.add_argument("--program", type=int, default=0, metavar="N")
    parser.add_argument("--power", type=int, default=0, metavar="N")
    parser.add_argument("--disk", action="store_true")
    parser.add_argument("--steps", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    faults = kill_store(options.store, options.seed) if options.store else []
    faults += kill_program(options.program, options.seed) if options.program else []
    faults += lose_power(options.power, options.seed) if options.power else []
    faults += fail_disks() if options.disk else []
    faults += kill_steps(options.steps) if options.steps else []
    print(*faults[:MOST_FAULTS], sep="\n", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs of the whole program in a terminal, each ended by SIGKILL; everything the screen confirmed must be in the log.

Keys are typed faster than a person types. Confirmations are read only from the screen: the message line as painted,
including the last byte that the program had sent when it was killed.
"""

from __future__ import annotations

import re
import select
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import NamedTuple

from testing import forkserver
from testing.attacks.coder import CODER, documents_differ, open_study
from testing.attacks.ledger import Difference, lines_of
from testing.studies import write_study
from testing.terminal import PATIENCE, Terminal, codetui_command, environment

ADS = ("1", "2")
SENTENCES = 4000
"""The number of sentences in each ad; each is coded once."""

MOST_SEEN = 4
"""The most messages to wait for before the last seconds of a run begin."""

LONGEST = 0.12
"""The length of those last seconds at most."""

STEPS = 7
"""The number of steps typed in one run before Ctrl+Q."""

CTRL_S, CTRL_R, CTRL_Q, ENTER = "\x13", "\x12", "\x11", "\r"
MESSAGES = re.compile(r"(←|Note saved on|(?:Undone|Redone): the note beside|Removed .* from) “Lamp (\d+) ")

Message = tuple[str, int]
"""A kind of message and the number of its sentence."""

Line = tuple[str, str]
"""A log line as two values: its kind, and its words, note or reasoning."""


class Typed(NamedTuple):
    """A typed command: the line that it adds to its ad's log, and the message that confirms it."""

    ad: str
    line: Line
    message: Message | None


@dataclass
class Profile:
    """The profile of an ad: its number in the list, 1 or 2, and the reasoning, which keys append to."""

    number: int = 1
    reasoning: str = ""

    @classmethod
    def of(cls, log: list[Line]) -> Profile:
        """Return the last profile in a log."""
        profiles = [line for line in log if line[0].startswith("profile ")]
        return cls(int(profiles[-1][0][-1]), profiles[-1][1]) if profiles else cls()


@dataclass
class Tally:
    """The results."""

    kills: int = 0
    ends: int = 0
    commands: int = 0
    confirmed: int = 0
    difference: Difference = field(default_factory=Difference)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add the results of another run."""
        self.kills += other.kills
        self.ends += other.ends
        self.commands += other.commands
        self.confirmed += other.confirmed
        self.difference += other.difference
        self.faults += other.faults
        self.seconds += other.seconds


def run(kills: int, seed: int, studies: int = 2) -> Tally:
    """Kill the program the given number of times, in several studies at once, and compare after each kill."""
    started = time.perf_counter()
    whole = Tally()
    shares = [kills // studies + (number < kills % studies) for number in range(studies)]
    with ProcessPoolExecutor(studies) as pool:
        for tally in pool.map(_kill, shares, range(seed, seed + studies)):
            whole.add(tally)
    whole.seconds = time.perf_counter() - started
    return whole


def _kill(kills: int, seed: int) -> Tally:
    """Return the results for one study."""
    tally, chance, numbers = Tally(), Random(seed), count()
    forkserver.enable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        while tally.kills < kills:
            first = next(numbers) * STEPS % (SENTENCES - STEPS)
            if first < STEPS:
                _lay_out(folder)
            _live(folder, chance, first, tally)
        forkserver.close_all()
        tally.faults += documents_differ(open_study(folder))
    return tally


def _lay_out(folder: Path) -> None:
    shutil.rmtree(folder / "sessions", ignore_errors=True)
    lines = "".join(f"{sentence(number)}\n" for number in range(SENTENCES))
    write_study(folder, {f"{ad}_harbour.txt": f"Keeper\n\n{lines}" for ad in ADS})


def sentence(number: int) -> str:
    """Return the sentence with this number."""
    return f"Lamp {number:04} is lit."


def _live(folder: Path, chance: Random, first: int, tally: Tally) -> None:
    """Run the program once: start, type, kill, compare."""
    logs = {ad: _log(folder, ad) for ad in ADS}
    profiles = {ad: Profile.of(log) for ad, log in logs.items()}
    screen = _Screen()
    typed: list[Typed] = []
    command = codetui_command("ads", "--coder", CODER)
    with Terminal(command, folder, environment(folder), columns=100, rows=24) as terminal:
        ad = _opened(terminal)
        keys, typed = _plan(ad, profiles, chance, first)
        terminal.type(keys + CTRL_Q)
        screen.watch(terminal, chance.randrange(MOST_SEEN), chance.uniform(0, LONGEST))
        terminal.kill()
        screen.watch_the_rest(terminal)
    tally.kills += terminal.exit_code == -9
    tally.ends += terminal.exit_code != -9
    if terminal.exit_code not in (0, -9):
        tally.faults.append(f"exit code {terminal.exit_code}\n{terminal.text}")
    for ad, before in logs.items():
        _compare(ad, _log(folder, ad)[len(before) :], [one for one in typed if one.ad == ad], screen, tally)


def _opened(terminal: Terminal) -> str:
    """Return the ad that the program starts with, after all ads are listed so that there is a next one."""
    terminal.wait_for("Lamp", "coder wil", f" of {len(ADS)} ")
    found = re.search(r"Ad ([12]) ", terminal.text)
    assert found is not None, terminal.text
    return found[1]


class _Screen:
    """The messages that appeared."""

    def __init__(self) -> None:
        self.seen: set[Message] = set()

    def watch(self, terminal: Terminal, count: int, seconds: float) -> None:
        """Read until enough messages have appeared and for some seconds more, or until the program has ended."""
        until = time.monotonic() + (PATIENCE if count else seconds)
        while time.monotonic() < until:
            if not terminal._read():
                return
            self.look(terminal)
            if count and len(self.seen) >= count:
                count, until = 0, time.monotonic() + seconds

    def watch_the_rest(self, terminal: Terminal) -> None:
        """Read the rest of the output after the program has ended."""
        while select.select([terminal._handle], [], [], 0)[0] and terminal._read():
            self.look(terminal)

    def look(self, terminal: Terminal) -> None:
        """Record the message on the screen now."""
        for found in MESSAGES.finditer("\n".join(terminal.lines[-3:-1])):
            self.seen.add((found[1].split(" ")[0], int(found[2])))


def _plan(ad: str, profiles: dict[str, Profile], chance: Random, first: int) -> tuple[str, list[Typed]]:
    """Return the keys of one run and the resulting commands; sentences from `first` on are coded."""
    keys, typed = f"/{first:04}{ENTER}", []
    for number in range(first, first + STEPS):
        if chance.random() < 0.15:
            ad, key = ("2", ")") if ad == "1" else ("1", "(")
            keys += f"{key}/{number:04}{ENTER}"
        for key, line, message in _step(number, profiles[ad], chance):
            keys += key
            typed.append(Typed(ad, line, message))
    return keys, typed


def _step(number: int, profile: Profile, chance: Random) -> Iterator[tuple[str, Line, Message | None]]:
    """Yield the steps that code a sentence and change the coding: keys, the line in the log, the message."""
    yield "s11", ("coding-added", sentence(number)), ("←", number)
    match chance.choice(("nothing", "note", "undo", "redo", "remove", "profile")):
        case "note" | "undo" | "redo" as choice:
            yield f"nk{number}{ENTER}", ("coding-noted", f"k{number}"), ("Note", number)
            if choice != "note":
                yield "u", ("undo", ""), ("Undone:", number)
            if choice == "redo":
                yield CTRL_R, ("redo", ""), ("Redone:", number)
        case "remove":
            yield "x", ("coding-removed", ""), ("Removed", number)
        case "profile":
            profile.number, before = 3 - profile.number, profile.reasoning
            profile.reasoning += f"r{number}"
            yield f"p{profile.number}", (f"profile {profile.number}", before), None
            yield f"r{number}{CTRL_S}", (f"profile {profile.number}", profile.reasoning), None


def _log(folder: Path, ad: str) -> list[Line]:
    path = folder / "sessions" / CODER / "events" / f"{ad}.jsonl"
    return [_line(line) for line in lines_of(path.read_bytes())] if path.exists() else []


def _line(line: dict[str, object]) -> Line:
    if line["cause"] != "hand":
        return str(line["cause"]), ""
    events = line["events"]
    assert isinstance(events, list)
    event = events[-1]
    if event["kind"] == "profile-assigned":
        return f"profile {event['profile']}", event["reasoning"]
    told = {"coding-added": "words", "coding-noted": "note"}.get(event["kind"])
    return event["kind"], event[told] if told else ""


def _compare(ad: str, found: list[Line], typed: list[Typed], screen: _Screen, tally: Tally) -> None:
    """Check that the log has the first typed commands, at least as many as the screen confirmed."""
    expected = [one.line for one in typed]
    confirmed = [at for at, one in enumerate(typed, 1) if one.message in screen.seen]
    tally.commands += len(found)
    tally.confirmed += len(confirmed)
    lost = sum(at > len(found) for at in confirmed)
    is_begun = found == expected[: len(found)]
    doubled = 0 if is_begun else sum(found.count(line) > expected.count(line) for line in set(found))
    difference = Difference(lost, doubled, int(not is_begun and not doubled))
    tally.difference += difference
    if not difference.is_none:
        tally.faults.append(f"ad {ad}: {difference}: found {found}, typed {expected}")

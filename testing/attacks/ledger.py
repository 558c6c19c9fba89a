"""A ledger of confirmed commands to compare with the disk; it knows nothing of the program except its log's JSON."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

Fact = tuple[str | int | bool, ...]
"""A command as a short tuple: its kind and its arguments."""


class Difference(NamedTuple):
    """The numbers of commands that are missing, that are unexpected or duplicated, and that are out of order."""

    lost: int = 0
    doubled: int = 0
    disordered: int = 0

    def __add__(self, other: object) -> Difference:
        """Return the sums."""
        assert isinstance(other, Difference)
        return Difference(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    @property
    def is_none(self) -> bool:
        """Return whether nothing differs."""
        return not any(self)


@dataclass
class Ledger:
    """The confirmed commands by ad, in order; `begun` is a command that is neither confirmed nor refused yet."""

    confirmed: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    begun: tuple[str, Fact] | None = None
    refused: int = 0
    not_saved: int = 0

    def record(self, end: str, about: str, fact: Fact) -> None:
        """Record a report of the coder."""
        self.begun = (about, fact) if end == "begin" else None
        if end == "done":
            self.confirmed[about].append(fact)
        self.refused += end == "refused"
        self.not_saved += end == "not saved"

    @property
    def count(self) -> int:
        """Return the number of confirmed commands."""
        return sum(map(len, self.confirmed.values()))

    def compare(self, found: Mapping[str, Sequence[Fact]]) -> Difference:
        """Return the differences on disk; the begun command may be there or not, and counts as confirmed if it is."""
        total = Difference()
        for about in {*found, *self.confirmed}:
            total += self._compare(about, list(found.get(about, ())))
        self.begun = None
        return total

    def _compare(self, about: str, found: list[Fact]) -> Difference:
        expected = self.confirmed[about]
        if self.begun and self.begun[0] == about and found == [*expected, self.begun[1]]:
            self.confirmed[about] = found
            return Difference()
        lost = (Counter(expected) - Counter(found)).total()
        doubled = (Counter(found) - Counter(expected)).total()
        self.confirmed[about] = found
        return Difference(lost, doubled, int(found != expected and not lost and not doubled))


def logs_in(sessions: Path, coder: str) -> dict[str, list[Fact]]:
    """Return the facts in a coder's logs by ad, without lines that are not JSON."""
    logs = sorted((sessions / coder / "events").glob("*.jsonl"))
    return {log.stem: [fact_in(line) for line in lines_of(log.read_bytes())] for log in logs}


def lines_of(log: bytes) -> list[dict[str, object]]:
    """Return the complete lines of a log."""
    lines = []
    for line in log.split(b"\n"):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        lines.append(value)
    return lines


def fact_in(line: Mapping[str, object]) -> Fact:
    """Return the fact in a line of a log, in the form that the coder reports."""
    cause, events = line["cause"], line["events"]
    if cause in ("undo", "redo"):
        return str(cause), str(line["target"])
    assert isinstance(events, list)
    if cause != "hand" or not events:
        return "unexpected", str(cause)
    event = events[-1]
    fields = {
        "coding-added": ("code", "anchor.start", "anchor.end", "note"),
        "coding-removed": ("coding",),
        "coding-reanchored": ("coding", "anchor.start", "anchor.end"),
        "coding-noted": ("coding", "note"),
        "coding-recoded": ("coding", "code"),
        "memo-written": ("text",),
        "profile-assigned": ("profile", "reasoning"),
        "done-marked": ("is_done",),
    }[event["kind"]]
    return event["kind"], *(_value(event, name) for name in fields)


def _value(event: Mapping[str, object], name: str) -> str | int | bool:
    outer, _, inner = name.partition(".")
    value = event[outer]
    if inner:
        assert isinstance(value, dict)
        value = value[inner]
    assert isinstance(value, str | int)
    return value

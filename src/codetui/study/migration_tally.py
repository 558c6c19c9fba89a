"""What a migration changed, or would change, counted and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from codetui.core.codebook.migration import Migrated, MigrationMap, Reason, Rule
from codetui.core.text.plural import counted
from codetui.model import Codebook, Problem, SourceId

HINT = "a code that waits keeps its name and its place in documents if the codebook has it, with retired = true"
WHY: dict[Reason, str] = {
    "unknown": "not in the new codebook, and no rule speaks of it",
    "split": "split",
    "retired": "retired",
    "twice": "now twice on the same words",
}


@dataclass
class Tally:
    """What a migration changed, or would change: codings by rule, the ads they are in, and what waits."""

    codings: Counter[Rule] = field(default_factory=Counter)
    ads: dict[Rule, set[SourceId]] = field(default_factory=dict)
    coders: set[str] = field(default_factory=set)
    notes: int = 0
    left: int = 0
    sessions: int = 0
    applied: int = 0
    edited: int = 0
    waiting: Counter[tuple[str, Reason]] = field(default_factory=Counter)
    waiting_profiles: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def add(self, ad: SourceId, coder: str, done: Migrated) -> None:
        """Counts one session in."""
        self.coders |= {coder} if done.counts else set()
        for rule, number in done.counts.items():
            self.codings[rule] += number
            self.ads.setdefault(rule, set()).add(ad)
        self.notes += done.notes
        self.left += done.left
        self.sessions += bool(done.events)
        self.applied += done.was_applied
        for queued in done.queue:
            if queued.coding is None:
                self.waiting_profiles[queued.code] += 1
            else:
                self.waiting[queued.code, queued.reason] += 1

    @property
    def ads_of_codings(self) -> set[SourceId]:
        """The ads in which a coding follows a rule."""
        return {ad for rule, ads in self.ads.items() if rule.part == "code" for ad in ads}

    @property
    def reach(self) -> str:
        """How much follows a rule: `42 codings in 17 ads`, `of 2 coders` where there are several."""
        of = f" of {len(self.coders)} coders" if len(self.coders) > 1 else ""
        return f"{counted(self.number, 'coding')} in {counted(len(self.ads_of_codings), 'ad')}{of}"

    @property
    def number(self) -> int:
        """The codings that follow a rule."""
        return sum(number for rule, number in self.codings.items() if rule.part == "code")


def lines_of(tally: Tally, rules: MigrationMap, new: Codebook, old: Codebook | None) -> Iterator[str]:
    """The tally in words: `42 codings in 17 ads`, then rule by rule, then what waits."""
    before = rules.old_book.rpartition("#")[0] or (old.version if old else "")
    about = f"{before or 'old'} → {new.version or 'new'}"
    yield f"{about}: {tally.reach}"
    for rule in rules.rules:
        if rule in tally.codings:
            yield f"  {_shown(rule):<32} {_numbers(rule, tally)}"
    idle = [rule.old for rule in rules.rules if rule not in tally.codings and rule.part in ("code", "profile")]
    if idle:
        yield f"  without codings: {', '.join(idle)}"
    if tally.notes:
        yield f"{counted(tally.notes, 'note')} on codes, groups and sections to go along"
    if tally.edited:
        yield f"{counted(tally.edited, 'document')} taken over first: edited by hand, or without a log"
    if tally.applied:
        yield f"{counted(tally.applied, 'session')} left alone, where these rules were followed before"
    if tally.left:
        yield f"{counted(tally.left, 'coding')} left alone, made with the new codebook"
    for (code, reason), number in sorted(tally.waiting.items()):
        yield f"to be decided: {counted(number, 'coding')} of {code} ({WHY[reason]})"
    known = {code.id for code in new.codes}
    if any(code not in known for code, _ in tally.waiting):
        yield HINT
    for profile, number in sorted(tally.waiting_profiles.items()):
        yield f"to be decided: the profile of {counted(number, 'ad')}, {profile}"


def _shown(rule: Rule) -> str:
    kind = "" if rule.part == "code" else f"{rule.part} "
    to = " or ".join(rule.new)
    return f"{kind}{rule.old} → {to}" if to else f"{kind}{rule.old} is retired"


def _numbers(rule: Rule, tally: Tally) -> str:
    waits = "" if rule.effect == "renamed" else ", to be decided"
    ads = counted(len(tally.ads[rule]), "ad")
    return f"{ads}{waits}" if rule.part == "profile" else f"{counted(tally.codings[rule], 'coding')} in {ads}{waits}"

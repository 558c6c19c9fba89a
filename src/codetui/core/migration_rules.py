"""The rules by which the codes and profiles of one codebook become those of the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from codetui.core.book_matching import entries, paired
from codetui.core.book_order import PartKind
from codetui.core.codebook import profile
from codetui.core.waiting_codes import WAITING
from codetui.model import Codebook, text_hash

KINDS: tuple[PartKind, ...] = ("profile", "section", "group", "code")

Effect = Literal["renamed", "split", "retired"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of a part of the old book: the one new id, those to choose from, or none.

    `likeness` (0 to 1) says how much speaks for a rule that was proposed.  `is_same` is True where the new book has
    the same part under the same id: what is retired then keeps its id, as nobody can take it for another.
    """

    part: PartKind
    old: str
    new: tuple[str, ...] = ()
    likeness: float = field(default=1.0, compare=False)
    is_same: bool = field(default=False, compare=False)

    @property
    def effect(self) -> Effect:
        """What the rule does; a code that several are renamed to has them merged."""
        return "renamed" if len(self.new) == 1 else "split" if self.new else "retired"


@dataclass(frozen=True, slots=True)
class MigrationMap:
    """All rules from one book to another, both named as transactions name them: `v3#0123456789ab`.

    A name is empty where the map does not say it.  `is_checked` is False for a map that was proposed and that nobody
    has looked through yet.
    """

    rules: tuple[Rule, ...] = ()
    old_book: str = ""
    new_book: str = ""
    is_checked: bool = True

    @property
    def name(self) -> str:
        """What the transactions that apply it give as their source; other rules make another name."""
        return f"{self.old_book or 'another codebook'} to {self.new_book or 'this one'}, rules {self._digest}"

    @property
    def _digest(self) -> str:
        lines = sorted("\t".join((rule.part, rule.old, *rule.new)) for rule in self.rules)
        return text_hash("\n".join(lines))[:12]

    @property
    def digest(self) -> str:
        """Twelve digits for rules and books together."""
        return text_hash(self.name)[:12]

    def rule(self, part: PartKind, old: str) -> Rule | None:
        """The rule for a part of the old book; the first, where two speak of it."""
        return next((rule for rule in self.rules if (rule.part, rule.old) == (part, old)), None)

    def profile_rule(self, name_or_id: str, old: Codebook | None) -> Rule | None:
        """The rule for an ad's profile, which may be called by its name in the old book, and may wait already."""
        name = name_or_id.rstrip(WAITING)
        known = profile(old, name) if old else None
        found = self.rule("profile", name_or_id) or self.rule("profile", name)
        return found or (self.rule("profile", known.id) if known else None)

    def targets(self) -> frozenset[str]:
        """The codes that other codes are renamed to: those in which codings of several codes may meet."""
        renamed = (rule for rule in self.rules if rule.part == "code" and rule.effect == "renamed")
        return frozenset(rule.new[0] for rule in renamed if rule.new[0] != rule.old)


def book_name(book: Codebook) -> str:
    """How transactions name the book they were made with: version and twelve digits of its hash."""
    return f"{book.version}#{book.content_hash[:12]}"


def propose(old: Codebook, new: Codebook) -> MigrationMap:
    """Rules from what two books have in common, for a person to look through; what has no counterpart is retired.

    A part that keeps its id needs no rule, nor does a section or group that is gone: notes on it stay.
    """
    rules: list[Rule] = []
    for kind in KINDS:
        pairs = {pair.old: pair for pair in paired(entries(old, kind), entries(new, kind))}
        known = {each.id for each in entries(new, kind)}
        for each in entries(old, kind):
            pair = pairs.get(each.id)
            if pair is None and (kind in ("profile", "code") or each.id in known):
                rules.append(Rule(kind, each.id, (), 0.0))
            elif pair is not None and pair.new != pair.old:
                rules.append(Rule(kind, each.id, (pair.new,), pair.likeness))
    return MigrationMap(tuple(rules), book_name(old), book_name(new), is_checked=False)


def waiting(code: str, known: Mapping[str, object]) -> str:
    """The id under which what had the id `code` waits, where the new book gives `code` another meaning."""
    while code in known:
        code += WAITING
    return code


def chained(maps: Iterable[MigrationMap]) -> MigrationMap:
    """The rules of several maps, the oldest first, as one map: each leads to what later maps made of its targets.

    Of two rules for one part that of the later map counts; what waits under `T5?`, as T5 is something else by then,
    keeps its own.
    """
    rules: dict[tuple[PartKind, str], tuple[str, ...]] = {}
    for each in maps:
        step = {(rule.part, rule.old): rule.new for rule in each.rules}
        reused = {(rule.part, to) for rule in each.rules for to in rule.new if len(rule.new) > 1 or to != rule.old}
        step |= {(kind, old + WAITING): new for (kind, old), new in step.items() if (kind, old) in reused}
        for (kind, old), new in rules.items():
            rules[kind, old] = tuple(dict.fromkeys(to for one in new for to in step.get((kind, one), (one,))))
        rules |= step
    return MigrationMap(tuple(Rule(kind, old, new) for (kind, old), new in rules.items()))

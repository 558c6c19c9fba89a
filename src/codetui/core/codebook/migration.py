"""Rules that map the codes and profiles of one codebook to those of the next, and their effect on a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from codetui import model
from codetui.core.codebook import index as books
from codetui.core.codebook.diff import KINDS, PartKind, identities, pair_parts
from codetui.core.codebook.index import CodebookIndex, profile
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.state import State, profile_event
from codetui.model import Codebook, CodeId, CodingId, Event, Memo, MemoId, MemoKind, MemoTarget, text_hash

Effect = Literal["renamed", "split", "retired"]

_PART_OF: dict[MemoKind, PartKind] = {"section": "section", "group": "group", "code": "code", "entry": "code"}
"""The kind of part that a note in a document is written on."""


# --- rules ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """The successor of a part of the old codebook: the one new id, several to choose from, or none.

    `likeness` (0 to 1) is the evidence for a rule that was proposed.  `is_same` is True if the new codebook has the
    same part under the same id: a retired part then keeps its id, since no other part has it.
    """

    part: PartKind
    old: str
    new: tuple[str, ...] = ()
    likeness: float = field(default=1.0, compare=False)
    is_same: bool = field(default=False, compare=False)

    @property
    def effect(self) -> Effect:
        """The effect of the rule; codes renamed to the same code are merged."""
        return "renamed" if len(self.new) == 1 else "split" if self.new else "retired"


@dataclass(frozen=True, slots=True)
class MigrationMap:
    """All rules from one codebook to another, both named as in transactions: `v3#0123456789ab`, or empty if unknown.

    `is_checked` is False for a proposed map that has not been reviewed yet.
    """

    rules: tuple[Rule, ...] = ()
    old_book: str = ""
    new_book: str = ""
    is_checked: bool = True

    @property
    def name(self) -> str:
        """The name of the map in the transactions that apply it; different rules have different names."""
        lines = sorted("\t".join((rule.part, rule.old, *rule.new)) for rule in self.rules)
        digest = text_hash("\n".join(lines))[:12]
        return f"{self.old_book or 'another codebook'} to {self.new_book or 'this one'}, rules {digest}"

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that identify the rules and both codebooks."""
        return text_hash(self.name)[:12]

    def rule(self, part: PartKind, old: str) -> Rule | None:
        """Return the first rule for a part of the old codebook."""
        return next((rule for rule in self.rules if (rule.part, rule.old) == (part, old)), None)

    def profile_rule(self, name_or_id: str, old: Codebook | None) -> Rule | None:
        """Return the rule for a profile, which may be recorded by its old name, or be pending already."""
        name = name_or_id.rstrip(PENDING)
        known = profile(old, name) if old else None
        found = self.rule("profile", name_or_id) or self.rule("profile", name)
        return found or (self.rule("profile", known.id) if known else None)

    def targets(self) -> frozenset[str]:
        """Return the codes that other codes are renamed to, where codings of several codes may come together."""
        renamed = (rule for rule in self.rules if rule.part == "code" and rule.effect == "renamed")
        return frozenset(rule.new[0] for rule in renamed if rule.new[0] != rule.old)


NO_RULES = MigrationMap()


def version_name(book: Codebook) -> str:
    """Return the name of a codebook in transactions: its version and twelve digits of its hash."""
    return f"{book.version}#{book.content_hash[:12]}"


def propose(old: Codebook, new: Codebook) -> MigrationMap:
    """Propose rules from the similarities of two codebooks, for review; a part without counterpart is retired.

    A part that keeps its id needs no rule, nor does a section or group that no longer exists: its memos remain.
    """
    rules: list[Rule] = []
    for kind in KINDS:
        pairs = {pair.old: pair for pair in pair_parts(identities(old, kind), identities(new, kind))}
        known = {each.id for each in identities(new, kind)}
        for each in identities(old, kind):
            pair = pairs.get(each.id)
            if pair is None and (kind in ("profile", "code") or each.id in known):
                rules.append(Rule(kind, each.id, (), 0.0))
            elif pair is not None and pair.new != pair.old:
                rules.append(Rule(kind, each.id, (pair.new,), pair.likeness))
    return MigrationMap(tuple(rules), version_name(old), version_name(new), is_checked=False)


def chain_maps(maps: Iterable[MigrationMap]) -> MigrationMap:
    """Return the rules of several maps, the oldest first, as one map that leads to the latest targets.

    Of two rules for one part the later one counts.  A code pending as `T5?`, because T5 has got another meaning, keeps
    its own rule.
    """
    rules: dict[tuple[PartKind, str], tuple[str, ...]] = {}
    for each in maps:
        step = {(rule.part, rule.old): rule.new for rule in each.rules}
        reused = {(rule.part, to) for rule in each.rules for to in rule.new if len(rule.new) > 1 or to != rule.old}
        step |= {(kind, old + PENDING): new for (kind, old), new in step.items() if (kind, old) in reused}
        for (kind, old), new in rules.items():
            rules[kind, old] = tuple(dict.fromkeys(to for one in new for to in step.get((kind, one), (one,))))
        rules |= step
    return MigrationMap(tuple(Rule(kind, old, new) for (kind, old), new in rules.items()))


# --- pending ids ------------------------------------------------------------------------------------

PENDING = "?"
"""Ends the code of an undecided coding whose old id has a meaning in the new codebook: `T5?`."""

REMARK = "waits: {id} of an earlier codebook"
"""Follows a pending id in documents."""


def pending_id(code: str, known: Mapping[str, object]) -> str:
    """Return the id for undecided codings of `code`, which the new codebook may use for another code."""
    while code in known:
        code += PENDING
    return code


def former_id(code_id: str) -> str:
    """Return the id that a coding had before it became pending; empty for any other id."""
    return code_id.rstrip(PENDING) if code_id.endswith(PENDING) else ""


def pending_remark(code_id: str, index: CodebookIndex) -> str:
    """Return the remark that documents add to a pending id; empty for any other id."""
    old = former_id(code_id)
    is_pending = old and code_id not in index.codes and old in index.codes
    return REMARK.format(id=old) if is_pending else ""


def document_label(index: CodebookIndex, code_id: str) -> str:
    """Return the label of a code in documents: its own, that of an earlier codebook, or its id."""
    former = index.former.get(CodeId(code_id))
    if former is not None:
        return former.label
    remark = pending_remark(code_id, index)
    return f"{code_id} ({remark})" if remark else index.labels.get(CodeId(code_id), code_id)


def former_label(index: CodebookIndex, code_id: str, name: str, label: str) -> str:
    """Return the label in documents for a code of an earlier version, whose label there was `label`.

    A label that could be confused with that of a current code gets a remark: `T5?: Baking (waits: T5 of an earlier
    codebook)`.
    """
    old = former_id(code_id) or code_id
    if old == code_id and index.code_by_label(label) is None:
        return label
    return f"{code_id}: {name} ({REMARK.format(id=old)})"


def id_of_document_label(label: str) -> str:
    """Return the id in a label that the codebook lacks: one with the remark of an earlier code, else the label itself.

    T5? (waits: T5 of an earlier codebook)    T5?: Baking (waits: T5 of an earlier codebook)
    """
    head, _, tail = REMARK.partition("{id}")
    before, bracket, remark = label.rstrip(":. ").rpartition(f" ({head}")
    old = remark.removesuffix(f"{tail})")
    if not bracket or old == remark or not before.startswith(old):
        return label
    rest = before[len(old) :]
    marks = len(rest) - len(rest.lstrip(PENDING))
    return old + PENDING * marks if rest and rest[marks : marks + 1] in ("", ":") else label


def recognize(state: State, book: Codebook, mint: Callable[[], str]) -> tuple[Event, ...]:
    """Return the events that recode codings under an unknown label to the code that has this label by now.

    Codes of an earlier version are left alone: they were not unknown, and rules or the coder decide about them.
    """
    index = books.index_of(book)
    rules: list[Rule] = []
    for label in state.codes:
        former = index.former.get(CodeId(label))
        if label not in index.codes and not (former and former.was_code) and not label.endswith(PENDING):
            code = index.code_by_label(label)
            rules += [Rule("code", label, (code.id,))] if code is not None and not code.is_retired else []
    return migrate(state, MigrationMap(tuple(rules)), book, mint, is_fresh=True).events if rules else ()


# --- decisions --------------------------------------------------------------------------------------

Reason = Literal["unknown", "split", "retired", "twice"]


class PendingDecision(NamedTuple):
    """A decision for the coder:

    on a coding, or (None) on the profile, with the ids to choose from, if there are rules for it.

    `code` is the current id, which the codebook lacks (`unknown`) or keeps only for old codings (`retired`).
    """

    coding: CodingId | None
    code: str
    reason: Reason
    choices: tuple[str, ...] = ()


def pending_decisions(
    state: State,
    book: Codebook,
    rules: MigrationMap = NO_RULES,
    old: Codebook | None = None,
    *,
    codes: Mapping[CodingId, CodeId] = MappingProxyType({}),
    profile: str | None = None,
) -> tuple[PendingDecision, ...]:
    """Return the open decisions of a session in the order of assigning, the profile last.

    They concern codings whose code is retired or not in the codebook, and codings that became the same when the `rules`
    merged their codes.  The `old` codebook helps to recognise a profile by its name. `codes` and `profile` replace the
    codes of codings and the profile of the session.
    """
    profile = state.profile if profile is None else profile
    known = {code.id: code.is_retired for code in book.codes}
    retired = {rule.old for rule in rules.rules if rule.part == "code" and rule.is_same and rule.effect == "retired"}
    merged, seen = rules.targets(), set[tuple[str, int, int]]()
    found: list[PendingDecision] = []
    for coding in state.live():
        code = codes.get(coding.id, coding.code)
        if code not in known or known[code] or code in retired:
            found.append(_code_decision(coding.id, code, rules, is_retired=code in known))
        elif code in merged and coding.anchor:
            words = (code, coding.anchor.start, coding.anchor.end)
            if words in seen:
                found.append(PendingDecision(coding.id, code, "twice"))
            seen.add(words)
    if profile and books.profile(book, profile) is None:
        rule = rules.profile_rule(profile, old)
        if rule is None or rule.effect == "renamed":
            found.append(PendingDecision(None, profile, "unknown"))
        else:
            found.append(PendingDecision(None, profile, rule.effect, rule.new))
    return tuple(found)


def _code_decision(coding: CodingId, code: str, rules: MigrationMap, *, is_retired: bool) -> PendingDecision:
    rule = rules.rule("code", code) or rules.rule("code", code.rstrip(PENDING))
    choices = rule.new if rule is not None else ()
    if rule is not None and rule.effect == "split":
        return PendingDecision(coding, code, "split", choices)
    return PendingDecision(coding, code, "retired" if is_retired or (rule and not rule.new) else "unknown", choices)


# --- migration --------------------------------------------------------------------------------------


class MigrationResult(NamedTuple):
    """The effect of a migration on one session.

    `counts` has the number of codings that each rule affects (1 for a profile's rule), including those left undecided.
    `notes` counts the memos that move, `left` the codings that were made with the new codebook and stay unchanged.
    `pending` has the decisions that are open after the events.  `was_applied` is True if the same rules were applied
    before.
    """

    events: tuple[Event, ...]
    counts: Mapping[Rule, int]
    notes: int
    left: int
    pending: tuple[PendingDecision, ...]
    was_applied: bool = False


def migrate(
    state: State,
    rules: MigrationMap,
    book: Codebook,
    mint: Callable[[], str],
    old: Codebook | None = None,
    *,
    is_fresh: bool = False,
) -> MigrationResult:
    """Return the events that bring a session to the new `book`; none if the same rules were applied already.

    With `is_fresh` they cannot have been: the codebook has just been changed.

    An id that the new codebook also has is unchanged if it was assigned with that codebook, unless the rules come from
    it. A coding keeps its rank, so that the codings of each code stay in the order of assigning.  Memos on codes,
    groups and sections move as well.  An undecided profile is called by its name in the `old` codebook, if that is
    known. `mint` returns fresh ids.
    """
    is_applied = any(one.cause == "migration" and one.from_name == rules.name for one in done_transactions(state))
    if is_applied and not is_fresh:
        pending = pending_decisions(state, book, rules, old)
        return MigrationResult((), {}, 0, 0, pending, was_applied=True)
    run = _Migration(state, rules, book, old, is_fresh=is_fresh)
    codings, memos, profiles = tuple(run.codings()), tuple(run.memos(mint)), tuple(run.profile())
    codes = {event.coding: event.code for event in codings}
    profile = profiles[0].profile if profiles else state.profile
    pending = pending_decisions(state, book, rules, old, codes=codes, profile=profile)
    return MigrationResult((*codings, *memos, *profiles), dict(run.counts), run.moved_memos, run.left, pending)


class _Migration:
    """One migration of one session."""

    def __init__(
        self, state: State, rules: MigrationMap, book: Codebook, old: Codebook | None, *, is_fresh: bool
    ) -> None:
        self.state = state
        self.is_fresh = is_fresh
        self.rules = rules
        self.book = book
        self.old = old
        self.counts: Counter[Rule] = Counter()
        self.left = self.moved_memos = 0
        self._rules = {(rule.part, rule.old): rule for rule in reversed(rules.rules)}
        self._codebooks: dict[CodingId | MemoId | None, str] = {}
        """The codebook with which a coding got its code, a memo its text, and the source its profile (None)."""
        for transaction in done_transactions(state):
            for event in transaction.events:
                if isinstance(
                    event, model.CodingAdded | model.CodingRecoded | model.MemoWritten | model.ProfileAssigned
                ):
                    self._codebooks.setdefault(_changed(event), transaction.codebook)
        self._known: dict[PartKind, dict[str, bool]] = {
            kind: {each.id: False for each in identities(book, kind)} for kind in KINDS
        }
        self._known["code"] |= {code.id: code.is_retired for code in book.codes}

    def codings(self) -> Iterator[model.CodingRecoded]:
        """Yield each coding under its new code."""
        for coding in self.state.live():
            codebook = self._codebooks.get(coding.id, coding.codebook)
            rule = self._rule("code", coding.code, codebook)
            if rule is None:
                continue
            if coding.code in self._known["code"] and self._is_new(codebook):
                self.left += 1
                continue
            self.counts[rule] += 1
            code = self._target(rule)
            if code != coding.code:
                yield model.CodingRecoded(
                    coding=coding.id,
                    code=CodeId(code),
                    rank=coding.rank,
                    code_before=coding.code,
                    rank_before=coding.rank,
                )

    def memos(self, mint: Callable[[], str]) -> Iterator[model.MemoWritten]:
        """Yield each memo at its new target, appended to a memo that the target already has."""
        moved = self._moving_memos()
        self.moved_memos = sum(map(len, moved.values()))
        leaving = {memo.id for memos in moved.values() for memo in memos}
        for target, memos in moved.items():
            yield from (_memo(memo.id, memo.target, "", memo.rank, before=memo.text) for memo in memos)
            if target.kind == "entry":
                yield from (_memo(MemoId(mint()), target, memo.text, memo.rank) for memo in memos)
                continue
            others = (memo for memo in self.state.notes.values() if memo.target == target and memo.id not in leaving)
            known = next((memo for memo in others if memo.text), None)
            text = " ".join(memo.text for memo in ([known] if known else []) + memos)
            if known:
                yield _memo(known.id, target, text, known.rank, before=known.text)
            else:
                yield _memo(MemoId(mint()), target, text, memos[0].rank)

    def profile(self) -> Iterator[model.ProfileAssigned]:
        """Yield the profile under its new id."""
        profile = self.state.profile
        rule = self.rules.profile_rule(profile, self.old)
        if not profile or rule is None:
            return
        if books.profile(self.book, profile) is not None and self._is_new(self._codebooks.get(None, "")):
            self.left += 1
            return
        self.counts[rule] += 1
        new = rule.new[0] if rule.effect == "renamed" else self._pending_profile(profile)
        if new != profile:
            yield profile_event(self.state, new, self.state.reasoning)

    def _moving_memos(self) -> dict[MemoTarget, list[Memo]]:
        """Return the memos that a rule moves, in order, by their new targets."""
        moved: dict[MemoTarget, list[Memo]] = {}
        for memo in sorted(self.state.notes.values(), key=lambda memo: (memo.rank, memo.id)):
            kind = _PART_OF[memo.target.kind]
            codebook = self._codebooks.get(memo.id, "")
            rule = self._rule(kind, memo.target.id, codebook)
            is_settled = memo.target.id in self._known[kind] and self._is_new(codebook)
            if memo.text and rule is not None and not is_settled:
                target = MemoTarget(kind=memo.target.kind, id=self._target(rule))
                if target != memo.target:
                    moved.setdefault(target, []).append(memo)
        return moved

    def _rule(self, kind: PartKind, id_: str, codebook: str) -> Rule | None:
        """Return the rule for an id that was assigned with `codebook`; for a pending id, the rule for its former id.

        In rules from the codebook that made it pending, the former id names another part.
        """
        found = self._rules.get((kind, id_))
        if found is not None or not id_.endswith(PENDING) or self.is_fresh or self._is_old(codebook):
            return found
        return self._rules.get((kind, id_.rstrip(PENDING)))

    def _target(self, rule: Rule) -> str:
        """Return the id that a rule leads to: a pending one unless there is exactly one new id."""
        if rule.effect == "renamed":
            return rule.new[0]
        is_retired = self._known[rule.part].get(rule.old, False)
        keeps_id = is_retired or (rule.effect == "retired" and rule.is_same)
        return rule.old if keeps_id else pending_id(rule.old, self._known[rule.part])

    def _pending_profile(self, profile: str) -> str:
        name = books.profile_name(self.old, profile) if self.old else profile
        while books.profile(self.book, name) is not None:
            name += PENDING
        return name

    def _is_old(self, codebook: str) -> bool:
        """Return whether a codebook is the one from which the rules lead."""
        version, _, digest = codebook.rpartition("#")
        old_version, _, old_digest = self.rules.old_book.rpartition("#")
        is_of_version = version == old_version != "" and version != self.rules.new_book.rpartition("#")[0]
        return is_of_version or digest == old_digest != ""

    def _is_new(self, codebook: str) -> bool:
        """Return whether a codebook is the new one, or an edition of it with the same version."""
        version, _, digest = codebook.rpartition("#")
        old_book = self.rules.old_book or (version_name(self.old) if self.old else "")
        old_version, _, old_digest = old_book.rpartition("#")
        new_version, _, new_digest = self.rules.new_book.rpartition("#")
        here = self.book.content_hash[:12]
        if digest and digest in (here, new_digest):
            return old_digest not in (here, new_digest)
        is_of_version = version != "" and version in (self.book.version, new_version)
        return is_of_version and old_version not in ("", version)


def _changed(
    event: model.CodingAdded | model.CodingRecoded | model.MemoWritten | model.ProfileAssigned,
) -> CodingId | MemoId | None:
    """Return the id of the coding or memo that an event changes; None for the profile."""
    if isinstance(event, model.ProfileAssigned):
        return None
    return event.memo if isinstance(event, model.MemoWritten) else event.coding


def _memo(memo: MemoId, target: MemoTarget, text: str, rank: int, before: str = "") -> model.MemoWritten:
    return model.MemoWritten(memo=memo, target=target, text=text, text_before=before, rank=rank)

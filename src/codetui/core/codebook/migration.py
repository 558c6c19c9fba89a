"""The rules by which the codes and profiles of one codebook become those of the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from codetui.core.codebook import index as books
from codetui.core.codebook.diff import PartKind, identities, pair_parts
from codetui.core.codebook.index import CodebookIndex, profile
from codetui.core.session.state import State
from codetui.model import (
    Codebook,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingRecoded,
    Event,
    Memo,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    Transaction,
    text_hash,
)

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
        name = name_or_id.rstrip(PENDING)
        known = profile(old, name) if old else None
        found = self.rule("profile", name_or_id) or self.rule("profile", name)
        return found or (self.rule("profile", known.id) if known else None)

    def targets(self) -> frozenset[str]:
        """The codes that other codes are renamed to: those in which codings of several codes may meet."""
        renamed = (rule for rule in self.rules if rule.part == "code" and rule.effect == "renamed")
        return frozenset(rule.new[0] for rule in renamed if rule.new[0] != rule.old)


def version_name(book: Codebook) -> str:
    """How transactions name the book they were made with: version and twelve digits of its hash."""
    return f"{book.version}#{book.content_hash[:12]}"


def propose(old: Codebook, new: Codebook) -> MigrationMap:
    """Rules from what two books have in common, for a person to look through; what has no counterpart is retired.

    A part that keeps its id needs no rule, nor does a section or group that is gone: notes on it stay.
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


def pending_id(code: str, known: Mapping[str, object]) -> str:
    """The id under which what had the id `code` waits, where the new book gives `code` another meaning."""
    while code in known:
        code += PENDING
    return code


def chain_maps(maps: Iterable[MigrationMap]) -> MigrationMap:
    """The rules of several maps, the oldest first, as one map: each leads to what later maps made of its targets.

    Of two rules for one part that of the later map counts; what waits under `T5?`, as T5 is something else by then,
    keeps its own.
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


PENDING = "?"
"""Ends the code of a coding that waits for a decision although its old id means something in the new book: `T5?`."""

ABOUT = "waits: {id} of an earlier codebook"


def former_id(code_id: str) -> str:
    """The id that a coding had which waits under this one; empty for any other id."""
    return code_id.rstrip(PENDING) if code_id.endswith(PENDING) else ""


def pending_remark(code_id: str, index: CodebookIndex) -> str:
    """What there is to say of an id under which codings wait; empty for any other id."""
    old = former_id(code_id)
    is_waiting = old and code_id not in index.codes and old in index.codes
    return ABOUT.format(id=old) if is_waiting else ""


def document_label(index: CodebookIndex, code_id: str) -> str:
    """How documents name a code of the book, one that waits, or (by its id) one that the book lacks."""
    about = pending_remark(code_id, index)
    return f"{code_id} ({about})" if about else index.labels.get(CodeId(code_id), code_id)


def id_of_document_label(label: str) -> str:
    """The id that a label means which the book does not know: of a code that waits its id, else the label itself."""
    id_, bracket, _ = label.partition(" (")
    old = former_id(id_)
    is_waiting = bracket and old and label.rstrip(":. ") == f"{id_} ({ABOUT.format(id=old)})"
    return id_ if is_waiting else label


Mint = Callable[[], str]


class MigrationResult(NamedTuple):
    """The effect of a migration on one session.

    `counts` holds the codings that each rule concerns (1 for a profile's rule), those that stay undecided included;
    `notes` counts the memos that move, `left` the codings that were made with the new codebook and stay unchanged.
    `pending` holds the decisions that are open after the events.  `was_applied` is True if the same rules were
    applied before.
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
    mint: Mint,
    old: Codebook | None = None,
    *,
    is_fresh: bool = False,
) -> MigrationResult:
    """The events that bring a session to the new `book`; none where the same rules were applied already.

    `is_fresh` says that they cannot have been: the change of the book that they are from has just been made.

    An id that the new book has too is left alone where it was given with that book, unless the rules are from that
    book.  A coding keeps its rank, so that each code has its codings in the order in which they were assigned.  Notes
    on codes, groups and sections go along.  A profile that has to be decided is called by its name in the `old` book,
    where that is known.  `mint` gives fresh ids.
    """
    if not is_fresh and _is_applied(state, rules):
        return MigrationResult(
            (), {}, 0, 0, _decisions_after(state, {}, state.profile, book, rules, old), was_applied=True
        )
    run = _Migration(state, rules, book, old, is_fresh=is_fresh)
    codings, notes, profiles = tuple(run.codings()), tuple(run.notes(mint)), tuple(run.profile())
    codes = {event.coding: event.code for event in codings}
    profile = profiles[0].profile if profiles else state.profile
    waits = _decisions_after(state, codes, profile, book, rules, old)
    return MigrationResult((*codings, *notes, *profiles), dict(run.counts), run.moved_notes, run.left, waits)


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
        self.left = self.moved_notes = 0
        self._rules = {(rule.part, rule.old): rule for rule in reversed(rules.rules)}
        self._given = _Provenance(state)
        self._known: dict[PartKind, dict[str, bool]] = {
            kind: {each.id: False for each in identities(book, kind)} for kind in KINDS
        }
        self._known["code"] |= {code.id: code.is_retired for code in book.codes}

    def codings(self) -> Iterator[CodingRecoded]:
        """Each coding under its new code."""
        for coding in self.state.live():
            rule = self._rule("code", coding.code, self._given.coding(coding))
            if rule is None:
                continue
            if coding.code in self._known["code"] and self._is_new(self._given.coding(coding)):
                self.left += 1
                continue
            self.counts[rule] += 1
            code = self._target(rule)
            if code != coding.code:
                yield CodingRecoded(
                    coding=coding.id,
                    code=CodeId(code),
                    rank=coding.rank,
                    code_before=coding.code,
                    rank_before=coding.rank,
                )

    def notes(self, mint: Mint) -> Iterator[MemoWritten]:
        """Each note at its new place; what comes to a place that has a note already is added to that."""
        moved = self._moving_notes()
        self.moved_notes = sum(map(len, moved.values()))
        leaving = {note.id for notes in moved.values() for note in notes}
        for place, notes in moved.items():
            yield from (_taken(note) for note in notes)
            if place.kind == "entry":
                yield from (_put(MemoId(mint()), place, note.text, note.rank) for note in notes)
                continue
            there = [note for note in self.state.notes.values() if note.target == place and note.id not in leaving]
            standing = next((note for note in there if note.text), None)
            text = " ".join(note.text for note in ([standing] if standing else []) + notes)
            if standing:
                yield _put(standing.id, place, text, standing.rank, before=standing.text)
            else:
                yield _put(MemoId(mint()), place, text, notes[0].rank)

    def profile(self) -> Iterator[ProfileAssigned]:
        """The profile under its new id."""
        profile = self.state.profile
        rule = self.rules.profile_rule(profile, self.old)
        if not profile or rule is None:
            return
        if books.profile(self.book, profile) is not None and self._is_new(self._given.profile):
            self.left += 1
            return
        self.counts[rule] += 1
        new = rule.new[0] if rule.effect == "renamed" else self._waiting_profile(profile)
        if new != profile:
            yield ProfileAssigned(
                profile=new,
                reasoning=self.state.reasoning,
                profile_before=profile,
                reasoning_before=self.state.reasoning,
            )

    def _moving_notes(self) -> dict[MemoTarget, list[Memo]]:
        """The notes that a rule moves, in order, by the place they go to."""
        moved: dict[MemoTarget, list[Memo]] = {}
        for note in sorted(self.state.notes.values(), key=lambda note: (note.rank, note.id)):
            kind: PartKind = "code" if note.target.kind == "entry" else note.target.kind
            rule = self._rule(kind, note.target.id, self._given.note(note))
            is_settled = note.target.id in self._known[kind] and self._is_new(self._given.note(note))
            if note.text and rule is not None and not is_settled:
                place = MemoTarget(kind=note.target.kind, id=self._target(rule))
                if place != note.target:
                    moved.setdefault(place, []).append(note)
        return moved

    def _rule(self, kind: PartKind, id_: str, made_with: str) -> Rule | None:
        """The rule for an id; for one under which something waits, that for what it was called before.

        Rules from the book that let it wait mean another part by that name.
        """
        found = self._rules.get((kind, id_))
        if found is not None or not id_.endswith(PENDING) or self.is_fresh or self._is_of_old(made_with):
            return found
        return self._rules.get((kind, id_.rstrip(PENDING)))

    def _is_of_old(self, made_with: str) -> bool:
        """Whether something was given with the book that the rules come from."""
        version, _, digest = made_with.rpartition("#")
        old_version, _, old_digest = self.rules.old_book.rpartition("#")
        is_of_version = version == old_version != "" and version != self.rules.new_book.rpartition("#")[0]
        return is_of_version or digest == old_digest != ""

    def _target(self, rule: Rule) -> str:
        """The id that a rule's part goes to: the one to wait under where there is not one new one."""
        if rule.effect == "renamed":
            return rule.new[0]
        is_never_given = self._known[rule.part].get(rule.old, False)
        keeps = is_never_given or (rule.effect == "retired" and rule.is_same)
        return rule.old if keeps else pending_id(rule.old, self._known[rule.part])

    def _waiting_profile(self, profile: str) -> str:
        name = books.profile_name(self.old, profile) if self.old else profile
        while books.profile(self.book, name) is not None:
            name += PENDING
        return name

    def _is_new(self, made_with: str) -> bool:
        """Whether something was given with the new book, or with an edition of it under the same version."""
        version, _, digest = made_with.rpartition("#")
        old_book = self.rules.old_book or (version_name(self.old) if self.old else "")
        old_version, _, old_digest = old_book.rpartition("#")
        new_version, _, new_digest = self.rules.new_book.rpartition("#")
        here = self.book.content_hash[:12]
        if digest and digest in (here, new_digest):
            return old_digest not in (here, new_digest)
        is_of_version = version != "" and version in (self.book.version, new_version)
        return is_of_version and old_version not in ("", version)


class _Provenance:
    """With which book each coding got the code it has, each note its text, and the ad its profile."""

    def __init__(self, state: State) -> None:
        self._codings: dict[CodingId, str] = {}
        self._notes: dict[MemoId, str] = {}
        self.profile = ""
        has_profile = False
        for transaction in _standing(state):
            for event in transaction.events:
                match event:
                    case CodingAdded() | CodingRecoded():
                        self._codings.setdefault(event.coding, transaction.codebook)
                    case MemoWritten():
                        self._notes.setdefault(event.memo, transaction.codebook)
                    case ProfileAssigned() if not has_profile:
                        has_profile = True
                        self.profile = transaction.codebook
                    case _:
                        pass

    def coding(self, coding: Coding) -> str:
        """The book with which a coding got its code."""
        return self._codings.get(coding.id, coding.codebook)

    def note(self, note: Memo) -> str:
        """The book with which a note was written; empty where that is not known."""
        return self._notes.get(note.id, "")


def _standing(state: State) -> Iterator[Transaction]:
    """The transactions that were not undone, newest first."""
    steps = state.done_steps
    while steps is not None:
        yield steps.newest
        steps = steps.earlier


def _is_applied(state: State, rules: MigrationMap) -> bool:
    name = rules.name
    return any(each.cause == "migration" and each.from_name == name for each in _standing(state))


def _taken(note: Memo) -> MemoWritten:
    return MemoWritten(memo=note.id, target=note.target, text="", text_before=note.text, rank=note.rank)


def _put(note: MemoId, place: MemoTarget, text: str, rank: int, before: str = "") -> MemoWritten:
    return MemoWritten(memo=note, target=place, text=text, text_before=before, rank=rank)


Reason = Literal["unknown", "split", "retired", "twice"]


class PendingDecision(NamedTuple):
    """What a coder has to decide: a coding, or (None) the profile; the ids to choose from, where the rules say them.

    `code` is the id it has now, which the book lacks (`unknown`) or keeps for old codings only (`retired`).
    """

    coding: CodingId | None
    code: str
    reason: Reason
    choices: tuple[str, ...] = ()


def pending_decisions(
    state: State, book: Codebook, rules: MigrationMap | None = None, old: Codebook | None = None
) -> tuple[PendingDecision, ...]:
    """What waits for the coder's decision in a session, in the order of assigning, the profile last.

    That are codings whose code the book lacks or has retired, and, where the `rules` merged codes, codings that
    say the same twice.  The `old` book helps to know a profile that is called by its name.
    """
    return _decisions_after(state, {}, state.profile, book, rules or MigrationMap(), old)


def _decisions_after(
    state: State,
    codes: Mapping[CodingId, CodeId],
    profile: str,
    book: Codebook,
    rules: MigrationMap,
    old: Codebook | None,
) -> tuple[PendingDecision, ...]:
    """The queue of a state once the codings in `codes` have these, and the ad has `profile`."""
    known = {code.id: code.is_retired for code in book.codes}
    retired = {rule.old for rule in rules.rules if rule.part == "code" and rule.is_same and rule.effect == "retired"}
    merged, seen = rules.targets(), set[tuple[str, int, int]]()
    found: list[PendingDecision] = []
    for coding in state.live():
        code = codes.get(coding.id, coding.code)
        if code not in known or known[code] or code in retired:
            found.append(_code(coding.id, code, rules, is_retired=code in known))
        elif code in merged and coding.anchor:
            words = (code, coding.anchor.start, coding.anchor.end)
            if words in seen:
                found.append(PendingDecision(coding.id, code, "twice"))
            seen.add(words)
    if profile and books.profile(book, profile) is None:
        found.append(_profile(profile, rules, old))
    return tuple(found)


def _code(coding: CodingId, code: str, rules: MigrationMap, *, is_retired: bool) -> PendingDecision:
    rule = rules.rule("code", code) or rules.rule("code", code.rstrip(PENDING))
    choices = rule.new if rule is not None else ()
    if rule is not None and rule.effect == "split":
        return PendingDecision(coding, code, "split", choices)
    return PendingDecision(coding, code, "retired" if is_retired or (rule and not rule.new) else "unknown", choices)


def _profile(profile: str, rules: MigrationMap, old: Codebook | None) -> PendingDecision:
    rule = rules.profile_rule(profile, old)
    if rule is None or rule.effect == "renamed":
        return PendingDecision(None, profile, "unknown")
    return PendingDecision(None, profile, "split" if rule.new else "retired", rule.new)

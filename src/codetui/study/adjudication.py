"""Adjudicate between coders: what they agree on becomes the session of another one, the rest is decided by people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import NamedTuple

from codetui.core.adjudication import (
    AGREED,
    MOST_CODERS,
    PROFILE,
    Consensus,
    Decided,
    Edges,
    Group,
    GroupKind,
    agreed_profile,
    all_of,
    groups_of,
    in_profile_order,
    reasons_for,
)
from codetui.core.anchors.unresolved import located_in
from codetui.core.codebook import index as books
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.commands import Decision, Undo
from codetui.core.session.state import State, profile_event
from codetui.formats.agenda import AgendaItem, AgendaSource, Side, Ticked, quote_of
from codetui.model import (
    AgreedBy,
    Coding,
    CodingId,
    DoneMarked,
    Event,
    Problem,
    Provenance,
    Source,
    SourceId,
    Transaction,
    source_hash,
)
from codetui.storage import session_files
from codetui.storage.journal import fresh_id
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

DONE = "done"
"""Names the step that marks a source done in the result."""

REVIEW = "review of "
"""Begins the run of steps that review one coder, a model above all."""

CONSENSUS = "consensus"
"""The coder who gets the result of several coders, if no other name is given."""


def default_result(coders: Sequence[str], reader: str) -> str:
    """Return the coder who gets the result: that of a review is apart from the codings of the reader."""
    return f"{reader}-review" if len(coders) == 1 else CONSENSUS


class AdjudicationRequest(NamedTuple):
    """The coders, the coder who gets the result, and how codings are compared and joined.

    A single coder is reviewed: every coding is accepted, rejected or corrected. Without `agreed_by` the codebook says
    who must agree.
    """

    coders: tuple[str, ...]
    result: str = CONSENSUS
    seed: int = 1
    iou: float = 0.5
    edges: Edges = "intersection"
    agreed_by: AgreedBy | None = None

    @property
    def is_review(self) -> bool:
        """True for one coder alone."""
        return len(self.coders) == 1

    @property
    def run(self) -> str:
        """The run of the steps, which names the coders that the result was made from for people."""
        return f"{REVIEW}{self.coders[0]}" if self.is_review else names_in_words(self.coders)


def request_of(result: str, step: Transaction, sessions: Path) -> AdjudicationRequest:
    """Return the request by which a step of an adjudication was made.

    Older logs have only the names, of two coders in one text, whose parts are the names of folders of `sessions`.
    """
    if (made := step.provenance) is not None:
        return AdjudicationRequest(made.coders, result, made.seed, made.iou, agreed_by=made.agreed_by)
    if step.run.startswith(REVIEW):
        return AdjudicationRequest((step.run.removeprefix(REVIEW),), result)
    known = set(session_files.coders(sessions))
    parts = step.run.split(" and ")
    splits = [(" and ".join(parts[:at]), " and ".join(parts[at:])) for at in range(1, len(parts))]
    folders = ((split, [session_files.coder_folder(sessions, name) for name in split]) for split in splits)
    return AdjudicationRequest(
        next((split for split, names in folders if known.issuperset(names)), tuple(parts)), result
    )


def resumed(study: Study, coders: tuple[str, ...], result: str) -> AdjudicationRequest:
    """Return the request that goes on with what was decided before between these coders, as it was compared then."""
    steps = [step for one in study.sessions(coder=result) for step in one.transactions if step.cause == "consensus"]
    for step in sorted(steps, key=lambda one: (one.time, one.id), reverse=True):
        before = request_of(result, step, study.sessions_path)
        if set(before.coders) == set(coders):
            return before._replace(agreed_by=None)
    return AdjudicationRequest(coders, result)


def names_in_words(coders: Sequence[str]) -> str:
    """Return names as `anna, bram and cleo`."""
    return " and ".join(filter(None, (", ".join(coders[:-1]), coders[-1])))


class Progress(NamedTuple):
    """The state of an adjudication: sources, agreed codings added now, decisions made now and before, open ones."""

    sources: int
    agreed: int
    decided: int
    before: int
    open: int
    problems: tuple[Problem, ...]


class Work(NamedTuple):
    """One source that all coders have done, with their sessions."""

    source: Source
    sessions: tuple[SessionSnapshot, ...]
    states: tuple[State, ...]
    agreed: Sequence[Group]
    disputed: Sequence[Group]


class Adjudication:
    """The adjudication of all sources that all coders have marked done."""

    def __init__(self, study: Study, request: AdjudicationRequest) -> None:
        """Prepare the adjudication. Raises StudyError if the names or the sessions do not allow it."""
        if len({*request.coders, request.result}) < len(request.coders) + 1 or len(request.coders) > MOST_CODERS:
            what = f"name two different coders or more, at most {MOST_CODERS}, or one to review"
            raise StudyError(f"{what}, and with --as another name for the result.")
        self._study, self._request = study, request
        self._agreed_by: AgreedBy = request.agreed_by or study.codebook.adjudication.agreed_by
        self._problems: list[Problem] = []

    @cached_property
    def _work(self) -> list[Work]:
        sources = self._study.sources_by_id()
        sessions: list[dict[SourceId, SessionSnapshot]] = []
        for coder in self._request.coders:
            done: dict[SourceId, SessionSnapshot] = {}
            for one in self._study.sessions(coder=coder, sources=sources):
                self._problems += [problem for problem in one.problems if problem.severity == "error"]
                if one.state.is_done and not one.is_unread:
                    done[one.source.id] = one
            sessions.append(done)
        common = [id_ for id_ in sessions[0] if all(id_ in each for each in sessions)]
        if not common:
            raise self._nothing_common(list(map(len, sessions)))
        found: list[Work] = []
        for id_ in common:
            source = sources.find(id_)
            if source is None:
                what = f"the corpus has no {self._study.codebook.words.source} {id_}, so it is not adjudicated"
                self._problems.append(Problem(str(self._study.sessions_path), 0, "error", what))
                continue
            those = tuple(each[id_] for each in sessions)
            states = tuple(located_in(one.state, source) for one in those)
            if self._request.is_review:
                found.append(Work(source, those, (*states, State()), (), all_of(states[0])))
                continue
            agreed, disputed = groups_of(states, self._request.seed, self._request.iou, self._agreed_by)
            found.append(Work(source, those, states, agreed, disputed))
        return found

    def _nothing_common(self, done: Sequence[int]) -> StudyError:
        words = self._study.codebook.words
        numbers = ", ".join(f"{coder} {number}" for coder, number in zip(self._request.coders, done, strict=True))
        who = "was done" if self._request.is_review else f"{self._all_coders} have done"
        unread = "".join(f"\n{problem}" for problem in dict.fromkeys(self._problems))
        return StudyError(f"there is no {words.source} that {who} and that you may read (done: {numbers}).{unread}")

    @property
    def _all_coders(self) -> str:
        return "both" if len(self._request.coders) == 2 else "all"

    def take_over_agreed(self) -> int:
        """Add what the coders agree on to the result; return the number of codings. Raises StudyError."""
        number = 0
        for one in self._work:
            with self._session(one) as session:
                consensus = self._consensus(session.state, session.source)
                events = consensus.agreed(one.agreed, self._request.edges)
                number += len(events)
                if (profile := self.agreed_profile(one)) and not session.state.profile:
                    reasons = (state.reasoning.strip() for state in one.states if state.profile == profile)
                    reasoning = " / ".join(dict.fromkeys(filter(None, reasons)))
                    events.append(profile_event(session.state, profile, reasoning))
                if events:
                    self._record(session, events, AGREED, AGREED, decided_from=consensus.decided_from)
                self._finish(one, session)
        return number

    def decide(self, ticked: Sequence[Ticked], file: str) -> int:
        """Apply decisions to the result, each as a step of its own; return their number. Problems are collected."""
        number = 0
        for source, ticks in _by_source(ticked).items():
            work = self.works.get(SourceId(source))
            if work is None:
                what = f"{source} is not adjudicated between these coders"
                self._problems.append(Problem(file, ticks[0].line, "error", f"{what}; nothing is decided there"))
                continue
            with self._session(work) as session:
                for tick in ticks:
                    if tick.key in decided_keys(session.state):
                        continue
                    refusal = self._settle(work, session, tick.key, tick.decision)
                    number += not refusal
                    if refusal:
                        problem = Problem(file, tick.line, "error", f"{refusal}; nothing is decided")
                        self._problems.append(problem)
                self._finish(work, session)
        return number

    def settle(self, source: str, key: str, decision: Decided) -> str:
        """Decide one disagreement, as a step of its own; return the reason for a refusal. Raises StudyError."""
        work = self.works[SourceId(source)]
        with self._session(work) as session:
            refusal = self._settle(work, session, key, decision)
            self._finish(work, session)
        return refusal

    def undo(self, source: str) -> bool:
        """Undo the last decision on a source; return whether there was one. Raises StudyError."""
        work = self.works[SourceId(source)]
        with self._session(work) as session:
            while last := _last(session.state):
                outcome = session.execute(Undo())
                if not isinstance(outcome, Saved):
                    raise StudyError(outcome.message, file=session.log_path)
                self._results[work.source.id] = session.state
                if last != DONE:
                    return True
        return False

    def left(self, source: str) -> list[AgendaItem]:
        """Return the open disagreements on a source, the profile last."""
        work = self.works[SourceId(source)]
        return list(self._items(work, self._results.get(work.source.id, State())))

    def group(self, source: str, key: str) -> Group | None:
        """Return the codings of a disagreement; None for the profile."""
        return next((one for one in self.works[SourceId(source)].disputed if one.key == key), None)

    @property
    def is_review(self) -> bool:
        """True for one coder alone."""
        return self._request.is_review

    def number_to_take_over(self, work: Work, state: State) -> int:
        """Return the number of codings on which the coders agree that a state of the result does not have yet."""
        return len(self._consensus(state, work.source).agreed(work.agreed, self._request.edges))

    def agreed_profile(self, work: Work) -> str:
        """Return the profile on which the coders agree; empty if there is none, as in a review."""
        return "" if self._request.is_review else agreed_profile(work.states, self._agreed_by)

    @property
    def sources(self) -> Sequence[Source]:
        """The sources that all coders have done, in order of the corpus."""
        return [one.source for one in self._work]

    def progress(self, agreed: int = 0, decided: int = 0) -> Progress:
        """Return how far the adjudication is, after what was done now."""
        left = sum(len(one.items) for one in self.agenda())
        before = sum(len(decided_keys(self._results.get(one.source.id, State()))) for one in self._work) - decided
        return Progress(len(self._work), agreed, decided, before, left, tuple(dict.fromkeys(self._problems)))

    def agenda(self) -> Iterator[AgendaSource]:
        """Yield the open disagreements by source."""
        for one in self._work:
            if items := self.left(one.source.id):
                employer = f" ({one.source.employer})" if one.source.employer else ""
                yield AgendaSource(one.source.id, f"{one.source.title}{employer}", items)

    # --- one source -------------------------------------------------------------------------------

    def _items(self, work: Work, state: State) -> Iterator[AgendaItem]:
        done = decided_keys(state)
        text = work.source.text
        asked = self._study.codebook.adjudication.reasons
        for group in (group for group in work.disputed if group.key not in done):
            anchors = [one.anchor for one in group.codings if one.anchor]
            spans = [(one.start, one.end) for one in anchors]
            quote = quote_of(text, min(spans)[0], max(end for _, end in spans)) if spans else ""
            sides = tuple(map(self._side, group.sides))
            kind = self._kind_words(group)
            yield AgendaItem(group.key, kind, sides, quote, group.has_edges, group.kind, asked)
        if self._is_profile_open(work, state, done):
            sides = tuple(map(self._profile_side, self._profile_sides(work)))
            yield AgendaItem(PROFILE, "profile", sides, kind_id=PROFILE, asked=asked)

    def _kind_words(self, group: Group) -> str:
        if self._request.is_review:
            return "to review"
        number = len(group.codings)
        few = "only one of them" if number == 1 else f"only {number} of {len(group.sides)}"
        words: dict[GroupKind, str] = {"other_code": "another code", "other_edges": "other edges", "only_some": few}
        return words.get(group.kind, few)

    def _side(self, coding: Coding | None) -> Side | None:
        if coding is None:
            return None
        return Side(books.label_of(self._study.codebook, coding.code), coding.words, coding.note)

    def _profile_side(self, state: State) -> Side | None:
        name = books.profile_name(self._study.codebook, state.profile)
        return Side(name, "", state.reasoning) if name else None

    def _profile_sides(self, work: Work) -> tuple[State, ...]:
        if self._request.is_review:
            return work.states
        return in_profile_order(work.states, self._request.seed, work.source.id)

    def _is_profile_open(self, work: Work, state: State, done: frozenset[str]) -> bool:
        is_disputed = len({one.profile for one in work.states}) > 1 and not self.agreed_profile(work)
        return is_disputed and PROFILE not in done and not state.profile

    def _settle(self, work: Work, session: Session, key: str, decision: Decided) -> str:
        """Record a decision; return why it cannot be made, or nothing."""
        book = self._study.codebook
        group = self.group(work.source.id, key)
        if group is None and key != PROFILE:
            return f"there is no disagreement {key} any more: the coders' sessions have changed"
        kind = group.kind if group else PROFILE
        if not decision.reason.strip() and reasons_for(kind, decision.rule, book.adjudication.reasons):
            return "the codebook asks for the reason of this decision, and there is none"
        if decision.rule.isdecimal() and int(decision.rule) > len(work.states):
            return f"there is no coder {decision.rule} here"
        if group is None:
            return self._settle_profile(work, session, decision)
        if decision.rule in ("intersection", "union") and not group.has_edges:
            return f"{decision.rule} is only for the same code with other edges"
        if decision.rule == "other":
            code = books.index_of(book).code_by_label(decision.code)
            if code is None:
                return f"the codebook has no code “{decision.code}”"
            decision = decision._replace(code=code.id)
        consensus = self._consensus(session.state, session.source)
        events = consensus.decided(group, decision, work.source.id, self._request.iou)
        self._record(session, events, key, decision.rule, group, consensus.decided_from)
        return ""

    def _settle_profile(self, work: Work, session: Session, decision: Decided) -> str:
        if decision.rule != "other" and not decision.rule.isdecimal():
            return "decide on the profile of one of the coders, or another one"
        side = None if decision.rule == "other" else self._profile_sides(work)[int(decision.rule) - 1]
        name = decision.code if side is None else side.profile
        profile = books.profile(self._study.codebook, name) if name else None
        if profile is None:
            return f"the codebook has no profile “{name}”"
        reasoning = decision.reason or (side.reasoning if side else "")
        self._record(session, [profile_event(session.state, profile.id, reasoning)], PROFILE, decision.rule)
        return ""

    def _consensus(self, state: State, source: Source) -> Consensus:
        base, numbers = fresh_id(), count(1)
        return Consensus(state, source.text, source_hash(source.text), lambda: f"{base}-{next(numbers)}")

    def _finish(self, work: Work, session: Session) -> None:
        """Mark the source done in the result once nothing is open."""
        if not session.state.is_done and not list(self._items(work, session.state)):
            self._record(session, [DoneMarked(is_done=True, was_done=False)], DONE)

    def _record(
        self,
        session: Session,
        events: Sequence[Event],
        key: str,
        rule: str = "",
        group: Group | None = None,
        decided_from: Sequence[tuple[CodingId, ...]] = (),
    ) -> None:
        request = self._request
        provenance = Provenance(
            coders=request.coders,
            iou=request.iou,
            seed=request.seed,
            agreed_by=self._agreed_by,
            rule=rule,
            between=tuple(one.id if one else CodingId("") for one in group.sides) if group else (),
            decided_from=tuple(decided_from),
        )
        what = f"Adjudicated: {key}"
        decision = Decision(tuple(events), what, "consensus", from_name=key, run=request.run, provenance=provenance)
        outcome = session.record(decision)
        if not isinstance(outcome, Saved):
            raise StudyError(f"{outcome.reason}; what was decided before is saved.", file=session.log_path)
        self._results[session.source.id] = session.state

    def _session(self, work: Work) -> AbstractContextManager[Session]:
        return self._study.session(work.source.id, self._request.result)

    @cached_property
    def _results(self) -> dict[SourceId, State]:
        """The sessions of the result; those that are decided on here are kept up to date."""
        return {one.source.id: one.state for one in self._study.sessions(coder=self._request.result)}

    @cached_property
    def works(self) -> Mapping[SourceId, Work]:
        """The work of an adjudication, by source. Raises StudyError if there is nothing."""
        return {one.source.id: one for one in self._work}


def decided_keys(state: State) -> frozenset[str]:
    """Return the keys of the disagreements that are decided."""
    steps = (one for one in done_transactions(state) if one.cause == "consensus")
    return frozenset(one.from_name for one in steps) - {AGREED, DONE}


def _last(state: State) -> str:
    """Return the key of the last step of adjudication, if it is the session's last step, and no take-over."""
    last = next(done_transactions(state), None)
    name = last.from_name if last and last.cause == "consensus" else ""
    return "" if name == AGREED else name


def _by_source(ticked: Iterable[Ticked]) -> dict[str, list[Ticked]]:
    found: dict[str, list[Ticked]] = {}
    for tick in ticked:
        found.setdefault(tick.source, []).append(tick)
    return found

"""Adjudicate between two coders: what they agree on becomes the session of a third, the rest is decided by people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from itertools import count
from shlex import join
from typing import NamedTuple

from codetui.core.adjudication import (
    AGREED,
    PROFILE,
    Consensus,
    Decided,
    Edges,
    Pair,
    all_of,
    is_swapped_profile,
    pairs_of,
)
from codetui.core.agreement.matching import Kind
from codetui.core.anchors.unresolved import located_in
from codetui.core.codebook import index as books
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.commands import Decision, Undo
from codetui.core.session.state import State, profile_event
from codetui.core.text.display import plural
from codetui.formats.agenda import AgendaItem, AgendaSource, Side, Ticked, quote_of
from codetui.model import Coding, DoneMarked, Event, Problem, Source, SourceId, source_hash
from codetui.storage.journal import fresh_id
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

DONE = "done"
"""Names the step that marks a source done in the result."""

KINDS: dict[Kind, str] = {
    "other_code": "another code",
    "other_edges": "other edges",
    "only_a": "only one of them",
    "only_b": "only one of them",
}


REVIEW = "review of "
"""Begins the run of steps that review one coder, a model above all."""


CONSENSUS = "consensus"
"""The coder who gets the result of two coders, if no other name is given."""


def default_result(coders: Sequence[str], reader: str) -> str:
    """Return the coder who gets the result: that of a review is apart from the codings of the reader."""
    return f"{reader}-review" if len(coders) == 1 else CONSENSUS


class AdjudicationRequest(NamedTuple):
    """The two coders, the coder who gets the result, and how codings are paired and joined.

    A single coder is reviewed: every coding is accepted, rejected or corrected.
    """

    coders: tuple[str, ...]
    result: str = CONSENSUS
    seed: int = 1
    iou: float = 0.5
    edges: Edges = "intersection"

    @property
    def is_review(self) -> bool:
        """True for one coder alone."""
        return len(self.coders) == 1

    @property
    def run(self) -> str:
        """The run of the steps, which names the coders that the result was made from."""
        return f"{REVIEW}{self.coders[0]}" if self.is_review else " and ".join(self.coders)


class Progress(NamedTuple):
    """How far an adjudication is: sources, agreed codings taken over now, decisions made now and before, open ones."""

    sources: int
    agreed: int
    decided: int
    before: int
    open: int
    problems: tuple[Problem, ...]


class _Work(NamedTuple):
    """One source that both coders have done, with their sessions."""

    source: Source
    states: tuple[State, State]
    agreed: Sequence[Pair]
    disputed: Sequence[Pair]


class Adjudication:
    """The adjudication of all sources that both coders have marked done."""

    def __init__(self, study: Study, request: AdjudicationRequest) -> None:
        """Prepare the adjudication. Raises StudyError if the names or the sessions do not allow it."""
        if len({*request.coders, request.result}) < len(request.coders) + 1 or len(request.coders) > 2:
            raise StudyError("name two different coders, or one to review, and with --as another name for the result.")
        self._study, self._request = study, request
        self._problems: list[Problem] = []

    @cached_property
    def _work(self) -> list[_Work]:
        sources = self._study.sources_by_id()
        sessions: list[dict[SourceId, State]] = []
        for coder in self._request.coders:
            states: dict[SourceId, State] = {}
            for one in self._study.sessions(coder=coder, sources=sources):
                self._problems += [problem for problem in one.problems if problem.severity == "error"]
                if one.state.is_done and not one.is_unread:
                    states[one.source.id] = one.state
            sessions.append(states)
        common = [id_ for id_ in sessions[0] if id_ in sessions[-1]]
        if not common:
            words = self._study.codebook.words
            done = zip(self._request.coders, sessions, strict=True)
            numbers = ", ".join(f"{coder} {len(states)}" for coder, states in done)
            who = "was done" if self._request.is_review else "both have done"
            raise StudyError(f"there is no {words.source} that {who} and that you may read (done: {numbers}).")
        found: list[_Work] = []
        for id_ in common:
            source = sources.find(id_)
            if source is None:
                what = f"the corpus has no {self._study.codebook.words.source} {id_}, so it is not adjudicated"
                self._problems.append(Problem(str(self._study.sessions_path), 0, "error", what))
                continue
            first = located_in(sessions[0][id_], source)
            if self._request.is_review:
                found.append(_Work(source, (first, State()), (), all_of(first)))
                continue
            second = located_in(sessions[1][id_], source)
            agreed, disputed = pairs_of(first, second, self._request.seed, self._request.iou)
            found.append(_Work(source, (first, second), agreed, disputed))
        return found

    def take_over_agreed(self) -> int:
        """Add what both coders agree on to the result; return the number of codings. Raises StudyError."""
        number = 0
        for one in self._work:
            with self._session(one) as session:
                events = self._consensus(session).agreed(one.agreed, self._request.edges)
                number += len(events)
                a, b = one.states
                if a.profile and a.profile == b.profile and not session.state.profile:
                    events.append(profile_event(session.state, a.profile, _joined(a.reasoning, b.reasoning)))
                if events:
                    self._record(session, events, AGREED)
                self._finish(one, session)
        return number

    def decide(self, ticked: Sequence[Ticked], file: str) -> int:
        """Apply decisions to the result, each as a step of its own; return their number. Problems are collected."""
        number = 0
        for source, ticks in _by_source(ticked).items():
            work = self._works.get(SourceId(source))
            if work is None:
                what = f"{source} is not adjudicated between these coders"
                self._problems.append(Problem(file, ticks[0].line, "error", f"{what}; nothing is decided there"))
                continue
            with self._session(work) as session:
                for tick in ticks:
                    if tick.key in _decided(session.state):
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
        work = self._works[SourceId(source)]
        with self._session(work) as session:
            refusal = self._settle(work, session, key, decision)
            self._finish(work, session)
        return refusal

    def undo(self, source: str) -> bool:
        """Undo the last decision on a source; return whether there was one. Raises StudyError."""
        work = self._works[SourceId(source)]
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
        work = self._works[SourceId(source)]
        return list(self._items(work, self._results.get(work.source.id, State())))

    def pair(self, source: str, key: str) -> Pair | None:
        """Return the codings of a disagreement; None for the profile."""
        return next((one for one in self._works[SourceId(source)].disputed if one.key == key), None)

    @property
    def sources(self) -> Sequence[Source]:
        """The sources that both coders have done, in order of the corpus."""
        return [one.source for one in self._work]

    def progress(self, agreed: int = 0, decided: int = 0) -> Progress:
        """Return how far the adjudication is, after what was done now."""
        left = sum(len(one.items) for one in self.agenda())
        before = sum(len(_decided(self._results.get(one.source.id, State()))) for one in self._work) - decided
        return Progress(len(self._work), agreed, decided, before, left, tuple(dict.fromkeys(self._problems)))

    def agenda(self) -> Iterator[AgendaSource]:
        """Yield the open disagreements by source."""
        for one in self._work:
            if items := self.left(one.source.id):
                employer = f" ({one.source.employer})" if one.source.employer else ""
                yield AgendaSource(one.source.id, f"{one.source.title}{employer}", items)

    # --- one source -------------------------------------------------------------------------------

    def _items(self, work: _Work, state: State) -> Iterator[AgendaItem]:
        done = _decided(state)
        text = work.source.text
        for pair in (pair for pair in work.disputed if pair.key not in done):
            anchors = [one.anchor for one in pair.sides if one.anchor]
            spans = [(one.start, one.end) for one in anchors]
            quote = quote_of(text, min(spans)[0], max(end for _, end in spans)) if spans else ""
            has_edges = pair.kind == "other_edges"
            kind = "to review" if self._request.is_review else KINDS[pair.kind]
            yield AgendaItem(pair.key, kind, self._side(pair.first), self._side(pair.second), quote, has_edges)
        if self._is_profile_open(work, state, done):
            first, second = map(self._profile_side, self._profile_sides(work))
            yield AgendaItem(PROFILE, "profile", first, second)

    def _side(self, coding: Coding | None) -> Side | None:
        if coding is None:
            return None
        return Side(books.label_of(self._study.codebook, coding.code), coding.words, coding.note)

    def _profile_side(self, state: State) -> Side | None:
        name = books.profile_name(self._study.codebook, state.profile)
        return Side(name, "", state.reasoning) if name else None

    def _profile_sides(self, work: _Work) -> tuple[State, State]:
        a, b = work.states
        is_swapped = not self._request.is_review and is_swapped_profile(self._request.seed, work.source.id)
        return (b, a) if is_swapped else (a, b)

    def _is_profile_open(self, work: _Work, state: State, done: frozenset[str]) -> bool:
        a, b = work.states
        return a.profile != b.profile and PROFILE not in done and not state.profile

    def _settle(self, work: _Work, session: Session, key: str, decision: Decided) -> str:
        """Record a decision; return why it cannot be made, or nothing."""
        book = self._study.codebook
        if key == PROFILE:
            sides = self._profile_sides(work)
            if decision.rule not in ("1", "2", "other"):
                return "decide on the profile of 1, that of 2, or another one"
            name = decision.code if decision.rule == "other" else sides[decision.rule == "2"].profile
            profile = books.profile(book, name) if name else None
            if profile is None:
                return f"the codebook has no profile “{name}”"
            reasoning = "" if decision.rule == "other" else sides[decision.rule == "2"].reasoning
            self._record(session, [profile_event(session.state, profile.id, decision.reason or reasoning)], key)
            return ""
        pair = self.pair(work.source.id, key)
        if pair is None:
            return f"there is no disagreement {key} any more: the coders' sessions have changed"
        if decision.rule in ("intersection", "union") and pair.kind != "other_edges":
            return f"{decision.rule} is only for the same code with other edges"
        if decision.rule == "other":
            code = books.index_of(book).code_by_label(decision.code)
            if code is None:
                return f"the codebook has no code “{decision.code}”"
            decision = decision._replace(code=code.id)
        self._record(session, self._consensus(session).decided(pair, decision, work.source.id), key)
        return ""

    def _consensus(self, session: Session) -> Consensus:
        base, numbers = fresh_id(), count(1)
        text = session.source.text
        return Consensus(session.state, text, source_hash(text), lambda: f"{base}-{next(numbers)}")

    def _finish(self, work: _Work, session: Session) -> None:
        """Mark the source done in the result once nothing is open."""
        if not session.state.is_done and not list(self._items(work, session.state)):
            self._record(session, [DoneMarked(is_done=True, was_done=False)], DONE)

    def _record(self, session: Session, events: Sequence[Event], key: str) -> None:
        decision = Decision(tuple(events), f"Adjudicated: {key}", "consensus", from_name=key, run=self._request.run)
        outcome = session.record(decision)
        if not isinstance(outcome, Saved):
            raise StudyError(f"{outcome.reason}; what was decided before is saved.", file=session.log_path)
        self._results[session.source.id] = session.state

    def _session(self, work: _Work) -> AbstractContextManager[Session]:
        return self._study.session(work.source.id, self._request.result)

    @cached_property
    def _results(self) -> dict[SourceId, State]:
        """The sessions of the result; those that are decided on here are kept up to date."""
        return {one.source.id: one.state for one in self._study.sessions(coder=self._request.result)}

    @cached_property
    def _works(self) -> dict[SourceId, _Work]:
        return {one.source.id: one for one in self._work}


def _decided(state: State) -> frozenset[str]:
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


def _joined(one: str, other: str) -> str:
    """Return the reasonings of both coders as one, or the one if they are the same."""
    return " / ".join(dict.fromkeys(filter(None, (one.strip(), other.strip()))))


# --- checking -----------------------------------------------------------------------------------------


def is_result(session: SessionSnapshot) -> bool:
    """Return whether a session was made by adjudication or review."""
    return any(step.cause == "consensus" for step in session.transactions)


def inconsistencies(study: Study, made: Iterable[SessionSnapshot]) -> Iterator[Problem]:
    """Yield a problem for each of these results that no longer follows from the sessions that it was made from."""
    results: dict[tuple[str, tuple[str, ...]], dict[SourceId, SessionSnapshot]] = {}
    for session in made:
        for run in {step.run for step in session.transactions if step.cause == "consensus"}:
            names = (run.removeprefix(REVIEW),) if run.startswith(REVIEW) else tuple(run.split(" and "))
            results.setdefault((session.coder, names), {})[session.source.id] = session
    hidden = set(study.samples.hidden_from(study.reader)) if study.reader else set()
    for (result, coders), sessions in results.items():
        try:
            adjudication = Adjudication(study, AdjudicationRequest(coders, result))
            known = {source.id for source in adjudication.sources}
        except StudyError:
            adjudication, known = None, set()
        for id_, session in sessions.items():
            if id_ not in hidden and (what := _inconsistency(adjudication if id_ in known else None, id_, session)):
                hint = f"`codetui adjudicate {join([*coders, '--as', result])}` goes on there"
                yield Problem(str(session.log), 0, "warning", f"{what}: {hint}")


def _inconsistency(adjudication: Adjudication | None, id_: SourceId, session: SessionSnapshot) -> str:
    """Return what is wrong with the result on a source; `adjudication` is None if a coder has not done it now."""
    if adjudication is None:
        return "a session that this was made from is missing or no longer marked done"
    left = len(adjudication.left(id_))
    return f"marked done, but {plural(left, 'disagreement')} came up since" if session.state.is_done and left else ""

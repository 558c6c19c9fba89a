"""Check that samples, sessions and results of adjudication agree with each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from shlex import join
from typing import NamedTuple

from codetui.core.adjudication import AGREED, PROFILE, origins_of
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.formats.samples import Sample
from codetui.model import (
    CodingId,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    Problem,
    ProfileAssigned,
    SourceId,
    Transaction,
    source_hash,
)
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.adjudication import DONE, Adjudication, AdjudicationRequest, Work, decided_keys, request_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

CHANGES = CodingRecoded | CodingReanchored | CodingRemoved | CodingRestored


class CheckedSession(NamedTuple):
    """A session as far as samples are concerned."""

    coder: str
    source: SourceId
    log: Path | None
    is_done: bool


def is_result(session: SessionSnapshot) -> bool:
    """Return whether a session was made by adjudication or review."""
    return any(step.cause == "consensus" for step in session.transactions)


# --- results of adjudication ----------------------------------------------------------------------------


def problems_of_results(study: Study, results: Iterable[SessionSnapshot]) -> Iterator[Problem]:
    """Yield a problem for whatever in these results no longer follows from the sessions that they were made from."""
    hidden = set(study.samples.hidden_from(study.reader)) if study.reader else set()
    made: defaultdict[AdjudicationRequest, list[SessionSnapshot]] = defaultdict(list)
    for session in results:
        newest: dict[tuple[str, ...], AdjudicationRequest] = {}
        for step in (one for one in done_transactions(session.state) if one.cause == "consensus"):
            request = request_of(session.coder, step, study.sessions_path)
            newest.setdefault(request.coders, request)
        for request in newest.values():
            made[request].append(session)
    for request, sessions in made.items():
        try:
            adjudication = Adjudication(study, request)
            works: Mapping[SourceId, Work] = adjudication.works
        except StudyError:
            works = {}
        options = ["--iou", f"{request.iou:g}"] if request.iou != 0.5 else []
        hint = f"`codetui adjudicate {join([*request.coders, '--as', request.result, *options])}` goes on there"
        for session in sessions:
            if session.source.id in hidden:
                continue
            work = works.get(session.source.id)
            found = ["a session that this was made from is missing or no longer marked done"]
            if work is not None:
                found = list(_findings(adjudication, work, session))
            for what in found:
                yield Problem(str(session.log), 0, "warning", f"{what}: {hint}")


def _findings(adjudication: Adjudication, work: Work, session: SessionSnapshot) -> Iterator[str]:
    """Yield what is wrong with the result on one source, in words."""
    state = session.state
    left = len(adjudication.left(work.source.id))
    if state.is_done and left:
        yield f"marked done, but {plural(left, 'disagreement')} came up since"
    if not state.is_done and not left:
        yield "nothing is open, but it is not marked done"
    if missing := adjudication.number_to_take_over(work, state):
        yield f"{plural(missing, 'coding')} on which the coders agree {'is' if missing == 1 else 'are'} not here"
    live = {one.id for each in work.states for one in each.live()}
    origins = origins_of(state)
    gone = [one for one in state.live() if origins.get(one.id) and live.isdisjoint(origins[one.id])]
    if gone:
        yield f"{plural(len(gone), 'coding')} came from codings that the coders have removed since"
    steps = [one for one in done_transactions(state) if one.cause == "consensus"]
    decisions = [one for one in steps if one.from_name not in (AGREED, DONE)]
    stale = sum(_is_stale(one, work, state) for one in decisions if one.from_name != PROFILE)
    if stale:
        yield f"{plural(stale, 'decision')} on codings that the coders have changed since"
    twice = [key for key, number in Counter(one.from_name for one in decisions).items() if number > 1]
    if twice:
        yield f"{plural(len(twice), 'disagreement')} decided twice ({', '.join(sorted(twice))}), perhaps in two copies"
    if what := _profile_finding(adjudication, work, state, steps):
        yield what


def _is_stale(step: Transaction, work: Work, state: State) -> bool:
    """Return whether codings between which was decided have changed since, so that the result differs from them."""
    between = set(step.provenance.between) - {CodingId("")} if step.provenance else set()
    if not between:
        return step.from_name not in {one.key for one in (*work.disputed, *work.agreed)}
    changed = any(
        isinstance(event, CHANGES) and event.coding in between
        for session in work.sessions
        for later in session.transactions
        if later.time > step.time
        for event in later.events
    )
    if not changed:
        return False
    agreed = {one.code for group in work.agreed for one in group.codings if one.id in between}
    origins = origins_of(state)
    made = {one.code for one in state.live() if not between.isdisjoint(origins.get(one.id, ()))}
    return not agreed or made != agreed


def _profile_finding(adjudication: Adjudication, work: Work, state: State, steps: Sequence[Transaction]) -> str:
    """Return what is wrong with the profile, unless it was decided on or assigned by hand."""
    last = next(
        (one for one in done_transactions(state) if any(isinstance(each, ProfileAssigned) for each in one.events)), None
    )
    agreed = adjudication.agreed_profile(work)
    if PROFILE in decided_keys(state):
        decided = next(one for one in steps if one.from_name == PROFILE)
        is_changed = any(
            isinstance(event, ProfileAssigned)
            for session in work.sessions
            for later in session.transactions
            if later.time > decided.time
            for event in later.events
        )
        return (
            "the coders have changed the profile since it was decided" if is_changed and agreed != state.profile else ""
        )
    if last is not None and last.cause != "consensus":
        return ""
    if state.profile and not agreed and not adjudication.is_review:
        return "the coders no longer agree on the profile that is here"
    return "the coders agree on another profile than the one here" if agreed and agreed != state.profile else ""


# --- samples --------------------------------------------------------------------------------------------


def problems_of_samples(
    study: Study, sources: CorpusSources, sessions: Sequence[CheckedSession], results: Iterable[SessionSnapshot]
) -> Iterator[Problem]:
    """Yield a problem for whatever in samples contradicts the sessions, the results or the texts."""
    word = study.codebook.words.source
    made = [(one.coder, one.source.id) for one in results]
    done = {(one.coder, one.source) for one in sessions if one.is_done}
    for sample in study.samples.all:
        file = str(study.samples.path(sample.name))
        for coder in sorted({coder for coder, _ in made if coder in sample.coders}):
            what = f"{coder} is the result of an adjudication, and a coder of this sample; draw it with other names"
            yield Problem(file, 0, "warning", what)
        yield from (Problem(file, 0, "warning", what) for what in _repeated_texts(sample, sources, word))
        for coder, source in made:
            missing = [one for one in sample.coders_of(source) if (one, source) not in done and one != coder]
            if missing and source in sample.sources:
                what = (
                    f"{coder} has a result of {word} {source}, which {', '.join(missing)} of this sample has not done"
                )
                yield Problem(file, 0, "warning", f"{what}; its coders had to be done first")
        yield from _strangers(sample, sessions, word)


def _repeated_texts(sample: Sample, sources: CorpusSources, word: str) -> Iterator[str]:
    same: defaultdict[str, list[str]] = defaultdict(list)
    for id_ in sample.sources:
        source = sources.find(SourceId(id_))
        if source is not None and source.text.strip():
            same[source_hash(source.text[source.body_start :])].append(id_)
    for ids in same.values():
        if len(ids) > 1:
            yield f"{word} {' and '.join(ids)} of this sample have the same text; release all but one"


def _strangers(sample: Sample, sessions: Iterable[CheckedSession], word: str) -> Iterator[Problem]:
    """Yield a problem for each session of a coder of a sample on a source of it that others were to code."""
    for one in sessions:
        if one.coder in sample.coders and one.source in sample.sources:
            if one.coder in sample.coders_of(one.source):
                continue
            is_released = one.coder in sample.sources[one.source]
            if is_released and one.is_done:
                what = f"{one.coder} has done {word} {one.source}, from whom the sample {sample.name} took it"
                yield Problem(str(one.log or ""), 0, "note", f"{what}; nothing needs to be done")
            elif not is_released:
                what = f"{one.coder} has coded {word} {one.source}, which the sample {sample.name} gives to others"
                yield Problem(str(one.log or ""), 0, "warning", f"{what}; leave it out, or add the coder to the sample")

"""The coded ads of a study, as figures count them."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from codetui.core.anchors.placing import place_of
from codetui.core.anchors.unresolved import located_in
from codetui.core.codebook.index import index_of, profile_name
from codetui.core.codebook.migration import version_name
from codetui.core.codebook.synonyms import TermNames
from codetui.core.query.evaluate import QueriedSource, matches
from codetui.core.query.query import Query
from codetui.core.session.state import State
from codetui.core.statistics.counted import NO_PLACE, CountedAd, CountedCode, CountedCoding, CountedSession
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.table import Base, CoderBase
from codetui.core.text.display import plural
from codetui.core.text.units import units
from codetui.model import Coding, DoneMarked, Problem, Source, SourceId, Span
from codetui.storage.copies import is_left_out
from codetui.study.find import RegexProcess
from codetui.study.session.outcome import not_read, status_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

MODEL = "model:"
"""The beginning of the names of coders that are models."""

SHOWN = 8
"""Names that a sentence lists."""


class CountRequest(NamedTuple):
    """Whose sessions are counted, and which.

    Without `coders` all are, models only if `with_models`. `is_for_all` also counts ads that are not done; codings
    whose words are not in their ad count only if `counts_unplaced`. `with_sentences` finds the sentences of each text.
    Only ads that match `where` count.
    """

    coders: Sequence[str] = ()
    with_models: bool = False
    is_for_all: bool = False
    counts_unplaced: bool = False
    with_sentences: bool = False
    where: Query | None = None


@dataclass
class _Left:
    """The codings and sessions of one coder that count in a special way."""

    sessions: int = 0
    undone: int = 0
    codings: int = 0
    ads: int = 0
    unplaced: int = 0
    ambiguous: int = 0
    repeated: int = 0
    similar: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


class _AdFacts(NamedTuple):
    """The further columns of an ad, the length of its text, and the starts of its sentences."""

    attributes: Mapping[str, str]
    length: int
    sentences: Sequence[int]


class StudyCounts(NamedTuple):
    """The counted ads of a study; `problems` name what could not be read."""

    counted: Counted
    problems: Sequence[Problem]


def count_codings(
    study: Study,
    request: CountRequest,
    viewer: str | None = None,
    progress: Callable[[int], None] = lambda _sessions: None,
) -> StudyCounts:
    """Return the coded ads of a study that `viewer` may read; `progress` is called with the number of sessions read.

    Raises StudyError if a coder has no session.
    """
    return _Collector(study, request, viewer, progress).counts()


class _Collector:
    """Reads the sessions, and counts what is left out."""

    def __init__(
        self, study: Study, request: CountRequest, viewer: str | None, progress: Callable[[int], None]
    ) -> None:
        self._study, self._request, self._viewer, self._progress = study, request, viewer, progress
        self._book = study.codebook
        self._index = index_of(study.codebook)
        self._terms = {
            code.id
            for section, codes in self._index.codes_of.items()
            if self._index.sections[section].holds == "terms"
            for code in codes
        }
        self._corpus = study.sources_by_id()
        self._problems: list[Problem] = []
        self._left: dict[str, _Left] = {}
        self._sources: dict[SourceId, Source] = {}
        self._regex = RegexProcess()
        self._names = TermNames(study.codebook.synonyms)

    def counts(self) -> StudyCounts:
        """Return the counted ads. Raises StudyError."""
        by_ad: dict[SourceId, list[CountedSession]] = {}
        facts: dict[SourceId, _AdFacts] = {}
        try:
            for source, session in self._sessions():
                by_ad.setdefault(source.id, []).append(session)
                if source.id not in facts:
                    facts[source.id] = self._facts(source)
        finally:
            self._regex.close()
        self._problems += [*self._corpus.problems, *self._study.problems()]
        order = self._order(by_ad)
        ads = [CountedAd(one, by_ad[one], *facts[one]) for one in order]
        words = self._book.words
        counted = Counted(
            ads=ads,
            codes=list(self._codes(ads)),
            profiles=[each.name for each in self._book.profiles],
            base=self._base(len(ads)),
            terms=self._names.names,
            source=words.source,
            sources=words.sources,
        )
        return StudyCounts(counted, tuple(filter(is_left_out, dict.fromkeys(self._problems))))

    def _facts(self, source: Source) -> _AdFacts:
        sentences = _sentence_starts(source.text) if self._request.with_sentences else ()
        return _AdFacts(source.attributes, len(source.text), sentences)

    def _sessions(self) -> Iterator[tuple[Source, CountedSession]]:
        """Yield the sessions that count, each with its ad."""
        number = 0
        for coder in self._request.coders or (None,):
            found = False
            for snapshot in self._study.sessions(self._viewer, coder=coder, sources=self._corpus):
                number += 1
                self._progress(number)
                self._problems += snapshot.problems
                is_meant = coder or self._request.with_models or not snapshot.coder.startswith(MODEL)
                if snapshot.is_unread or not is_meant:
                    continue
                found = True
                left = self._left.setdefault(snapshot.coder, _Left())
                left.sessions += not snapshot.state.is_untouched
                if not snapshot.state.is_done and (not self._request.is_for_all or snapshot.state.is_untouched):
                    left.undone += not snapshot.state.is_untouched
                    continue
                counted = self._counted(snapshot, left)
                if counted is not None:
                    yield counted
            if coder and not found:
                raise StudyError(f"there are no sessions of {coder} that you may read; `codetui status` shows all.")

    def _counted(self, snapshot: SessionSnapshot, left: _Left) -> tuple[Source, CountedSession] | None:
        """Return a session as plain data with its ad; None if it does not match the query or cannot be read."""
        try:
            source = self._corpus.find(snapshot.source.id) or snapshot.source
        except OSError as error:
            self._problems.append(not_read(error, self._study.sessions_path, f"{snapshot.source.id} is left out"))
            return None
        state = located_in(snapshot.state, source)
        if self._request.where is not None:
            queried = QueriedSource(
                source, snapshot.coder, state, status_of(snapshot.state).progress, self._regex.search
            )
            if not matches(self._request.where, queried):
                return None
        codings = tuple(self._codings(state, source, left))
        left.ads += 1
        left.codings += len(codings)
        profile = profile_name(self._book, state.profile) if state.profile else ""
        return source, CountedSession(snapshot.coder, profile, codings, *_times(snapshot))

    def _codings(self, state: State, source: Source, left: _Left) -> Iterator[CountedCoding]:
        """Yield the codings that count, with their places."""
        taken: dict[str, set[Span]] = {}
        waiting: list[Coding] = []
        for coding in state.live():
            if coding.code not in self._index.codes:
                left.unknown[coding.code] += 1
            if coding.is_unresolved or coding.anchor is None:
                waiting.append(coding)
                continue
            span = Span(coding.anchor.start, coding.anchor.end)
            spans = taken.setdefault(coding.code, set())
            left.repeated += span in spans
            spans.add(span)
            yield self._coding(coding, span)
        for coding in waiting:
            kind, place = place_of(coding, source, taken.setdefault(coding.code, set()))
            if kind == "nowhere":
                left.unplaced += 1
                if not self._request.counts_unplaced:
                    continue
            left.similar += kind == "similar"
            left.repeated += kind == "repeated"
            left.ambiguous += kind == "free"
            if place is not None:
                taken[coding.code].add(place)
            yield self._coding(coding, place)

    def _coding(self, coding: Coding, span: Span | None) -> CountedCoding:
        words = coding.words or (coding.anchor.words if coding.anchor else "")
        term = self._names.add(words) if coding.code in self._terms else ""
        start, end = span or (NO_PLACE, NO_PLACE)
        return CountedCoding(coding.code, start, end, len(words.split()), term)

    def _order(self, found: dict[SourceId, list[CountedSession]]) -> list[SourceId]:
        """Return the ads in the order of the corpus, then those that it lacks."""
        corpus = self._study.corpus_if_any
        known = [entry.id for entry in self._study.sources if entry.id in found] if corpus is not None else []
        return [*known, *sorted(found.keys() - set(known))]

    def _codes(self, ads: Sequence[CountedAd]) -> Iterator[CountedCode]:
        """Yield the codes of the codebook, without retired ones that nobody used, then those that it lacks."""
        used = {coding.code for ad in ads for session in ad.sessions for coding in session.codings}
        for code in self._book.codes:
            if code.id in used or not code.is_retired:
                yield CountedCode(code.id, code.name)
        for code_id in sorted(used - set(self._index.codes)):
            yield CountedCode(code_id, "(not in the codebook)")

    def _base(self, ads: int) -> Base:
        request = self._request
        return Base(
            ads=ads,
            coders=[CoderBase(coder, left.ads, left.codings) for coder, left in self._left.items()],
            codebook=version_name(self._book),
            is_for_all=request.is_for_all,
            where=request.where.text if request.where else "",
            notes=list(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        """Yield sentences on what is left out, and what counts in a special way."""
        words = self._book.words
        placeless = "counted without a place" if self._request.counts_unplaced else "left out (--count-unplaced)"
        for coder, left in self._left.items():
            codes = [*left.unknown]
            more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
            coding = ("coding", "codings")
            parts = (
                (left.undone, (words.source, words.sources), "not done, left out (--all-ads)"),
                (left.ambiguous, coding, "with words that occur several times, at the first free place"),
                (left.similar, coding, "without an accepted place, counted without one"),
                (left.repeated, coding, "with the code and place of another one, counted too"),
                (left.unplaced, coding, f"with words that are not in the text, {placeless}"),
                (left.unknown.total(), coding, f"of codes that the codebook lacks ({', '.join(codes[:SHOWN])}{more})"),
            )
            found = [f"{plural(number, *nouns)} {what}" for number, nouns, what in parts if number]
            if found:
                yield f"{coder}: {'; '.join(found)}."


def _times(snapshot: SessionSnapshot) -> tuple[str, str]:
    """Return when a coder began a source, which is its first step that codes, and when it was marked done last."""
    began = min((coding.time for coding in snapshot.state.codings.values() if coding.time), default="")
    steps = snapshot.transactions
    done = [one.time for one in steps if any(isinstance(event, DoneMarked) and event.is_done for event in one.events)]
    times = [step.time for step in steps]
    return began or min(times, default=""), max(done or times, default="")


def _sentence_starts(text: str) -> array[int]:
    """Return the start of each sentence, the first one 0."""
    starts = array("I", (span.start for span in units(text, 0, len(text), "sentence")))
    if starts:
        starts[0] = 0
    return starts

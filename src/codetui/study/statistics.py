"""The coded ads of a study, as figures count them."""

from __future__ import annotations

import gc
import marshal
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from sys import intern
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors.unresolved import located_in, place_of
from codetui.core.codebook.index import index_of, profile_name
from codetui.core.codebook.migration import version_name
from codetui.core.query.evaluate import QueriedSource, matches, queried_session
from codetui.core.query.query import Query
from codetui.core.query.words import TermNames
from codetui.core.session.state import State
from codetui.core.statistics.counted import NO_PLACE, CountedAd, CountedCode, CountedCoding, CountedSession
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.table import Base, CoderBase
from codetui.core.text.display import plural
from codetui.core.text.units import units
from codetui.model import Codebook, Coding, Problem, Source, SourceId, Span, source_hash
from codetui.storage import session_files
from codetui.storage.copies import is_left_out
from codetui.study import kept_sessions
from codetui.study.find import KEPT_CHARACTERS, RegexProcess, RegexTimeoutError, too_slow
from codetui.study.kept_sessions import KeptSessions
from codetui.study.session.outcome import not_read, status_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study

MODEL = "model:"
"""The beginning of the names of coders that are models."""

SHOWN = 8
"""Names that a sentence lists."""

COLLECTED = 100
"""Texts read one by one after which their readers are freed: commands collect garbage rarely, and a reader has a block
of its file."""

FORM = 1
"""The version of the kept readings."""


class CountRequest(NamedTuple):
    """Whose sessions are counted, and which.

    Without `coders` all are, models only if `with_models`. `is_for_all` also counts ads that are not done; codings
    whose words are not in their ad count only if `counts_unplaced`. `with_sentences` finds the sentences of each text.
    Only ads that match `where` count. Of the further columns of ads only `columns` are kept, by their names in lower
    case; None keeps all. Without `is_kept` no readings are used or kept.
    """

    coders: Sequence[str] = ()
    with_models: bool = False
    is_for_all: bool = False
    counts_unplaced: bool = False
    with_sentences: bool = False
    where: Query | None = None
    columns: Collection[str] | None = None
    is_kept: bool = True


class StudyCounts(NamedTuple):
    """The counted ads of a study; `problems` name what could not be read, `missing` are coders without a session."""

    counted: Counted
    problems: Sequence[Problem]
    missing: Sequence[str] = ()


PlaceKind = Literal["placed", "free", "repeated", "similar", "nowhere"]
ReadCoding: TypeAlias = tuple[str, int, int, int, str, PlaceKind]
"""The code, start, end and number of words of a coding, its words if they are a term, and how its place was found."""


class SessionReading(NamedTuple):
    """A session as figures need it.

    `text_hash` is that of the text in which the places are, empty if the corpus lacks the source.
    """

    text_hash: str
    profile: str
    is_done: bool
    is_untouched: bool
    began: str
    finished: str
    codings: Sequence[ReadCoding]


@dataclass
class _Left:
    """The codings and sessions of one coder that count in a special way."""

    undone: int = 0
    codings: int = 0
    ads: int = 0
    places: Counter[PlaceKind] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)


class _AdFacts(NamedTuple):
    """The further columns of an ad, the length and hash of its text, and the starts of its sentences."""

    attributes: Mapping[str, str]
    length: int
    sentences: Sequence[int]
    text_hash: str


NO_FACTS = _AdFacts({}, 0, (), "")


def count_codings(
    study: Study,
    request: CountRequest,
    viewer: str | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> StudyCounts:
    """Return the coded ads of a study that `viewer` may read; `progress` is called with the share that is read."""
    return _Collector(study, request, viewer, progress).counts()


class _Ads:
    """The ads of the corpus, read in one pass; the texts of a small one are kept."""

    def __init__(self, study: Study, request: CountRequest) -> None:
        self._request = request
        self._corpus = study.sources_by_id()
        self._texts: dict[SourceId, Source] | None = {}
        self.facts: dict[SourceId, _AdFacts] = {}
        self.columns: dict[str, None] = {}
        self.problems: list[Problem] = []
        self._found = 0
        self._is_there = study.corpus_if_any is not None

    def read(self, study: Study) -> Iterator[float]:
        """Read all ads; yield the share that is done."""
        left = KEPT_CHARACTERS
        found = study.corpus.walk(self.problems) if self._is_there else ()
        for source, _, done in found:
            left -= len(source.text)
            if left < 0:
                self._texts = None
            if self._texts is not None:
                self._texts[source.id] = source
            self.facts[source.id] = self._facts(source)
            yield done

    def _facts(self, source: Source) -> _AdFacts:
        wanted = self._request.columns
        self.columns.update(dict.fromkeys(source.attributes))
        attributes = {
            intern(name): intern(value)
            for name, value in source.attributes.items()
            if wanted is None or name.casefold() in wanted
        }
        sentences = _sentence_starts(source.text) if self._request.with_sentences else ()
        return _AdFacts(attributes, len(source.text), sentences, source_hash(source.text))

    def source(self, source_id: SourceId) -> Source | None:
        """Return an ad with its text, None if the corpus lacks it. Raises OSError."""
        if self._texts is not None and source_id in self._texts:
            return self._texts[source_id]
        self._found += 1
        if self._found % COLLECTED == 0:
            gc.collect(1)
        return self._corpus.find(source_id)


def packed(reading: SessionReading) -> bytes:
    """Return a reading as bytes."""
    text_hash, profile, is_done, is_untouched, began, finished, codings = reading
    return marshal.dumps((text_hash, profile, is_done, is_untouched, began, finished, tuple(codings)))


def unpacked(data: bytes) -> SessionReading:
    """Return the reading in bytes of `packed`, whose checksum was right."""
    return SessionReading(*marshal.loads(data))


class _Collector:
    """Reads the sessions, and counts what is left out."""

    def __init__(
        self, study: Study, request: CountRequest, viewer: str | None, progress: Callable[[float], None]
    ) -> None:
        self._study, self._request, self._viewer, self._progress = study, request, viewer, progress
        self._book = study.codebook
        self._index = index_of(study.codebook)
        self._reader = _SessionReader(study.codebook)
        self._ads = _Ads(study, request)
        self._problems: list[Problem] = []
        self._left: dict[str, _Left] = {}
        self._missing: list[str] = []
        self._regex = RegexProcess()
        self._names = TermNames(study.codebook.synonyms)

    def counts(self) -> StudyCounts:
        """Return the counted ads."""
        for done in self._ads.read(self._study):
            self._progress(done / 5)
        by_ad: dict[SourceId, list[CountedSession]] = {}
        try:
            for source_id, session in self._sessions():
                by_ad.setdefault(source_id, []).append(session)
        finally:
            self._regex.close()
        self._problems += [*self._ads.problems, *self._study.problems()]
        facts = self._ads.facts
        known = [source_id for source_id in facts if source_id in by_ad]
        order = [*known, *sorted(by_ad.keys() - facts.keys())]
        ads = [CountedAd(one, by_ad[one], *facts.get(one, NO_FACTS)[:3]) for one in order]
        words = self._book.words
        counted = Counted(
            ads=ads,
            codes=list(self._codes(ads)),
            profiles=[each.name for each in self._book.profiles],
            base=self._base(len(ads)),
            terms=self._names.names,
            columns=list(self._ads.columns),
            source=words.source,
            sources=words.sources,
        )
        return StudyCounts(counted, tuple(filter(is_left_out, dict.fromkeys(self._problems))), self._missing)

    def _sessions(self) -> Iterator[tuple[SourceId, CountedSession]]:
        """Yield the sessions that count, each with its ad."""
        root = self._study.sessions_path
        folders = [session_files.coder_folder(root, one) for one in self._request.coders]
        total = sum(len(session_files.log_names(root / one)) for one in folders or session_files.coders(root)) or 1
        is_kept = self._request.is_kept and self._request.where is None and total >= kept_sessions.LEAST_KEPT
        kept = KeptSessions(root, "counts", FORM, unpacked, self._is_current) if is_kept else None
        number = 0
        try:
            for coder in self._request.coders or (None,):
                found = False
                for snapshot in self._study.sessions(self._viewer, coder=coder, readings=kept):
                    number += 1
                    self._progress(min(0.2 + 0.8 * number / total, 1.0))
                    self._problems += snapshot.problems
                    is_meant = coder or self._request.with_models or not snapshot.coder.startswith(MODEL)
                    if snapshot.is_unread or not is_meant:
                        continue
                    found = True
                    reading = self._reading(snapshot, kept)
                    session = self._counted(snapshot.coder, reading) if reading is not None else None
                    if session is not None:
                        yield snapshot.source.id, session
                self._missing += [coder] if coder and not found else []
        finally:
            if kept is not None:
                kept.close()

    def _is_current(self, source_id: SourceId, reading: SessionReading) -> bool:
        return reading.text_hash == self._ads.facts.get(source_id, NO_FACTS).text_hash

    def _reading(self, snapshot: SessionSnapshot, kept: KeptSessions[SessionReading] | None) -> SessionReading | None:
        """Return the reading of a session; None if its ad does not match the query or cannot be read."""
        known = kept.reading_of(snapshot) if kept else None
        if known is not None:
            return known
        source_id, state = snapshot.source.id, snapshot.state
        text_hash = self._ads.facts.get(source_id, NO_FACTS).text_hash
        source: Source | None = None
        if self._request.where is not None or not _is_located(state, text_hash):
            try:
                source = self._ads.source(source_id)
            except OSError as error:
                self._problems.append(not_read(error, self._study.sessions_path, f"{source_id} is left out"))
                return None
            state = located_in(state, source) if source else state
        source = source or snapshot.source
        if self._request.where is not None and not self._matches(self._request.where, snapshot, state, source):
            return None
        reading = self._reader.read(snapshot, state, source, text_hash)
        if kept is not None:
            kept.put(snapshot, packed(reading))
        return reading

    def _matches(self, where: Query, snapshot: SessionSnapshot, state: State, source: Source) -> bool:
        session = queried_session(snapshot.coder, status_of(snapshot.state).progress, state)
        try:
            return matches(where, QueriedSource(source, session, self._regex.search))
        except RegexTimeoutError:
            raise too_slow(source, self._book.words.source) from None

    def _counted(self, coder: str, reading: SessionReading) -> CountedSession | None:
        """Return a session as it counts, None if it does not; count its codings."""
        left = self._left.setdefault(coder, _Left())
        if reading.is_untouched or not (reading.is_done or self._request.is_for_all):
            left.undone += not reading.is_untouched
            return None
        codings: list[CountedCoding] = []
        for code, start, end, words, term, kind in reading.codings:
            left.places[kind] += 1
            if kind == "nowhere" and not self._request.counts_unplaced:
                continue
            if code not in self._index.codes:
                left.unknown[code] += 1
            codings.append(CountedCoding(intern(code), start, end, words, self._names.add(term) if term else ""))
        left.ads += 1
        left.codings += len(codings)
        return CountedSession(intern(coder), intern(reading.profile), codings, reading.began, reading.finished)

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
                (left.places["free"], coding, "with words that occur several times, at the first free place"),
                (left.places["similar"], coding, "without an accepted place, counted without one"),
                (left.places["repeated"], coding, "with the code and place of another one, counted too"),
                (left.places["nowhere"], coding, f"with words that are not in the text, {placeless}"),
                (left.unknown.total(), coding, f"of codes that the codebook lacks ({', '.join(codes[:SHOWN])}{more})"),
            )
            found = [f"{plural(number, *nouns)} {what}" for number, nouns, what in parts if number]
            if found:
                yield f"{coder}: {'; '.join(found)}."


class _SessionReader:
    """Reads sessions as figures need them."""

    def __init__(self, book: Codebook) -> None:
        self._book = book
        index = index_of(book)
        self._terms = {
            code.id
            for section, codes in index.codes_of.items()
            if index.sections[section].holds == "terms"
            for code in codes
        }

    def read(self, snapshot: SessionSnapshot, state: State, source: Source, text_hash: str) -> SessionReading:
        """Return a session with its codings located in the text of its source."""
        profile = profile_name(self._book, state.profile) if state.profile else ""
        is_untouched = snapshot.state.is_untouched
        codings = tuple(self._codings(state, source))
        return SessionReading(text_hash, profile, state.is_done, is_untouched, *_times(snapshot), codings)

    def _codings(self, state: State, source: Source) -> Iterator[ReadCoding]:
        """Yield the codings with their places: those that have one first, the others at the first free ones."""
        taken: dict[str, set[Span]] = {}
        waiting: list[Coding] = []
        for coding in state.live():
            if coding.is_unresolved or coding.anchor is None:
                waiting.append(coding)
                continue
            span = Span(coding.anchor.start, coding.anchor.end)
            spans = taken.setdefault(coding.code, set())
            yield self._coding(coding, span, "repeated" if span in spans else "placed")
            spans.add(span)
        for coding in waiting:
            kind, place = place_of(coding, source, taken.setdefault(coding.code, set()))
            if place is not None:
                taken[coding.code].add(place)
            yield self._coding(coding, place, kind)

    def _coding(self, coding: Coding, span: Span | None, kind: PlaceKind) -> ReadCoding:
        words = coding.words or (coding.anchor.words if coding.anchor else "")
        start, end = span or (NO_PLACE, NO_PLACE)
        return coding.code, start, end, len(words.split()), words if coding.code in self._terms else "", kind


def _is_located(state: State, text_hash: str) -> bool:
    """Return whether all codings have places in the text with this hash."""
    return not any(one.anchor is None or one.is_unresolved or one.anchor.text_hash != text_hash for one in state.live())


def _times(snapshot: SessionSnapshot) -> tuple[str, str]:
    """Return when a coder began a source, which is its first step that codes, and when it was marked done last."""
    began = min((coding.time for coding in snapshot.state.codings.values() if coding.time), default="")
    last = snapshot.finishing_step
    return began or min((step.time for step in snapshot.transactions), default=""), last.time if last else ""


def _sentence_starts(text: str) -> array[int]:
    """Return the start of each sentence, the first one 0."""
    starts = array("I", (span.start for span in units(text, 0, len(text), "sentence")))
    if starts:
        starts[0] = 0
    return starts

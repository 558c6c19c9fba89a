"""Samples of a study: the queues of coders, and what a blind sample hides from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.state import replay
from codetui.core.text.display import plural
from codetui.formats.samples import Sample, parse_sample, render_sample
from codetui.model import Problem, SourceId, StepId, StudyStep, TransactionId, Words
from codetui.storage import fs
from codetui.storage.erasures import Erasures
from codetui.storage.fs import Version
from codetui.storage.journal import Journal, StudyJournal, fresh_id, now
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus_sources import CorpusSources

FOLDER = "samples"
"""The folder of the samples, beside the codebook."""


class SampleProgress(NamedTuple):
    """The progress of one coder with a sample."""

    sample: str
    coder: str
    done: int
    all: int


def unblinded_sources(records: Iterable[StudyStep]) -> dict[SourceId, StepId]:
    """Return the sources of which a coder has read the work of others, with the first step that records it.

    Ids sort by time, so that steps with a greater id were made after it.
    """
    found: dict[SourceId, StepId] = {}
    for step in (one for one in records if one.kind == "unblinded"):
        for source, _ in step.transactions:
            found[source] = min(found.get(source, step.id), step.id)
    return found


def _without(erased: Erasures, sample: Sample) -> Sample:
    """Return a sample without the sources that were erased."""
    return replace(sample, sources={one: coders for one, coders in sample.sources.items() if not erased.has(one)})


class Samples:
    """The samples of a study, as read from their files."""

    def __init__(self, folder: Path, sessions: Path) -> None:
        self._folder, self._sessions = folder / FOLDER, sessions
        self._finished: dict[Path, tuple[Version, bool]] = {}
        self._recorded: set[str] = set()
        self.problems: list[Problem] = []

    @cached_property
    def all(self) -> tuple[Sample, ...]:
        """The samples by name; unreadable ones are in `problems`."""
        found: list[Sample] = []
        names = fs.names_in(self._folder) if fs.is_folder(self._folder) else ()
        for name in sorted(one for one in names if one.endswith(".toml") and not one.startswith(".")):
            path = self._folder / name
            try:
                text = fs.read(path).decode("utf-8-sig")
            except (OSError, UnicodeDecodeError) as error:
                what = f"this sample cannot be read: {error}; until then nothing is hidden because of it"
                self.problems.append(Problem(str(path), 0, "error", what))
                continue
            sample, problems = parse_sample(text, str(path), path.stem)
            self.problems += problems
            found += [sample] if sample else []
        erased = Erasures(self._sessions) if found else None
        return tuple(_without(erased, sample) for sample in found) if erased else tuple(found)

    def path(self, name: str) -> Path:
        """Return the file of a sample."""
        return self._folder / f"{name}.toml"

    def save(self, sample: Sample) -> None:
        """Write a sample and use it. Raises OSError."""
        fs.ensure_folder(self._folder)
        fs.replace(self.path(sample.name), render_sample(sample).encode("utf-8"))
        self.__dict__.pop("all", None)

    # --- who may read whom ------------------------------------------------------------------------

    def may_read(self, reader: str, coder: str, source: str) -> bool:
        """Return whether a person may see what a coder made of a source.

        A coder of a blind sample sees nobody else's work on its sources until all coders of the source are done. An
        empty source means what belongs to none, such as memos on codes: that is hidden as long as any source is.
        """
        if not reader or reader == coder:
            return True
        return not (self.is_blind(reader, source) if source else self.hidden_from(reader))

    def is_blind(self, coder: str, source: str) -> bool:
        """Return whether a coder must still code a source unseen, or must not see yet what others make of it."""
        return any(self._hides(one, coder, source) for one in self.all)

    def is_coded_blind(self, source: str) -> bool:
        """Return whether somebody must still code a source unseen, so that nothing of it may be published."""
        return any(self._hides(one, coder, source) for one in self.all for coder in one.coders)

    def hidden_from(self, reader: str) -> list[str]:
        """Return the sources of which a person must not see what others made."""
        sources = dict.fromkeys(source for sample in self.all if reader in sample.coders for source in sample.sources)
        return [source for source in sources if any(self._hides(one, reader, source) for one in self.all)]

    def _hides(self, sample: Sample, reader: str, source: str) -> bool:
        if not (sample.is_blind and reader in sample.coders and source in sample.sources):
            return False
        return not all(self._is_finished(one, source) for one in sample.coders_of(source))

    def _is_finished(self, coder: str, source: str) -> bool:
        """Return whether a coder has marked a source done, or not codable."""
        log = SessionPaths(self._sessions, coder).log(SourceId(source))
        try:
            version = fs.version(log)
            if log not in self._finished or self._finished[log][0] != version:
                state = replay(Journal(log).read()[0])
                self._finished[log] = version, state.is_done or state.is_uncodable
        except OSError:
            return False
        return self._finished[log][1]

    def record_reading(self, reader: str, sources: Iterable[str], codebook: str, words: Words) -> None:
        """Record in a coder's log of the study which of their blind sources they have read the work of others on.

        Each source is recorded once. A log that cannot be written is one of the `problems`.
        """
        new = [one for one in sources if one not in self._recorded and self._was_blind(reader, one)]
        if not new:
            return
        paths = SessionPaths(self._sessions, reader)
        self._recorded |= set(new)
        try:
            journal = StudyJournal(paths.study_log())
            new = [one for one in new if one not in unblinded_sources(journal.read()[0])]
            step = StudyStep(
                id=StepId(fresh_id()),
                seq=0,
                time=now(),
                coder=reader,
                kind="unblinded",
                transactions=tuple((SourceId(one), self._last_step(paths, one)) for one in new),
                codebook_before=codebook,
                codebook_after=codebook,
                what=f"reading what others made of {plural(len(new), words.source, words.sources)}",
            )
            if new:
                journal.record(step)
        except OSError as error:
            what = f"it is not recorded that you read what others made of {', '.join(new)}: {error.strerror or error}"
            self.problems.append(Problem(str(paths.study_log()), 0, "warning", what))

    def _was_blind(self, coder: str, source: str) -> bool:
        return any(one.is_blind and coder in one.coders_of(source) for one in self.all)

    @staticmethod
    def _last_step(paths: SessionPaths, source: str) -> TransactionId:
        steps = Journal(paths.log(SourceId(source))).read()[0]
        return steps[-1].id if steps else TransactionId("")

    # --- queues -----------------------------------------------------------------------------------

    def queue(self, coder: str) -> tuple[str, ...]:
        """Return the sources that a coder has to code, sample by sample, in order."""
        return tuple(dict.fromkeys(source for sample in self.all for source in sample.queue(coder)))

    def open_queue(self, coder: str) -> list[str]:
        """Return the sources that a coder still has to code."""
        return [source for source in self.queue(coder) if not self._is_finished(coder, source)]

    def progress(self) -> Iterator[SampleProgress]:
        """Yield how far each coder is with each sample."""
        for sample in self.all:
            for coder in sample.coders:
                queue = sample.queue(coder)
                done = sum(self._is_finished(coder, source) for source in queue)
                yield SampleProgress(sample.name, coder, done, len(queue))

    def inconsistencies(self, sources: CorpusSources, word: str) -> Iterator[Problem]:
        """Yield a problem for each source of a sample that the corpus lacks."""
        for sample in self.all:
            for source in sample.sources:
                if sources.find(SourceId(source)) is None and sample.coders_of(source):
                    what = f"the corpus has no {word} {source}, which is in this sample; add it, or release it"
                    yield Problem(str(self.path(sample.name)), 0, "error", what)

"""Samples of a study: the queues of coders, and what a blind sample hides from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.state import replay
from codetui.formats.samples import Sample, parse_sample, render_sample
from codetui.model import Problem, SourceId
from codetui.storage import fs
from codetui.storage.erasures import Erasures
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus_sources import CorpusSources

FOLDER = "samples"
"""The folder of the samples, beside the codebook."""


class SampleProgress(NamedTuple):
    """How far one coder is with a sample."""

    sample: str
    coder: str
    done: int
    all: int


def _without(erased: Erasures, sample: Sample) -> Sample:
    """Return a sample without the sources that were erased."""
    return replace(sample, sources={one: coders for one, coders in sample.sources.items() if not erased.has(one)})


class Samples:
    """The samples of a study, as read from their files."""

    def __init__(self, folder: Path, sessions: Path) -> None:
        self._folder, self._sessions = folder / FOLDER, sessions
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

        A coder of a blind sample sees nobody else's work on its sources until all coders of the source are done.
        """
        return not reader or reader == coder or not any(self._hides(one, reader, source) for one in self.all)

    def hidden_from(self, reader: str) -> list[str]:
        """Return the sources of which a person must not see what others made."""
        sources = dict.fromkeys(source for sample in self.all if reader in sample.coders for source in sample.sources)
        return [source for source in sources if any(self._hides(one, reader, source) for one in self.all)]

    def _hides(self, sample: Sample, reader: str, source: str) -> bool:
        if not (sample.is_blind and reader in sample.coders and source in sample.sources):
            return False
        return not all(self._is_done(one, source) for one in sample.coders_of(source))

    def _is_done(self, coder: str, source: str) -> bool:
        try:
            return replay(Journal(SessionPaths(self._sessions, coder).log(source)).read()[0]).is_done
        except OSError:
            return False

    # --- queues -----------------------------------------------------------------------------------

    def queue(self, coder: str) -> tuple[str, ...]:
        """Return the sources that a coder has to code, sample by sample, in order."""
        return tuple(dict.fromkeys(source for sample in self.all for source in sample.queue(coder)))

    def progress(self) -> Iterator[SampleProgress]:
        """Yield how far each coder is with each sample."""
        for sample in self.all:
            for coder in sample.coders:
                queue = sample.queue(coder)
                done = sum(self._is_done(coder, source) for source in queue)
                yield SampleProgress(sample.name, coder, done, len(queue))

    def inconsistencies(self, sources: CorpusSources, word: str) -> Iterator[Problem]:
        """Yield a problem for each source of a sample that the corpus lacks."""
        for sample in self.all:
            for source in sample.sources:
                if sources.find(SourceId(source)) is None and sample.coders_of(source):
                    what = f"the corpus has no {word} {source}, which is in this sample; add it, or release it"
                    yield Problem(str(self.path(sample.name)), 0, "error", what)

"""Samples of a study: drawing them, the queues of coders, and what is hidden from coders of a blind sample."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codetui.core.sampling import Candidate, SampleRequest, SamplingError, draw
from codetui.core.session.state import replay
from codetui.formats.samples import Release, Sample, parse_sample, render_sample
from codetui.model import Problem, SourceId, source_hash
from codetui.storage import fs
from codetui.storage.journal import Journal, now
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import CorpusSources

if TYPE_CHECKING:
    from codetui.study.study import Study

FOLDER = "samples"
"""The folder of the samples, beside the codebook."""

NAME = re.compile(r"[\w][\w .-]{0,60}")


class SampleProgress(NamedTuple):
    """How far one coder is with a sample."""

    sample: str
    coder: str
    done: int
    all: int


class Drawn(NamedTuple):
    """A sample that was drawn, and what could not be in it: empty sources, and those with another one's text."""

    sample: Sample
    empty: int
    repeated: int
    problems: tuple[Problem, ...]


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
        return tuple(found)

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


def draw_sample(
    study: Study, name: str, request: SampleRequest, *, stratify: str = "", of: str = "", is_blind: bool = True
) -> Drawn:
    """Draw a sample from the corpus; nothing is written.

    `stratify` names an attribute of the sources, or `profile`, then that assigned by the coder `of`. Raises StudyError.
    """
    from codetui.study.study import StudyError

    if not NAME.fullmatch(name):
        raise StudyError(f"{name!r} is no name for a sample; use letters, digits, blanks, dots and hyphens.")
    profiles = _profiles(study, of) if stratify == "profile" else {}
    problems: list[Problem] = []
    candidates: list[Candidate] = []
    empty = 0
    for one in study.corpus.texts(problems):
        source = one.source
        if not source.text[source.body_start :].strip():
            empty += 1
            continue
        stratum = profiles.get(source.id, "") if stratify == "profile" else source.attributes.get(stratify, "")
        if stratify == "profile" and not stratum:
            continue
        candidates.append(Candidate(source.id, source_hash(source.text[source.body_start :]), stratum))
    if stratify and not any(one.stratum for one in candidates):
        what = f"no {study.codebook.words.source} has anything in {stratify!r}"
        hint = "name a column of the table, or profile with --of CODER"
        raise StudyError(f"{what}; {hint}.")
    distinct = len({one.text for one in candidates})
    try:
        sources = draw(candidates, request)
    except SamplingError as error:
        raise StudyError(f"{error}.") from None
    sample = Sample(
        name=name,
        seed=request.seed,
        coders=request.coders,
        overlap=request.overlap,
        by=request.by,
        stratify=f"profile of {of}" if stratify == "profile" else stratify,
        candidates=distinct,
        time=now(),
        is_blind=is_blind,
        sources=sources,
    )
    return Drawn(sample, empty, len(candidates) - distinct, tuple(problems))


def release(sample: Sample, source: str, coder: str, because: str, by: str) -> Sample:
    """Return the sample with a source taken from a coder. Raises StudyError if the coder does not have it."""
    from codetui.study.study import StudyError

    if coder not in sample.coders_of(source):
        raise StudyError(f"{coder} does not code {source} in the sample {sample.name}; nothing is released.")
    gone = Release(source=source, coder=coder, because=because, by=by, time=now())
    return replace(sample, released=(*sample.released, gone))


def _profiles(study: Study, coder: str) -> Mapping[str, str]:
    """Return the profiles that a coder has assigned, by source."""
    return {one.source.id: one.state.profile for one in study.sessions(coder=coder) if one.state.profile}

"""Draw samples from a study, and release sources from their coders."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from codetui.core.sampling import Candidate, SampleRequest, SamplingError, draw
from codetui.formats.samples import Release, Sample
from codetui.model import Problem, source_hash
from codetui.storage.copies import is_left_out
from codetui.storage.journal import now
from codetui.study.study import Study, StudyError

NAME = re.compile(r"[\w][\w .-]{0,60}")


class Drawn(NamedTuple):
    """A sample that was drawn, and what could not be in it: empty sources, and those with another one's text."""

    sample: Sample
    empty: int
    repeated: int
    problems: tuple[Problem, ...]


def draw_sample(
    study: Study, name: str, request: SampleRequest, *, stratify: str = "", of: str = "", is_blind: bool = True
) -> Drawn:
    """Draw a sample from the corpus; nothing is written.

    `stratify` names an attribute of the sources, or `profile`, then that assigned by the coder `of`. Raises StudyError.
    """
    if not NAME.fullmatch(name):
        raise StudyError(f"{name!r} is no name for a sample; use letters, digits, blanks, dots and hyphens.")
    problems: list[Problem] = []
    profiles = _profiles(study, of, problems) if stratify == "profile" else {}
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
        raise StudyError(f"{what}; {hint}." + "".join(f"\n{problem}" for problem in filter(is_left_out, problems)))
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
    if coder not in sample.coders_of(source):
        raise StudyError(f"{coder} does not code {source} in the sample {sample.name}; nothing is released.")
    gone = Release(source=source, coder=coder, because=because, by=by, time=now())
    return replace(sample, released=(*sample.released, gone))


def _profiles(study: Study, coder: str, problems: list[Problem]) -> Mapping[str, str]:
    """Return the profiles that a coder has assigned, by source; add what cannot be read to `problems`."""
    sessions = list(study.sessions(coder=coder))
    problems += filter(is_left_out, (problem for one in sessions for problem in one.problems))
    return {one.source.id: one.state.profile for one in sessions if one.state.profile}

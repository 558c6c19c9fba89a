"""Draw samples from a study, and release sources from their coders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from codetui.core.sampling import Candidate, SampleRequest, SamplingError, draw
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.samples import Release, Sample
from codetui.model import Problem, source_hash
from codetui.storage.copies import is_left_out
from codetui.storage.journal import now
from codetui.study.study import Study, StudyError

NAME = re.compile(r"[\w][\w .-]{0,60}")
WORD = re.compile(r"\w")


class Drawn(NamedTuple):
    """A sample that was drawn, and what could not be in it, in words with numbers.

    `strata` has the number drawn of each value and the number there is.
    """

    sample: Sample
    left_out: Sequence[str] = ()
    strata: Mapping[str, tuple[int, int]] = {}
    problems: Sequence[Problem] = ()


def draw_sample(
    study: Study, name: str, request: SampleRequest, *, stratify: str = "", of: str = "", is_blind: bool = True
) -> Drawn:
    """Draw a sample from the corpus; nothing is written.

    `stratify` names an attribute of the sources, or `profile`, then that assigned by the coder `of`. Values that differ
    only in case or white space are one; sources without a value are a stratum of their own. Raises StudyError.
    """
    if not NAME.fullmatch(name):
        raise StudyError(f"{name!r} is no name for a sample; use letters, digits, blanks, dots and hyphens.")
    is_by_profile = stratify == "profile"
    if is_by_profile and not of:
        raise StudyError("name who assigned the profiles with --of CODER.")
    problems: list[Problem] = []
    candidates, left_out = _candidates(study, stratify, of, problems)
    distinct = {one.text: one for one in reversed(candidates)}
    left_out["with the text of another one"] = len(candidates) - len(distinct)
    not_drawn = [f"{number:,} {what}" for what, number in left_out.items() if number]
    try:
        sources = draw(candidates, request)
    except SamplingError as error:
        but = f"; not drawn from: {', '.join(not_drawn)}" if not_drawn else ""
        raise StudyError(f"{error}{but}.") from None
    sample = Sample(
        name=name,
        seed=request.seed,
        coders=request.coders,
        overlap=request.overlap,
        by=request.by,
        stratify=f"profile of {of}" if is_by_profile else stratify,
        candidates=len(distinct),
        time=now(),
        is_blind=is_blind,
        sources=sources,
    )
    strata = {one.id: one.stratum for one in candidates}
    chosen, there = Counter(strata[one] for one in sources), Counter(one.stratum for one in distinct.values())
    shares = {stratum: (chosen[stratum], there[stratum]) for stratum in sorted(there)} if stratify else {}
    return Drawn(sample, not_drawn, shares, problems)


def _candidates(study: Study, stratify: str, of: str, problems: list[Problem]) -> tuple[list[Candidate], Counter[str]]:
    """Return the sources that can be in a sample, and the numbers of the others by the reason.

    Raises StudyError if none has a stratum.
    """
    is_by_profile = stratify == "profile"
    profiles = _profiles(study, of, problems) if is_by_profile else {}
    marked = {one.source.id for one in study.sessions(is_shown=False) if one.state.is_uncodable}
    candidates: list[Candidate] = []
    columns: set[str] = set()
    left_out = Counter[str]()
    for one in study.corpus.texts(problems):
        source = one.source
        columns |= source.attributes.keys()
        body = collapse_spaces(source.text[source.body_start :])
        stratum = profiles.get(source.id, "") if is_by_profile else source.attributes.get(stratify, "")
        if not WORD.search(body):
            left_out["empty"] += 1
        elif source.id in marked:
            left_out["marked not codable"] += 1
        elif is_by_profile and not stratum:
            left_out["without a profile"] += 1
        else:
            candidates.append(Candidate(source.id, source_hash(body), collapse_spaces(stratum).casefold()))
    if stratify and not any(one.stratum for one in candidates):
        raise _without_strata(study, stratify, of, columns, problems)
    return candidates, left_out


def _without_strata(
    study: Study, stratify: str, of: str, columns: Collection[str], problems: Iterable[Problem]
) -> StudyError:
    unread = "".join(f"\n{problem}" for problem in filter(is_left_out, problems))
    if stratify == "profile":
        return StudyError(f"there is no profile by {of} that you may read; name another coder with --of.{unread}")
    near = next((one for one in columns if one.casefold() == stratify.casefold()), "")
    known = f"did you mean {near!r}?" if near else f"the columns are {', '.join(sorted(columns)) or 'none'}."
    return StudyError(f"no {study.codebook.words.source} has anything in {stratify!r}; {known}{unread}")


def draw_again(name: str, first: Sample, coders: tuple[str, ...], *, is_blind: bool) -> Drawn:
    """Return a sample of the sources of another one, which all these coders code; nothing is written.

    Raises StudyError if one of them has coded them under that name already.
    """
    before = [one for one in coders if any(one in codes for codes in first.sources.values())]
    if before:
        what = f"{' and '.join(before)} had some of these in {first.name} already"
        raise StudyError(f'{what}; to code them unseen again, use another name: --coders "{before[0]} (again)".')
    sources = dict.fromkeys(first.sources, coders)
    overlap = len(sources) if len(coders) > 1 else 0
    again = replace(first, name=name, coders=coders, sources=sources, overlap=overlap, by="all", time=now())
    return Drawn(replace(again, released=(), is_blind=is_blind))


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

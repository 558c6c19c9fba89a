"""The file of a sample: which coders code which sources, in TOML that people can read and edit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from codetui.model import Problem

VERSION = 1
HEAD = """\
# A sample of the sources, and who codes which of them, in this order. Made by `codetui sample`.
# The same seed on the same sources draws the same sample. `codetui sample --release` takes a source from a coder.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A source that was taken from a coder, who said why, and when (ISO 8601, UTC)."""

    source: str
    coder: str
    because: str = ""
    by: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample. `sources` has the coders of each source, in the order of coding.

    With `is_blind` nobody of its coders sees what others made of a source until all its coders have marked it done.
    """

    name: str
    seed: int
    coders: tuple[str, ...]
    overlap: int = 0
    by: str = "all"
    stratify: str = ""
    candidates: int = 0
    time: str = ""
    is_blind: bool = True
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    released: tuple[Release, ...] = ()

    def coders_of(self, source: str) -> tuple[str, ...]:
        """Return the coders of a source, without those from whom it was taken; none if it is not in the sample."""
        gone = {one.coder for one in self.released if one.source == source}
        return tuple(coder for coder in self.sources.get(source, ()) if coder not in gone)

    def queue(self, coder: str) -> tuple[str, ...]:
        """Return the sources of a coder, in order."""
        return tuple(source for source in self.sources if coder in self.coders_of(source))


def parse_sample(text: str, file: str, name: str) -> tuple[Sample | None, list[Problem]]:
    """Return the sample in a file, None if it cannot be used, with the problems."""
    import tomllib

    from codetui.formats.forms import SampleForm, check_text

    problems = check_text(SampleForm, text, file)
    if any(problem.severity == "error" for problem in problems):
        return None, problems
    try:
        form = SampleForm.model_validate(tomllib.loads(text))
    except ValueError as error:
        line = re.search(r"at line (\d+)", str(error))
        what = f"this sample cannot be read: {str(error).splitlines()[0]}; correct it, or draw it anew"
        return None, [*problems, Problem(file, int(line[1]) if line else 0, "error", what)]
    if form.version > VERSION:
        what = f"this sample is of version {form.version}, and this program reads version {VERSION}: update codetui"
        return None, [*problems, Problem(file, 0, "error", what)]
    sample = Sample(
        name=name,
        coders=tuple(form.coders),
        is_blind=form.blind,
        sources={source: tuple(coders) for source, coders in form.sources.items()},
        released=tuple(Release(**one.model_dump()) for one in form.released),
        **form.model_dump(include={"seed", "overlap", "by", "stratify", "candidates", "time"}),
    )
    return sample, problems


def render_sample(sample: Sample) -> str:
    """Return the file of a sample."""
    import tomli_w

    released = [asdict(one) for one in sample.released]
    fields: dict[str, object] = {
        "version": VERSION,
        "seed": sample.seed,
        "size": len(sample.sources),
        "overlap": sample.overlap,
        "by": sample.by,
        "stratify": sample.stratify,
        "candidates": sample.candidates,
        "time": sample.time,
        "blind": sample.is_blind,
        "coders": list(sample.coders),
        "sources": {source: list(coders) for source, coders in sample.sources.items()},
    }
    return HEAD + tomli_w.dumps(fields | ({"released": released} if released else {}))

"""Analyses by a language model: a JSON file for each job advertisement, with lists of categories and phrases."""

from __future__ import annotations

from collections.abc import Sequence

from codetui.formats.codings.foreign import CodingsFile, ForeignCoding, ForeignModel, ForeignSource


class Item(ForeignModel):
    """A phrase under a category, which is a code."""

    category: str
    phrase: str
    justification: str | None = None


class ProfileClassification(ForeignModel):
    """The profile of the source, and its reasoning."""

    profile: str | None = None
    rationale: str | None = None


class Analysis(ForeignModel):
    """The profile, and the codings in lists whose names are sections."""

    profile_classification: ProfileClassification | None = None
    thematic_analysis: dict[str, list[Item] | None] = {}


class Job(ForeignModel):
    """One analysed advertisement."""

    job_id: str
    analysis: Analysis


class StudyJsonReader:
    """Reads `{"job_id": …, "analysis": {"profile_classification": …, "thematic_analysis": {list: [item, …]}}}`."""

    name = "analysis"
    suffixes = (".json", ".jsonl")
    expected = 'JSON with "job_id" and "analysis"'

    def fits(self, file: CodingsFile) -> bool:
        """Return whether the first record has an analysis."""
        return file.has_fields("analysis")

    def read(self, file: CodingsFile) -> Sequence[ForeignSource]:
        """Return one source a record; it is done, as the model has read all of it."""
        return [
            ForeignSource(
                id=job.job_id,
                file=file.name,
                line=line,
                codings=tuple(
                    ForeignCoding(
                        code=item.category, words=item.phrase, note=item.justification or "", list_name=list_name
                    )
                    for list_name, items in job.analysis.thematic_analysis.items()
                    for item in items or ()
                ),
                profile=(known.profile or "") if (known := job.analysis.profile_classification) else "",
                reasoning=(known.rationale or "") if known else "",
            )
            for line, job in file.validated(Job)
        ]

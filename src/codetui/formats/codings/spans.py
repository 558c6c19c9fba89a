"""Spans with labels: doccano, Label Studio, `gold.jsonl` of evaluations, brat, and analyses by language models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, TypeVar

from pydantic import AliasChoices, BeforeValidator, Field

from codetui.formats.codings.foreign import (
    CodingsFile,
    ForeignCoding,
    ForeignModel,
    ForeignSource,
    Reader,
    UnknownFormatError,
)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _filled(value: object) -> object:
    return [] if value is None else value


T = TypeVar("T")
Listed = Annotated[list[T], BeforeValidator(_filled)]
"""A list; programs write null for an empty one."""

Labels = Annotated[list[str], BeforeValidator(_filled), BeforeValidator(_listed)]


def _words(text: str, start: int, end: int) -> str:
    """Return the words at a span in a file's own text; empty if it is outside."""
    return text[start:end] if 0 <= start < end <= len(text) else ""


# --- doccano ------------------------------------------------------------------------------------------


class Entity(ForeignModel):
    """A span of doccano's second form, or of Prodigy."""

    label: str
    start_offset: int = Field(validation_alias=AliasChoices("start_offset", "start"))
    end_offset: int = Field(validation_alias=AliasChoices("end_offset", "end"))


class DoccanoRecord(ForeignModel):
    """A text with spans, in either form of doccano; Prodigy has `spans` instead.

    A label that is no span is that of the whole text.
    """

    id: str | None = None
    text: str = Field(validation_alias=AliasChoices("text", "data"))
    label: Listed[tuple[int, int, str] | str] = Field(default=[], validation_alias=AliasChoices("label", "labels"))
    entities: Listed[Entity] = Field(default=[], validation_alias=AliasChoices("entities", "spans"))
    relations: Listed[object] = []
    comments: Listed[object] = Field(default=[], validation_alias=AliasChoices("comments", "Comments"))
    answer: str | None = None
    meta: dict[str, object] | None = None
    ad: str | None = Field(default=None, validation_alias=AliasChoices("ad", "ad_id", "doc_id", "document", "filename"))
    user: str | None = Field(
        default=None, validation_alias=AliasChoices("user", "username", "annotator", "_annotator_id")
    )

    @property
    def of_text(self) -> list[str]:
        """The labels of the whole text."""
        return [one for one in self.label if isinstance(one, str)]


def _read_doccano(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return one source a record, named by a field such as `ad` or `doc_id`, else by its text, else by `id`."""
    found: list[ForeignSource] = []
    for line, record in file.validated(DoccanoRecord):
        if record.answer not in (None, "accept"):
            file.left_out["texts that were rejected or ignored"] += 1
            continue
        file.leave_out(
            {
                "relations": len(record.relations),
                "comments": len(record.comments),
                "further labels of a text": len(record.of_text[1:]),
            }
        )
        found.append(
            ForeignSource(
                id=record.ad or _meta_id(record.meta or {}) or record.id or "",
                file=file.name,
                line=line,
                codings=tuple(_doccano_codings(record)),
                profile=next(iter(record.of_text), ""),
                text=record.text,
                coder=record.user or "",
            )
        )
    return found


DOCCANO = Reader(
    "doccano",
    (".jsonl", ".json"),
    'doccano\'s JSON lines with "text" and "label" or "entities", or Prodigy\'s with "spans"',
    lambda file: file.has_fields("text", "data") and file.has_fields("label", "labels", "entities", "spans"),
    _read_doccano,
)
"""Reads doccano's JSON lines, `{"text": …, "label": [[start, end, code], …]}` or with `entities`."""


def _doccano_codings(record: DoccanoRecord) -> Iterator[ForeignCoding]:
    labels = (one for one in record.label if not isinstance(one, str))
    spans = [*labels, *((one.start_offset, one.end_offset, one.label) for one in record.entities)]
    for start, end, label in spans:
        yield ForeignCoding(code=label, words=_words(record.text, start, end), start=start, end=end)


def _meta_id(meta: dict[str, object]) -> str:
    """Return the id of a source among the further fields of a record; empty if there is none."""
    return next((str(meta[name]) for name in ("ad", "ad_id", "doc_id", "document", "id") if name in meta), "")


# --- Label Studio -------------------------------------------------------------------------------------


class StudioOffsets(ForeignModel):
    """Offsets in the text of a page."""

    start: int
    end: int


class StudioValue(ForeignModel):
    """The value of a region: a span with labels, a choice for the whole text, or a text that was typed.

    In a page `start` and `end` are paths of elements; then only `globalOffsets` are offsets.
    """

    start: int | str | None = None
    end: int | str | None = None
    offsets: StudioOffsets | None = Field(default=None, validation_alias="globalOffsets")
    text: str | list[str] | None = None
    labels: Labels = Field(default=[], validation_alias=AliasChoices("labels", "hypertextlabels", "paragraphlabels"))
    choices: Labels = []

    @property
    def place(self) -> tuple[int | None, int | None]:
        """The offsets; None where they are not known."""
        if self.offsets is not None:
            return self.offsets.start, self.offsets.end
        if isinstance(self.start, int) and isinstance(self.end, int):
            return self.start, self.end
        return None, None


class StudioRegion(ForeignModel):
    """One region of an annotation, or a relation between two, which has no value.

    Further regions with the `id` of a span are about it, such as a comment that was typed.
    """

    value: StudioValue | None = None
    type: str = ""
    id: str = ""


class StudioAnnotation(ForeignModel):
    """The regions that one person or one model marked in a task."""

    result: Listed[StudioRegion] = []
    model_version: str | None = None
    completed_by: object = None
    was_cancelled: bool | None = False

    @property
    def coder(self) -> str:
        """The model, or the person by e-mail address or number; empty if neither is named."""
        if self.model_version:
            return self.model_version
        if isinstance(self.completed_by, dict):
            return str(self.completed_by.get("email") or self.completed_by.get("id") or "")
        return str(self.completed_by or "")


class StudioTask(ForeignModel):
    """One text with its annotations and predictions."""

    id: str | None = None
    data: dict[str, object]
    annotations: Listed[StudioAnnotation] = Field(
        default=[], validation_alias=AliasChoices("annotations", "completions")
    )
    predictions: Listed[StudioAnnotation] = []


def _read_label_studio(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return one source for each task and coder."""
    found: list[ForeignSource] = []
    for line, task in file.validated(StudioTask):
        texts = [value for value in task.data.values() if isinstance(value, str)]
        text = task.data["text"] if isinstance(task.data.get("text"), str) else max(texts, key=len, default="")
        for one in (*task.annotations, *task.predictions):
            if one.was_cancelled:
                file.left_out["annotations that were cancelled"] += 1
                continue
            choices = [choice for region in one.result if region.value for choice in region.value.choices]
            file.leave_out({"further choices for a text": len(choices[1:])})
            found.append(
                ForeignSource(
                    id=_meta_id(task.data) or task.id or "",
                    file=file.name,
                    line=line,
                    codings=tuple(_studio_codings(one.result, file)),
                    profile=next(iter(choices), ""),
                    text=str(text),
                    coder=one.coder,
                )
            )
    return found


LABEL_STUDIO = Reader(
    "label-studio",
    (".json",),
    'Label Studio\'s JSON with "data" and "annotations" or "predictions"',
    lambda file: file.has_fields("data") and file.has_fields("annotations", "completions", "predictions"),
    _read_label_studio,
)
"""Reads Label Studio's JSON, annotations by people and predictions by models; a choice is the profile."""


def _studio_codings(regions: Sequence[StudioRegion], file: CodingsFile) -> Iterator[ForeignCoding]:
    """Yield the spans with labels; what was typed about one is its note. Count everything else."""
    spans = {one.id for one in regions if one.value is not None and one.value.labels}
    notes = {
        one.id: " ".join(one.value.text)
        for one in regions
        if one.value is not None and isinstance(one.value.text, list) and one.id in spans and not one.value.labels
    }
    for region in regions:
        value = region.value
        if value is None or not (value.labels or value.choices or region.id in notes):
            kind = region.type or "region without a label"
            file.left_out[kind if kind.endswith("s") else f"{kind}s"] += 1
            continue
        words, (start, end) = value.text if isinstance(value.text, str) else "", value.place
        for label in value.labels:
            yield ForeignCoding(code=label, words=words, start=start, end=end, note=notes.get(region.id, ""))


# --- gold.jsonl ---------------------------------------------------------------------------------------


class GoldSpan(ForeignModel):
    """A span with its code."""

    code: str
    quote: str = ""
    start: int | None = None
    end: int | None = None


class GoldSpans(ForeignModel):
    """The spans of a source."""

    spans: list[GoldSpan] = []


class GoldLabel(ForeignModel):
    """The profile of a source."""

    label: str | None = None
    reasoning: str | None = Field(default=None, validation_alias=AliasChoices("reasoning", "rationale"))


class GoldRecord(ForeignModel):
    """One source of an evaluation: its spans and its profile."""

    doc_id: str
    stage1: GoldSpans = GoldSpans()
    stage2: GoldLabel = GoldLabel()


def _read_gold(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return one source a record."""
    found: list[ForeignSource] = []
    for line, record in file.validated(GoldRecord):
        if any(not span.quote and span.start is None for span in record.stage1.spans):
            raise UnknownFormatError(file.name, line, "a span has neither a quote nor offsets; add one of them")
        codings = (
            ForeignCoding(code=span.code, words=span.quote, start=span.start, end=span.end)
            for span in record.stage1.spans
        )
        label = record.stage2
        found.append(
            ForeignSource(
                id=record.doc_id,
                file=file.name,
                line=line,
                codings=tuple(codings),
                profile=label.label or "",
                reasoning=label.reasoning or "",
            )
        )
    return found


GOLD = Reader(
    "gold",
    (".jsonl",),
    'gold.jsonl with "doc_id" and "stage1" or "stage2"',
    lambda file: file.has_fields("stage1", "stage2"),
    _read_gold,
)
"""Reads `{"doc_id": …, "stage1": {"spans": […]}, "stage2": {"label": …}}`."""


# --- brat ---------------------------------------------------------------------------------------------

ENTITY = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
NOTE = re.compile(r"#\S*\tAnnotatorNotes (\S+)\t(.*)")
OTHERS = {"R": "relations", "E": "events", "A": "attributes", "M": "attributes", "N": "normalizations"}
OTHERS |= {"*": "equivalences", "#": "notes on others"}
"""What else a file of brat has, by the first sign of its line."""


def _read_brat(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return the one source of the file, named like it."""
    stem = file.name.rpartition("/")[2].removesuffix(file.suffix)
    data = file.beside(f"{stem}.txt")
    text = data.decode("utf-8-sig", "replace") if data is not None else ""
    lines = [(number, line.rstrip("\r")) for number, line in enumerate(file.text.split("\n"), 1) if line.strip()]
    notes = {note[1]: note[2] for _, line in lines if (note := NOTE.fullmatch(line))}
    codings: list[ForeignCoding] = []
    for number, line in lines:
        if line[0] in OTHERS:
            file.leave_out({OTHERS[line[0]]: not _is_note_on_entity(line)})
            continue
        entity = ENTITY.fullmatch(line)
        if entity is None:
            expected = "`T1<tab>CODE START END<tab>WORDS`"
            raise UnknownFormatError(file.name, number, f"this is no entity of brat; expected is {expected}")
        codings += _codings(entity, notes.get(entity[1], ""), text)
    return [ForeignSource(id=stem, file=file.name, codings=tuple(codings), text=text)]


BRAT = Reader(
    "brat",
    (".ann",),
    "brat's .ann files beside their .txt files",
    lambda file: file.suffix == ".ann",
    _read_brat,
)
"""Reads entities and notes on them; a discontinuous entity becomes a coding for each of its parts.

    Relations, events and attributes are no codings and are left out.
    """


def _is_note_on_entity(line: str) -> bool:
    note = NOTE.fullmatch(line)
    return note is not None and note[1].startswith("T")


def _codings(entity: re.Match[str], note: str, text: str) -> Sequence[ForeignCoding]:
    """Return a coding for each part of an entity."""
    _, code, places, words = entity.groups(default="")
    spans = [tuple(map(int, place.split(" "))) for place in places.split(";")]
    if len(spans) == 1:
        ((start, end),) = spans
        return [ForeignCoding(code=code, words=words or text[start:end], start=start, end=end, note=note)]
    parts = [text[start:end] for start, end in spans]
    if not all(parts):
        # Without the text the words of the parts are unknown: brat joins them with blanks.
        return [ForeignCoding(code=code, words=words, note=note)]
    remarks = [f"part {number} of {len(spans)} of one annotation" for number in range(1, len(spans) + 1)]
    return [
        ForeignCoding(code=code, words=part, start=start, end=end, note=f"{note} ({remark})" if note else remark)
        for part, (start, end), remark in zip(parts, spans, remarks, strict=True)
    ]


# --- analyses by a language model ---------------------------------------------------------------------


class AnalysedPhrase(ForeignModel):
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
    thematic_analysis: dict[str, list[AnalysedPhrase] | None] = {}


class Job(ForeignModel):
    """One analysed advertisement."""

    job_id: str
    analysis: Analysis


def _read_analyses(file: CodingsFile) -> Sequence[ForeignSource]:
    """Return one source a record; it is done, as the model has read all of it."""
    return [
        ForeignSource(
            id=job.job_id,
            file=file.name,
            line=line,
            codings=tuple(
                ForeignCoding(code=item.category, words=item.phrase, note=item.justification or "", list_name=list_name)
                for list_name, items in job.analysis.thematic_analysis.items()
                for item in items or ()
            ),
            profile=(known.profile or "") if (known := job.analysis.profile_classification) else "",
            reasoning=(known.rationale or "") if known else "",
        )
        for line, job in file.validated(Job)
    ]


ANALYSIS = Reader(
    "analysis",
    (".json", ".jsonl"),
    'JSON with "job_id" and "analysis"',
    lambda file: file.has_fields("analysis"),
    _read_analyses,
)
"""Reads `{"job_id": …, "analysis": {"profile_classification": …, "thematic_analysis": {list: [item, …]}}}`."""

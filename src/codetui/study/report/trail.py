"""The history of a study as tables: coders, versions of the codebook, settled disagreements, and all steps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from codetui.core.adjudication import AGREED, PROFILE
from codetui.core.codebook import index as books
from codetui.core.codebook.diff import diff
from codetui.core.codebook.migration import version_name
from codetui.core.codebook.usage import done_transactions
from codetui.core.text.display import plural
from codetui.formats.codebook.changes import sentences
from codetui.formats.report.content import ColumnHeading, Grid
from codetui.model import (
    Cause,
    Codebook,
    CodingAdded,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    DoneMarked,
    Event,
    MemoWritten,
    ProfileAssigned,
    StepKind,
    StudyStep,
    Transaction,
)
from codetui.study.adjudication import DONE, Adjudication, AdjudicationRequest, request_of
from codetui.study.report.evidence import CodedSource, Evidence
from codetui.study.study import Study, StudyError, kept_book

HOW: Mapping[Cause, str] = {
    "hand": "coded in the program",
    "edit": "edited the document",
    "document": "imported from a document",
    "copy": "copied from an identical text",
    "corpus": "text changed",
    "migration": "migrated",
    "model": "imported as codings of a model or program",
    "consensus": "adjudicated",
    "undo": "undone",
    "redo": "redone",
}
"""The causes of steps as the audit trail shows them."""

STEPS: Mapping[StepKind, str] = {
    "migration": "codebook migrated by rules",
    "refactoring": "code changed in the codebook and in sessions",
    "edit": "codebook edited",
    "batch": "several sessions changed",
    "memo": "memo",
    "undo": "undone",
    "redo": "redone",
    "unblinded": "others' work read",
    "proposal": "change of the codebook proposed",
    "accepted": "proposal accepted",
    "declined": "proposal declined",
}
"""The kinds of steps over several sessions or of the codebook as the audit trail shows them."""

NUMBERS = ("steps", "codings added", "removed", "recoded", "profiles", "memos")


def date(time: str) -> str:
    """Return the day of a time in ISO 8601, `–` if it is not known."""
    return time[:10] or "–"


def days(times: Sequence[str]) -> str:
    """Return the first and the last day of sorted times, `–` if there are none."""
    first, last = (date(times[0]), date(times[-1])) if times else ("–", "–")
    return first if first == last else f"{first} to {last}"


def percent(part: int, whole: int) -> str:
    """Return a share in percent, `–` if the whole is 0."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def headings(*titles: str, numbers: Sequence[str] = ()) -> list[ColumnHeading]:
    """Return the headings of columns; those in `numbers` have numbers."""
    return [ColumnHeading(title, title in numbers) for title in (*titles, *numbers)]


# --- coders ------------------------------------------------------------------------------------------


def coder_table(evidence: Evidence) -> Grid:
    """Return the sessions and codings of each coder, with the share of all sources and of all codings."""
    words = evidence.book.words
    of_all = sum(len(one.state.live()) for one in evidence.sessions)
    rows: list[list[str]] = []
    for coder in evidence.coders:
        own = [one for one in evidence.sessions if one.coder == coder]
        done = sum(one.state.is_done for one in own)
        codings = sum(len(one.state.live()) for one in own)
        times = sorted(coding.time for one in own for coding in one.state.live() if coding.time)
        period = days(times)
        sizes = [len(one.state.live()) for one in own if one.state.is_done]
        spread = f"{median(sizes):g} ({min(sizes):,}–{max(sizes):,})" if sizes else "–"
        share = percent(done, evidence.sources)
        numbers = (
            f"{len(own):,}",
            f"{done:,}",
            share,
            f"{codings:,}",
            percent(codings, of_all),
            f"{sum(sizes):,}",
            spread,
        )
        rows.append([coder, role(evidence, coder), period, *numbers])
    titles = (
        f"{words.sources} begun",
        "done",
        f"share of all {words.sources}",
        "codings",
        "share of all codings",
        f"in {words.sources} done",
        f"median per {words.source} done (range)",
    )
    return Grid(
        name="table-coders",
        caption="Coders",
        columns=headings("coder", "role", "codings made", numbers=titles),
        rows=rows,
        notes=[
            f"{plural(evidence.sources, words.source, words.sources)} in the corpus; {of_all:,} codings by all coders, "
            f"including those in {words.sources} that are not done."
        ],
    )


def role(evidence: Evidence, coder: str) -> str:
    """Return whether a coder is a person, a model, or the result of an adjudication."""
    if coder in evidence.adjudicated:
        return "result of adjudication"
    return "person" if coder in evidence.people else "model or program"


def overlap_table(evidence: Evidence) -> Grid:
    """Return how many sources were done by one coder, two coders and so on, results of adjudication not counted."""
    words = evidence.book.words
    done = Counter(
        one.source.id for one in evidence.sessions if one.state.is_done and one.coder not in evidence.adjudicated
    )
    sizes = Counter(done.values())
    coders = max(sizes, default=0)
    rows = [
        [plural(number, "coder"), f"{sizes[number]:,}", percent(sizes[number], len(done))]
        for number in range(1, coders + 1)
    ]
    return Grid(
        name="table-overlap",
        caption=f"{words.sources.capitalize()} by the number of coders who have done them",
        columns=headings("done by", numbers=(words.sources, f"share of {words.sources} done")),
        rows=rows,
        notes=[
            f"{plural(len(done), words.source, words.sources)} done by at least one coder, a person or a model; "
            "results of adjudication do not count as coders here."
        ],
    )


# --- the codebook -------------------------------------------------------------------------------------


class Version(NamedTuple):
    """A version of the codebook with which codings were made; `book` is None if it was not kept."""

    name: str
    first: str
    last: str
    codings: int
    book: Codebook | None


def versions(study: Study, evidence: Evidence) -> list[Version]:
    """Return the versions of the codebook by the time of their first coding; the current one is among them."""
    times: defaultdict[str, list[str]] = defaultdict(list)
    for coding in (coding for one in evidence.sessions for coding in one.state.live()):
        times[coding.codebook].append(coding.time)
    current = version_name(study.codebook)
    times.setdefault(current, [])
    found: list[Version] = []
    for name, those in times.items():
        known = sorted(filter(None, those))
        is_current = name.rpartition("#")[2] == current.rpartition("#")[2]
        book = study.codebook if is_current else kept_book(study.sessions_path, name.rpartition("#")[2])
        found.append(Version(name, known[0] if known else "", known[-1] if known else "", len(those), book))
    return sorted(found, key=lambda one: (one.name == current and not one.codings, one.first, one.name))


def version_table(found: Sequence[Version], current: str) -> Grid:
    """Return the versions of the codebook, and the codings made with each."""
    rows = [
        [
            (one.name.partition("#")[0] or "without a number") + (" (current)" if one.name == current else ""),
            one.name.rpartition("#")[2] or "–",
            days([one.first, one.last] if one.first else []),
            f"{len(one.book.codes):,}" if one.book else "not kept",
            f"{one.codings:,}",
        ]
        for one in found
    ]
    return Grid(
        name="table-versions",
        caption="Versions of the codebook",
        columns=headings("version", "hash", "codings made", numbers=("codes", "codings")),
        rows=rows,
        notes=["Current codings of all coders, by the version of the codebook with which their code was assigned."],
    )


def version_changes(found: Sequence[Version], *, has_texts: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield what changed from each version that was kept to the next one; without texts not the examples."""
    kept = [(one, one.book) for one in found if one.book]
    for (one, old), (other, new) in pairwise(kept):
        changes = [change for change in diff(old, new) if has_texts or change.field != "examples"]
        lines = [" ".join(line.split()) for line in sentences(changes, old, new)]
        yield f"From {one.name} to {other.name}", lines


# --- settled disagreements ----------------------------------------------------------------------------


class Settled(NamedTuple):
    """A disagreement that was decided: where, between whom, what was decided, and why."""

    source: str
    key: str
    between: str
    decision: str
    reason: str
    time: str


class Settlement(NamedTuple):
    """The disagreements that were settled or not, and the number of codings that were agreed on and taken over."""

    settled: Sequence[Settled]
    agreed: int
    between: Sequence[tuple[str, str]]
    """The result and the names of the coders of each adjudication, in words."""
    requests: Sequence[AdjudicationRequest]
    open: int | None
    """The disagreements that are not decided yet; None if the coders are not known any more."""


def settlement(study: Study, evidence: Evidence, *, has_texts: bool) -> Settlement:
    """Return the disagreements that adjudications have settled; without texts neither words nor reasons."""
    settled: list[Settled] = []
    agreed = 0
    between: dict[tuple[str, str], AdjudicationRequest] = {}
    for one in evidence.sessions:
        for step in sorted(done_transactions(one.state), key=lambda step: (step.time, step.id)):
            if step.cause != "consensus":
                continue
            request = request_of(one.coder, step, study.sessions_path)
            between[one.coder, request.run] = request
            if step.from_name == AGREED:
                agreed += sum(isinstance(event, CodingAdded) for event in step.events)
            elif step.from_name != DONE:
                settled.append(_settled(one, step, evidence.book, has_texts=has_texts))
    requests = list(between.values())
    return Settlement(settled, agreed, list(between), requests, _open(study, evidence, requests))


def _open(study: Study, evidence: Evidence, requests: Collection[AdjudicationRequest]) -> int | None:
    """Return the number of disagreements that are not decided yet; None if a coder is not known any more."""
    if any(coder not in evidence.coders for one in requests for coder in one.coders):
        return None
    try:
        return sum(len(source.items) for one in requests for source in Adjudication(study, one).agenda())
    except StudyError:
        # The coders have no source left that all have done.
        return None


def _settled(one: CodedSource, step: Transaction, book: Codebook, *, has_texts: bool) -> Settled:
    """Return a decision in words."""
    decisions: list[str] = []
    reasons: list[str] = []
    for event in step.events:
        match event:
            case CodingAdded():
                words = f" on “{event.words}”" if has_texts else ""
                decisions.append(f"{books.label_of(book, event.code)}{words}")
            case ProfileAssigned():
                decisions.append(f"profile {books.profile_name(book, event.profile)}")
                reasons += [event.reasoning] if event.reasoning and has_texts else []
            case MemoWritten() if has_texts:
                reasons.append(event.text)
            case _:
                pass
    decision = "; ".join(decisions) or ("as it is" if step.from_name == PROFILE else "not coded")
    return Settled(one.source.id, step.from_name, step.run, decision, " ".join(reasons), step.time)


def settled_table(found: Settlement, source: str) -> Grid:
    """Return the settled disagreements as a table."""
    rows = [
        [one.source, one.key, one.between, one.decision, one.reason or "–", date(one.time)] for one in found.settled
    ]
    left = "" if found.open is None else f", {found.open:,} still open"
    return Grid(
        name="table-settled",
        caption="Disagreements settled",
        columns=headings(source, "key", "between", "decision", "reason", "date"),
        rows=rows,
        notes=[
            f"{plural(len(rows), 'decision')} in force{left}. {plural(found.agreed, 'coding')} on which the coders "
            "agreed needed no decision. The key names the disagreement in the agenda of the adjudication."
        ],
    )


# --- the audit trail ------------------------------------------------------------------------------------


class _Day:
    """The steps of one coder, one day and one kind."""

    def __init__(self) -> None:
        self.sources: set[str] = set()
        self.numbers: Counter[str] = Counter()

    def add(self, source: str, events: Sequence[Event]) -> None:
        """Count the events of one step in a source."""
        self.sources.add(source)
        self.numbers["steps"] += 1
        for event in events:
            match event:
                case CodingAdded() | CodingRestored():
                    self.numbers["codings added"] += 1
                case CodingRemoved():
                    self.numbers["removed"] += 1
                case CodingRecoded():
                    self.numbers["recoded"] += 1
                case ProfileAssigned():
                    self.numbers["profiles"] += 1
                case MemoWritten():
                    self.numbers["memos"] += 1
                case DoneMarked() if event.is_done:
                    self.numbers["done"] += 1
                case _:
                    pass

    def cells(self) -> list[str]:
        """Return the numbers as cells."""
        return [f"{number:,}" for number in (len(self.sources), *(self.numbers[one] for one in (*NUMBERS, "done")))]


def audit_trail(evidence: Evidence, *, has_texts: bool) -> Grid:
    """Return what each coder did on each day in one table, the steps over several sources in rows of their own.

    Without texts these are named by their kinds alone, since their descriptions may quote words.
    """
    found: dict[tuple[str, str, str], _Day] = {}
    known = {step.id: step for step in evidence.steps}
    for one in evidence.sessions:
        for step in one.snapshot.steps:
            of_study = known.get(step.step)
            key = _key_of(of_study, has_texts=has_texts) if of_study else (date(step.time), step.coder, HOW[step.cause])
            found.setdefault(key, _Day()).add(one.source.id, step.events)
    for of_study in evidence.steps:
        day = found.setdefault(_key_of(of_study, has_texts=has_texts), _Day())
        if of_study.events:
            day.add("", of_study.events)
            day.sources.discard("")
    rows = [[date(key[0]), *key[1:], *day.cells()] for key, day in sorted(found.items(), key=lambda one: one[0])]
    words, sessions = evidence.book.words, plural(len(evidence.sessions), "session")
    return Grid(
        name="table-trail",
        caption="Audit trail",
        columns=headings("date", "coder", "what", numbers=(words.sources, *NUMBERS, "marked done")),
        rows=rows,
        notes=[
            f"All steps of all coders in {sessions}, by day (UTC) and kind; changes of the codebook and steps over "
            "several sessions have rows of their own. Restored codings count as added."
        ],
    )


def _key_of(step: StudyStep, *, has_texts: bool) -> tuple[str, str, str]:
    """Return time, coder and description of a step over several sources or of the codebook."""
    kind = STEPS[step.kind]
    what = f"{kind}: {step.what}" if step.what and has_texts else kind
    return step.time, step.coder, what

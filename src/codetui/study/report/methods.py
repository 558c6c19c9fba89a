"""The methods paragraph of a report, with every number filled in, as an author can paste it into a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from codetui import __version__
from codetui.core.agreement.comparison import FigurePath
from codetui.core.agreement.figure import Undefined
from codetui.core.agreement.resampling import FEW
from codetui.core.text.display import plural, with_article
from codetui.formats.samples import Sample
from codetui.model import SourceId
from codetui.study.agreement import StudyAgreement
from codetui.study.report.agreement import count, decimal
from codetui.study.report.evidence import MODEL, Evidence
from codetui.study.report.trail import Settlement

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
"""Numbers that are written as words in running text."""


class Saturation(NamedTuple):
    """The pace of new codes: `codes` in all, the last of them in source number `last` of `sources`, in coding order.

    `coders` are those whose codings count.
    """

    codes: int
    last: int
    sources: int
    coders: Sequence[str]


class Methods:
    """Writes the sentences of the paragraph, each with its base."""

    def __init__(
        self,
        evidence: Evidence,
        samples: Sequence[Sample],
        agreement: StudyAgreement | str,
        settled: Settlement,
        saturation: Saturation | None,
        version: str = __version__,
    ) -> None:
        self._evidence, self._samples, self._agreement = evidence, samples, agreement
        self._settled, self._saturation, self._version = settled, saturation, version
        self._words = evidence.book.words

    def paragraph(self) -> str:
        """Return the whole paragraph."""
        parts = (self._corpus(), self._coding(), self._doubled(), self._reliability(), self._settlement())
        return " ".join(sentence for part in (*parts, self._saturated(), self._software()) for sentence in part)

    def _corpus(self) -> Iterator[str]:
        """Yield the sentences on the corpus, the samples and the codebook."""
        words, book = self._words, self._evidence.book
        yield f"The corpus comprised {self._sources(self._evidence.sources)}."
        for one in self._samples:
            strata = f", stratified by {one.stratify}" if one.stratify else ""
            yield (
                f"A random sample of {self._sources(len(one.sources))} was drawn from {one.candidates:,} distinct, "
                f"non-empty ones{strata} (seed {one.seed})."
            )
        kinds = [_counted(len(book.codes), "code")]
        kinds += [_counted(len(book.profiles), "profile")] if book.profiles else []
        version = f", version {book.version}" if book.version else ""
        profile = f", and each {words.source} could be assigned one profile" if book.profiles else ""
        yield (
            f"The codebook ({book.title}{version}) contained {_listed(kinds)}. The unit of coding was the quotation, a "
            f"passage of any length; a passage could receive several codes{profile}."
        )

    def _coding(self) -> Iterator[str]:
        """Yield the sentences on the coders and what they did."""
        evidence = self._evidence
        people = evidence.people
        models = [coder for coder in evidence.coders if coder.startswith(MODEL) and coder not in evidence.adjudicated]
        if people:
            verb = "coded" if len(people) == 1 else "coded independently of each other"
            noun = _counted(len(people), "coder").capitalize()
            yield f"{noun} ({_listed(people)}) {verb if self._is_blind() or len(people) == 1 else 'coded'} by hand."
        if models:
            noun = "A language model or program" if len(models) == 1 else f"{_counted(len(models), 'model')}"
            names = _listed([one.removeprefix(MODEL) for one in models])
            yield f"{noun.capitalize()} ({names}) also coded {self._words.sources}."
        for coder in (*people, *models):
            done = [one for one in evidence.sessions if one.coder == coder and one.state.is_done]
            if not done:
                yield f"{coder} has not completed any {self._words.source} yet."
                continue
            sizes = [len(one.state.live()) for one in done]
            share = _percent(len(done), evidence.sources)
            yield (
                f"{coder} completed {self._sources(len(done))} ({share} of the corpus) with "
                f"{_counted(sum(sizes), 'coding')} (median {median(sizes):g} per {self._words.source}, "
                f"range {min(sizes):,}–{max(sizes):,})."
            )

    def _is_blind(self) -> bool:
        """Return whether the coders of all sources done by several could not see each other's work."""
        doubled = self._doubled_sources()
        return bool(doubled) and all(
            any(one.is_blind and set(coders) <= set(one.coders_of(source)) for one in self._samples)
            for source, coders in doubled.items()
        )

    def _doubled_sources(self) -> dict[SourceId, list[str]]:
        """Return the sources that several people have done, with these."""
        people = set(self._evidence.people)
        done: dict[SourceId, list[str]] = {}
        for one in self._evidence.sessions:
            if one.state.is_done and one.coder in people:
                done.setdefault(one.snapshot.source.id, []).append(one.coder)
        return {source: coders for source, coders in done.items() if len(coders) > 1}

    def _doubled(self) -> Iterator[str]:
        """Yield the share of sources that several people coded."""
        people = self._evidence.people
        done = {one.snapshot.source.id for one in self._evidence.sessions if one.state.is_done and one.coder in people}
        if len(people) < 2 or not done:
            return
        doubled = self._doubled_sources()
        sizes = Counter(len(coders) for coders in doubled.values())
        by = "two coders" if set(sizes) <= {2} else "two or more coders"
        verb = "was" if len(doubled) == 1 else "were"
        yield (
            f"Of the {self._sources(len(done))} completed by at least one coder, {len(doubled):,} "
            f"({_percent(len(doubled), len(done))}) {verb} coded by {by}."
        )
        if self._is_blind():
            yield (
                f"No coder could see the others’ codings of {with_article(self._words.source)} before all of its "
                "coders had completed it."
            )

    def _reliability(self) -> Iterator[str]:
        """Yield the coefficients with their intervals."""
        found, source = self._agreement, self._words.source
        if isinstance(found, str):
            yield "Intercoder agreement was not computed."
            return
        request = found.request
        is_pair = len(request.coders) == 2
        names, all_of_them = _listed(request.coders), "both" if is_pair else "all of them"
        sources, state = self._sources(len(found.compared)), "begun" if request.is_for_all else "completed"
        between = "between" if is_pair else "among"
        yield f"Agreement {between} {names} was computed on the {sources} that {all_of_them} had {state}."
        if profiles := count(found, "profile", "n"):
            figures = (
                self._estimate("percentage agreement", found, ("profile", "percent")),
                self._estimate("Krippendorff’s α", found, ("profile", "alpha")),
                self._estimate("Cohen’s κ" if is_pair else "Fleiss’ κ", found, ("profile", "kappa")),
                self._estimate("Gwet’s AC1", found, ("profile", "ac1")),
            )
            yield f"For the profile ({self._sources(profiles)}), {_listed(figures)}."
        codes = _counted(count(found, "codes", "n_codes"), "code")
        pooled = self._estimate("pooled κ", found, ("codes", "kappa_pooled"))
        f1 = self._estimate("F₁", found, ("codes", "f1"))
        yield f"For the presence of codes in {with_article(source)} ({codes}), {pooled} and {f1}."
        sizes = ""
        if is_pair:
            a, b = (f"{count(found, 'spans', side):,}" for side in "ab")
            sizes = f" ({a} by {request.coders[0]} and {b} by {request.coders[1]})"
        yield (
            f"For quotations{sizes}, {self._estimate('F₁', found, ('spans', 'f1'))}; two quotations matched if they "
            f"had the same code and overlapped with an intersection over union of at least {decimal(request.iou)}."
        )
        few = f"; with fewer than {FEW} {self._words.sources}, they are unreliable" if len(found.compared) < FEW else ""
        yield (
            f"Confidence intervals are percentile bootstrap intervals from {request.resamples:,} resamples of "
            f"{self._words.sources} (seed {request.seed}){few}."
        )

    def _estimate(self, name: str, found: StudyAgreement, path: FigurePath) -> str:
        """Return a coefficient with its interval: `κ was .62 (95% CI [.44, .79])`."""
        value = found.comparison.figures[path]
        if isinstance(value, Undefined):
            return f"{name} was undefined ({value.why})"
        bounds = found.comparison.intervals.get(path)
        low, high = (_figure(bound, path) for bound in (bounds.low, bounds.high)) if bounds else ("", "")
        return f"{name} was {_figure(value, path)}{f' (95% CI [{low}, {high}])' if bounds else ''}"

    def _settlement(self) -> Iterator[str]:
        """Yield how disagreements were settled."""
        found = self._settled
        if not found.between:
            if not isinstance(self._agreement, str):
                yield "Disagreements were not adjudicated in codetui."
            return
        for result, between in found.between:
            yield f"Disagreements between {between} were adjudicated one by one; the result is recorded as {result}."
        taken = _counted(found.agreed, "coding")
        is_majority = any(one.agreed_by == "majority" and len(one.coders) > 2 for one in found.requests)
        who = "more than half of the coders" if is_majority else "the coders"
        adopted = f"The {taken} on which {who} agreed were adopted"
        if found.agreed < 2:
            only = "The only coding on which the coders agreed was adopted"
            adopted = only if found.agreed else "The coders agreed on no coding"
        decided = _counted(len(found.settled), "disagreement")
        number = "none" if not found.open else SMALL[found.open] if found.open < len(SMALL) else f"{found.open:,}"
        left = "" if found.open is None else f", and {number} remained open"
        yield f"{adopted}; {decided} {'was' if len(found.settled) == 1 else 'were'} resolved{left}."

    def _saturated(self) -> Iterator[str]:
        """Yield when the last new code came up."""
        found = self._saturation
        if found is None or not found.codes:
            return
        which = f"all {_counted(found.codes, 'code')}" if found.codes > 1 else "the only code"
        yield (
            f"In the order of coding by {_listed(found.coders)}, {which} in use had occurred by the "
            f"{_ordinal(found.last)} of {self._sources(found.sources)}."
        )
        if found.last == found.sources:
            yield f"New codes were still appearing in the last {self._words.source}, so saturation was not reached."

    def _software(self) -> Iterator[str]:
        yield f"Coding and analysis were done with codetui {self._version}."

    def _sources(self, number: int) -> str:
        return _counted(number, self._words.source, self._words.sources)


def _counted(number: int, one: str, several: str = "") -> str:
    """Return a count with its noun, small numbers as words: `two coders`, `12 codes`."""
    if number < len(SMALL):
        return f"{SMALL[number]} {one if number == 1 else several or f'{one}s'}"
    return plural(number, one, several)


def _listed(names: Sequence[str]) -> str:
    """Return names with commas, and `and` before the last one."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "no share"


def _figure(value: float, path: FigurePath) -> str:
    return f"{100 * value:.0f}%" if path[-1] == "percent" else decimal(value)


def _ordinal(number: int) -> str:
    """Return `1st`, `2nd`, `13th`."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"

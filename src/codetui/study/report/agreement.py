"""The agreement between coders as tables and a picture of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codetui.core.agreement.comparison import FigurePath
from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.agreement.matching import KINDS
from codetui.core.agreement.resampling import FEW
from codetui.core.codebook.index import profile_name
from codetui.core.text.display import plural
from codetui.formats.pictures.picture import Heat
from codetui.formats.report.content import Drawing, Grid, ReportBlock
from codetui.model import Codebook
from codetui.study.agreement import AgreementRequest, StudyAgreement, compare_coders
from codetui.study.report.evidence import Evidence
from codetui.study.report.trail import headings
from codetui.study.study import Study, StudyError

MAIN: tuple[tuple[str, str, str], ...] = (
    ("profile", "percent", "percent agreement"),
    ("profile", "alpha", "Krippendorff’s α, nominal"),
    ("profile", "kappa", "κ"),
    ("profile", "ac1", "Gwet’s AC1"),
    ("codes", "precision", "precision (share of the second coder’s that the first has)"),
    ("codes", "recall", "recall (share of the first coder’s that the second has)"),
    ("codes", "f1", "F₁"),
    ("codes", "kappa_pooled", "pooled κ"),
    ("codes", "kappa_macro", "mean κ of the codes for which it is defined"),
    ("spans", "precision", "precision"),
    ("spans", "recall", "recall"),
    ("spans", "f1", "F₁"),
    ("spans", "exact", "F₁, exactly the same place"),
    ("spans", "any_overlap", "F₁, any overlap"),
    ("spans", "code_ignored", "F₁, code ignored"),
    ("terms", "f1", "F₁"),
)
"""The figures of the main table: level, name and words."""

LEVELS = {"profile": "profile", "codes": "code present", "spans": "quotations", "terms": "terms as sets"}


def compared(
    study: Study, evidence: Evidence, coders: Sequence[str], request: AgreementRequest
) -> StudyAgreement | str:
    """Return the agreement of these coders; without any, that of all people, or of the two who share the most sources.

    Returns the reason if no two coders can be compared. Raises StudyError if that holds for named coders.
    """
    chosen = coders or _most_shared(evidence, is_for_all=request.is_for_all)
    if not chosen:
        return f"No two coders have completed the same {evidence.book.words.source}"
    try:
        return compare_coders(study, request._replace(coders=chosen))
    except StudyError as error:
        if coders:
            raise
        return f"{' and '.join(chosen)} cannot be compared: {str(error).rstrip('.')}"


def _most_shared(evidence: Evidence, *, is_for_all: bool) -> list[str]:
    """Return all people if they share sources, else the two coders who share the most, people first."""
    own = (coder for coder in evidence.coders if coder not in evidence.adjudicated)
    done = {coder: evidence.sources_of(coder, is_for_all=is_for_all) for coder in own}
    people = [coder for coder in evidence.people if done[coder]]
    if len(people) > 1 and frozenset.intersection(*(done[coder] for coder in people)):
        return people
    names = list(done)
    pairs = [[a, b] for at, a in enumerate(names) for b in names[at + 1 :] if done[a] & done[b]]

    def rank(pair: Sequence[str]) -> tuple[int, int]:
        return sum(coder in evidence.people for coder in pair), len(done[pair[0]] & done[pair[1]])

    return max(pairs, key=rank, default=[])


def decimal(value: Figure) -> str:
    """Return a figure as papers print it: `.44`, `−.15`, `1.00`; `–` if it is undefined."""
    if isinstance(value, Undefined):
        return "–"
    shown = f"{abs(value):.2f}"
    sign = "−" if value < 0 and shown != "0.00" else ""
    return sign + (shown.removeprefix("0") if abs(value) < 1 else shown)


def figure(value: Figure, name: str) -> str:
    """Return a figure by its name: a share in percent, others as decimals."""
    return f"{100 * value:.1f} %" if name == "percent" and not isinstance(value, Undefined) else decimal(value)


def interval(found: StudyAgreement, path: FigurePath) -> str:
    """Return the bounds of a figure, `–` if there are none."""
    bounds = found.comparison.intervals.get(path)
    return f"[{figure(bounds.low, path[-1])}, {figure(bounds.high, path[-1])}]" if bounds else "–"


def count(found: StudyAgreement, *path: str) -> int:
    """Return a count; 0 if it does not exist for these coders."""
    value = found.comparison.figures.get(path, 0)
    return 0 if isinstance(value, Undefined) else int(value)


class AgreementTables:
    """The tables of one agreement."""

    def __init__(self, found: StudyAgreement, book: Codebook) -> None:
        self._found, self._book = found, book
        self._figures = found.comparison.figures
        self._coders = found.request.coders
        self._is_pair = len(self._coders) == 2
        self._reasons: dict[str, None] = {}

    def blocks(self) -> Iterator[ReportBlock]:
        """Yield the tables and the picture."""
        yield self._main()
        if self._is_pair and count(self._found, "profile", "n"):
            matrix = self._matrix()
            yield self._matrix_table(matrix)
            yield Drawing("picture-confusion", matrix)
        if self._is_pair:
            yield self._kinds()
        else:
            yield self._pairs()
        yield self._codes()

    def _base(self) -> list[str]:
        """Return the sentences on what was compared."""
        found, words = self._found, self._book.words
        ads = plural(len(found.compared), words.source, words.sources)
        names = " and ".join(self._coders) if self._is_pair else ", ".join(self._coders)
        state = "begun" if found.request.is_for_all else "completed"
        sizes = ", ".join(f"{one.codings:,} codings of {coder}" for coder, one in found.counts.items())
        maps = ", ".join(f"{each.file} ({plural(len(each.rules.rules), 'rule')})" for each in found.maps)
        notes = [f"Codes were translated by {maps}."] if maps else []
        notes += [f"{ads} that {names} have {state}; {sizes}."]
        for coder, one in found.counts.items():
            left = {
                "whose words occur several times, at the first free place": one.ambiguous,
                "whose place is not accepted, as codes without a place": one.resembling,
                "whose words are not in the text, left out": one.unplaced,
                "with the code and place of another one, counted once": one.repeated,
                "of unknown codes, left out": one.unknown.total(),
            }
            special = "; ".join(f"{number:,} {what}" for what, number in left.items() if number)
            notes += [f"Of the codings of {coder}: {special}."] if special else []
            if one.unblinded:
                steps, those = (
                    plural(one.unblinded.total(), "step"),
                    plural(len(one.unblinded), words.source, words.sources),
                )
                notes += [f"{steps} of {coder} in {those}, made after reading the work of others, left out."]
        return notes

    def _intervals(self) -> list[str]:
        request, words = self._found.request, self._book.words
        few = (
            f" Fewer than {FEW} {words.sources}: the intervals are unreliable."
            if len(self._found.compared) < FEW
            else ""
        )
        undefined = [f"–: {why}." for why in self._reasons]
        return [
            f"CI: 95 % percentile bootstrap interval, {request.resamples:,} resamples of {words.sources}, "
            f"seed {request.seed}.{few}",
            *undefined,
        ]

    def _shown(self, *path: str) -> str:
        value = self._figures[path]
        if isinstance(value, Undefined):
            self._reasons[value.why] = None
        return figure(value, path[-1])

    def _main(self) -> Grid:
        words = self._book.words
        has_terms = any(section.holds == "terms" for section in self._book.sections)
        rows: list[list[str]] = []
        for level, name, title in MAIN:
            is_left_out = (level == "terms" and not has_terms) or (
                name in ("precision", "recall") and not self._is_pair
            )
            if not is_left_out:
                shown, bounds = self._shown(level, name), interval(self._found, (level, name))
                rows.append([LEVELS[level], title, shown, bounds, self._units(level)])
        notes = [
            *self._base(),
            f"Quotations match if they have the same code and overlap with an intersection over union of at least "
            f"{decimal(self._found.request.iou)}; as many pairs as possible are matched.",
            *(
                []
                if self._is_pair
                else ["F₁ and pooled κ are means over the pairs of coders; κ of profiles is Fleiss’."]
            ),
            *self._intervals(),
        ]
        return Grid(
            name="table-agreement",
            caption=f"Agreement on {plural(len(self._found.compared), words.source, words.sources)}",
            columns=headings("level", "figure", numbers=("value", "95 % CI", "computed over")),
            rows=rows,
            notes=notes,
        )

    def _units(self, level: str) -> str:
        """Return the units that a figure of a level is computed over."""
        words, found = self._book.words, self._found
        if level == "profile":
            return plural(
                count(found, "profile", "n"), f"{words.source} with two profiles", f"{words.sources} with two profiles"
            )
        if level == "codes":
            ads = plural(count(found, "codes", "n"), words.source, words.sources)
            return f"{ads} × {plural(count(found, 'codes', 'n_codes'), 'code')}"
        if not self._is_pair:
            return plural(len(found.comparison.pairs), "pair of coders", "pairs of coders")
        sizes = (f"{count(found, level, side):,}" for side in "ab")
        return " and ".join(sizes)

    def _matrix(self) -> Heat:
        table = self._found.comparison.profiles
        used = {each for row in table for each in row if None not in row}
        order = [each.id for each in self._book.profiles if each.id in used]
        names = tuple(profile_name(self._book, each) for each in order)
        cells = tuple(tuple(float(table.get((a, b), 0)) for b in order) for a in order)
        a, b = self._coders
        return Heat(f"Profiles by {a} (rows) and {b} (columns)", self._book.words.sources, names, names, cells)

    def _matrix_table(self, matrix: Heat) -> Grid:
        rows = [
            [name, *(f"{int(cell or 0):,}" for cell in row)]
            for name, row in zip(matrix.rows, matrix.cells, strict=True)
        ]
        sums = [sum(int(cell or 0) for cell in column) for column in zip(*matrix.cells, strict=True)]
        rows = [
            [*row, f"{sum(int(cell or 0) for cell in cells):,}"] for row, cells in zip(rows, matrix.cells, strict=True)
        ]
        rows.append(["all", *(f"{one:,}" for one in sums), f"{sum(sums):,}"])
        a, b = self._coders
        return Grid(
            name="table-confusion",
            caption=f"Confusion matrix of profiles: {a} in rows, {b} in columns",
            columns=headings(f"{a} ↓ {b} →", numbers=(*matrix.columns, "all")),
            rows=rows,
            notes=[f"{self._units('profile')}."],
        )

    def _kinds(self) -> Grid:
        a, b = self._coders
        names = ("same code and place", "another code", "other edges", f"only {a}", f"only {b}")
        size_a, size_b = (f"{count(self._found, 'spans', side):,}" for side in "ab")
        numbers = [count(self._found, "kinds", kind) for kind in KINDS]
        rows = [[name, f"{number:,}"] for name, number in zip(names, numbers, strict=True)]
        return Grid(
            name="table-kinds",
            caption="Quotations by kind of agreement",
            columns=headings("kind", numbers=("quotations or pairs",)),
            rows=rows,
            notes=[
                f"Each of the {size_a} quotations by {a} and {size_b} by {b} is in one row; the first three rows count "
                "pairs, one quotation of each coder."
            ],
        )

    def _pairs(self) -> Grid:
        paths = (("profile", "kappa"), ("codes", "f1"), ("codes", "kappa_pooled"), ("spans", "f1"), ("spans", "exact"))
        rows = [
            [f"{self._coders[a]} and {self._coders[b]}", *(figure(figures[path], path[-1]) for path in paths)]
            for (a, b), figures in self._found.comparison.pairs.items()
        ]
        titles = ("profile κ", "codes F₁", "pooled κ", "quotations F₁", "exact F₁")
        return Grid(
            name="table-pairs",
            caption="Agreement of each pair of coders",
            columns=headings("coders", numbers=titles),
            rows=rows,
            notes=self._base(),
        )

    def _codes(self) -> Grid:
        """Return the figures of each code, in the order of the codebook."""
        rows: list[list[str]] = []
        for code in (code for codes in self._found.sections.values() for code in codes):
            path = ("per_code", code)
            names = ("a", "b", "both", "a_only", "b_only", "neither") if self._is_pair else ()
            counts = [f"{count(self._found, *path, one):,}" for one in names]
            f1, bounds = self._shown(*path, "f1"), interval(self._found, (*path, "f1"))
            rows.append(
                [
                    code,
                    *counts[:2],
                    f1,
                    bounds,
                    *counts[2:],
                    *(self._shown(*path, one) for one in ("kappa", "alpha", "ac1")),
                ]
            )
        words = self._book.words
        sides = [f"quotations {coder}" for coder in self._coders] if self._is_pair else []
        presence = (
            [f"{words.sources}: both", *(f"only {coder}" for coder in self._coders), "neither"] if self._is_pair else []
        )
        return Grid(
            name="table-agreement-codes",
            caption="Agreement by code",
            columns=headings("code", numbers=(*sides, "F₁", "95 % CI", *presence, "κ", "α", "AC1")),
            rows=rows,
            notes=[
                *self._base(),
                f"F₁ is over quotations; κ, α and AC1 are over {words.sources} that have the code or not.",
                *self._intervals(),
            ],
        )

"""The command `agree`: agreement between coders as text, JSON or CSV, and the list behind it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from shlex import join
from textwrap import wrap

from codetui.cli.console import (
    MISSED,
    PLAIN_WIDTH,
    STDOUT,
    error,
    exit_code,
    json_text,
    note,
    note_problems,
    table_lines,
    write_or_refuse,
)
from codetui.cli.options import PARTS, Command, add_json, add_output, add_study, parse_where
from codetui.cli.sessions import open_study
from codetui.core.agreement.comparison import FigurePath, Figures
from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.agreement.matching import KINDS
from codetui.core.agreement.resampling import FEW, Interval
from codetui.core.codebook.index import profile_name
from codetui.core.text.display import plural, sanitize
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.export.lines import csv_line
from codetui.model import Codebook
from codetui.study.agreement import AgreementRequest, CoderCounts, Disagreement, StudyAgreement, compare_coders
from codetui.study.agreement_report import (
    LISTED,
    ROW,
    SHORT,
    as_record,
    disagreements,
    figure_named,
    figure_rows,
    listed_row,
)
from codetui.study.study import Study, StudyError

NAMES = {"kappa": "κ", "alpha": "α", "ac1": "AC1", "f1": "F1", "precision": "P", "recall": "R", "percent": "percent"}
SYMBOLS = NAMES | {
    "kappa_pooled": "pooled κ",
    "kappa_cells": "κ over cells",
    "kappa_macro": "mean κ",
    "any_overlap": "any overlap",
    "code_ignored": "code ignored",
    "fleiss_kappa": "Fleiss κ",
    "scott_pi": "Scott π",
    "ac1_error": "AC1 standard error",
    "u_alpha": "uα",
    "cu_alpha": "cuα",
    "cu_coverage": "cuα covers",
    "bar_u_alpha": "|uα",
    "alpha_u": "α_U",
    "kappa_characters": "κ of characters",
    "ku_alpha": "(k)uα",
    "ku_coverage": "covers",
}
MOST = 12
"""Names that one reason lists."""


class AgreementText:
    """Renders one agreement; `by` adds a table of weeks, codebooks or ads, `code` shows one code alone."""

    def __init__(self, found: StudyAgreement, book: Codebook, *, by: str = "", code: str = "") -> None:
        self._found, self._book, self._by, self._code = found, book, by, code
        self._figures = found.comparison.figures
        self._coders = found.request.coders
        self._is_pair = len(self._coders) == 2
        self._reasons: dict[str, list[str]] = {}

    def lines(self) -> Iterator[str]:
        """Yield the lines."""
        parts = [self._head(), self._profile(), self._codes(), self._quotations(), self._terms(), self._per_code()]
        if len(self._coders) > 2:
            parts.append(self._pairs())
        if self._found.request.is_complete:
            parts.append(self._further())
        if self._by:
            parts += self._divided()
        for number, part in enumerate(parts):
            lines = list(part)
            yield from [""] if number and lines else []
            yield from lines
        yield ""
        yield from self._foot()

    # --- the levels -------------------------------------------------------------------------------

    def _head(self) -> Iterator[str]:
        found, words = self._found, self._book.words
        ads = plural(len(found.compared), words.source, words.sources)
        state = "that all have begun" if found.request.is_for_all else "that all have done"
        matching = f", where {found.request.where.text}" if found.request.where else ""
        yield from _wrapped(f"{' · '.join(self._coders)}   {ads} {state}{matching}")
        version = f"codebook {self._book.version}" if self._book.version else "codebook"
        maps = (f"map {each.file} ({plural(len(each.rules.rules), 'rule')})" for each in found.maps)
        yield from _wrapped(" · ".join([version, *maps]))
        for coder, one in found.counts.items():
            yield from _wrapped(f"{coder}: {'; '.join([plural(one.codings, 'coding'), *self._special(one)])}")

    def _special(self, counts: CoderCounts) -> Iterator[str]:
        """Yield the codings of a coder that are no plain quotations with a code of the codebook."""
        place = "left out" if self._found.request.leaves_ambiguous_out else "first free place"
        numbers = {
            f"ambiguous, {place}": counts.ambiguous,
            "only similar, not accepted": counts.resembling,
            "without a place": counts.unplaced,
            "repeated": counts.repeated,
            f"left out by the map ({', '.join(counts.by_rule)})": counts.by_rule.total(),
            f"of unknown codes ({', '.join(counts.unknown)})": counts.unknown.total(),
        }
        yield from (f"{number} {what}" for what, number in numbers.items() if number)
        if counts.profiles:
            yield f"profiles without a counterpart: {', '.join(counts.profiles)}"
        if counts.unblinded:
            of = plural(len(counts.unblinded), self._book.words.source, self._book.words.sources)
            yield f"{plural(counts.unblinded.total(), 'step')} in {of} after reading others left out"
        if counts.made_from:
            yield f"not independent: made from {', '.join(sorted(counts.made_from))}"

    def _profile(self) -> Iterator[str]:
        words, number = self._book.words, self._count("profile", "n")
        without = len(self._found.compared) - number
        missing = f" ({without} without two profiles)" if without else ""
        yield f"Profile   {plural(number, words.source, words.sources)}{missing}"
        yield from self._figures_line("profile", ("percent", "alpha", "kappa", "ac1"))
        if self._is_pair and number:
            yield from self._matrix()

    def _matrix(self) -> Iterator[str]:
        """Yield the confusion matrix of two coders, with the figures of each profile."""
        profiles = [
            each.id for each in self._book.profiles if ("profile", "per_class", each.id, "kappa") in self._figures
        ]
        table = self._found.comparison.profiles
        head = ["", f"{self._coders[0]} ↓ {self._coders[1]} →", *profiles, "n", "κ", "F1"]
        rows: list[list[str]] = []
        for each in profiles:
            row = [table.get((each, other), 0) for other in profiles]
            name = profile_name(self._book, each)
            figures = [self._shown(("profile", "per_class", each, one), f"profile {each}") for one in ("kappa", "f1")]
            rows.append([each, name if name != each else "", *map(str, row), str(sum(row)), *figures])
        sums = [sum(table.get((each, other), 0) for each in profiles) for other in profiles]
        rows.append(["", "n", *map(str, sums), str(sum(sums)), "", ""])
        yield from (f"  {line}" for line in table_lines(head, rows, width=PLAIN_WIDTH - 2))

    def _codes(self) -> Iterator[str]:
        ads, codes = self._count("codes", "n"), self._count("codes", "n_codes")
        words = self._book.words
        yield f"Codes in {words.source}   {plural(ads, words.source, words.sources)} × {plural(codes, 'code')}"
        if self._is_pair:
            both, a, b, none = (self._count("codes", one) for one in ("both", "a_only", "b_only", "neither"))
            whose = f"{a} only {self._coders[0]} · {b} only {self._coders[1]}"
            yield from _wrapped(f"{both} both · {whose} · {none} neither", "  ")
        yield from self._figures_line("codes", (*self._directions(), "f1", "kappa_pooled", "kappa_cells"))
        kappa = self._with_interval(("codes", "kappa_macro"), "codes")
        number = plural(self._count("codes", "kappa_macro_codes"), "code")
        yield f"  mean κ {kappa}{f' of the {number} that have one' if self._is_pair else ''}"

    def _quotations(self) -> Iterator[str]:
        rule = f"same code, IoU ≥ {_bare(self._found.request.iou)}"
        yield from _wrapped(f"Quotations   {self._sizes('spans')} ({rule})")
        yield from self._figures_line("spans", (*self._directions(), "f1"))
        yield from self._figures_line("spans", ("exact", "any_overlap", "code_ignored"))
        if self._is_pair:
            a, b = self._coders
            names = ("same", "other code", "other edges", f"only {a}", f"only {b}")
            kinds = (f"{self._count('kinds', kind)} {name}" for kind, name in zip(KINDS, names, strict=True))
            yield from _wrapped(" · ".join(kinds), "  ")
            yield from _wrapped(f"P: of {b}’s, {a} has. R: of {a}’s, {b} has.", "  ")

    def _terms(self) -> Iterator[str]:
        if any(section.holds == "terms" for section in self._book.sections):
            yield from _wrapped(f"Terms as sets   {self._sizes('terms')}")
            yield from self._figures_line("terms", (*self._directions(), "f1"))

    def _per_code(self) -> Iterator[str]:
        """Yield the codes, the worst first; codes that nobody used come last."""
        codes = [self._code] if self._code else sorted(self._all_codes(), key=self._rank)
        head = ["code", "quotations", "F1", "95 %", "both/a/b/–", "κ", "α", "AC1"]
        rows: list[list[str]] = []
        for code in codes:
            path = ("per_code", code)
            interval = self._interval((*path, "f1"), code)
            figures = [self._shown((*path, one), code) for one in ("f1", "kappa", "alpha", "ac1")]
            counts, tables = "", ""
            if self._is_pair:
                counts = " | ".join(str(self._count(*path, side)) for side in "ab")
                tables = "/".join(str(self._count(*path, one)) for one in ("both", "a_only", "b_only", "neither"))
            rows.append([code, counts, figures[0], interval, tables, *figures[1:]])
        if not self._is_pair:
            rows = [[row[0], row[2], row[3], *row[5:]] for row in rows]
            head = [head[0], head[2], head[3], *head[5:]]
        yield from table_lines(head, rows, "code")

    def _rank(self, code: str) -> tuple[bool, float]:
        value = self._figures["per_code", code, "f1"]
        return (True, 0.0) if isinstance(value, Undefined) else (False, value)

    def _further(self) -> Iterator[str]:
        """Yield the figures that are shown on request."""
        yield "Further figures"
        levels = {"profile": ("fleiss_kappa", "scott_pi", "ac1_error"), "spans": ("u_alpha", "cu_alpha", "cu_coverage")}
        for level, names in levels.items():
            yield from self._figures_line(level, [one for one in names if (level, one) in self._figures])
        sections = [
            f"{one} {self._shown(('codes', 'by_section', one, 'alpha_masi'), one)}" for one in self._found.sections
        ]
        yield from _wrapped(f"α with MASI on the sets of codes: {', '.join(sections)}", "  ")
        of_code = ("bar_u_alpha", "alpha_u", "kappa_characters", "ku_alpha", "ku_coverage")
        if not self._all_codes():
            return
        known = [one for one in of_code if ("per_code", self._all_codes()[0], one) in self._figures]
        rows = [[code, *(self._shown(("per_code", code, one), code) for one in known)] for code in self._all_codes()]
        yield from table_lines(["code", *(SYMBOLS[one] for one in known)], rows, "code")

    def _pairs(self) -> Iterator[str]:
        head = ["pair", "profile κ", "codes F1", "pooled κ", "quotations F1", "exact", "code ignored"]
        paths = [("profile", "kappa"), ("codes", "f1"), ("codes", "kappa_pooled")]
        paths += [("spans", one) for one in ("f1", "exact", "code_ignored")]
        rows = [
            [f"{self._coders[a]} · {self._coders[b]}", *self._cells(figures, paths)]
            for (a, b), figures in self._found.comparison.pairs.items()
        ]
        yield from table_lines(head, rows)

    def _divided(self) -> Iterator[Iterator[str]]:
        """Yield the tables of parts of the sources."""
        if self._by == "ad":
            yield self._sources()
        elif self._by == "week":
            for number, coder in enumerate(self._coders):
                weeks = (([week or "unknown"], one) for week, one in self._found.weeks(number).items())
                yield self._parts(f"By the week in which {coder} finished", ["week"], weeks)
        else:
            is_name = self._by == "version"
            books = self._found.books(by_name=is_name)
            rows = (([one.book or "unknown", one.first[:10], one.last[:10]], one.figures) for one in books)
            what = "version of the codebook" if is_name else "codebook"
            yield self._parts(f"By the {what} with which they finished", [what.split()[0], "first", "last"], rows)

    def _parts(
        self, title: str, labels: Sequence[str], parts: Iterable[tuple[Sequence[str], Figures]]
    ) -> Iterator[str]:
        yield title
        head = [*labels, self._book.words.sources, "profile", "α", "codes F1", "pooled κ", "quotations F1"]
        if len(labels) > 1:
            head[-2:] = ["pooled", "quot. F1"]
        paths = [("profile", "percent"), ("profile", "alpha"), ("codes", "f1")]
        paths += [("codes", "kappa_pooled"), ("spans", "f1")]
        rows = [[*cells, str(one["codes", "n"]), *self._cells(one, paths)] for cells, one in parts]
        yield from table_lines(head, rows)

    def _sources(self) -> Iterator[str]:
        a, b = self._coders[:2]
        head = [self._book.words.source, a, b, "same", "code", "edges", f"only {a}", f"only {b}", "F1"]
        rows: list[list[str]] = []
        for source, matching in zip(self._found.compared, self._found.comparison.matchings[0, 1], strict=True):
            sizes = [len(one.spans) for one in source.sessions[:2]]
            kinds = [sum(one.kind == kind for one in matching.matches) for kind in KINDS]
            f1 = _figure(2 * kinds[0] / sum(sizes)) if sum(sizes) else "–"
            rows.append([source.id, *map(str, (*sizes, *kinds)), f1])
        yield from table_lines(head, rows)

    def _foot(self) -> Iterator[str]:
        request, words = self._found.request, self._book.words
        for why, names in self._reasons.items():
            more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
            yield from _wrapped(f"– {why}: {', '.join(names[:MOST])}{more}")
        if len(self._found.compared) < FEW:
            yield from _wrapped(f"few {words.sources}: intervals over fewer than {FEW} say little.")
        if request.resamples:
            yield f"[ ] are 95 % intervals: {request.resamples:,} resamples of {words.sources}, seed {request.seed}."
        worst = next((code for code in sorted(self._all_codes(), key=self._rank)), "")
        if worst and not self._code:
            options = [*self._coders, *(["--where", request.where.text] if request.where else [])]
            yield from _wrapped(f"See them: codetui agree {join(options)} --list --code {worst}")

    # --- figures ----------------------------------------------------------------------------------

    def _all_codes(self) -> Sequence[str]:
        return [code for section in self._found.sections.values() for code in section]

    def _directions(self) -> tuple[str, ...]:
        return ("precision", "recall") if self._is_pair else ()

    def _sizes(self, level: str) -> str:
        """Return how many elements each coder has and how many match, or that figures are means."""
        if not self._is_pair:
            return f"means over {plural(len(self._found.comparison.pairs), 'pair')} of coders"
        a, b = (f"{self._count(level, side)} {coder}" for side, coder in zip("ab", self._coders, strict=True))
        return f"{a}, {b}: {self._count(level, 'matched')} match"

    def _count(self, *path: str) -> int:
        value = self._figures[path]
        return 0 if isinstance(value, Undefined) else int(value)

    def _figures_line(self, level: str, names: Sequence[str]) -> Iterator[str]:
        """Yield a line of figures with their intervals."""
        shown = [f"{SYMBOLS.get(one, one)} {self._with_interval((level, one), level)}" for one in names]
        line = ""
        for one in shown:
            if line and len(line) + 3 + len(one) > PLAIN_WIDTH:
                yield line
                line = ""
            line += f"{'   ' if line else '  '}{one}"
        yield line

    def _with_interval(self, path: FigurePath, of: str) -> str:
        interval = self._interval(path, of)
        return f"{self._shown(path, of)}{f' {interval}' if interval else ''}"

    def _shown(self, path: FigurePath, of: str) -> str:
        """Return a figure in two digits; `–` if it is undefined, for a reason that the foot states."""
        value = self._figures[path]
        if isinstance(value, Undefined):
            name = f"{SYMBOLS.get(path[-1], path[-1])} of {of}"
            names = self._reasons.setdefault(value.why, [])
            names += [name] if name not in names else []
            return "–"
        return _cell(value, is_percent=path[-1] == "percent")

    def _interval(self, path: FigurePath, of: str) -> str:
        interval = self._found.comparison.intervals.get(path)
        if interval is None or isinstance(self._figures[path], Undefined):
            return ""
        if interval.undefined:
            why = f"undefined in some of the {self._found.request.resamples:,} resamples"
            name = f"{SYMBOLS.get(path[-1], path[-1])} of {of} in {interval.undefined}"
            names = self._reasons.setdefault(why, [])
            names += [name] if name not in names else []
        return _bounds(interval, is_percent=path[-1] == "percent")

    def _cells(self, figures: Figures, paths: Sequence[FigurePath]) -> list[str]:
        return [_cell(figures[path], is_percent=path[-1] == "percent") for path in paths]


def _cell(value: Figure, *, is_percent: bool) -> str:
    if isinstance(value, Undefined):
        return "–"
    return _percent(value) if is_percent else _figure(value)


def _figure(value: float) -> str:
    """Return a figure as `.44`, `−.15` or `1.00`."""
    shown = f"{abs(value):.2f}"
    sign = "−" if value < 0 and shown != "0.00" else ""
    return sign + shown.removeprefix("0")


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _bounds(interval: Interval, *, is_percent: bool) -> str:
    if is_percent:
        return f"[{100 * interval.low:.0f}, {100 * interval.high:.0f}]"
    return f"[{_figure(interval.low)}, {_figure(interval.high)}]"


def _bare(value: float) -> str:
    return f"{value:g}".replace("0.", ".", 1)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, PLAIN_WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False)


def agree(options: argparse.Namespace) -> int:
    """Print the agreement between coders."""
    minima = [_minimum(text) for text in options.at_least or ()]
    if not 0 < options.iou <= 1:
        return error(f"--iou {options.iou:g} is no intersection over union: it is above 0 and at most 1.")
    if options.resamples < 0:
        return error(f"--resamples {options.resamples} is not a possible number of resamples.")
    study = open_study(options)
    request = AgreementRequest(
        coders=options.coders,
        maps=[Path(file) for file in options.map or ()],
        iou=options.iou,
        resamples=0 if options.list else options.resamples,
        seed=options.seed,
        is_for_all=options.all_ads,
        leaves_ambiguous_out=options.leave_ambiguous_out,
        counts_unplaced=options.count_unplaced,
        is_complete=not options.list and (options.figures == "all" or options.json or options.csv),
        where=parse_where(study, options.where),
    )
    found = compare_coders(study, request)
    codes = [code for section in found.sections.values() for code in section]
    if options.code and options.code not in codes:
        return error(f"{options.code} is no code that is compared; these are: {', '.join(codes)}.")
    missed = [text for text in (_missed(found, *minimum) for minimum in minima) if text]
    if refused := write_or_refuse(_rendered(found, study, options), options.output or STDOUT, study, options):
        return error(refused)
    note_problems(found.errors)
    for text in missed:
        note(text)
    return exit_code(found.errors) or (MISSED if missed else 0)


def _minimum(text: str) -> tuple[str, float]:
    """Return the name of a figure and its minimum from `spans=.6`. Raises StudyError."""
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise StudyError(f"--at-least {text} is no figure and number; write it like --at-least spans=.6.") from None


def _missed(found: StudyAgreement, name: str, minimum: float) -> str:
    """Return that a figure is below its minimum; empty if it is not. Raises StudyError if there is no such figure."""
    known = figure_named(found, name)
    if known is None:
        hint = f"name {', '.join(SHORT)}, or a figure of --json such as profile.kappa or per_code.ID.f1"
        raise StudyError(f"--at-least {name}: there is no such figure; {hint}.")
    path, value = known
    if isinstance(value, Undefined):
        return f"{'.'.join(path)} does not exist ({value.why}), so it does not reach {minimum:g}"
    return f"{'.'.join(path)} is {value:.4g}, below {minimum:g}" if value < minimum else ""


def _rendered(found: StudyAgreement, study: Study, options: argparse.Namespace) -> str:
    """Return the output in the format that the options ask for."""
    book = study.codebook
    if options.list:
        listed = list(disagreements(found, options.code or ""))
        if options.json:
            rows = [dict(zip(LISTED, listed_row(*one), strict=True)) for one in listed]
            return json_text({"format": "codetui disagreements", "version": 1, "disagreements": rows})
        if options.csv:
            return "".join(map(csv_line, [LISTED, *(listed_row(*one) for one in listed)]))
        return "".join(f"{sanitize(line)}\n" for line in _list_lines(listed, len(found.request.coders)))
    if options.json:
        return json_text(as_record(found, book))
    if options.csv:
        return "".join(map(csv_line, [ROW, *figure_rows(found)]))
    text = AgreementText(found, book, by=options.by or "", code=options.code or "")
    return "".join(f"{sanitize(line)}\n" for line in text.lines())


def _list_lines(listed: Iterable[tuple[tuple[str, str], Disagreement]], coders: int) -> Iterator[str]:
    """Yield each disagreement as `30:120-140 other_code TASK1 | TASK2 "the words"`."""
    for names, one in listed:
        first = one.a or one.b
        assert first is not None
        codes = " | ".join(side.code if side else "–" for side in (one.a, one.b))
        words = dict.fromkeys(f"“{collapse_spaces(side.words)}”" for side in (one.a, one.b) if side)
        whose = f"{names[0]} {names[1]} " if coders > 2 else ""
        yield f"{whose}{one.source}:{first.start}-{first.end} {one.kind} {codes} {' | '.join(words)}"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("coders", nargs="+", metavar="CODER", help="two coders or more; the first is the reference")
    add("--iou", type=float, default=0.5, metavar="T", help="smallest overlap at which quotations match; default: 0.5")
    words = "rules as for `codebook migrate`, for sessions of another codebook"
    add("--map", action="append", metavar="FILE", help=words)
    add("--all-ads", action="store_true", help="also ads that a coder has not marked done")
    add("--code", metavar="ID", help="only this code")
    words = "only ads that match, in the session of one of the coders, such as 'code:TASK4'; docs/find.md"
    add("--where", metavar="QUERY", help=words)
    words = "add a table: by week of each coder, version of the codebook, each codebook that was used, or ad"
    add("--by", choices=("week", "version", "book", "ad"), help=words)
    add("--list", action="store_true", help="list every disagreement on quotations instead")
    add("--figures", choices=("main", "all"), default="main", help="all adds u-alpha and others; default: main")
    add("--leave-ambiguous-out", action="store_true", help="do not place words that occur several times")
    add("--count-unplaced", action="store_true", help="count codes whose words are not in the ad as given")
    add("--resamples", type=int, default=2000, metavar="N", help="number of resamples for the intervals; default: 2000")
    add("--seed", type=int, default=1, metavar="N", help="seed of the resamples; default: 1")
    add("--at-least", action="append", metavar="NAME=N", help="end with exit code 3 if a figure is lower: spans=.6")
    add("--csv", action="store_true", help="print CSV")
    add_study(parser, *PARTS)
    add_json(parser)
    add_output(parser, None, "default: stdout")
    parser.epilog = "Exit code 3 if a figure is below its --at-least. docs/agreement.md explains the figures."


COMMANDS = {"agree": Command(_add_arguments, agree)}

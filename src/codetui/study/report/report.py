"""Compose the report of a study from its sessions, figures, agreement and history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from codetui import __version__
from codetui.core.codebook import index as books
from codetui.core.codebook.migration import version_name
from codetui.core.statistics.counted import by_profile
from codetui.core.statistics.division import NoDivision, division_by
from codetui.core.statistics.frequencies import Counted, code_table, crosstab, profile_table
from codetui.core.statistics.saturation import codes_of, in_coding_order, saturation_table
from codetui.core.statistics.table import Column, FigureTable
from codetui.core.statistics.together import together_table
from codetui.core.text.display import plural
from codetui.formats.export.protection import Pseudonyms, ReplacedText
from codetui.formats.figure_tables import notes_of, shortened, shown
from codetui.formats.pictures.picture import picture_of
from codetui.formats.report.content import (
    ColumnHeading,
    Drawing,
    Entries,
    Entry,
    Grid,
    Prose,
    Quotation,
    Quotations,
    Report,
    ReportBlock,
    ReportSection,
    Subsection,
    mapped,
)
from codetui.model import Code, CodeId, Coding, Problem, Section, Words
from codetui.storage.copies import is_left_out
from codetui.study.agreement import AgreementRequest
from codetui.study.report.agreement import AgreementTables, compared
from codetui.study.report.evidence import CodedSource, Evidence, read_evidence
from codetui.study.report.methods import Methods, Saturation
from codetui.study.report.trail import (
    audit_trail,
    coder_table,
    date,
    headings,
    overlap_table,
    settled_table,
    settlement,
    version_changes,
    version_table,
    versions,
)
from codetui.study.statistics import CountRequest, count_codings
from codetui.study.study import Study, StudyError

MOST_ROWS = 40
"""Rows of a long table."""

FORMAT, VERSION = "codetui report", 1
"""The name and version of the record: a new key does not change the version."""


class ReportRequest(NamedTuple):
    """The contents that are wanted of a report.

    `coders` are those whose codings are counted and quoted, `compared` those whose agreement is computed; without names
    all people are. `maps` are files with rules as for a migration, by their paths from the study, and `by`
    is a further column of the sources. Without `has_texts` no word of a source is in the report; with
    `pseudonyms` names are replaced, and places are those in the texts with these.
    `time` is when it was made (ISO 8601, UTC), `made_with` the version of the program.
    """

    coders: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    by: str = ""
    seed: int = 1
    resamples: int = 2000
    is_for_all: bool = False
    has_texts: bool = True
    pseudonyms: Pseudonyms | None = None
    time: str = ""
    made_with: str = __version__


class StudyReport(NamedTuple):
    """A report, the errors of what could not be read completely, and the names to be replaced that are nowhere."""

    report: Report
    problems: Sequence[Problem]
    unused: Sequence[str] = ()


def compose(study: Study, request: ReportRequest) -> StudyReport:
    """Compose the report of all that the study's reader may see. Raises StudyError if there is nothing to report."""
    return _Composer(study, request).report()


class _Composer:
    """Makes the sections of one report."""

    def __init__(self, study: Study, request: ReportRequest) -> None:
        self._study, self._request = study, request
        self._evidence = evidence = read_evidence(study)
        if not evidence.sessions:
            raise StudyError(f"there are no sessions in {study.sessions_path}; code something first.")
        self._book, self._words = evidence.book, evidence.book.words
        self._coders = list(request.coders) or evidence.people or evidence.coders
        # Readings that are kept from before would not show that a session has changed meanwhile.
        counts = count_codings(study, CountRequest(self._coders, is_for_all=request.is_for_all, is_kept=False))
        if counts.missing:
            raise StudyError(f"there are no sessions of {', '.join(counts.missing)} that you may read.")
        self._counted: Counted = counts.counted
        maps = [study.codebook_path.parent / file for file in request.maps]
        self._agreement = compared(
            study,
            evidence,
            request.compared,
            AgreementRequest((), maps, resamples=request.resamples, seed=request.seed, is_for_all=request.is_for_all),
        )
        self._names = widened(request.pseudonyms, evidence) if request.pseudonyms else None
        self._replaced: dict[str, ReplacedText] = {}
        self._settled = settlement(study, evidence, has_texts=request.has_texts)
        self._versions = versions(study, evidence)
        errors = () if isinstance(self._agreement, str) else self._agreement.errors
        self._problems = [*evidence.problems, *counts.problems, *errors]

    def report(self) -> StudyReport:
        """Return the report."""
        sections = [
            ReportSection("study", "Study", list(self._study_blocks())),
            ReportSection("methods", "Methods", list(self._methods())),
            ReportSection("coders", "Coders", [coder_table(self._evidence), overlap_table(self._evidence)]),
            self._codebook(),
            ReportSection("frequencies", "Frequencies", list(self._frequencies())),
            ReportSection("crosstabs", "Crosstabs", list(self._crosstabs())),
            ReportSection("together", "Co-occurrence", list(self._together())),
            ReportSection("saturation", "Saturation", list(self._saturation())),
            ReportSection("agreement", "Agreement", list(self._agreement_blocks())),
            ReportSection("settled", "Disagreements settled", list(self._settled_blocks())),
            self._quotations(),
            ReportSection("trail", "Audit trail", [audit_trail(self._evidence, has_texts=self._request.has_texts)]),
            ReportSection("reproduction", "Reproduction", list(self._reproduction())),
        ]
        title = f"Coding report: {self._book.title}" if self._book.title else "Coding report"
        made = f"Made on {date(self._request.time)} with codetui {self._request.made_with}."
        report = Report(title, made, sections, self._record())
        problems = tuple(filter(is_left_out, dict.fromkeys(self._problems)))
        if self._names is None or self._request.pseudonyms is None:
            return StudyReport(report, problems)
        report = mapped(report, self._names.text)
        unused = [name for name in self._request.pseudonyms.unused if name in self._names.unused]
        return StudyReport(report, problems, unused)

    # --- the study ----------------------------------------------------------------------------------

    def _study_blocks(self) -> Iterator[ReportBlock]:
        evidence, words, book = self._evidence, self._words, self._book
        coded = {one.snapshot.source.id for one in evidence.sessions}
        done = {one.snapshot.source.id for one in evidence.sessions if one.state.is_done}
        version = f"{book.version} " if book.version else ""
        rows = [
            [f"{words.sources} in the corpus", f"{evidence.sources:,}"],
            [f"{words.sources} coded", f"{len(coded):,}"],
            [f"{words.sources} done by at least one coder", f"{len(done):,}"],
            ["coders", f"{len(evidence.coders):,} ({', '.join(evidence.coders)})"],
            ["sessions", f"{len(evidence.sessions):,}"],
            ["codings", f"{sum(len(one.state.live()) for one in evidence.sessions):,}"],
            ["codebook", f"{book.title} {version}(hash {book.content_hash[:12]})"],
            ["codes", f"{len(book.codes):,}"],
            ["profiles", f"{len(book.profiles):,}"],
        ]
        for one in self._study.samples.all:
            blind = "blind" if one.is_blind else "not blind"
            size = f"{plural(len(one.sources), words.source, words.sources)} of {one.candidates:,}"
            rows.append([f"sample {one.name}", f"{size}, seed {one.seed}, {blind}, for {', '.join(one.coders)}"])
        yield Grid(name="table-study", caption="The study", columns=headings("item", "value"), rows=rows)
        if evidence.is_hidden:
            yield Prose(
                f"This report was made by a coder of a blind sample. The work of others on {words.sources} that not "
                "all of their coders have done is left out of all figures."
            )

    def _methods(self) -> Iterator[ReportBlock]:
        yield Prose("A paragraph to paste into a paper; every number in it is also in the tables below, with its base.")
        methods = Methods(
            self._evidence,
            self._study.samples.all,
            self._agreement,
            self._settled,
            saturated(self._counted, self._coders),
            self._request.made_with,
        )
        yield Prose(methods.paragraph(), is_quotable=True)

    # --- the codebook -------------------------------------------------------------------------------

    def _codebook(self) -> ReportSection:
        book, parts = self._book, list[Subsection]()
        if book.profiles:
            entries = [
                Entry(
                    f"{one.name}{f' ({one.subtitle})' if one.subtitle else ''}",
                    one.definition,
                    _fields(
                        {
                            "Responsibilities:": "; ".join(one.responsibilities),
                            "Projects:": "; ".join(one.projects),
                            "Evidence:": one.evidence,
                        }
                    ),
                )
                for one in book.profiles
            ]
            parts.append(Subsection("codebook-profiles", "Profiles", [Entries(entries)]))
        for number, section in enumerate(book.sections, 1):
            parts.append(Subsection(f"codebook-{number}", section.title, list(self._section_blocks(section))))
        if book.former:
            found = [Entry(one.label, "", [("Of an earlier version:", one.name)]) for one in book.former]
            parts.append(Subsection("codebook-former", "Codes of earlier versions", [Entries(found)]))
        blocks: list[ReportBlock] = [version_table(self._versions, version_name(self._study.codebook))]
        changes = list(version_changes(self._versions, has_texts=self._request.has_texts))
        for number, (title, lines) in enumerate(changes, 1):
            entries = [Entry(title, "\n".join(lines))]
            parts.append(Subsection(f"codebook-changes-{number}", f"Changes {number}", [Entries(entries)]))
        return ReportSection("codebook", "Codebook", blocks, parts)

    def _section_blocks(self, section: Section) -> Iterator[ReportBlock]:
        if section.definition:
            yield Prose(section.definition)
        groups = {group.id: group for group in self._book.groups}
        entries: list[Entry] = []
        for code in (code for code in self._book.codes if code.section == section.id):
            group = groups.get(code.group)
            entries.append(self._code_entry(code, group.title if group else ""))
        yield Entries(entries) if entries else Prose("No codes.")

    def _code_entry(self, code: Code, group: str) -> Entry:
        fields = {
            "Group:": group,
            "Include:": code.include,
            "Exclude:": code.exclude,
            "Examples:": "; ".join(f"“{one}”" for one in code.examples) if self._request.has_texts else "",
            "Easily confused with:": ", ".join(books.label_of(self._book, one) for one in code.confused_with),
            "Retired:": "no longer assigned" if code.is_retired else "",
        }
        return Entry(books.label_of(self._book, code.id), code.definition, _fields(fields))

    # --- figures ------------------------------------------------------------------------------------

    def _frequencies(self) -> Iterator[ReportBlock]:
        counted = self._counted
        if not counted.ads:
            yield self._nothing_done()
            return
        if counted.profiles:
            yield from self._figures(profile_table(counted))
        yield from self._figures(code_table(counted))

    def _crosstabs(self) -> Iterator[ReportBlock]:
        counted = self._counted
        if not counted.ads:
            yield self._nothing_done()
            return
        if counted.profiles:
            yield from self._figures(crosstab(counted, by_profile, "profile", counted.profiles))
        if self._request.by:
            division = division_by(counted, self._request.by)
            if isinstance(division, NoDivision):
                raise StudyError(f"--by {self._request.by}: {division.why}.")
            table = crosstab(counted, division.grouping, division.name, division.order)
            yield from self._figures(replace(table, notes=[*table.notes, *division.notes]))
        if not counted.profiles and not self._request.by:
            yield Prose("The codebook has no profiles, and no further column was chosen (`--by`).")

    def _together(self) -> Iterator[ReportBlock]:
        if self._counted.ads:
            yield from self._figures(together_table(self._counted, "ad"))
        else:
            yield self._nothing_done()

    def _saturation(self) -> Iterator[ReportBlock]:
        seed = self._request.seed
        if self._counted.ads:
            yield from self._figures(saturation_table(self._counted, Random(seed).random, seed=seed))
        else:
            yield self._nothing_done()

    def _figures(self, table: FigureTable) -> Iterator[ReportBlock]:
        """Yield a table of figures, and its picture if it has one."""
        picture = picture_of(table, self._words, [code.id for code in self._counted.codes])
        rest = "`codetui stats` has all" + ("" if picture is None else ", and so has the picture")
        short = shortened(table, MOST_ROWS, rest)
        grid = figure_grid(short, self._words)
        yield grid
        if picture is not None:
            yield Drawing(f"picture-{grid.name}", picture)

    def _nothing_done(self) -> Prose:
        words = self._words
        return Prose(
            f"No {words.source} is marked done by {', '.join(self._coders)}, so there is nothing to count; `--all-ads` "
            f"also counts {words.sources} that are not done."
        )

    def _agreement_blocks(self) -> Iterator[ReportBlock]:
        if isinstance(self._agreement, str):
            yield Prose(f"{self._agreement}.")
        else:
            yield from AgreementTables(self._agreement, self._book).blocks()

    def _settled_blocks(self) -> Iterator[ReportBlock]:
        if not self._settled.between:
            yield Prose("No disagreements were adjudicated.")
            return
        yield settled_table(self._settled, self._words.source)

    # --- quotations ---------------------------------------------------------------------------------

    def _quotations(self) -> ReportSection:
        by_code: dict[CodeId, list[tuple[CodedSource, Coding]]] = {}
        sessions = [
            one
            for one in self._evidence.sessions
            if one.coder in self._coders and (one.state.is_done or self._request.is_for_all)
        ]
        for one in sessions:
            for coding in one.state.live():
                by_code.setdefault(coding.code, []).append((one, coding))
        order = {code.id: at for at, code in enumerate(self._book.codes)}
        codes = sorted(by_code, key=lambda code: (order.get(code, len(order)), code))
        parts = [self._of_code(number, code, by_code[code]) for number, code in enumerate(codes, 1)]
        number = sum(map(len, by_code.values()))
        ads = plural(len({one.snapshot.source.id for one in sessions}), self._words.source, self._words.sources)
        state = "begun" if self._request.is_for_all else "done"
        places = "start and end are characters of the text"
        texts = "" if self._request.has_texts else " The words are left out."
        base = f"{plural(number, 'quotation')} of {', '.join(self._coders)} in {ads} {state}; {places}.{texts}"
        unused = [code.id for code in self._book.codes if code.id not in by_code]
        blocks: list[ReportBlock] = [Prose(base)]
        blocks += [Prose(f"Without a quotation: {', '.join(unused)}.")] if unused else []
        return ReportSection("quotations", "Quotations", blocks, parts)

    def _of_code(self, number: int, code: CodeId, found: Sequence[tuple[CodedSource, Coding]]) -> Subsection:
        """Return the quotations of a code by source and place."""
        quotations: list[Quotation] = []
        for one, coding in found:
            place = self._place(one, coding)
            where = f"{one.snapshot.source.id}, {one.coder}, {place}"
            has_texts = self._request.has_texts
            quotations.append(Quotation(coding.words if has_texts else "", where, coding.note if has_texts else ""))
        label = books.label_of(self._book, code)
        return Subsection(f"quotations-{number}", f"{label} ({len(quotations):,})", [Quotations(quotations)])

    def _place(self, one: CodedSource, coding: Coding) -> str:
        """Return the place of a quotation, in the text with pseudonyms if there are any."""
        if coding.anchor is None:
            return "no place"
        start, end = coding.anchor.start, coding.anchor.end
        if self._names is not None:
            if one.source.id not in self._replaced:
                self._replaced[one.source.id] = self._names.replaced(one.source.text)
            text = self._replaced[one.source.id]
            start, end = text.start(start), text.end(end)
        return f"{start}–{end}"

    # --- reproduction -------------------------------------------------------------------------------

    def _record(self) -> Mapping[str, object]:
        request = self._request
        return {
            "format": FORMAT,
            "version": VERSION,
            "made": request.time,
            "codetui": request.made_with,
            "request": {
                "coders": list(request.coders),
                "compared": list(request.compared),
                "maps": list(request.maps),
                "by": request.by,
                "seed": request.seed,
                "resamples": request.resamples,
                "all_ads": request.is_for_all,
                "texts": request.has_texts,
                "pseudonyms": request.pseudonyms is not None,
                "reader": self._study.reader if self._evidence.is_hidden else "",
            },
            "hashes": self._evidence.hashes,
        }

    def _reproduction(self) -> Iterator[ReportBlock]:
        yield Prose(
            "`codetui report --verify FILE` recomputes every number of this report from the study, and names each that "
            "differs. `codetui study freeze` packs everything needed for that. The hashes of all logs are in the block "
            "at the end."
        )
        hashes = self._evidence.hashes
        rows = [[name, digest] for name, digest in _hash_rows(hashes, self._words)]
        rows.append(["seed of everything drawn at random", str(self._request.seed)])
        notes = ["SHA-256. The hash of several files is that of the sorted list of their hashes and ids."]
        columns = headings("what", "SHA-256")
        yield Grid(
            name="table-hashes", caption="What the report was made from", columns=columns, rows=rows, notes=notes
        )


def saturated(counted: Counted, coders: Sequence[str]) -> Saturation | None:
    """Return when the last new code came up in the codings of these coders, None if there is none."""
    seen: set[str] = set()
    last = 0
    for number, ad in enumerate(in_coding_order(counted.ads), 1):
        codes = codes_of(ad)
        last = last if codes <= seen else number
        seen |= codes
    return Saturation(len(seen), last, len(counted.ads), coders) if seen else None


def widened(pseudonyms: Pseudonyms, evidence: Evidence) -> Pseudonyms:
    """Return pseudonyms that also replace the names of coders and ids of sources as they are written in the study."""
    ids = {one.source.id for one in evidence.sessions}
    names = {name: pseudonyms.name(name) for name in (*evidence.coders, *ids)}
    return Pseudonyms(pseudonyms.names | {name: new for name, new in names.items() if name != new})


def _hash_rows(hashes: Mapping[str, object], words: Words) -> Iterator[tuple[str, str]]:
    """Yield what was read with its hash."""
    for name, value in hashes.items():
        match name, value:
            case "codebook", str():
                yield "codebook", value
            case "sources", {"number": number, "sha256": digest}:
                yield f"texts of {number} {words.sources}", str(digest)
            case "samples", dict():
                yield from ((f"sample {sample}", str(digest)) for sample, digest in value.items())
            case "coders", dict():
                yield from ((f"logs of {coder}", str(digest)) for coder, digest in value.items())
            case _:
                pass


def _fields(fields: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, text) for label, text in fields.items() if text]


def figure_grid(table: FigureTable, words: Words) -> Grid:
    """Return a table of figures for a report."""
    columns = [
        ColumnHeading(_heading(column, table.columns[at - 1] if at else column), column.kind != "text")
        for at, column in enumerate(table.columns)
    ]
    rows = [[shown(value, column.kind) for value, column in zip(row, table.columns, strict=True)] for row in table.rows]
    name = (
        f"table-{table.name}-{table.title.rpartition(' by ')[2]}"
        if table.name.endswith("_by")
        else f"table-{table.name}"
    )
    id_ = "".join(sign if sign.isalnum() else "-" for sign in name.lower())
    return Grid(name=id_, caption=table.title, columns=columns, rows=rows, notes=notes_of(table, words))


def _heading(column: Column, before: Column) -> str:
    """Return the heading of a column; that of a bare percentage names the column before it."""
    return f"{before.title}, %" if column.title == "%" else column.title

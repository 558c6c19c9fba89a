"""The command `stats`: figures of codings as text, JSON, CSV or markdown."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from codetui.cli.console import (
    PLAIN_WIDTH,
    STDOUT,
    error,
    exit_code,
    json_text,
    note,
    note_problems,
    output_suffix,
    output_width,
    progress,
    refused_output,
    show,
    write_or_refuse,
    write_text,
)
from codetui.cli.options import PARTS, Command, add_output, add_study, names_in, parse_where
from codetui.cli.sessions import open_study
from codetui.core.statistics.division import Division, NoDivision, column_of, division_by
from codetui.core.statistics.frequencies import Counted, RowKind, code_table, crosstab, profile_table, term_table
from codetui.core.statistics.saturation import saturation_table
from codetui.core.statistics.significance import significance_table
from codetui.core.statistics.table import FigureTable
from codetui.core.statistics.together import together_table
from codetui.formats.figure_tables import as_record, shortened, text_lines, to_csv, to_markdown
from codetui.formats.pictures.picture import Picture, picture_of, strip_of
from codetui.formats.pictures.svg import to_svg
from codetui.formats.pictures.terminal import to_lines
from codetui.model import Words
from codetui.study.statistics import CountRequest, count_codings
from codetui.study.study import Study, StudyError

ALL = "all"
"""The value of --coder that counts models too."""

FORMATS = {".json": "json", ".csv": "csv", ".md": "markdown"}
SHORT = 40
"""Rows of a long table as text."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS)
    add = parser.add_argument
    words = "whose codings: names separated by commas, or all; default: all except models"
    add("--coder", metavar="NAMES", help=words)
    add("--all-ads", action="store_true", help="also ads that the coder has not marked done")
    add("--where", metavar="QUERY", help="only ads that match, such as 'profile:GenAI'; docs/find.md defines queries")
    add("--count-unplaced", action="store_true", help="count codings whose words are not in the ad")
    views = parser.add_mutually_exclusive_group()
    views.add_argument("--codes", action="store_true", help="only the table of codes")
    views.add_argument("--profiles", action="store_true", help="only the table of profiles")
    views.add_argument("--terms", action="store_true", help="names of tools, with synonyms counted as one")
    words = "codes that occur together: in the same ad, sentence, or words"
    views.add_argument("--together", choices=("ad", "sentence", "overlap"), help=words)
    views.add_argument("--saturation", action="store_true", help="new codes by ad, in coding order and in random ones")
    views.add_argument("--strip", metavar="AD", help="where in an ad which code occurs, as a picture")
    views.add_argument("--test", action="store_true", help="test for each code whether groups of ads differ")
    add("--by", metavar="WHAT", help="a column for each profile, coder, week, or value of a further column of the ads")
    add(
        "--period",
        choices=("week", "month", "quarter", "year"),
        help="the period by which to group dates of --by",
    )
    add("--unit", choices=("ad", "mention"), default="ad", help="what --test counts; default: ad")
    add("--seed", type=int, default=1, metavar="N", help="seed of the random orders and tables; default: 1")
    add(
        "--top",
        type=int,
        default=SHORT,
        metavar="N",
        help=f"rows of a long table to show; 0: all; default: {SHORT}",
    )
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="print JSON")
    formats.add_argument("--csv", action="store_true", help="print CSV")
    formats.add_argument("--markdown", action="store_true", help="print markdown")
    formats.add_argument("--picture", action="store_true", help="print a picture instead of each table")
    words = "write a picture of the table, of several the last one, as SVG; - is stdout"
    formats.add_argument("--svg", metavar="FILE", help=words)
    add_output(parser, None, "a file; .json, .csv and .md choose the format")
    parser.epilog = "docs/statistics.md explains the figures, and what they count."


def stats(options: argparse.Namespace) -> int:
    """Print figures of codings."""
    if options.by and (options.together or options.saturation):
        return error("--by divides profiles, codes, terms and tests; leave it out here, or count a part with --where.")
    if options.period and not options.by:
        return error("--period groups the dates in the column that --by names; add --by COLUMN.")
    study = open_study(options)
    request = CountRequest(
        coders=[] if options.coder == ALL else names_in(options.coder),
        with_models=options.coder == ALL,
        is_for_all=options.all_ads,
        counts_unplaced=options.count_unplaced,
        where=parse_where(study, options.where),
        with_sentences=options.together == "sentence",
        columns=[column_of(options.by)] if options.by else [],
    )
    with progress("Counting") as show_share:
        counts = count_codings(study, request, progress=lambda share: show_share(share, 1))
    note_problems(counts.problems)
    if counts.missing:
        names = ", ".join(counts.missing)
        raise StudyError(f"there are no sessions of {names} that you may read; `codetui status` shows all.")
    if not counts.counted.ads:
        raise _nothing(study, counts.counted, request)
    tables = list(_tables(counts.counted, options))
    if options.picture or options.svg or options.strip:
        code = show_pictures(tables, counts.counted, study, options)
    else:
        refused = _write(tables, study, options)
        code = error(refused) if refused else 0
    return code or exit_code(counts.problems)


def _nothing(study: Study, counted: Counted, request: CountRequest) -> StudyError:
    words = study.codebook.words
    if request.where is not None:
        return StudyError(f"no coded {words.source} matches {request.where.text}.")
    hint = "" if request.is_for_all else f" --all-ads also counts {words.sources} that are not done."
    return StudyError(f"there is no {words.source} to count. {' '.join(counted.base.notes)}{hint}")


# --- tables -------------------------------------------------------------------------------------------


def _tables(counted: Counted, options: argparse.Namespace) -> Iterator[FigureTable]:
    """Yield the tables that the options ask for."""
    if options.together:
        yield together_table(counted, options.together)
    elif options.saturation:
        yield saturation_table(counted, Random(options.seed).random, seed=options.seed)
    elif options.test or options.by:
        division = _division(counted, options)
        if options.test:
            yield _test(counted, division, options)
        else:
            of: RowKind = "profiles" if options.profiles else "terms" if options.terms else "codes"
            table = crosstab(counted, division.grouping, division.name, division.order, of=of)
            yield replace(table, notes=[*table.notes, *division.notes])
    elif options.terms:
        yield term_table(counted)
    else:
        if not options.codes and not (options.csv and not options.profiles):
            yield profile_table(counted)
        if not options.profiles:
            yield code_table(counted)


def _test(counted: Counted, division: Division, options: argparse.Namespace) -> FigureTable:
    if division.is_of_sessions and any(len(ad.sessions) > 1 for ad in counted.ads):
        what = f"--test --by {division.name}: some {counted.sources} are in several groups, which are not independent"
        raise StudyError(f"{what}; `codetui agree` compares coders, --coder NAME tests the codings of one.")
    table = significance_table(
        counted,
        division.grouping,
        division.name,
        Random(options.seed).random,
        order=division.order,
        mentions=options.unit == "mention",
        seed=options.seed,
    )
    return replace(table, notes=[*table.notes, *division.notes])


def _division(counted: Counted, options: argparse.Namespace) -> Division:
    """Return the division into groups that is asked for. Raises StudyError."""
    by = options.by or "profile"
    found = division_by(counted, by, options.period)
    if isinstance(found, NoDivision):
        raise StudyError(f"--by {by}: {found.why}.")
    return found


# --- output -------------------------------------------------------------------------------------------


def _rendered(tables: Sequence[FigureTable], words: Words, layout: str, width: int) -> str:
    match layout:
        case "json":
            return json_text(as_record(tables, words))
        case "csv":
            return "".join(map(to_csv, tables))
        case "markdown":
            return "\n".join(to_markdown(table, words) for table in tables)
        case _:
            parts = ("".join(f"{line}\n" for line in text_lines(table, words, width)) for table in tables)
            return "\n".join(parts)


def _write(tables: Sequence[FigureTable], study: Study, options: argparse.Namespace) -> str:
    """Write the tables to the file that was named, or to stdout; return why it may not be written, if so."""
    output = options.output or STDOUT
    chosen = next((name for name in ("json", "csv", "markdown") if getattr(options, name)), None)
    layout = chosen or FORMATS.get(output_suffix(output), "text")
    if layout in ("text", "markdown"):
        tables = [shortened(table, options.top, "--csv and --json have all") for table in tables]
    text = _rendered(tables, study.codebook.words, layout, output_width() if output == STDOUT else PLAIN_WIDTH)
    return write_or_refuse(text, output, study, options)


# --- pictures -----------------------------------------------------------------------------------------


def show_pictures(tables: Sequence[FigureTable], counted: Counted, study: Study, options: argparse.Namespace) -> int:
    """Print the pictures of tables or of an ad, or write one. Raises StudyError if there is none."""
    found = list(_pictures(tables, counted, study, options.strip))
    if not found:
        raise StudyError("this table has no picture; --json, --csv and --markdown write it in other ways.")
    if not options.svg:
        width = output_width() or PLAIN_WIDTH
        for number, picture in enumerate(found):
            for line in [*([""] if number else []), *to_lines(picture, width)]:
                show(line)
        return 0
    if refused := refused_output(options.svg, study, options):
        return error(refused)
    write_text(to_svg(found[-1]), options.svg)
    if options.svg != STDOUT:
        note(f"{options.svg}: {found[-1].title}")
    return 0


def _pictures(tables: Sequence[FigureTable], counted: Counted, study: Study, strip: str | None) -> Iterator[Picture]:
    words, order = study.codebook.words, [code.id for code in counted.codes]
    if not strip:
        yield from filter(None, (picture_of(table, words, order) for table in tables))
        return
    ad = next((one for one in counted.ads if one.id == strip), None)
    if ad is None:
        hint = f"--all-ads also counts {words.sources} that are not done"
        raise StudyError(f"{words.source} {strip} is not among those that are counted; {hint}.")
    yield strip_of(ad, words, order)


COMMANDS = {"stats": Command(_add_arguments, stats)}

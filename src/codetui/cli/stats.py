"""The command `stats`: figures of codings as text, JSON, CSV or markdown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from codetui.cli.console import (
    PLAIN_WIDTH,
    STDOUT,
    error,
    exit_code,
    note,
    obstacle,
    output_suffix,
    output_width,
    write_text,
)
from codetui.cli.options import PARTS, Command, add_output, add_study
from codetui.cli.sessions import open_study
from codetui.core.codebook.index import folded
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query, QueryError
from codetui.core.statistics.counted import Grouping, by_attribute, by_profile, by_session
from codetui.core.statistics.dates import iso_week
from codetui.core.statistics.frequencies import Counted, code_table, crosstab, profile_table
from codetui.core.statistics.table import FigureTable
from codetui.core.text.display import sanitize_json
from codetui.formats.figure_tables import as_record, text_lines, to_csv, to_markdown
from codetui.model import Words
from codetui.study.outputs import protected_part
from codetui.study.statistics import CountRequest, count_codings
from codetui.study.study import Study, StudyError

ALL = "all"
"""What --coder names to count models too."""

FORMATS = {".json": "json", ".csv": "csv", ".md": "markdown"}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS)
    add = parser.add_argument
    words = "whose codings: one or several names with commas, or all; default: all that are no models"
    add("--coder", metavar="NAMES", help=words)
    add("--all-ads", action="store_true", help="also ads that the coder has not marked done")
    add("--where", metavar="QUERY", help="only ads that match, such as 'profile:GenAI'; docs/find.md defines queries")
    add("--count-unplaced", action="store_true", help="count codings whose words are not in the ad")
    views = parser.add_mutually_exclusive_group()
    views.add_argument("--codes", action="store_true", help="only the table of codes")
    views.add_argument("--profiles", action="store_true", help="only the table of profiles")
    add("--by", metavar="WHAT", help="a column for each profile, coder, week, or value of a further column of the ads")
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--json", action="store_true", help="print JSON")
    formats.add_argument("--csv", action="store_true", help="print CSV")
    formats.add_argument("--markdown", action="store_true", help="print markdown")
    add_output(parser, None, "a file; .json, .csv and .md choose the format")
    parser.epilog = "docs/statistics.md explains the figures, and what they count."


def stats(options: argparse.Namespace) -> int:
    """Print figures of codings."""
    study = open_study(options)
    where = _query(study, options.where) if options.where else None
    request = CountRequest(
        coders=[] if options.coder == ALL else _coders(options.coder),
        with_models=options.coder == ALL,
        is_for_all=options.all_ads,
        counts_unplaced=options.count_unplaced,
        where=where,
    )
    counts = count_codings(study, request)
    if not counts.counted.ads:
        raise _nothing(study, counts.counted, request)
    tables = list(_tables(counts.counted, options))
    if refused := _write(tables, study, options):
        return error(refused)
    for problem in counts.problems:
        note(problem)
    return exit_code(counts.problems)


def _query(study: Study, text: str) -> Query:
    query = parse_query(text, study.codebook)
    if isinstance(query, QueryError):
        raise StudyError(f"--where cannot be read at column {query.column}: {query.message}")
    return query


def _coders(given: str | None) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in (given or "").split(",") if name.strip()))


def _nothing(study: Study, counted: Counted, request: CountRequest) -> StudyError:
    words = study.codebook.words
    if request.where is not None:
        return StudyError(f"no coded {words.source} matches {request.where.text}.")
    hint = "" if request.is_for_all else f" --all-ads also counts {words.sources} that are not done."
    return StudyError(f"there is no {words.source} to count. {' '.join(counted.base.notes)}{hint}")


def _tables(counted: Counted, options: argparse.Namespace) -> Iterator[FigureTable]:
    """Yield the tables that the options ask for."""
    if options.by:
        grouping, order = _grouping(counted, options.by)
        yield crosstab(counted, grouping, options.by, order, of_profiles=options.profiles)
        return
    if not options.codes and not (options.csv and not options.profiles):
        yield profile_table(counted)
    if not options.profiles:
        yield code_table(counted)


def _grouping(counted: Counted, by: str) -> tuple[Grouping, Sequence[str]]:
    """Return the division into groups that is asked for, and their order if they have one. Raises StudyError."""
    match by:
        case "profile":
            return by_profile, counted.profiles
        case "coder":
            return by_session(lambda session: session.coder), [one.coder for one in counted.base.coders]
        case "week":
            return _in_order(counted, by_session(lambda session: iso_week(session.finished)))
        case _:
            names = list(dict.fromkeys(name for ad in counted.ads for name in ad.attributes))
            column = next((name for name in names if folded(name) == folded(by)), None)
            if column is None:
                known = ", ".join(["profile", "coder", "week", *names])
                raise StudyError(f"--by {by}: no {counted.source} has a column “{by}”; there are: {known}.")
            return by_attribute(column), ()


def _in_order(counted: Counted, grouping: Grouping) -> tuple[Grouping, Sequence[str]]:
    return grouping, sorted({name for ad in counted.ads for name, _ in grouping(ad)})


def _rendered(tables: Sequence[FigureTable], words: Words, layout: str, width: int) -> str:
    match layout:
        case "json":
            return sanitize_json(json.dumps(as_record(tables, words), ensure_ascii=False, indent=2)) + "\n"
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
    text = _rendered(tables, study.codebook.words, layout, output_width() if output == STDOUT else PLAIN_WIDTH)
    if output != STDOUT:
        corpus = Path(options.corpus) if options.corpus else None
        refused = protected_part(Path(output), study.codebook_path, study.sessions_path, corpus)
        if refused := refused or obstacle(output, options.force, data=text.encode("utf-8", "replace")):
            return refused
    write_text(text, output)
    return ""


COMMANDS = {"stats": Command(_add_arguments, stats)}

"""The commands on codings by models and other programs: import-codings and invented."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from codetui.cli.console import (
    PROBLEMS,
    STDOUT,
    as_records,
    error,
    exit_code,
    note_problems,
    progress,
    show,
    show_json,
    show_table,
    show_wrapped,
    write_text,
)
from codetui.cli.options import ONE_CODER, PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural

if TYPE_CHECKING:
    from codetui.core.codebook.migration import MigrationMap
    from codetui.formats.codings.foreign import ForeignSource
    from codetui.study.codings_import import CodingsImporter, FoundCodings, SourceImport
    from codetui.study.invented import InventedPhrase
    from codetui.study.study import Study

VERSION = 1
"""The version of the JSON of both commands."""

MOST_NAMED = 10
"""Unknown codes that the summary names."""


def _add_import(parser: argparse.ArgumentParser) -> None:
    from codetui.formats.codings import READERS

    add_study(parser, *PARTS)
    parser.add_argument("files", nargs="+", metavar="FILE", help="files with codings, or folders of them")
    words = "the coder who gets the codings; `alpha` becomes model:alpha"
    parser.add_argument("--as", dest="name", metavar="NAME", help=f"{words}; default: the names in the files")
    words = "the codings are a person's, made in another program: the coder is called NAME alone"
    parser.add_argument("--person", action="store_true", help=words)
    parser.add_argument("--from", dest="only", metavar="CODER", help="only this coder's codings in the files")
    parser.add_argument("--format", choices=tuple(READERS), help="default: recognized")
    words = "rules that translate codes and profiles, as for `codebook migrate`"
    parser.add_argument("--map", metavar="FILE", help=words)
    words = "do not mark ads as done that have no state in the file"
    parser.add_argument("--not-done", action="store_true", help=words)
    parser.add_argument("--dry-run", action="store_true", help="only show what would be imported")
    add_json(parser)
    lines = "\n".join(f"  {name:<13}{reader.expected}" for name, reader in READERS.items())
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = f"formats:\n{lines}"


def import_codings(options: argparse.Namespace) -> int:
    """Import codings by a model or another program as a coder of their own, or of all coders that the files name."""
    from codetui.core.codebook.migration import NO_RULES
    from codetui.study.codings_import import MODEL, CodingsImporter, ImportOptions, read_files

    name = (options.name or "").strip()
    if options.name is not None and not name.removeprefix(MODEL):
        return error("the coder has no name; name one with --as NAME.")
    study = open_study(options)
    rules = _rules(study, Path(options.map)) if options.map else NO_RULES
    found = read_files(map(Path, options.files), options.format)
    own = name if options.person or name.startswith(MODEL) else MODEL + name
    of_coders = {own: found.of(options.only or "")} if name else _by_name(found, options.only)
    code, reports = 0, []
    for coder, sources in of_coders.items():
        importer = CodingsImporter(study, ImportOptions(coder, rules, not options.not_done, options.dry_run))
        results: list[SourceImport] = []
        with progress("Importing") as show_number:
            for result in importer.import_all(sources):
                results.append(result)
                show_number(len(results), len(sources))
        reports.append(_as_json(importer, coder, results))
        if not options.json:
            _show_import(study, importer, coder, results, is_dry=options.dry_run)
        problems = [problem for result in results for problem in result.problems]
        found_errors = exit_code(problems) if options.json else note_problems(problems)
        refused = any(result.fate == "refused" for result in results)
        code = max(code, PROBLEMS if refused else found_errors)
    if options.json:
        of_files = {"version": VERSION, "left_out": found.left_out}
        show_json(of_files | (reports[0] if name else {"imports": reports}))
    elif found.left_out:
        listed = ", ".join(f"{what} ({number:,})" for what, number in sorted(found.left_out.items()))
        show_wrapped(f"in the files, but not imported: {listed}")
    return code


def _by_name(found: FoundCodings, only: str | None) -> dict[str, Sequence[ForeignSource]]:
    """Return the codings of each coder whom the files name, or of one of them.  Raises StudyError."""
    from codetui.study.study import StudyError

    if not found.sources:
        raise StudyError("the files have no codings of plain texts, so nothing is imported.")
    coders = [only] if only else found.coders
    if not all(coders) or not coders:
        raise StudyError("the files do not name a coder for every coding; name one with --as NAME.")
    return {coder: found.of(coder) for coder in coders}


def _rules(study: Study, path: Path) -> MigrationMap:
    """Return the rules in a file, and print their problems.  Raises StudyError."""
    from codetui.study.migrate import read_plan

    plan = read_plan(path, study.codebook_path, study.sessions_path)
    note_problems(plan.problems)
    return plan.rules


def _totals(results: Sequence[SourceImport]) -> dict[str, dict[str, int]]:
    from codetui.core.anchors.phrases import PhraseClass
    from codetui.study.codings_import import Fate, Fault

    classes, faults = Counter[str](), Counter[str]()
    for result in results:
        classes.update(result.classes)
        faults.update(result.faults)
    return {
        "sources": {fate: sum(one.fate == fate for one in results) for fate in get_args(Fate)},
        "codings": {
            "all": sum(classes.values()),
            "added": sum(one.added for one in results),
            "repeats": sum(one.repeats for one in results),
        },
        "classes": {name: classes[name] for name in get_args(PhraseClass)},
        "faults": {name: faults[name] for name in get_args(Fault)},
    }


def _unknown(results: Sequence[SourceImport]) -> list[str]:
    return sorted({code for result in results for code in result.unknown})


def _as_json(importer: CodingsImporter, coder: str, results: Sequence[SourceImport]) -> dict[str, object]:
    return {
        "coder": coder,
        "folder": str(importer.folder),
        **_totals(results),
        "unknown_codes": _unknown(results),
        "problems": as_records(problem for result in results for problem in result.problems),
    }


def _show_import(
    study: Study, importer: CodingsImporter, coder: str, results: Sequence[SourceImport], *, is_dry: bool
) -> None:
    words, totals = study.codebook.words, _totals(results)
    sources, codings, classes, faults = (totals[name] for name in ("sources", "codings", "classes", "faults"))
    verb = "would be imported" if is_dry else "imported"
    line = f"{coder}: {plural(sources['imported'], words.source, words.sources)} {verb}"
    line += f", {sources['nothing new']} with nothing new" if sources["nothing new"] else ""
    line += f", {sources['refused']} refused" if sources["refused"] else ""
    show_wrapped(f"{line}; the sessions are in {importer.folder}")
    show_wrapped(
        f"{plural(codings['all'], 'coding')} in the files: {codings['added']:,} added, {codings['repeats']:,} repeated"
    )
    names = {"title": "only in the title", "codebook": "only in the codebook"}
    show_wrapped("words: " + ", ".join(f"{number:,} {names.get(name, name)}" for name, number in classes.items()))
    if any(faults.values()):
        show_wrapped(
            "to know: " + ", ".join(f"{number:,} {_FAULTS[name]}" for name, number in faults.items() if number)
        )
    unknown = _unknown(results)
    if unknown:
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        listed = ", ".join(unknown[:MOST_NAMED])
        show_wrapped(f"not in the codebook: {listed}{more}; their codings wait for a code")
    if any(classes[name] for name in ("title", "codebook", "nowhere")):
        show_wrapped(f"see them: codetui invented --coder {coder}")


_FAULTS = {
    "id without name": "codes with their id alone",
    "other name": "codes with another name than in the codebook",
    "other section": "codes in the list of another section",
    "unknown code": "codings with a code that the codebook lacks",
    "offsets": "codings whose words are not at their offsets and were searched for",
}


# --- invented -----------------------------------------------------------------------------------------

COLUMNS = ("code", "class", "words", "nearest", "likeness")


def invented(options: argparse.Namespace) -> int:
    """List the quotations of a coder that are not in the sources."""
    from codetui.study.invented import find_inventions

    study = open_study(options)
    found = find_inventions(study, options.coder)
    phrases = found.phrases
    note_problems(found.problems)
    rates = {code: found.per_thousand(code) for code in dict.fromkeys(one.code for one in found.phrases)}
    if options.json:
        total, listed = sum(found.codings.values()), [_json(one) for one in phrases]
        show_json({"version": VERSION, "codings": total, "invented": listed, "per_thousand": rates})
        return exit_code(found.problems)
    if options.csv:
        from codetui.formats.export.lines import csv_line

        lines = [(one.ad, one.coder, *_cells(one), f"{one.likeness:.4f}" if one.nearest else "") for one in phrases]
        write_text("".join(map(csv_line, [("ad", "coder", *COLUMNS), *lines])), STDOUT)
        return exit_code(found.problems)
    of = plural(sum(found.codings.values()), "coding")
    show_wrapped(f"{len(phrases):,} of {of} have words that are not in the text of their {_word(study)}")
    if not phrases:
        return exit_code(found.problems)
    rows = [(one.ad, *_cells(one), f"{int(100 * one.likeness)} %" if one.nearest else "") for one in phrases]
    show("")
    show_table((_word(study), *COLUMNS), rows)
    show("")
    per_code = sorted(rates.items(), key=lambda one: -one[1])
    show_wrapped("of 1,000 codings of a code: " + ", ".join(f"{code} {rate:.0f}" for code, rate in per_code))
    return exit_code(found.problems)


def _cells(one: InventedPhrase) -> tuple[str, str, str, str]:
    return one.code, one.kind, one.words, one.nearest


def _json(one: InventedPhrase) -> dict[str, object]:
    named: dict[str, object] = {"ad": one.ad, "coder": one.coder, "code": one.code, "words": one.words}
    likeness = round(one.likeness, 4) if one.nearest else None
    return {**named, "class": one.kind, "nearest": one.nearest or None, "likeness": likeness}


def _word(study: Study) -> str:
    return study.codebook.words.source


def _add_invented(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS, coder=ONE_CODER)
    parser.add_argument("--csv", action="store_true", help="print CSV")
    add_json(parser)


COMMANDS = {"import-codings": Command(_add_import, import_codings), "invented": Command(_add_invented, invented)}

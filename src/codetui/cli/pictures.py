"""Pictures of `stats`: in the terminal, or one as a file of SVG."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from codetui.cli.console import PLAIN_WIDTH, error, note, obstacle, output_width, show, write_text
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.table import FigureTable
from codetui.formats.pictures.picture import Picture, picture_of, strip_of
from codetui.formats.pictures.svg import to_svg
from codetui.formats.pictures.terminal import to_lines
from codetui.study.outputs import protected_part
from codetui.study.study import Study, StudyError


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
    refused = ""
    if options.svg != "-":
        corpus = Path(options.corpus) if options.corpus else None
        refused = protected_part(Path(options.svg), study.codebook_path, study.sessions_path, corpus)
    svg = to_svg(found[-1])
    if refused := refused or obstacle(options.svg, options.force):
        return error(refused)
    write_text(svg, options.svg)
    if options.svg != "-":
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

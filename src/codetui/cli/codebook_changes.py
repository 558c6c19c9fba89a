"""The parsers of `codetui codebook diff`, `propose` and `migrate`; the work is imported when one of them runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

SUBCOMMANDS = {
    "diff": "say what changed between two codebooks",
    "propose": "write rules that lead from one codebook to the next, for you to edit",
    "migrate": "bring all sessions from one codebook to the next by such rules",
}
BOOK = "a codebook, or one that was coded with by its version or hash"


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Gives `parser` the arguments of the subcommand `name`."""
    if name in ("diff", "propose"):
        parser.add_argument("old", metavar="OLD", help=BOOK)
        parser.add_argument("new", metavar="NEW", help=BOOK)
    else:
        parser.add_argument("--map", required=True, metavar="FILE", help="the rules; `codebook propose` writes some")
        parser.add_argument("--dry-run", action="store_true", help="only count what would change")
        parser.add_argument("--codebook", default="codebook.toml", metavar="NEW", help="default: codebook.toml")
        parser.add_argument("--old", metavar="FILE", help="the codebook that the sessions come from")
        parser.add_argument("--ads", metavar="CORPUS", help="a folder of ads, or one file")
        parser.add_argument("--coder", metavar="NAME", help="only this coder's sessions")
    parser.add_argument("--sessions", default="sessions", metavar="DIR", help="default: sessions")
    if name == "diff":
        parser.add_argument("--json", action="store_true", help="print JSON")
    elif name == "propose":
        parser.add_argument("-o", "--output", default="map.toml", metavar="FILE", help="default: map.toml; - is stdout")
        parser.add_argument("--force", action="store_true", help="overwrite what stands there")


def _diff(options: argparse.Namespace) -> int:
    from codetui.study.book_changes import report_changes

    return report_changes(options.old, options.new, Path(options.sessions), as_json=options.json)


def _propose(options: argparse.Namespace) -> int:
    from codetui.study.book_changes import propose_map

    return propose_map(options.old, options.new, Path(options.sessions), options.output, force=options.force)


def _migrate(options: argparse.Namespace) -> int:
    from codetui.study.migrate import run_migration

    return run_migration(
        Path(options.map),
        Path(options.codebook),
        Path(options.sessions),
        options.coder,
        corpus=Path(options.ads) if options.ads else None,
        old=Path(options.old) if options.old else None,
        is_dry=options.dry_run,
    )


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "diff": _diff,
    "propose": _propose,
    "migrate": _migrate,
}

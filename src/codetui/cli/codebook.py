"""The parsers of `codetui codebook …`; the work is imported when one of them runs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from codetui.cli import codebook_changes as changes

SUBCOMMANDS = {
    "import": "make a codebook of a coding book in markdown",
    "export": "write the coding book as markdown, or as a page for printing",
    "check": "list every problem of the codebook",
    **changes.SUBCOMMANDS,
}


def add_subcommands(parser: argparse.ArgumentParser) -> None:
    """Gives `parser` all subcommands of `codetui codebook`."""
    commands = parser.add_subparsers(metavar="COMMAND", dest="subcommand", required=True)
    for name, words in SUBCOMMANDS.items():
        below = commands.add_parser(name, help=words, description=f"{words.capitalize()}.")
        _add_arguments(name, below)


def _add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    if name in changes.SUBCOMMANDS:
        changes.add_arguments(name, parser)
    elif name == "import":
        parser.add_argument("book", metavar="BOOK.md", help="a coding book in markdown")
        parser.add_argument(
            "-o", "--output", default="codebook.toml", metavar="FILE", help="default: codebook.toml; - is stdout"
        )
        parser.add_argument("--force", action="store_true", help="overwrite what stands there")
    elif name == "export":
        parser.add_argument("--codebook", default="codebook.toml", metavar="FILE", help="default: codebook.toml")
        parser.add_argument("--format", choices=("markdown", "html"), default="markdown")
        parser.add_argument("-o", "--output", metavar="FILE", help="default: coding_book.md or .html; - is stdout")
        parser.add_argument("--force", action="store_true", help="overwrite what stands there")
    else:
        parser.add_argument(
            "codebook", nargs="?", default="codebook.toml", metavar="FILE", help="default: codebook.toml"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")


def _import(options: argparse.Namespace) -> int:
    from codetui.study.books import import_book

    return import_book(Path(options.book), options.output, force=options.force)


def _export(options: argparse.Namespace) -> int:
    from codetui.study.books import export_book

    return export_book(Path(options.codebook), options.output, options.format, force=options.force)


def _check(options: argparse.Namespace) -> int:
    from codetui.study.books import check_book

    return check_book(Path(options.codebook), as_json=options.json)


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "import": _import,
    "export": _export,
    "check": _check,
    **changes.COMMANDS,
}

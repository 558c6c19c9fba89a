"""The command that shows the manual."""

from __future__ import annotations

import argparse
import sys
from difflib import get_close_matches

from codetui.cli.console import error, output_width, show
from codetui.cli.options import Command
from codetui.study.manual import manual_pages, manual_text


def show_help(options: argparse.Namespace) -> int:
    """Print a page of the manual: laid out on a terminal, as markdown elsewhere; without a topic, list them."""
    pages = manual_pages()
    if options.topic is None:
        width = max(len(page.topic) for page in pages) + 2
        for page in pages:
            show(f"{page.topic:<{width}}{page.title}")
        show("\n`codetui help TOPIC` shows one; `codetui COMMAND --help` has the options of a command.")
        return 0
    topics = [page.topic for page in pages]
    if options.topic not in topics:
        close = get_close_matches(options.topic, topics, n=1)
        hint = f"did you mean `codetui help {close[0]}`?" if close else "`codetui help` lists all topics."
        return error(f"the manual has no page “{options.topic}”; {hint}")
    text = manual_text(options.topic)
    if not sys.stdout.isatty():
        show(text)
        return 0
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(output_width(), 100)).print(Markdown(text))
    return 0


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="a page; default: the list of them")


COMMANDS = {"help": Command(_add_arguments, show_help)}

"""The command that opens the plain mode."""

from __future__ import annotations

import argparse
import sys
from io import TextIOWrapper

from codetui.cli.console import ignore_closed_terminal
from codetui.cli.options import CODER, PARTS, Command, add_study
from codetui.cli.sessions import coder_name, open_study
from codetui.plain.lines import Lines
from codetui.plain.loop import run
from codetui.study.desk import Desk


def _add_plain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="CORPUS", help="the same as --corpus")
    add_study(parser, *PARTS, coder=CODER)
    parser.add_argument("--ad", metavar="ID", help="open this ad first")


def plain(options: argparse.Namespace) -> int:
    """Code line by line."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    options.corpus = options.path or options.corpus
    study = open_study(options)
    study.reader = coder_name(options.coder)
    code = run(Desk.at(study, study.reader, options.ad), Lines())
    ignore_closed_terminal()
    return code


COMMANDS = {"plain": Command(_add_plain, plain)}

"""Options that several commands share, and the shape of a command."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

PARTS = {
    "corpus": ("PATH", "a folder of ads, or one file; default: the place named in the codebook, else ads beside it"),
    "codebook": ("FILE", "default: codebook.toml in the study"),
    "sessions": ("DIR", "default: sessions in the study"),
}
"""The parts of a study that have options, with the options' arguments and help."""

CODER = "default: $CODETUI_CODER, then the login name"
ONE_CODER = "only this coder's sessions"


class Command:
    """A command: `add_arguments` completes its parser, and `run` returns its exit code.

    No named tuple: `--help` imports this module, and typing loads more slowly than `--help` runs.
    """

    def __init__(
        self, add_arguments: Callable[[argparse.ArgumentParser], None], run: Callable[[argparse.Namespace], int]
    ) -> None:
        self.add_arguments = add_arguments
        self.run = run


def add_study(parser: argparse.ArgumentParser, *parts: str, coder: str = "") -> None:
    """Add the options that name a study and its parts, and the coder, whose help is `coder`."""
    parser.add_argument("--study", default=".", metavar="DIR", help="the folder of the study; default: this folder")
    for part in parts:
        metavar, words = PARTS[part]
        parser.add_argument(f"--{part}", metavar=metavar, help=words)
    if coder:
        parser.add_argument("--coder", metavar="NAME", help=coder)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_format(parser: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    """Add `--format`; the first choice is the default."""
    parser.add_argument("--format", choices=choices, help=f"default: the one of the suffix of -o, else {choices[0]}")


def add_output(parser: argparse.ArgumentParser, default: str | None, words: str) -> None:
    """Add `--output` and `--force`; `words` describe the path."""
    parser.add_argument("-o", "--output", default=default, metavar="PATH", help=f"{words}; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite existing files")

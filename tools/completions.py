"""Write the completion files of the shells and the manual page: `python tools/completions.py`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

from codetui import __version__
from codetui.cli.main import whole_parser

SHELLS = ("bash", "zsh", "tcsh", "fish")
FOLDER = Path(__file__).resolve().parent.parent / "src" / "codetui" / "completions"
MAN_PAGE = FOLDER.parents[2] / "man" / "codetui.1"
FILES = ("study", "codebook", "output", "corpus", "sessions", "folder", "documents", "folders", "map", "old", "path")


def completion(shell: str) -> str:
    """The completion file of a shell; paths are completed where a path is meant."""
    parser = whole_parser()
    _mark_paths(parser)
    return str(shtab.complete(parser, shell))


def man_page() -> str:
    """Return the page for `man`, at whatever width the terminal is."""
    os.environ["COLUMNS"] = "80"
    about = "Run it on a folder of texts to code them. Each command has its own --help; `codetui help` has the manual."
    return str(
        Manpage(
            whole_parser(),
            {
                "project_name": "codetui",
                "description": "code texts by hand, from the keyboard",
                "long_description": about,
                "manual_title": "codetui",
                "date": f"version {__version__}",
            },
            format="single-commands-section",
        )
    )


def _mark_paths(parser: argparse.ArgumentParser) -> None:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                _mark_paths(sub)
        elif action.dest in FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]


if __name__ == "__main__":
    for shell in SHELLS:
        (FOLDER / f"codetui.{shell}").write_text(completion(shell), encoding="utf-8", newline="\n")
    MAN_PAGE.write_text(man_page(), encoding="utf-8", newline="\n")

"""Writes the shells' completion files: `python tools/completions.py`."""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

from codetui.cli.main import whole_parser

SHELLS = ("bash", "zsh", "tcsh", "fish")
FOLDER = Path(__file__).resolve().parent.parent / "src" / "codetui" / "completions"
FILES = ("study", "codebook", "output", "corpus", "sessions", "folder", "documents", "folders", "map", "old", "path")


def completion(shell: str) -> str:
    """The completion file of a shell; paths are completed where a path is meant."""
    parser = whole_parser()
    _mark_paths(parser)
    return str(shtab.complete(parser, shell))


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

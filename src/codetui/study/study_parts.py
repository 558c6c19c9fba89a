"""The parts of a study, for every command: found, or what to say and do about those that are missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from codetui.core.text.sanitize import harmless
from codetui.model import Codebook, Problem
from codetui.storage import fs, study_files
from codetui.storage.sources.corpus import Corpus

PROBLEMS, UNUSABLE = 1, 2
"""Exit codes: errors were found; the command could not be carried out."""

DEFAULT_CORPUS = "ads"
WAY_ON = (
    "Name the folder or table of your ads (`codetui my-ads/`, `codetui ads.csv`), "
    "or lay out a new study with `codetui init`."
)
CORRECT = "Correct that line, or name the folder or table of your ads (`codetui my-ads/`, `codetui ads.csv`)."


class Unusable(NamedTuple):
    """Why the program cannot start, and what to do."""

    message: str


def read_book(codebook: Path) -> tuple[Codebook | Unusable, list[Problem]]:
    """The codebook, or why there is none."""
    if not fs.exists(codebook):
        return Unusable(
            f"there is no codebook here ({codebook}). `codetui init` lays out a study with one; "
            "--codebook FILE names one that stands elsewhere."
        ), []
    book, problems = study_files.read_codebook(codebook)
    if book is None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        return Unusable(f"the codebook cannot be read:\n{lines}"), problems
    return book, problems


def find_corpus(given: Path | None, book: Codebook, codebook: Path, sessions: Path) -> Corpus | Unusable:
    """The corpus as given, else as the codebook names it (relative to itself), else `ads`."""
    path = given if given is not None else codebook.parent / (book.corpus.path or DEFAULT_CORPUS)
    if fs.exists(path):
        return Corpus(path, book.corpus, sessions)
    if given is None and book.corpus.path:
        place = f"{codebook}:{study_files.corpus_line(codebook)}"
        return Unusable(f"{place}: [corpus] path leads to {path}, and no file or folder is there. {CORRECT}")
    return Unusable(missing_corpus(path))


def corpus_if_any(given: Path | None, book: Codebook, codebook: Path, sessions: Path) -> Corpus | Unusable | None:
    """The same for what can do without the ads; None where there is no corpus, and none was given."""
    corpus = find_corpus(given, book, codebook, sessions)
    return None if given is None and isinstance(corpus, Unusable) else corpus


def not_sessions(root: Path) -> str:
    """What to say where the sessions' folder is something else; empty where it is one, or is not there yet."""
    if not fs.exists(root) or fs.is_folder(root):
        return ""
    return f"{root} is no folder; name the folder of the sessions with --sessions."


def missing_corpus(path: Path) -> str:
    """What to say about a corpus that is not there."""
    return f"there is no file or folder {path}. {WAY_ON}"


def say(line: object) -> None:
    """One line on stderr, without what a terminal would obey."""
    print(harmless(str(line)), file=sys.stderr)


def complain(message: str) -> int:
    """Says what kept the command from being carried out; its exit code."""
    say(f"codetui: {message}")
    return UNUSABLE

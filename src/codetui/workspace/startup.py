"""Beginning: find the study's parts, or say what to do about those that are missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from codetui.core.harmless import harmless
from codetui.model import AdId, Codebook, Problem
from codetui.store import study
from codetui.store.corpus import Corpus
from codetui.store.sessions import SessionPaths
from codetui.workspace.workspace import Workspace

DEFAULT_CORPUS = "ads"
WAY_ON = (
    "Name the folder or table of your ads (`codetui my-ads/`, `codetui ads.csv`), "
    "or lay out a new study with `codetui init`."
)


class Unusable(NamedTuple):
    """Why the program cannot start, and what to do."""

    message: str


def open_workspace(
    corpus: Path | None,
    codebook: Path,
    sessions: Path,
    *,
    coder: str,
    wanted: str | None = None,
    is_shared: bool = False,
) -> Workspace | Unusable:
    """The workspace of a study, with `wanted` or the place where the coder stopped ready to open.

    `is_shared` as in Workspace.
    """
    book, problems = read_book(codebook)
    if isinstance(book, Unusable):
        return book
    path = corpus_path(corpus, book, codebook)
    if not path.exists():
        return Unusable(missing_corpus(path))
    if sessions.exists() and not sessions.is_dir():
        return Unusable(f"{sessions} is no folder; name the folder of the sessions with --sessions.")
    if not coder.strip():
        return Unusable("the coder has no name; give one with --coder NAME.")
    ads, paths = Corpus(path, book.corpus, sessions), SessionPaths(sessions, coder)
    workspace = Workspace(book, ads, paths, coder, problems, codebook, is_shared=is_shared)
    first = workspace.opening(AdId(wanted) if wanted else None)
    if first is None and wanted:
        return Unusable(f"there is no ad {wanted} in {path}; `codetui status` lists the ads.")
    if first is None:
        return Unusable(empty_corpus(path, workspace))
    workspace.first = first
    return workspace


def read_book(codebook: Path) -> tuple[Codebook | Unusable, list[Problem]]:
    """The codebook, or why there is none."""
    if not codebook.exists():
        return Unusable(
            f"there is no codebook here ({codebook}). `codetui init` lays out a study with one; "
            "--codebook FILE names one that stands elsewhere."
        ), []
    book, problems = study.read_codebook(codebook)
    if book is None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        return Unusable(f"the codebook cannot be read:\n{lines}"), problems
    return book, problems


def corpus_path(given: Path | None, book: Codebook, codebook: Path) -> Path:
    """The corpus as given, else as the codebook names it (relative to itself), else `ads`."""
    if given is not None:
        return given
    return codebook.parent / (book.corpus.path or DEFAULT_CORPUS)


def missing_corpus(path: Path) -> str:
    """What to say about a corpus that is not there."""
    return f"there is no file or folder {path}. {WAY_ON}"


def empty_corpus(path: Path, workspace: Workspace) -> str:
    """What to say about a corpus without a single ad, with the reasons that were found."""
    for batch in workspace.listing():
        workspace.add(batch)
    reasons = "".join(f"\n  {problem}" for problem in workspace.problems)
    return f"there is no ad to code in {path}: put .txt, .md, .csv or .jsonl files there.{reasons}"


def lay_out_study(folder: Path) -> int:
    """`codetui init`: makes what a study needs and overwrites nothing; the exit code."""
    made, left = study.lay_out(folder)
    for path in made:
        print(harmless(f"made {path}"))
    for path in left:
        print(harmless(f"left as it was: {path}"))
    where = "" if folder == Path() else f"cd {folder} && "
    way_on = f"Put your ads into {folder / 'ads'}, your codes into {folder / 'codebook.toml'}, then: {where}codetui"
    print(f"\n{harmless(way_on)}")
    return 0


def say(line: object) -> None:
    """One line on stderr, without what a terminal would obey."""
    print(harmless(str(line)), file=sys.stderr)

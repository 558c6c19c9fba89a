"""Beginning: find the study's parts, or say what to do about those that are missing."""

from __future__ import annotations

from pathlib import Path

from codetui.core.text.sanitize import harmless
from codetui.model import SourceId
from codetui.storage import fs, study_files
from codetui.storage.session_files import SessionPaths
from codetui.study.study_parts import Unusable, find_corpus, read_book
from codetui.study.workspace import Workspace


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
    ads = find_corpus(corpus, book, codebook, sessions)
    if isinstance(ads, Unusable):
        return ads
    if fs.exists(sessions) and not fs.is_folder(sessions):
        return Unusable(f"{sessions} is no folder; name the folder of the sessions with --sessions.")
    if not coder.strip():
        return Unusable("the coder has no name; give one with --coder NAME.")
    workspace = Workspace(book, ads, SessionPaths(sessions, coder), coder, problems, codebook, is_shared=is_shared)
    first = workspace.opening(SourceId(wanted) if wanted else None)
    if first is None and wanted:
        return Unusable(f"there is no ad {wanted} in {ads.path}; `codetui status` lists the ads.")
    if first is None:
        return Unusable(empty_corpus(ads.path, workspace))
    workspace.first = first
    return workspace


def empty_corpus(path: Path, workspace: Workspace) -> str:
    """What to say about a corpus without a single ad, with the reasons that were found."""
    for batch in workspace.listing():
        workspace.add(batch)
    reasons = "".join(f"\n  {problem}" for problem in workspace.problems)
    return f"there is no ad to code in {path}: put .txt, .md, .csv or .jsonl files there.{reasons}"


def lay_out_study(folder: Path) -> int:
    """`codetui init`: makes what a study needs and overwrites nothing; the exit code."""
    from shlex import quote

    made, left = study_files.create_study(folder)
    for path in made:
        print(harmless(f"made {path}"))
    for path in left:
        print(harmless(f"left as it was: {path}"))
    where = "" if folder == Path() else f"cd {quote(f'./{folder}' if str(folder).startswith('-') else str(folder))} && "
    way_on = f"Put your ads into {folder / 'ads'}, your codes into {folder / 'codebook.toml'}, then: {where}codetui"
    print(f"\n{harmless(way_on)}")
    return 0

"""What git calls where two sides have changed one document: it is made anew from the logs of both.

Git brings logs together by itself (`merge=union`: all lines of both).  A document is no text whose lines could be
mixed: it is what the log says.  What was edited by hand on either side is in it too, so that it is taken over when the
session is opened.
"""

from __future__ import annotations

import shlex
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.conflicts import between, sentence
from codetui.core.session.state import replay
from codetui.formats import session_doc
from codetui.formats.session_doc import Written
from codetui.model import Codebook, Transaction
from codetui.storage import fs, git, study_files
from codetui.storage.session_files import DOCUMENT, EVENTS, LOG, SessionPaths, safe_name
from codetui.study.session.document import AdFacts, SnapshotFile, base_of, legible
from codetui.study.sessions import Ads, MergeSide, other_text, side_of
from codetui.study.study_parts import UNUSABLE, say

MERGED, CONFLICT = 0, 1
CODEBOOK, BASES = "codebook.toml", ".written"


class _Both(NamedTuple):
    """The two sides of one session, and the steps of both, without and with what was edited by hand."""

    book: Codebook
    ours: MergeSide
    theirs: MergeSide
    logged: tuple[Transaction, ...]
    whole: tuple[Transaction, ...]

    def written(self, transactions: tuple[Transaction, ...]) -> Written:
        """The document of these steps."""
        state = replay(transactions)
        opened = state.opened
        assert opened is not None
        facts = AdFacts(opened.ad, state.employer or opened.employer, state.title or opened.title)
        return session_doc.document_of(state, self.book, facts)


def merge_file(ours: Path, theirs: Path, path: Path) -> int:
    """Makes the file `ours` what both sides say; `path` is its name in the repository, below the folder we are in.

    Git's exit code: 0 where that is done, 1 where our side stays as it is and a person has to decide.
    """
    folder = path.parent.parent if path.suffix == BASES else path.parent
    book, _ = _book(folder)
    if book is None:
        return _left(path, f"no {CODEBOOK} that can be read lies above it")
    with tempfile.TemporaryDirectory(prefix="codetui-") as temporary:
        both = _both(Path(temporary), (ours, theirs), path, folder, book)
    if isinstance(both, str):
        return _left(path, both)
    if path.suffix == BASES:
        SnapshotFile(ours).write([base_of(both.written(both.logged), both.logged)])
    else:
        fs.replace(ours, both.written(both.whole).text.encode("utf-8", "replace"), durable=False)
        state = replay(both.whole)
        for one in between(both.ours.steps, both.theirs.steps):
            say(f"{path}: {sentence(one, state, book)}")
    return MERGED


def _both(temporary: Path, versions: tuple[Path, Path], path: Path, folder: Path, book: Codebook) -> _Both | str:
    """The sides that two versions of a file stand for; why they cannot be told, if not."""
    sides: list[MergeSide] = []
    for number, version in enumerate(versions):
        data = fs.read(version)
        revision = git.revision_with(path, data)
        if revision is None:
            return "git does not say which commit one side is from"
        name = _name(path, data)
        root = temporary / str(number)
        _lay_out(revision, folder, root / folder.name, name)
        paths = SessionPaths.of_folder(root, folder.name)
        side = side_of(paths, paths.folder / EVENTS / f"{name}{LOG}", book, Ads(None))
        if side is None or not side.ad:
            return "one side has a document and no log"
        sides.append(side)
    ours, theirs = sides
    harm = other_text(ours, theirs)
    if harm is not None:
        return harm.message
    held = [problem.message for side in sides for problem in side.problems if problem.severity == "error"]
    if held:
        return held[0]
    logged = _united(ours.transactions, theirs.transactions)
    return _Both(book, ours, theirs, logged, _united(ours.steps, theirs.steps))


def _lay_out(revision: str, folder: Path, target: Path, name: str) -> None:
    """Puts the files of one session, as they are in a commit, into a folder."""
    wanted = {f"{name}{LOG}", f"{name}{BASES}"}
    begun = tuple(f"{DOCUMENT}{name}{sign}" for sign in "_~.")
    for file in (*git.files_in(revision, folder), *git.files_in(revision, folder / EVENTS)):
        if file.name in wanted or file.name.startswith(begun):
            place = target / file.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(git.content(revision, file))


def _name(path: Path, data: bytes) -> str:
    """The name of the ad's files."""
    if path.suffix == BASES:
        return path.stem
    return safe_name(session_doc.read(legible(data, path).split("\n## ", 1)[0], "")[0].ad)


def _book(folder: Path) -> tuple[Codebook | None, Path]:
    """The nearest codebook above a coder's folder."""
    for above in folder.parents:
        if fs.is_file(above / CODEBOOK):
            return study_files.read_codebook(above / CODEBOOK)[0], above
    return None, folder


def _united(one: tuple[Transaction, ...], other: tuple[Transaction, ...]) -> tuple[Transaction, ...]:
    """The steps of both, each once, in their order."""
    unique = {each.id: each for each in (*one, *other)}
    return tuple(sorted(unique.values(), key=lambda each: (each.seq, each.id)))


def _left(path: Path, why: str) -> int:
    say(f"codetui: {path} stays as it is on our side: {why}")
    return CONFLICT


NAME = "codetui"
WORDS = "codetui's documents, made anew from both logs"


def install(sessions: Path) -> int:
    """Tells git in the clone that `sessions` lies in how documents are merged; the exit code."""
    if not fs.is_folder(sessions):
        say(f"codetui: there is no folder {sessions}; --sessions names that of the sessions.")
        return UNUSABLE
    # -P: no module of the repository is taken for one of Python's.
    command = f"{shlex.quote(Path(sys.executable).as_posix())} -P -m codetui merge --driver %O %A %B %P"
    try:
        git.run("config", "--local", f"merge.{NAME}.name", WORDS, folder=sessions)
        git.run("config", "--local", f"merge.{NAME}.driver", command, folder=sessions)
    except git.GitError as error:
        say(f"codetui: {error.strerror}. Run this in a clone, and name its sessions with --sessions.")
        return UNUSABLE
    made, left = study_files.create_git_files(sessions)
    for path in made:
        print(f"made {path}: commit it, every clone needs it")
    for path in left:
        print(f"left as it was: {path}")
    print("git merges documents in this clone as codetui does; run this once in every other clone")
    return 0

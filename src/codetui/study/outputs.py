"""The parts of a study that output must not overwrite, however their paths are spelled."""

from __future__ import annotations

import unicodedata
from contextlib import suppress
from pathlib import Path

from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Codebook
from codetui.storage import disk, fs, session_files
from codetui.storage.sources.corpus_files import is_source_file
from codetui.study import samples
from codetui.study.study import CORPUS, SESSIONS, StudyError, read_codebook

ELSEWHERE = "name another place with -o"
HEAD_SIZE = 512
GIT_FILES = (".gitattributes", ".gitignore", ".gitmodules")


def protected_part(
    path: Path, codebook: Path, sessions: Path, corpus: Path | None = None, *, may_replace_codebook: bool = False
) -> str:
    """Return why `path` must not be written, even by force; empty if it may be.

    Protected are the sessions, the sources, the samples, the codebook with the documents that it names, and git's own
    files, also those of another study that the path is in; and logs and documents of sessions anywhere.
    `corpus` is given if it is not the one named by the codebook. `may_replace_codebook` is set for a new codebook: it
    may replace the study's while there is no session, and any other codebook.
    """
    kept = _part_of_study(path, codebook, sessions, corpus, may_replace_codebook=may_replace_codebook)
    for folder in Path(_real(path)).parents:
        other = folder / codebook.name
        if not kept and fs.is_file(other) and not _is_same(other, codebook):
            kept = _part_of_study(path, other, folder / SESSIONS, may_replace_codebook=may_replace_codebook)
    if not kept and _is_of_session(path):
        kept = f"{path} is the log or document of a session, which is not overwritten; {ELSEWHERE}."
    return kept


def _is_of_session(path: Path) -> bool:
    """Return whether a file begins as logs or documents of sessions do."""
    with suppress(OSError):
        first = fs.read_head(str(path), HEAD_SIZE).partition(b"\n")[0]
        return b"# Manual Coding Analysis: " in first or (first.startswith(b'{"v":') and b'"events":' in first)
    return False


def _part_of_study(
    path: Path, codebook: Path, sessions: Path, corpus: Path | None = None, *, may_replace_codebook: bool = False
) -> str:
    book: Codebook | None = None
    with suppress(StudyError):
        book = read_codebook(codebook)[0]
    if may_replace_codebook:
        if fs.exists(path) and _is_same(path, codebook) and session_files.coders(sessions):
            hint = f"{ELSEWHERE}, compare the two with `codetui codebook diff`, and migrate the sessions"
            return f"{path} is the codebook that the sessions are coded with, which is not overwritten: {hint}."
    elif _is_same(path, codebook) or (path.suffix == ".toml" and _has_codes(path)):
        return f"{path} is a codebook, which is not overwritten; {ELSEWHERE}."
    if _is_inside(path, sessions) and _is_session_place(path, sessions, codebook):
        return f"{path} is among the sessions ({sessions}), where nothing else is written; {ELSEWHERE}."
    sources = book.words.sources if book else "ads"
    corpus = corpus or codebook.parent / ((book.corpus.path if book else "") or CORPUS)
    if _is_same(path, corpus) or (_is_inside(path, corpus) and _is_source_place(path, corpus, codebook)):
        return f"{path} is among the {sources} ({corpus}), where nothing else is written; {ELSEWHERE}."
    if book and any(_is_same(path, codebook.parent / reference.path) for reference in book.references):
        return f"{path} is a document that the codebook names, which is not overwritten; {ELSEWHERE}."
    if _is_inside(path, codebook.parent / samples.FOLDER):
        return f"{path} is among the samples, where nothing else is written; {ELSEWHERE}."
    if ".git" in Path(_real(path)).parts or path.name in GIT_FILES:
        return f"{path} is a file of git, which is not overwritten; {ELSEWHERE}."
    return ""


def _has_codes(path: Path) -> bool:
    """Return whether a file is a codebook, of this study or of another."""
    try:
        book = parse_codebook(fs.read(path).decode("utf-8-sig"), str(path))[0]
    except (OSError, UnicodeDecodeError):
        return False
    return book is not None and bool(book.codes or book.sections)


def _is_session_place(path: Path, sessions: Path, codebook: Path) -> bool:
    """Return whether a path is among sessions: below a coder's folder, or anywhere in a folder of sessions only."""
    coders = session_files.coders(sessions)
    is_for_these_alone = not _is_inside(codebook, sessions) and (bool(coders) or sessions.name == SESSIONS)
    return is_for_these_alone or any(_is_inside(path, sessions / name) for name in coders)


def _is_source_place(path: Path, corpus: Path, codebook: Path) -> bool:
    """Return whether a path in the corpus counts as a source; all do, unless the study itself is in there too."""
    return not _is_inside(codebook, corpus) or (is_source_file(path.name) and fs.exists(path))


def _is_inside(path: Path, folder: Path) -> bool:
    real = Path(_real(path))
    return any(_is_same(each, folder) for each in (real, *real.parents))


def _is_same(path: Path, other: Path) -> bool:
    """Return whether two paths are the same file or folder, or would be without distinguishing case and accents."""
    one, two = _real(path), _real(other)
    if _folded(one) == _folded(two):
        return True
    first, second = disk.status(one), disk.status(two)
    return bool(first and second and first.st_ino and (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino))


def _real(path: Path) -> str:
    try:
        return disk.real(path)
    except OSError:
        return str(path.absolute())


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()

"""Freeze a study in a zip file: all that somebody else needs to compute its figures again, with the hash of each file.

The same study gives the same bytes: names are sorted, and times and permissions of files are left out.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from codetui import __version__
from codetui.formats.report.reader import read_report
from codetui.model import Problem
from codetui.storage import disk, fs, session_files
from codetui.storage.copies import is_left_out
from codetui.storage.output import OutputFiles
from codetui.storage.sources.corpus import Corpus
from codetui.study.session.outcome import not_read
from codetui.study.study import CODEBOOK, CORPUS, SESSIONS, Study, StudyError

FORMAT, VERSION = "codetui frozen study", 1
"""The name and version of the manifest: a new key does not change the version."""

MANIFEST, README = "manifest.json", "README.txt"
REPORT = "report.html"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The time of all files: zip knows none before it."""

CHUNK = 1 << 20
OF_MACHINE = (session_files.LOCK, ".tmp", ".checked")
"""The suffixes of files that belong to one machine: locks, unfinished files, and records of checks."""


class Frozen(NamedTuple):
    """A frozen study: the number of its files, their bytes together, the hash of the manifest, and what is left out."""

    files: int
    size: int
    digest: str
    problems: tuple[Problem, ...]


def freeze(study: Study, target: Path, report: Path | None = None) -> Frozen:
    """Write all files of a study, and a report of it if given, to the zip file `target`. Raises OSError, StudyError."""
    problems: list[Problem] = []
    corpus, files = files_of(study, problems)
    if report is not None:
        files[REPORT] = report
        files |= _maps_of(report, study.codebook_path.parent, problems)
    with OutputFiles(target) as output:
        with output.open("") as file:
            hashes = _write(file, files, corpus)
        output.publish()
    manifest = hashes.pop(MANIFEST)
    size = sum(one for _, one in hashes.values())
    return Frozen(len(hashes), size, manifest[0], tuple(problems))


def _write(target: BinaryIO, files: Mapping[str, Path], corpus: str) -> dict[str, tuple[str, int]]:
    """Write the zip file; return the hash and size of each file in it by name."""
    hashes: dict[str, tuple[str, int]] = {}
    with ZipFile(target, "w") as zipped:
        for name in sorted(files):
            digest, size = hashlib.sha256(), 0
            with fs.open_regular(files[name]) as file, zipped.open(_entry(name), "w") as entry:
                while chunk := file.read(CHUNK):
                    entry.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
            hashes[name] = digest.hexdigest(), size
        hashes[README] = _add(zipped, README, _read_me(corpus, has_report=REPORT in files))
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "codetui": __version__,
            "corpus": corpus,
            "files": {name: {"sha256": digest, "bytes": size} for name, (digest, size) in sorted(hashes.items())},
        }
        hashes[MANIFEST] = _add(zipped, MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    return hashes


def _add(zipped: ZipFile, name: str, text: str) -> tuple[str, int]:
    data = text.encode("utf-8", "surrogateescape")
    zipped.writestr(_entry(name), data)
    return hashlib.sha256(data).hexdigest(), len(data)


def _entry(name: str) -> ZipInfo:
    """Return the entry of a file, without anything that differs from one machine to the next."""
    entry = ZipInfo(name, EARLIEST)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    entry.create_system = 3
    return entry


def _read_me(corpus: str, *, has_report: bool) -> str:
    """Return how to compute the figures again."""
    place = f" --corpus {corpus}" if corpus not in ("", CORPUS) else ""
    file = REPORT if has_report else "REPORT.html"
    return (
        "This is a study that was coded with codetui, as it was when it was frozen.\n\n"
        f"Unpack it, install codetui {__version__}, and run in this folder:\n\n"
        f"    codetui status{place}\n"
        f"    codetui report --verify {file}{place}\n\n"
        f"{MANIFEST} has the SHA-256 of each file.\n"
    )


# --- the files ----------------------------------------------------------------------------------------


def files_of(study: Study, problems: list[Problem]) -> tuple[str, dict[str, Path]]:
    """Return the place of the corpus in the zip file, and the files by their places there."""
    files = {CODEBOOK: study.codebook_path}
    folder = study.codebook_path.parent
    for reference in study.codebook.references:
        if _is_below(reference.path) and fs.is_file(folder / reference.path):
            files[PurePosixPath(reference.path).as_posix()] = folder / reference.path
    for sample in study.samples.all:
        path = study.samples.path(sample.name)
        files[f"{path.parent.name}/{path.name}"] = path
    for path, name in _below(study.sessions_path, problems) if fs.exists(study.sessions_path) else ():
        if not name.endswith(OF_MACHINE) and PurePosixPath(name).name != session_files.PLACE_FILE:
            files[f"{SESSIONS}/{name}"] = path
    found = [problem for session in study.sessions() for problem in session.problems]
    problems += filter(is_left_out, dict.fromkeys((*found, *study.problems())))
    return _add_corpus(study, files), files


def _add_corpus(study: Study, files: dict[str, Path]) -> str:
    """Add the files of the corpus; return their place, which is that in the study if it is inside, else `ads`.

    Raises StudyError if one of them still contains a source that was erased.
    """
    corpus, own = study.corpus_if_any, study.codebook.corpus.path
    if corpus is None:
        return ""
    path = corpus.path
    place = CORPUS + (path.suffix.lower() if fs.is_file(path) else "")
    if _is_below(own) and fs.is_same_file(path, study.codebook_path.parent / own):
        place = PurePosixPath(own).as_posix()
    shown = {entry.id: entry.file for entry in study.sources if not corpus.is_gone(entry)}
    whole = Corpus(path, study.codebook.corpus, study.sessions_path, study.codebook.words, has_erased=True)
    erased = [
        entry.id
        for batch in whole.batches()
        for entry in batch.entries
        if entry.id not in shown and entry.file in shown.values()
    ]
    if erased:
        what = f"{path} still contains erased {study.codebook.words.sources} ({', '.join(erased)})"
        raise StudyError(f"{what}: delete them from this table, then freeze the study.")
    for file in dict.fromkeys(shown.values()):
        below = "" if fs.is_file(path) else f"/{PurePosixPath(os.path.relpath(file, path)).as_posix()}"
        files[f"{place}{below}"] = Path(file)
    return place


def _maps_of(report: Path, folder: Path, problems: list[Problem]) -> dict[str, Path]:
    """Return the rules that a report was made with; add those outside of the study to `problems`."""
    match read_report(fs.read(report).decode("utf-8", "replace")).record:
        case {"request": {"maps": list(maps)}}:
            names = list(map(str, maps))
        case _:
            names = []
    for name in names:
        if not _is_below(name):
            what = "these rules are outside of the study and not packed: send them along, or move them into the study"
            problems.append(Problem(str(folder / name), 0, "error", what))
    return {PurePosixPath(name).as_posix(): folder / name for name in names if _is_below(name)}


def _is_below(path: str) -> bool:
    """Return whether a path leads to something below the folder of the study."""
    return bool(path) and not Path(path).is_absolute() and ".." not in Path(path).parts


def _below(folder: Path, problems: list[Problem]) -> Iterator[tuple[Path, str]]:
    """Yield all files below a folder with their places in it; add those that cannot be read to `problems`."""

    def report(error: OSError) -> None:
        problems.append(not_read(error, folder, "it is left out"))

    seen: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=report, followlinks=True):
        # A link may lead back to a folder above.
        folders[:] = sorted(each for each in folders if disk.real(Path(parent) / each) not in seen)
        seen |= {disk.real(Path(parent) / each) for each in folders}
        for name in sorted(names):
            path = Path(parent) / name
            if fs.is_file(path):
                yield path, path.relative_to(folder).as_posix()

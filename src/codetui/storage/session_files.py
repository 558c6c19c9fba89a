"""Names and paths of a coder's logs and documents, and where the coder stopped."""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.model import Problem
from codetui.storage import disk, fs
from codetui.storage.copies import awaited, original_of
from codetui.storage.fs import remove_stale_temporaries, require_inside

EVENTS = "events"
LOG = ".jsonl"
SNAPSHOTS = ".written"
LOCK = ".lock"
PLACE_FILE = "place.json"
STUDY_LOG = "study.jsonl"
MEMOS = "memos.md"
KEPT_FOLDER = ".codebooks"
"""The folder of kept codebooks, in that of the sessions: they belong to all coders of a study."""

DOCUMENT = "analysis_job_"


class StoppedAt(NamedTuple):
    """The place at which a coder stopped: id and position of the source (as in SourceEntry), cursor and scroll."""

    source: str
    file: str = ""
    offset: int = -1
    line: int = 0
    cursor: int = 0
    scroll: int = 0


class SessionPaths:
    """The paths of one coder below the sessions folder.

    A path that leaves that folder through symbolic links raises PermissionError.
    """

    def __init__(self, root: Path, coder: str) -> None:
        self.root = root
        self.folder = root / coder_folder(root, coder)
        self._listed: dict[Path, list[str]] | None = None

    @classmethod
    def of_folder(cls, root: Path, name: str) -> SessionPaths:
        """Return the paths in the folder `name`, whichever coder it belongs to."""
        paths = cls(root, name)
        paths.folder = root / name
        return paths

    def log(self, source_id: str) -> Path:
        """Return the path of a session's log."""
        return self.beside(source_id, LOG)

    def study_log(self) -> Path:
        """Return the path of the coder's log of the study, which holds the steps that span several sessions."""
        return self._inside(self.folder / STUDY_LOG)

    def beside(self, source_id: str, suffix: str) -> Path:
        """Return the path of the file with that suffix beside a session's log."""
        return self._inside(self.folder / EVENTS / f"{safe_name(source_id)}{suffix}")

    def document(self, source_id: str, employer: str, *, is_apart: bool = False) -> Path:
        """Return the path of a session's document, `analysis_job_<id>_<employer>.md`."""
        return self._inside(self.folder / document_name(source_id, employer, is_apart=is_apart))

    def documents_of(self, source_id: str) -> list[Path]:
        """Return the documents whose names begin with the id of a source, conflict copies included."""
        name = f"{DOCUMENT}{safe_name(source_id)}"
        found = documents(self.folder, name, self._names(self.folder))
        return [path for path in found if not path.stem[len(name) : len(name) + 1].isalnum()]

    def documents(self) -> list[Path]:
        """Return all documents of the coder."""
        return documents(self.folder)

    def log_names(self) -> list[str]:
        """Return the names of the logs of all sessions of the coder, sorted."""
        return log_names(self.folder, self._names(self.folder / EVENTS))

    def listed_once(self) -> SessionPaths:
        """Return the same paths for opening many sessions: the coder's folders are listed once, and not for each."""
        paths = copy(self)
        paths._listed = {}
        return paths

    def _names(self, folder: Path) -> Sequence[str]:
        if self._listed is None:
            return fs.names_in(folder)
        if folder not in self._listed:
            self._listed[folder] = fs.names_in(folder)
        return self._listed[folder]

    def logs(self) -> set[Path]:
        """Return the logs of all sessions of the coder."""
        return set(logs(self.folder))

    def log_ids(self) -> frozenset[str]:
        """Return the ids of the sources that have a log, as `safe_name` writes them."""
        return frozenset(path.name.removesuffix(LOG) for path in logs(self.folder))

    def sync_folders(self) -> None:
        """Wait until the names of existing folders are on the disk, so that the first command need not wait."""
        folder = self.folder / EVENTS
        with suppress(OSError):
            fs.ensure_folder(next(one for one in (folder, *folder.parents) if one.is_dir()))

    def remove_stale_temporaries(self) -> None:
        """Delete temporary files that killed programs left in the coder's folders."""
        for folder in (self.folder, self.folder / EVENTS):
            remove_stale_temporaries(folder)

    def read_place(self) -> StoppedAt | None:
        """Return where the coder stopped, or None if that is unknown; raise OSError."""
        try:
            value: object = json.loads(fs.read(self.folder / EVENTS / PLACE_FILE))
        except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
            return None
        return _stopped_at(value) if isinstance(value, dict) else None

    def write_place(self, place: StoppedAt) -> None:
        """Save where the coder stopped, without waiting for the disk; raise OSError."""
        path = self._inside(self.folder / EVENTS / PLACE_FILE)
        fs.replace(path, json.dumps(place._asdict()).encode("ascii") + b"\n", durable=False)

    def _inside(self, path: Path) -> Path:
        return require_inside(self.root, path)


def document_name(source_id: str, employer: str, *, is_apart: bool = False) -> str:
    """Return the name of a document; with `is_apart`, a name that no other source's document has."""
    words = file_words(employer)
    return f"{DOCUMENT}{safe_name(source_id)}{'_' if words else ''}{words}{_digits(source_id) if is_apart else ''}.md"


def coders(root: Path) -> list[str]:
    """Return the folders of the coders who have sessions, by name; folders of the program begin with a dot."""
    folders = (folder for folder in _children(root) if not folder.name.startswith(".") and fs.is_folder(folder))
    return [
        folder.name
        for folder in folders
        if log_names(folder) or documents(folder) or (folder.name != EVENTS and strays(folder))
    ]


def study_log_folders(root: Path) -> list[str]:
    """Return the folders with a log of the study, by name: those of coders, and of people who only decide."""
    folders = (folder for folder in _children(root) if not folder.name.startswith("."))
    return [folder.name for folder in folders if fs.is_file(folder / STUDY_LOG)]


def strays(folder: Path) -> list[Path]:
    """Return the logs and documents in a coder's folder with a place or name under which none is read.

    Those are logs outside the folder of logs, backups, copies whose names begin differently, and placeholders.
    """
    names, logged = frozenset(fs.names_in(folder)), frozenset(fs.names_in(folder / EVENTS))
    found = [folder / name for name in sorted(names) if name.endswith(LOG) and name != STUDY_LOG]
    found += [folder / name for name in sorted(names) if not name.endswith(LOG) and _is_stray(name, names)]
    return found + [
        folder / EVENTS / name for name in sorted(logged) if not name.endswith(LOG) and _is_stray(name, logged)
    ]


def _is_stray(name: str, names: Container[str]) -> bool:
    is_document = name.startswith(DOCUMENT) and name.endswith(".md")
    original = "" if is_document else awaited(name) or original_of(name, names)
    return original.endswith(LOG) or (original.startswith(DOCUMENT) and original.endswith(".md"))


def misplaced_files(root: Path) -> list[Path]:
    """Return the logs and documents outside the coders' folders, where none are read."""
    names = [path for path in _children(root) if path.name.endswith(LOG) or path.name.startswith(DOCUMENT)]
    return [path for path in names if fs.is_file(path)]


def broken_links(root: Path) -> list[Path]:
    """Return the broken links in place of coders' folders or of their folders of logs."""
    found = [path for path in _children(root) if not path.name.startswith(".")]
    paths = (*found, *(path / EVENTS for path in found))
    return [path for path in paths if fs.exists_or_link(path) and not fs.exists(path)]


def alike(folder: str, names: Iterable[str]) -> list[str]:
    """Return the coders' folders whose names differ from that of `folder` only in case, blanks or accents."""
    return [name for name in names if name != folder and _letters(name) == _letters(folder)]


def _letters(folder: str) -> str:
    return file_words(_HASH.sub("", folder), joint="-")


def documents(folder: Path, prefix: str = DOCUMENT, names: Sequence[str] | None = None) -> list[Path]:
    """Return the documents in a coder's folder whose names have a prefix, by name; only these are checked on disk.

    `names` are those in the folder, if it was listed before.
    """
    listed = fs.names_in(folder) if names is None else names
    found = (name for name in listed if name.startswith(prefix) and name.endswith(".md"))
    return [folder / name for name in found if fs.is_file(folder / name)]


def logs(folder: Path) -> list[Path]:
    """Return the logs of sessions in a coder's folder, by name."""
    return [folder / EVENTS / name for name in log_names(folder)]


def log_names(folder: Path, names: Sequence[str] | None = None) -> list[str]:
    """Return the names of the logs of sessions in a coder's folder, sorted; `names` are those there, if listed."""
    listed = fs.names_in(folder / EVENTS) if names is None else names
    return [name for name in listed if name.endswith(LOG) and not name.startswith(".")]


def coder_folder(root: Path, coder: str) -> str:
    """Return the name of a coder's folder.

    If there is a folder that differs only in case (`anna`, `Anna`), the name gets a hash: on some systems the two would
    be one folder.
    """
    plain, hashed = coder_name(coder), coder_name(coder, hashed=True)
    names = [folder.name for folder in _children(root)]
    same = unicodedata.normalize("NFC", plain).casefold()
    others = [name for name in names if unicodedata.normalize("NFC", name).casefold() == same]
    return hashed if hashed in names or (others and plain not in others) else plain


def _children(folder: Path) -> list[Path]:
    """Return the paths in a folder, by name; none if it is absent.  Raise OSError if it cannot be read."""
    return [folder / name for name in fs.names_in(folder)]


def _stopped_at(value: dict[str, object]) -> StoppedAt | None:
    """Return the place that a file holds; fields of a wrong type keep their default."""
    source, file = value.get("source"), value.get("file")
    if not isinstance(source, str):
        return None

    def number(name: str, default: int) -> int:
        found = value.get(name)
        return found if type(found) is int and 0 <= found < 2**53 else default

    numbers = number("offset", -1), number("line", 0), number("cursor", 0), number("scroll", 0)
    return StoppedAt(source, file if isinstance(file, str) else "", *numbers)


# --- what is in the way ---------------------------------------------------------------------------------


def obstructions(root: Path, coder: str | None = None) -> Iterator[Problem]:
    """Yield a problem for each link, folder or pipe in place of a file or folder of the sessions.

    `coder` limits the search to that coder's folder. Raise OSError if a folder cannot be read.
    """
    for entry in _entries(root):
        is_kept = entry.name == KEPT_FOLDER
        is_used = is_kept or not entry.name.startswith(".")
        if is_used and (coder is None or entry.name in (coder, KEPT_FOLDER)):
            is_folder = is_kept or entry.is_symlink() or entry.is_dir()
            yield from _obstructions_at(root, entry, "folder" if is_folder else "")


def _obstructions_at(root: Path, entry: os.DirEntry[str], kind: Literal["file", "folder", ""]) -> Iterator[Problem]:
    """Yield the problem with an entry that is a file or folder of this kind, or the problems with its contents."""
    fault = _fault(root, entry, kind) if kind else ""
    if fault:
        yield Problem(entry.path, 0, "error", fault)
    elif kind == "folder":
        for inner in _entries(Path(entry.path)):
            yield from _obstructions_at(root, inner, _kind_named(entry.name, inner.name))


def _kind_named(folder: str, name: str) -> Literal["file", "folder", ""]:
    """Return the kind of file or folder that a name refers to; empty if the program does not use it."""
    if folder == EVENTS:
        return "file" if name.endswith((LOG, SNAPSHOTS, LOCK)) or name == PLACE_FILE else ""
    if folder == KEPT_FOLDER:
        return "file" if name.endswith(".toml") else ""
    if name == EVENTS:
        return "folder"
    return "file" if name == STUDY_LOG or (name.startswith(DOCUMENT) and name.endswith(".md")) else ""


def _fault(root: Path, entry: os.DirEntry[str], kind: Literal["file", "folder"]) -> str:
    """Return why an entry is not the file or folder that its name implies; empty if it is."""
    if entry.is_symlink():
        if disk.status(entry.path) is None:
            return "this symbolic link leads nowhere; remove it, or restore what it leads to"
        if not Path(disk.real(entry.path)).is_relative_to(disk.real(root)):
            return f"this symbolic link leads out of {root}, so that nothing can be written there; {fs.LINK_HINT}"
    is_file, is_folder = entry.is_file(), entry.is_dir()
    if is_file if kind == "file" else is_folder:
        return ""
    found = "folder" if is_folder else "file" if is_file else "pipe or a device"
    return f"this is a {found}, where a {kind} belongs; move it elsewhere, or rename it"


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, by name; none if it is absent.  Raise OSError if it cannot be read."""
    try:
        return sorted(disk.entries(folder), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


# --- names that hold on every file system -------------------------------------------------------------

_LIMIT = 60
_HASH = re.compile("~[0-9a-f]{8}$")
_PLAIN_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,59}[a-z0-9_-])?")
_PLAIN_CODER = re.compile(r"\w(?:[\w .-]{0,58}[\w-])?")
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"
}
_LETTERS = dict(zip(map(ord, "ßæœøłđðþı’'"), ("ss", "ae", "oe", "o", "l", "d", "d", "th", "i", "", ""), strict=True))


def safe_name(name: str) -> str:
    """Return an id if every file system accepts it as a name, else a readable part with eight digits of its hash.

    Different ids get names that differ in more than case: `ab-1` stays `ab-1`, `AB-1` is `ab-1~` and digits.
    """
    if _PLAIN_ID.fullmatch(name) and not is_reserved(name):
        return name
    return f"{file_words(name, joint='-') or 'x'}{_digits(name)}"


def coder_name(name: str, *, hashed: bool = False) -> str:
    """Return the name of a coder's folder: the coder's name or, if necessary or `hashed`, that with a hash."""
    composed = unicodedata.normalize("NFC", name)
    if not hashed and _PLAIN_CODER.fullmatch(composed) and not is_reserved(composed) and len(composed.encode()) < 200:
        return composed
    return f"{file_words(composed, joint='-') or 'x'}{_digits(composed)}"


def file_words(text: str, joint: str = "_") -> str:
    """Return a text's words in lower-case ASCII for the name of a file: `creative_fabrica` for `Creative Fabrica`."""
    plain = unicodedata.normalize("NFKD", text[:1000].lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    joined = joint.join(words)
    if len(joined) <= _LIMIT:
        return joined
    return joined[:_LIMIT].rpartition(joint)[0] or joined[:_LIMIT]


def is_reserved(name: str) -> bool:
    """Return whether Windows reserves a name for a device, whatever its suffix: `con`, `aux.txt`."""
    return name.partition(".")[0].strip().casefold() in _RESERVED


def _digits(name: str) -> str:
    """Return eight digits of a name's hash, after a tilde."""
    return f"~{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"

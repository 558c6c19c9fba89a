"""The files of a study itself: its codebook, in every version used for coding, and the files of a new study."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from codetui import __version__
from codetui.formats.codebook.reader import Checks, parse_codebook
from codetui.formats.toml.syntax import TomlScan
from codetui.model import Codebook, Problem, Reference, text_hash
from codetui.storage import disk, fs
from codetui.storage.erasures import Erasures
from codetui.storage.fs import require_inside
from codetui.storage.session_files import KEPT_FOLDER

MOST_MISSING = 200
"""Missing background documents that are reported."""

# --- reading a codebook -------------------------------------------------------------------------------


def read_codebook(path: Path, checks: Checks = "all") -> tuple[Codebook | None, list[Problem]]:
    """Return the codebook at `path` with its problems; None if nothing can be read."""
    try:
        data = fs.read(path)
    except OSError as error:
        return None, [Problem(str(path), 0, "error", f"{error.strerror or error}; --codebook names another file")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem(str(path), line, "error", "not UTF-8; save the codebook as UTF-8")]
    book, problems = parse_codebook(text, str(path), checks)
    missing = _missing_references(path, book, text) if book else []
    return book, sorted([*problems, *missing], key=lambda problem: problem.line)


def _missing_references(path: Path, book: Codebook, text: str) -> list[Problem]:
    """Return a problem for each missing background document, on the line that names it."""
    missing = [reference.path for reference in book.references if _is_missing(path.parent / reference.path)]
    lines = text.replace("\r\n", "\n").split("\n") if missing else []
    problems = []
    for name in missing[:MOST_MISSING]:
        line = next((number for number, line in enumerate(lines, 1) if name in line), 0)
        what = f"there is no background document {name} beside the codebook; correct its path or remove it"
        problems.append(Problem(str(path), line, "warning", what))
    return problems


def corpus_line(codebook: Path) -> int:
    """Return the line on which a codebook names its corpus, 0 if it cannot be read any more."""
    try:
        return TomlScan(fs.read(codebook).decode("utf-8-sig")).line("corpus", "path")
    except (OSError, UnicodeDecodeError):
        return 0


def _is_missing(path: Path) -> bool:
    """Return whether a file is certainly missing; if unknown, reading it will report the reason."""
    try:
        return not fs.is_file(path)
    except OSError:
        return False


def read_reference(codebook: Path, reference: Reference) -> tuple[str, Problem | None]:
    """Return the text of a background document, or the problem with it; its path is relative to the codebook."""
    path = codebook.parent / reference.path
    try:
        return fs.read(path).decode("utf-8-sig", "replace"), None
    except OSError as error:
        what = f"{error.strerror or error}; correct the path of “{reference.title}” in the codebook"
        return "", Problem(str(path), 0, "warning", what)


# --- a new study --------------------------------------------------------------------------------------

SAMPLE_AD = "1_example_company.txt"
TUTOR_AD = "1_oude_molen.txt"


def create_study(folder: Path) -> tuple[list[Path], list[Path]]:
    """Create a study's files in `folder`; return the new ones, and those that existed and are unchanged."""
    made: list[Path] = []
    left: list[Path] = []
    ads = folder / "ads"
    for path in (ads, folder / "sessions"):
        (left if fs.is_folder(path) else made).append(path)
        fs.ensure_folder(path)
    _create(folder / "codebook.toml", "codebook.toml", made, left)
    if not ads.is_symlink() and not any(ads.iterdir()):
        _create(ads / SAMPLE_AD, SAMPLE_AD, made, left)
    _create(folder / ".gitattributes", "study-gitattributes", made, left)
    git_made, git_left = create_git_files(folder / "sessions")
    return made + git_made, left + git_left


def create_tutorial(folder: Path) -> None:
    """Create the study of the tutor in an empty folder: an invented ad and a small codebook."""
    ads = folder / "ads"
    fs.ensure_folder(ads)
    _create(folder / "codebook.toml", "tutor_codebook.toml", [], [])
    _create(ads / TUTOR_AD, TUTOR_AD, [], [])


def create_git_files(sessions: Path) -> tuple[list[Path], list[Path]]:
    """Create the files that configure how git merges sessions and what it ignores; return as `create_study`."""
    made: list[Path] = []
    left: list[Path] = []
    for name in ("gitattributes", "gitignore"):
        _create(sessions / f".{name}", name, made, left)
    return made, left


def template(name: str) -> str:
    """Return the initial text of a file of a new study."""
    from importlib.resources import files

    return files("codetui.storage").joinpath("templates", name).read_text("utf-8")


def _create(path: Path, name: str, made: list[Path], left: list[Path]) -> None:
    """Create a file from the template `name`, unless there is one."""
    try:
        fs.create(path, template(name).encode("utf-8"))
        made.append(path)
    except FileExistsError:
        left.append(path)


# --- changing a codebook ------------------------------------------------------------------------------

_refused: dict[Path, tuple[bytes, str]] = {}
"""Codebooks whose replacement failed: the bytes that may be there, and the text before."""

MOST_TRIES = 20
"""The number of times that a change is repeated because an editor, which knows no lock, has written in between."""

LOCK_PATIENCE = 10.0
"""Seconds to wait for another program that is changing a codebook."""

LOCK_LEASE = 5.0
"""Seconds without a heartbeat after which a program on another machine has lost its lock."""

LOCK_NAMING_TIME = 5.0
"""Seconds for which a lock may name nobody: the name is written right after the file is created."""


def edit_codebook(path: Path, change: Callable[[str], str]) -> str:
    """Change a codebook in place and return its new text; `change` gets the newest text.

    Changes that other programs make in the same way are not lost.  Raise OSError if the file is missing, read-only, not
    UTF-8 or locked for too long, and whatever `change` raises; the file then is as it was.
    """
    target = Path(disk.real(path))
    _check(path, target)
    with _locked(target) as still_locked:
        for _ in range(MOST_TRIES):
            version = fs.version(target)
            text = _read(path, target)
            after = change(text)
            if after == text:
                return text
            data = after.encode("utf-8")
            if not still_locked():
                raise OSError(errno.EBUSY, "another program has taken over; nothing is changed: try again", str(path))
            if fs.version(target) == version:
                _write(target, data, text)
                return after
    raise OSError(errno.EBUSY, "another program keeps changing it; nothing is changed: try again", str(path))


@contextmanager
def _locked(path: Path) -> Iterator[Callable[[], bool]]:
    """Lock a file among programs, yielding a function that returns whether it still is; raise OSError.

    The lock is a file beside it, which also works on shared folders. filelock recognises the lock of a program that has
    ended on this machine, or that sends no more heartbeats on another.
    """
    # Loading it takes a tenth of a second, and most runs change no codebook.
    from filelock import SoftFileLease, Timeout

    file = path.with_name(f".{path.name}.lock")
    _remove_unnamed_lock(file)
    lock = SoftFileLease(file, timeout=LOCK_PATIENCE, lease_duration=LOCK_LEASE, poll_interval=0.01)
    try:
        lock.acquire()
    except Timeout as error:
        owner = lock.owner
        who = f"another program (process {owner.pid if owner else '?'} on {owner.hostname if owner else '?'})"
        what = f"{who} is changing it; try again, or delete {file} if that program has ended"
        raise OSError(errno.EBUSY, what, str(path)) from error
    except OSError as error:
        what = f"no lock can be created beside it ({error.strerror}); make its folder writable"
        raise OSError(error.errno, what, str(path)) from error
    try:
        yield lambda: lock.is_lock_held_by_us
    finally:
        lock.release()


def _remove_unnamed_lock(file: Path) -> None:
    """Delete a lock whose program was killed before it wrote its name; filelock would wait for it forever."""
    with suppress(OSError):
        status = disk.link_status(file)
        if status is not None and not status.st_size and time.time() - status.st_mtime > LOCK_NAMING_TIME:
            disk.remove(file)


def _check(path: Path, target: Path) -> None:
    """Raise OSError if a file is absent or read-only, since replacing it would not fail."""
    status = disk.status(target)
    if status is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder, not a codebook", str(path))
    if not mode & 0o222 or not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "is read-only; allow writing, then try again", str(path))


def _write(target: Path, data: bytes, before: str) -> None:
    """Replace a codebook; if that failed but changed the disk, restore the codebook, now or with the next change."""
    _refused[target] = data, before
    try:
        fs.replace(target, data)
    except OSError:
        with suppress(OSError):
            if fs.read(target) == data:
                fs.replace(target, before.encode("utf-8"), durable=False)
        raise
    del _refused[target]


def _read(path: Path, target: Path) -> str:
    """Return the text of a codebook, without a change that failed and could not be reverted."""
    try:
        data = fs.read(target)
        refused, before = _refused.get(target, (None, ""))
        return before if data == refused else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, "is not UTF-8; save it as UTF-8, then try again", str(path)) from error


# --- keeping codebooks --------------------------------------------------------------------------------

NAME_LENGTH = 12
"""Digits of a codebook's hash in transactions and in the name of its file."""

MAP, CHECKED = "map_", ".checked"
HASH = re.compile(r"[0-9a-f]{4,64}")


def keep_codebook(root: Path, text: str, content_hash: str) -> Problem | None:
    """Keep a codebook in use in the folder of the sessions, if it is not there yet; return a problem with that.

    `content_hash` is the hash of its text.
    """
    path = _path(root, content_hash)
    try:
        if fs.is_file(path):
            return None
        if text_hash(text) != content_hash:
            what = "the codebook is not the one that was opened; the version that is coded with is not kept"
            return Problem(str(path), 0, "warning", f"{what}: open it again")
        fs.replace(require_inside(root, path), text.encode("utf-8"))
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        what = f"this version of the codebook is not kept: {reason}"
        return Problem(str(path), 0, "warning", f"{what}; coding continues, but keep a copy of the codebook yourself")
    return None


def kept_codebook(root: Path, name: str) -> str | None:
    """Return the text of a kept codebook by its hash, or by its first four digits or more; raise OSError.

    Return None if no kept codebook or several have that hash, or if the file was changed.
    """
    if not HASH.fullmatch(name):
        return None
    found = [each for each in kept_names(root) if each.startswith(name[:NAME_LENGTH])]
    if len(found) != 1:
        return None
    try:
        text = fs.read(_path(root, found[0])).decode("utf-8")
    except UnicodeDecodeError:
        return None
    digest = text_hash(text)
    if digest.startswith(name) and digest.startswith(found[0]):
        return text
    # The words of an erased source may have been removed from it.
    return text if Erasures(root).is_book(found[0], digest) else None


def kept_files(root: Path) -> list[str]:
    """Return the names of all kept codebooks and rules, sorted; the list changes whenever another one is kept."""
    return [name for name in fs.names_in(root / KEPT_FOLDER) if name.endswith(".toml")]


def kept_names(root: Path) -> list[str]:
    """Return the first digits of the hashes of all kept codebooks, in the order of their first use."""
    return [path.stem for path in _in_order(root) if len(path.stem) == NAME_LENGTH]


def is_checked(root: Path, content_hash: str) -> bool:
    """Return whether this version of the program has checked the fields of a codebook and found no fault."""
    try:
        return fs.read(_path(root, content_hash).with_suffix(CHECKED)) == __version__.encode()
    except OSError:
        return False


def record_check(root: Path, content_hash: str) -> None:
    """Record that the fields of a codebook were checked, so that the next start need not load pydantic."""
    if fs.is_folder(root):
        path = require_inside(root, _path(root, content_hash).with_suffix(CHECKED))
        fs.replace(path, __version__.encode(), durable=False)


def keep_map(root: Path, digest: str, text: str) -> Problem | None:
    """Keep rules of a migration, from which pending decisions are offered; `digest` identifies them."""
    path = map_path(root, digest)
    try:
        if not fs.is_file(path):
            fs.replace(require_inside(root, path), text.encode("utf-8"))
    except (OSError, UnicodeEncodeError) as error:
        what = f"the rules are not kept: {error}; codings that were split will not be offered their choices"
        return Problem(str(path), 0, "warning", what)
    return None


def map_path(root: Path, digest: str) -> Path:
    """Return the path of the rules with this digest."""
    return root / KEPT_FOLDER / f"{MAP}{digest}.toml"


def kept_maps(root: Path) -> list[Path]:
    """Return the files of all kept rules, the oldest first."""
    return [path for path in _in_order(root) if path.name.startswith(MAP)]


def _in_order(root: Path) -> list[Path]:
    """Return the kept files, the oldest first; none if the folder is absent.  Raise OSError if it cannot be read."""
    found = [(disk.status(root / KEPT_FOLDER / name), name) for name in kept_files(root)]
    in_order = sorted((status.st_mtime_ns, name) for status, name in found if status)
    return [root / KEPT_FOLDER / name for _, name in in_order]


def _path(root: Path, name: str) -> Path:
    return root / KEPT_FOLDER / f"{name[:NAME_LENGTH]}.toml"

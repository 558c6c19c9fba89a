"""Where a coder's logs and documents lie, and where the coder stopped."""

from __future__ import annotations

import json
import unicodedata
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from codetui.storage import disk, fs
from codetui.storage.fs import remove_stale_temporaries, require_inside
from codetui.storage.safe_names import coder_name, file_words, safe_name

EVENTS = "events"
LOG = ".jsonl"
PLACE = "place.json"
DOCUMENT = "analysis_job_"


class StoppedAt(NamedTuple):
    """Where a coder stopped: the ad, where it was found (`place` as in SourceEntry), cursor and scroll."""

    ad: str
    source: str = ""
    place: int = -1
    line: int = 0
    cursor: int = 0
    scroll: int = 0


class SessionPaths:
    """The paths of one coder below the sessions folder.

    A path that symbolic links lead out of that folder is refused with PermissionError.
    """

    def __init__(self, root: Path, coder: str) -> None:
        self.root = root
        self.folder = root / coder_folder(root, coder)

    @classmethod
    def of_folder(cls, root: Path, name: str) -> SessionPaths:
        """Those of the folder `name`, whoever's it is."""
        paths = cls(root, name)
        paths.folder = root / name
        return paths

    def warm_up(self) -> None:
        """Has the disk take the names of those folders that are there; the first command need not wait for it then."""
        folder = self.folder / EVENTS
        with suppress(OSError):
            fs.ensure_folder(next(one for one in (folder, *folder.parents) if one.is_dir()))

    def log(self, ad_id: str) -> Path:
        """The event log of an ad."""
        return self._inside(self.folder / EVENTS / f"{safe_name(ad_id)}{LOG}")

    def beside(self, ad_id: str, suffix: str) -> Path:
        """A file beside the event log of an ad."""
        return self._inside(self.log(ad_id).with_suffix(suffix))

    def document(self, ad_id: str, employer: str, *, is_apart: bool = False) -> Path:
        """The document of an ad: `analysis_job_<id>_<employer>.md`; without an employer the id alone."""
        return self._inside(self.folder / document_name(ad_id, employer, is_apart=is_apart))

    def documents_of(self, ad_id: str) -> list[Path]:
        """The documents of an ad that are there, under whatever name the employer has in them."""
        name = f"{DOCUMENT}{safe_name(ad_id)}"
        begun = (f"{name}_", f"{name}~")
        return [path for path in documents(self.folder, name) if path.stem == name or path.stem.startswith(begun)]

    def documents(self) -> list[Path]:
        """All documents of the coder."""
        return documents(self.folder)

    def logs(self) -> set[Path]:
        """All event logs of the coder: the ads that were touched."""
        return set(logs(self.folder))

    def log_ids(self) -> frozenset[str]:
        """The touched ads as `safe_name` writes their ids."""
        return frozenset(path.name.removesuffix(LOG) for path in logs(self.folder))

    def remove_stale_temporaries(self) -> None:
        """Takes away what programs that were killed have left half written in the coder's folders."""
        for folder in (self.folder, self.folder / EVENTS):
            remove_stale_temporaries(folder)

    def read_place(self) -> StoppedAt | None:
        """Where the coder stopped; None where that is unknown, or is no place.  Raises OSError."""
        try:
            value: object = json.loads(fs.read(self.folder / EVENTS / PLACE))
        except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
            return None
        return _stopped_at(value) if isinstance(value, dict) else None

    def write_place(self, place: StoppedAt) -> None:
        """Remember where the coder stopped, without waiting for the disk; raises OSError."""
        path = self._inside(self.folder / EVENTS / PLACE)
        fs.replace(path, json.dumps(place._asdict()).encode("ascii") + b"\n", durable=False)

    def _inside(self, path: Path) -> Path:
        """The path itself, if it truly lies in the sessions folder."""
        return require_inside(self.root, path)


def document_name(ad_id: str, employer: str, *, is_apart: bool = False) -> str:
    """The file name of an ad's document; `is_apart` where another ad's document has that name."""
    words = file_words(employer)
    digits = f"~{sha256(ad_id.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}" if is_apart else ""
    return f"{DOCUMENT}{safe_name(ad_id)}{'_' if words else ''}{words}{digits}.md"


def coders(root: Path) -> list[str]:
    """The folders of the coders who have sessions, by name."""
    folders = (folder for folder in _children(root) if fs.is_folder(folder))
    return [folder.name for folder in folders if logs(folder) or documents(folder)]


def documents(folder: Path, begun: str = DOCUMENT) -> list[Path]:
    """The documents in a coder's folder whose names begin so, by name; only these are looked at on the disk."""
    found = (path for path in _children(folder) if path.name.startswith(begun) and path.name.endswith(".md"))
    return [path for path in found if fs.is_file(path)]


def logs(folder: Path) -> list[Path]:
    """The event logs in a coder's folder, by name."""
    names = [path for path in _children(folder / EVENTS) if path.name.endswith(LOG)]
    return [path for path in names if not path.name.startswith(".")]


def coder_folder(root: Path, coder: str) -> str:
    """The name of a coder's folder.

    Where a folder is there that differs only in case (`anna`, `Anna`), the name gets a hash: on some systems
    the two would be one folder.
    """
    plain, hashed = coder_name(coder), coder_name(coder, hashed=True)
    names = [folder.name for folder in _children(root)]
    same = unicodedata.normalize("NFC", plain).casefold()
    others = [name for name in names if unicodedata.normalize("NFC", name).casefold() == same]
    return hashed if hashed in names or (others and plain not in others) else plain


def _children(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing where the folder is absent.  Raises OSError where it cannot be seen."""
    try:
        return [folder / name for name in sorted(disk.names(folder))]
    except (FileNotFoundError, NotADirectoryError):
        return []


def _stopped_at(value: dict[str, object]) -> StoppedAt | None:
    """A place from what a file says; fields of a wrong type keep their default."""
    ad, source = value.get("ad"), value.get("source")
    if not isinstance(ad, str):
        return None

    def number(name: str, default: int) -> int:
        found = value.get(name)
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < 2**53:
            return default
        return found

    return StoppedAt(
        ad,
        source if isinstance(source, str) else "",
        number("place", -1),
        number("line", 0),
        number("cursor", 0),
        number("scroll", 0),
    )

"""Where a coder's logs and documents lie, and where the coder stopped."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from codetui.storage import disk, fs
from codetui.storage.fs import remove_stale_temporaries, require_inside

EVENTS = "events"
LOG = ".jsonl"
PLACE_FILE = "place.json"
STUDY_LOG = "study.jsonl"
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

    def study_log(self) -> Path:
        """Return the coder's log of the study: the steps that span several sessions."""
        return self._inside(self.folder / STUDY_LOG)

    def beside(self, ad_id: str, suffix: str) -> Path:
        """A file beside the event log of an ad."""
        return self._inside(self.log(ad_id).with_suffix(suffix))

    def document(self, ad_id: str, employer: str, *, is_apart: bool = False) -> Path:
        """The document of an ad: `analysis_job_<id>_<employer>.md`; without an employer the id alone."""
        return self._inside(self.folder / document_name(ad_id, employer, is_apart=is_apart))

    def documents_of(self, ad_id: str) -> list[Path]:
        """Return the documents whose names begin with the id of a source, conflict copies included."""
        name = f"{DOCUMENT}{safe_name(ad_id)}"
        found = documents(self.folder, name)
        return [path for path in found if not path.stem[len(name) : len(name) + 1].isalnum()]

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
            value: object = json.loads(fs.read(self.folder / EVENTS / PLACE_FILE))
        except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
            return None
        return _stopped_at(value) if isinstance(value, dict) else None

    def write_place(self, place: StoppedAt) -> None:
        """Remember where the coder stopped, without waiting for the disk; raises OSError."""
        path = self._inside(self.folder / EVENTS / PLACE_FILE)
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


_LIMIT = 60
_PLAIN_ID = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,59}[a-z0-9_-])?")
_PLAIN_CODER = re.compile(r"\w(?:[\w .-]{0,58}[\w-])?")
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    f"{device}{digit}" for device in ("com", "lpt") for digit in "0123456789¹²³"
}
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "’": "",
        "'": "",
    }
)


def safe_name(name: str) -> str:
    """The id itself where every file system takes it, else a readable part and eight digits of its hash.

    Different ids get names that differ in more than case: `ab-1` is `ab-1`, `AB-1` is `ab-1~` and digits.
    """
    if _PLAIN_ID.fullmatch(name) and not is_reserved(name):
        return name
    return _hashed(file_words(name, joint="-"), name)


def coder_name(name: str, *, hashed: bool = False) -> str:
    """A coder's name as a folder: the name itself, or (if it must, or is asked) with a hash."""
    composed = unicodedata.normalize("NFC", name)
    if not hashed and _PLAIN_CODER.fullmatch(composed) and not is_reserved(composed) and len(composed.encode()) < 200:
        return composed
    return _hashed(file_words(composed, joint="-"), composed)


def file_words(text: str, joint: str = "_") -> str:
    """A text's words in lower-case ASCII for a file's name: `creative_fabrica` for `Creative Fabrica`."""
    plain = unicodedata.normalize("NFKD", text[:1000].lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    joined = joint.join(words)
    if len(joined) <= _LIMIT:
        return joined
    return joined[:_LIMIT].rpartition(joint)[0] or joined[:_LIMIT]


def is_reserved(name: str) -> bool:
    """Whether Windows keeps this name for a device, whatever its suffix: `con`, `aux.txt`."""
    return name.partition(".")[0].strip().casefold() in _RESERVED


def _hashed(slug: str, name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{slug or 'x'}~{digest[:8]}"

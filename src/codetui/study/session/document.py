"""What codetui wrote last, kept beside the log: the base from which an edit by hand is told.

A base names the steps of the log that it was written from.  A log that lacks one of them is older than the document.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codetui.core.session.state import State, replay
from codetui.core.session.words import quoted
from codetui.model import CodingId, Problem, SourceId, Transaction
from codetui.storage import fs
from codetui.storage.fs import FileChangedError, Version, none_if_gone
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.decoding import ProblemCollector, decoded

if TYPE_CHECKING:
    from codetui.formats.session_doc import Written


STALE = 60.0
"""Seconds for which an editor may still save a text that it has read before codetui replaced it."""

MOST_REPLACED = 8
"""How many texts that were replaced are remembered."""


BY_HAND = ("edit", "document")
"""The causes of a step that took a document over."""


class Snapshot(NamedTuple):
    """A document as codetui wrote it or took it over.

    `ids` are the codings and notes on its lines, as (line from 1, ids in order); `steps` the transactions of the log
    as it was then.
    """

    text: str
    ids: tuple[tuple[int, tuple[str, ...]], ...]
    steps: tuple[str, ...]

    def lost(self, transactions: Iterable[Transaction]) -> int:
        """How many of its steps a log lacks."""
        return len(set(self.steps) - {one.id for one in transactions})


def base_of(written: Written, transactions: Iterable[Transaction]) -> Snapshot:
    """What a log with these steps gives, or was given by a document, as a base."""
    return Snapshot(written.text, written.ids, tuple(one.id for one in transactions))


def still_known(base: Snapshot, transactions: Sequence[Transaction], render: Callable[[State], Written]) -> Snapshot:
    """The base as far as the log still knows it: the document of those of its steps that have not been lost.

    So what only the lost ones said is new in the document, and is taken over.
    """
    if not base.lost(transactions):
        return base
    steps = set(base.steps)
    kept = [one for one in transactions if one.id in steps]
    return Snapshot(*render(replay(kept)), base.steps)


def taken_over_last(
    text: str, known: Snapshot | None, transactions: Sequence[Transaction], render: Callable[[State], Written]
) -> Snapshot | None:
    """The base that was not kept (`known` is older) when the document was taken over last: the log says what it was."""
    count = max((number for number, one in enumerate(transactions, 1) if one.cause in BY_HAND), default=0)
    if not count or (known is not None and transactions[count - 1].id in known.steps):
        return None
    base = base_of(render(replay(transactions[:count])), transactions[:count])
    return base if base.text == text else None


class SnapshotFile:
    """The texts of one document that are codetui's own, newest last, with the codings on their lines.

    Derived: without the file an edit by hand is still taken over, but nothing is taken for removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._replaced: deque[tuple[float, Snapshot]] = deque(maxlen=MOST_REPLACED)
        self._version = Version()
        self._known: tuple[Snapshot, ...] = ()

    def read(self) -> tuple[Snapshot, ...]:
        """What this program, or another one on the same session, said that it would write.

        Raises OSError: without its base a document that lags behind would pass for an edit by hand.
        """
        version = fs.version(self._path)
        if version != self._version:
            self._known = _read_snapshots(self._path)
            self._version = version
        return self._known

    def write(self, bases: list[Snapshot]) -> None:
        """Says what is codetui's own from now on; raises OSError.

        The disk has it before the document comes: after a loss of power that document would else pass for somebody's
        edit, and would take back what was coded since.
        """
        lines = (json.dumps(base._asdict(), separators=(",", ":")) for base in bases)
        fs.replace(self._path, "".join(f"{line}\n" for line in lines).encode("ascii"))

    def know(self, base: Snapshot) -> None:
        """Says that a document was taken over; where the disk refuses that, it is known as long as the program runs."""
        try:
            self.write([base])
        except OSError:
            self._known = (base,)
            with suppress(OSError):
                self._version = fs.version(self._path)

    def replace(self, base: Snapshot) -> None:
        """Remembers for a while, in memory, a text that is on disk no longer."""
        self._replaced.append((time.monotonic(), base))

    def likely(self) -> tuple[Snapshot, ...]:
        """The texts of which what stands on disk may be an edit, newest first."""
        oldest = time.monotonic() - STALE
        lately = (base for when, base in self._replaced if when >= oldest)
        return tuple(dict.fromkeys((*reversed(self.read()), *reversed(tuple(lately)))))

    def nearest(self, text: str) -> Snapshot | None:
        """The base that has most lines in common with `text`; of equals the newest.

        After a crash two may have been there: the nearer one is what was edited.
        """
        known = self.read()
        exact = [base for base in known if base.text == text]
        if exact or len(known) < 2:
            return exact[-1] if exact else next(iter(known), None)
        lines = Counter(text.split("\n"))
        return max(enumerate(known), key=lambda each: (_common(each[1].text, lines), each[0]))[1]


def kept_problems(newest: Snapshot, said: Iterable[str], state: State, file: str) -> list[Problem]:
    """What to tell the coder where a document is an edit of an older text than `newest` and has only the ids `said`."""
    gone = {CodingId(id_) for _, ids in newest.ids for id_ in ids} - set(said)
    kept = (coding for coding in state.live() if coding.id in gone)
    what = "was coded a moment ago and is not in the edited document: it is kept; x removes it"
    return [Problem(file, 0, "warning", f"{quoted(coding.words)} {what}") for coding in kept]


def rivals(text: str, bases: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """The newest of `bases`, and the one from whose lines those of `text` differ least, if that is another one."""
    lines = Counter(text.split("\n"))
    nearest = min(bases, key=lambda base: _differing(base.text, lines), default=None)
    return bases if nearest is None else tuple(dict.fromkeys((bases[0], nearest)))


def _differing(text: str, lines: Counter[str]) -> int:
    others = Counter(text.split("\n"))
    return (others - lines).total() + (lines - others).total()


def _common(text: str, lines: Counter[str]) -> int:
    return (Counter(text.split("\n")) & lines).total()


def _read_snapshots(path: Path) -> tuple[Snapshot, ...]:
    """The bases in a file; lines that are none are left out.  Raises OSError where the disk does not say."""
    data = none_if_gone(lambda: fs.read(path)) or b""
    found = (_base(line) for line in data.split(b"\n") if line)
    return tuple(base for base in found if base is not None)


def _base(line: bytes) -> Snapshot | None:
    try:
        value = json.loads(line)
        text, ids, steps = value["text"], value["ids"], tuple(str(id_) for id_ in value["steps"])
        known = tuple((int(number), tuple(str(id_) for id_ in on_line)) for number, on_line in ids)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return Snapshot(text, known, steps) if isinstance(text, str) else None


SAVING = 0.3
"""Seconds that an editor is given to end a save: it may empty the file first, or take it away."""

BYTE_ORDER_MARK = "\ufeff"

CHANGED = "the document was changed outside a moment ago; that is taken over first"


class AdFacts(NamedTuple):
    """What a document says of the ad itself."""

    id: SourceId
    employer: str
    title: str


class SessionDocument:
    """The document of one session.  `text` is what stood on disk when it was last looked at, None for nothing.

    Beside the log stands what codetui wrote last and what stood there before (`SnapshotFile`): after a crash either may
    be on disk, and an edit by hand is told from them line by line.
    """

    def __init__(
        self, paths: SessionPaths, ad: SourceId, *, path: Path | None = None, is_read_only: bool = False
    ) -> None:
        """The document at `path`, or wherever the ad's stands; `is_read_only` for whoever only looks."""
        self._paths = paths
        self._ad = ad
        self._bases = SnapshotFile(paths.beside(ad, ".written"))
        self._seen = Version()
        self._is_read_only = is_read_only
        self._foreign: Path | None = None
        self.path = path or self._found() or paths.document(ad, "")
        self.text: str | None = None
        self.look()

    # --- what stands there ------------------------------------------------------------------------

    def look(self) -> bool:
        """Reads the document again if its file is not the one that was seen; True if it says something else now.

        Raises OSError where it cannot be seen: it is never taken for absent.
        """
        version = fs.version(self.path)
        if version == self._seen:
            return False
        before = self.text
        if not version.file:
            self.path = self._found() or self.path
            version = fs.version(self.path)
        data = _read(self.path)
        if before is not None and _is_unfinished(self.path, data, version):
            time.sleep(SAVING)
            version = fs.version(self.path)
            data = _read(self.path)
        self.text = None if data is None else legible(data, self.path)
        self._seen = version
        return self.text != before

    def changing_version(self) -> Version | None:
        """The version of the file, where it is another than the one that was seen; any thread may ask."""
        return fs.changed_version(self.path, self._seen)

    def _found(self) -> Path | None:
        return _find(self._paths, self._ad, self._foreign)

    def disregard(self) -> None:
        """What stands there is somebody's notes with a document's name: it is left alone, and never looked at again."""
        self._foreign, self.path = self.path, self._paths.document(self._ad, "")
        self.look_again()

    def look_again(self) -> None:
        """What was seen does not count: the next look reads the file."""
        self._seen = Version()
        self.text = None

    @property
    def is_known(self) -> bool:
        """True for a text that codetui wrote, or took over: nothing is lost when it is replaced."""
        text = self.text
        return text is not None and (not text.strip() or any(base.text == text for base in self._bases.likely()))

    def says_no_more_than(self, transactions: Iterable[Transaction]) -> bool:
        """True for a text that codetui wrote, or took over, when the log had none but these steps, or nothing."""
        if self.text is None or not self.text.strip():
            return True
        own = next((base for base in self._bases.likely() if base.text == self.text), None)
        return own is not None and not own.lost(transactions)

    @property
    def bases(self) -> tuple[Snapshot, ...]:
        """What codetui wrote before the text on disk came about, newest first: an editor may have read an older one."""
        return self._bases.likely()

    def know(self, taken: Snapshot) -> None:
        """Remembers that what stands on disk has been taken over.

        Bytes that are not UTF-8 were read as well as could be, so they are copied.
        """
        data = None if self._is_read_only or self.text is None else _read(self.path)
        if data is not None and data != taken.text.encode("utf-8", "replace"):
            self.keep()
        if not self._is_read_only:
            self._bases.know(taken)

    # --- replacing it -----------------------------------------------------------------------------

    def write(
        self, written: Written, employer: str, *, steps: tuple[str, ...] = (), is_forced: bool = False
    ) -> Problem | None:
        """Replaces the document; `steps` are those of the log that it was written from.

        A version that nobody has taken over stays, and is said; `is_forced` copies it into the events folder and
        replaces it.
        """
        target = self.path
        try:
            self.look()
            if self.text is not None and not self.is_known and not is_forced:
                self.look_again()
                return Problem(str(self.path), 0, "warning", CHANGED)
            target = self._paths.document(self._ad, employer)
            if self._is_of_another_ad(target):
                target = self._paths.document(self._ad, employer, is_apart=True)
            seen = self._seen if target == self.path else fs.version(target)
            standing = {target} if self.text is None else {self.path, target}
            kept = [copy for path in standing if (copy := self._keep_foreign(path, written.text))]
            data = written.text.encode("utf-8", "replace")
            text = data.decode("utf-8")
            version = self._replace(target, data, Snapshot(text, written.ids, steps), seen)
            if self.text is not None and self.path != target and (self.is_known or _ad_of(self.text)):
                fs.remove(self.path)
        except FileChangedError:
            self.look_again()
            return Problem(str(target), 0, "warning", CHANGED)
        except OSError as error:
            what = f"the document is not written: {error.strerror or error}; the codings are safe in the log"
            return Problem(str(target), 0, "error", what)
        self.path, self.text, self._seen = target, text, version
        return kept[0] if kept else None

    def keep(self) -> None:
        """Copies what stands on disk into the events folder, beside the log."""
        data = None if self._is_read_only else _read(self.path)
        if data is not None:
            with suppress(OSError):
                self._copy(data)

    def _replace(self, target: Path, data: bytes, coming: Snapshot, seen: Version) -> Version:
        """Replaces the file, if it is the one that was `seen`; the version that came.

        Beside the log stands before what comes, after a text of codetui's own that stands there now, and what came
        alone afterwards: who takes the last coding out of the document means it.
        """
        standing = [base for base in self._bases.read() if base.text == self.text and base.text != coming.text][-1:]
        self._bases.write([*standing, coming])
        version = fs.replace(target, data, seen=seen)
        for base in standing:
            self._bases.replace(base)
            with suppress(OSError):
                self._bases.write([coming])
        return version

    def _is_of_another_ad(self, path: Path) -> bool:
        """Whether another ad's document stands there: ads `1_a` at `b` and `1` at `a b` have the same name for it."""
        if path == self.path and self.is_known:
            return False
        data = _read(path)
        return data is not None and _ad_of(legible(data, path)) not in ("", heading_id(self._ad))

    def _keep_foreign(self, path: Path, coming: str) -> Problem | None:
        data = _read(path)
        if data is None:
            return None
        text = legible(data, path)
        if not text.strip() or text == coming or any(base.text == text for base in self._bases.likely()):
            return None
        what = f"the document was changed outside; that version is kept in {self._copy(data)}"
        return Problem(str(path), 0, "warning", what)

    def _copy(self, data: bytes) -> Path:
        copy = self._paths.beside(self._ad, f".kept-{sha256(data).hexdigest()[:8]}.md")
        fs.replace(copy, data)
        return copy


def legible(data: bytes, path: Path) -> str:
    """The text of a document, whatever encoding an editor gave it; the byte order mark of UTF-8 stays on it."""
    mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK.encode()) else ""
    return mark + decoded(data, ProblemCollector(str(path)))


def heading_id(ad: str) -> str:
    """An ad's id as the heading of its document gives it back."""
    from codetui.formats import session_doc

    return _ad_of(session_doc.write(session_doc.Document(ad)))


def _find(paths: SessionPaths, ad: SourceId, foreign: Path | None) -> Path | None:
    """The document whose heading names this ad (`75_x` is another ad than `75`), else one whose heading is lost."""
    nameless = None
    for path in paths.documents_of(ad):
        if path == foreign:
            continue
        data = _read(path)
        owner = _ad_of(legible(data, path)) if data is not None else ""
        if owner == heading_id(ad):
            return path
        if not owner and nameless is None:
            nameless = path
    return nameless


def _ad_of(text: str) -> str:
    """The ad that a document's heading names; empty where none does, as in one that was cut or merged badly."""
    from codetui.formats import session_doc

    return session_doc.source_id_of(text)


def _is_unfinished(path: Path, data: bytes | None, version: Version) -> bool:
    """Whether somebody seems to be saving the file just now: it is gone, empty, or ends within a line."""
    changed = version.changed if data is not None else fs.version(path.parent).changed
    return not (data or b"").endswith((b"\n", b"\n\0")) and abs(time.time() - changed / 1e9) < SAVING


def _read(path: Path) -> bytes | None:
    """What stands at a path, None for nothing.  Raises OSError where it cannot be read."""
    try:
        return fs.read(path)
    except FileNotFoundError:
        return None

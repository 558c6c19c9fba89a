"""A session's markdown on disk: found, looked at again, replaced, never overwritten where somebody else wrote it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codetui.model import Problem, SourceId, Transaction
from codetui.storage import files
from codetui.storage.files import FileChangedError, Version
from codetui.storage.sessions import SessionPaths
from codetui.storage.text_lines import decoded
from codetui.storage.trouble import Trouble
from codetui.study.bases import Base, Bases

if TYPE_CHECKING:
    from codetui.formats.session_doc import Written

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

    Beside the log stands what codetui wrote last and what stood there before (`Bases`): after a crash either may
    be on disk, and an edit by hand is told from them line by line.
    """

    def __init__(
        self, paths: SessionPaths, ad: SourceId, *, path: Path | None = None, is_read_only: bool = False
    ) -> None:
        """The document at `path`, or wherever the ad's stands; `is_read_only` for whoever only looks."""
        self._paths = paths
        self._ad = ad
        self._bases = Bases(paths.beside(ad, ".written"))
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
        version = files.version(self.path)
        if version == self._seen:
            return False
        before = self.text
        if not version.file:
            self.path = self._found() or self.path
            version = files.version(self.path)
        data = _read(self.path)
        if before is not None and _is_unfinished(self.path, data, version):
            time.sleep(SAVING)
            version = files.version(self.path)
            data = _read(self.path)
        self.text = None if data is None else legible(data, self.path)
        self._seen = version
        return self.text != before

    def changing_version(self) -> Version | None:
        """The version of the file, where it is another than the one that was seen; any thread may ask."""
        return files.changing(self.path, self._seen)

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
    def bases(self) -> tuple[Base, ...]:
        """What codetui wrote before the text on disk came about, newest first: an editor may have read an older one."""
        return self._bases.likely()

    def know(self, taken: Base) -> None:
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
            seen = self._seen if target == self.path else files.version(target)
            standing = {target} if self.text is None else {self.path, target}
            kept = [copy for path in standing if (copy := self._keep_foreign(path, written.text))]
            data = written.text.encode("utf-8", "replace")
            text = data.decode("utf-8")
            version = self._replace(target, data, Base(text, written.ids, steps), seen)
            if self.text is not None and self.path != target and (self.is_known or _ad_of(self.text)):
                files.remove(self.path)
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

    def _replace(self, target: Path, data: bytes, coming: Base, seen: Version) -> Version:
        """Replaces the file, if it is the one that was `seen`; the version that came.

        Beside the log stands before what comes, after a text of codetui's own that stands there now, and what came
        alone afterwards: who takes the last coding out of the document means it.
        """
        standing = [base for base in self._bases.read() if base.text == self.text and base.text != coming.text][-1:]
        self._bases.write([*standing, coming])
        version = files.replace(target, data, seen=seen)
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
        files.replace(copy, data)
        return copy


def legible(data: bytes, path: Path) -> str:
    """The text of a document, whatever encoding an editor gave it; the byte order mark of UTF-8 stays on it."""
    mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK.encode()) else ""
    return mark + decoded(data, Trouble(str(path)))


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

    return session_doc.read(text.split("\n## ", 1)[0], "")[0].ad


def _is_unfinished(path: Path, data: bytes | None, version: Version) -> bool:
    """Whether somebody seems to be saving the file just now: it is gone, empty, or ends within a line."""
    changed = version.changed if data is not None else files.version(path.parent).changed
    return not (data or b"").endswith((b"\n", b"\n\0")) and abs(time.time() - changed / 1e9) < SAVING


def _read(path: Path) -> bytes | None:
    """What stands at a path, None for nothing.  Raises OSError where it cannot be read."""
    try:
        return files.read(path)
    except FileNotFoundError:
        return None

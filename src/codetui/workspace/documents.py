"""A session's markdown on disk: found, replaced, and never overwritten where somebody else wrote it."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from codetui.formats import manual_coding
from codetui.model import AdId, Problem
from codetui.store import files
from codetui.store.sessions import SessionPaths
from codetui.store.text_lines import decoded
from codetui.store.trouble import Trouble


class SessionDocument:
    """The document of one session.  `text` is what stands on disk; `is_ours` while codetui wrote it so.

    Beside the log stands what was written last and what stood there before, as hashes: after a crash either may
    be on disk, and is known again although the codebook has changed since, or another program has coded on.
    """

    def __init__(self, paths: SessionPaths, ad: AdId) -> None:
        self._paths = paths
        self._ad = ad
        found = _find(paths, ad)
        self.path = found or paths.document(ad, "")
        self.text = _read(found) if found else None
        self._signature = paths.log(ad).with_suffix(".written")
        self.is_ours = self.text is not None and self._is_signed(self.text)

    @property
    def readable(self) -> str | None:
        """The text for a reader: lines that are not UTF-8 are Windows-1252, whatever editor saved it."""
        return None if self.text is None else legible(_bytes(self.text), self.path)

    def disown(self) -> None:
        """Takes the document for somebody else's: the log that said otherwise is lost."""
        self.is_ours = False
        with suppress(OSError):
            self._signature.unlink()

    def edited(self) -> Problem:
        """What to say of a document that was changed outside."""
        what = "the document was changed outside; it is left alone until you code on, and a copy is kept then"
        return Problem(str(self.path), 0, "warning", what)

    def write(self, text: str, employer: str) -> Problem | None:
        """Replaces the document; a version that is not ours is copied into the events folder first."""
        target = self.path
        try:
            target = self._paths.document(self._ad, employer)
            if self._is_of_another_ad(target):
                target = self._paths.document(self._ad, employer, is_apart=True)
            standing = {target} if self.text is None else {self.path, target}
            kept = [copy for path in standing if (copy := self._keep_foreign(path, text))]
            data = text.encode("utf-8", "replace")
            self._sign(data)
            files.replace(target, data)
            if self.text is not None and self.path != target and (self.is_ours or _ad_of(self.text)):
                self.path.unlink(missing_ok=True)
        except OSError as error:
            what = f"the document is not written: {error.strerror or error}; the codings are safe in the log"
            return Problem(str(target), 0, "error", what)
        self.path, self.text, self.is_ours = target, data.decode("utf-8"), True
        return kept[0] if kept else None

    def _is_signed(self, text: str) -> bool:
        """Whether this program, or another one on the same session, said that it would write this text."""
        return _digest(_bytes(text)) in (_read(self._signature) or "").split()

    def _sign(self, coming: bytes) -> None:
        """Says beside the log that what stands there, if it is ours, and what comes are codetui's own."""
        standing = _read(self.path)
        is_own = standing is not None and (self._is_signed(standing) or (self.is_ours and standing == self.text))
        before = [_digest(_bytes(standing))] if standing is not None and is_own else []
        files.replace(self._signature, "\n".join([*before, _digest(coming), ""]).encode("ascii"), durable=False)

    def _is_of_another_ad(self, path: Path) -> bool:
        """Whether another ad's document stands there: ads `1_a` at `b` and `1` at `a b` have the same name for it."""
        is_known = path == self.path and self.is_ours
        return not is_known and _ad_of(_read(path) or "") not in ("", heading_id(self._ad))

    def _keep_foreign(self, path: Path, coming: str) -> Problem | None:
        standing = _read(path)
        if standing is None or standing == coming or self._is_signed(standing):
            return None
        if self.is_ours and path == self.path and standing == self.text:
            return None
        data = _bytes(standing)
        copy = self._paths.log(self._ad).with_suffix(f".kept-{_digest(data)[:8]}.md")
        files.replace(copy, data)
        what = f"the document was changed outside; that version is kept in {copy}"
        return Problem(str(path), 0, "warning", what)


def legible(data: bytes, path: Path) -> str:
    """The text of a document, whatever encoding an editor gave it."""
    return decoded(data, Trouble(str(path)))


def heading_id(ad: str) -> str:
    """An ad's id as the heading of its document gives it back."""
    return _ad_of(manual_coding.write(manual_coding.Document(ad)))


def _find(paths: SessionPaths, ad: AdId) -> Path | None:
    """The document whose heading names this ad (`75_x` is another ad than `75`), else one whose heading is lost."""
    wanted, nameless = heading_id(ad), None
    for path in paths.documents_of(ad):
        owner = _ad_of(_read(path) or "")
        if owner == wanted:
            return path
        if not owner and nameless is None:
            nameless = path
    return nameless


def _ad_of(text: str) -> str:
    """The ad that a document's heading names; empty where none does, as in one that was cut or merged badly."""
    head = legible(_bytes(text), Path()).split("\n## ", 1)[0]
    return manual_coding.read(head, "")[0].ad


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _bytes(text: str) -> bytes:
    """What `_read` gave as a text."""
    return text.encode("utf-8", "surrogateescape")


def _read(path: Path) -> str | None:
    try:
        return files.read(path).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None

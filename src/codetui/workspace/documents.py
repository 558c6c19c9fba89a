"""A session's markdown on disk: found, replaced, and never overwritten where somebody else wrote it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from codetui.formats import manual_coding
from codetui.model import AdId, Problem
from codetui.store import files
from codetui.store.sessions import SessionPaths


class SessionDocument:
    """The document of one session.  `text` is what stands on disk; `is_ours` while codetui wrote it so."""

    def __init__(self, paths: SessionPaths, ad: AdId) -> None:
        self._paths = paths
        self._ad = ad
        found = _find(paths, ad)
        self.path = found or paths.document(ad, "")
        self.text = _read(found) if found else None
        self.is_ours = False

    def edited(self) -> Problem:
        """What to say of a document that was changed outside."""
        what = "the document was changed outside; it is left alone until you code on, and a copy is kept then"
        return Problem(str(self.path), 0, "warning", what)

    def write(self, text: str, employer: str) -> Problem | None:
        """Replaces the document; a version that is not ours is copied into the events folder first."""
        target = self._paths.document(self._ad, employer)
        try:
            kept = self._keep_foreign(text)
            files.replace(target, text.encode("utf-8", "replace"))
            if self.text is not None and self.path != target:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            what = f"the document is not written: {error.strerror or error}; the codings are safe in the log"
            return Problem(str(target), 0, "error", what)
        self.path, self.text, self.is_ours = target, text, True
        return kept

    def _keep_foreign(self, coming: str) -> Problem | None:
        standing = _read(self.path)
        is_known = self.is_ours and standing == self.text
        if standing is None or is_known or standing == coming:
            return None
        digest = sha256(standing.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        copy = self._paths.log(self._ad).with_suffix(f".kept-{digest}.md")
        files.replace(copy, standing.encode("utf-8", "surrogateescape"))
        what = f"the document was changed outside; that version is kept in {copy}"
        return Problem(str(self.path), 0, "warning", what)


def _find(paths: SessionPaths, ad: AdId) -> Path | None:
    """The document whose heading names this ad: `75_x` is another ad than `75`."""
    for path in paths.documents_of(ad):
        heading = (_read(path) or "").lstrip("\ufeff").split("\n", 1)[0]
        if manual_coding.read(heading, str(path))[0].ad in (ad, ""):
            return path
    return None


def _read(path: Path) -> str | None:
    try:
        return files.read(path).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None

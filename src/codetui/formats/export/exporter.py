"""The sessions to export, and the result: one file, or several files below a folder."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

from codetui.core.session.state import State
from codetui.formats.session_doc.markdown import SourceFacts

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})

What = Literal["codings", "ads", "notes"]
"""The tables: one row a coding, one a source and coder, one a note."""


class ExportedSource(NamedTuple):
    """The facts of a source in tables:

    the length and hash of its text, the offset at which its body begins, and its further columns.

    `text` is empty if no coding needs it.
    """

    length: int
    body_start: int
    text_hash: str
    attributes: Mapping[str, str] = NO_ATTRIBUTES
    text: str = ""


class ExportedSession(NamedTuple):
    """One coder's session of one source, including hand edits of its document; without a coder, an uncoded source.

    `path` is the name of its document below the output folder, different from that of every other session. `document`
    is its text if the session has a document but no log. `progress` describes its state. `source` is None if the corpus
    lacks it, and for exporters that need no sources.
    """

    coder: str
    facts: SourceFacts
    state: State
    path: str
    document: str | None = None
    progress: str = ""
    source: ExportedSource | None = None

    @property
    def is_begun(self) -> bool:
        """True for a session that has a log, a document or a coding."""
        return self.state.opened is not None or bool(self.document) or not self.state.is_untouched


class Export(NamedTuple):
    """Rendered sessions: files by their paths below the output folder, or one file under an empty path.

    `contents` describes them, such as `3 codings`; `losses` describes what the format cannot hold.
    """

    files: Mapping[str, bytes]
    contents: str
    losses: tuple[str, ...] = ()

    @property
    def data(self) -> bytes:
        """All files joined, in order."""
        return b"\n".join(self.files.values())

    @property
    def text(self) -> str:
        """All files as one text; only for text formats."""
        return self.data.decode("utf-8")


def encoded(text: str) -> bytes:
    """Return a text encoded in UTF-8, with lone surrogates replaced."""
    return text.encode("utf-8", "replace")

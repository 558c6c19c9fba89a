"""What an export format is: it renders sessions as one text, or as several files below a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from codetui.core.session.state import State
from codetui.formats.session_doc.writer import SourceFacts
from codetui.model import Codebook

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class ExportedSession(NamedTuple):
    """One coder's session of one source, hand edits of its document included.

    `path` is the name of its document below the output folder, different from that of every other session.
    `document` is its text where the session has a document and no log.  `attributes` are the further columns of its
    source, for exporters that have a place for them.
    """

    coder: str
    facts: SourceFacts
    state: State
    path: str
    document: str | None = None
    attributes: Mapping[str, str] = NO_ATTRIBUTES

    @property
    def is_begun(self) -> bool:
        """True for a session that has a log, a document or a coding."""
        return self.state.opened is not None or bool(self.document) or not self.state.is_untouched


class Export(NamedTuple):
    """Rendered sessions: texts by their paths below the output folder, or one text under an empty path.

    `number` counts the exported things, `noun` what they are called.
    """

    texts: Mapping[str, str]
    number: int
    noun: str

    @property
    def text(self) -> str:
        """All texts as one, in order."""
        return "\n".join(self.texts.values())


class Exporter(Protocol):
    """A format that sessions are exported in."""

    name: str
    """The name by which the format is chosen."""
    suffix: str
    """The suffix of the file that is written; empty where a folder is."""
    default_output: str
    """The file or folder that is written unless another one is named."""
    has_attributes: bool
    """True if the attributes of sources are exported, so that sources have to be read."""

    def export(self, sessions: Sequence[ExportedSession], book: Codebook) -> Export:
        """Render sessions."""

"""The sessions to export, one at a time, and the interface of exporters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import BinaryIO, Literal, NamedTuple, TypeAlias

from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.formats.session_doc.markdown import SourceFacts
from codetui.model import Codebook, CodingId

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})

Certainty = Literal["exact", "folded", "fuzzy", "ambiguous", "none"]
What = Literal["codings", "ads", "notes", "matrix", "matrix-counts", "matrix-profiles", "matrix-codes"]
"""The tables: one row a coding, one a source and coder, one a note, and matrices; see `table`."""


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
    lacks it, and for exporters that need no sources. `places` has how certain the place of each coding is, if its words
    are left out.
    """

    coder: str
    facts: SourceFacts
    state: State
    path: str
    document: str | None = None
    progress: str = ""
    source: ExportedSource | None = None
    places: Mapping[CodingId, Certainty] | None = None

    @property
    def is_begun(self) -> bool:
        """True for a session that has a log, a document or a coding."""
        return self.state.opened is not None or bool(self.document) or not self.state.is_untouched


class AgreementRow(NamedTuple):
    """A figure of the agreement of all coders, or of two of them, with its interval; `why` if there is none."""

    coders: tuple[str, ...]
    figure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    why: str = ""


@dataclass(frozen=True)
class ExportedStudy:
    """The codebook, with the codes of earlier versions that are in use, and the sessions, coder by coder.

    The sessions are read anew each time they are iterated, so that one is in memory at a time. `coders` are their
    coders in this order, `attributes` the names of the further columns of their sources, `codes` the ids of all codes:
    those of the codebook, then others in use. `agreement` computes the agreement of the coders. `program` is the name
    and version of the program, `date` that of the export. `is_end_exclusive` if projects of REFI-QDA end a selection
    with the code point behind it.
    """

    book: Codebook
    sessions: Iterable[ExportedSession]
    coders: Sequence[str] = ()
    attributes: Sequence[str] = ()
    codes: Sequence[str] = ()
    agreement: Callable[[], Sequence[AgreementRow]] = tuple
    program: str = ""
    date: str = ""
    is_end_exclusive: bool = False

    def mapped(self, change: Callable[[ExportedSession], ExportedSession]) -> ExportedStudy:
        """Return the study with every session changed; its coders and attributes stay."""
        return replace(self, sessions=_Mapped(self.sessions, change))


class _Mapped:
    """Sessions that are changed while they are iterated."""

    def __init__(
        self, sessions: Iterable[ExportedSession], change: Callable[[ExportedSession], ExportedSession]
    ) -> None:
        self._sessions, self._change = sessions, change

    def __iter__(self) -> Iterator[ExportedSession]:
        return map(self._change, self._sessions)


OpenFile: TypeAlias = Callable[[str], AbstractContextManager[BinaryIO]]
"""Opens a file for writing by its path below the output folder; empty for the only file of an output."""


class Exported(NamedTuple):
    """The number of rows by table, or of other parts by their name.

    `contents` describes them, such as `3 codings`; `losses` describes what the format cannot hold.
    """

    counts: Mapping[str, int]
    contents: str
    losses: tuple[str, ...] = ()


class ExportError(ValueError):
    """A study cannot be exported in a format; the message has what to do."""


Write: TypeAlias = Callable[[ExportedStudy, Sequence[What], OpenFile], Exported]
"""Writes a study as some of the tables, or as a whole, reading its sessions once or several times."""


class Exporter(NamedTuple):
    """A format with the suffixes of its files, and the tables that are exported by default.

    A format without tables holds whole sessions. `is_folder` if it is a folder of files, `default_name` is the name of
    a file or folder, without suffix, that could not be taken for a corpus. `needs_sources` if it cannot be written
    without the sources. A format whose files end like those of another `is_named` with --format, and not chosen by the
    suffix of a file.
    """

    name: str
    suffixes: tuple[str, ...]
    tables: tuple[What, ...]
    write: Write
    is_folder: bool = False
    needs_sources: bool = True
    default_name: str = "codings"
    is_named: bool = False


def encoded(text: str) -> bytes:
    """Return a text encoded in UTF-8, with lone surrogates replaced."""
    return text.encode("utf-8", "replace")


# --- a folder for each coder --------------------------------------------------------------------------


NOBODY = "__HIVE_DEFAULT_PARTITION__"
"""Hive's name for a missing value: rows of sources that nobody has coded."""

ESCAPED = re.compile(r"""[\x00-\x1f"#%'*/:=?\\\x7f{\[\]^<>|]|^[.~_ ]|[. ]$""")
"""Characters that Hive escapes in the names of folders, and that other systems cannot hold there."""


def write_partitioned(
    exporter: Exporter, study: ExportedStudy, tables: Sequence[What], open_file: OpenFile
) -> Exported:
    """Write one table with an exporter of single files, a file for each coder, in one pass over the sessions."""
    parts: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    losses: list[str] = []

    def opener(path: str) -> OpenFile:
        return lambda _: open_file(path)

    for coder, sessions in groupby(study.sessions, key=lambda session: session.coder):
        folder = folder_of(coder)
        # Names that differ in case alone are one folder on many disks.
        number = parts[folder.casefold()]
        parts[folder.casefold()] += 1
        path = f"{folder}/part-{number}{exporter.suffixes[0]}"
        done = exporter.write(replace(study, sessions=sessions), tables, opener(path))
        rows.update(done.counts)
        losses += done.losses
    contents = f"{plural(rows.total(), 'row')} in {plural(parts.total(), 'file')}"
    return Exported(dict(rows), contents, tuple(losses))


def folder_of(coder: str) -> str:
    """Return the name of a coder's folder, from which Spark and DuckDB restore the name of the coder."""
    escaped = ESCAPED.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), coder)
    return f"coder={escaped or NOBODY}"

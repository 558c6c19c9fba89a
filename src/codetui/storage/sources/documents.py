"""Documents whose text must be extracted: the reader of files of one source each, and what an extraction returns.

An extractor is a function in a module of its own, which is imported with the first document of its kind.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from codetui.core.text.display import plural
from codetui.model import Passage, Source, SourceEntry, SourceId
from codetui.storage.fs import Version, naming_file, open_regular, version
from codetui.storage.sources.reader import (
    Place,
    ProblemCollector,
    SourceFile,
    extractor_of,
    first_line,
    id_and_employer,
    one_line,
    stem_of,
)

LARGE = 200_000
"""Bytes of a file whose text may take a second to extract."""

_last: list[tuple[str, Version, Extracted]] = []
"""The last large document that was read."""

_NO_TEXT = "open it to see why; a scan needs text recognition (OCR) first"


class UnreadableSourceError(OSError):
    """Raised if a file is broken, protected or too large, or needs a library that is missing; the file may be mended.

    The message is a sentence that follows `this file`, and what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(errno.EBADMSG, message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Extracted:
    """The text of a document; `title` is empty if the document names none, and its first line is used.

    `not_read` counts what is in the document and not in the text, by its noun: `{"image": 3, "page header": 1}`.
    """

    text: str
    title: str = ""
    passages: tuple[Passage, ...] = ()
    not_read: Mapping[str, int] = field(default_factory=dict)


Extract = Callable[[BinaryIO, bool, Path], Extracted]
"""Extract the text of an open file with its path; with True, only as much as has the title or the first line.

Raises UnreadableSourceError.
"""


@dataclass(frozen=True)
class DocumentReader:
    """Read documents of one source each, with id and employer in the name of the file.

    `rules` is the name and version of the extractor, a new one for each change of the texts that it returns;
    `library` is the distribution that it uses, if any.
    """

    suffixes: tuple[str, ...]
    extract: Extract
    rules: str
    library: str = ""
    is_table: bool = False

    @property
    def extractor(self) -> str:
        """Return the name and version of the extractor, with those of its library: `pdf 1, pypdfium2 5.15.2`."""
        return extractor_of(self.rules, self.library)

    def id_in_name(self, path: str) -> str | None:
        """Return the id in the file's name."""
        return id_and_employer(stem_of(path))[0]

    def entries(self, file: SourceFile, _: Place | None = None) -> Iterator[SourceEntry]:
        """Yield the only entry; just the beginning of the document is extracted where its format permits."""
        yield _entry(file, self._extracted(file, True))

    def sources(self, file: SourceFile, _: Place | None = None) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the only entry and source."""
        found = self._extracted(file, False)
        entry = _entry(file, found)
        not_read = {noun: count for noun, count in found.not_read.items() if count}
        note_not_read(not_read, 0, file.problems)
        yield (
            entry,
            Source(
                entry.id,
                entry.employer,
                entry.title,
                found.text,
                file.path,
                passages=found.passages,
                not_read=not_read,
            ),
        )

    def _extracted(self, file: SourceFile, is_head: bool) -> Extracted:
        """Return the text of a file; the last large one is kept, which is read again when it is opened."""
        if is_kept(file.path):
            return _last[0][2]
        now = version(Path(file.path))
        with naming_file(file.path), open_regular(file.path) as handle:
            found = self.extract(handle, is_head, Path(file.path))
        if not found.text.strip():
            counts = _counted(found.not_read)
            raise UnreadableSourceError(f"has no text{f' ({counts})' if counts else ''}: {_NO_TEXT}")
        if not is_head and now.size >= LARGE:
            _last[:] = [(file.path, now, found)]
        return found


def is_kept(path: str) -> bool:
    """Return whether the text of a document is in memory as it is now in its file. Raises OSError."""
    return bool(_last) and _last[0][:2] == (path, version(Path(path)))


def note_not_read(not_read: Mapping[str, int], line: int, problems: ProblemCollector) -> None:
    """Report what is in a document and not in its text."""
    if counts := _counted(not_read):
        problems.add(line, "note", f"not read: {counts}; the file has them")


def _counted(not_read: Mapping[str, int]) -> str:
    """Return the counts with their nouns: `1 image, 2 pages without text`."""
    parts = [(noun.partition(" without "), count) for noun, count in not_read.items() if count]
    return ", ".join(plural(count, "".join(noun), f"{noun[0]}s{noun[1]}{noun[2]}") for noun, count in parts)


def _entry(file: SourceFile, found: Extracted) -> SourceEntry:
    source_id, employer = id_and_employer(stem_of(file.path))
    title = one_line(found.title) or first_line(found.text)
    return SourceEntry(SourceId(source_id), sys.intern(employer), title, file.path, -1, 0)

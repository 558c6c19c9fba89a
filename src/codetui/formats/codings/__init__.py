"""Codings made by other programs: the readers of their files, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from codetui.formats.codings.foreign import CodingsFile, ForeignSource, Reader, UnknownFormatError
from codetui.formats.codings.refi import QDPX
from codetui.formats.codings.rows import ROWS, WORKBOOK
from codetui.formats.codings.spans import ANALYSIS, BRAT, DOCCANO, GOLD, LABEL_STUDIO

READERS: Mapping[str, Reader] = {
    reader.name: reader for reader in (QDPX, WORKBOOK, ANALYSIS, LABEL_STUDIO, GOLD, DOCCANO, BRAT, ROWS)
}
"""The readers by the name of their format."""

SUFFIXES = tuple(dict.fromkeys(suffix for reader in READERS.values() for suffix in reader.suffixes))
"""The suffixes of files that are read in a folder."""


def read_codings(file: CodingsFile, name: str | None = None) -> Sequence[ForeignSource]:
    """Return the codings in a file, source by source, in the format called `name` or in the first one that fits.

    Raises UnknownFormatError if none fits, or if the file breaks the rules of the format that it seems to have.
    """
    for reader in [READERS[name]] if name else READERS.values():
        if name or reader.fits(file):
            return reader.read(file)
    expected = "; ".join(reader.expected for reader in READERS.values())
    raise UnknownFormatError(file.name, 0, f"these are no codings in a known format. Expected is one of: {expected}")

"""Read one stream of an OLE compound file, as `.xls` files and encrypted documents are.

xlrd follows chains of sectors that have no end.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_NO_SECTOR = 0xFFFFFFFA
"""Numbers from here on are no sectors: the end of a chain, free sectors, and those of the tables."""

_HEADER, _ENTRY = 512, 128


_ENCRYPTED = "EncryptedPackage"
"""The stream with the encrypted document in the file that Office writes for one with a password."""


class OleError(ValueError):
    """Raised if a compound file is broken."""


def is_encrypted(data: bytes) -> bool:
    """Return whether a compound file holds an Office document that is encrypted; raise OleError if it is broken."""
    return stream_of(data, (_ENCRYPTED,)) is not None


def stream_of(data: bytes, names: Sequence[str]) -> bytes | None:
    """Return the first of the named streams that a compound file has, None if it has none; raise OleError."""
    try:
        return _CompoundFile(data).stream(names)
    except OleError:
        raise
    except (struct.error, ValueError, IndexError, OverflowError, MemoryError) as error:
        raise OleError(str(error) or type(error).__name__) from error


class _CompoundFile:
    """A compound file: a table says for each sector which one follows, and a second one does so for small sectors."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, small_shift = struct.unpack_from("<HH", data, 30)
        if not (7 <= shift <= 20 and 4 <= small_shift <= shift):
            raise OleError("the size of its sectors")
        self._size, self._small_size = 1 << shift, 1 << small_shift
        first, self._least, small_first = struct.unpack_from("<I4xII", data, 48)
        self._next = self._numbers(self._table())
        folder = self._chain(first)
        self._entries = [folder[at : at + _ENTRY] for at in range(0, len(folder) - _ENTRY + 1, _ENTRY)]
        self._small_next = self._numbers(self._chain(small_first))

    def stream(self, names: Sequence[str]) -> bytes | None:
        """Return the first of the named streams, None if there is none."""
        found = {self._name(entry): entry for entry in self._entries}
        entry = next((found[name] for name in names if name in found), None)
        if entry is None:
            return None
        first, size = struct.unpack_from("<II", entry, 116)
        if size >= self._least:
            return self._chain(first)[:size]
        root, root_size = struct.unpack_from("<II", self._entries[0], 116)
        small = self._chain(root)[:root_size]
        width = self._small_size
        return self._joined(first, self._small_next, lambda one: small[one * width : (one + 1) * width])[:size]

    def _table(self) -> bytes:
        """Return the table of the sectors, whose own sectors are listed in the header and in a chain."""
        listed = list(struct.unpack_from("<109I", self._data, 76))
        further, seen = struct.unpack_from("<I", self._data, 68)[0], set[int]()
        while further < _NO_SECTOR:
            if further in seen:
                raise OleError("a chain without end")
            seen.add(further)
            *more, further = self._numbers(self._sector(further))
            listed += more
        return b"".join(self._sector(one) for one in listed if one < _NO_SECTOR)

    def _chain(self, first: int) -> bytes:
        return self._joined(first, self._next, self._sector)

    def _joined(self, first: int, follows: Sequence[int], read: Callable[[int], bytes]) -> bytes:
        parts, one = list[bytes](), first
        while one < _NO_SECTOR:
            if len(parts) > len(follows):
                raise OleError("a chain without end")
            parts.append(read(one))
            one = follows[one]
        return b"".join(parts)

    def _sector(self, number: int) -> bytes:
        start = max(_HEADER, self._size) + number * self._size
        return self._data[start : start + self._size]

    @staticmethod
    def _numbers(data: bytes) -> Sequence[int]:
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    @staticmethod
    def _name(entry: bytes) -> str:
        return entry[: max(0, struct.unpack_from("<H", entry, 64)[0] - 2)].decode("utf-16-le", "replace")

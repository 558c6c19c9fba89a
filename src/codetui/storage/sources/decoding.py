"""Bytes to text: the decoded lines of a file, each with its number and its place."""

from __future__ import annotations

import codecs
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import BinaryIO

from codetui.model import Problem, Severity

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def sniffed(head: bytes) -> tuple[str, int]:
    """The encoding that a byte order mark names, else UTF-8, and how many bytes the mark takes."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def decoded(data: bytes, trouble: ProblemCollector) -> str:
    """The text of a whole file without its byte order mark; CRLF and every other character stay.

    A line that is not UTF-8 is read as Windows-1252, so that one foreign line does not spoil the others.
    """
    encoding, mark = sniffed(data)
    try:
        return data[mark:].decode(encoding)
    except UnicodeDecodeError:
        pass
    if encoding != "utf-8":
        trouble.add(1, "warning", _broken_wide(encoding))
        return data[mark:].decode(encoding, "replace")
    lines = data[mark:].split(b"\n")
    return "\n".join(decoded_line(line, number, trouble) for number, line in enumerate(lines, start=1))


def decoded_head(data: bytes) -> str:
    """The text of a file's first bytes, which may end inside a character."""
    encoding, mark = sniffed(data)
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data[mark:])
    except UnicodeDecodeError:
        return decoded(data, ProblemCollector(""))


def decoded_line(line: bytes, number: int, trouble: ProblemCollector) -> str:
    """One line as UTF-8 where it is valid, else as Windows-1252; its undefined bytes become U+FFFD."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        trouble.once(
            "encoding",
            number,
            "warning",
            "this line is not UTF-8; it and others like it were read as Windows-1252: "
            "if letters look wrong, save the file as UTF-8",
        )
        return line.decode("cp1252", "replace")


def _broken_wide(encoding: str) -> str:
    return f"this file is not all {encoding.upper()}; what is not is read as \ufffd: save the file as UTF-8"


class Lines:
    """The lines of an open file; `offset` and `number` say where the next line begins and which one it is.

    A line ends at LF, CRLF or CR only: U+2028, VT and FF are characters of an ad.
    """

    def __init__(self, file: BinaryIO, trouble: ProblemCollector) -> None:
        self._file = file
        self._trouble = trouble
        self._parted: list[bytes] = []
        self._starts: list[int] = []
        file.seek(0)
        self.encoding, self.start = sniffed(file.read(3))
        self.seek(self.start, 1)

    def seek(self, offset: int, number: int) -> None:
        """Go on from the line `number` that begins at byte `offset`."""
        self._file.seek(offset)
        self.offset, self.number = offset, number

    def is_line_start(self, offset: int) -> bool:
        """Whether a line begins at byte `offset`."""
        if offset <= self.start:
            return offset == self.start
        self._file.seek(max(offset - 2, 0))
        before = self._file.read(min(offset, 2))
        if self.encoding == "utf-8":
            return before[-1:] in (b"\n", b"\r")
        return offset % 2 == 0 and before.decode(self.encoding, "replace") == "\n"

    def __iter__(self) -> Iterator[str]:
        """The lines from here on with their ends, decoded."""
        self._file.seek(self.offset)
        return self._narrow() if self.encoding == "utf-8" else self._wide()

    def _narrow(self) -> Iterator[str]:
        for line in self._bytes():
            number = self.number
            self.offset += len(line)
            self.number += 1
            try:
                yield line.decode("utf-8")
            except UnicodeDecodeError:
                yield decoded_line(line, number, self._trouble)

    def _bytes(self) -> Iterator[bytes]:
        """The bytes of each line from here on."""
        at = bisect_left(self._starts, self.offset)
        if at < len(self._parted) and self._starts[at] == self.offset:
            self._file.seek(self._starts[-1])
            for place in range(at, len(self._parted)):
                yield self._parted[place]
        for raw in self._file:
            if raw.count(b"\r") > raw.endswith(b"\r\n"):
                yield from self._part(raw)
            else:
                yield raw

    def _part(self, raw: bytes) -> list[bytes]:
        """The lines of what ends in LF, parted at CR.

        They are kept: such a file has perhaps no LF, and whoever seeks would read the rest of it for one line.
        """
        self._parted = raw.splitlines(keepends=True)
        self._starts = list(accumulate(map(len, self._parted), initial=self.offset))
        return self._parted

    def _wide(self) -> Iterator[str]:
        while line := self._wide_line():
            number = self.number
            self.offset += len(line)
            self.number += 1
            try:
                yield line.decode(self.encoding)
            except UnicodeDecodeError:
                self._trouble.once("encoding", number, "warning", _broken_wide(self.encoding))
                yield line.decode(self.encoding, "replace")

    def _wide_line(self) -> bytes:
        r"""The bytes of one UTF-16 line: the byte 0A ends it only as half of U+000A."""
        pieces: list[bytes] = []
        size = 0
        while piece := self._file.readline():
            pieces.append(piece)
            size += len(piece)
            if not piece.endswith(b"\n"):
                break
            if self.encoding == "utf-16-be":
                if size % 2 == 0 and (piece[-2:-1] or pieces[-2][-1:]) == b"\0":
                    break
            elif size % 2:
                half = self._file.read(1)
                pieces.append(half)
                size += len(half)
                if half in (b"\0", b""):
                    break
        return b"".join(pieces)


LIMIT = 200


class ProblemCollector:
    """Collects the problems of one file: of each severity at most `LIMIT` are listed, others are counted."""

    def __init__(self, source: str) -> None:
        self.source = printable(source)
        self._waiting: list[Problem] = []
        self._counts: dict[Severity, int] = {}
        self._said: set[str] = set()
        self.failure: OSError | None = None
        """Why the file could not be read to its end, if it could not: what is lacking may be in it."""

    def add(self, line: int, severity: Severity, message: str) -> None:
        """Report a problem of a line; line 0 speaks of the whole file."""
        count = self._counts[severity] = self._counts.get(severity, 0) + 1
        if count <= LIMIT:
            self._waiting.append(Problem(self.source, line, severity, printable(message)))

    def once(self, about: str, line: int, severity: Severity, message: str) -> None:
        """Report a problem that a file has as a whole, at the first line where it shows."""
        if about not in self._said:
            self._said.add(about)
            self.add(line, severity, message)

    def taken(self) -> list[Problem]:
        """The problems since the last call."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def overflow(self) -> list[Problem]:
        """How many problems were not listed, said when the file is done."""
        return [
            Problem(
                self.source,
                0,
                severity,
                f"{count - LIMIT} more {severity}s are not listed: see to the first ones",
            )
            for severity, count in self._counts.items()
            if count > LIMIT
        ]


def printable(text: str) -> str:
    """A text that a terminal can show on one line: what it would obey, or cannot encode, becomes U+FFFD."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)

"""Decode bytes into text line by line, collecting what was odd about a file."""

from __future__ import annotations

import codecs
import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from codetui.model import Problem, Severity

LIMIT = 200
"""Problems of one severity that are listed for one file."""

CHUNK = 1 << 16
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class ProblemCollector:
    """Collect the problems of one file: of each severity at most `LIMIT` are listed, and the others counted.

    `failure` is why the file could not be read to its end, if it could not: what is missing may be in it.
    """

    def __init__(self, file: str) -> None:
        self.file = printable(file)
        self.failure: OSError | None = None
        self._waiting: list[Problem] = []
        self._counts: dict[Severity, int] = {}
        self._reported: set[str] = set()

    def add(self, line: int, severity: Severity, message: str) -> None:
        """Report a problem of a line; line 0 is the whole file."""
        count = self._counts[severity] = self._counts.get(severity, 0) + 1
        if count <= LIMIT:
            self._waiting.append(Problem(self.file, line, severity, printable(message)))

    def add_once(self, topic: str, line: int, severity: Severity, message: str) -> None:
        """Report a problem that concerns a file as a whole, at the first line with it."""
        if topic not in self._reported:
            self._reported.add(topic)
            self.add(line, severity, message)

    def drain(self) -> list[Problem]:
        """Return the problems since the last call."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def overflow(self) -> list[Problem]:
        """Return how many problems were not listed, for the end of the file."""
        return [
            Problem(self.file, 0, severity, f"{count - LIMIT} more {severity}s are not listed: look at the first ones")
            for severity, count in self._counts.items()
            if count > LIMIT
        ]


def printable(text: str) -> str:
    """Return the text with U+FFFD for every character that a terminal obeys or cannot show on one line."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def detect_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding that a byte order mark names, else UTF-8, and the size of the mark in bytes."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return "utf-8", 0


def decode(data: bytes, problems: ProblemCollector) -> str:
    """Return the text of a whole file without its byte order mark.

    A line that is not UTF-8 is decoded as Windows-1252, so that it does not spoil the others.
    """
    encoding, mark = detect_encoding(data)
    try:
        return data[mark:].decode(encoding)
    except UnicodeDecodeError:
        pass
    if encoding != "utf-8":
        problems.add(1, "warning", _broken_wide(encoding))
        return data[mark:].decode(encoding, "replace")
    lines = data[mark:].split(b"\n")
    return "\n".join(_decode_line(line, number, problems) for number, line in enumerate(lines, start=1))


def decode_head(data: bytes) -> str:
    """Return the text of a file's first bytes, which may end inside a character."""
    encoding, mark = detect_encoding(data)
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data[mark:])
    except UnicodeDecodeError:
        return decode(data, ProblemCollector(""))


def _decode_line(line: bytes, number: int, problems: ProblemCollector) -> str:
    """Return a line decoded as UTF-8, else as Windows-1252 with U+FFFD for its undefined bytes."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        what = "this line is not UTF-8; it and others like it were read as Windows-1252"
        problems.add_once("encoding", number, "warning", f"{what}: if letters look wrong, save the file as UTF-8")
        return line.decode("cp1252", "replace")


def _broken_wide(encoding: str) -> str:
    return f"this file is not all {encoding.upper()}; what is not is read as \ufffd: save the file as UTF-8"


class Lines:
    """Iterate over the decoded lines of an open file, ends included.

    `offset` and `number` are the byte offset and the number of the next line.  A line ends at LF, CRLF or CR only:
    U+2028, VT and FF are characters of a text.
    """

    def __init__(self, file: BinaryIO, problems: ProblemCollector) -> None:
        self._file = file
        self._problems = problems
        file.seek(0)
        self._encoding, start = detect_encoding(file.read(3))
        self.seek(start, 1)

    def seek(self, offset: int, number: int) -> None:
        """Continue from line `number`, which begins at byte `offset`."""
        self.offset, self.number = offset, number
        self._mark: tuple[int, int] | None = None
        self._read: list[tuple[str, int]] = []
        self._ahead: deque[tuple[str, int]] = deque()
        self._file.seek(offset)
        self._lines = self._narrow() if self._encoding == "utf-8" else self._wide()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        if self._mark is not None:
            self._read.append(line)
        self.offset += line[1]
        self.number += 1
        return line[0]

    def mark(self) -> None:
        """Remember the lines from here on, so that `rewind` can return to them."""
        self._mark = self.offset, self.number
        self._read.clear()

    def rewind(self, skip: int = 0) -> None:
        """Return to the mark, or to the line `skip` lines after it."""
        assert self._mark is not None
        self._ahead.extendleft(reversed(self._read[skip:]))
        offset, number = self._mark
        self.offset, self.number = offset + sum(size for _, size in self._read[:skip]), number + skip
        self.mark()

    def _narrow(self) -> Iterator[tuple[str, int]]:
        number = self.number
        for line in self._byte_lines():
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError:
                text = _decode_line(line, number, self._problems)
            yield text, len(line)
            number += 1

    def _byte_lines(self) -> Iterator[bytes]:
        """Yield the bytes of each line; a long line is read in pieces of growing size, in linear time."""
        rest = b""
        while chunk := self._file.read(max(CHUNK, len(rest))):
            lines = (rest + chunk).splitlines(keepends=True)
            rest = lines.pop()
            yield from lines
        yield from rest.splitlines(keepends=True)

    def _wide(self) -> Iterator[tuple[str, int]]:
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        number, rest, is_last = self.number, "", False
        while not is_last:
            chunk = self._file.read(max(CHUNK, 2 * len(rest)))
            is_last = not chunk
            lines = _LINE.findall(rest + decoder.decode(chunk, final=is_last))
            rest = "" if is_last or not lines else lines.pop()
            for line in lines:
                if "\ufffd" in line:
                    self._problems.add_once("encoding", number, "warning", _broken_wide(self._encoding))
                yield line, len(line.encode(self._encoding))
                number += 1

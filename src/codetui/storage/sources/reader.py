"""Read sources: decoding of bytes line by line, the protocol of readers, and the reader of text files.

Each text file is one source, with id and employer in its name and its title in the text.
"""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, NamedTuple, Protocol

from codetui.core.text.display import plural
from codetui.model import Problem, Severity, Source, SourceEntry, SourceId, Words, with_plain_line_ends
from codetui.storage import fs
from codetui.storage.sources.row_ids import RowIds

AD = Words()
"""The word for a source in messages unless the codebook has another."""

LIMIT = 200
"""Problems of one severity that are listed for one file."""

CHUNK = 1 << 18
FIRST_CHUNK = 1 << 13
"""Bytes that are read at a place of a file before whole chunks: most single rows are shorter."""

ROW_LIMIT = 16 * 1024 * 1024
"""Bytes of the longest row of a table; longer ones are reported and left out."""

HEAD_OF_ENCODING = 8
"""Bytes at the beginning of a file that show its encoding."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class ProblemCollector:
    """Collect the problems of one file: of each severity at most `LIMIT` are listed, and the rest are counted.

    `failure` is the reason why the file could not be read to its end, if any: a missing source may be in it.
    """

    def __init__(self, file: str, words: Words = AD) -> None:
        """Create a collector; `words` are the nouns for a source in messages."""
        self.file = printable(file)
        self.words = words
        self.failure: OSError | None = None
        self._waiting: list[Problem] = []
        self._counts: dict[Severity, int] = {}
        self._reported: set[str] = set()
        self._repeated: dict[str, list[int]] = {}

    def add(self, line: int, severity: Severity, message: str) -> None:
        """Report a problem of a line; line 0 is the whole file."""
        count = self._counts[severity] = self._counts.get(severity, 0) + 1
        if count <= LIMIT:
            self._waiting.append(Problem(self.file, line, severity, printable(message)))

    def add_once(self, topic: str, line: int, severity: Severity, message: str) -> None:
        """Report a problem that concerns the whole file, at the first line where it occurs."""
        if topic not in self._reported:
            self._reported.add(topic)
            self.add(line, severity, message)

    def add_repeated(self, source_id: str, line: int) -> None:
        """Count a row that repeats the title and text of another one."""
        self._repeated.setdefault(source_id, []).append(line)

    def counted(self, severity: Severity) -> int:
        """Return the number of problems of a severity, listed or not."""
        return self._counts.get(severity, 0)

    @property
    def repeated(self) -> int:
        """Return the number of rows that repeat another one."""
        return sum(map(len, self._repeated.values()))

    def drain(self) -> list[Problem]:
        """Return the problems since the last call."""
        waiting, self._waiting = self._waiting, []
        return waiting

    def overflow(self) -> list[Problem]:
        """Return which rows are repeated, and how many problems were not listed, for the end of the file."""
        found = [
            Problem(self.file, 0, severity, f"{count - LIMIT} more {severity}s are not listed: look at the first ones")
            for severity, count in self._counts.items()
            if count > LIMIT
        ]
        return [*found, *([Problem(self.file, 0, "note", self._repetition())] if self._repeated else [])]

    def _repetition(self) -> str:
        """Return how often each source is repeated, the most frequent ones by name."""
        often = sorted(self._repeated.items(), key=lambda one: (-len(one[1]), one[1]))
        rows = plural(self.repeated, "row repeats", "rows repeat")
        named = [f"{id_} {plural(len(lines) + 1, 'time')} (again at line {lines[0]})" for id_, lines in often[:5]]
        more = f" and {len(often) - 5:,} more" if len(often) > 5 else ""
        what = f"{rows} the title and text of an earlier one, and each is one {self.words.source} with it"
        return f"{what}: {', '.join(named)}{more}"


def printable(text: str) -> str:
    """Return the text with U+FFFD for control characters and others that cannot be shown on one line."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def detect_encoding(head: bytes) -> tuple[str, int]:
    """Return the encoding and the size of its byte order mark; without one, UTF-16 is known by its bytes of zero."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    start = head[:HEAD_OF_ENCODING]
    if len(start) == HEAD_OF_ENCODING:
        for encoding, zeros in (("utf-16-le", 1), ("utf-16-be", 0)):
            if not any(start[zeros::2]) and all(start[1 - zeros :: 2]):
                return encoding, 0
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
    return f"this file has bytes that are not {encoding.upper()}, read as \ufffd: save the file as UTF-8"


_Line = tuple[str | None, int]
"""A line, None if it is too long, and its size in bytes."""


class RowTooLongError(ValueError):
    """Raised if a line or row of a table exceeds `ROW_LIMIT`."""


class Lines:
    """Iterate over the decoded lines of an open file, ends included.

    `offset` and `number` are the byte offset and the number of the next line.  A line ends at LF, CRLF or CR only:
    U+2028, VT and FF are characters of a text.  RowTooLongError is raised for a line of more than `ROW_LIMIT` bytes,
    which is skipped, and for lines of more than that since the last mark.
    """

    def __init__(self, file: BinaryIO, problems: ProblemCollector) -> None:
        self._file = file
        self._problems = problems
        self._chunk, self._chunk_at = b"", 0
        self._stretch = ""
        self._buffer: io.StringIO | None = None
        file.seek(0)
        self._encoding, start = detect_encoding(file.read(HEAD_OF_ENCODING))
        self.seek(start, 1)

    def seek(self, offset: int, number: int) -> None:
        """Continue from line `number`, which begins at byte `offset`."""
        self.offset, self.number = offset, number
        self._mark: tuple[int, int] | None = None
        self._read: list[_Line] = []
        self._ahead: deque[_Line] = deque()
        self._next_byte, self._size = offset, FIRST_CHUNK
        self._lines = self._narrow() if self._encoding == "utf-8" else self._wide()

    def release(self) -> None:
        """Free the buffers at once: they are part of a cycle, which would live until garbage is collected."""
        self._lines = iter(())
        self._chunk, self._stretch, self._buffer = b"", "", None
        self._ahead.clear()
        self._read.clear()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else next(self._lines)
        if self._mark is not None:
            self._read.append(line)
        self.offset += line[1]
        self.number += 1
        if line[0] is None or (self._mark is not None and self.offset - self._mark[0] > ROW_LIMIT):
            raise RowTooLongError
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

    def skip_to(self, is_wanted: Callable[[str], bool]) -> None:
        """Skip the lines up to the next one that is wanted, without remembering them; lines too long are skipped."""
        while line := self._ahead.popleft() if self._ahead else next(self._lines, None):
            if line[0] is not None and is_wanted(line[0]):
                self._ahead.appendleft(line)
                return
            self.offset += line[1]
            self.number += 1

    # --- many lines at once -------------------------------------------------------------------------

    def stream(self) -> Iterator[str]:
        """Return the lines from here on as an iterator that needs no Python code for each line.

        Call `arrive` after each row, and `seek` before anything else.
        """
        self.seek(self.offset, self.number)
        self._row_at, self._stream_number, self._stretch, self._told = self.offset, self.number, "", 0
        self._buffer = None
        return chain.from_iterable(self._stretches())

    def arrive(self, count: int) -> None:
        """Set `offset` and `number` once `count` lines of the stream were read."""
        self.number = self._stream_number + count
        if self._buffer is not None:
            told, self._told = self._told, self._buffer.tell()
            is_plain = self._stretch.isascii()
            self.offset += self._told - told if is_plain else len(self._stretch[told : self._told].encode())
        self._row_at = self.offset

    def _stretches(self) -> Iterator[Iterable[str]]:
        """Yield the lines of one chunk after another."""
        if self._encoding != "utf-8":
            yield self._one_by_one(self._lines)
            return
        rest, number = b"", self.number
        while chunk := self._pull(len(rest)):
            data = rest + chunk
            end = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
            rest = data[end:]
            if end:
                yield self._lines_of(data[:end], self._next_byte - len(data), number)
                number += data.count(b"\n", 0, end) + data.count(b"\r", 0, end) - data.count(b"\r\n", 0, end)
            if self._next_byte - self._row_at > ROW_LIMIT:
                raise RowTooLongError
        yield self._lines_of(rest, self._next_byte - len(rest), number)

    def _lines_of(self, data: bytes, offset: int, number: int) -> Iterable[str]:
        """Return the lines of `chunk`, whole lines that begin at a byte offset, and start counting there."""
        self.offset, self._told, self._buffer = offset, 0, None
        try:
            self._stretch = data.decode("utf-8")
        except UnicodeDecodeError:
            lines = enumerate(data.splitlines(keepends=True), number)
            return self._one_by_one((_decode_line(line, at, self._problems), len(line)) for at, line in lines)
        self._buffer = io.StringIO(self._stretch, newline="")
        return self._buffer

    def _one_by_one(self, lines: Iterable[_Line]) -> Iterator[str]:
        for line, size in lines:
            self.offset += size
            if line is None or self.offset - self._row_at > ROW_LIMIT:
                raise RowTooLongError
            yield line

    # --- bytes --------------------------------------------------------------------------------------

    def _pull(self, least: int) -> bytes:
        """Return further bytes, each time more up to CHUNK, and at least about `least`.

        The last chunk is kept, so that `seek` does not read it again.
        """
        at = self._next_byte - self._chunk_at
        if not 0 <= at < len(self._chunk):
            self._file.seek(self._next_byte)
            self._chunk, self._chunk_at, at = self._file.read(max(least, self._size)), self._next_byte, 0
            self._size = min(4 * self._size, CHUNK)
        data = self._chunk[at:]
        self._next_byte += len(data)
        return data

    def _narrow(self) -> Iterator[_Line]:
        number = self.number
        for line in self._byte_lines():
            if isinstance(line, int):
                yield None, line
            else:
                try:
                    text = line.decode("utf-8")
                except UnicodeDecodeError:
                    text = _decode_line(line, number, self._problems)
                yield text, len(line)
            number += 1

    def _byte_lines(self) -> Iterator[bytes | int]:
        """Yield the bytes of each line, or the size of a line that is too long.

        A long line is read in pieces of growing size, in linear time.
        """
        rest, skipped = b"", 0
        while chunk := self._pull(len(rest)):
            data = rest + chunk
            lines = data.splitlines(keepends=True)
            rest = lines.pop()
            if skipped or len(data) > ROW_LIMIT:
                for line in lines:
                    yield _bounded(line, skipped)
                    skipped = 0
                if skipped + len(rest) > ROW_LIMIT:
                    skipped, rest = skipped + len(rest) - 1, rest[-1:]
            else:
                yield from lines
        for line in rest.splitlines(keepends=True):
            yield _bounded(line, skipped)

    def _wide(self) -> Iterator[_Line]:
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        number, rest, skipped, is_last = self.number, "", 0, False
        while not is_last:
            chunk = self._pull(2 * len(rest))
            is_last = not chunk
            lines = _LINE.findall(rest + decoder.decode(chunk, final=is_last))
            rest = "" if is_last or not lines else lines.pop()
            for line in lines:
                if "\ufffd" in line:
                    self._problems.add_once("encoding", number, "warning", _broken_wide(self._encoding))
                size = skipped + len(line.encode(self._encoding))
                yield (line if size <= ROW_LIMIT else None), size
                number, skipped = number + 1, 0
            if skipped + 2 * len(rest) > ROW_LIMIT:
                skipped, rest = skipped + len(rest[:-1].encode(self._encoding)), rest[-1:]


def _bounded(line: bytes, skipped: int) -> bytes | int:
    """Return a line, or its size, including the bytes skipped before it, if it is too long."""
    size = skipped + len(line)
    return line if size <= ROW_LIMIT else size


# --- readers ------------------------------------------------------------------------------------------

NAME_LIMIT = 200
"""Characters of an employer or a title."""

HEAD = 4096
"""Bytes that the list reads of a file."""

_LEAD = r"(?:(?:analysis|job|jobad|ad|advert|advertentie|vacancy|vacature|posting|id|nr|no)[ _-]+)*"
_NUMBERED = re.compile(_LEAD + r"(?P<id>[0-9]+)(?:[ _-]+(?P<rest>[^0-9 _-].*))?", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"(?:\A|(?<=[\r\n]))[ \t]*#{1,6}[ \t]+([^\r\n]*[^\W_][^\r\n]*)")
_LINE_END = re.compile(r"[\r\n]")
_LETTER = re.compile(r"[^\W_]")
_EMPHASISED = re.compile(r"(([*_`])\2*)((?:(?!\2).)+)\1")


class Place(NamedTuple):
    """The beginning of a source in its file: byte offset and line; (-1, 0) for a file that is one source."""

    offset: int
    line: int


class SourceFile(NamedTuple):
    """A file that is being read: its path, the settings for columns, the problems, and the ids of rows without one."""

    path: str
    columns: Mapping[str, str]
    problems: ProblemCollector
    row_ids: RowIds


class SourceReader(Protocol):
    """Read the sources of files with certain suffixes; a new format is one more reader in `READERS`.

    `is_table` is True if a file may contain several sources.  Files are never written.  All methods raise OSError.
    """

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The suffixes of the files, in lower case."""

    @property
    def is_table(self) -> bool:
        """Return whether a file may contain several sources."""

    @property
    def extractor(self) -> str:
        """Return the name and version of what extracts the texts; empty if the files are plain text.

        Another extractor may return another text for the same file.
        """

    def id_in_name(self, path: str, /) -> str | None:
        """Return the id of a file's only source, or None if the file must be opened to find its ids."""

    def entries(self, file: SourceFile, start: Place | None = None, /) -> Iterator[SourceEntry]:
        """Yield the entries of a file's sources in order; with `start`, only from the entry that begins there."""

    def sources(self, file: SourceFile, start: Place | None = None, /) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the entries as above, with the sources and their texts."""


def extractor_of(rules: str, library: str) -> str:
    """Return the name and version of an extractor, with those of the distribution that it uses, if any."""
    if not library:
        return rules
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{rules}, {library} {version(library)}"
    except PackageNotFoundError:
        return rules


def one_line(text: str) -> str:
    """Return a name or title on one line of at most `NAME_LIMIT` characters."""
    return " ".join(text[: 4 * NAME_LIMIT].split())[:NAME_LIMIT]


def note_nul(text: str, line: int, problems: ProblemCollector) -> None:
    """Report that a text has NUL characters."""
    if "\0" in text:
        message = "this text contains NUL characters, which are kept: if every second one is NUL, save it as UTF-8"
        problems.add(line, "note", message)


# --- text files ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextReader:
    """Read text files."""

    suffixes: tuple[str, ...] = (".txt", ".md")
    is_table: bool = False
    extractor: str = ""

    def id_in_name(self, path: str) -> str | None:
        """Return the id in the file's name."""
        return id_and_employer(stem_of(path))[0]

    def entries(self, file: SourceFile, _: Place | None = None) -> Iterator[SourceEntry]:
        """Yield the only entry; just the beginning of its text is read."""
        yield _text_entry(file, fs.read_head(file.path, HEAD))

    def sources(self, file: SourceFile, _: Place | None = None) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the only entry and source."""
        data = fs.read(file.path)
        entry = _text_entry(file, data[:HEAD])
        text = with_plain_line_ends(decode(data, file.problems))
        note_nul(text, 0, file.problems)
        yield entry, Source(entry.id, entry.employer, entry.title, text, file.path)


def _text_entry(file: SourceFile, head: bytes) -> SourceEntry:
    text = decode_head(head)
    if len(head) < HEAD and not text.strip():
        file.problems.add_once(
            "empty", 0, "note", f"this {file.problems.words.source} is empty: there is nothing to code in it"
        )
    source_id, employer = id_and_employer(stem_of(file.path))
    return SourceEntry(SourceId(source_id), sys.intern(employer), title_of(text), file.path, -1, 0)


def stem_of(path: str) -> str:
    """Return the name of a file without its suffix."""
    # A Path for each of 50,000 files would take longer than looking for their titles.
    return os.path.splitext(os.path.basename(path))[0]  # noqa: PTH119, PTH122


def id_and_employer(stem: str) -> tuple[str, str]:
    """Return id and employer from a file's name: `752_creative_fabrica` is 752 of Creative Fabrica.

    Words without any capital letter get one each, as in names; the coder can correct it.
    """
    readable = stem.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = unicodedata.normalize("NFC", readable).strip()
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return name, ""
    words = re.split(r"[\s_]+", (match["rest"] or "").strip(" _-"))
    if match["rest"] and "-" in match["rest"] and len(words) == 1:
        words = words[0].split("-")
    if not any(character.isupper() for word in words for character in word):
        words = [word[:1].upper() + word[1:] for word in words]
    return match["id"], one_line(" ".join(words))


def title_of(head: str) -> str:
    """Return the title from the beginning of a text: the first heading, else the first line with a word."""
    heading = _HEADING.search(head) if "#" in head else None
    if heading is not None:
        return _without_emphasis(one_line(heading[1].rstrip("# \t")))
    return _without_emphasis(first_line(head))


def first_line(text: str) -> str:
    """Return the first line with a word as a title, empty if there is none."""
    letter = _LETTER.search(text)
    if letter is None:
        return ""
    start = max(text.rfind("\n", 0, letter.start()), text.rfind("\r", 0, letter.start())) + 1
    end = _LINE_END.search(text, letter.start())
    return one_line(text[start : end.start() if end else len(text)])


def _without_emphasis(title: str) -> str:
    """Return `**A title**` without its bullet and without marks around the whole; marks inside it stay."""
    title = title.lstrip("* ") if title.startswith("* ") else title.strip()
    emphasised = _EMPHASISED.fullmatch(title)
    return emphasised[3].strip() if emphasised else title


TEXT = TextReader()

"""Append-only logs: each line is one record, and lines are only ever added.

A session's log holds transactions, a coder's log of the study its steps.  No file is kept open, so that logs may be
moved, merged and synced at any time.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Generic

from codetui.model import Problem, StudyStep, Transaction
from codetui.storage import fs
from codetui.storage.log_format import GREATEST, FormatError, NewerVersionError, R, decode, encode

_BOM = b"\xef\xbb\xbf"


class RecordLog(Generic[R]):
    """A log of records of one type.

    `unknown` are all lines read so far that are records, but not in a known version or form: they are never lost.
    """

    def __init__(self, path: Path, record: type[R]) -> None:
        self.path = path
        self.unknown: dict[bytes, None] = {}
        self._record: type[R] = record

    def read(self) -> tuple[list[R], list[Problem]]:
        """Return all records by (`seq`, `id`), each id once, whatever the order of lines, with the problems found.

        A line that cannot be read is reported and stays in the file.  An absent log is empty.  Raise OSError.
        """
        records, problems, unknown = self._read()
        self.unknown.update(dict.fromkeys(unknown))
        return records, problems

    def _read(self) -> tuple[list[R], list[Problem], list[bytes]]:
        """Return the records, the problems, and the lines of unknown form."""
        try:
            data = fs.without_refused(self.path, fs.read(self.path))
        except FileNotFoundError:
            return [], [], []
        found: dict[str, R] = {}
        problems: list[Problem] = []
        unknown: list[bytes] = []
        for number, line in enumerate(BytesIO(data.removeprefix(_BOM)), start=1):
            line = line.strip()
            if not line:
                continue
            try:
                record = decode(line, self._record)
            except FormatError as error:
                unknown += [line] if _key(line) else []
                problems.append(self._problem(number, _reason(error)))
                continue
            known = found.setdefault(record.id, record)
            if known is not record and known != record:
                # The same one is used whatever the order of the lines.
                found[record.id] = min(known, record, key=lambda each: (each.seq, encode(each)))
                what = f"{record.id} is a second time in this log, with other contents: one of the two is used"
                problems.append(self._problem(number, f"{what}; delete the wrong line"))
        return sorted(found.values(), key=lambda each: (each.seq, each.id)), problems, unknown

    def ensure_durable(self) -> None:
        """Wait until the disk has what was read: a killed program may have written it without waiting."""
        fs.ensure_durable(self.path)

    def append(self, record: R) -> None:
        """Put a record on disk; raise OSError if it is not there, and then the log is as before."""
        if record.seq > GREATEST:
            what = f"a line of the log counts to {GREATEST}, and no number can follow: delete that line"
            raise OSError(errno.EOVERFLOW, what, str(self.path))
        self.add((encode(record),))

    def complete(self, records: Iterable[R], unknown: Iterable[bytes] = ()) -> None:
        """Put the records on disk that the log lacks, and the lines of unknown form that it had; raise OSError."""
        read, _, kept = self._read()
        present = {record.id for record in read}
        lines = [encode(one) for one in records if one.id not in present]
        lines += dict.fromkeys(line for line in (*self.unknown, *unknown) if line not in kept)
        self.add(lines)

    def add(self, lines: Iterable[bytes]) -> None:
        """Put lines on disk; raise OSError if they are not there, and then the log is as before."""
        data = b"".join(line + b"\n" for line in lines)
        if not data:
            return
        fs.roll_back(self.path)
        fs.append(self.path, data if fs.ends_with_newline(self.path) else b"\n" + data)

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(str(self.path), line, "warning", message)


class Journal(RecordLog[Transaction]):
    """The log of one coder and source."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Transaction)


class StudyJournal(RecordLog[StudyStep]):
    """A coder's log of the study: the steps that span several sessions."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, StudyStep)

    def record(self, step: StudyStep) -> None:
        """Append a step after all that the log has: its `seq` and `parents` are set; raise OSError."""
        steps = self.read()[0]
        followed = {parent for one in steps for parent in one.parents}
        parents = tuple(one.id for one in steps if one.id not in followed)
        self.append(replace(step, parents=parents, seq=max((one.seq for one in steps), default=0) + 1))


def missing_lines(ours: bytes, theirs: bytes) -> list[bytes]:
    """Return the lines of the log `theirs` that are records and not in `ours`, of whatever version, in their order."""
    known = {key: json.loads(line) for line in ours.split(b"\n") if (key := _key(line))}
    lines = (line.strip() for line in theirs.removeprefix(_BOM).split(b"\n"))
    return [line for line in dict.fromkeys(lines) if (key := _key(line)) and known.get(key) != json.loads(line)]


def _key(line: bytes) -> str:
    """Return the id of the record on a line, of whatever version; empty if there is none."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    found = value if isinstance(value, dict) else {}
    seq, id_ = found.get("seq"), found.get("id")
    return id_ if isinstance(id_, str) and isinstance(seq, int) and not isinstance(seq, bool) else ""


def _reason(error: FormatError) -> str:
    if isinstance(error, NewerVersionError):
        return "this line was written by a newer codetui; it is kept: update codetui to see it"
    return f"this line cannot be read ({error}): it is kept, and the others are used; correct it"

"""Append-only logs: each line is one record as a JSON object, and lines are only ever added.

A session's log holds transactions, a coder's log of the study its steps. No file is kept open, so that logs may be
moved, merged and synced at any time. Lines are decoded with json and one reader for each type, made once from the
fields of its dataclass: pydantic takes longer to load than a session's log to read.
"""

from __future__ import annotations

import errno
import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import NoneType, UnionType
from typing import Generic, Literal, NamedTuple, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from codetui.core.session.state import State, evolve, replay
from codetui.model import ADDED, Event, Problem, StudyStep, Transaction
from codetui.storage import fs
from codetui.storage.fs import Version

GREATEST = 2**53
"""The greatest number in a log: beyond it counting is not exact in other programs."""

R = TypeVar("R", Transaction, StudyStep)
Reader = Callable[[object], object]

_SIGNED = {"rank", "rank_before"}
"""Numbers that may be negative: what a person inserts before everything else is ranked below zero."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")

_BOM = b"\xef\xbb\xbf"


class FormatError(ValueError):
    """Raised if a line is not in the format; `path` names the field, such as `events.0.rank`."""

    def __init__(self, reason: str, *path: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path

    def __str__(self) -> str:
        """Return the place and the cause of the error."""
        return f"{'.'.join(self.path)}: {self.reason}" if self.path else self.reason


class NewerVersionError(FormatError):
    """Raised if a line was written by a newer version of the program."""


# --- encoding -----------------------------------------------------------------------------------------


def encode(record: Transaction | StudyStep) -> bytes:
    """Return a record as compact JSON in UTF-8 without a newline; lone surrogates become U+FFFD."""
    text = json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode("utf-8")


def _plain(value: object) -> object:
    """Return a value as JSON knows it; an event begins with its kind."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": kind_of(type(value))} if type(value) in get_args(Event) else {}
        plain = {**kind, **{name: _plain(getattr(value, name)) for name in _names_of(type(value))}}
        plain |= {name: _plain(one) for name, unset in _added_to(type(value)) if (one := getattr(value, name)) != unset}
        return plain
    return value


@lru_cache(maxsize=64)
def _names_of(wanted: type) -> tuple[str, ...]:
    assert is_dataclass(wanted)
    return tuple(field.name for field in fields(wanted) if field.metadata != ADDED)


@lru_cache(maxsize=64)
def _added_to(wanted: type) -> tuple[tuple[str, object], ...]:
    """Return the fields that are left out at their default, with that default."""
    assert is_dataclass(wanted)
    return tuple((field.name, field.default) for field in fields(wanted) if field.metadata == ADDED)


@lru_cache(maxsize=64)
def kind_of(wanted: type) -> str:
    """Return the kind of an event: `coding-added` for `CodingAdded`."""
    return _CAMEL.sub("-", wanted.__name__).lower()


# --- decoding -----------------------------------------------------------------------------------------


def decode(line: bytes, wanted: type[R]) -> R:
    """Return the record on a line; raise FormatError if anything in it is unknown or out of bounds."""
    try:
        value: object = json.loads(line.decode())
        if _ESCAPED_SURROGATE.search(line):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise FormatError("not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise FormatError("not an object")
    version = value.get("v")
    if version != 2 or type(version) is not int:
        newer = type(version) is int and version > 2
        raise NewerVersionError("a newer version", "v") if newer else FormatError("not a known version", "v")
    record = _object_reader(wanted)(value)
    assert isinstance(record, wanted)
    return record


@lru_cache(maxsize=128)
def _reader_of(wanted: object, *, is_signed: bool = False) -> Reader:
    """Return the function that makes a value of a type from JSON, or raises FormatError."""
    if isinstance(wanted, NewType):
        wanted = wanted.__supertype__
    if wanted is int:
        return lambda value: _number(value, -GREATEST if is_signed else 0)
    if wanted is str or wanted is bool:
        return lambda value: value if type(value) is wanted else _fail(f"not a {wanted.__name__}")
    if wanted is float:
        return _share
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return lambda value: value if value in inner and type(value) in map(type, inner) else _fail("not a known value")
    if origin is tuple:
        return _tuple_reader(inner)
    if wanted == Event:
        return _event_reader()
    if origin in (Union, UnionType) and len(inner) == 2 and inner[1] is NoneType:
        present = _reader_of(inner[0])
        return lambda value: None if value is None else present(value)
    assert isinstance(wanted, type) and is_dataclass(wanted), wanted
    return _object_reader(wanted)


def _fail(reason: str) -> object:
    raise FormatError(reason)


def _number(value: object, least: int) -> int:
    if type(value) is not int:
        raise FormatError("not a whole number")
    if not least <= value <= GREATEST:
        raise FormatError("a number out of bounds")
    return value


def _share(value: object) -> object:
    if type(value) not in (int, float) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise FormatError("not a number above 0 and at most 1")
    return float(value)


def _tuple_reader(inner: tuple[object, ...]) -> Reader:
    """Return the reader of `tuple[X, ...]`, or of a tuple with one type per value."""
    is_open = inner[-1] is ...
    readers = [_reader_of(one) for one in inner if one is not ...]

    def read(value: object) -> object:
        if not isinstance(value, list) or (not is_open and len(value) != len(readers)):
            raise FormatError("not a list of that length" if isinstance(value, list) else "not a list")
        found = []
        for number, one in enumerate(value):
            try:
                found.append(readers[0 if is_open else number](one))
            except FormatError as error:
                error.path = (str(number), *error.path)
                raise
        return tuple(found)

    return read


def _event_reader() -> Reader:
    """Return the reader of any event, by its kind."""
    readers = {kind_of(each): _object_reader(each) for each in get_args(Event)}

    def read(value: object) -> object:
        kind = value.pop("kind", None) if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in readers:
            raise FormatError("not a known kind")
        return readers[kind](value)

    return read


class _Plan(NamedTuple):
    """The types of fields that are str, bool or a count, the readers of all but the first two, and the required fields.

    A value of a plain type is what it will be: most values are, and a call for each would take a tenth of the reading.
    """

    plain: dict[str, type]
    readers: dict[str, Reader]
    required: frozenset[str]


def _object_reader(wanted: type) -> Reader:
    """Return the reader of a dataclass; its parts are made with the first value, since most logs have few kinds."""

    def read(value: object) -> object:
        if not isinstance(value, dict):
            raise FormatError("not an object")
        plain, readers, required = _plan_of(wanted)
        for name, one in value.items():
            kind = plain.get(name)
            if kind is type(one) and (not isinstance(one, int) or 0 <= one <= GREATEST):
                continue
            reader = readers.get(name)
            if reader is None:
                raise FormatError(f"not a {plain[name].__name__}" if name in plain else "not a known field", name)
            try:
                value[name] = reader(one)
            except FormatError as error:
                error.path = (name, *error.path)
                raise
        if not required <= value.keys():
            raise FormatError("missing", min(required - value.keys()))
        return wanted(**value)

    return read


@lru_cache(maxsize=64)
def _plan_of(wanted: type) -> _Plan:
    assert is_dataclass(wanted)
    hints: dict[str, object] = get_type_hints(wanted)
    types = {name: each.__supertype__ if isinstance(each, NewType) else each for name, each in hints.items()}
    words: dict[str, type] = {name: each for name, each in types.items() if each is str or each is bool}
    readers = {name: _reader_of(each, is_signed=name in _SIGNED) for name, each in types.items() if name not in words}
    counts: dict[str, type] = {name: int for name, each in types.items() if each is int and name not in _SIGNED}
    plain = words | counts
    required = frozenset(field.name for field in fields(wanted) if field.default is MISSING)
    return _Plan(plain, readers, required)


# --- records -----------------------------------------------------------------------------------------


def fresh_id() -> str:
    """Return a unique id that sorts by time: 11 hexadecimal digits of milliseconds, 12 random ones."""
    return f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(6)}"


def now() -> str:
    """Return the time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RecordLog(Generic[R]):
    """A log of records of one type.

    `unknown` has all lines read so far that are records in an unknown version or form: they are never lost.
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
                unknown += [line] if record_id(line) else []
                problems.append(self._problem(number, _reason(error)))
                continue
            known = found.setdefault(record.id, record)
            if known is not record and known != record:
                # The same one is used whatever the order of the lines.
                found[record.id] = min(known, record, key=lambda each: (each.seq, encode(each)))
                what = f"{record.id} occurs twice in this log, with different contents: one of the two is used"
                problems.append(self._problem(number, f"{what}; delete the wrong line"))
        return sorted(found.values(), key=lambda each: (each.seq, each.id)), problems, unknown

    def append(self, record: R) -> None:
        """Write a record to the disk; raise OSError if that fails, and then the log is unchanged."""
        if record.seq > GREATEST:
            what = f"a line of the log has the number {GREATEST}, the greatest possible: delete that line"
            raise OSError(errno.EOVERFLOW, what, str(self.path))
        self.add((encode(record),))

    def complete(self, records: Iterable[R], unknown: Iterable[bytes] = ()) -> None:
        """Write records that the log lacks, and the lines of unknown form that it had; raise OSError."""
        read, _, kept = self._read()
        present = {record.id for record in read}
        lines = [encode(one) for one in records if one.id not in present]
        lines += dict.fromkeys(line for line in (*self.unknown, *unknown) if line not in kept)
        self.add(lines)

    def add(self, lines: Iterable[bytes]) -> None:
        """Write lines to the disk; raise OSError if that fails, and then the log is unchanged."""
        data = b"".join(line + b"\n" for line in lines)
        if not data:
            return
        fs.roll_back(self.path)
        fs.append(self.path, data if fs.ends_with_newline(self.path) else b"\n" + data)

    def _problem(self, line: int, message: str) -> Problem:
        # Every line was confirmed to a coder: one that cannot be read is work that may be lost.
        return Problem(str(self.path), line, "error", message)


class Journal(RecordLog[Transaction]):
    """The log of one coder and source."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Transaction)


class SessionLog:
    """The transactions of one coder and source; other programs may add to the journal on disk.

    Raises OSError if the journal exists but cannot be read: it never counts as empty.
    """

    def __init__(self, path: Path) -> None:
        """Read the log, and wait until it is on the disk: a killed program may have written it."""
        self._journal = Journal(path)
        self.path = path
        self._caught_up = fs.version(path)
        fs.ensure_durable(path)
        transactions, self.problems = self._journal.read()
        self._seen = fs.version(path)
        self.transactions = list(transactions)
        self.state: State = replay(transactions)

    @property
    def unknown(self) -> Iterable[bytes]:
        """The lines of the log that are steps in an unknown version or form."""
        return self._journal.unknown

    def append(self, transaction: Transaction, *, completes: bool = False) -> None:
        """Append a transaction on the disk, then apply it to the state.

        Raises OSError, and then nothing has changed. `completes` also writes earlier transactions that the log on the
        disk may lack.
        """
        self.complete(is_forced=completes)
        self._journal.append(transaction)
        self.adopt(transaction)

    def adopt(self, transaction: Transaction) -> None:
        """Apply a transaction that is already on the disk to the state."""
        self.transactions.append(transaction)
        with suppress(OSError):
            self._seen = self._caught_up = fs.version(self.path)
        self.state = evolve(self.state, transaction)

    def complete(self, *, is_forced: bool = False) -> None:
        """Restore the lines of a log that was deleted, truncated or replaced.  Raises OSError."""
        now = fs.version(self.path)
        is_whole = now.file == self._seen.file and now.size >= self._seen.size
        if is_forced or not is_whole:
            self._journal.complete(self.transactions)
        if is_forced:
            self._seen = fs.version(self.path)

    def add_lines(self, lines: Iterable[bytes]) -> None:
        """Write lines of another log of this session to the disk, and read them into the state. Raises OSError."""
        self._journal.add(lines)
        self.catch_up()

    def changed(self) -> Version | None:
        """Return the version of the log if another program has changed it, else None. Raises OSError."""
        version = fs.version(self.path)
        return None if version == self._caught_up else version

    def catch_up(self) -> bool:
        """Read what other programs have added; return whether there was anything.

        Raises OSError; the next call reads it.
        """
        changed = self.changed()
        read = self._journal.read()[0] if changed else []
        self._caught_up = changed or self._caught_up
        known = {transaction.id for transaction in self.transactions} if read else set()
        new = [transaction for transaction in read if transaction.id not in known]
        if new:
            self.transactions = sorted((*self.transactions, *new), key=lambda each: (each.seq, each.id))
            self.state = replay(self.transactions)
        return bool(new)


class StudyJournal(RecordLog[StudyStep]):
    """A coder's log of the study: the steps that span several sessions."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, StudyStep)

    def record(self, step: StudyStep) -> None:
        """Append a step after everything in the log, setting its `seq` and `parents`; raise OSError."""
        steps = self.read()[0]
        followed = {parent for one in steps for parent in one.parents}
        parents = tuple(one.id for one in steps if one.id not in followed)
        self.append(replace(step, parents=parents, seq=max((one.seq for one in steps), default=0) + 1))


def missing_lines(ours: bytes, theirs: bytes) -> list[bytes]:
    """Return the lines of the log `theirs` that are records of any version and missing in `ours`, in order."""
    known = {key: json.loads(line) for line in ours.split(b"\n") if (key := record_id(line))}
    lines = (line.strip() for line in theirs.removeprefix(_BOM).split(b"\n"))
    return [line for line in dict.fromkeys(lines) if (key := record_id(line)) and known.get(key) != json.loads(line)]


def record_id(line: bytes) -> str:
    """Return the id of the record on a line, of any version; empty if there is none."""
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

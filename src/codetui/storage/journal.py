"""The log of one coder and one ad: each line is one transaction, and lines are only ever added."""

from __future__ import annotations

import errno
import gc
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from codetui.model import Problem, Transaction, TransactionId
from codetui.storage import fs
from codetui.storage.log_numbers import GREATEST, is_sound
from codetui.storage.plain_lines import plain_transaction

if TYPE_CHECKING:
    from pydantic import TypeAdapter


_SURROGATE = re.compile("[\ud800-\udfff]")
_NEWER = re.compile(rb'"v":(?!1[,}])[0-9]+')
_BOM = b"\xef\xbb\xbf"

PLAIN_LINES = 1000
"""So many lines are read without pydantic, which takes as long to load as some 3,000 lines cost more without it."""

_lines_read = count()


class Journal:
    """Reads and appends transactions.  No file is held open, so that logs may be moved, merged and synced."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> tuple[list[Transaction], list[Problem]]:
        """All transactions by (`seq`, `id`), each id once, whatever the order of lines.

        A line that cannot be read is reported and stays in the file.  Raises OSError; an absent log is empty.
        """
        try:
            data = fs.without_refused(self.path, fs.read(self.path))
        except FileNotFoundError:
            return [], []
        with _no_collection():
            return self._transactions(data)

    def make_sure(self) -> None:
        """Wait until the disk has what was read: a program that was killed may have written it without waiting."""
        fs.ensure_durable(self.path)

    def append(self, transaction: Transaction) -> None:
        """Put a transaction on disk; raises OSError when it is not there, and then the log is as before."""
        if not is_sound(transaction):
            what = f"a line of the log counts as far as {GREATEST}, beyond which nothing can follow: take that line out"
            raise OSError(errno.EOVERFLOW, what, str(self.path))
        self._append(encode(transaction) + b"\n")

    def complete(self, transactions: Iterable[Transaction]) -> None:
        """Put those on disk that the log lacks; raises OSError."""
        standing = {transaction.id for transaction in self.read()[0]}
        lacking = b"".join(encode(one) + b"\n" for one in transactions if one.id not in standing)
        if lacking:
            self._append(lacking)

    def add(self, lines: Iterable[bytes]) -> None:
        """Put lines of another log on disk; raises OSError when they are not there, and then the log is as before."""
        self._append(b"".join(line + b"\n" for line in lines))

    def _append(self, lines: bytes) -> None:
        """Put whole lines at the end, whatever stands there."""
        fs.roll_back(self.path)
        fs.append(self.path, lines if fs.ends_with_newline(self.path) else b"\n" + lines)

    def _transactions(self, data: bytes) -> tuple[list[Transaction], list[Problem]]:
        """What the bytes of a log hold."""
        found: dict[TransactionId, Transaction] = {}
        problems: list[Problem] = []
        for number, line in enumerate(BytesIO(data.removeprefix(_BOM)), start=1):
            line = line.strip()
            if not line:
                continue
            transaction = _plainly(line) or self._thoroughly(number, line, problems)
            if transaction is None:
                continue
            if not is_sound(transaction):
                problems.append(self._unsound(number))
                continue
            known = found.setdefault(transaction.id, transaction)
            if known is not transaction and known != transaction:
                found[transaction.id] = min(known, transaction, key=lambda each: (each.seq, encode(each)))
                problems.append(self._second(number, transaction))
        return sorted(found.values(), key=lambda each: (each.seq, each.id)), problems

    def _thoroughly(self, number: int, line: bytes, problems: list[Problem]) -> Transaction | None:
        """The transaction on a line, whatever it takes; None, with a problem, where there is none."""
        try:
            return _validator()(line)
        except ValueError as error:
            problems.append(self._unreadable(number, line, error))
            return None

    def _unsound(self, number: int) -> Problem:
        """A number in a line is out of bounds."""
        what = "this line cannot be read (a number in it is out of bounds): it is kept, the others are used; mend it"
        return Problem(str(self.path), number, "warning", what)

    def _second(self, number: int, transaction: Transaction) -> Problem:
        """Two transactions have one id: the same of them is used in whatever order they come."""
        message = f"transaction {transaction.id} stands here a second time with other events"
        message += ": one of the two is used; take the wrong line out"
        return Problem(str(self.path), number, "warning", message)

    def _unreadable(self, number: int, line: bytes, error: ValueError) -> Problem:
        """What is wrong with a line, and what to do."""
        from pydantic import ValidationError

        assert isinstance(error, ValidationError)
        if _NEWER.search(line):
            message = "this line was written by a newer codetui; it is kept: update codetui to see it"
        else:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            reason = f"{place}: {first['msg']}" if place else first["msg"]
            message = f"this line cannot be read ({reason}): it is kept, the others are used; mend it"
        return Problem(str(self.path), number, "warning", message)


def _plainly(line: bytes) -> Transaction | None:
    """The transaction on one of the first lines that the program reads, if it looks as codetui writes it."""
    return plain_transaction(line) if next(_lines_read) < PLAIN_LINES else None


@contextmanager
def _no_collection() -> Iterator[None]:
    """No garbage collection meanwhile: it would walk over all lines read so far each time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def encode(transaction: Transaction) -> bytes:
    """A transaction as compact JSON in UTF-8 without a newline; lone surrogates become U+FFFD."""
    try:
        return _adapter().dump_json(transaction)
    except ValueError:
        text = json.dumps(_adapter().dump_python(transaction), ensure_ascii=False, separators=(",", ":"))
        return _SURROGATE.sub("\ufffd", text).encode("utf-8")


def warm_up() -> None:
    """Loads what reading and appending need, so that the first command does not wait for it."""
    _adapter()


@lru_cache(maxsize=1)
def _validator() -> Callable[[bytes], Transaction]:
    """What the adapter hands each line on to: the way through the adapter takes a twentieth of the time."""
    validate: Callable[[bytes], Transaction] = _adapter().validator.validate_json
    return validate


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Transaction]:
    """Between transactions and lines.  Pydantic is loaded here: the first ad does not wait for it."""
    from pydantic import TypeAdapter

    return TypeAdapter(Transaction)


Order = tuple[bool, int, str, bytes]


def _order(line: bytes) -> Order:
    """By (`seq`, `id`), as transactions are replayed; of two with one id by what they say."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return True, 0, "", line
    found = value if isinstance(value, dict) else {}
    seq, id_ = found.get("seq"), found.get("id")
    if isinstance(seq, bool) or not isinstance(seq, int) or not isinstance(id_, str):
        return True, 0, "", line
    return False, seq, id_, line


def missing_lines(ours: bytes, theirs: bytes) -> list[bytes]:
    """The lines of `theirs` with transactions that `ours` lacks, of whatever version, in the order of `theirs`."""
    known = {id_: _said(line) for line in ours.split(b"\n") if (id_ := _order(line.strip())[2])}
    lines = (line.strip() for line in theirs.removeprefix(_BOM).split(b"\n"))
    return [line for line in dict.fromkeys(lines) if (id_ := _order(line)[2]) and known.get(id_) != _said(line)]


def _said(line: bytes) -> object:
    said: object = json.loads(line)
    return said

"""Lines of a log that are as codetui writes them, read with little: pydantic takes longer to load than they to read.

Whatever looks odd is left to pydantic, which alone judges: what is read here is read the same there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Literal, NamedTuple, NewType, Union, get_args, get_origin, get_type_hints

from codetui.model import Transaction

Reader = Callable[[object], object]
PLAIN = (str, int, bool)


class OddError(Exception):
    """Something that is not as codetui writes it."""


def plain_transaction(line: bytes) -> Transaction | None:
    """The transaction on a line; None where anything in it is odd."""
    # Escapes may hold half characters, which are no text.
    if b"\\u" in line:
        return None
    try:
        transaction = _reader(Transaction)(json.loads(line.decode()))
    except (OddError, ValueError, RecursionError):
        return None
    return transaction if isinstance(transaction, Transaction) else None


@lru_cache(maxsize=64)
def _reader(wanted: object) -> Reader:
    """What makes a value of a type from JSON."""
    wanted = _plain(wanted)
    if wanted in PLAIN:
        return lambda value: value if type(value) is wanted else _odd()
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        return lambda value: value if any(type(value) is type(one) and value == one for one in inner) else _odd()
    if origin is tuple:
        return _tuple_reader(inner)
    if origin is Annotated:
        return _by_kind(get_args(inner[0]))
    if origin in (Union, UnionType) and len(inner) == 2 and inner[1] is NoneType:
        present = _reader(inner[0])
        return lambda value: None if value is None else present(value)
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _dataclass_reader(wanted)
    return _odd


def _odd(_: object = None) -> object:
    raise OddError


def _tuple_reader(inner: tuple[object, ...]) -> Reader:
    """Of `tuple[X, ...]`, or of a tuple with a type for each of its values."""
    if inner[-1] is ...:
        each = _reader(inner[0])
        return lambda value: tuple(map(each, value)) if isinstance(value, list) else _odd()
    readers = [_reader(one) for one in inner]

    def read(value: object) -> object:
        if not isinstance(value, list) or len(value) != len(readers):
            raise OddError
        return tuple(reader(one) for reader, one in zip(readers, value, strict=True))

    return read


def _by_kind(kinds: tuple[type, ...]) -> Reader:
    """Of a union of events, which their `kind` tells apart."""
    readers = {field.default: _reader(kind) for kind in kinds for field in fields(kind) if field.name == "kind"}

    def read(value: object) -> object:
        kind = value.get("kind") if isinstance(value, dict) else None
        return readers.get(kind, _odd)(value) if isinstance(kind, str) else _odd()

    return read


class _Plan(NamedTuple):
    """The fields of a dataclass: those of one plain type, what reads the others, and those that must be there."""

    plain: dict[str, object]
    others: dict[str, Reader]
    needed: frozenset[str]


def _dataclass_reader(wanted: Callable[..., object]) -> Reader:
    def read(value: object) -> object:
        if not isinstance(value, dict):
            raise OddError
        plain, others, needed = _plan(wanted)
        if not needed <= value.keys():
            raise OddError
        for name, one in value.items():
            if type(one) is not plain.get(name):
                value[name] = others.get(name, _odd)(one)
        return wanted(**value)

    return read


@lru_cache(maxsize=64)
def _plan(wanted: Callable[..., object]) -> _Plan:
    """Made when the first such value is met: most logs hold few kinds of events."""
    assert isinstance(wanted, type) and is_dataclass(wanted)
    types = {name: _plain(each) for name, each in get_type_hints(wanted, include_extras=True).items()}
    names = [field.name for field in fields(wanted)]
    plain = {name: types[name] for name in names if types[name] in PLAIN}
    others = {name: _reader(types[name]) for name in names if name not in plain}
    return _Plan(plain, others, frozenset(field.name for field in fields(wanted) if field.default is MISSING))


def _plain(wanted: object) -> object:
    """The type behind a name that was given to it."""
    return wanted.__supertype__ if isinstance(wanted, NewType) else wanted

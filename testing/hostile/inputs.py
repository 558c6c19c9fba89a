"""Hostile inputs: seeds as they occur in studies, and mutations of their bytes and their JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

Mutation = Callable[[random.Random, bytearray, Sequence[bytes]], None]

LONGEST = 20_000
"""The size in bytes at which a mutated input is cut; the attacks on size use larger ones."""

TOKENS: tuple[bytes, ...] = (
    *(each.encode() for each in "{}[]()<>\"'`,:;=#*_-|\\/\n\r\t &.~!"),
    b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff",
    b"\x1b[31m", b"\x1b]52;c;b3duZWQ=\x07", b"\x1b]8;;http://invalid\x1b\\", b"\x1bPq\x1b\\", b"\xc2\x9b31m",
    *(each.encode() for each in "\u202e\u2066\u200b\u200d\ufeff\u2028\u0085\u0301\U000e0041\U0001f468\u0130ß"),
    b"\r\n", b"\n\n", b"---\n", b"```\n", b"'''", b'"""', b"[[", b"]]", b"[[code]]\n", b"# ", b"## ", b"### ",
    b"- **", b":**", b"**", b"  - \"", b"_(", b")_", b"> ", b"| a | b |\n|---|---|\n", b"<!--", b"-->", b"<details>",
    b"<<<<<<< x\n", b"=======\n", b">>>>>>> y\n", b"\\u0000", b"\\ud800", b"\\x41", b"&amp;", b"&#0;",
    b"null", b"true", b"NaN", b"Infinity", b"-0", b"1e999", b"0x7fffffff", b"9" * 20, b"9" * 400, b"1979-05-27",
    b"../../x", b"CON", b"a.b.c.d = 1\n", b"[" * 60, b"{\"a\":" * 60, b"(" * 60, b"> " * 60, b"a." * 60,
)  # fmt: skip
VALUES: tuple[object, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53, 2**64, -(10**400), 1.5, float("inf"), float("nan"), "", " ", "\x1b[31m",
    "\u202ex", "\ud800", "../../x", "CON", "x" * 300, "\0", [], [[]], [1, 2], {}, {"kind": "coding-added"}, "keys",
)  # fmt: skip


def flip(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Replace a byte."""
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def cut(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Delete some bytes."""
    start = chance.randrange(len(data) + 1)
    del data[start : start + chance.choice((1, 2, 8, 64, len(data)))]


def insert(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Insert a token that has a meaning for some reader, once or many times."""
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(TOKENS) * chance.choice((1, 1, 1, 2, 3, 40))


def repeat(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Repeat a piece, once or many times."""
    start = chance.randrange(len(data) + 1)
    piece = data[start : start + chance.choice((1, 4, 16, 64, 256))]
    at = chance.randrange(len(data) + 1)
    data[at:at] = piece * chance.choice((1, 2, 20))


def swap_lines(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Swap two lines."""
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)


def splice(chance: random.Random, data: bytearray, seeds: Sequence[bytes]) -> None:
    """Join the beginning of this input to the end of another."""
    other = chance.choice(seeds)
    data[chance.randrange(len(data) + 1) :] = other[chance.randrange(len(other) + 1) :]


def change_json(chance: random.Random, data: bytearray, _: Sequence[bytes]) -> None:
    """Replace, remove or duplicate a value in one line of JSON."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    try:
        value: object = json.loads(lines[at])
    except (ValueError, RecursionError):
        return
    lines[at] = bytearray(
        json.dumps(_changed(chance, value), ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace")
    )
    data[:] = b"\n".join(lines)


def _changed(chance: random.Random, value: object) -> object:
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        if chance.random() < 0.1:
            return {each: one for each, one in value.items() if each != name}
        return {**value, name: _changed(chance, value[name])}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        if chance.random() < 0.2:
            return [*value[:at], *value[at:][:1] * 2, *value[at + 1 :]]
        return [*value[:at], _changed(chance, value[at]), *value[at + 1 :]]
    return chance.choice(VALUES)


MUTATIONS: tuple[Mutation, ...] = (flip, cut, insert, insert, repeat, swap_lines, splice, change_json, change_json)


def mutated(chance: random.Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds after one to six mutations."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        chance.choice(MUTATIONS)(chance, data, seeds)
    return bytes(data[:LONGEST])

"""Two logs of one coder and ad as one: all lines of both, each once, in the order in which they are replayed."""

from __future__ import annotations

import json

_BOM = b"\xef\xbb\xbf"

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


def missing(ours: bytes, theirs: bytes) -> list[bytes]:
    """The lines of `theirs` with transactions that `ours` lacks, of whatever version, in the order of `theirs`."""
    known = {id_: _said(line) for line in ours.split(b"\n") if (id_ := _order(line.strip())[2])}
    lines = (line.strip() for line in theirs.removeprefix(_BOM).split(b"\n"))
    return [line for line in dict.fromkeys(lines) if (id_ := _order(line)[2]) and known.get(id_) != _said(line)]


def _said(line: bytes) -> object:
    said: object = json.loads(line)
    return said

"""Ids of the rows of tables without a column of ids: made from title and text, and recorded once a row is coded.

The same row gets the same id on every machine, wherever it is in the table.  The record has what is needed to recognise
a coded row whose text has changed since; rows that nobody coded need none.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from hashlib import blake2b
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from codetui.model import Problem, Source
from codetui.storage import fs

if TYPE_CHECKING:
    from codetui.storage.sources.tables import Row

FOLDER = ".sources"
"""The folder of what is recorded about sources, in that of the sessions."""

RECORD = "ids.jsonl"
_NAME, _SUFFIX = RECORD.split(".")

FIRST, OTHERS = "bcdfghjkmnpqrstvwxyz", "23456789bcdfghjkmnpqrstvwxyz"
"""Symbols of ids: no vowels, so that no id is a word; no 0, 1 and l; a letter first, so that none is a number."""

SHORT, LONG = 7, 11
"""Symbols of an id, and of one whose first symbols another row has by chance: in 1,300 rows once in 10,000 tables."""

SHINGLE, SKETCH = 3, 32
"""Words that are compared together, and the number of these groups that represent a text."""

LEAST_SIMILAR = 0.4
"""The share of groups of words that a changed text has in common with the one before."""

_DIGITS = 16


class Recorded(NamedTuple):
    """A row as it was when it was first coded, or first coded with this text.

    `text` and `body` are digests of title and text, and of the text alone; `before` and `after` are the ids of its
    neighbours, empty at an end of the table and None if unknown.
    """

    id: str
    text: int
    body: int
    before: str | None
    after: str | None
    line: int
    sketch: frozenset[int]


def digest_of_row(title: str, body: str) -> int:
    """Return 64 bits that identify the title and text of a row, whatever their white space; 0 if both are blank."""
    words = f"{' '.join(title.split())}\n{' '.join(body.split())}"
    if words == "\n":
        return 0
    if not words.isascii():
        words = unicodedata.normalize("NFC", words)
    return int.from_bytes(blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") or 1


def id_of_digest(digest: int, length: int = SHORT) -> str:
    """Return the id of a digest, such as `k7m2q9x`."""
    rest, first = divmod(digest, len(FIRST))
    symbols = [FIRST[first]]
    for _ in range(length - 1):
        rest, symbol = divmod(rest, len(OTHERS))
        symbols.append(OTHERS[symbol])
    return "".join(symbols)


def sketch_of(body: str) -> frozenset[int]:
    """Return the least checksums of the groups of words of a text, by which changed texts are recognised.

    The share of them that two texts have in common estimates the Jaccard index of their groups (bottom-k sketch, Cohen
    and Kaplan 2007).
    """
    words = body.split()
    starts = range(max(1, len(words) - SHINGLE + 1))
    sums = {crc32(" ".join(words[at : at + SHINGLE]).encode("utf-8", "surrogatepass")) for at in starts}
    return frozenset(sorted(sums)[:SKETCH])


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the estimated Jaccard index of two texts by their sketches."""
    least = sorted(one | other)[:SKETCH]
    return sum(each in one and each in other for each in least) / len(least) if least else 0.0


class RowIds:
    """The ids of the rows of a corpus; `root` is the folder of the sessions, in which they are recorded."""

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._digests: dict[str, int] = {}
        """The digest of each id that was given to a row, for rows that get the same id by chance."""
        self._given: dict[int, str] = {}
        """The ids of rows that are neither recorded nor follow from their digest."""
        self._changed: dict[str, Recorded] = {}
        """The rows that were recognised although they have changed, by id."""
        self._orders: dict[str, list[str]] = {}
        """The ids of the rows of each file that was read to its end, in order."""
        self.problems: list[Problem] = []
        """Problems with unreadable parts of the record."""

    # --- ids of rows ------------------------------------------------------------------------------

    def assigned(self, rows: Iterator[Row], path: str, read_again: Callable[[], Iterator[Row]]) -> Iterator[Row]:
        """Yield all rows of a table, with an id for those that have none."""
        order: list[str] = []
        present: set[int] | None = None

        def is_lost(one: Recorded) -> bool:
            nonlocal present
            if present is None:
                present = {digest_of_row(row.title, row.body) for row in read_again()}
            return not any(version.text in present for version in self._versions[one.id]) and one.id not in order

        digested = ((row, digest_of_row(row.title, row.body) if row.id is None else 0) for row in rows)
        for here, following in pairwise(chain(digested, [None])):
            assert here is not None
            row, digest = here
            if row.id is not None or not digest:
                yield row
                continue
            known = self._known(digest)
            if known is None and self._versions:
                before, after = order[-1] if order else "", self._expected(following[1]) if following else ""
                known = self._recognized(row, before, after, is_lost)
                if known is not None:
                    self._given[digest] = known
                    self._changed[known] = _recorded(known, row.title, row.body, before, after, row.place.line)
            id_ = known or self._new(digest)
            order.append(id_)
            self._digests.setdefault(id_, digest)
            yield row._replace(id=id_)
        self._orders[path] = order

    def identified(self, row: Row) -> Row:
        """Return one row with its id; a changed one is recognised only once the table was read."""
        digest = digest_of_row(row.title, row.body) if row.id is None else 0
        if not digest:
            return row
        id_ = self._known(digest) or self._new(digest)
        self._digests.setdefault(id_, digest)
        return row._replace(id=id_)

    def is_given(self, source_id: str) -> bool:
        """Return whether a row that was read has this id, and none of its own."""
        return source_id in self._digests

    def is_repeated(self, source_id: str) -> bool:
        """Return whether rows with this id have the same title and text."""
        return source_id in self._digests and len({one.text for one in self._versions.get(source_id, ())}) < 2

    def _known(self, digest: int) -> str | None:
        """Return the id that a text was given or is recorded with."""
        return self._ids.get(digest) or self._given.get(digest)

    def _expected(self, digest: int) -> str:
        return self._known(digest) or id_of_digest(digest)

    def _new(self, digest: int) -> str:
        """Return the id of a text that is not recorded: a longer one if another text has the short one."""
        short = id_of_digest(digest)
        if self._digests.get(short, digest) == digest and short not in self._versions:
            return short
        return self._given.setdefault(digest, id_of_digest(digest, LONG))

    def _recognized(self, row: Row, before: str, after: str, is_lost: Callable[[Recorded], bool]) -> str | None:
        """Return the id of the coded row that this one was before its title or text changed, if there is one.

        It has the same text under another title, or a similar one at the same line or beside the same neighbour.
        """
        places = ("before", before), ("after", after), ("line", row.place.line)
        beside = {one for place in places for one in self._near.get(place, ())}
        sketch = sketch_of(row.body) if beside else frozenset[int]()
        alike = {one: share for one in beside if (share := similarity(one.sketch, sketch)) >= LEAST_SIMILAR}
        alike |= dict.fromkeys(self._near.get(("body", digest_of_row("", row.body)), ()), 2.0)
        by_likeness = sorted(
            alike, key=lambda one: (-alike[one], -(before == one.before) - (after == one.after), one.id, one.text)
        )
        return next((one.id for one in by_likeness if is_lost(one)), None)

    # --- the record -------------------------------------------------------------------------------

    @cached_property
    def _all(self) -> list[Recorded]:
        """All that is recorded; what cannot be read is in `problems`."""
        found: list[Recorded] = []
        for path in _records(self._root) if self._root else ():
            try:
                lines = fs.read(path).splitlines()
            except OSError as error:
                what = f"the ids of rows cannot be read ({error.strerror or error})"
                hint = "until then a coded row whose text has changed counts as a new one"
                self.problems.append(Problem(str(path), 0, "warning", f"{what}: {hint}"))
                continue
            for number, line in enumerate(lines, 1):
                one = _decoded(line)
                if one is not None:
                    found.append(one)
                elif line.strip():
                    what = (
                        "this line is damaged and left out: a row that it describes counts as a new one if it changes"
                    )
                    self.problems.append(Problem(str(path), number, "warning", what))
        return found

    @cached_property
    def _versions(self) -> dict[str, list[Recorded]]:
        versions: dict[str, list[Recorded]] = defaultdict(list)
        for one in self._all:
            versions[one.id].append(one)
        return dict(versions)

    @cached_property
    def _ids(self) -> dict[int, str]:
        """The id of each recorded text: if two clones gave it different ones, the one of an earlier text."""
        earlier_last = sorted(self._all, key=lambda one: (not id_of_digest(one.text, LONG).startswith(one.id), one.id))
        return {one.text: one.id for one in earlier_last}

    @cached_property
    def _near(self) -> dict[tuple[str, str | int | None], list[Recorded]]:
        """The recorded rows, by each of its neighbours, its line and its text."""
        found: dict[tuple[str, str | int | None], list[Recorded]] = defaultdict(list)
        for one in self._all:
            for key in (("before", one.before), ("after", one.after), ("line", one.line), ("body", one.body)):
                found[key].append(one)
        return dict(found)

    def state(self) -> str:
        """Return a text that changes if recorded texts get other ids."""
        return repr(sorted(one for one in self._ids.items() if not id_of_digest(one[0], LONG).startswith(one[1])))

    def record(self, source: Source) -> None:
        """Record the row of a source that is coded, unless it has an id of its own or is recorded.  Raises OSError."""
        changed = self._changed.pop(source.id, None)
        if self._root is not None and changed is not None:
            # Its text may be frozen as it was before.
            self._add(self._root, changed)
        elif self._root is not None and self._is_new(source):
            self._add(self._root, self._as_read(source))

    def _as_read(self, source: Source) -> Recorded:
        order = self._orders.get(source.file, [])
        at = order.index(source.id) if source.id in order else None
        before = None if at is None else order[at - 1] if at else ""
        after = None if at is None else order[at + 1] if at + 1 < len(order) else ""
        title, body = source.text[: source.body_start], source.text[source.body_start :]
        return _recorded(source.id, title, body, before, after, source.line)

    def _add(self, root: Path, one: Recorded) -> None:
        _append(root, [_encoded(one)])
        self._all.append(one)
        self._versions.setdefault(one.id, []).append(one)
        self._ids[one.text] = one.id
        self.__dict__.pop("_near", None)

    def lacks_neighbours(self, source: Source) -> bool:
        """Return whether the table of a source has to be read before it is recorded."""
        return self._root is not None and source.file not in self._orders and self._is_new(source)

    def _is_new(self, source: Source) -> bool:
        """Return whether a source is a row that was given its id, and is not recorded with this text."""
        versions = self._versions.get(source.id, ()) if source.id in self._digests else None
        return versions is not None and all(one.text != _digest_of(source) for one in versions)


def _digest_of(source: Source) -> int:
    return digest_of_row(source.text[: source.body_start], source.text[source.body_start :])


def _recorded(id_: str, title: str, body: str, before: str | None, after: str | None, line: int) -> Recorded:
    return Recorded(id_, digest_of_row(title, body), digest_of_row("", body), before, after, line, sketch_of(body))


def without_sketches(root: Path, source_id: str) -> dict[Path, bytes]:
    """Return the new contents of the record without the sketches of a source; its digests keep it recognised."""
    contents: dict[Path, bytes] = {}
    for path in _records(root):
        lines = [(line, _decoded(line)) for line in fs.read(path).splitlines()]
        if any(one is not None and one.id == source_id and one.sketch for _, one in lines):
            kept = (
                _encoded(one._replace(sketch=frozenset())) if one is not None and one.id == source_id else line
                for line, one in lines
            )
            contents[path] = b"".join(line + b"\n" for line in kept)
    return contents


def merge_records(theirs: Path, ours: Path) -> None:
    """Add what is recorded in another folder of sessions and not in ours.  Raises OSError."""
    known = {line for path in _records(ours) for line in fs.read(path).splitlines()}
    lines = dict.fromkeys(line for path in _records(theirs) for line in fs.read(path).splitlines())
    if missing := [line for line in lines if line not in known and _decoded(line) is not None]:
        _append(ours, missing)


def _records(root: Path) -> list[Path]:
    """Return the files of the record: one, and the copies that programs that sync folders make of it."""
    names = fs.names_in(root / FOLDER)
    return [root / FOLDER / name for name in names if name.startswith(_NAME) and name.endswith(_SUFFIX)]


def _append(root: Path, lines: list[bytes]) -> None:
    path = fs.require_inside(root, root / FOLDER / RECORD)
    start = b"" if fs.ends_with_newline(path) else b"\n"
    fs.append(path, start + b"".join(line + b"\n" for line in lines))


def _encoded(one: Recorded) -> bytes:
    sketch = "".join(f"{each:08x}" for each in sorted(one.sketch))
    fields = one._asdict() | {"text": f"{one.text:0{_DIGITS}x}", "body": f"{one.body:0{_DIGITS}x}", "sketch": sketch}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _decoded(line: bytes) -> Recorded | None:
    """Return what a line records, None if it is damaged."""
    try:
        fields = json.loads(line)
        sketch = bytes.fromhex(fields["sketch"])
        sums = frozenset(int.from_bytes(sketch[at : at + 4], "big") for at in range(0, len(sketch), 4))
        neighbours = fields["before"], fields["after"]
        one = Recorded(
            fields["id"], int(fields["text"], 16), int(fields["body"], 16), *neighbours, fields["line"], sums
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    is_whole = isinstance(one.id, str) and one.id and isinstance(one.line, int)
    return one if is_whole and all(each is None or isinstance(each, str) for each in neighbours) else None

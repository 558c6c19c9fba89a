"""What codetui wrote last, kept beside the log: the base from which an edit by hand is told."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from codetui.formats.manual_coding import Written
from codetui.store import files
from codetui.store.files import Version


class Bases:
    """The texts of one document that are codetui's own, newest last, with the codings on their lines.

    Derived: without the file an edit by hand is still taken over, but nothing is taken for removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = Version()
        self._known: tuple[Written, ...] = ()

    def read(self) -> tuple[Written, ...]:
        """What this program, or another one on the same session, said that it would write."""
        version = files.version(self._path)
        if version != self._version:
            self._version = version
            self._known = _read(self._path)
        return self._known

    def write(self, bases: list[Written]) -> None:
        """Says what is codetui's own from now on; raises OSError."""
        lines = (json.dumps({"text": base.text, "ids": base.ids}, separators=(",", ":")) for base in bases)
        files.replace(self._path, "".join(f"{line}\n" for line in lines).encode("ascii"), durable=False)

    def nearest(self, text: str) -> Written | None:
        """The base that has most lines in common with `text`; of equals the newest.

        After a crash two may have been there: the nearer one is what was edited.
        """
        known = self.read()
        exact = [base for base in known if base.text == text]
        if exact or len(known) < 2:
            return exact[-1] if exact else next(iter(known), None)
        lines = Counter(text.split("\n"))
        return max(enumerate(known), key=lambda each: (_common(each[1].text, lines), each[0]))[1]


def _common(text: str, lines: Counter[str]) -> int:
    return (Counter(text.split("\n")) & lines).total()


def _read(path: Path) -> tuple[Written, ...]:
    """The bases in a file; none of those that cannot be read."""
    try:
        data = files.read(path)
    except OSError:
        return ()
    found = (_base(line) for line in data.split(b"\n") if line)
    return tuple(base for base in found if base is not None)


def _base(line: bytes) -> Written | None:
    try:
        value = json.loads(line)
        text, ids = value["text"], value["ids"]
        known = tuple((int(number), tuple(str(id_) for id_ in on_line)) for number, on_line in ids)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return Written(text, known) if isinstance(text, str) else None

"""What codetui wrote last, kept beside the log: the base from which an edit by hand is told."""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from pathlib import Path

from codetui.core.deciding import quoted
from codetui.core.state import State
from codetui.formats.manual_coding import Written
from codetui.model import CodingId, Problem
from codetui.store import files
from codetui.store.files import Version

STALE = 60.0
"""Seconds for which an editor may still save a text that it has read before codetui replaced it."""

MOST_REPLACED = 8
"""How many texts that were replaced are remembered."""


class Bases:
    """The texts of one document that are codetui's own, newest last, with the codings on their lines.

    Derived: without the file an edit by hand is still taken over, but nothing is taken for removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._replaced: deque[tuple[float, Written]] = deque(maxlen=MOST_REPLACED)
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

    def replace(self, base: Written) -> None:
        """Remembers for a while, in memory, a text that is on disk no longer."""
        self._replaced.append((time.monotonic(), base))

    def likely(self) -> tuple[Written, ...]:
        """The texts of which what stands on disk may be an edit, newest first."""
        oldest = time.monotonic() - STALE
        lately = (base for when, base in self._replaced if when >= oldest)
        return tuple(dict.fromkeys((*reversed(self.read()), *reversed(tuple(lately)))))

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


def kept_problems(newest: Written, said: Iterable[str], state: State, file: str) -> list[Problem]:
    """What to tell the coder where a document is an edit of an older text than `newest` and has only the ids `said`."""
    gone = {CodingId(id_) for _, ids in newest.ids for id_ in ids} - set(said)
    kept = (coding for coding in state.live() if coding.id in gone)
    what = "was coded a moment ago and is not in the edited document: it is kept; x removes it"
    return [Problem(file, 0, "warning", f"{quoted(coding.words)} {what}") for coding in kept]


def rivals(text: str, bases: Sequence[Written]) -> Sequence[Written]:
    """The newest of `bases`, and the one from whose lines those of `text` differ least, if that is another one."""
    lines = Counter(text.split("\n"))
    nearest = min(bases, key=lambda base: _differing(base.text, lines), default=None)
    return bases if nearest is None else tuple(dict.fromkeys((bases[0], nearest)))


def _differing(text: str, lines: Counter[str]) -> int:
    others = Counter(text.split("\n"))
    return (others - lines).total() + (lines - others).total()


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

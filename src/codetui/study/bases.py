"""What codetui wrote last, kept beside the log: the base from which an edit by hand is told.

A base names the steps of the log that it was written from.  A log that lacks one of them is older than the document.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from codetui.core.session.state import State, replay
from codetui.core.session.words import quoted
from codetui.model import CodingId, Problem, Transaction
from codetui.storage import files
from codetui.storage.boundaries import unless_gone
from codetui.storage.files import Version

if TYPE_CHECKING:
    from codetui.formats.session_doc import Written

STALE = 60.0
"""Seconds for which an editor may still save a text that it has read before codetui replaced it."""

MOST_REPLACED = 8
"""How many texts that were replaced are remembered."""


BY_HAND = ("hand", "document")
"""The causes of a step that took a document over."""


class Base(NamedTuple):
    """A document as codetui wrote it or took it over.

    `ids` are the codings and notes on its lines, as (line from 1, ids in order); `steps` the transactions of the log
    as it was then.
    """

    text: str
    ids: tuple[tuple[int, tuple[str, ...]], ...]
    steps: tuple[str, ...]

    def lost(self, transactions: Iterable[Transaction]) -> int:
        """How many of its steps a log lacks."""
        return len(set(self.steps) - {one.id for one in transactions})


def base_of(written: Written, transactions: Iterable[Transaction]) -> Base:
    """What a log with these steps gives, or was given by a document, as a base."""
    return Base(written.text, written.ids, tuple(one.id for one in transactions))


def still_known(base: Base, transactions: Sequence[Transaction], render: Callable[[State], Written]) -> Base:
    """The base as far as the log still knows it: the document of those of its steps that have not been lost.

    So what only the lost ones said is new in the document, and is taken over.
    """
    if not base.lost(transactions):
        return base
    steps = set(base.steps)
    kept = [one for one in transactions if one.id in steps]
    return Base(*render(replay(kept)), base.steps)


def taken_over_last(
    text: str, known: Base | None, transactions: Sequence[Transaction], render: Callable[[State], Written]
) -> Base | None:
    """The base that was not kept (`known` is older) when the document was taken over last: the log says what it was."""
    count = max((number for number, one in enumerate(transactions, 1) if one.cause in BY_HAND), default=0)
    if not count or (known is not None and transactions[count - 1].id in known.steps):
        return None
    base = base_of(render(replay(transactions[:count])), transactions[:count])
    return base if base.text == text else None


class Bases:
    """The texts of one document that are codetui's own, newest last, with the codings on their lines.

    Derived: without the file an edit by hand is still taken over, but nothing is taken for removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._replaced: deque[tuple[float, Base]] = deque(maxlen=MOST_REPLACED)
        self._version = Version()
        self._known: tuple[Base, ...] = ()

    def read(self) -> tuple[Base, ...]:
        """What this program, or another one on the same session, said that it would write.

        Raises OSError: without its base a document that lags behind would pass for an edit by hand.
        """
        version = files.version(self._path)
        if version != self._version:
            self._known = _read(self._path)
            self._version = version
        return self._known

    def write(self, bases: list[Base]) -> None:
        """Says what is codetui's own from now on; raises OSError.

        The disk has it before the document comes: after a loss of power that document would else pass for somebody's
        edit, and would take back what was coded since.
        """
        lines = (json.dumps(base._asdict(), separators=(",", ":")) for base in bases)
        files.replace(self._path, "".join(f"{line}\n" for line in lines).encode("ascii"))

    def know(self, base: Base) -> None:
        """Says that a document was taken over; where the disk refuses that, it is known as long as the program runs."""
        try:
            self.write([base])
        except OSError:
            self._known = (base,)
            with suppress(OSError):
                self._version = files.version(self._path)

    def replace(self, base: Base) -> None:
        """Remembers for a while, in memory, a text that is on disk no longer."""
        self._replaced.append((time.monotonic(), base))

    def likely(self) -> tuple[Base, ...]:
        """The texts of which what stands on disk may be an edit, newest first."""
        oldest = time.monotonic() - STALE
        lately = (base for when, base in self._replaced if when >= oldest)
        return tuple(dict.fromkeys((*reversed(self.read()), *reversed(tuple(lately)))))

    def nearest(self, text: str) -> Base | None:
        """The base that has most lines in common with `text`; of equals the newest.

        After a crash two may have been there: the nearer one is what was edited.
        """
        known = self.read()
        exact = [base for base in known if base.text == text]
        if exact or len(known) < 2:
            return exact[-1] if exact else next(iter(known), None)
        lines = Counter(text.split("\n"))
        return max(enumerate(known), key=lambda each: (_common(each[1].text, lines), each[0]))[1]


def kept_problems(newest: Base, said: Iterable[str], state: State, file: str) -> list[Problem]:
    """What to tell the coder where a document is an edit of an older text than `newest` and has only the ids `said`."""
    gone = {CodingId(id_) for _, ids in newest.ids for id_ in ids} - set(said)
    kept = (coding for coding in state.live() if coding.id in gone)
    what = "was coded a moment ago and is not in the edited document: it is kept; x removes it"
    return [Problem(file, 0, "warning", f"{quoted(coding.words)} {what}") for coding in kept]


def rivals(text: str, bases: Sequence[Base]) -> Sequence[Base]:
    """The newest of `bases`, and the one from whose lines those of `text` differ least, if that is another one."""
    lines = Counter(text.split("\n"))
    nearest = min(bases, key=lambda base: _differing(base.text, lines), default=None)
    return bases if nearest is None else tuple(dict.fromkeys((bases[0], nearest)))


def _differing(text: str, lines: Counter[str]) -> int:
    others = Counter(text.split("\n"))
    return (others - lines).total() + (lines - others).total()


def _common(text: str, lines: Counter[str]) -> int:
    return (Counter(text.split("\n")) & lines).total()


def _read(path: Path) -> tuple[Base, ...]:
    """The bases in a file; lines that are none are left out.  Raises OSError where the disk does not say."""
    data = unless_gone(lambda: files.read(path)) or b""
    found = (_base(line) for line in data.split(b"\n") if line)
    return tuple(base for base in found if base is not None)


def _base(line: bytes) -> Base | None:
    try:
        value = json.loads(line)
        text, ids, steps = value["text"], value["ids"], tuple(str(id_) for id_ in value["steps"])
        known = tuple((int(number), tuple(str(id_) for id_ in on_line)) for number, on_line in ids)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return Base(text, known, steps) if isinstance(text, str) else None

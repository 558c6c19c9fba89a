"""Find the values that a merge of two sides of a session has lost, from the log alone.

A coder may continue a session on several machines. Each step names its parents, so the steps that its author had seen
are known. A value is lost if the session has another value and nobody who had seen the lost one changed it. In
particular, a later step on one side resolves nothing:

    common ── A: profile 1 ── A: reasoning       profile 2 is kept, and profile 1 is lost, unless somebody who has
          └── B: profile 2 ── B: reasoning       both sides assigns a profile again
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from codetui import model
from codetui.core.codebook import index as books
from codetui.core.session.commands import quoted
from codetui.core.session.state import State, before_fields
from codetui.model import Anchor, Codebook, CodeId, Coding, CodingId, Event, Transaction, TransactionId

REMOVED, PRESENT, CHANGED = "removed", "present", "changed"
OF_CODING = ("code", "place", "note", "position")
"""The fields of a coding besides whether it is removed."""

NAMES = {"rank": "position", "is_done": "mark", "layout": "layout of the document"}
"""The names of fields of events in messages; the others have their own names."""

UNCODABLE = "not codable"

BY_PERSON = ("hand", "undo", "redo")
"""The causes of a transaction that no other machine makes again, as two machines that import one edit do."""

_ABSENT = object()
"""The value before a coding was added."""

Field = tuple[str, str]
"""A field that holds one value: its name, and the id of the coding or memo that has it."""


Lost = tuple[str, str]
"""A change that was lost with a coding: the name of its field, and the value as text."""


class Conflict(NamedTuple):
    """A field that two sides set differently: the `kept` value, and the `other` one, which was lost."""

    field: Field
    kept: str
    other: str


class _Change(NamedTuple):
    field: Field
    before: object
    after: object


class _Write(NamedTuple):
    """The value `after` that a transaction wrote to a field, and the value that its author saw there before.

    `is_change` is False for a write that only carries a value along, as a new reasoning carries the profile, or as
    quotations are located again in a changed text; `chosen` is the value that somebody chose. `is_intended` is False
    for the position of a quotation that changes only because it got a new code.
    """

    by: Transaction
    before: object
    after: object
    chosen: object
    is_change: bool
    is_intended: bool


def find_conflicts(transactions: Iterable[Transaction]) -> list[Conflict]:
    """Return each value that one side set and the merge lost, with the value kept, for transactions in any order.

    A value is lost if the session holds another one, and neither its author nor anybody else who had seen it has
    changed the field since. A change of a coding that has been removed is lost unless the author of a removal had seen
    it. An undo that restores the value of both sides loses nothing. A single author has no conflicts.
    """
    return [one for one, _ in _found(transactions)]


def conflict_sentences(transactions: Iterable[Transaction], state: State, book: Codebook) -> list[str]:
    """Describe all conflicts for the coder, with the changes that a removal has lost."""
    return [describe_conflict(one, state, book, lost) for one, lost in _found(transactions)]


def _found(transactions: Iterable[Transaction]) -> list[tuple[Conflict, Sequence[Lost]]]:
    """Return the conflicts, each with the changes that were lost with a removed coding."""
    unique = {one.id: one for one in transactions}
    ordered = sorted(unique.values(), key=lambda one: (one.seq, one.id))
    history = _History(ordered)
    if history.is_linear:
        return []
    fields = _fields(ordered, history)
    lost: dict[str, list[Lost]] = {}
    found: list[Conflict] = []
    for field, writes in fields.items():
        removals = fields.get(("removal", field[1]), []) if field[0] in OF_CODING else []
        if removals and removals[-1].after == REMOVED:
            values = [(field[0], _shown(one)) for one in _lost_by_removal(writes, removals, history)]
            if values:
                found.append(Conflict(("removal", field[1]), REMOVED, CHANGED))
                lost.setdefault(field[1], []).extend(dict.fromkeys(values))
        else:
            kept = _shown(writes[-1].after)
            found += (Conflict(field, kept, _shown(other)) for other in _lost_values(writes, history))
    return [(one, lost.get(one.field[1], ())) for one in dict.fromkeys(found)]


class _History:
    """The transactions that the author of each transaction had seen.

    Transactions are cut into chains, about one for each side; each transaction has seen all earlier ones of its chain.
    Counts suffice: a transaction has seen the third of a chain if it has seen three of that chain.
    """

    def __init__(self, ordered: Sequence[Transaction]) -> None:
        """Read the parents of transactions, which are sorted by (`seq`, `id`)."""
        self._position: dict[TransactionId, tuple[int, int]] = {}
        self._seen: dict[TransactionId, dict[int, int]] = {}
        lengths: dict[int, int] = {}
        for _, group in groupby(ordered, key=lambda one: one.seq):
            earlier = dict(lengths)
            for one in group:
                seen = self._seen_by(one, earlier)
                chain = next((at for at, length in lengths.items() if seen.get(at) == length), len(lengths))
                self._position[one.id] = chain, lengths.get(chain, 0)
                self._seen[one.id] = seen
                lengths[chain] = lengths.get(chain, 0) + 1
        self.is_linear = len(lengths) < 2

    def _seen_by(self, one: Transaction, earlier: dict[int, int]) -> dict[int, int]:
        """Return how many transactions of each chain the author had seen; all `earlier` ones if the log lacks parents.

        A damaged line, or one of an unknown version, thus does not turn everything before it into conflicts.
        """
        if not one.parents or any(parent not in self._seen for parent in one.parents):
            return earlier
        seen: dict[int, int] = {}
        for parent in one.parents:
            chain, number = self._position[parent]
            for at, count in (*self._seen[parent].items(), (chain, number + 1)):
                seen[at] = max(count, seen.get(at, 0))
        return seen

    def has_seen(self, later: Transaction, earlier: Transaction) -> bool:
        """Return whether the author of one transaction had seen another one."""
        chain, number = self._position[earlier.id]
        return self._seen[later.id].get(chain, 0) > number


def _lost_values(writes: Sequence[_Write], history: _History) -> Iterator[object]:
    """Yield the lost values; `writes` are all writes of one field."""
    kept = writes[-1]
    for one in _unreplaced(writes, history):
        is_kept = one.after in (kept.after, kept.chosen)
        if one.is_intended and not is_kept and not _is_taken_back(one, kept, writes, history):
            yield one.after


def _lost_by_removal(writes: Sequence[_Write], removals: Sequence[_Write], history: _History) -> Iterator[object]:
    """Yield the values of a removed coding that nobody who removed it had seen."""
    removers = [one for one in _unreplaced(removals, history) if one.after == REMOVED]
    for one in _unreplaced(writes, history):
        is_seen = any(_has_seen_same(remover, one, writes, history) for remover in removers)
        if one.is_intended and not is_seen and not _is_taken_back(one, removals[-1], writes, history):
            yield one.after


def _unreplaced(writes: Sequence[_Write], history: _History) -> list[_Write]:
    """Return the changes of a field that nobody who had seen them has replaced."""
    changes = [one for one in writes if one.is_change]
    return [
        one
        for one in changes
        if not any(_has_seen_same(later, one, changes, history) for later in reversed(changes) if later is not one)
    ]


def _has_seen_same(later: _Write, one: _Write, writes: Sequence[_Write], history: _History) -> bool:
    """Return whether the author of a write had seen another write, or the same value imported on another machine."""
    if history.has_seen(later.by, one.by):
        return True
    if one.by.cause in BY_PERSON or history.has_seen(one.by, later.by):
        return False
    same = (each for each in writes if each.by.cause not in BY_PERSON)
    return any(
        (each.before, each.after) == (one.before, one.after) and history.has_seen(later.by, each.by) for each in same
    )


def _is_taken_back(one: _Write, kept: _Write, writes: Sequence[_Write], history: _History) -> bool:
    """Return whether an undo or redo restores the value that both sides had."""
    if one.by.cause not in ("undo", "redo"):
        return False
    sides = one.by, kept.by
    common = (each.after for each in reversed(writes) if all(history.has_seen(side, each.by) for side in sides))
    return one.after == next(common, writes[0].before)


def _fields(ordered: Iterable[Transaction], history: _History) -> dict[Field, list[_Write]]:
    """Return all writes of each field, in the order in which they count: the last one is kept."""
    found: dict[Field, list[_Write]] = {}
    for transaction in ordered:
        net: dict[Field, _Change] = {}
        for change in (change for event in transaction.events for change in _changes(event)):
            net[change.field] = net.get(change.field, change)._replace(after=change.after)
        for field, change in net.items():
            writes = found.setdefault(field, [])
            last = next((one for one in reversed(writes) if history.has_seen(transaction, one.by)), None)
            code = net.get(("code", field[1])) if field[0] == "position" else None
            before = last.after if last else change.before
            # Only an import of a document changes a coding that its author has never seen: it was moved along.
            is_unseen = last is None and bool(writes) and field[0] in OF_CODING
            is_change = before != change.after and transaction.cause != "corpus" and not is_unseen
            known = writes[-1] if is_unseen else last
            chosen = known.chosen if known and not is_change else change.after
            is_intended = is_change and (code is None or code.before == code.after)
            write = _Write(transaction, before, change.after, chosen, is_change, is_intended)
            # A coding is added once: another addition with its id changes nothing, and neither does a change before it.
            if change.before is _ABSENT:
                writes[:0] = [] if last else [write]
            elif writes or field[0] not in (*OF_CODING, "removal"):
                writes.append(write)
    return {field: writes for field, writes in found.items() if writes}


def _changes(event: Event) -> Iterator[_Change]:
    """Yield the fields that an event writes, with the value that its author saw and the new one."""
    match event:
        case model.CodingAdded():
            yield _Change(("code", event.coding), _ABSENT, event.code)
            yield _Change(("place", event.coding), _ABSENT, _place(event.anchor, event.words, event.is_proposed))
            yield _Change(("note", event.coding), _ABSENT, event.note)
            yield _Change(("position", event.coding), _ABSENT, event.rank)
            yield _Change(("removal", event.coding), _ABSENT, PRESENT)
        case model.CodingRemoved():
            yield _Change(("removal", event.coding), PRESENT, REMOVED)
        case model.CodingRestored():
            yield _Change(("removal", event.coding), REMOVED, PRESENT)
        case model.CodingReanchored():
            before = _place(event.anchor_before, event.words_before, event.was_proposed)
            yield _Change(("place", event.coding), before, _place(event.anchor, event.words, event.is_proposed))
        case model.UncodableMarked():
            yield _Change(("mark", UNCODABLE), *map(_codability, (event.was_uncodable, event.is_uncodable)))
        case model.MemoWritten():
            note = f"note on {event.target.id}"
            yield _Change((note, event.memo), event.text_before, event.text)
            yield _Change((f"position of the {note}", event.memo), event.rank, event.rank)
        case _:
            coding = event.coding if isinstance(event, model.CodingRecoded | model.CodingNoted) else ""
            for name, before_name in before_fields(event):
                yield _Change((NAMES.get(name, name), coding), getattr(event, before_name), getattr(event, name))


def _codability(is_uncodable: bool) -> str:
    return UNCODABLE if is_uncodable else "codable"


def _place(anchor: Anchor | None, words: str, is_proposed: bool) -> tuple[int, int, str, bool]:
    return (anchor.start, anchor.end, words, is_proposed) if anchor else (-1, -1, words, is_proposed)


# --- in words -----------------------------------------------------------------------------------------


def _shown(value: object) -> str:
    """Return a field's value as text; empty if there is none or it does not fit on one line."""
    match value:
        case (int(), int(), str(words), bool()):
            return quoted(words)
        case bool():
            return "done" if value else "not done"
        case str():
            return value
        case _:
            return ""


def describe_conflict(one: Conflict, state: State, book: Codebook, lost: Sequence[Lost] = ()) -> str:
    """Describe a conflict for the coder; `lost` are the changes that a removal has lost."""
    name, of = one.field
    coding = state.codings.get(CodingId(of))
    words = quoted(coding.words) if coding else "a quotation"
    if name == "removal":
        how = CHANGED if one.other == CHANGED else "restored"
        result = "it is removed; code it again" if one.kept == REMOVED else "it is kept; remove it again"
        named = (
            (name, quoted(value) if name == "note" else _named(name, value, book)) for name, value in lost if value
        )
        lost_words = "; ".join(f"the {name} {value}" for name, value in named)
        lost_words = f" (lost: {lost_words})" if lost_words else ""
        return f"{words} was removed on one side and {how} on the other: {result} if that is wrong{lost_words}"
    where = f" of {words}" if coding else ""
    kept, other = (_named(name, value, book) for value in (one.kept, one.other))
    result = "the later one is kept" if kept == other else f"{kept} is kept, {other} is not"
    return f"changed on both sides: the {name}{where}: {result}; change it again if that is wrong"


def _named(name: str, value: str, book: Codebook) -> str:
    """Return a value under its name in the codebook."""
    if not value:
        return "nothing"
    if name == "code":
        return books.label_of(book, CodeId(value))
    return books.profile_name(book, value) if name == "profile" else value


# --- codings that both sides made ---------------------------------------------------------------------


class Repeated(NamedTuple):
    """Two codings with the same code on the same words; `kept` was made first."""

    kept: Coding
    other: Coding


def find_repeated(transactions: Iterable[Transaction], state: State) -> list[Repeated]:
    """Return the codings that repeat one which their author had not seen, for transactions in any order.

    Which one is kept follows from what no later step changes, so that it is the same on all machines.
    """
    ordered = sorted({one.id: one for one in transactions}.values(), key=lambda one: (one.seq, one.id))
    history = _History(ordered)
    if history.is_linear:
        return []
    added: dict[CodingId, Transaction] = {}
    for one in ordered:
        for event in one.events:
            if isinstance(event, model.CodingAdded):
                added.setdefault(event.coding, one)
    first: dict[tuple[CodeId, int, int], Coding] = {}
    found: list[Repeated] = []
    for coding in sorted(state.live(), key=lambda one: (one.time, one.id)):
        if coding.anchor is None:
            continue
        kept = first.setdefault((coding.code, coding.anchor.start, coding.anchor.end), coding)
        by, other = added[kept.id], added[coding.id]
        if not (history.has_seen(by, other) or history.has_seen(other, by) or by is other):
            found.append(Repeated(kept, coding))
    return found

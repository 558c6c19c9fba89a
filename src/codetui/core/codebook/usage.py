"""A coder's earlier uses of codes: the quotations of a code, newest first, and the last choice for a coding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from codetui.core.session.state import State
from codetui.model import CodeId, Coding, CodingAdded, CodingId, CodingRecoded, SourceId, Transaction


class Usage(NamedTuple):
    """A quotation that was coded: its source, words and note, and when it was coded (ISO 8601, UTC)."""

    ad: SourceId
    words: str
    note: str = ""
    time: str = ""


class Choice(NamedTuple):
    """The code that a coder chose, and the codebook (`v3#0123456789ab`) with the definition that was on screen."""

    code: CodeId
    codebook: str


def usages_in(state: State, ad: SourceId, code: CodeId, but: CodingId | None = None) -> tuple[Usage, ...]:
    """Return the quotations of a code in one session except those of the coding `but`, newest first."""
    codings = reversed(state.of_code(code))
    return tuple(Usage(ad, coding.words, coding.note, coding.time) for coding in codings if coding.id != but)


def usages_by_code(state: State, ad: SourceId) -> Mapping[CodeId, tuple[Usage, ...]]:
    """Return the quotations of one session under their codes, newest first."""
    codes = dict.fromkeys(coding.code for coding in state.live())
    return {code: usages_in(state, ad, code) for code in codes}


def latest_usages(usages: Iterable[Usage], most: int) -> tuple[Usage, ...]:
    """Return the `most` latest quotations, newest first; repeated words are returned once."""
    by_words: dict[str, Usage] = {}
    for one in sorted(usages, key=lambda one: one.time, reverse=True):
        if len(by_words) == most:
            break
        by_words.setdefault(" ".join(one.words.casefold().split()), one)
    return tuple(by_words.values())


def last_choice(state: State, coding: Coding) -> Choice:
    """Return the coder's last choice for a coding; a code renamed by a migration does not count as a choice."""
    for transaction in done_transactions(state):
        if transaction.cause != "migration":
            for event in reversed(transaction.events):
                if isinstance(event, CodingAdded | CodingRecoded) and event.coding == coding.id:
                    return Choice(event.code, transaction.codebook)
    return Choice(coding.code, coding.codebook)


def done_transactions(state: State) -> Iterator[Transaction]:
    """Yield the transactions that were not undone, newest first."""
    steps = state.done_steps
    while steps is not None:
        yield steps.newest
        steps = steps.earlier

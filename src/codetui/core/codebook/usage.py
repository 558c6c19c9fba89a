"""Quotations that a coder gave a code before: in this ad and in others, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codetui.core.session.state import State
from codetui.model import CodeId, Coding, CodingAdded, CodingId, CodingRecoded, SourceId


class Usage(NamedTuple):
    """A quotation that was given a code: in which ad, its words, its note, and when (ISO 8601, UTC)."""

    ad: SourceId
    words: str
    note: str = ""
    time: str = ""


def usages_in(state: State, ad: SourceId, code: CodeId, but: CodingId | None = None) -> tuple[Usage, ...]:
    """The quotations of a code in one session, without the coding `but`, the newest first."""
    standing = reversed(state.of_code(code))
    return tuple(Usage(ad, coding.words, coding.note, coding.time) for coding in standing if coding.id != but)


def usages_by_code(state: State, ad: SourceId) -> Mapping[CodeId, tuple[Usage, ...]]:
    """The quotations of one session under their codes, the newest first."""
    codes = dict.fromkeys(coding.code for coding in state.live())
    return {code: usages_in(state, ad, code) for code in codes}


def latest_usages(given: Iterable[Usage], most: int) -> tuple[Usage, ...]:
    """The `most` latest quotations, the newest first; words that were given several times stand there once."""
    by_words: dict[str, Usage] = {}
    for one in sorted(given, key=lambda one: one.time, reverse=True):
        if len(by_words) == most:
            break
        by_words.setdefault(" ".join(one.words.casefold().split()), one)
    return tuple(by_words.values())


class Choice(NamedTuple):
    """The code that a coder chose, and the version (`v3#0123456789ab`) whose definition the coder had in view."""

    code: CodeId
    codebook: str


def last_choice(state: State, coding: Coding) -> Choice:
    """What a coder chose last for a coding; a migration since then chose nothing, it only gave it another name."""
    steps = state.done_steps
    while steps is not None:
        if steps.newest.cause != "migration":
            for event in reversed(steps.newest.events):
                if isinstance(event, CodingAdded | CodingRecoded) and event.coding == coding.id:
                    return Choice(event.code, steps.newest.codebook)
        steps = steps.earlier
    return Choice(coding.code, coding.codebook)

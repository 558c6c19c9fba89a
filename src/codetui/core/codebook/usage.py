"""Quotations that a coder gave a code before: in this ad and in others, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codetui.core.session.state import State
from codetui.model import CodeId, Coding, CodingAdded, CodingId, CodingRecoded, SourceId


class Given(NamedTuple):
    """A quotation that was given a code: in which ad, its words, its note, and when (ISO 8601, UTC)."""

    ad: SourceId
    words: str
    note: str = ""
    time: str = ""


def given_in(state: State, ad: SourceId, code: CodeId, but: CodingId | None = None) -> tuple[Given, ...]:
    """The quotations of a code in one session, without the coding `but`, the newest first."""
    standing = reversed(state.of_code(code))
    return tuple(Given(ad, coding.words, coding.note, coding.time) for coding in standing if coding.id != but)


def given_by_code(state: State, ad: SourceId) -> Mapping[CodeId, tuple[Given, ...]]:
    """The quotations of one session under their codes, the newest first."""
    codes = dict.fromkeys(coding.code for coding in state.live())
    return {code: given_in(state, ad, code) for code in codes}


def newest(given: Iterable[Given], most: int) -> tuple[Given, ...]:
    """The `most` latest quotations, the newest first; words that were given several times stand there once."""
    by_words: dict[str, Given] = {}
    for one in sorted(given, key=lambda one: one.time, reverse=True):
        if len(by_words) == most:
            break
        by_words.setdefault(" ".join(one.words.casefold().split()), one)
    return tuple(by_words.values())


class GivenWith(NamedTuple):
    """The code that a coder chose, and the version (`v3#0123456789ab`) whose definition the coder had in view."""

    code: CodeId
    codebook: str


def given_with(state: State, coding: Coding) -> GivenWith:
    """What a coder chose last for a coding; a migration since then chose nothing, it only gave it another name."""
    steps = state.done_steps
    while steps is not None:
        if steps.newest.cause != "migration":
            for event in reversed(steps.newest.events):
                if isinstance(event, CodingAdded | CodingRecoded) and event.coding == coding.id:
                    return GivenWith(event.code, steps.newest.codebook)
        steps = steps.earlier
    return GivenWith(coding.code, coding.codebook)

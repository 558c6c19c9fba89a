"""Quotations that a coder gave a code before: in this ad and in others, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from codetui.core.state import State
from codetui.model import AdId, CodeId, CodingId


class Given(NamedTuple):
    """A quotation that was given a code: in which ad, its words, its note, and when (ISO 8601, UTC)."""

    ad: AdId
    words: str
    note: str = ""
    time: str = ""


def given_in(state: State, ad: AdId, code: CodeId, but: CodingId | None = None) -> tuple[Given, ...]:
    """The quotations of a code in one session, without the coding `but`, the newest first."""
    standing = reversed(state.of_code(code))
    return tuple(Given(ad, coding.words, coding.note, coding.time) for coding in standing if coding.id != but)


def given_by_code(state: State, ad: AdId) -> Mapping[CodeId, tuple[Given, ...]]:
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

"""What the ad as a whole lacks: its profile, the reasoning; and ads marked done too early."""

from __future__ import annotations

from collections.abc import Iterator

from codetui.core.codebook import index as books
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.model import Codebook, Problem, Severity


def problems_of(state: State, unsure: int, book: Codebook, file: str) -> Iterator[Problem]:
    """What is missing or unknown; an ad that is marked done must lack nothing.

    `unsure` counts the quotations without a sure place.
    """
    severity: Severity = "error" if state.is_done else "warning"
    for what in _missing(state, unsure, book):
        yield Problem(file, 0, severity, f"marked done, but {what}" if state.is_done else what)
    has_notes = any(note.text for note in state.notes.values())
    if state.is_done and not (state.live() or has_notes):
        what = "marked done, but nothing is coded and no note says why; code the ad, or write one"
        yield Problem(file, 0, "warning", what)
    if state.profile and books.profile(book, state.profile) is None:
        what = f"the codebook has no profile “{state.profile}”; add it, or press p for another"
        yield Problem(file, 0, "warning", what)


def _missing(state: State, unsure: int, book: Codebook) -> Iterator[str]:
    if not state.profile and (state.live() or state.is_done) and book.profiles:
        yield "no profile is assigned; p assigns one"
    if state.profile and not state.reasoning:
        yield "the profile has no reasoning; P writes it"
    if state.is_done and unsure:
        unplaced = f"{plural(unsure, 'quotation has', 'quotations have')} no sure place in the ad"
        yield f"{unplaced}; give each one its place, or take it up again with d"

"""What a session lacks: the profile, its reasoning, quotations that can be located; sources marked done too early."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.core.codebook import index as books
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.core.text.display import plural
from codetui.model import Anchor, Codebook, Coding, Problem, Severity, Source, text_hash
from codetui.study.reconcile.places import Quotation, SourceText, locate


def profile_problems(state: State, unsure: int, book: Codebook, file: str) -> Iterator[Problem]:
    """Yield what is missing or unknown in a session: warnings, errors where it is marked done.

    `unsure` counts the quotations that could not be located for certain.
    """
    severity: Severity = "error" if state.is_done else "warning"
    for what in _missing(state, unsure, book):
        yield Problem(file, 0, severity, f"marked done, but {what}" if state.is_done else what)
    has_notes = any(note.text for note in state.notes.values())
    if state.is_done and not (state.live() or has_notes):
        what = "marked done, but nothing is coded and no note says why; code it, or write a note"
        yield Problem(file, 0, "warning", what)
    if state.profile and books.profile(book, state.profile) is None:
        what = f"the codebook has no profile “{state.profile}”; add it, or assign another one"
        yield Problem(file, 0, "warning", what)


def _missing(state: State, unsure: int, book: Codebook) -> Iterator[str]:
    if not state.profile and (state.live() or state.is_done) and book.profiles:
        yield "no profile is assigned; assign one"
    if state.profile and not state.reasoning:
        yield "the profile has no reasoning; write it"
    if state.is_done and unsure:
        unlocated = plural(unsure, "quotation is", "quotations are")
        word = book.words.source
        yield f"{unlocated} not located for certain in the {word}; locate them, or mark the {word} as not done"


class _Fault(NamedTuple):
    severity: Severity
    message: str


def quotation_problems(state: State, ad: Source, file: str, lines: Mapping[str, int], word: str) -> Iterator[Problem]:
    """Yield a problem for each quotation that is not in the source, occurs more than once, or is only similar to it.

    `lines` are the lines of the codings in the document `file`, by their ids; `word` is what a source is called.
    """
    text = SourceText(ad.text) if any(coding.anchor is None for coding in state.live()) else None
    digest = text.hash if text else text_hash(ad.text)
    has_moved = False
    for coding in state.live():
        has_moved = has_moved or (coding.anchor is not None and coding.anchor.text_hash != digest)
        if coding.anchor is not None:
            fault = _at_anchor(coding, coding.anchor, ad.text, digest, word)
        else:
            fault = _without_place(coding, state, text or SourceText(ad.text))
        if fault is not None:
            yield Problem(file, lines.get(coding.id, 0), fault.severity, fault.message)
    if has_moved:
        what = f"the {word}'s text has changed since it was coded"
        hint = f"open the {word} once, and its quotations are located again"
        yield Problem(file, 0, "note", f"{what}; {hint}")


def _at_anchor(coding: Coding, anchor: Anchor, text: str, digest: str, word: str) -> _Fault | None:
    """Return what is wrong with a quotation that was located in this text, or in the text before it was changed."""
    is_there = anchor.text_hash == digest and text[anchor.start : anchor.end] == anchor.words
    if is_there and not coding.is_proposed:
        return None
    words = quoted(coding.words or anchor.words)
    if is_there:
        return _Fault("warning", f"{words} resembles {quoted(anchor.words)}: check it")
    found = anchors.resolve(text, anchor)
    match found:
        case anchors.Exact():
            return None
        case anchors.Fuzzy():
            return _Fault("warning", f"{words} resembles {quoted(text[slice(*found.span)])}: check it")
        case anchors.Ambiguous():
            return _Fault("warning", f"{words} occurs more than once in the {word} now: locate it")
        case _:
            return _Fault("error", f"{words} is no longer in the {word}: locate it, or remove it")


def _without_place(coding: Coding, state: State, text: SourceText) -> _Fault:
    """Return why a quotation is not located, in the words that opening the source reports."""
    [place] = locate([Quotation(coding)], state.live(), text)
    if place.anchor is not None:
        return _Fault("warning", place.message or f"{quoted(coding.words)} is not located yet: locate it")
    return _Fault("error" if place.located_by == "orphan" else "warning", place.message)

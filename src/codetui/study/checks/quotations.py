"""Quotations that have no sure place in their ad."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.model import Anchor, Coding, Problem, Severity, Source, text_hash
from codetui.study.reconcile.places import Quotation, SourceText, locate


class Fault(NamedTuple):
    """What is wrong with a quotation, and what to do."""

    severity: Severity
    message: str


def problems_of(state: State, ad: Source, file: str, lines: Mapping[str, int]) -> Iterator[Problem]:
    """Each quotation that is not in the ad, stands there more than once, or only resembles what stands there.

    `lines` says where in the document `file` each coding stands.
    """
    text = SourceText(ad.text) if any(coding.anchor is None for coding in state.live()) else None
    digest = text.hash if text else text_hash(ad.text)
    has_moved = False
    for coding in state.live():
        has_moved = has_moved or (coding.anchor is not None and coding.anchor.text_hash != digest)
        if coding.anchor is not None:
            fault = _at_anchor(coding, coding.anchor, ad.text, digest)
        else:
            fault = _without_place(coding, state, text or SourceText(ad.text))
        if fault is not None:
            yield Problem(file, lines.get(coding.id, 0), fault.severity, fault.message)
    if has_moved:
        what = "the ad's text has changed since it was coded; open the ad once, and its quotations are found again"
        yield Problem(file, 0, "note", what)


def _at_anchor(coding: Coding, anchor: Anchor, text: str, digest: str) -> Fault | None:
    """What is wrong with a quotation that has a place, in this text or in the one before it was changed."""
    is_there = anchor.text_hash == digest and text[anchor.start : anchor.end] == anchor.words
    if is_there and not coding.is_proposed:
        return None
    words = quoted(coding.words or anchor.words)
    if is_there:
        return Fault("warning", f"{words} resembles {quoted(anchor.words)}: check it")
    found = anchors.resolve(text, anchor)
    match found:
        case anchors.Exact():
            return None
        case anchors.Fuzzy():
            return Fault("warning", f"{words} resembles {quoted(text[slice(*found.span)])}: check it")
        case anchors.Ambiguous():
            return Fault("warning", f"{words} has no sure place in the ad any more; select it and press b")
        case _:
            way_out = "the key v leads to it: give it a place, or drop it"
            return Fault("error", f"{words} is not in the ad any more; {way_out}")


def _without_place(coding: Coding, state: State, text: SourceText) -> Fault:
    """Why a quotation has no place, in the words in which it is said on opening the ad."""
    [place] = locate([Quotation(coding)], state.live(), text)
    if place.anchor is not None:
        return Fault("warning", place.message or f"{quoted(coding.words)} has no place yet; select it and press b")
    return Fault("error" if place.located_by == "orphan" else "warning", place.message)

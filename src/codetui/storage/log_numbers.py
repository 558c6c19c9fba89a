"""Numbers that a log may hold: counts, ranks and places, which no honest log lets grow beyond all bounds."""

from __future__ import annotations

from codetui.model import (
    Anchor,
    CodingAdded,
    CodingReanchored,
    CodingRecoded,
    DocumentLayout,
    Event,
    LayoutChanged,
    MemoWritten,
    Transaction,
)

GREATEST = 2**53
"""Beyond it one could not count on, and other programs would read another number."""


def is_sound(transaction: Transaction) -> bool:
    """Whether a transaction's numbers are within bounds, and all its places are places.

    A rank may be below zero: what a person wrote before all else gets one.
    """
    return 0 <= transaction.seq <= GREATEST and all(map(_is_event_sound, transaction.events))


def _is_event_sound(event: Event) -> bool:
    match event:
        case CodingAdded():
            return _is_rank(event.rank) and _is_place(event.anchor)
        case CodingRecoded():
            return _is_rank(event.rank) and _is_rank(event.rank_before)
        case CodingReanchored():
            return _is_place(event.anchor) and _is_place(event.anchor_before)
        case MemoWritten():
            return _is_rank(event.rank)
        case LayoutChanged():
            return _has_lines(event.layout) and _has_lines(event.layout_before)
        case _:
            return True


def _is_rank(rank: int) -> bool:
    return -GREATEST <= rank <= GREATEST


def _is_place(anchor: Anchor | None) -> bool:
    return anchor is None or (0 <= anchor.start <= GREATEST and 0 <= anchor.end <= GREATEST)


def _has_lines(form: DocumentLayout | None) -> bool:
    return form is None or all(0 <= line <= GREATEST for line, _ in form.ids)

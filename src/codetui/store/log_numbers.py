"""Numbers that a log may hold: counts, ranks and places, which no honest log lets grow beyond all bounds."""

from __future__ import annotations

from collections.abc import Iterator

from codetui.model import Anchor, Form, Transaction

GREATEST = 2**53
"""Beyond it one could not count on, and other programs would read another number."""


def is_sound(transaction: Transaction) -> bool:
    """Whether a transaction's numbers are within bounds, and all its places are places.

    A rank may be below zero: what a person wrote before all else gets one.
    """
    return all(abs(rank) <= GREATEST for rank in _ranks(transaction)) and all(
        0 <= number <= GREATEST for number in _places(transaction)
    )


def _ranks(transaction: Transaction) -> Iterator[int]:
    for event in transaction.events:
        yield getattr(event, "rank", 0)
        yield getattr(event, "rank_before", 0)


def _places(transaction: Transaction) -> Iterator[int]:
    yield transaction.seq
    for event in transaction.events:
        for name in ("anchor", "anchor_before"):
            anchor = getattr(event, name, None)
            if isinstance(anchor, Anchor):
                yield from (anchor.start, anchor.end)
        for name in ("form", "form_before"):
            form = getattr(event, name, None)
            if isinstance(form, Form):
                yield from (line for line, _ in form.ids)

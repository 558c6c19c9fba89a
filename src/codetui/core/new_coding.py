"""A coding as it is added, made in little time: a log may hold 100,000."""

from __future__ import annotations

from dataclasses import fields

from codetui.model import Coding, CodingAdded, Transaction

_set_id, _set_code, _set_anchor, _set_words, _set_note, _set_rank, *_others = (
    getattr(Coding, field.name).__set__ for field in fields(Coding)
)
_set_time, _set_codebook, _set_origin, _set_source, _set_proposed, _set_removed = _others


def coding_of(event: CodingAdded, transaction: Transaction) -> Coding:
    """The coding that a step adds.

    Its fields are set one by one: the constructor of a frozen dataclass takes three times as long.
    """
    coding = object.__new__(Coding)
    _set_id(coding, event.coding)
    _set_code(coding, event.code)
    _set_anchor(coding, event.anchor)
    _set_words(coding, event.words)
    _set_note(coding, event.note)
    _set_rank(coding, event.rank)
    _set_time(coding, transaction.time)
    _set_codebook(coding, transaction.codebook)
    _set_origin(coding, transaction.cause)
    _set_source(coding, transaction.source)
    _set_proposed(coding, event.is_proposed)
    _set_removed(coding, False)
    return coding

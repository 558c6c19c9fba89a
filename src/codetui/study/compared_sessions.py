"""The sessions that agreement compares, as read from their logs, or as kept from an earlier comparison."""

from __future__ import annotations

import marshal
from typing import NamedTuple

from codetui.core.session.state import State
from codetui.model import Anchor, CodeId, Coding, CodingId
from codetui.study.sessions import SessionSnapshot

FORM = 1
"""The version of the kept readings."""

NOWHERE = (-1, -1, "")


class Finished(NamedTuple):
    """When a coder finished a source (ISO 8601, UTC), and with which codebook, `7#0123456789ab`; empty if unknown."""

    time: str
    codebook: str


class CoderSession(NamedTuple):
    """One coder's session of a source as far as it is compared.

    `made_from` names what it was made from by adjudication. The codings of one with a `text_hash` are located in that
    text; its state has neither steps nor memos.
    """

    state: State
    is_untouched: bool
    finished: Finished
    made_from: tuple[str, ...]
    text_hash: str = ""


def session_of(snapshot: SessionSnapshot) -> CoderSession:
    """Return what is compared of a session."""
    last = snapshot.finishing_step
    finished = Finished(last.time, last.codebook) if last else Finished("", "")
    made_from = dict.fromkeys(step.run for step in snapshot.transactions if step.cause == "consensus")
    return CoderSession(snapshot.state, snapshot.state.is_untouched, finished, tuple(made_from))


def packed(session: CoderSession, text_hash: str) -> bytes:
    """Return a session whose codings are located in the text with this hash, as bytes."""
    state = session.state
    codings = []
    for one in state.live():
        place = (one.anchor.start, one.anchor.end, one.anchor.words) if one.anchor else NOWHERE
        codings.append((one.id, one.code, one.words, one.rank, one.codebook, one.is_proposed, *place))
    marks = (state.profile, state.is_done, session.is_untouched, *session.finished, session.made_from)
    return marshal.dumps((text_hash, *marks, codings))


def unpacked(data: bytes) -> CoderSession:
    """Return a session from its bytes."""
    text_hash, profile, is_done, is_untouched, time, codebook, made_from, packed_codings = marshal.loads(data)
    codings: dict[CodingId, Coding] = {}
    for id_, code, words, rank, book, is_proposed, start, end, anchored in packed_codings:
        anchor = None if start < 0 else Anchor(text_hash=text_hash, start=start, end=end, words=anchored)
        codings[CodingId(id_)] = Coding(
            id=CodingId(id_),
            code=CodeId(code),
            anchor=anchor,
            words=words,
            rank=rank,
            codebook=book,
            is_proposed=is_proposed,
        )
    state = State(codings=codings, profile=profile, is_done=is_done)
    return CoderSession(state, is_untouched, Finished(time, codebook), tuple(made_from), text_hash)

"""Studies with several coders, coded in a few lines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from codetui.core.anchors.anchor import Exact, anchor_at, locate
from codetui.core.session.commands import Decision
from codetui.model import CodeId, CodingAdded, CodingId, DoneMarked, Event, ProfileAssigned, source_hash
from codetui.study.session.outcome import Saved
from codetui.study.study import Study

_numbers = count(1)


def code_source(
    study: Study,
    coder: str,
    source: str,
    codings: Iterable[tuple[str, str]],
    profile: str = "",
    *,
    is_done: bool = True,
) -> None:
    """Code a source as a coder, in one step; codings are (code, words), with a place if the words have exactly one."""
    with study.session(source, coder) as session:
        text = session.source.text
        events: list[Event] = []
        for rank, (code, words) in enumerate(codings, 1):
            found = locate(text, words)
            anchor = anchor_at(text, found.span, source_hash(text)) if isinstance(found, Exact) else None
            id_ = CodingId(f"c{next(_numbers)}")
            events.append(CodingAdded(coding=id_, code=CodeId(code), anchor=anchor, words=words, rank=rank))
        if profile:
            events.append(ProfileAssigned(profile=profile, reasoning="Because."))
        if is_done:
            events.append(DoneMarked(is_done=True, was_done=False))
        assert isinstance(session.record(Decision(tuple(events), "Coded.")), Saved)

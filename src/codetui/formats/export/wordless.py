"""Sessions without words: the places and codes stay, and the words of texts and coders are left out."""

from __future__ import annotations

from dataclasses import replace

from codetui.core.session.state import State
from codetui.formats.export.exporter import ExportedSession, ExportedStudy
from codetui.formats.export.table import place_of
from codetui.model import Coding, Source, SourceId

LONGEST_VALUE = 200
"""Characters of the longest value of a further column that is no text."""


def without_words(study: ExportedStudy) -> ExportedStudy:
    """Return a study without the words of its texts, and without what coders wrote, which may quote them."""
    return study.mapped(_without_words)


def _without_words(session: ExportedSession) -> ExportedSession:
    state, facts, source = session.state, session.facts, session.source
    bare = State(
        opened=state.opened and replace(state.opened, title=""),
        employer=state.employer,
        codings={id_: _without(coding) for id_, coding in state.codings.items()},
        profile=state.profile,
        is_done=state.is_done,
        seq=state.seq,
    )
    short = source and {
        name: value for name, value in source.attributes.items() if len(value) <= LONGEST_VALUE and "\n" not in value
    }
    return session._replace(
        facts=Source(SourceId(facts.id), facts.employer, "", "", ""),
        state=bare,
        document=None,
        source=source and source._replace(text="", attributes=short or {}),
        places={coding.id: place_of(coding, session) for coding in state.live()},
    )


def _without(coding: Coding) -> Coding:
    anchor = coding.anchor and replace(coding.anchor, words="", before="", after="")
    return replace(coding, anchor=anchor, words="", note="", lost=None)

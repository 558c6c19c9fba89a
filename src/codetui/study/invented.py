"""The quotations of a coder that are not in the sources: a model invents some, or quotes its own prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from codetui.core.anchors.phrases import INVENTED, PhraseClass, PhraseFinder
from codetui.core.text.normalize import collapse_spaces
from codetui.model import CodeId, Problem
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study


class InventedPhrase(NamedTuple):
    """A quotation that is not in the body of its source; `nearest` resembles it, with a `likeness` from 0 to 1."""

    coder: str
    ad: str
    code: CodeId
    words: str
    kind: PhraseClass
    nearest: str
    likeness: float


class Inventions(NamedTuple):
    """The invented phrases, and the number of all codings of each code."""

    phrases: list[InventedPhrase]
    codings: Mapping[CodeId, int]
    problems: list[Problem]

    def per_thousand(self, code: CodeId) -> float:
        """Return how many of 1,000 codings of a code are invented."""
        return 1000 * sum(one.code == code for one in self.phrases) / self.codings[code]


def find_inventions(study: Study, coder: str | None, viewer: str | None = None) -> Inventions:
    """Return the invented phrases of one coder or of all; sessions whose source the corpus lacks are reported.

    Raises StudyError.
    """
    finder, sources = PhraseFinder(study.codebook), study.sources_by_id()
    result = Inventions([], Counter(), [])
    codings: Counter[CodeId] = Counter()
    for session in study.sessions(viewer, coder=coder, sources=sources):
        result.problems.extend(session.problems)
        live = session.state.live()
        codings.update(one.code for one in live)
        lost = [one for one in live if one.anchor is None]
        source = sources.find(session.source.id) if lost else None
        if source is None:
            result.problems.extend([_missing(session, study.codebook.words.source)] if lost else [])
            continue
        for one in lost:
            phrase = finder.find(source, one.words)
            if phrase.kind in INVENTED:
                near = source.text[slice(*phrase.nearest)] if phrase.nearest else ""
                words, nearest = collapse_spaces(one.words), collapse_spaces(near)
                likeness = phrase.score if near else 0.0
                found = InventedPhrase(session.coder, source.id, one.code, words, phrase.kind, nearest, likeness)
                result.phrases.append(found)
    return result._replace(codings=codings)


def _missing(session: SessionSnapshot, word: str) -> Problem:
    what = f"the corpus has no {word} {session.source.id}, so its quotations are not classified"
    return Problem(str(session.log or session.folder), 0, "warning", f"{what}: name the corpus with --corpus")

"""Locate the quotations of a session again after the text of its source has changed."""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors import anchor as anchors
from codetui.core.anchors.anchor import Exact, Fuzzy, Resolution
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Anchor, Coding, CodingReanchored, Event, Problem, Source, text_hash

Fate: TypeAlias = Literal["unmoved", "moved", "proposed", "lost", "waiting"]


class ReanchorCounts(NamedTuple):
    """How many codings kept their place, moved, have a place to check, and lost theirs.

    Those that had no place before are not counted.
    """

    unmoved: int = 0
    moved: int = 0
    proposed: int = 0
    lost: int = 0


class Reanchoring(NamedTuple):
    """What the session has to record, what became of all its codings, and what the coder should look at."""

    events: tuple[Event, ...]
    counts: ReanchorCounts
    problems: tuple[Problem, ...]


class _Found(NamedTuple):
    fate: Fate
    anchor: Anchor | None
    words: str
    message: str = ""


def reanchor(state: State, source: Source) -> Reanchoring:
    """Return what follows if the text of the source is not the one that was coded.

    A place that only resembles the words is proposed. The old places stay in the log.
    """
    text = _Text(source.text)
    events: list[Event] = []
    problems: list[Problem] = []
    fates: Counter[str] = Counter()
    for coding in state.live():
        if text.holds(coding):
            fates["proposed" if coding.is_proposed else "unmoved"] += 1
            continue
        found = text.find(coding)
        fates[found.fate] += 1
        is_proposed = found.fate == "proposed"
        if (found.anchor, found.words, is_proposed) == (coding.anchor, coding.words, coding.is_proposed):
            continue
        if found.message:
            problems.append(Problem(source.file, 0, "warning", f"the ad's text has changed: {found.message}"))
        events.append(
            CodingReanchored(
                coding=coding.id,
                anchor=found.anchor,
                words=found.words,
                anchor_before=coding.anchor,
                words_before=coding.words,
                is_proposed=is_proposed,
                was_proposed=coding.is_proposed,
            )
        )
    del fates["waiting"]
    return Reanchoring(tuple(events), ReanchorCounts(**fates), tuple(problems))


class _Text:
    """The new text of a source."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._hash = text_hash(text)
        self._shown: str | None = None

    def holds(self, coding: Coding) -> bool:
        """Return whether a coding has its place in this text already."""
        anchor = coding.anchor
        if anchor is None or anchor.text_hash != self._hash:
            return False
        return self._text[anchor.start : anchor.end] == anchor.words

    def find(self, coding: Coding) -> _Found:
        """Locate a coding that has no place in this text yet."""
        old = coding.anchor
        if old is None:
            return self._find_again(coding)
        words = coding.words or old.words
        if coding.is_proposed:
            found = anchors.locate(self._text, words, old.before, old.after)
        else:
            found = anchors.resolve(self._text, old)
        return self._placed(found, old, words)

    def _placed(self, found: Resolution, old: Anchor, words: str) -> _Found:
        """Return the new place; words that were not the source's own, as where they are cut, stay as they are."""
        match found:
            case Exact():
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                is_own = collapse_spaces(words) in (collapse_spaces(old.words), collapse_spaces(anchor.words))
                fate: Fate = "unmoved" if (anchor.start, anchor.end) == (old.start, old.end) else "moved"
                return _Found(fate, anchor, anchor.words if is_own else words)
            case Fuzzy():
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                similarity = f"{round(100 * found.score)} %"
                message = f"{quoted(words)} resembles {quoted(anchor.words)} in it ({similarity}): check it"
                return _Found("proposed", anchor, words, message)
            case _:
                message = f"{quoted(words)} could not be located in it: locate it by hand, or remove it"
                return _Found("lost", None, words, message)

    def _find_again(self, coding: Coding) -> _Found:
        """Locate words that had no place, if the text contains them as it is shown: the old text may be back."""
        if self._shown is None:
            self._shown = collapse_spaces(self._text)
        words = collapse_spaces(coding.words)
        if words and words in self._shown:
            found = anchors.locate(self._text, coding.words)
            if isinstance(found, Exact):
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                return _Found("moved", anchor, anchor.words)
        return _Found("waiting", None, coding.words)

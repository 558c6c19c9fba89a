"""An ad whose text is not the one that was coded: where its quotations stand now."""

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


class TextTally(NamedTuple):
    """How many codings stand where they stood, stand elsewhere, have a place to check, have none any more.

    Those that had none before either are not counted.
    """

    unmoved: int = 0
    moved: int = 0
    proposed: int = 0
    lost: int = 0


class TextChanges(NamedTuple):
    """What the session has to record, where all its codings stand then, and what needs the coder's eye."""

    events: tuple[Event, ...]
    tally: TextTally
    problems: tuple[Problem, ...]


class _Found(NamedTuple):
    fate: Fate
    anchor: Anchor | None
    words: str
    message: str = ""


def events_from_changed_text(state: State, ad: Source, file: str) -> TextChanges:
    """What follows when the ad's text is not the one that was coded: each quotation is found again, or has no place.

    A place that only resembles the words is proposed.  The old places stay in the log.
    """
    text = _Text(ad.text)
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
            problems.append(Problem(file, 0, "warning", f"the ad's text has changed and {found.message}"))
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
    return TextChanges(tuple(events), TextTally(**fates), tuple(problems))


class _Text:
    """The text as it is now."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._hash = text_hash(text)
        self._shown: str | None = None

    def holds(self, coding: Coding) -> bool:
        """Whether a coding has its place in this text already."""
        anchor = coding.anchor
        if anchor is None or anchor.text_hash != self._hash:
            return False
        return self._text[anchor.start : anchor.end] == anchor.words

    def find(self, coding: Coding) -> _Found:
        """Where a coding stands now that has no place in this text yet."""
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
        """A quotation goes with the text's words; words that are not the ad's own, as where they are cut, stay."""
        match found:
            case Exact():
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                is_own = collapse_spaces(words) in (collapse_spaces(old.words), collapse_spaces(anchor.words))
                fate: Fate = "unmoved" if (anchor.start, anchor.end) == (old.start, old.end) else "moved"
                return _Found(fate, anchor, anchor.words if is_own else words)
            case Fuzzy():
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                alike = f"{round(100 * found.score)} %"
                message = f"{quoted(words)} resembles {quoted(anchor.words)} in it ({alike}): check it"
                return _Found("proposed", anchor, words, message)
            case _:
                what = f"{quoted(words)} has no sure place in it any more"
                return _Found("lost", None, words, f"{what}; the key v leads to it: give it a place, or drop it")

    def _find_again(self, coding: Coding) -> _Found:
        """The place of words that had none, once they stand in the text as it is shown: the old one may be back."""
        if self._shown is None:
            self._shown = collapse_spaces(self._text)
        words = collapse_spaces(coding.words)
        if words and words in self._shown:
            found = anchors.locate(self._text, coding.words)
            if isinstance(found, Exact):
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                return _Found("moved", anchor, anchor.words)
        return _Found("waiting", None, coding.words)

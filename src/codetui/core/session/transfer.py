"""What a session can take over from another one of the same coder on an ad with the same text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.core.session.commands import CopySession, Decision, DecisionContext, Refusal
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.model import (
    Anchor,
    Coding,
    CodingAdded,
    CodingId,
    Event,
    Memo,
    MemoId,
    MemoWritten,
    ProfileAssigned,
    Span,
    text_hash,
)


class Copy(NamedTuple):
    """The events that give a session what it lacks, and how many codings were left out: not in this ad."""

    events: tuple[Event, ...]
    left_out: int = 0

    @property
    def codings(self) -> int:
        """How many codings come over."""
        return sum(isinstance(event, CodingAdded) for event in self.events)

    @property
    def notes(self) -> int:
        """How many notes on sections, groups and codes come over."""
        return sum(isinstance(event, MemoWritten) for event in self.events)

    @property
    def has_profile(self) -> bool:
        """True where the profile or its reasoning comes over."""
        return any(isinstance(event, ProfileAssigned) for event in self.events)


class _Found(NamedTuple):
    """A coding of the other session in this ad; without an anchor the coder is asked for the place."""

    coding: Coding
    anchor: Anchor | None

    @property
    def shown(self) -> str:
        """The words as documents show them."""
        return collapse_spaces(self.coding.words)


def decide(state: State, command: CopySession, study: DecisionContext) -> Decision | Refusal:
    """The events of taking a session over, as one step; refused where nothing is lacking."""
    copy = copy_of(command, state, study)
    left_out = f" {plural(copy.left_out, 'quotation')} not in this ad: left out." if copy.left_out else ""
    if not copy.events:
        return Refusal(f"Everything coded in ad {command.ad} is here already.{left_out}")
    parts = [plural(copy.codings, "coding"), plural(copy.notes, "note"), "the profile" if copy.has_profile else ""]
    parts = [part for part in parts if part and not part.startswith("0 ")]
    what = f"{', '.join(parts[:-1])} and {parts[-1]}" if parts[1:] else parts[0]
    message = f"Copied from ad {command.ad}: {what}.{left_out}"
    return Decision(copy.events, message, "copy", from_name=command.ad, hint="undo it")


def copy_of(command: CopySession, state: State, study: DecisionContext) -> Copy:
    """What that session holds and `state` lacks: codings, each anchored anew in this ad's text, notes, the profile.

    What stands here stays as it is.  Words that are not in this ad, as those of another title, are left out;
    words with several places come without one.  Whether the ad is done is this session's own affair.
    """
    source, layout = command.session, _Layout(command.text, study)
    found = [_in_this_ad(coding, layout, study) for coding in source.live()]
    places = {(coding.code, coding.anchor.start, coding.anchor.end) for coding in state.live() if coding.anchor}
    words = {(coding.code, collapse_spaces(coding.words)) for coding in state.live()}
    ids = (f"{study.fresh_id}-{number}" for number in count(1))
    ranks = count(state.next_rank)
    codings: list[Event] = []
    for one in filter(None, found):
        code, anchor = one.coding.code, one.anchor
        is_here = (code, anchor.start, anchor.end) in places if anchor else (code, one.shown) in words
        if not is_here:
            codings.append(_added(one, CodingId(next(ids)), next(ranks)))
    notes = [
        MemoWritten(memo=old.id if old else MemoId(next(ids)), target=note.target, text=note.text, rank=next(ranks))
        for note, old in _lacking_notes(source, state)
    ]
    return Copy((*codings, *notes, *_profile(source, state)), left_out=found.count(None))


class _Layout:
    """Two texts that end alike but for white space: what stands where in the one stands where in the other.

    there   "Mill\n\nYou [light] it."    here   "The Mill\n\nYou\n  [light] it."
    """

    def __init__(self, there: str, study: DecisionContext) -> None:
        self._hash = text_hash(there)
        self._there = _black(there)
        self._here = _black(study.text)
        self._text = study.text

    def span(self, old: Anchor) -> Span | None:
        """The place of an anchor of the other text in this one, if the same words stand there."""
        if old.text_hash != self._hash or not old.words.strip():
            return None
        shift = len(self._here) - len(self._there)
        first = bisect_left(self._there, old.start) + shift
        last = bisect_left(self._there, old.end) + shift - 1
        if first < 0 or last < first:
            return None
        span = Span(self._here[first], self._here[last] + 1)
        return span if anchors.has_words(self._text, span, old.words) else None


def _black(text: str) -> list[int]:
    """The positions of all characters that are not white space."""
    return [at for at, character in enumerate(text) if not character.isspace()]


def _in_this_ad(coding: Coding, layout: _Layout, study: DecisionContext) -> _Found | None:
    """The coding at its place in this ad's text; None where its words are not there."""
    old = coding.anchor
    same = layout.span(old) if old else None
    if same is not None:
        return _Found(coding, anchors.anchor_at(study.text, same, study.text_hash))
    found = anchors.resolve(study.text, old) if old else anchors.locate(study.text, coding.words)
    match found:
        case anchors.Exact():
            return _Found(coding, anchors.anchor_at(study.text, found.span, study.text_hash))
        case anchors.Ambiguous() if anchors.has_words(study.text, found.spans[0], coding.words):
            return _Found(coding, None)
        case _:
            return None


def _added(found: _Found, coding: CodingId, rank: int) -> CodingAdded:
    """A document that marks a cut in the words goes on doing so; else they are the ad's own here."""
    old, new = found.coding, found.anchor
    is_plain = new is not None and collapse_spaces(old.words) == collapse_spaces(new.words)
    return CodingAdded(
        coding=coding,
        code=old.code,
        anchor=new,
        words=new.words if new and is_plain else old.words,
        note=old.note,
        rank=rank,
        is_proposed=old.is_proposed and new is not None,
    )


def _lacking_notes(source: State, state: State) -> Iterator[tuple[Memo, Memo | None]]:
    """The notes on places that have none here, each with the emptied one that stood there before."""
    of_place = {note.target: note for note in state.notes.values()}
    entries = {(note.target, note.text) for note in state.notes.values()}
    for note in sorted(source.notes.values(), key=lambda one: (one.rank, one.id)):
        if not note.text or (note.target, note.text) in entries:
            continue
        old = None if note.target.kind == "entry" else of_place.get(note.target)
        if old is None or not old.text:
            yield note, old


def _profile(source: State, state: State) -> tuple[Event, ...]:
    """The profile where there is none here, with its reasoning; the reasoning alone where only that is missing."""
    if not source.profile or state.profile not in ("", source.profile):
        return ()
    reasoning = state.reasoning or source.reasoning
    if (source.profile, reasoning) == (state.profile, state.reasoning):
        return ()
    return (
        ProfileAssigned(
            profile=source.profile,
            reasoning=reasoning,
            profile_before=state.profile,
            reasoning_before=state.reasoning,
        ),
    )

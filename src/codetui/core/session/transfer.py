"""Copy the codings of the same coder's session on another source with the same text."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import count

from codetui import model
from codetui.core.anchors import anchor as anchors
from codetui.core.session.commands import CopySession, Decision, DecisionContext, Refusal
from codetui.core.session.state import State, profile_event
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Anchor, Coding, CodingId, Event, Memo, MemoId, Span


def decide(state: State, command: CopySession, study: DecisionContext) -> Decision | Refusal:
    """Return the events, for one step, that copy what the other session has and `state` lacks.

    These are codings, each located in this text, notes, and the profile, but not whether the source is done.  Nothing
    of this session is changed. Words that are not in this text, such as those of a different title, are left out; words
    with several places are copied without a place.
    """
    other, texts = command.session, _SameTexts(command.text, study)
    found = [_located(coding, other, texts, study) for coding in other.live()]
    places = {(coding.code, coding.anchor.start, coding.anchor.end) for coding in state.live() if coding.anchor}
    words = {(coding.code, collapse_spaces(coding.words)) for coding in state.live()}
    ids = (f"{study.fresh_id}-{number}" for number in count(1))
    ranks = count(state.next_rank)
    codings: list[model.CodingAdded] = []
    for coding, anchor in filter(None, found):
        shown = collapse_spaces(coding.words)
        is_here = (coding.code, anchor.start, anchor.end) in places if anchor else (coding.code, shown) in words
        if not is_here:
            codings.append(_added(coding, anchor, CodingId(next(ids)), next(ranks)))
    notes = [
        model.MemoWritten(
            memo=old.id if old else MemoId(next(ids)), target=note.target, text=note.text, rank=next(ranks)
        )
        for note, old in _lacking_notes(other, state)
    ]
    profile = _profile(other, state)
    parts = [plural(len(codings), "coding")] if codings else []
    parts += [plural(len(notes), "note")] if notes else []
    parts += ["the profile"] if profile else []
    number = found.count(None)
    left_out = f" {plural(number, 'quotation')} not in this {study.word}: left out." if number else ""
    if not parts:
        return Refusal(f"Everything coded in {study.word} {command.source} is here already.{left_out}")
    what = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    if other.profile and state.profile not in ("", other.profile):
        left_out += " The profile here stays: compare the two."
    message = f"Copied from {study.word} {command.source}: {what}.{left_out}"
    return Decision((*codings, *notes, *profile), message, "copy", from_name=command.source, hint="undo it")


class _SameTexts:
    """Two texts with the same end apart from white space; maps places of the other text to this one.

    there   "Mill\n\nYou [light] it."    here   "The Mill\n\nYou\n  [light] it."
    """

    def __init__(self, there: str, study: DecisionContext) -> None:
        self._known = model.hashes_of(there)
        self._there = _ink(there)
        self._here = _ink(study.text)
        self._text = study.text

    def span(self, old: Anchor) -> Span | None:
        """Return the place of an anchor of the other text in this one, if it has the same words."""
        if old.text_hash not in self._known or not old.words.strip():
            return None
        shift = len(self._here) - len(self._there)
        first = bisect_left(self._there, old.start) + shift
        last = bisect_left(self._there, old.end) + shift - 1
        if first < 0 or last < first:
            return None
        span = Span(self._here[first], self._here[last] + 1)
        return span if anchors.has_words(self._text, span, old.words) else None


def _ink(text: str) -> list[int]:
    """Return the offsets of all characters that are not white space."""
    return [at for at, character in enumerate(text) if not character.isspace()]


def _located(
    coding: Coding, other: State, texts: _SameTexts, study: DecisionContext
) -> tuple[Coding, Anchor | None] | None:
    """Return the coding and its place in this text, no place if it has several; None if its words are not in it."""
    old = coding.anchor or coding.lost
    same = texts.span(old) if old else None
    if same is not None:
        return coding, anchors.anchor_at(study.text, same, study.text_hash)
    found = anchors.resolve(study.text, old, other.outlines) if old else anchors.locate(study.text, coding.words)
    match found:
        case anchors.Exact():
            return coding, anchors.anchor_at(study.text, found.span, study.text_hash)
        case anchors.Ambiguous() if anchors.has_words(study.text, found.spans[0], coding.words):
            return coding, None
        case _:
            return None


def _added(old: Coding, new: Anchor | None, coding: CodingId, rank: int) -> model.CodingAdded:
    """Return the event that adds the coding; its words are those of this text, unless they contain a marked cut."""
    is_plain = new is not None and collapse_spaces(old.words) == collapse_spaces(new.words)
    words = new.words if new and is_plain else old.words
    is_proposed = old.is_proposed and new is not None
    return model.CodingAdded(
        coding=coding, code=old.code, anchor=new, words=words, note=old.note, rank=rank, is_proposed=is_proposed
    )


def _lacking_notes(other: State, state: State) -> Iterator[tuple[Memo, Memo | None]]:
    """Yield the notes whose targets have none here, each with the deleted note that the target had before."""
    of_place = {note.target: note for note in state.notes.values()}
    entries = {(note.target, note.text) for note in state.notes.values()}
    for note in sorted(other.notes.values(), key=lambda one: (one.rank, one.id)):
        if not note.text or (note.target, note.text) in entries:
            continue
        old = None if note.target.kind == "entry" else of_place.get(note.target)
        if old is None or not old.text:
            yield note, old


def _profile(other: State, state: State) -> tuple[Event, ...]:
    """Return the event that assigns the profile with its reasoning, or only the reasoning, if it is missing."""
    if not other.profile or state.profile not in ("", other.profile):
        return ()
    reasoning = state.reasoning or other.reasoning
    if (other.profile, reasoning) == (state.profile, state.reasoning):
        return ()
    return (profile_event(state, other.profile, reasoning),)

"""Decide what follows from a command: `decide(state, command, study) -> Decision | Refusal`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from codetui import model
from codetui.core.anchors import anchor as anchors
from codetui.core.codebook import index as books
from codetui.core.session import commands
from codetui.core.session.commands import CodingCommand, Command, Decision, DecisionContext, Refusal, quoted
from codetui.core.session.state import State, before_fields, coding_events, profile_event
from codetui.core.session.words import extent, step_words
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Anchor, CodeId, Coding, CodingId, Event, Memo, MemoId, Span, Transaction


def decide(state: State, command: Command, study: DecisionContext) -> Decision | Refusal:
    """Return the events of a command on this state, or why it is refused."""
    match command:
        case commands.AssignCode():
            return _assign(state, command, study)
        case commands.NotePlace():
            return _note_place(state, command, study)
        case commands.AssignProfile():
            return _assign_profile(state, command, study)
        case commands.MarkDone():
            return _mark_done(state, command, study)
        case commands.MarkUncodable():
            return _mark_uncodable(state, command, study)
        case commands.DescribeSource():
            return _describe(state, command, study)
        case commands.CopySession():
            return _copy_session(state, command, study)
        case commands.Undo() | commands.Redo():
            return _step(state, is_undo=isinstance(command, commands.Undo), study=study)
        case _:
            coding = state.codings.get(command.coding)
            if coding is None or coding.is_removed:
                return Refusal("That coding was removed before.", "restore the last")
            return _change(state, command, coding, study)


# --- codings ------------------------------------------------------------------------------------------


def _assign(state: State, command: commands.AssignCode, study: DecisionContext) -> Decision | Refusal:
    anchor = study.anchor_at(command.span)
    if anchor is None and not study.text.strip():
        return Refusal(f"This {study.word} has no text to code.", "next source")
    if anchor is None:
        return Refusal("Nothing is selected. Select some words first.", "select words")
    obstacle = _uncodable(state, study) or _unassignable(study, command.code)
    if obstacle:
        return obstacle
    if _has_twin(state, command.code, anchor):
        return Refusal(f"{study.label(command.code)} is already assigned to these words.", "remove it")
    event = model.CodingAdded(
        coding=CodingId(study.fresh_id),
        code=command.code,
        anchor=anchor,
        words=anchor.words,
        note=command.note,
        rank=state.next_rank,
    )
    return Decision((event,), f"{study.label(command.code)} ← {quoted(anchor.words)}", coding=event.coding)


def _uncodable(state: State, study: DecisionContext) -> Refusal | None:
    """Return a refusal if the source is marked not codable, else None."""
    return Refusal(f"This {study.word} is marked not codable.", "mark it codable") if state.is_uncodable else None


def _unassignable(study: DecisionContext, code_id: CodeId) -> Refusal | None:
    """Return a refusal if a code cannot be assigned, else None."""
    code = books.code_of(study.book, code_id)
    if code is None:
        return Refusal(f"The codebook has no code {code_id}.", "search codes")
    return Refusal(f"{study.label(code_id)} is retired.", "search codes") if code.is_retired else None


def _has_twin(state: State, code: CodeId, anchor: Anchor, besides: CodingId | None = None) -> bool:
    """Return whether another coding has the same code on exactly these words."""
    others = (coding.anchor for coding in state.of_code(code) if coding.id != besides)
    return any(here and (here.start, here.end) == (anchor.start, anchor.end) for here in others)


def _change(state: State, command: CodingCommand, coding: Coding, study: DecisionContext) -> Decision | Refusal:
    match command:
        case commands.RemoveCoding():
            message = f"Removed {study.label(coding.code)} from {quoted(coding.words)}."
            return Decision((model.CodingRemoved(coding=coding.id),), message, hint="restore it")
        case commands.RecodeCoding():
            return _recode(state, command, coding, study)
        case commands.MoveBoundary():
            return _move_boundary(state, command, coding, study)
        case commands.AcceptPlace():
            return _accept(state, command, coding, study)
        case commands.NoteCoding():
            note = command.note.strip()
            if note == coding.note:
                return Refusal("The note is unchanged.")
            verb = "Note saved on" if note else "Note removed from"
            return _changed(coding, replace(coding, note=note), f"{verb} {quoted(coding.words)}.")


def _changed(before: Coding, after: Coding, message: str) -> Decision:
    return Decision(tuple(coding_events(before, after)), message, coding=after.id)


def _recode(state: State, command: commands.RecodeCoding, coding: Coding, study: DecisionContext) -> Decision | Refusal:
    obstacle = _unassignable(study, command.code)
    if obstacle:
        return obstacle
    label = study.label(command.code)
    if command.code == coding.code:
        return Refusal(f"These words already have {label}.")
    if coding.anchor and _has_twin(state, command.code, coding.anchor):
        return Refusal(f"{label} is already assigned to these words.", "remove the other")
    after = replace(coding, code=command.code, rank=state.next_rank)
    return _changed(coding, after, f"{study.label(coding.code)} changed to {label}.")


def _move_boundary(
    state: State, command: commands.MoveBoundary, coding: Coding, study: DecisionContext
) -> Decision | Refusal:
    anchor = study.anchor_at(command.span)
    if anchor is None:
        return Refusal("A quotation needs at least one word.", "remove it")
    if anchor == coding.anchor and not coding.is_proposed:
        return Refusal("The quotation already has these boundaries.")
    return _moved(state, coding, anchor, anchor.words, f"The quotation is now {quoted(anchor.words)}.", study)


def _accept(state: State, command: commands.AcceptPlace, coding: Coding, study: DecisionContext) -> Decision | Refusal:
    """Accept a place; words that differ from the text there by more than white space stay as written."""
    anchor = study.anchor_at(command.span) if command.span else coding.anchor
    if anchor is None or (anchor == coding.anchor and not coding.is_proposed):
        return Refusal("The quotation is located already.")
    is_same = collapse_spaces(anchor.words) == collapse_spaces(coding.words)
    words = anchor.words if is_same else coding.words
    return _moved(state, coding, anchor, words, f"Located {quoted(coding.words)}.", study)


def _moved(
    state: State, coding: Coding, anchor: Anchor, words: str, message: str, study: DecisionContext
) -> Decision | Refusal:
    if _has_twin(state, coding.code, anchor, besides=coding.id):
        return Refusal(f"{study.label(coding.code)} is already assigned to these words.", "remove it")
    return _changed(coding, replace(coding, anchor=anchor, words=words, is_proposed=False), message)


# --- the source as a whole ----------------------------------------------------------------------------


def _note_place(state: State, command: commands.NotePlace, study: DecisionContext) -> Decision | Refusal:
    old = _memo_to_change(state, command)
    text, text_before = command.text.strip(), old.text if old else ""
    if text == text_before:
        return Refusal("The note is unchanged.")
    event = model.MemoWritten(
        memo=old.id if old else MemoId(study.fresh_id),
        target=command.place,
        text=text,
        text_before=text_before,
        rank=old.rank if old else state.next_rank,
    )
    verb = "Note saved on" if text else "Note removed from"
    return Decision((event,), f"{verb} {books.place_title(study.book, command.place)}.")


def _memo_to_change(state: State, command: commands.NotePlace) -> Memo | None:
    """Return the memo that the command changes: a group and a code have one each, entries may have several."""
    if command.note is not None:
        return state.notes.get(command.note)
    if command.place.kind == "entry":
        return None
    return next((note for note in state.notes.values() if note.target == command.place), None)


def _assign_profile(state: State, command: commands.AssignProfile, study: DecisionContext) -> Decision | Refusal:
    reasoning = command.reasoning.strip()
    if (command.profile, reasoning) == (state.profile, state.reasoning):
        return Refusal("Profile and reasoning are unchanged.")
    if command.profile and (obstacle := _uncodable(state, study)):
        return obstacle
    events = (profile_event(state, command.profile, reasoning),)
    if not command.profile:
        return Decision(events, "Profile removed.")
    message = f"Profile: {books.profile_name(study.book, command.profile)}."
    if reasoning:
        return Decision(events, message)
    return Decision(events, f"{message} Its reasoning is missing.", hint="write the reasoning")


def _mark_done(state: State, command: commands.MarkDone, study: DecisionContext) -> Decision | Refusal:
    if command.is_done == state.is_done:
        return Refusal(f"The {study.word} is {'already' if state.is_done else 'not'} marked done.")
    if command.is_done and (obstacle := _uncodable(state, study)):
        return obstacle
    if command.is_done and not state.profile:
        return Refusal(f"Not done yet: the {study.word} has no profile.", "assign a profile")
    if command.is_done and not state.reasoning:
        return Refusal("Not done yet: the profile has no reasoning.", "write the reasoning")
    events = (model.DoneMarked(is_done=command.is_done, was_done=state.is_done),)
    if command.is_done:
        return Decision(events, "Done.", hint="next source or uncoded")
    return Decision(events, "No longer marked done.")


def _mark_uncodable(state: State, command: commands.MarkUncodable, study: DecisionContext) -> Decision | Refusal:
    if command.is_uncodable == state.is_uncodable:
        return Refusal(f"The {study.word} is {'already' if state.is_uncodable else 'not'} marked not codable.")
    codings = len(state.live())
    if command.is_uncodable and (codings or state.profile):
        what = plural(codings, "coding") if codings else "a profile"
        return Refusal(f"The {study.word} has {what}, so it is codable. Remove that first.")
    events = (model.UncodableMarked(is_uncodable=command.is_uncodable, was_uncodable=state.is_uncodable),)
    if command.is_uncodable:
        return Decision(events, f"This {study.word} is marked not codable.", hint="next source or uncoded")
    return Decision(events, f"This {study.word} is codable again.")


def _describe(state: State, command: commands.DescribeSource, study: DecisionContext) -> Decision | Refusal:
    employer, title = " ".join(command.employer.split()), " ".join(command.title.split())
    if (employer, title) == (state.employer, state.title):
        return Refusal("Employer and title are unchanged.")
    event = model.SourceDescribed(
        employer=employer, title=title, employer_before=state.employer, title_before=state.title
    )
    return Decision((event,), f"The {study.word} is “{title}” at {employer}.")


# --- undo and redo ------------------------------------------------------------------------------------


def _step(state: State, *, is_undo: bool, study: DecisionContext) -> Decision | Refusal:
    target = undo_target(state) if is_undo else redo_target(state)
    if target is None:
        return Refusal(f"Nothing to {'undo' if is_undo else 'redo'} in this {study.word}.")
    events = undo_events(target) if is_undo else redo_events(target)
    several = extent(target.events)
    words = f"{step_words(target, state, study)} ({several})" if several else step_words(target, state, study)
    message = f"{'Undone' if is_undo else 'Redone'}: {words}."
    return Decision(events, message, "undo" if is_undo else "redo", target.id)


def undo_target(state: State) -> Transaction | None:
    """Return the transaction that undo would invert next."""
    return state.done_steps.newest if state.done_steps else None


def redo_target(state: State) -> Transaction | None:
    """Return the transaction that redo would apply next."""
    return state.undone_steps.newest if state.undone_steps else None


def undo_events(transaction: Transaction) -> tuple[Event, ...]:
    """Return the events that invert a transaction, the last one first."""
    return tuple(filter(None, map(invert, reversed(transaction.events))))


def undo_unchanged(transaction: Transaction, state: State) -> tuple[Event, ...]:
    """Return the events that invert a transaction, except for values that were changed after it."""
    return tuple(found for event in reversed(transaction.events) if holds(event, state) and (found := invert(event)))


def applicable(events: Iterable[Event], state: State) -> tuple[Event, ...]:
    """Return those of these events whose values before are still those of the state."""
    return tuple(event for event in events if (inverse := invert(event)) is not None and holds(inverse, state))


def holds(event: Event, state: State) -> bool:
    """Return whether everything still is as an event left it; a coding that was added counts with code and note."""
    match event:
        case model.MemoWritten():
            memo = state.notes.get(event.memo) or state.memos.get(event.memo)
            return (memo.text if memo else "") == event.text
        case model.ProfileAssigned():
            return (state.profile, state.reasoning) == (event.profile, event.reasoning)
        case model.DoneMarked():
            return state.is_done == event.is_done
        case model.UncodableMarked():
            return state.is_uncodable == event.is_uncodable
        case model.SourceDescribed():
            return (state.employer, state.title) == (event.employer, event.title)
        case model.LayoutChanged():
            return state.layout == event.layout
        case model.SessionOpened():
            return False
        case _:
            return _coding_holds(event, state.codings.get(event.coding))


def _coding_holds(
    event: model.CodingAdded
    | model.CodingRemoved
    | model.CodingRestored
    | model.CodingRecoded
    | model.CodingReanchored
    | model.CodingNoted,
    coding: Coding | None,
) -> bool:
    if coding is None or coding.is_removed:
        return isinstance(event, model.CodingRemoved)
    match event:
        case model.CodingAdded():
            return (coding.code, coding.note) == (event.code, event.note)
        case model.CodingRestored():
            return True
        case model.CodingRecoded():
            return coding.code == event.code
        case model.CodingReanchored():
            return (coding.anchor, coding.words) == (event.anchor, event.words)
        case model.CodingNoted():
            return coding.note == event.note
        case _:
            return False


def redo_events(transaction: Transaction) -> tuple[Event, ...]:
    """Return the events that reapply an undone transaction."""
    return tuple(
        model.CodingRestored(coding=event.coding) if isinstance(event, model.CodingAdded) else event
        for event in transaction.events
        if not isinstance(event, model.SessionOpened)
    )


def invert(event: Event) -> Event | None:
    """Return the event that inverts this one; None for the opening of a session."""
    match event:
        case model.CodingAdded() | model.CodingRestored():
            return model.CodingRemoved(coding=event.coding)
        case model.CodingRemoved():
            return model.CodingRestored(coding=event.coding)
        case model.SessionOpened():
            return None
        case _:
            pairs = before_fields(event)
            return replace(event, **{one: getattr(event, other) for pair in pairs for one, other in (pair, pair[::-1])})


# --- copying the session on another source with the same text -----------------------------------------


def _copy_session(state: State, command: commands.CopySession, study: DecisionContext) -> Decision | Refusal:
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

"""What follows from a command: `decide(state, command, study) -> Decision | Refusal`."""

from __future__ import annotations

from dataclasses import replace

from codetui.core.anchors import anchor as anchors
from codetui.core.codebook import index as books
from codetui.core.session import transfer
from codetui.core.session.commands import (
    AcceptPlace,
    AssignCode,
    AssignProfile,
    Command,
    CopySession,
    Decision,
    DecisionContext,
    DescribeAd,
    MarkDone,
    MoveBoundary,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    Redo,
    Refusal,
    RemoveCoding,
    Undo,
)
from codetui.core.session.state import State
from codetui.core.session.words import quoted, step_words
from codetui.core.text.normalize import collapse_spaces
from codetui.model import (
    Anchor,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    DoneMarked,
    Event,
    LayoutChanged,
    Memo,
    MemoId,
    MemoWritten,
    ProfileAssigned,
    SessionOpened,
    SourceDescribed,
    Span,
    Transaction,
)


def decide(state: State, command: Command, study: DecisionContext) -> Decision | Refusal:
    """The events that `command` means in this state, or why it is refused."""
    match command:
        case AssignCode():
            return _assign(state, command, study)
        case RemoveCoding() | RecodeCoding() | MoveBoundary() | AcceptPlace() | NoteCoding():
            coding = state.codings.get(command.coding)
            if coding is None or coding.is_removed:
                return Refusal("That coding was removed before.", "restore the last")
            return _change(state, command, coding, study)
        case NotePlace():
            return _note_place(state, command, study)
        case AssignProfile():
            return _assign_profile(state, command, study)
        case MarkDone():
            return _mark_done(state, command)
        case DescribeAd():
            return _describe_ad(state, command)
        case CopySession():
            return transfer.decide(state, command, study)
        case Undo() | Redo():
            return _step(state, is_undo=isinstance(command, Undo), study=study)


def _label(study: DecisionContext, code: CodeId) -> str:
    return books.label_of(study.book, code)


def _assign(state: State, command: AssignCode, study: DecisionContext) -> Decision | Refusal:
    anchor = _anchor(command.span, study)
    if anchor is None and not study.text.strip():
        return Refusal("This ad has no text to code.", "next source")
    if anchor is None:
        return Refusal("Nothing is selected. Move to some words first.", "select words")
    not_given = _not_given(study, command.code)
    if not_given:
        return not_given
    if _twin(state, command.code, anchor):
        return Refusal(f"{_label(study, command.code)} is already assigned to these words.", "remove it")
    event = CodingAdded(
        coding=CodingId(study.fresh_id),
        code=command.code,
        anchor=anchor,
        words=anchor.words,
        note=command.note,
        rank=state.next_rank,
    )
    message = f"{_label(study, command.code)} ← {quoted(anchor.words)}"
    return Decision((event,), message, coding=event.coding)


def _not_given(study: DecisionContext, code_id: CodeId) -> Refusal | None:
    """Why a code cannot be given: the book lacks it, or keeps it for old codings only."""
    code = books.code_of(study.book, code_id)
    if code is None:
        return Refusal(f"The codebook has no code {code_id}.", "search codes")
    if code.is_retired:
        return Refusal(f"{_label(study, code_id)} is retired.", "search codes")
    return None


def _anchor(span: Span, study: DecisionContext) -> Anchor | None:
    start, end = max(0, span.start), min(span.end, len(study.text))
    if start >= end or not study.text[start:end].strip():
        return None
    return anchors.anchor_at(study.text, Span(start, end), study.text_hash)


def _twin(state: State, code: CodeId, anchor: Anchor, but: CodingId | None = None) -> Coding | None:
    """The coding that says the same already: this code on exactly these words."""
    for coding in state.of_code(code):
        here = coding.anchor
        if coding.id != but and here and (here.start, here.end) == (anchor.start, anchor.end):
            return coding
    return None


def _change(
    state: State,
    command: RemoveCoding | RecodeCoding | MoveBoundary | AcceptPlace | NoteCoding,
    coding: Coding,
    study: DecisionContext,
) -> Decision | Refusal:
    match command:
        case RemoveCoding():
            message = f"Removed {_label(study, coding.code)} from {quoted(coding.words)}."
            return Decision((CodingRemoved(coding=coding.id),), message, hint="restore it")
        case RecodeCoding():
            return _recode(state, command, coding, study)
        case MoveBoundary():
            return _move_boundary(state, command, coding, study)
        case AcceptPlace():
            return _accept(state, command, coding, study)
        case NoteCoding():
            note = command.note.strip()
            if note == coding.note:
                return Refusal("The note is unchanged.")
            event = CodingNoted(coding=coding.id, note=note, note_before=coding.note)
            verb = "Note saved on" if note else "Note removed from"
            return Decision((event,), f"{verb} {quoted(coding.words)}.", coding=coding.id)


def _recode(state: State, command: RecodeCoding, coding: Coding, study: DecisionContext) -> Decision | Refusal:
    not_given = _not_given(study, command.code)
    if not_given:
        return not_given
    label = _label(study, command.code)
    if command.code == coding.code:
        return Refusal(f"These words already have {label}.")
    if coding.anchor and _twin(state, command.code, coding.anchor):
        return Refusal(f"{label} is already assigned to these words.", "remove the other")
    event = CodingRecoded(
        coding=coding.id,
        code=command.code,
        rank=state.next_rank,
        code_before=coding.code,
        rank_before=coding.rank,
    )
    return Decision((event,), f"{_label(study, coding.code)} changed to {label}.", coding=coding.id)


def _move_boundary(state: State, command: MoveBoundary, coding: Coding, study: DecisionContext) -> Decision | Refusal:
    anchor = _anchor(command.span, study)
    if anchor is None:
        return Refusal("A quotation needs at least one word.", "remove it")
    if anchor == coding.anchor and not coding.is_proposed:
        return Refusal("The quotation already has these boundaries.")
    if _twin(state, coding.code, anchor, but=coding.id):
        return Refusal(f"{_label(study, coding.code)} is already assigned to these words.", "remove it")
    event = CodingReanchored(
        coding=coding.id,
        anchor=anchor,
        words=anchor.words,
        anchor_before=coding.anchor,
        words_before=coding.words,
        was_proposed=coding.is_proposed,
    )
    return Decision((event,), f"The quotation is now {quoted(anchor.words)}.", coding=coding.id)


def _accept(state: State, command: AcceptPlace, coding: Coding, study: DecisionContext) -> Decision | Refusal:
    """Words that the ad has just so, white space aside, are its own characters from now on; others stay."""
    anchor = _anchor(command.span, study) if command.span else coding.anchor
    if anchor is None or (anchor == coding.anchor and not coding.is_proposed):
        return Refusal("The quotation is located already.")
    if _twin(state, coding.code, anchor, but=coding.id):
        return Refusal(f"{_label(study, coding.code)} is already assigned to these words.", "remove it")
    is_own = collapse_spaces(anchor.words) == collapse_spaces(coding.words)
    event = CodingReanchored(
        coding=coding.id,
        anchor=anchor,
        words=anchor.words if is_own else coding.words,
        anchor_before=coding.anchor,
        words_before=coding.words,
        was_proposed=coding.is_proposed,
    )
    return Decision((event,), f"Located {quoted(coding.words)}.", coding=coding.id)


def _note_place(state: State, command: NotePlace, study: DecisionContext) -> Decision | Refusal:
    old = _noted(state, command)
    text = command.text.strip()
    if text == (old.text if old else ""):
        return Refusal("The note is unchanged.")
    event = MemoWritten(
        memo=old.id if old else MemoId(study.fresh_id),
        target=command.place,
        text=text,
        text_before=old.text if old else "",
        rank=old.rank if old else state.next_rank,
    )
    verb = "Note saved on" if text else "Note removed from"
    return Decision((event,), f"{verb} {books.place_title(study.book, command.place)}.")


def _noted(state: State, command: NotePlace) -> Memo | None:
    """The note that the command is about; a group and a code have one each, entries any number."""
    if command.note is not None:
        return state.notes.get(command.note)
    if command.place.kind == "entry":
        return None
    return next((note for note in state.notes.values() if note.target == command.place), None)


def _assign_profile(state: State, command: AssignProfile, study: DecisionContext) -> Decision | Refusal:
    reasoning = command.reasoning.strip()
    if (command.profile, reasoning) == (state.profile, state.reasoning):
        return Refusal("Profile and reasoning are unchanged.")
    event = ProfileAssigned(
        profile=command.profile,
        reasoning=reasoning,
        profile_before=state.profile,
        reasoning_before=state.reasoning,
    )
    if not command.profile:
        return Decision((event,), "Profile removed.")
    name = books.profile_name(study.book, command.profile)
    if reasoning:
        return Decision((event,), f"Profile: {name}.")
    return Decision((event,), f"Profile: {name}. Its reasoning is missing.", hint="write the reasoning")


def _mark_done(state: State, command: MarkDone) -> Decision | Refusal:
    if command.is_done == state.is_done:
        return Refusal("The ad is already marked done." if state.is_done else "The ad is not marked done.")
    if command.is_done and not state.profile:
        return Refusal("Not done yet: the ad has no profile.", "assign a profile")
    if command.is_done and not state.reasoning:
        return Refusal("Not done yet: the profile has no reasoning.", "write the reasoning")
    event = DoneMarked(is_done=command.is_done, was_done=state.is_done)
    if command.is_done:
        return Decision((event,), "Done.", hint="next source or uncoded")
    return Decision((event,), "No longer marked done.")


def _describe_ad(state: State, command: DescribeAd) -> Decision | Refusal:
    employer, title = " ".join(command.employer.split()), " ".join(command.title.split())
    if (employer, title) == (state.employer, state.title):
        return Refusal("Employer and title are unchanged.")
    event = SourceDescribed(employer=employer, title=title, employer_before=state.employer, title_before=state.title)
    return Decision((event,), f"The ad is “{title}” at {employer}.")


def _step(state: State, *, is_undo: bool, study: DecisionContext) -> Decision | Refusal:
    target = undo_target(state) if is_undo else redo_target(state)
    if target is None:
        return Refusal("Nothing to undo in this ad." if is_undo else "Nothing to redo in this ad.")
    events = undo_events(target) if is_undo else redo_events(target)
    what = step_words(target, state, study)
    message = f"Undone: {what}." if is_undo else f"Redone: {what}."
    return Decision(events, message, "undo" if is_undo else "redo", target.id)


def undo_target(state: State) -> Transaction | None:
    """Return the transaction that undo would invert next."""
    return state.done_steps.newest if state.done_steps else None


def redo_target(state: State) -> Transaction | None:
    """Return the transaction that redo would apply again next."""
    return state.undone_steps.newest if state.undone_steps else None


def undo_events(transaction: Transaction) -> tuple[Event, ...]:
    """Return the events that invert a transaction, the last one first."""
    inverses = (invert(event) for event in reversed(transaction.events))
    return tuple(inverse for inverse in inverses if inverse is not None)


def redo_events(transaction: Transaction) -> tuple[Event, ...]:
    """Return the events that apply a transaction again after it was undone."""
    return tuple(_again(event) for event in transaction.events if not isinstance(event, SessionOpened))


def _again(event: Event) -> Event:
    return CodingRestored(coding=event.coding) if isinstance(event, CodingAdded) else event


def invert(event: Event) -> Event | None:
    """Return the event that inverts this one, None for the opening of a session."""
    match event:
        case CodingAdded() | CodingRestored():
            return CodingRemoved(coding=event.coding)
        case CodingRemoved():
            return CodingRestored(coding=event.coding)
        case SessionOpened():
            return None
        case CodingRecoded():
            return CodingRecoded(
                coding=event.coding,
                code=event.code_before,
                rank=event.rank_before,
                code_before=event.code,
                rank_before=event.rank,
            )
        case CodingReanchored():
            return CodingReanchored(
                coding=event.coding,
                anchor=event.anchor_before,
                words=event.words_before,
                anchor_before=event.anchor,
                words_before=event.words,
                is_proposed=event.was_proposed,
                was_proposed=event.is_proposed,
            )
        case _:
            return _invert_text(event)


def _invert_text(
    event: CodingNoted | MemoWritten | ProfileAssigned | SourceDescribed | DoneMarked | LayoutChanged,
) -> Event:
    match event:
        case CodingNoted():
            return CodingNoted(coding=event.coding, note=event.note_before, note_before=event.note)
        case MemoWritten():
            return replace(event, text=event.text_before, text_before=event.text)
        case ProfileAssigned():
            return ProfileAssigned(
                profile=event.profile_before,
                reasoning=event.reasoning_before,
                profile_before=event.profile,
                reasoning_before=event.reasoning,
            )
        case SourceDescribed():
            return SourceDescribed(
                employer=event.employer_before,
                title=event.title_before,
                employer_before=event.employer,
                title_before=event.title,
            )
        case DoneMarked():
            return DoneMarked(is_done=event.was_done, was_done=event.is_done)
        case LayoutChanged():
            return LayoutChanged(layout=event.layout_before, layout_before=event.layout)

"""Commands on quotations: code, recode, move, annotate and remove them, and locate those without a place."""

from __future__ import annotations

from codetui.core.anchors.unresolved import UnresolvedAnchor, unresolved_anchor
from codetui.core.codebook.index import label_of
from codetui.core.session.commands import AcceptPlace, AssignCode, MoveBoundary, RecodeCoding, RemoveCoding
from codetui.core.session.naming import place_at, quoted
from codetui.core.text.units import units
from codetui.model import Code, Coding, Span
from codetui.plain.walk import RefusedError, Walk, pick_code, pick_coding, pick_words, say_words
from codetui.study.desk import LargeStep
from codetui.study.session.outcome import Saved

REMOVE = "-"
"""The answer that deletes a note."""


def select(walk: Walk, answer: str) -> None:
    """Select words for the next codes."""
    span = pick_words(walk, answer)
    inside = next((at for at, one in enumerate(walk.sentences) if one.start <= span.start < one.end), walk.number)
    if inside != walk.number:
        walk.number = inside
        walk.say(f"Sentence {inside + 1} of {len(walk.sentences)}.")
    walk.selection = span
    walk.desk.go_to(span.start)
    walk.say(f"Selected: {quoted(walk.text[slice(*span)])}.")


def code(walk: Walk, answer: str) -> None:
    """Assign a code to the selection, else to the sentence."""
    chosen = pick_code(walk, answer)
    span = _span_for(walk, chosen)
    command = AssignCode(span, chosen.id)
    outcome = walk.execute(command)
    if isinstance(outcome, Saved):
        walk.recent = [chosen.id, *(one for one in walk.recent if one != chosen.id)]
        if not walk.desk.source.employer and len(walk.codings) == 1:
            walk.say(f"The employer of this {walk.word.source} is unknown. describe enters it.")


def _span_for(walk: Walk, chosen: Code) -> Span:
    """Return the words to code; a code for terms asks which ones, unless they are selected."""
    section = walk.index.sections.get(chosen.section)
    span = walk.span
    if walk.selection is not None or section is None or section.holds != "terms":
        return span
    if len(units(walk.text, *span, "word")) < 2:
        return span
    walk.say(f"{walk.index.labels[chosen.id]} is for single terms.")
    say_words(walk)
    answer = walk.lines.ask("First and last number, or the words; Enter for the whole sentence:")
    return pick_words(walk, answer) if answer else span


def list_codings(walk: Walk, _: str) -> None:
    """Read all codings with their numbers."""
    codings = walk.codings
    if not codings:
        raise RefusedError(f"Nothing is coded in this {walk.word.source} yet.")
    for number, coding in enumerate(codings, 1):
        walk.say(f"{number}: {walk.coding_line(coding)}")


def remove(walk: Walk, answer: str) -> None:
    """Remove a coding."""
    walk.execute(RemoveCoding(pick_coding(walk, answer).id))


def recode(walk: Walk, answer: str) -> None:
    """Give a coding another code."""
    coding = pick_coding(walk, answer)
    walk.say(walk.coding_line(coding))
    chosen = pick_code(walk, walk.lines.ask("Which code instead? Id, words, or Enter for a list:"))
    walk.execute(RecodeCoding(coding.id, chosen.id))


def move(walk: Walk, answer: str) -> None:
    """Give a quotation other words."""
    coding = pick_coding(walk, answer)
    walk.say(walk.coding_line(coding))
    walk.execute(MoveBoundary(coding.id, pick_words(walk, "")))


def note(walk: Walk, answer: str) -> None:
    """Write the note of a coding."""
    coding = pick_coding(walk, answer)
    walk.say(walk.coding_line(coding))
    written = walk.lines.ask(f"The note, on one line; Enter leaves it, {REMOVE} deletes it:")
    if not written:
        raise RefusedError("The note is unchanged.")
    text = "" if written == REMOVE else written
    outcome = walk.desk.note_coding(coding, text)
    walk.show_outcome(outcome, f"Note on {quoted(coding.words)}: {text}" if text else "")


def undo(walk: Walk, _: str) -> None:
    """Undo the last step."""
    _reverse(walk, is_undo=True)


def redo(walk: Walk, _: str) -> None:
    """Redo the step undone last."""
    _reverse(walk, is_undo=False)


def _reverse(walk: Walk, *, is_undo: bool) -> None:
    outcome = walk.desk.reverse(is_undo=is_undo)
    if isinstance(outcome, LargeStep):
        verb = "Undo" if is_undo else "Redo"
        if not walk.lines.confirm(f"{verb} a large step: {outcome.words}?"):
            raise RefusedError("Nothing is changed.")
        outcome = walk.desk.reverse(is_undo=is_undo, may_be_large=True)
    if not isinstance(outcome, LargeStep):
        walk.show_outcome(outcome)


# --- quotations without a place -----------------------------------------------------------------------


def resolve(walk: Walk, _: str) -> None:
    """Lead through the quotations whose place is not sure."""
    waiting = [coding for coding in walk.codings if coding.is_unresolved]
    if not waiting:
        raise RefusedError("Every quotation is located.")
    for number, coding in enumerate(waiting, 1):
        doubt = unresolved_anchor(coding, walk.desk.state, walk.text)
        walk.say(f"{number} of {len(waiting)}. {label_of(walk.book, coding.code)}: {quoted(coding.words)}.")
        walk.say(_why(walk, doubt))
        for place, span in enumerate(doubt.places[:9], 1):
            found = place_at(walk.text, span)
            walk.say(f"{place}: {quoted(found.words)}, in: {found.before}{found.words}{found.after}")
        _settle(walk, coding, doubt)


def _why(walk: Walk, doubt: UnresolvedAnchor) -> str:
    if doubt.kind == "orphan":
        near = f" The most similar words ({doubt.percent}):" if doubt.places else ""
        return f"The {walk.word.source} does not have these words.{near}"
    if not doubt.places:
        return "Every place of these words has this code already."
    if doubt.kind == "fuzzy":
        return f"The words are {doubt.percent} similar to:"
    return f"The {walk.word.source} has these words {doubt.total:,} times:"


def _settle(walk: Walk, coding: Coding, doubt: UnresolvedAnchor) -> None:
    """Ask for the place of a quotation, and accept it."""
    answer = walk.lines.ask("Number of the place, other words of the text, x to remove it, or Enter to leave it:")
    if answer.lower() == "x":
        walk.execute(RemoveCoding(coding.id))
    elif answer.isdecimal() and 1 <= int(answer) <= len(doubt.places):
        walk.execute(AcceptPlace(coding.id, doubt.places[int(answer) - 1]))
    elif answer.isdecimal():
        walk.say(f"There is no place {answer}; it is left.")
    elif answer:
        walk.execute(AcceptPlace(coding.id, pick_words(walk, answer)))

"""Concurrent commands and hand edits: both changes are kept, or both versions are kept and reported."""

from __future__ import annotations

import pytest

from codetui.model import (
    CodeId,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    Event,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SourceDescribed,
)
from codetui.study.reconcile import Reconciliation
from testing.reconciliation import LAMP, LOG, MIRRORS, SEA, added, apply, coded, edit_both_sides, notes, quotations

START = apply(
    coded(("T1", LAMP), ("T1", MIRRORS, "why"), ("T3", SEA)),
    ProfileAssigned(profile="1", reasoning="He keeps."),
    MemoWritten(memo=MemoId("n1"), target=MemoTarget(kind="group", id="light"), text="few tasks", rank=4),
)
C2 = CodingId("c2")
ENTRY2, ENTRY3 = f'  - "{MIRRORS}" (why)\n', f'  - "{SEA}"\n'

NOTED = CodingNoted(coding=C2, note="shiny", note_before="why")
RECODED = CodingRecoded(coding=C2, code=CodeId("T2"), rank=9, code_before=CodeId("T1"), rank_before=2)
WIDENED = CodingReanchored(
    coding=C2,
    anchor=added("c2", "T1", "polish the mirrors every week").anchor,
    words="polish the mirrors every\nweek",
    anchor_before=START.codings[C2].anchor,
    words_before=MIRRORS,
)
REMOVED = CodingRemoved(coding=C2)


def conflict(found: Reconciliation, *words: str) -> None:
    """Check that there is one conflict whose message contains these words."""
    (problem,) = found.problems
    assert problem.severity == "warning" and problem.message.startswith("changed in the document and in the session: ")
    assert all(each in problem.message for each in words), problem.message
    assert found.counts.conflicts == 1


def peaceful(found: Reconciliation) -> None:
    assert (found.problems, found.counts.conflicts) == ((), 0)


# --- different parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "event", "code", "expected"),
    [
        ((MIRRORS, "polish the mirrors every"), NOTED, "T1", ("polish the mirrors every", "shiny")),
        ((" (why)", " (bright)"), RECODED, "T2", (MIRRORS, "bright")),
        ((" (why)", ""), WIDENED, "T1", ("polish the mirrors every week", "")),
        ((MIRRORS, "polish the mirrors every"), RECODED, "T2", ("polish the mirrors every", "why")),
    ],
)
def test_changes_of_different_parts_are_both_kept(
    change: tuple[str, str], event: Event, code: str, expected: tuple[str, str]
) -> None:
    after, found = edit_both_sides(START, [change], event)
    assert quotations(after, code)[-1] == expected
    assert len(after.live()) == 3
    peaceful(found)


def test_an_entry_moved_by_hand_and_noted_in_the_program_is_moved_with_its_note() -> None:
    after, found = edit_both_sides(START, [(ENTRY2, ""), (ENTRY3, ENTRY3 + ENTRY2)], NOTED)
    assert quotations(after, "T3") == [(SEA, ""), (MIRRORS, "shiny")]
    peaceful(found)


# --- the same change ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "event"),
    [
        ([(" (why)", " (shiny)")], NOTED),
        ([(MIRRORS, "polish the mirrors every week")], WIDENED),
        ([(ENTRY2, "")], REMOVED),
        ([(ENTRY2, ""), ("### The sea", f"- **T2: Cleaning:**\n{ENTRY2}\n### The sea")], RECODED),
        ([("`Keeper`", "`Builder`")], ProfileAssigned(profile="2", reasoning="He keeps.")),
        ([("He keeps.", "He builds.")], ProfileAssigned(profile="1", reasoning="He builds.")),
        ([("(Shore Company)", "(Coast)")], SourceDescribed(employer="Coast", title="Keeper")),
    ],
)
def test_the_same_change_on_both_sides_is_one(changes: list[tuple[str, str]], event: Event) -> None:
    _, found = edit_both_sides(START, changes, event)
    assert found.events == ()
    peaceful(found)


def test_a_coding_added_on_both_sides_is_kept_once() -> None:
    after, found = edit_both_sides(START, [(ENTRY3, f'{ENTRY3}  - "{LOG}" (ink)\n')], added("k1", "T3", LOG, rank=20))
    assert quotations(after, "T3") == [(SEA, ""), (LOG, "ink")]
    assert found.events == (CodingNoted(coding=CodingId("k1"), note="ink"),)
    peaceful(found)


# --- the same part ------------------------------------------------------------------------------------------


def test_the_sessions_wording_is_kept_and_the_documents_is_added() -> None:
    after, found = edit_both_sides(START, [(MIRRORS, f"{MIRRORS} every")], WIDENED)
    assert quotations(after, "T1") == [
        (LAMP, ""),
        ("polish the mirrors every week", "why"),
        (f"{MIRRORS} every", "why"),
    ]
    conflict(found, "T1: Lighting", "both versions are kept")


def test_the_sessions_code_is_kept_and_the_documents_is_added() -> None:
    after, found = edit_both_sides(START, [(ENTRY2, ""), (ENTRY3, ENTRY3 + ENTRY2)], RECODED)
    assert quotations(after, "T2") == [(MIRRORS, "why")]
    assert quotations(after, "T3") == [(SEA, ""), (MIRRORS, "why")]
    conflict(found, "T3: Watching", "You polish the mirrors")


def test_both_of_two_notes_are_kept() -> None:
    after, found = edit_both_sides(START, [(" (why)", " (bright)")], NOTED)
    assert quotations(after, "T1")[1] == (MIRRORS, "shiny / bright")
    conflict(found, "You polish the mirrors", "shorten it")


def test_a_note_removed_on_one_side_and_rewritten_on_the_other_is_kept_rewritten() -> None:
    after, found = edit_both_sides(START, [(" (why)", "")], NOTED)
    assert quotations(after, "T1")[1] == (MIRRORS, "shiny")
    conflict(found)


@pytest.mark.parametrize("event", [NOTED, RECODED, WIDENED])
def test_a_coding_removed_by_hand_and_changed_in_the_program_stays_changed(event: Event) -> None:
    after, found = edit_both_sides(START, [(ENTRY2, "")], event)
    assert found.events == () and not after.codings[C2].is_removed
    conflict(found, "removed in the document, changed in the session, and kept")


@pytest.mark.parametrize(
    ("change", "expected"),
    [((" (why)", " (bright)"), (MIRRORS, "bright")), ((MIRRORS, f"{MIRRORS} every"), (f"{MIRRORS} every", "why"))],
)
def test_a_coding_removed_in_the_program_and_changed_by_hand_returns_changed(
    change: tuple[str, str], expected: tuple[str, str]
) -> None:
    after, found = edit_both_sides(START, [change], REMOVED)
    assert quotations(after, "T1") == [(LAMP, ""), expected]
    assert not after.codings[C2].is_removed
    conflict(found, "removed in the session, changed in the document, and kept")


def test_a_coding_removed_in_the_program_stays_removed_if_its_entry_is_unchanged() -> None:
    after, found = edit_both_sides(START, [(LAMP, f"{LAMP} at dusk")], REMOVED)
    assert quotations(after, "T1") == [(f"{LAMP} at dusk", "")]
    assert [entry.id for entry in found.document.sections[0].blocks[0].codes[0].entries] == ["c1", "c2"]
    peaceful(found)


def test_an_entry_written_between_two_others_stays_between_the_remaining_ones() -> None:
    after, _ = edit_both_sides(START, [(ENTRY2, f'  - "{LOG}"\n{ENTRY2}')], added("k1", "T1", SEA, rank=20))
    assert [words for words, _ in quotations(after, "T1")] == [LAMP, LOG, MIRRORS, SEA]


# --- notes on places and the head ---------------------------------------------------------------------------


def rewritten(text: str) -> MemoWritten:
    place = MemoTarget(kind="group", id="light")
    return MemoWritten(memo=MemoId("n1"), target=place, text=text, text_before="few tasks", rank=4)


def test_both_texts_of_two_notes_on_a_group_are_kept() -> None:
    after, found = edit_both_sides(START, [("few tasks", "two tasks")], rewritten("no tasks"))
    assert notes(after) == [("group", "light", "no tasks / two tasks")]
    conflict(found, "the note “two tasks”")


def test_a_group_note_removed_on_one_side_and_rewritten_on_the_other_is_kept() -> None:
    after, found = edit_both_sides(START, [("_(few tasks)_\n\n", "")], rewritten("no tasks"))
    assert notes(after) == [("group", "light", "no tasks")]
    conflict(found)
    after, found = edit_both_sides(START, [("few tasks", "two tasks")], rewritten(""))
    assert notes(after) == [("group", "light", "two tasks")]
    conflict(found)


def test_the_sessions_profile_is_kept() -> None:
    after, found = edit_both_sides(
        START, [("`Keeper`", "`Builder`")], ProfileAssigned(profile="", reasoning="He keeps.")
    )
    assert (after.profile, found.events) == ("", ())
    conflict(found, "the profile: none", "“Builder”")


def test_both_reasonings_are_kept_in_one_paragraph() -> None:
    after, found = edit_both_sides(
        START, [("He keeps.", "By hand.")], ProfileAssigned(profile="2", reasoning="At the keys.")
    )
    assert (after.profile, after.reasoning) == ("2", "At the keys. / By hand.")
    conflict(found, "the reasoning")


def test_the_sessions_employer_is_kept() -> None:
    after, found = edit_both_sides(
        START, [("(Shore Company)", "(Coast)")], SourceDescribed(employer="Harbour", title="Keeper")
    )
    assert (after.employer, found.events) == ("Harbour", ())
    conflict(found, "the employer", "“Harbour” (session) is kept, not “Coast”")

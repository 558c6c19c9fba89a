"""A person's edits of a session's document are applied to the session, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from codetui.core.session.state import State
from codetui.formats.session_doc.markdown import parse_document, project, render_document
from codetui.model import (
    CodeId,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    Memo,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SourceDescribed,
)
from codetui.study.reconcile import reconcile
from testing.reconciliation import (
    AD,
    BOOK,
    FILE,
    LAMP,
    LOG,
    MIRRORS,
    SEA,
    TEXT,
    added,
    apply,
    coded,
    document,
    edit_by_hand,
    edited,
    notes,
    numbered_ids,
    place,
    quotations,
    reconciled,
)

THREE = coded(("T1", LAMP), ("T1", MIRRORS, "why"), ("T3", SEA))
ASSESSED = apply(THREE, ProfileAssigned(profile="1", reasoning="He keeps."))
C1, C2, C3 = CodingId("c1"), CodingId("c2"), CodingId("c3")
ENTRY1, ENTRY2, ENTRY3 = f'  - "{LAMP}"\n', f'  - "{MIRRORS}" (why)\n', f'  - "{SEA}"\n'


def noted(*found: tuple[Literal["section", "group", "code", "entry"], str, str]) -> State:
    """Return a session with two codings and notes `(kind of place, place, text)`, called n1, n2 and so on."""
    state = coded(("T1", LAMP), ("T3", SEA))
    for number, (kind, ident, text) in enumerate(found, 1):
        where = MemoTarget(kind=kind, id=ident)
        state = apply(state, MemoWritten(memo=MemoId(f"n{number}"), target=where, text=text, rank=10 + number))
    return state


# --- entries ----------------------------------------------------------------------------------------------


def test_an_entry_written_between_others_is_ranked_between_them_and_moves_none() -> None:
    after, found = edit_by_hand(THREE, (ENTRY1, f'{ENTRY1}  - "{LOG}" (new)\n'))
    assert quotations(after, "T1") == [(LAMP, ""), (LOG, "new"), (MIRRORS, "why")]
    (event,) = found.events
    assert isinstance(event, CodingAdded) and event.anchor is not None and event.anchor.words == LOG
    assert (found.counts.added, found.counts.exact, found.problems) == (1, 1, ())


def test_an_entry_at_the_end_gets_the_next_rank() -> None:
    after, _ = edit_by_hand(THREE, (ENTRY2, f'{ENTRY2}  - "{LOG}"\n'))
    assert [(one.words, one.rank) for one in after.of_code(CodeId("T1"))] == [(LAMP, 1), (MIRRORS, 2), (LOG, 4)]


def test_an_entry_before_all_others_is_ranked_first() -> None:
    after, found = edit_by_hand(THREE, (ENTRY1, f'  - "{LOG}"\n{ENTRY1}'))
    assert quotations(after, "T1") == [(LOG, ""), (LAMP, ""), (MIRRORS, "why")]
    assert len(found.events) == 1


def test_a_deleted_entry_removes_its_coding() -> None:
    after, found = edit_by_hand(THREE, (ENTRY1, ""))
    assert found.events == (CodingRemoved(coding=C1),)
    assert quotations(after, "T1") == [(MIRRORS, "why")]
    assert found.counts == (0, 0, 0, 0, 0, 0, 0, 0, 1, 0)


@pytest.mark.parametrize("note", ["because (really)", ""])
def test_a_rewritten_or_deleted_note_changes_the_codings_note(note: str) -> None:
    _, found = edit_by_hand(THREE, (" (why)", f" ({note})" if note else ""))
    assert found.events == (CodingNoted(coding=C2, note=note, note_before="why"),)
    assert found.counts.changed == 1


def test_an_entry_under_another_code_keeps_its_place_and_its_id() -> None:
    after, found = edit_by_hand(THREE, (ENTRY2, ""), (ENTRY3, ENTRY3 + ENTRY2))
    assert found.events == (
        CodingRecoded(coding=C2, code=CodeId("T3"), rank=4, code_before=CodeId("T1"), rank_before=2),
    )
    assert after.codings[C2].anchor == THREE.codings[C2].anchor
    assert found.counts.moved == 1


def test_an_entry_noted_and_moved_in_one_edit_keeps_its_id() -> None:
    _, found = edit_by_hand(THREE, (ENTRY2, ""), (ENTRY1, f'  - "{MIRRORS}" (bright)\n{ENTRY1}'))
    assert [type(event) for event in found.events] == [CodingRecoded, CodingNoted]
    assert found.counts == (0, 0, 0, 0, 0, 0, 1, 1, 0, 0)


def test_a_relabelled_code_line_recodes_its_entries() -> None:
    after, found = edit_by_hand(THREE, ("- **T1: Lighting:**", "- **T2: Cleaning:**"))
    assert quotations(after, "T2") == [(LAMP, ""), (MIRRORS, "why")]
    assert [type(event) for event in found.events] == [CodingRecoded, CodingRecoded]


def test_changed_words_are_located_again() -> None:
    after, found = edit_by_hand(THREE, (f'"{MIRRORS}"', f'"{MIRRORS} every week."'))
    (event,) = found.events
    assert isinstance(event, CodingReanchored)
    assert (event.coding, event.words_before, event.anchor_before) == (C2, MIRRORS, THREE.codings[C2].anchor)
    assert after.codings[C2].words == f"{MIRRORS} every\nweek."
    assert after.codings[C2].note == "why"


@pytest.mark.parametrize("occurrence", [1, 2])
def test_changed_words_get_the_place_that_overlaps_the_old_one(occurrence: int) -> None:
    wide = "a fog horn" if occurrence == 1 else "fog horn licence"
    before = apply(State(), added("c1", "K1", wide, rank=1))
    after, found = edit_by_hand(before, (f"`{wide}`", "`fog horn`"))
    anchor = after.codings[C1].anchor
    assert anchor is not None and (anchor.start, anchor.end) == place("fog horn", occurrence)
    assert found.problems == ()


def test_a_place_in_another_text_of_the_ad_is_no_evidence_for_the_new_place() -> None:
    wide = added("c1", "K1", "a fog horn", rank=1)
    assert wide.anchor is not None
    before = apply(State(), replace(wide, anchor=replace(wide.anchor, text_hash="another text")))
    after, found = edit_by_hand(before, ("`a fog horn`", "`fog horn`"))
    assert after.codings[C1].anchor is None and found.counts.ambiguous == 1


@pytest.mark.parametrize(("wide", "words"), [("sextant", "sexta"), ("log", "Log")])
def test_parts_of_words_and_short_words_in_another_case_are_not_chosen(wide: str, words: str) -> None:
    before = apply(State(), added("c1", "K1", wide, rank=1))
    after, found = edit_by_hand(before, (f"`{wide}`", f"`{words}`"))
    assert (after.codings[C1].words, after.codings[C1].anchor) == (words, None)
    assert found.counts.ambiguous == 1


def test_changed_words_whose_place_does_not_overlap_the_old_are_ambiguous() -> None:
    before = apply(State(), added("c1", "K1", "fog bank"))
    after, found = edit_by_hand(before, ("`fog bank`", "`fog horn`"))
    assert [one.anchor for one in after.live()] == [None]
    assert found.counts.ambiguous == 1


def test_changed_words_with_a_typo_get_a_proposed_place() -> None:
    after, found = edit_by_hand(THREE, (f'"{MIRRORS}"', '"You polish the mirrrors every week."'))
    assert after.codings[C2].is_proposed and after.codings[C2].anchor is not None
    assert "check it" in found.problems[0].message


def test_changed_words_missing_from_the_ad_have_no_place() -> None:
    after, found = edit_by_hand(THREE, (f'"{MIRRORS}"', '"You polish the mirrors in Dutch"'))
    assert (after.codings[C2].anchor, after.codings[C2].words) == (None, "You polish the mirrors in Dutch")
    assert found.counts.orphan == 1 and found.problems[0].line == edited(THREE).sections[0].blocks[0].codes[0].line + 2


def test_an_entry_with_unchanged_words_keeps_its_anchor_in_any_text() -> None:
    state = apply(State(), added("c1", "K1", "fog horn", occurrence=2), added("c2", "K1", "Zwem"))
    after, found = edit_by_hand(state, ("`fog horn`", "`fog horn` (loud)"), ("`Zwem`", "`Zwem` (elders)"))
    assert [after.codings[one].anchor for one in (C1, C2)] == [state.codings[one].anchor for one in (C1, C2)]
    assert found.counts.ambiguous == found.counts.orphan == 0


def test_quotes_instead_of_backticks_are_not_an_edit() -> None:
    assert edit_by_hand(coded(("K1", "sextant")), ("`sextant`", '"sextant"'))[1].events == ()


def test_different_words_at_another_place_are_a_new_coding() -> None:
    after, found = edit_by_hand(THREE, (ENTRY1, ""), (ENTRY2, f'{ENTRY2}  - "{LOG}"\n'))
    assert [type(event) for event in found.events] == [CodingRemoved, CodingAdded]
    assert quotations(after, "T1") == [(MIRRORS, "why"), (LOG, "")]


def test_dissimilar_words_at_the_same_place_are_a_new_coding() -> None:
    _, found = edit_by_hand(THREE, (f'"{MIRRORS}"', '"Sometimes you row out to the reef."'))
    assert [type(event) for event in found.events] == [CodingRemoved, CodingAdded]


# --- order ------------------------------------------------------------------------------------------------


def test_a_changed_order_moves_the_fewest_codings() -> None:
    state = coded(*(("K1", words) for words in ("sextant", "barometer", "fog horn", "reef", "ships")))
    lines = [f"  - `{words}`\n" for words in ("sextant", "barometer", "fog horn", "reef", "ships")]
    after, found = edit_by_hand(state, (lines[0], ""), (lines[4], lines[4] + lines[0]))
    assert [words for words, _ in quotations(after, "K1")] == ["barometer", "fog horn", "reef", "ships", "sextant"]
    assert [
        (event.coding, event.code, event.code_before) for event in found.events if isinstance(event, CodingRecoded)
    ] == [(C1, "K1", "K1")]
    assert found.counts.moved == 1


def test_the_deleted_one_of_equal_entries_is_removed() -> None:
    state = apply(State(), added("c1", "K1", "fog horn", rank=1), added("c2", "K1", "sextant", rank=2))
    state = apply(state, added("c3", "K1", "fog horn", occurrence=2, rank=3))
    text = render_document(document(state)).replace("  - `fog horn`\n", "", 1)
    found = reconciled(parse_document(text, FILE)[0], document(state), state)
    assert found.events == (CodingRemoved(coding=C1),)


def test_ranks_are_shifted_if_ids_leave_no_room() -> None:
    state = coded(("K1", "sextant"), ("K1", "barometer"), ("K1", "reef"))
    lines = "  - `ships`\n  - `oil`\n"
    wanted = edited(state, ("  - `sextant`\n", f"  - `sextant`\n{lines}"))
    found = reconciled(wanted, document(state), state, numbered_ids("a"))
    after = apply(state, *found.events)
    assert [words for words, _ in quotations(after, "K1")] == ["sextant", "ships", "oil", "barometer", "reef"]
    assert found.counts.moved == 0


def test_the_last_entry_stays_last_among_equal_ranks() -> None:
    words = ("sextant", "barometer", "reef", "ships", "oil")
    state = apply(State(), *(added(f"c{number}", "K1", each, rank=1) for number, each in enumerate(words, 1)))
    lines = [f"  - `{each}`\n" for each in words]
    turned = "".join(lines[place] for place in (0, 3, 2, 1, 4)) + "  - `log`\n"
    found = reconciled(edited(state, ("".join(lines), turned)), document(state), state, numbered_ids("a"))
    after = apply(state, *found.events)
    assert [each for each, _ in quotations(after, "K1")] == ["sextant", "ships", "reef", "barometer", "oil", "log"]
    assert found.counts.moved == 2


def test_an_order_changed_meanwhile_in_the_session_is_kept() -> None:
    state = coded(("K1", "sextant"), ("K1", "barometer"))
    later = apply(state, CodingRecoded(coding=C1, code=CodeId("K1"), rank=9, code_before=CodeId("K1"), rank_before=1))
    found = reconciled(edited(state, ("`sextant`", "`sextant` (x)")), document(state), later)
    assert [type(event) for event in found.events] == [CodingNoted]


def test_moving_a_whole_group_is_not_an_edit() -> None:
    text = render_document(document(THREE))
    light, sea = text.index("### The light"), text.index("### The sea")
    end = text.index("---\n\n## 2.")
    moved = text[:light] + text[sea:end] + text[light:sea] + text[end:]
    assert reconciled(parse_document(moved, FILE)[0], document(THREE), THREE).events == ()


# --- notes on places ----------------------------------------------------------------------------------------


def test_each_note_of_the_document_is_a_separate_note() -> None:
    state = coded(("T1", LAMP))
    after, _ = edit_by_hand(
        state,
        ("## 1. Job Task Analysis\n", "## 1. Job Task Analysis\n\n_(on the section)_\n"),
        ("### The light\n", "### The light\n\n_(one)_\n\n*(two)*\n"),
        ("- **T1: Lighting:**", "- **T1: Lighting:** _(on the code)_ _(again)_"),
    )
    assert notes(after) == [
        ("section", "tasks", "on the section"),
        ("group", "light", "one"),
        ("group", "light", "two"),
        ("code", "T1", "on the code"),
        ("code", "T1", "again"),
    ]


def test_a_rewritten_note_keeps_its_id_and_a_deleted_one_becomes_empty() -> None:
    state = noted(("group", "light", "few tasks here"), ("code", "T1", "implied"))
    after, found = edit_by_hand(state, ("few tasks here", "few tasks there"), (" _(implied)_", ""))
    assert after.notes[MemoId("n1")].text == "few tasks there"
    assert after.notes[MemoId("n2")].text == ""
    assert (found.counts.changed, found.counts.removed, found.counts.added) == (1, 1, 0)


def test_a_note_moved_to_another_code_is_restored_by_undo() -> None:
    state = noted(("entry", "T1", "a remark"))
    after, found = edit_by_hand(state, ("  - _(a remark)_\n", ""), (ENTRY3, f"{ENTRY3}  - _(a remark)_\n"))
    assert after.notes[MemoId("n1")] == Memo(
        id=MemoId("n1"), target=MemoTarget(kind="entry", id="T3"), text="a remark", rank=12
    )
    assert [
        (event.target.id, event.text, event.text_before) for event in found.events if isinstance(event, MemoWritten)
    ] == [
        ("T1", "", "a remark"),
        ("T3", "a remark", ""),
    ]


def test_an_entry_can_be_moved_before_a_note() -> None:
    state = noted(("entry", "T1", "a remark"))
    after, _ = edit_by_hand(state, ("  - _(a remark)_\n", f'  - "{LOG}"\n  - _(a remark)_\n'))
    (block, *_) = project(after, BOOK, AD).sections[0].blocks
    assert [entry.words or entry.note for entry in block.codes[0].entries] == [LAMP, LOG, "a remark"]


def test_a_new_note_on_an_unknown_heading_joins_the_existing_ones() -> None:
    state = noted(("section", "Boats", "none"))
    after, found = edit_by_hand(state, ("_(none)_", "_(none)_\n\n_(no oars either)_"))
    assert notes(after) == [("section", "Boats", "none"), ("section", "Boats", "no oars either")]
    assert found.problems == ()


# --- the head -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("`Keeper`", "`Builder`", ("2", "He keeps.")),
        ("He keeps.", "He keeps well.", ("1", "He keeps well.")),
        ("- **Assigned Profile:** `Keeper`\n- **Reasoning:** He keeps.\n\n", "", ("", "")),
        ("\n- **Reasoning:** He keeps.", "", ("1", "")),
    ],
)
def test_profile_and_reasoning_are_those_of_the_document(old: str, new: str, expected: tuple[str, str]) -> None:
    after, found = edit_by_hand(ASSESSED, (old, new))
    assert (after.profile, after.reasoning) == expected
    assert found.counts.changed == 1
    assert found.events == (
        ProfileAssigned(profile=expected[0], reasoning=expected[1], profile_before="1", reasoning_before="He keeps."),
    )


def test_line_breaks_in_an_unedited_reasoning_stay() -> None:
    state = apply(THREE, ProfileAssigned(profile="1", reasoning="He\n\nkeeps."))
    after, _ = edit_by_hand(state, ("`Keeper`", "`Builder`"))
    assert (after.profile, after.reasoning) == ("2", "He\n\nkeeps.")


def test_heading_and_opening_contain_employer_and_title() -> None:
    after, found = edit_by_hand(THREE, ("(Shore Company)", "(Coast Ltd)"), ('"Keeper"', '"Head Keeper"'))
    assert found.events == (
        SourceDescribed(
            employer="Coast Ltd", title="Head Keeper", employer_before="Shore Company", title_before="Keeper"
        ),
    )
    assert (after.employer, after.title) == ("Coast Ltd", "Head Keeper")


def test_an_opening_without_a_title_removes_none() -> None:
    assert edit_by_hand(THREE, ('for the "Keeper" position', "of this ad, which I like,"))[1].events == ()


# --- what is reported ---------------------------------------------------------------------------------------


def test_earlier_disagreements_with_the_codebook_are_not_reported_again() -> None:
    state = coded(("X9", LAMP), ("T1", SEA))
    after, found = edit_by_hand(state, (f'"{SEA}"', f'"{SEA}" (note)'))
    assert found.problems == ()
    _, found = edit_by_hand(after, ("- **X9:**", "- **X8:**"))
    assert [(problem.file, problem.severity) for problem in found.problems] == [(FILE, "warning")]
    assert "“X8”" in found.problems[0].message


def test_a_code_renamed_in_the_codebook_is_recognised_by_its_id() -> None:
    base = document(THREE)
    renamed = replace(BOOK, codes=(replace(BOOK.codes[0], name="Kindling"), *BOOK.codes[1:]))
    wanted = edited(THREE, (ENTRY1, ""), (ENTRY2, f'{ENTRY2}  - "{LOG}"\n'))
    found = reconcile(wanted, base, THREE, AD, renamed, FILE, numbered_ids())
    assert [type(event) for event in found.events] == [CodingRemoved, CodingAdded]
    assert found.events[1].code == "T1" if isinstance(found.events[1], CodingAdded) else False
    assert found.problems == ()


def test_codes_with_the_same_name_are_distinguished_by_the_ids_of_their_codings() -> None:
    names = replace(BOOK, label="{name}", codes=tuple(replace(code, name="Work") for code in BOOK.codes))
    unchanged = parse_document(render_document(project(THREE, names, AD)), FILE)[0]
    for base in (project(THREE, names, AD), None):
        assert reconcile(unchanged, base, THREE, AD, names, FILE, numbered_ids()).events == ()


def test_a_note_without_text_is_ignored() -> None:
    _, found = edit_by_hand(THREE, (ENTRY1, f"{ENTRY1}  - _()_\n"), ("### The light\n", "### The light\n\n*()*\n"))
    assert found.events == ()
    block = found.document.sections[0].blocks[0]
    assert [entry.id for entry in block.codes[0].entries] == ["c1", "", "c2"] and block.notes[0].id == ""
    after, _ = edit_by_hand(noted(("group", "light", "few")), ("_(few)_", "_( )_"))
    assert notes(after) == []


def test_entries_of_the_base_unknown_to_the_session_count_as_new() -> None:
    found = reconciled(edited(THREE), document(THREE), State())
    after = apply(State(), *found.events)
    assert quotations(after, "T1") == [(LAMP, ""), (MIRRORS, "why")]
    assert found.counts.added == 3


def test_the_document_is_returned_with_old_and_new_ids() -> None:
    wanted = edited(THREE, (ENTRY1, f'{ENTRY1}  - "{LOG}"\n'))
    found = reconciled(wanted, document(THREE), THREE)
    entries = found.document.sections[0].blocks[0].codes[0].entries
    assert [entry.id for entry in entries] == ["c1", "m000001", "c2"]
    assert [entry.line for entry in entries] == [entry.line for entry in wanted.sections[0].blocks[0].codes[0].entries]
    assert TEXT.count(LOG) == 1


@pytest.mark.parametrize("gone", [0, 550], ids=["none is gone", "most are gone"])
def test_every_line_of_a_long_document_that_contains_the_words_keeps_its_coding(gone: int) -> None:
    words = [f"{LAMP} {number}" for number in range(620)]
    state = apply(State(), *(replace(added(f"c{at}", "T1", LAMP, rank=at), words=one) for at, one in enumerate(words)))
    base = document(state)
    head, *entries = render_document(base).split("  - ")
    text = head + "".join(f"  - TODO {one}" for one in entries[gone:])
    after = apply(state, *reconciled(parse_document(text, "")[0], base, state).events)
    assert [coding.words for coding in after.live()] == words[gone:]

"""Documents without a known base: their content is added to a session, and nothing is removed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codetui.core.session.state import State
from codetui.formats.session_doc.markdown import parse_document
from codetui.model import (
    Anchor,
    Codebook,
    CodeId,
    Coding,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SourceDescribed,
    text_hash,
)
from codetui.study.reconcile import Reconciliation, reconcile
from testing import reconciliation
from testing.reconciliation import (
    AD,
    BOOK,
    FILE,
    LAMP,
    MIRRORS,
    SEA,
    TEXT,
    added,
    apply,
    coded,
    import_document,
    notes,
    numbered_ids,
    quotations,
)

DOCUMENT = f"""# Manual Coding Analysis: Job Ad #11 (Shore Company)

This document contains the manual coding for the "Keeper" position at Shore Company.

- **Assigned Profile:** `Keeper`
- **Reasoning:** He keeps.

---

## 1. Job Task Analysis

_(on the section)_

### The light

_(on the group)_ _(twice)_

- **T1: Lighting:** _(on the code)_
  - "{LAMP}" (why)
  - _(a remark)_

### The sea

- **T3: Watching:**
  - "{SEA}"

---

## 2. Tools

- **K1: Instruments:**
  - `sextant`
"""


def under(label: str, *entries: str) -> str:
    """Return a document with these entries under one code."""
    return "# Job Ad #11\n\n## 2. Tools\n\n" + f"- **{label}:**\n" + "".join(f"  - {entry}\n" for entry in entries)


def only(state: State) -> Coding:
    (coding,) = state.live()
    return coding


def words_at(anchor: Anchor | None) -> str:
    """Return the words of the ad at an anchor that belongs to its text."""
    assert anchor is not None and anchor.text_hash == text_hash(TEXT)
    assert TEXT[anchor.start : anchor.end] == anchor.words
    return anchor.words


def messages(taken: Reconciliation) -> list[tuple[int, str, str]]:
    assert all(problem.file == FILE for problem in taken.problems)
    return [(problem.line, problem.severity, problem.message) for problem in taken.problems]


# --- a fresh session ------------------------------------------------------------------------------------


def test_a_document_yields_its_codings_notes_and_profile() -> None:
    state, taken = import_document(DOCUMENT)
    assert [quotations(state, code) for code in ("T1", "T3", "K1")] == [[(LAMP, "why")], [(SEA, "")], [("sextant", "")]]
    assert notes(state) == [
        ("section", "tasks", "on the section"),
        ("group", "light", "on the group"),
        ("group", "light", "twice"),
        ("code", "T1", "on the code"),
        ("entry", "T1", "a remark"),
    ]
    assert (state.profile, state.reasoning) == ("1", "He keeps.")
    assert (state.employer, state.title) == ("", "")
    assert taken.problems == ()
    assert (taken.counts.exact, taken.counts.folded, taken.counts.added) == (2, 1, 8)


def test_quotations_are_anchored_with_the_ads_own_white_space() -> None:
    state, _ = import_document(DOCUMENT)
    sea = state.of_code(CodeId("T3"))[0]
    assert words_at(sea.anchor) == sea.words == "watch   the sea until dawn"


def test_ranks_continue_in_the_order_of_the_document() -> None:
    state, _ = import_document(DOCUMENT, coded(("T2", MIRRORS)))
    placed = [(one.rank, one.id) for one in (*state.live(), *state.notes.values())]
    assert sorted(placed) == [(1, "c1"), *((rank, f"m{rank - 1:06}") for rank in range(2, 10))]


def test_the_document_is_returned_with_the_id_of_every_entry_and_note() -> None:
    state, taken = import_document(DOCUMENT)
    tasks, tools = taken.document.sections
    light = tasks.blocks[1].codes[0]
    assert (tasks.id, tasks.blocks[1].id, light.id, tools.id) == (
        "tasks",
        "light",
        "T1",
        "tools",
    )
    assert state.codings[state.of_code(CodeId("T1"))[0].id].id == light.entries[0].id
    assert state.notes[MemoId(light.entries[1].id)].text == "a remark"
    assert state.notes[MemoId(tasks.blocks[0].notes[0].id)].target == MemoTarget(kind="section", id="tasks")


def test_missing_employer_and_title_are_imported() -> None:
    silent = replace(AD, employer="", title="")
    document = parse_document(DOCUMENT, FILE)[0]
    taken = reconcile(document, None, State(), silent, BOOK, FILE, numbered_ids())
    assert SourceDescribed(employer="Shore Company", title="Keeper") in taken.events
    known = apply(State(), SourceDescribed(employer="Coast", title=""))
    taken = reconcile(document, None, known, silent, BOOK, FILE, numbered_ids())
    assert taken.events[0] == SourceDescribed(employer="Coast", title="Keeper", employer_before="Coast")


# --- a session that holds something already ---------------------------------------------------------------


def test_content_of_the_session_is_not_added_again() -> None:
    before = coded(("T1", LAMP, "why"), ("T3", SEA), ("T3", SEA))
    state, taken = import_document(DOCUMENT, before)
    assert quotations(state, "T1") == [(LAMP, "why")]
    assert quotations(state, "T3") == [(SEA, ""), (SEA, "")]
    assert taken.document.sections[0].blocks[2].codes[0].entries[0].id == "c2"


def test_each_coding_of_the_session_matches_one_entry() -> None:
    state, taken = import_document(under("K1: Instruments", "`sextant`", "`sextant`"), coded(("K1", "sextant")))
    assert quotations(state, "K1") == [("sextant", ""), ("sextant", "")]
    assert taken.counts.added == 1


def test_a_missing_note_is_filled_in_and_a_different_note_makes_a_new_coding() -> None:
    before = coded(("K1", "sextant"), ("K1", "barometer", "mine"))
    state, taken = import_document(under("K1: Instruments", "`sextant` (brass)", "`barometer`"), before)
    assert quotations(state, "K1") == [("sextant", "brass"), ("barometer", "mine")]
    assert (taken.counts.added, taken.counts.changed) == (0, 1)
    state, taken = import_document(under("K1: Instruments", "`barometer` (theirs)"), before)
    assert quotations(state, "K1") == [("sextant", ""), ("barometer", "mine"), ("barometer", "theirs")]


def test_an_import_adds_a_removed_coding_again_as_a_new_one() -> None:
    from codetui.model import CodingId, CodingRemoved

    before = apply(coded(("K1", "sextant")), CodingRemoved(coding=CodingId("c1")))
    state, _ = import_document(under("K1: Instruments", "`sextant`"), before)
    assert quotations(state, "K1") == [("sextant", "")]
    assert state.codings[CodingId("c1")].is_removed


def test_an_entry_before_others_is_imported_before_them() -> None:
    state, taken = import_document(under("K1: Instruments", "`barometer`", "`sextant`"), coded(("K1", "sextant")))
    assert quotations(state, "K1") == [("barometer", ""), ("sextant", "")]
    assert taken.counts.moved == 0


@pytest.mark.parametrize(
    ("profile", "reasoning", "expected", "conflicts"),
    [
        ("", "", ("1", "He keeps."), 0),
        ("1", "", ("1", "He keeps."), 0),
        ("1", "He keeps.", ("1", "He keeps."), 0),
        ("1", "Other.", ("1", "Other."), 1),
        ("2", "", ("2", ""), 2),
        ("2", "Builds.", ("2", "Builds."), 2),
        ("", "Other.", ("1", "Other."), 1),
    ],
)
def test_the_sessions_profile_and_reasoning_are_kept_and_completed(
    profile: str, reasoning: str, expected: tuple[str, str], conflicts: int
) -> None:
    before = apply(State(), ProfileAssigned(profile=profile, reasoning=reasoning))
    state, taken = import_document(DOCUMENT, before)
    assert (state.profile, state.reasoning) == expected
    assert taken.counts.conflicts == conflicts == len(taken.problems)


# --- what the codebook lacks ------------------------------------------------------------------------------


def test_an_unknown_code_is_kept_under_its_label_and_reported() -> None:
    state, taken = import_document(under("K9. Boats", "`reef`"))
    assert quotations(state, "K9. Boats") == [("reef", "")]
    ((line, severity, message),) = messages(taken)
    assert (line, severity) == (5, "warning") and "no code “K9. Boats”" in message


def test_notes_under_unknown_headings_are_kept_and_reported() -> None:
    text = "# Job Ad #11\n\n## 9. Boats\n\n_(none)_\n\n### Oars\n\n_(few)_\n\n### Sails\n\n- **T1: Lighting:**\n"
    state, taken = import_document(text)
    assert notes(state) == [("section", "9. Boats", "none"), ("group", "Oars", "few")]
    assert [(line, severity) for line, severity, _ in messages(taken)] == [(3, "warning"), (7, "warning"), (11, "note")]


def test_a_code_under_a_wrong_heading_is_kept_and_reported() -> None:
    text = "# Job Ad #11\n\n## 1. Job Task Analysis\n\n### The sea\n\n- **T1: Lighting:**\n- **T3: Watching:**\n"
    text += f'- **K1: Instruments:**\n  - "{LAMP}"\n'
    state, taken = import_document(text)
    assert quotations(state, "K1") == [(LAMP, "")]
    assert [(line, severity) for line, severity, _ in messages(taken)] == [(7, "note"), (9, "note")]
    assert "under “The sea” here and under “The light” in the codebook" in taken.problems[0].message


def test_an_unknown_profile_is_kept_and_reported() -> None:
    state, taken = import_document(DOCUMENT.replace("`Keeper`", "`Pirate`"))
    assert state.profile == "Pirate"
    assert "no profile “Pirate”" in taken.problems[0].message


# --- places in the ad -------------------------------------------------------------------------------------


def test_words_with_several_places_get_none_and_are_reported() -> None:
    state, taken = import_document(under("K1: Instruments", "`sextant`", "`fog horn`"))
    assert [coding.anchor is None for coding in state.live()] == [False, True]
    ((line, severity, message),) = messages(taken)
    assert (line, severity) == (7, "warning") and "occurs 2 times" in message
    assert (taken.counts.exact, taken.counts.ambiguous) == (1, 1)


def test_as_many_entries_of_a_code_as_places_get_one_place_each() -> None:
    state, taken = import_document(under("K1: Instruments", "`fog horn`", "`fog horn`"))
    first, second = (coding.anchor for coding in state.live())
    assert words_at(first) == words_at(second) == "fog horn"
    assert first and second and first.start < second.start
    assert (taken.counts.exact, taken.problems) == (2, ())


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param(("`fog horn` (one)", "`fog horn` (other)"), id="told apart by their notes"),
        pytest.param(("`fog horn`", "`fog horn`", "`fog horn`"), id="one more than places"),
        pytest.param(("`You`", "`You`"), id="fewer than places"),
        pytest.param(("`ight`", "`ight`"), id="as many as places, but inside other words"),
    ],
)
def test_no_place_is_guessed_if_places_and_entries_do_not_match(entries: tuple[str, ...]) -> None:
    state, taken = import_document(under("K1: Instruments", *entries))
    assert [coding.anchor for coding in state.live()] == [None] * len(entries)
    assert taken.counts.ambiguous == len(entries) == len(taken.problems)


def test_entries_of_two_codes_do_not_count_together() -> None:
    state, _ = import_document(under("K1: Instruments", "`fog horn`") + '- **T1: Lighting:**\n  - "fog horn"\n')
    assert [coding.anchor for coding in state.live()] == [None, None]


def test_the_only_place_without_the_code_is_certain() -> None:
    before = apply(State(), added("c1", "K1", "fog horn", occurrence=2, rank=1))
    state, _ = import_document(under("K1: Instruments", "`fog horn`", "`fog horn`"), before)
    old, new = sorted(state.live(), key=lambda coding: coding.id)
    assert new.anchor and old.anchor and new.anchor.start < old.anchor.start


def test_a_proposed_or_missing_place_makes_the_others_uncertain() -> None:
    doubtful = apply(State(), replace(added("c1", "K1", "fog horn", occurrence=2, rank=1), is_proposed=True))
    state, _ = import_document(under("K1: Instruments", "`fog horn`", "`fog horn`"), doubtful)
    assert [coding.anchor is None for coding in state.live()] == [False, True]
    lost = apply(State(), replace(added("c1", "K1", "fog horn", rank=1), anchor=None))
    state, _ = import_document(under("K1: Instruments", *["`fog horn`"] * 3), lost)
    assert [coding.anchor for coding in state.live()] == [None] * 3


def test_codings_under_unknown_names_are_recognised_once_the_codebook_has_them() -> None:
    light = MemoTarget(kind="group", id="The light")
    before = apply(coded(("Lighting", LAMP)), MemoWritten(memo=MemoId("n1"), target=light, text="few", rank=2))
    assert reconciliation.reconciled(reconciliation.document(before), None, before).events == ()


def test_places_that_differ_only_in_white_space_are_equal() -> None:
    state, taken = import_document(under("K1: Instruments", '"watch the sea"'))
    assert only(state).anchor is None and taken.counts.ambiguous == 1
    state, _ = import_document(under("K1: Instruments", '"watch the sea"', '"watch the sea"'))
    assert [words_at(coding.anchor) for coding in state.live()] == ["watch   the sea", "watch the sea"]


def test_words_with_a_typo_get_a_proposed_place_to_check() -> None:
    state, taken = import_document(under("K1: Instruments", '"You polish the mirrrors every week."'))
    coding = only(state)
    assert coding.is_proposed and coding.words == "You polish the mirrrors every week."
    assert words_at(coding.anchor) == "You polish the mirrors every\nweek."
    ((line, severity, message),) = messages(taken)
    assert (line, severity) == (6, "warning") and "resembles" in message and "%): check it" in message
    assert taken.counts.fuzzy == 1


def test_words_missing_from_the_ad_are_kept_without_a_place() -> None:
    state, taken = import_document(under("K1: Instruments", '"Zwem elke dag in zee"'))
    assert (only(state).anchor, only(state).words) == (None, "Zwem elke dag in zee")
    assert "is not in the ad" in taken.problems[0].message and taken.problems[0].line == 6


def test_a_marked_cut_stays_as_it_is_written() -> None:
    state, taken = import_document(under("K1: Instruments", '"...polish the mirrors every week..."'))
    assert only(state).words == "...polish the mirrors every week..."
    assert words_at(only(state).anchor) == "polish the mirrors every\nweek"
    assert (taken.counts.folded, taken.problems) == (1, ())


def test_an_ad_without_text_yields_codings_without_a_place() -> None:
    taken = reconcile(
        parse_document(DOCUMENT, FILE)[0], None, State(), replace(AD, text=""), BOOK, FILE, numbered_ids()
    )
    assert (taken.counts.orphan, taken.counts.added) == (3, 8)


def test_a_document_is_imported_with_an_empty_codebook() -> None:
    state = apply(
        State(),
        *reconcile(
            parse_document(DOCUMENT, FILE)[0], None, State(), AD, Codebook(title=""), FILE, numbered_ids()
        ).events,
    )
    assert {coding.code for coding in state.live()} == {"T1: Lighting", "T3: Watching", "K1: Instruments"}
    assert len([note for note in state.notes.values() if note.text]) == 5

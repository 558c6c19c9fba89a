"""Codings follow the codebook: by rules, in order, with nothing lost, and only once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.diff import PartKind
from codetui.core.codebook.migration import (
    MigrationMap,
    MigrationResult,
    PendingDecision,
    Rule,
    id_of_document_label,
    migrate,
    pending_decisions,
    propose,
    version_name,
)
from codetui.core.session.commands import Decision, DecisionContext, Redo, Undo
from codetui.core.session.decide import decide, undo_events
from codetui.core.session.state import State, evolve, replay
from codetui.model import (
    Anchor,
    Cause,
    Code,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    CodingRecoded,
    CodingRemoved,
    Event,
    Group,
    MemoId,
    MemoTarget,
    MemoWritten,
    Profile,
    ProfileAssigned,
    Section,
    Transaction,
    TransactionId,
)

SECTION = Section(id="S", title="Tasks")


def book(version: str, *codes: str, profiles: str = "", retired: str = "", groups: str = "") -> Codebook:
    """Return a book with these codes in one section, named in its hash."""
    names = (*codes, *retired)
    return Codebook(
        title="B",
        version=version,
        sections=(SECTION,),
        groups=tuple(Group(id=each, section="S", title=f"Group {each}") for each in groups),
        profiles=tuple(Profile(id=each, name=f"Profile {each} of {version}") for each in profiles),
        codes=tuple(Code(id=CodeId(each), name=each, section="S", is_retired=each in retired) for each in names),
        content_hash=(version + "".join(names)).ljust(64, "0"),
    )


OLD, NEW = book("1", "A", "B", "C"), book("2", "X", "Y", "C")


def rules(
    kind: PartKind = "code", old: Codebook = OLD, new: Codebook = NEW, **targets: str | tuple[str, ...]
) -> MigrationMap:
    """Return a map with one rule for each old id."""
    found = [Rule(kind, name, (to,) if isinstance(to, str) and to else tuple(to)) for name, to in targets.items()]
    return MigrationMap(tuple(found), version_name(old), version_name(new))


def coded(*codes: str, first: int = 0) -> tuple[Event, ...]:
    """Return a session with one coding for each code, on the words 0, 1, 2 …"""
    return tuple(
        CodingAdded(
            coding=CodingId(f"c{number}"),
            code=CodeId(code),
            anchor=Anchor(text_hash="h", start=number, end=number + 1, words="w"),
            words="w",
            rank=number,
        )
        for number, code in enumerate(codes, first)
    )


def then(
    state: State, *events: Event, under: Codebook = OLD, cause: Cause = "hand", source: str = "", target: str = ""
) -> State:
    """Return the state after one more transaction."""
    seq = state.seq + 1
    transaction = Transaction(
        id=TransactionId(f"t{seq}"),
        seq=seq,
        time="",
        coder="Anna",
        codebook=version_name(under),
        cause=cause,
        from_name=source,
        target=TransactionId(target) if target else None,
        events=events,
    )
    return evolve(state, transaction)


def run(state: State, by: MigrationMap, new: Codebook = NEW, old: Codebook | None = None) -> MigrationResult:
    ids = count()
    return migrate(state, by, new, lambda: f"new{state.seq}-{next(ids)}", old)


def migrated(state: State, by: MigrationMap, new: Codebook = NEW, old: Codebook | None = None) -> State:
    """Return the state after the migration, as one transaction."""
    return then(state, *run(state, by, new, old).events, under=new, cause="migration", source=by.name)


def codes_of(state: State) -> list[str]:
    return [coding.code for coding in state.live()]


def texts(state: State) -> Counter[tuple[str, str, str]]:
    return Counter((note.target.kind, note.target.id, note.text) for note in state.notes.values() if note.text)


START = then(State(), *coded("A", "B", "A", "C"))


# --- codes ------------------------------------------------------------------------------------------


def test_codings_get_the_new_id_of_their_code_and_others_stay() -> None:
    assert codes_of(migrated(START, rules(A="X"))) == ["X", "B", "X", "C"]


def test_swapped_ids_change_once() -> None:
    new = book("2", "A", "B")
    assert codes_of(migrated(START, rules(A="B", B="C", C="A", new=new), new)) == ["B", "C", "B", "A"]


def test_merged_codes_keep_the_order_of_assigning() -> None:
    state = migrated(START, rules(A="X", B="X"))
    assert [coding.id for coding in state.of_code(CodeId("X"))] == ["c0", "c1", "c2"]


def test_codings_of_a_split_code_missing_from_the_book_are_pending() -> None:
    by = rules(A=("X", "Y"))
    found = run(START, by)
    assert not found.events
    assert [each for each in found.pending if each.code == "A"] == [
        PendingDecision(CodingId("c0"), "A", "split", ("X", "Y")),
        PendingDecision(CodingId("c2"), "A", "split", ("X", "Y")),
    ]


def test_codings_of_a_split_code_that_remains_are_pending_under_another_id() -> None:
    new = book("2", "A", "Y")
    by = rules(A=("A", "Y"), new=new)
    state = migrated(START, by, new)
    assert codes_of(state) == ["A?", "B", "A?", "C"]
    assert pending_decisions(state, new, by)[0] == PendingDecision(CodingId("c0"), "A?", "split", ("A", "Y"))
    decided = then(
        state,
        CodingRecoded(coding=CodingId("c0"), code=CodeId("A"), rank=9, code_before=CodeId("A?"), rank_before=0),
        under=new,
    )
    assert [each.coding for each in pending_decisions(decided, new, by) if each.reason == "split"] == ["c2"]
    assert not run(decided, by, new).events


def test_codings_of_a_split_and_retired_code_are_pending() -> None:
    new = book("2", "X", "Y", "B", "C", retired="A")
    by = rules(A=("X", "Y"), new=new)
    found = run(START, by, new)
    assert not found.events
    assert found.pending[0] == PendingDecision(CodingId("c0"), "A", "split", ("X", "Y"))


def test_codings_of_a_retired_code_are_pending() -> None:
    for new in (NEW, book("2", "X", "Y", "C", retired="A")):
        found = run(START, rules(A="", new=new), new)
        assert not found.events
        assert [(each.code, each.reason) for each in found.pending] == [
            ("A", "retired"),
            ("B", "unknown"),
            ("A", "retired"),
        ]


def test_codings_of_a_retired_code_with_a_reused_id_are_pending_under_another_id() -> None:
    new = book("2", "A")
    assert codes_of(migrated(START, rules(A="", new=new), new)) == ["A?", "B", "A?", "C"]


def test_codings_of_a_retired_code_still_in_the_new_book_are_pending() -> None:
    new = book("2", "A", "B", "C")
    by = MigrationMap((Rule("code", "A", is_same=True),), version_name(OLD), version_name(new))
    found = run(START, by, new)
    assert not found.events
    assert [(each.coding, each.reason) for each in found.pending] == [("c0", "retired"), ("c2", "retired")]


def test_pending_codings_get_their_code_from_later_rules() -> None:
    new = book("2", "A", "Y")
    state = migrated(START, rules(A=("A", "Y"), new=new), new)
    assert codes_of(migrated(state, rules(A="Y", new=new), new)) == ["Y", "B", "Y", "C"]


def test_words_coded_twice_by_a_merge_are_pending() -> None:
    same = tuple(replace(each, coding=CodingId(f"d{n}"), code=CodeId("B")) for n, each in enumerate(coded("A")))
    state = then(State(), *coded("A"), *same)
    found = run(state, rules(A="X", B="X"))
    assert [(each.coding, each.reason) for each in found.pending] == [("d0", "twice")]
    assert len(migrated(state, rules(A="X", B="X")).live()) == 2


def test_a_removed_coding_is_not_migrated_and_can_be_restored() -> None:
    state = then(START, CodingRemoved(coding=CodingId("c0")))
    assert [event.coding for event in run(state, rules(A="X")).events if isinstance(event, CodingRecoded)] == ["c2"]


# --- once and no more -------------------------------------------------------------------------------


def test_the_same_rules_apply_once() -> None:
    new = book("2", "A", "B", "C")
    by = rules(A="B", B="A", new=new)
    state = migrated(START, by, new)
    assert run(state, by, new).events == ()
    edited = replace(new, version="3", content_hash="f" * 64)
    assert run(state, by, edited).events == ()


def test_rules_without_books_apply_once_even_after_an_edit_of_the_book() -> None:
    new = book("2", "A", "B", "C")
    by = MigrationMap((Rule("code", "A", ("B",)), Rule("code", "B", ("A",))))
    state = migrated(START, by, new)
    assert run(state, by, replace(new, content_hash="f" * 64)).events == ()


def test_codings_made_with_the_new_book_stay() -> None:
    new = book("2", "A", "B", "C")
    state = then(START, *coded("A", first=7), under=new)
    found = run(state, rules(A="B", B="C", new=new), new)
    assert [event.coding for event in found.events if isinstance(event, CodingRecoded)] == ["c0", "c1", "c2"]
    assert found.left == 1


def test_codings_made_with_a_later_edition_of_the_new_version_stay() -> None:
    new = book("2", "A", "B", "C")
    edited = replace(new, content_hash="e" * 64)
    state = then(State(), *coded("A"), under=edited)
    assert run(state, rules(A="B", new=new), new).left == 1


def test_a_recoded_coding_counts_as_made_with_the_book_of_the_recoding() -> None:
    new = book("2", "A", "B", "C")
    recoded = CodingRecoded(coding=CodingId("c3"), code=CodeId("A"), rank=9, code_before=CodeId("C"), rank_before=3)
    state = then(START, recoded, under=new)
    assert "c3" not in [event.coding for event in run(state, rules(A="B", new=new), new).events]  # type: ignore[union-attr]
    undone = then(state, *undo_events(state.done_steps.newest), cause="undo", target="t2", under=new)  # type: ignore[union-attr]
    assert run(undone, rules(C="A", new=new), new).left == 0


def test_rules_without_a_book_use_the_given_one() -> None:
    new = book("2", "A", "B", "C")
    by = MigrationMap((Rule("code", "A", ("B",)),))
    edited = then(State(), *coded("A"), under=replace(new, content_hash="e" * 64))
    assert run(edited, by, new, OLD).left == 1
    assert run(edited, by, new).left == 0


def test_books_of_the_same_version_are_distinguished_only_by_their_hash() -> None:
    new = replace(book("1", "A", "B"), content_hash="b" * 64)
    assert codes_of(migrated(START, rules(A="B", new=new), new)) == ["B", "B", "B", "C"]


def test_codes_are_merged_within_one_book() -> None:
    assert codes_of(migrated(START, rules(A="B", new=OLD), OLD)) == ["B", "B", "B", "C"]


def test_one_undo_reverts_the_whole_migration_and_redo_repeats_it() -> None:
    by = rules(A="X", B="X")
    noted = then(START, note("code", "A", "why"))
    state = migrated(noted, by)
    assert state.done_steps is not None
    undone = then(state, *undo_events(state.done_steps.newest), cause="undo", target=state.done_steps.newest.id)
    assert undone.live() == noted.live()
    assert texts(undone) == texts(noted)
    assert codes_of(migrated(undone, by)) == codes_of(state)


def test_undo_and_redo_describe_the_reverted_step() -> None:
    state = migrated(START, rules(A="X"))
    study = DecisionContext(NEW, "", "h", "id")
    done = decide(state, Undo(), study)
    assert isinstance(done, Decision) and done.message.endswith("1#1ABC00000000 to 2#2XYC00000000 (2 codings).")
    undone = then(state, *done.events, cause="undo", target=done.target or "")
    again = decide(undone, Redo(), study)
    assert isinstance(again, Decision) and again.message.startswith("Redone: the migration from 1#")
    redone = then(undone, *again.events, cause="redo", target=again.target or "")
    assert codes_of(redone) == codes_of(state)
    assert run(redone, rules(A="X")).was_applied


# --- notes ------------------------------------------------------------------------------------------


def note(kind: str, id_: str, text: str, rank: int = 5) -> MemoWritten:
    return MemoWritten(
        memo=MemoId(f"n-{kind}-{id_}-{text}"),
        target=MemoTarget(kind=kind, id=id_),  # type: ignore[arg-type]
        text=text,
        rank=rank,
    )


def test_notes_move_with_their_code() -> None:
    state = then(START, note("code", "A", "on A"), note("entry", "A", "one"), note("entry", "A", "two", 6))
    after = migrated(state, rules(A="X"))
    assert texts(after) == Counter({("code", "X", "on A"): 1, ("entry", "X", "one"): 1, ("entry", "X", "two"): 1})
    assert run(state, rules(A="X")).notes == 3


def test_notes_of_merged_codes_become_one_note() -> None:
    state = then(START, note("code", "B", "on B", 5), note("code", "A", "on A", 6))
    assert texts(migrated(state, rules(A="X", B="X"))) == Counter({("code", "X", "on B on A"): 1})


def test_a_moved_note_follows_the_existing_one() -> None:
    state = then(START, note("code", "C", "on C", 9), note("code", "A", "on A", 5))
    assert texts(migrated(state, rules(A="C"))) == Counter({("code", "C", "on C on A"): 1})


def test_notes_are_swapped_with_their_codes() -> None:
    state = then(START, note("code", "A", "on A"), note("code", "C", "on C"))
    after = migrated(state, rules(A="C", C="A", new=OLD), OLD)
    assert texts(after) == Counter({("code", "C", "on A"): 1, ("code", "A", "on C"): 1})


def test_a_note_that_was_written_with_the_new_book_stays() -> None:
    new = book("2", "A", "B")
    state = then(START, note("code", "A", "about the new A"), under=new)
    assert texts(migrated(state, rules(A="B", new=new), new)) == Counter({("code", "A", "about the new A"): 1})


def test_notes_on_groups_and_sections_move_with_them() -> None:
    new = book("2", groups="H")
    by = MigrationMap((Rule("group", "G", ("H",)), Rule("section", "T", ("S",))), "1#a", version_name(new))
    state = then(State(), note("group", "G", "g"), note("section", "T", "s"))
    assert texts(migrated(state, by, new)) == Counter({("group", "H", "g"): 1, ("section", "S", "s"): 1})


def test_a_note_on_a_pending_code_is_pending_too() -> None:
    new = book("2", "A")
    state = then(START, note("code", "A", "why"))
    assert texts(migrated(state, rules(A="", new=new), new)) == Counter({("code", "A?", "why"): 1})


# --- profiles ---------------------------------------------------------------------------------------

OLD_PROFILES, NEW_PROFILES = book("1", profiles="123"), book("2", profiles="12")
CLASSED = then(State(), ProfileAssigned(profile="1", reasoning="because"), under=OLD_PROFILES)


def test_a_profile_gets_its_new_id_and_keeps_its_reasoning() -> None:
    by = rules("profile", OLD_PROFILES, NEW_PROFILES, **{"1": "2"})
    state = migrated(CLASSED, by, NEW_PROFILES)
    assert (state.profile, state.reasoning) == ("2", "because")
    assert run(CLASSED, by, NEW_PROFILES).counts == {Rule("profile", "1", ("2",)): 1}


def test_a_profile_that_was_assigned_with_the_new_book_stays() -> None:
    by = rules("profile", OLD_PROFILES, NEW_PROFILES, **{"1": "2"})
    state = then(State(), ProfileAssigned(profile="1", reasoning="because"), under=NEW_PROFILES)
    assert run(state, by, NEW_PROFILES).events == ()


@pytest.mark.parametrize(
    ("old", "waits_as"), [(OLD_PROFILES, "Profile 1 of 1"), (None, "1?"), (replace(OLD_PROFILES, profiles=()), "1?")]
)
def test_an_undecided_profile_is_pending_under_its_old_name(old: Codebook | None, waits_as: str) -> None:
    by = rules("profile", OLD_PROFILES, NEW_PROFILES, **{"1": ("1", "2")})
    state = migrated(CLASSED, by, NEW_PROFILES, old)
    assert state.profile == waits_as
    assert pending_decisions(state, NEW_PROFILES, by, old) == (PendingDecision(None, waits_as, "split", ("1", "2")),)


def test_a_profile_named_in_a_document_is_recognised() -> None:
    state = then(State(), ProfileAssigned(profile="Profile 3 of 1", reasoning=""), under=OLD_PROFILES)
    by = rules("profile", OLD_PROFILES, NEW_PROFILES, **{"3": "2"})
    assert migrated(state, by, NEW_PROFILES, OLD_PROFILES).profile == "2"


# --- any rules --------------------------------------------------------------------------------------

IDS = ["A", "B", "C", "D"]
TARGETS = st.lists(st.sampled_from(IDS), max_size=2, unique=True).map(tuple)
MAPS = st.dictionaries(st.sampled_from([*IDS, "E"]), TARGETS)


@given(
    st.lists(st.sampled_from([*IDS, "E"]), max_size=8),
    MAPS,
    st.lists(st.sampled_from(IDS), unique=True),
    st.sets(st.sampled_from([*IDS, "E"])),
)
def test_no_coding_or_note_is_lost_duplicated_or_moved_twice(
    codes: list[str], targets: dict[str, tuple[str, ...]], known: list[str], noted: set[str]
) -> None:
    new = book("2", *known)
    by = MigrationMap(tuple(Rule("code", old, to) for old, to in targets.items()), version_name(OLD), version_name(new))
    before = then(State(), *coded(*codes), *(note("code", each, f"on {each}") for each in sorted(noted)))
    after = migrated(before, by, new)
    assert [(each.id, each.rank, each.words) for each in after.live()] == [
        (each.id, each.rank, each.words) for each in before.live()
    ]
    words = [word for text in texts(after) for word in text[2].split() if word != "on"]
    assert sorted(words) == sorted(noted)
    for old, coding in zip(codes, after.live(), strict=True):
        to = targets.get(old)
        if to is not None and len(to) == 1:
            assert coding.code == to[0]
        elif to is None:
            assert coding.code == old
        else:
            assert coding.code.rstrip("?") == old and coding.code not in known
    assert run(after, by, new).events == ()
    if after.done_steps and after.done_steps.newest.cause == "migration":
        undone = then(after, *undo_events(after.done_steps.newest), cause="undo", target=after.done_steps.newest.id)
        assert undone.live() == before.live() and texts(undone) == texts(before)


# --- proposals --------------------------------------------------------------------------------------


def code(id_: str, name: str, definition: str = "") -> Code:
    return Code(id=CodeId(id_), name=name, section="S", definition=definition)


def test_rules_are_proposed_by_name_by_definition_and_by_likeness() -> None:
    definition = "Keeps the lamp burning through the night."
    old = replace(
        OLD,
        codes=(
            code("1.1", "Watching"),
            code("1.2", "Lamps", definition),
            code("1.3", "Software Development & Integration"),
            code("1.4", "Painting"),
            code("5", "Rowing"),
        ),
    )
    new = replace(
        NEW,
        codes=(
            code("T1", "Lighting", definition),
            code("T2", "Software Development"),
            code("T3", "watching"),
            code("5", "Rowing boats"),
        ),
    )
    found = propose(old, new)
    assert [rule for rule in found.rules if rule.part == "code"] == [
        Rule("code", "1.1", ("T3",)),
        Rule("code", "1.2", ("T1",)),
        Rule("code", "1.3", ("T2",)),
        Rule("code", "1.4", ()),
    ]
    likely = {rule.old: rule.likeness for rule in found.rules}
    assert likely["1.1"] == likely["1.2"] == 1.0 and 0.8 <= likely["1.3"] < 1.0
    assert (found.old_book, found.new_book, found.is_checked) == (version_name(old), version_name(new), False)


def test_a_rule_is_proposed_for_an_id_reused_by_another_code() -> None:
    old = replace(OLD, codes=(code("T1", "Watching"), code("T2", "Lighting")))
    new = replace(NEW, codes=(code("T1", "Lighting"), code("T2", "Watching"), code("T3", "Rowing")))
    assert [(rule.old, rule.new) for rule in propose(old, new).rules] == [("T1", ("T2",)), ("T2", ("T1",))]


def test_no_rules_are_proposed_for_an_unchanged_book() -> None:
    assert propose(OLD, OLD).rules == ()


def test_the_log_replays_to_the_migrated_state() -> None:
    by = rules(A="X", B=("X", "Y"))
    state = migrated(START, by)
    steps = []
    at = state.done_steps
    while at:
        steps.append(at.newest)
        at = at.earlier
    assert replay(steps).live() == state.live()


@pytest.mark.parametrize(
    ("label", "id_"),
    [
        ("T5? (waits: T5 of an earlier codebook)", "T5?"),
        ("T5?: Baking (waits: T5 of an earlier codebook):", "T5?"),
        ("T5??: Baking: bread (rye) (waits: T5 of an earlier codebook)", "T5??"),
        ("Baking: Baking (waits: Baking of an earlier codebook)", "Baking"),
        ("1.A. 2?: Baking (waits: 1.A. 2 of an earlier codebook)", "1.A. 2?"),
        ("T5 (waits: T5 of an earlier codebook)", "T5 (waits: T5 of an earlier codebook)"),
        ("T55?: Baking (waits: T5 of an earlier codebook)", "T55?: Baking (waits: T5 of an earlier codebook)"),
        ("T5?: Baking", "T5?: Baking"),
        ("Baking (waits: a while)", "Baking (waits: a while)"),
    ],
)
def test_a_label_with_the_remark_of_an_earlier_code_has_its_id(label: str, id_: str) -> None:
    assert id_of_document_label(label) == id_

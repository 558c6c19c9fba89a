"""What changed between two codebooks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.diff import (
    LIKELY,
    Change,
    Identity,
    Pair,
    WordRun,
    diff,
    likeness,
    nearest,
    pair_parts,
    word_diff,
)
from codetui.model import Code, Codebook, CodebookText, CodeId, Group, Profile, Section

BOOK = Codebook(
    title="Lights",
    version="1",
    profiles=(Profile(id="1", name="Keeper", definition="Keeps the light.", projects=("a log",)),),
    sections=(Section(id="S", title="Tasks"), Section(id="T", title="Tools")),
    groups=(Group(id="G", section="S", title="Core"), Group(id="H", section="S", title="More")),
    codes=(
        Code(
            id=CodeId("T1"), name="Lighting", section="S", group="G", definition="Lights the lamp.", examples=("a", "b")
        ),
        Code(id=CodeId("T2"), name="Watching", section="S", definition="Looks out."),
        Code(id=CodeId("T3"), name="Rowing", section="S"),
    ),
    texts=(CodebookText(title="Principles", body="Read all."),),
)


def changed(**parts: object) -> Codebook:
    return replace(BOOK, **parts)  # type: ignore[arg-type]


def with_code(number: int, **fields: object) -> Codebook:
    codes = list(BOOK.codes)
    codes[number] = replace(codes[number], **fields)  # type: ignore[arg-type]
    return replace(BOOK, codes=tuple(codes))


def only(new: Codebook) -> Change:
    found = diff(BOOK, new)
    assert len(found) == 1, found
    return found[0]


def kinds(new: Codebook) -> list[tuple[str, str, str]]:
    return [(change.part, change.kind, change.id) for change in diff(BOOK, new)]


def test_a_book_is_like_itself() -> None:
    assert diff(BOOK, BOOK) == ()


def test_a_renamed_code_is_reported() -> None:
    change = only(with_code(0, name="Burning"))
    assert (change.kind, change.id, change.field, change.before, change.after) == (
        "renamed",
        "T1",
        "name",
        "Lighting",
        "Burning",
    )


def test_a_redefined_code_lists_the_changed_words() -> None:
    change = only(with_code(0, definition="Lights  every lamp.\nTwice."))
    assert change.kind == "redefined"
    assert change.words == (
        WordRun("same", "Lights"),
        WordRun("removed", "the"),
        WordRun("added", "every"),
        WordRun("same", "lamp."),
        WordRun("added", "Twice."),
    )


def test_changed_line_breaks_are_ignored() -> None:
    assert diff(BOOK, with_code(0, definition="Lights\nthe lamp.")) == ()


def test_added_and_removed_codes_are_reported() -> None:
    new = changed(codes=(*BOOK.codes[:2], Code(id=CodeId("T4"), name="Painting", section="S")))
    assert kinds(new) == [("code", "removed", "T3"), ("code", "added", "T4")]


def test_added_and_removed_examples_are_reported() -> None:
    found = diff(BOOK, with_code(0, examples=("b", "c")))
    assert [(each.kind, each.field, each.before or each.after) for each in found] == [
        ("lost", "examples", "a"),
        ("gained", "examples", "c"),
    ]


def test_a_code_moved_to_another_section_and_out_of_its_group_is_reported() -> None:
    found = diff(BOOK, with_code(0, section="T", group=""))
    assert [(each.kind, each.field, each.before, each.after) for each in found] == [
        ("moved", "section", "S", "T"),
        ("moved", "group", "G", ""),
    ]


def test_a_renumbered_group_does_not_move_its_codes() -> None:
    groups = (replace(BOOK.groups[0], id="G1"), BOOK.groups[1])
    new = replace(with_code(0, group="G1"), groups=groups)
    assert [(each.part, each.kind, each.before, each.after) for each in diff(BOOK, new)] == [
        ("group", "renumbered", "G", "G1")
    ]


def test_a_renumbered_code_is_recognised_by_its_name() -> None:
    change = only(with_code(1, id=CodeId("X9")))
    assert (change.kind, change.before, change.after, change.likeness) == ("renumbered", "T2", "X9", 1.0)


def test_a_renumbered_code_with_another_name_is_only_probably_the_same() -> None:
    definition = "Looks out over the sea, by day and by night, for ships and for fog."
    old = with_code(1, definition=definition)
    new = with_code(1, id=CodeId("X9"), name="Observing", definition=definition.replace("fog", "fires"))
    found = diff(old, new)
    assert [each.kind for each in found] == ["renumbered", "renamed", "redefined"]
    assert all(LIKELY <= each.likeness < 1 for each in found)


def test_swapped_codes_are_matched() -> None:
    one, two = BOOK.codes[:2]
    new = changed(codes=(replace(two, id=one.id), replace(one, id=two.id), BOOK.codes[2]))
    assert [(each.kind, each.before, each.after) for each in diff(BOOK, new)] == [
        ("renumbered", "T1", "T2"),
        ("renumbered", "T2", "T1"),
    ]


def test_an_id_without_other_evidence_pairs_with_itself() -> None:
    assert [each.kind for each in diff(BOOK, with_code(2, name="Keeping the books"))] == ["renamed"]


def test_a_retired_and_reinstated_code_is_reported() -> None:
    retired = with_code(0, is_retired=True)
    assert only(retired).kind == "retired"
    assert [each.kind for each in diff(retired, BOOK)] == ["reinstated"]


@pytest.mark.parametrize(("field", "value"), [("include", "x"), ("exclude", "x"), ("found_in", "755")])
def test_changes_of_other_fields_of_a_code_are_reported(field: str, value: str) -> None:
    change = only(with_code(0, **{field: value}))
    assert (change.kind, change.field, change.after, change.words) == (
        "changed",
        field,
        value,
        (WordRun("added", value),),
    )


def test_changes_of_profiles_sections_texts_and_the_book_are_reported() -> None:
    new = changed(
        version="2",
        profiles=(replace(BOOK.profiles[0], subtitle="By night", projects=()),),
        sections=(replace(BOOK.sections[0], title="Work"), replace(BOOK.sections[1], holds="terms")),
        texts=(CodebookText(title="Principles", body="Read everything."), CodebookText(title="Thanks", body="To all.")),
    )
    assert [(each.part, each.kind, each.field) for each in diff(BOOK, new)] == [
        ("book", "changed", "version"),
        ("profile", "changed", "subtitle"),
        ("profile", "lost", "projects"),
        ("section", "renamed", "title"),
        ("section", "changed", "holds"),
        ("text", "changed", "body"),
        ("text", "added", ""),
    ]


WORDS = st.lists(st.sampled_from(["lamp", "the", "a", "sea", "of"]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_a_word_diff_holds_both_texts(old: str, new: str) -> None:
    runs = word_diff(old, new)
    assert " ".join(run.words for run in runs if run.kind != "added") == old
    assert " ".join(run.words for run in runs if run.kind != "removed") == new
    assert all(run.words for run in runs)


def test_a_text_too_long_to_compare_is_shown_as_replaced() -> None:
    old, new = "lamp " * 6_000, "lamp " * 6_001
    assert [run.kind for run in word_diff(old, new)] == ["removed", "added"]
    assert [run.kind for run in word_diff(old, old.upper().lower())] == ["same"]


NAMES = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["Lamps", "Lamp", "Boats", "Sea", ""])),
    unique_by=lambda each: each[0],
)


@given(NAMES, NAMES)
def test_each_part_is_in_one_pair_at_most(olds: list[tuple[str, str]], news: list[tuple[str, str]]) -> None:
    old, new = ([Identity(id_, name, "") for id_, name in each] for each in (olds, news))
    pairs = pair_parts(old, new)
    assert len({pair.old for pair in pairs}) == len({pair.new for pair in pairs}) == len(pairs)
    assert {pair.old for pair in pairs} <= {each.id for each in old}
    assert {pair.new for pair in pairs} <= {each.id for each in new}
    left_old, left_new = (
        {each.id for each in old} - {p.old for p in pairs},
        {each.id for each in new} - {p.new for p in pairs},
    )
    assert not left_old & left_new
    assert pair_parts(old, old) == [Pair(each.id, each.id) for each in old]


def test_the_nearest_parts_come_first() -> None:
    parts = [Identity("1", "Boats", ""), Identity("2", "Lamp oil", ""), Identity("3", "Lamps", "")]
    found = nearest(Identity("9", "Lamps", ""), parts)
    assert [each.id for each, _ in found] == ["3", "2"]
    assert likeness(parts[2], Identity("9", "lamps", "")) == 1.0

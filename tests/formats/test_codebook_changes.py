"""The changes between two codebooks as sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codetui.core.codebook.diff import WordRun, diff, word_diff
from codetui.formats.codebook.changes import marked, sentences
from codetui.model import Code, Codebook, CodebookText, CodeId, Group, Profile, Section


def code(id_: str, name: str, **fields: object) -> Code:
    return replace(Code(id=CodeId(id_), name=name, section="S"), **fields)  # type: ignore[arg-type]


BOOK = Codebook(
    title="Lights",
    version="1",
    profiles=(Profile(id="1", name="Keeper", evidence="Much of what is coded is T1."),),
    sections=(Section(id="S", title="Tasks"), Section(id="U", title="Tools")),
    groups=(Group(id="G", section="S", title="Core"), Group(id="H", section="S", title="More")),
    codes=(
        code("T1", "Lighting", definition="Lights the lamp at dusk.", examples=("a", "b"), group="G"),
        code("T2", "Watching"),
        code("T3", "Rowing"),
        code("T4", "Painting"),
    ),
)


def changes_of(*codes: Code, **parts: object) -> list[str]:
    """Return the sentences for a book with other codes or parts."""
    new = replace(BOOK, **({"codes": codes} if codes else {}), **parts)  # type: ignore[arg-type]
    return sentences(diff(BOOK, new), BOOK, new)


def with_first(**fields: object) -> list[str]:
    first, *others = BOOK.codes
    return changes_of(replace(first, **fields), *others)  # type: ignore[arg-type]


def test_an_unchanged_book_has_no_changes() -> None:
    assert changes_of() == ["Nothing was changed."]


def test_added_and_removed_codes_share_a_sentence() -> None:
    assert changes_of(*BOOK.codes[:2], code("T5", "Sewing"), code("T6", "Cooking"), code("T7", "Singing")) == [
        "2 codes were removed: T3 “Rowing” and T4 “Painting”.",
        "3 codes were added: T5 “Sewing”, T6 “Cooking” and T7 “Singing”.",
    ]
    assert changes_of(*BOOK.codes[:3]) == ["1 code was removed: T4 “Painting”."]


def test_codes_that_were_only_renumbered_share_a_sentence() -> None:
    one, two, three, four = BOOK.codes
    assert changes_of(one, two, replace(three, id=CodeId("X1")), replace(four, id=CodeId("X2"))) == [
        "2 codes were renumbered: T3 to X1 “Rowing” and T4 to X2 “Painting”."
    ]


def test_a_renamed_code_is_described() -> None:
    assert with_first(name="Burning") == ["T1 was renamed from “Lighting” to “Burning”."]


def test_a_renamed_and_renumbered_code_is_described() -> None:
    assert with_first(id=CodeId("X1"), name="Burning") == ["T1 “Lighting” became X1 “Burning”."]


def test_a_code_that_is_probably_the_same_is_described() -> None:
    [first, *_] = with_first(id=CodeId("X1"), name="Lighting lamps", definition="")
    assert first == "T1 “Lighting” is probably now X1 “Lighting lamps” (their likeness is 0.86)."


@pytest.mark.parametrize(
    ("definition", "sentence"),
    [
        (
            "Lights every lamp at dusk.",
            "The definition of T1 “Lighting” was changed: Lights [-the-] {+every+} lamp at dusk.",
        ),
        ("", "The definition of T1 “Lighting” was removed: “Lights the lamp at dusk.”"),
        (
            "Oils the wheels.",
            "The definition of T1 “Lighting” was rewritten, from “Lights the lamp at dusk.” to “Oils the wheels.”",
        ),
    ],
)
def test_a_changed_definition_is_described(definition: str, sentence: str) -> None:
    assert with_first(definition=definition) == [sentence]


def test_a_new_definition_is_described() -> None:
    one, two, *others = BOOK.codes
    assert changes_of(one, replace(two, definition="Looks out."), *others) == [
        "The definition of T2 “Watching” is new: “Looks out.”"
    ]


def test_added_and_removed_examples_are_reported() -> None:
    assert with_first(examples=("c", "d", "b")) == [
        "T1 “Lighting” gained 2 examples: “c” and “d”, and lost 1 example: “a”."
    ]


@pytest.mark.parametrize(
    ("group", "section", "sentence"),
    [
        ("H", "S", "T1 “Lighting” was moved from group “Core” to “More”."),
        ("", "S", "T1 “Lighting” was moved out of group “Core”."),
    ],
)
def test_a_moved_code_is_described(group: str, section: str, sentence: str) -> None:
    assert with_first(group=group, section=section) == [sentence]


def test_a_code_moved_to_another_section_is_described() -> None:
    one, two, *others = BOOK.codes
    assert changes_of(one, replace(two, section="U"), *others) == [
        "T2 “Watching” was moved from section “Tasks” to “Tools”."
    ]
    assert changes_of(one, replace(two, group="G"), *others) == ["T2 “Watching” was moved into group “Core”."]


def test_a_retired_code_is_described() -> None:
    assert with_first(is_retired=True) == ["T1 “Lighting” was retired."]


def test_changes_of_the_book_profiles_sections_and_texts_are_described() -> None:
    found = changes_of(
        version="2",
        profiles=(replace(BOOK.profiles[0], evidence="Much of what is coded is T2.", subtitle="By night"),),
        sections=(replace(BOOK.sections[0], title="Work"), BOOK.sections[1]),
        texts=(CodebookText(title="Thanks", body="To all."),),
    )
    assert found == [
        "The version is “2”; it was “1”.",
        "The subtitle of profile 1 “Keeper” is new: “By night”",
        "The evidence of profile 1 “Keeper” was changed: Much of what is coded is [-T1.-] {+T2.+}",
        "Section S was renamed from “Tasks” to “Work”.",
        "1 text was added: “Thanks”.",
    ]


def test_words_far_from_a_change_are_cut() -> None:
    words = " ".join(f"w{number}" for number in range(30))
    changed = words.replace("w15", "other")
    assert marked(word_diff(words, changed)) == ("… w10 w11 w12 w13 w14 [-w15-] {+other+} w16 w17 w18 w19 w20 …")
    assert marked([WordRun("same", "a b c"), WordRun("added", "d")]) == "a b c {+d+}"


def test_every_kind_of_change_is_described() -> None:
    """Every change has a sentence, whatever field it affects."""
    fields: dict[str, object] = {
        "include": "x",
        "exclude": "x",
        "found_in": "755",
        "confused_with": (CodeId("T2"),),
        "definition": "x y z",
        "examples": ("z",),
        "is_retired": True,
        "group": "H",
        "name": "Other",
    }
    for field, value in fields.items():
        assert len(with_first(**{field: value})) == 1, field

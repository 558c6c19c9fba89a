"""Lookups in a codebook, labels and keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.keys import is_key, with_keys
from codetui.model import Code, Codebook, CodeId, Group, MemoTarget, Profile, Section


def code(id_: str, name: str = "Name", section: str = "tasks", group: str = "", key: str = "") -> Code:
    return Code(id=CodeId(id_), name=name, section=section, group=group, key=key)


def book_with(*codes: Code, label: str = "{id}: {name}") -> Codebook:
    return with_keys(
        Codebook(
            title="A book",
            label=label,
            sections=(Section(id="tasks", title="Job Tasks"), Section(id="tools", title="Tools", holds="terms")),
            groups=(Group(id="A", section="tasks", title="Macro: A"), Group(id="B", section="tasks", title="B")),
            profiles=(Profile(id="1", name="Engineer"), Profile(id="2", name="1")),
            codes=codes,
        )
    )


def keys(*codes: Code) -> list[str]:
    return [each.key for each in book_with(*codes).codes]


BOOK = book_with(
    code("TASK1", "Building", group="A"),
    code("TASK5", "Operations Engineering (MLOps)", group="B"),
    code("TOOL1", "Languages", section="tools"),
)


def test_codes_sections_and_groups_are_found() -> None:
    task, _, tool = BOOK.codes
    tasks, tools = BOOK.sections
    assert books.code_of(BOOK, "TASK1") is task
    assert books.code_of(BOOK, "TASK9") is None
    assert CodebookIndex(BOOK).codes_of[tools.id] == [tool]
    assert books.groups(BOOK, tasks) == BOOK.groups
    assert books.groups(BOOK, tools) == ()


def test_the_index_agrees_with_the_functions() -> None:
    index = CodebookIndex(BOOK)
    for each in BOOK.codes:
        assert index.codes[each.id] is books.code_of(BOOK, each.id)
        assert index.labels[each.id] == books.label(BOOK, each)
        found = books.section(BOOK, each.section)
        assert index.short_keys[each.id] == (found.key if found else "") + each.key
        assert index.code_by_label(books.label(BOOK, each)) is each
    assert [index.codes_of[section.id] for section in BOOK.sections] == [
        [code for code in BOOK.codes if code.section == section.id] for section in BOOK.sections
    ]


def test_a_profile_is_found_by_id_before_name_and_folded_last() -> None:
    found = [books.profile(BOOK, text) for text in ("1", "2", "engineer", "x")]
    assert found == [BOOK.profiles[0], BOOK.profiles[1], BOOK.profiles[0], None]
    assert books.profile_name(BOOK, "1") == "Engineer"
    assert books.profile_name(BOOK, "Gone") == "Gone"


@pytest.mark.parametrize(
    ("pattern", "label"),
    [
        ("{id}: {name}", "1.A: {id} {x} é"),
        ("{id}. {name}", "1.A. {id} {x} é"),
        ("{name} [{id}] {", "{id} {x} é [1.A] {"),
    ],
)
def test_a_label_follows_the_pattern_and_fills_nothing_else(pattern: str, label: str) -> None:
    assert books.label_from(pattern, "1.A", "{id} {x} é") == label


def test_a_message_names_a_place_by_its_title_or_label() -> None:
    assert books.place_title(BOOK, MemoTarget(kind="group", id="A")) == "Macro: A"
    assert books.place_title(BOOK, MemoTarget(kind="code", id="TASK1")) == "TASK1: Building"
    assert books.place_title(BOOK, MemoTarget(kind="entry", id="TASK9")) == "TASK9"


# --- reading labels and headings back ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "TASK5: Operations Engineering (MLOps)",
        "TASK5: Operations Engineering (MLOps):",
        " task5:  operations\nengineering (mlops) ",
        "TASK5",
        "TASK5:",
        "task5.",
        "Operations Engineering (MLOps)",
    ],
)
def test_a_code_is_found_by_its_name_in_documents(text: str) -> None:
    found = CodebookIndex(BOOK).code_by_label(text)
    assert found is not None
    assert found.id == "TASK5"


@pytest.mark.parametrize("text", ["", "TASK", "TASK5: Operations", "Operations Engineering"])
def test_half_a_label_matches_no_code(text: str) -> None:
    assert CodebookIndex(BOOK).code_by_label(text) is None


def test_a_name_shared_by_two_codes_matches_neither() -> None:
    book = book_with(code("A1", "Same"), code("A2", "same"))
    assert CodebookIndex(book).code_by_label("SAME") is None


def test_the_exact_label_decides_between_two_that_differ_in_case() -> None:
    book = book_with(code("x", "a"), code("X", "A"))
    assert [CodebookIndex(book).code_by_label(text) for text in ("x: a", "X: A", "X: a")] == [*book.codes, None]


def test_headings_are_found_regardless_of_case_and_white_space() -> None:
    assert books.section_by_title(BOOK, "job  tasks") == BOOK.sections[0]
    assert books.group_by_title(BOOK, "MACRO: A", "tasks") == BOOK.groups[0]
    assert books.group_by_title(BOOK, "Macro: A", "tools") is None
    assert books.section_by_title(BOOK, "Jab Tasks") is None


# --- keys -------------------------------------------------------------------------------------------


def test_a_code_gets_the_last_number_of_its_id_as_key_and_ten_is_zero() -> None:
    ids = ["T1", "T9", "T10", "1.A.3", "T04"]
    assert keys(*(code(id_) for id_ in ids)) == ["1", "9", "0", "3", "4"]


def test_a_code_without_a_free_number_gets_a_letter_of_its_name() -> None:
    assert keys(code("T11", "Data"), code("x", "Day"), code("T12", "Da"), code("T0", "…")) == ["d", "a", "b", "c"]


def test_a_given_key_is_kept_regardless_of_the_order_of_codes() -> None:
    assert keys(code("T1", "Nut"), code("T2", key="1"), code("x", key="n")) == ["u", "1", "n"]


def test_the_first_of_two_codes_with_the_same_key_keeps_it() -> None:
    assert keys(code("T3", key="x"), code("T4", key="x")) == ["x", "4"]


def test_codes_of_different_sections_may_share_a_key() -> None:
    assert keys(code("T1"), code("X1", section="tools")) == ["1", "1"]


def test_sections_get_the_free_digits() -> None:
    sections = tuple(Section(id=str(n), title="t", key="2" if n == 2 else "") for n in range(4))
    book = with_keys(Codebook(title="t", sections=sections))
    assert [each.key for each in book.sections] == ["1", "3", "2", "4"]


CODES = st.lists(
    st.tuples(st.text("T.1290", min_size=1, max_size=4), st.text(max_size=6), st.sampled_from(["", "", "1", "a", "é"])),
    unique_by=lambda code: code[0],
    max_size=60,
)


@given(CODES)
def test_all_codes_of_a_section_have_different_keys(described: list[tuple[str, str, str]]) -> None:
    given_keys = keys(*(code(id_, name, key=key) for id_, name, key in described))
    assert len(set(given_keys)) == len(given_keys)
    assert all(is_key(key) for key in given_keys)


@given(CODES)
def test_appending_a_code_changes_no_other_key(described: list[tuple[str, str, str]]) -> None:
    codes = [code(id_, name, key=key) for id_, name, key in described]
    assert keys(*codes, code("new-1", "New"))[:-1] == keys(*codes)


@given(CODES)
def test_derived_keys_are_stable(described: list[tuple[str, str, str]]) -> None:
    book = book_with(*(code(id_, name, key=key) for id_, name, key in described))
    assert with_keys(book) == book


@pytest.mark.parametrize("key", ["", "ab", " ", "\t", "\u0301", "\u200b", "\x1b"])
def test_characters_that_cannot_be_typed_alone_are_not_keys(key: str) -> None:
    assert not is_key(key)


@pytest.mark.parametrize("key", ["a", "Z", "0", "?", "é", "я"])
def test_one_printable_character_is_a_key(key: str) -> None:
    assert is_key(key)

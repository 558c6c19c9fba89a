"""Parts of a codebook are added and changed in a hand-written file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.diff import Part
from codetui.core.codebook.index import code_of
from codetui.formats.codebook.editing import add_code, append_example, move_code, set_field
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.edit import EditError
from codetui.formats.toml.syntax import joined_lines
from codetui.model import Code, Codebook, CodeId

BOOKS = [Path("codebook.toml"), Path("examples/pilot/codebook.toml")]
BOOK = """\
title = "Lights"   # about lighthouses

[[profile]]
name = "Keeper"    # has no id, so it is 1
definition = '''
Keeps the light,
night after night.
'''

[[section]]
id = "tasks"
title = "Tasks"

[[group]]
id = "A"
section = "tasks"
title = "Core"

# --- tasks ---

[[code]]
id = "T1"
name = "Lighting"
group = "A"
# see the handbook
examples = ["light the lamp"]   # more to come

[[code]]
id = "T2"
name = "Watching"
section = "tasks"

# --- the end ---
"""


def book_of(text: str) -> Codebook:
    book, problems = parse_codebook(text, "codebook.toml")
    assert book is not None
    assert [str(each) for each in problems if each.severity == "error"] == []
    return replace(book, content_hash="")


def code(text: str, id_: str) -> Code:
    found = code_of(book_of(text), id_)
    assert found is not None
    return found


def test_a_code_is_added_after_the_last_of_its_group() -> None:
    new = Code(id=CodeId("T3"), name="Trimming", section="tasks", group="A", definition="Trims.", found_in="755")
    after = add_code(BOOK, new)
    written = '\n[[code]]\nid = "T3"\nname = "Trimming"\ngroup = "A"\ndefinition = "Trims."\nfound_in = "755"\n'
    assert after == BOOK.replace("# more to come\n", f"# more to come\n{written}")
    assert replace(code(after, "T3"), key="") == new


def test_a_code_without_a_group_is_added_after_the_last_of_its_section() -> None:
    after = add_code(BOOK, Code(id=CodeId("T3"), name="Trimming", section="tasks"))
    written = '\n[[code]]\nid = "T3"\nname = "Trimming"\nsection = "tasks"\n\n# --- the end'
    assert after == BOOK.replace("\n# --- the end", written)


def test_the_first_code_of_a_section_is_added_after_the_section() -> None:
    tools = '[[section]]\nid = "tools"\ntitle = "Tools"\nholds = "terms"\n'
    text = f'{BOOK}\n{tools}\n[[group]]\nid = "B"\nsection = "tools"\ntitle = "By hand"\n'
    after = add_code(text, Code(id=CodeId("X1"), name="Lamps", section="tools"))
    assert after.index('id = "tools"') < after.index('id = "X1"') < after.index('id = "B"')
    assert code(after, "X1").section == "tools"


def test_a_field_is_set_and_removed_in_its_usual_place() -> None:
    after = set_field(BOOK, Part("code", "T1"), "include", "Also wicks.")
    assert after == BOOK.replace('group = "A"\n# see', 'group = "A"\ninclude = "Also wicks."\n# see')
    assert set_field(after, Part("code", "T1"), "include", "") == BOOK


def test_a_code_is_retired_and_reinstated() -> None:
    after = set_field(BOOK, Part("code", "T2"), "retired", True)
    assert code(after, "T2").is_retired
    assert set_field(after, Part("code", "T2"), "retired", False) == BOOK


def test_a_profile_without_an_id_is_found_by_its_number() -> None:
    after = set_field(BOOK, Part("profile", "1"), "name", "Head Keeper")
    assert after == BOOK.replace('"Keeper"', '"Head Keeper"')


def test_long_prose_is_broken_as_the_file_breaks_it() -> None:
    words = " ".join(["lamp"] * 40)
    after = set_field(BOOK, Part("profile", "1"), "definition", words)
    assert max(map(len, after.splitlines())) <= 60
    assert "'''\nlamp lamp" in after
    assert book_of(after).profiles[0].definition == words


def test_prose_with_bullets_keeps_its_lines() -> None:
    text = "What counts:\n\n- lamps " + "and wicks " * 10 + "\n  - of glass\n\nAnd 1. not this - nor that."
    after = set_field(BOOK, Part("code", "T1"), "definition", text)
    assert code(after, "T1").definition == joined_lines(text)


def test_prose_is_not_broken_where_a_bullet_would_begin() -> None:
    for text in ("light " * 9 + "- " * 30 + "dark", "light " * 10 + "1. dark " * 20):
        after = set_field(BOOK, Part("profile", "1"), "definition", text.strip())
        assert book_of(after).profiles[0].definition == text.strip()


def test_an_example_is_appended_once() -> None:
    after = append_example(BOOK, "T1", "trim \n the wick")
    assert after == BOOK.replace('["light the lamp"]', '["light the lamp", "trim the wick"]')
    assert append_example(after, "T1", "trim the wick") == after
    assert append_example(BOOK, "T2", "x") == BOOK.replace(
        'name = "Watching"\nsection = "tasks"\n', 'name = "Watching"\nsection = "tasks"\nexamples = ["x"]\n'
    )


def test_a_code_moves_between_groups_and_sections() -> None:
    inside = move_code(BOOK, "T2", "tasks", "A")
    assert code(inside, "T2").group == "A"
    outside = move_code(inside, "T2", "tasks")
    assert (code(outside, "T2").section, code(outside, "T2").group) == ("tasks", "")


@pytest.mark.parametrize(
    ("part", "field", "value", "message"),
    [
        (Part("code", "T2"), "id", "T1", 'a second code has the id "T1" (first on line'),
        (Part("code", "T2"), "confused_with", ("T7",), "T7"),
        (Part("section", "tasks"), "id", "works", "which the codebook lacks"),
        (Part("code", "T7"), "name", "x", "no longer has a code T7"),
        (Part("code", "T1"), "colour", "red", "no field colour"),
    ],
)
def test_a_change_that_would_break_the_book_is_refused(
    part: Part, field: str, value: str | tuple[str, ...], message: str
) -> None:
    with pytest.raises(EditError) as refused:
        set_field(BOOK, part, field, value)
    assert message in str(refused.value)


def test_an_existing_error_does_not_prevent_other_changes() -> None:
    broken = BOOK.replace('section = "tasks"\n\n# ---', 'section = "task"\n\n# ---')
    assert "Lamps" in set_field(broken, Part("code", "T1"), "name", "Lamps")


def test_a_file_that_is_not_toml_is_unchanged() -> None:
    with pytest.raises(EditError, match="fix it first"):
        set_field(BOOK + "x =", Part("code", "T1"), "name", "x")


PROSE = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n\"'\\ -*|1."), min_size=1)


@pytest.mark.parametrize("path", BOOKS, ids=["shipped", "pilot"])
@given(text=PROSE, data=st.data())
def test_a_definition_is_read_as_it_was_given_and_nothing_else_changes(
    path: Path, text: str, data: st.DataObject
) -> None:
    before = (Path(__file__).parents[2] / path).read_text("utf-8")
    old = book_of(before)
    chosen = data.draw(st.sampled_from(old.codes))
    after = set_field(before, Part("code", chosen.id), "definition", text)
    codes = tuple(replace(each, definition=joined_lines(text)) if each is chosen else each for each in old.codes)
    assert book_of(after) == replace(old, codes=codes)
    assert set(before.splitlines()) - set(after.splitlines()) <= set(own_lines(before, chosen))


def own_lines(text: str, chosen: Code) -> list[str]:
    """Return the lines of a code's table."""
    start = text.index(f'[[code]]\nid = "{chosen.id}"')
    end = text.find("\n\n", start)
    return text[start : end if end >= 0 else len(text)].splitlines()


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("path", BOOKS, ids=["shipped", "pilot"])
def test_removing_an_inserted_field_restores_the_file_byte_for_byte(path: Path, step: int) -> None:
    before = (Path(__file__).parents[2] / path).read_text("utf-8")
    for each in book_of(before).codes[::step]:
        for field in ("include", "exclude", "found_in"):
            put = set_field(before, Part("code", each.id), field, "x " * 60)
            assert put != before
            assert set_field(put, Part("code", each.id), field, "") == before

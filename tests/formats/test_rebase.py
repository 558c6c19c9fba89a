"""A change of a text is carried over to an edited version of it, or refused where the same lines were edited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.formats.toml.edit import EditError
from codetui.formats.toml.rebase import distance, rebase

BEFORE = "title\n\n# one\na = 1\n\n# two\nb = 2\n"
AFTER = "title\n\n# one\na = 9\n\n# two\nb = 2\nc = 3\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BEFORE, AFTER),
        (f"# ours\n{BEFORE}", f"# ours\n{AFTER}"),
        (BEFORE.replace("# two", "# zwei"), AFTER.replace("# two", "# zwei")),
        (BEFORE.replace("\n", "\r\n"), AFTER.replace("\n", "\r\n")),
    ],
)
def test_a_change_is_carried_over_and_other_edits_stay(text: str, expected: str) -> None:
    assert rebase(text, BEFORE, AFTER) == expected


def test_an_edit_of_a_changed_line_is_refused_with_a_line() -> None:
    with pytest.raises(EditError, match="line 3 of the codebook, or one near it"):
        rebase(BEFORE.replace("a = 1", "a = 5"), BEFORE, AFTER)


def test_a_last_line_without_an_end_stays_so() -> None:
    assert rebase("a\nb\n", "a\nb\n", "a") == "a"


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n"]), max_size=8).map("".join)


@given(LINES, LINES)
def test_a_change_and_its_inverse_lead_back(before: str, after: str) -> None:
    assert rebase(rebase(before, before, after), after, before) == before
    assert distance(before, before) == 0


@given(LINES, LINES, st.integers(0, 3))
def test_lines_added_at_the_top_stay_and_nothing_else_changes(before: str, after: str, number: int) -> None:
    ours = "".join(f"# ours {each}\n" for each in range(number))
    lines = rebase(ours + before, before, after).splitlines(keepends=True)
    assert "".join(line for line in lines if "ours" not in line) == after
    assert "".join(line for line in lines if "ours" in line) == ours

"""One code renamed, merged, split, moved or retired in a hand-written codebook: the rest stays, byte for byte."""

from __future__ import annotations

import difflib

import pytest

from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split
from codetui.formats.codebook.editing import refactor
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.edit import EditError
from codetui.model import Code, Codebook, CodeId

BOOK = """\
# Our book.  Hands off!
title = "Mills"   # really
version = "3"

[[section]]
id = "work"
title = "Work"

[[section]]
id = "tools"
title = "Tools"
holds = "terms"

[[group]]
id = "G"
section = "work"
title = "By hand"

# The first one.
[[code]]
id   = "W1"          # was M1
name = "Grinding"
section = "work"

[[code]]
id = "W2"
name = "Sifting"
section = "work"
confused_with = ["W1", # near
                 "W3"]

[[code]]
id = "W3"
name = "Carting"
group = "G"

[[code]]
id = "T1"
name = "Stones"
section = "tools"

[[text]]
title = "On grinding"
body = "It is loud."
after = "W1"

[[reference]]
title = "Stones"
path = "stones.md"
code = "W1"
"""


def read(text: str) -> Codebook:
    book, problems = parse_codebook(text, "")
    assert book is not None and not [one for one in problems if one.severity == "error"], problems
    return book


def changes(step: Refactoring, text: str = BOOK) -> list[str]:
    """Return the lines removed and added by a step."""
    after = refactor(text, step)
    read(after)
    found = difflib.ndiff(text.splitlines(), after.splitlines())
    return [line for line in found if line.startswith(("-", "+"))]


def test_a_renamed_code_is_renamed_in_all_references() -> None:
    found = changes(Rename(CodeId("W1"), CodeId("W1"), "Milling"))
    assert found == ['- name = "Grinding"', '+ name = "Milling"']
    found = changes(Rename(CodeId("W1"), CodeId("W7"), "Grinding"))
    assert found == [
        '- id   = "W1"          # was M1',
        '+ id   = "W7"          # was M1',
        '+ key = "1"',
        '- confused_with = ["W1", # near',
        '+ confused_with = ["W7", # near',
        '- after = "W1"',
        '+ after = "W7"',
        '- code = "W1"',
        '+ code = "W7"',
    ]


def test_refactoring_keeps_the_short_keys() -> None:
    steps: list[Refactoring] = [
        Rename(CodeId("W1"), CodeId("W9"), "Grinding"),
        Retire(CodeId("W1")),
        Merge(CodeId("W1"), CodeId("W2")),
        Split(CodeId("W1"), (CodeId("W2"), CodeId("W4")), (Code(id=CodeId("W4"), name="New", section="work"),)),
        Move(CodeId("W1"), "tools"),
    ]
    before = CodebookIndex(read(BOOK)).short_keys
    for step in steps:
        after = CodebookIndex(read(refactor(BOOK, step))).short_keys
        for code in ("W2", "W3", "T1"):
            assert after[CodeId(code)] == before[CodeId(code)], step
    assert CodebookIndex(read(refactor(BOOK, steps[0]))).short_keys[CodeId("W9")] == "11"
    assert len(set(CodebookIndex(read(refactor(BOOK, steps[4]))).short_keys.values())) == 4


def test_merged_and_retired_codes_stay_in_the_book_and_can_be_reinstated() -> None:
    assert changes(Merge(CodeId("T1"), CodeId("W2"))) == ["+ retired = true"]
    assert changes(Retire(CodeId("T1"))) == ["+ retired = true"]
    assert refactor(refactor(BOOK, Retire(CodeId("T1"))), Reinstate(CodeId("T1"))) == BOOK


def test_a_code_that_is_split_is_retired_unless_it_is_a_choice_itself() -> None:
    new = Code(id=CodeId("W4"), name="Fine grinding", section="work")
    apart = read(refactor(BOOK, Split(CodeId("W1"), (CodeId("W2"), new.id), (new,))))
    assert {code.id: code.is_retired for code in apart.codes}["W1"]
    assert {code.id: code.name for code in apart.codes}["W4"] == "Fine grinding"
    kept = read(refactor(BOOK, Split(CodeId("W1"), (CodeId("W1"), new.id), (new,))))
    assert not any(code.is_retired for code in kept.codes)


def test_a_code_moves_to_a_group_or_a_section() -> None:
    assert changes(Move(CodeId("W1"), "work", "G")) == ['- section = "work"', '+ group = "G"']
    moved = {code.id: code for code in read(refactor(BOOK, Move(CodeId("W3"), "tools"))).codes}["W3"]
    assert (moved.section, moved.group) == ("tools", "")


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Rename(CodeId("W1"), CodeId("W2"), "Grinding"), "Sifting"),
        (Rename(CodeId("X"), CodeId("Y"), "Z"), "no longer has a code X"),
        (Merge(CodeId("W1"), CodeId("X")), "no longer has a code X"),
        (Move(CodeId("W1"), "nowhere"), "nowhere"),
    ],
)
def test_an_impossible_refactoring_is_refused_with_a_reason(step: Refactoring, message: str) -> None:
    with pytest.raises(EditError, match=message):
        refactor(BOOK, step)

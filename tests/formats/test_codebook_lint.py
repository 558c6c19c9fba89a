"""Gaps and ambiguities of a valid codebook, each reported at its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.codebook.lint import PLAIN_LABEL, PLAIN_NAME, PLAIN_TITLE, lost_headings, lost_profiles
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Codebook, Problem

BOOK = """\
title = "Lamps"

[[profile]]
id = "1"
name = "Keeper"
definition = "Keeps."
evidence = "TASK1"

[[profile]]
id = "2"
name = "Builder"
definition = "Builds."
evidence = "TASK2"

[[section]]
id = "tasks"
title = "Tasks"

[[group]]
id = "A"
section = "tasks"
title = "By night"

[[code]]
id = "TASK1"
name = "Lighting"
group = "A"
definition = "The lamp."

[[code]]
id = "TASK2"
name = "Watching"
section = "tasks"
definition = "The sea."
"""


def problems_of(text: str) -> list[Problem]:
    return parse_codebook(text, "codebook.toml")[1]


def book_of(text: str) -> Codebook:
    book, _ = parse_codebook(text, "codebook.toml")
    assert book is not None
    return book


def only(text: str) -> Problem:
    (problem,) = problems_of(text)
    return problem


def line_of(text: str, part: str) -> int:
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1


def test_the_sound_book_has_no_problems() -> None:
    assert problems_of(BOOK) == []


# --- the fields of real coding books ------------------------------------------------------------------


def test_the_fields_of_coding_books_are_read() -> None:
    text = BOOK.replace('name = "Keeper"', 'name = "Keeper"\nsubtitle = "by night"')
    text = text.replace('title = "Tasks"', 'title = "Tasks"\ndefinition = "What one\\ndoes."\nheading = "### 1. Tasks"')
    text = text.replace('title = "By night"', 'title = "By night"\ndefinition = "After dusk."')
    more = 'include = "all"\nexclude = "none"\nconfused_with = "TASK1"\nfound_in = 33\nretired = true\n'
    text += more + '[[text]]\ntitle = "Why"\nbody = """\n  as\n it is\n"""\nbefore = "group A"\n'
    text += '[[reference]]\npath = "a.md"\ncode = ["TASK1", "TASK2"]\nprofile = 2\n'
    assert problems_of(text) == []
    book = book_of(text)
    assert book.profiles[0].subtitle == "by night"
    assert (book.sections[0].definition, book.sections[0].heading) == ("What one does.", "### 1. Tasks")
    assert book.groups[0].definition == "After dusk."
    code = book.codes[1]
    assert (code.include, code.exclude, code.confused_with, code.found_in, code.is_retired) == (
        "all",
        "none",
        ("TASK1",),
        "33",
        True,
    )
    assert (book.texts[0].body, book.texts[0].before) == ("  as\n it is", "group A")
    assert (book.references[0].codes, book.references[0].profiles) == (("TASK1", "TASK2"), ("2",))


@pytest.mark.parametrize(
    ("more", "at", "severity", "says"),
    [
        ('confused_with = ["TASK1", "TASK9"]', "TASK9", "error", 'names a code "TASK9", which the codebook lacks'),
        ('confused_with = ["TASK2"]', "confused_with", "warning", "confused with itself"),
        ('retired = "yes"', "retired", "error", "neither true nor false"),
        ('[[text]]\nbody = "b"\nbefore = "TASK11"', "before", "error", 'did you mean "TASK1"?'),
        ('[[text]]\nbody = "b"\nafter = "nowhere"', "after", "error", "names a section, group, profile or code"),
        ('[[text]]\nbody = "b"\nafter = "A"\nbefore = "A"', "after", "error", "both before and after"),
        ('[[text]]\ntitle = ""', "[[text]]", "warning", "neither title nor body"),
        ('[[reference]]\npath = "a"\ncode = "TASK7"', 'code = "TASK7"', "error", 'names a code "TASK7"'),
        ('[[reference]]\npath = "a"\nprofile = ["1", "7"]', "profile = ", "error", 'names a profile "7"'),
    ],
)
def test_missing_parts_are_reported_with_their_line(more: str, at: str, severity: str, says: str) -> None:
    text = f"{BOOK}{more}\n"
    problem = only(text)
    assert (problem.line, problem.severity) == (line_of(text, at), severity)
    assert says in problem.message


def test_an_id_shared_by_two_kinds_must_be_distinguished() -> None:
    text = BOOK.replace('id = "TASK2"', 'id = "A"') + '[[text]]\nbody = "b"\nbefore = "A"\n'
    problem = only(text)
    assert problem.severity == "error"
    assert 'can mean the code or the group; the code is used: write "code A"' in problem.message
    assert problems_of(text.replace('before = "A"', 'before = "code A"')) == []


# --- names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "severity", "says"),
    [
        ('"Watching"', '"lighting"', "warning", 'codes "TASK1" and "TASK2" have names that differ by case'),
        ('"Watching"', '"Lighting"', "warning", 'codes "TASK1" and "TASK2" have the same name'),
        ('"Builder"', '"Kéeper"', "warning", 'profiles "1" and "2" have names that differ by case or accents only'),
        ('id = "TASK2"', 'id = "task1"', "warning", 'codes "TASK1" and "task1" have ids that differ by case'),
    ],
)
def test_names_that_are_nearly_the_same_are_reported(old: str, new: str, severity: str, says: str) -> None:
    text = BOOK.replace(old, new)
    problem = only(text)
    assert problem.severity == severity
    assert says in problem.message
    assert problem.line == text[: text.rindex(new)].count("\n") + 1


def test_the_same_name_in_two_sections_is_only_a_note() -> None:
    more = '[[section]]\nid = "tools"\ntitle = "Tools"\n[[code]]\nid = "X1"\nname = "Watching"\nsection = "tools"\n'
    problem = only(f'{BOOK}{more}examples = ["x"]\n')
    assert (problem.severity, "the same name" in problem.message) == ("note", True)


def test_titles_that_differ_by_accents_only_are_reported() -> None:
    more = '[[group]]\nid = "B"\nsection = "tasks"\ntitle = "Bý night"\n'
    text = BOOK.replace('group = "A"', 'group = "B"') + more
    assert any("titles that differ by accents only" in problem.message for problem in problems_of(text))


# --- what documents give back -------------------------------------------------------------------------


def test_a_title_that_a_document_does_not_preserve_is_reported() -> None:
    text = BOOK.replace('title = "Tasks"', 'title = "2. 3. Tasks"')
    (problem,) = (each for each in problems_of(text) if "read back" in each.message)
    assert (problem.severity, problem.line) == ("warning", line_of(text, "2. 3. Tasks"))
    assert 'section "tasks" does not read back from documents as "2. 3. Tasks"' in problem.message


@pytest.mark.parametrize("name", ["Watching:", "*Watch*", "a\\\\", "(x)", "`a` `b`", "# x", "- x", "1. x", "_(a)_ x"])
def test_an_odd_name_that_a_document_preserves_is_accepted(name: str) -> None:
    text = BOOK.replace('name = "Watching"', f'name = "{name}"').replace('title = "By night"', f'title = "{name}"')
    assert problems_of(text) == []


PLAIN = st.builds("{}{}{}".format, st.sampled_from("aZ"), st.text(list("aé9 :&/+,()'’–-")), st.sampled_from("a9)"))
NUMBERED = st.builds("{}{}".format, st.sampled_from(["", "1. ", "2.", "9"]), PLAIN)


@given(st.lists(NUMBERED, min_size=2, max_size=2), PLAIN)
def test_texts_that_are_not_tried_are_preserved(names: list[str], title: str) -> None:
    assert all(map(PLAIN_LABEL.fullmatch, names)) and PLAIN_TITLE.fullmatch(title)
    book = book_of(BOOK)
    codes = tuple(replace(code, name=name) for code, name in zip(book.codes, names, strict=True))
    book = replace(book, codes=codes, groups=(replace(book.groups[0], title=title),))
    book = replace(book, sections=(replace(book.sections[0], title=title),))
    assert lost_headings(CodebookIndex(book)) == []


@given(st.from_regex(PLAIN_NAME, fullmatch=True))
def test_profiles_that_are_not_tried_are_preserved(name: str) -> None:
    book = book_of(BOOK)
    assert list(lost_profiles(replace(book, profiles=(replace(book.profiles[0], name=name),)))) == []


def test_the_shipped_books_read_back() -> None:
    root = Path(__file__).resolve().parent.parent.parent
    for name in ("codebook.toml", "examples/pilot/codebook.toml"):
        problems = problems_of((root / name).read_text("utf-8"))
        assert not [problem for problem in problems if "read back" in problem.message]

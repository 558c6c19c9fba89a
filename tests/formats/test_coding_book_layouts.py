"""Coding books in the layouts of other teams: every code with its definition and examples, written and read back."""

from __future__ import annotations

import pytest

from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.coding_book.writer import render_coding_book
from codetui.model import Codebook, Problem

TABLES = """\
# Annotation scheme

**Version 7 (draft)**

## A. Work

| Code | Name | Definition | Examples |
|---|---|---|---|
| TASK-1 | Planning | Making plans. | "draw plans"; "plan weeks" |
| TASK-2 | Budgets | Handling money. | |

## B. Attitudes

| Code | Name | Definition |
|---|---|---|
| ATT-1 | Curiosity | Wants to know. |
| ATT-3 | Grit | Goes on. |
"""

NUMBERED = """\
# Kitchen guide (v5)

## 1 Profiles

1. **Chef**
   - Definition: Leads.
2. **Cook**
   - Definition: Cooks.

## 2 Categories

### 1. Tasks

- **1.1 Cooking** – Preparing food.
    - e.g. "prepare sauces"
    - e.g. "grill meat"
- 1.2 Cleaning – Keeping it clean.
    - "scrub the floor"

### 2. Tools

- **2.1 Knives**: chef's knife, paring knife
- **2.2 Machines**: mixer, oven, etc.

### 3. Attitude

- **3.1 Calm**: Keeps calm.
"""

LETTERED = """\
Coding manual
=============

v1.0, final

Profiles
--------

**Analyst.** Works with numbers.

**Steward.** Looks after data.

Tasks
-----

**(a) Reporting.** Building reports, e.g. "monthly reports".

**(b) Quality.** Keeping data correct.

Technologies
------------

**(c) Charts** (e.g., Pencil, Ruler)
"""

CRITERIA = """\
# Teachers (v3)

## Knowing

### K1: Subject

*Definition.* Knows the subject.

*Exclusion criteria:*
- general education

*Easily confused with:* K2

### K2: General

*Definition.* Knows the rest.
"""

DUTCH = """\
# Codeboek zorg

Versie 2.1

## 2 Taken

#### 2.1 Wonden

Definitie: het verzorgen van wonden.
Wel: verbanden
Niet: pleisters

## 3 Middelen

#### 3.1 Programma's

Voorbeelden: Tinta, Velum
"""

BOOKS = (TABLES, NUMBERED, LETTERED, CRITERIA, DUTCH)


def book_of(text: str) -> Codebook:
    return parse_coding_book(text, "book.md").book


def problems_of(text: str) -> list[Problem]:
    return parse_codebook(parse_coding_book(text, "book.md").toml, "codebook.toml")[1]


@pytest.mark.parametrize("text", BOOKS)
def test_each_layout_is_written_and_read_back(text: str) -> None:
    first = parse_coding_book(text, "book.md")
    again = parse_coding_book(render_coding_book(first.book), "book.md")
    assert again.toml == first.toml


def test_codes_in_tables_need_only_names_and_definitions() -> None:
    book = book_of(TABLES)
    assert [(code.id, code.definition) for code in book.codes] == [
        ("TASK-1", "Making plans."),
        ("TASK-2", "Handling money."),
        ("ATT-1", "Wants to know."),
        ("ATT-3", "Goes on."),
    ]
    assert book.codes[0].examples == ("draw plans", "plan weeks")


def test_a_code_numbered_after_its_chapter_is_recognised_alone_and_without_bold() -> None:
    book = book_of(NUMBERED)
    assert [(code.id, code.name, code.definition) for code in book.codes] == [
        ("1.1", "Cooking", "Preparing food."),
        ("1.2", "Cleaning", "Keeping it clean."),
        ("2.1", "Knives", ""),
        ("2.2", "Machines", ""),
        ("3.1", "Calm", "Keeps calm."),
    ]
    assert [code.examples for code in book.codes[:4]] == [
        ("prepare sauces", "grill meat"),
        ("scrub the floor",),
        ("chef's knife", "paring knife"),
        ("mixer", "oven"),
    ]


def test_letters_are_ids_and_leading_bold_words_are_names() -> None:
    book = book_of(LETTERED)
    assert [(one.name, one.definition) for one in book.profiles] == [
        ("Analyst", "Works with numbers."),
        ("Steward", "Looks after data."),
    ]
    assert [(code.id, code.name) for code in book.codes] == [("a", "Reporting"), ("b", "Quality"), ("c", "Charts")]
    assert book.codes[0].definition == 'Building reports, e.g. "monthly reports".'
    assert book.codes[2].examples == ("Pencil", "Ruler")


def test_easily_confused_codes_are_read() -> None:
    (first, _) = book_of(CRITERIA).codes
    assert (first.exclude, first.confused_with) == ("general education", ("K2",))


def test_a_dutch_chapter_of_means_holds_terms() -> None:
    wounds, programs = book_of(DUTCH).codes
    assert (wounds.include, wounds.exclude) == ("verbanden", "pleisters")
    assert programs.examples == ("Tinta", "Velum")


@pytest.mark.parametrize(("text", "version"), [(TABLES, "7"), (LETTERED, "v1.0"), (DUTCH, "2.1"), (NUMBERED, "5")])
def test_the_version_may_be_below_the_title(text: str, version: str) -> None:
    assert book_of(text).version.removeprefix("v") == version.removeprefix("v")


def test_a_numbered_heading_that_names_a_field_is_not_a_code() -> None:
    (code,) = book_of("# Book\n\n## Job tasks\n\n### Task 1: Lighting\n\n#### 1.1 Definition\n\nThe lamp.\n").codes
    assert (code.id, code.definition) == ("Task 1", "The lamp.")


@pytest.mark.parametrize(("first", "second", "only"), [("1.1", "1.2", "3.1"), ("A1", "A2", "B1")])
def test_the_only_code_of_a_chapter_is_a_code_if_the_ids_of_other_chapters_are_built_alike(
    first: str, second: str, only: str
) -> None:
    work = f"## Tasks\n\n- **{first}. Washing:** washes\n- **{second}. Eating** – feeds\n"
    book = book_of(f"# Book\n\n{work}\n## Skills\n\n- **{only}. Patience** – stays calm\n")
    assert [(code.id, code.name, code.definition) for code in book.codes][2:] == [(only, "Patience", "stays calm")]
    assert len(book.sections) == 2 and not book.texts

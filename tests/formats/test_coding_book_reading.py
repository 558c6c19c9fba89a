"""Coding books in markdown in the usual layouts, and what is read from them."""

from __future__ import annotations

import pytest
from coding_books import book_of, code, profile, sample, text

from codetui.model import Section

# --- one layout each ----------------------------------------------------------------------------------


def test_profiles_and_codes_under_headings_are_found() -> None:
    book = sample("keepers").book
    assert (book.title, book.version, book.status) == ("Lighthouse Roles: Coding Book", "v2.1", "Draft")
    keeper = book.profiles[0]
    assert (keeper.id, keeper.name, keeper.subtitle) == ("1", "Keeper", "lights")
    assert keeper.definition == "Keeps the light burning through the night."
    assert keeper.projects == ("A new lamp", "A new log")
    assert keeper.evidence == "Mostly `TASK1`."
    assert [each.id for each in book.profiles] == ["1", "2", "4"]
    lighting = code(book, "TASK1")
    assert lighting.definition == "Lighting the lamp at dusk."
    assert lighting.examples == ("You light the lamp", "You are up at dusk")
    assert (lighting.include, lighting.exclude) == ("all kinds of lamps.", "torches.")
    assert lighting.confused_with == ("TASK2", "TASK3")


def test_line_breaks_of_the_book_stay_in_the_toml() -> None:
    assert "Keeps the light burning\nthrough the night." in sample("keepers").toml


def test_rows_of_a_table_are_codes() -> None:
    book = sample("keepers").book
    assert code(book, "TECH1").definition == "Measuring things"
    assert code(book, "TECH1").examples == ("barometer", "sextant")
    assert code(book, "TECH2").name == "Lamps"
    assert text(book, "Since").after == "TECH1"


def test_rows_of_a_table_under_a_heading_of_profiles_are_profiles() -> None:
    keeper, builder = sample("tables").book.profiles
    assert (keeper.name, keeper.definition, keeper.evidence) == ("Keeper", "Keeps the light", "TASK1")
    assert keeper.responsibilities == ("Lights lamps", "Polishes")
    assert builder.responsibilities == ("Lays stones",)


def test_entries_of_a_list_are_codes() -> None:
    book = sample("keepers").book
    assert (code(book, "SKILL1").name, code(book, "SKILL1").definition) == ("Patience", "can wait.")
    assert code(book, "SKILL2").examples == ("steady", "cool-headed")


def test_a_dutch_book_is_read() -> None:
    book = sample("dutch").book
    assert (book.version, book.language, book.label) == ("3", "nl", "{id}. {name}")
    guard = profile(book, "Wachter")
    assert (guard.id, guard.subtitle, guard.evidence) == ("1", "licht", "Vooral 1.1.")
    assert guard.responsibilities == ("Steekt de lamp aan", "Poetst de spiegels")
    lighting = code(book, "1.1")
    assert lighting.definition == "De lamp aansteken bij schemering."
    assert lighting.examples == ("Je steekt de lamp aan", "Je bent er als het schemert")
    assert (lighting.include, lighting.exclude) == ("alle lampen", "fakkels")
    assert lighting.confused_with == ("1.2",)
    assert code(book, "2.1").examples == ("barometer", "sextant (klein, groot)")


def test_codes_without_ids_get_ids_and_are_labelled_by_name() -> None:
    found = sample("without_ids")
    assert found.book.label == "{name}"
    assert [(each.id, each.name) for each in found.book.codes][:2] == [
        ("lighting_the_lamp", "Lighting the lamp"),
        ("watching", "Watching"),
    ]
    assert "“Watching” has no id in the book; watching is used" in [note.message for note in found.notes]
    assert code(found.book, "lamps").examples == ("oil lamp", "carbide lamp")


def test_without_any_heading_lines_in_bold_are_headings() -> None:
    book = sample("bold_headings").book
    assert (book.title, book.version) == ("Lighthouse Coding Book", "v1")
    assert [section.title for section in book.sections] == ["Job Task Analysis", "Technology & Tool Analysis"]
    assert [each.id for each in book.codes] == ["TASK1", "TASK2", "TECH1", "TECH2"]
    assert code(book, "TECH1").examples == ("barometer", "sextant", "log")


def test_groups_come_from_the_headings_between_section_and_code() -> None:
    book = sample("tables").book
    assert [(group.id, group.section, group.title) for group in book.groups] == [
        ("1", "tasks", "Category 1.1: Core"),
        ("2", "tasks", "Category 1.2: Other"),
    ]
    assert [(each.id, each.group) for each in book.codes][:3] == [("T1.1.1", "1"), ("T1.1.2", "1"), ("T1.2.1", "2")]


def test_a_heading_that_only_repeats_the_section_is_a_text() -> None:
    one = "## 2. Tools\n\n### Tool Categories\n\n#### 2.1. Lamps\n\n- **Definition:** Light.\n"
    book = book_of(f"# Book\n\n{one}\n## 1. Tasks\n\n### Core\n\n#### 1.1. Lighting\n\n- **Definition:** Lights.\n")
    assert [group.title for group in book.groups] == ["Core"]
    assert text(book, "Tool Categories").before == "2.1"


def test_codes_found_while_coding_and_retired_codes_are_marked() -> None:
    patience = code(sample("tables").book, "T3.1")
    assert (patience.found_in, patience.is_retired, patience.definition) == ("33", True, "Can wait.")


@pytest.mark.parametrize(
    ("heading", "title", "version", "status"),
    [
        ("# Lamps (v3 - Definitive)", "Lamps", "v3", "Definitive"),
        ("# Lamps v2.1", "Lamps", "v2.1", ""),
        ("# Lamps, version 4", "Lamps", "4", ""),
        ("# Lampen (versie 2, concept)", "Lampen", "2", "concept"),
        ("# Lamps of 1900", "Lamps of 1900", "", ""),
        ("# Lamps (Draft)", "Lamps (Draft)", "", ""),
        ("Lamps – v4 – final\n===", "Lamps", "v4", "final"),
    ],
)
def test_title_and_version_come_from_the_first_heading(heading: str, title: str, version: str, status: str) -> None:
    book = book_of(f"{heading}\n\nText.\n")
    assert (book.title, book.version, book.status) == (title, version, status)


@pytest.mark.parametrize(
    ("line", "id_", "name", "definition"),
    [
        ("- **`TASK1: Lighting`**: The lamp.", "TASK1", "Lighting", "The lamp."),
        ("- **`TASK1: Lighting`:** The lamp.", "TASK1", "Lighting", "The lamp."),
        ("*   **TASK1 – Lighting:** The lamp.", "TASK1", "Lighting", "The lamp."),
        ("+ **TASK1:** Lighting – The lamp.", "TASK1", "Lighting", "The lamp."),
        ("1. `TASK1` **Lighting**: The lamp.", "TASK1", "Lighting", "The lamp."),
        ("- TASK1: Lighting - The lamp.", "TASK1", "Lighting", "The lamp."),
        ("- **Lighting (TASK1):** The lamp.", "TASK1", "Lighting", "The lamp."),
        ("**TASK1: Lighting**\n\nThe lamp.", "TASK1", "Lighting", "The lamp."),
        ("### TASK1: Lighting\n\nThe lamp.", "TASK1", "Lighting", "The lamp."),
        ("### Task 1: Lighting\n\n#### 1.1 Definition\n\nThe lamp.", "Task 1", "Lighting", "The lamp."),
        ("### TASK_1. Lighting\n\nThe lamp.", "TASK_1", "Lighting", "The lamp."),
        ("###### `TASK1` Lighting\n**Definition**: The lamp.", "TASK1", "Lighting", "The lamp."),
        ("### 1.A.1. Lighting\n- __Definition:__ The lamp.", "1.A.1", "Lighting", "The lamp."),
        ("### 1.A.1 Lighting\n\n**Definitie:** The lamp.", "1.A.1", "Lighting", "The lamp."),
        ("### A1. Lighting\n\nDescription: The lamp.", "A1", "Lighting", "The lamp."),
    ],
)
def test_a_code_is_found_however_it_is_labelled(line: str, id_: str, name: str, definition: str) -> None:
    (found,) = book_of(f"# Book\n\n## Job tasks\n\n{line}\n").codes
    assert (found.id, found.name, found.definition) == (id_, name, definition)


@pytest.mark.parametrize(
    ("written", "examples"),
    [
        ('- **Examples:**\n  - "One."\n  - “Two”', ("One.", "Two")),
        ('*   **Example Phrases:**\n\n        *   "One."\n        *   Two', ("One.", "Two")),
        ('- **Examples:**\n- "One."\n- "Two"', ("One.", "Two")),
        ("**Voorbeelden:**\n\n1. One.\n2. Two", ("One.", "Two")),
        ('**Examples:** "One." and "Two".', ("One.", "Two")),
        ("##### Examples\n\n* One.\n* Two", ("One.", "Two")),
        ('**Examples:** say "one" now', ('say "one" now',)),
    ],
)
def test_examples_are_read_from_lists_and_running_text(written: str, examples: tuple[str, ...]) -> None:
    (found,) = book_of(f"# Book\n\n## Job tasks\n\n### TASK1: Lighting\n\n{written}\n").codes
    assert found.examples == examples


@pytest.mark.parametrize(
    ("written", "examples"),
    [
        ("- `TECH1: Lamps` (e.g., Oil, Gas (town, natural), etc.)", ("Oil", "Gas (town, natural)")),
        ("- **TECH1: Lamps**: Oil, Gas, Carbide", ("Oil", "Gas", "Carbide")),
        ("- `TECH1: Lamps`\n  - Oil\n  - Gas", ("Oil", "Gas")),
        ("### TECH1: Lamps\n\n- **Examples:** `C++`, `Oil, Gas` of `A B`", ("C++", "Oil, Gas", "A B")),
        ("### TECH1: Lamps\n\nVoorbeelden: Oil, Gas enz.", ("Oil", "Gas")),
    ],
)
def test_terms_are_read_from_lists_and_running_text(written: str, examples: tuple[str, ...]) -> None:
    book = book_of(f"# Book\n\n## Technologies\n\n{written}\n")
    assert book.sections[0].holds == "terms"
    assert book.codes[0].examples == examples


# --- sections and their titles ------------------------------------------------------------------------


def section_of(heading: str, id_: str) -> Section:
    return book_of(f"# Book\n\n{heading}\n\n- **`{id_}: Name`**: x\n- **`{id_[:-1]}2: Other`**: y\n").sections[0]


@pytest.mark.parametrize(
    ("heading", "id_", "title", "kept"),
    [
        ("### 2.1 Job Tasks (by hand)", "TASK1", "Job Task Analysis", "### 2.1 Job Tasks (by hand)"),
        ("## Activities", "TASK1", "Job Task Analysis", "## Activities"),
        ("## 2. Technologies & Tools", "T1", "Technology & Tool Analysis", "## 2. Technologies & Tools"),
        ("## Soft Skill Analysis", "S1", "Soft Skill Analysis", ""),
        ("## 4. Weather", "W1", "Weather", "## 4. Weather"),
        ("## Weather", "W1", "Weather", ""),
    ],
)
def test_a_recognised_section_has_its_title_in_documents(heading: str, id_: str, title: str, kept: str) -> None:
    section = section_of(heading, id_)
    assert (section.title, section.heading) == (title, kept)


def test_two_sections_of_one_kind_keep_their_own_titles() -> None:
    book = book_of("# B\n\n## Hand tools\n\n- `A1: x`\n- `A2: y`\n\n## Power tools\n\n- `B1: x`\n- `B2: y`\n")
    assert [(each.id, each.title) for each in book.sections] == [
        ("hand_tools", "Hand tools"),
        ("power_tools", "Power tools"),
    ]


def test_codes_without_a_heading_get_their_own_section() -> None:
    book = book_of("# Book\n\n- **`LAMP1: Oil`**: x\n- **`LAMP2: Gas`**: y\n")
    assert [(each.id, each.title) for each in book.sections] == [("codes", "Codes")]
    assert len(book.codes) == 2

"""Coding books in markdown: text outside the fields is kept in its place, and no word is lost."""

from __future__ import annotations

import random
from pathlib import Path
from unicodedata import category

import pytest
from coding_books import SAMPLES, book_of, code, lost_words, markdown_of, real_books, sample, text
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.index import codes_by_section
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book import reader
from codetui.formats.coding_book.classify import BookPassage, passages
from codetui.formats.coding_book.reader import parse_coding_book
from codetui.model import CodebookText

# --- what does not fit --------------------------------------------------------------------------------


def test_texts_stay_in_their_place_and_are_reported() -> None:
    found = sample("keepers")
    assert text(found.book, "Part 1. Profiles").before == "1"
    assert text(found.book, "Part 2. Codes").before == "tasks"
    assert text(found.book, "Coding notes") == CodebookText(
        title="Coding notes", body="Ask the harbour office.", after="1"
    )
    assert text(found.book, "A story").after == "TASK3"
    assert text(found.book, "Change log").after == "skills"
    messages = {note.line: note.message for note in found.notes}
    assert (
        messages[30] == "“Coding notes” is not a field or a part of the codebook; it is kept as a text after profile 1"
    )
    assert {str(note).partition(":")[0] for note in found.notes} == {"keepers.md"}


def test_a_text_is_kept_as_it_is_written() -> None:
    body = "1.  **One:** `a`\n    more\n\n---\n\n| a | b |\n|---|---|\n| c | d |\n\n### Below\n\n> said"
    book = book_of(f"# Book\n\n## Principles\n\n{body}\n\n---\n\n## Job tasks\n\n- `TASK1: x`\n")
    assert text(book, "Principles").body == body


def test_a_remark_beside_confused_codes_is_kept_with_the_ids() -> None:
    found = sample("keepers").book
    assert code(found, "TASK2").confused_with == ("TASK3",)
    assert text(found, "Not to be confused with").body == "TASK3, which is about looking."


def test_codes_listed_as_evidence_of_a_profile_are_not_codes() -> None:
    listed = "**Evidence Profile:**\n\n- **TASK1: Lighting** above all\n- `TASK2`\n"
    book = book_of(
        f"# B\n\n## Profiles\n\n### 1. `Keeper`\n\n{listed}\n## Tasks\n\n- `TASK1: Lighting`\n- `TASK2: x`\n"
    )
    assert book.profiles[0].evidence == "- **TASK1: Lighting** above all\n- `TASK2`"
    assert [each.id for each in book.codes] == ["TASK1", "TASK2"]


def test_an_entry_among_codes_that_is_not_a_code_is_kept() -> None:
    listed = "- first of all\n- `TASK1: Lighting`\n- `TASK2: Watching`\n"
    book = book_of(f"# B\n\n## Tasks\n\n**Note:** two codes.\n\n{listed}")
    assert [each.id for each in book.codes] == ["TASK1", "TASK2"]
    assert book.sections[0].definition == "**Note:** two codes."
    assert [each.body for each in book.texts] == ["- first of all"]


def test_a_code_whose_name_begins_anothers_is_not_confused_with_it() -> None:
    codes = "### Lighting\n\nExamples: x\n\n### Lighting the lamp\n\nExamples: y\n\n"
    last = "### Watching\n\nExamples: z\n\nNot to be confused with: Lighting the lamp\n"
    assert code(book_of(f"# B\n\n## Tasks\n\n{codes}{last}"), "watching").confused_with == ("lighting_the_lamp",)


def test_a_line_outside_all_parts_is_kept_at_the_end_and_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    markdown = "# B\n\n## Tasks\n\n- `TASK1: Lighting`\n- `TASK2: Watching`\n\n## Once\n\nUpon a time.\n"

    def forgetful(*given: object) -> list[BookPassage]:
        return [each for each in passages(*given) if each.heading != "Once"]  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "passages", forgetful)
    found = parse_coding_book(markdown, "book.md")
    assert [each.body for each in found.book.texts] == ["## Once", "Upon a time."]
    assert [note.line for note in found.notes if "not understood" in note.message] == [8, 10]


def test_a_second_value_of_a_field_is_kept() -> None:
    book = book_of("# B\n\n## Tasks\n\n### TASK1: x\n\n**Found in:** 33\n\n**Found in:** 34\n")
    assert code(book, "TASK1").found_in == "33"
    assert text(book, "Found in").body == "34"


def test_the_same_number_in_two_sections_is_distinguished() -> None:
    part = "### 1. {}\n\n- **Definition:** x\n\n### 2. {}\n\n- **Definition:** y\n"
    found = parse_coding_book(
        f"# Book\n\n## 1. Tasks\n\n{part.format('A', 'B')}\n## 2. Weather\n\n{part.format('C', 'D')}", "book.md"
    )
    assert [each.id for each in found.book.codes] == ["1", "2", "2.1", "2.2"]
    assert "another code has the id 1; 2.1 is used for this one" in [note.message for note in found.notes]


@pytest.mark.parametrize("name", SAMPLES)
def test_no_word_of_a_sample_is_lost(name: str) -> None:
    found = sample(name)
    assert lost_words(markdown_of(name), found) == set()
    assert not [note for note in found.notes if "not understood" in note.message]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_codebook_of_a_sample_has_no_errors(name: str) -> None:
    found = sample(name)
    book, problems = parse_codebook(found.toml, "codebook.toml")
    assert book == found.book
    assert not [problem for problem in problems if problem.severity == "error"]


LINES = sorted({line for name in SAMPLES for line in markdown_of(name).split("\n")})
MARKS = ["", "", "```", "| a | b |", "|---|---|", "# x", "###", "- ", "**", "---", "===", "<div>", "\t- tab", "> q"]


@given(st.lists(st.sampled_from(LINES + MARKS) | st.text(max_size=9), max_size=25))
def test_no_text_raises_an_exception_or_loses_a_word(lines: list[str]) -> None:
    markdown = "\n".join(lines).replace("\r", "\n")
    printable = "".join(sign for sign in markdown if sign in "\n\t" or category(sign) not in ("Cc", "Cs"))
    assert lost_words(printable, parse_coding_book(markdown, "book.md")) == set()


# --- the real books -----------------------------------------------------------------------------------


def test_the_v3_book_is_read_completely(shared: Path) -> None:
    found = parse_coding_book(real_books(shared)[0], "v3.md")
    book = found.book
    assert (book.title, book.version, book.status) == ("GenAI Engineer Analysis: Coding Book", "v3", "Definitive")
    assert [(each.id, each.name) for each in book.profiles] == [
        ("1", "ML Engineer"),
        ("2", "GenAI Engineer"),
        ("4", "Ambiguous / Not Relevant"),
    ]
    assert [len(codes) for codes in codes_by_section(book).values()] == [5, 11, 5]
    assert [bool(each.evidence) for each in book.profiles] == [False, True, True]
    assert [each.before for each in book.texts] == ["1", "tasks"]
    assert lost_words(real_books(shared)[0], found) == set()
    problems = [problem.message for problem in parse_codebook(found.toml, "codebook.toml")[1]]
    assert len(problems) == 2
    assert "has no evidence" in problems[0]
    assert "profile 3 is missing" in problems[1]


def test_the_pilot_book_is_read_completely(shared: Path) -> None:
    found = parse_coding_book(real_books(shared)[1], "pilot.md")
    book = found.book
    assert [len(codes) for codes in codes_by_section(book).values()] == [6, 7, 5]
    assert [(group.id, group.title) for group in book.groups] == [
        ("A", "Macro-Category A: Core Software Engineering"),
        ("B", "Macro-Category B: GenAI Specialization"),
        ("C", "Overarching Professional Skills"),
    ]
    assert all(each.definition and each.examples for each in book.codes)
    assert {each.title: each.before for each in book.texts} == {
        "Guiding Principles for Analysis": "tasks",
        "Rationale for a Two-Tiered Categorization": "A",
        "Technology Categories & Examples": "2.1",
        "Soft Skill Categories & Examples": "3.1",
    }
    assert lost_words(real_books(shared)[1], found) == set()


def test_the_shipped_codebooks_have_the_names_of_the_imported_ones(shared: Path) -> None:
    root = Path(__file__).resolve().parent.parent.parent
    shipped = [root / "codebook.toml", root / "examples" / "pilot" / "codebook.toml"]
    for path, markdown in zip(shipped, real_books(shared), strict=True):
        ours, _ = parse_codebook(path.read_text("utf-8"), path.name)
        theirs = parse_coding_book(markdown, "book.md").book
        assert ours is not None
        assert [(each.id, each.name, each.examples) for each in theirs.codes] == [
            (each.id, each.name, each.examples) for each in ours.codes
        ]
        assert [(each.id, each.title) for each in theirs.sections] == [(each.id, each.title) for each in ours.sections]
        assert (theirs.label, [group.id for group in theirs.groups]) == (
            ours.label,
            [group.id for group in ours.groups],
        )


def test_a_damaged_real_book_loses_no_word(shared: Path) -> None:
    chance = random.Random(7)
    for markdown in real_books(shared) * 10:
        lines = markdown.split("\n")
        for _ in range(8):
            at = chance.randrange(len(lines))
            lines[at : at + 1] = chance.choice([[], ["  " + lines[at]], [lines[at].replace("*", "")], ["", lines[at]]])
        damaged = "\n".join(lines)
        assert lost_words(damaged, parse_coding_book(damaged, "book.md")) == set()

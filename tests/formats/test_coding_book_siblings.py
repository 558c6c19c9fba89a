"""What is built like a recognised code beside it is a code, and fields keep their own words only."""

from __future__ import annotations

import pytest
from coding_books import book_of, lost_words

from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.coding_book.writer import render_coding_book

FULL = 'Shade.\n\nInclude: roofs\n\nExample: "under the oak"'
BESIDE = {
    "a node with a paragraph": f"# Garden study\n\n### Node: Shade\n\n{FULL}\n\n### Node: Rain\n\nWater from above.\n",
    "nodes with definitions": "# Garden study\n\n### Node: Shade\n\n**Definition:** dark\n\n"
    "### Node: Rain\n\n**Definition:** wet\n",
    "a Dutch field": f"# Tuinen\n\n### Code: Shade\n\n{FULL}\n\n### Code: Rain\n\n**Betekenis:** nat\n",
    "an empty code": "# Book\n\n## Codes\n\n### Code: Shade\n\nDefinition: dark\n\n### Code: Frost\n\n"
    "Definition: cold\n\n### Code: Rain\n",
    "numbers": f"# Book\n\n## Code 1: Shade\n\n{FULL}\n\n## Code 2: Rain\n\nLater.\n\n## Code 3: Frost\n\n{FULL}\n",
    "between two": f"# Book\n\n### Shade\n\n{FULL}\n\n### Rain\n\nTo be defined.\n\n### Frost\n\n{FULL}\n",
    "last in a codebook": f"# Garden codebook\n\n### Shade\n\n{FULL}\n\n### Rain\n\n**Definition:** wet\n",
    "anchors": f"# Garden codebook\n\n### Shade {{#sh}}\n\n{FULL}\n\n### Rain {{#ra .new}}\n\nWet.\n",
    "entries": "# Book\n\n- **Shade (G1)**: dark\n- **Frost (G2)**: cold\n- **Rain**: wet\n",
}


@pytest.mark.parametrize("kind", BESIDE)
def test_a_heading_built_like_a_neighbouring_code_is_a_code(kind: str) -> None:
    book = book_of(BESIDE[kind])
    assert {"Shade", "Rain"} <= {code.name for code in book.codes} <= {"Shade", "Rain", "Frost"}
    assert not book.texts
    assert not lost_words(BESIDE[kind], parse_coding_book(BESIDE[kind], "book.md"))


@pytest.mark.parametrize("heading", ["Introduction", "Coding rules", "Notes", "Wijzigingen", "How to code"])
def test_a_chapter_of_text_beside_codes_is_not_a_code(heading: str) -> None:
    text = f"# Garden codebook\n\n### Shade\n\n{FULL}\n\n### {heading}\n\nSome words.\n\n### Rain\n\n{FULL}\n"
    assert [code.name for code in book_of(text).codes] == ["Shade", "Rain"]


def test_cards_with_lettered_ids_are_in_the_theme_above_them() -> None:
    text = (
        "# Book\n\nTheme A: Sky\n\nCode A1: Shade\nDefinition: Dark.\nInclude: roofs\n\nCode A2: Rain\n"
        "Definition: Wet.\n\nTheme B: Soil\n\nCode B1: Clay\nDefinition: Heavy.\n"
    )
    book = book_of(text)
    assert [(code.id, code.name, code.definition) for code in book.codes] == [
        ("A1", "Shade", "Dark."),
        ("A2", "Rain", "Wet."),
        ("B1", "Clay", "Heavy."),
    ]
    assert [group.title for group in book.groups] == ["Theme A: Sky", "Theme B: Soil"]
    assert not book.texts


@pytest.mark.parametrize(
    ("field", "include", "exclude"),
    [
        ("Use it when", "x", ""),
        ("Do not use it when", "", "x"),
        ("Don't code them if", "", "x"),
        ("Include also", "x", ""),
        ("Also exclude", "", "x"),
    ],
)
def test_a_field_named_in_a_sentence_has_only_its_own_words(field: str, include: str, exclude: str) -> None:
    text = f"# Book\n\n### Shade\n\n**Definition:** dark\n\n**{field}:** x\n\n**Example:** (a sigh)\n"
    (code,) = book_of(text).codes
    assert (code.include, code.exclude) == (include, exclude)
    assert code.examples == ("(a sigh)",)


def test_a_line_below_a_table_is_not_in_its_last_code() -> None:
    book = book_of("# Book\n\n| Code | Definition |\n|---|---|\n| Shade | dark |\n| Rain | wet |\n\nIn all: 2 codes\n")
    assert [code.definition for code in book.codes] == ["dark", "wet"]
    assert [text.body for text in book.texts] == ["In all: 2 codes"]


def test_a_heading_with_words_before_the_first_code_is_no_code() -> None:
    text = f"# Garden codebook\n\n### Weather\n\nIt rained all year.\n\n### Shade\n\n{FULL}\n\n### Rain\n\nWet.\n"
    book = book_of(text)
    assert [code.name for code in book.codes] == ["Shade", "Rain"]
    assert [each.title for each in book.texts] == ["Weather"]


def test_a_break_in_a_cell_is_the_same_after_export_and_import() -> None:
    text = "# Book\n\n| Code | Definition | Exclude |\n|---|---|---|\n| G1 Shade | very<br>dark | - sun<br>- lamps |\n"
    first = parse_coding_book(text, "book.md")
    assert parse_coding_book(render_coding_book(first.book), "book.md").toml == first.toml

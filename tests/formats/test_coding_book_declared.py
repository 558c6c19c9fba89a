"""Books whose title says that they have codes: names with definitions are codes in all common layouts."""

from __future__ import annotations

import pytest
from coding_books import book_of, lost_words

from codetui.formats.coding_book.reader import parse_coding_book

LAYOUTS = {
    "a numbered list": "1. Shade\n   - Definition: dark\n   - Include: roofs\n2. Rain\n   - Definition: wet\n",
    "a list without numbers": "- Shade\n  - Definition: dark\n- Rain\n  - Definition: wet\n  - Example: drip\n",
    "a Dutch list": "1. Shade\n   - Definitie: dark\n2. Rain\n   - Betekenis: wet\n   - Niet: snow\n",
    "paragraphs": "**Shade (SH)**: dark\n\n**Rain (RA)**: wet\nExample: drip\n",
    "paragraphs with dots": "**Shade.** dark\n\n**Rain.** wet\n",
    "a list in bold": "- **Shade** – dark\n  - include: roofs\n- **Rain** – wet\n",
    "a list in backticks": "- `Shade`: dark\n- `Rain`: wet\n",
    "headings": "## Shade\n\n**Definition:** dark\n\n## Rain\n\n**Definition:** wet\n",
    "themes": "## Theme: Sky\n\n### Shade\n\nDefinition: dark\n\n### Rain\n\nDefinition: wet\n",
    "terms": "Shade\n: dark\n\nRain\n: wet\n",
    "fields as terms": "### Node: Shade\nDescription\n: dark\n\n### Node: Rain\nDescription\n: wet\n",
    "a table with parents": "| ID | Name | Description |\n|---|---|---|\n| 1 | Shade | dark |\n| 1.1 | Rain | wet |\n",
    "another spelling": "| Kode | Betekenis |\n|---|---|\n| Shade | dark |\n| Rain | wet |\n",
}


@pytest.mark.parametrize("title", ["Codebook", "Codeboek tuinen", "Coding scheme: gardens", "Inductive codes"])
@pytest.mark.parametrize("kind", LAYOUTS)
def test_names_with_definitions_are_codes_in_a_declared_book(kind: str, title: str) -> None:
    text = f"# {title}\n\n{LAYOUTS[kind]}"
    book = book_of(text)
    assert [(code.name, code.definition) for code in book.codes] == [("Shade", "dark"), ("Rain", "wet")]
    assert not book.texts
    assert not lost_words(text, parse_coding_book(text, "book.md"))


@pytest.mark.parametrize(
    "text",
    [
        "# Minutes\n\n- **Anna** – writes the memo\n- **Bea** – codes five ads\n",
        "# House style: code of conduct\n\n- **Be kind**: patience\n- **Be clear**: short words\n",
        "# Questionnaire\n\n1. How old are you?\n   - 18 to 30\n2. What is your code?\n   - Definition: a number\n",
        "# Codebook\n\n- **Version:** 2\n- **Coders:** Anna and Bea\n- **Language:** Dutch\n\nTo be written.\n",
        "# Codebook\n\n## Purpose\n\n**Description:** why.\n\n## Coding rules\n\n**Definition:** what a rule is.\n",
        "# Codebook\n\n| Variable | Description |\n|---|---|\n| age | in years |\n| sex | as told |\n",
        "# Codebook\n\n## Walks\n\n**Where:** woods\n\n**Who:** all\n\n## Swims\n\n**Where:** lakes\n\n**Who:** some\n",
        "# Glossary\n\nShade\n: dark\n\nRain\n: wet\n",
    ],
)
def test_names_that_are_not_codes_stay_text(text: str) -> None:
    assert not book_of(text).codes
    assert not lost_words(text, parse_coding_book(text, "book.md"))

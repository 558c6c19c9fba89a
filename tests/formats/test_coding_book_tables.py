"""Books with tables, cards and numbered chapters: their codes, groups and fields, and every word of them."""

from __future__ import annotations

import pytest
from coding_books import book_of, code, lost_words, text

from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.coding_book.vocabulary import field_and_remark
from codetui.formats.coding_book.writer import render_coding_book, visible_text

INTENTS = """\
# Phone calls

| Purpose | Definition | Apply when | Out of scope | Quotes |
|---|---|---|---|---|
| `order` | Orders. | names a good | asks a price | "two lamps" |
| `moan` | Moans. | says what broke | jokes | "it fell" / "it broke" |
"""

THEMES = """\
# Codeboek avonddienst

| Thema | Subthema | Code | Omschrijving | Wanneer wel | Wanneer niet | Citaat | Bron |
|---|---|---|---|---|---|---|---|
| **Werk** | Druk | HAAST | Te veel werk. | noemt uren | klaagt over loon | "ik ren" | R1 |
| | | PAUZE | Geen pauze. | noemt eten | | "geen tijd" | |
| | Loon | LOON | Over geld. | bedragen | | "te weinig" | |
| **Thuis** | Gezin | GEZIN | Over thuis. | kinderen | | "mijn kind" | |
"""

CATEGORIES = """\
# Frame

| ID | Category | Subcategory | Definition | Anchor example(s) | Coding rule |
|---|---|---|---|---|---|
| K1 | Coping | Active | Acts. | "I did it" | All aspects |
| K2 | Coping | Passive | Waits. | "I wait" | |
| K3 | Trust | Blind | Hopes. | | |
"""

HEADLINES = """\
# Frame

| Code | Name | Definition | Example |
|---|---|---|---|
| **Body** | | | |
| PAIN | Aching | Hurts. | "ow" |
| | | | "it stings" |
| **Mind** | | | |
| MOOD | Mood | Feelings. | "sad" |
"""

CARDS = """\
# Codesysteem

## Thema 1: Lichaam

| **L-1: Pijn** | |
|---|---|
| **Definitie** | Hoe het voelt. |
| **Wel coderen** | Zegt waar |
| **Niet coderen** | Alleen oorzaak |
| **Voorbeeld** | "au" |

| L-2 | Slaap |
|---|---|
| Definitie | Slapen. |
| Opmerking | Vraag Jan. |

## Thema 2: Geest

| Code | G-1 |
|---|---|
| Naam | Stemming |
| Definitie | Gevoel. |
| Inclusiecriteria | somber |
"""

SIDEWAYS = """\
# Frame

## Attitudes

| | Trust | Doubt |
|---|---|---|
| Definition | Believes it. | Hesitates. |
| Include | says trust | says doubt |
| Exclude | irony | |
"""

NUMBERED = """\
# Gids

## Zo coderen we

Niets buiten het codeboek.

| Zin | Besluit |
|---|---|
| "leuk" | Geen |

## 1. Vertrouwen

**Definitie.** Gelooft het.

**Wel coderen als de spreker:**
- het zegt
- het doet

**Niet coderen (dan code 0):**
- grap

**Voorbeeldcitaten**

| Citaat | Bron |
|---|---|
| "ja" | R3 |

## 2. Twijfel

**Definitie.** Gelooft het niet.

**Voorbeelden**

> "misschien"
>
> "wie weet"

## Wijzigingen

Geen.
"""

PROFILES = """\
# Boek

## 1. Taken

Waarom twee lagen.

### Profielen

Een van deze.

- **`Maker`**: maakt.
- **`Wachter`**: waakt.

### Groep A: Maken

#### 1.A.1. Bouwen

- **Definitie:** Bouwt.

### Groep B: Waken

#### 1.B.1. Kijken

- **Definitie:** Kijkt.

## 2. Tools

#### 2.1. Talen

- **Definitie:** Talen.
"""

NONE = """\
# A program

| Option | Description | Example |
|---|---|---|
| --force | Overwrites | --force x |

| Exit code | Description |
|---|---|
| 0 | well |

## How codes look

| Field | What to write |
|---|---|
| Definition | One sentence |
| Include | What counts |

## Columns

| Column | Meaning |
|---|---|
| id | the id |
"""

BOOKS = [INTENTS, THEMES, CATEGORIES, HEADLINES, CARDS, SIDEWAYS, NUMBERED, PROFILES, NONE]


@pytest.mark.parametrize("markdown", BOOKS)
def test_no_word_is_lost_on_the_way_in_and_out(markdown: str) -> None:
    found = parse_coding_book(markdown, "book.md")
    assert lost_words(markdown, found) == set()
    assert not [note for note in found.notes if "not understood" in note.message]
    written = render_coding_book(found.book)
    assert parse_coding_book(written, "book.md").book.codes == found.book.codes
    assert lost_words(markdown, parse_coding_book(visible_text(found.book), "book.md")) <= set(found.structure)


def test_the_column_beside_the_definition_names_the_codes() -> None:
    first, second = book_of(INTENTS).codes
    assert (first.name, first.definition, first.include, first.exclude) == (
        "order",
        "Orders.",
        "names a good",
        "asks a price",
    )
    assert (first.examples, second.examples) == (("two lamps",), ("it fell", "it broke"))


def test_columns_of_themes_are_sections_and_groups_and_empty_cells_repeat_them() -> None:
    book = book_of(THEMES)
    assert [section.title for section in book.sections] == ["Werk", "Thuis"]
    assert [(group.title, group.section) for group in book.groups] == [
        ("Druk", "werk"),
        ("Loon", "werk"),
        ("Gezin", "thuis"),
    ]
    assert [(each.name, each.group) for each in book.codes] == [
        ("HAAST", "druk"),
        ("PAUZE", "druk"),
        ("LOON", "loon"),
        ("GEZIN", "gezin"),
    ]
    assert text(book, "Bron").body.strip() == "R1"


def test_separate_columns_of_ids_categories_and_codes_are_distinguished() -> None:
    book = book_of(CATEGORIES)
    assert [group.title for group in book.groups] == ["Coping", "Trust"]
    assert [(each.id, each.name, each.examples) for each in book.codes] == [
        ("K1", "Active", ("I did it",)),
        ("K2", "Passive", ("I wait",)),
        ("K3", "Blind", ()),
    ]


def test_a_bold_row_is_a_group_and_a_row_without_a_label_continues_the_code() -> None:
    book = book_of(HEADLINES)
    assert [group.title for group in book.groups] == ["Body", "Mind"]
    assert [(each.id, each.name) for each in book.codes] == [("PAIN", "Aching"), ("MOOD", "Mood")]
    assert book.codes[0].examples == ("ow", "it stings")


def test_a_table_may_be_the_card_of_one_code() -> None:
    book = book_of(CARDS)
    assert [group.title for group in book.groups] == ["Thema 1: Lichaam", "Thema 2: Geest"]
    assert [(each.id, each.name) for each in book.codes] == [("L-1", "Pijn"), ("L-2", "Slaap"), ("G-1", "Stemming")]
    pain = code(book, "L-1")
    assert (pain.definition, pain.include, pain.exclude) == ("Hoe het voelt.", "Zegt waar", "Alleen oorzaak")
    assert code(book, "L-2").definition.endswith("\n\nOpmerking: Vraag Jan.")


def test_codes_may_be_the_columns_of_a_table() -> None:
    trust, doubt = book_of(SIDEWAYS).codes
    assert (trust.name, trust.definition, trust.exclude) == ("Trust", "Believes it.", "irony")
    assert (doubt.name, doubt.include, doubt.exclude) == ("Doubt", "says doubt", "")


def test_numbered_chapters_are_codes_and_remarks_beside_field_names_are_kept() -> None:
    book = book_of(NUMBERED)
    trust, doubt = book.codes
    assert (trust.id, trust.name, doubt.id, doubt.name) == ("1", "Vertrouwen", "2", "Twijfel")
    assert trust.include == "als de spreker:\n- het zegt\n- het doet"
    assert trust.exclude == "(dan code 0) grap"
    assert '| "ja" | R3 |' in text(book, "Voorbeeldcitaten").body
    assert doubt.examples == ("misschien", "wie weet")


def test_a_section_that_contains_profiles_stays_a_section() -> None:
    book = book_of(PROFILES)
    assert [(each.heading, each.definition) for each in book.sections] == [
        ("## 1. Taken", "Waarom twee lagen."),
        ("## 2. Tools", ""),
    ]
    assert [(group.id, group.section) for group in book.groups] == [("A", "tasks"), ("B", "tasks")]
    assert [each.name for each in book.profiles] == ["Maker", "Wachter"]


def test_tables_of_other_things_are_not_codes() -> None:
    book = book_of(NONE)
    assert not (book.codes or book.sections or book.profiles)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        *((name, "definition") for name in ("Full definition", "Operational definition", "Korte omschrijving")),
        *((name, "include") for name in ("When to Apply", "Use for", "Inclusie-criteria", "Wanneer te gebruiken")),
        *(
            (name, "exclude")
            for name in ("When NOT to Apply", "Out of scope", "Don’t code", "Niet gebruiken bij", "Uitsluitcriteria")
        ),
        *((name, "examples") for name in ("Anchor example", "Example(s)", "Data extract", "Ankercitaten")),
    ],
)
def test_fields_have_many_names(name: str, field: str) -> None:
    assert field_and_remark(name) == (field, "")


@pytest.mark.parametrize(
    "example", ['"Wij bouwen" (We build)', 'R3: "wij doen"', "“Wij maken” — we make", "„Hallo” [sic]", "builds"]
)
def test_an_example_with_a_gloss_is_written_as_it_was(example: str) -> None:
    markdown = f"# Boek\n\n## 1. Taken\n\n### 1.1. Bouwen\n\n- **Example Phrases:**\n  - {example}\n  - x\n"
    first = book_of(markdown)
    assert first.codes[0].examples[0] == example
    written = render_coding_book(first)
    assert f"  - {example}\n" in written or (f'  - "{example}"\n' in written and '"' not in example)
    assert book_of(written).codes == first.codes

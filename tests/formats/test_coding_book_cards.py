"""Cards of plain lines, `Code: …` and `Definition: …`: their codes and fields, in books with several cards."""

from __future__ import annotations

import pytest
from coding_books import book_of, lost_words

from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.coding_book.writer import render_coding_book

PLAIN = """\
# Waiting rooms

Code: Patience
Definition: Somebody waits calmly.
Example: "no hurry"; "take your time"

Code: Restlessness
Definition: Somebody cannot sit still.
Include: pacing
Exclude: going out
"""

CARDS = {
    "plain": PLAIN,
    "an empty line between all": PLAIN.replace("\n", "\n\n"),
    "no heading": PLAIN.split("\n", 2)[2],
    "rules between": PLAIN.replace("\n\nCode: R", "\n\n---\n\nCode: R"),
    "names": PLAIN.replace("Code:", "Name:"),
    "labels": PLAIN.replace("Code:", "Label :"),
    "capitals": PLAIN.replace("Code:", "CODE:").replace("Definition:", "DEFINITION:"),
    "bold names": PLAIN.replace("Code:", "**Code:**").replace("Definition:", "**Definition**:"),
    "bold values": PLAIN.replace("Code: Patience", "Code: **Patience**"),
    "bullets": PLAIN.replace("\nCode", "\n- Code").replace("\nDef", "\n- Def").replace("\nEx", "\n- Ex"),
    "nested": PLAIN.replace("\nCode", "\n- Code").replace("\nDef", "\n  - Def").replace("\nEx", "\n  - Ex"),
    "numbered entries": PLAIN.replace("\nCode", "\n1. Code").replace("\nDef", "\n   Def").replace("\nEx", "\n   Ex"),
    "indented": PLAIN.replace("\nCode", "\n    Code").replace("\nDef", "\n    Def").replace("\nEx", "\n    Ex"),
    "breaks marked by blanks": PLAIN.replace(".\n", ".  \n").replace("ce\nDef", "ce  \nDef"),
    "breaks marked by backslashes": PLAIN.replace(".\n", ".\\\n").replace("ce\nDef", "ce\\\nDef"),
    "headings": PLAIN.replace("Code:", "## Code:"),
    "hard blanks": PLAIN.replace(": ", ":\u00a0"),
    "values below": PLAIN.replace(": S", ":\nS"),
    "Windows": PLAIN.replace("\n", "\r\n"),
    "lists": PLAIN.replace('"no hurry"; "take your time"', '\n- "no hurry"\n- "take your time"'),
    "in the words of a handbook": PLAIN.replace("Code:", "Code name:").replace("Example:", "Typical exemplars:"),
    "Dutch": PLAIN.replace("Code:", "Naam:").replace("Definition:", "Omschrijving:").replace("Example:", "Voorbeeld:"),
    "Dutch codes": PLAIN.replace("Code:", "Codenaam:").replace("Include:", "Wel:").replace("Exclude:", "Niet:"),
}


def lost_words_of(text: str) -> set[str]:
    return lost_words(text, parse_coding_book(text, "book.md"))


@pytest.mark.parametrize("kind", CARDS)
def test_cards_of_plain_lines_are_codes(kind: str) -> None:
    book = book_of(CARDS[kind])
    patience, restlessness = book.codes
    assert [patience.name, restlessness.name] == ["Patience", "Restlessness"]
    assert patience.definition == "Somebody waits calmly."
    assert patience.examples == ("no hurry", "take your time")
    if "bullets" not in kind and "nested" not in kind and "numbered" not in kind:
        assert (restlessness.include, restlessness.exclude) == ("pacing", "going out")
    assert not lost_words_of(CARDS[kind])
    assert book_of(render_coding_book(book)).codes == book.codes


IDS = """\
# Boek

{0}: P1
{1}: Geduld
Definitie: Wacht rustig.

{0}: P2
{1}: Onrust
Definitie: Zit niet stil.
"""


@pytest.mark.parametrize(
    ("id_", "name"),
    [("Code", "Label"), ("Code", "Name"), ("ID", "Name"), ("Code", "Naam"), ("Nr", "Code"), ("Code id", "Titel")],
)
def test_a_card_may_have_an_id_and_a_name(id_: str, name: str) -> None:
    book = book_of(IDS.format(id_, name))
    assert [(code.id, code.name) for code in book.codes] == [("P1", "Geduld"), ("P2", "Onrust")]
    assert not lost_words_of(IDS.format(id_, name))


@pytest.mark.parametrize(
    "line", ["Code 1: Geduld", "Code: 1. Geduld", "Code 1 : Geduld", "Code: 1 - Geduld", "## Code 1: Geduld"]
)
def test_the_number_of_a_card_is_the_id_of_its_code(line: str) -> None:
    text = (
        f"# Boek\n\n{line}\nDefinitie: Rust.\n\n"
        + line.replace("1", "2").replace("Geduld", "Haast")
        + "\nDefinitie: Druk."
    )
    assert [(code.id, code.name) for code in book_of(text).codes] == [("1", "Geduld"), ("2", "Haast")]


def test_a_card_is_in_the_group_of_its_heading_or_of_its_theme() -> None:
    cards = "\n\n".join(f"Code: {name}\nDefinition: Is {name}." for name in ("Calm", "Haste"))
    below = book_of(f"# Book\n\n## Theme 1: Moods\n\n{cards}\n\n## Theme 2: Acts\n\n{cards.replace('a', 'o')}\n")
    assert [group.title for group in below.groups] == ["Theme 1: Moods", "Theme 2: Acts"]
    assert [code.name for code in below.codes] == ["Calm", "Haste", "Colm", "Hoste"]
    once = book_of(f"# Book\n\nTheme: Moods\n\n{cards}\n")
    each = book_of(f"# Book\n\n{cards}\n".replace("Code:", "Theme: Moods\nCode:"))
    for book in (once, each):
        assert [group.title for group in book.groups] == ["Moods"]
        assert {code.group for code in book.codes} == {"moods"}
        assert not book.texts


def test_the_card_below_a_heading_with_a_codes_name_may_contain_its_id() -> None:
    book = book_of("# Book\n\n## Calm\n\nCode: CA\nDefinition: Is calm.\n\n## Haste\n\nCode: HA\nDefinition: Runs.\n")
    assert [(code.id, code.name, code.definition) for code in book.codes] == [
        ("CA", "Calm", "Is calm."),
        ("HA", "Haste", "Runs."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Minutes\n\nName: Jan\nDate: 3 May\n\nWe talked.\n",
        "# Talk\n\nCode: the name of a thing\nin some words.\n\nDefinition: what it is.\n",
        "# Talk\n\nCode: once\nDefinition: a single card may explain what fields are.\n",
        "# Talk\n\nQuestion: Do you wait?\nExample: yes\n\nQuestion: Do you run?\nExample: no\n",
        "# Talk\n\nCode: A\nCode: B\nCode: C\n",
        "# Talk\n\nCode: a line that goes on and on, as only the sentences of a text do, and never as a name\n"
        "Definition: none\n\nCode: another line that goes on and on, as only sentences of a text do\nDefinition: x\n",
    ],
)
def test_lines_that_only_look_like_a_card_are_not_a_code(text: str) -> None:
    book = book_of(text)
    assert not (book.codes or book.sections)
    assert not lost_words_of(text)


@pytest.mark.parametrize("name", ["Name", "Label", "Naam", "Title"])
def test_lines_with_names_are_not_cards_in_a_book_with_ids(name: str) -> None:
    codes = "".join(f"## TASK{at}: Plan {at}\n\n{name}: P{at}\nDefinition: Plans.\n\n" for at in (1, 2, 3))
    book = book_of(f"# Book\n\n{codes}")
    assert [code.id for code in book.codes] == ["TASK1", "TASK2", "TASK3"]
    assert not lost_words_of(f"# Book\n\n{codes}")


def test_a_labelled_line_inside_a_card_is_kept_with_its_code() -> None:
    text = PLAIN.replace("Example:", "Category: Moods\nExample:")
    book = book_of(text)
    assert [code.name for code in book.codes] == ["Patience", "Restlessness"]
    assert [(each.title, each.body, each.after) for each in book.texts] == [("Category", "Moods", "patience")]
    assert book.codes[0].examples == ("no hurry", "take your time")

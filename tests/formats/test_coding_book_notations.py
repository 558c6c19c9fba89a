"""Coding books in other notations and languages, and with loose entries, are read as those in markdown are."""

from __future__ import annotations

import pytest
from coding_books import book_of, lost_words

from codetui.formats.coding_book.reader import parse_coding_book

# The sign ¶ is a line break.
ENGLISH = {
    "reStructuredText": "Codebook¶########¶¶Sky¶===¶¶Shade¶~~~~~¶:Definition: dark¶¶Rain¶~~~~¶:Definition: wet¶",
    "framed titles": "========¶Codebook¶========¶¶Shade¶-----¶Definition: dark¶¶Rain¶-----¶Definition: wet¶",
    "AsciiDoc": "= Codebook¶¶== Shade¶Definition: dark¶¶== Rain¶Definition: wet¶",
    "a wiki": "= Codebook =¶¶== Shade ==¶'''Definition:''' dark¶¶== Rain ==¶'''Definition:''' wet¶",
    "Org": "#+TITLE: Codebook¶¶* Shade¶Definition: dark¶* Rain¶Definition: wet¶",
    "a grid": "# Codebook¶¶+-------+------------+¶| Code  | Definition |¶"
    "+=======+============+¶| Shade | dark       |¶+-------+------------+¶| Rain  | wet        |¶+-------+---+¶",
    "underlined columns": "# Codebook¶¶Code   Definition¶-----  ----------¶Shade  dark¶Rain   wet¶",
    "framed columns": "# Codebook¶¶=====  ==========¶Code   Definition¶"
    "=====  ==========¶Shade  dark¶Rain   wet¶=====  ==========¶",
    "rows without a rule": "# Codebook¶¶|Code|Definition|¶|Shade|dark|¶|Rain|wet|¶",
    "rows without outer pipes": "# Codebook¶¶Code | Definition¶Shade | dark¶Rain | wet¶",
    "rows without titles": "# Codebook¶¶| Shade | dark |¶| Rain | wet |¶",
    "terms in HTML": "# Codebook¶¶<dl>¶<dt>Shade</dt><dd>dark</dd>¶<dt>Rain</dt>¶<dd>wet</dd>¶</dl>¶",
    "headings alone": "# Codebook¶¶## Shade¶¶dark¶¶## Rain¶¶wet¶",
    "bold alone": "# Codebook¶¶**Shade**¶¶dark¶¶**Rain**¶¶wet¶",
    "numbers in brackets": "# Codebook¶¶(1) Shade: dark¶(2) Rain: wet¶",
    "letters": "# Codebook¶¶a) Shade - dark¶b) Rain - wet¶",
    "plain lines": "# Codebook¶¶Shade: dark¶Rain: wet¶",
    "arrows": "# Codebook¶¶Shade -> dark¶Rain -> wet¶",
    "abbreviations": "# Codebook¶¶SH = Shade: dark¶RA = Rain: wet¶",
    "a plain list": "# Codebook¶¶- Shade: dark¶- Rain – wet¶",
    "a nested list": "# Codebook¶¶- Sky¶  - Shade: dark¶- Water¶  - Rain: wet¶",
    "typographic bullets": "# Codebook¶¶• Shade: dark¶• Rain: wet¶",
    "HTML": "<h1>Codebook</h1>¶<h2>Shade</h2>¶<p><b>Definition:</b> dark</p>¶<h2>Rain</h2>¶<p>Definition: wet</p>¶",
    "a list in HTML": "# Codebook¶<ul>¶<li><b>Shade</b>: dark</li>¶<li><b>Rain</b>: wet</li>¶</ul>¶",
    "summaries": "# Codebook¶¶<details><summary>Shade</summary>¶¶Definition: dark¶¶</details>¶"
    "<details><summary>Rain</summary>¶¶Definition: wet¶¶</details>¶",
    "a quoted text": "> # Codebook¶>¶> **Shade**: dark¶>¶> **Rain**: wet¶",
    "tabs": "# Codebook¶¶Code\tDefinition¶Shade\tdark¶Rain\twet¶",
    "a grid without titles": "# Codebook¶¶+---+---+¶| Shade | dark |¶+---+---+¶| Rain | wet |¶+---+---+¶",
    "Roman numbers": "# Codebook¶¶I. Shade: dark¶II. Rain: wet¶",
    "double dashes": "# Codebook¶¶__Shade__ -- dark¶¶__Rain__ -- wet¶",
    "indented definitions": "# Codebook¶¶Shade¶    dark¶¶Rain¶    wet¶",
    "titles alone": "# Shade¶Definition: dark¶Include: roofs¶¶# Rain¶Definition: wet¶Include: drops¶",
}
OTHERS = {
    "Chinese numbers": "# 编码表¶¶1、Shade：dark¶2、Rain：wet¶",
    "Chinese brackets": "编码手册¶¶【Shade】¶定义：dark¶¶【Rain】¶定义：wet¶",
    "Korean": "# 코드북¶¶## Shade¶정의: dark¶¶## Rain¶정의: wet¶",
    "Russian": "# Кодовая книга¶¶## Shade¶Определение: dark¶¶## Rain¶Определение: wet¶",
    "Portuguese": "# Livro de códigos¶¶## Shade¶Definição: dark¶¶## Rain¶Definição: wet¶",
    "Italian": "# Libro dei codici¶¶## Shade¶Definizione: dark¶¶## Rain¶Definizione: wet¶",
    "Chinese": "# 编码手册¶¶## Shade¶定义：dark¶例子：“a”¶¶## Rain¶定义：wet¶排除：b¶",
    "Chinese columns": "# 编码本¶¶| 编码 | 定义 |¶|---|---|¶| Shade | dark |¶| Rain | wet |¶",
    "Japanese": "# コードブック¶¶### Shade¶**定義**：dark¶¶### Rain¶**定義**：wet¶",
    "German": "# Kodierleitfaden¶¶"
    "| Kategorie | Definition | Ankerbeispiel |¶|---|---|---|¶| Shade | dark | „a“ |¶| Rain | wet | „b“ |¶",
    "French": "# Grille de codage¶¶## Shade¶Définition : dark¶¶## Rain¶Définition : wet¶",
    "Spanish": "# Libro de códigos¶¶### Shade¶**Definición:** dark¶¶### Rain¶**Definición:** wet¶",
}


HTML_NAMES = ["dl", "dt", "dd", "h1", "h2", "p", "b", "ul", "li", "details", "summary"]


@pytest.mark.parametrize("name", [*ENGLISH, *OTHERS])
def test_names_and_definitions_are_read_in_any_notation(name: str) -> None:
    text = (ENGLISH | OTHERS)[name].replace("¶", "\n")
    book = book_of(text)
    assert [(code.name, code.definition) for code in book.codes] == [("Shade", "dark"), ("Rain", "wet")]
    assert not book.texts
    assert not lost_words(text, parse_coding_book(text, "book.md")) - {"TITLE", *HTML_NAMES}


def test_ids_of_loose_entries_are_kept() -> None:
    book = book_of("# Codebook\n\n1.1 Shade: dark\n1.2 Rain: wet\n")
    assert [(code.id, code.name) for code in book.codes] == [("1.1", "Shade"), ("1.2", "Rain")]


def test_rows_written_on_several_lines_are_joined() -> None:
    rows = "Code   Definition\n-----  ----------\nShade  dark\n       and cool\nRain   wet\n"
    assert [code.definition for code in book_of(f"# Codebook\n\n{rows}").codes] == ["dark and cool", "wet"]
    grid = "+---+---+\n|Code|Definition|\n+===+===+\n|Shade|dark|\n||and cool|\n+---+---+\n"
    assert [code.definition for code in book_of(f"# Codebook\n\n{grid}").codes] == ["dark and cool"]


def test_a_note_names_the_line_of_the_original() -> None:
    html = "<dl>\n<dt>Shade</dt><dd>dark</dd>\n\n<dt>Rain</dt>\n<dd>wet</dd></dl>\n"
    text = f"Codebook\n########\n\n{html}"
    found = parse_coding_book(text, "book.md")
    assert [note.line for note in found.notes if "id in the book" in note.message] == [5, 7]


def test_columns_of_parents_are_groups_and_those_of_memos_belong_to_the_definition() -> None:
    rows = ["Parent | Code | Definition | Memo", "Sky | Shade | dark | rare", "Sky | Rain | wet | "]
    book = book_of("\n".join(("# Codebook", "", *rows)))
    assert [group.title for group in book.groups] == ["Sky"]
    assert [code.definition for code in book.codes] == ["dark\n\nMemo: rare", "wet"]
    assert not book.texts

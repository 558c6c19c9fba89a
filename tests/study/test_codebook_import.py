"""`codetui codebook import`: what is no codebook is refused with what it is; names of fields are listed as written."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.formats.coding_book.reader import parse_coding_book
from codetui.study.coding_book import convert_coding_book
from codetui.study.study import StudyError


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("m.md", "# Minutes\n\n## Opening\n\n- Bea opens\n", ["2 headings", "line 1: “Minutes”", "1 list (in line 5)"]),
        ("t.md", "# Results\n\n| Code | n |\n|---|---|\n| a | 1 |\n", ["1 table (in line 3)", "Definition: …"]),
        ("q.csv", "nr,question\n1,Why?\n", ["columns “nr”, “question” in its first line"]),
        ("e.md", "", ["no words"]),
        (
            "h.md",
            "# House style\n\n## 1. Be kind\n\n**Definition:** patience\n\n## 2. Be clear\n\nShort.\n",
            ["in line 3"],
        ),
        (
            "ad.md",
            '# Manual Coding Analysis: Job Ad #7 (Kade)\n\n## 1. Tasks\n\n- **TASK1: Mooring:**\n  - "ties"\n',
            ["“Manual Coding Analysis: Job Ad #7 (Kade)”", "codetui import ad.md"],
        ),
    ],
)
def test_what_is_no_codebook_is_refused_with_what_it_is(tmp_path: Path, name: str, text: str, says: list[str]) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(StudyError) as refused:
        convert_coding_book(tmp_path / name, "codebook.toml")
    for each in ("so nothing is written", *says):
        assert each in str(refused.value)


PROSE = "Much is said here that belongs to no code at all, about the study and its limits. "
LONG = PROSE * 9
MENTIONS = {
    "a paper": f"# Trust\n\n## Method\n\n{LONG}\n\n- **TASK1: Modeling** was common.\n- **TASK2: Tests** were rare.",
    "a manual": f"# Project\n\n## 1. Usage\n\nExample: run it\n\n## Options\n\n- `--all`: all\n- `-n`: none\n\n{LONG}",
    "a decision": "# 24. A codebook migration\n\n**Why.** Books change.\n\n**Decision.** Recode in place.\n",
    "an account of a codebook": f"# The coding book changes\n\n## It grows\n\nOften.\n\n## It ages\n\n{LONG}\n",
    "an agenda": "# Codebook meeting\n\n## Agenda\n\n- Opening: Bea\n\n## Actions\n\n- Bea: codes ten ads\n",
    "words about TOML": "# Notes\n\nWrite `[[code]]` for a code.\n",
    "a table without a head": "Shade,dark\nRain,wet\n",
}


def test_the_introduction_and_appendices_of_a_book_do_not_count(tmp_path: Path) -> None:
    text = f"# Codebook\n\n{PROSE}\n\n## Shade\n\ndark\n\n## Rain\n\nwet\n\n## References\n\n{PROSE}\n"
    (tmp_path / "t.md").write_text(text, "utf-8")
    assert len(convert_coding_book(tmp_path / "t.md", "codebook.toml").found.book.codes) == 2


@pytest.mark.parametrize("name", MENTIONS)
def test_a_text_that_mentions_codes_is_no_codebook(tmp_path: Path, name: str) -> None:
    path = tmp_path / ("t.csv" if "table" in name else "t.md")
    path.write_text(MENTIONS[name], "utf-8")
    with pytest.raises(StudyError, match="nothing is written"):
        convert_coding_book(path, "codebook.toml")


def test_a_table_without_the_word_for_definitions_has_codes_by_its_other_titles(tmp_path: Path) -> None:
    (tmp_path / "garden.csv").write_text("Name,Parent,Description\nShade,Sky,dark\n", "utf-8")
    book = convert_coding_book(tmp_path / "garden.csv", "codebook.toml").found.book
    assert (book.title, [section.title for section in book.sections]) == ("garden", ["Sky"])
    (tmp_path / "ads.csv").write_text("id,title,description\n1,Gardener,You tend plants\n", "utf-8")
    with pytest.raises(StudyError):
        convert_coding_book(tmp_path / "ads.csv", "codebook.toml")


def test_a_table_of_names_and_definitions_is_a_codebook(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Name;Definition;Color\nShade;dark;#000\nRain;;#00f\n", "utf-8")
    codes = convert_coding_book(tmp_path / "t.csv", "codebook.toml").found.book.codes
    assert [(code.name, code.definition) for code in codes] == [("Shade", "dark"), ("Rain", "")]


HTML = """\
# Gardens

<table class="x">
<tr><th>Code</th><th>Definition</th><th>When not to use</th></tr>
<tr>
  <td>Shade</td>
  <td>dark &amp; <b>cool</b></td>
  <td></td>
</tr>
<tr><td>Rain</td><td>wet</td><td>snow | ice</td></tr>
</table>

Some words below.
"""


def test_a_table_in_html_is_read_with_the_lines_of_its_rows() -> None:
    found = parse_coding_book(HTML, "book.md")
    assert [(code.name, code.definition, code.exclude) for code in found.book.codes] == [
        ("Shade", "dark & cool", ""),
        ("Rain", "wet", "snow | ice"),
    ]
    assert [note.line for note in found.notes] == [5, 10, 13]


def test_names_of_fields_are_listed_as_written() -> None:
    text = "# Book\n\n## G1: Shade\n\n**When to use:** roofs\n\n## G2: Rain\n\n**When to use:** drips\n\nNiet: snow\n"
    assert parse_coding_book(text, "book.md").field_names == ("When to use", "Niet")

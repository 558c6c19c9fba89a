"""The codebook of any coding book can be read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from coding_books import book_of, code
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.codebook.writer import render_codebook
from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.toml.tables import long_key
from codetui.model import Codebook
from testing.examples import examples

DOTTED = ".".join(f"word{number}" for number in range(40))
QUOTED = ".".join(f'"word{number}"' for number in range(40))
PIECES = [
    "# Book (v1)\n\n", "## Tasks\n\n", "## Tools\n\n", "### TASK1: Name\n\n", "### TECH2: Name\n\n", "### Name\n\n",
    "## Profiles\n\n", "### 1. `Keeper` (lights)\n\n", "- **Definition:** ", "- **Example Phrases:**\n", "  - \"",
    "- **Evidence Profile:** ", "- **Not to be confused with:** TASK1, ", "- `TASK3: a` (e.g., ", "**1.A.2. Name:** ",
    "| id | name | definition |\n|---|---|---|\n", "| A1 | ", " | ", "\n", "\n\n", "---\n", "> ", "```\n", "word ",
    DOTTED, QUOTED, DOTTED.replace(".", " . "), "a." * 45, '"', "'", '"""', "'''", "\\", "\\u0041", "\\\n", "#", "[x]",
    "[[code]]\n", "id = 1\n", "key = \"a\"", "{", "}", "=", "<!-- codetui code\n", "id = \"T9\"\n", "-->\n", "<!--",
    "<!-- codetui text\nbefore = \"TASK1\"\n-->\n", "<!-- codetui end -->\n", f"<!-- codetui code\n{DOTTED} = 1\n-->\n",
    "<!-- codetui book\nlabel = \"{\"\n-->\n", "\ufeff", "\ud800", "\x00", "\x1b[31m", "\x85", "\u2028", "\r", "\t",
    "\xa0", "\U0001f468", "e\u0301", "<br>", "`", "**", "_(", ")_", "1. ", "12) ", "- ", "  * ",
]  # fmt: skip


def read_back(markdown: str) -> Codebook:
    """Return the codebook of a coding book, after checking that it reads back from its own text and when written."""
    found = parse_coding_book(markdown, "book.md")
    book, problems = parse_codebook(found.toml.encode("utf-8").decode("utf-8-sig"), "codebook.toml")
    assert book is not None, [problem.message for problem in problems]
    assert book == found.book
    again = parse_codebook(render_codebook(book), "codebook.toml")[0]
    assert again is not None
    assert replace(again, content_hash="") == replace(book, content_hash="")
    return book


@settings(max_examples=examples(400))
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=30).map("".join))
def test_any_markdown_yields_a_codebook_that_reads_back_equal(markdown: str) -> None:
    read_back(markdown)


@pytest.mark.parametrize("words", [DOTTED, QUOTED, "a." * 5_000, DOTTED.replace(".", " . ")])
def test_words_joined_by_dots_are_read_in_every_position(words: str) -> None:
    markdown = (
        f"# {words}\n\n{words}\n\n## Tasks\n\n### TASK1: Name\n\n- **Definition:** {words}\n\n### {words}\n\n{words}\n"
    )
    assert code(read_back(markdown), "TASK1").definition.split() == words.split()


def test_words_joined_by_dots_in_a_comment_are_not_a_key() -> None:
    text = f"# {DOTTED} = 1\ntitle = \"{DOTTED}\" # {DOTTED}\nversion = '''\n{DOTTED} = \"1\n'''\n"
    book, problems = parse_codebook(text, "a.toml")
    assert book is not None and book.title == DOTTED
    assert not [problem for problem in problems if "dots" in problem.message]


@pytest.mark.parametrize(
    "text",
    [
        f"title = 'a'\n{DOTTED}.x = 1\n", f"title = 'a'\n{QUOTED}.x = 1\n", f"title = 'a'\n[{DOTTED}.x]\n",
        f"title = 'a'\na = {{ {DOTTED}.x = 1 }}\n", f"title = 'a'\na = '' # '''\n{DOTTED}.x = 1\n",
        f'title = \'a\'\na = "\\""\n{DOTTED}.x = 1 # """\n',
    ],
)  # fmt: skip
def test_a_key_of_dozens_of_words_is_refused_on_its_line(text: str) -> None:
    book, problems = parse_codebook(text, "a.toml")
    assert book is None
    assert [problem.line for problem in problems] == [1 + text[: text.index("word0")].count("\n")]
    assert "dozens of words joined by dots" in problems[0].message


@given(st.text(alphabet="\"'\\\n#a. =[]{}", max_size=60))
def test_a_key_of_dozens_of_words_is_refused_even_after_something_like_a_text(before: str) -> None:
    import tomllib

    text = f"{before}\n{DOTTED}.x = 1\n"
    if long_key(text) is None:
        with pytest.raises(tomllib.TOMLDecodeError):
            tomllib.loads(before + "\n")


def test_an_embedded_codebook_with_a_huge_key_or_deep_lists_is_ignored() -> None:
    for toml in (f"{'a.' * 20_000}b = 1", f"a = {'[' * 20_000}"):
        book = book_of(
            f"# Book\n\n## Tasks\n\n### TASK1: Name\n\n<!-- codetui code\n{toml}\n-->\n\n- **Definition:** d\n"
        )
        assert code(book, "TASK1").definition == "d"

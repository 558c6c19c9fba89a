"""Written coding books: each reads back as the codebook that it was made from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from books import codebooks, settled
from hypothesis import HealthCheck, given, settings

from codetui.core.codebook.diff import in_reading_order
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.coding_book.writer import render_coding_book, render_page
from codetui.model import Code, Codebook, CodebookText, CodeId, Group, Profile, Section
from testing.examples import examples

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLES = sorted((ROOT / "tests" / "data" / "coding_books").glob("*.md"))

TASKS = Section(id="tasks", title="Job Task Analysis")
TOOLS = Section(id="technologies", title="Technology & Tool Analysis", holds="terms")
LAMPS = Codebook(
    title="Lamps",
    version="v2",
    profiles=(Profile(id="1", name="Keeper", subtitle="lights", evidence="Mostly `TASK1`."),),
    sections=(TASKS, TOOLS),
    codes=(
        Code(id=CodeId("TASK1"), name="Lighting", section="tasks", definition="The lamp."),
        Code(id=CodeId("TASK2"), name="Watching", section="tasks", definition="The sea."),
        Code(id=CodeId("TECH1"), name="Lamps", section="technologies", examples=("oil", "gas")),
        Code(id=CodeId("TECH2"), name="Horns", section="technologies", examples=("fog horn",)),
    ),
)


def back(markdown: str) -> Codebook:
    """Return the codebook of a coding book, without the hash of its text."""
    return replace(parse_coding_book(markdown, "book.md").book, content_hash="")


def test_codes_with_a_definition_or_examples_are_written_as_a_list() -> None:
    assert render_coding_book(settled(LAMPS)) == (
        "# Lamps (v2)\n\n## Profiles\n\n### 1. `Keeper` (lights)\n\n- **Evidence Profile:** Mostly `TASK1`.\n\n---\n\n"
        "## Job Task Analysis\n\n- **`TASK1: Lighting`**: The lamp.\n- **`TASK2: Watching`**: The sea.\n\n---\n\n"
        "## Technology & Tool Analysis\n\n- `TECH1: Lamps` (e.g., oil, gas, etc.)\n"
        "- `TECH2: Horns` (e.g., fog horn, etc.)\n"
    )


def test_codes_with_more_fields_are_written_under_headings() -> None:
    lighting = replace(
        LAMPS.codes[0],
        group="by_night",
        examples=("You light the lamp.",),
        exclude="torches",
        confused_with=(CodeId("TASK2"),),
        found_in="33",
        is_retired=True,
    )
    group = Group(id="by_night", section="tasks", title="By night", definition="After dusk.")
    written = render_coding_book(settled(replace(LAMPS, groups=(group,), codes=(lighting, *LAMPS.codes[1:]))))
    assert (
        "### By night\n\nAfter dusk.\n\n#### TASK1: Lighting\n\n- **Definition:** The lamp.\n- **Exclude:** torches\n"
        '- **Example Phrases:**\n  - "You light the lamp."\n- **Not to be confused with:** TASK2: Watching\n'
        "- **Found in:** 33\n- **Retired:** yes\n"
    ) in written


def test_content_that_markdown_cannot_express_is_kept_in_a_comment_at_the_end() -> None:
    code = replace(LAMPS.codes[1], key="w")
    book = settled(replace(LAMPS, codes=(LAMPS.codes[0], code, *LAMPS.codes[2:])))
    written = render_coding_book(book)
    visible, _, comment = written.partition("\n<!-- codetui codebook ")
    assert "<!--" not in visible
    assert 'key = "w"' in comment
    assert comment.endswith("\n-->\n")
    assert back(written) == book


@pytest.mark.parametrize("changed", [str, lambda text: text.replace("\n", "\r\n"), lambda text: f"{text}\n\n"])
def test_the_comment_is_used_while_the_visible_text_is_unedited(changed: Callable[[str], str]) -> None:
    book = settled(replace(LAMPS, codes=(replace(LAMPS.codes[0], key="w"), *LAMPS.codes[1:])))
    assert back(changed(render_coding_book(book))) == book


def test_an_edited_text_is_parsed_again_and_the_comment_is_reported() -> None:
    book = settled(replace(LAMPS, codes=(replace(LAMPS.codes[0], key="w"), *LAMPS.codes[1:])))
    edited = render_coding_book(book).replace(
        "**`TASK1: Lighting`**: The lamp.", "**`TASK1: Lighting up`**: All lamps."
    )
    found = parse_coding_book(edited, "book.md")
    code = found.book.codes[0]
    assert (code.name, code.definition) == ("Lighting up", "All lamps.")
    assert code.key != "w"
    (note,) = [note for note in found.notes if "edited after its export" in note.message]
    assert edited.split("\n")[note.line - 1].startswith("<!-- codetui codebook ")


def test_a_comment_that_is_not_valid_toml_is_ignored() -> None:
    text = "# Lamps (v2)\n\n## Tasks\n\n- **`TASK1: Lighting`**: The lamp.\n"
    broken = f"{text}\n<!-- codetui codebook {hashlib.sha256(text.strip().encode()).hexdigest()}\n= [\n-->\n"
    assert back(broken) == back(text)


def test_texts_are_written_in_their_places() -> None:
    texts = (
        CodebookText(body="At the front."),
        CodebookText(title="Why", body="Because.", before="tasks"),
        CodebookText(title="A story", body="Once.", after="TASK2"),
        CodebookText(title="In the end", body="So.", after="technologies"),
    )
    written = render_coding_book(settled(replace(LAMPS, texts=texts)))
    places = [
        written.index(part) for part in ("At the front.", "## Profiles", "## Why", "## Job", "A story", "## Tech")
    ]
    assert places == sorted(places)
    assert written.endswith("## In the end\n\nSo.\n")
    assert "<!--" not in written


def test_a_text_that_looks_like_a_code_reads_back_from_the_comment() -> None:
    body = "- `TASK9: no code`\n\n## Nor this\n\n<!-- codetui end -->"
    book = settled(replace(LAMPS, texts=(CodebookText(title="Careful", body=body, before="TASK1"),)))
    assert back(render_coding_book(book)) == book


def test_words_that_look_like_markup_are_preserved() -> None:
    odd = "# No heading\n\n- **`TASK7: none`**: x\n\n| a |\n|---|\n\n-->"
    book = settled(replace(LAMPS, codes=(replace(LAMPS.codes[0], definition=odd), *LAMPS.codes[1:])))
    assert back(render_coding_book(book)) == book


def test_a_dutch_book_keeps_its_dutch_names() -> None:
    path = next(path for path in SAMPLES if path.stem == "dutch")
    written = render_coding_book(parse_coding_book(path.read_text("utf-8"), path.name).book)
    assert "- **Bewijsprofiel:** Vooral 1.1." in written
    assert "## Profielen" in written
    assert "Definition" not in written


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(codebooks())
def test_any_codebook_is_read_back_from_its_coding_book(book: Codebook) -> None:
    assert back(render_coding_book(book)) == book


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_is_written_and_read_back(path: Path) -> None:
    book = parse_coding_book(path.read_text("utf-8"), path.name).book
    assert back(render_coding_book(book)) == replace(in_reading_order(book), content_hash="")


@pytest.mark.parametrize("name", ["codebook.toml", "examples/pilot/codebook.toml"])
def test_a_shipped_book_is_written_and_read_back(name: str) -> None:
    book, _ = parse_codebook((ROOT / name).read_text("utf-8"), name)
    assert book is not None
    assert back(render_coding_book(book)) == replace(in_reading_order(book), content_hash="")


def test_the_real_books_are_written_almost_unchanged(shared: Path) -> None:
    (v3,) = (shared / "seeds").glob("003*")
    for path in (v3, shared / "pilot" / "coding_book_pilot.md"):
        markdown = path.read_text("utf-8")
        book = parse_coding_book(markdown, path.name).book
        written = render_coding_book(book)
        assert back(written) == replace(book, content_hash="")
        assert "<!--" not in written
        theirs, ours = lines_of(markdown), lines_of(written)
        assert len(set(theirs) - set(ours)) <= 2, set(theirs) - set(ours)
        assert len(set(ours) - set(theirs)) <= 1, set(ours) - set(theirs)


def lines_of(markdown: str) -> list[str]:
    """Return the lines with content, without indentation."""
    return [line.strip() for line in markdown.split("\n") if line.strip(" -")]


# --- the page -----------------------------------------------------------------------------------------


def test_the_page_shows_the_book_and_loads_nothing() -> None:
    shown = render_page(settled(LAMPS))
    assert "<title>Lamps v2</title>" in shown
    assert "<h2>Job Task Analysis</h2>" in shown
    assert "<code>TASK1: Lighting</code></strong>: The lamp." in shown
    assert "@media print" in shown
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|<script""", shown)
    assert "default-src 'none'" in shown


def test_the_page_shows_markup_without_rendering_it() -> None:
    odd = '<script>alert("x")</script> ![x](http://a.b/c.png) <!-- codetui end --> [l](javascript:x)'
    book = settled(replace(LAMPS, title="<b>Lamps</b>", codes=(replace(LAMPS.codes[0], definition=odd),)))
    shown = render_page(book)
    assert "<script" not in shown.partition("</head>")[2]
    assert "&lt;script&gt;" in shown
    assert "<img" not in shown
    assert 'href="javascript' not in shown
    assert "<title>&lt;b&gt;Lamps&lt;/b&gt; v2</title>" in shown


def test_the_page_contains_no_comments() -> None:
    book, _ = parse_codebook((ROOT / "examples" / "pilot" / "codebook.toml").read_text("utf-8"), "codebook.toml")
    assert book is not None
    assert "codetui" not in render_page(book)

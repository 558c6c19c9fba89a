"""Marks that formatters and editors add to a document are read without changing its content."""

from __future__ import annotations

import pytest
from odd_documents import INDEX

from codetui.formats.session_doc.lines import PatchRows
from codetui.formats.session_doc.markdown import identified, parse_document, render_document, source_id_of
from codetui.formats.session_doc.model import Block, Document, SectionPart

TEXT = """\
# Manual Coding Analysis: Job Ad #5 (Tuinhof)

This document contains the manual coding for the "Gardener" position at Tuinhof.

---

## 1. Tasks

### Group A

- **T1: Planning:**
  - "You talk with visitors about the roses."
"""


def changed(old: str, new: str) -> tuple[Document, list[tuple[int, str]]]:
    """Return the document with a text replaced by another, and the lines and messages of reported problems."""
    assert old in TEXT
    document, problems = parse_document(TEXT.replace(old, new), "")
    return document, [(problem.line, problem.message) for problem in problems]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(Tuinhof)\n", "(Tuinhof) #\n"),
        ("#5 (Tuinhof)", "\\#5 (Tuinhof)"),
        ("# Manual Coding Analysis: Job Ad #5 (Tuinhof)\n", "Manual Coding Analysis: Job Ad #5 (Tuinhof)\n====\n"),
        ("## 1. Tasks\n", "## 1. Tasks ##\n"),
        ("## 1. Tasks\n", "## 1. Tasks {#1-tasks}\n"),
        ("## 1. Tasks\n", "1. Tasks {#tasks .unnumbered}\n--------\n"),
        ("## 1. Tasks\n", "1. Tasks\n--------\n"),
        ("### Group A\n", "### Group A ### \n"),
        ("---\n", "_" * 70 + "\n"),
        ("  - ", "\u00a0\u00a0- "),
        ("  - ", "\u00a0 -\u00a0"),
        ("  - ", "\u2003- "),
        ("  - ", "\ufeff  - "),
        ("  - ", "  - [x] "),
        ("  - ", "  * [ ] "),
        ("  - ", "  - \\[X\\] "),
        ("- **", "- [x] **"),
        ("\n", "\r\n"),
    ],
)
def test_markup_does_not_change_the_coding(old: str, new: str) -> None:
    document, problems = changed(old, new)
    assert document == parse_document(TEXT, "")[0]
    assert all("check box" in message or "blanks" in message for _, message in problems), problems


def test_check_boxes_and_odd_blanks_are_reported() -> None:
    assert [line for line, _ in changed("  - ", "  - [x] ")[1]] == [12]
    assert [line for line, _ in changed("  - ", "\u00a0 - ")[1]] == [12]


def test_a_rule_of_three_dashes_below_a_text_is_not_a_heading() -> None:
    document, _ = changed("Tuinhof.\n\n---", "Tuinhof.\n---")
    assert document == parse_document(TEXT, "")[0]


@pytest.mark.parametrize("title", ["C #", "#", "C \\#", "x {#y}", "x \\{#y}", "C#", "a \\\\## ", "{.z}", "x ## y"])
def test_headings_that_end_like_closed_ones_read_back(title: str) -> None:
    title = title.strip()
    wanted = Document("7", "Acme", sections=(SectionPart(title, (Block(title),)),))
    assert parse_document(render_document(wanted), "")[0] == wanted


@pytest.mark.parametrize("source_id", ["5 #", "J_77", "a\\_b", "[x]", "~1", "<a>", "#", "&amp;"])
def test_ids_with_signs_of_markdown_read_back(source_id: str) -> None:
    assert source_id_of(render_document(Document(source_id, "Acme"))) == source_id
    assert source_id_of(render_document(Document(source_id))) == source_id


def test_an_underlined_heading_is_one_row() -> None:
    text = TEXT.replace("## 1. Tasks\n", "1. Tasks\n--------\n")
    assert PatchRows(text).written().text == text
    assert [row.text for row in PatchRows(text).rows if row.level == 2] == ["1. Tasks"]
    assert identified(parse_document(text, "")[0], INDEX).sections[0].title == "1. Tasks"


@pytest.mark.parametrize("line", ["- x <!--\n", "- x <!--\n\n", "<!-- -->\n\n    - x\n\n", "- `" * 9 + "``<!--\n"])
def test_many_signs_of_comments_take_little_time(line: str) -> None:
    assert PatchRows(line * 20_000).written().text == line * 20_000


@pytest.mark.parametrize("reasoning", ["<!--", "She keeps <!--", "x <!–"])
@pytest.mark.parametrize("rest", ["", "\n<!-- for the archive -->\n"])
def test_a_text_that_ends_with_the_sign_of_a_comment_is_read_whole(reasoning: str, rest: str) -> None:
    text = TEXT.replace("---\n", f"- **Assigned Profile:** `Gardener`\n- **Reasoning:** {reasoning}\n\n---\n", 1)
    document, problems = parse_document(text + rest, "")
    assert document.reasoning == reasoning and len(problems) == bool(rest)
    assert document.sections == parse_document(TEXT + rest, "")[0].sections

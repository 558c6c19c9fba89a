"""The format of session documents: everything written reads back unchanged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import Block, CodeLine, Document, Entry, Note, SectionPart
from testing.examples import examples

# --- what is written reads back ----------------------------------------------------------------------

SPITEFUL = [
    *list('"“”()[]`*_#\\:.,-+<>&|~ éß́\u200f\u2028\xa0\t\n🙂שa1'),
    '" (',
    ") (",
    ")_ _(",
    ":**",
    "```",
    "---",
    "...",
    '" position at ',
    "Job Ad #",
    "<b>",
    "**Reasoning:**",
    "\r\n",
]
SHAPES = [
    *SPITEFUL,
    "# Job Ad #1 (E)\n",
    "\n## S\n",
    "\n### G\n",
    "\n- **A:**",
    '\n  - "w',
    "\n  - `t",
    "\n",
    "\n\n",
    "  ",
]
texts = st.lists(st.sampled_from(SPITEFUL) | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)
lines = texts.map(lambda text: " ".join(text.split()))
filled = lines.filter(bool)

entries = st.one_of(
    st.builds(Entry, st.sampled_from(["quotation", "term"]), lines, lines),
    st.builds(Entry, st.just("note"), st.just(""), lines, st.sampled_from(["_", "*"])),
)
notes = st.lists(st.builds(Note, lines, st.sampled_from(["_", "*"])), max_size=3).map(tuple)
codes = st.builds(CodeLine, lines, notes, st.lists(entries, max_size=4).map(tuple))
blocks_of_codes = st.lists(codes, max_size=2).map(tuple)
first_block = st.builds(Block, st.none(), notes, blocks_of_codes)
group_blocks = st.lists(st.builds(Block, lines, notes, blocks_of_codes), max_size=2)
blocks = st.builds(lambda first, rest: tuple(b for b in (first, *rest) if not b.is_empty), first_block, group_blocks)
documents = st.builds(
    Document,
    lines,
    lines,
    lines,
    lines,
    lines,
    st.lists(st.builds(SectionPart, lines, blocks), max_size=2).map(tuple),
)


@settings(max_examples=examples(300))
@given(documents)
def test_any_document_reads_back_as_itself(document: Document) -> None:
    again, problems = parse_document(render_document(document), "a.md")
    assert again == document
    assert not problems or not document.source_id
    assert again.unread == ()


@settings(max_examples=examples(300))
@given(entries)
def test_any_entry_reads_back_with_its_emphasis(entry: Entry) -> None:
    again = _entries_in(render_document(_with(entry)))
    assert [(each, each.emphasis) for each in again] == [(entry, entry.emphasis)]


@settings(max_examples=examples(100))
@given(documents)
def test_writing_a_written_document_again_changes_nothing(document: Document) -> None:
    text = render_document(document)
    assert render_document(parse_document(text, "a.md")[0]) == text


@settings(max_examples=examples(200))
@given(st.lists(st.sampled_from(SHAPES), max_size=12).map("".join))
def test_any_text_parses_to_a_document(text: str) -> None:
    document, problems = parse_document(text, "a.md")
    assert parse_document(render_document(document), "a.md")[0].sections == document.sections
    assert all(problem.file == "a.md" for problem in problems)


@pytest.mark.parametrize("unit", ["word ", '" (x) ', ")(", "\\", '"', "`", "_(a)_ "])
def test_five_thousand_characters_read_back(unit: str) -> None:
    words = (unit * 5000)[:5000].strip()
    entry = Entry("quotation", words, words)
    assert _entries_in(render_document(_with(entry))) == (entry,)


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (Entry("quotation", "plain words"), '"plain words"'),
        (Entry("quotation", 'the "big" one'), '"the "big" one"'),
        (Entry("quotation", 'the "big" (one)'), '"the "big" (one)"'),
        (Entry("quotation", 'the "big" (one)', "why"), '"the "big" (one)" (why)'),
        (Entry("quotation", 'he said "yes" (twice', "why"), r'"he said "yes" (twice" (why)'),
        (Entry("quotation", "snake_case *and* <b>#</b>"), '"snake_case *and* <b>#</b>"'),
        (Entry("quotation", "C:\\"), '"C:\\"'),
        (Entry("quotation", "w", "a (nested) one"), '"w" (a (nested) one)'),
        (Entry("quotation", "w", "(so)."), '"w" (so).'),
        (Entry("quotation", "w", "(so)"), '"w" ((so))'),
        (Entry("term", "a`b"), "``a`b``"),
        (Entry("term", "`"), "`` ` ``"),
        (Entry("term", "Go", "Implied by title"), "`Go` (Implied by title)"),
        (Entry("note", note="only this"), "_(only this)_"),
    ],
)
def test_an_entry_is_escaped_no_more_than_needed(entry: Entry, line: str) -> None:
    text = render_document(_with(entry))
    assert f"\n  - {line}\n" in text
    assert _entries_in(text) == (entry,)


def test_words_that_mislead_are_escaped_where_they_do() -> None:
    entry = Entry("quotation", 'a "b" (c', "d) e")
    text = render_document(_with(entry))
    assert "\\" in text
    assert _entries_in(text) == (entry,)


def test_line_breaks_in_values_become_blanks() -> None:
    document = replace(_with(Entry("quotation", "a\n  b", "c\r\nd")), reasoning="one\n\ntwo")
    again, _ = parse_document(render_document(document), "a.md")
    assert again.reasoning == "one two"
    assert again.sections[0].blocks[0].codes[0].entries == (Entry("quotation", "a b", "c d"),)


def test_the_canonical_form() -> None:
    quotation, term = Entry("quotation", "words", "a note"), Entry("term", "LLM")
    document = Document(
        "7",
        "Acme",
        "Engineer",
        "Core Engineer",
        "Since `so`.",
        (
            SectionPart(
                "1. Tasks",
                (
                    Block(None, (), (CodeLine("T0: Direct", (), (quotation,)),)),
                    Block("Group A", (), (CodeLine("T1: One", (), (quotation, quotation)), CodeLine("T2: Two"))),
                    Block("Group B", (Note("nothing here"),)),
                ),
            ),
            SectionPart("2. Tools", (Block(None, (), (CodeLine("X: Y", (Note("new"),), (term,)),)),)),
            SectionPart("3. Skills"),
        ),
    )
    assert render_document(document) == CANONICAL
    assert parse_document(CANONICAL, "a.md") == (document, [])


CANONICAL = """\
# Manual Coding Analysis: Job Ad #7 (Acme)

This document contains the manual coding for the "Engineer" position at Acme.

- **Assigned Profile:** `Core Engineer`
- **Reasoning:** Since `so`.

---

## 1. Tasks

- **T0: Direct:**
  - "words" (a note)

### Group A

- **T1: One:**
  - "words" (a note)
  - "words" (a note)
- **T2: Two:**

### Group B

_(nothing here)_

---

## 2. Tools

- **X: Y:** _(new)_
  - `LLM`

---

## 3. Skills
"""


def test_without_profile_both_bullets_and_their_blank_line_are_left_out() -> None:
    text = render_document(Document("7", "Acme", "Engineer"))
    assert text.endswith("position at Acme.\n")
    assert "\n\n---\n\n" not in text and "\n\n\n" not in text


@pytest.mark.parametrize("profile", ["", "P"])
@pytest.mark.parametrize("reasoning", ["", "R"])
def test_profile_or_reasoning_may_occur_alone(profile: str, reasoning: str) -> None:
    text = render_document(Document("7", profile=profile, reasoning=reasoning))
    assert ("Assigned Profile" in text) == bool(profile)
    assert ("Reasoning" in text) == bool(reasoning)
    assert (parse_document(text, "a.md")[0].profile, parse_document(text, "a.md")[0].reasoning) == (profile, reasoning)


# --- helpers -----------------------------------------------------------------------------------------


def _with(entry: Entry) -> Document:
    code = CodeLine("A", (), (entry,))
    return Document("1", sections=(SectionPart("S", (Block(None, (), (code,)),)),))


def _entries_in(text: str) -> tuple[Entry, ...]:
    return parse_document(text, "a.md")[0].sections[0].blocks[0].codes[0].entries

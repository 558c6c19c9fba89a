"""Session documents as people write them, including real ones, are read completely."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import Block, CodeLine, Document, Entry, Note, Unread

# --- one line at a time -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ('"w" (You integrate (all of) it)', Entry("quotation", "w", "You integrate (all of) it")),
        ('"w" (it says "x" (twice))', Entry("quotation", "w", 'it says "x" (twice)')),
        ('"w" (This implies a mindset).', Entry("quotation", "w", "(This implies a mindset).")),
        ('"...cut at both ends..."', Entry("quotation", "...cut at both ends...")),
        ('"one [...] two"', Entry("quotation", "one [...] two")),
        ('"the "so-called" engineer"', Entry("quotation", 'the "so-called" engineer')),
        ('"a (b) c" (d)', Entry("quotation", "a (b) c", "d")),
        ('"é" _(in italics)_', Entry("quotation", "é", "in italics")),
        ('"unfinished (note" (x', Entry("quotation", "unfinished (note", "(x")),
        ("`Go` (Implied by title)", Entry("term", "Go", "Implied by title")),
        ("`` a`b ``", Entry("term", "a`b")),
        ("*(starred)*", Entry("note", note="starred")),
        (
            '_(Implied by "x", but not (really) stated.)_',
            Entry("note", note='Implied by "x", but not (really) stated.'),
        ),
        ("(plain)", Entry("note", note="plain")),
        ("“curly” (n)", Entry("quotation", "curly", "n")),
        ('"w" – because', Entry("quotation", "w", "– because")),
        ('"w";', Entry("quotation", "w")),
        ("\"dé 'guru' in\"", Entry("quotation", "dé 'guru' in")),
    ],
)
def test_an_entry_as_people_write_it_is_read(line: str, entry: Entry) -> None:
    assert _entries_in(_text_with(f"  - {line}")) == (entry,)


@pytest.mark.parametrize(
    "listing",
    [
        '-   **A:**\n    -   "w"\n    -   `t`',
        '- **A:**\n\n  - "w"\n\n  - `t`\n',
        '- **A:**   \n  - "w"\t \n  - `t`  ',
        '* **A:**\n  * "w"\n  * `t`',
        '- **A**:\n  - "w"\n  - `t`',
        '- __A:__\r\n  - "w"\r\n  - `t`\r\n',
        '- **A:** "w"\n  - `t`',
        '- A:\n  - "w"\n  - `t`',
        '1. **A:**\n   1. "w"\n   2. `t`',
        '- **A:**\n- "w"\n- `t`',
    ],
)
def test_lists_are_read_however_they_are_spaced(listing: str) -> None:
    document, _ = parse_document("# Job Ad #1\n\n## S\n\n" + listing, "a.md")
    assert document.sections[0].blocks[0].codes == (CodeLine("A", (), (Entry("quotation", "w"), Entry("term", "t"))),)


def test_wrapped_lines_are_joined() -> None:
    entry = Entry("quotation", "a long quotation", "with a note")
    assert _entries_in(_text_with('  - "a long\n    quotation"\n    (with a note)')) == (entry,)


def test_a_group_may_have_a_note_with_or_without_a_blank_line() -> None:
    for gap in ("\n", "\n\n"):
        for sign in "_*":
            text = f"# Job Ad #1\n\n## S\n\n### G{gap}{sign}(No tasks.){sign}\n\n### H\n\n- **A:**\n"
            blocks = parse_document(text, "a.md")[0].sections[0].blocks
            assert blocks[0] == Block("G", (Note("No tasks."),))
            assert blocks[0].notes[0].emphasis == sign
            assert f"{sign}(No tasks.){sign}" in render_document(parse_document(text, "a.md")[0])


def test_a_code_may_have_a_note() -> None:
    document, problems = parse_document(_text_with("  - `Flutter`").replace(":**", ":** _(Note: new)_"), "a.md")
    assert document.sections[0].blocks[0].codes == (CodeLine("A", (Note("Note: new"),), (Entry("term", "Flutter"),)),)
    assert problems == []


def test_a_longer_opening_is_kept_as_it_is() -> None:
    opening = 'This document contains the manual coding for the "X" position at Y, after `B.md`. It is an example.'
    text = f"# Manual Coding Analysis: Job Ad #1 (Y)\n\n{opening}\n\n---\n\n## S\n"
    document, problems = parse_document(text, "a.md")
    assert (document.title, document.opening, problems) == ("X", opening, [])
    assert render_document(document) == text


def test_several_paragraphs_of_reasoning_are_read_as_one_and_reported() -> None:
    head = "# Job Ad #1\n\n- **Assigned Profile:** `P`\n- **Reasoning:** one\n  two\n\nthree\n\n- four\n"
    text = f"{head}\n---\n\n## S\n"
    document, problems = parse_document(text, "a.md")
    assert document.reasoning == "one two three four"
    assert [problem.line for problem in problems] == [7, 9]


def test_lines_not_understood_are_reported_and_kept() -> None:
    text = '# Job Ad #1\n\n## S\n\nSome prose.\n\n- stray\n- **A:**\n  - "w"\n  - no quotes\n\n| a | b |\n'
    document, problems = parse_document(text, "a.md")
    assert [problem.line for problem in problems] == [5, 7, 10, 12]
    assert document.unread == (
        Unread(5, "Some prose."),
        Unread(7, "- stray"),
        Unread(10, "  - no quotes"),
        Unread(12, "| a | b |"),
    )
    assert document.sections[0].blocks[0].codes[0].entries == (Entry("quotation", "w"),)


def test_a_document_without_its_heading_is_an_error() -> None:
    _, problems = parse_document("## S\n", "a.md")
    assert [(problem.line, problem.severity) for problem in problems] == [(1, "error")]


def test_lines_are_counted_as_editors_count_them() -> None:
    document, _ = parse_document(
        '\ufeff# Job Ad #1\r\n\r\n## S\r\n\r\n- **A:**\r\n  - "w\u2028x\x0cy"\r\n  - `t`', "a.md"
    )
    code = document.sections[0].blocks[0].codes[0]
    assert (document.source_id, document.sections[0].line, code.line) == ("1", 3, 5)
    assert [entry.line for entry in code.entries] == [6, 7]


@pytest.mark.parametrize("title", ['a "b" position at c', '" position at "', 'for the "x" position', "\\", '\\"'])
@pytest.mark.parametrize("employer", ["", "Foo B.V.", 'Y "position" (Z'])
def test_a_title_with_quotes_is_read_back(title: str, employer: str) -> None:
    document, _ = parse_document(render_document(Document("1", employer, title)), "a.md")
    assert (document.title, document.employer, document.opening) == (title, employer, "")


def test_the_heading_names_ad_and_employer() -> None:
    for ad, employer in (("752", "Fitura"), ("7", "Incentro (NL) BV"), ("a (b)", ""), ("x-1", "Foo :)")):
        document, _ = parse_document(render_document(Document(ad, employer, "T")), "a.md")
        assert (document.source_id, document.employer, document.title) == (ad, employer, "T")


# --- real documents ----------------------------------------------------------------------------------

REAL = {
    "pilot/codings/analysis_job_30_cognizant.md": ("30", 18, "loose"),
    "pilot/codings/analysis_job_33_creative_fabrica.md": ("33", 14, "canonical"),
    "pilot/codings/analysis_job_35_creative_fabrica.md": ("35", 14, "canonical"),
    "pilot/codings/analysis_job_759_headfirst.md": ("759", 12, "canonical"),
    "pilot/codings/analysis_job_767_incentro.md": ("767", 21, "canonical"),
    "seeds/000_8ea73ac090feed1e.txt": ("752", 17, "loose"),
    "seeds/001_a8f2bb6b6573ac64.txt": ("755", 16, "canonical"),
    "seeds/002_94884d6381af609f.txt": ("769", 26, "canonical"),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_document_is_read_completely_and_written_back(name: str, shared: Path) -> None:
    ad, count, shape = REAL[name]
    text = (shared / name).read_bytes().decode()
    document, problems = parse_document(text, name)
    assert (document.source_id, problems, document.unread) == (ad, [], ())
    assert document.employer and document.title
    assert len(_all_entries(document)) == len(re.findall(r'^ +- +["`_]', text, re.MULTILINE))
    assert sum(entry.kind != "note" for entry in _all_entries(document)) == count
    written = render_document(document)
    assert (written == text) == (shape == "canonical")
    assert _without_spacing(written) == _without_spacing(text)


def _without_spacing(text: str) -> list[str]:
    """Return the lines without blank ones, bullet spacing and white space at the ends."""
    nested = (re.sub(r"^(\s*)-\s+", lambda found: "  - " if found[1] else "- ", line) for line in text.split("\n"))
    return [line.rstrip() for line in nested if line.strip()]


# --- helpers -----------------------------------------------------------------------------------------


def _text_with(lines: str) -> str:
    return f"# Manual Coding Analysis: Job Ad #1 (E)\n\n---\n\n## S\n\n- **A:**\n{lines}\n"


def _entries_in(text: str) -> tuple[Entry, ...]:
    return parse_document(text, "a.md")[0].sections[0].blocks[0].codes[0].entries


def _all_entries(document: Document) -> list[Entry]:
    return [
        entry
        for section in document.sections
        for block in section.blocks
        for code in block.codes
        for entry in code.entries
    ]

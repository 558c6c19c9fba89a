"""Documents by people who never saw a canonical one: each has the same content, and keeps its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from odd_documents import AD, BOOK
from odd_sessions import added, after, imported

from codetui.core.session.state import State
from codetui.formats.session_doc.head import DocumentHeading, read_heading, write_heading
from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import Document
from codetui.formats.session_doc.patch import document_of
from codetui.model import CodeId, DocumentLayout, ProfileAssigned, Source, SourceId, Words

DOCUMENT = """\
# Manual Coding Analysis: Job Ad #7 (Acme)

Coded by hand.

- **Assigned Profile:** `Builder`
- **Reasoning:** It builds.

---

## 1. Job Task Analysis

- **1.A.1. Build & run:**
  - "we build it" (so)

- **3.1. Talk:**
  - "we talk"
"""

VARIATIONS: dict[str, Callable[[str], str]] = {
    "bullets of a word processor": lambda text: re.sub(r"(?m)^( *)- ", r"\1• ", text),
    "labels without bullets": lambda text: re.sub(r"(?m)^- (\*\*[13].*)$", r"\1\n", text),
    "labels without bullets, with the note": lambda text: text.replace("- **3.1. Talk:**", "**3.1. Talk:** _(why)_\n"),
    "profile without bullets": lambda text: text.replace("- **A", "**A").replace("- **R", "**R"),
    "profile without bold": lambda text: text.replace("**Assigned Profile:** `Builder`", "Profile: Builder"),
    "profile in bold": lambda text: text.replace("`Builder`", "**Builder**"),
    "Dutch head": lambda text: (
        text.replace("Manual Coding Analysis: Job Ad", "Codering van vacature")
        .replace("Assigned Profile", "Toegewezen profiel")
        .replace("Reasoning", "Motivatie")
    ),
    "employer behind a dash": lambda text: text.replace("#7 (Acme)", "#7 – Acme"),
    "employer behind a colon": lambda text: text.replace("#7 (Acme)", "#7: Acme"),
    "no number sign": lambda text: text.replace("#7", "7"),
    "bold words": lambda text: re.sub(r'("we[^"]*")', r"**\1**", text),
    "italic words": lambda text: re.sub(r'("we[^"]*")', r"_\1_", text),
    "escaped quotes": lambda text: text.replace('"', '\\"'),
    "low single quotes": lambda text: re.sub(r'"([^"]*)"', "‚\\1‘", text),
    "pointed quotes": lambda text: re.sub(r'"([^"]*)"', "‹\\1›", text),
    "quotes of other tongues": lambda text: re.sub(r'"([^"]*)"', "”\\1”", text),
    "no closing quote": lambda text: text.replace('talk"', "talk"),
}


def content_of(document: Document) -> object:
    codes = [code for section in document.sections for block in section.blocks for code in block.codes]
    entries = [(code.label, entry.words, entry.note) for code in codes for entry in code.entries]
    return document.source_id, document.employer, document.profile, document.reasoning, entries


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_document_has_the_same_content_in_any_style(name: str) -> None:
    text = VARIATIONS[name](DOCUMENT)
    assert text != DOCUMENT
    assert content_of(parse_document(text, "")[0]) == content_of(parse_document(DOCUMENT, "")[0])


@pytest.mark.parametrize("name", VARIATIONS)
def test_a_new_coding_in_it_is_written_and_read_back(name: str) -> None:
    text = VARIATIONS[name](DOCUMENT)
    state = imported(text)[0]
    assert document_of(state, BOOK, AD).text == text
    profile = ProfileAssigned(
        profile="Other", reasoning="Or so.", profile_before=state.profile, reasoning_before=state.reasoning
    )
    later = after(state, profile, added("n1", "3.1", "new words", 90), added("n2", "1.A.1", "other words", 91))
    written = document_of(later, BOOK, AD).text
    again = parse_document(written, "")[0]
    assert (again.profile, again.reasoning) == ("Other", "Or so.")
    assert content_of(again)[4][1:] == [  # type: ignore[index]
        ("1.A.1. Build & run", "other words", ""),
        ("3.1. Talk", "we talk", ""),
        ("3.1. Talk", "new words", ""),
    ]
    assert [one.words for one in imported(written)[0].of_code(CodeId("3.1"))] == ["we talk", "new words"]


def test_a_second_profile_is_reported() -> None:
    text = DOCUMENT.replace("- **Reasoning", "- **Assigned Profile:** `Other`\n- **Reasoning")
    document, problems = parse_document(text, "a.md")
    assert document.profile == "Other"
    assert [(one.line, one.severity) for one in problems] == [(6, "warning")]
    assert "second profile" in problems[0].message


def test_a_quotation_over_several_lines_may_have_the_bullets_of_its_ad() -> None:
    text = DOCUMENT.replace('"we talk"', '"we talk\n    • loudly\n    • and long" (why)\n  • "and more"')
    assert content_of(parse_document(text, "")[0])[4][1:] == [  # type: ignore[index]
        ("3.1. Talk", "we talk • loudly • and long", "why"),
        ("3.1. Talk", "and more", ""),
    ]


@pytest.mark.parametrize("ad", ["7: a", "7 - a", "a – b", "7", "a b: c", "x|y", "a\\ - b"])
@pytest.mark.parametrize("employer", ["", "Acme", "A - B: C"])
def test_ids_that_look_like_an_employer_read_back(ad: str, employer: str) -> None:
    assert read_heading(write_heading(DocumentHeading(ad, employer))) == DocumentHeading(ad, employer)


# --- the word for a source ----------------------------------------------------------------------------


@pytest.mark.parametrize("noun", ["interview", "open answer", "Überblick", "vacature"])
@pytest.mark.parametrize("title", ['The "first" day', ""])
def test_a_document_uses_the_codebooks_word_for_a_source(noun: str, title: str) -> None:
    book = replace(BOOK, words=Words(source=noun))
    source = Source(SourceId("12"), "Acme (NL)", title, "body", "texts")
    text = document_of(State(), book, source).text
    heading, opening = text.split("\n")[0], text.split("\n")[2]
    assert heading == f"# Manual Coding Analysis: {noun[:1].upper()}{noun[1:]} #12 (Acme (NL))"
    assert opening.endswith(f"{noun} at Acme (NL).")
    document, problems = parse_document(text, "a.md")
    assert (document.source_id, document.employer, document.title, problems) == ("12", "Acme (NL)", title, [])
    assert (document.opening, render_document(document)) == ("", text)


def test_the_default_word_is_that_of_job_ads() -> None:
    text = document_of(State(), BOOK, AD).text
    assert text.startswith(
        "# Manual Coding Analysis: Job Ad #7 (Acme)\n\n"
        'This document contains the manual coding for the "Engineer" position at Acme.\n'
    )


def test_a_heading_with_another_word_keeps_it_when_the_employer_changes() -> None:
    text = '# Manual Coding Analysis: Interview #7 (Acme)\n\nBy hand, for the "X" interview at Acme, twice.\n'
    layout = DocumentLayout(text=text, employer="Acme", title="X")
    state = State(layout=layout, employer="Beta", title="Y")
    book = replace(BOOK, words=Words(source="interview"))
    assert document_of(state, book, AD).text == text.replace("Acme", "Beta").replace('"X"', '"Y"')

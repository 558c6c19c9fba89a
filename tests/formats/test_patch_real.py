"""Real documents as layouts: without a change the bytes are the same, and one coding adds only its own lines."""

from __future__ import annotations

from difflib import SequenceMatcher
from pathlib import Path

import pytest
from odd_sessions import added, after, imported

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.session_doc.markdown import parse_document, project
from codetui.formats.session_doc.patch import document_of
from codetui.model import CodingRemoved, ProfileAssigned, Source, SourceId

BOOK, _ = parse_codebook((Path(__file__).parents[2] / "examples/pilot/codebook.toml").read_text("utf-8"), "book")
assert BOOK is not None
INDEX = CodebookIndex(BOOK)
REAL = [
    "pilot/codings/analysis_job_30_cognizant.md",
    "pilot/codings/analysis_job_33_creative_fabrica.md",
    "pilot/codings/analysis_job_35_creative_fabrica.md",
    "pilot/codings/analysis_job_759_headfirst.md",
    "pilot/codings/analysis_job_767_incentro.md",
    "seeds/000_8ea73ac090feed1e.txt",
    "seeds/001_a8f2bb6b6573ac64.txt",
    "seeds/002_94884d6381af609f.txt",
]


@pytest.fixture(params=REAL)
def text(request: pytest.FixtureRequest, shared: Path) -> str:
    return (shared / str(request.param)).read_bytes().decode()


def ad_of(text: str) -> Source:
    document, _ = parse_document(text, "a.md")
    return Source(SourceId(document.source_id), document.employer, document.title, "", "")


def added_lines(before: str, now: str) -> list[str]:
    """Return the lines that were added; fail if a line was changed or removed."""
    old, new = before.splitlines(), now.splitlines()
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert {step[0] for step in steps} <= {"equal", "insert"}
    return [line for kind, _, _, start, end in steps if kind == "insert" for line in new[start:end]]


def test_an_unchanged_session_writes_the_same_bytes(text: str) -> None:
    state, _ = imported(text, INDEX)
    assert state.layout is not None
    assert document_of(state, BOOK, ad_of(text)) == (text, state.layout.ids)


@pytest.mark.parametrize("code", [*BOOK.codes, None], ids=lambda code: code.id if code else "unknown")
def test_one_coding_adds_exactly_its_lines(text: str, code: object) -> None:
    code_id = getattr(code, "id", "9.9. Not in the book")
    state, before = imported(text, INDEX)
    state = after(state, added("new", code_id, "Quite new words", 1000))
    now = document_of(state, BOOK, ad_of(text))
    lines = [line for line in added_lines(text, now.text) if line.strip()]
    has_code = any(line.id == code_id for part in before.sections for block in part.blocks for line in block.codes)
    assert "Quite new words" in lines[-1]
    assert len(lines) == 1 if has_code else 2 <= len(lines) <= 3
    assert now.text.endswith("\n") == text.endswith("\n")


def test_removing_a_new_coding_restores_the_bytes(text: str) -> None:
    state, _ = imported(text, INDEX)
    assert state.layout is not None
    for code in BOOK.codes:
        coded = after(state, added("new", code.id, "Quite new words", 1000))
        undone = after(coded, CodingRemoved(coding=coded.live()[-1].id))
        assert document_of(undone, BOOK, ad_of(text)) == (text, state.layout.ids)


def test_only_the_profile_is_added_or_changed(text: str) -> None:
    state, _ = imported(text, INDEX)
    state = after(state, ProfileAssigned(profile=BOOK.profiles[0].id, reasoning="Invented."))
    ad = ad_of(text)
    now = document_of(state, BOOK, ad).text
    again, _ = parse_document(now, "a.md")
    assert (again.profile, again.reasoning) == (BOOK.profiles[0].name, "Invented.")
    start = now.index("\n---")
    assert now[start:] == text[text.index("\n---") :]
    assert again.sections == parse_document(text, "a.md")[0].sections
    assert project(state, BOOK, ad).profile == again.profile

"""The projection of a session to a document, in the order of the codebook."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.session.state import State, replay
from codetui.formats.session_doc.markdown import parse_document, project, render_document
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    Note,
    SectionPart,
    numbered,
    without_number,
)
from codetui.model import (
    Anchor,
    Code,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    Event,
    Group,
    MemoId,
    MemoTarget,
    MemoWritten,
    Profile,
    ProfileAssigned,
    Section,
    Source,
    SourceDescribed,
    SourceId,
    Transaction,
    TransactionId,
)
from testing.examples import examples

BOOK = Codebook(
    title="Book",
    label="{id}. {name}",
    profiles=(Profile(id="p1", name="Core Engineer"),),
    sections=(
        Section(id="tasks", title="Tasks"),
        Section(id="tools", title="Tools", holds="terms"),
        Section(id="skills", title="3. Skills"),
    ),
    groups=(
        Group(id="a", section="tasks", title="Group A"),
        Group(id="b", section="tasks", title="Group B"),
    ),
    codes=(
        Code(id=CodeId("1.A.1"), name="Build", section="tasks", group="a"),
        Code(id=CodeId("1.A.2"), name="Run", section="tasks", group="a"),
        Code(id=CodeId("1.B.1"), name="Train", section="tasks", group="b"),
        Code(id=CodeId("1.Z"), name="Other", section="tasks"),
        Code(id=CodeId("2.1"), name="Languages", section="tools"),
        Code(id=CodeId("3.1"), name="Talk", section="skills"),
    ),
)
AD = Source(SourceId("7"), "Acme", "Engineer", "Engineer\n\nbody", "ads.csv")


def test_a_session_is_projected_in_the_order_of_the_codebook() -> None:
    document = _projected(
        _added("c3", "1.B.1", "later  in\n the book", 1),
        _added("c1", "1.A.1", "second", 3),
        _added("c2", "1.A.1", "first", 2, "a\nnote"),
        _added("c4", "1.Z", "direct", 4),
        _added("c5", "2.1", "Python", 5),
        _noted("n1", "entry", "1.A.1", "between", 2),
        _noted("n2", "group", "b", "few", 6),
        _noted("n3", "code", "3.1", "implied", 7),
        _noted("n4", "code", "1.A.2", "", 8),
        ProfileAssigned(profile="p1", reasoning="It\n\nfits."),
    )
    first, between = Entry("quotation", "first", "a note"), Entry("note", note="between")
    assert document == Document(
        "7",
        "Acme",
        "Engineer",
        "Core Engineer",
        "It fits.",
        (
            SectionPart(
                "1. Tasks",
                (
                    Block(None, (), (CodeLine("1.Z. Other", (), (Entry("quotation", "direct"),)),)),
                    Block(
                        "Group A",
                        (),
                        (CodeLine("1.A.1. Build", (), (first, between, Entry("quotation", "second"))),),
                    ),
                    Block(
                        "Group B",
                        (Note("few"),),
                        (CodeLine("1.B.1. Train", (), (Entry("quotation", "later in the book"),)),),
                    ),
                ),
            ),
            SectionPart("2. Tools", (Block(None, (), (CodeLine("2.1. Languages", (), (Entry("term", "Python"),)),)),)),
            SectionPart("3. Skills", (Block(None, (), (CodeLine("3.1. Talk", (Note("implied"),)),)),)),
        ),
    )


def test_sections_always_appear() -> None:
    assert [part.title for part in _projected().sections] == ["1. Tasks", "2. Tools", "3. Skills"]


@pytest.mark.parametrize(
    ("title", "heading"), [("Tools", "2. Tools"), ("2. Tools", "2. Tools"), ("3D work", "2. 3D work")]
)
def test_sections_are_numbered_once(title: str, heading: str) -> None:
    assert numbered(2, title) == heading
    assert numbered(2, without_number(heading)) == heading


def test_employer_and_title_of_the_coder_replace_those_of_the_source() -> None:
    document = _projected(SourceDescribed(employer="Acme BV", title=""))
    assert (document.employer, document.title) == ("Acme BV", "Engineer")


@pytest.mark.parametrize(
    ("code", "section", "heading", "kind"),
    [
        ("1.A.9", 0, "Group A", "quotation"),
        ("1.C.1", 0, None, "quotation"),
        ("2.8. Application Frameworks", 1, None, "term"),
        ("TASK9", 2, None, "quotation"),
        ("", 2, None, "quotation"),
        ("...", 2, None, "quotation"),
    ],
)
def test_a_code_missing_from_the_book_is_written_beside_similar_codes(
    code: str, section: int, heading: str | None, kind: str
) -> None:
    document = _projected(_added("c1", code, "w", 1))
    (block,) = document.sections[section].blocks
    (line,) = block.codes
    assert (block.heading, line.label, line.entries[0].kind) == (heading, code, kind)


def test_a_note_without_words_is_left_out() -> None:
    assert _projected(_noted("n1", "code", "1.A.1", " \n", 1)) == _projected()


def test_a_note_on_a_group_missing_from_the_book_is_written() -> None:
    document = _projected(_noted("n1", "group", "Lost group", "kept", 1))
    assert document.sections[-1].blocks == (Block("Lost group", (Note("kept"),)),)


def test_a_book_without_sections_drops_nothing() -> None:
    state = _state(_added("c1", "x", "w", 1), _noted("n1", "group", "g", "kept", 2))
    (section,) = project(state, Codebook(title="Empty"), AD).sections
    assert [block.heading for block in section.blocks] == [None, "g"]


@settings(max_examples=examples(100))
@given(st.text().filter(str.strip), st.text(), st.text())
def test_a_projected_session_reads_back(words: str, note: str, reasoning: str) -> None:
    document = _projected(_added("c1", "1.A.1", words, 1, note), ProfileAssigned(profile=note, reasoning=reasoning))
    assert parse_document(render_document(document), "a.md") == (document, [])


# --- helpers -----------------------------------------------------------------------------------------


def _state(*events: Event) -> State:
    transactions = [
        Transaction(id=TransactionId(f"t{seq}"), seq=seq, time="2026-01-01T00:00:00Z", coder="a", events=(event,))
        for seq, event in enumerate(events, 1)
    ]
    return replay(transactions)


def _projected(*events: Event) -> Document:
    return project(_state(*events), BOOK, AD)


def _added(coding: str, code: str, words: str, rank: int, note: str = "") -> CodingAdded:
    anchor = Anchor(text_hash="", start=0, end=len(words), words=words)
    return CodingAdded(coding=CodingId(coding), code=CodeId(code), anchor=anchor, words="", note=note, rank=rank)


def _noted(note: str, kind: Literal["group", "code", "entry"], place: str, text: str, rank: int) -> MemoWritten:
    return MemoWritten(memo=MemoId(note), target=MemoTarget(kind=kind, id=place), text=text, rank=rank)

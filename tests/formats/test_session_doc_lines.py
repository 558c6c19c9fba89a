"""The lines of the parts of a document, its unread lines, and the ids by line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from odd_documents import INDEX, odd_texts

from codetui.core.codebook.index import CodebookIndex
from codetui.formats.session_doc.lines import conflict_marks, cut, ended_lines, raw_lines
from codetui.formats.session_doc.markdown import identified, parse_document, render_document, written
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    LineRange,
    Note,
    SectionPart,
    ids_by_line,
    with_ids,
)
from codetui.model import Codebook, Group, Section
from testing.examples import examples

TEXT = """\
# Manual Coding Analysis: Job Ad #7 (Acme)

This is
long.

Very long.

- **Assigned Profile:** `P`
- **Reasoning:** so
  and so

and on

---

## 1. Tasks

_(a)_ *(b)*
_(c)_

### Group A

- **1.A.1. Build & run:** _(d)_
  - "wrapped
    words"

    (and a note)
  - `t`
- **1.A.2:** "inline"
"""

# --- lines --------------------------------------------------------------------------------------------


def test_each_part_has_its_lines() -> None:
    document, _ = parse_document(TEXT, "a.md")
    assert document.lines == {
        "heading": LineRange(1, 2),
        "opening": LineRange(3, 7),
        "profile": LineRange(8, 9),
        "reasoning": LineRange(9, 13),
    }
    (section,) = document.sections
    first, group = section.blocks
    build, operate = group.codes
    assert [_place(part) for part in (section, first, group, build, operate)] == [
        (16, 17),
        (16, 17),
        (21, 22),
        (23, 24),
        (29, 30),
    ]
    assert [_place(note) for note in (*first.notes, *build.notes)] == [(18, 20)] * 3 + [(23, 24)]
    assert [_place(entry) for entry in (*build.entries, *operate.entries)] == [(24, 28), (28, 29), (29, 30)]


@settings(max_examples=examples(100))
@given(odd_texts())
def test_lines_are_counted_alike_wherever_they_are_cut(text: str) -> None:
    ended = ended_lines(text)
    assert "".join(ended) == text
    assert [line.rstrip("\r\n") for line in ended] == raw_lines(text)[: len(ended)]
    for line in cut(text):
        raw = "".join(ended[line.number - 1 : line.end - 1]).removeprefix("\ufeff")
        assert line.raw == raw_lines(raw)[: len(line.raw)]


# --- what is left unread ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "foreign",
    [
        '```\n- "x"\n\n## S\n```',
        '~~~~ text\n```\n~~~\n- "x"\n~~~~',
        '  ```\n  - "x"\n  ```',
        '<!-- - "x" -->',
        '<!--\n- **B:**\n\n  - "x"\n-->',
        '  <!-- why\n  - "x" -->',
        '| a | b |\n|:--|--:|\n| "x" | `y` |',
        '> - "x"\n> more\nand more',
        'A paragraph with "x"\nthat goes on.',
        "  - no quotes\n    at all\n\n    or below",
    ],
)
@pytest.mark.parametrize("below", ["", "\n"])
def test_foreign_lines_are_one_unread_piece(foreign: str, below: str) -> None:
    is_tight = not foreign.startswith("A paragraph")
    above = '# Job Ad #1\n\n## S\n\n- **A:**\n  - "w"\n' + ("" if is_tight else "\n")
    text = f'{above}{foreign}\n{below}  - "v"\n'
    document, problems = parse_document(text, "a.md")
    line = above.count("\n") + 1
    assert [(part.line, part.end, part.text) for part in document.unread] == [
        (line, line + foreign.count("\n") + 1, foreign)
    ]
    assert [problem.line for problem in problems] == [line]
    assert [entry.words for entry in document.sections[0].blocks[0].codes[0].entries] == ["w", "v"]


@pytest.mark.parametrize("opening", ["```", "~~~~", "<!-- never closed", "``` a ` b"])
def test_unclosed_code_and_comments_hide_nothing(opening: str) -> None:
    text = f'# Job Ad #1\n\n## S\n\n{opening}\n\n- **A:**\n  - "w"\n'
    document, _ = parse_document(text, "a.md")
    assert [part.text for part in document.unread] == [opening]
    assert document.sections[0].blocks[0].codes == (CodeLine("A", (), (Entry("quotation", "w"),)),)


@pytest.mark.parametrize("entry", ['"press --> to go"', '"-->" (an arrow)', "`-->`"])
def test_an_arrow_in_an_entry_closes_no_comment_above_it(entry: str) -> None:
    text = f'# Job Ad #1\n\n## S\n\n<!-- never closed\n\n- **A:**\n  - "w"\n  - {entry}\n\n## T --> U\n\n- **B:**\n'
    document, _ = parse_document(text, "a.md")
    assert [part.text for part in document.unread] == ["<!-- never closed"]
    assert [section.title for section in document.sections] == ["S", "T --> U"]
    assert len(document.sections[0].blocks[0].codes[0].entries) == 2


def test_a_wrapped_quotation_may_look_like_a_table() -> None:
    document, _ = parse_document('# Job Ad #1\n\n## S\n\n- **A:**\n  - "a\n    | b |\n    > c"\n', "a.md")
    assert [entry.words for entry in document.sections[0].blocks[0].codes[0].entries] == ["a | b | > c"]


def test_foreign_lines_in_the_head_are_not_part_of_the_reasoning() -> None:
    text = "# Job Ad #1\n\n<!-- a -->\nOpening.\n\n- **Reasoning:** so\n\n> b\n\nand so\n"
    document, _ = parse_document(text, "a.md")
    assert (document.opening, document.reasoning) == ("Opening.", "so and so")
    assert [part.text for part in document.unread] == ["<!-- a -->", "> b"]


def test_a_note_under_a_section_belongs_to_the_section() -> None:
    for gap in ("\n", "\n\n"):
        document, problems = parse_document(f"# Job Ad #1\n\n## S{gap}_(note)_\n\n### G\n", "a.md")
        assert (document.sections[0].blocks[0], problems) == (Block(None, (Note("note"),)), [])


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("  - **(in brackets):**", "(in brackets)"),
        ("  - **(in brackets)**:", "(in brackets)"),
        ("- **(in brackets)**", "(in brackets)"),
        ("  - **(in brackets)**", "A"),
    ],
)
def test_a_label_in_brackets_is_not_a_note(line: str, label: str) -> None:
    document, _ = parse_document(f"# Job Ad #1\n\n## S\n\n- **A:**\n{line}\n", "a.md")
    assert document.sections[0].blocks[0].codes[-1].label == label


# --- marks of a merge ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n", 2),
        ("a\r\n<<<<<<<\r\nb\r\n||||||| base\r\nc\r\n=======\r\nd\r\n>>>>>>> x\r\n", 2),
        ("a\rb\r||||||| base\r=======\r>>>>>>> x\r", 3),
        ("b\n>>>>>>> left behind", 2),
        ("Title\n=======\n\ntext\n", 0),
        (" <<<<<<< HEAD\n<<<<<<<<\n>>>>>>>\n|||||||\n|||||||||\n", 0),
    ],
)
def test_conflict_marks_are_found(text: str, line: int) -> None:
    assert conflict_marks(text) == line


# --- ids ----------------------------------------------------------------------------------------------


def test_ids_are_assigned_by_line_in_their_order() -> None:
    ids = ((18, ("n1", "n2", "n3")), (23, ("n4",)), (24, ("c1",)), (28, ("c2", "x")), (29, ("c3",)), (99, ("y",)))
    document = with_ids(parse_document(TEXT, "a.md")[0], ids)
    first, group = document.sections[0].blocks
    assert [note.id for note in first.notes] == ["n1", "n2", "n3"]
    assert [[part.id for part in (*code.notes, *code.entries)] for code in group.codes] == [["n4", "c1", "c2"], ["c3"]]
    assert ids_by_line(document) == (*ids[:3], (28, ("c2",)), (29, ("c3",)))


def test_parts_without_ids_keep_their_places_on_the_line() -> None:
    document = with_ids(parse_document(TEXT, "a.md")[0], [(18, ["", "n2"])])
    assert [note.id for note in document.sections[0].blocks[0].notes] == ["", "n2", ""]
    assert ids_by_line(document) == ((18, ("", "n2", "")),)


@pytest.mark.parametrize(
    ("title", "section"),
    [("1. Tasks", "tasks"), ("tasks", "tasks"), ("4.  TASKS:", "tasks"), ("3. Skills", "skills"), ("Other", "")],
)
def test_sections_are_recognised_by_title_without_number(title: str, section: str) -> None:
    assert identified(Document("1", sections=(SectionPart(title),)), INDEX).sections[0].id == section


def test_sections_with_the_same_title_are_distinguished_by_number() -> None:
    sections = tuple(Section(id=id_, title="Part") for id_ in "ab")
    index = CodebookIndex(Codebook(title="B", sections=sections))
    document = Document("1", sections=tuple(SectionPart(title) for title in ("2. Part", "1. Part", "Part")))
    assert [section.id for section in identified(document, index).sections] == ["b", "a", ""]


def test_groups_are_searched_in_their_section_first() -> None:
    sections = (Section(id="s", title="S"), Section(id="t", title="T"))
    groups = (
        Group(id="s1", section="s", title="General"),
        Group(id="t1", section="t", title="General"),
        Group(id="t2", section="t", title="Special"),
    )
    index = CodebookIndex(Codebook(title="B", sections=sections, groups=groups))
    headings = ("General", "special", "Lost", None)
    parts = tuple(SectionPart(title, tuple(Block(heading) for heading in headings)) for title in ("1. S", "2. T", "U"))
    found = identified(Document("1", sections=parts), index)
    assert [[block.id for block in section.blocks] for section in found.sections] == [
        ["s1", "t2", "", ""],
        ["t1", "t2", "", ""],
        ["", "t2", "", ""],
    ]


def test_codes_are_recognised_by_label_and_unknown_ones_keep_theirs() -> None:
    labels = ("1.A.1. Build & run", "1.a.1. build & run:", "1.A.1", "Talk", "2.8. Frameworks")
    document = Document("1", sections=(SectionPart("S", (Block(None, (), tuple(map(CodeLine, labels))),)),))
    codes = identified(document, INDEX).sections[0].blocks[0].codes
    assert [code.id for code in codes] == ["1.A.1", "1.A.1", "1.A.1", "3.1", "2.8. Frameworks"]


def test_written_text_is_returned_with_its_ids_by_line() -> None:
    code = CodeLine("A", (Note("x", id="n2"), Note("y")), (Entry("quotation", "w", id="c1"), Entry("term", "t")))
    block = Block(None, (Note("z", id="n1"),), (code,))
    document = Document("1", sections=(SectionPart("S", (block, Block("G", (Note("v", id="n3"),)))),), opening="a\n\nb")
    text, ids = written(document)
    lines = text.split("\n")
    assert text == render_document(document)
    assert [(lines[line - 1], of_line) for line, of_line in ids] == [
        ("_(z)_", ("n1",)),
        ("- **A:** _(x)_ _(y)_", ("n2", "")),
        ('  - "w"', ("c1",)),
        ("_(v)_", ("n3",)),
    ]


def _place(part: SectionPart | Block | CodeLine | Note | Entry) -> tuple[int, int]:
    return part.line, part.end


@pytest.mark.parametrize(
    "entries",
    ["`Azure`, `AWS`", "`Azure`; `AWS`", "`Azure` / `AWS`", "`Azure` en `AWS`", "`Azure` (cloud), `AWS`", "`a``b` `c`"],
)
def test_several_terms_on_one_line_are_reported(entries: str) -> None:
    document, problems = parse_document(TEXT.replace("`t`", entries), "a.md")
    assert any("several entries" in one.message and one.severity == "warning" for one in problems)
    assert any(isinstance(part, Entry) and part.kind == "term" for part in document.parts())


@pytest.mark.parametrize("entry", ["`Azure` (not `AWS`)", "`Azure` see `AWS`", "`` a`b `` (why)"])
def test_a_term_in_a_note_is_no_second_entry(entry: str) -> None:
    document, problems = parse_document(TEXT.replace("`t`", entry), "a.md")
    assert not any("several entries" in one.message for one in problems)
    assert any(isinstance(part, Entry) and part.kind == "term" and part.note for part in document.parts())

"""A document that a person laid out keeps its layout: the effect of each kind of change on its lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from odd_documents import AD, BOOK, INDEX
from odd_sessions import added, after, imported

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.formats.session_doc.markdown import project
from codetui.formats.session_doc.patch import document_of, patch
from codetui.model import (
    Code,
    Codebook,
    CodeId,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    DocumentLayout,
    Event,
    Group,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    Section,
    SourceDescribed,
)

HEAD = "# Manual Coding Analysis: Job Ad #7 (Acme)\n\nCoded by hand.\n\n---\n\n"


def edited(text: str, *events: Event) -> str:
    """Return the text of a document after these events."""
    state = after(imported(text)[0], *events)
    return document_of(state, BOOK, AD).text


def removed(coding: str) -> CodingRemoved:
    return CodingRemoved(coding=CodingId(coding))


def recoded(coding: str, code: str, rank: int = 100) -> CodingRecoded:
    return CodingRecoded(coding=CodingId(coding), code=CodeId(code), rank=rank, code_before=CodeId(""), rank_before=0)


def reworded(coding: str, words: str) -> CodingReanchored:
    return CodingReanchored(coding=CodingId(coding), anchor=None, words=words, anchor_before=None, words_before="")


def noted(coding: str, note: str) -> CodingNoted:
    return CodingNoted(coding=CodingId(coding), note=note)


def place_noted(note: str, place: MemoTarget, text: str, rank: int = 100) -> MemoWritten:
    return MemoWritten(memo=MemoId(note), target=place, text=text, rank=rank)


# --- entries ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        ('- **3.1. Talk:**\n  - "a"\n', '- **3.1. Talk:**\n  - "a"\n  - "new"\n'),
        ('-   **3.1. Talk:**\n    -   "a"  \n', '-   **3.1. Talk:**\n    -   "a"  \n    -   "new"\n'),
        ('* **3.1. Talk:**\n\n  * "a"\n', '* **3.1. Talk:**\n\n  * "a"\n\n  * "new"\n'),
        ('- **3.1. Talk:**\n\n  - "a"\n  - "b"\n', '- **3.1. Talk:**\n\n  - "a"\n  - "b"\n  - "new"\n'),
        ('1. **3.1. Talk:**\n   1. "a"\n   2. "b"\n', '1. **3.1. Talk:**\n   1. "a"\n   2. "b"\n   3. "new"\n'),
        ('- **3.1. Talk:**\n- "a"\n', '- **3.1. Talk:**\n- "a"\n- "new"\n'),
        ('- **3.1. Talk:** "a"\n', '- **3.1. Talk:** "a"\n  - "new"\n'),
        ("*   **3.1. Talk:**\n", '*   **3.1. Talk:**\n    *   "new"\n'),
        ("-\t3.1. Talk:\n", '-\t3.1. Talk:\n\t-\t"new"\n'),
        ('- **3.1. Talk:**\r\n  - "a"', '- **3.1. Talk:**\r\n  - "a"\r\n  - "new"'),
        ('- **3.1. Talk:**\n  - "a"\n    <!-- b -->\n', '- **3.1. Talk:**\n  - "a"\n    <!-- b -->\n  - "new"\n'),
        ('- **3.1. Talk:**\n  - "a"\n\nprose\n', '- **3.1. Talk:**\n  - "a"\n  - "new"\n\nprose\n'),
        ('- **3.1. Talk:**\n- **1.A.1:**\n   + "a"\n', '- **3.1. Talk:**\n   + "new"\n- **1.A.1:**\n   + "a"\n'),
    ],
)
def test_a_new_entry_is_written_like_its_siblings(listing: str, expected: str) -> None:
    text = "# Job Ad #7 (Acme)\n\n## 3. Skills\n\n"
    text = text.replace("\n", "\r\n") if "\r" in listing else text
    assert edited(text + listing, added("new", "3.1", "new", 100)) == text + expected


def test_a_new_entry_goes_to_the_line_of_its_code_in_the_codes_section() -> None:
    text = (
        HEAD + '## 1. Tasks\n\n- **3.1. Talk:**\n  - "a"\n\n## 3. Skills\n\n- **3.1. Talk:**\n  - "b"\n\n## 4. More\n'
    )
    new = edited(text, added("new", "3.1", "new", 100))
    assert new == text.replace('  - "b"\n', '  - "b"\n  - "new"\n')


def test_a_code_in_another_section_gets_no_new_entry() -> None:
    text = HEAD + '## 2. Tools\n\n- **2.1. Languages:**\n  - `a`\n\n## 3. Skills\n\n- **2.1. Languages:**\n  - "b"\n'
    assert edited(text, added("new", "2.1", "new", 100)) == text.replace("  - `a`\n", "  - `a`\n  - `new`\n")


def test_a_new_entry_is_placed_by_its_rank() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1. Talk:**\n\n  - "a"\n  - "b"\n'
    assert edited(text, added("new", "3.1", "new", 0)) == text.replace('  - "a"', '  - "new"\n  - "a"')


LISTED = HEAD + (
    '## 3. Skills\n\n- **3.1. Talk:**\n\n  - "a"\n\n  - "b b" (n)\n    <!-- c -->\n\n  - “d”\n\n'
    "- **3.2. Learn:**\n\n  - *(e)*\n"
)


@pytest.mark.parametrize(
    ("event", "old", "new"),
    [
        (removed("c1"), '  - "a"\n\n', ""),
        (removed("c2"), '  - "b b" (n)\n', ""),
        (removed("c3"), "  - “d”\n\n", ""),
        (reworded("c1", "x"), '"a"', '"x"'),
        (reworded("c2", "b  b\n"), "", ""),
        (noted("c1", "m"), '"a"', '"a" (m)'),
        (noted("c2", ""), " (n)", ""),
        (reworded("c3", "x"), "“d”", "“x”"),
        (noted("c3", "so ” called"), "“d”", "“d” (so ” called)"),
        (place_noted("n4", MemoTarget(kind="entry", id="3.2"), "f", 4), "*(e)*", "*(f)*"),
        (place_noted("n4", MemoTarget(kind="entry", id="3.2"), "", 4), "\n\n- **3.2. Learn:**\n\n  - *(e)*\n", "\n"),
    ],
)
def test_only_the_line_of_a_changed_part_changes(event: Event, old: str, new: str) -> None:
    assert old in LISTED
    assert edited(LISTED, event) == LISTED.replace(old, new)


def test_a_recoded_entry_moves_to_its_new_code() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1. Talk:**\n  - "a"\n  - "b"\n- **3.2. Learn:**\n  - "c"\n'
    assert edited(text, recoded("c1", "3.2")) == text.replace('  - "a"\n', "") + '  - "a"\n'


def test_an_entry_coded_again_with_its_code_moves_to_the_end() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1. Talk:**\n  - "a"\n  -  "b"\n  - "c"\n'
    assert edited(text, recoded("c1", "3.1")) == text.replace('  - "a"\n', "") + '  - "a"\n'


def test_an_entry_on_the_line_of_its_code_moves_below_a_preceding_entry() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1. Talk:** "a"\n'
    assert edited(text, added("new", "3.1", "new", 0)) == text.replace(' "a"\n', '\n  - "new"\n  - "a"\n')


def test_quotes_round_a_term_are_kept() -> None:
    text = HEAD + '## 2. Tools\n\n- **2.1. Languages:**\n  - "Go"\n'
    new = edited(text, reworded("c1", "Rust"), added("new", "2.1", "SQL", 100))
    assert new == text.replace('"Go"\n', '"Rust"\n  - `SQL`\n')


# --- codes, groups, sections --------------------------------------------------------------------------

GROUPED = HEAD + (
    '## 1. Tasks\n\n### Group A\n\n- **1.A.2. Operate:**\n  - "a"\n\n### Gruop B: Models\n\n- **1.B.2. Measure:**\n'
    '  - "b"\n- **1.B.1. Train:**\n  - "c"\n\n---\n\n## 3. Skills\n\nProse.\n'
)


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("1.A.1", "- **1.A.2", '- **1.A.1. Build & run:**\n  - "new"\n- **1.A.2'),
        ("1.A.9", '  - "a"\n', '  - "a"\n- **1.A.9:**\n  - "new"\n'),
        ("1.B.3", '  - "c"\n', '  - "c"\n- **1.B.3:**\n  - "new"\n'),
        ("1.Z", "## 1. Tasks\n\n", '## 1. Tasks\n\n- **1.Z. Other:**\n  - "new"\n\n'),
        ("3.1", "## 3. Skills\n\nProse.\n", '## 3. Skills\n\nProse.\n\n- **3.1. Talk:**\n  - "new"\n'),
        ("3.2", "Prose.\n", 'Prose.\n\n### Soft\n\n- **3.2. Learn:**\n  - "new"\n'),
        ("2.1", "\n\n## 3.", "\n\n## 2. Tools\n\n- **2.1. Languages:**\n  - `new`\n\n---\n\n## 3."),
    ],
)
def test_new_headings_and_codes_go_to_their_place_in_the_codebook(code: str, old: str, new: str) -> None:
    assert edited(GROUPED, added("new", code, "new", 100)) == GROUPED.replace(old, new, 1)


def test_a_misspelt_section_gets_its_codes_but_no_notes() -> None:
    text = HEAD + '## 1. Taks\n\n### Group A\n\n- **1.A.2. Operate:**\n  - "a"\n'
    coded = edited(text, added("new", "1.Z", "b", 9))
    assert coded == text.replace("## 1. Taks\n\n", '## 1. Taks\n\n- **1.Z. Other:**\n  - "b"\n\n')
    remarked = edited(text, place_noted("n1", MemoTarget(kind="section", id="tasks"), "note"))
    assert remarked == text.replace("## 1. Taks", "## 1. Tasks\n\n_(note)_\n\n---\n\n## 1. Taks")


def test_the_first_and_the_last_section_are_added() -> None:
    text = "# Job Ad #7\n\nBy hand.\n\n***\n\n## Tools\n\nProse."
    new = edited(text, added("c1", "1.Z", "first", 1), added("c2", "3.1", "last", 2))
    first = '---\n\n## 1. Tasks\n\n- **1.Z. Other:**\n  - "first"\n\n'
    last = '\n\n---\n\n## 3. Skills\n\n- **3.1. Talk:**\n  - "last"'
    assert new == text.replace("***", first + "***") + last


def test_everything_is_added_to_an_empty_document() -> None:
    new = edited("", added("c1", "2.1", "Go", 1), ProfileAssigned(profile="p1", reasoning="so"))
    assert new == (
        "- **Assigned Profile:** `Core Engineer`\n- **Reasoning:** so\n\n---\n\n"
        "## 2. Tools\n\n- **2.1. Languages:**\n  - `Go`\n"
    )


def test_blank_lines_at_the_top_are_kept() -> None:
    text = "\n\n## 3. Skills\n"
    assert edited(text, ProfileAssigned(profile="", reasoning="so")) == "\n\n- **Reasoning:** so\n\n## 3. Skills\n"


def test_codes_and_groups_that_lost_all_content_are_removed() -> None:
    new = edited(GROUPED, removed("c2"), removed("c3"))
    assert new == GROUPED.replace(
        '### Gruop B: Models\n\n- **1.B.2. Measure:**\n  - "b"\n- **1.B.1. Train:**\n  - "c"\n\n', ""
    )


@pytest.mark.parametrize(
    "listing",
    [
        '- **1.A.1. Build & run:** _(kept)_\n  - "a"\n',
        '- **1.A.1. Build & run:**\n  - "a"\n  - not understood\n',
        '- **1.A.1. Build & run:**\n  - "a"\n    ```\n    x\n    ```\n',
    ],
)
def test_a_code_with_other_content_is_kept(listing: str) -> None:
    text = HEAD + "## 1. Tasks\n\n### Group A\n\n" + listing
    coding = "c2" if "kept" in listing else "c1"
    assert edited(text, removed(coding)) == text.replace('  - "a"\n', "")


@pytest.mark.parametrize("rest", ["_(kept)_\n\n", "Prose.\n\n"])
def test_a_group_with_other_content_is_kept(rest: str) -> None:
    text = HEAD + "## 1. Tasks\n\n### Group A\n\n" + rest
    listing = '- **1.A.1. Build & run:**\n  - "a"\n\n'
    coding = "c2" if "kept" in rest else "c1"
    assert edited(f"{text}{listing}## 2. Tools\n", removed(coding)) == f"{text}## 2. Tools\n"


def test_headings_that_were_empty_are_kept() -> None:
    text = HEAD + '## 1. Tasks\n\n### Group A\n\n### Soft\n\n- **3.2. Learn:**\n- **3.1. Talk:**\n  - "a"\n'
    assert edited(text, removed("c1")) == text.replace('- **3.1. Talk:**\n  - "a"\n', "")


def test_a_code_renamed_in_the_codebook_keeps_its_line() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1. Talking:**\n  - "a"\n'
    state = after(imported(text)[0], recoded("c1", "3.1", 1), added("new", "3.1", "b", 2))
    assert document_of(state, BOOK, AD).text == text + '  - "b"\n'


def test_a_code_with_a_longer_id_is_a_different_code() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1.2. Chat:**\n  - "a"\n'
    assert edited(text, recoded("c1", "3.1")) == text.replace("3.1.2. Chat", "3.1. Talk")


def test_codes_with_the_same_name_are_distinguished_by_their_entries() -> None:
    groups = tuple(Group(id=id_, section="s", title=f"Group {id_}") for id_ in "ab")
    codes = tuple(Code(id=CodeId(f"other-{id_}"), name="Other", section="s", group=id_) for id_ in "ab")
    book = Codebook(title="B", label="{name}", sections=(Section(id="s", title="S"),), groups=groups, codes=codes)
    text = '# Job Ad #7\n\n## 1. S\n\n### Group a\n\n- **Other:**\n  - "x"\n\n### Group b\n\n- **Other:**\n  - "y"\n'
    layout = DocumentLayout(text=text, ids=((8, ("c1",)), (13, ("c2",))), employer=AD.employer, title=AD.title)
    state = after(State(layout=layout), added("c1", "other-a", "x", 1), added("c2", "other-b", "y", 2))
    assert document_of(state, book, AD).text == text
    state = after(state, added("c3", "other-a", "z", 3))
    assert document_of(state, book, AD).text == text.replace('"x"\n', '"x"\n  - "z"\n')


# --- notes on places ----------------------------------------------------------------------------------

NOTED = HEAD + (
    "## 1. Tasks\n_(on the section)_\n\n### Group A\n*(one)* _(two)_\n\n(bare)\n\n"
    '- **1.A.1. Build & run:** _(x)_ *(y)*\n- 1.A.2. Operate:\n- **1.B.1. Train:** "inline"\n\n'
    "## 4. Strange\n\n_(there)_\n"
)


@pytest.mark.parametrize(
    ("event", "old", "new"),
    [
        (place_noted("n1", MemoTarget(kind="section", id="tasks"), "changed", 1), "on the section", "changed"),
        (place_noted("n1", MemoTarget(kind="section", id="tasks"), "", 1), "_(on the section)_\n", ""),
        (place_noted("n2", MemoTarget(kind="group", id="a"), "", 2), "*(one)* ", ""),
        (place_noted("n2", MemoTarget(kind="group", id="a"), "changed", 2), "*(one)*", "*(changed)*"),
        (place_noted("n4", MemoTarget(kind="group", id="a"), "changed", 4), "(bare)", "(changed)"),
        (place_noted("new", MemoTarget(kind="group", id="a"), "last"), "(bare)\n", "(bare)\n\n_(last)_\n"),
        (place_noted("n5", MemoTarget(kind="code", id="1.A.1"), "", 5), "_(x)_ ", ""),
        (place_noted("new", MemoTarget(kind="code", id="1.A.1"), "z"), "*(y)*", "*(y)* _(z)_"),
        (place_noted("new", MemoTarget(kind="code", id="1.A.2"), "z"), "1.A.2. Operate:", "**1.A.2. Operate:** _(z)_"),
        (place_noted("new", MemoTarget(kind="code", id="1.B.1"), "z"), ' "inline"\n', ' _(z)_\n  - "inline"\n'),
        (reworded("c7", "other"), '"inline"', '"other"'),
        (removed("c7"), '- **1.B.1. Train:** "inline"\n', ""),
        (place_noted("n8", MemoTarget(kind="section", id="4. Strange"), "here", 8), "(there)", "(here)"),
        (
            place_noted("new", MemoTarget(kind="section", id="tools"), "none"),
            "\n\n## 4.",
            "\n\n---\n\n## 2. Tools\n\n_(none)_\n\n## 4.",
        ),
    ],
)
def test_notes_change_in_place(event: Event, old: str, new: str) -> None:
    assert old in NOTED
    assert edited(NOTED, event) == NOTED.replace(old, new)


def test_notes_without_text_are_kept() -> None:
    text = HEAD + '## 3. Skills\n\n_()_ *(a)*\n\n- **3.1. Talk:** _( )_\n  - _()_\n- **3.2. Learn:** _()_\n  - "b"\n'
    assert edited(text, removed("c2")) == text.replace('  - "b"\n', "").replace("- **3.2. Learn:** _()_\n", "")
    assert edited(text, added("new", "3.2", "c", 9)) == text + '  - "c"\n'


def test_indented_text_does_not_join_a_list_after_a_removal() -> None:
    text = HEAD + '## 3. Skills\n\n- **3.1. Talk:**\n  - "a"\n\n_(note)_\n\n  Indented prose.\n'
    new = edited(text, place_noted("n1", MemoTarget(kind="section", id="skills"), "", 1))
    assert new == text.replace("_(note)_", "<!-- -->")


# --- the head -----------------------------------------------------------------------------------------

OPENED = (
    '# Coding of Job Ad #7 (Acme)\n\nThis document contains the manual coding for the "Engineer" position at Acme,\n'
    "after `BOOK.md`. Have fun.\n\n*   **Assigned profile**: core engineer\n*   **Reasoning:** because\n    of it\n\n"
    "*   and so\n\n---\n\n## 3. Skills\n"
)


@pytest.mark.parametrize(
    ("event", "old", "new"),
    [
        (SourceDescribed(employer="Beta", title="Engineer"), "Acme", "Beta"),
        (SourceDescribed(employer="Acme", title='"Lead" Engineer'), "Engineer", '"Lead" Engineer'),
        (ProfileAssigned(profile="p1", reasoning="because of it and so"), "", ""),
        (ProfileAssigned(profile="p2", reasoning="because of it and so"), "core engineer", "`Analyst`"),
        (ProfileAssigned(profile="p1", reasoning="new"), "because\n    of it\n\n*   and so\n", "new\n"),
        (
            ProfileAssigned(profile="", reasoning="because of it and so"),
            "*   **Assigned profile**: core engineer\n",
            "",
        ),
        (ProfileAssigned(profile="p1", reasoning=""), "*   **Reasoning:** because\n    of it\n\n*   and so\n\n", "\n"),
    ],
)
def test_the_head_changes_only_where_the_session_has_changed(event: Event, old: str, new: str) -> None:
    assert edited(OPENED, event) == OPENED.replace(old, new)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("By hand.\n", "By hand.\n\n- **Assigned Profile:** `Analyst`\n- **Reasoning:** so\n"),
        (
            "By hand.\n\n- a bullet\n",
            "By hand.\n\n- a bullet\n- **Assigned Profile:** `Analyst`\n- **Reasoning:** so\n",
        ),
        ("*   **Reasoning:** so\n", "*   **Assigned Profile:** `Analyst`\n*   **Reasoning:** so\n"),
        ("* __Assigned Profile__: me\n", "* __Assigned Profile__: `Analyst`\n* **Reasoning:** so\n"),
    ],
)
def test_profile_and_reasoning_are_added_after_the_opening(head: str, expected: str) -> None:
    text, rest = "# Job Ad #7 (Acme)\n\n", "\n<!-- x -->\n\n---\n\n## 3. Skills\n"
    assert edited(text + head + rest, ProfileAssigned(profile="p2", reasoning="so")) == text + expected + rest


def test_employer_and_title_of_the_document_are_kept_while_the_session_does_not_change_them() -> None:
    text = '# Job Ad #7 (Acme Holding)\n\nThis document contains the manual coding for the "Welder" position at Acme.\n'
    state = State(layout=DocumentLayout(text=text, employer=AD.employer, title=AD.title))
    assert document_of(state, BOOK, AD).text == text


# --- ids ----------------------------------------------------------------------------------------------


def test_the_ids_are_those_of_the_lines_that_were_written() -> None:
    state = after(imported(NOTED)[0], removed("c7"), added("new", "1.A.1", "w", 100))
    text, ids = document_of(state, BOOK, AD)
    lines = text.split("\n")
    assert [(lines[line - 1].strip(), of_line) for line, of_line in ids] == [
        ("_(on the section)_", ("n1",)),
        ("*(one)* _(two)_", ("n2", "n3")),
        ("(bare)", ("n4",)),
        ("- **1.A.1. Build & run:** _(x)_ *(y)*", ("n5", "n6")),
        ('- "w"', ("new",)),
        ("_(there)_", ("n8",)),
    ]


def test_an_entry_with_the_same_content_keeps_its_line_regardless_of_its_id() -> None:
    state, _ = imported(LISTED)
    wanted = project(state, BOOK, AD)
    assert state.layout is not None
    for ids in ((), ((-1, ("c2",)), (11, ("x", "c1")), (13, ("c2", "c2")), (99, ("c3",)))):
        assert patch(replace(state.layout, ids=ids), wanted, INDEX) == (LISTED, state.layout.ids)


def test_a_byte_order_mark_is_kept() -> None:
    text = '\ufeff# Job Ad #7 (Acme)\n\n## 3. Skills\n\n- **3.1. Talk:**\n  - "a"\n'
    assert edited(text, added("new", "3.1", "b", 9), SourceDescribed(employer="Beta", title="")) == (
        text.replace("Acme", "Beta") + '  - "b"\n'
    )


def test_a_session_without_a_layout_is_written_in_canonical_form() -> None:
    state = after(State(), added("c1", "3.1", "a", 1))
    text, ids = document_of(state, BOOK, AD)
    assert text.startswith("# Manual Coding Analysis: Job Ad #7 (Acme)\n")
    assert [(text.split("\n")[line - 1], of_line) for line, of_line in ids] == [('  - "a"', ("c1",))]


def test_any_codebook_may_be_used() -> None:
    empty = CodebookIndex(Codebook(title="Empty"))
    state, _ = imported(GROUPED, empty)
    assert document_of(state, Codebook(title="Empty"), AD).text == GROUPED


def test_a_coded_arrow_does_not_close_an_open_comment_above_it() -> None:
    text = HEAD + '## 3. Skills\n\n<!-- to do: the rest\n\n- **3.1. Talk:**\n  - "a"\n'
    state = after(imported(text)[0], added("n", "3.1", "press --> to talk", 9))
    written = document_of(state, BOOK, AD)
    assert written.text == f'{text}  - "press --> to talk"\n'
    assert imported(written.text)[0].of_code(CodeId("3.1"))[1].words == "press --> to talk"

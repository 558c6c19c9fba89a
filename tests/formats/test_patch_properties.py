"""A document that a person laid out is patched, not rewritten: properties of any document and any change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from odd_documents import AD, BOOK, INDEX, odd_texts, scraps
from odd_sessions import Change, after, changed, changes, content_of, imported, is_within

from codetui.core.session.state import State
from codetui.formats.session_doc.lines import LIST_END
from codetui.formats.session_doc.markdown import identified, parse_document, project, written
from codetui.formats.session_doc.model import Block, CodeLine, Document, Entry, Note, with_ids
from codetui.formats.session_doc.patch import document_of, patch
from codetui.model import DocumentLayout, LayoutChanged
from testing.examples import examples

often = settings(max_examples=examples(200))
texts = odd_texts() | scraps


# --- the session agrees with the layout ---------------------------------------------------------------


@often
@given(texts)
def test_a_layout_is_written_byte_for_byte_while_the_session_agrees_with_it(text: str) -> None:
    state, _ = imported(text)
    assert state.layout is not None
    assert document_of(state, BOOK, AD) == (text, state.layout.ids)


@often
@given(changes)
def test_a_canonical_document_keeps_the_ids_of_its_session(some: list[Change]) -> None:
    wanted = project(changed(State(), some), BOOK, AD)
    text, ids = written(wanted)
    again = with_ids(identified(parse_document(text, "a.md")[0], INDEX), ids)
    assert again == wanted
    assert written(again) == (text, ids)
    assert _all_ids(again) == _all_ids(wanted)


# --- the session has changed --------------------------------------------------------------------------


@often
@given(texts, changes)
def test_a_patched_layout_has_the_content_of_the_session(text: str, some: list[Change]) -> None:
    state, before = imported(text)
    state = changed(state, some)
    rendered = document_of(state, BOOK, AD)
    again = with_ids(identified(parse_document(rendered.text, "a.md")[0], INDEX), rendered.ids)
    wanted = project(state, BOOK, AD)
    assert_says(again, wanted)
    assert sorted(_part_ids(again)) == sorted(_part_ids(wanted))
    assert is_within(
        [part.text for part in again.unread if part.text != LIST_END], [part.text for part in before.unread]
    )


@often
@given(texts, changes)
def test_lines_that_agree_are_kept_byte_for_byte_in_their_order(text: str, some: list[Change]) -> None:
    before, document = imported(text)
    state = changed(before, some)
    touched = _touched_lines(text, document, before, state)
    kept = [raw for number, raw in enumerate(_raw_lines(text), 1) if raw.strip("\ufeff \t") and number not in touched]
    rendered = _raw_lines(document_of(state, BOOK, AD).text)
    assert is_within(kept, rendered)


@often
@given(texts, changes)
def test_no_blank_lines_are_left_over_and_line_ends_are_kept(text: str, some: list[Change]) -> None:
    state, _ = imported(text)
    rendered = document_of(changed(state, some), BOOK, AD).text
    assert _longest_gap(rendered) <= max(1, _longest_gap(text))
    assert _last_gap(rendered) == _last_gap(text) or not text.strip("\ufeff \r\n")
    assert set(_line_ends(rendered)) <= (set(_line_ends(text)) or {"\n"})


@often
@given(texts, changes)
def test_a_patched_layout_is_a_layout_of_its_own_content(text: str, some: list[Change]) -> None:
    state = changed(imported(text)[0], some)
    wanted = project(state, BOOK, AD)
    rendered = document_of(state, BOOK, AD)
    layout = DocumentLayout(text=rendered.text, ids=rendered.ids, employer=wanted.employer, title=wanted.title)
    assert patch(layout, wanted, INDEX) == rendered


@often
@given(changes, changes)
def test_a_canonical_layout_stays_canonical(some: list[Change], more: list[Change]) -> None:
    state = changed(State(), some)
    wanted = project(state, BOOK, AD)
    text, ids = written(wanted)
    layout = DocumentLayout(text=text, ids=ids, employer=wanted.employer, title=wanted.title)
    state = changed(after(state, LayoutChanged(layout=layout)), more)
    assert document_of(state, BOOK, AD) == written(project(state, BOOK, AD))


nonsense = st.lists(
    st.tuples(st.integers(-3, 60), st.lists(st.sampled_from(["", "c1", "c2", "c3", "n1", "x"]), max_size=3).map(tuple)),
    max_size=12,
).map(tuple)


@often
@given(texts, changes, nonsense)
def test_a_layout_with_nonsensical_ids_gets_everything_once(
    text: str, some: list[Change], ids: tuple[tuple[int, tuple[str, ...]], ...]
) -> None:
    state = changed(imported(text)[0], some)
    assert state.layout is not None
    wanted = project(state, BOOK, AD)
    rendered = patch(replace(state.layout, ids=ids), wanted, INDEX)
    again = with_ids(identified(parse_document(rendered.text, "a.md")[0], INDEX), rendered.ids)
    assert_says(again, wanted)
    assert sorted(_part_ids(again)) == sorted(_part_ids(wanted))


# --- helpers -----------------------------------------------------------------------------------------


def assert_says(document: Document, other: Document) -> None:
    """Assert equal content under each code, in each of its lists in the order of `other`."""
    found, wanted = content_of(document), content_of(other)
    assert (found.profile, found.reasoning, found.notes) == (wanted.profile, wanted.reasoning, wanted.notes)
    assert found.lists.keys() == wanted.lists.keys()
    for key, lists in found.lists.items():
        whole = [each for part in wanted.lists[key] for each in part]
        assert sorted(each for part in lists for each in part) == sorted(whole)
        assert all(is_within(part, whole) for part in lists)


def _blocks(document: Document) -> list[Block]:
    return [block for section in document.sections for block in section.blocks]


def _parts_of(code: CodeLine) -> tuple[Note | Entry, ...]:
    return (*code.notes, *code.entries)


def _part_ids(document: Document) -> Iterator[str]:
    for block in _blocks(document):
        yield from (note.id for note in block.notes if note.id)
        for code in block.codes:
            yield from (part.id for part in _parts_of(code) if part.id)


def _all_ids(document: Document) -> list[str]:
    """Return the ids of all parts, except those of unknown codes and headings."""
    known = [section.id for section in document.sections]
    known += [block.id for block in _blocks(document) if block.id in INDEX.groups]
    codes = [code.id for block in _blocks(document) for code in block.codes]
    return [*known, *(code for code in codes if code in INDEX.codes), *_part_ids(document)]


def _touched_lines(text: str, document: Document, before: State, state: State) -> set[int]:
    """Return the lines of a layout that may change or be removed because a part on them has changed."""
    gone = {
        id_ for id_, one in {**before.codings, **before.notes}.items() if {**state.codings, **state.notes}[id_] != one
    }
    new_notes = {note.target.id for note in state.notes.values() if note.id not in before.notes}
    touched: set[int] = set()

    def touch(*parts: Note | Entry | CodeLine | Block) -> None:
        touched.update(line for part in parts for line in range(part.line, part.end))

    for block in _blocks(document):
        parts = [*block.notes, *(part for code in block.codes for part in _parts_of(code))]
        touch(*(part for part in parts if part.id in gone))
        for code in block.codes:
            is_emptied = bool(_parts_of(code)) and all(part.id in gone for part in _parts_of(code))
            if is_emptied or code.id in new_notes:
                touch(code)
        if block.heading is not None and parts and all(part.id in gone for part in parts):
            touch(block)
    is_described = (before.employer, before.title) != (state.employer, state.title)
    is_assessed = (before.profile, before.reasoning) != (state.profile, state.reasoning)
    for part, place in document.lines.items():
        if is_described if part in ("heading", "opening") else is_assessed:
            touched.update(range(*place))
    if is_assessed:
        touched.update(n for n, raw in enumerate(_raw_lines(text), 1) if "assigned profile" in raw.casefold())
    return touched


def _raw_lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)


def _line_ends(text: str) -> list[str]:
    return re.findall(r"\r\n|\r|\n", text)


def _longest_gap(text: str) -> int:
    """Return the most consecutive blank lines inside a text."""
    shape = "".join(" " if not raw.strip() else "x" for raw in _raw_lines(text)).strip()
    return max(map(len, re.split("x", shape)), default=0)


def _last_gap(text: str) -> int:
    """Return the number of blank lines at the end of a text."""
    shape = "".join(" " if not raw.strip() else "x" for raw in _raw_lines(text))
    return len(shape) - len(shape.rstrip())

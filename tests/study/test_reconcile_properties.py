"""After any edit of a document the session has its content, and nothing of either side is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.session import decide
from codetui.core.session.state import State
from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import Document, ids_by_line, with_ids
from codetui.formats.session_doc.patch import document_of
from codetui.model import (
    CodeId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    DocumentLayout,
    Event,
    LayoutChanged,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
)
from testing import reconciliation
from testing.examples import examples
from testing.reconciliation import AD, BOOK, FILE, added, apply, document, reconciled

WORDS = [
    "You light the lamp",
    "You light the lamp at dusk",
    "watch the sea",
    "watch the sea until dawn",
    "fog horn",
    "You",
    "a",
    "You polish the mirrors every week.",
    'he said "yes" (twice)',
    "the ...reef",
    "Zwem elke dag",
]
NOTES = ["", "", "why", "one (nested) note", "so.", 'implied by "her horn"']
"""None holds one of the words: an entry that is removed while a new note holds its words stays."""

CODES = ["T1", "T2", "T3", "K1", "X9", "T1a: Other"]
PLACES = [
    MemoTarget(kind="section", id="tasks"),
    MemoTarget(kind="section", id="tools"),
    MemoTarget(kind="section", id="Lost section"),
    MemoTarget(kind="group", id="light"),
    MemoTarget(kind="group", id="sea"),
    MemoTarget(kind="group", id="Lost group"),
    *(MemoTarget(kind=kind, id=code) for kind in ("code", "entry") for code in CODES),
]
PROFILES = ["", "1", "2", "Pirate"]
REASONS = ["", "He keeps.", "It fits.\n\nSo it does."]

codings = st.builds(lambda code, words, note: (code, words, note), *map(st.sampled_from, (CODES, WORDS, NOTES)))
place_notes = st.tuples(st.sampled_from(PLACES), st.sampled_from(["few", "none (here)", "few ", "x"]))
assessments = st.tuples(st.sampled_from(PROFILES), st.sampled_from(REASONS))
Step = tuple[str, int, object]
steps = st.tuples(
    st.sampled_from(["add", "add", "add", "note place", "remove", "recode", "note", "profile"]),
    st.integers(0, 99),
    st.tuples(codings, place_notes, assessments),
)
states = st.lists(steps, max_size=14).map(lambda made: advanced(State(), made))
prefixes = st.sampled_from(["m", "a"])


def advanced(
    state: State, made: list[tuple[str, int, tuple[tuple[str, str, str], tuple[MemoTarget, str], tuple[str, str]]]]
) -> State:
    """Return the state after these steps of a coder."""
    for kind, number, ((code, words, note), (place, text), (profile, reasoning)) in made:
        live = state.live()
        one = live[number % len(live)] if live else None
        rank = state.next_rank
        event: Event | None = None
        if kind == "add":
            event = added(f"c{rank:04}", code, words, note, rank)
        elif kind == "note place":
            event = MemoWritten(memo=MemoId(f"n{rank:04}"), target=place, text=text, rank=rank)
        elif kind == "profile":
            event = ProfileAssigned(profile=profile, reasoning=reasoning)
        elif one and kind == "remove":
            event = CodingRemoved(coding=one.id)
        elif one and kind == "recode":
            event = CodingRecoded(
                coding=one.id, code=CodeId(code), rank=rank, code_before=one.code, rank_before=one.rank
            )
        elif one and kind == "note":
            event = CodingNoted(coding=one.id, note=note, note_before=one.note)
        if event:
            state = apply(state, event)
    return state


# --- what a document says -------------------------------------------------------------------------------


def content_of(of: Document) -> dict[str, object]:
    """Return the content of a document by headings and labels; empty parts are left out."""
    found: dict[str, list[tuple[str, str]]] = {}
    for section in of.sections:
        for block in section.blocks:
            found.setdefault(f"# {block.heading or section.title}", []).extend(("", n.text) for n in block.notes)
            for code in block.codes:
                found.setdefault(f"on {code.label}", []).extend(("", note.text) for note in code.notes)
                found.setdefault(code.label, []).extend(
                    (entry.words if entry.kind != "note" else "()", entry.note) for entry in code.entries
                )
    head = {"profile": of.profile, "reasoning": of.reasoning, "employer": of.employer, "title": of.title}
    return {**head, **{key: value for key, value in found.items() if value}}


# --- what a person does to the lines --------------------------------------------------------------------

Edit = Callable[[list[str], int, int, str, str], None]


def entry_lines(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines) if line.startswith("  - ")]


def insertable(lines: list[str]) -> list[int]:
    """Return the lines after which an entry may be inserted."""
    return [number for number, line in enumerate(lines) if line.startswith(("  - ", "- **")) and not is_head(line)]


def is_head(line: str) -> bool:
    return line.startswith(("- **Assigned", "- **Reasoning"))


def edit(lines: list[str], kind: str, first: int, second: int, words: str, note: str) -> None:
    """Make one hand edit to the lines of a document; none if there is nothing to change."""
    entries, places = entry_lines(lines), insertable(lines)
    line = f'  - "{words}"' + (f" ({note})" if note else "")
    match kind:
        case "insert" if places:
            lines.insert(places[first % len(places)] + 1, line)
        case "delete" if entries:
            del lines[entries[first % len(entries)]]
        case "change" if entries:
            lines[entries[first % len(entries)]] = line
        case "move" if entries:
            moved = lines.pop(entries[first % len(entries)])
            places = insertable(lines)
            lines.insert(places[second % len(places)] + 1, moved)
        case "copy" if entries:
            lines.insert(places[second % len(places)] + 1, lines[entries[first % len(entries)]])
        case "remark" if places:
            lines.insert(places[first % len(places)] + 1, f"  - _({note or 'remark'})_")
        case "new code":
            lines += ["", f"- **X{first % 3}. {words}:** _({note or 'new'})_", line]
        case "heading":
            headings = [number for number, each in enumerate(lines) if each.startswith("##")]
            lines[headings[first % len(headings)] + 1 : 0] = ["", f"_({note or 'on the heading'})_"]
        case "no note":
            noted = [number for number, each in enumerate(lines) if each.startswith("_(")]
            if noted:
                del lines[noted[first % len(noted)]]
        case "profile":
            kept = [each for each in lines if not is_head(each)]
            at = next(number for number, each in enumerate(kept) if each == "---")
            head = ["- **Assigned Profile:** `Builder`", f"- **Reasoning:** {words}", ""][second % 2 * 2 :]
            lines[:] = [*kept[:at], *head, *kept[at:]]


edits = st.lists(
    st.tuples(
        st.sampled_from(
            ["insert", "delete", "change", "move", "copy", "remark", "new code", "heading", "no note", "profile"]
        ),
        st.integers(0, 99),
        st.integers(0, 99),
        st.sampled_from(WORDS),
        st.sampled_from(NOTES),
    ),
    max_size=6,
)


def edited(state: State, made: list[tuple[str, int, int, str, str]]) -> Document:
    """Return the session's document after these edits."""
    lines = render_document(document(state)).split("\n")
    for kind, first, second, words, note in made:
        edit(lines, kind, first, second, words, note)
    return parse_document("\n".join(lines), "a.md")[0]


# --- properties -----------------------------------------------------------------------------------------


@settings(max_examples=examples(150))
@given(states)
def test_an_unedited_document_yields_no_changes(state: State) -> None:
    read_back = edited(state, [])
    assert reconciled(read_back, document(state), state).events == ()
    assert reconciled(read_back, None, state).events == ()


@settings(max_examples=examples(400))
@given(states, edits, prefixes)
def test_after_any_edit_the_session_equals_the_document(
    state: State, made: list[tuple[str, int, int, str, str]], prefix: str
) -> None:
    wanted = edited(state, made)
    found = reconciled(wanted, document(state), state, reconciliation.numbered_ids(prefix))
    after = apply(state, *found.events, cause="edit")
    assert content_of(document(after)) == content_of(wanted)
    assert reconciled(wanted, found.document, after).events == ()


@settings(max_examples=examples(200))
@given(states, edits, prefixes)
def test_an_imported_edit_can_be_undone(state: State, made: list[tuple[str, int, int, str, str]], prefix: str) -> None:
    found = reconciled(edited(state, made), document(state), state, reconciliation.numbered_ids(prefix))
    after = apply(state, *found.events, cause="edit")
    if found.events:
        target = decide.undo_target(after)
        assert target is not None
        back = apply(after, *decide.undo_events(target), cause="undo")
        assert [replace(one, time="") for one in back.live()] == [replace(one, time="") for one in state.live()]
        assert [n for n in back.notes.values() if n.text] == [n for n in state.notes.values() if n.text]
        assert document(back) == document(state)


@settings(max_examples=examples(200))
@given(states, states, edits)
def test_an_import_removes_nothing_and_a_second_one_adds_nothing(
    state: State, other: State, made: list[tuple[str, int, int, str, str]]
) -> None:
    wanted = edited(other, made)
    found = reconciled(wanted, None, state)
    after = apply(state, *found.events, cause="document")
    assert reconciled(wanted, None, after, reconciliation.numbered_ids("z")).events == ()
    for coding in state.live():
        now = after.codings[coding.id]
        assert (now.code, now.words, now.anchor, now.is_removed) == (coding.code, coding.words, coding.anchor, False)
        assert coding.note in ("", now.note)
    assert {note.text for note in state.notes.values()} <= {note.text for note in after.notes.values()}
    here, there = content_of(document(after)), content_of(wanted)
    assert all(
        set(output) <= set(here[key]) | without_note(here[key])
        for key, output in there.items()
        if isinstance(output, list)
    )


def without_note(output: object) -> set[tuple[str, str]]:
    """Return the same words without the note that only the session has."""
    assert isinstance(output, list)
    return {(words, "") for words, _ in output}


@settings(max_examples=examples(200))
@given(states, edits, edits)
def test_a_hand_written_document_is_kept_and_can_be_edited_again(
    state: State, made: list[tuple[str, int, int, str, str]], again: list[tuple[str, int, int, str, str]]
) -> None:
    for edits in (made, again):
        standing = document_of(state, BOOK, AD)
        base = with_ids(parse_document(standing.text, FILE)[0], standing.ids)
        lines = standing.text.split("\n")
        for each in edits:
            edit(lines, *each)
        text = "\n".join(lines)
        found = reconciled(parse_document(text, FILE)[0], base, state, reconciliation.numbered_ids(f"m{state.seq:03}"))
        form = DocumentLayout(text=text, ids=ids_by_line(found.document), employer=AD.employer, title=AD.title)
        state = apply(state, *found.events, LayoutChanged(layout=form, layout_before=state.layout), cause="edit")
        assert document_of(state, BOOK, AD).text == text


# --- both sides at once ---------------------------------------------------------------------------------

hand_kinds = st.sampled_from(["insert", "delete", "change", "change", "move", "remark", "new code", "heading"])
key_kinds = st.sampled_from(["add", "remove", "recode", "note", "note", "words", "words", "place", "place"])
sides = st.lists(st.tuples(hand_kinds, st.integers(0, 99), st.integers(0, 99), st.booleans()), max_size=6)
presses = st.lists(st.tuples(key_kinds, st.integers(0, 99), st.sampled_from(CODES)), max_size=6)


def edited_apart(state: State, made: list[tuple[str, int, int, bool]]) -> Document:
    """Return the session's document after hand edits, each with distinct words and notes."""
    lines = render_document(document(state)).split("\n")
    for number, (kind, first, second, is_noted) in enumerate(made):
        words = f"by hand, the words of edit {number}"
        if kind == "change" and entry_lines(lines):
            old = lines[entry_lines(lines)[first % len(entry_lines(lines))]]
            words = old.removeprefix("  - ").strip('"`_()') if second % 2 else words
        edit(lines, kind, first, second, words, f"hand note {number}" if is_noted else "")
    return parse_document("\n".join(lines), "a.md")[0]


def pressed(state: State, made: list[tuple[str, int, str]]) -> State:
    """Return the session after further commands, with distinct words and notes."""
    for number, (kind, which, code) in enumerate(made):
        live, rank = state.live(), state.next_rank
        one = live[which % len(live)] if live else None
        noted = [note for note in state.notes.values() if note.text]
        event: Event | None = None
        if kind == "add":
            event = added(f"k{number:04}", code, f"at the keys, words number {number}", f"key note {number}", rank)
        elif kind == "place" and noted:
            note = noted[which % len(noted)]
            text = "" if which % 3 == 0 else f"key note {number}"
            event = MemoWritten(memo=note.id, target=note.target, text=text, text_before=note.text, rank=note.rank)
        elif one and kind == "remove":
            event = CodingRemoved(coding=one.id)
        elif one and kind == "recode":
            event = CodingRecoded(
                coding=one.id, code=CodeId(code), rank=rank, code_before=one.code, rank_before=one.rank
            )
        elif one and kind == "note":
            event = CodingNoted(coding=one.id, note=f"key note {number}", note_before=one.note)
        elif one and kind == "words":
            event = CodingReanchored(
                coding=one.id,
                anchor=None,
                words=f"at the keys, words number {number}",
                anchor_before=one.anchor,
                words_before=one.words,
            )
        state = apply(state, event) if event else state
    return state


def words_and_notes(of: Document) -> tuple[set[str], set[str]]:
    """Return the words of all quotations, and all notes."""
    found = [pair for output in content_of(of).values() if isinstance(output, list) for pair in output]
    return {words for words, _ in found}, {note for _, note in found if note}


@settings(max_examples=examples(400))
@given(states, sides, presses)
def test_edits_on_both_sides_lose_no_words_or_notes(
    state: State, made: list[tuple[str, int, int, bool]], typed: list[tuple[str, int, str]]
) -> None:
    wanted, later = edited_apart(state, made), pressed(state, typed)
    found = reconciled(wanted, document(state), later)
    after = document(apply(later, *found.events, cause="edit"))
    words, notes = words_and_notes(after)
    for side in (wanted, document(later)):
        its_words, its_notes = words_and_notes(side)
        new_words = {each for each in its_words if each.startswith(("by hand", "at the keys"))}
        assert new_words <= words
        for note in its_notes:
            if note.startswith(("hand note", "key note")):
                assert any(note in each for each in notes)


@settings(max_examples=examples(200))
@given(states, presses)
def test_an_unedited_document_yields_no_changes_after_further_coding(
    state: State, typed: list[tuple[str, int, str]]
) -> None:
    assert reconciled(edited(state, []), document(state), pressed(state, typed)).events == ()

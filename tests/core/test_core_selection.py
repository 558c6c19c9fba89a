"""Selections in key notation: `[` and `]` enclose the selection, `|` is the head."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.selection.motions import MOTIONS, find, matches, moved, selection_of_match
from codetui.core.selection.selection import Selection, View, clicked, cursor, dragged, effective, selected
from codetui.core.text.layout import page, scroll_to, wrap
from codetui.model import Holds
from codetui.tui.actions import MOTION_KEYS

ALIASES = {key: name for name, keys in MOTION_KEYS.items() for key in keys}
SHORT = {">": "greater_than_sign", "<": "less_than_sign", "}": "right_curly_bracket", "{": "left_curly_bracket"}
SHORT |= {
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    ",": "comma",
    "+": "plus",
    "-": "minus",
    "%": "percent_sign",
}


def read(notation: str) -> tuple[str, Selection]:
    """Parse a text with its selection: `We [need|] it`, or `We ne|ed it` for a cursor."""
    marks = [(at, c) for at, c in enumerate(notation) if c in "[]|"]
    text = "".join(c for c in notation if c not in "[]|")
    places = {c: at - number for number, (at, c) in enumerate(marks)}
    if "[" not in places:
        return text, cursor(text, places["|"])
    start, end, head = places["["], places["]"], places["|"]
    return text, selected(start, end) if head == end else Selection(end, start, "explicit")


def written(text: str, selection: Selection) -> str:
    """Render a text with its selection."""
    start, end = selection.span
    if not selection.is_explicit:
        return f"{text[:start]}|{text[start:]}"
    inner = text[start:end]
    inner = f"|{inner}" if selection.head == start else f"{inner}|"
    return f"{text[:start]}[{inner}]{text[end:]}"


def pressed(notation: str, keys: str, width: int = 40, height: int = 10) -> str:
    """Return the notation after some keys."""
    text, selection = read(notation)
    view, top = View(wrap(text, width), 0, height), 0
    for key in keys.split():
        selection, top = moved(text, view._replace(top=top), ALIASES[SHORT.get(key, key)], selection)
    return written(text, selection)


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("We ne|ed it. Now go.", "s", "We need it. [Now go.|]"),
        ("We ne|ed it. Now go.", "s S", "[We need it.|] Now go."),
        ("We ne|ed it. Now go.", "w", "We [need|] it. Now go."),
        ("We ne|ed it. Now go.", "w w", "We need [it|]. Now go."),
        ("We ne|ed it. Now go.", "W", "[We|] need it. Now go."),
        ("Read, wri|te. Go.", "c", "Read, [write.|] Go."),
        ("Do:\n * a|b\n * cd\n", "m", "Do:\n * ab\n * [cd|]\n"),
        ("One.\n\nTw|o. Three.\n", "G", "[One.|]\n\nTwo. Three.\n"),
        ("On|e.\n\nTwo. Three.\n", "g", "One.\n\n[Two. Three.|]\n"),
        ("We need [it now|]. Go.", "s", "We need it now. [Go.|]"),
        ("We need [it now|]. Go.", "S", "[We need it now.|] Go."),
    ],
)
def test_a_step_selects_the_unit(before: str, keys: str, after: str) -> None:
    assert pressed(before, keys) == after


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("We ne|ed it now.", ">", "We [need it now.|]"),
        ("We ne|ed it now.", "<", "[We need it|] now."),
        ("We ne|ed it now.", "> > <", "We need [it|] now."),
        ("Rea|d, write, rest.", "}", "Read, [write, rest.|]"),
        ("Rea|d, write, rest.", "{", "[Read, write|], rest."),
        ("We [need|] it.", ">", "We [need|] it."),
        ("We ne|ed it.", ",", "[We need it|]."),
        ("We ne|ed it.", ", ,", "[We need it.|]"),
        ("We [need it|]; go", ",", "We [need it;|] go"),
    ],
)
def test_trims_drop_a_unit_at_one_end(before: str, keys: str, after: str) -> None:
    assert pressed(before, keys) == after


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("We [need|] it now.", "] w", "We [need it|] now."),
        ("We [need it|] now.", "] W", "We [need|] it now."),
        ("We [need|] it now.", "[ W", "[|We need] it now."),
        ("We [need it|] now.", "[ w", "We need [|it] now."),
        ("We [need|] it now.", "] s", "We [need it now.|]"),
        ("We [need|] it now.", "] right right", "We [need i|]t now."),
        ("We [need|] it now.", "[ left", "We[| need] it now."),
        ("We ne|ed it. Go.", "] s", "[We need it. Go.|]"),
        ("We [need|] it now.", "] w ] right", "We need it| now."),
        ("We [need it|] now.", "[ escape w", "We need [it|] now."),
    ],
)
def test_a_held_edge_moves_by_arrows_and_unit_letters(before: str, keys: str, after: str) -> None:
    assert pressed(before, keys) == after


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("a|bc", "right", "ab|c"),
        ("a|bc", "shift+right", "a[b|]c"),
        ("a|bc", "shift+left", "[|a]bc"),
        ("[ab|]c", "right", "ab|c"),
        ("[ab|]c", "left", "|abc"),
        ("[ab|]c", "shift+left", "[a|]bc"),
        ("|ab cd ef", "ctrl+right ctrl+shift+right", "ab[ cd|] ef"),
        ("ab cd ef|", "ctrl+left ctrl+shift+left", "ab [|cd ]ef"),
        ("ab\ncd|\nef", "home", "ab\n|cd\nef"),
        ("ab\n|cd\nef", "shift+end", "ab\n[cd|]\nef"),
        ("ab\nc|d\nef", "ctrl+home", "|ab\ncd\nef"),
        ("ab\nc|d\nef", "ctrl+shift+end", "ab\nc[d\nef|]"),
        ("ab\nc|d\nef", "up", "a|b\ncd\nef"),
        ("abcd|\ne\nfghi", "down down", "abcd\ne\nfghi|"),
        ("a|b\ncd\nef", "J", "a[b\nc|]d\nef"),
        ("[ab|]c", "escape", "|abc"),
        ("[ab|]c", "%", "[|ab]c"),
        ("x|e\u0301y", "right", "xe\u0301|y"),
    ],
)
def test_arrows_and_shift_work_as_in_other_editors(before: str, keys: str, after: str) -> None:
    assert pressed(before, keys) == after


def test_growing_passes_the_turn_of_a_speaker() -> None:
    text = "Ann: Hoe ging het?\nBob: Ja. Het g|ing\nheel goed.\nAnn: Mooi."
    steps = [pressed(text, "+ " * count) for count in range(1, 5)]
    assert [s[s.index("[") + 1 : s.index("|")] for s in steps] == [
        "ging",
        "Het ging\nheel goed.",
        "Bob: Ja. Het ging\nheel goed.",
        "Ann: Hoe ging het?\nBob: Ja. Het ging\nheel goed.\nAnn: Mooi.",
    ]


def test_growing_goes_from_word_to_paragraph_and_shrinking_goes_back() -> None:
    text = "Intro.\n * We read, we wr|ite code. Rest.\n * More."
    steps = [pressed(text, "+ " * count) for count in range(1, 6)]
    assert [s[s.index("[") + 1 : s.index("|")] for s in steps] == [
        "write",
        "we write code.",
        "We read, we write code.",
        "We read, we write code. Rest.",
        "Intro.\n * We read, we write code. Rest.\n * More.",
    ]
    assert pressed(text, "+ + + + + - -") == steps[2]
    assert pressed(text, "+ + + + + - - - -") == steps[0]


@pytest.mark.parametrize(
    ("notation", "holds", "words"),
    [
        ("Use Py|thon. Now.", "quotations", "Use Python."),
        ("Use Py|thon. Now.", "terms", "Python"),
        ("Use [Python |]now.", "quotations", "Python"),
        ("Use [Python now|].", "terms", "Python now"),
        ("In ChatGPT/L|LM.", "terms", "LLM"),
        ("|", "terms", ""),
    ],
)
def test_a_code_is_assigned_to_the_selection_or_to_the_implied_span(notation: str, holds: Holds, words: str) -> None:
    text, selection = read(notation)
    assert text[slice(*effective(text, selection, holds))] == words


def test_a_tentative_selection_is_its_first_word_for_terms() -> None:
    text = "Use Python and SQL daily."
    tentative = Selection(4, len(text), "tentative")
    assert text[slice(*effective(text, tentative, "terms"))] == "Python"
    assert text[slice(*effective(text, tentative, "quotations"))] == "Python and SQL daily."


@pytest.mark.parametrize(
    ("drag", "taken"),
    [
        ((4, 6), "need"),
        ((6, 4), "need"),
        ((5, 12), "need Python"),
        ((12, 5), "need Python"),
        ((8, 14), "Python,"),
        ((8, 15), "Python, "),
        ((17, 17), "CI"),
        ((17, 19), "CI/CD"),
        ((14, 15), ", "),
        ((22, 23), "cafe\u0301"),
    ],
)
def test_a_drag_selects_whole_words_and_the_characters_under_both_ends(drag: tuple[int, int], taken: str) -> None:
    text = "We need Python, CI/CD cafe\u0301."
    selection = dragged(text, *drag)
    assert text[slice(*selection.span)] == taken
    assert (selection.anchor <= selection.head) == (drag[0] <= drag[1])


def test_clicks_move_the_cursor_select_the_word_and_select_the_sentence() -> None:
    text = "We need it. Go."
    assert clicked(text, 4, 1) == cursor(text, 4)
    assert clicked(text, 4, 2).span == (3, 7)
    assert clicked(text, 4, 3).span == (0, 11)


def test_every_motion_has_a_key_and_no_key_means_two_motions() -> None:
    assert set(MOTION_KEYS) == set(MOTIONS)
    keys = [key for several in MOTION_KEYS.values() for key in several]
    assert len(keys) == len(set(keys))


@given(
    st.text(alphabet="ab .,\n\r-/*é\u0301👩", max_size=60),
    st.lists(st.sampled_from(sorted(MOTIONS)), max_size=6),
    st.integers(0, 60),
)
def test_no_motion_leaves_the_text(text: str, names: list[str], at: int) -> None:
    selection, top = cursor(text, at), 0
    layout = wrap(text, 12)
    for name in names:
        selection, top = moved(text, View(layout, top, 4), name, selection)
        assert 0 <= selection.anchor <= len(text)
        assert 0 <= selection.head <= len(text)
        assert 0 <= top <= max(0, layout.rows - 4)


@given(st.integers(0, 200), st.integers(1, 50), st.integers(0, 199), st.integers(0, 199), st.integers(1, 200))
def test_scrolling_shows_the_head(top: int, height: int, anchor: int, head: int, rows: int) -> None:
    anchor, head = anchor % rows, head % rows
    after = scroll_to(top, height, anchor, head, rows)
    assert after <= head < after + height
    assert scroll_to(after, height, anchor, head, rows) == after


def test_scrolling_is_the_minimum_that_shows_the_head_with_a_margin_of_two_rows() -> None:
    assert scroll_to(10, 20, 15, 15, 100) == 10
    assert scroll_to(10, 20, 28, 28, 100) == 11
    assert scroll_to(10, 20, 11, 11, 100) == 9
    assert scroll_to(10, 20, 5, 15, 100) == 3
    assert page(10, 20, 100, 1) == 29


def test_search_is_smart_about_case_blanks_and_accents() -> None:
    text = "Een café,\n  dé Cafe.\nMachine\n   Learning"
    assert find(text, "cafe", 0) == (4, 8)
    assert find(text, "café", 5) == (4, 8)
    assert find(text, "Cafe", 0) == (15, 19)
    assert text[slice(*find(text, "machine l", 0) or (0, 0))] == "Machine\n   L"
    assert find(text, "kafe", 0) is None
    assert find(text, " ", 0) is None


def test_search_goes_backwards_and_wraps_around_the_end() -> None:
    text = "ab x ab y ab"
    assert find(text, "ab", 6) == (10, 12)
    assert find(text, "ab", 11) == (0, 2)
    assert find(text, "ab", 5, -1) == (0, 2)
    assert find(text, "ab", 0, -1) == (10, 12)
    assert matches(text, "ab", 1, 6) == [(5, 7)]


def test_a_query_of_signs_is_literal() -> None:
    assert find("a C++ (x) [y]", "c++ (x) [", 0) == (2, 11)


def test_a_match_is_extended_to_whole_words() -> None:
    text = "Use Python now"
    match = find(text, "pyt", 0)
    assert match is not None
    assert written(text, selection_of_match(text, match)) == "Use [Python|] now"

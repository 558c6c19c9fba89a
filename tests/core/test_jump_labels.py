"""Jump labels: letters on words, for a start and then an end."""

from __future__ import annotations

import itertools
import string

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.selection.jump_labels import JumpState, begin, begin_end, press
from codetui.core.selection.selection import cursor, effective, selected
from codetui.core.text.units import units
from codetui.model import Span

AD = (
    "We look for a colleague. You will build pipelines in ChatGPT/LLM, and you write (some) tests.\n\n"
    "     * Templates: Create templates for models;\n     * Guide the team!\n"
)
WORDS = st.lists(st.sampled_from(["We", "a", "build", "CI/CD", "and", "tools,", "end.", "\n * "]), max_size=400).map(
    " ".join
)


def typed(state: JumpState, target: int) -> JumpState:
    """Return the state after the letters of the label on a place."""
    for letter in next(m.letters for m in state.marks if m.target == target):
        state = press(state, letter)
    return state


def whole(text: str) -> Span:
    """Return the view of a whole text."""
    return Span(0, len(text))


def picked(start: str, end: str) -> str:
    """Return the words selected by labels on the start of one word and the end of another."""
    state = typed(begin(AD, whole(AD), cursor(AD, 0)), AD.index(start))
    state = typed(state, AD.index(end) + len(end))
    assert state.is_done
    return AD[slice(*state.selection.span)]


@given(WORDS)
def test_no_label_is_a_prefix_of_another_or_has_a_digit(text: str) -> None:
    state = begin(text, whole(text), cursor(text, 0))
    letters = sorted(m.letters for m in state.marks)
    assert all(not b.startswith(a) for a, b in itertools.pairwise(letters))
    assert set("".join(letters)) <= set(string.ascii_letters)


@given(WORDS)
def test_every_word_in_view_has_a_label(text: str) -> None:
    view = Span(len(text) // 3, len(text))
    state = begin(text, view, cursor(text, 0))
    words = {w.start for w in units(text, *view, "word") if w.start >= view.start}
    assert words <= {m.target for m in state.marks}
    assert all(m.target >= view.start for m in state.marks)


def test_bullets_sentences_and_words_after_a_colon_have_one_letter() -> None:
    text = "     * Plan: Make things with the others of the town.\n" * 20
    state = begin(text, whole(text), cursor(text, 0))
    lengths = {m.target: len(m.letters) for m in state.marks}
    assert lengths[text.index("Plan")] == lengths[text.index("Make")] == 1
    assert lengths[text.index("the")] == 2


def test_parts_after_a_slash_have_labels() -> None:
    assert picked("LLM", "LLM") == "LLM"


def test_after_the_start_the_selection_runs_to_the_end_of_the_sentence() -> None:
    state = typed(begin(AD, whole(AD), cursor(AD, 0)), AD.index("build"))
    assert state.stage == "end"
    assert AD[slice(*effective(AD, state.selection, "quotations"))].endswith("(some) tests.")
    assert AD[slice(*effective(AD, state.selection, "terms"))] == "build"


def test_the_end_label_selects_exactly_the_words() -> None:
    assert picked("build", "pipelines") == "build pipelines"
    assert picked("write", "(some)") == "write (some)"


def test_the_last_word_of_the_selected_sentence_ends_before_its_full_stop() -> None:
    assert picked("write", "tests") == "write (some) tests"


def test_the_last_word_of_a_later_sentence_ends_after_its_full_stop_but_before_a_semicolon() -> None:
    assert picked("look", "tests.").endswith("tests.")
    assert picked("look", "for models").endswith("for models")


@given(WORDS, st.integers(0, 400))
def test_a_word_has_the_same_label_as_start_and_as_end_wherever_the_cursor_is(text: str, at: int) -> None:
    first = {mark.offset: mark.letters for mark in begin(text, whole(text), cursor(text, 0)).marks}
    again = begin(text, whole(text), cursor(text, min(at, len(text))))
    assert {mark.offset: mark.letters for mark in again.marks} == first
    for state in (typed(again, again.marks[-1].target), typed(again, again.marks[0].target)) if first else ():
        assert all(first[mark.offset] == mark.letters for mark in state.marks)


def test_only_the_end_can_be_chosen_for_the_current_sentence() -> None:
    state = typed(begin_end(AD, whole(AD), cursor(AD, 3)), AD.index("colleague") + len("colleague"))
    assert AD[slice(*state.selection.span)] == "We look for a colleague"


def test_a_held_start_needs_one_label_and_keeps_the_end() -> None:
    held = selected(3, 23)
    held = type(held)(23, 3, "explicit", "start")
    state = typed(begin(AD, whole(AD), held), 0)
    assert state.is_done
    assert state.selection.span == (0, 23)


def test_backspace_removes_a_letter_and_then_cancels() -> None:
    text = "word " * 200
    first = begin(text, whole(text), cursor(text, 0))
    letters = next(m.letters for m in first.marks if len(m.letters) == 2)
    once = press(first, letters[0])
    assert once.typed == letters[0]
    assert all(len(label) == 1 for _, label in once.labels)
    twice = press(once, letters[1])
    assert twice.stage == "end"
    assert twice.earlier == once
    assert once.earlier == first
    assert first.earlier is None


def test_a_letter_that_begins_no_label_changes_nothing() -> None:
    state = begin("one two", Span(0, 7), cursor("one two", 0))
    assert press(state, "z") is state
    assert press(state, "1") is state


def test_a_text_without_words_has_no_labels() -> None:
    assert begin("  \n", Span(0, 3), cursor("  \n", 0)).labels == []

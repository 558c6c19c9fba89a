"""Positions of selections, which programs count differently, are found by the names of the selections."""

from __future__ import annotations

from itertools import product

import pytest

from codetui.formats.codings.refi import Counting, Selected, find_counting
from codetui.model import Span, with_plain_line_ends

PLAIN = "You light the lamp at dusk.\nYou watch the sea until dawn.\n"
WORDS = ("light the lamp", "watch the sea", "dusk.")
TEXTS = {
    "plain": PLAIN,
    "astral": PLAIN.replace("You", "🔥 You"),
    "windows": PLAIN.replace("\n", "\r\n"),
    "both": PLAIN.replace("You", "🔥 You").replace("\n", "\r\n"),
}


def written(text: str, words: str, way: Counting, name: str | None = None) -> Selected:
    """Return the selection of words as a program that counts in this way writes it."""
    counted = text if way.has_long_ends else with_plain_line_ends(text)
    start = counted.index(words)
    places = (start, start + len(words))
    if way.has_units:
        places = (len(counted[:at].encode("utf-16-le")) // 2 for at in places)  # type: ignore[assignment]
    first, end = places
    return Selected(first, end - (0 if way.is_end_exclusive else 1), words if name is None else name, text)


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("names", ["words", "cut", "none"])
def test_every_way_of_counting_yields_the_same_words(kind: str, names: str) -> None:
    text = TEXTS[kind]
    for way in (Counting(*each) for each in product((False, True), repeat=3)):
        cut = {"words": None, "cut": "…", "none": "line 7"}[names]
        chosen = [written(text, words, way, f"{words[:5]}{cut}" if cut == "…" else cut) for words in WORDS]
        found = find_counting(chosen)
        if names == "none" and (way.has_units or not way.has_long_ends):
            continue  # Nothing but the words decides that.
        spans = [found.span(one.start, one.end, text) for one in chosen]
        assert [with_plain_line_ends(text)[slice(*span)] for span in spans if span] == list(WORDS), way


def test_a_file_without_evidence_counts_as_the_standard_does() -> None:
    assert find_counting([]) == Counting()
    assert find_counting([Selected(0, 2, "", "You")]).span(0, 2, "You") == Span(0, 3)


def test_selections_of_whole_lines_end_before_the_next_line() -> None:
    lines = [Selected(0, 28, "line:1", PLAIN), Selected(28, 58, "line:2", PLAIN)]
    assert find_counting(lines).is_end_exclusive


def test_a_selection_outside_its_text_has_no_place() -> None:
    assert Counting().span(50, 500, PLAIN) is None and Counting().span(-1, 5, PLAIN) is None
    assert Counting(has_units=True).span(0, 50, "🔥") is None

"""Units of text: the gold file, and properties of any text."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.text.units import (
    Unit,
    block_at,
    grapheme_after,
    grapheme_before,
    next_unit,
    previous_unit,
    snap,
    unit_at,
    units,
)
from codetui.model import Span

GOLD = Path(__file__).resolve().parent.parent / "data" / "units_gold.txt"
UNITS: tuple[Unit, ...] = get_args(Unit)
ADS = st.lists(
    st.sampled_from(
        [
            "We need ",
            "Python",
            "/",
            "-",
            ". ",
            ", ",
            "\n",
            "\r\n",
            "\n\n",
            "  * ",
            "e.g. ",
            "é",
            "e\u0301",
            "C++ ",
            "(",
            ")",
        ]
    ),
    max_size=40,
).map("".join)


def gold() -> list[tuple[str, str, Unit, list[str]]]:
    """Return the cases of the gold file: name, text, unit, and the expected units, white space collapsed."""
    cases = []
    for chapter in GOLD.read_text(encoding="utf-8").split("=== ")[1:]:
        name, _, rest = chapter.partition("\n")
        text, *lists = re.split(r"^--- ", rest, flags=re.MULTILINE)
        for listed in lists:
            unit, *expected = listed.strip("\n").split("\n")
            cases.append((name, text, next(u for u in UNITS if u == unit), expected))
    return cases


def words_of(text: str, spans: list[Span]) -> list[str]:
    """Return the words of spans, white space collapsed."""
    return [" ".join(text[s.start : s.end].split()) for s in spans]


@pytest.mark.parametrize(
    ("name", "text", "unit", "expected"), gold(), ids=lambda v: v[:40] if isinstance(v, str) else ""
)
def test_units_are_those_of_the_gold_file(name: str, text: str, unit: Unit, expected: list[str]) -> None:
    assert words_of(text, units(text, 0, len(text), unit)) == expected, name


@pytest.mark.parametrize(
    ("name", "text", "unit", "expected"), gold(), ids=lambda v: v[:40] if isinstance(v, str) else ""
)
def test_crlf_does_not_change_units(name: str, text: str, unit: Unit, expected: list[str]) -> None:
    windows = text.replace("\n", "\r\n")
    assert words_of(windows, units(windows, 0, len(windows), unit)) == expected, name


def test_a_sentence_leaves_out_bullet_mark_and_semicolon_and_keeps_its_full_stop() -> None:
    text = "     * Write tests;\n     * Ship it.\n"
    assert words_of(text, units(text, 0, len(text), "sentence")) == ["Write tests", "Ship it."]


def test_the_unit_at_an_offset_covers_or_touches_it() -> None:
    text = "One two.  Three four."
    assert unit_at(text, 0, "sentence") == (0, 8)
    assert unit_at(text, 8, "sentence") == (0, 8)
    assert unit_at(text, 12, "word") == (10, 15)


def test_the_unit_on_a_bullet_mark_is_the_bullet_after_it() -> None:
    text = "Tasks:\n     * Write tests\n"
    assert text[slice(*unit_at(text, 12, "sentence"))] == "Write tests"


def test_a_text_without_words_has_empty_units() -> None:
    for text in ("", "   ", "\n\n\n", "* * *"):
        assert unit_at(text, 0, "word") == (0, 0)


@given(ADS)
def test_units_never_overlap_and_never_end_in_white_space(text: str) -> None:
    for unit in UNITS:
        spans = units(text, 0, len(text), unit)
        assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
        assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)


@given(ADS)
def test_stepping_forward_and_back_meets_the_same_units(text: str) -> None:
    for unit in UNITS:
        forward, at = [], -1
        while (found := next_unit(text, at, unit)) is not None:
            forward.append(found)
            at = found.start
        backward, at = [], len(text) + 1
        while (found := previous_unit(text, at, unit)) is not None:
            backward.append(found)
            at = found.start
        assert forward == backward[::-1] == units(text, 0, len(text), unit)


@pytest.mark.parametrize("text", ["x" * 50_000, "word " * 10_000, "Do this. " * 6_000, "a line of text\n" * 4_000])
def test_a_block_of_a_huge_paragraph_is_small_and_the_same_from_everywhere(text: str) -> None:
    for offset in range(0, len(text), 977):
        block = block_at(text, offset)
        assert block.start <= offset <= block.end
        assert block.end - block.start <= 8_000
        assert block_at(text, block.start) == block
        assert block_at(text, block.end - 1) == block


def test_blocks_of_a_huge_paragraph_contain_every_word() -> None:
    text = "word " * 10_000
    assert len(units(text, 0, len(text), "word")) == 10_000


def test_an_offset_inside_a_grapheme_snaps_to_its_start() -> None:
    text = "cafe\u0301 👩‍💻\r\nx"
    assert snap(text, 4) == 3
    assert snap(text, 8) == 6
    assert snap(text, text.index("\n")) == text.index("\r")


def test_graphemes_step_over_marks_joined_emoji_and_crlf() -> None:
    text = "e\u0301👩‍💻\r\n"
    stops, at = [0], 0
    while at < len(text):
        at = grapheme_after(text, at)
        stops.append(at)
    assert stops == [0, 2, 5, 7]
    assert [grapheme_before(text, stop) for stop in stops[1:]] == stops[:-1]

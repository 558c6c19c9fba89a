"""The rows of a text: nothing is lost, and cells and offsets are inverses."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from codetui.core.text.layout import Layout, cluster_cells, find_odd, wrap

HIDDEN = "\u115f\u1160\u3164\U000e0041"
ODD = HIDDEN + "\t\r\n \u00a0\u00ad\u200b\u200c\u200d\u202e\u2028\ufe0f\ufeff\x00\x0b\x0c\x1b\x85\ud800\u0301\u0336"
WIDE = "工程🌊👩💻❤⚠👍🏽1⃣한"
texts = st.text(alphabet=st.sampled_from("aab. *-" + ODD + WIDE) | st.characters(), max_size=120)
widths = st.integers(min_value=1, max_value=40)


def shown_rows(layout: Layout) -> list[str]:
    """Return the rows as they are shown."""
    rows = [layout.row(number) for number in range(layout.rows)]
    return [" " * row.indent + row.shown(row.start, row.end) for row in rows]


@given(texts, widths)
def test_rows_cover_every_code_point_once(text: str, width: int) -> None:
    layout = wrap(text, width)
    assert "".join(text[slice(*layout.full_span(row))] for row in range(layout.rows)) == text
    assert all(layout.row_of(at) == row for row in range(layout.rows) for at in range(*layout.full_span(row)))


@given(texts, widths)
def test_spans_leave_out_line_breaks_and_nothing_else(text: str, width: int) -> None:
    layout = wrap(text, width)
    for row in range(layout.rows):
        span, full = layout.span(row), layout.full_span(row)
        assert span.start == full.start
        assert text[span.end : full.end] in ("", "\n", "\r\n", "\r")
        assert "\n" not in text[slice(*span)]
        assert "\r" not in text[slice(*span)]


@given(texts, widths)
def test_cells_and_offsets_are_inverse_over_clusters(text: str, width: int) -> None:
    layout = wrap(text, width)
    for number in range(layout.rows):
        row = layout.row(number)
        for offset in range(row.start, row.end):
            assert layout.offset_at(number, layout.cell_of(offset)) == row.floor(offset)
        if row.end < layout.full_span(number).end or number + 1 == layout.rows:
            assert layout.offset_at(number, layout.cell_of(row.end)) == row.end


@given(texts, widths)
def test_drawn_text_has_the_width_of_its_row(text: str, width: int) -> None:
    layout = wrap(text, width)
    for number in range(layout.rows):
        row = layout.row(number)
        shown = row.shown(row.start, row.end)
        assert row.indent + cell_len(shown) == row.width
        assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in shown)
        assert not set(shown) & set("\u200b\u202e\u2028\ufeff\ud800")


@given(texts, widths)
def test_a_row_is_at_most_a_blank_wider_than_the_width(text: str, width: int) -> None:
    layout = wrap(text, width)
    for number in range(layout.rows):
        row = layout.row(number)
        last = row.floor(row.end - 1)
        ends_in_blank = layout.text[last : last + 1] == " "
        clusters = sum(map(bool, row.cells)) if row.cells else row.end - row.start
        assert row.width <= width + ends_in_blank or clusters == 1


@given(st.text(alphabet="ab .*-1)\n", max_size=200), widths)
def test_the_fast_path_breaks_rows_where_the_slow_one_does(text: str, width: int) -> None:
    # A letter before a stop may be a bullet's, which the other alphabet has not.
    odd = re.sub(r"a(?![.)])", "ა", text)
    fast, slow = wrap(text, width), wrap(odd, width)
    assert [fast.span(row) for row in range(fast.rows)] == [slow.span(row) for row in range(slow.rows)]
    assert [fast.row(row).indent for row in range(fast.rows)] == [slow.row(row).indent for row in range(slow.rows)]


def test_every_plain_character_is_a_cluster_of_one_cell() -> None:
    plain = [chr(code) for code in range(0x110000) if not find_odd(chr(code))]
    assert len(plain) > 1500
    assert [character for character in plain if cluster_cells("a" + character) != b"\1\1"] == []


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [""]),
        ("one\n", ["one", ""]),
        ("one\r\ntwo\rthree\nfour", ["one", "two", "three", "four"]),
        ("a\u2028b\x0bc\x0cd\x85e", ["a·b·c·d·e"]),
        ("a\tb", ["a    b"]),
        ("nul\x00 esc\x1b[31m", ["nul· esc·[31m"]),
        ("a\u200bb\u202ec\ufeff\u00ad", ["a·b·c··"]),
        ("cafe\u0301", ["cafe\u0301"]),
        ("\u0301a", ["·a"]),
        ("lone \ud800", ["lone ·"]),
        ("a\u200db", ["ab"]),
        ("\U0001f469\u200d\U0001f4bb.", ["\U0001f469\u200d\U0001f4bb."]),
    ],
)
def test_invisible_characters_are_shown(text: str, rows: list[str]) -> None:
    assert shown_rows(wrap(text, 20)) == rows


@pytest.mark.parametrize("hidden", ["\u00ad", "\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\U000e0041"])
def test_each_invisible_character_is_one_cell(hidden: str) -> None:
    assert shown_rows(wrap(f"a{hidden}b", 9)) == ["a·b"]
    assert cluster_cells(f"a{hidden}b") == b"\1\1\1"


def test_the_tags_of_a_flag_belong_to_it() -> None:
    wales = "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
    assert cluster_cells(f"{wales}\U000e0041") == b"\2\0\0\0\0\0\0\1"
    assert shown_rows(wrap(wales, 9)) == [wales]


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("one two three", 8, ["one two ", "three"]),
        ("one two  three", 7, ["one two ", " three"]),
        ("pneumonoultra", 5, ["pneum", "onoul", "tra"]),
        ("a pneumonoultra", 6, ["a ", "pneumo", "noultr", "a"]),
        ("full row ", 8, ["full row "]),
        ("one two", 3, ["one ", "two"]),
        ("工程师负责", 4, ["工程", "师负", "责"]),
        ("AI 工程师", 6, ["AI 工", "程师"]),
        ("工", 1, ["工"]),
    ],
)
def test_rows_break_after_blanks_and_long_words_are_cut(text: str, width: int, rows: list[str]) -> None:
    assert shown_rows(wrap(text, width)) == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("   * write code and tests every day", ["   * write code and ", "     tests every day"]),
        ("  3. write code and tests every day", ["  3. write code and ", "     tests every day"]),
        ("– write code and tests every day", ["– write code and ", "  tests every day"]),
        ("   we write code and tests", ["   we write code and ", "   tests"]),
        ("we write code and tests", ["we write code and ", "tests"]),
        ("            far in from the edge", ["            far in ", "from the edge"]),
    ],
)
def test_continuation_rows_are_indented_to_the_text(text: str, rows: list[str]) -> None:
    assert shown_rows(wrap(text, 20)) == rows


def test_a_cell_in_the_indent_is_the_start_of_the_row() -> None:
    layout = wrap("   * write code and tests every day", 20)
    assert [layout.offset_at(1, cell) for cell in (0, 4, 5, 6)] == [20, 20, 20, 21]


def test_a_cell_right_of_a_wrapped_row_is_its_last_character() -> None:
    layout = wrap("one two three", 8)
    assert layout.offset_at(0, 50) == 7
    assert layout.offset_at(1, 50) == len(layout.text)


def test_a_cell_right_of_a_line_is_its_line_break() -> None:
    assert wrap("one\r\ntwo", 8).offset_at(0, 50) == 3


def test_both_cells_of_a_wide_character_are_that_character() -> None:
    layout = wrap("a工b", 8)
    assert [layout.offset_at(0, cell) for cell in range(5)] == [0, 1, 1, 2, 3]


def test_rows_outside_the_text_are_its_first_and_last() -> None:
    layout = wrap("one\ntwo", 8)
    assert (layout.offset_at(-1, 1), layout.offset_at(9, 1)) == (1, 5)


def test_endless_marks_do_not_make_one_endless_cluster() -> None:
    layout = wrap("e" + "\u0301" * 5000, 10)
    assert layout.rows > 10
    assert max(len(layout.row(row).glyphs) for row in range(layout.rows)) < 400


def test_a_megabyte_without_a_line_break_is_cut_into_full_rows() -> None:
    assert wrap("x" * 1_000_000, 80).rows == 12_500
    assert wrap("é" * 999_999 + "工", 80).rows == 12_501


@pytest.mark.parametrize("width", [30, 67, 120])
def test_real_ads_are_covered_completely(shared: Path, width: int) -> None:
    with (shared / "pilot" / "ads.csv").open(encoding="utf-8", newline="") as table:
        ads = [row["Functieomschrijving"] for row in csv.DictReader(table)]
    assert ads
    for text in ads:
        layout = wrap(text, width)
        assert "".join(text[slice(*layout.full_span(row))] for row in range(layout.rows)) == text
        assert max(layout.row(row).width for row in range(layout.rows)) <= width + 1

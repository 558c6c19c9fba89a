"""Counts in words."""

from __future__ import annotations

import pytest

from codetui.core.text.display import plural, sanitize, sanitize_paste


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 codings"), (1, "1 coding"), (2, "2 codings"), (12345, "12,345 codings")]
)
def test_all_numbers_except_one_have_a_plural(number: int, words: str) -> None:
    assert plural(number, "coding") == words


def test_an_irregular_plural_is_used() -> None:
    output = [plural(number, "quotation needs", "quotations need") for number in (1, 2)]
    assert output == ["1 quotation needs", "2 quotations need"]


@pytest.mark.parametrize("hidden", ["\u00ad", "\u034f", "\u115f", "\u1160", "\u200b", "\u3164", "\ufeff", "\U000e0041"])
def test_an_invisible_character_is_shown_as_a_dot_and_not_pasted(hidden: str) -> None:
    assert (sanitize(f"a{hidden}b"), sanitize_paste(f"a{hidden}b")) == ("a·b", "ab")


@pytest.mark.parametrize("text", ["👩‍💻", "❤️", "می‌خواهم", "葛\U000e0100"])
def test_joiners_and_selectors_of_variants_stay(text: str) -> None:
    assert sanitize(text) == text

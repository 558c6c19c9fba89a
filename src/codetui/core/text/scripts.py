"""Words in scripts that are written without blanks, and the signs besides `.` and `,` that end sentences and clauses.

    "熟悉Python和数据库设计。"    words: 熟悉, Python, 和, 数据库, 设计

Chinese, Japanese and Thai words are found by BudouX, a small model for each language, which is loaded when such a text
is met; in Lao, Khmer and Burmese each cluster is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from codetui.model import Span

if TYPE_CHECKING:
    from budoux.parser import Parser

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIRAGANA = "\u3041-\u309f"
_KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_BOPOMOFO = "\u3105-\u312f\u31a0-\u31bf"
_THAI = "\u0e01-\u0e3a\u0e40-\u0e4e"
_CLUSTERED = (
    "\u0e81-\u0ebd\u0ec0-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd\uaa60-\uaa7f"
)
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7fb"

UNSPACED = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_BOPOMOFO}{_THAI}{_CLUSTERED}"
"""A class of characters, for regular expressions: those of scripts that put no blanks between words."""

IDEOGRAPHIC = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_BOPOMOFO}{HANGUL}"
"""The characters after which `.` and `,` may end a sentence and a clause without a blank."""

STOPS = "。！？｡．؟۔।॥։።፧༎།။៕"
"""The signs that end a sentence; `．` is also a decimal point."""

BREAKS = "，、；：､﹐﹑﹔﹕،؛፣፤၊"
"""The signs that end a clause; `，` and `：` also stand inside numbers and times."""

OPENERS, CLOSERS = "（「『【《〈〔［｛｢“‘", "）」』】》〉〕］｝｣”’"
"""Quotes and brackets as wide as an ideograph, pairwise, and the curly ones."""

SEPARATORS = f"{STOPS.replace('．', '')}{BREAKS}{OPENERS[:-2]}{CLOSERS[:-2]}\u3000\u3003〜～・／｜＼་༌"
"""The signs that are part of no word."""

find_unspaced = re.compile(f"[{UNSPACED}]").search
find_ideographic = re.compile(f"[{IDEOGRAPHIC}]").search
_RUN = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")
_find_kana = re.compile(f"[{_HIRAGANA}{_KATAKANA}]").search
_find_thai = re.compile(f"[{_THAI}]").search
_find_clustered = re.compile(f"[{_CLUSTERED}]").search
_CHANGE = re.compile(f"(?<=[{_HAN}])(?=[{_KATAKANA}])|(?<=[{_KATAKANA}])(?=[{_HAN}])|(?<=[{_THAI}])(?![{_THAI}])")
_QUOTED_ON = re.compile("[とってがはをにのでも、，]")
_STACKING = "\u1039\u17d2\u103a"
"""Signs of Burmese and Khmer that join the next consonant."""


def runs(text: str, start: int, end: int) -> Iterator[tuple[Span, bool]]:
    """Yield the parts of a token, each with True if its script is written without blanks."""
    for run in _RUN.finditer(text, start, end):
        yield Span(*run.span()), find_unspaced(run[0]) is not None


def words_of(text: str, run: Span) -> list[Span]:
    """Return the words of a passage without blanks; the rest of `text` tells Japanese from Chinese."""
    stretch = text[run.start : run.end]
    cuts = {match.start() for match in _CHANGE.finditer(stretch)}
    if _find_clustered(stretch):
        cuts |= set(range(1, len(stretch)))
    else:
        at = 0
        for chunk in _parser(_language(text, stretch)).parse(stretch):
            at += len(chunk)
            cuts.add(at)
    edges = [0, *sorted(at for at in cuts if 0 < at < len(stretch) and _may_cut(stretch, at)), len(stretch)]
    return [Span(run.start + one, run.start + other) for one, other in pairwise(edges)]


def ends_sentence(text: str, start: int, end: int) -> bool:
    """Return whether a sign of `STOPS`, from `start` to `end` with its closing quotes, ends the sentence."""
    if text[start] == "．":
        before, after = text[start - 1 : start], text[end : end + 1]
        return not (before.isalnum() and not find_ideographic(before) and (after.isdigit() or after.islower()))
    # 「はい。」と答えた: the sentence goes on behind the quotation.
    return text[end - 1] not in CLOSERS or not _QUOTED_ON.match(text, end)


def _language(text: str, stretch: str) -> str:
    if _find_thai(stretch):
        return "th"
    if _find_kana(stretch) or _find_kana(text):
        return "ja_word"
    # Each of the old character sets lacks the characters of the other country.
    simplified, traditional = (len(stretch.encode(name, "ignore")) for name in ("gb2312", "big5"))
    if simplified == traditional:
        simplified, traditional = (len(text.encode(name, "ignore")) for name in ("gb2312", "big5"))
    return "zh-hant" if traditional > simplified else "zh-hans"


@lru_cache
def _parser(model: str) -> Parser:
    """Load a model; the first one takes 20 ms, so only texts that need it load it."""
    import json
    from importlib.resources import files

    from budoux.parser import Parser

    return Parser(json.loads(files("budoux").joinpath("models", f"{model}.json").read_text("utf-8")))


def _may_cut(text: str, at: int) -> bool:
    """Return whether a character may be separated from the one before it: no mark or consonant joins them."""
    return unicodedata.category(text[at])[0] != "M" and text[at - 1] not in _STACKING and text[at] not in "ーｰﾞﾟ々"

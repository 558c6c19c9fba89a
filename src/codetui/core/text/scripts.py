"""Words in scripts that are written without blanks, and the signs besides `.` and `,` that end sentences and clauses.

    "熟悉Python和数据库设计。"    words: 熟悉, Python, 和, 数据库, 设计

Chinese, Japanese and Thai words are found by BudouX, a small model for each language, which is loaded when such a text
is met; in Lao, Khmer and Burmese each cluster is a word.
"""

from __future__ import annotations

import re
import sys
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
THAI = "\u0e01-\u0e3a\u0e40-\u0e4e"
_CLUSTERED = (
    "\u0e81-\u0ebd\u0ec0-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd\uaa60-\uaa7f"
)
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7fb"

UNSPACED = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_BOPOMOFO}{THAI}{_CLUSTERED}"
"""A class of characters, for regular expressions: those of scripts that put no blanks between words."""

IDEOGRAPHIC = f"{_HAN}{_HIRAGANA}{_KATAKANA}{_BOPOMOFO}{HANGUL}"
"""The characters after which `.` and `,` may end a sentence and a clause without a blank."""

STOPS = "。！？｡．؟۔।॥։።፧༎།။៕។๚๛᠃෴"
"""The signs that end a sentence; `．` is also a decimal point."""

BREAKS = "，、；：､﹐﹑﹔﹕،؛፣፤၊᠂"
"""The signs that end a clause; `，` and `：` also stand inside numbers and times."""

ELLIPSES = "…⋯‥"
"""Dots that end a sentence where they are doubled, unless it goes on behind a hesitation or a list."""

OPENERS, CLOSERS = "（「『【《〈〔［｛｢“‘", "）」』】》〉〕］｝｣”’"
"""Quotes and brackets as wide as an ideograph, pairwise, and the curly ones."""

SEPARATORS = f"{STOPS.replace('．', '')}{BREAKS}{OPENERS[:-2]}{CLOSERS[:-2]}\u3000\u3003〜～・／｜＼་༌"
"""The signs that are part of no word."""

# Patterns with thousands of characters take milliseconds to compile, so this is left to their first use; `re` caches
# them.
_find_far = re.compile("[^\0-\u0dff\u1e00-\u2dff]").search
"""Finds no letter or sign of European scripts, Hebrew and Arabic, and every one of the classes above."""
_RUN = f"[{UNSPACED}]+|[^{UNSPACED}]+"
_CHANGE = f"(?<=[{_HAN}])(?=[{_KATAKANA}])|(?<=[{_KATAKANA}])(?=[{_HAN}])|(?<=[{THAI}])(?![{THAI}])"
_SPEECH = (
    "(?:[说說问問道答喊叫想写寫]|回答|表示|补充|補充|解释|解釋|强调|強調|笑道|写道|寫道)[道着著了过過]?"
    "|(?:言っ|言いまし|答え|答えまし|尋ね|聞い|話し|語っ|述べ|思っ|つぶやい|呟い)た|(?:叫ん|喜ん)だ|言う|答える|尋ねる|思う"
)
_IN_PHRASE = rf"[^\s{STOPS}{BREAKS}{ELLIPSES}{re.escape(OPENERS + CLOSERS)}\"]"
_GOES_ON = rf"[とってがはをにのでも、，{HANGUL}]|[的和与與或及等就便]|然[后後]|是(?![的啊吗嗎{STOPS}{BREAKS}])"
"""Particles behind a quotation or brackets: 「はい。」と答えた."""

_SPEAKS_ON = re.compile(rf"{_IN_PHRASE}{{0,12}}?(?:{_SPEECH})(?!{_IN_PHRASE})")
"""The speaker behind a quotation: “好的。”他说。"""

_LISTED_ON = re.compile(rf"[等和与與及或的{STOPS}{BREAKS}a-z]|之类|之類|など")
_EDGE = re.compile(rf"[{STOPS}{ELLIPSES}{re.escape(OPENERS)}\s]")
SHORTEST_PHRASE = 3
"""Characters before dots that are no hesitation: 嗯……好的."""

_STACKING = "\u1039\u17d2\u103a"
"""Signs of Burmese and Khmer that join the next consonant."""


def find_unspaced(text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """Return the first character of `UNSPACED` between two offsets."""
    return re.compile(f"[{UNSPACED}]").search(text, start, end) if _find_far(text, start, end) else None


def find_ideographic(text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """Return the first character of `IDEOGRAPHIC` between two offsets."""
    return re.compile(f"[{IDEOGRAPHIC}]").search(text, start, end) if _find_far(text, start, end) else None


def runs(text: str, start: int, end: int) -> Iterator[tuple[Span, bool]]:
    """Yield the parts of a token, each with True if its script is written without blanks."""
    for run in re.compile(_RUN).finditer(text, start, end):
        yield Span(*run.span()), find_unspaced(run[0]) is not None


def words_of(text: str, run: Span) -> list[Span]:
    """Return the words of a passage without blanks; the rest of `text` tells Japanese from Chinese."""
    stretch = text[run.start : run.end]
    cuts = {match.start() for match in re.finditer(_CHANGE, stretch)}
    if re.search(f"[{_CLUSTERED}]", stretch):
        cuts |= set(range(1, len(stretch)))
    else:
        at = 0
        for chunk in _parser(_language(text, stretch)).parse(stretch):
            at += len(chunk)
            cuts.add(at)
    edges = [0, *sorted(at for at in cuts if 0 < at < len(stretch) and _may_cut(stretch, at)), len(stretch)]
    return [Span(run.start + one, run.start + other) for one, other in pairwise(edges)]


def ends_sentence(text: str, start: int, end: int, flow_start: int = 0) -> bool:
    """Return whether signs of `STOPS` or doubled dots, from `start` to `end` with closing quotes, end the sentence."""
    if text[start] == "．":
        before, after = text[start - 1 : start], text[end : end + 1]
        return not (before.isalnum() and not find_ideographic(before) and (after.isdigit() or after.islower()))
    if text[end - 1] in ELLIPSES:
        before = text[max(flow_start, start - SHORTEST_PHRASE) : start]
        is_hesitation = len(_EDGE.split(before)[-1]) < SHORTEST_PHRASE
        return not (is_hesitation or text[end : end + 1] == text[start - 1] or _LISTED_ON.match(text, end))
    return not goes_on_after_quote(text, end, flow_start)


def goes_on_after_quote(text: str, end: int, flow_start: int = 0) -> bool:
    """Return whether a sentence goes on behind the quote or bracket before `end`: 「はい。」と答えた, “好的。”他说。

    The speaker of a quotation that follows a colon or comma precedes it.
    """
    last = text[end - 1]
    if last not in CLOSERS and last not in "\"')":
        return False
    goes_on = _find_far(text, end, end + 1) is not None and re.compile(_GOES_ON).match(text, end) is not None
    if last not in "」』｣”’\"'" or goes_on:
        return goes_on
    opener = OPENERS[CLOSERS.index(last)] if last in CLOSERS else last
    at = text.rfind(opener, flow_start, end - 1)
    is_introduced = at > flow_start and text[at - 1] in f"{BREAKS}:,"
    return not is_introduced and _SPEAKS_ON.match(text, end) is not None


def _language(text: str, stretch: str) -> str:
    if re.search(f"[{THAI}]", stretch):
        return "th"
    if any(re.search(f"[{_HIRAGANA}{_KATAKANA}]", one) for one in (stretch, text)):
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

r"""Compare texts regardless of the markup that formatters, editors and people add.

A formatter escapes signs (`user\_ids`), writes entities, and changes quotes and marks of emphasis.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from codetui.core.text.normalize import SIGNS, collapse_spaces

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_LENGTH = 20_000
"""Longer texts are not parsed as markdown: a bracket in them may cost time quadratic in their length."""

MARKED = re.compile(r"[\\&*_~`<\[’‘“”„–—…\u00ad\u200b]")
RAW_HTML = re.compile(r"`(<[^`]*>)`\{=html\}")
TAGS = {"s": "~~", "del": "~~", "sup": "^", "sub": "~", "em": "*", "i": "*", "strong": "**", "b": "**"}
TAGS |= dict.fromkeys(("a", "span", "u", "mark", "ins", "font", "small", "big"), "")
TAG = re.compile(r"</?(\w+)(?:\s[^>]*)?/?>")
ADDED = re.compile(r"==(?=\S)|(?<=\S)==|\[\^[^\]\s[]{1,40}\]|\]\[[^\]]*\]|!?\[|\](?=\s|$)|<?https?://[^\s>]+>?")
"""Markup that people put into a line and formatters do not: highlights, footnotes, links by reference, addresses."""

DASHES = re.compile(r"-{2,}")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))
QUOTE = re.compile(r'\s*(["\'])\s*')
DROPPED = re.compile(r"""[\\*_~^`'"]""")
"""The signs that formatters put, change or leave out."""

MARKS = ("em_open", "em_close", "strong_open", "strong_close", "s_open", "s_close")


@lru_cache(maxsize=4096)
def meaning(text: str) -> str:
    """Return a text in one style of markdown, equal for texts that a formatter may turn into each other."""
    text = collapse_spaces(_rendered(text).translate(INVISIBLE).translate(SIGNS))
    return QUOTE.sub(r"\1", DASHES.sub("-", text).replace("…", "..."))


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Return a text without markup, equal for words that were emphasised, linked or quoted differently."""
    text = ADDED.sub("", _rendered(text, is_visible=True)).translate(INVISIBLE).translate(SIGNS)
    return collapse_spaces(DROPPED.sub("", DASHES.sub("-", text).replace("…", "...")))


def is_same(text: str, other: str) -> bool:
    """Return whether a formatter may have turned one text into the other."""
    return text == other or meaning(text) == meaning(other)


def are_same_words(words: str, other: str) -> bool:
    """Return whether two quotations differ only in markup and white space."""
    return words == other or bare(words).replace(" ", "") == bare(other).replace(" ", "") != ""


def holds(text: str, words: str) -> bool:
    """Return whether a text contains these words, as whole words, regardless of markup in and around them."""
    return find_words(bare(text), bare(words)) >= 0


def find_words(text: str, words: str, start: int = 0) -> int:
    """Return the first position of these words, as whole words, at or after `start`; -1 if there is none."""
    place = text.find(words, start) if words else -1
    while place >= 0:
        end = place + len(words)
        is_begun = place > 0 and words[0].isalnum() and text[place - 1].isalnum()
        if not is_begun and not (words[-1].isalnum() and text[end : end + 1].isalnum()):
            break
        place = text.find(words, place + 1)
    return place


def visible(text: str) -> str:
    """Return the text that a reader sees after rendering."""
    return collapse_spaces(_rendered(text, is_visible=True)) if MARKED.search(text) else text


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("strikethrough")


def _rendered(text: str, *, is_visible: bool = False) -> str:
    """Return a text in one style of markdown; if `is_visible`, without any markup or targets of links."""
    if len(text) > MAX_LENGTH:
        return html.unescape(text)
    tokens = _parser().parseInline(RAW_HTML.sub(r"\1", text))[0].children or ()
    return "".join(_token_texts(tokens, is_visible=is_visible))


def _token_texts(tokens: Iterable[Token], *, is_visible: bool) -> Iterator[str]:
    """Yield the pieces of a parsed text; the target of a link is left out if it equals the link's text."""
    target = ""
    for token in tokens:
        match token.type:
            case "link_open":
                target = "" if token.info == "auto" else str(token.attrs.get("href", ""))
                yield "[" if target and not is_visible else ""
            case "link_close":
                yield f"]({target})" if target and not is_visible else ""
            case "softbreak" | "hardbreak":
                yield " "
            case "code_inline":
                yield token.content if is_visible else f"`{token.content}`"
            case "html_inline":
                tag = TAG.fullmatch(token.content)
                yield TAGS.get(tag[1], token.content) if tag else token.content
            case name if name in MARKS:
                yield "" if is_visible else {"e": "*", "s": "**"}[name[0]] if name[:2] != "s_" else "~~"
            case _:
                yield token.content

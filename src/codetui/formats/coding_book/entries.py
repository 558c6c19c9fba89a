"""The entries of lists and of running text: examples, responsibilities, projects."""

from __future__ import annotations

import re

from codetui.formats.coding_book.blocks import Block, Item
from codetui.formats.coding_book.vocabulary import AND_SO_ON, FOR_EXAMPLE

QUOTES = {'"': '"', "“": "”", "„": "”“", "‘": "’", "«": "»", "'": "'"}
BACKTICKED = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”|„([^”“\n]+)[”“]')
BETWEEN = re.compile(r"(?:[\s,;/|·•]|\b(?:and|en|or|of)\b)*", re.IGNORECASE)
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def listed(blocks: list[Block]) -> list[str]:
    """The entries of lists, each on one line, those of nested lists behind the entry they stand under."""
    found: list[str] = []
    for block in blocks:
        for item in block.items:
            found += _entries_of(item)
    return found


def _entries_of(item: Item) -> list[str]:
    texts = [" ".join(block.text.split()) for block in item.blocks if block.kind != "list"]
    own = " ".join(filter(None, texts))
    return ([own] if own else []) + listed([block for block in item.blocks if block.kind == "list"])


def running(text: str, *, are_terms: bool) -> list[str]:
    """The entries of a line: what stands in backticks or in quotes, else, of terms, what commas part.

    Words that are neither entries nor what parts them leave the line whole: `a, b and others`.
    """
    text = without_framing(" ".join(text.split()))
    for pattern in (BACKTICKED, QUOTED):
        parted = _parted(pattern, text)
        if parted:
            return parted
    if are_terms:
        return [part for part in (each.strip() for each in _split(text, ",;")) if part]
    return [part for part in (each.strip() for each in text.split(";")) if part]


def without_framing(text: str) -> str:
    """A line without `e.g.` before it and `etc.` behind it, nor the brackets or the stop of the whole."""
    text = text.strip()
    if is_in_brackets(text.rstrip(".")):
        text = text[1:].rstrip(".")[:-1].strip()
    lead = FOR_EXAMPLE.match(text)
    text = text[lead.end() :] if lead else text
    shorter = AND_SO_ON.sub("", text)
    return shorter.rstrip(",; ") if shorter != text else text


def are_examples(text: str) -> bool:
    """Whether a line is nothing but examples in brackets: `(e.g., Python, Go)`."""
    text = text.strip().rstrip(".")
    return is_in_brackets(text) and FOR_EXAMPLE.match(text, 1) is not None


def is_in_brackets(text: str) -> bool:
    """Whether the bracket that opens a text closes at its end."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return place == len(text) - 1 > 0
    return False


def bare(entry: str) -> str:
    """An example without the quotes or the backticks round the whole of it."""
    entry = entry.strip()
    for text in (entry, entry.rstrip(".,;")):
        ticked = BACKTICKED.fullmatch(text)
        if ticked:
            return ticked[2]
        closing = QUOTES.get(text[:1], "")
        inner = text[1:-1]
        if closing and len(text) > 2 and text[-1] in closing and not set(inner) & {text[0], *closing} - {"'", "’"}:
            return inner
    return entry


def is_framed(entry: str) -> bool:
    """Whether an entry stands in quotes or backticks: an example, wherever it is listed."""
    return bare(entry) != entry.strip()


def _parted(pattern: re.Pattern[str], text: str) -> list[str]:
    """What the pattern finds, if nothing else stands between; empty where something does."""
    found: list[str] = []
    at = 0
    for match in pattern.finditer(text):
        if not BETWEEN.fullmatch(text, at, match.start()):
            return []
        found.append(match[0])
        at = match.end()
    return found if found and BETWEEN.fullmatch(text.rstrip("."), at) else []


def _split(text: str, signs: str) -> list[str]:
    """Text parted at any of `signs` that stands in no brackets, quotes or backticks."""
    parts, depth, is_code, start = [], 0, False, 0
    for place, sign in enumerate(text):
        is_code ^= sign == "`"
        depth = max(0, depth + BRACKETS.get(sign, 0))
        if sign in signs and not depth and not is_code:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]

"""Lists in a TOML text, changed entry by entry: what stands round the other entries stays, comments too."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from codetui.formats.toml_lines import Place
from codetui.formats.toml_spans import TomlSpans
from codetui.formats.toml_strings import INDENT, short_text
from codetui.model import Span

REST_IS_COMMENT = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
BLANKS = re.compile(r"[ \t]*")


def with_entries(text: str, place: Place, old: list[object], new: tuple[str, ...], newline: str) -> str:
    """The text with the list at `place`, which holds `old`, holding `new`; entries that stay are left as written."""
    matcher = SequenceMatcher(None, [_key(each) for each in old], [_key(each) for each in new], autojunk=False)
    for tag, low, high, new_low, new_high in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        wanted = [short_text(each) for each in new[new_low:new_high]]
        kept = min(high - low, len(wanted))
        for number in reversed(range(low + kept, high)):
            text = without_entry(text, place, number)
        for written in reversed(wanted[kept:]):
            text = with_entry(text, place, low + kept, written, newline)
        for number, written in zip(range(low, low + kept), wanted, strict=False):
            text = _spliced(text, TomlSpans(text).entries(place)[number], written)
    return text


def with_entry(text: str, place: Place, number: int, written: str, newline: str) -> str:
    """The text with one more entry, which becomes the `number`-th, counted from 0."""
    spans = TomlSpans(text)
    entries = spans.entries(place)
    if number:
        return _after(spans, entries[number - 1], written, newline)
    if entries:
        return _before(spans, entries[0], written, newline)
    return _into_empty(spans, place, written, newline)


def without_entry(text: str, place: Place, number: int) -> str:
    """The text without the `number`-th entry: its whole line where it has one to itself, else the entry alone."""
    spans = TomlSpans(text)
    entries = spans.entries(place)
    entry, comma = entries[number], spans.comma(entries[number].end)
    end = entry.end if comma is None else comma + 1
    if spans.is_first_on_line(entry.start) and REST_IS_COMMENT.match(text, end):
        return _spliced(text, Span(spans.line_start(entry.start), spans.line_end(end)), "")
    if number + 1 < len(entries):
        return _spliced(text, Span(entry.start, _past_blanks(text, end)), "")
    start = entry.start
    if number:
        between = text[entries[number - 1].end : start]
        has_break = "\n" in between
        start = start if has_break else entries[number - 1].end if comma is None else _blanks_before(text, start)
    return _spliced(text, Span(start, end), "")


def _key(value: object) -> str:
    return f"{type(value).__name__} {value!r}"


def _after(spans: TomlSpans, entry: Span, written: str, newline: str) -> str:
    """One more entry behind another: on a line of its own where that one begins a line."""
    text, comma = spans.text, spans.comma(entry.end)
    start = spans.line_start(entry.start)
    indent = text[start : entry.start] if spans.is_first_on_line(entry.start) else None
    if comma is not None:
        if indent is not None and REST_IS_COMMENT.match(text, comma + 1):
            return _inserted(text, spans.line_end(comma), f"{indent}{written},{newline}")
        return _inserted(text, comma + 1, f" {written},")
    if indent is None:
        return _inserted(text, entry.end, f", {written}")
    if not REST_IS_COMMENT.match(text, entry.end):
        return _inserted(text, entry.end, f",{newline}{indent}{written}")
    whole = _inserted(text, spans.line_end(entry.end), f"{indent}{written}{newline}")
    return _inserted(whole, entry.end, ",")


def _before(spans: TomlSpans, entry: Span, written: str, newline: str) -> str:
    if not spans.is_first_on_line(entry.start):
        return _inserted(spans.text, entry.start, f"{written}, ")
    start = spans.line_start(entry.start)
    return _inserted(spans.text, start, f"{spans.text[start : entry.start]}{written},{newline}")


def _into_empty(spans: TomlSpans, place: Place, written: str, newline: str) -> str:
    """The first entry of an empty list, in front of its closing bracket; comments inside stay."""
    value = spans.value(place)
    if value is None:
        raise KeyError(place)
    text, close = spans.text, value.end - 1
    if not text[value.start + 1 : close].strip(" \t"):
        return _spliced(text, Span(value.start + 1, close), written)
    if not spans.is_first_on_line(close):
        return _inserted(text, close, written)
    start = spans.line_start(close)
    return _inserted(text, start, f"{text[start:close]}{INDENT}{written},{newline}")


def _past_blanks(text: str, at: int) -> int:
    match = BLANKS.match(text, at)
    return match.end() if match else at


def _blanks_before(text: str, at: int) -> int:
    return len(text[:at].rstrip(" \t"))


def _inserted(text: str, at: int, more: str) -> str:
    return text[:at] + more + text[at:]


def _spliced(text: str, span: Span, written: str) -> str:
    return text[: span.start] + written + text[span.end :]

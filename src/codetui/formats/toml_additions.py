"""A table more in a TOML text: where it goes, and how it is parted from what stands round it."""

from __future__ import annotations

from collections.abc import Sequence

from codetui.formats.toml_lines import Place
from codetui.formats.toml_spans import TomlSpans
from codetui.formats.toml_strings import Value, key_text
from codetui.formats.toml_style import Style, gap_of, indent_of, newline_of


def with_table(spans: TomlSpans, name: str, fields: Sequence[tuple[str, Value]], at: int) -> str:
    """The text with `[[name]]` and its fields at `at`, written and parted from others as its siblings are."""
    text, newline = spans.text, newline_of(spans.text)
    siblings = [each for each in spans.headers if each.table[:-1] == (name,)]
    above = [each for each in siblings if each.span.start < at]
    sibling = above[-1] if above else siblings[0] if siblings else None
    style = Style.of(spans, spans.under(sibling.table)) if sibling else Style()
    indent = indent_of(spans, sibling.span.start) if sibling else ""
    lines = [f"{indent}[[{name}]]{newline}", *(style.line(key_text(key), value, newline) for key, value in fields)]
    gap = gap_of(spans, [each.span.start for each in siblings]) * newline
    before, after = text[:at], text[at:]
    if before[spans.offset :] and not before.endswith("\n"):
        before += newline
    is_parted = not before.strip("\ufeff\r\n") or before.endswith(newline * 2)
    is_last = after.lstrip(" \t")[:1] in ("", "\r", "\n")
    return "".join((before, "" if is_parted else gap, *lines, "" if is_last else gap, after))


def end_of_table(spans: TomlSpans, table: Place) -> int | None:
    """Where a table's last line ends: that of its last key or part, and of the comments right below it.

    Comments that stand right above the next table are the next table's.  None where there is no such table.
    """
    ends = [each.span.end for each in spans.headers if each.table[: len(table)] == table]
    ends += [each.span.end for each in spans.assignments if each.table[: len(table)] == table]
    if not ends:
        return None
    end = below = spans.line_end(max(ends))
    while spans.text[below:].lstrip(" \t").startswith("#"):
        below = spans.line_end(below)
    is_next_tables = any(spans.line_start(each.span.start) == below for each in spans.headers)
    return end if is_next_tables else below

"""The agenda of an adjudication: markdown with a box to tick for each disagreement, to talk over and to read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from codetui.core.adjudication import PROFILE, Decided, Rule
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Problem

CONTEXT = 80
"""Code points of the source on each side of a quotation."""

HEAD = """\
# Agenda: where two coders disagree

The coders are called 1 and 2, in an order that changes from item to item. Tick one box of each item (`[x]`), write a
reason if there is one to keep, and run `{command}`.
Items without a tick stay open.
"""
ITEM = re.compile(r"### .*`(?P<key>[0-9a-f]{8}|profile)`\s*")
SOURCE = re.compile(r"## (?P<id>.*?)(?:: .*)?\s*")
RULES: tuple[Rule, ...] = get_args(Rule)
BOX = re.compile(rf"\s*[-*+] \[(?P<tick>[ xX])\] (?P<rule>{'|'.join(RULES)})\b:?(?P<rest>.*)")
REASON = re.compile(r"\s*[-*+] Reason:(?P<text>.*)")


class Side(NamedTuple):
    """The code or profile of one coder, with the words and the note."""

    label: str
    words: str = ""
    note: str = ""


class AgendaItem(NamedTuple):
    """One disagreement. `quote` is the place in the source, its words between double asterisks; `kind` in words.

    It `has_edges` if both have the same code, with other edges.
    """

    key: str
    kind: str
    first: Side | None
    second: Side | None
    quote: str = ""
    has_edges: bool = False


class AgendaSource(NamedTuple):
    """The disagreements on one source."""

    id: str
    title: str
    items: Sequence[AgendaItem]


class Ticked(NamedTuple):
    """A decision in an agenda, and its line."""

    source: str
    key: str
    decision: Decided
    line: int


def quote_of(text: str, start: int, end: int) -> str:
    """Return a place in a text with its context on one line, the words between double asterisks."""
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    head, tail = "…" if start > CONTEXT else "", "…" if end + CONTEXT < len(text) else ""
    return collapse_spaces(f"{head}{before}**{text[start:end].strip()}**{after}{tail}")


def render_agenda(sources: Iterable[AgendaSource], command: str) -> str:
    """Return the agenda as markdown."""
    lines = [HEAD.format(command=command)]
    for source in sources:
        lines.append(f"## {source.id}: {collapse_spaces(source.title)}\n")
        for number, item in enumerate(source.items, 1):
            lines.append(f"### {number} of {len(source.items)} · {item.kind} · `{item.key}`\n")
            lines += [f"> {item.quote}\n"] if item.quote else []
            lines += [*_boxes(item), "- Reason:\n"]
    return "\n".join(lines)


def _boxes(item: AgendaItem) -> Iterator[str]:
    yield f"- [ ] 1: {_shown(item.first)}"
    yield f"- [ ] 2: {_shown(item.second)}"
    if item.first and item.second and item.key != PROFILE:
        yield "- [ ] both"
        yield "- [ ] neither"
    if item.has_edges:
        yield "- [ ] intersection: the words that both have"
        yield "- [ ] union: all words of either"
    yield "- [ ] other:"


def _shown(side: Side | None) -> str:
    if side is None:
        return "nothing"
    words = f" “{collapse_spaces(side.words)}”" if side.words else ""
    note = f" ({collapse_spaces(side.note)})" if side.note else ""
    return f"{side.label}{words}{note}"


def without_source(text: str, source_id: str) -> str:
    """Return an agenda without the disagreements on a source; a text that is no agenda is returned unchanged."""
    if not text.startswith(HEAD.partition("\n")[0]):
        return text
    kept: list[str] = []
    is_kept = True
    for line in text.splitlines(keepends=True):
        heading = SOURCE.fullmatch(line.rstrip("\r\n"))
        is_kept = heading["id"] != source_id if heading else is_kept
        kept += [line] if is_kept else []
    return "".join(kept)


def parse_agenda(text: str, file: str) -> tuple[list[Ticked], list[Problem]]:
    """Return the ticked decisions of an agenda, and the problems of items that cannot be decided as ticked."""
    found: list[Ticked] = []
    problems: list[Problem] = []
    source, key, reason = "", "", ""
    boxes: list[tuple[int, Rule, str]] = []

    def finish() -> None:
        nonlocal reason
        if len(boxes) > 1:
            lines = " and ".join(str(line) for line, _, _ in boxes)
            what = f"two boxes of one item are ticked (lines {lines}); tick one"
            problems.append(Problem(file, boxes[1][0], "error", what))
        elif boxes:
            line, rule, other = boxes[0]
            if rule == "other" and not other:
                problems.append(Problem(file, line, "error", "no code follows `other:`; write its id or name"))
            else:
                found.append(Ticked(source, key, Decided(rule, other if rule == "other" else "", reason.strip()), line))
        boxes.clear()
        reason = ""

    is_reason = False
    for number, line in enumerate(text.splitlines(), 1):
        heading = ITEM.fullmatch(line) or SOURCE.fullmatch(line) if line.startswith("##") else None
        box, why = BOX.fullmatch(line), REASON.fullmatch(line)
        if heading is not None:
            finish()
            key = heading["key"] if "key" in heading.groupdict() else ""
            source = source if key else heading["id"]
        elif box is not None and key:
            rule = next(one for one in RULES if one == box["rule"])
            boxes += [(number, rule, box["rest"].strip())] if box["tick"] != " " else []
        elif why is not None:
            reason = why["text"].strip()
        elif is_reason and line.strip():
            reason += f" {line.strip()}"
        is_reason = why is not None or (is_reason and heading is None and box is None)
    finish()
    return found, problems

"""The agenda of an adjudication: markdown with a box to tick for each disagreement, to talk over and to read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, get_args

from codetui.core.adjudication import PROFILE, Decided, Rule, reasons_for
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Problem, ReasonFor

CONTEXT = 80
"""Code points of the source on each side of a quotation."""

TITLE = "# Agenda: where "
"""Begins every agenda, also those of earlier versions, whose title goes on with “two coders disagree”."""

HEAD = """\
# Agenda: where coders disagree

The coders are called 1, 2 and so on, in an order that changes from item to item. Tick one box of each item (`[x]`),
write a reason if there is one to keep, and run `{command}`.
Items without a tick stay open.
"""
ITEM = re.compile(r"### .*`(?P<key>[0-9a-f]{8}|profile)`\s*")
SOURCE = re.compile(r"## (?P<id>.*?)(?:: .*)?\s*")
RULES: dict[str, Rule] = {**{one: one for one in get_args(Rule)}, "both": "all", "neither": "none"}
"""The rules by the words of their boxes."""

BOX = re.compile(rf"\s*[-*+] \[(?P<tick>[ xX])\] (?P<rule>{'|'.join(RULES)})\b:?(?P<rest>.*)")
REASON = re.compile(r"\s*[-*+] Reason(?: \([^)]*\))?:(?P<text>.*)")
ASKED_WITH: dict[Rule, str] = {"none": "none of them", "other": "other"}
"""The decisions for which a codebook can ask a reason, in words."""


class Side(NamedTuple):
    """The code or profile of one coder, with the words and the note."""

    label: str
    words: str = ""
    note: str = ""


class AgendaItem(NamedTuple):
    """One disagreement. `quote` is the place in the source, its words between double asterisks; `kind` in words.

    `sides` are those of the coders who are called 1, 2 and so on. It `has_edges` if all have the same code, with other
    edges. Reasons are `asked` for decisions of some kinds.
    """

    key: str
    kind: str
    sides: tuple[Side | None, ...]
    quote: str = ""
    has_edges: bool = False
    kind_id: str = ""
    asked: tuple[ReasonFor, ...] = ()

    def needs_reason(self, rule: Rule) -> bool:
        """Return whether the codebook asks for the reason of a decision."""
        return reasons_for(self.kind_id, rule, self.asked)


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
            lines += [*_boxes(item), f"- {_reason(item)}:\n"]
    return "\n".join(lines)


def _boxes(item: AgendaItem) -> Iterator[str]:
    for number, side in enumerate(item.sides, 1):
        yield f"- [ ] {number}: {_shown(side)}"
    if sum(side is not None for side in item.sides) > 1 and item.key != PROFILE:
        yield from ("- [ ] both", "- [ ] neither") if len(item.sides) == 2 else ("- [ ] all", "- [ ] none")
    elif len(item.sides) > 2 and item.key != PROFILE:
        yield "- [ ] none"
    if item.has_edges:
        whose = ("both have", "either") if len(item.sides) == 2 else ("all of them have", "any of them")
        yield f"- [ ] intersection: the words that {whose[0]}"
        yield f"- [ ] union: all words of {whose[1]}"
    yield "- [ ] other:"


def _reason(item: AgendaItem) -> str:
    if item.needs_reason("1"):
        return "Reason (needed)"
    needed = [words for rule, words in ASKED_WITH.items() if item.needs_reason(rule)]
    return f"Reason (needed for {' and for '.join(needed)})" if needed else "Reason"


def _shown(side: Side | None) -> str:
    if side is None:
        return "nothing"
    words = f" “{collapse_spaces(side.words)}”" if side.words else ""
    note = f" ({collapse_spaces(side.note)})" if side.note else ""
    return f"{side.label}{words}{note}"


def without_source(text: str, source_id: str) -> str:
    """Return an agenda without the disagreements on a source; a text that is no agenda is returned unchanged."""
    if not text.startswith(TITLE):
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
            boxes += [(number, RULES[box["rule"]], box["rest"].strip())] if box["tick"] != " " else []
        elif why is not None:
            reason = why["text"].strip()
        elif is_reason and line.strip():
            reason += f" {line.strip()}"
        is_reason = why is not None or (is_reason and heading is None and box is None)
    finish()
    return found, problems

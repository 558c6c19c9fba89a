"""Lists nested by whatever blanks people type, nested as markdown wants it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from codetui.formats.toml.strings import indentation

if TYPE_CHECKING:
    from markdown_it.token import Token


BULLET = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])(?:\s+|$)")
FENCE = re.compile(r"\s*(`{3,}|~{3,})")
ALONE_IN_BOLD = re.compile(r"(?:\*\*|__)([^*_]+(?:[*_][^*_]+)*)(?:\*\*|__):?\s*")
PART = re.compile(r"(?:part|deel)\b", re.IGNORECASE)
CODE = re.compile(r"`?(?:[A-Z]+\d|\d+\.\w+\.\w)")
NEXT_LEVEL = 2
"""Blanks more than the bullet above that make a nested one."""


def nested(lines: list[str]) -> list[str]:
    """As many lines, each bullet under the text of the one it is nested in, and each line that goes on under its own.

    Bullets nested by two blanks or by eight come out alike; fenced code stays as it is.
    """
    found: list[str] = []
    open_bullets: list[tuple[int, int]] = []
    fence = ""
    for line in lines:
        marks = FENCE.match(line)
        if fence or marks:
            is_end = marks is not None and bool(fence) and marks[1].startswith(fence)
            fence = "" if is_end else fence or (marks[1] if marks else "")
            found.append(line)
        elif not line.strip():
            found.append("")
        else:
            found.append(_placed(line, open_bullets))
    return found


def headed(lines: list[str]) -> list[str]:
    """As many lines, those that stand alone in bold made headings: what people write who know no other headings.

    The first is the title; a part of the book stands above its chapters, a chapter above the codes.
    """
    found: list[str] = []
    is_first = True
    for number, line in enumerate(lines):
        bold = ALONE_IN_BOLD.fullmatch(line)
        is_alone = bold and not "".join(lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]).strip()
        level = 1 if is_first else 2 if bold and PART.match(bold[1]) else 4 if bold and CODE.match(bold[1]) else 3
        found.append(f"{'#' * level} {bold[1]}" if bold and is_alone else line)
        is_first = is_first and not is_alone
    return found


def _placed(line: str, open_bullets: list[tuple[int, int]]) -> str:
    """The line with the indentation it should have; `open_bullets` holds the old one and the new one of their texts."""
    indent = indentation(line)
    bullet = BULLET.match(line)
    while open_bullets and indent < open_bullets[-1][0] + (NEXT_LEVEL if bullet else 1):
        open_bullets.pop()
    new = open_bullets[-1][1] if open_bullets else 0 if bullet else indent
    text = line.lstrip()
    if bullet:
        open_bullets.append((indent, new + len(bullet[0].strip()) + 1))
        marker, rest = bullet[0].strip(), line[bullet.end() :]
        text = f"{marker} {rest}".rstrip()
    return " " * new + text


BlockKind = Literal["heading", "paragraph", "list", "table", "html", "rule", "other"]
KINDS: dict[str, BlockKind] = {
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "html_block": "html",
    "hr": "rule",
}


@dataclass(slots=True)
class Item:
    """One entry of a list: its bullet or number, and what it holds."""

    line: int
    marker: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A block on the lines `line` to `end` (from 1, half-open), and its source without its container's indentation.

    `level` is that of a heading; `items` are those of a list, `rows` those of a table, its head first.
    """

    kind: BlockKind
    line: int
    end: int
    text: str
    level: int = 0
    items: list[Item] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Node:
    """A heading with the blocks under it and the headings below it; the root has level 0 and no heading.

    `line` is that of the heading, `start` the line after it, `end` the line after all that stands under it.
    """

    heading: str = ""
    level: int = 0
    line: int = 0
    start: int = 1
    end: int = 1
    blocks: list[Block] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline(text: str) -> Node:
    """The tree of a text's headings; line breaks are `\\n`.  Without any heading, lines in bold count as such."""
    lines = text.split("\n")
    root = Node(end=len(lines) + 1)
    path = [root]
    blocks = blocks_of(text)
    if not any(block.kind == "heading" for block in blocks):
        blocks = blocks_of("\n".join(headed(lines)))
    for block in blocks:
        if block.kind != "heading":
            path[-1].blocks.append(block)
            continue
        while path[-1].level >= block.level:
            path.pop().end = block.line
        node = Node(" ".join(block.text.split()), block.level, block.line, block.end, root.end)
        path[-1].children.append(node)
        path.append(node)
    return root


def blocks_of(text: str) -> list[Block]:
    """The blocks of a text from the top; no indentation makes code, and no link definition is swallowed."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").disable(["code", "reference"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    lines = nested(text.split("\n"))
    return _Blocks(lines, parser.parse("\n".join(lines))).read()


class _Blocks:
    """Tokens turned into blocks."""

    def __init__(self, lines: list[str], tokens: list[Token]) -> None:
        self._lines = lines
        self._tokens = tokens
        self._at = 0

    def read(self, closing: str = "") -> list[Block]:
        """The blocks up to the token `closing`, which is passed over."""
        found: list[Block] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.type == closing:
                break
            if token.map:
                found.append(self._block(token))
        return found

    def _block(self, token: Token) -> Block:
        first, last = token.map or (0, 0)
        while last > first + 1 and not self._lines[last - 1].strip():
            last -= 1
        kind = KINDS.get(token.type, "other")
        block = Block(kind, first + 1, last + 1, dedented(self._lines[first:last]))
        if kind in ("paragraph", "heading"):
            block.text = self._tokens[self._at].content
            block.level = int(token.tag[1:]) if kind == "heading" else 0
        closing = token.type.replace("_open", "_close")
        if kind == "list":
            block.items = self._items(closing)
        elif kind == "table":
            block.rows = self._rows(closing)
        elif token.nesting == 1:
            self.read(closing)
        return block

    def _items(self, closing: str) -> list[Item]:
        items: list[Item] = []
        while self._tokens[self._at].type != closing:
            token = self._tokens[self._at]
            self._at += 1
            number = f"{token.info}{token.markup}" if token.info else token.markup
            items.append(Item((token.map or (0, 0))[0] + 1, number, self.read("list_item_close")))
        self._at += 1
        return items

    def _rows(self, closing: str) -> list[list[str]]:
        rows: list[list[str]] = []
        while self._tokens[self._at].type != closing:
            token = self._tokens[self._at]
            self._at += 1
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(token.content)
        self._at += 1
        return rows


def dedented(lines: list[str]) -> str:
    """Lines without the blanks that all of them begin with."""
    left = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return "\n".join(line[left:] for line in lines)


def prose(blocks: list[Block]) -> str:
    """Blocks as text again, in their order; lists keep their bullets, nested ones are indented under their entry."""
    text, end = "", 0
    for block in blocks:
        text += ("\n\n" if block.line > end else "\n") if text else ""
        text += "\n".join(map(_entry, block.items)) if block.kind == "list" else block.text
        end = block.end
    return text


def _entry(item: Item) -> str:
    indent = " " * (len(item.marker) + 1)
    lines = prose(item.blocks).split("\n")
    return "\n".join(
        (f"{item.marker} {line}" if number == 0 else indent + line if line.strip() else "").rstrip()
        for number, line in enumerate(lines)
    )

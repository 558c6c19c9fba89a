"""The structure of a markdown text: a tree of headings with the blocks below each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from codetui.formats.coding_book import vocabulary
from codetui.formats.toml.syntax import indentation

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

BlockKind = Literal["heading", "paragraph", "list", "table", "html", "rule", "other"]
KINDS: dict[str, BlockKind] = {
    "heading": "heading",
    "paragraph": "paragraph",
    "bullet_list": "list",
    "ordered_list": "list",
    "table": "table",
    "html_block": "html",
    "hr": "rule",
}
BULLET = re.compile(r"\s*(?:[-+*]|\d{1,9}[.)])(?:\s+|$)")
FENCE = re.compile(r"\s*(`{3,}|~{3,})")
LINE_BREAK = re.compile(r"\\?\n[ \t]*")
"""The end of a line of a paragraph, marked as a break or not, with the indentation of the next line."""

BOLD_LINE = re.compile(r"(?:\*\*|__)([^*_]+(?:[*_][^*_]+)*)(?:\*\*|__):?\s*")
PART = re.compile(r"(?:part|deel)\b", re.IGNORECASE)
CODE = re.compile(r"`?(?:[A-Z]+\d|\d+\.\w+\.\w)")
FIELD_LINE = re.compile(r"\s*[*_]{0,3}([^\W\d_][^:*_\n]{0,40})[*_]{0,3}:")
LONGEST_DEFINITION = 80
"""Words of a text that may define the code or the section which the heading above it names."""

NESTED_INDENT = 2
"""Blanks that a bullet has more than the one above it to be nested in it."""


@dataclass(slots=True)
class ListItem:
    """One entry of a list: its bullet or number, and its blocks."""

    line: int
    marker: str
    blocks: list[MarkdownBlock] = field(default_factory=list)

    def opening(self) -> MarkdownBlock | None:
        """Return the paragraph that begins the entry; None if it begins with another block."""
        return self.blocks[0] if self.blocks and self.blocks[0].kind == "paragraph" else None


@dataclass(slots=True)
class MarkdownBlock:
    """A block on the lines `line` to `end` (from 1, half-open), and its source without its container's indentation.

    `level` is that of a heading; `items` are those of a list, `rows` those of a table, its head first.
    """

    kind: BlockKind
    line: int
    end: int
    text: str
    level: int = 0
    items: list[ListItem] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Node:
    """A heading with the blocks below it and its subheadings; the root has level 0 and no heading.

    `line` is that of the heading, `start` the line after it, `end` the line after its last subheading's blocks.
    """

    heading: str = ""
    level: int = 0
    line: int = 0
    start: int = 1
    end: int = 1
    blocks: list[MarkdownBlock] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    def is_short(self) -> bool:
        """Return whether the text below may be the definition of a code without saying so."""
        return sum(len(block.text.split()) for block in self.blocks) <= LONGEST_DEFINITION

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline(text: str) -> Node:
    r"""Return the tree of headings of a text whose line breaks are `\n`; bold lines count if there are no headings."""
    lines = text.split("\n")
    blocks = _blocks(lines)
    if not any(block.kind == "heading" for block in blocks):
        blocks = _blocks(_with_bold_headings(lines))
    root = Node(end=len(lines) + 1)
    path = [root]
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


def prose(blocks: list[MarkdownBlock]) -> str:
    """Return the text of blocks in order; lists keep their bullets, and nested lists are indented."""
    text, end = "", 0
    for block in blocks:
        text += ("\n\n" if block.line > end else "\n") if text else ""
        text += "\n".join(map(_entry, block.items)) if block.kind == "list" else block.text
        end = block.end
    return text


def _entry(item: ListItem) -> str:
    indent = " " * (len(item.marker) + 1)
    first, *others = prose(item.blocks).split("\n")
    lines = [f"{item.marker} {first}", *(indent + line if line.strip() else "" for line in others)]
    return "\n".join(map(str.rstrip, lines))


# --- parsing --------------------------------------------------------------------------------------------


def _blocks(lines: list[str]) -> list[MarkdownBlock]:
    """Return the blocks of a text; indentation does not make code, and link definitions are kept as text."""
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").disable(["code", "reference"])
    parser.core.ruler.enableOnly(["normalize", "block"])
    lines, numbers = _renested(lines)
    tree = SyntaxTreeNode(parser.parse("\n".join(lines)))
    return [_block(node, lines, numbers) for node in tree.children if node.map]


def _block(node: SyntaxTreeNode, lines: list[str], numbers: list[int]) -> MarkdownBlock:
    first, last = node.map or (0, 0)
    while last > first + 1 and not lines[last - 1].strip():
        last -= 1
    kind = KINDS.get(node.type, "other")
    block = MarkdownBlock(kind, numbers[first], numbers[last - 1] + 1, "")
    if kind in ("paragraph", "heading"):
        block.text = LINE_BREAK.sub("\n", node.children[0].content)
        block.level = int(node.tag[1:]) if kind == "heading" else 0
        return block
    left = min((len(line) - len(line.lstrip()) for line in lines[first:last] if line.strip()), default=0)
    block.text = "\n".join(line[left:] for line in lines[first:last])
    if kind == "list":
        for item in node.children:
            blocks = [_block(child, lines, numbers) for child in item.children if child.map]
            block.items.append(ListItem(numbers[(item.map or (0, 0))[0]], item.info + item.markup, blocks))
    elif kind == "table":
        rows = [row for part in node.children for row in part.children]
        block.rows = [[cell.children[0].content for cell in row.children] for row in rows]
    return block


def _renested(lines: list[str]) -> tuple[list[str], list[int]]:
    """Return the lines with each bullet indented to the text of its parent, and each continuation to its own bullet.

    Bullets nested by two blanks or by eight come out alike; fenced code is unchanged. An empty line is inserted between
    a list and a field right after it: `Exclude: …` does not continue the last entry. The second list has the original
    number, from 1, of each line.
    """
    found: list[str] = []
    numbers: list[int] = []
    open_bullets: list[tuple[int, int]] = []
    fence = ""
    for number, line in enumerate(lines, 1):
        marks = FENCE.match(line)
        if fence or marks:
            is_end = marks is not None and bool(fence) and marks[1].startswith(fence)
            fence = "" if is_end else fence or (marks[1] if marks else "")
            found.append(line)
        else:
            is_in_list = bool(open_bullets and found[-1])
            written = _reindented(line, open_bullets) if line.strip() else ""
            if is_in_list and not open_bullets and _begins_field(line):
                found.append("")
                numbers.append(number - 1)
            found.append(written)
        numbers.append(number)
    return found, numbers


def _begins_field(line: str) -> bool:
    """Return whether a line begins a field (`Exclude: …`, with or without emphasis) or is a line of a card."""
    name = FIELD_LINE.match(line)
    return name is not None and (vocabulary.field_key(name[1]) is not None or bool(vocabulary.label_line(line)))


def _reindented(line: str, open_bullets: list[tuple[int, int]]) -> str:
    """Return the line reindented; `open_bullets` maps the old indentation of each bullet to the new one of its text."""
    indent = indentation(line)
    bullet = BULLET.match(line)
    while open_bullets and indent < open_bullets[-1][0] + (NESTED_INDENT if bullet else 1):
        open_bullets.pop()
    new = open_bullets[-1][1] if open_bullets else 0 if bullet else indent
    text = line.lstrip()
    if bullet:
        marker = bullet[0].strip()
        open_bullets.append((indent, new + len(marker) + 1))
        text = f"{marker} {line[bullet.end() :]}".rstrip()
    return " " * new + text


def _with_bold_headings(lines: list[str]) -> list[str]:
    """Return the lines with each paragraph that is one line in bold turned into a heading.

    The first becomes the title; a part of the book ranks above its chapters, a chapter above its codes.
    """
    found: list[str] = []
    is_first = True
    for number, line in enumerate(lines):
        bold = BOLD_LINE.fullmatch(line)
        is_alone = bold and not "".join(lines[max(0, number - 1) : number] + lines[number + 1 : number + 2]).strip()
        level = 1 if is_first else 2 if bold and PART.match(bold[1]) else 4 if bold and CODE.match(bold[1]) else 3
        found.append(f"{'#' * level} {bold[1]}" if bold and is_alone else line)
        is_first = is_first and not is_alone
    return found

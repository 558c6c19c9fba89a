"""Expensive shapes for every reader: texts of any size on which a careless reader takes quadratic time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count, takewhile
from typing import NamedTuple

Make = Callable[[int], bytes]


class Shape(NamedTuple):
    """A kind of text; `make` returns a text of about the given number of bytes."""

    name: str
    make: Make


def again(unit: str, before: str = "", after: str = "") -> Make:
    """Return a piece of text repeated between a beginning and an end."""
    piece, head, tail = unit.encode(), before.encode(), after.encode()

    def make(size: int) -> bytes:
        return head + piece * max(1, (size - len(head) - len(tail)) // len(piece)) + tail

    return make


def counted(pattern: str, before: str = "", after: str = "") -> Make:
    """Return a piece of text repeated, with `{n}` as its number."""

    def make(size: int) -> bytes:
        each = len(pattern.format(n=size // 20).encode())
        return "".join([before, *(pattern.format(n=n) for n in range(max(1, size // each))), after]).encode()

    return make


def deeper(unit: str, indent: str, before: str = "") -> Make:
    """Return lines of the given size, each indented more than the previous one."""

    def make(size: int) -> bytes:
        stairs = takewhile(lambda step: step * len(indent) < 400, count())
        stair = "".join(f"{indent * step}{unit}\n" for step in stairs)
        return (before + stair * max(1, size // len(stair))).encode()

    return make


def nested(left: str, middle: str, right: str, before: str = "", after: str = "") -> Make:
    """Return as many opening signs as fit, then as many closing ones."""

    def make(size: int) -> bytes:
        times = max(1, size // (len(left) + len(right)))
        return (before + left * times + middle + right * times + after).encode()

    return make


SIGNS = (
    "*", "**", "_", "`", '"', "'", "(", ")", "[", "]", "![", "](", "<", "<!--", "-->", "> ", "|", "#", "- ", "---\n",
    "\\", "\\\"", "&", "&amp;", "~", "=", ":", ", ", "; ", ".", "a.", "a_", "a*", "*a* ", "**a** ", "`a` ", "\"a\" ",
    "(a) ", "_(a)_ ", "[a](b) ", "[a]", "<a>", "<b ", "{", "}", "1.", "1. ", "A1 ", "\n", " ", "\t", "\r", " \n",
    "\u0301", "\u200b", "\u202e", "\u2028", "\U0001f468\u200d", "\xa0", "x", "x ", "x\n", "x\n\n", "0", "9 ", "$", "%",
)  # fmt: skip
"""Tokens that mean something to some reader; each is one shape for every reader."""


def plain_shapes() -> list[Shape]:
    """Return the shapes for every reader: one character repeated."""
    return [Shape(repr(sign), again(sign)) for sign in SIGNS]


MARKDOWN = [
    Shape("headings", counted("## {n}. Chapter\n")),
    Shape("headings with text", counted("## Chapter {n}\n\nWhat it says.\n\n")),
    Shape("headings under one another", again("# a\n## b\n### c\n#### d\n##### e\n###### f\n")),
    Shape("codes", counted("### TASK{n}: Name\n\n- **Definition:** Word {n}.\n\n", "# Book\n\n## Tasks\n\n")),
    Shape("codes without ids", counted("### Name {n}\n\n- **Include:** Word {n}.\n\n", "# Book\n\n## Tasks\n\n")),
    Shape("codes of one name", again("### Name\n\n- **Include:** Word.\n\n", "# Book\n\n## Tasks\n\n")),
    Shape("codes as bullets", counted("- **TASK{n}: Name** what it is\n", "# Book\n\n## Tasks\n\n")),
    Shape("sections", counted("## Tasks {n}\n\n### TASK{n}: Name\n\n- **Definition:** Word.\n\n", "# Book\n\n")),
    Shape("groups", counted("### Group {n}\n\n- **1.{n}.1. Name:** Word.\n\n", "# Book\n\n## 1. Tasks\n\n")),
    Shape("profiles", counted(
        "### {n}. `Name {n}` (why)\n\n- **Evidence Profile:** Word.\n\n", "# B\n\n## Profiles\n\n")),
    Shape("links between codes", counted(
        "### TASK{n}: Name {n}\n\n- **Definition:** A.\n- **Not to be confused with:** TASK1, Name 2\n\n",
        "# B\n\n## Tasks\n\n")),
    Shape("one long link", again("TASK1, ", "# B\n\n## Tasks\n\n### TASK1: Name\n\n- **Not to be confused with:** ")),
    Shape("texts between codes", counted(
        "### TASK{n}: Name\n\n- **Definition:** A.\n\n### Remark {n}\n\nA text.\n\n", "# B\n\n## Tasks\n\n")),
    Shape("comments", counted("<!-- codetui code\nid = \"{n}\"\n-->\n\n")),
    Shape("comments left open", again("<!-- codetui text\n")),
    Shape("comments begun", again("<!-- codetui a\n\n")),
    Shape("regions", counted("<!-- codetui text -->\n## a {n}\n\nb\n<!-- codetui end -->\n\n")),
    Shape("regions left open", again("<!-- codetui text -->\n## a\n")),
    Shape("regions of another number", counted("<!-- codetui text {n} -->\n## a\n")),
    Shape("a long paragraph", again("What it says\n")),
    Shape("a paragraph of fields", counted("**Field {n}:** what\n")),
    Shape("a paragraph of definitions", again("Definition: what\n", "# B\n\n### TASK1: N\n\n")),
    Shape("bullets", counted("- bullet {n}\n")),
    Shape("bullets far apart", counted("- bullet {n}\n\n")),
    Shape("fields as bullets", again("- **Definition:** what\n", "# B\n\n### TASK1: N\n\n")),
    Shape("examples", counted("  - \"phrase {n}\"\n", "# B\n\n### TASK1: N\n\n- **Example Phrases:**\n")),
    Shape("examples on a line", counted("`a{n}`, ", "# B\n\n### TECH1: N\n\n- **Examples:** ")),
    Shape("examples in brackets", counted("a{n}, ", "# B\n\n## Tools\n\n- `TECH1: N` (e.g., ", "etc.)\n")),
    Shape("bullets deeper and deeper", deeper("- x", "  ")),
    Shape("numbers deeper and deeper", deeper("1. x", "   ")),
    Shape("quotes deeper and deeper", again("> ", "", "x\n")),
    Shape("quotes and bullets", again("> - ", "", "x\n")),
    Shape("bullets on a line", again("- ", "", "x\n")),
    Shape("lists by turns", again("- a\n* a\n+ a\n")),
    Shape("a table", counted("| TASK{n} | name | what |\n", "| id | name | definition |\n|---|---|---|\n")),
    Shape("a wide table", lambda size: b"|" + b" a |" * (size // 9) + b"\n|" + b"---|" * (size // 9) + b"\nx|y\n"),
    Shape("tables", again("| id | name | definition |\n|---|---|---|\n| A1 | b | c |\n\n")),
    Shape("rules of tables", again("|---|---|\n")),
    Shape("fences left open", lambda size: "".join(
        f"{'`' * (3 + n)}\n" for n in range(int((2 * size) ** 0.5))).encode()),
    Shape("fences", again("```\nx\n```\n")),
    Shape("HTML", again("<div>\n")),
    Shape("lines underlined", again("a\n===\n")),
    Shape("lines alone in bold", counted("**Name {n}**\n\n")),
    Shape("a line in bold", again("a_a*a", "**", "*\n")),
    Shape("brackets with blanks", again("( ")),
    Shape("for example", again("e.g., ", "# B\n\n### TASK1: N\n\n- **Examples:** ")),
    Shape("and so on", again(", etc. and so on", "# B\n\n### TASK1: N\n\n- **Examples:** a", " b")),
    Shape("commas and blanks", lambda size: b"# B\n\n### TASK1: N\n\n- **Examples:** a" + b", " + b" " * size + b"b"),
    Shape("a long title", again("a ", "# ", "\n")),
    Shape("a title of brackets", again("(v1 ", "# T ", "\n")),
    Shape("a title of versions", again("version v1 - ", "# T ", "\n")),
    Shape("a long name", again("a ", "### TASK1: ", "\n\n- **Definition:** d\n")),
    Shape("a long id", again("1.", "### ", " Name\n\n- **Definition:** d\n")),
    Shape("ids on a line", again("TASK1 ", "### ", "\n\n- **Definition:** d\n")),
    Shape("numbers in words", again("two a-a'", "# B\n\n")),
    Shape("different words", counted("word{n} ")),
    Shape("different lines", counted("word{n}\n\n")),
]  # fmt: skip
"""Return shapes for coding books and references."""

HEAD = "# Manual Coding Analysis: Job Ad #11 (Shore)\n\n## 1. Tasks\n\n- **TASK1: Name:**\n"
CUT = "# Manual Coding Analysis: Job Ad "
DOCUMENTS = [
    Shape("entries", counted('  - "words {n}"\n', HEAD)),
    Shape("entries with notes", counted('  - "words {n}" (a note)\n', HEAD)),
    Shape("one entry again", again('  - "You light the lamp."\n', HEAD)),
    Shape("terms", counted("  - `a{n}`\n", HEAD)),
    Shape("labels", counted("- **TASK{n}: Name:**\n", HEAD)),
    Shape("label and entry", counted('- **TASK{n}: Name:**\n  - "words"\n', HEAD)),
    Shape("sections", counted("## {n}. Title\n\n", HEAD)),
    Shape("groups", counted("### Group {n}\n\n_(note)_\n\n", HEAD)),
    Shape("texts", counted("Text {n}.\n\n", HEAD)),
    Shape("notes on a line", again("_(a)_ ", f"{HEAD}  - ", "\n")),
    Shape("notes not closed", again("_(a) ", f"{HEAD}  - ", "\n")),
    Shape("plain notes on a line", again("(a) ", f"{HEAD}  - ", "\n")),
    Shape("notes of stars", again("**(a)** ", f"{HEAD}  - ", "\n")),
    Shape("a term in backticks", lambda size: f"{HEAD}  - `{'``a' * (size // 3)}\n".encode()),
    Shape("backticks of many lengths", lambda size: (
        f"{HEAD}  - `" + "a".join("`" * n for n in range(2, int((2 * size) ** 0.5))) + "\n").encode()),
    Shape("quotes on a line", again('a "b" ', f'{HEAD}  - "', " c\n")),
    Shape("quotes and brackets", again('" (', f'{HEAD}  - "', "\n")),
    Shape("quotes and brackets, closed", nested('" (', "x", ")", f'{HEAD}  - "', "\n")),
    Shape("escaped quotes", again('\\"', f'{HEAD}  - "', '" (a)\n')),
    Shape("emphasis in emphasis", again("**", f"{HEAD}  - ", '"a"\n')),
    Shape("emphasis round quotes", nested("**", '"a"', "**", f"{HEAD}  - ", "\n")),
    Shape("escaped again", again("\\", f'{HEAD}  - ', '"a"\n')),
    Shape("backslashes", again("\\", f'{HEAD}  - "a', '" (b)\n')),
    Shape("backslashes and brackets", again("\\(", f'{HEAD}  - "a" (', ")\n")),
    Shape("a quotation over bullets", again("• words\n", f'{HEAD}  - "words\n')),
    Shape("a quotation over lines", again("words\n", f'{HEAD}  - "words\n')),
    Shape("lines under a bullet", again("    words\n\n", f"{HEAD}  - words\n")),
    Shape("a long heading", again("Job Ad ", "# ", "\n")),
    Shape("a long id", again("a", f"{CUT}#", "\n")),
    Shape("an employer in brackets", again("(a) ", f"{CUT}#11 ", "\n")),
    Shape("brackets in the heading", nested("(", "a", ")", f"{CUT}#11 ", "\n")),
    Shape("an opening", again('for the "position at ', f"{CUT}#11\n\n", "\n")),
    Shape("an opening of quotes", again('" ', f'{CUT}#11\n\nThis document contains for the "', "\n")),
    Shape("a reasoning of bullets", again("- **Reasoning:** why\n", f"{CUT}#11\n\n- **Assigned Profile:** a\n")),
    Shape("a reasoning of paragraphs", again("why\n\n", f"{CUT}#11\n\n- **Reasoning:** why\n\n")),
    Shape("profiles", again("- **Assigned Profile:** a\n", f"{CUT}#11\n\n")),
    Shape("comments left open", again("<!--\n", HEAD)),
    Shape("comments", again("<!--\n-->\n", HEAD)),
    Shape("marks of a conflict", again("<<<<<<< a\n=======\n>>>>>>> b\n", HEAD)),
    Shape("fences left open", lambda size: (HEAD + "".join(
        f"{'`' * (3 + n)}\n" for n in range(int((2 * size) ** 0.5)))).encode()),
    Shape("a fence of many words", again("```a ", f"{HEAD}", "\n")),
]  # fmt: skip
"""Return shapes for session documents."""

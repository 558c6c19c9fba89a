"""The text of `memos.md`: a heading with an id for each memo, and its markdown below; both ways."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from typing import NamedTuple

from codetui.model import MemoId, Problem

PREAMBLE = (
    "Edit or delete the text below a heading; the id in the heading must stay. codetui reads the changes, "
    "and they can be undone there."
)

_HEADING = re.compile(r"^## (?P<title>.*) \{#(?P<id>[0-9A-Za-z][0-9A-Za-z_-]*)\}[ \t]*$")
_ESCAPED = re.compile(r"^(\\+)(?=## .* \{#[0-9A-Za-z][0-9A-Za-z_-]*\}[ \t]*$)")
_CONFLICT = re.compile(r"^(?:<{7}|>{7}|={7})(?: |$)")


class MemoSection(NamedTuple):
    """One memo in the file: its id, the title of its target and its text; `line` is that of its heading, from 1."""

    id: MemoId
    title: str
    text: str
    line: int = 0


def render_memos(coder: str, sections: Iterable[MemoSection]) -> str:
    """Return the file with these memos; those without a text are left out."""
    parts = [f"# Memos of {coder}\n\n{PREAMBLE}\n"]
    parts += [f"\n## {_one_line(one.title)} {{#{one.id}}}\n\n{_escaped(one.text)}\n" for one in sections if one.text]
    return "".join(parts)


def parse_memos(text: str, file: str) -> tuple[list[MemoSection], list[Problem]]:
    """Return the memos in a file, with problems: an id that occurs twice, or marks of a merge conflict.

    With errors among the problems the file is damaged: it cannot be known what a person meant.
    """
    sections: list[MemoSection] = []
    problems: list[Problem] = []
    lines: list[str] = []
    current: tuple[MemoId, str, int] | None = None
    for number, line in enumerate([*text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), None], start=1):
        heading = _HEADING.match(line) if line is not None else None
        if line is not None and _CONFLICT.match(line):
            what = "marks of a merge conflict: choose one side, and delete the marks"
            problems.append(Problem(file, number, "error", what))
        if line is not None and heading is None:
            lines.append(line)
            continue
        if current is not None:
            sections.append(MemoSection(current[0], current[1], _unescaped(lines), current[2]))
        if heading is not None:
            current, lines = (MemoId(heading["id"]), heading["title"], number), []
    seen: dict[MemoId, int] = {}
    for one in sections:
        if one.id in seen:
            what = f"the memo {one.id} has two headings, here and on line {seen[one.id]}: delete one of them"
            problems.append(Problem(file, one.line, "error", what))
        seen.setdefault(one.id, one.line)
    return sections, problems


def without_memos(text: str, ids: Container[str]) -> str:
    """Return the file without the memos that have these ids."""
    kept: list[str] = []
    is_kept = True
    for line in text.splitlines(keepends=True):
        heading = _HEADING.match(line.rstrip("\r\n"))
        is_kept = heading["id"] not in ids if heading else is_kept
        kept += [line] if is_kept else []
    return "".join(kept)


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _escaped(text: str) -> str:
    """Return a memo with a backslash before each line that would be read as a heading with an id."""
    lines = text.strip("\n").split("\n")
    return "\n".join(f"\\{line}" if _HEADING.match(line) or _ESCAPED.match(line) else line for line in lines)


def _unescaped(lines: Iterable[str]) -> str:
    return "\n".join(line[1:] if _ESCAPED.match(line) else line for line in lines).strip("\n").rstrip()

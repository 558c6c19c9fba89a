"""Write the table of keys into docs/keys.md: `python tools/key_table.py docs/keys.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from codetui.tui.actions import PRESETS, preset_actions
from codetui.tui.workbench.lookup import help_rows

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"


def key_table() -> str:
    """Return the registry as markdown, a table for each group, with the keys of both presets."""
    lines: list[str] = []
    group = ""
    vim, arrows = (help_rows(preset_actions(preset)) for preset in PRESETS)
    for row, other in zip(vim, arrows, strict=True):
        if row.group != group:
            group = row.group
            lines += ["", f"**{group}**", "", '| keys | with `preset = "arrows"` | what | |', "|---|---|---|---|"]
        others = _keys(other.keys) if other.keys != row.keys else ""
        lines.append(f"| {_keys(row.keys)} | {others} | {row.words} | {row.help} |")
    return "\n".join(lines).strip()


def _keys(keys: str) -> str:
    """Return keys as code, `1` … `9` with its dots outside."""
    several = " ".join(f"`{key}`" for key in keys.split(", ")) if keys != "1 … 9" else "`1` … `9`"
    return several.replace("|", chr(92) + "|")


def with_table(text: str) -> str:
    """Return `text` with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{key_table()}\n\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_table(target.read_text("utf-8")), encoding="utf-8", newline="\n")

"""Write the table of keys into docs/keys.md: `python tools/key_table.py docs/keys.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from codetui.tui.workbench.lookup import help_rows

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"


def key_table() -> str:
    """Return the registry as markdown, a table for each group."""
    lines: list[str] = []
    group = ""
    for row in help_rows():
        if row.group != group:
            group = row.group
            lines += ["", f"**{group}**", "", "| keys | what | |", "|---|---|---|"]
        keys = " ".join(f"`{key}`" for key in row.keys.split(", ")) if row.keys != "1 … 9" else "`1` … `9`"
        lines.append(f"| {keys.replace('|', chr(92) + '|')} | {row.words} | {row.help} |")
    return "\n".join(lines).strip()


def with_table(text: str) -> str:
    """Return `text` with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{key_table()}\n\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_table(target.read_text("utf-8")), encoding="utf-8", newline="\n")

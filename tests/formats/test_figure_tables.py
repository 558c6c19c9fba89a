"""Tables of figures with awkward names and values, in every format."""

from __future__ import annotations

import csv
import io

from codetui.core.agreement.figure import Undefined
from codetui.core.statistics.table import Base, CoderBase, Column, FigureTable
from codetui.formats.figure_tables import as_record, cell_width, text_lines, to_csv, to_markdown
from codetui.model import Words

NUMBERS = 9
LONG = "een heel lange kolom met een vacaturetekst " * 300
TABLE = FigureTable(
    name="odd",
    title="Odd",
    columns=[
        Column("code", "code"),
        *(Column(f"c{at}", f"{LONG}{at}", "figure") for at in range(NUMBERS)),
        Column("p", "p", "p"),
    ],
    rows=[
        ["=1+1", *[-0.25] * 9, 1.6e-17],
        ["数据" * 40 + "\x1b[2J|*", *[-0.0004] * 8, Undefined("nothing is there"), 0.04],
        ["a\nb" + "\u0301" * 5000, *[12.5] * 9, 1.0],
    ],
    base=Base(ads=1, coders=[CoderBase("an|na", 1, 2)]),
    notes=["a note"],
    seed=7,
)


def test_text_keeps_to_its_width_and_its_headings_low() -> None:
    lines = list(text_lines(TABLE, Words(source="text", sources="texts"), 80))
    assert max(map(cell_width, lines)) <= 80
    assert len(lines) < 60
    whole = "\n".join(lines)
    assert "\x1b" not in whole
    for part in (
        "1.6e-17",
        "−0.25",
        "0.00",
        "1 text done, coded by an|na (1 text, 2 codings).",
        "seed 7",
        "–: nothing",
    ):
        assert part in whole
    assert "-0.00" not in whole and "−0.00" not in whole


def test_csv_guards_texts_and_not_numbers_and_markdown_keeps_its_cells() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(TABLE))))
    assert rows[1][:2] == ["'=1+1", "-0.25"]
    assert rows[1][-1] == "1.6e-17"
    assert rows[2][-2] == ""
    body = [line for line in to_markdown(TABLE, Words()).splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in body} == {12}
    (record,) = as_record([TABLE], Words())["tables"]  # type: ignore[misc,union-attr]
    assert record["rows"][1]["c8"] is None
    assert record["rows"][1]["why"] == {"c8": "nothing is there"}

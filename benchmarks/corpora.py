"""Invented corpora of any size, written to disk."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

Layout = Literal["csv", "jsonl", "folder"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)

FIRST_WORDS = "Keeper of light number 1"
"""What the first ad's text begins with."""

CODEBOOK = """\
title = "Lighthouses"
version = "1"

[[profile]]
id = "1"
name = "Keeper"

[[section]]
id = "tasks"
title = "Tasks"

[[code]]
id = "TASK1"
name = "Lighting"
section = "tasks"

[[code]]
id = "TASK2"
name = "Watching"
section = "tasks"
"""


def write_study(folder: Path, layout: Layout, count: int) -> Path:
    """Write a study with `count` ads in its own folder; return the folder."""
    study = folder / f"{layout}-{count}"
    study.mkdir()
    (study / "codebook.toml").write_text(CODEBOOK, "utf-8")
    if layout == "folder":
        (study / "ads").mkdir()
        for number, employer, title, body in _ads(count):
            path = study / "ads" / f"{number}_{employer.replace(' ', '_')}.txt"
            path.write_text(f"{title}\n\n{body}", "utf-8")
    elif layout == "csv":
        with (study / "ads.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("id", "employer", "title", "body"))
            writer.writerows(_ads(count))
    else:
        with (study / "ads.jsonl").open("w", encoding="utf-8") as file:
            for ad in _ads(count):
                file.write(json.dumps(dict(zip(("id", "employer", "title", "body"), ad, strict=True))) + "\n")
    return study


def corpus_of(layout: Layout) -> str:
    """Return the corpus of such a study, from the study's folder."""
    return "ads" if layout == "folder" else f"ads.{layout}"


BODY = "You light the lamp at dusk.\nYou watch the sea until dawn.\n" * 8


def _ads(count: int) -> Iterator[tuple[int, str, str, str]]:
    for number in range(1, count + 1):
        title = f"Keeper of light number {number}"
        yield (
            number,
            f"harbour {number % 97}",
            title,
            "You light the lamp at dusk.\nYou watch the sea until dawn.\n" * 8,
        )

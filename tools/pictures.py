"""Draw the pictures of the documents: `python tools/pictures.py`, from the study that comes with the program."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

from codetui.core.statistics.frequencies import code_table
from codetui.core.statistics.saturation import saturation_table
from codetui.core.statistics.together import together_table
from codetui.formats.pictures.picture import picture_of, strip_of
from codetui.formats.pictures.svg import to_svg
from codetui.study.statistics import CountRequest, count_codings
from codetui.study.study import Study

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "pictures"
CODERS = ("sanne", "daan")
STRIP = "106"
"""The ad whose strip is drawn."""


def pictures() -> Iterator[tuple[str, str]]:
    """Yield the name and the SVG of one picture of each kind."""
    study = Study.open(ROOT)
    counted = count_codings(study, CountRequest(CODERS, is_kept=False)).counted
    words, order = study.codebook.words, [code.id for code in study.codebook.codes]
    tables = {
        "bars": code_table(counted),
        "heat": together_table(counted, "ad"),
        "curve": saturation_table(counted, Random(1).random, seed=1),
    }
    for name, table in tables.items():
        picture = picture_of(table, words, order)
        assert picture is not None
        yield name, to_svg(picture, name=name)
    ad = next(one for one in counted.ads if one.id == STRIP)
    yield "strip", to_svg(strip_of(ad, words, order), name="strip")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, svg in pictures():
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")

"""Pictures: scales, and the same figures in the terminal and as SVG."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from codetui.core.statistics.counted import CountedAd, CountedCoding, CountedSession
from codetui.core.statistics.table import Base, CoderBase, Column, FigureTable
from codetui.core.text.display import UNSAFE
from codetui.formats.pictures.picture import (
    Bar,
    Bars,
    Curve,
    Heat,
    Picture,
    Series,
    Strip,
    StripRow,
    fixed_scale,
    in_words,
    picture_of,
    scale_to,
    strip_of,
)
from codetui.formats.pictures.svg import STYLE, to_svg
from codetui.formats.pictures.terminal import to_lines
from codetui.model import Words

SVG = "{http://www.w3.org/2000/svg}"
BARS = Bars("Ads per code (40 ads)", "ads", (Bar("Modelling", 26, "26 (65 %)"), Bar("Talen", 0, "0 (0 %)")))
HEAT = Heat("Together", "ads", ("A", "B"), ("A", "B"), ((None, 12), (3, 0)))
CURVE = Curve("New codes", "ads", "codes", (Series("in order", ((1, 2), (2, 5), (10, 6))),))
STRIP = Strip("Ad 752", "characters", 1300, (StripRow("Modelling", ((0, 130), (650, 1300))),))
LABEL = st.text(max_size=40)
COUNT = st.integers(0, 10**6)


def pictures() -> st.SearchStrategy[Picture]:
    """Return pictures with labels and numbers of any kind."""
    bars = st.builds(
        Bars, LABEL, LABEL, st.lists(st.builds(Bar, LABEL, COUNT, st.just("26 (65 %)")), max_size=4).map(tuple)
    )
    size = st.integers(0, 12)
    heats = size.flatmap(
        lambda columns: st.builds(
            lambda rows: Heat("t", "ads", ("",) * len(rows), ("Modelontwikkeling",) * columns, tuple(rows)),
            st.lists(st.tuples(*[st.one_of(st.none(), COUNT, st.floats(0, 1))] * columns), max_size=3),
        )
    )
    points = st.lists(st.tuples(st.integers(1, 1000), st.floats(0, 50)), max_size=9).map(lambda p: tuple(sorted(p)))
    curves = st.builds(Curve, LABEL, LABEL, LABEL, st.lists(st.builds(Series, LABEL, points), max_size=3).map(tuple))
    spans = st.lists(st.tuples(st.integers(0, 400), st.integers(401, 900)), max_size=4).map(tuple)
    strips = st.builds(
        Strip, LABEL, LABEL, st.integers(0, 900), st.lists(st.builds(StripRow, LABEL, spans), max_size=4).map(tuple)
    )
    return st.one_of(bars, heats, curves, strips)


@pytest.mark.parametrize(
    ("high", "ticks"),
    [
        (26, (0, 10, 20, 30)),
        (3, (0, 1, 2, 3)),
        (1, (0, 1)),
        (0, (0, 1)),
        (1_250, (0, 500, 1_000, 1_500)),
        (0.37, (0, 0.1, 0.2, 0.3, 0.4)),
    ],
)
def test_axes_have_few_round_ticks_and_reach_the_largest_value(high: float, ticks: tuple[float, ...]) -> None:
    assert scale_to(high, is_whole=high == int(high)).ticks == ticks


@given(st.floats(0.001, 1e9))
def test_every_axis_holds_its_values_with_at_most_seven_ticks(high: float) -> None:
    scale = scale_to(high, is_whole=False)
    assert scale.high >= high * (1 - 1e-6)
    assert 2 <= len(scale.ticks) <= 7
    assert fixed_scale(int(high)).high == max(int(high), 1)


@given(pictures())
def test_any_picture_fits_into_80_columns_and_is_valid_svg_without_scripts(picture: Picture) -> None:
    assert all(cell_len(line) <= 80 and not UNSAFE.search(line) for line in to_lines(picture))
    root = ElementTree.fromstring(to_svg(picture))
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    assert not root.findall(f".//{SVG}script")


def test_terminal_and_svg_have_bars_of_the_same_length_with_the_figure_beside_them() -> None:
    line = to_lines(BARS)[1]
    assert line.startswith("Modelling  ")
    assert line.endswith("26 (65 %)")
    room = to_lines(BARS)[3].count("─") + to_lines(BARS)[3].count("┬")
    marks = re.search("█+", line)
    assert marks is not None
    assert len(marks[0]) == int(room * BARS.scale.share(26))
    root = ElementTree.fromstring(to_svg(BARS))
    bars = [float(one.get("width", "")) for one in root.iter(f"{SVG}rect") if one.get("class") == "cp-mark"]
    axis = next(one for one in root.iter(f"{SVG}line") if one.get("class") == "cp-line")
    length = float(axis.get("x2", "")) - float(axis.get("x1", ""))
    assert bars[0] == pytest.approx(length * 26 / 30, abs=0.2)
    assert bars[1] == 0
    assert "26 (65 %)" in [one.text for one in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("picture", "line", "words"),
    [
        (HEAT, "A     –  █ 12", "A: B 12; B: A 3."),
        (CURVE, "● in order: 6 codes after 10 ads", "in order: 6 codes after 10 ads."),
        (STRIP, "Modelling  ███████·", "Modelling: 0 to 130, 650 to 1,300."),
        (Bars("Nothing", "ads", ()), "There is nothing to show.", "There is nothing to show."),
    ],
)
def test_figures_are_written_and_not_only_drawn(picture: Picture, line: str, words: str) -> None:
    assert any(one.startswith(line) for one in to_lines(picture))
    assert in_words(picture) == words
    desc = ElementTree.fromstring(to_svg(picture)).find(f"{SVG}desc")
    assert desc is not None
    assert desc.text == words


def test_long_labels_are_cut_in_the_terminal_and_whole_for_the_mouse_in_svg() -> None:
    label = "Communicatie met stakeholders, directie en klanten van het bedrijf en daarbuiten"
    picture = Bars("Ads", "ads", (Bar(label, 3, "3"),))
    assert "Communicatie met stakeholders…" in to_lines(picture)[1]
    titles = [one.text for one in ElementTree.fromstring(to_svg(picture)).iter(f"{SVG}title")]
    assert titles == ["Ads", label]


BASE = Base(ads=4, coders=[CoderBase("anna", 4, 9)])


def table(name: str, columns: str, *rows: tuple[str | int | float, ...]) -> FigureTable:
    """Return a table of figures; a column is a count unless its key is followed by its kind."""
    found = [one.partition(":") for one in columns.split()]
    kinds = {"share": "share", "text": "text", "figure": "figure", "": "count"}
    heads = [Column(key, key, kinds[kind]) for key, _, kind in found]  # type: ignore[arg-type]
    return FigureTable(name=name, title=name, columns=heads, rows=rows, base=BASE, seed=1)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (table("profiles", "profile:text ads share:share", ("Keeper", 3, 0.75)), "Keeper: 3 (75 %)."),
        (table("codes", "code:text name:text ads share:share", ("A", "Lighting", 1, 0.25)), "A: Lighting: 1 (25 %)."),
        (table("codes_by", "code:text name:text n %:share", ("A", "", 1, 0.126), ("", "all", 4, 1.0)), "A: n 13."),
        (table("together_ad", "code_a:text code_b:text both", ("B", "A", 2)), "A: B 2; B: A 2."),
        (
            table("saturation", "number ad:text codes mean:figure", (1, "11", 2, 1.5), (2, "12", 3, 3.0)),
            "in the order of coding: 3 codes after 2 ads; mean over random orders, seed 1: 3 codes after 2 ads.",
        ),
        (table("tests", "code:text"), None),
    ],
)
def test_tables_of_figures_have_pictures_with_the_same_figures(figures: FigureTable, words: str | None) -> None:
    picture = picture_of(figures, Words(), ["A", "B"])
    assert (picture and in_words(picture)) == words


def test_a_strip_has_a_row_for_each_code_and_coder() -> None:
    sessions = [
        CountedSession(coder, "", [CountedCoding("A", start, start + 5, 1), CountedCoding("B", -1, -1, 1)])
        for coder, start in (("ben", 9), ("anna", 1))
    ]
    strip = strip_of(CountedAd("11", sessions, {}, 40), Words(), ["A"])
    assert [row.label for row in strip.rows] == ["A · anna", "A · ben"]
    assert strip.rows[0].spans == ((1, 6),)
    assert strip.title == "Where codes occur in ad 11: 2 quotations by ben and anna"


@pytest.mark.parametrize("is_dark", [False, True])
def test_words_are_legible_on_paper_and_on_the_darkest_shade(is_dark: bool) -> None:
    light, dark = STYLE.split("@media")
    colours = dict(re.findall(r"\.cp-(\w+) \{ fill: (#\w{6}) \}", dark if is_dark else light))
    for name in ("text", "soft"):
        assert contrast(colours[name], colours["paper"]) >= 4.5
    assert contrast(colours["text"], colours["shade"]) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.1."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)

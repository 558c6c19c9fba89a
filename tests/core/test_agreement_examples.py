"""The figures of agreement reproduce published examples, in full from the shared folder, and the main ones typed in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from codetui.core.agreement import continuum, nominal
from codetui.core.agreement.comparison import ComparedSession, ComparedSource, compare, further_figures
from codetui.core.agreement.figure import Figure, Score, Undefined
from codetui.core.agreement.matching import CodedSpan, match
from testing.paths import SHARED

EXAMPLES = sorted((SHARED / "method" / "examples").glob("*.json"))
ELSEWHERE = {"chi2": "statistics of a study", "gamma": "sampled", "gamma_cat": "sampled"}
"""Figures of the examples that are no figures of agreement, or not of this package."""

Expected = tuple[str, str, Mapping[str, Any], Mapping[str, Any], float, float]


def _figures(path: Path) -> Iterator[Expected]:
    example = json.loads(path.read_text("utf-8"))
    for one in example["figures"]:
        yield example["name"], one["figure"], one["args"], example["data"], one["expected"], one["tolerance"]


SHARED_FIGURES = list(chain.from_iterable(map(_figures, EXAMPLES)))


@pytest.mark.skipif(not EXAMPLES, reason="the shared examples are not beside this clone")
@pytest.mark.parametrize(
    ("name", "figure", "args", "data", "expected", "tolerance"),
    [one for one in SHARED_FIGURES if one[1] not in (*ELSEWHERE, "gamma_disorder")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_published_examples_are_reproduced(
    name: str, figure: str, args: Mapping[str, Any], data: Mapping[str, Any], expected: float, tolerance: float
) -> None:
    assert _compute(figure, args, data) == pytest.approx(expected, abs=tolerance, rel=0)


@pytest.mark.skipif(not EXAMPLES, reason="the shared examples are not beside this clone")
def test_no_example_is_passed_over() -> None:
    assert {one[1] for one in SHARED_FIGURES} - {*ELSEWHERE, "gamma_disorder"} >= {
        "alpha_nominal",
        "u_alpha",
        "span_f1",
    }
    assert len(SHARED_FIGURES) >= 60


def _compute(figure: str, args: Mapping[str, Any], data: Mapping[str, Any]) -> Figure:
    match data["kind"]:
        case "contingency":
            return _nominal(figure, args, _table(data["labels"], data["table"]))
        case "units":
            return _nominal(figure, args, nominal.count_units(data["rows"]))
        case "sets":
            distances = {"alpha_masi": nominal.masi_distance, "alpha_jaccard": nominal.jaccard_distance}
            rows = ([frozenset(each) for each in row] for row in data["rows"])
            return nominal.alpha(nominal.count_units(rows), distances[figure])
        case "characters":
            both, apart, neither = data["both"], data["one_only"], data["neither"]
            units = {(True, True): both, (True, False): apart, (False, False): neither}
            return _nominal(figure, args, units)
        case "evaluator":
            return _evaluated(figure, args, data)
        case "spans" if figure.startswith("alpha_U"):
            return _alpha_u(figure, args, data)
        case "spans":
            cut = [[(start, end, code) for start, end, code in spans] for spans in data["coders"].values()]
            sums = continuum.measure(cut, data["length"])
            of_value = {"ku_alpha": continuum.ku_alpha, "ku_coverage": continuum.ku_coverage}
            whole = {"u_alpha": continuum.u_alpha, "bar_u_alpha": continuum.bar_u_alpha, "cu_alpha": continuum.cu_alpha}
            return of_value[figure](sums, args["label"]) if figure in of_value else whole[figure](sums)
        case kind:
            raise AssertionError(kind)


def _table(labels: Sequence[str], table: Sequence[Sequence[int]]) -> nominal.Units[str]:
    return {(a, b): number for a, row in zip(labels, table, strict=True) for b, number in zip(labels, row, strict=True)}


def _nominal(figure: str, args: Mapping[str, Any], units: nominal.Units[Any]) -> Figure:
    plain: dict[str, Callable[[nominal.Units[Any]], Figure]] = {
        "percent": nominal.percent,
        "cohen_kappa": nominal.cohen_kappa,
        "scott_pi": nominal.scott_pi,
        "fleiss_kappa": nominal.fleiss_kappa,
        "gwet_ac1": nominal.gwet_ac1,
        "gwet_ac1_se": nominal.gwet_ac1_error,
        "alpha_nominal": nominal.alpha,
        "alpha_interval": lambda units: nominal.alpha(units, nominal.interval_distance),
        "alpha_ratio": lambda units: nominal.alpha(units, nominal.ratio_distance),
        "alpha_ordinal": lambda units: nominal.alpha(units, nominal.ordinal_distance(units)),
    }
    if figure in plain:
        return plain[figure](units)
    if figure == "fleiss_kappa_class":
        return nominal.fleiss_kappa_of(units, args["label"])
    assert figure == "positive_agreement"
    of_label = nominal.binary(units, args["label"])
    both = of_label[True, True]
    return Score(both, both + of_label[True, False], both + of_label[False, True]).f1


def _evaluated(figure: str, args: Mapping[str, Any], data: Mapping[str, Any]) -> Figure:
    predicted = {one["doc_id"]: one for one in data["pred"]}
    pairs = [(gold, predicted[gold["doc_id"]]) for gold in data["gold"]]
    if figure.startswith("profile"):
        units = nominal.count_units((gold["stage2"]["label"], pred["stage2"]["label"]) for gold, pred in pairs)
        return nominal.percent(units) if figure == "profile_percent" else nominal.cohen_kappa(units)
    matched = size_a = size_b = 0
    for sides in pairs:
        a, b = ([CodedSpan(x["start"], x["end"], x["code"]) for x in one["stage1"]["spans"]] for one in sides)
        matched += sum(one.kind == "same" for one in match(a, b, args["iou"]).matches)
        size_a, size_b = size_a + len(a), size_b + len(b)
    score = Score(matched, size_a, size_b)
    return {"span_precision": score.precision, "span_recall": score.recall, "span_f1": score.f1}[figure]


def _alpha_u(figure: str, args: Mapping[str, Any], data: Mapping[str, Any]) -> Figure:
    coders = data["coders"].values()
    codes = [args["label"]] if args else sorted({span[2] for spans in coders for span in spans})
    units = [[[(span[0], span[1]) for span in spans if span[2] == code] for spans in coders] for code in codes]
    if figure == "alpha_U_do":
        return continuum.alpha_u_observed(units[0], data["length"])
    if figure == "alpha_U_de":
        return continuum.alpha_u_expected(units[0], data["begin"], data["length"])
    return continuum.alpha_u(units, data["begin"], data["length"])


# --- published numbers, typed in ----------------------------------------------------------------------


def test_kappa_and_ac1_of_two_coders() -> None:
    cohen = _table("123", [[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert nominal.percent(cohen) == pytest.approx(0.70)
    assert nominal.cohen_kappa(cohen) == pytest.approx(0.492, abs=0.0005)  # Cohen 1960, p. 45
    assert nominal.gwet_ac1(cohen) == pytest.approx(0.57597, abs=5e-6)  # irrCAC (R) 1.4
    artstein = _table("ab", [[20, 10], [20, 50]])
    assert nominal.scott_pi(artstein) == pytest.approx(0.341, abs=0.0005)  # Artstein & Poesio 2008, p. 558
    assert nominal.cohen_kappa(artstein) == pytest.approx(0.348, abs=0.0005)  # the same


def test_alpha_with_missing_values() -> None:
    # Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, D and E: 4 coders, 12 units.
    rows = ["11.1", "2232", "3333", "3333", "2222", "1234", "4444", "1121", "2222", ".555", "..11", ".3.."]
    units = nominal.count_units([[None if sign == "." else int(sign) for sign in row] for row in rows])
    assert nominal.alpha(units) == pytest.approx(0.743, abs=0.0005)
    assert nominal.alpha(units, nominal.ordinal_distance(units)) == pytest.approx(0.815, abs=0.0005)
    assert nominal.alpha(units, nominal.interval_distance) == pytest.approx(0.849, abs=0.0005)
    assert nominal.alpha(units, nominal.ratio_distance) == pytest.approx(0.797, abs=0.0005)
    assert nominal.gwet_ac1(units) == pytest.approx(0.77544, abs=5e-6)  # irrCAC (R), raw4raters
    assert nominal.gwet_ac1_error(units) == pytest.approx(0.14295, abs=1e-4)  # the same


def test_u_alpha_of_three_coders() -> None:
    # Krippendorff 2019, Content Analysis, 4th ed., figure 12.11, p. 340: Alex, Paul and Suzan.
    alex = [(0, 7, "1"), (7, 13, "2"), (30, 32, "5"), (32, 37, "6"), (37, 44, "6"), (44, 60, "7")]
    paul = [(0, 7, "1"), (7, 13, "3"), (13, 21, "5"), (32, 44, "6")]
    suzan = [(0, 7, "1"), (7, 13, "4"), (13, 21, "5"), (32, 37, "6"), (37, 41, "6"), (41, 44, "6")]
    sums = continuum.measure([alex, paul, suzan], 60)
    assert continuum.u_alpha(sums) == pytest.approx(0.51, abs=0.005)
    assert continuum.bar_u_alpha(sums) == pytest.approx(0.413, abs=0.0007)
    assert continuum.cu_alpha(sums) == pytest.approx(0.724, abs=0.0005)
    assert [continuum.ku_alpha(sums, value) for value in "123456"] == pytest.approx([1, 0, 0, 0, 1, 1])
    assert isinstance(continuum.ku_alpha(sums, "7"), Undefined)
    assert continuum.ku_coverage(sums, "5") == pytest.approx(0.44, abs=0.005)


def test_alpha_u_of_two_coders() -> None:
    # Krippendorff 2004, Content Analysis, 2nd ed., p. 254: a continuum of 300 that begins at 150.
    c = [[(225, 295), (370, 400)], [(220, 300), (355, 375), (400, 420)]]
    k = [[(180, 240), (300, 350)], [(180, 240), (300, 350)]]
    assert continuum.alpha_u([c], 150, 300) == pytest.approx(0.7286, abs=0.0001)
    assert continuum.alpha_u([c, k], 150, 300) == pytest.approx(0.8591, abs=0.0005)


def test_kappa_over_characters_cannot_see_that_a_unit_is_split() -> None:
    # Krippendorff 1995, p. 57, examples A and B: .385 for both, though B is far worse.
    a = continuum.characters([(2, 10), (14, 20)], [(4, 8), (15, 17)], 24)
    b = continuum.characters([(0, 18)], [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)], 24)
    assert a.kappa == pytest.approx(0.385, abs=0.001)
    assert b.kappa == pytest.approx(0.385, abs=0.001)


def test_masi_gives_two_empty_sets_no_distance() -> None:
    assert nominal.masi_distance(set(), set()) == 0
    assert nominal.masi_distance({"a"}, set()) == 1
    assert nominal.masi_distance({"a", "b"}, {"a"}) == pytest.approx(1 - 1 / 2 * 2 / 3)  # Passonneau 2006, p. 832
    assert nominal.masi_distance({"a", "b"}, {"a", "c"}) == pytest.approx(1 - 1 / 3 * 1 / 3)


# --- figures that do not exist -------------------------------------------------------------------------


def test_figures_are_undefined_rather_than_0_or_1() -> None:
    same = nominal.count_units([("a", "a")] * 10)
    for figure in (nominal.cohen_kappa, nominal.scott_pi, nominal.fleiss_kappa, nominal.gwet_ac1, nominal.alpha):
        assert isinstance(figure(same), Undefined)
        assert isinstance(figure({}), Undefined)
        assert isinstance(figure(nominal.count_units([("a", None), (None, "b")])), Undefined)
    assert nominal.percent(same) == 1
    assert isinstance(Score(0, 0, 3).recall, Undefined)
    assert Score(0, 0, 3).precision == 0
    assert isinstance(Score(0, 0, 0).f1, Undefined)


def test_kappa_is_0_where_one_coder_never_varies() -> None:
    assert nominal.cohen_kappa(nominal.count_units([("a", "a")] * 9 + [("a", "b")])) == pytest.approx(0)


# --- figures on request --------------------------------------------------------------------------------


def _source(*coders: Sequence[tuple[int, int, str]]) -> ComparedSource:
    sessions = (ComparedSession("1", frozenset(one[2] for one in spans), tuple(map(_span, spans))) for spans in coders)
    return ComparedSource("7", 60, tuple(sessions))


def _span(span: tuple[int, int, str]) -> CodedSpan:
    return CodedSpan(*span)


def test_further_figures_are_those_of_the_continuum() -> None:
    # Krippendorff 2019, figure 12.11, as above.
    alex = [(0, 7, "1"), (7, 13, "2"), (30, 32, "5"), (32, 37, "6"), (37, 44, "6"), (44, 60, "7")]
    paul = [(0, 7, "1"), (7, 13, "3"), (13, 21, "5"), (32, 44, "6")]
    suzan = [(0, 7, "1"), (7, 13, "4"), (13, 21, "5"), (32, 37, "6"), (37, 41, "6"), (41, 44, "6")]
    found = further_figures([_source(alex, paul, suzan)], {"s": list("1234567")}, {("1", "1", "1"): 1})
    assert found["spans", "u_alpha"] == pytest.approx(0.51, abs=0.005)
    assert found["spans", "cu_alpha"] == pytest.approx(0.724, abs=0.0005)
    assert found["per_code", "5", "ku_coverage"] == pytest.approx(0.44, abs=0.005)
    assert isinstance(found["profile", "fleiss_kappa"], Undefined)


def test_bar_u_alpha_of_each_code_is_that_of_its_continuum() -> None:
    a, b = [(0, 10, "1"), (20, 30, "2"), (22, 40, "1")], [(2, 12, "1"), (20, 31, "2")]
    found = compare([_source(a, b)] * 3, {"s": ["1", "2", "3"]}, lambda rows, _: rows, resamples=2, is_complete=True)
    for code in "12":
        cut = [continuum.joined([span[:2] for span in spans if span[2] == code], code) for spans in (a, b)]
        whole = continuum.measure(cut, 60)
        assert found.figures["per_code", code, "bar_u_alpha"] == pytest.approx(
            continuum.bar_u_alpha(whole + whole + whole)
        )
    assert isinstance(found.figures["per_code", "3", "bar_u_alpha"], Undefined)


def test_u_alpha_does_not_exist_where_codes_overlap() -> None:
    source = _source([(0, 10, "1"), (5, 12, "2")], [(0, 10, "1")])
    found = further_figures([source], {"s": ["1", "2"]}, {("1", "2"): 1})
    assert found["spans", "u_alpha"] == Undefined(
        "codes overlap in 1 of 1 texts, which these figures do not allow",
    )
    assert found["per_code", "1", "kappa_characters"] == 1
    assert found["per_code", "1", "alpha_u"] == 1

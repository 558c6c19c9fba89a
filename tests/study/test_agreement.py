"""The coders of a study are compared on the sources that all have done, in the codes of one codebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from codetui.cli.main import run
from codetui.core.agreement.figure import Undefined
from codetui.study.agreement import AgreementRequest, StudyAgreement, compare_coders
from codetui.study.study import Study, StudyError
from testing.coders import code_source
from testing.paths import shared_path
from testing.studies import write_study

LAMP, SEA, MIRRORS = (
    "You light the lamp at dusk.",
    "You watch the sea until dawn.",
    "You polish the mirrors every week.",
)
KNOWN = ("30", "33", "35", "752", "755", "759", "767", "769")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Return a study that nobody has coded yet."""
    return Study.open(write_study(tmp_path))


def _compare(study: Study, *coders: str, **options: Any) -> StudyAgreement:
    return compare_coders(study, AgreementRequest(coders or ("anna", "ben"), resamples=50, **options))


def test_two_coders_are_compared_at_all_levels(study: Study) -> None:
    code_source(study, "anna", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TOOL1", "barometer")], "1")
    code_source(study, "ben", "11", [("TASK1", "light the lamp at dusk"), ("TASK1", SEA), ("TOOL1", "Barometer")], "1")
    code_source(study, "anna", "12", [("TASK2", "which ships come in")], "1")
    code_source(study, "ben", "12", [("TASK2", "You count the sacks.")], "2")
    figures = _compare(study).comparison.figures
    assert figures["profile", "n"] == 2
    assert figures["profile", "percent"] == 0.5
    assert [figures["codes", name] for name in ("both", "a_only", "b_only", "neither")] == [3, 1, 0, 2]
    assert [figures["spans", name] for name in ("matched", "a", "b")] == [2, 4, 4]
    assert [figures["kinds", name] for name in ("same", "other_code", "only_a", "only_b")] == [2, 1, 1, 1]
    assert [figures["terms", name] for name in ("matched", "a", "b", "f1")] == [1, 1, 1, 1.0]
    assert figures["per_code", "TASK1", "f1"] == pytest.approx(2 / 3)


def test_only_sources_that_all_have_done_are_compared(study: Study) -> None:
    code_source(study, "anna", "11", [("TASK1", LAMP)])
    code_source(study, "ben", "11", [("TASK1", LAMP)], is_done=False)
    with pytest.raises(StudyError, match=r"\(done: anna 1 of 1, ben 0 of 1\); --all-ads also"):
        _compare(study)
    assert _compare(study, is_for_all=True).comparison.figures["spans", "f1"] == 1
    code_source(study, "anna", "12", [("TASK2", "You count the sacks.")])
    code_source(study, "ben", "12", [])
    found = _compare(study)
    assert [one.id for one in found.compared] == ["12"]
    assert isinstance(found.comparison.figures["spans", "precision"], Undefined)


def test_an_ambiguous_coding_takes_the_first_free_place(study: Study) -> None:
    code_source(study, "anna", "11", [("TASK1", "You"), ("TASK1", "You"), ("TASK1", "the"), ("TASK2", "the")])
    code_source(study, "ben", "11", [("TASK1", LAMP)])
    found = _compare(study)
    assert found.counts["anna"].ambiguous == 4
    places = [(one.start, one.end) for one in found.compared[0].sessions[0].spans]
    (source,) = found.sources.values()
    text = source.text
    assert [text[start:end] for start, end in places] == ["You", "You", "the", "the"]
    assert places[0] != places[1]
    assert places[2] == places[3]
    without = _compare(study, leaves_ambiguous_out=True)
    assert without.compared[0].sessions[0].spans == ()
    assert without.comparison.figures["codes", "both"] == 1


def test_words_without_a_place_are_no_quotation_and_no_code_unless_counted(study: Study) -> None:
    code_source(study, "anna", "11", [("TASK1", LAMP), ("TASK2", "You paint the boats in spring, all of them.")])
    code_source(study, "ben", "11", [("TASK1", LAMP)])
    found = _compare(study)
    assert found.counts["anna"].unplaced == 1
    assert found.comparison.figures["spans", "f1"] == 1
    assert found.comparison.figures["codes", "a_only"] == 0
    assert _compare(study, counts_unplaced=True).comparison.figures["codes", "a_only"] == 1


def test_three_coders_have_figures_of_all_and_means_of_pairs(study: Study) -> None:
    for coder, words in (("anna", LAMP), ("ben", LAMP), ("cleo", SEA)):
        code_source(study, coder, "11", [("TASK1", words)], "1")
        code_source(study, coder, "12", [], "2" if coder == "cleo" else "1")
    comparison = _compare(study, "anna", "ben", "cleo").comparison
    assert comparison.figures["spans", "f1"] == pytest.approx(1 / 3)
    assert comparison.figures["profile", "percent"] == pytest.approx((1 + 1 / 3) / 2)
    assert comparison.figures["per_code", "TASK1", "kappa"] == 1
    percents = {pair: figures["profile", "percent"] for pair, figures in comparison.pairs.items()}
    assert percents == {(0, 1): 1, (0, 2): 0.5, (1, 2): 0.5}
    assert {pair: figures["spans", "f1"] for pair, figures in comparison.pairs.items()} == {
        (0, 1): 1,
        (0, 2): 0,
        (1, 2): 0,
    }


def test_a_coder_must_exist_and_differ(study: Study) -> None:
    code_source(study, "anna", "11", [("TASK1", LAMP)])
    with pytest.raises(StudyError, match=r"no sessions of ben that you may read; coders here: anna"):
        _compare(study)
    with pytest.raises(StudyError, match="two different coders"):
        _compare(study, "anna", "anna")
    with pytest.raises(StudyError, match="two different coders"):
        _compare(study, "anna")


# --- across codebooks ----------------------------------------------------------------------------------


def test_sessions_of_another_codebook_need_a_map(study: Study, tmp_path: Path) -> None:
    code_source(study, "anna", "11", [("OLD1", LAMP), ("OLD2", SEA), ("OLD3", MIRRORS)], "Warden")
    code_source(study, "ben", "11", [("TASK1", LAMP), ("TASK2", SEA)], "Keeper")
    with pytest.raises(StudyError, match=r"codes that the codebook lacks: anna used OLD1, OLD2, OLD3\. --map FILE"):
        _compare(study)
    file = tmp_path / "old-to-7.toml"
    file.write_text('[codes]\nOLD1 = "TASK1"\nOLD2 = "TASK2"\nOLD3 = ""\n[profiles]\nWarden = "Keeper"\n', "utf-8")
    found = _compare(study, maps=[file])
    assert found.comparison.figures["spans", "f1"] == 1
    assert found.comparison.figures["profile", "n"] == 1
    assert found.counts["anna"].by_rule == {"OLD3": 1}
    assert [each.file for each in found.maps] == ["old-to-7.toml"]


def test_a_map_can_merge_codes_of_the_codebook_itself(study: Study, tmp_path: Path) -> None:
    code_source(study, "anna", "11", [("TASK1", LAMP), ("TASK2", LAMP)])
    code_source(study, "ben", "11", [("TASK2", LAMP)])
    file = tmp_path / "merged.toml"
    file.write_text('[codes]\nTASK1 = "TASK2"\n', "utf-8")
    found = _compare(study, maps=[file])
    assert found.sections["tasks"] == ["TASK2"]
    assert found.counts["anna"].repeated == 1
    assert found.comparison.figures["spans", "f1"] == 1


def test_single_unknown_codes_are_left_out_and_counted(study: Study) -> None:
    code_source(study, "anna", "11", [("TASK1", LAMP), ("TASK9", SEA)], "Pirate")
    code_source(study, "ben", "11", [("TASK1", LAMP)], "1")
    found = _compare(study)
    assert found.counts["anna"].unknown == {"TASK9": 1}
    assert found.counts["anna"].profiles == {"Pirate": 1}
    assert found.comparison.figures["spans", "f1"] == 1
    assert found.comparison.figures["profile", "n"] == 0


# --- real codings ---------------------------------------------------------------------------------------

RULES: Mapping[str, str] = {
    "1.A.1": "TASK4",
    "1.A.2": "TASK5",
    "1.B.1": "TASK3",
    "1.B.2": "TASK3",
    "1.B.3": "TASK2",
    "1.C.1": "TASK1",
    **{f"2.{number}": f"TECH{number}" for number in range(1, 8)},
    **{f"TECH{number}": "TECH7" for number in range(8, 12)},
    **{f"3.{number}": f"SKILL{number}" for number in range(1, 6)},
    "2.8": "",
    "2.9": "",
}
PROFILES = {
    "Core GenAI Engineer": "GenAI Engineer",
    "GenAI Specialist": "GenAI Engineer",
    "AI-Adjacent Software Engineer": "Ambiguous / Not Relevant",
    "Ambiguous": "Ambiguous / Not Relevant",
}


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study with the eight known codings by a person and by a model, and a map between their codes."""
    shared, folder = shared_path(), tmp_path_factory.mktemp("known")
    shutil.copy(shared / "pilot" / "ads.csv", folder)
    (book,) = (shared / "seeds").glob("003*")
    assert run(["codebook", "import", str(book), "-o", str(folder / "codebook.toml")]) == 0
    text = (folder / "codebook.toml").read_text("utf-8").replace('# path = "ads"', 'path = "ads.csv"')
    (folder / "codebook.toml").write_text(text, "utf-8")
    documents = [*(shared / "pilot" / "codings").glob("*.md")]
    for number, seed in enumerate(sorted((shared / "seeds").glob("00[012]*.txt"))):
        documents.append(Path(shutil.copy(seed, folder / f"seed{number}.md")))
    assert run(["import", *map(str, documents), "--study", str(folder), "--coder", "human"]) == 0
    files = [str(shared / "pilot" / "llm" / f"analysis_job_{ad}.json") for ad in KNOWN]
    assert run(["import-codings", *files, "--as", "model:known", "--study", str(folder)]) == 0
    lines = ["[codes]", *(f'"{old}" = "{new}"' for old, new in RULES.items())]
    lines += ["[profiles]", *(f'"{old}" = "{new}"' for old, new in PROFILES.items())]
    (folder / "map.toml").write_text("\n".join(lines), "utf-8")
    return folder


def test_the_known_codings_agree_as_an_independent_computation_says(known: Path, shared: Path) -> None:
    expected = json.loads((shared / "method" / "known_8.json").read_text("utf-8"))["known_8"]
    study = Study.open(known)
    for iou in (0.5, 1.0):
        found = _compare(study, "human", "model:known", maps=[known / "map.toml"], iou=iou, is_for_all=True)
        spans = {name: found.comparison.figures["spans", name] for name in ("matched", "a", "b", "f1")}
        of_iou = expected[f"span_iou_{iou}"]
        assert list(spans.values()) == [*list(of_iou.values())[:3], pytest.approx(of_iou["f1"], abs=5e-5)]
    figures = found.comparison.figures
    of_any = expected["span_iou_0"]
    assert figures["spans", "by_rule", "any_overlap", "matched"] == of_any["matched"]
    assert figures["spans", "any_overlap"] == pytest.approx(of_any["f1"], abs=5e-5)
    assert figures["spans", "exact"] == pytest.approx(expected["span_iou_1.0"]["f1"], abs=5e-5)
    for name, value in expected["profile"].items():
        assert figures["profile", name] == pytest.approx(value, abs=5e-5)
    presence = expected["presence"]
    names = ("n_codes", "both", "a_only", "b_only", "neither", "kappa_cells")
    assert [figures["codes", name] for name in names] == pytest.approx(list(presence.values()), abs=5e-5)

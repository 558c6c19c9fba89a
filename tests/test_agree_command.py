"""`codetui agree`: text, JSON, CSV and the list, exit codes and refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.model import Span
from codetui.study.find import RegexProcess, RegexTimeoutError
from codetui.study.study import Study
from testing.coders import code_source
from testing.paths import ROOT
from testing.studies import write_study

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea until dawn."


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study that anna and ben have coded."""
    folder = write_study(tmp_path)
    monkeypatch.chdir(folder)
    opened = Study.open(folder)
    code_source(opened, "anna", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TOOL1", "barometer")], "1")
    code_source(opened, "ben", "11", [("TASK1", "light the lamp at dusk"), ("TASK1", SEA), ("TOOL1", "sextant")], "1")
    code_source(opened, "anna", "12", [("TASK2", "which ships come in")], "1")
    code_source(opened, "ben", "12", [], "2")
    return folder


def test_the_text_has_n_beside_each_level_in_80_columns(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agree", "anna", "ben", "--resamples", "100", "--seed", "3"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    for part in (
        "anna · ben   2 ads that all have done",
        "Profile   2 ads",
        "percent 50 %",
        "Codes in ad   2 ads × 3 codes",
        "Quotations   4 anna, 3 ben: 1 match (same code, IoU ≥ .5)",
        "1 same · 1 other code · 0 other edges · 2 only anna · 1 only ben",
        "Terms as sets   1 anna, 1 ben: 0 match",
        "100 resamples of ads, seed 3",
        "few ads",
        "codetui agree anna ben --list --code",
    ):
        assert part in text


def test_three_coders_are_shown_with_each_pair(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code_source(Study.open(study), "cleo", "11", [("TASK1", LAMP)], "1")
    code_source(Study.open(study), "cleo", "12", [], "2")
    assert run(["agree", "anna", "ben", "cleo", "--resamples", "20", "--figures", "all", "--by", "ad"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "Quotations   means over 3 pairs of coders" in text
    rows = [line.split("  ")[0] for line in text.splitlines() if " · " in line and line.endswith(tuple("0123456789–"))]
    assert rows[-3:] == ["anna · ben", "anna · cleo", "ben · cleo"]
    assert run(["agree", "anna", "ben", "cleo", "--list"]) == 0
    assert capsys.readouterr().out.startswith("anna ben 11:")


def test_sources_without_any_coding_have_no_figures(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for coder in ("dora", "emil"):
        code_source(Study.open(study), coder, "13", [])
    assert run(["agree", "dora", "emil", "--resamples", "5", "--figures", "all"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "P – R – F1 –" in text and "neither coder has any" in text


def test_a_codebook_without_codes_is_compared_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_study(tmp_path)
    (folder / "codebook.toml").write_text('title = "Empty"\n', "utf-8")
    for coder in ("dora", "emil", "fien"):
        code_source(Study.open(folder), coder, "13", [])
    for coders in (["dora", "emil"], ["dora", "emil", "fien"]):
        options = ["--study", str(folder), "--resamples", "5", "--figures", "all", "--by", "week"]
        assert run(["agree", *coders, *options]) == 0
        assert "1 ad × 0 codes" in capsys.readouterr().out
        assert run(["agree", *coders, "--study", str(folder), "--json"]) == 0


def test_further_figures_are_shown_on_request(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agree", "anna", "ben", "--resamples", "20", "--figures", "all"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert "Further figures" in text
    assert "code   |uα   α_U   κ of characters" in text
    assert "α with MASI on the sets of codes: tasks " in text


def test_undefined_figures_are_dashes_with_the_reason(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code_source(Study.open(study), "cleo", "11", [])
    assert run(["agree", "anna", "cleo", "--resamples", "0"]) == 0
    text = capsys.readouterr().out
    assert "P –" in text
    assert "– the second coder has none: P of" in " ".join(text.split())
    assert "95 % intervals" not in text


def test_json_follows_the_schema(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads((ROOT / "docs" / "schemas" / "agreement.schema.json").read_text("utf-8"))
    code_source(Study.open(study), "cleo", "11", [("TASK1", LAMP)])
    for coders in (["anna", "ben"], ["anna", "ben", "cleo"]):
        assert run(["agree", *coders, "--json", "--resamples", "50"]) == 0
        record = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(record, schema)
    record["spans"]["f1"] = "high"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(record, schema)


def test_json_has_all_keys_and_says_why_a_figure_is_missing(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agree", "anna", "ben", "--json", "--resamples", "50"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["profile"]["n"] == 2
    assert record["profile"]["matrix"]["table"] == [[1, 1], [0, 0]]
    assert {"percent", "alpha", "kappa", "ac1"} <= record["profile"].keys()
    assert {"both", "a_only", "b_only", "neither", "precision", "recall", "f1"} <= record["codes"].keys()
    assert {"kappa_pooled", "kappa_cells"} <= record["codes"].keys()
    assert {name: record["spans"][name] for name in ("iou", "matched", "a", "b")} == {
        "iou": 0.5,
        "matched": 1,
        "a": 4,
        "b": 3,
    }
    assert record["spans"]["exact"] == 0
    assert record["spans"]["any_overlap"] == pytest.approx(2 / 7)
    assert record["kinds"] == {"same": 1, "other_code": 1, "other_edges": 0, "only_a": 2, "only_b": 1}
    assert record["per_code"]["TASK1"]["f1"] == pytest.approx(2 / 3)
    assert record["per_code"]["TASK1"]["name"] == "Lighting"
    assert record["per_code"]["TASK2"]["precision"] is None
    assert record["per_code"]["TASK2"]["why"]["precision"] == "the second coder has none"
    assert record["bootstrap"]["seed"] == 1
    assert record["spans"]["intervals"]["f1"]["low"] <= record["spans"]["f1"]


def test_the_same_seed_gives_the_same_output(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for _ in range(2):
        assert run(["agree", "anna", "ben", "--json", "--resamples", "60", "--seed", "9"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def test_csv_has_a_row_for_each_figure(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agree", "anna", "ben", "--csv", "--resamples", "20"]) == 0
    rows = {row["figure"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert rows["spans.matched"]["value"] == "1"
    assert rows["spans.f1"]["low"] <= rows["spans.f1"]["value"] <= rows["spans.f1"]["high"]
    assert rows["per_code.TASK2.precision"]["why"] == "the second coder has none"


def test_the_list_has_every_disagreement(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agree", "anna", "ben", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" “")[0].split(" ", 1)[1] for line in lines] == [
        "other_code TASK2 | TASK1",
        "only_a TOOL1 | –",
        "only_b – | TOOL1",
        "only_a TASK2 | –",
    ]
    assert lines[0].startswith("11:58-87 ") and lines[0].endswith(f"“{SEA}”")
    assert run(["agree", "anna", "ben", "--list", "--code", "TASK1", "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["ad"], row["kind"], row["code_a"], row["code_b"], row["words_b"]) == (
        *("11", "other_code", "TASK2"),
        *("TASK1", SEA),
    )
    assert run(["agree", "anna", "ben", "--list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["disagreements"]) == 4


def test_tables_of_weeks_and_ads(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["agree", "anna", "ben", "--by", "ad", "--resamples", "0"]) == 0
    assert "12  1     0    0     0     0      1          0         .00" in capsys.readouterr().out
    assert run(["agree", "anna", "ben", "--by", "week", "--resamples", "0"]) == 0
    text = capsys.readouterr().out
    assert "By the week in which anna finished" in text and "By the week in which ben finished" in text


def test_agreement_before_and_after_a_version_of_the_codebook(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = study / "codebook.toml"
    edited = book.read_text("utf-8").replace("Looking out.", "Looking out from the tower.")
    for text, coders in ((edited, ["anna"]), (edited.replace('version = "7"', 'version = "8"'), ["ben", "cleo"])):
        book.write_text(text, encoding="utf-8")
        for coder in coders:
            code_source(Study.open(study), coder, "13", [("TASK2", "one stone upon another")], "2")
    for source in ("11", "12"):
        code_source(Study.open(study), "cleo", source, [], "2")
    assert run(["agree", "anna", "ben", "--json", "--resamples", "0"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [(one["codebook"], one["codes"]["n"], one["spans"]["f1"]) for one in record["versions"]] == [
        ("7", 2, 0.2857142857),
        ("7 / 8", 1, 1.0),
    ]
    assert [one["codebook"].count("#") for one in record["books"]] == [1, 2]
    assert [one["week"] for one in record["weeks_of_coders"]["ben"]] == [one["week"] for one in record["weeks"]]
    assert run(["agree", "ben", "cleo", "--by", "version", "--resamples", "0"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines() if line[:1] in ("7", "8")]
    assert [row[:3] if row[1] == "/" else row[:1] for row in rows] == [["7", "/", "8"], ["8"]]


def test_only_ads_that_match_in_the_session_of_a_coder_are_compared(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for query, ads in (("sextant", ["11"]), ("code:TASK2", ["11", "12"]), ("code:TASK2 coder:ben", [])):
        code = run(["agree", "anna", "ben", "--json", "--resamples", "0", "--where", query])
        out, err = capsys.readouterr()
        assert code == (0 if ads else 2), err
        assert not ads or (json.loads(out)["ads"], json.loads(out)["where"]) == (ads, query)
        assert ads or "no ad that all coders have done matches code:TASK2 coder:ben" in err
    assert run(["agree", "anna", "ben", "--where", "(sextant"]) == 2
    assert "--where cannot be read at column" in capsys.readouterr().err


def test_a_regular_expression_that_takes_too_long_is_refused(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(self: RegexProcess, pattern: str, text: str) -> list[Span]:
        raise RegexTimeoutError

    monkeypatch.setattr(RegexProcess, "search", search)
    for command in (["agree", "anna", "ben"], ["stats"]):
        assert run([*command, "--where", "/(a+)+b/"]) == 2
        assert "the regular expression took longer than 2 s in ad 11, so nothing is counted" in capsys.readouterr().err


def test_a_minimum_that_is_missed_ends_with_exit_code_3(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["agree", "anna", "ben", "--resamples", "0", "--at-least"]
    assert run([*command, "spans=.1"]) == 0
    assert run([*command, "spans=.6"]) == 3
    assert "spans.f1 is 0.2857, below 0.6" in capsys.readouterr().err
    assert run([*command, "profile.percent=0.5"]) == 0
    assert run([*command, "per_code.TASK2.precision=0"]) == 3
    assert "does not exist (the second coder has none)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--at-least", "spans"], "--at-least spans is no figure and number"),
        (["--at-least", "span=.6"], "there is no such figure; name profile, codes, spans, terms"),
        (["--iou", "0"], "above 0 and at most 1"),
        (["--iou", "nan"], "above 0 and at most 1"),
        (["--resamples", "-1"], "is not a possible number of resamples"),
        (["--code", "TASK9"], "TASK9 is no code that is compared; these are: TASK1, TASK2, TOOL1"),
        (["--map", "none.toml"], "none.toml: "),
        (["cleo"], "there are no sessions of cleo"),
        (["-o", "codebook.toml", "--force"], "codebook.toml is a codebook, which is not overwritten"),
    ],
)
def test_a_refused_command_exits_with_2(
    study: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert run(["agree", "anna", "ben", *options]) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.out == ""


def test_damage_is_reported_and_exits_with_1(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = study / "sessions" / "ben" / "events" / "12.jsonl"
    log.write_bytes(log.read_bytes() + b'{"v": 2, "id": "broken\n')
    assert run(["agree", "anna", "ben", "--resamples", "0", "--at-least", "spans=.9"]) == 1
    assert "12.jsonl:2: error: " in capsys.readouterr().err


def test_the_output_is_written_to_a_file_once(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["agree", "anna", "ben", "--json", "--resamples", "0", "-o", "agreement.json"]
    assert run(command) == 0
    assert json.loads((study / "agreement.json").read_text("utf-8"))["coders"] == ["anna", "ben"]
    (study / "agreement.json").write_text("mine")
    assert run(command) == 2
    assert "--force overwrites it" in capsys.readouterr().err

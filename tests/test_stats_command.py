"""`codetui stats`: text, JSON, CSV and markdown, coders, states and refusals."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study import kept_sessions
from codetui.study.study import Study
from testing.coders import code_source
from testing.paths import ROOT
from testing.studies import write_study

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea until dawn."


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study that anna, ben and a model have coded; ben has not done 13."""
    folder = write_study(tmp_path)
    monkeypatch.chdir(folder)
    opened = Study.open(folder)
    code_source(opened, "anna", "11", [("TASK1", LAMP), ("TASK1", SEA), ("TOOL1", "barometer")], "1")
    code_source(opened, "anna", "12", [("TASK2", "which ships come in"), ("OLD7", "the sacks")], "2")
    code_source(opened, "ben", "11", [("TASK2", SEA), ("TOOL1", "a compass")], "2")
    code_source(opened, "ben", "13", [("TASK2", "one stone")], "2", is_done=False)
    code_source(opened, "model:alpha", "13", [("TASK1", "stone")], "1")
    return folder


def test_text_has_80_columns_and_states_what_it_counts(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    for part in (
        "Keeper           0   0.0",
        "Builder          1  50.0",
        "coders differ    1  50.0",
        "TASK1  Lighting                 1   50.0        2     12        0.0     100.0",
        "OLD7   (not in the codebook)    1   50.0        1      2      100.0       0.0",
        "2 ads done, coded by anna (2 ads, 5 codings), ben (1 ad, 1 coding)",
        "1 coding of codes that the codebook lacks (OLD7)",
        "ben: 1 ad not done, left out (--all-ads); 1 coding with words that are not in",
    ):
        assert part in text


def test_csv_and_json_have_the_figures_with_all_digits(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["stats", "--coder", "all", "--all-ads", "--by", "coder"]
    assert run([*options, "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [rows[1][key] for key in ("code", "anna", "anna_share", "ben", "model:alpha_share")] == [
        *("TASK2", "1", "0.5", "2", "0.0")
    ]
    assert run([*options, "--json"]) == 0
    (table,) = json.loads(capsys.readouterr().out)["tables"]
    assert [table["rows"][0][key] for key in ("code", "all", "all_share")] == ["TASK1", 2, 0.666666666666667]
    assert table["base"]["ads"] == 3


def test_a_query_a_file_and_markdown(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats", "--where", "code:TASK2 coder:ben", "--profiles", "-o", "out.md"]) == 0
    text = (study / "out.md").read_text("utf-8")
    assert "| Builder | 1 | 100.0 |" in text
    assert "1 ad done that matches code:TASK2 coder:ben, coded by" in text
    assert run(["stats", "-o", "out.md"]) == 2
    assert run(["stats", "-o", "codebook.toml", "--force"]) == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--by", "sector"], "no ad has a column “sector”; there are: profile, coder, week."),
        (["--coder", "dora"], "there are no sessions of dora"),
        (["--where", "code:"], "--where cannot be read at column"),
        (["--where", "zebra"], "no coded ad matches zebra."),
        (["--by", "profile", "--saturation"], "--by divides"),
        (["--period", "month"], "add --by COLUMN"),
        (["--test", "--by", "coder", "--all-ads"], "not independent"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    study: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert run(["stats", *options]) == 2
    assert words in capsys.readouterr().err


def test_each_view_is_a_table_in_every_format(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options, head in (
        (["--terms"], "barometer"),
        (["--terms", "--by", "coder"], "barometer"),
        (["--together", "ad"], "TASK1   TASK2"),
        (["--together", "sentence"], "TASK1   TASK2"),
        (["--together", "overlap"], "TASK1   TASK2"),
        (["--saturation"], "1  11    3      3  2.50  TASK1, TASK2, TOOL1"),
        (["--test"], "TASK1"),
        (["--test", "--unit", "mention"], "not independent"),
        (["--by", "week"], "week: in which the coder finished."),
    ):
        assert run(["stats", *options]) == 0
        text = capsys.readouterr().out
        assert head in text, text
        assert max(map(len, text.splitlines())) <= 80
        for layout in ("--csv", "--json", "--markdown"):
            assert run(["stats", *options, layout]) == 0
            assert capsys.readouterr().out.strip()


def test_synonyms_of_the_codebook_are_one_term(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = study / "codebook.toml"
    book.write_text(book.read_text("utf-8") + '\n[synonyms]\nGauges = ["barometer", "sextant"]\n', encoding="utf-8")
    code_source(Study.open(study), "ben", "12", [("TOOL1", "sextant")], "1")
    assert run(["codebook", "check"]) == 0
    assert run(["stats", "--terms", "--count-unplaced", "--csv"]) == 0
    assert "Gauges,TOOL1,2,1.0,2" in capsys.readouterr().out


def test_dates_are_grouped_and_months_between_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_study(tmp_path, {}))
    rows = ("11,Keeper,You light the lamp.,5 maart 2024", "12,Clerk,You count.,2024-05-01", "13,Mason,Stones.,later")
    (tmp_path / "ads.csv").write_text("\n".join(["id,title,body,found", *rows]), encoding="utf-8")
    opened = Study.open(tmp_path, corpus=tmp_path / "ads.csv")
    for id_, words in (("11", "the lamp"), ("12", "You count"), ("13", "Stones")):
        code_source(opened, "anna", id_, [("TASK1", words)], "1")
    options = ["stats", "--corpus", "ads.csv", "--by", "Found", "--period", "month"]
    assert run([*options, "--csv"]) == 0
    (head, first, *_) = capsys.readouterr().out.splitlines()
    assert (
        head
        == "code,name,all,all_share,2024-03,2024-03_share,2024-04,2024-04_share,2024-05,2024-05_share,none,none_share"
    )
    assert first == "TASK1,Lighting,3,1.0,1,1.0,0,,1,1.0,1,1.0"
    assert run(options) == 0
    text = capsys.readouterr().out
    assert "1 value is not a date, such as “later”." in text
    assert "–: this group is empty" in text
    assert run([*options[:-1], "year", "--by", "profile"]) == 2


def test_a_blind_coder_counts_nothing_that_is_hidden(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(kept_sessions, "LEAST_KEPT", 1)
    assert run(["sample", "--size", "3", "--coders", "anna,cleo", "--overlap", "3"]) == 0
    for reader, coders in (("anna", ["anna"]), ("nobody in it", ["anna", "ben"])):
        monkeypatch.setenv("CODETUI_CODER", reader)
        capsys.readouterr()
        for _ in range(2):
            assert run(["stats", "--codes", "--json"]) == 0
            (table,) = json.loads(capsys.readouterr().out)["tables"]
            assert [one["coder"] for one in table["base"]["coders"]] == coders


def test_ads_per_code_of_the_pilots_model_are_those_of_its_files(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted((shared / "pilot" / "llm").glob("*.json"))
    if not files:
        pytest.skip("shared/pilot/llm is not beside the clone")
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "codebook.toml", tmp_path)
    corpus = ["--corpus", str(shared / "pilot" / "ads.csv")]
    run(["import-codings", str(files[0].parent), "--as", "alpha", *corpus])
    expected: dict[str, set[str]] = {}
    for file in files:
        analysis = json.loads(file.read_text("utf-8"))["analysis"]["thematic_analysis"]
        for found in (re.match(r"[A-Z]+\d+", one["category"]) for part in analysis.values() for one in part):
            expected.setdefault(found[0] if found else "", set()).add(file.stem)
    capsys.readouterr()
    assert run(["stats", "--coder", "all", "--count-unplaced", "--codes", "--csv", *corpus]) == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert {row["code"]: int(row["ads"]) for row in rows} == {code: len(ads) for code, ads in expected.items()}

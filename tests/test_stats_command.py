"""`codetui stats`: text, JSON, CSV and markdown, coders, states and refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.study import Study
from testing.coders import code_source
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
    ],
)
def test_what_cannot_be_counted_is_refused(
    study: Path, capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    assert run(["stats", *options]) == 2
    assert words in capsys.readouterr().err

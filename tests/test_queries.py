"""The queries of docs/queries.md give the tables of `codetui stats`, in DuckDB and in Spark."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, Command, MarkDone
from codetui.formats.export.exporter import folder_of
from codetui.model import CodeId, Span
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.studies import write_study

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "queries.md").read_text("utf-8")
STATEMENTS = [one for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL) for one in block.split(";\n") if one]

Ask = Callable[[str], Sequence[Sequence[object]]]
"""Carries out one statement and returns its rows."""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study of three coders with odd names, exported for queries; it is the working folder."""
    monkeypatch.chdir(tmp_path)
    write_study(tmp_path)
    study = Study.open(tmp_path)
    done = MarkDone(True)
    first, second = AssignCode(Span(0, 6), CodeId("TASK1")), AssignCode(Span(7, 9), CodeId("TASK1"))
    code(study, "11", "007", first, second, AssignProfile("1", "so"), done)
    code(study, "11", "Zoë: 1/2", AssignCode(Span(0, 6), CodeId("TASK2")), AssignProfile("2", "so"), done)
    code(study, "12", "007", first, AssignCode(Span(10, 15), CodeId("TOOL1")), AssignProfile("2", "so"), done)
    code(study, "13", "007", first)
    code(study, "13", "idle", AssignProfile("1", "so"), done)
    for what in ("codings", "ads"):
        assert run(["export", "--format", "jsonl", "--partition", "coder", "--what", what]) == 0
    return tmp_path


def code(study: Study, ad: str, coder: str, *commands: Command) -> None:
    with study.session(ad, coder) as session:
        for command in commands:
            assert isinstance(session.execute(command), Saved)


def stats(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, str]]:
    """Return a table of `codetui stats`."""
    capsys.readouterr()
    assert run(["stats", "--csv", *options]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))


def rounded(rows: Iterable[Sequence[object]]) -> list[tuple[object, ...]]:
    """Return rows with their shares to twelve digits."""
    return [tuple(round(cell, 12) if isinstance(cell, float) else cell for cell in row) for row in rows]


def check(ask: Ask, statements: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Compare the four tables with those of `codetui stats`."""
    *views, profiles, codes, crosstab, together = statements
    for view in views:
        ask(view)
    listed = [(one["profile"], int(one["ads"]), float(one["share"])) for one in stats(capsys, "--profiles")]
    assert sorted(rounded(ask(profiles))) == sorted(rounded(one for one in listed if one[1]))
    by_code = stats(capsys, "--codes")
    expected = [
        (one["code"], one["name"], int(one["ads"]), float(one["share"]), int(one["codings"]))
        for one in by_code
        if one["ads"] != "0"
    ]
    assert rounded(ask(codes)) == sorted(rounded(expected))
    cells = {
        (one["code"], name, int(one[name]), float(one[f"{name}_share"]))
        for one in stats(capsys, "--codes", "--by", "profile")
        for name in ("Keeper", "Builder", "coders differ")
        if one["code"] and one.get(name, "0") not in ("0", "")
    }
    assert set(rounded(ask(crosstab))) == set(rounded(cells))
    assert rounded(ask(together)) == [("TASK1", "TASK2", 1), ("TASK1", "TOOL1", 1)]
    assert {row[0] for row in ask("SELECT DISTINCT coder FROM codings")} == {"007", "Zoë: 1/2"}
    assert {row[0] for row in ask("SELECT DISTINCT coder FROM ads")} == {"007", "Zoë: 1/2", "idle"}


@pytest.mark.slow
def test_the_queries_give_the_tables_of_stats_in_duckdb(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed: pip install -e '.[queries]'")
    connection = duckdb.connect()
    check(lambda text: connection.execute(text).fetchall(), STATEMENTS, capsys)


@pytest.mark.slow
def test_the_queries_give_the_tables_of_stats_in_spark(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed; it needs Java, too")
    spark = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        for folder, table in (("codings", "codings"), ("coded_ads", "ads")):
            spark.read.json(folder).createOrReplaceTempView(table)
        views = [one for one in STATEMENTS if "read_json" not in one]
        check(lambda text: spark.sql(text).collect(), views, capsys)
    finally:
        spark.stop()


def test_each_coder_has_a_folder_from_which_the_name_can_be_restored(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = sorted(path.relative_to("codings").as_posix() for path in Path("codings").rglob("*.jsonl"))
    assert found == [f"coder={name}/part-0.jsonl" for name in ("007", "Zoë%3A 1%2F2", "idle")]
    rows = [line for name in found for line in Path("codings", name).read_text("utf-8").splitlines()]
    assert run(["export", "--format", "jsonl", "-o", "-"]) == 0
    assert sorted(rows) == sorted(capsys.readouterr().out.splitlines())
    assert [folder_of(name) for name in ("", ".x", "a=b%", "x.")] == [
        *("coder=__HIVE_DEFAULT_PARTITION__", "coder=%2Ex", "coder=a%3Db%25", "coder=x%2E")
    ]


def test_parts_of_another_export_are_not_read_as_parts_of_this_one(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = ["export", "--format", "jsonl", "--partition", "coder", "-o", "codings", "--force"]
    assert run(again) == 0
    assert run([*again, "--coder", "007"]) == 2
    assert "belongs to another export" in capsys.readouterr().err
    for refused in (["-o", "-"], ["-o", "x.jsonl"], ["--format", "xlsx"], ["--what", "matrix-codes"]):
        assert run(["export", "--format", "jsonl", "--partition", "coder", *refused]) == 2

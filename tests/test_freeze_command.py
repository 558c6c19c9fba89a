"""`codetui study freeze`: what a reviewer gets, and that it suffices."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from codetui.cli.main import run
from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import write_study

TABLE = "ID,Function Title,Full Text\n1,Keeper,You light the lamp at dusk.\n2,Clerk,You count the sacks.\n"


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study that two coders have coded."""
    folder = write_study(tmp_path_factory.mktemp("frozen") / "study")
    opened = Study.open(folder)
    for coder in ("anna", "ben"):
        code_source(opened, coder, "11", [("TASK1", "You light the lamp at dusk.")], "1")
    return folder


@pytest.fixture
def study(coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that study, which is the working folder."""
    folder = Path(shutil.copytree(coded, tmp_path / "study"))
    monkeypatch.chdir(folder)
    return folder


def test_a_report_is_verified_from_the_unpacked_zip_alone(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sample", "--size", "2", "--coders", "anna,ben", "--overlap", "1", "--name", "pilot"]) == 0
    assert run(["codebook", "propose", "codebook.toml", "codebook.toml", "-o", "map.toml"]) == 0
    assert run(["report", "-o", "../report.html", "--resamples", "20", "--map", "map.toml"]) == 0
    assert run(["study", "freeze", "../out.zip", "--report", "../report.html"]) == 0
    shutil.rmtree(study / "sessions")
    unpacked = tmp_path / "unpacked"
    with ZipFile(tmp_path / "out.zip") as zipped:
        zipped.extractall(unpacked)
    monkeypatch.chdir(unpacked)
    capsys.readouterr()
    assert run(["report", "--verify", "report.html"]) == 0
    assert "byte for byte" in capsys.readouterr().out
    assert "codetui report --verify report.html" in (unpacked / "README.txt").read_text("utf-8")
    assert {"samples/pilot.toml", "ads/11_shore_company.txt"} <= {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")
    }


def test_the_manifest_has_the_hash_of_every_file_and_no_file_is_of_this_machine(study: Path) -> None:
    assert run(["study", "freeze", "../out.zip"]) == 0
    with ZipFile("../out.zip") as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
        names = set(zipped.namelist()) - {"manifest.json"}
        assert set(manifest["files"]) == names
        for name, facts in manifest["files"].items():
            data = zipped.read(name)
            assert facts == {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    assert {name.split("/")[-1] for name in names} & {"11.jsonl", "11.written"} == {"11.jsonl", "11.written"}
    assert not [name for name in names if name.endswith((".lock", ".tmp", "place.json", ".checked"))]


def test_the_same_study_gives_the_same_bytes_whatever_its_times_and_its_place(study: Path, tmp_path: Path) -> None:
    assert run(["study", "freeze", "../one.zip"]) == 0
    other = Path(shutil.copytree(study, tmp_path / "elsewhere"))
    for path in other.rglob("*"):
        os.utime(path, (10**9, 10**9))
        path.chmod(0o700)
    assert run(["study", "freeze", "../two.zip", "--study", str(other)]) == 0
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_table_outside_of_the_study_is_packed_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_study(tmp_path / "study", {})
    (tmp_path / "data.csv").write_text(TABLE, "utf-8")
    monkeypatch.chdir(folder)
    code_source(Study.open(folder, corpus="../data.csv"), "anna", "1", [("TASK1", "light the lamp")], "1")
    assert run(["report", "-o", "../report.html", "--corpus", "../data.csv"]) == 0
    assert run(["study", "freeze", "../out.zip", "--corpus", "../data.csv"]) == 0
    with ZipFile("../out.zip") as zipped:
        zipped.extractall(tmp_path / "unpacked")
        assert "--corpus ads.csv" in zipped.read("README.txt").decode()
    monkeypatch.chdir(tmp_path / "unpacked")
    assert run(["report", "--verify", "../report.html", "--corpus", "ads.csv"]) == 0


def test_erased_texts_are_not_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, study: Path) -> None:
    assert run(["study", "erase", "12", "--yes"]) == 0
    assert run(["study", "freeze", "../out.zip"]) == 0
    with ZipFile("../out.zip") as zipped:
        assert "count the sacks" not in "".join(zipped.read(name).decode() for name in zipped.namelist())
    folder = write_study(tmp_path / "table", {})
    (folder / "ads.csv").write_text(TABLE, "utf-8")
    monkeypatch.chdir(folder)
    code_source(Study.open(folder, corpus="ads.csv"), "anna", "1", [("TASK1", "light the lamp")], "1")
    assert run(["study", "erase", "2", "--yes", "--corpus", "ads.csv"]) == 0
    assert run(["study", "freeze", "../out2.zip", "--corpus", "ads.csv"]) == 2
    assert not Path("../out2.zip").exists()


def test_freezing_writes_nothing_into_the_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.as_posix() for path in study.rglob("*"))
    assert run(["study", "freeze", "sessions/out.zip"]) == 2
    assert run(["study", "freeze", "../out.zip", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "codetui.freeze/1"
    assert run(["study", "freeze", "../out.zip"]) == 2
    assert sorted(path.as_posix() for path in study.rglob("*")) == before

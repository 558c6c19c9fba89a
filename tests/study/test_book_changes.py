"""`diff` and `propose`: two codebooks, given by file, version or hash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.formats.codebook.migration_map import parse_map
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Codebook, text_hash
from codetui.storage import study_files
from codetui.study.migrate import find_codebook
from codetui.study.study import StudyError
from testing.studies import CODEBOOK

NEW = CODEBOOK.replace('version = "7"', 'version = "8"').replace('"TASK1"', '"T1"').replace('"Watching"', '"Looking"')


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "old.toml").write_text(CODEBOOK, encoding="utf-8")
    (tmp_path / "new.toml").write_text(NEW, encoding="utf-8")
    return tmp_path


def keep(study: Path, text: str) -> str:
    digest = text_hash(text)
    assert study_files.keep_codebook(study / "sessions", text, digest) is None
    return digest


def found(name: str, study: Path) -> Codebook:
    return find_codebook(name, study / "sessions")


def diff(study: Path, *options: str) -> int:
    """Run `codetui codebook diff` on both codebooks."""
    names = str(study / "old.toml"), str(study / "new.toml")
    return run(["codebook", "diff", *names, "--sessions", str(study), *options])


def propose(study: Path, output: str, *options: str) -> int:
    """Run `codetui codebook propose` on both codebooks."""
    names = str(study / "old.toml"), str(study / "new.toml")
    return run(["codebook", "propose", *names, "--sessions", str(study), "-o", output, *options])


def test_changes_are_printed_as_sentences(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(study) == 0
    assert capsys.readouterr().out.splitlines() == [
        "The version is “8”; it was “7”.",
        "1 code was renumbered: TASK1 to T1 “Lighting”.",
        "TASK2 was renamed from “Watching” to “Looking”.",
    ]


def test_changes_are_available_as_data(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(study, "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["old"]["version"], value["new"]["version"]) == ("7", "8")
    assert value["new"]["hash"] == text_hash(NEW)
    assert [(each["kind"], each["before"], each["after"]) for each in value["changes"]] == [
        ("changed", "7", "8"),
        ("renumbered", "TASK1", "T1"),
        ("renamed", "Watching", "Looking"),
    ]


def test_a_book_is_found_by_file_version_and_hash(study: Path) -> None:
    digest = keep(study, CODEBOOK)
    for name in (str(study / "old.toml"), "7", digest, digest[:6], f"7#{digest[:12]}"):
        assert found(name, study).content_hash == digest


def test_the_last_of_two_books_of_one_version_is_used(study: Path) -> None:
    keep(study, CODEBOOK)
    later = CODEBOOK.replace("Lighting", "Burning")
    digest = keep(study, later)
    assert found("7", study).content_hash == digest


@pytest.mark.parametrize("name", ["9", "none.toml", "8#0123456789ab", "../x"])
def test_a_missing_book_is_reported_with_the_kept_ones(study: Path, name: str) -> None:
    digest = keep(study, CODEBOOK)
    with pytest.raises(StudyError) as refused:
        find_codebook(name, study / "sessions")
    assert name in str(refused.value) and f"7#{digest[:12]}" in str(refused.value)


def test_a_hash_of_another_version_is_another_book(study: Path) -> None:
    digest = keep(study, CODEBOOK)
    with pytest.raises(StudyError):
        find_codebook(f"8#{digest[:12]}", study / "sessions")


def test_a_missing_book_is_an_exit_code(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "diff", "none", str(study / "new.toml"), "--sessions", str(study)]) == 2
    assert "no codebook is kept" in capsys.readouterr().err


def test_rules_are_proposed_into_a_file(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = study / "map.toml"
    assert propose(study, str(target)) == 0
    old, new = (parse_codebook(text, "")[0] for text in (CODEBOOK, NEW))
    assert new is not None
    rules, problems = parse_map(target.read_text("utf-8"), "map.toml", new, old)
    assert rules is not None and not problems
    assert [(rule.old, rule.new) for rule in rules.rules] == [("TASK1", ("T1",))]
    assert not rules.is_checked
    assert "1 rule written" in capsys.readouterr().err


def test_an_existing_file_is_not_overwritten(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = study / "map.toml"
    target.write_text("mine", encoding="utf-8")
    assert propose(study, str(target)) == 2
    assert target.read_text("utf-8") == "mine"
    assert propose(study, str(target), "--force") == 0
    assert target.read_text("utf-8") != "mine"
    capsys.readouterr()
    assert propose(study, "-") == 0
    assert capsys.readouterr().out == target.read_text("utf-8")

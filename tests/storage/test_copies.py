"""Copies beside a file, made by sync services, browsers, file managers and editors, are never read in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.model import CorpusSettings
from codetui.storage.copies import copies_in, is_backup, original_of
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.corpus_files import CorpusFiles

MARKS = (
    "{0} [conflicted]{1}",
    "{0}_anna_Jan-01-1010-2026_Conflict{1}",
    "Copy (2) of {0}{1}",
    "{0}_LOCAL_4242{1}",
    "{0}_BACKUP_4242{1}",
    "{0} – Kopie{1}",
    "{0} (コピー){1}",
    "{0} - 副本{1}",
    "{} (Anna's conflicted copy 2026-01-02){}",
    "{} (conflicted copy 2026-01-02 101010){}",
    "{} (Konfliktkopie von Anna 2026-01-02){}",
    "{}.sync-conflict-20260102-101010-ABCDEFG{}",
    "{}_conflict-20260102-101010{}",
    "{} (SFConflict anna 2026-01-02){}",
    "{} (1){}",
    "{}(1){}",
    "{} - Copy{}",
    "{} - Copy (2){}",
    "{} - Kopie{}",
    "{} (kopie){}",
    "{} (another copy){}",
    "{} (1) - Copy{}",
    "{}-LAPTOP7{}",
    "{}-DESKTOP-A1B2C3{}",
    "Copy of {}{}",
    "Kopie van {}{}",
    "Kopia {}{}",
)
BACKUPS = ("{}{}~", "{}{}.orig", "{}{}.bak", "{} (1){}~", "{}{}.mine", "#{}{}#")


@pytest.mark.parametrize("mark", [*MARKS, *BACKUPS])
@pytest.mark.parametrize("name", [("7_bakker", ".txt"), ("7", ".jsonl"), ("anna", ""), ("v1.2 (rood)", ".md")])
def test_a_copy_counts_only_beside_its_original(mark: str, name: tuple[str, str]) -> None:
    copy, original = mark.format(*name), "".join(name)
    assert original_of(copy, {copy, original}) == original
    assert original_of(copy, {copy, f"1{original}"}) == ""


@pytest.mark.parametrize(
    "name", ["7_bakker_vervolg.txt", "7_bakker 2.txt", "7_bakker-noord.txt", "7_bakker (2024).txt"]
)
def test_other_names_that_begin_alike_are_not_copies(name: str) -> None:
    assert copies_in([name, "7_bakker.txt", "copy.txt", ".txt"]) == {}


@pytest.mark.parametrize("name", ["7.jsonl.1", "7.jsonl.r12", "7_bakker.txt.2", "analysis_job_7_bakker.md.r3"])
def test_a_numbered_version_of_a_file_is_a_backup(name: str) -> None:
    original = name.rpartition(".")[0]
    assert is_backup(name) and original_of(name, {name, original}) == original


@pytest.mark.parametrize("name", ["anna.2", "v1.2", "7.1", "C#", "#7"])
def test_a_name_with_a_number_or_a_sign_is_no_backup_of_another(name: str) -> None:
    assert original_of(name, {"anna", "v1", "7", "C", "#7", name}) == ""


@pytest.mark.parametrize("name", ["7_bakker.txt", "7.txt", "bakkerij.md"])
@pytest.mark.parametrize("mark", [*MARKS, *BACKUPS])
def test_a_copy_never_replaces_its_ad_and_is_reported(tmp_path: Path, mark: str, name: str) -> None:
    stem, dot, suffix = name.partition(".")
    copy = tmp_path / mark.format(stem, dot + suffix)
    (tmp_path / name).write_text("Bakker\n\nJe bakt brood.\n", "utf-8")
    copy.write_text("Bakker\n\nJe bakte brood.\n", "utf-8")
    corpus = Corpus(tmp_path, CorpusSettings())
    (batch,) = corpus.batches()
    (entry,) = batch.entries
    (problem,) = [each for each in batch.problems if Path(each.file) == copy]
    assert entry.file == str(tmp_path / name)
    assert corpus.first() == corpus.find(entry.id) == corpus.find(entry.id, str(copy), -1, 0) == entry
    assert problem.severity == ("note" if mark in BACKUPS else "error")
    assert name in problem.message


def test_a_mark_behind_the_suffix_and_a_placeholder_of_icloud_are_reported(tmp_path: Path) -> None:
    for name in ("7_b.txt", "7_b.txt (1)", "7_b.txt.sync-conflict-20260102-101010-ABCDEFG", ".8_c.txt.icloud", "x.png"):
        (tmp_path / name).write_text("Je bakt brood.", "utf-8")
    (batch,) = Corpus(tmp_path, CorpusSettings()).batches()
    named = {Path(problem.file).name for problem in batch.problems if problem.severity == "error"}
    assert named == {"7_b.txt (1)", "7_b.txt.sync-conflict-20260102-101010-ABCDEFG", ".8_c.txt.icloud"}


def test_an_unknown_mark_behind_the_same_id_does_not_replace_the_ad_either(tmp_path: Path) -> None:
    for name in ("7_bakker-THINKPAD.txt", "7_bakker.txt", "7_bakker 2.txt"):
        (tmp_path / name).write_text(name, "utf-8")
    corpus = Corpus(tmp_path, CorpusSettings())
    (batch,) = corpus.batches()
    assert [Path(entry.file).name for entry in batch.entries] == ["7_bakker.txt"]
    assert [problem.severity for problem in batch.problems] == ["error", "error"]
    assert CorpusFiles(tmp_path).first_path() == str(tmp_path / "7_bakker.txt")


def test_a_row_with_the_id_of_another_is_an_error_only_if_its_text_is_left_out(tmp_path: Path) -> None:
    row = "7,Bakker,Je bakt brood.\n"
    (tmp_path / "ads.csv").write_text(f"id,title,description\n{row}{row}7,Bouwer,Je bouwt.\n", "utf-8")
    (batch,) = Corpus(tmp_path, CorpusSettings()).batches()
    found = [(one.line, one.severity) for one in batch.problems if "already" in one.message]
    assert found == [(3, "warning"), (4, "error")]


def test_a_copied_table_adds_no_ads(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text("id,description\n7,Je bakt brood.\n", "utf-8")
    (tmp_path / "ads (1).csv").write_text("id,description\n7,Oud.\n8,Weg.\n", "utf-8")
    (batch,) = Corpus(tmp_path, CorpusSettings()).batches()
    assert [(entry.id, Path(entry.file).name) for entry in batch.entries] == [("7", "ads.csv")]


def test_a_file_named_like_a_copy_without_an_original_is_an_ad(tmp_path: Path) -> None:
    (tmp_path / "7_bakker (1).txt").write_text("Je bakt brood.", "utf-8")
    (batch,) = Corpus(tmp_path, CorpusSettings()).batches()
    assert [entry.id for entry in batch.entries] == ["7"]
    assert not batch.problems

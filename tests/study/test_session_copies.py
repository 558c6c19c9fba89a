"""Copies of documents, logs and coders' folders: never counted, always reported, and merged on request."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId
from codetui.study.study import Study
from testing.machines import Machine
from testing.studies import write_study

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea"
CODER = Path("sessions/rosa")
DOCUMENT = CODER / "analysis_job_11_shore_company.md"
LOG = CODER / "events/11.jsonl"


def code(study: Path, words: str) -> None:
    machine = Machine(study)
    machine.execute(AssignCode(machine.span(words), CodeId("TASK1")))
    machine.close()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in which rosa has coded one sentence of ad 11."""
    folder = write_study(tmp_path / "here")
    code(folder, LAMP)
    return folder


def printed(capsys: pytest.CaptureFixture[str], study: Path, *words: str) -> tuple[int, str]:
    """Run a command on the study; return its exit code and all that it prints."""
    capsys.readouterr()
    number = run([*words, "--study", str(study)])
    return number, "".join(capsys.readouterr())


def rows(study: Path) -> list[str]:
    """Return the exported quotations."""
    assert run(
        ["export", "--format", "csv", "--what", "codings", "--study", str(study), "-o", str(study / "r.csv"), "--force"]
    ) in (0, 1)
    with (study / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["words"] for row in csv.DictReader(file)]


ERRORS = (
    (DOCUMENT, "analysis_job_11_shore_company (Rosa's conflicted copy 2026-01-02).md"),
    (DOCUMENT, "analysis_job_11_shore_company.sync-conflict-20260102-101010-ABCDEFG.md"),
    (DOCUMENT, "analysis_job_11_shore_company (1).md"),
    (DOCUMENT, "analysis_job_11_shore_company-LAPTOP7.md"),
    (DOCUMENT, "Kopie van analysis_job_11_shore_company.md"),
    (DOCUMENT, "../analysis_job_11_shore_company.md"),
    (LOG, "11 (kopie).jsonl"),
    (LOG, "11.sync-conflict-20260102-101010-ABCDEFG.jsonl"),
    (LOG, "Copy of 11.jsonl"),
    (LOG, "12.jsonl"),
    (LOG, "../11.jsonl"),
    (LOG, "../11 (1).jsonl"),
    (LOG, "../../11.jsonl"),
    (CODER, "rosa (1)"),
    (CODER, "rosa - Kopie"),
    (CODER, "rosa-LAPTOP7"),
    (CODER, "Copy of rosa"),
    (CODER, "rosa.bak"),
)
BACKUPS = tuple((path, path.name + mark) for path in (DOCUMENT, LOG) for mark in ("~", ".orig", ".bak"))


@pytest.mark.parametrize(("path", "copy"), [*ERRORS, *BACKUPS])
def test_a_copy_is_not_counted_and_every_command_reports_it(
    study: Path, path: Path, copy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target = (study / path).parent / copy
    (shutil.copytree if (study / path).is_dir() else shutil.copy)(study / path, target)
    code(study, SEA)
    is_error = (path, copy) in ERRORS
    for command in (["status"], ["check"], ["export", "--format", "csv", "-o", "-"]):
        number, message = printed(capsys, study, *command)
        assert target.name in message and (number == 1) == is_error, message
    assert rows(study) == [LAMP, SEA]
    assert "2 codings" in printed(capsys, study, "status")[1]
    machine = Machine(study)
    machine.workspace.warm_up()
    if copy != "12.jsonl":
        assert any(target.name in problem.file for problem in machine.workspace.problems)
    machine.close()
    elsewhere = write_study(study.parent / "elsewhere")
    number, message = printed(capsys, elsewhere, "merge", str(study))
    assert not is_error or (target.name in message and number == 1), message
    assert rows(elsewhere) == [LAMP, SEA]


def append_elsewhere(study: Path) -> Path:
    """Return a copy of the study in which another sentence was coded."""
    other = shutil.copytree(study, study.parent / "other")
    code(other, SEA)
    return other


def folder_copy(study: Path, other: Path) -> Path:
    return Path(shutil.copytree(other / CODER, study / "sessions/rosa (1)"))


def log_copy(study: Path, other: Path) -> Path:
    return Path(shutil.copy(other / LOG, study / LOG.with_name("11 (1).jsonl")))


def stray_log(study: Path, other: Path) -> Path:
    return Path(shutil.copy(other / LOG, study / CODER))


@pytest.mark.parametrize("place", [folder_copy, log_copy, stray_log])
def test_merge_adds_what_only_a_copy_has(
    study: Path, place: Callable[[Path, Path], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    copy = place(study, append_elsewhere(study))
    number, message = printed(capsys, study, "merge", "--dry-run", str(copy))
    assert number == 0 and "1 step" in message and rows(study) == [LAMP]
    assert printed(capsys, study, "merge", str(copy))[0] == 0
    assert rows(study) == [LAMP, SEA]
    assert "1 had nothing new" in printed(capsys, study, "merge", str(copy))[1]


@pytest.mark.parametrize(("path", "copy"), [*ERRORS, *BACKUPS])
def test_merge_reports_copies_among_the_studys_own_sessions(
    study: Path, path: Path, copy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = append_elsewhere(study)
    target = (study / path).parent / copy
    (shutil.copytree if (study / path).is_dir() else shutil.copy)(study / path, target)
    for options in (["--dry-run"], []):
        number, output = printed(capsys, study, "merge", str(other), *options)
        assert output.count(f"{target.name}: ") == 1 and (number == 1) == ((path, copy) in ERRORS), output
        assert "1 session" in output and "refused" not in output
    assert rows(study) == [LAMP, SEA]


def test_import_adds_what_only_a_conflict_copy_of_a_document_has(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = (study / DOCUMENT).with_stem("analysis_job_11_shore_company (1)")
    shutil.copy(append_elsewhere(study) / DOCUMENT, copy)
    assert rows(study) == [LAMP]
    assert printed(capsys, study, "import", str(copy), "--coder", "rosa")[0] == 0
    assert rows(study) == [LAMP, SEA]


def test_a_log_of_another_ad_is_refused_and_not_changed(study: Path) -> None:
    wrong = study / LOG.with_name("12.jsonl")
    shutil.copy(study / LOG, wrong)
    before = wrong.read_bytes()
    with pytest.raises(OSError, match=r"this log is not read: the log of ad 11 is 11\.jsonl"):
        Machine(study).open("12")
    assert wrong.read_bytes() == before


@pytest.mark.parametrize("name", ["7.jsonl", "11 (1).jsonl", "0.jsonl"])
def test_a_log_that_was_renamed_is_reported_with_its_name_and_its_session_counted_once(
    study: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / LOG).rename(study / LOG.with_name(name))
    number, message = printed(capsys, study, "status")
    assert number == 1 and "1 session: " in message
    assert message.count(f"{name}: error: this log of ad 11 is not read: rename it to 11.jsonl") == 1
    assert rows(study) == [LAMP]
    (study / LOG.with_name(name)).rename(study / LOG)
    assert printed(capsys, study, "status")[0] == 0


@pytest.mark.parametrize("name", ["7.jsonl", "11a.jsonl"])
def test_a_log_of_another_ad_beside_the_real_one_makes_no_second_session(
    study: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(study / LOG, study / LOG.with_name(name))
    number, message = printed(capsys, study, "status")
    assert number == 1 and "1 session: " in message and message.count(f"{name}: ") == 1


def test_an_unreadable_copy_of_a_log_is_not_another_session(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / LOG.with_name("11.sync-conflict-20260102-101010-ABCDEFG.jsonl")).write_bytes(b"\0" * 100)
    number, message = printed(capsys, study, "status")
    assert number == 1 and "1 session: " in message and "11.sync-conflict" in message


def test_sessions_that_icloud_has_not_downloaded_are_reported(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (study / DOCUMENT, study / LOG):
        path.rename(path.with_name(f".{path.name}.icloud"))
    for command in (["status"], ["check"], ["export", "--format", "csv", "-o", "-"]):
        number, message = printed(capsys, study, *command)
        assert number == 1 and ".11.jsonl.icloud: error: this file is in iCloud" in message


def test_an_ad_with_the_id_of_a_coded_one_does_not_take_its_place(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / "ads/11_a_bakery.txt").write_text("Baker\n\nYou bake bread.\n", "utf-8")
    number, message = printed(capsys, study, "check")
    assert number == 1 and "11_a_bakery.txt: error: ad 11 is already at" in message and "no longer" not in message
    corpus = Study.open(study).corpus
    for entry in (corpus.find("11"), corpus.first(), corpus.batches().__next__().entries[0]):
        assert entry is not None and Path(entry.file).name == "11_shore_company.txt"
    assert rows(study) == [LAMP]


def test_coders_whose_names_begin_alike_are_both_counted(study: Path) -> None:
    machine = Machine(study, "rosa (1)")
    machine.execute(AssignCode(machine.span(SEA), CodeId("TASK1")))
    machine.close()
    assert {session.coder for session in Study.open(study).sessions()} == {"rosa", "rosa (1)"}


def test_merge_reports_documents_outside_the_sessions_only_in_a_study(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (study / "originals").mkdir()
    shutil.copy(study / DOCUMENT, study / "originals")
    elsewhere = write_study(study.parent / "elsewhere")
    assert printed(capsys, elsewhere, "merge", str(study))[0] == 0
    assert (elsewhere / LOG).is_file() and not (elsewhere / "sessions/originals").exists()

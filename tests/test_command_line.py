"""The command line for people and scripts: routes, exit codes, and which output goes where."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from codetui import __version__
from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone, NoteCoding
from codetui.model import CodeId, Span
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.studies import ADS, SHORE, write_study
from testing.terminal import Terminal, codetui_command, environment

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
DOCUMENT = "analysis_job_11_shore_company.md"


class Done(NamedTuple):
    """The outcome of a command line."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        """The standard output as text."""
        return self.raw.decode("utf-8").replace(os.linesep, "\n")


def codetui(folder: Path, *arguments: str, **environ: str) -> Done:
    """Run codetui in a folder without a terminal, in this process, which is quicker than starting one."""
    inherited = {name: value for name, value in os.environ.items() if name != "CODETUI_CODER"}
    out, err = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    with (
        patch.dict(os.environ, {**inherited, **environ}, clear=True),
        patch("sys.stdin", StringIO()),
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run(arguments)
    written = []
    for stream in (out, err):
        stream.flush()
        written.append(stream.buffer.getvalue())
    return Done(code, written[0], written[1].decode("utf-8").replace(os.linesep, "\n"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study without codings."""
    return write_study(tmp_path)


@pytest.fixture
def coded(study: Path) -> Path:
    """Return a study in which wil has coded ad 11."""
    code(study, "wil")
    return study


def code(study: Path, coder: str) -> None:
    """Add three codings, a note and a profile to ad 11."""
    workspace = open_workspace(Study.open(study), coder)
    assert workspace.first is not None
    workspace.open(workspace.first)
    for words, name in (("You light the lamp", "TASK1"), ("watch the sea", "TASK2"), ("sextant", "TOOL1")):
        start = SHORE.index(words)
        saved = workspace.session.execute(AssignCode(Span(start, start + len(words)), CodeId(name)))
        assert isinstance(saved, Saved)
    assert saved.coding is not None
    for command in (NoteCoding(saved.coding, "=1+1"), AssignProfile("1", "Because of the lamp.")):
        assert isinstance(workspace.session.execute(command), Saved)
    workspace.leave()


# --- routes ---------------------------------------------------------------------------------------


def test_version_and_help_go_to_stdout(tmp_path: Path) -> None:
    version, shown = codetui(tmp_path, "--version"), codetui(tmp_path, "--help")
    assert (version.code, version.out) == (0, f"codetui {__version__}\n")
    assert shown.code == 0
    assert all(word in shown.out for word in ("export", "status", "check", "init", "--coder", "./NAME"))


@pytest.mark.parametrize("name", ["export", "status", "check", "init", "completion"])
def test_each_command_has_its_own_help(tmp_path: Path, name: str) -> None:
    shown = codetui(tmp_path, name, "--help")
    assert shown.code == 0 and f"codetui {name}" in shown.out


@pytest.mark.parametrize(("typed", "meant"), [("exprot", "export"), ("staus", "status"), ("chekc", "check")])
def test_a_misspelt_command_is_answered_with_the_intended_one(tmp_path: Path, typed: str, meant: str) -> None:
    answer = codetui(tmp_path, typed)
    assert answer.code == 2 and f"did you mean `codetui {meant}`?" in answer.err and not answer.out


@pytest.mark.parametrize("arguments", [["--nonsense"], ["export", "--format", "xml"], ["completion", "klingon"]])
def test_an_unknown_option_exits_2_and_shows_the_usage(study: Path, arguments: list[str]) -> None:
    answer = codetui(study, *arguments)
    assert answer.code == 2 and "usage: codetui" in answer.err


def test_without_a_terminal_the_workbench_names_the_commands_that_need_none(study: Path) -> None:
    answer = codetui(study)
    assert answer.code == 2 and "needs a terminal" in answer.err and "codetui export" in answer.err


def test_a_folder_named_like_a_command_opens_with_its_path(study: Path) -> None:
    (study / "ads").rename(study / "export")
    listed = codetui(study, "status", "--corpus", "./export")
    assert listed.code == 0 and "3 ads" in listed.out
    assert "needs a terminal" in codetui(study, "./export").err
    assert "no sessions" in codetui(study, "export").err


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("check",),
        ("export", "-o", "-"),
        ("import", "note.md", "--coder", "ada"),
        ("merge", "other"),
        ("codebook", "check"),
        ("codebook", "export", "-o", "-"),
        ("codebook", "diff", "7", "study/codebook.toml"),
    ],
    ids=" ".join,
)
def test_each_command_has_the_same_option_for_the_study(tmp_path: Path, command: tuple[str, ...]) -> None:
    for name in ("study", "other"):
        (tmp_path / name).mkdir()
        code(write_study(tmp_path / name), "wil")
    (tmp_path / "note.md").write_text("# Manual Coding Analysis: Job Ad #12 (Harbour Office)\n", "utf-8")
    answer = codetui(tmp_path, *command, "--study", "study")
    assert answer.code == 0, answer.err


def test_an_option_can_name_a_part_outside_the_study(coded: Path) -> None:
    for name in ("ads", "codebook.toml", "sessions"):
        (coded / name).rename(coded / f"my_{name}")
    parts = ("--corpus", "my_ads", "--codebook", "my_codebook.toml", "--sessions", "my_sessions")
    assert (
        codetui(coded, "status", "--study", "nowhere", *parts, "--coder", "wil")
        .out.splitlines()[1]
        .endswith("; 3 codings")
    )


# --- what is missing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [["ads"], ["status", "--corpus", "ads"], ["export"], ["check", "--corpus", "ads"]]
)
def test_a_missing_codebook_is_reported_with_init(study: Path, arguments: list[str]) -> None:
    (study / "codebook.toml").unlink()
    answer = codetui(study, *arguments)
    assert answer.code == 2 and "codebook.toml" in answer.err and "codetui init" in answer.err


@pytest.mark.parametrize("arguments", [[], ["status"], ["check"]])
def test_missing_ads_are_reported_with_the_folder_searched(study: Path, arguments: list[str]) -> None:
    for path in (study / "ads").iterdir():
        path.unlink()
    (study / "ads").rmdir()
    answer = codetui(study, *arguments)
    assert answer.code == 2 and "there is no file or folder ads." in answer.err


@pytest.mark.parametrize("arguments", [[], ["status"], ["check"]])
def test_a_wrong_corpus_of_the_codebook_is_reported_at_its_line(study: Path, arguments: list[str]) -> None:
    book = study / "codebook.toml"
    book.write_text(f'{book.read_text("utf-8")}\n[corpus]\npath = "texts/2024"\n', "utf-8")
    line = book.read_text("utf-8").splitlines().index('path = "texts/2024"') + 1
    answer = codetui(study, *arguments)
    assert answer.code == 2
    assert answer.err.startswith(
        f"codetui: codebook.toml:{line}: [corpus] path is texts/2024, but there is no such file"
    )
    assert "Correct that line, or name the folder or table of your ads" in answer.err


def test_an_empty_folder_of_ads_is_reported_with_the_expected_files(study: Path) -> None:
    for path in (study / "ads").iterdir():
        path.unlink()
    answer = codetui(study)
    assert answer.code == 2 and ".csv" in answer.err


@pytest.mark.parametrize(
    "arguments", [["nowhere"], ["status", "--corpus", "nowhere"], ["check", "--corpus", "nowhere"]]
)
def test_a_missing_corpus_is_reported(study: Path, arguments: list[str]) -> None:
    answer = codetui(study, *arguments)
    assert answer.code == 2 and "nowhere" in answer.err


def test_a_missing_ad_is_reported(study: Path) -> None:
    answer = codetui(study, "--ad", "99")
    assert answer.code == 2 and "no ad 99" in answer.err and "codetui status" in answer.err


def test_export_without_sessions_is_refused_and_writes_nothing(study: Path) -> None:
    before = sorted(study.rglob("*"))
    answer = codetui(study, "export")
    assert answer.code == 2 and "no sessions in sessions" in answer.err
    assert sorted(study.rglob("*")) == before


def test_a_broken_codebook_is_explained_with_file_and_line(study: Path) -> None:
    (study / "codebook.toml").write_text("title = 'x'\nversion = [\n", "utf-8")
    for arguments in ([], ["status"], ["export"]):
        answer = codetui(study, *arguments)
        assert answer.code == 2 and "codebook.toml:" in answer.err
    assert codetui(study, "check").code == 1


# --- init -----------------------------------------------------------------------------------------


def test_init_creates_a_study_without_problems(tmp_path: Path) -> None:
    made = codetui(tmp_path, "init", "new")
    assert made.code == 0 and "cd new && codetui" in made.out
    checked = codetui(tmp_path / "new", "check")
    assert (checked.code, checked.out) == (0, "0 errors, 0 warnings, 0 notes\n")
    assert (tmp_path / "new" / "sessions").is_dir()


def test_init_does_not_change_existing_files(study: Path) -> None:
    before = {path: path.read_bytes() for path in study.rglob("*.t*")}
    again = codetui(study, "init")
    assert again.code == 0 and "unchanged: codebook.toml" in again.out
    assert {path: path.read_bytes() for path in study.rglob("*.t*")} == before


# --- export ---------------------------------------------------------------------------------------


def test_documents_are_exported_byte_for_byte(coded: Path) -> None:
    answer = codetui(coded, "export", "-o", "out")
    assert answer.code == 0 and "1 document written to out" in answer.err
    exported = coded / "out" / "wil" / DOCUMENT
    assert exported.read_bytes() == (coded / "sessions" / "wil" / DOCUMENT).read_bytes()
    assert codetui(coded, "export", "-o", "-").raw == exported.read_bytes()


def test_csv_has_a_row_for_each_coding_and_no_formulas(coded: Path) -> None:
    raw = codetui(coded, "export", "--format", "csv", "-o", "-").raw
    table = list(csv.DictReader(io.StringIO(raw.decode("utf-8"), newline="")))
    assert [row["code_id"] for row in table] == ["TASK1", "TASK2", "TOOL1"]
    assert [row["note"] for row in table] == ["", "", "'=1+1"]
    assert {(row["ad_id"], row["employer"], row["coder"], row["profile"]) for row in table} == {
        ("11", "Shore Company", "wil", "Keeper")
    }
    assert {row["codebook_version"].split("#")[0] for row in table} == {"7"}


@pytest.mark.parametrize(
    ("name", "layout"),
    [("x.csv", "csv"), ("X.CSV", "csv"), ("x.jsonl", "jsonl"), ("x.ndjson", "jsonl"), ("x.md", "markdown")],
)
def test_the_suffix_of_the_output_chooses_the_format(coded: Path, name: str, layout: str) -> None:
    answer = codetui(coded, "export", "-o", name)
    assert (answer.code, (coded / name).is_file()) == (0, True), answer.err
    assert (coded / name).read_bytes() == codetui(coded, "export", "--format", layout, "-o", "-").raw


def test_a_workbook_is_chosen_by_its_suffix(coded: Path) -> None:
    assert codetui(coded, "export", "--what", "ads", "-o", "x.xlsx").code == 0
    assert (coded / "x.xlsx").read_bytes().startswith(b"PK")
    assert codetui(coded, "export", "-o", "v1.2").code == 0
    assert codetui(coded, "export", "-o", "x.csv/").code == 0
    assert (coded / "v1.2").is_dir() and (coded / "x.csv").is_dir()


@pytest.mark.parametrize("layout", ["markdown", "csv", "jsonl", "xlsx"])
def test_a_suffix_of_another_format_is_refused(coded: Path, layout: str) -> None:
    for name in ("x.md", "x.csv", "x.Jsonl", "x.xlsx"):
        answer = codetui(coded, "export", "--format", layout, "-o", name, "--force")
        if name[2:4].lower() == layout[:2] or (layout, name) == ("markdown", "x.md"):
            assert answer.code == 0
        else:
            assert (answer.code, (coded / name).exists()) == (2, False)
            assert f"--format is {layout}" in answer.err and name in answer.err


@pytest.mark.parametrize("name", ["x.json", "x.tsv", "x.XLS", "x.txt", "x.html", "x.docx"])
def test_a_folder_is_not_named_like_a_file_of_another_program(coded: Path, name: str) -> None:
    answer = codetui(coded, "export", "-o", name)
    assert (answer.code, (coded / name).exists()) == (2, False)
    assert ".xlsx" in answer.err
    assert codetui(coded, "export", "--format", "csv", "-o", name).code == 0


def test_one_file_of_documents_is_not_written_among_the_ads(coded: Path) -> None:
    refused = codetui(coded, "export", "-o", "ads/all.md")
    assert refused.code == 2 and not (coded / "ads" / "all.md").exists()
    (coded / "all.md").write_text("mine", "utf-8")
    assert codetui(coded, "export", "-o", "all.md").code == 2
    assert (coded / "all.md").read_text("utf-8") == "mine"


def test_the_suffix_chooses_between_coding_book_and_page(coded: Path) -> None:
    assert codetui(coded, "codebook", "export", "-o", "book.html").code == 0
    assert (coded / "book.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert codetui(coded, "codebook", "export", "--format", "html", "-o", "book.md").code == 2
    assert not (coded / "book.md").exists()


def test_json_lines_contain_the_places_of_the_words(coded: Path) -> None:
    lines = codetui(coded, "export", "--format", "jsonl", "-o", "-").out.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [SHORE[row["start"] : row["end"]] for row in rows] == [row["words"] for row in rows]
    assert [row["note"] for row in rows] == ["", "", "=1+1"]


@pytest.mark.parametrize(("layout", "name"), [("csv", "codings.csv"), ("jsonl", "codings.jsonl")])
def test_rows_go_to_a_file_that_is_the_same_as_stdout(coded: Path, layout: str, name: str) -> None:
    assert codetui(coded, "export", "--format", layout).code == 0
    assert codetui(coded, "export", "--format", layout, "-o", "rows").code == 0
    expected = codetui(coded, "export", "--format", layout, "-o", "-").raw
    assert (coded / name).read_bytes() == (coded / "rows").read_bytes() == expected


@pytest.mark.parametrize("layout", ["csv", "jsonl", "markdown"])
def test_no_file_is_overwritten_without_force(coded: Path, layout: str) -> None:
    target = coded / "out" / "wil" / DOCUMENT if layout == "markdown" else coded / "out"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("mine", "utf-8")
    refused = codetui(coded, "export", "--format", layout, "-o", "out")
    assert refused.code == 2 and "--force" in refused.err and target.read_text("utf-8") == "mine"
    assert codetui(coded, "export", "--format", layout, "-o", "out", "--force").code == 0
    assert target.read_text("utf-8") != "mine"


def test_an_output_without_a_name_is_refused(coded: Path) -> None:
    refused = codetui(coded, "export", "--format", "csv", "-o", "")
    assert refused.code == 2 and "-o names no file" in refused.err
    assert not list(coded.glob("*.csv"))


def test_export_includes_all_coders_or_a_given_one(coded: Path) -> None:
    code(coded, "ada")
    rows = codetui(coded, "export", "--format", "jsonl", "-o", "-").out.splitlines()
    assert [json.loads(row)["coder"] for row in rows] == ["ada"] * 3 + ["wil"] * 3
    own = codetui(coded, "export", "--format", "jsonl", "-o", "-", "--coder", "ada").out.splitlines()
    assert own == rows[:3]
    assert codetui(coded, "export", "-o", "-", "--coder", "nobody").code == 2


def test_export_works_without_the_ads(coded: Path) -> None:
    (coded / "ads").rename(coded / "elsewhere")
    assert len(codetui(coded, "export", "--format", "jsonl", "-o", "-").out.splitlines()) == 3


def test_a_log_with_an_unreadable_line_is_exported_and_reported(coded: Path) -> None:
    log = coded / "sessions" / "wil" / "events" / "11.jsonl"
    log.write_bytes(log.read_bytes() + b"{broken\n")
    answer = codetui(coded, "export", "--format", "jsonl", "-o", "-")
    assert len(answer.out.splitlines()) == 3
    assert "11.jsonl:" in codetui(coded, "check").out


def test_ads_and_notes_are_separate_tables(coded: Path) -> None:
    ads = [
        json.loads(line)
        for line in codetui(coded, "export", "--format", "jsonl", "--what", "ads", "-o", "-").out.splitlines()
    ]
    assert [(ad["ad_id"], ad["coder"], ad["state"], ad["codings"]) for ad in ads] == [
        ("11", "wil", "profile assigned", 3),
        ("12", "", "untouched", 0),
        ("13", "", "untouched", 0),
    ]
    assert all(ad["length"] > 0 and len(ad["text_hash"]) == 64 for ad in ads)
    answer = codetui(coded, "export", "--format", "csv", "--what", "notes")
    assert answer.err.endswith("written to notes.csv\n") and (coded / "notes.csv").exists()
    refused = codetui(coded, "export", "--what", "ads")
    assert refused.code == 2 and "--format csv, jsonl or xlsx" in refused.err


def test_ads_can_be_exported_before_anything_is_coded(study: Path) -> None:
    assert codetui(study, "export", "--format", "csv").code == 2
    answer = codetui(study, "export", "--format", "csv", "--what", "ads")
    assert (answer.code, answer.err) == (0, "3 ads written to coded_ads.csv\n")
    assert codetui(study, "export", "--format", "csv", "--what", "ads", "--coder", "nobody").code == 2


def test_a_workbook_has_all_tables_and_is_the_same_in_a_pipe(coded: Path) -> None:
    import openpyxl

    answer = codetui(coded, "export", "--format", "xlsx")
    assert (answer.code, answer.err) == (0, "3 codings, 3 ads, 1 note written to codings.xlsx\n")
    assert codetui(coded, "export", "--format", "xlsx", "-o", "-").raw == (coded / "codings.xlsx").read_bytes()
    assert openpyxl.load_workbook(coded / "codings.xlsx").sheetnames == [
        *("codings", "ads × codes", "ads", "notes", "codebook", "about")
    ]
    assert codetui(coded, "export", "--format", "xlsx", "--what", "ads", "-o", "ads.xlsx").code == 0
    assert openpyxl.load_workbook(coded / "ads.xlsx").sheetnames == ["ads"]
    assert codetui(coded, "export", "--format", "xlsx").code == 2


def test_places_refer_to_the_current_text(coded: Path) -> None:
    def rows() -> list[dict[str, object]]:
        return [json.loads(line) for line in codetui(coded, "export", "--format", "jsonl", "-o", "-").out.splitlines()]

    before, ad = rows(), coded / "ads" / "11_shore_company.txt"
    ad.write_bytes(ad.read_bytes() + b"\n")
    text = f"New first line.\n{ad.read_text('utf-8')}"
    ad.write_text(text, "utf-8")
    assert [row["start"] for row in rows()] == [int(str(row["start"])) + 16 for row in before]
    assert all(text[slice(row["start"], row["end"])] == row["ad_words"] for row in rows())
    ad.write_text("Nothing of it.\n", "utf-8")
    assert [(row["start"], row["place"], row["to_check"]) for row in rows()] == [(None, "none", "yes")] * 3


# --- status and check -----------------------------------------------------------------------------


def test_status_lists_every_ad_with_its_state(coded: Path) -> None:
    answer = codetui(coded, "status")
    lines = answer.out.splitlines()
    assert answer.code == 0 and len(lines) == 7
    assert lines[:3] == ["3 ads: 1 coded, 2 untouched", "1 session: 1 profile assigned; 3 codings", ""]
    assert lines[3].split() == ["state", "codings", "ad", "employer", "title", "coder", "profile"]
    assert lines[4].split()[:3] == ["profile", "assigned", "3"]
    assert "Keeper of the" in lines[4] and "wil" in lines[4]


def test_status_as_json_has_totals_that_match_its_list(coded: Path) -> None:
    whole = json.loads(codetui(coded, "status", "--json").out)
    states = [ad["state"] for ad in whole["ads"]]
    assert states == ["profile assigned", "untouched", "untouched"]
    assert whole["totals"]["ads"] == 3 and whole["totals"]["codings"] == 3
    assert whole["totals"]["untouched"] == 2


def test_status_shows_an_ad_marked_done(coded: Path) -> None:
    workspace = open_workspace(Study.open(coded), "wil")
    assert workspace.first is not None
    workspace.open(workspace.first)
    assert isinstance(workspace.session.execute(MarkDone(True)), Saved)
    assert codetui(coded, "status").out.splitlines()[4].startswith("done ")


def test_status_uses_the_singular_for_one_ad(study: Path) -> None:
    for name in list(ADS)[1:]:
        (study / "ads" / name).unlink()
    assert codetui(study, "status").out.startswith("1 ad: 0 coded, 1 untouched\n0 sessions; 0 codings\n")


def test_printed_messages_use_the_codebooks_word_for_a_source(coded: Path) -> None:
    book = coded / "codebook.toml"
    words = '[words]\nsource = "interview"\n\n[[section]]'
    book.write_text(book.read_text("utf-8").replace("[[section]]", words, 1), "utf-8")
    status = codetui(coded, "status").out
    assert status.startswith("3 interviews: ") and status.splitlines()[3].split()[2] == "interview"
    assert "there is no interview 99" in codetui(coded, "--ad", "99").err
    (coded / "ads" / "11_shore_company.txt").write_text("Keeper\n", "utf-8")
    assert "is no longer in the interview" in codetui(coded, "check").out


def test_status_in_a_pipe_fits_80_columns_and_json_has_full_titles(study: Path) -> None:
    title = "Keeper of " + "very " * 30 + "many lights"
    (study / "ads" / "14_isle.txt").write_text(f"{title}\n\nYou climb.\n", "utf-8")
    lines = codetui(study, "status").out.splitlines()
    assert max(map(len, lines)) == 80 and any(line.endswith("…") for line in lines)
    assert title in [ad["title"] for ad in json.loads(codetui(study, "status", "--json").out)["ads"]]


def test_status_cuts_titles_before_long_ids(study: Path) -> None:
    id_ = "012345678901234567890123"
    (study / "ads" / f"{id_}_isle.txt").write_text(f"Keeper of {'many ' * 9}lights\n\nYou climb.\n", "utf-8")
    lines = codetui(study, "status").out.splitlines()
    assert max(map(len, lines)) <= 80 and any(f" {id_} " in line for line in lines)


def test_all_numbers_of_status_agree(coded: Path) -> None:
    assert codetui(coded, "import", "sessions/wil", "--coder", "ada").code == 0
    workspace = open_workspace(Study.open(coded), "ada")
    assert workspace.first is not None
    workspace.open(workspace.first)
    assert isinstance(workspace.session.execute(MarkDone(True)), Saved)
    workspace.release()
    (coded / "ads" / "15_cape.txt").write_text("Keeper\n\nYou climb.\n", "utf-8")
    assert codetui(coded, "status").out.startswith(
        "4 ads: 1 coded, 3 untouched\n2 sessions of 2 coders: 1 profile assigned, 1 done; 6 codings\n"
    )
    (coded / "ads" / "11_shore_company.txt").unlink()
    text, whole = codetui(coded, "status").out, json.loads(codetui(coded, "status", "--json").out)
    assert text.startswith("3 ads: 0 coded, 3 untouched\n2 sessions of 2 coders: ")
    assert text.splitlines()[2] == "of these, 2 sessions on ads that the corpus lacks"
    totals = whole["totals"]
    assert totals["ads"] == totals["coded"] + totals["untouched"] == 3
    states = ("in progress", "profile assigned", "done", "cannot be read")
    assert totals["sessions"] == sum(totals[state] for state in states) == totals["not in the corpus"] == 2
    assert totals["codings"] == sum(ad["codings"] for ad in whole["ads"]) == 6
    rows = codetui(coded, "export", "--format", "jsonl", "-o", "-").out.splitlines()
    assert totals["codings"] == len(rows)


@posix
def test_status_fits_the_width_of_the_terminal(study: Path) -> None:
    (study / "ads" / "14_isle.txt").write_text("Keeper of " + "very " * 20 + "many lights\n\nYou climb.\n", "utf-8")
    with Terminal(codetui_command("status", "--corpus", "ads"), study, environment(study), columns=70) as terminal:
        assert terminal.wait_for_end() == 0
        lines = bytes(terminal.output).decode().splitlines()
    assert lines[3].startswith("state") and max(map(len, lines)) <= 70 and "…" in lines[-1]


HOSTILE = "Keeper\x1b]0;owned\x07\x9b31m\u202egro\x7f"


def hostile_study(study: Path) -> Path:
    """Return a study with a coded quotation full of control sequences."""
    (study / "ads" / "11_shore_company.txt").write_text(f"{HOSTILE}\n\nYou climb {HOSTILE}.\n", "utf-8")
    workspace = open_workspace(Study.open(study), "wil", wanted="11")
    assert workspace.first is not None
    text = workspace.open(workspace.first).source.text
    assert isinstance(workspace.session.execute(AssignCode(Span(text.index("You"), len(text)), CodeId("TASK1"))), Saved)
    workspace.leave()
    return study


@posix
@pytest.mark.parametrize(
    "options",
    [
        ("status", "--corpus", "ads"),
        ("status", "--corpus", "ads", "--json"),
        ("check", "--corpus", "ads"),
        ("check", "--corpus", "ads", "--json"),
        ("export", "--format", "csv", "-o", "-"),
        ("export", "--format", "jsonl", "-o", "-"),
        ("export", "-o", "-"),
        ("\x1b]0;owned\x07",),
    ],
    ids=" ".join,
)
def test_no_control_characters_are_printed_on_a_terminal(study: Path, options: tuple[str, ...]) -> None:
    with Terminal(codetui_command(*options), hostile_study(study), environment(study)) as terminal:
        terminal.wait_for_end()
        text = bytes(terminal.output).decode()
    assert text.strip() and not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text)


def test_files_and_pipes_receive_every_character(study: Path) -> None:
    answer = codetui(hostile_study(study), "export", "--format", "jsonl", "-o", "-")
    assert HOSTILE in json.loads(answer.out.splitlines()[0])["words"]
    titles = [ad["title"] for ad in json.loads(codetui(study, "status", "--json").out)["ads"]]
    assert HOSTILE in titles


def test_check_exits_1_for_errors_and_0_for_notes(study: Path) -> None:
    sound = codetui(study, "check")
    assert sound.code == 0 and "0 errors" in sound.out
    book = study / "codebook.toml"
    book.write_text(book.read_text("utf-8").replace('id = "TASK2"', 'id = "TASK1"'), "utf-8")
    broken = codetui(study, "check")
    assert broken.code == 1 and "codebook.toml:" in broken.out and "TASK1" in broken.out
    problems = json.loads(codetui(study, "check", "--json").out)
    assert any(problem["severity"] == "error" for problem in problems)


def test_two_ads_with_one_id_are_reported(study: Path) -> None:
    (study / "ads" / "11_other.txt").write_text("Another\n\nText.\n", "utf-8")
    lines = codetui(study, "check").out.splitlines()
    assert any("11_other.txt" in line and "11_shore_company.txt" in line for line in lines)


# --- who codes ------------------------------------------------------------------------------------


def test_the_coder_comes_from_the_option_the_variable_or_the_login_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from codetui.cli.sessions import coder_name

    monkeypatch.setenv("CODETUI_CODER", "ada")
    assert (coder_name("wil"), coder_name(None)) == ("wil", "ada")
    monkeypatch.delenv("CODETUI_CODER")
    assert coder_name(None)


def test_a_coder_without_a_name_is_refused(study: Path) -> None:
    answer = codetui(study, "--coder", " ")
    assert answer.code == 2 and "--coder NAME" in answer.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh", "fish"])
def test_completion_prints_a_file_for_the_shell(tmp_path: Path, shell: str) -> None:
    answer = codetui(tmp_path, "completion", shell)
    assert answer.code == 0
    assert all(word in answer.out for word in ("codetui", "export", "status", "check", "coder"))


@pytest.mark.skipif(sys.platform == "win32", reason="a closed pipe is told in another way on Windows")
def test_a_closed_pipe_causes_no_traceback(coded: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "codetui", "status", "--json"],
        cwd=coded,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    printed = process.stderr.read()
    process.wait(60)
    process.stderr.close()
    assert b"Traceback" not in printed and b"Exception" not in printed


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of another kind")
@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("status >&-", 2, "the standard output is closed"),
        ("export --format csv -o - >&-", 2, "the standard output is closed"),
        ("<&-", 2, "needs a terminal"),
        ("check 2>&-", 0, ""),
    ],
)
def test_a_closed_stream_causes_no_traceback(coded: Path, line: str, code: int, words: str) -> None:
    whole = f"'{sys.executable}' -m codetui {line}"
    done = subprocess.run(["sh", "-c", whole], cwd=coded, capture_output=True, timeout=60, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False)
    assert words in done.stderr.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_reported_once(coded: Path) -> None:
    whole = f"'{sys.executable}' -m codetui status > /dev/full"
    done = subprocess.run(["sh", "-c", whole], cwd=coded, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.decode().strip() == "codetui: the output: No space left on device"


def test_options_before_a_command_are_reported_with_their_place(coded: Path) -> None:
    (coded / "status").mkdir()
    assert "`codetui status …`" in codetui(coded, "--coder", "wil", "status").err
    assert "did you mean `codetui export`" in codetui(coded, "--coder", "wil", "exprt").err


def test_a_folder_in_place_of_a_file_is_reported_as_a_folder(coded: Path) -> None:
    (coded / "there").mkdir()
    for force in ((), ("--force",)):
        done = codetui(coded, "export", "--format", "csv", "-o", "there", *force)
        assert (done.code, done.err) == (2, "codetui: there is a folder; name a file with -o.\n")


@posix
@pytest.mark.parametrize("command", [("export", "--format", "csv"), ("codebook", "export")])
def test_writing_to_a_pipe_does_not_replace_it(coded: Path, command: tuple[str, ...]) -> None:
    # As a device: a file in the place of /dev/null would be felt by all programs of the machine.
    pipe = coded / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        done = codetui(coded, *command, "-o", "pipe")
        assert done.code == 0
        assert b"TASK1" in os.read(reader, 100_000)
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_documents_are_not_written_among_the_ads(coded: Path) -> None:
    done = codetui(coded, "export", "--format", "markdown", "-o", "ads")
    assert done.code == 2 and "name another folder with -o" in done.err
    assert sorted(path.name for path in (coded / "ads").iterdir()) == sorted(ADS)
    below = codetui(coded, "export", "--format", "markdown", "-o", "ads/out")
    assert below.code == 2 and "ads/out is among the ads" in below.err
    assert sorted(path.name for path in (coded / "ads").iterdir()) == sorted(ADS)


@pytest.mark.parametrize("command", ["check", "status"])
def test_a_file_for_the_sessions_is_refused(coded: Path, command: str) -> None:
    done = codetui(coded, command, "--sessions", "codebook.toml")
    assert done.code == 2 and "codebook.toml is not a folder" in done.err


def test_check_reports_codebook_problems_without_a_corpus(coded: Path) -> None:
    path = coded / "codebook.toml"
    sound = path.read_text("utf-8").replace('definition = "Keeps the light."', 'definition = "k"\nevidence = "e"')
    path.write_text(sound.replace('definition = "Builds the tower."', 'definition = "b"\nevidence = "e"'), "utf-8")
    assert codetui(coded, "check", "--corpus", "nowhere").out == ""
    path.write_text(path.read_text("utf-8").replace('id = "TASK2"', 'id = "TASK1"'), "utf-8")
    done = codetui(coded, "check", "--corpus", "nowhere")
    assert done.code == 2 and "nowhere" in done.err and "TASK1" in done.out


@posix
def test_the_last_line_of_init_can_be_pasted(tmp_path: Path) -> None:
    assert codetui(tmp_path, "init", "my study").out.endswith("cd 'my study' && codetui\n")
    assert codetui(tmp_path, "init", "--", "-x").out.endswith("cd ./-x && codetui\n")

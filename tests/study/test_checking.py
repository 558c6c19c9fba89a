"""The problems that `codetui check` finds, each at its file and line, and none in a sound study."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from codetui.cli.console import show_problems
from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, Command, MarkDone, NotePlace, Undo
from codetui.model import CodeId, MemoTarget, Problem, Span
from codetui.study.checker import check_study
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.studies import CODEBOOK, SHORE, write_study

SHORE_DOCUMENT = "analysis_job_11_shore_company.md"
WORDS = (("You light the lamp", "TASK1"), ("watch the sea", "TASK2"), ("sextant", "TOOL1"))
PILOT_BOOK = Path(__file__).parents[2] / "examples" / "pilot" / "codebook.toml"
TWIN = "14_northern_light.txt"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in which wil has coded ad 11."""
    folder = write_study(tmp_path)
    code(folder, WORDS)
    return folder


def begin(study: Path, coder: str = "wil", ad: str = "11") -> Workspace:
    """Return the workspace with an ad open."""
    workspace = open_workspace(Study.open(study), coder, wanted=ad)
    assert workspace.first is not None
    workspace.open(workspace.first)
    return workspace


def execute_all(workspace: Workspace, *commands: Command) -> None:
    """Execute commands, none of which may be refused."""
    for command in commands:
        assert isinstance(workspace.session.execute(command), Saved), command


def code(
    study: Path,
    words: tuple[tuple[str, str], ...],
    *,
    coder: str = "wil",
    ad: str = "11",
    profile: str = "1",
    reasoning: str = "Because.",
) -> None:
    """Code an ad and write its document."""
    workspace = begin(study, coder, ad)
    assert workspace.session is not None
    text = workspace.session.source.text
    for each, name in words:
        start = text.index(each)
        execute_all(workspace, AssignCode(Span(start, start + len(each)), CodeId(name)))
    if profile:
        execute_all(workspace, AssignProfile(profile, reasoning))
    assert workspace.leave() == []


def check(study: Path, coder: str | None = None) -> list[Problem]:
    """Return every problem of the corpus and the sessions, with files by name."""
    opened = Study.open(study)
    found = [problem for problem in check_study(opened, coder) if problem not in opened.codebook_service.problems]
    return [problem._replace(file=Path(problem.file).name) for problem in found]


def document(study: Path, coder: str = "wil") -> Path:
    """Return the document of ad 11."""
    return study / "sessions" / coder / SHORE_DOCUMENT


def log(study: Path, ad: str = "11") -> Path:
    """Return the log of an ad that wil has coded."""
    return study / "sessions" / "wil" / "events" / f"{ad}.jsonl"


def edit(path: Path, old: str, new: str) -> None:
    """Replace the only occurrence of `old` in a file."""
    text = path.read_bytes().decode("utf-8")
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new).encode("utf-8"))


def line_of(path: Path, words: str) -> int:
    """Return the number of the only line with some words."""
    numbers = [number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if words in line]
    assert len(numbers) == 1
    return numbers[0]


def test_a_sound_study_has_no_problems(study: Path) -> None:
    execute_all(begin(study), MarkDone(True))
    assert check(study) == []


def test_checking_writes_nothing(study: Path) -> None:
    edit(document(study), "watch the sea", "watch the see")
    edit(study / "ads" / "11_shore_company.txt", "You light the lamp", "You lit the lamps")
    (study / "sessions" / "wil" / "analysis_job_12.md").write_text("# Manual Coding Analysis: Job Ad #12\n", "utf-8")

    def whole() -> dict[Path, tuple[bytes, int]]:
        files = (path for path in study.rglob("*") if path.is_file())
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    before = whole()
    assert check(study)
    assert whole() == before


# --- quotations -----------------------------------------------------------------------------------------


def test_a_quotation_no_longer_in_the_ad_is_an_error_at_its_line(study: Path) -> None:
    edit(study / "ads" / "11_shore_company.txt", " and a sextant", "")
    line = line_of(document(study), "`sextant`")
    gone = Problem(
        SHORE_DOCUMENT,
        line,
        "error",
        "“sextant” is no longer in the ad: locate it, or remove it",
    )
    found = check(study)
    assert gone in found
    assert [problem.message[:42] for problem in found if problem.severity == "note"] == [
        "the ad's text has changed since it was cod"
    ]


def test_a_quotation_that_occurs_twice_is_a_warning_at_its_line(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    text = '# Manual Coding Analysis: Job Ad #11\n\n## 1. Job Task Analysis\n\n- **TASK2: Watching:**\n  - "You"\n'
    path = study / "sessions" / "wil" / "analysis_job_11.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    twice = [problem for problem in check(study) if problem.line == 6]
    assert [(problem.severity, problem.message) for problem in twice] == [
        ("warning", f"“You” occurs {SHORE.count('You ')} times in the ad: choose the place that is meant")
    ]


def test_a_quotation_that_only_resembles_the_ad_is_to_be_checked(study: Path) -> None:
    slip = "You polish the mirrrors every weak"
    text = f'# Manual Coding Analysis: Job Ad #11\n\n## 1. Job Task Analysis\n\n- **TASK2: Watching:**\n  - "{slip}"\n'
    path = study / "sessions" / "ada" / SHORE_DOCUMENT
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    found = [problem for problem in check(study, "ada") if problem.line == 6]
    assert [problem.severity for problem in found] == ["warning"]
    expected = "“You polish the mirrrors every w…” resembles “You polish the mirrors every we…”: check it"
    assert found[0].message == expected


def test_an_unaccepted_place_is_to_be_checked(study: Path) -> None:
    lines = log(study).read_bytes().splitlines(keepends=True)
    proposed = [
        line.replace(b'"is_proposed":false', b'"is_proposed":true') if b"sextant" in line else line for line in lines
    ]
    assert proposed != lines
    log(study).write_bytes(b"".join(proposed))
    found = check(study)
    assert [(problem.line, problem.severity) for problem in found] == [(line_of(document(study), "sextant"), "warning")]
    assert found[0].message == "“sextant” resembles “sextant”: check it"


def test_the_same_words_under_one_code_are_found_each_at_its_own_line(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    entries = '  - "no such words"\n  - "lamp"\n  - "no such words"\n'
    path = study / "sessions" / "wil" / "analysis_job_11.md"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"# Manual Coding Analysis: Job Ad #11\n\n## 1. Job Task Analysis\n\n- **TASK2: Watching:**\n{entries}",
        "utf-8",
    )
    assert [problem.line for problem in check(study) if problem.severity == "error"] == [6, 8]


def test_the_same_words_coded_twice_are_found_each_at_its_own_line(study: Path) -> None:
    workspace = begin(study)
    places = [match.start() for match in re.finditer("You ", SHORE)][:2]
    execute_all(workspace, *(AssignCode(Span(start, start + 3), CodeId("TASK2")) for start in places))
    workspace.leave()
    (study / "ads" / "11_shore_company.txt").write_text(SHORE.replace("ou ", "e "), "utf-8")
    lines = [
        number for number, line in enumerate(document(study).read_text("utf-8").splitlines(), 1) if '"You"' in line
    ]
    found = [problem.line for problem in check(study) if problem.message.startswith("“You” ")]
    assert found == lines and len(lines) == 2


def test_quotations_written_by_hand_are_searched_in_the_ad(study: Path) -> None:
    path = document(study)
    edit(path, '  - "watch the sea"\n', '  - "watch the sea"\n  - "count the stars"\n')
    found = check(study)
    assert [(problem.line, problem.severity) for problem in found] == [
        (0, "warning"),
        (line_of(path, "count the stars"), "error"),
    ]
    assert "edited by hand (1 added); open the ad once" in found[0].message


# --- codes and places -------------------------------------------------------------------------------------


def test_a_code_missing_from_the_codebook_is_reported_at_its_line(study: Path) -> None:
    edit(study / "codebook.toml", 'id = "TASK2"', 'id = "TASK9"')
    found = [problem for problem in check(study) if "codebook has no code" in problem.message]
    assert [problem.message.partition(";")[0] for problem in found] == ["the codebook has no code “TASK2: Watching”"]
    assert (found[0].file, found[0].line) == (SHORE_DOCUMENT, line_of(document(study), "TASK2"))
    document(study).unlink()
    found = [problem for problem in check(study) if "codebook has no code" in problem.message]
    assert [(problem.file, problem.line) for problem in found] == [("11.jsonl", 0)]


def test_a_code_in_a_wrong_section_or_group_is_misplaced(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    groups = "".join(
        f'\n[[group]]\nid = "{id_}"\nsection = "tasks"\ntitle = "{id_} work"\n' for id_ in ("Day", "Night")
    )
    book = CODEBOOK.replace(
        'section = "tasks"\ndefinition = "Looking', 'section = "tasks"\ngroup = "Night"\ndefinition = "Looking'
    )
    (study / "codebook.toml").write_text(book + groups, "utf-8")
    path = study / "sessions" / "wil" / "analysis_job_11.md"
    path.parent.mkdir(parents=True)
    path.write_text(
        "# Manual Coding Analysis: Job Ad #11\n\n"
        "## 1. Job Task Analysis\n\n- **TOOL1: Instruments:**\n  - `sextant`\n\n"
        '### Day work\n\n- **TASK2: Watching:**\n  - "watch the sea"\n\n'
        '### Nihgt work\n\n- **TASK2: Watching:**\n  - "until dawn"\n\n'
        "## 2. Tools\n",
        "utf-8",
    )
    found = {problem.line: problem.message for problem in check(study) if problem.line > 1}
    assert found == {
        5: "“TOOL1: Instruments” is under “1. Job Task Analysis” here and under "
        "“Technology & Tool Analysis” in the codebook: move it, or leave it",
        10: "“TASK2: Watching” is under “Day work” here and under “Night work” in the codebook: move it, or leave it",
        13: "the codebook has no group “Nihgt work”; it is kept as written. "
        "Correct the heading, or add it to the codebook",
        18: "the codebook has no section “2. Tools”; it is kept as written. "
        "Correct the heading, or add it to the codebook",
    }


# --- profile and done -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "reasoning", "line", "message"),
    [
        ("", "", "# Manual", "no profile is assigned; assign one"),
        ("2", "", "Assigned Profile", "the profile has no reasoning; write it"),
        ("7", "So.", "Assigned Profile", "the codebook has no profile “7”; add it, or assign another one"),
    ],
)
def test_missing_parts_of_the_profile_are_warnings(
    tmp_path: Path, profile: str, reasoning: str, line: str, message: str
) -> None:
    study = write_study(tmp_path)
    code(study, WORDS, profile=profile, reasoning=reasoning)
    found = check(study)
    assert found == [Problem(SHORE_DOCUMENT, line_of(document(study), line), "warning", message)]


def test_an_ad_whose_codings_were_all_undone_has_no_problem(study: Path) -> None:
    workspace = begin(study, "ada")
    execute_all(workspace, AssignCode(Span(0, 6), CodeId("TASK1")), Undo())
    workspace.leave()
    assert check(study) == []
    document(study, "ada").unlink()
    assert check(study) == []


def test_missing_parts_of_an_ad_marked_done_are_errors(study: Path) -> None:
    workspace = begin(study)
    execute_all(workspace, MarkDone(True), AssignProfile("", "Because."))
    workspace.leave()
    edit(document(study), '- "watch the sea"', '- "watch the sea" (all night)')
    edit(study / "ads" / "11_shore_company.txt", " and a sextant", "")
    errors = [problem.message for problem in check(study) if problem.severity == "error"]
    assert [message for message in errors if message.startswith("marked done")] == [
        "marked done, but no profile is assigned; assign one",
        "marked done, but 1 quotation is not located for certain in the ad; locate them, or mark the ad as not done",
    ]


def test_an_ad_that_is_marked_done_without_a_coding_or_a_note_is_a_warning(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    code(study, ())
    workspace = begin(study)
    execute_all(workspace, MarkDone(True))
    workspace.leave()
    assert [(problem.severity, problem.message[:35]) for problem in check(study)] == [
        ("warning", "marked done, but nothing is coded a")
    ]
    execute_all(workspace, NotePlace(MemoTarget(kind="section", id="tasks"), "No tasks are named."))
    workspace.leave()
    assert check(study) == []


# --- the corpus -------------------------------------------------------------------------------------------


def test_an_empty_ad_is_noted(study: Path) -> None:
    (study / "ads" / "15_nobody.txt").write_text("\n", "utf-8")
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [("15_nobody.txt", "note")]


def test_an_ad_with_the_text_of_another_is_noted_regardless_of_white_space(study: Path) -> None:
    (study / "ads" / TWIN).write_text(SHORE.replace("\n", "\r\n  "), "utf-8", newline="")
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [(TWIN, "note")]
    assert found[0].message.startswith("ad 14 has the same text as ad 11 (")


def test_one_text_coded_differently_by_one_coder_is_a_warning_with_the_differences(study: Path) -> None:
    (study / "ads" / TWIN).write_text(SHORE, "utf-8")
    code(study, (("You light the lamp", "TASK2"), ("watch the sea", "TASK2")), ad="14", profile="2")
    found = [problem for problem in check(study) if problem.severity != "note"]
    assert [problem.file for problem in found] == ["analysis_job_14_northern_light.md"]
    assert found[0].message.startswith(
        "ad 11 has the same text and is coded differently: profile “Keeper” there, profile “Builder” here; "
        "TASK1 TOOL1 only there; 2 codings only there, 1 only here. Compare it with "
    )


def test_one_text_coded_alike_or_by_others_causes_no_warning(study: Path) -> None:
    (study / "ads" / TWIN).write_text(SHORE, "utf-8")
    code(study, WORDS[::-1], ad="14")
    code(study, WORDS[:1], ad="14", coder="ada", profile="2")
    assert [problem for problem in check(study) if problem.severity != "note"] == []


def test_a_session_without_its_ad_is_an_error(study: Path) -> None:
    (study / "ads" / "11_shore_company.txt").unlink()
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [(SHORE_DOCUMENT, "error")]
    assert found[0].message.startswith("ad 11 is no longer in ")
    execute_all(begin(study, "ada", "12"), AssignCode(Span(0, 5), CodeId("TASK1")), Undo())
    (study / "ads" / "12_harbour_office.txt").unlink()
    assert check(study, "ada") == []


# --- documents and logs -----------------------------------------------------------------------------------


def test_a_document_that_lags_behind_its_log_is_reported_as_older(study: Path) -> None:
    start = SHORE.index("Patience")
    execute_all(begin(study), AssignCode(Span(start, start + 8), CodeId("TASK1")))
    found = check(study)
    assert [(problem.file, problem.severity, problem.message) for problem in found] == [
        (
            SHORE_DOCUMENT,
            "warning",
            "the document is older than the log or the codebook (the log has 1 quotation more and 0 fewer); "
            "open the ad once",
        )
    ]


def test_a_document_with_more_than_its_log_is_an_error(study: Path) -> None:
    lines = log(study).read_bytes().splitlines(keepends=True)
    log(study).write_bytes(b"".join(line for line in lines if b"sextant" not in line))
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [(SHORE_DOCUMENT, "error")]
    assert found[0].message.startswith("the document is newer than the log, which lacks 1 step of it")


def test_a_document_with_a_new_layout_only_is_a_note(study: Path) -> None:
    path = document(study)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert [(problem.severity, problem.message[:37]) for problem in check(study)] == [
        ("note", "the layout of the document was edited")
    ]


def test_a_missing_document_is_reported_for_the_log(study: Path) -> None:
    document(study).unlink()
    assert [(problem.file, problem.severity) for problem in check(study)] == [("11.jsonl", "warning")]


def test_an_empty_document_is_reported(study: Path) -> None:
    document(study).write_text("\n", "utf-8")
    assert [(problem.file, problem.severity, problem.message[:34]) for problem in check(study)] == [
        (SHORE_DOCUMENT, "warning", "the document of ad 11 is empty; op")
    ]


def test_a_second_document_of_an_ad_is_an_error(study: Path) -> None:
    shutil.copy(document(study), document(study).with_name("analysis_job_11_zzz.md"))
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [("analysis_job_11_zzz.md", "error")]
    assert SHORE_DOCUMENT in found[0].message


def test_a_document_under_the_name_of_another_ad_is_not_read(study: Path) -> None:
    document(study).rename(document(study).with_name("analysis_job_12_shore_company.md"))
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [
        ("analysis_job_12_shore_company.md", "error"),
        ("11.jsonl", "warning"),
    ]
    assert "its name must be analysis_job_11_shore_company.md: rename it" in found[0].message


def test_the_ad_of_a_document_with_any_name_is_found(study: Path) -> None:
    path = document(study).with_name("analysis_job_copy.md")
    path.write_text(document(study).read_text("utf-8").replace("#11 (Shore Company)", "#12"), "utf-8")
    [problem] = [problem for problem in check(study) if problem.file == path.name]
    assert problem.severity == "error"
    assert "document of ad 12 is not read: its name must be analysis_job_12" in problem.message


def test_a_document_without_a_log_is_reported_and_checked(study: Path) -> None:
    log(study).unlink()
    edit(document(study), "- **Reasoning:** Because.\n", "")
    assert [(problem.severity, problem.message[:32]) for problem in check(study)] == [
        ("warning", "this document of ad 11 has no lo"),
        ("warning", "the profile has no reasoning; wr"),
    ]


def test_a_document_without_a_heading_is_recognised_by_its_name(study: Path) -> None:
    path = document(study)
    path.write_text(path.read_text("utf-8").split("\n", 1)[1], "utf-8")
    found = check(study)
    assert [(problem.file, problem.line, problem.severity) for problem in found] == [(SHORE_DOCUMENT, 1, "error")]
    assert "the heading `# Manual Coding Analysis: Job Ad #11 (…)` is missing" in found[0].message


def test_a_document_that_was_merged_badly_is_an_error_at_its_line(study: Path) -> None:
    path = document(study)
    edit(path, '  - "watch the sea"\n', '<<<<<<< ours\n  - "watch the sea"\n=======\n  - "watch"\n>>>>>>> theirs\n')
    assert [(problem.line, problem.severity, problem.message[:27]) for problem in check(study)] == [
        (line_of(path, "<<<<<<<"), "error", "this is a conflict mark of ")
    ]


def test_a_hand_written_document_is_in_sync_after_import(study: Path) -> None:
    path = document(study)
    path.write_text(path.read_text("utf-8").replace("- **TASK", "-   **TASK"), "utf-8")
    assert [problem.severity for problem in check(study)] == ["note"]
    begin(study).leave()
    assert check(study) == []


def test_a_line_of_a_log_that_cannot_be_read_is_an_error_at_its_line(study: Path) -> None:
    lines = log(study).read_bytes().splitlines(keepends=True)
    log(study).write_bytes(b"".join([*lines[:2], lines[2][:30] + b"\n", *lines[3:]]))
    found = check(study)
    assert [(problem.file, problem.line, problem.severity) for problem in found] == [
        (SHORE_DOCUMENT, 0, "error"),
        ("11.jsonl", 3, "error"),
    ]


def test_a_log_without_its_beginning_is_an_error(study: Path) -> None:
    lines = log(study).read_bytes().splitlines(keepends=True)
    log(study).write_bytes(b"".join(lines[1:]))
    assert [(problem.file, problem.severity) for problem in check(study)] == [("11.jsonl", "error")]


def test_a_copy_of_a_log_is_an_error(study: Path) -> None:
    shutil.copy(log(study), log(study).with_name("11 (copy).jsonl"))
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [("11 (copy).jsonl", "error")]
    assert "the log of ad 11 is 11.jsonl" in found[0].message


def test_a_log_that_names_another_ad_is_an_error_and_is_not_read(study: Path) -> None:
    rows = exported(study)
    shutil.copy(log(study), log(study, "12"))
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [("12.jsonl", "error")]
    assert "this log is not read: the log of ad 11 is 11.jsonl" in found[0].message
    assert exported(study) == rows


def test_a_copied_folder_of_a_coder_is_an_error_and_is_not_counted(study: Path) -> None:
    rows = exported(study)
    shutil.copytree(study / "sessions" / "wil", study / "sessions" / "wil (1)")
    found = check(study)
    assert [(problem.file, problem.severity) for problem in found] == [("wil (1)", "error")]
    assert "this folder is a copy of wil" in found[0].message and "codetui merge" in found[0].message
    assert exported(study) == rows


def exported(study: Path) -> list[str]:
    """Return the rows of the CSV export."""
    assert run(["export", "--format", "csv", "--study", str(study), "-o", str(study / "rows.csv"), "--force"]) in (0, 1)
    return (study / "rows.csv").read_text("utf-8").splitlines()


# --- what is printed --------------------------------------------------------------------------------------


def test_problems_are_printed_by_file_and_line(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (study / "ads" / TWIN).write_text(SHORE, "utf-8")
    edit(study / "ads" / "11_shore_company.txt", " and a sextant", "")
    edit(study / "ads" / "11_shore_company.txt", "watch the sea", "watch")
    assert show_problems(check_study(Study.open(study)), as_json=False) == 1
    *lines, total = capsys.readouterr().out.splitlines()
    found = [re.match(r"(.+?\.\w+)(?::(\d+))?: (error|warning|note): ", line) for line in lines]
    places = [(match[1], int(match[2] or 0)) for match in found if match]
    assert len(places) == len(lines) > 2 and places == sorted(places)
    notes = sum(": note: " in line for line in lines)
    assert total == f"3 errors, 0 warnings, {notes} notes" and len(lines) == 3 + notes


def test_only_the_requested_coder_is_checked(study: Path) -> None:
    code(study, WORDS, coder="ada", profile="")
    assert check(study, "wil") == [] and len(check(study, "ada")) == 1


# --- real codings -----------------------------------------------------------------------------------------


def test_real_documents_are_reported_at_the_lines_of_their_entries(tmp_path: Path, shared: Path) -> None:
    folder = tmp_path / "sessions" / "anna"
    shutil.copytree(shared / "pilot" / "codings", folder)
    found = check_study(Study.open(tmp_path, codebook=PILOT_BOOK, corpus=shared / "pilot" / "ads.csv"))
    quoted = [problem for problem in found if problem.message.startswith("“") and " in the ad" in problem.message]
    assert len(quoted) >= 10
    for problem in quoted:
        words = re.match(r"“([^”…]+)", problem.message)
        line = Path(problem.file).read_text("utf-8").splitlines()[problem.line - 1]
        assert words and words[1].split()[0] in line
    assert any("2.8. Application Frameworks" in problem.message for problem in found)
    assert any("“3.1. Communication & Collaboration” is under" in problem.message for problem in found)


def test_real_documents_are_in_sync_after_opening_their_ads(tmp_path: Path, shared: Path) -> None:
    shutil.copytree(shared / "pilot" / "codings", tmp_path / "sessions" / "anna")
    study = Study.open(tmp_path, codebook=PILOT_BOOK, corpus=shared / "pilot" / "ads.csv")
    before = check_study(study)
    for ad in ("30", "33", "35", "759", "767"):
        workspace = open_workspace(study, "anna", wanted=ad)
        assert workspace.first is not None
        workspace.open(workspace.first)
        workspace.leave()
    after = check_study(study)
    assert set(before) - set(after) == {problem for problem in before if "has no log" in problem.message}
    assert set(after) <= set(before) and len(set(before) - set(after)) == 5


def test_real_ads_with_one_text_are_reported(tmp_path: Path, shared: Path) -> None:
    found = check_study(Study.open(tmp_path, codebook=PILOT_BOOK, corpus=shared / "pilot" / "ads.csv"))
    pairs = {tuple(re.findall(r"\bad (\d+)", problem.message)) for problem in found if "same text" in problem.message}
    assert pairs == {
        ("517", "509"),
        ("1092", "1086"),
        ("1113", "709"),
        ("1119", "709"),
        ("1124", "709"),
        ("1125", "709"),
        ("1188", "1186"),
        ("1189", "1186"),
        ("1209", "1208"),
    }


def test_messages_use_the_codebooks_word_for_a_source(study: Path) -> None:
    book = study / "codebook.toml"
    book.write_text(f'{book.read_text("utf-8")}\n[words]\nsource = "interview"\nsources = "interviews"\n', "utf-8")
    document(study).unlink()
    (study / "ads" / "99_empty.txt").write_text("", "utf-8")
    messages = [problem.message for problem in check(study)]
    assert any(
        message.startswith("the document of interview 11 is missing; open the interview") for message in messages
    )
    assert "this interview is empty: there is nothing to code in it" in messages
    assert not any(re.search(r"\bads?\b", message) for message in messages)

"""`codetui import`: hand-written documents become sessions, and are exported unchanged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import NoteCoding, RemoveCoding
from codetui.storage import fs
from codetui.storage.journal import Journal
from codetui.study.copies import Comparison, compare_copy, merge_copy
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.studies import write_study

IRREGULAR = """\
# Manual Coding Analysis: Job Ad #11 (Shore Co.)

This document contains the manual coding for the "Keeper of the Northern Light" position at Shore Co., after the book.

-   **Assigned Profile:** `Keeper`
-   **Reasoning:** The lamp decides.

---

## 1. Job Task Analysis

A paragraph of my own.

-   **TASK2: Watching:**

    -   "You watch the sea until dawn." (all night)

    -   "...polish the mirrors..."

-   **TASK1: Lighting:** _(Note: rare)_
    -   "You light the lamp at dusk."

---

## 2. Technology & Tool Analysis

-   **TOOL1: Instruments:**
    -   `sextant`
    -   `lantern`
-   **TOOL9: Sails:**
    -   `barometer` (brass)"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_study(tmp_path))
    return tmp_path


def run_import(*documents: Path, coder: str = "rosa", ads: Path | None = None) -> int:
    options = ["--corpus", str(ads)] if ads else []
    return run(["import", *map(str, documents), "--coder", coder, *options])


def exported(ads: Path | None = None) -> dict[str, str]:
    options = ["--corpus", str(ads)] if ads else []
    run(["export", "--format", "markdown", "-o", "out", "--force", *options])
    return {path.name: path.read_bytes().decode("utf-8") for path in Path("out").rglob("*.md")}


def session_of(ad: str = "11", coder: str = "rosa") -> Session:
    workspace = open_workspace(Study.open(), coder, wanted=ad)
    assert workspace.first is not None
    return workspace.open(workspace.first)


def written(name: str, text: str) -> Path:
    Path(name).write_text(text, "utf-8", newline="")
    return Path(name)


def snapshot(folder: str = "sessions") -> dict[str, tuple[bytes, int]]:
    fs = [path for path in Path(folder).rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in fs}


def test_an_irregular_document_is_imported_and_exported_byte_for_byte(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = written("mine.md", IRREGULAR)
    assert run_import(document) == 0
    out = capsys.readouterr().out
    assert (
        "6 codings: 4 exact, 1 apart from quotes, dashes or case, 0 only similar, 0 ambiguous, 1 not in the ad" in out
    )
    lines = {int(found[1]): found[2] for found in re.finditer(r"mine\.md:(\d+): (.*)", out)}
    assert set(lines) == {12, 29, 30}
    assert "“lantern” is not in the ad" in lines[29] and "no code “TOOL9: Sails”" in lines[30]
    assert exported() == {"analysis_job_11_shore_company.md": IRREGULAR}
    assert document.read_text("utf-8") == IRREGULAR
    session = session_of()
    assert (session.state.profile, session.state.reasoning) == ("1", "The lamp decides.")
    coded = {coding.words: coding for coding in session.state.live()}
    anchor = coded["...polish the mirrors..."].anchor
    assert anchor is not None and session.source.text[anchor.start : anchor.end] == "polish the mirrors"
    assert {coding.origin for coding in coded.values()} == {"document"}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("analysis_job_11_Shore & Co.md", "analysis_job_11_Shore & Co.md"),
        ("analysis_job_11.md", "analysis_job_11.md"),
        ("mine.md", "analysis_job_11_shore_company.md"),
        ("analysis_job_115.md", "analysis_job_11_shore_company.md"),
    ],
)
def test_an_imported_document_keeps_a_name_that_names_its_ad(study: Path, name: str, kept: str) -> None:
    assert run_import(written(name, IRREGULAR)) == 0
    folder = study / "sessions" / "rosa"
    assert [path.name for path in folder.glob("*.md")] == [kept]
    session = session_of()
    coding = next(one for one in session.state.live() if one.words == "sextant")
    session.execute(NoteCoding(coding.id, "of brass"))
    session.save_document()
    assert [path.name for path in folder.glob("*.md")] == [kept]
    assert "(of brass)" in (folder / kept).read_text("utf-8")
    assert session_of().document_path == Path("sessions") / "rosa" / kept


def test_coding_in_an_imported_document_changes_only_affected_lines(study: Path) -> None:
    run_import(written("mine.md", IRREGULAR))
    session = session_of()
    coding = next(one for one in session.state.live() if one.words == "sextant")
    session.execute(NoteCoding(coding.id, "of brass"))
    session.save_document()
    expected = IRREGULAR.replace("`sextant`", "`sextant` (of brass)")
    assert exported() == {"analysis_job_11_shore_company.md": expected}


def test_a_second_import_changes_nothing_even_after_further_coding(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = written("mine.md", IRREGULAR)
    run_import(document)
    session = session_of()
    session.execute(RemoveCoding(session.state.live()[0].id))
    session.save_document()
    before = snapshot()
    assert run_import(document) == 0
    assert snapshot() == before
    assert "It has not changed since it was imported last." in capsys.readouterr().out


def test_a_later_version_of_a_document_adds_only_its_changes(study: Path) -> None:
    document = written("mine.md", IRREGULAR)
    run_import(document)
    session = session_of()
    coding = next(one for one in session.state.live() if one.words == "sextant")
    session.execute(NoteCoding(coding.id, "by keys"))
    session.save_document()
    written("mine.md", IRREGULAR.replace("    -   `lantern`\n", "").replace("decides.", "decides all."))
    run_import(document)
    again = session_of()
    assert [one.words for one in again.state.of_code(coding.code)] == ["sextant"]
    assert again.state.of_code(coding.code)[0].note == "by keys"
    assert again.state.reasoning == "The lamp decides all."


def test_a_document_is_reconciled_with_an_existing_session(study: Path) -> None:
    run_import(written("mine.md", IRREGULAR))
    other = IRREGULAR.replace('    -   "You light the lamp at dusk."', '    -   "You polish the mirrors every week."')
    run_import(written("theirs.md", other))
    words = [one.words for one in session_of().state.live()]
    assert "You light the lamp at dusk." in words and "You polish the mirrors every week." in words
    assert words.count("sextant") == 1


def test_a_document_of_an_ad_missing_from_the_corpus_is_imported_without_places(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_import(written("mine.md", IRREGULAR.replace("#11", "#99")))
    assert "the corpus has no ad 99" in capsys.readouterr().out
    assert all(one.anchor is None for one in _state("99"))
    Path("ads/99_shore_co.txt").write_text("You light the lamp at dusk. A sextant.", "utf-8")
    placed = [one.words for one in session_of("99").state.live() if one.anchor]
    assert placed == ["You light the lamp at dusk.", "sextant"]


def _state(ad: str) -> tuple[object, ...]:
    from codetui.core.session.state import replay

    return replay(Journal(Path(f"sessions/rosa/events/{ad}.jsonl")).read()[0]).live()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Notes\n\nnothing\n", "no heading names the ad"),
        ("<<<<<<< mine\n" + IRREGULAR + "\n=======\n" + IRREGULAR + "\n>>>>>>> theirs\n", "conflict mark of git"),
    ],
)
def test_lines_that_cannot_be_imported_are_reported_and_the_rest_is_imported(
    study: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_import(written("bad.md", text), written("mine.md", IRREGULAR), Path("absent.md")) == 1
    out = capsys.readouterr().out
    assert re.search(rf"bad\.md:1: error: .*{words}", out)
    assert "absent.md: error: No such file" in out
    assert "1 of 3 documents imported; 6 codings" in out
    assert len(_state("11")) == 6


def test_all_documents_of_a_folder_are_imported(study: Path) -> None:
    Path("docs").mkdir()
    written("docs/a.md", IRREGULAR)
    written("docs/b.md", IRREGULAR.replace("#11", "#12"))
    assert run_import(Path("docs")) == 0
    assert {path.name for path in Path("sessions/rosa").glob("*.md")} == {
        "analysis_job_11_shore_company.md",
        "analysis_job_12_harbour_office.md",
    }


def test_real_documents_are_exported_byte_for_byte_even_if_imported_twice(
    shared: Path, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = [*sorted((shared / "seeds").glob("00[012]*")), *sorted((shared / "pilot" / "codings").glob("*.md"))]
    book = Path(__file__).parents[2] / "examples" / "pilot" / "codebook.toml"
    Path("codebook.toml").write_bytes(book.read_bytes())
    ads = shared / "pilot" / "ads.csv"
    assert run_import(*documents, ads=ads) == 0
    before = snapshot()
    assert sorted(exported(ads).values()) == sorted(path.read_bytes().decode("utf-8") for path in documents)
    assert run_import(*documents, ads=ads) == 0
    assert snapshot() == before
    assert f"{len(documents)} of {len(documents)} documents imported" in capsys.readouterr().out


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_byte_order_mark_is_preserved(study: Path, line_end: str) -> None:
    text = "\ufeff" + IRREGULAR.replace("\n", line_end)
    assert run_import(written("mine.md", text)) == 0
    assert list(exported().values()) == [text]
    before = {path: path.read_bytes() for path in Path("sessions").rglob("*") if path.is_file()}
    assert run_import(Path("mine.md")) == 0
    assert {path: path.read_bytes() for path in before} == before


def test_a_failed_import_is_not_counted_and_can_be_repeated(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = IRREGULAR.replace("#11", "#12").replace("You light the lamp at dusk.", "You count the sacks.")
    documents = written("a.md", IRREGULAR), written("b.md", other)
    append = fs.append

    def refused(path: Path, data: bytes) -> None:
        if path.name == "11.jsonl":
            raise OSError(28, "No space left on device")
        append(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(fs, "append", refused)
        assert run_import(*documents) == 1
    output = capsys.readouterr().out
    assert "a.md: error: No space left on device; not imported: fix this and import it again" in output
    assert "1 of 2 documents imported; 6 codings" in output
    assert run_import(*documents) == 0
    assert "2 of 2 documents imported; 12 codings" in capsys.readouterr().out
    assert sorted(exported().values()) == sorted((IRREGULAR, other))


LINES = [
    f'  - "{words}"'
    for words in ("You light", "the lamp", "at dusk", "You watch", "the sea", "until dawn", "every week")
]


def many(lines: list[str]) -> str:
    head = (
        "# Manual Coding Analysis: Job Ad #11 (Shore Co.)\n\n---\n\n## 1. Job Task Analysis\n\n- **TASK1: Lighting:**\n"
    )
    return head + "\n".join(lines) + "\n"


def test_a_document_that_would_remove_many_codings_is_refused_and_reported(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_import(written("in.md", many(LINES))) == 0
    log = Path("sessions/rosa/events/11.jsonl")
    before = log.read_bytes()
    capsys.readouterr()
    assert run_import(written("in.md", many(LINES[:2]))) == 1
    printed = capsys.readouterr().out
    assert "in.md: not imported" in printed and "lacks 5 of the 7 codings of this session" in printed
    assert log.read_bytes() == before and len(session_of().state.live()) == 7
    # Under another name a document only adds.
    assert run_import(written("other.md", many([*LINES[:2], '  - "a barometer"']))) == 0
    assert len(session_of().state.live()) == 8
    # Fewer are the edit that they look like.
    assert run_import(written("in.md", many(LINES[:3]))) == 0
    assert len(session_of().state.live()) == 4


def test_a_folder_is_imported_except_a_document_that_would_remove_many_codings(study: Path) -> None:
    Path("docs").mkdir()
    for lines, code in ((LINES, 0), (LINES[:1], 1)):
        written("docs/in.md", many(lines))
        written("docs/more.md", many([LINES[0]]).replace("#11", "#12").replace("You light", "the sacks"))
        assert run_import(Path("docs")) == code
    assert (len(session_of().state.live()), len(session_of("12").state.live())) == (7, 1)


def test_a_copy_that_removes_many_codings_is_merged_by_whoever_has_seen_that(study: Path) -> None:
    assert run_import(written("in.md", many(LINES))) == 0
    copy = written("in.md", many(LINES[:2]))
    session = session_of()
    found = compare_copy(session, copy)
    assert isinstance(found, Comparison) and "Merging removes or replaces:" in found.lines
    assert isinstance(merge_copy(session, copy), Saved)
    assert len(session.state.live()) == 2

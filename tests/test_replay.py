"""Real documents coded again using only keystrokes yield the same documents."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.session_doc.markdown import parse_document
from codetui.model import Codebook
from testing.paths import ROOT
from testing.pilot import IdleLoop
from testing.replay.comparison import differences
from testing.replay.document import replay
from testing.replay.plan import Wanted, completed, task
from testing.replay.planner import MOVES
from testing.replay.report import Replayed

SHARED = ROOT.parent / "shared"
DOCUMENTS = sorted(
    [*SHARED.glob("seeds/00[0-2]*.txt"), *SHARED.glob("pilot/codings/*.md")], key=lambda path: path.stat().st_size
)
"""Real documents, the shortest first."""
ADS = SHARED / "pilot" / "ads.csv"
PILOT = ROOT / "examples" / "pilot" / "codebook.toml"


def pilot_book() -> Codebook:
    book, _ = parse_codebook(PILOT.read_text("utf-8"), str(PILOT))
    assert book is not None
    return book


def replayed(document: Path, ads: Path, book: Codebook, size: tuple[int, int] = (140, 40)) -> Replayed:
    with asyncio.Runner(loop_factory=IdleLoop) as runner:
        result = runner.run(replay(document, ads, book, size, MOVES))
    assert result is not None
    return result


@pytest.mark.skipif(not DOCUMENTS, reason="the real corpus does not lie beside this clone (../shared)")
@pytest.mark.slow
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_real_document_replays(document: Path) -> None:
    result = replayed(document, ADS, pilot_book())
    assert result.trouble == []
    assert result.costs


@pytest.mark.skipif(not DOCUMENTS, reason="the real corpus does not lie beside this clone (../shared)")
def test_a_real_document_replays_in_a_small_terminal() -> None:
    assert replayed(DOCUMENTS[0], ADS, pilot_book(), (80, 24)).trouble == []


INVENTED = """# Manual Coding Analysis: Job Ad #5 (Molen)

This document contains the manual coding for the "Bakker" position at Molen.

- **Assigned Profile:** `GenAI Specialist`
- **Reasoning:** Hij bakt.

---

## 1. Job Task Analysis

### Macro-Category A: Core Software Engineering

- **1.A.1. Software Development & Integration:**
  - "brood bakken" (baking (real) bread)

---

## 2. Technology & Tool Analysis

- **2.1. Programming Languages:**
  - `Python`

---

## 3. Soft Skill Analysis

- **3.1. Communication & Collaboration:**
  - "brood bakken"
"""


def invented(tmp_path: Path, document: str) -> Replayed:
    ads = tmp_path / "ads.csv"
    ads.write_text('id,employer,title,body\n5,Molen,Bakker,"Je gaat brood bakken met Python. Fijn."\n', "utf-8")
    path = tmp_path / "coding.md"
    path.write_text(document, "utf-8")
    return replayed(path, ads, pilot_book())


def test_a_canonical_document_replays_byte_for_byte(tmp_path: Path) -> None:
    result = invented(tmp_path, INVENTED)
    assert (result.trouble, result.is_byte_equal) == ([], True)
    assert [cost.coding for cost in result.costs] == [2, 2, 2]


def test_a_note_on_a_section_replays(tmp_path: Path) -> None:
    noted = INVENTED.replace("## 3. Soft Skill Analysis\n", "## 3. Soft Skill Analysis\n\n_(Weinig.)_\n")
    result = invented(tmp_path, noted)
    assert (result.trouble, result.is_byte_equal) == ([], True)


def test_words_missing_from_the_ad_are_a_problem(tmp_path: Path) -> None:
    result = invented(tmp_path, INVENTED.replace('"brood bakken"\n', '"iets heel anders dat er niet staat"\n'))
    assert any("has no place" in line for line in result.trouble)


def test_a_document_that_does_not_replay_exits_1(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text("id,employer,title,body\n6,Molen,Bakker,Niets.\n", "utf-8")
    (tmp_path / "coding.md").write_text(INVENTED, "utf-8")
    options = ["--ads", str(tmp_path / "ads.csv"), "--codebook", str(PILOT), "--codings", str(tmp_path / "coding.md")]
    program = [sys.executable, "-m", "benchmarks.replay", *options]
    assert subprocess.run(program, cwd=ROOT, capture_output=True, check=False).returncode == 1


# --- the comparison -----------------------------------------------------------------------------------

AD = "Bakker\n\nJe gaat brood bakken met Python. Fijn. Je mag brood bakken, of brood eten."
CODED = """# Manual Coding Analysis: Job Ad #5 (Molen)

This document contains the manual coding for the "Bakker" position at Molen.

- **Assigned Profile:** `GenAI Specialist`
- **Reasoning:** Hij bakt.

---

## 1. Job Task Analysis

### Macro-Category A: Core Software Engineering

_(Weinig taken.)_

- **1.A.1. Software Development & Integration:** _(ruim)_
  - "brood bakken" (baking)
  - "brood eten"
  - _(en nog iets)_

### Macro-Category B: GenAI Specialization

- **1.B.1. Modeling & Fine-Tuning:**
  - "met Python"

---

## 2. Technology & Tool Analysis

- **2.1. Programming Languages:**
  - `Python`

---

## 3. Soft Skill Analysis
"""


def compared(document: str, exported: str) -> list[str]:
    read, _ = parse_document(document, "document")
    given, _ = parse_document(exported, "export")
    return differences(read, given, completed(pilot_book(), read), AD)


def test_a_document_equals_itself() -> None:
    assert compared(CODED, CODED) == []


@pytest.mark.parametrize(
    ("message", "instead"),
    [
        pytest.param('"brood eten"', '"brood bakken, of"', id="words"),
        pytest.param('"met Python"', '"met python"', id="one letter"),
        pytest.param('"met Python"', '"met Pythom"', id="words that the ad lacks"),
        pytest.param("(baking)", "(Baking)", id="a note"),
        pytest.param(" (baking)", "", id="a note that is missing"),
        pytest.param('"brood eten"', '"brood eten" (eating)', id="a note too much"),
        pytest.param('  - "brood eten"\n', "", id="a coding that is missing"),
        pytest.param('  - "brood eten"\n', '  - "brood eten"\n  - "brood eten"\n', id="a coding that is doubled"),
        pytest.param('  - "met Python"\n', '  - "met Python"\n  - "Fijn."\n', id="a coding too much at the end"),
        pytest.param(
            '  - "brood bakken" (baking)\n  - "brood eten"\n',
            '  - "brood eten"\n  - "brood bakken" (baking)\n',
            id="the order",
        ),
        pytest.param(
            '  - "brood eten"\n  - _(en nog iets)_\n', '  - _(en nog iets)_\n  - "brood eten"\n', id="a remark's place"
        ),
        pytest.param("_(en nog iets)_", "_(en niets)_", id="a remark"),
        pytest.param("1.B.1. Modeling & Fine-Tuning", "1.B.2. Prompt Engineering & RAG", id="the code"),
        pytest.param("2.1. Programming Languages", "2.2. Cloud Platforms & Services", id="a term's code"),
        pytest.param("Hij bakt.", "Hij bakt niet.", id="the reasoning"),
        pytest.param("`GenAI Specialist`", "`Core GenAI Engineer`", id="the profile"),
        pytest.param("- **Assigned Profile:** `GenAI Specialist`\n", "", id="a profile that is missing"),
        pytest.param("Weinig taken.", "Veel taken.", id="the note on a group"),
        pytest.param("_(Weinig taken.)_\n\n", "", id="a group's note that is missing"),
        pytest.param(" _(ruim)_", "", id="a code's note that is missing"),
        pytest.param("#5", "#6", id="the ad"),
    ],
)
def test_a_different_export_is_detected(message: str, instead: str) -> None:
    assert CODED.count(message) == 1
    assert compared(CODED, CODED.replace(message, instead))


def test_words_cut_or_misspelt_in_the_document_count_as_the_ads_words() -> None:
    loose = CODED.replace('"brood eten"', '"...of broot eten"').replace('"met Python"', '"Je ... Python"')
    exact = CODED.replace('"brood eten"', '"of brood eten"').replace(
        '"met Python"', '"Je gaat brood bakken met Python"'
    )
    assert compared(loose, exact) == []
    assert compared(loose, CODED)


def test_bullets_blank_lines_and_typos_in_headings_are_ignored() -> None:
    loose = CODED.replace("\n  - ", "\n\n    -   ").replace("Macro-Category", "Macro-Gategory").replace("\n", "\r\n")
    assert compared(loose, CODED) == []


def test_a_code_missing_from_the_book_is_added_once_in_its_group() -> None:
    stranger = CODED.replace(
        '  - "met Python"', '  - "met Python"\n- **1.B.9. Stoken:**\n  - "Fijn."\n- **1.B.9. Stoken:**'
    )
    document, _ = parse_document(stranger, "document")
    added = completed(pilot_book(), document).codes[len(pilot_book().codes) :]
    assert [(code.id, code.name, code.group) for code in added] == [("1.B.9", "Stoken", "B")]


def test_a_label_with_a_typo_is_recognised_by_its_id() -> None:
    document, _ = parse_document(CODED.replace("Modeling & Fine-Tuning", "Modelling"), "document")
    assert completed(pilot_book(), document).codes == pilot_book().codes
    assert "1.B.1" in [item.code for item in task(document, pilot_book(), AD).items if isinstance(item, Wanted)]


def test_a_missing_note_on_a_section_is_a_difference() -> None:
    noted = CODED.replace("## 3. Soft Skill Analysis\n", "## 3. Soft Skill Analysis\n\n_(None.)_\n")
    assert compared(noted, noted) == []
    assert compared(noted, CODED)


def test_a_missing_note_on_an_unknown_group_is_a_difference() -> None:
    noted = CODED.replace("## 3. Soft Skill Analysis\n", "## 3. Soft Skill Analysis\n\n### Extra\n\n_(None.)_\n")
    assert compared(noted, CODED)


def test_ignored_differences_are_reported() -> None:
    strange = CODED.replace("## 3. Soft", '- **3.1. Communication & Collaboration:**\n  - "Fijn."\n\n## 3. Soft')
    document, _ = parse_document(strange, "document")
    assert task(document, pilot_book(), AD).outside == ("3.1. Communication & Collaboration: Fijn.",)


def test_lines_unknown_to_the_format_are_reported_as_ignored() -> None:
    document, _ = parse_document(CODED.replace("## 3. Soft", "Een losse zin.\n\n## 3. Soft"), "document")
    assert [each for each in task(document, pilot_book(), AD).outside if each.endswith("Een losse zin.")]


# --- what documents also hold -------------------------------------------------------------------------


def test_words_inside_a_word_and_across_sentences_replay(tmp_path: Path) -> None:
    inside = '"brood bakken" (baking (real) bread)\n  - "ood bak"\n  - "Python. Fij"'
    result = invented(tmp_path, INVENTED.replace('"brood bakken" (baking (real) bread)', inside))
    assert (result.trouble, len(result.costs)) == ([], 5)


def test_notes_in_the_tree_and_another_title_replay(tmp_path: Path) -> None:
    noted = INVENTED.replace("\n\n- **1.A.1.", "\n\n_(Weinig “taken”.)_\n\n- **1.A.1.")
    noted = noted.replace("Integration:**", "Integration:** _(naïef 👩‍💻)_").replace('"Bakker"', '"Meesterbakker"')
    noted = noted.replace("  - `Python`", "  - `Python`\n  - _(Implied by `Python`)_")
    result = invented(tmp_path, noted)
    assert (result.trouble, result.is_byte_equal) == ([], True)


def test_an_ad_without_employer_is_described_as_in_the_document(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text('id,employer,title,body\n5,,Bakker,"Je gaat brood bakken met Python."\n', "utf-8")
    (tmp_path / "coding.md").write_text(INVENTED, "utf-8")
    result = replayed(tmp_path / "coding.md", tmp_path / "ads.csv", pilot_book())
    assert (result.trouble, result.is_byte_equal) == ([], True)


def test_the_same_words_twice_under_one_code_get_two_places(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(
        'id,employer,title,body\n5,Molen,Bakker,"Python, brood bakken, Python."\n', "utf-8"
    )
    (tmp_path / "coding.md").write_text(INVENTED.replace("  - `Python`", "  - `Python`\n  - `Python`"), "utf-8")
    assert replayed(tmp_path / "coding.md", tmp_path / "ads.csv", pilot_book()).trouble == []

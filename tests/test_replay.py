"""Real documents coded again by keystrokes alone come out as the documents they were."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from conftest import ROOT

from benchmarks.planner import MOVES
from benchmarks.replay import Replayed, main, replay
from codetui.formats import codebook_toml
from codetui.model import Codebook

SHARED = ROOT.parent / "shared"
DOCUMENTS = [*sorted(SHARED.glob("seeds/00[0-2]*.txt")), *sorted(SHARED.glob("pilot/codings/*.md"))]
ADS = SHARED / "pilot" / "ads.csv"
PILOT = ROOT / "examples" / "pilot" / "codebook.toml"


def pilot_book() -> Codebook:
    book, _ = codebook_toml.read(PILOT.read_text("utf-8"), str(PILOT))
    assert book is not None
    return book


def replayed(document: Path, ads: Path, book: Codebook, size: tuple[int, int] = (140, 40)) -> Replayed:
    result = asyncio.run(replay(document, ads, book, size, MOVES))
    assert result is not None
    return result


@pytest.mark.skipif(not DOCUMENTS, reason="the real corpus does not lie beside this clone (../shared)")
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_a_real_document_replays(document: Path) -> None:
    result = replayed(document, ADS, pilot_book())
    assert result.trouble == []
    assert result.costs


@pytest.mark.skipif(not DOCUMENTS, reason="the real corpus does not lie beside this clone (../shared)")
def test_a_real_document_replays_in_a_small_terminal() -> None:
    assert replayed(DOCUMENTS[1], ADS, pilot_book(), (80, 24)).trouble == []


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


def test_a_canonical_document_comes_out_byte_for_byte(tmp_path: Path) -> None:
    result = invented(tmp_path, INVENTED)
    assert (result.trouble, result.is_byte_equal) == ([], True)
    assert [cost.coding for cost in result.costs] == [2, 2, 2]


def test_words_that_the_ad_lacks_are_trouble(tmp_path: Path) -> None:
    result = invented(tmp_path, INVENTED.replace('"brood bakken"\n', '"iets heel anders dat er niet staat"\n'))
    assert any("not in the ad" in line for line in result.trouble)


def test_the_program_leaves_with_1_when_a_document_does_not_replay(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text("id,employer,title,body\n6,Molen,Bakker,Niets.\n", "utf-8")
    (tmp_path / "coding.md").write_text(INVENTED, "utf-8")
    options = ["--ads", str(tmp_path / "ads.csv"), "--codebook", str(PILOT), "--codings", str(tmp_path / "coding.md")]
    assert main(options) == 1

"""Real quotations among near-duplicates and in ads without them: found in their own place, or left to the coder."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from codetui.core.anchors.anchor import Exact, Fuzzy, Orphan, locate
from codetui.model import Span
from testing.anchor_trials import Trial, copies, foreign, has_the_words, verdict
from testing.paths import ROOT, shared_path
from testing.phrases import Phrase, model_phrases, quotations, texts_of, trials

Texts = dict[str, str]


@pytest.fixture(scope="module")
def real() -> tuple[Texts, list[Phrase]]:
    """Return the real ads and the quotations from them."""
    shared = shared_path()
    texts = texts_of(shared / "pilot/ads.csv")
    return texts, [one for one in quotations([shared / "seeds", shared / "pilot/codings"]) if one.ad in texts]


in_parts = pytest.mark.parametrize("part", [4, pytest.param(1, marks=pytest.mark.slow)])
"""Every fourth quotation; all of them in the slow step."""


@in_parts
def test_no_real_quotation_is_found_in_an_ad_without_it(real: tuple[Texts, list[Phrase]], part: int) -> None:
    texts, phrases = real[0], real[1][::part]
    verdicts: Counter[str] = Counter()
    for ad, words in phrases:
        for trial in foreign(texts, ad, words):
            found = trial.found()
            verdicts[verdict(trial, found)] += 1
            if isinstance(found, Exact | Fuzzy):
                assert has_the_words(trial.text, found.span, words), (words, trial.text[slice(*found.span)])
    assert verdicts["wrong"] == 0
    assert verdicts.total() == len(phrases) * (len(set(texts.values())) - 1)


@in_parts
def test_no_real_quotation_is_found_in_a_copy_of_its_sentence(real: tuple[Texts, list[Phrase]], part: int) -> None:
    texts, phrases = real[0], real[1][::part]
    verdicts: Counter[str] = Counter()
    for ad, words in phrases:
        found = locate(texts[ad], words)
        if isinstance(found, Exact):
            for has_anchor in (False, True):
                tried = copies(texts[ad], found.span, has_anchor=has_anchor)
                verdicts.update(verdict(trial, trial.found()) for trial in tried)
    assert verdicts["wrong"] == 0
    assert verdicts["right"] > 1_000 // part


@in_parts
def test_real_quotations_with_typos_or_cuts_are_found_only_at_their_own_place(
    real: tuple[Texts, list[Phrase]], part: int
) -> None:
    texts, phrases = real[0], real[1][::part]
    verdicts: dict[str, Counter[str]] = {}
    for name, trial in trials(phrases[::2], texts):
        if not name.startswith(("in another", "beside")):
            verdicts.setdefault(name, Counter())[verdict(trial, trial.found())] += 1
    assert {name: counts["wrong"] for name, counts in verdicts.items() if counts["wrong"]} == {}
    assert all(verdicts[name]["right"] > verdicts[name]["asked"] for name in ("blank missing", "letters swapped"))
    assert verdicts["word replaced"]["right"] == 0


def test_most_phrases_of_a_model_that_are_not_found_have_a_nearest_place(shared: Path) -> None:
    texts = texts_of(shared / "pilot/ads.csv")
    found = [locate(texts[ad], words) for ad, words in model_phrases(shared / "pilot/llm") if ad in texts]
    orphans = [one for one in found if isinstance(one, Orphan)]
    assert 0 < len(orphans) < 0.02 * len(found)
    assert sum(one.nearest is None for one in orphans) <= 1


# --- the judge itself ---------------------------------------------------------------------------------

AD = "You keep the lamps clean. You count the sacks of the harbour."


def test_a_place_without_the_words_is_wrong() -> None:
    trial = Trial("our goals are high", "Go", None, None)
    assert verdict(trial, Exact(Span(4, 6), "folded")) == "wrong"
    assert verdict(Trial("we use Go", "Go", None, None), Exact(Span(7, 9), "words")) == "right"
    assert verdict(trial, Orphan()) == "asked"


def test_the_place_of_a_copy_is_wrong() -> None:
    tried = list(copies(AD, Span(0, 24), has_anchor=True))
    assert len(tried) == 2 * 2 * 2 * 5
    for trial in tried:
        assert trial.place is not None
        assert trial.text[slice(*trial.place)] == "You keep the lamps clean"
    beside = Exact(Span(tried[0].text.index("lantern"), tried[0].text.index("lantern") + 24), "words")
    assert verdict(tried[0], beside) == "wrong"


def test_the_benchmark_prints_steps_and_trials(tmp_path: Path) -> None:
    (tmp_path / "ads").mkdir()
    (tmp_path / "ads" / "5_molen.txt").write_text(f"Keeper\n\n{AD}", "utf-8")
    (tmp_path / "ads" / "6_haven.txt").write_text("Clerk\n\nYou count the sacks of the harbour.", "utf-8")
    document = tmp_path / "codings" / "analysis_job_5_molen.md"
    document.parent.mkdir()
    document.write_text(
        "# Manual Coding Analysis: Job Ad #5 (Molen)\n\n---\n\n## 1. Tasks\n\n- **T1: Work:**\n"
        '  - "You keep the lamps clean."\n  - "You count teh sacks of the harbour"\n',
        "utf-8",
    )
    options = ["--ads", str(tmp_path / "ads"), "--codings", str(document.parent), "--runs", "1", "--trials"]
    program = [sys.executable, "-m", "benchmarks.anchors", *options]
    printed = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    rows = {
        line.split()[0]: line.split()[1] for line in printed.splitlines() if line.startswith("  ") and line[2] != " "
    }
    assert "documents: 2 phrases in 1 ads" in printed
    assert (rows["fuzzy"], rows["orphan"]) == ("1", "0")
    assert "beside a copy, by anchor" in printed

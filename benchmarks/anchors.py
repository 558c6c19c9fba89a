"""Measure how quotations are found in real ads: at which step, how fast, and whether ever at a wrong place.

    python -m benchmarks.anchors --ads ads.csv --codings DIR [DIR ...] [--llm DIR] [--trials]

Documents are those of coders; --llm names codings of a language model, JSON with "job_id" and "phrase" anywhere.
--trials inserts near-duplicates and typos, and exits with 1 if a quotation was found at a wrong place.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks import figures
from codetui.core.anchors import anchor as anchors
from codetui.core.text.normalize import normalized_text
from testing.anchor_trials import verdict
from testing.phrases import Phrase, model_phrases, quotations, texts_of, trials

STEPS = ("exact words", "folded", "fuzzy", "ambiguous", "orphan")
AIM = 2_000
"""Phrases a second over real ads."""

MICRO = 1_000_000


def step_of(found: anchors.Resolution) -> str:
    """Return the step at which the words were found."""
    match found:
        case anchors.Exact():
            return "folded" if found.step == "folded" else "exact words"
        case anchors.Fuzzy():
            return "fuzzy"
        case anchors.Ambiguous():
            return "ambiguous"
        case _:
            return "orphan"


# --- how fast -------------------------------------------------------------------------------------------


def measure(name: str, phrases: Sequence[Phrase], texts: Mapping[str, str], runs: int) -> None:
    """Print a table of the steps with their times, and the ratio to a plain search."""
    print(f"{name}: {len(phrases):,} phrases in {len({phrase.ad for phrase in phrases})} ads")
    counted: Counter[str] = Counter()
    by_step = dict.fromkeys(STEPS, 0.0)
    totals: list[float] = []
    plain: list[float] = []
    for _ in range(runs):
        counted.clear()
        _forget()
        total = 0.0
        for ad, words in phrases:
            begun = time.perf_counter()
            found = anchors.locate(texts[ad], words)
            took = time.perf_counter() - begun
            step = step_of(found)
            counted[step] += 1
            by_step[step] += took
            total += took
        totals.append(total)
        begun = time.perf_counter()
        for ad, words in phrases:
            texts[ad].find(words)
        plain.append(time.perf_counter() - begun)
    for step in STEPS:
        count = counted[step]
        each = by_step[step] * MICRO / (count * runs) if count else 0.0
        print(f"  {step:<14}{count:>6,}{count / len(phrases):>8.1%}{each:>10.1f} µs each")
    print(f"  {len(phrases) / median(totals):,.0f} phrases/s, folding of the ads included   (aim: {AIM:,})")
    figures.ratio("  ratio to str.find over the same phrases", median(totals) / median(plain), "none")


def _forget() -> None:
    """Clear the caches, so that every run folds the ads again."""
    normalized_text.cache_clear()
    anchors.clear_caches()


# --- whether right --------------------------------------------------------------------------------------


def try_all(phrases: Sequence[Phrase], texts: Mapping[str, str]) -> int:
    """Print the results of the trials; return the number of wrong places."""
    tally: dict[str, Counter[str]] = {}
    for name, trial in trials(phrases, texts):
        tally.setdefault(name, Counter())[verdict(trial, trial.found())] += 1
    print(f"  {'trial':<28}{'right':>9}{'asked':>9}{'wrong':>9}")
    for name, counts in tally.items():
        print(f"  {name:<28}{counts['right']:>9,}{counts['asked']:>9,}{counts['wrong']:>9,}")
    return sum(counts["wrong"] for counts in tally.values())


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ads", type=Path, required=True)
    parser.add_argument("--codings", type=Path, nargs="+", required=True)
    parser.add_argument("--llm", type=Path)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--trials", action="store_true", help="look for wrong places too; takes a minute")
    options = parser.parse_args(argv)
    texts = texts_of(options.ads)
    sets: dict[str, Iterable[Phrase]] = {"documents": quotations(options.codings)}
    if options.llm is not None:
        sets["model codings"] = model_phrases(options.llm)
    wrong = 0
    for name, found in sets.items():
        phrases = [phrase for phrase in found if phrase.ad in texts]
        if not phrases:
            print(f"{name}: none for these ads")
            continue
        measure(name, phrases, texts, options.runs)
        wrong += try_all(phrases, texts) if options.trials else 0
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

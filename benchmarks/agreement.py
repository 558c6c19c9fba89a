"""Time all figures of agreement of invented coders, beside a plain loop: `python -m benchmarks.agreement`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from random import Random

from codetui.core.agreement.comparison import ComparedSession, ComparedSource, Sections, compare, further_figures
from codetui.core.agreement.matching import CodedSpan

SECTIONS: Sections = {
    "tasks": [f"TASK{number}" for number in range(1, 6)],
    "tools": [f"TOOL{number}" for number in range(1, 8)],
    "skills": [f"SKILL{number}" for number in range(1, 6)],
}
CODES = [code for codes in SECTIONS.values() for code in codes]
LENGTH, QUOTATIONS = 2_000, 32
LOOP = 10_000_000


def main() -> None:
    """Print the seconds of a run and their ratio to those of a loop that adds up 10,000,000 numbers."""
    random = Random(1)
    loop = _seconds(lambda: sum(range(LOOP)))
    print(f"adding up {LOOP:,} numbers: {loop:.2f} s")
    for ads, coders in ((8, 2), (1_000, 2), (1_000, 3)):
        sources = [_source(str(number), coders, random) for number in range(ads)]
        for is_whole in (False, True):
            taken = _seconds(partial(_compare, sources, random, is_whole=is_whole))
            what = "all figures" if is_whole else "main figures"
            print(f"{ads:>5} ads, {coders} coders, {what:<12} 2,000 resamples: {taken:.2f} s, {taken / loop:.0f} loops")


def _seconds(run: Callable[[], object]) -> float:
    """Return the processor time of a run."""
    begun = time.process_time()
    run()
    return time.process_time() - begun


def _compare(sources: list[ComparedSource], random: Random, *, is_whole: bool) -> None:
    found = compare(sources, SECTIONS, lambda rows, number: random.choices(rows, k=number), is_complete=is_whole)
    if is_whole:
        further_figures(sources, SECTIONS, found.profiles)


def _source(id_: str, coders: int, random: Random) -> ComparedSource:
    first = [_span(random) for _ in range(QUOTATIONS)]
    sessions = [_session(first, random), *(_session(_like(first, random), random) for _ in range(coders - 1))]
    return ComparedSource(id_, LENGTH, tuple(sessions))


def _span(random: Random) -> CodedSpan:
    start = random.randrange(LENGTH - 150)
    return CodedSpan(start, start + random.randint(5, 150), random.choice(CODES))


def _like(spans: list[CodedSpan], random: Random) -> list[CodedSpan]:
    """Return the quotations of a coder who agrees on a half of them."""
    kinds = random.choices(("same", "edges", "code", "own"), (50, 15, 15, 20), k=len(spans))
    return [_changed(kind, one, random) for kind, one in zip(kinds, spans, strict=True)]


def _changed(kind: str, one: CodedSpan, random: Random) -> CodedSpan:
    match kind:
        case "same":
            return one
        case "edges":
            return one._replace(end=min(LENGTH, one.end + 40))
        case "code":
            return one._replace(code=random.choice(CODES))
        case _:
            return _span(random)


def _session(spans: list[CodedSpan], random: Random) -> ComparedSession:
    terms = frozenset((one.code, str(one.start)) for one in spans if one.code in SECTIONS["tools"])
    return ComparedSession(random.choice("123"), frozenset(one.code for one in spans), tuple(spans), terms)


if __name__ == "__main__":
    main()

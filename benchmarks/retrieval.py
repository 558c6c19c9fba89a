"""Measure searches over a whole corpus, as ratios of processor time against a plain Python scan of the same bytes.

python -m benchmarks.retrieval [--ads 1272 100000] [--codings 20000 1000000]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from benchmarks import figures
from benchmarks.corpora import CODEBOOK
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query
from codetui.model import (
    Anchor,
    CodeId,
    CodingAdded,
    CodingId,
    SessionOpened,
    Source,
    SourceId,
    StepId,
    Transaction,
    TransactionId,
    source_hash,
)
from codetui.storage.journal import encode
from codetui.storage.session_files import SessionPaths
from codetui.study.find import Finder
from codetui.study.study import Study

TEXT = """you light the lamp at dusk and watch sea until dawn polish mirrors every week experience with barometer
sextant patience ervaring met de zee en het licht wij zoeken een wachter voor onze toren data model machine learning
python engineer team klant bouwen onderhouden systemen keeper harbour coast storm signal café coördineren"""
WORDS = TEXT.split()
RARE = "kaleidoscope"
"""A word of one ad in a hundred."""

EVERY, LENGTH = 100, 1800
CODER = "anna"


def texts(count: int) -> Iterator[tuple[str, str, str, str]]:
    """Yield the ads: id, employer, title, body."""
    chance = random.Random(7)
    for number in range(1, count + 1):
        words = chance.choices(WORDS, k=LENGTH // 6)
        if number % EVERY == 0:
            words[len(words) // 2] = RARE
        lines = (" ".join(words[at : at + 14]) + "." for at in range(0, len(words), 14))
        yield str(number), f"harbour {number % 97}", f"Keeper number {number}", "\n".join(lines)


def write_study(folder: Path, ads: int, codings: int) -> Path:
    """Write a study with codings that are spread over the first ads, at most 100 in each; return its folder."""
    study = folder / f"study-{ads}-{codings}"
    study.mkdir()
    (study / "codebook.toml").write_text(CODEBOOK, "utf-8")
    per_ad = max(16, -(-codings // ads))
    paths = SessionPaths(study / "sessions", CODER)
    left = codings
    with (study / "ads.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "employer", "title", "body"))
        for number, employer, title, body in texts(ads):
            writer.writerow((number, employer, title, body))
            if left > 0:
                text = f"{title}\n\n{body}"
                log = paths.log(SourceId(number))
                log.parent.mkdir(parents=True, exist_ok=True)
                source = Source(SourceId(number), employer, title, text, "", body_start=len(title) + 2)
                log.write_bytes(b"".join(encode(one) + b"\n" for one in _steps(source, min(left, per_ad))))
                left -= per_ad
    return study


def _steps(source: Source, codings: int) -> Iterator[Transaction]:
    digest = source_hash(source.text)
    opened = SessionOpened(
        source=source.id, employer=source.employer, title=source.title, text_hash=digest, body_start=source.body_start
    )
    yield _step(source, 1, opened)
    for number in range(codings):
        start = source.body_start + number * (LENGTH - 200) // codings
        words = source.text[start : start + 60]
        code = CodeId(f"TASK{1 + number % 2}")
        coding = CodingId(f"{source.id}-{number}")
        anchor = Anchor(text_hash=digest, start=start, end=start + len(words), words=words)
        yield _step(
            source, number + 2, CodingAdded(coding=coding, code=code, anchor=anchor, words=words, rank=number + 2)
        )


def _step(source: Source, seq: int, event: SessionOpened | CodingAdded) -> Transaction:
    parents = (TransactionId(f"{source.id}-{seq - 1:06}"),) if seq > 1 else ()
    return Transaction(
        id=TransactionId(f"{source.id}-{seq:06}"),
        seq=seq,
        parents=parents,
        time="2026-03-01T10:00:00.000Z",
        coder=CODER,
        cause="hand",
        codebook="1#0",
        step=StepId(""),
        events=(event,),
    )


# --- measuring ----------------------------------------------------------------------------------------


def plain_text_scan(study: Path) -> int:
    """Return the number of ads with the rare word, found by the csv module and one regular expression."""
    word = re.compile(rf"\b{RARE}\b", re.IGNORECASE)
    with (study / "ads.csv").open(encoding="utf-8", newline="") as file:
        return sum(word.search(row[3]) is not None for row in csv.reader(file))


def plain_log_scan(study: Path) -> int:
    """Return the number of codings with TASK1, found by the json module."""
    number = 0
    for log in (study / "sessions" / CODER / "events").iterdir():
        for line in log.read_bytes().splitlines():
            number += sum(event.get("code") == "TASK1" for event in json.loads(line)["events"])
    return number


def processor() -> float:
    """Return the processor time of this process and its ended children in seconds."""
    return sum(os.times()[:4])


def measure(study: Path, text: str, *, is_loaded: bool) -> dict[str, float]:
    """Search once in this process; return seconds to the first findings and to the last, their number, and megabytes.

    `processor` is the processor time of the search, with that of opening the study unless it `is_loaded`: then what is
    kept in memory is read before, as the screen does.
    """
    worked = processor()
    opened = Study.open(study, corpus=study / "ads.csv")
    query, finder = parse_query(text, opened.codebook), Finder(opened, CODER)
    assert isinstance(query, Query)
    for _ in finder.load() if is_loaded else ():
        pass
    worked = processor() if is_loaded else worked
    begun, first, number = perf_counter(), 0.0, 0
    for batch in finder.search(query):
        number += len(batch.findings)
        first = first or (perf_counter() - begun if batch.findings else 0.0)
    whole = perf_counter() - begun
    finder.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "first": first,
        "whole": whole,
        "number": number,
        "megabytes": megabytes,
        "processor": processor() - worked,
    }


def _measured(study: Path, text: str, *, is_loaded: bool = False) -> dict[str, float]:
    """Measure in a process of its own, so that its memory is that of the search."""
    command = [sys.executable, "-m", "benchmarks.retrieval", "--one", str(study), text, *(["--loaded"] * is_loaded)]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    return found


def _report(name: str, found: dict[str, float], plain: float) -> None:
    first, whole = found["first"] * figures.MILLI, found["whole"] * figures.MILLI
    times = f"first {first:8.1f} ms   whole {whole:9.1f} ms   processor {found['processor'] * figures.MILLI:9.1f} ms"
    print(f"{name:<44}{times}   {found['megabytes']:6.1f} MB   n {found['number']:,.0f}", flush=True)
    figures.ratio(f"{name}: processor / plain scan", found["processor"] / plain, "reported")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ads", type=int, nargs="*", default=[1272, 100_000])
    parser.add_argument("--codings", type=int, nargs="*", default=[20_000, 1_000_000])
    parser.add_argument("--one", nargs=2, metavar=("STUDY", "QUERY"), help="measure one search and print JSON")
    parser.add_argument("--loaded", action="store_true", help="with --one: read what is kept in memory before")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(Path(options.one[0]), options.one[1], is_loaded=options.loaded)))
        return
    with tempfile.TemporaryDirectory() as folder:
        # The index of a large corpus goes there, too.
        os.environ["XDG_CACHE_HOME"] = os.environ["LOCALAPPDATA"] = folder
        for ads in options.ads:
            _measure_texts(write_study(Path(folder), ads, 0), ads)
        for codings in options.codings:
            _measure_codings(write_study(Path(folder), max(1272, codings // EVERY), codings), codings)


def _measure_texts(study: Path, ads: int) -> None:
    begun = processor()
    expected = plain_text_scan(study)
    plain = processor() - begun
    print(f"{f'plain scan of {ads:,} ads':<44}processor {plain * figures.MILLI:9.1f} ms", flush=True)
    found = _measured(study, RARE)
    assert found["number"] == expected, (found, expected)
    _report(f"{RARE}, {ads:,} ads", found, plain)
    _report(f"/{RARE[:4]}.*/, {ads:,} ads", _measured(study, f"/{RARE[:4]}.*/"), plain)
    if ads >= 20_000:
        _report(f"{RARE}, {ads:,} ads by the index", _measured(study, RARE), plain)
    for text in (RARE, "python", "lamp -python") if ads < 20_000 else ():
        _report(f"{text}, {ads:,} ads in memory", _measured(study, text, is_loaded=True), plain)


def _measure_codings(study: Path, codings: int) -> None:
    begun = processor()
    expected = plain_log_scan(study)
    plain = processor() - begun
    print(f"{f'plain scan of {codings:,} codings':<44}processor {plain * figures.MILLI:9.1f} ms", flush=True)
    for name in ("first time", "kept readings"):
        found = _measured(study, "code:TASK1")
        assert found["number"] == expected, (found, expected)
        _report(f"code:TASK1, {codings:,}, {name}", found, plain)
    for text in ("code:TASK1", "TASK1 ~80 TASK2", "TASK1 < TASK2") if codings <= 50_000 else ():
        _report(f"{text}, {codings:,} in memory", _measured(study, text, is_loaded=True), plain)


if __name__ == "__main__":
    main()

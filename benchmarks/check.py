"""Measure `codetui check` on many sessions, compared with only reading the same files.

The second figure is for sessions that have all changed: each document was edited by hand, and each ad has a different
beginning, so that every quotation must be located again.

python -m benchmarks.check [--sessions 1000] [--codings 30] [--runs 5]
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import figures
from benchmarks.corpora import CODEBOOK
from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.state import replay
from codetui.formats.session_doc.patch import document_of
from codetui.model import (
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    Event,
    ProfileAssigned,
    SessionOpened,
    Source,
    SourceId,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage.journal import encode
from codetui.storage.session_files import SessionPaths
from codetui.storage.study_files import read_codebook
from codetui.study.checker import check_study
from codetui.study.study import Study

CODER = "wil"
SECTIONS, CODES = 3, 20
LENGTHS = (800, 1_327, 1_327, 2_000, 4_000)
"""Code points of an ad: the median and the 95th percentile of real ones, and some between."""

SYLLABLES = ("ke", "la", "mor", "vin", "ter", "schip", "haven", "licht", "wa", "cht", "toren", "stuur")


def write_study(folder: Path, sessions: int, codings: int) -> Codebook:
    """Write a codebook, ads, and for each ad a session with its log and its document; return the codebook."""
    chance = random.Random(1)
    (folder / "codebook.toml").write_text(CODEBOOK + "".join(_more_codes()), "utf-8")
    book, _ = read_codebook(folder / "codebook.toml")
    assert book is not None
    paths = SessionPaths(folder / "sessions", CODER)
    (paths.folder / "events").mkdir(parents=True)
    (folder / "ads").mkdir()
    for number in range(1, sessions + 1):
        ad = Source(SourceId(str(number)), f"Harbour {number % 97}", f"Keeper {number}", _text(chance, number), "")
        (folder / "ads" / f"{number}_harbour_{number % 97}.txt").write_text(ad.text, "utf-8")
        transactions = list(_session(ad, book, codings, chance))
        paths.log(ad.id).write_bytes(b"".join(encode(one) + b"\n" for one in transactions))
        paths.document(ad.id, ad.employer).write_text(document_of(replay(transactions), book, ad).text, "utf-8")
    return book


def _more_codes() -> Iterator[str]:
    for section in range(1, SECTIONS + 1):
        yield f'\n[[section]]\nid = "s{section}"\ntitle = "Section {section}"\n'
        for code in range(1, CODES + 1):
            yield f'\n[[code]]\nid = "S{section}.{code}"\nname = "Code {code}"\nsection = "s{section}"\n'


def _text(chance: random.Random, number: int) -> str:
    """Return an ad in sentences of invented words, all different."""
    length = LENGTHS[number % len(LENGTHS)]
    text = f"Keeper {number}\n\n"
    while len(text) < length:
        words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(chance.randint(6, 18))]
        text += " ".join(words).capitalize() + (".\n     * " if chance.random() < 0.3 else ". ")
    return text


def _session(ad: Source, book: Codebook, codings: int, chance: random.Random) -> Iterator[Transaction]:
    """Yield the lines of a log: the opening, then one coding each, and the profile."""
    digest = text_hash(ad.text)
    opened = SessionOpened(source=ad.id, employer=ad.employer, title=ad.title, text_hash=digest)
    yield _transaction(1, opened)
    for number in range(codings):
        anchor = anchor_at(ad.text, _quotation(ad.text, chance), digest)
        code = CodeId(chance.choice(book.codes).id)
        coding = CodingId(f"{ad.id}-{number}")
        yield _transaction(
            number + 2, CodingAdded(coding=coding, code=code, anchor=anchor, words=anchor.words, rank=number + 2)
        )
    yield _transaction(codings + 2, ProfileAssigned(profile="1", reasoning="The light is kept."))


def _quotation(text: str, chance: random.Random) -> Span:
    """Return a passage of whole words."""
    start = text.rindex(" ", 0, chance.randrange(100, len(text))) + 1
    end = text.find(" ", start + chance.randint(10, 80))
    return Span(start, len(text) if end < 0 else end)


def edit(folder: Path) -> None:
    """Change one quotation in each document, and insert a line before each ad."""
    for path in (folder / "sessions" / CODER).glob("*.md"):
        before, bullet, after = path.read_text("utf-8").rpartition('  - "')
        path.write_text(f"{before}{bullet}Another word stands here, {after}", "utf-8")
    for path in (folder / "ads").iterdir():
        path.write_text(f"Once more\n\n{path.read_text('utf-8')}", "utf-8")


def _transaction(seq: int, event: Event) -> Transaction:
    return Transaction(
        id=TransactionId(f"{seq:023x}"), seq=seq, time="2024-01-01T00:00:00.000Z", coder=CODER, events=(event,)
    )


def seconds_to_read(folder: Path) -> float:
    """Return the seconds to read every file of the study."""
    begun = perf_counter()
    for path in folder.rglob("*"):
        if path.is_file():
            path.read_bytes()
    return perf_counter() - begun


def seconds_to_check(folder: Path) -> tuple[float, int]:
    """Return the seconds to check the study, and the number of problems."""
    study = Study.open(folder)
    begun = perf_counter()
    problems = check_study(study)
    return perf_counter() - begun, len(problems)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000)
    parser.add_argument("--codings", type=int, default=30)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        write_study(folder, options.sessions, options.codings)
        measure("as they were left", folder, options)
        edit(folder)
        measure("edited, on changed ads", folder, options)


def measure(name: str, folder: Path, options: argparse.Namespace) -> None:
    """Print the figures for the study in its current state."""
    reading, checking = [], []
    for _ in range(options.runs):
        reading.append(seconds_to_read(folder))
        seconds, count = seconds_to_check(folder)
        checking.append(seconds)
    middle = median(checking)
    print(f"{options.sessions:,} sessions of {options.codings} codings, {name}: {count:,} problems")
    print(f"{'check':<44}{middle:.2f} s   {options.sessions / middle:,.0f} sessions/s   (aim: below 5 s)")
    print(f"{'reading the same files':<44}{median(reading):.3f} s")
    figures.ratio("check / reading the same files", middle / median(reading), "what parsing costs")


if __name__ == "__main__":
    main()

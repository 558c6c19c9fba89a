"""Counts and findings are the same with and without kept readings, whatever happens to files and cache."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest

from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query
from codetui.core.session.commands import Decision
from codetui.core.statistics.frequencies import code_table, profile_table
from codetui.core.statistics.together import together_table
from codetui.formats.figure_tables import as_record
from codetui.model import CodingRemoved, SourceId
from codetui.storage.kept_readings import KeptReading, ReadingsFile, readings_path
from codetui.storage.session_files import SessionPaths
from codetui.study import agreement, find, kept_sessions, statistics
from codetui.study.agreement import AgreementRequest, compare_coders
from codetui.study.agreement_report import as_record as agreement_record
from codetui.study.find import Finder
from codetui.study.statistics import CountRequest, StudyCounts, count_codings
from codetui.study.study import Study, StudyError
from testing.coders import code_source
from testing.studies import write_study

TEXT = "Keeper {0}\n\nYou light the lamp {0}. You watch the sea. You watch the sea until dawn. A barometer.\n"
WORDS = ("You light the lamp", "You watch the sea", "until dawn", "not in the ad", "a barometer", "lightt the lamp")
CODES = ("TASK1", "TASK2", "TOOL1", "OLD9")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study of six ads that two people and a model have coded; readings are kept from one session on."""
    monkeypatch.setattr(kept_sessions, "LEAST_KEPT", 1)
    write_study(tmp_path, {f"{number}_harbour.txt": TEXT.format(number) for number in range(1, 7)})
    study, random = Study.open(tmp_path), Random(5)
    for coder in ("anna", "ben", "model:alpha"):
        for number in range(1, 7):
            codings = [(random.choice(CODES), random.choice(WORDS)) for _ in range(5)]
            code_source(study, coder, str(number), codings, random.choice(["", "1", "2"]), is_done=number < 5)
    return tmp_path


def _count(folder: Path, *, is_kept: bool, **options: bool) -> StudyCounts:
    request = CountRequest(with_models=True, with_sentences=True, is_kept=is_kept, **options)
    return count_codings(Study.open(folder), request)


def _records(folder: Path, *, is_kept: bool) -> list[object]:
    found: list[object] = []
    for options in ({}, {"is_for_all": True}, {"counts_unplaced": True}):
        counts = _count(folder, is_kept=is_kept, **options)
        tables = (profile_table(counts.counted), code_table(counts.counted), together_table(counts.counted, "sentence"))
        words = Study.open(folder).codebook.words
        found += [as_record(tables, words), counts.counted.ads, counts.counted.terms, counts.problems]
    return [*found, *_findings(folder, is_kept=is_kept), *_agreements(folder, is_kept=is_kept)]


def _agreements(folder: Path, *, is_kept: bool) -> list[object]:
    found: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_sessions, "LEAST_KEPT", 1 if is_kept else 10**9)
        for coders, is_for_all in ((["anna", "ben"], False), (["ben", "anna", "model:alpha"], True)):
            study = Study.open(folder)
            try:
                one = compare_coders(study, AgreementRequest(coders, resamples=0, is_for_all=is_for_all))
            except StudyError as error:
                found.append(str(error))
                continue
            found += [agreement_record(one, study.codebook), list(one.disagreements()), one.errors]
    return found


def _findings(folder: Path, *, is_kept: bool) -> list[object]:
    found: list[object] = []
    for viewer, text in ((None, "code:* OR lamp -profile:1"), ("ben", "TASK1 ~s TASK2 OR state:done")):
        study = Study.open(folder)
        query, finder = parse_query(text, study.codebook), Finder(study, viewer)
        assert isinstance(query, Query), query
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kept_sessions, "LEAST_KEPT", 1 if is_kept else 10**9)
            findings = [one for batch in finder.search(query) for one in batch.findings]
        # The words of a coding are only kept if they are not in the text.
        found += [one._replace(coding=one.coding and one.coding._replace(words="")) for one in findings]
        found.append(finder.problems)
    return found


def test_readings_change_nothing_whatever_changes_in_between(folder: Path) -> None:
    random = Random(3)

    def code_more() -> None:
        code_source(Study.open(folder), "anna", "5", [("TASK1", "until dawn")], "1")

    def remove_one() -> None:
        with Study.open(folder).session("1", "anna") as session:
            first = session.state.live()[0]
            session.record(Decision((CodingRemoved(coding=first.id),), "Removed."))

    def edit_by_hand() -> None:
        document = next((folder / "sessions" / "ben").glob("analysis_job_2*.md"))
        text = document.read_text("utf-8")
        document.write_text(text.replace('"You', '"you', 1), encoding="utf-8")

    def change_an_ad() -> None:
        ad = folder / "ads" / "3_harbour.txt"
        ad.write_text(ad.read_text("utf-8").replace("Keeper 3", "First mate and keeper 3"), encoding="utf-8")

    def remove_an_ad() -> None:
        (folder / "ads" / "4_harbour.txt").unlink()

    def change_the_codebook() -> None:
        book = folder / "codebook.toml"
        text = book.read_text("utf-8").replace('name = "Keeper"', 'name = "Warden"').replace('holds = "terms"\n', "")
        book.write_text(text + '\n[synonyms]\nGauge = ["a barometer"]\n', encoding="utf-8")

    def rename_a_document() -> None:
        document = next((folder / "sessions" / "anna").glob("analysis_job_3*.md"))
        document.rename(document.with_name("analysis_job_3_other.md"))

    def delete_records() -> None:
        for path in (folder / "sessions" / "ben" / "events").glob("*.written"):
            path.unlink()

    def damage_a_log() -> None:
        log = SessionPaths(folder / "sessions", "ben").log(SourceId("6"))
        log.write_bytes(log.read_bytes() + b"{no json\n")

    def damage_the_cache() -> None:
        path = readings_path(folder / "sessions")
        data = bytearray(path.read_bytes())
        for _ in range(200):
            data[random.randrange(100, len(data))] ^= 0xFF
        path.write_bytes(bytes(data))

    changes = (code_more, remove_one, edit_by_hand, change_an_ad, remove_an_ad, change_the_codebook)
    for change in (lambda: None, *changes, rename_a_document, delete_records, damage_a_log, damage_the_cache):
        change()
        expected = _records(folder, is_kept=False)
        assert _records(folder, is_kept=True) == expected, change
        assert _records(folder, is_kept=True) == expected, change


def test_what_is_unchanged_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _count(folder, is_kept=True)
    code_source(Study.open(folder), "anna", "5", [("TASK1", "until dawn")], "1")
    read: list[str] = []
    original = statistics._SessionReader.read

    def counting(self: object, snapshot: object, *rest: object) -> object:
        read.append("one")
        return original(self, snapshot, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(statistics._SessionReader, "read", counting)
    _count(folder, is_kept=True)
    assert len(read) == 1
    findings = _findings(folder, is_kept=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(find, "queried_session", None)
        assert _findings(folder, is_kept=True) == findings
    agreements = _agreements(folder, is_kept=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(agreement, "session_of", None)
        assert _agreements(folder, is_kept=True) == agreements
    readings_path(folder / "sessions").unlink()
    _count(folder, is_kept=True)
    assert len(read) == 19


def test_a_reading_whose_bytes_were_changed_is_none(tmp_path: Path) -> None:
    file = ReadingsFile(tmp_path, "counts", "1")
    kept = KeptReading(SourceId("7"), "anna", b"digest", b"reading")
    file.put("anna/events/7.jsonl", kept)
    file.write()
    assert file.get("anna/events/7.jsonl") == kept
    others = (ReadingsFile(tmp_path, "counts", "2"), ReadingsFile(tmp_path, "find", "1"))
    assert [other.get("anna/events/7.jsonl") for other in others] == [None, None]
    file.close()
    assert file.path.stat().st_mode & 0o077 == 0
    with sqlite3.connect(file.path) as database:
        database.execute("UPDATE kept SET reading = ?", (b"changed",))
    database.close()
    assert file.get("anna/events/7.jsonl") is None
    file.close()
    file.path.write_bytes(b"no database" * 200)
    assert file.get("anna/events/7.jsonl") is None
    file.put("anna/events/7.jsonl", kept)
    file.write()
    assert file.get("anna/events/7.jsonl") == kept

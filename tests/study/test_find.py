"""Searches over a study: what is kept in memory, what has changed since, and whose codings are found."""

from __future__ import annotations

from pathlib import Path

import pytest

import codetui.study.find as find_module
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query
from codetui.core.session.commands import AssignCode, RemoveCoding
from codetui.model import CodeId, Span
from codetui.study.find import Finder
from codetui.study.study import Study
from testing.studies import SHORE, write_study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    opened = Study.open(write_study(tmp_path))
    code(opened, "light the lamp", "anna")
    code(opened, "watch the sea", "otto")
    return opened


def code(study: Study, words: str, coder: str) -> None:
    at = SHORE.index(words)
    with study.session("11", coder) as session:
        session.execute(AssignCode(Span(at, at + len(words)), CodeId("TASK1")))


def search(finder: Finder, text: str, study: Study) -> list[tuple[str, str, str]]:
    query = parse_query(text, study.codebook)
    assert isinstance(query, Query), query
    batches = list(finder.search(query))
    assert batches[-1].done == 1
    return [(one.source, one.coder, one.words) for batch in batches for one in batch.findings]


@pytest.mark.parametrize("is_loaded", [False, True])
def test_a_viewer_finds_own_codings_and_the_owner_all(study: Study, is_loaded: bool) -> None:
    found = {}
    for viewer in ("anna", "otto", None):
        finder = Finder(study, viewer)
        if is_loaded:
            assert list(finder.load())[-1] == 1
        found[viewer] = search(finder, "code:*", study)
    assert found["anna"] == [("11", "anna", "light the lamp")]
    assert found["otto"] == [("11", "otto", "watch the sea")]
    assert found[None] == [*found["anna"], *found["otto"]]


def test_each_ad_is_found_once_with_and_without_sessions(study: Study) -> None:
    assert [one[0] for one in search(Finder(study, "anna"), "id:*", study)] == ["11", "12", "13"]
    assert [one[0] for one in search(Finder(study, "anna"), "-code:TASK1", study)] == ["12", "13"]
    assert [one[0] for one in search(Finder(study, "anna"), "state:untouched", study)] == ["12", "13"]


def test_logs_that_changed_are_read_again(study: Study) -> None:
    finder = Finder(study, "anna")
    assert list(finder.load())[-1] == 1
    code(study, "polish the mirrors", "anna")
    assert len(search(finder, "code:*", study)) == 1
    finder.refresh()
    assert len(search(finder, "code:*", study)) == 2
    with study.session("11", "anna") as session:
        session.execute(RemoveCoding(session.state.live()[0].id))
    finder.refresh()
    assert search(finder, "code:*", study) == [("11", "anna", "polish the mirrors")]


def test_a_large_corpus_is_not_kept_and_gives_the_same(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Finder(study, "anna")
    assert list(small.load())[-1] == 1
    monkeypatch.setattr(find_module, "KEPT_CHARACTERS", 10)
    monkeypatch.setattr(find_module, "KEPT_CODINGS", 0)
    large = Finder(study, "anna")
    list(large.load())
    for text in ("sea", "code:TASK1 OR ships", "/s.a/", "-sea", 'note:""'):
        assert search(large, text, study) == search(small, text, study), text


def test_a_load_that_was_stopped_goes_on(study: Study) -> None:
    finder, asked = Finder(study, "anna"), iter([False, True, True])
    assert list(finder.load(lambda: next(asked)))[-1] < 1
    assert list(finder.load())[-1] == 1
    assert len(search(finder, "code:*", study)) == 1


def test_a_search_that_is_stopped_ends(study: Study) -> None:
    query = parse_query("you", study.codebook)
    assert isinstance(query, Query)
    assert list(Finder(study, "anna").search(query, lambda: True)) == []


def test_quotations_are_found_where_they_are_in_a_changed_text(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "ads" / "11_shore_company.txt"
    path.write_text(f"New: {SHORE}", "utf-8")
    query = parse_query("code:TASK1", study.codebook)
    assert isinstance(query, Query)
    (finding,) = [one for batch in Finder(study, "anna").search(query) for one in batch.findings]
    assert finding.span is not None
    assert f"New: {SHORE}"[slice(*finding.span)] == "light the lamp"


def test_a_damaged_log_is_reported(study: Study) -> None:
    log = study.paths_of("anna").log(study.source("11").id)
    log.write_bytes(b"\xff\xfe broken\n")
    study.paths_of("anna").documents()[0].unlink()
    finder = Finder(study, "anna")
    assert search(finder, "code:TASK1", study) == []
    assert any(str(log) in one.file for one in finder.problems)
    list(finder.load())
    search(finder, "code:TASK1", study)
    assert any(str(log) in one.file for one in finder.problems)

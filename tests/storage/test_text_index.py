"""The index of words changes no result, follows the corpus, and may fail or go at any time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import codetui.study.find as find_module
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query
from codetui.storage.text_index import TextIndex
from codetui.study.find import Finder
from codetui.study.study import Study
from testing.studies import write_study

TEXTS = [
    "C++ and C# developer",
    "Node.js, HBO+ and .NET",
    "Café Straße de Ĳssel",
    "熟悉Python和数据库设计。",
    "engineering a data-engineer",
    "snake_case GPT4 5+ jaar",
    "prompt\n     engineering",
    "øre, smørrebrød",
]
QUERIES = ["c", "c++", "node", "node.js", "hbo", ".net", "cafe", "strasse", "ijssel", "python", "engineer"]
QUERIES += ["engineer*", '"prompt engineering"', "data-engineer", "snake_case", "gpt4", "5", "gpt", "øre", "smørrebrød"]
QUERIES += ["br", "数据库", "c OR python", "python OR /gpt/", "data -senior", "-c", "(c OR hbo) (net OR data)"]
QUERIES += ["id:3 cafe", "submarine", "en*", "c*", "pro* OR ca*", "-(c OR hbo)"]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Return a study whose corpus counts as a large one."""
    monkeypatch.setenv("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(find_module, "INDEXED_BYTES", 1)
    monkeypatch.setattr(find_module, "INDEXED_SHARE", 1.0)
    ads = {f"{number}_x.txt": text for number, text in enumerate(TEXTS, 1)}
    return Study.open(write_study(tmp_path / "study", ads))


def search(study: Study, text: str) -> list[tuple[str, object]]:
    query = parse_query(text, study.codebook)
    assert isinstance(query, Query)
    return [(one.source, one.span) for batch in Finder(study, "anna").search(query) for one in batch.findings]


def index_of(study: Study) -> TextIndex:
    return TextIndex(study.corpus.path, study.corpus.fingerprint()[0])


def test_the_index_changes_no_result(study: Study) -> None:
    plain = {}
    for text in QUERIES:
        plain[text] = search(study, text)
        for path in (Path(os.environ.get("XDG_CACHE_HOME", "")) / "codetui").glob("*"):
            path.unlink()
    assert search(study, "anything") == []
    assert index_of(study).is_current()
    assert {text: search(study, text) for text in QUERIES} == plain
    assert plain["hbo"] and plain["engineer*"] and not plain["submarine"]


def test_a_changed_corpus_is_indexed_anew(study: Study) -> None:
    assert search(study, "periscope") == []
    assert index_of(study).is_current()
    (study.corpus.path / "9_x.txt").write_text("a periscope", "utf-8")
    assert not index_of(study).is_current()
    assert [one for one, _ in search(study, "periscope")] == ["9"]
    assert index_of(study).is_current()


def test_only_the_named_sources_are_read(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    search(study, "c")
    monkeypatch.setattr(study.corpus, "walk", lambda _: pytest.fail("the whole corpus was read"))
    assert [one for one, _ in search(study, "gpt4")] == ["6"]
    assert search(study, "submarine") == []


def test_a_search_that_is_stopped_leaves_no_index(study: Study, tmp_path: Path) -> None:
    query = parse_query("data", study.codebook)
    assert isinstance(query, Query)
    batches = Finder(study, "anna").search(query, iter([False, False, True]).__next__)
    assert list(batches) == []
    assert not index_of(study).is_current()
    assert list((tmp_path / "cache").rglob("*.new")) == []


def test_a_damaged_or_unwritable_index_does_no_harm(study: Study, tmp_path: Path) -> None:
    search(study, "c")
    (index,) = (tmp_path / "cache").rglob("*.sqlite")
    index.write_bytes(b"no database at all")
    assert [one for one, _ in search(study, "gpt4")] == ["6"]
    index.unlink()
    (tmp_path / "cache" / "codetui").rename(tmp_path / "cache" / "elsewhere")
    (tmp_path / "cache" / "codetui").write_text("a file in the way")
    assert [one for one, _ in search(study, "gpt4")] == ["6"]

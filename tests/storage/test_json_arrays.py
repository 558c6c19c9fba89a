"""JSON files are tables: an array, an object with one array, or one object."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codetui.model import CorpusSettings
from codetui.storage.sources.corpus import Corpus
from testing.sources import problems_at

ROWS = [
    {"id": 7, "company": "Zeeland", "job title": "Clerk", "text": "Counts\r\nsacks. é", "city": "Goes"},
    {"id": "8", "text": ["one", "two"]},
]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=2, ensure_ascii=False),
        json.dumps({"count": 2, "ads": ROWS, "more": []}, indent=1),
        json.dumps({"meta": {"count": 2}, "data": {"ads": ROWS}}),
        "\ufeff" + json.dumps(ROWS),
        "\n".join(map(json.dumps, ROWS)),
    ],
)
def test_each_object_is_a_source_that_is_found_again_by_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ads.json"
    path.write_text(text, "utf-8")
    corpus = Corpus(path, CorpusSettings())
    entries = [entry for batch in corpus.batches() for entry in batch.entries]
    sources = [corpus.read(entry)[0] for entry in entries]
    assert [(one.id, one.employer, one.text) for one in sources if one is not None] == [
        ("7", "Zeeland", "Clerk\n\nCounts\nsacks. é"),
        ("8", "", "one\ntwo"),
    ]
    assert sources[0] is not None and sources[0].attributes == {"city": "Goes"}
    assert [entry.line for entry in entries] == sorted(entry.line for entry in entries)


@pytest.mark.parametrize(
    ("text", "message", "count"),
    [
        ('[{"id": 1, "text": "whole"}, {"id": 2,', "this is not JSON", 1),
        ('[{"id": 1, "text": "whole"}, 5]', "this value is not an object", 1),
        ('{"a": [{"text": "x"}], "b": [{"text": "y"}]}', "it has several arrays of objects", 0),
        ('{"name": "left-pad"}', "no field holds the texts", 0),
        ('"text"', "it has neither an array nor an object", 0),
        ("[" * 100_000, "nested too deeply", 0),
        ("", "it has neither an array nor an object", 0),
    ],
)
def test_what_is_no_table_is_named_and_what_is_whole_is_read(
    tmp_path: Path, text: str, message: str, count: int
) -> None:
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "z.txt").write_text("whole")
    assert sum(message in problem for problem in problems_at(tmp_path)) == 1
    entries = [entry for batch in Corpus(tmp_path, CorpusSettings()).batches() for entry in batch.entries]
    assert len(entries) == count + 1

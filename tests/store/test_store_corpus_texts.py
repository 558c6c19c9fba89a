"""All texts in one pass: the same ads as one by one, and the same digest for the same text."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.model import Ad, CorpusSettings, Problem
from codetui.store.corpus import Corpus
from codetui.store.corpus_texts import NO_TEXT, digest_of

MESSY = {
    "1_x.txt": b"Title\n\nSome text.",
    "2_x.txt": b"   \n",
    "3_x.txt": "Caf\xe9 in Windows-1252".encode("cp1252"),
    "4_x.txt": b"n\0u\0l\0",
    "b/1_y.txt": b"an id that stands already",
    "c.csv": b'id,title,text\n7,Keeper,"You keep.\nYou watch."\n8,No text,\n,No id,words\n7,Again,words\n9,Ragged\n',
    "d.jsonl": json.dumps({"id": 10, "title": "T", "text": "words"}).encode() + b"\nno json\n",
    "e.pdf": b"no ad",
}


def corpus(folder: Path) -> Corpus:
    return Corpus(folder, CorpusSettings())


@pytest.fixture
def messy(tmp_path: Path) -> Corpus:
    """A corpus with something wrong of each kind."""
    for name, data in MESSY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return corpus(tmp_path)


def test_one_pass_gives_the_ads_that_are_listed_with_the_texts_that_open(messy: Corpus) -> None:
    one_by_one: list[Ad | None] = []
    places: list[int] = []
    for batch in messy.batches():
        one_by_one += [messy.read(entry)[0] for entry in batch.entries]
        places += [entry.place for entry in batch.entries]
    in_one_pass = list(messy.texts([]))
    assert [text.ad for text in in_one_pass] == one_by_one and len(one_by_one) == 8
    assert [text.place for text in in_one_pass] == places


def test_one_pass_reports_what_listing_and_opening_report(messy: Corpus) -> None:
    expected: Counter[Problem] = Counter()
    for batch in messy.batches():
        expected.update(dict.fromkeys(batch.problems, 1))
        for entry in batch.entries:
            expected |= Counter(dict.fromkeys(messy.read(entry)[1], 1))
    problems: list[Problem] = []
    assert list(messy.texts(problems))
    assert Counter(problems) == expected and len(expected) >= 8
    assert any("NUL characters" in problem.message for problem in problems)


def test_an_empty_corpus_is_reported(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert list(corpus(tmp_path).texts(problems)) == []
    assert [problem.severity for problem in problems] == ["error"]


def test_digests_are_those_of_the_texts_and_the_first_of_an_id_counts(messy: Corpus) -> None:
    first: dict[str, int] = {}
    for ad, digest in messy.digests():
        first.setdefault(ad, digest)
    assert first == {text.ad.id: text.digest for text in messy.texts([])}
    assert first["2"] == first["8"] == first["9"] == NO_TEXT
    assert NO_TEXT not in (first["1"], first["7"], first["10"])


def test_ads_of_a_table_have_the_same_text_whatever_their_titles(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(
        'id,employer,title,text\n1,A,Dev,"You build.\n  And test."\n2,B,Lead Dev,You build. And test.\n'
        "3,A,Dev,You build. And rest.\n",
        "utf-8",
    )
    digests = dict(corpus(tmp_path / "ads.csv").digests())
    assert digests["1"] == digests["2"] != digests["3"]


@given(st.text(), st.lists(st.sampled_from([" ", "\n", "\r\n", "\t", "\u00a0"]), min_size=1).map("".join))
def test_white_space_does_not_count_and_everything_else_does(text: str, blank: str) -> None:
    words = text.split()
    assert digest_of(blank.join(["", *words, ""])) == digest_of(text)
    assert (digest_of(text) == NO_TEXT) == (not words)
    assert digest_of(f"{text} x") != digest_of(text)
    assert 0 <= digest_of(text) < 2**64


def test_real_ads_that_stand_more_than_once(shared: Path) -> None:
    digests = dict(corpus(shared / "pilot" / "ads.csv").digests())
    counts = Counter(digest for digest in digests.values() if digest != NO_TEXT)
    assert (len(digests), counts.total()) == (68, 66)
    assert sorted(count for count in counts.values() if count > 1) == [2, 2, 2, 3, 5]

"""All texts in one pass: the same ads as one by one, and the same digest for the same text."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.model import CorpusSettings, Problem, Source, SourceEntry
from codetui.storage.sources.corpus import NO_TEXT, Corpus, digest_of

MESSY = {
    "1_x.txt": b"Title\n\nSome text.",
    "2_x.txt": b"   \n",
    "3_x.txt": "Caf\xe9 in Windows-1252".encode("cp1252"),
    "4_x.txt": b"n\0u\0l\0",
    "b/1_y.txt": b"an id that stands already",
    "c.csv": b'id,title,text\n7,Keeper,"You keep.\nYou watch."\n8,No text,\n,No id,words\n7,Again,words\n'
    b"9,Ragged\n11,,Last\n",
    "d.jsonl": json.dumps({"id": 10, "title": "T", "text": "words"}).encode() + b"\nno json\n",
    "e.png": b"no ad",
}


def corpus(folder: Path) -> Corpus:
    return Corpus(folder, CorpusSettings())


@pytest.fixture
def messy(tmp_path: Path) -> Corpus:
    """Return a corpus with a problem of each kind."""
    for name, data in MESSY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return corpus(tmp_path)


def test_one_pass_yields_the_listed_ads_with_their_texts(messy: Corpus) -> None:
    one_by_one: list[Source | None] = []
    places: list[int] = []
    for batch in messy.batches():
        one_by_one += [messy.read(entry)[0] for entry in batch.entries]
        places += [entry.offset for entry in batch.entries]
    in_one_pass = list(messy.texts([]))
    assert [text.source for text in in_one_pass] == one_by_one and len(one_by_one) == 9
    assert [text.offset for text in in_one_pass] == places


def test_one_pass_reports_the_problems_of_listing_and_opening(messy: Corpus) -> None:
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


def listed(opened: Corpus) -> list[SourceEntry]:
    return [entry for batch in opened.batches() for entry in batch.entries]


def test_digests_are_those_of_the_texts_in_the_order_of_the_list(messy: Corpus) -> None:
    entries = listed(messy)
    digests = list(messy.digests(entries))
    assert digests == [text.digest for text in messy.texts([])]
    of = dict(zip((entry.id for entry in entries), digests, strict=True))
    assert of["2"] == of["8"] == of["9"] == NO_TEXT
    assert NO_TEXT not in (of["1"], of["7"], of["10"])


def test_a_removed_ad_has_no_digest_and_the_others_keep_theirs(messy: Corpus, tmp_path: Path) -> None:
    entries = listed(messy)
    before = dict(zip((entry.id for entry in entries), messy.digests(entries), strict=True))
    (tmp_path / "1_x.txt").unlink()
    table = tmp_path / "c.csv"
    table.write_bytes(table.read_bytes().replace(b"\n7,Keeper", b"\n6,Keeper", 1))
    after = dict(zip((entry.id for entry in entries), messy.digests(entries), strict=True))
    assert after == {**before, "1": NO_TEXT, "7": NO_TEXT}
    assert NO_TEXT not in (before["1"], before["7"], before["11"])


def test_ads_of_a_table_have_the_same_text_regardless_of_their_titles(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text(
        'id,employer,title,text\n1,A,Dev,"You build.\n  And test."\n2,B,Lead Dev,You build. And test.\n'
        "3,A,Dev,You build. And rest.\n",
        "utf-8",
    )
    opened = corpus(tmp_path / "ads.csv")
    first, second, third = opened.digests(listed(opened))
    assert first == second != third


@given(st.text(), st.lists(st.sampled_from([" ", "\n", "\r\n", "\t", "\u00a0"]), min_size=1).map("".join))
def test_digests_ignore_only_white_space(text: str, blank: str) -> None:
    words = text.split()
    assert digest_of(blank.join(["", *words, ""])) == digest_of(text)
    assert (digest_of(text) == NO_TEXT) == (not words)
    assert digest_of(f"{text} x") != digest_of(text)
    assert 0 <= digest_of(text) < 2**64


def test_real_duplicate_ads_are_found(shared: Path) -> None:
    opened = corpus(shared / "pilot" / "ads.csv")
    digests = list(opened.digests(listed(opened)))
    counts = Counter(digest for digest in digests if digest != NO_TEXT)
    assert (len(digests), counts.total()) == (68, 66)
    assert sorted(count for count in counts.values() if count > 1) == [2, 2, 2, 3, 5]

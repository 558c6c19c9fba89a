"""The candidates that a picker shows, and their order."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.picker import Candidate, candidate, rank

CODES = [
    candidate("TASK1", "Business Understanding", "translate needs into requirements"),
    candidate("TASK2", "Data Engineering", "pipelines, cleaning"),
    candidate("TASK5", "Operations Engineering (MLOps)", "deploy, monitor"),
    candidate("TECH1", "Programming Languages", "Python TypeScript Java C++"),
    candidate("TECH5", "Vector Stores & Search", "Pinecone FAISS Weaviate"),
    candidate("SKILL2", "Learning & Adaptability", "goes on learning"),
    candidate("X", "Één Café", ""),
]


def ids(query: str, *recent: str) -> list[str]:
    return [match.candidate.id for match in rank(query, CODES, recent)]


def highlighted(query: str) -> str:
    """Return the name of the best match with its highlighted letters in brackets: `[Op]erations [ML]Ops`."""
    match = rank(query, CODES)[0]
    marked = "".join(
        f"[{letter}]" if place in match.positions else letter for place, letter in enumerate(match.candidate.name)
    )
    return marked.replace("][", "")


def test_an_empty_query_returns_all_with_recent_ones_first() -> None:
    everything = [each.id for each in CODES]
    assert ids("") == everything
    assert ids("  ", "TECH1", "TASK2", "gone")[:3] == ["TECH1", "TASK2", "TASK1"]
    assert sorted(ids("", "TECH1", "TECH1")) == sorted(everything)


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("task5", "TASK5"),
        ("tec", "TECH1"),
        ("mlops", "TASK5"),
        ("op ml", "TASK5"),
        ("eng data", "TASK2"),
        ("ngua", "TECH1"),
        ("vs", "TECH5"),
        ("t5", "TASK5"),
        ("opeg", "TASK5"),
        ("faiss", "TECH5"),
        ("tech py", "TECH1"),
        ("C++", "TECH1"),
        ("pyhton", "TECH1"),
        ("Operatoins", "TASK5"),
        ("Busines Undrestanding", "TASK1"),
        ("een cafe", "X"),
        ("CAFÉ", "X"),
        ("cafe\u0301", "X"),
    ],
)
def test_typical_queries_find_the_intended_code(query: str, best: str) -> None:
    assert ids(query)[0] == best


@pytest.mark.parametrize("query", ["zzz", "kubernetes", "pyhton zzzz", "🙂", "(.*", "\\"])
def test_a_query_without_a_match_finds_nothing(query: str) -> None:
    assert ids(query) == []


def test_fits_are_ordered_from_close_to_loose() -> None:
    several = [
        candidate("a", "s-p-o-t"),
        candidate("b", "elsewhere", "a spot"),
        candidate("c", "Some Part Of This"),
        candidate("d", "despotic"),
        candidate("e", "the spotted"),
        candidate("spotty", "other"),
        candidate("spot", "another"),
        candidate("f", "soaps plot"),
    ]
    found = [match.candidate.id for match in rank("spot", several)]
    assert found == ["spot", "spotty", "e", "d", "a", "c", "b", "f"]


def test_recent_codes_come_first_only_among_equal_fits() -> None:
    assert ids("tech", "TECH5") == ["TECH5", "TECH1"]
    assert ids("mlops", "TECH5")[0] == "TASK5"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("op ml", "[Op]erations Engineering ([ML]Ops)"),
        ("ngua", "Programming La[ngua]ges"),
        ("vs", "[V]ector [S]tores & Search"),
        ("cafe", "Één [Café]"),
        ("task5", "Operations Engineering (MLOps)"),
        ("Operatoins", "[Operations] Engineering (MLOps)"),
    ],
)
def test_the_matching_letters_are_highlighted(query: str, shown: str) -> None:
    assert highlighted(query) == shown


def test_candidates_are_found_by_id_and_by_words_of_their_name() -> None:
    ads = [candidate("752", "Fitting: Senior Engineer"), candidate("33", "Flutter Engineer")]
    assert [rank(query, ads)[0].candidate.id for query in ("75", "fit sen", "flutter")] == ["752", "752", "33"]


def test_letters_that_grow_when_folded_keep_their_positions() -> None:
    (match,) = rank("wert", [candidate("1", "İĲßẞ Wert")])
    assert match.positions == (5, 6, 7, 8)


TEXTS = st.text("ab cß1É", max_size=8)


@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=6))
def test_highlights_are_in_the_name_and_nothing_is_found_twice(
    query: str, described: list[tuple[str, str, str]]
) -> None:
    candidates: list[Candidate] = [candidate(f"{n}{id_}", *rest) for n, (id_, *rest) in enumerate(described)]
    matches = rank(query, candidates)
    assert len({match.candidate.id for match in matches}) == len(matches)
    for match in matches:
        assert list(match.positions) == sorted(set(match.positions))
        assert all(0 <= place < len(match.candidate.name) for place in match.positions)
    assert rank(query, candidates) == matches


def test_importing_the_ranking_does_not_load_the_library_for_typing_errors() -> None:
    code = "import sys, codetui.core.codebook.picker; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

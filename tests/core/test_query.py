"""The language of queries, and the places that they find."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.query.evaluate import Hit, QueriedCoding, QueriedSession, QueriedSource, hits, matches
from codetui.core.query.parser import parse_query
from codetui.core.query.query import Query, QueryError
from codetui.core.query.words import FoldedText, Phrase
from codetui.model import (
    Code,
    Codebook,
    CodeId,
    CodingId,
    Group,
    Profile,
    Section,
    Source,
    SourceId,
    Span,
)
from testing.examples import examples
from testing.reference_scan import Condition, Quotation, find

BOOK = Codebook(
    title="Book",
    profiles=(Profile(id="P1", name="Builder"), Profile(id="P2", name="Keeper")),
    sections=(Section(id="tasks", title="Job Tasks"), Section(id="tools", title="Tools", holds="terms")),
    groups=(Group(id="ops", section="tasks", title="Operations"),),
    codes=(
        Code(id=CodeId("TASK1"), name="Design", section="tasks"),
        Code(id=CodeId("TASK2"), name="Run it", section="tasks", group="ops"),
        Code(id=CodeId("TOOL1"), name="Languages", section="tools"),
    ),
)


def query(text: str) -> Query:
    """Parse a query that is valid."""
    found = parse_query(text, BOOK)
    assert isinstance(found, Query), found
    return found


def coding(code: str, start: int, end: int, note: str = "", number: int = 0) -> QueriedCoding:
    """Return a coding of a code at a place."""
    return QueriedCoding(CodingId(f"c{number}"), CodeId(code), Span(start, end), "", note, number, "")


def ad(text: str, *codings: QueriedCoding, profile: str = "") -> QueriedSource:
    """Return a source with a session."""
    attributes = {"Sector": "Retail bank", "Región": "Noord-Brabant"}
    source = Source(SourceId("36"), "Bakker", "Data engineer", text, "ads.csv", attributes=attributes)
    return QueriedSource(source, QueriedSession("anna", "in progress", profile, codings=codings))


# --- words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("python", "Python, PYTHON and pythonic", ["Python", "PYTHON"]),
        ("cafe", "Café, cafe\u0301 and CAFÉ", ["Café", "cafe\u0301", "CAFÉ"]),
        ("café", "a cafe", ["cafe"]),
        ("c", "C, C++, C# and F#; C-code", ["C", "C"]),
        ("c++", "C++ and g++ and C++17", ["C++", "C++"]),
        ("c#", "C#-developer", ["C#"]),
        ("hbo", "HBO+ niveau", ["HBO"]),
        (".net", "ASP.NET, .NET; net", [".NET", ".NET"]),
        ("node.js", "Node.js and node js", ["Node.js"]),
        ("node", "Node.js", ["Node"]),
        ("engineer", "AI-engineer en engineers", ["engineer"]),
        ("AI-engineer", "AI‑engineer", ["AI‑engineer"]),
        ("foto's", "foto’s", ["foto’s"]),
        ("ijssel", "de IJssel, de Ĳssel", ["IJssel", "Ĳssel"]),
        ("strasse", "Straße", ["Straße"]),
        ("samen", "sa\u00admen", ["sa\u00admen"]),
        ("full\n width", "ｆｕｌｌ   width", ["ｆｕｌｌ   width"]),
        ("数据库", "熟悉Python和数据库设计。", ["数据库"]),
        ("python", "熟悉Python和 Python을", ["Python", "Python"]),
        ("हि", "हिन्दी", []),
    ],
)
def test_words_are_found_whole_without_case_and_accents(words: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in Phrase(words).spans(FoldedText(text))] == found


def test_a_word_with_a_star_finds_longer_words() -> None:
    ad_ = ad("engineer, engineering, an engine")
    assert [ad_.source.text[slice(*hit.span)] for hit in hits(query("engineer*"), ad_) if hit.span] == [
        "engineer",
        "engineering",
    ]


def test_a_phrase_is_found_across_line_wraps() -> None:
    assert matches(query('"prompt engineering"'), ad("prompt\n     engineering"))
    assert not matches(query('"prompt engineering"'), ad("prompt, engineering"))


# --- conditions ---------------------------------------------------------------------------------------

TEXT = "Design models. Run Python daily."
QUOTED = ad(TEXT, coding("TASK1", 0, 13, "ask Bob", 1), coding("TASK2", 15, 31, "", 2), coding("TOOL1", 19, 25, "", 3))


@pytest.mark.parametrize(
    "text",
    [
        "python -senior",
        "python AND models",
        "(java OR python) models",
        "java OR python",
        "/mod\\w+s/",
        "/^design/",
        "code:TASK1",
        "code:task1",
        'code:"Run it"',
        "code:TASK*",
        "code:TASK1 code:TASK2",
        "section:tools",
        'section:"Job Tasks"',
        "group:ops",
        "note:ask",
        'note:"ask bob"',
        "note:*",
        'note:""',
        "code:TASK1 note:bob",
        "code:TASK2 -note:bob",
        "code:TASK* group:ops",
        "coder:ANNA",
        "coder:an*",
        'state:"in progress"',
        "state:open -state:done",
        'profile:""',
        "id:36",
        "id:3*",
        "employer:bakker",
        "title:engineer",
        "sector:bank",
        'sector:"retail bank"',
        "région:noord*",
        "salary:*  OR python",
        "TOOL1 & TASK2",
        "TOOL1 in TASK2",
        "TASK1 ~2 TASK2",
        "TASK2 ~s TOOL1",
        "TASK1 < TOOL1",
        "section:tasks < section:tools",
    ],
)
def test_these_queries_match(text: str) -> None:
    assert matches(query(text), QUOTED)
    assert not matches(query(f"-({text})"), QUOTED)


@pytest.mark.parametrize(
    "text",
    [
        "java",
        "python -models",
        "code:TASK2 note:bob",
        "code:TASK1 group:ops",
        "coder:bob",
        "state:done",
        "profile:P1",
        "id:3",
        "sector:ban",
        'sector:""',
        "salary:*",
        "TASK1 & TASK2",
        "TASK2 in TOOL1",
        "TASK1 ~1 TASK2",
        "TASK1 ~s TASK2",
        "TASK2 < TASK1",
        "TASK1 & TASK1",
    ],
)
def test_these_queries_do_not_match(text: str) -> None:
    assert not matches(query(text), QUOTED)


def test_a_profile_is_found_by_id_and_by_name_however_it_was_recorded() -> None:
    for recorded in ("P1", "Builder"):
        assert matches(query("profile:P1"), ad("", profile=recorded))
        assert matches(query("profile:builder"), ad("", profile=recorded))


def test_hits_are_the_quotations_and_words_in_order_of_place() -> None:
    found = hits(query("code:TASK2 OR models"), QUOTED)
    assert [hit.span for hit in found] == [Span(7, 13), Span(15, 31)]
    assert [hit.coding and hit.coding.code for hit in found] == [None, "TASK2"]


def test_a_relation_names_the_other_quotation() -> None:
    (hit,) = hits(query("TOOL1 in TASK2"), QUOTED)
    assert hit.coding is not None
    assert hit.other is not None
    assert (hit.coding.code, hit.other.code) == ("TOOL1", "TASK2")


def test_a_quotation_without_a_place_is_found_by_its_code() -> None:
    lost = QueriedCoding(CodingId("c1"), CodeId("TASK1"), None, "gone", "", 0, "")
    assert hits(query("code:TASK1"), ad("text", lost)) == [Hit(None, lost)]
    assert not matches(query("TASK1 < TASK2"), ad("text", lost))


def test_a_source_without_a_session_matches_by_what_it_has() -> None:
    bare = QueriedSource(QUOTED.source)
    assert matches(query("state:untouched -code:TASK1"), bare)
    assert query("-code:TASK1").may_match_uncoded
    assert query('state:"not begun"').may_match_uncoded
    assert query("python OR code:TASK1").may_match_uncoded
    assert not query("python code:TASK1").may_match_uncoded
    assert not query("code:TASK1 OR profile:*").may_match_uncoded


# --- errors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "missing"),
        ("python OR", 10, "missing"),
        ('python "prompt eng', 8, "not closed"),
        ("(a OR b", 1, "not closed"),
        ("a )", 3, "closes nothing"),
        ("a - b", 3, "excludes nothing"),
        ("/ra(g/", 4, "missing )"),
        ("/rag", 1, "no end"),
        ("code:TAKS1", 6, "did you mean TASK1"),
        ("code:", 6, "value is missing"),
        ("section:taks", 9, "the codebook has tasks, tools"),
        ("profile:P9", 9, "the codebook has P1, P2"),
        ("state:finished", 7, "done"),
        ("TASK1 & foo", 9, "no code foo"),
        ("foo & TASK1", 1, "no code foo"),
        ("TASK1 &", 8, "code is missing"),
        ("TASK1 & TASK2 & TOOL1", 14, "two codes"),
        ("TASK1 & (TASK2 OR sea)", 9, "codes on both sides"),
        ("(TASK1 & TASK2) < TOOL1", 1, "codes on both sides"),
        ("AI & ML", 1, "put words that are no codes into quotes"),
        ("python AND OR java", 12, "missing"),
        ("NOT", 1, "excludes nothing"),
        ("p*n", 2, "only end a word"),
        ('"date found":', 14, "value is missing"),
        ('""', 1, "nothing between"),
        ('"a"b', 4, "blank is missing"),
        ("*", 1, "everything or nothing"),
        ("-" * 100 + "a", 41, "inside each other"),
        ("(" * 5000, 41, "inside each other"),
    ],
)
def test_an_error_points_at_its_column(text: str, column: int, words: str) -> None:
    error = parse_query(text, BOOK)
    assert isinstance(error, QueryError)
    assert error.column == column
    assert words in error.message


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("NOT python", "-python"),
        ("data NOT (python OR java)", "data -(python OR java)"),
        ("TASK1&TASK2", "TASK1 & TASK2"),
        ("task1<TASK*", "TASK1 < TASK*"),
        ('"Región":x', "región:x"),
        ("«data engineer»", '"data engineer"'),
    ],
)
def test_other_ways_to_write_a_query_mean_the_same(text: str, plain: str) -> None:
    assert query(text).root == query(plain).root


def test_a_relation_takes_several_codes_on_each_side() -> None:
    source = ad("data " * 9, coding("TASK1", 0, 9, "", 1), coding("TOOL1", 5, 9, "", 2), coding("TASK2", 20, 30, "", 3))
    for text in ("(TASK1 OR TASK2) & (TOOL1 OR TASK2)", "(TASK*) & section:tools", "TASK1 & (TASK2 OR TOOL1)"):
        assert [hit.span for hit in hits(query(text), source)] == [Span(0, 9)], text
    assert matches(query('"sector":"retail bank"'), source)
    spaced = replace(source.source, attributes={"Datum gevonden": "2026-05-13", "Parttime / fulltime": "Fulltime"})
    assert matches(query('"datum gevonden":2026-05 "parttime / fulltime":full*'), QueriedSource(spaced))
    assert query('"datum gevonden":2026-05').attributes == ["datum gevonden"]


def test_in_is_a_word_unless_codes_are_on_both_sides() -> None:
    assert matches(query("work in Utrecht"), ad("We work in Utrecht"))
    assert matches(query("TASK1 in Utrecht"), ad("TASK1 is done in Utrecht"))
    assert matches(query("TASK1 in (Utrecht OR Breda)"), ad("TASK1 is done in Utrecht"))


@given(st.text(max_size=40))
@settings(max_examples=examples(400))
def test_any_text_is_a_query_or_an_error_within_it(text: str) -> None:
    found = parse_query(text, BOOK)
    if isinstance(found, QueryError):
        assert 1 <= found.column <= len(text) + 1
    else:
        hits(found, QUOTED)


# --- against a plain scan -----------------------------------------------------------------------------

TOKENS = ["Python", "python", "C", "c++", "C#", ".NET", "net", "café", "CAFE\u0301", "cafe", "data", "engineer"]
TOKENS += ["foto’s", "straße", "HBO+", "GPT4", "engineers", "5+", "a_b", "Ĳs", "ijs", "sa\u00admen"]
GAPS = [" ", " ", "\n     ", "-", ", ", "/", " (", ") ", "+", ".", "\u00a0"]
texts = st.lists(st.tuples(st.sampled_from(TOKENS), st.sampled_from(GAPS)), max_size=25).map(
    lambda pairs: "".join(token + gap for token, gap in pairs)
)
SEARCHED = ["python", "c", "C++", "c#", ".net", "NET", "cafe", "Café", "engineer", "foto's", "strasse", "hbo", "ijs"]
CODES = {"TASK1": ("TASK1",), "TASK*": ("TASK1", "TASK2"), "TOOL1": ("TOOL1",)}
words_in = st.sampled_from(SEARCHED).map(lambda word: (word, ("words", [word], False)))
prefixes = st.sampled_from(["py", "engin", "c", "f"]).map(lambda word: (f"{word}*", ("words", [word], True)))
phrases = st.lists(st.sampled_from(SEARCHED), min_size=2, max_size=2).map(
    lambda words: (f'"{" ".join(words)}"', ("words", words, False))
)
regexes = st.sampled_from([r"p\w+n", r"c.?", r"\d+", "x*", "^data"]).map(lambda one: (f"/{one}/", ("regex", one)))
names = st.sampled_from(sorted(CODES))
of_codes = st.tuples(names, st.sampled_from([None, "ask"])).map(
    lambda pair: (f"code:{pair[0]}" + (f" note:{pair[1]}" if pair[1] else ""), ("code", CODES[pair[0]], pair[1]))
)
distances = {"&": 0, "in": 0, "<": 0, "~0": 0, "~5": 5, "~80": 80}
relations = st.tuples(names, st.sampled_from(sorted(distances)), names).map(
    lambda parts: (" ".join(parts), ("relation", CODES[parts[0]], parts[1], CODES[parts[2]], distances[parts[1]]))
)
Pair = tuple[str, Condition]


def _joined(parts: list[Pair], operator: str) -> Pair:
    return f" {operator} ".join(f"({text})" for text, _ in parts), (operator.lower(), *(one for _, one in parts))


conditions: st.SearchStrategy[Pair] = st.recursive(
    st.one_of(words_in, prefixes, phrases, regexes, of_codes, relations),
    lambda inner: st.one_of(
        inner.map(lambda pair: (f"-({pair[0]})", ("not", pair[1]))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(parts, "AND")),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: _joined(parts, "OR")),
    ),
    max_leaves=5,
)
codes = st.sampled_from(["TASK1", "TASK2", "TOOL1"])
notes = st.sampled_from(["", "ask"])
quotations = st.lists(st.tuples(codes, st.integers(0, 60), st.integers(1, 40), notes), max_size=8)


@given(texts, quotations, conditions)
@settings(max_examples=examples(2000))
def test_hits_are_those_of_a_plain_scan(
    text: str, coded: list[tuple[str, int, int, str]], pair: tuple[str, Condition]
) -> None:
    number = count()
    codings = [coding(code, start, start + length, note, next(number)) for code, start, length, note in coded]
    plain = [Quotation(code=code, note=note, start=start, end=start + length) for code, start, length, note in coded]
    expected = find(pair[1], text, plain)
    source = ad(text, *codings)
    asked = query(pair[0])
    assert matches(asked, source) == (expected is not None)
    found = [(hit.span, hit.coding.id.removeprefix("c") if hit.coding else "") for hit in hits(asked, source)]
    assert len(set(found)) == len(found)
    assert {(*span, one) for span, one in found if span} == (expected or set())

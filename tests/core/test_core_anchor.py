"""Anchors: a quotation is found again at its place, and nowhere else."""

from __future__ import annotations

import csv
import json
import re
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.anchors.anchor import (
    CONTEXT_LENGTH,
    Ambiguous,
    Exact,
    Fuzzy,
    Orphan,
    Resolution,
    anchor_at,
    is_quoted,
    locate,
    resolve,
)
from codetui.core.anchors.outline import outline_of
from codetui.core.text.normalize import NormalizedText, collapse_spaces, normalize_words
from codetui.formats.session_doc.markdown import parse_document
from codetui.model import Anchor, Span, text_hash
from testing.examples import examples

AD = (
    "Data Engineer\n\nWe need Python and SQL.\n     * Build robust data pipelines for our clients\n"
    "     * Build robust data pipelines for our partners\n"
    "  You’ll work “agile” – with Python, Go and JavaScript."
)


def _anchor(text: str, words: str, nth: int = 0) -> Anchor:
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return anchor_at(text, Span(start, start + len(words)), text_hash(text))


def _words(text: str, found: Resolution) -> str:
    assert isinstance(found, Exact | Fuzzy)
    return text[found.span.start : found.span.end]


# --- resolving an anchor -----------------------------------------------------------------------------


def test_an_anchor_has_the_words_and_their_context() -> None:
    anchor = _anchor(AD, "Python")
    assert (anchor.words, anchor.text_hash) == ("Python", text_hash(AD))
    assert anchor.before == AD[: anchor.start][-CONTEXT_LENGTH:]
    assert anchor.after == AD[anchor.end : anchor.end + CONTEXT_LENGTH]


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_every_span_is_found_in_an_unchanged_text(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    anchor = anchor_at(text, Span(start, end), text_hash(text))
    expected = Exact(Span(start, end), "offsets") if end > start else Orphan()
    assert resolve(text, anchor) == expected


def test_words_that_moved_are_found_by_their_context() -> None:
    for nth in (0, 1):
        anchor = _anchor(AD, "Python", nth)
        moved = "A new first line.\n" + AD
        found = resolve(moved, anchor)
        assert isinstance(found, Exact)
        assert (found.step, found.span.start) == ("words", anchor.start + 18)


def test_context_outweighs_offsets_that_match_by_chance() -> None:
    text = "SQL or Java. SQL or Rust."
    anchor = _anchor(text, "SQL", 1)
    assert resolve("Some " + "words. SQL!! " + text, anchor) == Exact(Span(31, 34), "words")


def test_near_duplicates_are_ambiguous_if_the_context_does_not_decide() -> None:
    text = "x" * 40 + " Python " + "y" * 40
    anchor = _anchor(text, "Python")
    twice = f"new {text} {text}"
    found = resolve(twice, anchor)
    assert isinstance(found, Ambiguous)
    assert [twice[span.start : span.end] for span in found.spans] == ["Python", "Python"]


def test_a_short_word_alone_in_another_context_is_ambiguous() -> None:
    anchor = _anchor("We use Go every day.", "Go")
    assert resolve("Are you ready? Go for it!", anchor) == Ambiguous((Span(15, 17),))


def test_removed_words_are_an_orphan() -> None:
    assert resolve("Another text altogether.", _anchor(AD, "robust data pipelines for our clients")) == Orphan()


def test_a_context_decides_for_a_place_inside_a_word() -> None:
    anchor = _anchor("We use JavaScript every day.", "Java")
    found = resolve("Now: we like Java. We use JavaScript every day.", anchor)
    assert found == Exact(Span(26, 30), "words")


# --- locating words of a document --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Build robust data pipelines for our clients", "Build robust data pipelines for our clients"),
        ('You\'ll work "agile" - with Python', "You’ll work “agile” – with Python"),
        ("WE NEED python AND sql", "We need Python and SQL"),
        ("...we need Python", "We need Python"),
        ("data pipelines for our partners...", "data pipelines for our partners"),
        ("[…] for our partners", "for our partners"),
        ("You'll work ... Python, Go", "You’ll work “agile” – with Python, Go"),
        ("for our clients […] data pipelines for our partners", AD[AD.index("for our") : AD.index("partners") + 8]),
        ("SQL. * Build robust", "SQL.\n     * Build robust"),
        ("JavaScript", "JavaScript"),
    ],
)
def test_words_of_a_document_are_found_in_the_ad(words: str, found: str) -> None:
    resolution = locate(AD, words)
    assert isinstance(resolution, Exact)
    assert _words(AD, resolution) == found


@pytest.mark.parametrize("words", ["Python", "Build robust data pipelines", "Build ... our", "build robust"])
def test_words_that_occur_more_than_once_are_ambiguous(words: str) -> None:
    found = locate(AD, words)
    assert isinstance(found, Ambiguous)
    assert len(found.spans) == 2
    assert list(found.spans) == sorted(found.spans)


@pytest.mark.parametrize("words", ["", "  ", "...", "Kubernetes", "Rust", "[...]", "\x00"])
def test_words_that_are_not_in_the_text_are_orphans(words: str) -> None:
    assert locate(AD, words) == Orphan()


def test_whole_words_are_preferred_to_parts_of_words() -> None:
    text = "algorithms in Google Go"
    assert locate(text, "Go") == Exact(Span(21, 23), "words")
    assert locate("uses LLMs only", "LLM") == Exact(Span(5, 8), "words")


def test_a_short_word_inside_another_word_is_ambiguous() -> None:
    assert locate("uses JavaScript only", "Java") == Ambiguous((Span(5, 9),))
    assert locate("they train it", "AI") == Ambiguous((Span(7, 9),))
    assert locate("our aim is", "AI") == Ambiguous((Span(4, 6),))
    assert locate("our goals are", "Go") == Ambiguous((Span(4, 6),))


def test_a_short_word_in_another_case_is_ambiguous() -> None:
    assert locate("you make it work", "IT") == Ambiguous((Span(9, 11),))
    assert locate("you know PYTHON well", "Python") == Exact(Span(9, 15), "folded")


def test_a_line_break_between_the_words_does_not_matter() -> None:
    text = "* You build data\n  pipelines.\n* They sell data pipelines."
    assert locate(text, "data pipelines") == Ambiguous((Span(12, 28), Span(42, 56)))
    assert locate(text, "They sell data pipelines") == Exact(Span(32, 56), "words")


def test_parts_are_found_in_order_in_the_shortest_span() -> None:
    text = "we build houses. Later we build houses and then run large models."
    assert _words(text, locate(text, "we build houses ... large models")) == "we build houses and then run large models"
    assert not isinstance(locate(text, "large models ... we build houses"), Exact)


@pytest.mark.parametrize("words", ["need Python ... and SQL", "Data … Go"])
def test_short_parts_of_cut_words_are_ambiguous(words: str) -> None:
    found = locate(AD, words)
    assert isinstance(found, Ambiguous)
    assert len(found.spans) == 1


def test_parts_too_far_apart_do_not_form_a_quotation() -> None:
    text = "the first words " + "z" * 2000 + " the last words"
    assert not isinstance(locate(text, "first words ... last words"), Exact)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("You will work agile with Python, Go", "You’ll work “agile” – with Python, Go"),
        ("work “agile” – with Pyhton, Go and JavaScript.", "work “agile” – with Python, Go and JavaScript."),
    ],
)
def test_typos_are_ignored(words: str, found: str) -> None:
    resolution = locate(AD, words)
    assert isinstance(resolution, Fuzzy)
    assert _words(AD, resolution) == found
    assert 0.8 <= resolution.score < 1


def test_lines_that_differ_in_one_word_are_ambiguous_when_that_word_is_wrong() -> None:
    found = locate(AD, "Build robust data pipelines for our friends")
    assert isinstance(found, Ambiguous)
    assert [AD[span.start :][:5] for span in found.spans] == ["Build", "Build"]


def test_words_unlike_any_place_have_a_nearest_place() -> None:
    found = locate(AD, "Build very solid data streams for the clients")
    assert isinstance(found, Orphan)
    assert found.nearest is not None
    assert 0.6 <= found.score < 0.8


def test_a_word_that_occurs_everywhere_is_resolved_quickly() -> None:
    found = locate("a " * 5000, "a", "a ", " a")
    assert isinstance(found, Ambiguous)


# --- folding -----------------------------------------------------------------------------------------

FOLDABLE = st.text(
    st.sampled_from("aA eE\t\n\u00a0\u2028“”’–ßİ\u0301\u0327\u0308é&ｓ\u00ad\u200b가\u1100\u1161…🙂\U0001d49c"),
    max_size=40,
)


@given(FOLDABLE)
def test_normalized_spans_map_back_to_the_text(text: str) -> None:
    folded = NormalizedText(text)
    for start in range(len(folded.text)):
        span = folded.span(start, start + 1)
        assert 0 <= span.start < span.end <= len(text)
        assert folded.text[start] in NormalizedText(text[span.start : span.end]).text
    if folded.text:
        whole = folded.span(0, len(folded.text))
        assert normalize_words(text[whole.start : whole.end]) == folded.text.strip()


@given(FOLDABLE)
def test_normalization_ignores_composition_and_case(text: str) -> None:
    assert normalize_words(unicodedata.normalize("NFD", text)) == normalize_words(unicodedata.normalize("NFC", text))


def test_normalization_ignores_quotes_dashes_and_spaces() -> None:
    assert normalize_words(" “Straße”\n –  it&amp;s ‘Caf\u0065\u0301’ ") == "\"strasse\" - it&s 'café'"
    text = "x  Stra\u00dfe &amp; Cafe\u0301 y"
    assert _words(text, locate(text, "strasse & caf\u00e9")) == "Stra\u00dfe &amp; Cafe\u0301"


@given(st.text())
def test_collapsed_words_have_only_single_blanks(text: str) -> None:
    shown = collapse_spaces(text)
    assert shown == shown.strip() and "  " not in shown
    assert all(not character.isspace() or character == " " for character in shown)


@settings(max_examples=examples(50))
@given(st.text(max_size=200), st.text(max_size=40))
def test_any_words_can_be_located_in_any_text(text: str, words: str) -> None:
    found = locate(text, words)
    spans = (
        found.spans
        if isinstance(found, Ambiguous)
        else (found.nearest,)
        if isinstance(found, Orphan)
        else (found.span,)
    )
    assert all(span is None or 0 <= span.start < span.end <= len(text) for span in spans)


# --- real ads ----------------------------------------------------------------------------------------


@pytest.fixture
def ads(shared: Path) -> dict[str, str]:
    csv.field_size_limit(10**8)
    with (shared / "pilot/ads.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["job_id"]: f"{row['Vacaturetitel']}\n\n{row['Functieomschrijving']}" for row in csv.DictReader(file)
        }


def _quotations(shared: Path) -> Iterator[tuple[str, str]]:
    for path in (
        *sorted((shared / "pilot/codings").glob("*.md")),
        *sorted((shared / "seeds").glob("00[012]*")),
    ):
        document, _ = parse_document(path.read_text(encoding="utf-8"), path.name)
        for section in document.sections:
            for block in section.blocks:
                for code in block.codes:
                    yield from ((document.source_id, entry.words) for entry in code.entries if entry.kind != "note")


def _step(found: Resolution) -> str:
    return found.step if isinstance(found, Exact) else type(found).__name__


def test_every_real_quotation_is_found_in_its_ad(ads: dict[str, str], shared: Path) -> None:
    steps: Counter[str] = Counter()
    for ad, words in _quotations(shared):
        found = locate(ads[ad], words)
        steps[_step(found)] += 1
        if isinstance(found, Ambiguous):
            assert len(found.spans) > 1
    assert steps == {"words": 113, "folded": 11, "Ambiguous": 14}


def test_real_quotations_are_found_again_after_an_edit(ads: dict[str, str], shared: Path) -> None:
    for ad, words in _quotations(shared):
        start = ads[ad].find(words)
        if start < 0:
            continue
        anchor = anchor_at(ads[ad], Span(start, start + len(words)), "")
        edited = "An added first line.\n" + ads[ad]
        assert resolve(edited, anchor) in (Exact(Span(start + 21, start + 21 + len(words)), "words"),)


def test_phrases_of_a_model_are_found_in_their_ads(ads: dict[str, str], shared: Path) -> None:
    steps: Counter[str] = Counter()
    for path in (shared / "pilot/llm").glob("*.json"):
        coding = json.loads(path.read_text(encoding="utf-8"))
        steps.update(_step(locate(ads[str(coding["job_id"])], phrase)) for phrase in _phrases(coding))
    found = steps["words"] + steps["folded"] + steps["Ambiguous"]
    assert found >= 0.95 * steps.total()
    assert found + steps["Fuzzy"] >= 0.98 * steps.total()


def _phrases(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("phrase"), str) and part["phrase"].strip():
            yield part["phrase"]
        for each in part.values():
            yield from _phrases(each)
    elif isinstance(part, list):
        for each in part:
            yield from _phrases(each)


# --- words as a person wrote them ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "words", "expected"),
    [
        ("You light   the lamp", "You light the lamp", True),
        ("You light the lamp", "you light the lamp", True),
        ("You light the lamp", "light the lamp", False),
        ("You light the lamp", "...light the lamp", False),
        ("light the lamp", "...light the lamp...", True),
        ("You light the lamp at dusk", "You light ... at dusk", True),
        ("You light the lamp at dusk", "You light [...] the lamp … dusk", True),
        ("You light the lamp at dusk, at dusk", "You light ... at dusk", True),
        ("You light the lamp at dusk", "You light ... lamp ... the lamp at dusk", False),
        ("go", "Go", False),
        ("Go", "Go", True),
        ("You light", "...", False),
    ],
)
def test_a_passage_is_quoted_only_by_words_with_the_same_beginning_and_end(
    there: str, words: str, expected: bool
) -> None:
    text = f"Before. {there}. After."
    assert is_quoted(text, Span(8, 8 + len(there)), words) is expected


# --- words over a line break ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("data\nengineers nu. Ook Data\nEngineers later", "Data Engineers", "Data\nEngineers"),
        ("data\nengineers nu. Ook Data\nEngineers later", "data engineers", "data\nengineers"),
        ("We bouwen met\nPython\u200b en Go", "met Python\u200b", "met\nPython\u200b"),
        ("Een mooie\n  baan\u00ad voor je", "mooie baan\u00ad", "mooie\n  baan\u00ad"),
    ],
)
def test_words_across_a_line_break_match_only_their_own_letters(text: str, words: str, there: str) -> None:
    found = locate(text, words)
    assert isinstance(found, Exact) and _words(text, found) == there


LISTED = """Gardener wanted

You talk with people in the morning. You water the beds.
You talk with people at noon. You cut the hedge.
You talk with people in the evening. You lock the gate.

 * You know your soil
 * You talk with people
 * You like rain
"""


@pytest.mark.parametrize("width", [20, 25, 30, 40, 60, 1000])
@pytest.mark.parametrize("is_capitalized", [False, True])
def test_repeated_words_are_found_at_their_places_after_lines_are_wrapped(width: int, is_capitalized: bool) -> None:
    text = "\n".join(textwrap.wrap(LISTED, width))
    text = text.upper() if is_capitalized else text
    words = re.compile(r"talk\s+with\s+people", re.IGNORECASE)
    places = [Span(*found.span()) for found in words.finditer(text)]
    anchors = [anchor_at(LISTED, Span(*found.span()), text_hash(LISTED)) for found in words.finditer(LISTED)]
    outlines = {text_hash(LISTED): outline_of(LISTED)}
    for known in ({}, outlines):
        found = [resolve(text, anchor, known) for anchor in anchors]
        assert [one.span for one in found if isinstance(one, Exact)] == places


def test_a_short_quotation_that_occurs_once_is_found_when_only_capitals_changed() -> None:
    start = LISTED.index("cut the hedge")
    anchor = anchor_at(LISTED, Span(start, start + 13), text_hash(LISTED))
    found = resolve(LISTED.upper(), anchor)
    assert isinstance(found, Exact) and found.span == Span(start, start + 13)

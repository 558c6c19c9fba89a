"""The class and place of phrases that a program took for quotations."""

from __future__ import annotations

import pytest

from codetui.core.anchors.phrases import PhraseClass, PhraseFinder
from codetui.model import Code, Codebook, CodeId, Section, Source, SourceId, Span

TITLE = "Bakker en verkoper"
BODY = "You bake “real” bread. You sell bread. Je kneedt het deeg met de hand, elke ochtend."
SOURCE = Source(SourceId("7"), "De Oven", TITLE, f"{TITLE}\n\n{BODY}", "ads.csv", line=2, body_start=len(TITLE) + 2)
BOOK = Codebook(
    title="Bakers",
    sections=(Section(id="t", title="Tasks"),),
    codes=(Code(id=CodeId("T1"), name="Baking", section="t", definition="Kneading and baking in a stone oven."),),
)


@pytest.mark.parametrize(
    ("words", "kind", "there"),
    [
        ("You sell bread.", "exact", "You sell bread."),
        ("You  sell\nbread.", "exact", "You sell bread."),
        ('you bake "real" bread', "folded", "You bake “real” bread"),
        ("Je kneedt het deeg … elke ochtend", "folded", "Je kneedt het deeg met de hand, elke ochtend"),
        ("Je … ochtend", "resembling", ""),
        ("Je kneedt het deg met de hand", "resembling", "Je kneedt het deeg met de hand"),
        ("bread", "ambiguous", ""),
        ("verkoper", "title", ""),
        ("bakker en verkoper", "title", ""),
        ("baking in a stone oven", "codebook", ""),
        ("fries the fish at sea", "nowhere", ""),
        ("", "nowhere", ""),
    ],
)
def test_a_phrase_has_one_class(words: str, kind: PhraseClass, there: str) -> None:
    phrase = PhraseFinder(BOOK).find(SOURCE, words)
    assert phrase.kind == kind
    assert (SOURCE.text[slice(*phrase.span)] if phrase.span else "") == there


def test_an_ambiguous_phrase_has_its_places_in_the_whole_text() -> None:
    phrase = PhraseFinder(BOOK).find(SOURCE, "bread")
    assert [SOURCE.text[slice(*place)] for place in phrase.places] == ["bread", "bread"]
    assert phrase.places[0].start > SOURCE.body_start


def test_a_title_counts_as_text_where_people_quote_it() -> None:
    phrase = PhraseFinder(BOOK, is_title_quoted=True).find(SOURCE, "verkoper")
    assert (phrase.kind, phrase.span) == ("exact", Span(10, 18))


def test_offsets_are_trusted_only_where_the_words_are() -> None:
    finder = PhraseFinder(BOOK)
    found = finder.at(SOURCE, "verkoper", [Span(0, 8), Span(10, 18), Span(90, 9000)])
    assert found is not None and found.span == Span(10, 18)
    assert finder.at(SOURCE, "verkoper", [Span(0, 8), Span(-3, 5), Span(5, 5)]) is None

"""Typos are distinguished from different words."""

from __future__ import annotations

import pytest

from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, Orphan, anchor_at, locate, resolve
from codetui.core.anchors.similarity import is_typo
from codetui.model import Span, text_hash

KEEP = "you keep the lamps of the tower clean and bright"


@pytest.mark.parametrize(
    "place",
    [
        KEEP,
        "you keep the lapms of the tower clean and bright",
        "you keep the lamps of the tower clean and birght",
        "you keep the lamps of the towwer clean and bright",
        "you keep the lamps of the tower cleaned and bright",
        "you keep the lamps ofthe tower, clean and (bright",
        "you keep the lamps of tower clean and bright",
        "you keep the lamps of the old tower clean and bright",
    ],
)
def test_typos_endings_blanks_and_punctuation_are_ignored(place: str) -> None:
    assert is_typo(KEEP, place)
    assert is_typo(place, KEEP)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (KEEP, "you keep the lamps of the harbour clean and bright"),
        (KEEP, "you keep the lamps of the clean and bright"),
        (KEEP, "you kept a lamp of teh tower claen and brigth"),
        ("you do not keep the lamps of the tower", "you do keep the lamps of the tower"),
        ("five years with 3 lamps in the tower", "five years with 4 lamps in the tower"),
        ("a lamp of 1200 watts in the tower", "a lamp of 120 watts in the tower"),
        ("write C++ for the lamps of the tower", "write C# for the lamps of the tower"),
        ("the internal lamps of the old tower", "the external lamps of the old tower"),
        ("tower lamps", "tower lamp"),
        ("the product manager of the tower works", "the project manager of the tower works"),
    ],
)
def test_other_words_and_numbers_are_not_typos(words: str, place: str) -> None:
    assert not is_typo(words, place)


def test_shortened_words_are_the_same_words() -> None:
    assert is_typo("you will keep the lamps clean", "you'll keep the lamps clean")


# --- near-duplicates ----------------------------------------------------------------------------------

AD = (
    "Keeper\n\n"
    "     * You polish the 12 mirrors of the northern light every week\n"
    "     * You polish the 14 mirrors of the northern light every week\n"
    "     * You polish the 12 windows of the northern light every week\n"
    "You watch the sea. You watch the sky.\n"
)
TWELVE = "You polish the 12 mirrors of the northern light every week"


def test_sentences_that_differ_in_a_number_or_a_word_are_distinguished() -> None:
    for words in (TWELVE, TWELVE.replace("12", "14"), TWELVE.replace("mirrors", "windows")):
        start = AD.index(words)
        assert locate(AD, words) == Exact(Span(start, start + len(words)), "words")


@pytest.mark.parametrize("words", [TWELVE.replace("12", "13"), TWELVE.replace("mirrors", "lanterns")])
def test_a_sentence_with_another_number_or_word_is_not_found_at_a_similar_one(words: str) -> None:
    assert not isinstance(locate(AD, words), Exact | Fuzzy)
    only = AD.replace(TWELVE.replace("12", "14"), "").replace(TWELVE.replace("mirrors", "windows"), "")
    found = locate(only, words)
    assert isinstance(found, Orphan)
    assert found.nearest == Span(only.index(TWELVE), only.index(TWELVE) + len(TWELVE))


def test_a_typo_beside_near_duplicates_is_ambiguous() -> None:
    found = locate(AD, TWELVE.replace("northern", "northren"))
    assert isinstance(found, Ambiguous)
    assert found.score < 1
    assert len(found.spans) > 1


@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("words", ["of the northern light every week", "polish the 12 mirrors"])
def test_an_anchor_never_moves_to_a_copy_of_its_sentence(words: str, is_before: bool) -> None:
    ad = f"Keeper\n\n{TWELVE}. You watch the sea."
    anchor = anchor_at(ad, Span(ad.index(words), ad.index(words) + len(words)), text_hash(ad))
    for copy in (TWELVE.replace("You", "Nobody"), TWELVE.replace("week", "year"), TWELVE.replace("polish", "paint")):
        text = ad.replace(TWELVE, f"{copy}. {TWELVE}" if is_before else f"{TWELVE}. {copy}")
        own = text.index(words, text.index(TWELVE))
        place, found = Span(own, own + len(words)), resolve(text, anchor)
        assert isinstance(found, Exact | Ambiguous)
        assert found.span == place if isinstance(found, Exact) else place in found.spans


def test_offsets_are_trusted_only_in_their_own_text() -> None:
    ad = f"{TWELVE}. You watch the sea, and nothing else in the world."
    words = "You polish the 12"
    anchor = anchor_at(ad, Span(0, len(words)), text_hash(ad))
    assert resolve(ad, anchor) == Exact(Span(0, len(words)), "offsets")
    changed = f"{TWELVE.replace('week', 'year')}. {ad}"
    found = resolve(changed, anchor)
    assert isinstance(found, Ambiguous)
    assert len(found.spans) == 2

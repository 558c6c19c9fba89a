"""Names that a coder gives in words are resolved or unclear, and never guessed."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.anchors.anchor import has_words, is_quoted
from codetui.core.session.naming import Unclear, find_code, find_coding, find_part, find_profile, find_words
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.model import Code, Codebook, CodeId, Group, Profile, Section, Span
from testing.examples import examples

PIECES = ("Je bouwt", "it", "IT", "Go", "“pipelines”", "...", " \n ", "- ", "naïve", "C++", ".", "ÅB", "👩‍💻", "de")
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map(" ".join)
BOOK = Codebook(
    title="Invented",
    profiles=(Profile(id="1", name="Keeper"), Profile(id="2", name="Builder")),
    sections=(Section(id="tasks", title="Tasks"),),
    groups=(Group(id="A", section="tasks", title="Core"),),
    codes=(
        Code(id=CodeId("TASK1"), name="Lighting", section="tasks"),
        Code(id=CodeId("TASK2"), name="Watching", section="tasks"),
        Code(id=CodeId("TASK3"), name="Watching", section="tasks"),
    ),
)


@given(text=TEXTS, start=st.integers(0, 60), length=st.integers(1, 30))
@settings(max_examples=examples(200))
def test_words_of_the_text_are_found_where_they_are_or_listed(text: str, start: int, length: int) -> None:
    words = text[start : start + length]
    found = find_words(text, words)
    if isinstance(found, Span):
        assert has_words(text, found, words.strip()) or is_quoted(text, found, words)
    else:
        assert found.message and found.why in ("missing", "several", "similar")
        if words.strip() and found.why == "several":
            for number, place in enumerate(found.places, 1):
                again = find_words(text, words, number)
                assert again == place.span
            assert isinstance(find_words(text, words, len(found.places) + 1), Unclear)
        elif collapse_spaces(words).strip() and found.why == "missing":
            assert words.strip() not in text


@given(text=TEXTS, words=st.text(max_size=20), nth=st.none() | st.integers(-2, 3))
@settings(max_examples=examples(200))
def test_any_words_are_resolved_or_unclear(text: str, words: str, nth: int | None) -> None:
    assert isinstance(find_words(text, words, nth), Span | Unclear)
    assert isinstance(find_coding(State(), words, nth=nth), Unclear)


def test_codes_profiles_and_parts_have_several_names() -> None:
    def code(name: str) -> str:
        found = find_code(BOOK, name)
        return found.message if isinstance(found, Unclear) else found.id

    assert [code(name) for name in ("TASK1", "task1", " lighting ", "TASK1:  Lighting:")] == ["TASK1"] * 4
    assert code("watching") == "2 codes are called watching: TASK2, TASK3."
    assert code("lightning") == "The codebook has no code “lightning”. Similar: TASK1 Lighting."
    assert find_profile(BOOK, "keeper") == find_profile(BOOK, "1") == BOOK.profiles[0]
    parts = [find_part(BOOK, name) for name in ("Tasks", "a", "task3", "elsewhere")]
    kinds = ["" if isinstance(part, Unclear) else f"{part.kind} {part.id}" for part in parts]
    assert kinds == ["section tasks", "group A", "code TASK3", ""]

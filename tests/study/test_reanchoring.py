"""An ad with a changed text: each quotation is relocated, proposed a place, or left without one."""

from __future__ import annotations

from dataclasses import replace

from codetui.core.anchors.unresolved import Reanchoring, reanchor
from codetui.core.session import decide
from codetui.core.session.state import State
from codetui.model import Coding, CodingId, CodingReanchored, text_hash
from testing.reconciliation import AD, LAMP, LOG, MIRRORS, SEA, TEXT, added, apply, coded

C1 = CodingId("c1")


def changed(state: State, text: str) -> tuple[State, Reanchoring]:
    """Return the session after its ad has got this text."""
    found = reanchor(state, replace(AD, text=text, file="ads.csv"))
    return apply(state, *found.events, cause="corpus"), found


def words_at(coding: Coding, text: str) -> str:
    """Return the words of the text at a coding's place."""
    anchor = coding.anchor
    assert anchor is not None and anchor.text_hash == text_hash(text)
    return text[anchor.start : anchor.end]


def test_an_unchanged_text_is_not_reanchored() -> None:
    _, found = changed(coded(("T1", LAMP), ("T3", SEA)), TEXT)
    assert (found.events, found.problems, found.counts) == ((), (), (2, 0, 0, 0))


def test_quotations_are_counted_by_their_new_places() -> None:
    state = coded(("T1", LAMP), ("T3", LOG), ("T1", MIRRORS), ("T1", "Sometimes you row out to the reef."))
    text = TEXT.replace("You polish the mirrors", "You do polish the mirrors").replace("row out to", "row  out to")
    text = text.replace(" You write the log: ships, weather and oil.", "")
    after, found = changed(state, text)
    lamp, log, mirrors, reef = after.live()
    assert words_at(lamp, text) == LAMP
    assert (log.anchor, log.words) == (None, LOG)
    assert words_at(reef, text) == reef.words == "Sometimes you row  out to the reef."
    assert found.counts._replace(proposed=0, lost=0) == (1, 1, 0, 0)
    assert sum(found.counts) == 4 and mirrors.words == MIRRORS
    assert all(problem.severity == "warning" and problem.file == "ads.csv" for problem in found.problems)
    assert any(
        "You write the log" in one.message and "could not be located" in one.message
        for one in found.problems
        for problem in found.problems
    )


def test_a_place_that_only_resembles_the_words_is_proposed_and_keeps_them() -> None:
    words = "You polish the mirrors every week."
    text = TEXT.replace("You polish the mirrors every\nweek.", "You polish the mirrrors every week.")
    after, found = changed(coded(("T1", words)), text)
    (coding,) = after.live()
    assert coding.is_proposed
    assert words_at(coding, text) == "You polish the mirrrors every week."
    assert " ".join(coding.words.split()) == words
    assert found.counts.proposed == 1 and "check it" in found.problems[0].message
    back, found = changed(after, TEXT)
    (coding,) = back.live()
    assert not coding.is_proposed and words_at(coding, TEXT) == coding.words == "You polish the mirrors every\nweek."
    assert found.counts.moved + found.counts.unmoved == 1 and found.problems == ()


def test_words_with_different_blanks_become_the_ads_own_once_located() -> None:
    words = "You polish the mirrors every week."
    state = apply(State(), replace(added("c1", "T1", "You polish the mirrors every"), words=words, is_proposed=True))
    after, _ = changed(state, "\n" + TEXT)
    assert after.codings[C1].words == "You polish the mirrors every\nweek." and not after.codings[C1].is_proposed


def test_a_proposed_place_stays_proposed_while_the_text_is_unchanged() -> None:
    state = apply(State(), replace(added("c1", "T1", LAMP), words="You lit the lamp", is_proposed=True))
    assert changed(state, TEXT)[1] == ((), (0, 0, 1, 0), ())


def test_a_marked_cut_stays_in_the_words() -> None:
    state = apply(State(), replace(added("c1", "T1", LAMP), words="...light the lamp..."))
    text = "New first line.\n" + TEXT
    after, found = changed(state, text)
    assert words_at(after.codings[C1], text) == LAMP
    assert after.codings[C1].words == "...light the lamp..."
    assert found.counts == (0, 1, 0, 0)


def test_words_without_a_place_get_one_when_the_text_has_them_once() -> None:
    lost, _ = changed(coded(("T1", LAMP)), "Nothing of all that.")
    after, found = changed(lost, TEXT)
    assert words_at(after.codings[C1], TEXT) == LAMP
    assert (found.counts.moved, found.problems) == (1, ())
    twice, found = changed(lost, f"{LAMP}. {LAMP}.")
    assert (twice.codings[C1].anchor, found.events, found.counts) == (None, (), (0, 0, 0, 0))


def test_each_new_place_can_be_undone() -> None:
    state = coded(("T1", LAMP))
    _, found = changed(state, "Nothing of all that.")
    (event,) = found.events
    assert isinstance(event, CodingReanchored)
    inverse = decide.invert(event)
    assert inverse is not None
    back = apply(apply(state, event), inverse)
    assert replace(back.codings[C1], time="") == replace(state.codings[C1], time="")

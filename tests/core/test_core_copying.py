"""Copying from a session on an ad with the same text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.commands import (
    AssignCode,
    AssignProfile,
    Command,
    CopySession,
    Decision,
    DecisionContext,
    MarkDone,
    NoteCoding,
    NotePlace,
    Redo,
    Refusal,
    Undo,
)
from codetui.core.session.decide import decide
from codetui.core.session.state import State, evolve, replay
from codetui.model import (
    Code,
    Codebook,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    Group,
    MemoTarget,
    Profile,
    Section,
    SourceId,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)

BODY = "You light the lamp at dusk.\nYou watch the sea.\n  * You know the lamp and the barometer.\n"
THERE = f"Keeper\n\n{BODY}"
HERE = f"Keeper of the Northern Light\n\n{BODY}"
GROUP, CODE, ENTRY = (MemoTarget(kind=kind, id=id_) for kind, id_ in (("group", "g"), ("code", "T1"), ("entry", "T2")))
BOOK = Codebook(
    title="Lighthouses",
    profiles=(Profile(id="1", name="Keeper"), Profile(id="2", name="Builder")),
    sections=(Section(id="t", title="Tasks"),),
    groups=(Group(id="g", section="t", title="Day"),),
    codes=(Code(id=CodeId("T1"), name="Light", section="t", group="g"), Code(id=CodeId("T2"), name="See", section="t")),
)


class Session:
    """A session in memory."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.state = State()
        self._name = name

    def do(self, command: Command) -> Decision | Refusal:
        """Execute a command, if it is not refused."""
        fresh = f"{self._name}{self.state.seq + 1}"
        decision = decide(self.state, command, DecisionContext(BOOK, self.text, text_hash(self.text), fresh))
        if isinstance(decision, Decision):
            transaction = Transaction(
                id=TransactionId(fresh),
                seq=self.state.seq + 1,
                time="",
                coder="wil",
                cause=decision.cause,
                target=decision.target,
                from_name=decision.from_name,
                events=decision.events,
            )
            self.state = evolve(self.state, transaction)
        return decision

    def code(self, words: str, code: str = "T1", number: int = 0) -> None:
        """Code the `number`th occurrence of some words."""
        start = -1
        for _ in range(number + 1):
            start = self.text.index(words, start + 1)
        assert isinstance(self.do(AssignCode(Span(start, start + len(words)), CodeId(code))), Decision)

    def copy(self, source: Session) -> Decision | Refusal:
        """Copy another session."""
        return self.do(CopySession(SourceId("812"), source.text, source.state))

    def content(self) -> dict[str, object]:
        """Return the content of the session, without ids and times."""
        state = self.state
        codings = [(one.code, _span(one), one.words, one.note) for one in state.live()]
        notes = sorted((str(note.target), note.text) for note in state.notes.values() if note.text)
        whole = (state.profile, state.reasoning, state.is_done)
        return {"codings": codings, "notes": notes, "whole": whole}


def _span(coding: Coding) -> tuple[int, int] | None:
    return (coding.anchor.start, coding.anchor.end) if coding.anchor else None


@pytest.fixture
def there() -> Session:
    """Return a session with content of every kind, marked done."""
    session = Session(THERE, "a")
    session.code("watch the sea", "T2")
    session.code("the lamp", number=1)
    session.do(NoteCoding(session.state.live()[1].id, "the second one"))
    for place in (GROUP, CODE, ENTRY):
        session.do(NotePlace(place, f"on {place.kind}"))
    session.do(AssignProfile("1", "Because."))
    session.do(MarkDone(True))
    return session


def test_everything_except_the_done_mark_is_copied_and_undone_in_one_step(there: Session) -> None:
    here = Session(HERE, "b")
    decision = here.copy(there)
    assert isinstance(decision, Decision) and (decision.cause, decision.from_name) == ("copy", "812")
    assert decision.message == "Copied from ad 812: 2 codings, 3 notes and the profile."
    shift = len(HERE) - len(THERE)
    expected = there.content()
    assert here.content() == {
        **expected,
        "codings": [
            (code, (start + shift, end + shift), words, note) for code, (start, end), words, note in expected["codings"]
        ],
        "whole": ("1", "Because.", False),
    }
    undone = here.do(Undo())
    assert (
        isinstance(undone, Decision) and undone.message == "Undone: the copy from ad 812 (2 codings, 3 notes, profile)."
    )
    assert here.state.is_untouched
    here.do(Redo())
    assert len(here.state.live()) == 2 and here.state.profile == "1"


def test_the_codings_are_new_ones_with_anchors_of_this_text(there: Session) -> None:
    here = Session(HERE, "b")
    here.copy(there)
    assert {coding.id for coding in here.state.live()}.isdisjoint(there.state.codings)
    assert set(here.state.notes).isdisjoint(there.state.notes)
    for coding in here.state.live():
        assert coding.anchor and coding.anchor.text_hash == text_hash(HERE)
        assert HERE[coding.anchor.start : coding.anchor.end] == coding.anchor.words == coding.words
        assert (coding.origin, coding.from_name, coding.is_proposed) == ("copy", "812", False)


def test_only_missing_codings_are_copied(there: Session) -> None:
    here = Session(HERE, "b")
    here.code("watch the sea", "T2")
    here.code("the lamp", number=0)
    here.do(NotePlace(GROUP, "mine"))
    here.do(AssignProfile("2", "Otherwise."))
    before = here.content()
    decision = here.copy(there)
    assert isinstance(decision, Decision) and "1 coding and 2 notes" in decision.message
    after = here.content()
    assert after["whole"] == ("2", "Otherwise.", False)
    assert after["codings"][:2] == before["codings"] and after["codings"][2][3] == "the second one"
    assert (str(GROUP), "mine") in after["notes"] and (str(GROUP), "on group") not in after["notes"]


def test_the_reasoning_is_copied_to_the_same_profile_without_one(there: Session) -> None:
    here = Session(HERE, "b")
    here.do(AssignProfile("1", ""))
    here.copy(there)
    assert (here.state.profile, here.state.reasoning) == ("1", "Because.")


def test_a_deleted_note_is_copied_once(there: Session) -> None:
    here = Session(HERE, "b")
    here.do(NotePlace(GROUP, "mine"))
    here.do(NotePlace(GROUP, ""))
    here.copy(there)
    assert [note.text for note in here.state.notes.values() if note.target == GROUP] == ["on group"]


def test_nothing_is_copied_twice(there: Session) -> None:
    here = Session(HERE, "b")
    here.copy(there)
    before = here.content()
    assert here.copy(there) == Refusal("Everything coded in ad 812 is here already.")
    assert here.content() == before


def test_words_of_another_title_are_left_out_and_reported() -> None:
    there, here = Session(f"Master of the Mill\n\n{BODY}", "a"), Session(HERE, "b")
    there.code("Master of the Mill")
    there.code("You light")
    decision = here.copy(there)
    assert [coding.words for coding in here.state.live()] == ["You light"]
    assert isinstance(decision, Decision) and decision.message.endswith(" 1 quotation not in this ad: left out.")


def test_words_are_copied_to_their_own_place_in_another_layout() -> None:
    listed = "lamp\n\nlamp\nlamp\n"
    there, here = Session(f"Keeper\n\n{listed}", "a"), Session("Lamps\n\n" + listed.replace("\n", "\r\n  "), "b")
    there.code("lamp", number=1)
    here.copy(there)
    start = here.text.index("lamp", here.text.index("lamp") + 1)
    assert [_span(coding) for coding in here.state.live()] == [(start, start + 4)]


def test_words_with_an_uncertain_place_are_copied_without_a_place() -> None:
    """The ad was changed after coding, so that only the words determine the place."""
    listed = "lamp\n\nlamp\n"
    there, here = Session(listed, "a"), Session(listed.replace("\n", "\r\n  "), "b")
    there.code("lamp", number=1)
    there.text = f"{listed}lamp"
    here.copy(there)
    assert [(coding.words, coding.anchor) for coding in here.state.live()] == [("lamp", None)]
    assert isinstance(here.copy(there), Refusal)


def test_a_proposed_place_stays_proposed() -> None:
    there, here = Session(THERE, "a"), Session(HERE, "b")
    anchor = anchor_at(THERE, Span(12, 20), text_hash(THERE))
    added = CodingAdded(
        coding=CodingId("c"), code=CodeId("T1"), anchor=anchor, words="lihgt the", rank=1, is_proposed=True
    )
    there.state = replay([Transaction(id=TransactionId("t"), seq=1, time="", coder="wil", events=(added,))])
    here.copy(there)
    assert [(one.words, one.is_proposed, _span(one)) for one in here.state.live()] == [
        ("lihgt the", True, (12 + len(HERE) - len(THERE), 20 + len(HERE) - len(THERE)))
    ]


@st.composite
def coded(draw: st.DrawFn) -> tuple[Session, Session]:
    """Return a session with some codings, and an empty one on the same words in another layout under another title."""
    known = st.sampled_from(["lamp", "sea", "light", "tower", "*", "the", "of"])
    words = draw(st.lists(known, min_size=1, max_size=30))
    there, here = (_laid_out(draw, title, words) for title in ("Keeper\n\n", "The lamp of the sea\n\n"))
    session = Session(there, "a")
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(len("Keeper\n\n"), len(there) - 1))
        end, code = draw(st.integers(start + 1, len(there))), draw(st.sampled_from(["T1", "T2"]))
        session.do(AssignCode(Span(start, end), CodeId(code)))
    return session, Session(here, "b")


def _laid_out(draw: st.DrawFn, title: str, words: list[str]) -> str:
    blank = st.sampled_from([" ", "\n", "\r\n\r\n  ", "\u00a0"])
    return title + "".join(word + draw(blank) for word in words)


def _from_the_end(text: str, coding: Coding) -> tuple[str, int, int]:
    """Return code and place, counted in characters from the end of the text."""
    assert coding.anchor
    start, end = coding.anchor.start, coding.anchor.end
    return coding.code, len("".join(text[start:].split())), len("".join(text[end:].split()))


@given(coded())
def test_every_coding_is_copied_to_the_same_words_and_undone(sessions: tuple[Session, Session]) -> None:
    there, here = sessions
    decision = here.copy(there)
    assert isinstance(decision, Decision) == bool(there.state.live())
    places = [_from_the_end(here.text, coding) for coding in here.state.live()]
    assert places == [_from_the_end(there.text, coding) for coding in there.state.live()]
    assert all(here.text[one.anchor.start : one.anchor.end] == one.words for one in here.state.live() if one.anchor)
    assert isinstance(here.copy(there), Refusal)
    here.do(Undo())
    assert here.state.is_untouched

"""The session and its document in step: what a person changed is taken over, what the coder did is written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from threading import RLock
from typing import NamedTuple, Protocol

from codetui.core.codebook import CodebookIndex
from codetui.core.commands import Decision
from codetui.core.state import State, replay
from codetui.formats import manual_coding
from codetui.formats.manual_coding import Document, Written
from codetui.model import (
    Ad,
    AdDescribed,
    AdId,
    Cause,
    Codebook,
    DocumentTaken,
    Event,
    Form,
    NoteId,
    Problem,
    Transaction,
    TransactionId,
)
from codetui.store.files import Version
from codetui.workspace.bases import kept_problems, rivals
from codetui.workspace.damage import Damage, damage, unmerged
from codetui.workspace.documents import SessionDocument, heading_id
from codetui.workspace.ids import fresh_id
from codetui.workspace.outcome import NotSaved, Saved
from codetui.workspace.taking_over import Taken, Tally, take_over

OLDER = (
    "The document is again as it was a moment ago, as if an editor had saved what it had read before: "
    "codetui writes it anew. x removes a coding."
)


class AdFacts(NamedTuple):
    """What a document says of the ad itself."""

    id: AdId
    employer: str
    title: str


class TakenIn(NamedTuple):
    """What became of a change outside: what to tell the coder, and what needs the coder's eye."""

    message: str
    problems: tuple[Problem, ...] = ()
    tally: Tally | None = None
    is_saved: bool = True


class Recorder(Protocol):
    """What is needed of a session."""

    ad: Ad
    book: Codebook
    state: State
    problems: list[Problem]

    def record(self, decision: Decision) -> Saved | NotSaved:
        """Puts a decision on disk, then into the state."""

    def facts_of(self, state: State) -> AdFacts:
        """Employer and title as they are in a state."""


class InStep:
    """One session's document: `shown` is the state that it says, `held` why it is left alone."""

    def __init__(self, session: Recorder, document: SessionDocument) -> None:
        self._session = session
        self._document = document
        self._shown: State | None = None
        self._held: Damage | None = None
        self._writing = RLock()

    @property
    def path(self) -> Path:
        """Where the document stands."""
        return self._document.path

    @property
    def is_behind(self) -> bool:
        """True while the document on disk lags behind the log."""
        return self._session.state.opened is not None and self._session.state is not self._shown

    def look_at_new_book(self) -> None:
        """The codebook is another: the document may have to be written anew."""
        with self._writing:
            text = self._document.text
            is_same = text is not None and text == self._written(self._session.state).text
            self._shown = self._session.state if is_same else None

    def changing_version(self) -> Version | None:
        """Which version of the file stands there, where it is another than the one that was looked at."""
        return self._document.changing_version()

    # --- from the document to the session ---------------------------------------------------------

    def begin(self) -> TakenIn | None:
        """Compares the document with the session when that is opened."""
        with self._writing:
            return self._compare()

    def take_in(self) -> TakenIn | None:
        """Takes over what was changed outside since; None where there is nothing to say."""
        with self._writing:
            return self._compare(is_open=True) if self._document.look() else None

    def _compare(self, *, is_open: bool = False) -> TakenIn | None:
        document, session = self._document, self._session
        text, self._held = document.text, None
        is_begun = session.state.opened is not None
        if text is None or not text.strip():
            return self._is_gone("deleted" if text is None else "emptied")
        written = self._written(session.state)
        if is_begun and text == written.text:
            self._recognise(written)
            return None
        bases = document.bases if is_begun else ()
        known = next((base for base in bases if base.text == text), None)
        if known is not None:
            if not self._has_lost(known):
                self._shown = None
                return TakenIn(OLDER) if is_open and known != bases[0] else None
            bases = ()
        harm = damage(text, bases[0].text if bases else None, heading_id(session.ad.id)) if is_begun else unmerged(text)
        if harm is None:
            return self._take_over(text, bases)
        self._held = harm
        problem = self._problem(harm)
        session.problems.append(problem)
        return TakenIn(harm.message, (problem,))

    def _is_gone(self, what: str) -> TakenIn | None:
        """Nothing stands there that could be taken over; it is written again if it was there once."""
        was_there, self._shown = bool(self._document.bases), None
        said = f"The document was {what} outside; codetui has everything and writes it again."
        return TakenIn(said) if was_there and self._session.state.opened else None

    def _recognise(self, written: Written) -> None:
        """The document says what the session says."""
        self._shown = self._session.state
        if not self._document.is_known:
            self._document.know(written)

    def _has_lost(self, base: Written) -> bool:
        """Whether the log once held what it does not hold now: then the document is the only one that says it."""
        state = self._session.state
        return any(id_ not in state.codings and NoteId(id_) not in state.notes for _, ids in base.ids for id_ in ids)

    def bring(self, text: str, file: Path, earlier: State | None) -> TakenIn:
        """Takes over a document from elsewhere: what the session lacks.

        Of one that was brought before, what has changed in it since: `earlier` is the session as it was then.
        """
        with self._writing:
            session = self._session
            base = self._written(earlier) if earlier is not None else None
            if base is not None and base.text == text:
                return TakenIn("Nothing has changed in it since it was imported.")
            is_new = session.state.opened is None
            taken, unread = self._taken(text, base, str(file))
            form = self._form(text, taken) if is_new else session.state.form
            return self._record(taken, form, "document", file, unread)

    def _take_over(self, text: str, bases: Sequence[Written]) -> TakenIn | None:
        """Takes the document on disk over, which is an edit of one of `bases`: of that which was edited least.

        An editor that has read an older one knows nothing of what was coded since.
        """
        session, document = self._session, self._document
        base, taken, unread = self._likeliest(text, bases)
        ids = manual_coding.ids_by_line(taken.document)
        if base is not None and base != bases[0]:
            said = (id_ for _, on_line in ids for id_ in on_line)
            unread += kept_problems(bases[0], said, session.state, str(document.path))
        is_alone = base is None or base.text == self._written(session.state).text
        if session.state.opened is None and not (taken.events or taken.document.ad):
            document.disregard()
            return None
        # Without its base a document that says nothing new may be older than the form that is known.
        is_older = base is None and session.state.form is not None and not taken.events
        form = session.state.form if is_older else self._form(text, taken)
        cause: Cause = "hand" if session.state.opened else "document"
        done = self._record(taken, form, cause, document.path, unread)
        if done.is_saved:
            self._shown = session.state if self._written(session.state).text == text else None
            if self._shown is None and is_alone:
                document.keep()
            document.know(Written(text, ids))
        else:
            document.look_again()
        return done

    def _likeliest(self, text: str, bases: Sequence[Written]) -> tuple[Written | None, Taken, list[Problem]]:
        """What is taken over if the text is an edit of one of `bases`, and of which: of equals the first."""
        file = str(self._document.path)
        tried = [(base, *self._taken(text, base, file)) for base in rivals(text, bases) or (None,)]
        return min(tried, key=lambda each: each[1].tally.edits)

    def _taken(self, text: str, base: Written | None, file: str) -> tuple[Taken, list[Problem]]:
        session = self._session
        read, unread = manual_coding.read(text, file)
        index = CodebookIndex(session.book)
        before = _identified(base, index) if base else None
        edited = manual_coding.identified(read, index)
        return take_over(edited, before, session.state, session.ad, session.book, file, fresh_id), unread

    def _record(self, taken: Taken, form: Form | None, cause: Cause, file: Path, unread: list[Problem]) -> TakenIn:
        """Puts on disk what was taken over; says it, and what needs the coder's eye."""
        session = self._session
        events: tuple[Event, ...] = taken.events
        if form != session.state.form:
            events = (*events, DocumentTaken(form=form, form_before=session.state.form))
        message = _said(taken.tally, cause, is_layout=len(events) > len(taken.events))
        problems = [*unread, *taken.problems]
        is_saved = True
        if events:
            outcome = session.record(Decision(events, message, cause=cause, source=file.name))
            if isinstance(outcome, NotSaved):
                problems, message, is_saved = [Problem(str(file), 0, "error", outcome.message)], outcome.message, False
        session.problems += [problem for problem in problems if problem not in session.problems]
        return TakenIn(message, tuple(problems), taken.tally, is_saved)

    def _form(self, text: str, taken: Taken) -> Form | None:
        """How the person laid the document out; None where that is the canonical shape."""
        session = self._session
        facts = session.facts_of(session.state)
        for event in taken.events:
            if isinstance(event, AdDescribed):
                facts = facts._replace(employer=event.employer, title=event.title)
        if is_canonical(text, session.ad, session.book, facts):
            return None
        ids = manual_coding.ids_by_line(taken.document)
        return Form(text=text, ids=ids, employer=facts.employer, title=facts.title)

    # --- from the session to the document ---------------------------------------------------------

    def save(self, *, is_forced: bool = False) -> Problem | None:
        """Replaces the document by what the state says; the problem it met, if any."""
        with self._writing:
            if self._held is not None and not is_forced:
                return self._problem(self._held)
            if not self.is_behind and self._held is None:
                return None
            state = self._session.state
            written = self._written(state)
            problem = self._document.write(written, self._session.facts_of(state).employer, is_forced=is_forced)
            if problem is None or self._document.text == written.text:
                self._shown, self._held = state, None
            return problem

    def _written(self, state: State) -> Written:
        return manual_coding.document_of(state, self._session.book, self._session.facts_of(state))

    def _problem(self, held: Damage) -> Problem:
        return Problem(str(self._document.path), held.line, "error", held.message)


def _identified(written: Written, index: CodebookIndex) -> Document:
    document = manual_coding.read(written.text, "")[0]
    return manual_coding.with_ids(manual_coding.identified(document, index), written.ids)


def is_canonical(text: str, ad: Ad, book: Codebook, facts: AdFacts) -> bool:
    """Whether a document has the shape that codetui gives a session that says the same."""
    edited = manual_coding.identified(manual_coding.read(text, "")[0], CodebookIndex(book))
    bare = Ad(ad.id, facts.employer, facts.title, "", "")
    ids = (f"{number:08}" for number in count())
    events = take_over(edited, None, State(), bare, book, "", lambda: next(ids)).events
    alone = Transaction(id=TransactionId("t"), seq=1, time="", coder="", events=events)
    return manual_coding.document_of(replay([alone]), book, facts).text == text


def _said(tally: Tally, cause: Cause, *, is_layout: bool) -> str:
    """What was taken over, in a few words."""
    numbers = {
        "added": tally.added,
        "changed": tally.changed,
        "moved": tally.moved,
        "removed": tally.removed,
        "edited on both sides (F4)": tally.conflicts,
    }
    said = ", ".join(f"{number} {what}" for what, number in numbers.items() if number)
    if cause == "document":
        return f"Taken over from the document: {said or 'nothing new'}."
    return f"The document was edited by hand: {said or ('text' if is_layout else 'nothing new')}. u takes that back."

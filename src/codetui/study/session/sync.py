"""What is said of a document that was taken over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from codetui.core.codebook.index import CodebookIndex, index_of
from codetui.core.session.commands import Decision
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.model import (
    Cause,
    Codebook,
    DocumentLayout,
    Event,
    LayoutChanged,
    Problem,
    ProfileAssigned,
    Source,
    Transaction,
)
from codetui.storage.fs import Version
from codetui.study.ids import minted
from codetui.study.session.damage import Damage, damage, unmerged
from codetui.study.session.document import (
    AdFacts,
    SessionDocument,
    Snapshot,
    base_of,
    heading_id,
    kept_problems,
    rivals,
    still_known,
    taken_over_last,
)
from codetui.study.session.outcome import NotSaved, PullResult, ReadFailure, Saved

if TYPE_CHECKING:
    from codetui.formats.session_doc import Document, Written
    from codetui.study.reconcile import Counts, Reconciliation


OLDER = (
    "The document is again as it was a moment ago, as if an editor had saved what it had read before: "
    "codetui writes it anew. x removes a coding."
)

LOST = (
    "The log has lost {steps} that the document was written from, as if an older copy had been put back. "
    "What only the document says is taken over"
)


def lost_words(count: int) -> str:
    """What to say where the log lacks steps that the document knows of."""
    return LOST.format(steps=plural(count, "step"))


def taken_words(tally: Counts, events: Sequence[Event], cause: Cause, lost: int, *, is_layout: bool) -> str:
    """What was taken over by these events, in a few words."""
    numbers = {
        "added": tally.added,
        "changed": tally.changed,
        "moved": tally.moved,
        "removed": tally.removed,
        "edited on both sides (F4)": tally.conflicts,
    }
    parts = [f"{number} {what}" for what, number in numbers.items() if number]
    if cause == "document" and any(isinstance(event, ProfileAssigned) for event in events):
        parts.append("profile and reasoning")
    said = ", ".join(parts)
    if cause == "document":
        return f"Taken over from the document: {said or 'nothing new'}."
    what = lost_words(lost) if lost else "The document was edited by hand"
    return f"{what}: {said or ('text' if is_layout else 'nothing new')}. u takes that back."


class Recorder(Protocol):
    """What is needed of a session."""

    ad: Source
    book: Codebook
    state: State
    problems: list[Problem]

    @property
    def transactions(self) -> Sequence[Transaction]:
        """The steps of its log."""

    def record(self, decision: Decision) -> Saved | NotSaved:
        """Puts a decision on disk, then into the state."""

    def facts_of(self, state: State) -> AdFacts:
        """Employer and title as they are in a state."""


class DocumentSync:
    """One session's document: `shown` is the state that it says, `held` why it is left alone."""

    def __init__(self, session: Recorder, document: SessionDocument) -> None:
        self._session = session
        self._document = document
        self._shown: State | None = None
        self._is_unchecked = False
        self._held: Damage | None = None
        self._lost = 0
        self._rendered: tuple[State, Codebook, Written] | None = None
        self._unread = ReadFailure("the document is left as it is, and your codings go into the log")
        self._writing = RLock()

    @property
    def path(self) -> Path:
        """Where the document stands."""
        return self._document.path

    @property
    def is_behind(self) -> bool:
        """True while the document on disk lags behind the log."""
        if self._is_unchecked:
            with self._writing:
                state, self._is_unchecked = self._session.state, False
                self._shown = state if self._document.text == self._written(state).text else None
        return self.may_be_behind

    @property
    def may_be_behind(self) -> bool:
        """The same without working out what the document should say: True while that is unknown."""
        return self._session.state.opened is not None and self._session.state is not self._shown

    @property
    def unread(self) -> Problem | None:
        """Why the document could not be looked at, if it could not: what somebody wrote there is not known."""
        return self._unread.problem

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

    def begin(self) -> PullResult | None:
        """Compares the document with the session when that is opened.  Raises OSError where it cannot be read."""
        with self._writing:
            return self._compare()

    def pull(self) -> PullResult | None:
        """Takes over what was changed outside since; None where there is nothing to say.

        A document that cannot be read is said once, and looked at again each time.
        """
        with self._writing:
            try:
                taken = self._compare(is_open=True) if self._document.look() else None
            except OSError as error:
                self._document.look_again()
                return self._unread.because(error, self._document.path)
            self._unread.no_more()
            return taken

    def _compare(self, *, is_open: bool = False) -> PullResult | None:
        document, session = self._document, self._session
        text, self._held, self._is_unchecked = document.text, None, False
        is_begun = session.state.opened is not None
        if text is None or not text.strip():
            return self._is_gone("deleted" if text is None else "emptied")
        own = document.bases if is_begun else ()
        self._lost = own[0].lost(session.transactions) if own else 0
        if own and text == own[0].text and not self._lost and not is_open:
            # Nobody has edited it; whether it says all takes its time to be seen.
            self._shown, self._is_unchecked = None, True
            return None
        if is_begun and text == (written := self._written(session.state)).text:
            self._recognise(written)
            return None
        bases = self._still_known(text, own)
        known = next((base for base in bases if base.text == text), None)
        if known is not None:
            self._shown = None
            if not document.is_known:
                document.know(known)
            return PullResult(OLDER) if is_open and known != bases[0] else None
        harm = damage(text, own[0].text if own else None, heading_id(session.ad.id)) if is_begun else unmerged(text)
        if harm is None:
            return self._take_over(text, bases)
        self._held = harm
        problem = self._problem(harm)
        session.problems.append(problem)
        return PullResult(harm.message, (problem,))

    def _still_known(self, text: str, own: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
        """What `text` may be an edit of, newest first, as far as the log knows it."""
        steps = self._session.transactions
        last = taken_over_last(text, own[0] if own else None, steps, self._written)
        return (*((last,) if last else ()), *(still_known(base, steps, self._written) for base in own))

    def _is_gone(self, what: str) -> PullResult | None:
        """Nothing stands there that could be taken over; it is written again if it was there once."""
        was_there, self._shown = bool(self._document.bases), None
        said = f"The document was {what} outside; codetui has everything and writes it again."
        return PullResult(said) if was_there and self._session.state.opened else None

    def _recognise(self, written: Written) -> None:
        """The document says what the session says."""
        self._shown = self._session.state
        if not self._document.is_known:
            self._document.know(self._base(written, self._shown))

    def bring(self, text: str, file: Path, earlier: State | None) -> PullResult:
        """Takes over a document from elsewhere: what the session lacks.

        Of one that was brought before, what has changed in it since: `earlier` is the session as it was then.
        """
        with self._writing:
            session = self._session
            base = self._written(earlier) if earlier is not None else None
            if base is not None and base.text == text:
                return PullResult("Nothing has changed in it since it was imported.")
            is_new = session.state.opened is None
            taken, unread = self._taken(text, base, str(file))
            form = taken.layout if is_new else session.state.layout
            return self._record(taken, form, "document", file, unread)

    def _take_over(self, text: str, bases: Sequence[Snapshot]) -> PullResult | None:
        """Takes the document on disk over, which is an edit of one of `bases`: of that which was edited least.

        An editor that has read an older one knows nothing of what was coded since.
        """
        from codetui.formats import session_doc

        session, document = self._session, self._document
        base = self._closest(text, bases)
        taken, unread = self._taken(text, base, str(document.path))
        ids = session_doc.ids_by_line(taken.document)
        if base is not None and base != bases[0]:
            here = (id_ for _, on_line in ids for id_ in on_line)
            unread += kept_problems(bases[0], here, session.state, str(document.path))
        is_alone = base is None or base.text == self._written(session.state).text
        if session.state.opened is None and not (taken.events or taken.document.source_id):
            document.disregard()
            return None
        # Without its base a document that says nothing new may be older than the form that is known.
        is_older = base is None and session.state.layout is not None and not taken.events
        form = session.state.layout if is_older else taken.layout
        cause: Cause = "edit" if session.state.opened else "document"
        count = len(session.transactions)
        done = self._record(taken, form, cause, document.path, unread)
        if done.is_saved:
            self._shown = session.state if self._written(session.state).text == text else None
            if self._shown is None and is_alone:
                document.keep()
            # A text that lags behind says none of the steps that it was not written from.
            known = set(base.steps) if base else ()
            said = [one for number, one in enumerate(session.transactions) if number >= count or one.id in known]
            document.know(base_of(session_doc.Written(text, ids), session.transactions if self._shown else said))
        else:
            document.look_again()
        return done

    def _closest(self, text: str, bases: Sequence[Snapshot]) -> Snapshot | None:
        """Return the base that `text` is an edit of: the one with the fewest edits, of equals the newest."""
        from codetui.formats import session_doc
        from codetui.study.reconcile import closest_base

        candidates = rivals(text, bases)
        if len(candidates) < 2:
            return next(iter(candidates), None)
        documents = [session_doc.read(base.text, "")[0] for base in candidates]
        return candidates[closest_base(session_doc.read(text, "")[0], documents, self._session.book)]

    def _taken(self, text: str, base: Snapshot | Written | None, file: str) -> tuple[Reconciliation, list[Problem]]:
        from codetui.formats import session_doc
        from codetui.study.reconcile import reconcile

        session = self._session
        read, unread = session_doc.read(text, file)
        index = index_of(session.book)
        before = _identified(base, index) if base else None
        edited = session_doc.identified(read, index)
        own = next((base.ids for base in self._document.bases if base.text == text), None)
        # What the log has lost keeps its ids: should the log's lines come back, nothing stands twice.
        edited = session_doc.with_ids(edited, own) if own else edited
        mint = minted(text, base.text if base else "", str(session.state.seq))
        return reconcile(edited, before, session.state, session.ad, session.book, file, mint, text), unread

    def _record(
        self, taken: Reconciliation, form: DocumentLayout | None, cause: Cause, file: Path, unread: list[Problem]
    ) -> PullResult:
        """Puts on disk what was taken over; says it, and what needs the coder's eye."""
        session = self._session
        events: tuple[Event, ...] = taken.events
        if form != session.state.layout:
            events = (*events, LayoutChanged(layout=form, layout_before=session.state.layout))
        message = taken_words(taken.counts, taken.events, cause, self._lost, is_layout=len(events) > len(taken.events))
        problems = [*unread, *taken.problems]
        if self._lost and cause == "edit":
            problems.insert(0, Problem(str(file), 0, "warning", f"{lost_words(self._lost)}."))
        is_saved = True
        if events:
            outcome = session.record(Decision(events, message, cause=cause, from_name=file.name))
            if isinstance(outcome, NotSaved):
                problems, message, is_saved = [Problem(str(file), 0, "error", outcome.message)], outcome.message, False
        session.problems += [problem for problem in problems if problem not in session.problems]
        return PullResult(message, tuple(problems), taken.counts, is_saved)

    # --- from the session to the document ---------------------------------------------------------

    def save(self, *, is_forced: bool = False) -> Problem | None:
        """Replaces the document by what the state says; the problem it met, if any."""
        with self._writing:
            if self._held is not None and not is_forced:
                return self._problem(self._held)
            if self.unread is not None and not is_forced:
                return self.unread
            if not self.is_behind and self._held is None:
                return None
            state = self._session.state
            written = self._written(state)
            employer = self._session.facts_of(state).employer
            steps = self._base(written, state).steps
            problem = self._document.write(written, employer, steps=steps, is_forced=is_forced)
            if problem is None or self._document.text == written.text:
                self._shown, self._held = state, None
            return problem

    def base(self) -> Snapshot:
        """The document that says the session's state, whatever stands on disk."""
        state = self._session.state
        return self._base(self._written(state), state)

    def _written(self, state: State) -> Written:
        """The document that says a state; the last one is kept, since it is asked for several times."""
        from codetui.formats import session_doc

        known, book = self._rendered, self._session.book
        if known is not None and known[0] is state and known[1] is book:
            return known[2]
        written = session_doc.document_of(state, book, self._session.facts_of(state))
        self._rendered = (state, book, written)
        return written

    def _base(self, written: Written, state: State) -> Snapshot:
        """What is known of a document that says a state; keys go on meanwhile."""
        return base_of(written, (one for one in self._session.transactions if one.seq <= state.seq))

    def _problem(self, held: Damage) -> Problem:
        return Problem(str(self._document.path), held.line, "error", held.message)


def _identified(written: Snapshot | Written, index: CodebookIndex) -> Document:
    from codetui.formats import session_doc

    document = session_doc.read(written.text, "")[0]
    return session_doc.with_ids(session_doc.identified(document, index), written.ids)

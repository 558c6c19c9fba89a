"""Keep a session and its document in sync: hand edits are imported into the session, codings written to the document.

A document that was saved only in part or merged badly is recognized and not imported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from codetui.core.codebook.migration import recognize
from codetui.core.session.commands import Decision, DecisionContext, quoted, transaction_of
from codetui.core.session.state import State, evolve, replay
from codetui.core.text.display import plural
from codetui.model import (
    Cause,
    Codebook,
    CodingAdded,
    CodingRecoded,
    CodingRemoved,
    DocumentLayout,
    Event,
    LayoutChanged,
    MemoWritten,
    Problem,
    ProfileAssigned,
    Source,
    Transaction,
    TransactionId,
)
from codetui.storage.journal import SessionLog
from codetui.storage.session_files import SessionPaths
from codetui.study.session.document import DocumentFile, LineIds, SessionDocument, Snapshot, closest, heading_id
from codetui.study.session.outcome import NotSaved, PullKind, PullResult, ReadFailure, Saved

if TYPE_CHECKING:
    from codetui.formats.session_doc.model import Document
    from codetui.study.reconcile import Reconciliation

RECOGNIZED = "codes that the codebook lacked"
"""The `from_name` of a step that gave codings the code of their label."""

BY_HAND = ("edit", "document")
"""The causes of a step that imported a document."""

NO_TRANSACTION = Transaction(id=TransactionId(""), seq=0, time="", coder="", events=())

MANY = 5
"""So many codings are never removed at once without a question, if they are more than a third of the session."""

REPAIR = "or write the document again (a copy is kept)"


def minted(*seeds: str) -> Callable[[], str]:
    """Return a function that yields ids derived from these texts, in ascending order, the same on all machines."""
    prefix = sha256("\0".join(seeds).encode("utf-8", "surrogatepass")).hexdigest()[:17]
    numbers = count()
    return lambda: f"{prefix}{next(numbers):06x}"


class MemoryLog:
    """A log in memory: the recorded decisions are kept as `edits` beside the steps that were read.

    The id of an edit follows from the log and the edit, so that two machines turn one hand edit into the same step.
    """

    def __init__(self, transactions: Iterable[Transaction] = ()) -> None:
        self.transactions = list(transactions)
        self.edits: list[Transaction] = []
        self.state: State = replay(self.transactions)

    def record(self, decision: Decision) -> Saved:
        """Apply a decision to the state at the time of the last step, because the clocks of machines differ."""
        last = self.transactions[-1] if self.transactions else NO_TRANSACTION
        id_ = minted(last.id, repr(decision.events), *(decision.parents or ()))()
        edit = transaction_of(decision, self.state, replace(last, id=TransactionId(id_)))
        self.edits.append(edit)
        self.transactions.append(edit)
        self.state = evolve(self.state, edit)
        return Saved(decision.message)


class DocumentStatus(Enum):
    """The relation of the document on disk to the session."""

    MISSING = auto()
    EMPTY = auto()
    OWN = auto()
    """Codetui wrote or imported it before; it may lag behind the log."""
    EDITED = auto()
    DAMAGED = auto()


class DocumentSync:
    """One session's document and log.

    `record` writes a decision to the log. After `reconcile_on_open` and `pull`, `status` is the relation of the
    document to the session, `reconciliation` has the imported edits, and `lost_steps` counts the document's steps that
    the log lacks.
    """

    def __init__(
        self,
        log: SessionLog | MemoryLog,
        source: Source,
        book: Codebook,
        paths: SessionPaths,
        record: Callable[[Decision], Saved | NotSaved],
        candidates: Sequence[DocumentFile] | None = None,
    ) -> None:
        """Find and read the document.  Raises OSError.

        `candidates` are the documents to choose from if the folder was read already; nothing is written then.
        """
        self.document = SessionDocument(paths, source, lambda: log.transactions, book.words.source, candidates)
        self.book = book
        """The codebook; with another version of it the labels in the document may change."""
        self.failure = ReadFailure("the document stays as it is, and your codings go into the log")
        """Why the document could not be read the last time."""
        self.status = DocumentStatus.MISSING
        self.reconciliation: Reconciliation | None = None
        self.lost_steps = 0
        self.source, self._log, self._record = source, log, record
        self._damage: Problem | None = None
        self._accepted: str | None = None
        self._rendered: tuple[State, Codebook, Snapshot] | None = None
        self._lock = RLock()

    @property
    def is_behind(self) -> bool:
        """Return whether the document on disk is older than the log."""
        return self._log.state.opened is not None and self.document.text != self.render().text

    @property
    def may_be_behind(self) -> bool:
        """Return the same as `is_behind` without rendering; also True while it is unknown."""
        state, cached = self._log.state, self._rendered
        is_known = cached is not None and cached[0] is state and cached[1] is self.book
        return state.opened is not None and not (is_known and cached and cached[2].text == self.document.text)

    @property
    def ids_by_line(self) -> LineIds:
        """Return the known codings and notes on the lines of the document on disk."""
        from codetui.formats.session_doc.model import ids_by_line

        if self.reconciliation is not None:
            return ids_by_line(self.reconciliation.document)
        own = self.document.own_snapshot
        return own.ids if own else self.render().ids if self.render().text == self.document.text else ()

    # --- from the document to the session ---------------------------------------------------------

    def reconcile_on_open(self) -> PullResult | None:
        """Import hand edits made while the session was closed.  Raises OSError if they cannot be read."""
        with self._lock:
            return self._compare(is_open=False)

    def accept(self) -> PullResult | None:
        """Import the document on disk although this removes many codings. Raises OSError."""
        with self._lock:
            self.document.refresh()
            self._accepted = self.document.text
            return self._compare(is_open=True)

    def pull(self) -> PullResult | None:
        """Import later hand edits; return None if there is nothing to report.

        An unreadable document is reported once, and read again each time.
        """
        with self._lock:
            try:
                result = self._compare(is_open=True) if self.document.refresh() else None
            except OSError as error:
                self.document.forget()
                return self.failure.report(error, self.document.path)
            self.failure.clear()
            return result

    def import_text(
        self, parsed: ParsedDocument, file: Path, earlier: State | None, *, may_remove_many: bool
    ) -> PullResult:
        """Add everything in a document from elsewhere that the session lacks.

        If the document was imported before, apply the changes made to it since; `earlier` is the session at that time.
        If this removes many codings, it is refused unless `may_remove_many`.
        """
        with self._lock:
            base = self._snapshot(earlier, ()) if earlier is not None else None
            if base is not None and base.text == parsed.text:
                return PullResult(PullKind.NOTHING_NEW)
            state = self._log.state
            parsed, base = self._read_like(parsed, base)
            found = self._reconcile(parsed, base)
            number = None if may_remove_many else much_removed(found.events, state)
            if number is not None:
                what = f"this document lacks {number} of the {len(state.live())} codings of this session"
                hint = "remove them in codetui first, or import it under another file name, which removes nothing"
                problem = Problem(str(file), 0, "error", f"{what}, so it is not imported: {hint}")
                return PullResult(PullKind.MUCH_REMOVED, (problem,), detail=problem.message)
            layout = found.layout if state.opened is None else state.layout
            return self._record_all(found, layout, "document", file, parsed.problems)

    def _compare(self, *, is_open: bool) -> PullResult | None:
        document, text = self.document, self.document.text
        self._damage, self.reconciliation, self.status = None, None, DocumentStatus.OWN
        is_begun = self._log.state.opened is not None
        own = document.snapshots.candidates() if is_begun else ()
        if text is None or not text.strip():
            self.status = DocumentStatus.MISSING if text is None else DocumentStatus.EMPTY
            return PullResult(PullKind.DELETED if text is None else PullKind.EMPTIED) if own else None
        self.lost_steps = own[0].lost(self._log.transactions) if own else 0
        if own and text == own[0].text and not self.lost_steps and not is_open:
            # Nobody has edited it; whether it lags behind is found out when it is rendered.
            return None
        if is_begun and text == self.render().text:
            self._remember_unless_own(self.render())
            return None
        bases = self._bases(text, own)
        known = next((base for base in bases if base.text == text), None)
        if known is not None:
            self._remember_unless_own(known)
            if not is_open or known == bases[0]:
                return None
            parsed = parse(text, str(document.path))
            return PullResult(PullKind.STALE, tuple(self._not_applied(parsed, bases[0], ())))
        return self._check_and_apply(text, bases, own)

    def _remember_unless_own(self, snapshot: Snapshot) -> None:
        if not self.document.is_own:
            self.document.remember(snapshot)

    def _bases(self, text: str, own: Sequence[Snapshot]) -> tuple[Snapshot, ...]:
        """Return the snapshots that `text` may be an edit of, newest first, without steps that the log has lost.

        The content of those steps is then new in the document, and is imported.
        """
        last = self._taken_over_last(text, own[0] if own else None)
        steps = self._log.transactions
        known: list[Snapshot] = [last] if last else []
        for base in own:
            if base.lost(steps):
                kept = [one for one in steps if one.id in set(base.steps)]
                base = replace(self._snapshot(replay(kept), kept), steps=base.steps)
            known.append(base)
        return tuple(known)

    def _taken_over_last(self, text: str, newest: Snapshot | None) -> Snapshot | None:
        """Return the snapshot of the last hand edit if it could not be saved: it follows from the log."""
        steps = self._log.transactions
        end = max((number for number, one in enumerate(steps, 1) if one.cause in BY_HAND), default=0)
        if not end or (newest is not None and steps[end - 1].id in newest.steps):
            return None
        snapshot = self._snapshot(replay(steps[:end]), steps[:end])
        return snapshot if snapshot.text == text else None

    def _check_and_apply(self, text: str, bases: Sequence[Snapshot], own: Sequence[Snapshot]) -> PullResult | None:
        parsed = parse(text, str(self.document.path))
        if self._log.state.opened is not None:
            heading, word = heading_id(self.source.id), self.book.words.source
            damage = damage_of(parsed, own[0] if own else None, heading, word)
        else:
            damage = unmerged(parsed)
        return self._refuse(PullKind.DAMAGED, damage) if damage else self._apply(parsed, bases)

    def _refuse(self, kind: PullKind, damage: Problem) -> PullResult:
        """Leave the document as it is, since it must not be imported."""
        self._damage, self.status = damage, DocumentStatus.DAMAGED
        return PullResult(kind, (damage,), detail=damage.message)

    def _apply(self, parsed: ParsedDocument, bases: Sequence[Snapshot]) -> PullResult | None:
        """Import the document on disk as an edit of one of `bases`."""
        from codetui.formats.session_doc.model import ids_by_line

        document, log, state = self.document, self._log, self._log.state
        as_written = parsed
        parsed, base = self._read_like(parsed, self._closest(parsed, bases))
        found = self._reconcile(parsed, base)
        if state.opened is None and not (found.events or found.document.source_id):
            document.ignore()
            return None
        number = None if self._accepted == parsed.text else much_removed(found.events, state)
        if number is not None:
            what = f"the edited document lacks {number} of the {len(state.live())} codings of this session"
            what = f"{what}: nothing is removed until you confirm that in codetui"
            return self._refuse(PullKind.MUCH_REMOVED, Problem(parsed.file, 1, "error", what))
        ids = ids_by_line(found.document)
        is_newest = base is None or base.text == bases[0].text
        older = [] if is_newest else self._not_applied(as_written, bases[0], found.events)
        problems = [*parsed.problems, *older]
        is_only_change = base is None or base.text == self.render().text
        # Without its base a document that says nothing new may be older than the known layout.
        is_older = base is None and state.layout is not None and not found.events
        layout = state.layout if is_older else found.layout
        cause: Cause = "edit" if state.opened else "document"
        number_of_steps = len(log.transactions)
        result = self._record_all(found, layout, cause, document.path, problems, self._heads_of(base))
        if not result.is_saved:
            document.forget()
            return result
        self.status, self.reconciliation = DocumentStatus.EDITED, found
        is_current = self.render().text == parsed.text
        if not is_current and is_only_change:
            document.keep_copy()
        # A text that lags behind contains only the steps that it was written from.
        known = set(base.steps) if base else set[str]()
        known |= {one.id for one in log.transactions[0 if is_current else number_of_steps :]}
        contained = tuple(one.id for one in log.transactions if one.id in known)
        document.remember(Snapshot(parsed.text, ids, contained))
        return result

    def _heads_of(self, base: Snapshot | None) -> tuple[TransactionId, ...] | None:
        """Return the last steps of the log that an editor of `base` had seen; None if these are all steps.

        Steps that were merged into the log later are not among them.
        """
        seen = set(base.steps) if base else set[str]()
        steps = [one for one in self._log.transactions if one.id in seen]
        return replay(steps).heads if 0 < len(steps) < len(self._log.transactions) else None

    def _closest(self, parsed: ParsedDocument, bases: Sequence[Snapshot]) -> Snapshot | None:
        """Return the base with the fewest edits: an editor may have read an older text, without later changes."""
        from codetui.study.reconcile import closest_base

        candidates = closest(parsed.text, bases)
        if not candidates:
            return None
        documents = [candidate.document for candidate in candidates]
        return candidates[closest_base(parsed.document, documents, self.book_of(self._log.state))]

    def _not_applied(self, parsed: ParsedDocument, newest: Snapshot, applied: Sequence[Event]) -> list[Problem]:
        """Report what differs from the newest text only because the edit began from an older one."""
        from codetui.core.session.words import event_words

        file = str(self.document.path)
        parsed, base = self._read_like(parsed, newest)
        state, context = self._log.state, DecisionContext(self.book, self.source.text, "", "")
        problems: list[Problem] = []
        for event in self._reconcile(parsed, base).events:
            match event:
                case CodingRemoved():
                    missing = f"{quoted(state.codings[event.coding].words)} was coded a moment ago and is not in"
                    what = f"{missing} the edited document: it is kept; remove it here if it is wrong"
                case CodingAdded():
                    what = f"{quoted(event.words)} was removed a moment ago and is in the edited document: it stays"
                    what = f"{what} removed; code it again if that is wrong"
                case CodingRecoded() if event.code == event.code_before:
                    continue
                case _:
                    what = f"the edited document has an older version of this: {event_words(event, state, context)};"
                    what = f"{what} the newer one is kept, change it here if that is wrong"
            if not any(_is_same_change(event, one) for one in applied):
                problems.append(Problem(file, 0, "warning", what))
        return problems

    def _reconcile(self, parsed: ParsedDocument, base: Snapshot | None) -> Reconciliation:
        from codetui.study.reconcile import reconcile

        state = self._log.state
        mint = minted(parsed.text, base.text if base else "", str(state.seq))
        before, book = base.document if base else None, self.book_of(state)
        return reconcile(parsed.document, before, state, self.source, book, parsed.file, mint, parsed.text)

    def _read_like(self, parsed: ParsedDocument, base: Snapshot | None) -> tuple[ParsedDocument, Snapshot | None]:
        """Return document and base in the words of the session where only the markup differs.

        The document has the ids of codings that the log has lost, so that lines which come back are not duplicated.
        """
        from codetui.core.codebook.index import index_of
        from codetui.formats.session_doc.formatting import read_like
        from codetui.formats.session_doc.markdown import project

        state, text = self._log.state, self.source.text
        book = self.book_of(state)
        index, now = index_of(book), project(state, book, state.describe(self.source))
        known = now
        if base is not None:
            known = read_like(base.text, "", known, index, base.ids, text).document
            base = base.read_as(known)
        own = self.document.own_snapshot if self.document.text == parsed.text else None
        read = read_like(parsed.text, parsed.file, known, index, own.ids if own else (), text, now)
        return ParsedDocument(parsed.file, parsed.text, *read), base

    def _record_all(
        self,
        found: Reconciliation,
        layout: DocumentLayout | None,
        cause: Cause,
        file: Path,
        problems: Sequence[Problem],
        parents: tuple[TransactionId, ...] | None = None,
    ) -> PullResult:
        """Record the imported edits, and the layout if it is new; `parents` as in Decision."""
        before = self._log.state.layout
        events: tuple[Event, ...] = found.events
        if layout != before:
            events = (*events, LayoutChanged(layout=layout, layout_before=before))
        if events:
            outcome = self._record(Decision(events, "", cause=cause, from_name=file.name, parents=parents))
            if isinstance(outcome, NotSaved):
                problem = Problem(str(file), 0, "error", outcome.message)
                return PullResult(PullKind.NOT_SAVED, (problem,), detail=outcome.reason)
        result = PullResult(
            PullKind.EDITED if cause == "edit" else PullKind.IMPORTED,
            (*problems, *found.problems),
            found.counts,
            self.lost_steps if cause == "edit" else 0,
            has_new_layout=layout != before,
            has_new_profile=any(isinstance(event, ProfileAssigned) for event in found.events),
        )
        if not result.lost_steps:
            return result
        lost = Problem(str(file), 0, "warning", result.message)
        return replace(result, problems=(lost, *result.problems))

    # --- from the session to the document ---------------------------------------------------------

    def save(self, *, is_forced: bool = False) -> Problem | None:
        """Save the session to the document; return the problem, if any. Safe in any thread."""
        with self._lock:
            if self._damage is not None and not is_forced:
                return self._damage
            if self.failure.problem is not None and not is_forced:
                return self.failure.problem
            if not self.is_behind and self._damage is None:
                return None
            state = self._log.state
            snapshot = self.render(state)
            employer = state.describe(self.source).employer
            problem = self.document.write(snapshot, employer, is_forced=is_forced)
            if problem is None or self.document.text == snapshot.text:
                self._damage = None
            return problem

    def render(self, state: State | None = None) -> Snapshot:
        """Return the session's document for its current state, whatever is on disk; the last one is cached."""
        state, cached = state or self._log.state, self._rendered
        if cached is not None and cached[0] is state and cached[1] is self.book:
            return cached[2]
        steps = [one for one in self._log.transactions if one.seq <= state.seq]
        snapshot = self._snapshot(state, steps)
        self._rendered = (state, self.book, snapshot)
        return snapshot

    def _snapshot(self, state: State, steps: Sequence[Transaction]) -> Snapshot:
        """Return the document of a state in a form that can be encoded."""
        from codetui.formats.session_doc.patch import document_of

        text, ids = document_of(state, self.book_of(state), state.describe(self.source))
        encodable = text.encode("utf-8", "replace").decode("utf-8")
        return Snapshot(encodable, ids, tuple(one.id for one in steps))

    def book_of(self, state: State) -> Codebook:
        """Return the codebook with the codes of earlier versions used in a state, as far as they can be read."""
        from codetui.core.codebook.index import index_of

        if index_of(self.book).codes.keys() >= set(state.codes):
            return self.book
        from codetui.study.former import with_former

        try:
            return with_former(self.book, self.document.sessions, [state])
        except OSError:
            return self.book

    def recognize(self) -> Saved | NotSaved | None:
        """Recode codings under an unknown label to the code that now has that label in the codebook, if any."""
        state = self._log.state
        mint = minted("recognized", self.book.content_hash, str(state.seq))
        events = recognize(state, self.book_of(state), mint)
        what = f"{plural(len(events), 'change')}: the codebook now has the code."
        return self._record(Decision(events, what, cause="migration", from_name=RECOGNIZED)) if events else None


class ParsedDocument(NamedTuple):
    """The text of a file, the document parsed from it, and the problems of lines that could not be parsed."""

    file: str
    text: str
    document: Document
    problems: list[Problem]


def parse(text: str, file: str) -> ParsedDocument:
    """Parse a document; problems name `file`."""
    from codetui.formats.session_doc.markdown import parse_document

    return ParsedDocument(file, text, *parse_document(text, file))


def damage_of(edited: ParsedDocument, base: Snapshot | None, heading: str, word: str) -> Problem | None:
    """Return why a text must not count as an edit of `base`; None if it may.

    `heading` is the id of the source as written in the heading of its document, `word` the noun for a source.
    """
    found = next(_damages(edited, base, heading, word), None)
    return unmerged(edited) or (Problem(edited.file, found[0], "error", found[1]) if found else None)


def _damages(edited: ParsedDocument, base: Snapshot | None, heading: str, word: str) -> Iterator[tuple[int, str]]:
    """Yield line and message of each damage; one is a save that stopped half-way."""
    nul, named = edited.text.find("\0"), edited.document.source_id
    if nul >= 0:
        what = "there are NUL characters here, as after a power failure or a broken copy: delete them"
        yield edited.text.count("\n", 0, nul) + 1, f"{what}, {REPAIR}"
    if not named:
        from codetui.formats.session_doc.head import kind_of

        what = f"the heading `# Manual Coding Analysis: {kind_of(word)} #{heading} (…)` is missing"
        yield 1, f"{what}: restore it, {REPAIR}"
    if named != heading:
        what = f"the heading names {word} {named}, and this is the document of {word} {heading}"
        yield 1, f"{what}: correct it, {REPAIR}"
    if base is None:
        return
    last = edited.text.count("\n") + 1
    if _breaks_off(edited, base):
        what = "the document ends too early here, as if only a part of it was saved"
        yield last, f"{what}: save it whole, {REPAIR}"
    present = {_title(section.title) for section in edited.document.sections}
    missing = [section.title for section in base.document.sections if _title(section.title) not in present]
    if missing and len(present) < len(base.document.sections):
        what = f"the section “{missing[0]}” is missing, as if only a part of the document was saved"
        yield last, f"{what}: save it whole, {REPAIR}"


def much_removed(events: Iterable[Event], state: State) -> int | None:
    """Return how many codings an edit removes if they are too many to remove without a question."""
    removed = sum(isinstance(event, CodingRemoved) for event in events)
    return removed if removed >= MANY and removed * 3 > len(state.live()) else None


def _is_same_change(event: Event, other: Event) -> bool:
    """Return whether two events make the same change; the ids of added objects may differ."""
    match event, other:
        case CodingAdded(), CodingAdded():
            return (event.code, event.words) == (other.code, other.words)
        case MemoWritten(), MemoWritten():
            return (event.target, event.text) == (other.target, other.text)
        case _:
            return event == other


def unmerged(parsed: ParsedDocument) -> Problem | None:
    """Return the problem of conflict marks that git has left in a document, if any."""
    from codetui.formats.session_doc.lines import conflict_marks

    line = conflict_marks(parsed.text)
    if not line:
        return None
    what = "this is a conflict mark of git: choose between the two sides and delete the marks"
    what = f"{what}; until then the document stays as it is, and your codings go into the log"
    return Problem(parsed.file, line, "error", what)


def _breaks_off(edited: ParsedDocument, base: Snapshot) -> bool:
    """Return whether the last line is a prefix of a line of `base` and cannot be parsed."""
    text = edited.text
    if text.endswith(("\n", "\r")) or not base.text.endswith(("\n", "\r")) or text.rstrip() == base.text.rstrip():
        return False
    if base.text.startswith(text):
        return True
    lines = text.splitlines()
    is_part = any(line.startswith(lines[-1]) and line != lines[-1] for line in base.text.splitlines())
    return is_part and any(problem.line == len(lines) for problem in edited.problems)


def _title(heading: str) -> str:
    from codetui.formats.session_doc.marks import meaning
    from codetui.formats.session_doc.model import without_number

    return without_number(meaning(heading)).casefold()

"""An invented ad with its codebook, and sessions whose documents are edited and reconciled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count

from codetui.core.anchors import anchor as anchors
from codetui.core.session.state import State, evolve
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.markdown import parse_document, project, render_document
from codetui.formats.session_doc.model import Document
from codetui.model import (
    Cause,
    Code,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    Event,
    Group,
    Profile,
    Section,
    Source,
    SourceId,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.study.reconcile import Reconciliation, reconcile

TEXT = """\
Keeper of the Northern Light

You light the lamp at dusk, and you watch   the sea until dawn. You polish the mirrors every
week. You write the log: ships, weather and oil. Sometimes you row out to the reef.

   What you bring:
     * Experience with a barometer, a sextant and a fog horn;
     * A fog horn licence, and patience;
     * You watch the sea gladly.
"""
AD = Source(SourceId("11"), "Shore Company", "Keeper", TEXT, "ads.csv", 2)
BOOK = Codebook(
    title="Lighthouses",
    version="7",
    label="{id}: {name}",
    profiles=(Profile(id="1", name="Keeper"), Profile(id="2", name="Builder")),
    sections=(
        Section(id="tasks", title="Job Task Analysis", key="1"),
        Section(id="tools", title="Tools", holds="terms", key="2"),
    ),
    groups=(
        Group(id="light", section="tasks", title="The light"),
        Group(id="sea", section="tasks", title="The sea"),
    ),
    codes=(
        Code(id=CodeId("T1"), name="Lighting", section="tasks", group="light", key="1"),
        Code(id=CodeId("T2"), name="Cleaning", section="tasks", group="light", key="2"),
        Code(id=CodeId("T3"), name="Watching", section="tasks", group="sea", key="3"),
        Code(id=CodeId("K1"), name="Instruments", section="tools", key="1"),
    ),
)
LAMP, SEA, MIRRORS, LOG = (
    "You light the lamp",
    "watch the sea until dawn",
    "You polish the mirrors",
    "You write the log",
)
FILE = "a.md"


def numbered_ids(prefix: str = "m") -> Callable[[], str]:
    """Return a source of ids, each greater than the one before."""
    numbers = count(1)
    return lambda: f"{prefix}{next(numbers):06}"


def apply(state: State, *events: Event, cause: Cause = "hand") -> State:
    """Return the state after one more transaction."""
    seq = state.seq + 1
    transaction = Transaction(
        id=TransactionId(f"t{seq:06}"), seq=seq, time="2026-01-01T00:00:00Z", coder="rosa", cause=cause, events=events
    )
    return evolve(state, transaction)


def place(words: str, occurrence: int = 1) -> Span:
    """Return the span of the n-th occurrence of the words in the ad, regardless of white space."""
    spans = [Span(start, end) for start in range(len(TEXT)) for end in _ends(start, words)]
    return spans[occurrence - 1]


def _ends(start: int, words: str) -> Iterable[int]:
    if TEXT[start] != words[0]:
        return
    for end in range(start + len(words), min(start + len(words) + 8, len(TEXT)) + 1):
        if collapse_spaces(TEXT[start:end]) == words and not TEXT[end - 1].isspace():
            yield end
            return


def added(ident: str, code: str, words: str, note: str = "", rank: int = 0, occurrence: int = 1) -> CodingAdded:
    """Return the event that codes these words of the ad; words missing from the ad have no anchor."""
    is_there = words in collapse_spaces(TEXT)
    anchor = anchors.anchor_at(TEXT, place(words, occurrence), text_hash(TEXT)) if is_there else None
    words = anchor.words if anchor else words
    return CodingAdded(coding=CodingId(ident), code=CodeId(code), anchor=anchor, words=words, note=note, rank=rank)


def coded(*codings: tuple[str, ...]) -> State:
    """Return a session with codings `(code, words)` or `(code, words, note)`, whose ids are c1, c2 and so on."""
    state = State()
    for number, (code, words, *note) in enumerate(codings, 1):
        state = apply(state, added(f"c{number}", code, words, note[0] if note else "", number))
    return state


def document(state: State) -> Document:
    """Return the document of a session, with the ids of its entries and notes."""
    return project(state, BOOK, AD)


def edited(state: State, *changes: tuple[str, str]) -> Document:
    """Return the session's document after a person replaced each first text by the second."""
    text = render_document(document(state))
    for old, new in changes:
        assert text.count(old) == 1, (old, text)
        text = text.replace(old, new)
    return parse_document(text, FILE)[0]


def reconciled(
    edited: Document, base: Document | None, state: State, mint: Callable[[], str] | None = None
) -> Reconciliation:
    """Return the reconciliation of an edited document with the state."""
    return reconcile(edited, base, state, AD, BOOK, FILE, mint or numbered_ids())


def edit_by_hand(state: State, *changes: tuple[str, str]) -> tuple[State, Reconciliation]:
    """Return the session after a person edited its document, and the reconciliation."""
    found = reconciled(edited(state, *changes), document(state), state)
    return apply(state, *found.events, cause="edit"), found


def edit_both_sides(state: State, changes: Iterable[tuple[str, str]], *events: Event) -> tuple[State, Reconciliation]:
    """Return the session after `events` were recorded while a person edited its document, and the reconciliation."""
    later = apply(state, *events)
    found = reconciled(edited(state, *changes), document(state), later)
    return apply(later, *found.events, cause="edit"), found


def import_document(text: str, state: State | None = None) -> tuple[State, Reconciliation]:
    """Return the session after a document without a known base was imported, and the reconciliation."""
    before = state or State()
    found = reconciled(parse_document(text, FILE)[0], None, before)
    return apply(before, *found.events, cause="document"), found


def quotations(state: State, code: str) -> list[tuple[str, str]]:
    """Return words and note of the codings of a code, in the order of documents."""
    return [(collapse_spaces(one.words), one.note) for one in state.of_code(CodeId(code))]


def notes(state: State) -> list[tuple[str, str, str]]:
    """Return kind of target, target and text of the notes that are not empty, in order."""
    written = sorted((note for note in state.notes.values() if note.text), key=lambda note: (note.rank, note.id))
    return [(note.target.kind, note.target.id, note.text) for note in written]

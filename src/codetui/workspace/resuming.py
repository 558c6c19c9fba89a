"""A document without its log: what it says, as the events of a session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from codetui.core import anchor as anchors
from codetui.core import codebook as books
from codetui.core.state import State
from codetui.formats.manual_coding import Block, CodeLine, Document
from codetui.model import (
    Ad,
    AdDescribed,
    Anchor,
    Codebook,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingReanchored,
    Event,
    NoteId,
    Place,
    PlaceNoted,
    Problem,
    ProfileAssigned,
    text_hash,
)

Mint = Callable[[], str]


class Resumed(NamedTuple):
    """The events that a document amounts to, and what needs the coder's eye."""

    events: tuple[Event, ...]
    problems: tuple[Problem, ...]


def events_from_document(document: Document, ad: Ad, book: Codebook, file: str, mint: Mint) -> Resumed:
    """The codings, notes and profile of a document as events; each quotation anchored in the ad again.

    Words that have no single place in the ad keep their coding without an anchor, and are reported.
    """
    reading = _Reading(ad, book, file, mint)
    events: list[Event] = list(_described(document, ad))
    for section in document.sections:
        for block in section.blocks:
            events += reading.block(block)
    if document.profile or document.reasoning:
        profile = books.profile(book, document.profile)
        if profile is None and document.profile:
            reading.report(0, f"the codebook has no profile “{document.profile}”; add it, or press p for another")
        chosen = profile.id if profile else document.profile
        events.append(ProfileAssigned(profile=chosen, reasoning=document.reasoning))
    return Resumed(tuple(events), tuple(reading.problems))


def unknown_events(events: tuple[Event, ...], state: State) -> tuple[Event, ...]:
    """Those that say what a state does not hold yet: what a log still has is not taken from its document again."""
    codings = Counter((coding.code, anchors.shown_words(coding.words)) for coding in state.live())
    notes = Counter((note.place, note.text) for note in state.notes.values())
    unknown: list[Event] = []
    for event in events:
        match event:
            case CodingAdded():
                key = (event.code, anchors.shown_words(event.words))
                is_known, codings[key] = codings[key] > 0, codings[key] - 1
            case PlaceNoted():
                place = (event.place, event.text)
                is_known, notes[place] = notes[place] > 0, notes[place] - 1
            case ProfileAssigned():
                is_known = (event.profile, event.reasoning) == (state.profile, state.reasoning)
            case _:
                is_known = False
        if not is_known:
            unknown.append(event)
    return tuple(unknown)


def _described(document: Document, ad: Ad) -> Iterator[AdDescribed]:
    """What the document says of the ad where the source says nothing."""
    employer = ad.employer or document.employer
    title = ad.title or document.title
    if (employer, title) != (ad.employer, ad.title):
        yield AdDescribed(employer=employer, title=title, employer_before=ad.employer, title_before=ad.title)


def events_from_changed_text(state: State, ad: Ad, file: str) -> Resumed:
    """What follows when the ad's text is not the one that was coded: each quotation is found again, or has no place.

    The old places stay in the log.
    """
    digest = text_hash(ad.text)
    events: list[Event] = []
    problems: list[Problem] = []
    has_orphans = any(coding.anchor is None for coding in state.live())
    shown = anchors.shown_words(ad.text) if has_orphans else ""
    for coding in state.live():
        old = coding.anchor
        if old is None:
            events += _placed_again(coding, ad, shown, digest)
            continue
        if old.text_hash == digest:
            continue
        found = anchors.resolve(ad.text, old)
        new = anchors.describe(ad.text, found.span, digest) if isinstance(found, anchors.Exact) else None
        if new is None:
            what = f"the ad's text has changed and “{anchors.shown_words(old.words)}” has no sure place in it any more"
            problems.append(Problem(file, 0, "warning", f"{what}; select its place and press b, or x removes it"))
        events.append(
            CodingReanchored(
                coding=coding.id,
                anchor=new,
                words=new.words if new else coding.words,
                anchor_before=old,
                words_before=coding.words,
            )
        )
    return Resumed(tuple(events), tuple(problems))


def _placed_again(coding: Coding, ad: Ad, shown: str, digest: str) -> Iterator[CodingReanchored]:
    """The place of words that had none, once they stand in the text as it is shown: the old one may have come back."""
    words = anchors.shown_words(coding.words)
    if not words or shown.count(words) != 1:
        return
    found = anchors.locate(ad.text, coding.words)
    if isinstance(found, anchors.Exact):
        new = anchors.describe(ad.text, found.span, digest)
        yield CodingReanchored(
            coding=coding.id, anchor=new, words=new.words, anchor_before=None, words_before=coding.words
        )


class _Reading:
    """One document on its way to events; ranks count up in the order of the document."""

    def __init__(self, ad: Ad, book: Codebook, file: str, mint: Mint) -> None:
        self.problems: list[Problem] = []
        self._ad = ad
        self._hash = text_hash(ad.text)
        self._index = books.CodebookIndex(book)
        self._book = book
        self._file = file
        self._mint = mint
        self._rank = 0

    def report(self, line: int, message: str) -> None:
        """Keeps something that the coder should look at."""
        self.problems.append(Problem(self._file, line, "warning", message))

    def block(self, block: Block) -> Iterator[Event]:
        """The events of one group of a document."""
        if block.notes:
            group = books.group_by_title(self._book, block.heading or "")
            if group is None:
                self.report(block.line, f"the codebook has no group “{block.heading}”; its note is kept in the copy")
            else:
                yield self._noted(Place(kind="group", id=group.id), " ".join(n.text for n in block.notes))
        for code_line in block.codes:
            yield from self._code(code_line)

    def _code(self, code_line: CodeLine) -> Iterator[Event]:
        code = self._index.code_by_label(code_line.label)
        if code is None:
            self.report(
                code_line.line, f"the codebook has no code “{code_line.label}”; its codings are kept under that name"
            )
        code_id = code.id if code else CodeId(code_line.label)
        if code_line.notes:
            yield self._noted(Place(kind="code", id=code_id), " ".join(n.text for n in code_line.notes))
        for entry in code_line.entries:
            if entry.kind == "note":
                yield self._noted(Place(kind="entry", id=code_id), entry.note)
            else:
                yield self._coding(code_id, entry.words, entry.note, entry.line)

    def _noted(self, place: Place, text: str) -> PlaceNoted:
        self._rank += 1
        return PlaceNoted(note=NoteId(self._mint()), place=place, text=text, rank=self._rank)

    def _coding(self, code: CodeId, words: str, note: str, line: int) -> CodingAdded:
        self._rank += 1
        anchor = self._anchor(words, line)
        return CodingAdded(
            coding=CodingId(self._mint()),
            code=code,
            anchor=anchor,
            words=anchor.words if anchor and _is_plain(words, anchor.words) else words,
            note=note,
            rank=self._rank,
        )

    def _anchor(self, words: str, line: int) -> Anchor | None:
        found = anchors.locate(self._ad.text, words)
        match found:
            case anchors.Exact() | anchors.Fuzzy():
                return anchors.describe(self._ad.text, found.span, self._hash)
            case anchors.Ambiguous():
                self.report(line, f"“{words}” stands {len(found.spans)} times in the ad; select one and press b")
            case _:
                self.report(line, f"“{words}” is not in the ad; select its place and press b, or x removes it")
        return None


def _is_plain(written: str, found: str) -> bool:
    """True where the document writes the ad's own words, white space aside."""
    return anchors.shown_words(written) == anchors.shown_words(found)

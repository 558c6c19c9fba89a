"""Sessions that import odd documents and change them, and the content of documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st
from odd_documents import AD, BOOK, INDEX

from codetui.core.codebook.index import CodebookIndex, folded, profile, profile_name
from codetui.core.session.state import State, evolve
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.markdown import identified, parse_document
from codetui.formats.session_doc.model import Document, Entry, ids_by_line, with_ids
from codetui.model import (
    CodeId,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    DocumentLayout,
    Event,
    LayoutChanged,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SourceDescribed,
    Transaction,
    TransactionId,
)

T = TypeVar("T")

# --- the session of a document ------------------------------------------------------------------------


def imported(text: str, index: CodebookIndex = INDEX) -> tuple[State, Document]:
    """Return a state with the content of a document and its text as layout, and the document with its ids."""
    document = identified(parse_document(text, "a.md")[0], index)
    lines: dict[int, list[str]] = defaultdict(list)
    events: list[Event] = []

    def noted(line: int, place: MemoTarget, statement_of: str) -> None:
        if not statement_of.strip():
            lines[line].append("")
            return
        rank = len(events) + 1
        lines[line].append(f"n{rank}")
        events.append(MemoWritten(memo=MemoId(f"n{rank}"), target=place, text=statement_of, rank=rank))

    for section in document.sections:
        for block in section.blocks:
            kind, name = (
                ("section", section.id or section.title)
                if block.heading is None
                else ("group", block.id or block.heading)
            )
            for note in block.notes:
                noted(note.line, MemoTarget(kind=kind, id=name), note.text)
            for code in block.codes:
                for note in code.notes:
                    noted(note.line, MemoTarget(kind="code", id=code.id), note.text)
                for entry in code.entries:
                    if entry.kind == "note":
                        noted(entry.line, MemoTarget(kind="entry", id=code.id), entry.note)
                        continue
                    rank = len(events) + 1
                    lines[entry.line].append(f"c{rank}")
                    events.append(added(f"c{rank}", code.id, entry.words, rank, entry.note))
    if document.profile or document.reasoning:
        found = profile(index.book, document.profile)
        events.append(ProfileAssigned(profile=found.id if found else document.profile, reasoning=document.reasoning))
    events.append(SourceDescribed(employer=document.employer, title=document.title))
    ids = tuple((line, tuple(of_line)) for line, of_line in sorted(lines.items()) if any(of_line))
    layout = DocumentLayout(
        text=text, ids=ids, employer=document.employer or AD.employer, title=document.title or AD.title
    )
    events.append(LayoutChanged(layout=layout))
    document = with_ids(document, ids)
    assert ids_by_line(document) == ids
    return after(State(), *events), document


def added(coding: str, code: str, words: str, rank: int, note: str = "") -> CodingAdded:
    return CodingAdded(coding=CodingId(coding), code=CodeId(code), anchor=None, words=words, note=note, rank=rank)


def after(state: State, *events: Event) -> State:
    """Return the state after one more transaction."""
    seq = state.seq + 1
    transaction = Transaction(
        id=TransactionId(f"t{seq}"), seq=seq, time="2026-01-01T00:00:00Z", coder="a", events=events
    )
    return evolve(state, transaction)


# --- changes ------------------------------------------------------------------------------------------

SPITEFUL = [
    *list('"“”()[]`*_#\\:.,-+<>&|~ éß́\u200f\u2028\xa0\n🙂שa1'),
    '" (',
    ")_ _(",
    ":**",
    "```",
    "<!--",
    "---",
    "...",
    "> ",
]
sayings = st.lists(st.sampled_from(SPITEFUL) | st.characters(exclude_categories=["Cs"]), max_size=8).map("".join)
long_sayings = st.sampled_from(SPITEFUL).map(lambda unit: f"{unit}{'x ' + unit}" * 5000).map(lambda text: text[:5000])
words = st.one_of(
    sayings.filter(lambda text: bool(text.strip())),
    st.sampled_from(["plain words", "build pipelines", "Go"]),
    st.integers(0, 9).flatmap(lambda number: sayings.filter(str.strip) if number else long_sayings),
)
codes = st.sampled_from([*(code.id for code in BOOK.codes), "2.8. Frameworks", "1.A.9", "brand new"])
places = st.one_of(
    st.builds(
        MemoTarget, kind=st.just("section"), id=st.sampled_from(["tasks", "tools", "skills", "4. Extra", "gone"])
    ),
    st.builds(MemoTarget, kind=st.just("group"), id=st.sampled_from(["a", "b", "s", "Lost group", "Gone group"])),
    st.builds(MemoTarget, kind=st.sampled_from(["code", "entry"]), id=codes),
)


@dataclass(frozen=True)
class Change:
    """One command: its kind, the number of its coding or note in the state, its words, code and place."""

    kind: str
    number: int
    words: str
    code: str
    place: MemoTarget


KINDS = [
    "add",
    "add",
    "add",
    "remove",
    "remove",
    "recode",
    "change",
    "note",
    "place",
    "unplace",
    "say",
    "profile",
    "describe",
]
changes = st.lists(
    st.builds(Change, st.sampled_from(KINDS), st.integers(0, 50), words, codes, places), min_size=1, max_size=8
)


def changed(state: State, all_changes: list[Change]) -> State:
    """Return the state after these commands."""
    for change in all_changes:
        state = after(state, *_events(state, change))
    return state


def _events(state: State, change: Change) -> list[Event]:
    rank = state.next_rank
    match change.kind:
        case "add":
            return [
                added(f"new{rank}", change.code, change.words, rank, change.words if change.number % 3 == 0 else "")
            ]
        case "place":
            return [MemoWritten(memo=MemoId(f"new{rank}"), target=change.place, text=change.words, rank=rank)]
        case "profile":
            chosen = ["", "p1", "p2", change.words][change.number % 4]
            return [ProfileAssigned(profile=chosen, reasoning=change.words if change.number % 2 else "")]
        case "describe":
            return [SourceDescribed(employer=["", "Beta (B.V.)", change.words][change.number % 3], title=change.words)]
        case "unplace" | "say":
            notes = [note for note in state.notes.values() if note.text]
            if not notes:
                return []
            note = notes[change.number % len(notes)]
            text = change.words if change.kind == "say" else ""
            return [MemoWritten(memo=note.id, target=note.target, text=text, text_before=note.text, rank=note.rank)]
    live = state.live()
    if not live:
        return []
    coding = live[change.number % len(live)]
    match change.kind:
        case "remove":
            return [CodingRemoved(coding=coding.id)]
        case "recode":
            code = CodeId(change.code)
            return [
                CodingRecoded(coding=coding.id, code=code, rank=rank, code_before=coding.code, rank_before=coding.rank)
            ]
        case "note":
            return [CodingNoted(coding=coding.id, note=change.words, note_before=coding.note)]
        case _:
            return [
                CodingReanchored(
                    coding=coding.id, anchor=None, words=change.words, anchor_before=None, words_before=coding.words
                )
            ]


# --- the content of a document ------------------------------------------------------------------------


@dataclass
class Content:
    """The content of a document, whatever its layout."""

    lists: dict[str, list[list[tuple[str, ...]]]]
    notes: dict[tuple[str, str], list[str]]
    profile: str
    reasoning: str


def content_of(document: Document, index: CodebookIndex = INDEX) -> Content:
    """Return the content under each code, line by line, and the notes on each place."""
    lists: dict[str, list[list[tuple[str, ...]]]] = defaultdict(list)
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for section in document.sections:
        for block in section.blocks:
            id_, title = (section.id, section.title) if block.heading is None else (block.id, block.heading)
            place = id_ if id_ in index.sections or id_ in index.groups else folded(title)
            notes["place", place] += [text for note in block.notes if (text := collapse_spaces(note.text))]
            for code in block.codes:
                found = index.codes.get(CodeId(code.id)) or index.code_by_label(code.id)
                key = found.id if found else collapse_spaces(code.id)
                notes["code", key] += [text for note in code.notes if (text := collapse_spaces(note.text))]
                lists[key].append([what for entry in code.entries if (what := statement_of(entry)) != ("note", "")])
    chosen = collapse_spaces(profile_name(index.book, document.profile))
    kept = {place: sorted(texts) for place, texts in notes.items() if texts}
    filled = {key: parts for key, parts in lists.items() if any(parts)}
    return Content(filled, kept, chosen, collapse_spaces(document.reasoning))


def statement_of(entry: Entry) -> tuple[str, ...]:
    if entry.kind == "note":
        return ("note", collapse_spaces(entry.note))
    return ("coding", collapse_spaces(entry.words), collapse_spaces(entry.note))


def is_within(part: list[T], whole: list[T]) -> bool:
    """True if `whole` contains all of `part`, in its order."""
    rest = iter(whole)
    return all(any(each == other for other in rest) for each in part)

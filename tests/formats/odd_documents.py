"""Documents as nobody would invent them, and the sessions that take them over."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from codetui.core.anchor import shown_words
from codetui.core.codebook import CodebookIndex, folded, profile, profile_name
from codetui.core.state import State, evolve
from codetui.formats.manual_coding import Document, Entry, identified, ids_by_line, read, with_ids
from codetui.model import (
    Ad,
    AdDescribed,
    AdId,
    Code,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    DocumentTaken,
    Event,
    Form,
    Group,
    NoteId,
    Place,
    PlaceNoted,
    Profile,
    ProfileAssigned,
    Section,
    Transaction,
    TransactionId,
)

T = TypeVar("T")

BOOK = Codebook(
    title="Book",
    label="{id}. {name}",
    profiles=(Profile(id="p1", name="Core Engineer"), Profile(id="p2", name="Analyst")),
    sections=(
        Section(id="tasks", title="Tasks"),
        Section(id="tools", title="Tools", holds="terms"),
        Section(id="skills", title="3. Skills"),
    ),
    groups=(
        Group(id="a", section="tasks", title="Group A"),
        Group(id="b", section="tasks", title="Group B: Models"),
        Group(id="s", section="skills", title="Soft"),
    ),
    codes=(
        Code(id=CodeId("1.A.1"), name="Build & run", section="tasks", group="a"),
        Code(id=CodeId("1.A.2"), name="Operate", section="tasks", group="a"),
        Code(id=CodeId("1.B.1"), name="Train", section="tasks", group="b"),
        Code(id=CodeId("1.B.2"), name="Measure", section="tasks", group="b"),
        Code(id=CodeId("1.Z"), name="Other", section="tasks"),
        Code(id=CodeId("2.1"), name="Languages", section="tools"),
        Code(id=CodeId("2.2"), name="Clouds", section="tools"),
        Code(id=CodeId("3.1"), name="Talk", section="skills"),
        Code(id=CodeId("3.2"), name="Learn", section="skills", group="s"),
    ),
)
INDEX = CodebookIndex(BOOK)
AD = Ad(AdId("7"), "Acme", "Engineer", "Engineer\n\nbody", "ads.csv")

# --- what people write --------------------------------------------------------------------------------

QUOTATIONS = [
    '"build pipelines"',
    '"...showing drive"',
    '"...at both ends..."',
    '"schrijf code" (write code (all of it))',
    '"it implies" (This implies a "mindset").',
    '"the "so-called" guru"',
    "\"dé 'guru' in it\"",
    '"half a sentence";',
    '"with italics" _(why)_',
    '"because" – since so',
    "“curly words” (n)",
    "„low ones“",
    '"<b>x</b> *y* _z_ # ` \\\\"',
    '"naïve e\u0301 🙂 שלום"',
    '""',
]
TERMS = ["`Go`", "`Go` (Implied by title)", "`` a`b ``", '`C#` _("see")_']
NOTES = [
    '_(Implied by "x", but not (really) stated.)_',
    "*(No tasks)*",
    "(plain)",
    "__(loud)__",
    "**(bold)**",
    "_(stop)._",
    "_()_",
]
UNREAD = ["no quotes", "[link](x)", "- -", '"unclosed']
LABELS = [f"{code.id}. {code.name}" for code in BOOK.codes]
STRANGE_LABELS = ["2.8. Frameworks", "1.a.1. build & run", "Train", "Nothing known", "1.A.2"]
GROUPS = ["Group A", "Group B: Models", "Soft"]
STRANGE_GROUPS = ["Gruop B: Models", "group  a", "Lost group"]
SECTIONS = ["1. Tasks", "2. Tools", "3. Skills", "Tools", "skills", "1. Tsaks", "4. Extra"]
FOREIGN = [
    ["Some prose that", "goes on."],
    ["| a | b |", "|---|---|", '| "c" | `d` |'],
    ["<!-- one line -->"],
    ["<!--", "- **1.A.1. Build & run:**", '  - "not coded"', "", "-->"],
    ["```", '- "in a fence"', "", "## 1. Tasks", "```"],
    ["~~~ text", '- "in another"', "~~~"],
    ["> quoted", '> - "words"', "lazily on"],
    ["# Another title"],
    ["  indented prose"],
]
SENTENCES = [
    'This document contains the manual coding for the "Engineer" position at Acme.',
    'This document contains the manual coding for the "Engineer" position at Acme, after `BOOK.md`. It is an example.',
    "A second paragraph.",
    "No title here.",
]


@dataclass
class Manner:
    """How one person lays documents out."""

    bullet: str
    space: str
    nested: str
    is_loose: bool
    code_gap: int
    entry_gap: int


@st.composite
def manners(draw: DrawFn) -> Manner:
    bullet = draw(st.sampled_from(["-", "-", "*", "+", "1."]))
    space = draw(st.sampled_from([" ", "   ", "\t"]))
    nested = draw(st.sampled_from(["  ", "    ", "\t", ""]))
    is_loose = draw(st.booleans())
    return Manner(bullet, space, nested, is_loose, draw(st.integers(0, 1)), draw(st.integers(0, 1)))


class Writer:
    """Writes one document line by line."""

    def __init__(self, draw: DrawFn, manner: Manner) -> None:
        self.draw, self.manner = draw, manner
        self.lines: list[str] = []

    def chance(self, of: int) -> bool:
        return self.draw(st.integers(1, of)) == 1

    def pick(self, among: list[str], strange: list[str]) -> str:
        return self.draw(st.sampled_from(strange if self.chance(4) else among))

    def blanks(self, at_least: int = 0) -> None:
        for _ in range(max(at_least, self.draw(st.sampled_from([0, 0, 1, 1, 1, 2])))):
            self.lines.append("  " if self.chance(8) else "")

    def line(self, text: str) -> None:
        self.lines.append(text + ("  " if self.chance(8) else ""))

    def foreign(self, indent: str = "") -> None:
        if self.chance(6):
            self.blanks(1)
            for text in self.draw(st.sampled_from(FOREIGN)):
                self.lines.append(indent + text if text else text)
            self.blanks(1)

    def head(self) -> None:
        if not self.chance(10):
            self.line(self.draw(st.sampled_from(["# Manual Coding Analysis: Job Ad #7 (Acme)", "# Job ad #7"])))
        self.foreign()
        self.blanks()
        for sentence in self.draw(st.lists(st.sampled_from(SENTENCES), max_size=2)):
            self.line(sentence)
            self.blanks(1)
        bullet = self.manner.bullet + self.manner.space
        if self.chance(8):
            self.line(bullet + "something else")
        if self.chance(2):
            self.line(
                bullet
                + self.draw(st.sampled_from(["**Assigned Profile:** `Core Engineer`", "__Assigned profile__: nobody"]))
            )
        if self.chance(2):
            self.line(bullet + "**Reasoning:** since `so`")
            if self.chance(4):
                self.lines += ["  and so", "", "and on"]
        self.foreign()

    def section(self) -> None:
        self.blanks(1)
        if not self.chance(4):
            self.line("---")
            self.blanks()
        self.line("## " + self.draw(st.sampled_from(SECTIONS)))
        self.notes()
        self.foreign()
        self.codes()
        for _ in range(self.draw(st.integers(0, 2))):
            self.blanks(1)
            self.line("### " + self.pick(GROUPS, STRANGE_GROUPS))
            self.notes()
            self.foreign()
            self.codes()

    def notes(self) -> None:
        for _ in range(self.draw(st.sampled_from([0, 0, 0, 1, 2]))):
            self.blanks()
            self.line(self.draw(st.sampled_from([*NOTES, "_(one)_ *(two)*", "_(one)_\n_(two)_"])))
        self.blanks()

    def codes(self) -> None:
        for number in range(self.draw(st.integers(0, 2))):
            self.code(number)
            self.foreign(self.draw(st.sampled_from(["", self.manner.nested])))

    def code(self, number: int) -> None:
        manner = self.manner
        label = self.pick(LABELS, STRANGE_LABELS)
        shape = self.draw(st.sampled_from(["**{}:**"] * 4 + ["**{}**:", "__{}:__", "**{}**"]))
        rest = self.draw(
            st.sampled_from(
                [""] * 6 + [" _(Note: new)_", " _(a)_ *(b)*", " (bare)", ' "inline"', " `Go` (x)", " loose text"]
            )
        )
        if not rest and self.chance(8):
            shape = "{}:"
        if manner.code_gap:
            self.blanks(1)
        bullet = manner.bullet.replace("1", str(number + 1))
        self.line(bullet + manner.space + shape.format(label) + rest)
        for place in range(self.draw(st.integers(0, 3))):
            self.entry(place)

    def entry(self, place: int) -> None:
        manner = self.manner
        if manner.entry_gap or self.chance(10):
            self.blanks(1)
        text = self.draw(st.sampled_from(QUOTATIONS * 2 + TERMS + NOTES + UNREAD[: 2 if manner.nested else 1]))
        if not manner.nested and text.startswith("**"):
            text = "_(flat)_"
        if self.chance(8) and " " in text:
            text = text.replace(" ", f"\n{manner.nested}   ", 1)
        bullet = manner.bullet.replace("1", str(place + 1))
        self.line(manner.nested + bullet + manner.space + text)
        self.foreign(self.draw(st.sampled_from(["", manner.nested + "    "])))


@st.composite
def odd_texts(draw: DrawFn) -> str:
    """A whole document with all that the format's table of irregularities names, and more."""
    writer = Writer(draw, draw(manners()))
    writer.head()
    for _ in range(draw(st.integers(0, 3))):
        writer.section()
    writer.foreign()
    text = "\n".join(writer.lines) + draw(st.sampled_from(["", "\n", "\n", "\n\n", "\n  "]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + text


# --- the session that takes a document over -----------------------------------------------------------


def taken_over(text: str, index: CodebookIndex = INDEX) -> tuple[State, Document]:
    """The state that says what a document says, with its text as the form, and the document with its ids."""
    document = identified(read(text, "a.md")[0], index)
    lines: dict[int, list[str]] = defaultdict(list)
    events: list[Event] = []

    def noted(line: int, place: Place, said: str) -> None:
        if not said.strip():
            lines[line].append("")
            return
        rank = len(events) + 1
        lines[line].append(f"n{rank}")
        events.append(PlaceNoted(note=NoteId(f"n{rank}"), place=place, text=said, rank=rank))

    for section in document.sections:
        for block in section.blocks:
            kind, name = (
                ("section", section.id or section.title)
                if block.heading is None
                else ("group", block.id or block.heading)
            )
            for note in block.notes:
                noted(note.line, Place(kind=kind, id=name), note.text)
            for code in block.codes:
                for note in code.notes:
                    noted(note.line, Place(kind="code", id=code.id), note.text)
                for entry in code.entries:
                    if entry.kind == "note":
                        noted(entry.line, Place(kind="entry", id=code.id), entry.note)
                        continue
                    rank = len(events) + 1
                    lines[entry.line].append(f"c{rank}")
                    events.append(added(f"c{rank}", code.id, entry.words, rank, entry.note))
    if document.profile or document.reasoning:
        found = profile(index.book, document.profile)
        events.append(ProfileAssigned(profile=found.id if found else document.profile, reasoning=document.reasoning))
    events.append(AdDescribed(employer=document.employer, title=document.title))
    ids = tuple((line, tuple(of_line)) for line, of_line in sorted(lines.items()) if any(of_line))
    form = Form(text=text, ids=ids, employer=document.employer or AD.employer, title=document.title or AD.title)
    events.append(DocumentTaken(form=form))
    document = with_ids(document, ids)
    assert ids_by_line(document) == ids
    return after(State(), *events), document


def added(coding: str, code: str, words: str, rank: int, note: str = "") -> CodingAdded:
    return CodingAdded(coding=CodingId(coding), code=CodeId(code), anchor=None, words=words, note=note, rank=rank)


def after(state: State, *events: Event) -> State:
    """The state after one more transaction."""
    seq = state.seq + 1
    transaction = Transaction(
        id=TransactionId(f"t{seq}"), seq=seq, time="2026-01-01T00:00:00Z", coder="a", events=events
    )
    return evolve(state, transaction)


# --- what a coder goes on to do -----------------------------------------------------------------------

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
words = sayings.filter(lambda text: bool(text.strip())) | st.sampled_from(["plain words", "build pipelines", "Go"])
codes = st.sampled_from([*(code.id for code in BOOK.codes), "2.8. Frameworks", "1.A.9", "brand new"])
places = st.one_of(
    st.builds(Place, kind=st.just("section"), id=st.sampled_from(["tasks", "tools", "skills", "4. Extra", "gone"])),
    st.builds(Place, kind=st.just("group"), id=st.sampled_from(["a", "b", "s", "Lost group", "Gone group"])),
    st.builds(Place, kind=st.sampled_from(["code", "entry"]), id=codes),
)


@dataclass(frozen=True)
class Change:
    """One command: what is done, to which coding or note (counted in the state), with which words and code."""

    kind: str
    number: int
    words: str
    code: str
    place: Place


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
    """The state after these commands."""
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
            return [PlaceNoted(note=NoteId(f"new{rank}"), place=change.place, text=change.words, rank=rank)]
        case "profile":
            chosen = ["", "p1", "p2", change.words][change.number % 4]
            return [ProfileAssigned(profile=chosen, reasoning=change.words if change.number % 2 else "")]
        case "describe":
            return [AdDescribed(employer=["", "Beta (B.V.)", change.words][change.number % 3], title=change.words)]
        case "unplace" | "say":
            notes = [note for note in state.notes.values() if note.text]
            if not notes:
                return []
            note = notes[change.number % len(notes)]
            text = change.words if change.kind == "say" else ""
            return [PlaceNoted(note=note.id, place=note.place, text=text, text_before=note.text, rank=note.rank)]
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


# --- what a document says -----------------------------------------------------------------------------


@dataclass
class Sayings:
    """What a document with the ids of its parts says, however it is laid out."""

    lists: dict[str, list[list[tuple[str, ...]]]]
    notes: dict[tuple[str, str], list[str]]
    profile: str
    reasoning: str


def sayings_of(document: Document, index: CodebookIndex = INDEX) -> Sayings:
    """All that is said under each code, line by line, and the notes on each place."""
    lists: dict[str, list[list[tuple[str, ...]]]] = defaultdict(list)
    notes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for section in document.sections:
        for block in section.blocks:
            id_, title = (section.id, section.title) if block.heading is None else (block.id, block.heading)
            place = id_ if id_ in index.sections or id_ in index.groups else folded(title)
            notes["place", place] += [text for note in block.notes if (text := shown_words(note.text))]
            for code in block.codes:
                found = index.codes.get(CodeId(code.id)) or index.code_by_label(code.id)
                key = found.id if found else shown_words(code.id)
                notes["code", key] += [text for note in code.notes if (text := shown_words(note.text))]
                lists[key].append([what for entry in code.entries if (what := said(entry)) != ("note", "")])
    chosen = shown_words(profile_name(index.book, document.profile))
    kept = {place: sorted(texts) for place, texts in notes.items() if texts}
    return Sayings({key: parts for key, parts in lists.items() if any(parts)}, kept, chosen, document.reasoning)


def said(entry: Entry) -> tuple[str, ...]:
    if entry.kind == "note":
        return ("note", shown_words(entry.note))
    return ("coding", shown_words(entry.words), shown_words(entry.note))


def is_within(part: list[T], whole: list[T]) -> bool:
    """Whether all of `part` stands in `whole`, in its order."""
    rest = iter(whole)
    return all(any(each == other for other in rest) for each in part)

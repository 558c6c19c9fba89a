"""Strategies for session documents with every irregularity that people write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from codetui.core.codebook.index import CodebookIndex
from codetui.model import (
    Code,
    Codebook,
    CodeId,
    Group,
    Profile,
    Section,
    Source,
    SourceId,
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
AD = Source(SourceId("7"), "Acme", "Engineer", "Engineer\n\nbody", "ads.csv")

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
    """The layout habits of one person."""

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
    """Write one document line by line."""

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
    """Draw a whole document with all irregularities of the format, and more."""
    writer = Writer(draw, draw(manners()))
    writer.head()
    for _ in range(draw(st.integers(0, 3))):
        writer.section()
    writer.foreign()
    text = "\n".join(writer.lines) + draw(st.sampled_from(["", "\n", "\n", "\n\n", "\n  "]))
    text = text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + text


SCRAPS = [
    *list('"`()_*#|> -:.ab\t\n\r'),
    "# Job Ad #7 (Acme)\n",
    "\n## 1. Tasks\n",
    "\n## Tools",
    "\n### Group A\n",
    "\n### ",
    "\n- **1.A.1. Build & run:**",
    "\n- **Talk:** ",
    "\n- **Reasoning:** ",
    "\n- **Assigned Profile:** ",
    '\n  - "w',
    '" (n)',
    "\n  - `t`",
    "\n  - _(n)_",
    "\n_(m)_",
    "\n\n  ",
    "\n\n",
    "\n```",
    "\n<!--",
    "-->",
    "\n|a|\n|-|",
    "\r\n",
]
scraps = st.lists(st.sampled_from(SCRAPS), max_size=25).map("".join)
"""Any text, made of scraps that mean something to the reader."""

"""An invented codebook and session for the tests of widgets and screens."""

from pathlib import Path
from types import MappingProxyType
from typing import Literal

import codetui
from codetui.core.session.state import State
from codetui.model import (
    Anchor,
    Code,
    Codebook,
    CodeId,
    Coding,
    CodingId,
    Group,
    Memo,
    MemoId,
    MemoTarget,
    Profile,
    Section,
)

TUI = Path(codetui.__file__).parent / "tui"
WORKBENCH_CSS = [TUI / "widgets/widgets.tcss", TUI / "workbench/workbench.tcss"]

BOOK = Codebook(
    title="Bakeries",
    profiles=(
        Profile(id="1", name="Baker", definition="Bakes.", responsibilities=("Bread",), evidence="Baking."),
        Profile(id="2", name="Clerk", definition="Sells.", projects=("A shop",)),
    ),
    sections=(
        Section(id="work", title="Work", key="1"),
        Section(id="tools", title="Tools", holds="terms", key="2"),
    ),
    groups=(Group(id="hand", section="work", title="By hand"),),
    codes=(
        Code(id=CodeId("W1"), name="Kneading", section="work", group="hand", key="1", definition="Dough."),
        Code(id=CodeId("W2"), name="Baking", section="work", group="hand", key="2", examples=("[hot]",)),
        Code(id=CodeId("W3"), name="Selling", section="work", key="3"),
        Code(id=CodeId("T1"), name="Ovens", section="tools", key="1"),
    ),
)


def coding(number: int, code: str, words: str, note: str = "", *, has_place: bool = True) -> Coding:
    """Return one coding, the `number`th that was assigned."""
    anchor = Anchor(text_hash="", start=0, end=len(words), words=words) if has_place else None
    return Coding(id=CodingId(f"c{number}"), code=CodeId(code), anchor=anchor, words=words, note=note, rank=number)


def note(number: int, kind: Literal["group", "code", "entry"], place: str, text: str) -> Memo:
    """Return one note on a group or code."""
    return Memo(
        id=MemoId(f"n{number}"),
        target=MemoTarget(kind=kind, id=place),
        text=text,
        rank=number,
    )


def state(*codings: Coding, notes: tuple[Memo, ...] = (), profile: str = "", reasoning: str = "") -> State:
    """Return a session with these codings and notes."""
    return State(
        codings=MappingProxyType({one.id: one for one in codings}),
        notes=MappingProxyType({one.id: one for one in notes}),
        profile=profile,
        reasoning=reasoning,
    )

"""Small dialogs: a choice by key, taking over a session, confirming a change of the codebook, a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import ClassVar, Literal, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from codetui.tui.bench import UNSEEN, Do
from codetui.tui.dialogs.base import READING_KEYS, Dialog, alarm
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, shown


class Option(NamedTuple):
    """An option: its answer, the key that chooses it directly (or empty), and its row."""

    answer: str
    key: str
    row: Row


def option(answer: str, key: str, words: str, about: str = "") -> Option:
    """Return an option in plain words, with an explanation on the right."""
    return Option(answer, key, Row((Part(f"{key} ", "strong"), Part(words)), (Part(about, "dim"),) if about else ()))


class ChoiceDialog(Dialog[str]):
    """Asks to choose one option.  Answers with its `answer`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", "take", show=False)]

    def __init__(self, title: str, options: Sequence[Option], hint: str = "") -> None:
        keys = "key, Enter: select" if any(one.key for one in options) else "Enter: select"
        super().__init__(title, f"{keys} · ↑↓: move · Esc: cancel")
        self._options = tuple(options)
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Yield the rows."""
        with self.frame():
            if self._hint:
                yield Static(Content(self._hint), classes="hint")
            yield PlainRows()

    def on_mount(self) -> None:
        """Focus the rows."""
        rows = self.query_one(PlainRows)
        rows.show([one.row for one in self._options])
        rows.focus()

    def on_key(self, event: events.Key) -> None:
        """Choose the option with this key."""
        found = next((one for one in self._options if one.key and one.key == event.character), None)
        if found is not None:
            event.stop()
            event.prevent_default()
            self.dismiss(found.answer)

    @on(RowList.RowSelected)
    def action_take(self) -> None:
        """Choose the option under the cursor."""
        self.dismiss(self._options[self.query_one(PlainRows).cursor].answer)


WHAT_FOLLOWS = (
    "Read only: you see what is coded there, but cannot change it.\n"
    "Take over: the other program becomes read only at its next command. What was coded there is kept."
)


TAKE = "o"


class TakeOverDialog(Dialog[bool]):
    """Asks whether to take over the session (True) or to open it read-only (False, also on Esc)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"{TAKE.upper()},{TAKE}", "take", "take over", show=False),
        Binding("enter", "leave", "read only", show=False),
    ]

    def __init__(self, holder: str, waiting: str = "") -> None:
        """Create a dialog; `waiting` is the command to execute if the session is taken over."""
        super().__init__("This session is open elsewhere", f"Enter, Esc: read only · {TAKE}: take over")
        self._holder = holder
        self._waiting = waiting

    def compose(self) -> ComposeResult:
        """Yield the holder of the session and the two options."""
        with self.frame():
            yield Static(Content(shown(f"Open elsewhere {self._holder}.")), id="who")
            yield Static(Content(WHAT_FOLLOWS), id="then")
            if self._waiting:
                yield Static(Content(shown(self._waiting)), id="kept")

    def action_take(self) -> None:
        """Answer that the session is taken over."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Answer that the session stays read-only."""
        self.dismiss(False)


Stage = Literal["counting", "asking", "working", "done"]
KEYS: dict[Stage, str] = {
    "counting": "Esc: close",
    "asking": "Enter: continue · ↑↓: scroll · Esc: cancel",
    "working": "please wait",
    "done": "Enter, Esc: close",
}


class DryRunDialog(Dialog[bool]):
    """Shows the effect of a codebook change, then its progress. Answers True when it is done."""

    BINDINGS: ClassVar[list[BindingType]] = [*READING_KEYS, Binding("enter", "go_on", "continue", show=False)]

    READ = "#lines"

    def __init__(self, title: str, what: str, carry_out: Do) -> None:
        """Create a dialog; `what` describes the change, and `carry_out` makes it."""
        super().__init__(title, KEYS["counting"])
        self._carry_out = carry_out
        self._what = what
        self.stage: Stage = "counting"
        self.preview = "counting…"
        self._shown = 0.0

    def compose(self) -> ComposeResult:
        """Yield the change, its effect and what happens next."""
        with self.frame():
            yield Static(Content(shown(self._what)), id="what")
            with VerticalScroll(id="lines", can_focus=False):
                yield Static(Content(self.preview), id="preview")
            yield Static(id="then")

    def show(self, stage: Stage, lines: Sequence[str], then: str = "", *, is_grave: bool = False) -> None:
        """Show the progress."""
        self.stage, self._shown = stage, monotonic()
        self.preview = "\n".join(shown(line) for line in lines)
        first, *rest = self.preview.split("\n")
        text = Content("\n").join([Content.styled(first, "bold"), *map(Content, rest)])
        self.query_one("#preview", Static).update(text)
        self.query_one("#then", Static).update(alarm(then) if is_grave else Content(then))
        self.box.show_keys(KEYS[stage])

    def action_go_on(self) -> None:
        """Make the change if its effect is known; close if it is done."""
        if self.stage == "asking" and monotonic() - self._shown > UNSEEN:
            self._carry_out()
        elif self.stage == "done":
            self.dismiss(True)

    def action_leave(self) -> None:
        """Close; a change in progress continues."""
        if self.stage != "working":
            self.dismiss(self.stage == "done" or None)


class FolderDialog(Dialog[Path]):
    """Asks for a folder, which may not exist yet. Answers with its path."""

    def __init__(self, title: str, why: str, folder: Path, refusal: str = "") -> None:
        """Create a dialog; `folder` is proposed, `refusal` is the reason why the previous one failed."""
        super().__init__(title, "Enter: save there · Esc: cancel")
        self._why = why
        self._folder = folder
        self._refusal = refusal

    def compose(self) -> ComposeResult:
        """Yield the purpose and the field."""
        with self.frame():
            yield Static(shown(self._why), classes="hint", markup=False)
            yield Input(shown(str(self._folder)), compact=True)
            if self._refusal:
                yield Static(alarm(shown(self._refusal)), id="refusal")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(Path(event.value.strip()).expanduser())

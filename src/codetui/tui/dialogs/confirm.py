"""One of a few things: each on a row, most with a key of their own."""

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

from codetui.tui.bench import Do
from codetui.tui.dialogs.base import FramedModal, alarm
from codetui.tui.widgets.cells import shown
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList

MOST_ROWS = 16


class Option(NamedTuple):
    """What can be chosen: the answer, the key that gives it at once (empty: none), and its row."""

    answer: str
    key: str
    row: Row


def option(answer: str, key: str, words: str, about: str = "") -> Option:
    """An option in plain words, with what it means at the right."""
    return Option(answer, key, Row((Part(f"{key} ", "strong"), Part(words)), (Part(about, "dim"),) if about else ()))


class Choice(FramedModal[str]):
    """Answers with what was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", "take", show=False)]

    DEFAULT_CSS = f"""
    Choice {{
        & > .frame {{ height: auto; }}
        & PlainRows {{ height: auto; max-height: {MOST_ROWS}; margin: 1 0; }}
    }}
    """

    def __init__(self, title: str, options: Sequence[Option], hint: str = "") -> None:
        super().__init__()
        self._title = title
        self._options = tuple(options)
        self._hint = hint

    def compose(self) -> ComposeResult:
        """The rows."""
        keys = "key, enter: take" if any(one.key for one in self._options) else "enter: take"
        with self.frame(self._title, f"{keys} · ↑↓: choose · esc: close"):
            if self._hint:
                yield Static(Content(self._hint), classes="hint")
            yield PlainRows()

    def on_mount(self) -> None:
        """Stand on the first."""
        rows = self.query_one(PlainRows)
        rows.show([one.row for one in self._options])
        rows.focus()

    def on_key(self, event: events.Key) -> None:
        """A key that an option has takes it."""
        found = next((one for one in self._options if one.key and one.key == event.character), None)
        if found is not None:
            event.stop()
            event.prevent_default()
            self.dismiss(found.answer)

    @on(RowList.RowSelected)
    def _taken(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """What stands under the cursor."""
        self.dismiss(self._options[self.query_one(PlainRows).cursor].answer)


WHAT_FOLLOWS = (
    "Read along: you see what is coded there, and change nothing.\n"
    "Take over: the other program becomes read only with its next command. What it has coded is here; nothing is lost."
)


class TakeOverModal(FramedModal[bool]):
    """Answers True to take the session over, and False to read along; leaving it is reading along."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("O,o", "take", "take over", show=False),
        Binding("enter", "leave", "read along", show=False),
    ]

    DEFAULT_CSS = """
    TakeOverModal {
        & > .frame { height: auto; padding: 1 1; }
        & #who { height: auto; text-style: bold; margin-bottom: 1; }
        & #then { height: auto; }
        & #kept { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, holder: str, waiting: str = "") -> None:
        """`waiting` says what was refused and is done if the session is taken over."""
        super().__init__()
        self._holder = holder
        self._waiting = waiting

    def compose(self) -> ComposeResult:
        """Who has it, and what one can do."""
        with self.frame("This session is open elsewhere", "enter, esc: read along · o: take over"):
            yield Static(Content(shown(f"{self._holder} has this session.")), id="who")
            yield Static(Content(WHAT_FOLLOWS), id="then")
            if self._waiting:
                yield Static(Content(shown(self._waiting)), id="kept")

    def action_take(self) -> None:
        """Take it over."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Read along."""
        self.dismiss(False)


UNSEEN = 0.4
"""Seconds for which nobody can have read what is asked: an Enter that comes sooner was typed ahead."""

Stage = Literal["counting", "asking", "working", "done"]
KEYS: dict[Stage, str] = {
    "counting": "esc: close",
    "asking": "enter: do it · ↑↓: read · esc: leave it",
    "working": "please wait",
    "done": "enter, esc: close",
}


class DryRun(FramedModal[bool]):
    """Stays open while it is counted and done; answers True once it is done, or None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "do it", show=False),
        Binding("up", "read(-1)", "up", show=False),
        Binding("down", "read(1)", "down", show=False),
        Binding("pageup", "read(-10)", "a page up", show=False),
        Binding("pagedown", "read(10)", "a page down", show=False),
    ]

    DEFAULT_CSS = """
    DryRun {
        & > .frame { height: auto; max-height: 80%; padding: 1 1; }
        & #what { height: auto; text-style: bold; margin-bottom: 1; }
        & #lines { height: auto; max-height: 14; scrollbar-size-vertical: 1; }
        & #lines Static { height: auto; }
        & #then { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, title: str, what: str, carry_out: Do) -> None:
        """`what` is to be done, in words; `carry_out` does it."""
        super().__init__()
        self._carry_out = carry_out
        self._title = title
        self._what = what
        self.stage: Stage = "counting"
        self.said = "counting…"
        self._shown = 0.0

    def compose(self) -> ComposeResult:
        """What is to be done, how much follows from it, and what then."""
        with self.frame(self._title, KEYS[self.stage]):
            yield Static(Content(shown(self._what)), id="what")
            with VerticalScroll(id="lines", can_focus=False):
                yield Static(Content(self.said), id="said")
            yield Static(id="then")

    def show(self, stage: Stage, lines: Sequence[str], then: str = "", *, is_grave: bool = False) -> None:
        """Shows how far it is."""
        self.stage, self._shown = stage, monotonic()
        self.said = "\n".join(shown(line) for line in lines)
        first, *rest = self.said.split("\n")
        text = Content("\n").join([Content.styled(first, "bold"), *map(Content, rest)])
        self.query_one("#said", Static).update(text)
        self.query_one("#then", Static).update(alarm(then) if is_grave else Content(then))
        self.query_one(".frame").border_subtitle = Content(KEYS[stage])

    def action_read(self, rows: int) -> None:
        """Some rows on, or back."""
        self.query_one("#lines").scroll_relative(y=rows, animate=False)

    def action_go_on(self) -> None:
        """Do it, once it is known what it does; or close what is done."""
        if self.stage == "asking" and monotonic() - self._shown > UNSEEN:
            self._carry_out()
        elif self.stage == "done":
            self.dismiss(True)

    def action_leave(self) -> None:
        """Leave it; what is being done goes on."""
        if self.stage != "working":
            self.dismiss(self.stage == "done" or None)


class FolderModal(FramedModal[Path]):
    """Answers with a folder, which need not be there; `why` says what it is for."""

    DEFAULT_CSS = """
    FolderModal > .frame { height: auto; }
    FolderModal .hint { margin-bottom: 1; }
    """

    def __init__(self, title: str, why: str, folder: Path, refusal: str = "") -> None:
        """`folder` is proposed; `refusal` says what came of the one before."""
        super().__init__()
        self._title = title
        self._why = why
        self._folder = folder
        self._refusal = refusal

    def compose(self) -> ComposeResult:
        """What it is for, and the field."""
        with self.frame(self._title, "enter: write there · esc: leave"):
            yield Static(shown(self._why), classes="hint", markup=False)
            yield Input(shown(str(self._folder)), compact=True)
            if self._refusal:
                yield Static(alarm(shown(self._refusal)), id="refusal")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(Path(event.value.strip()).expanduser())

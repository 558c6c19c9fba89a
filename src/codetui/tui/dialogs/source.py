"""Ask for employer and title if the source lacks them."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from codetui.tui.dialogs.base import Dialog
from codetui.tui.widgets.cells import shown

WHY = "The document is headed by both. Leave empty what the ad does not say."


class SourceDialog(Dialog[tuple[str, str]]):
    """Asks for employer and title.  Answers with both; an empty field stays unknown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", "next", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("ctrl+s", "save", "save", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    SourceDialog {
        & > .frame { height: auto; }
        & .asked { margin-top: 1; text-style: bold; height: auto; }
    }
    """

    def __init__(self, ad: str, employer: str = "", title: str = "", *, asks_all: bool = False) -> None:
        """Create it, asking only for what is unknown unless `asks_all`."""
        super().__init__()
        self._ad = ad
        self._known = {"employer": employer, "title": title}
        self._asked = [name for name, value in self._known.items() if asks_all or not value]
        self._asked = self._asked or list(self._known)

    def compose(self) -> ComposeResult:
        """Yield a field for each value asked for."""
        with self.frame(f"Ad #{shown(self._ad)}", "enter: next, then save · esc: later"):
            yield Static(WHY, classes="hint")
            for name, value in self._known.items():
                if name in self._asked:
                    yield Static(name.capitalize(), classes="asked")
                    yield Input(value, id=name, compact=True)
                else:
                    line = Content.assemble((name.capitalize(), "bold"), "  ", shown(value))
                    yield Static(line, classes="asked")

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        if event.input.id == self._asked[-1]:
            self.action_save()
        else:
            self.focus_next()

    def keep(self) -> None:
        """Answer with the edits before the program ends."""
        if any(self.query_one(f"#{name}", Input).value != self._known[name] for name in self._asked):
            self.action_save()
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        """Answer with both."""
        for name in self._asked:
            self._known[name] = self.query_one(f"#{name}", Input).value.strip()
        self.dismiss((self._known["employer"], self._known["title"]))

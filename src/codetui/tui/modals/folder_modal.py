"""A folder to write into."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from codetui.tui.modals.frame import FramedModal, alarm
from codetui.tui.widgets.cells import shown


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

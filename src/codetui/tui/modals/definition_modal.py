"""What the codebook says of one code or profile, to be read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from codetui.model import Code, Codebook, Profile
from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.definition import DefinitionPane


class DefinitionModal(FramedModal[None]):
    """Definition and examples; enter and escape close it, nothing is answered."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "read(-1)", "up", show=False),
        Binding("down", "read(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown,space", "page(1)", "a page down", show=False),
        Binding("enter,i", "leave", "close", show=False),
    ]

    DEFAULT_CSS = """
    DefinitionModal {
        & > .frame { height: auto; max-height: 92%; padding: 0; }
        & DefinitionPane { height: auto; max-height: 100%; }
    }
    """

    def __init__(self, book: Codebook, defined: Code | Profile) -> None:
        super().__init__()
        self._book = book
        self._defined = defined

    def compose(self) -> ComposeResult:
        """The text."""
        with self.frame("Definition", "↑↓: read · esc: close"):
            yield DefinitionPane()

    def on_mount(self) -> None:
        """Show it."""
        pane = self.query_one(DefinitionPane)
        if isinstance(self._defined, Profile):
            pane.show_profile(self._defined)
        else:
            pane.show_code(self._book, self._defined)

    def action_read(self, step: int) -> None:
        """A line on, or back."""
        self.query_one(DefinitionPane).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """A page on, or back."""
        self.query_one(DefinitionPane).scroll_page(step)

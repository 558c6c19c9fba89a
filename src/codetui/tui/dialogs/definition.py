"""What the codebook says of one code or profile, and what the coder gave the code to, to be read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from codetui.model import Code, Codebook, Profile, Reference
from codetui.tui.dialogs.base import FramedModal
from codetui.tui.widgets.definition import DefinitionPane, Older, UsageOf


class DefinitionModal(FramedModal[str]):
    """All about a code or profile.  Answers with an action of the registry to do about it, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "read(-1)", "up", show=False),
        Binding("down", "read(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown,space", "page(1)", "a page down", show=False),
        Binding("enter,i", "leave", "close", show=False),
        Binding("R,f2", "want('read')", "background", show=False),
        Binding("D", "want('edit_code')", "change it", show=False),
    ]

    DEFAULT_CSS = """
    DefinitionModal {
        & > .frame { height: auto; max-height: 92%; padding: 0; }
        & DefinitionPane { height: auto; max-height: 100%; }
    }
    """

    def __init__(
        self,
        book: Codebook,
        defined: Code | Profile,
        usage_of: UsageOf | None = None,
        older: Older | None = None,
    ) -> None:
        """`older` is the code as it was when a coding was made with it, where the book says otherwise now."""
        super().__init__()
        self._book = book
        self._defined = defined
        self._usage_of = usage_of
        self._older = older
        self._is_in_book = defined in book.profiles if isinstance(defined, Profile) else defined in book.codes

    def compose(self) -> ComposeResult:
        """The text."""
        has_background = any(_is_about(reference, self._defined) for reference in self._book.references)
        keys = ["↑↓: read", *(["R: background"] if has_background else [])]
        keys += ["D: change it"] if self._is_in_book else []
        with self.frame("Definition", " · ".join([*keys, "esc: close"])):
            yield DefinitionPane()

    def on_mount(self) -> None:
        """Show it."""
        pane = self.query_one(DefinitionPane)
        if isinstance(self._defined, Profile):
            pane.show_profile(self._defined, self._book)
        else:
            pane.show_code(self._book, self._defined, self._usage_of, self._older)

    def action_want(self, wanted: str) -> None:
        """Close, and say what is to be done."""
        if wanted == "read" or self._is_in_book:
            self.dismiss(wanted)

    def action_read(self, step: int) -> None:
        """A line on, or back."""
        self.query_one(DefinitionPane).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """A page on, or back."""
        self.query_one(DefinitionPane).scroll_page(step)


def _is_about(reference: Reference, defined: Code | Profile) -> bool:
    return defined.id in (reference.profiles if isinstance(defined, Profile) else reference.codes)

"""Show the definition of a code or profile, and the coder's own quotations of it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from codetui.model import Code, Codebook, Profile, Reference
from codetui.tui.dialogs.base import Dialog
from codetui.tui.widgets.definition import DefinitionPane, Older, UsageOf


class DefinitionDialog(Dialog[str]):
    """Shows a code or profile.  Answers with the id of an action on it, or None."""

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
    DefinitionDialog {
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
        """Create it; `older` is the code as it was when the coding was made, if it differs now."""
        super().__init__()
        self._book = book
        self._defined = defined
        self._usage_of = usage_of
        self._older = older
        self._is_in_book = defined in book.profiles if isinstance(defined, Profile) else defined in book.codes

    def compose(self) -> ComposeResult:
        """Yield the text."""
        has_background = any(_is_about(reference, self._defined) for reference in self._book.references)
        keys = ["↑↓: read", *(["R: background"] if has_background else [])]
        keys += ["D: change it"] if self._is_in_book else []
        with self.frame("Definition", " · ".join([*keys, "esc: close"])):
            yield DefinitionPane()

    def on_mount(self) -> None:
        """Show the text."""
        pane = self.query_one(DefinitionPane)
        if isinstance(self._defined, Profile):
            pane.show_profile(self._defined, self._book)
        else:
            pane.show_code(self._book, self._defined, self._usage_of, self._older)

    def action_want(self, wanted: str) -> None:
        """Answer with an action."""
        if wanted == "read" or self._is_in_book:
            self.dismiss(wanted)

    def action_read(self, step: int) -> None:
        """Scroll by a line."""
        self.query_one(DefinitionPane).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        """Scroll by a page."""
        self.query_one(DefinitionPane).scroll_page(step)


def _is_about(reference: Reference, defined: Code | Profile) -> bool:
    return defined.id in (reference.profiles if isinstance(defined, Profile) else reference.codes)

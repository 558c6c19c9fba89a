"""The coder's selection in the ad: motions, jump labels and search, told to the document view."""

from __future__ import annotations

from collections.abc import Callable

from codetui.core import finding, labels, selection
from codetui.core.selection import Selection
from codetui.model import Holds, Span
from codetui.tui.widgets.document_view import DocumentView


class Selecting:
    """Holds the selection of the open ad; `changed` is called after each change."""

    def __init__(self, view: DocumentView, changed: Callable[[], None]) -> None:
        self.text = ""
        self.selection = Selection(0, 0)
        self.jump: labels.JumpState | None = None
        self._view = view
        self._changed = changed
        self._query = ""
        self._search_from = Selection(0, 0)

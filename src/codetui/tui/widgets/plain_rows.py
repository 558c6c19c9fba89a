"""A list of rows that are made beforehand: few, as in a question to the coder."""

from __future__ import annotations

from collections.abc import Sequence

from codetui.tui.widgets.row_list import Row, RowList


class PlainRows(RowList):
    """A list of rows that are given to it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show these rows."""
        self._rows = rows
        self.rows_changed(cursor)

    def row_count(self) -> int:
        """How many rows were given."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Row:  # noqa: ARG002
        """The row as it was given."""
        return self._rows[index]


class LedRows(PlainRows, can_focus=False):
    """Such a list that takes no focus: its keys come from elsewhere, and its cursor is painted as if it had it."""

    def __init__(self) -> None:
        super().__init__(classes="-active")

"""The dialog of settings: each shows its effect at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from codetui.tui.dialogs.base import Dialog, alarm
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList

Value = str | int | None

AUTOMATIC = "automatic"
TITLE_CELLS, VALUE_CELLS = 24, 24


class Adjustable(NamedTuple):
    """A setting: its name in the file, its title, the values to choose from (None is the default), and the present one.

    `refusal` is why it cannot be changed here, or empty.
    """

    name: str
    title: str
    values: Sequence[Value]
    value: Value
    source: str
    refusal: str = ""

    def moved(self, step: int) -> Value:
        """Return the value `step` places further, wrapping around; from a value between two, the next greater one."""
        now = self.value
        if now in self.values:
            return self.values[(self.values.index(now) + step) % len(self.values)]
        greater = (one for one in self.values if isinstance(one, int) and isinstance(now, int) and one > now)
        return next(greater, self.values[0])


class SettingsDialog(Dialog[None]):
    """Changes settings by the arrows; `changed` is called with the name and the value of each change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "change(1)", "next value", show=False),
        Binding("left,h", "change(-1)", "previous value", show=False),
        Binding("delete,backspace", "reset", "default", show=False),
    ]

    def __init__(
        self, settings_now: Callable[[], Sequence[Adjustable]], changed: Callable[[str, Value], None], file: str
    ) -> None:
        """Create a dialog; `settings_now` returns the settings, `file` is where changes are kept."""
        super().__init__("Settings", "←→: change · Delete: default · ↑↓: move · Esc: keep and close")
        self._settings_now = settings_now
        self._changed = changed
        self._hint = f"Changes are kept in {file}; it also sets keys."

    def compose(self) -> ComposeResult:
        """Yield the rows."""
        with self.frame():
            yield Static(Content(self._hint), classes="hint")
            yield PlainRows()

    def on_mount(self) -> None:
        """Focus the rows."""
        self._show()
        self.query_one(PlainRows).focus()

    def _show(self) -> None:
        rows = self.query_one(PlainRows)
        rows.show([_row(one) for one in self._settings_now()], rows.cursor)

    @property
    def _setting(self) -> Adjustable:
        return self._settings_now()[self.query_one(PlainRows).cursor]

    @on(RowList.RowSelected)
    def _taken(self, event: RowList.RowSelected) -> None:
        event.stop()
        self.action_change(1)

    def action_change(self, step: int) -> None:
        """Choose the next or the previous value."""
        self._set(self._setting.moved(step))

    def action_reset(self) -> None:
        """Choose the default."""
        self._set(None)

    def _set(self, value: Value) -> None:
        setting, hint = self._setting, self.query_one(".hint", Static)
        if setting.refusal:
            hint.update(alarm(setting.refusal))
            return
        hint.update(Content(self._hint))
        self._changed(setting.name, value)
        self._show()


def _row(setting: Adjustable) -> Row:
    value = AUTOMATIC if setting.value is None else str(setting.value)
    left = (Part(f"{setting.title:<{TITLE_CELLS}}"), Part(f"‹ {value} ›".ljust(VALUE_CELLS), "strong"))
    return Row(left, (Part(setting.source, "dim"),))

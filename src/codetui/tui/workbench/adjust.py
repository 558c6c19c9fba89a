"""Change settings in the program: the effect is seen at once, and the file is written when the dialog closes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from codetui.formats.settings import DEFAULTS, LAYOUT, SIDES
from codetui.study.settings import SettingsFiles
from codetui.tui.actions import PRESETS
from codetui.tui.bench import Bench, RefusedError
from codetui.tui.dialogs.settings import Adjustable, SettingsDialog, Value

TITLES = {
    "theme": "Theme",
    "preset": "Keys",
    "reading_width": "Width of the text",
    "left_margin": "Margin at the left",
    "panel_width": "Width of the codebook",
    "panel_side": "Side of the codebook",
}
VALUES: dict[str, Sequence[Value]] = {
    "preset": PRESETS,
    "reading_width": (*range(40, 100, 10), 100, 120, 140),
    "left_margin": (0, 2, 4, 8, 12, 16, 20),
    "panel_width": (None, *range(30, 110, 10)),
    "panel_side": SIDES,
}


@runtime_checkable
class ShowsThemes(Protocol):
    """The app, which shows a theme without keeping it."""

    def show_theme(self, name: str) -> None:
        """Show a theme."""


class SettingsController:
    """Opens the dialog of settings."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._changed: dict[str, Value] = {}

    def open(self) -> None:
        """Show the settings; keep what was changed when the dialog closes."""
        files = self._bench.settings
        if files is None:
            raise RefusedError("This program was started without settings.")
        self._changed = {}
        dialog = SettingsDialog(
            lambda: self._adjustable(files), lambda name, value: self._change(files, name, value), str(files.path)
        )
        self._bench.app.push_screen(dialog, lambda _: self._keep(files))

    def _adjustable(self, files: SettingsFiles) -> list[Adjustable]:
        return [self._one(files, name) for name in TITLES]

    def _one(self, files: SettingsFiles, name: str) -> Adjustable:
        app, source = self._bench.app, files.source(name)
        value = getattr(files.settings, name)
        if value is None and name != "panel_width":
            value = app.theme if name == "theme" else DEFAULTS[name]
        values = sorted(app.available_themes) if name == "theme" else VALUES[name]
        place = f"{Path(source.file).name}:{source.line}" if source else ""
        by_study = source is not None and source.file != str(files.path) and name in LAYOUT
        refusal = f"The study sets this, in {place}." if by_study else ""
        shown = "changed" if name in self._changed else f"set in {place}" if source else "default"
        return Adjustable(name, TITLES[name], values, value, shown, refusal)

    def _change(self, files: SettingsFiles, name: str, value: Value) -> None:
        """Use another value now."""
        self._changed[name] = value
        files.try_out(name, value)
        self._bench.use_settings()
        app = self._bench.app
        if name == "theme" and isinstance(app, ShowsThemes):
            app.show_theme(str(value or DEFAULTS["theme"]))

    def _keep(self, files: SettingsFiles) -> None:
        if self._changed:
            self._bench.keep_settings(files, self._changed)

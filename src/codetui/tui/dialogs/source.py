"""Describe the source as a whole: employer and title if it lacks them, and its profile, chosen from a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from codetui.core.codebook.keys import profile_keys
from codetui.model import Profile
from codetui.tui.dialogs.base import BESIDE, Dialog, alarm, registered
from codetui.tui.keymap import dialog_key_of, has_key
from codetui.tui.widgets.definition import DefinitionPane
from codetui.tui.widgets.rows import Part, PassiveRows, Row, RowList, brief

NO_PROFILE = ""


class PickedProfile(NamedTuple):
    """A profile to assign or change, by its id; an empty id removes the assigned profile."""

    profile: str
    is_to_change: bool = False


class ProfilePicker(Dialog[PickedProfile]):
    """Asks for a profile. Answers with a profile to assign or change, or with removal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "scroll up", show=False),
        Binding("pagedown,space", "page(1)", "scroll down", show=False),
        Binding("enter", "take", "take", show=False),
        registered("edit_code", "change", "edit its texts"),
    ]

    HORIZONTAL_BREAKPOINTS = BESIDE

    def __init__(self, profiles: Sequence[Profile], current: str = "", source: str = "ad") -> None:
        """Create a picker.

        `current` is the id or name of the assigned profile, `source` the codebook's noun for a source.
        """
        self._profiles = tuple(profiles)
        self._digits = profile_keys(profiles)
        self._current = current
        edit = f" · {key}: edit" if (key := dialog_key_of("edit_code")) else ""
        keys = f"{self._takes()}: select · PgUp/PgDn: read{edit} · Esc: cancel"
        super().__init__(f"Profile of this {source}", keys)

    def compose(self) -> ComposeResult:
        """Yield list and definition."""
        with self.frame(), Container(id="profiles"):
            yield PassiveRows()
            yield DefinitionPane()

    def on_mount(self) -> None:
        """Put the cursor on the assigned profile."""
        rows = [self._row(digit, profile) for digit, profile in zip(self._digits, self._profiles, strict=True)]
        if self._current:
            rows.append(Row((Part("0 ", "dim"), Part("Remove profile", "note"))))
        places = (place for place, profile in enumerate(self._profiles) if self._is_current(profile))
        self.query_one(PassiveRows).show(rows, next(places, 0))
        self._show_definition()

    def on_key(self, event: events.Key) -> None:
        """Choose the profile with this digit; report other keys that have no effect."""
        if event.character in (None, " ") or not event.is_printable or has_key("edit_code", event.key):
            return
        event.stop()
        if event.character == "0" and self._current:
            self.dismiss(PickedProfile(NO_PROFILE))
        elif event.character in self._digits:
            self.dismiss(PickedProfile(self._profiles[self._digits.index(event.character)].id))
        else:
            refusal = alarm(f"No profile has the key {brief(event.character, 4)}: {self._takes()} ")
            self.box.show_keys(self._keys, refusal)

    @on(RowList.RowSelected)
    def action_take(self) -> None:
        """Choose the profile under the cursor."""
        if self._profile is not None:
            self.dismiss(PickedProfile(self._profile.id))
        elif self._current:
            self.dismiss(PickedProfile(NO_PROFILE))

    def action_change(self) -> None:
        """Answer with the profile under the cursor, to be changed."""
        if self._profile is not None:
            self.dismiss(PickedProfile(self._profile.id, is_to_change=True))

    @on(RowList.RowHighlighted)
    def _show_definition(self) -> None:
        pane = self.query_one(DefinitionPane)
        if self._profile is not None:
            pane.show_profile(self._profile)
        else:
            pane.clear()

    @property
    def _profile(self) -> Profile | None:
        """The profile under the cursor; None on the row that removes the profile."""
        place = self.query_one(PassiveRows).cursor
        return self._profiles[place] if place < len(self._profiles) else None

    def _is_current(self, profile: Profile) -> bool:
        return bool(self._current) and self._current in (profile.id, profile.name)

    def _takes(self) -> str:
        """Return the digits that choose a profile: `1–3`, or `1 2 4` if some are missing."""
        digits = [digit for digit in self._digits if digit]
        in_a_row = [str(int(digits[0]) + step) for step in range(len(digits))] if digits else []
        return f"{digits[0]}–{digits[-1]}" if len(digits) > 2 and digits == in_a_row else " ".join(digits)

    def _row(self, digit: str, profile: Profile) -> Row:
        sign = (Part("●"),) if self._is_current(profile) else ()
        return Row((Part(f"{digit or ' '} ", "dim"), Part(brief(profile.name, 200))), sign)

"""The guide below the ad: three lines on the first steps, or the steps of the tutor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.content import Content
from textual.widgets import Static

from codetui.tui.bench import Bench
from codetui.tui.keymap import key_of


class Step(NamedTuple):
    """A step of a lesson: its title, its lines with `{action}` for keys, and whether the coder has done it."""

    title: str
    text: str
    is_done: Callable[[Bench], bool] = lambda _: False


FIRST_START: tuple[Step, ...] = (
    Step(
        "First steps",
        "{move.next_sentence} selects a sentence, {jump} jumps to words; a digit and a key assign a code.\n"
        "{profile}: profile · {done}: done · {next_ad}: next one · {undo}: undo · all is saved at once\n"
        "{help}: all keys · codetui tutor: ten minutes to learn · {guide}: hide this",
    ),
)


class Guide(Static):
    """Shows a step, and the next one as soon as it is done; the key of the action `guide` hides it."""

    def __init__(self, steps: Sequence[Step], bench: Bench) -> None:
        super().__init__(id="guide", markup=False)
        self._steps = steps
        self._bench = bench
        self.place = 0
        """The number of the step that is shown."""

    def on_mount(self) -> None:
        """Show the first step."""
        self._show()

    def advance(self) -> None:
        """Show the next step if this one is done; a step is left one at a time, so that each is read."""
        if self.place < len(self._steps) - 1 and self._steps[self.place].is_done(self._bench):
            self.place += 1
            self._show()

    def _show(self) -> None:
        step = self._steps[self.place]
        number = f" ({self.place + 1} of {len(self._steps)})" if len(self._steps) > 1 else ""
        self.border_title = Content(f"{step.title}{number}")
        self.update(Content(_with_keys(step.text)))


def _with_keys(text: str) -> str:
    """Return a text with the keys in use in place of the ids in braces."""
    parts = text.split("{")
    return parts[0] + "".join(key_of(part.partition("}")[0]) + part.partition("}")[2] for part in parts[1:])

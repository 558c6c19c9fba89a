"""What a command came to, for whoever gave it."""

from __future__ import annotations

from typing import Literal, NamedTuple

from codetui.core.session.commands import Refusal
from codetui.core.session.state import State
from codetui.model import CodingId

Progress = Literal["untouched", "in progress", "profile assigned", "done"]


class Saved(NamedTuple):
    """The command is on disk; `coding` is the one it was about."""

    message: str
    coding: CodingId | None = None


class NotSaved(NamedTuple):
    """The disk refused; nothing has changed, in memory neither."""

    message: str


class HeldElsewhere(NamedTuple):
    """Another program has the session: nothing has changed; the command may be given again once it is taken over."""

    message: str


Outcome = Saved | Refusal | NotSaved | HeldElsewhere


class AdStatus(NamedTuple):
    """How far one coder is with one ad."""

    progress: Progress
    codings: int


def status_of(state: State) -> AdStatus:
    """The status that a state amounts to."""
    return AdStatus(_progress(state), len(state.live()))


def _progress(state: State) -> Progress:
    if state.is_done:
        return "done"
    if state.profile:
        return "profile assigned"
    return "untouched" if state.is_untouched else "in progress"

"""The key hints that the screen adds to messages of the study, which name no keys."""

from __future__ import annotations

from codetui.study.session.outcome import PullKind, PullResult
from codetui.tui.actions import ACTIONS
from codetui.tui.keymap import key_words

_KEYS = {action.id: key_words(action.keys[0]) for action in ACTIONS}


def key_of(action_id: str) -> str:
    """Return the first key of an action as people read it."""
    return _KEYS[action_id]


def pull_words(result: PullResult | None) -> str:
    """Return what to show of a change outside, with the key for what can be done; empty for nothing."""
    if result is None:
        return ""
    hints = {
        PullKind.EDITED: f" {key_of('undo')} undoes that.",
        PullKind.STALE: f" {key_of('remove')} removes a coding.",
        PullKind.HELD: f" {key_of('take_over')} takes it over.",
        PullKind.DAMAGED: f" ({key_of('save')} writes it again.)",
    }
    return f"{result.message}{hints.get(result.kind, '')}"

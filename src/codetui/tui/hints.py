"""The key hints that the screen adds to messages of the study, which name no keys."""

from __future__ import annotations

from codetui.core.session.commands import Hint, Refusal
from codetui.study.session.outcome import Outcome, PullKind, PullResult, Saved
from codetui.tui.actions import ACTIONS
from codetui.tui.keymap import key_words

_KEYS = {action.id: key_words(action.keys[0]) for action in ACTIONS}


def key_of(action_id: str) -> str:
    """Return the first key of an action as people read it."""
    return _KEYS[action_id]


def outcome_words(outcome: Outcome) -> str:
    """Return the message of a command, with the keys for what can be done next."""
    hint = outcome.hint if isinstance(outcome, Saved | Refusal) else None
    return f"{outcome.message} {_hint_words(hint)}" if hint else outcome.message


def _hint_words(hint: Hint) -> str:
    hints: dict[Hint, str] = {
        "next source": f"{key_of('next_ad')} goes to the next.",
        "next source or uncoded": f"{key_of('next_ad')} goes on, {key_of('next_uncoded')} to the next uncoded.",
        "select words": f"{key_of('move.next_sentence')} selects a sentence, {key_of('jump')} jumps.",
        "remove it": f"{key_of('remove')} removes it.",
        "remove the other": f"{key_of('remove')} removes the other one.",
        "search codes": f"{key_of('pick')} searches all codes.",
        "restore it": f"{key_of('undo')} brings it back.",
        "restore the last": f"{key_of('undo')} brings back what was removed last.",
        "undo it": f"{key_of('undo')} undoes it.",
        "assign a profile": f"{key_of('profile')} assigns one.",
        "write the reasoning": f"{key_of('reasoning')} writes it.",
    }
    return hints[hint]


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

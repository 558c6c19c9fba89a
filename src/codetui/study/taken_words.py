"""What is said of a document that was taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codetui.core.text.plural import counted
from codetui.model import Cause, Event, ProfileAssigned

if TYPE_CHECKING:
    from codetui.study.taking_over import Tally

OLDER = (
    "The document is again as it was a moment ago, as if an editor had saved what it had read before: "
    "codetui writes it anew. x removes a coding."
)

LOST = (
    "The log has lost {steps} that the document was written from, as if an older copy had been put back. "
    "What only the document says is taken over"
)


def lost_words(count: int) -> str:
    """What to say where the log lacks steps that the document knows of."""
    return LOST.format(steps=counted(count, "step"))


def taken_words(tally: Tally, events: Sequence[Event], cause: Cause, lost: int, *, is_layout: bool) -> str:
    """What was taken over by these events, in a few words."""
    numbers = {
        "added": tally.added,
        "changed": tally.changed,
        "moved": tally.moved,
        "removed": tally.removed,
        "edited on both sides (F4)": tally.conflicts,
    }
    parts = [f"{number} {what}" for what, number in numbers.items() if number]
    if cause == "document" and any(isinstance(event, ProfileAssigned) for event in events):
        parts.append("profile and reasoning")
    said = ", ".join(parts)
    if cause == "document":
        return f"Taken over from the document: {said or 'nothing new'}."
    what = lost_words(lost) if lost else "The document was edited by hand"
    return f"{what}: {said or ('text' if is_layout else 'nothing new')}. u takes that back."

"""What is asked about a quotation in doubt, step by step."""

from __future__ import annotations

from codetui.core.anchors.unresolved import Doubt
from codetui.core.text.plural import counted
from codetui.model import Span


def steps(doubt: Doubt) -> int:
    """How often `v` shows something of a doubt: each place; of an orphan the way out first."""
    return max(1, len(doubt.places)) if doubt.kind != "orphan" else 1 + len(doubt.places)


def place_at(doubt: Doubt, step: int) -> Span | None:
    """The place that is offered at a step."""
    number = step - 1 if doubt.kind == "orphan" else step
    return doubt.places[number] if 0 <= number < len(doubt.places) else None


def question(doubt: Doubt, step: int) -> str:
    """What is asked, and the keys that answer it."""
    count = len(doubt.places)
    if doubt.kind == "fuzzy" and count:
        return f"resembles this {doubt.percent}: Enter accept · b other boundaries · v next · x drop · Esc leave"
    if doubt.kind == "orphan" and step == 0:
        nearest = f" · v what is nearest ({doubt.percent})" if doubt.places else ""
        return f"is not in the ad: select its words, then Enter{nearest} · x drop · Esc leave"
    if doubt.kind == "orphan":
        return f"is not in the ad; this is nearest ({doubt.percent}): Enter this one · v next · x drop · Esc leave"
    if not doubt.places:
        return "has this code wherever it stands: x drop · or select other words, then Enter · Esc leave"
    if doubt.score < 1:
        stands = f"resembles {counted(count, 'place')}, up to {doubt.percent}, here is the {_nth(step)}"
    elif count > 1:
        stands = f"stands {doubt.total:,} times, here is the {_nth(step)}"
    else:
        stands = f"stands {doubt.total:,} times, elsewhere with this code" if doubt.total > 1 else "may be meant here"
    return f"{stands}: v next{' place' if step + 1 < count else ''} · Enter this one · x drop · Esc leave"


def _nth(place: int) -> str:
    """The ordinal of a place counted from 0."""
    number = place + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"

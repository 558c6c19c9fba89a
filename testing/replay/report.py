"""Results of replayed documents and their numbers of keys, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Cost(NamedTuple):
    """The number of keys of one coding: to select, to assign the code, for the note; and of the plain strategy."""

    ad: str
    words: str
    keys: tuple[str, ...]
    selector: int
    coding: int
    noting: int
    plainly: int | None


@dataclass
class Replayed:
    """The result of one document."""

    name: str
    costs: list[Cost] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    other_keys: int = 0
    is_byte_equal: bool | None = None


def percentile(values: Sequence[int], percent: int) -> float:
    """Return the least value that at least `percent` of 100 values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def report(results: Sequence[Replayed]) -> None:
    """Print the result of each document and the number of keys."""
    for result in results:
        what = "equal" if not result.trouble else "DIFFERS"
        bytes_ = {True: ", byte for byte", False: "", None: ""}[result.is_byte_equal]
        print(f"{result.name}: {what}{bytes_}; {len(result.costs)} codings")
        for line in (*result.trouble, *(f"left aside: {each}" for each in result.outside)):
            print(f"    {line}")
    costs = [cost for result in results for cost in result.costs]
    if not costs:
        return
    print(f"\nkeys per coding, {len(costs)} codings   median   p90  worst    sum")
    rows = {
        "selection": [cost.selector for cost in costs],
        "code": [cost.coding for cost in costs],
        "selection and code": [cost.selector + cost.coding for cost in costs],
        "all, with the note's n and Enter": [cost.selector + cost.coding + cost.noting for cost in costs],
        "plain strategy, selection and code": [c.plainly + c.coding for c in costs if c.plainly is not None],
    }
    for name, keys in rows.items():
        figures = f"{percentile(keys, 50):>6.1f} {percentile(keys, 90):>6.1f} {max(keys):>6} {sum(keys):>6}"
        print(f"  {name:<36}{figures}")
    print(f"  profile, reasoning, notes on codes and groups: {sum(each.other_keys for each in results)} keys")
    unreached = sum(cost.plainly is None for cost in costs)
    if unreached:
        print(f"  the plain strategy does not reach {unreached} of them")
    print("\ndearest:")
    for cost in sorted(costs, key=lambda each: each.selector + each.coding, reverse=True)[:10]:
        print(f"  {cost.selector + cost.coding:>3}  #{cost.ad} “{cost.words[:60]}”  {' '.join(cost.keys)}")

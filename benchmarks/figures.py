"""Compute and print medians, percentiles and ratios."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

MILLI = 1000


def percentile(times: Sequence[float], share: float) -> float:
    """Return the smallest time that this share of the times does not exceed (nearest rank)."""
    ordered = sorted(times)
    rank = -int(-share * len(ordered) // 1)
    return ordered[min(max(rank, 1), len(ordered)) - 1]


def summary(times: Sequence[float]) -> str:
    """Return median, p99 and count of times in seconds, printed in milliseconds."""
    middle, slow = median(times) * MILLI, percentile(times, 0.99) * MILLI
    return f"median {middle:8.2f} ms   p99 {slow:8.2f} ms   n {len(times)}"


def line(name: str, times: Sequence[float]) -> None:
    """Print one row of figures."""
    print(f"{name:<44}{summary(times)}", flush=True)


def ratio(name: str, value: float, aim: str) -> None:
    """Print a ratio of two figures beside its target."""
    print(f"{name:<44}{value:.2f}   (aim: {aim})", flush=True)

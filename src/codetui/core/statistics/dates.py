"""Dates and the periods that they are in."""

from __future__ import annotations

from datetime import datetime


def iso_week(time: str) -> str:
    """Return the ISO week of a time in ISO 8601, such as 2026-W48; empty if there is none."""
    try:
        year, week, _ = datetime.fromisoformat(time).isocalendar()
    except ValueError:
        return ""
    return f"{year}-W{week:02}"

"""Divisions of ads and sessions by what the user names: a profile, a coder, a week, a column."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from codetui.core.statistics.counted import CountedAd, Grouping, by_attribute, by_profile, by_session
from codetui.core.statistics.dates import Period, iso_week, parse_date, period_of, without_gaps
from codetui.core.statistics.frequencies import Counted

PREFIX = "source."
"""Before the name of a column that is called like a division of the program's own, as in exports."""

OWN = ("profile", "coder", "week")


class Division(NamedTuple):
    """A division into groups; `order` has those that come first. `is_of_sessions` if an ad may be in several groups."""

    name: str
    grouping: Grouping
    order: Sequence[str] = ()
    notes: Sequence[str] = ()
    is_of_sessions: bool = False


class NoDivision(NamedTuple):
    """Why ads cannot be divided so."""

    why: str


def division_by(counted: Counted, by: str, period: Period | None = None) -> Division | NoDivision:
    """Return the division by profile, coder, the week in which the coder finished, or a further column of the ads.

    With a `period` the column has dates, which are grouped by it.
    """
    if period is None or by not in OWN:
        match by:
            case "profile":
                return Division(by, by_profile, counted.profiles)
            case "coder":
                coders = [one.coder for one in counted.base.coders]
                return Division(by, by_session(lambda session: session.coder), coders, is_of_sessions=True)
            case "week":
                return _by_week(counted)
    names = counted.columns
    wanted = column_of(by)
    column = next((name for name in names if name.casefold() == wanted), None)
    if column is None:
        known = ", ".join([*OWN, *names])
        return NoDivision(f"no {counted.source} has a column “{by}”; there are: {known}")
    return _by_date(counted, column, period) if period else Division(column, by_attribute(column))


def column_of(by: str) -> str:
    """Return the name in lower case of the column that a division may be by."""
    return by.removeprefix(PREFIX).casefold()


def _by_week(counted: Counted) -> Division:
    grouping = by_session(lambda session: iso_week(session.finished))
    weeks = sorted({name for ad in counted.ads for name, _ in grouping(ad) if name})
    return Division("week", grouping, weeks, ["week: in which the coder finished."], is_of_sessions=True)


def _by_date(counted: Counted, column: str, period: Period) -> Division | NoDivision:
    parse = lru_cache(maxsize=None)(parse_date)
    days = [(_text(ad, column), parse(_text(ad, column))) for ad in counted.ads]
    read = [day for _, day in days if day]
    unread = [text for text, day in days if text and not day]
    if not read:
        such = f", such as “{unread[0]}”" if unread else ""
        return NoDivision(f"no value of the column “{column}” can be read as a date{such}")

    def name_of(text: str) -> str:
        day: date | None = parse(text)
        return period_of(day, period) if day else ""

    noun = "1 value is not a date" if len(unread) == 1 else f"{len(unread):,} values are not dates"
    such = f"{noun}, such as “{unread[0]}”." if unread else ""
    order = without_gaps(read, period)
    return Division(f"{column}, {period}", by_attribute(column, name_of), order, [such] if such else [])


def _text(ad: CountedAd, column: str) -> str:
    return ad.attributes.get(column, "").strip()

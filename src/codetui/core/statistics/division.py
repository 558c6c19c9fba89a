"""Divisions of ads and sessions by what the user names: a profile, a coder, a week, a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from codetui.core.statistics.counted import CountedAd, Grouping, by_attribute, by_profile, by_session
from codetui.core.statistics.frequencies import Counted

Period = Literal["week", "month", "quarter", "year"]

MOST_PERIODS = 60
"""Periods in a row, with those that have no date, that a table shows."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb february",
            "maart mrt mar march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "augustus aug august",
            "september sep sept",
            "oktober okt oct october",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
"""The months by their Dutch and English names and abbreviations."""

_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:[t ].*)?")
_BASIC_ISO = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[t ].*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[ ,].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?:[ ,].*)?")
_IN_WORDS = re.compile(r"(?:[a-z]+,? )?(?:(\d{1,2})(?:e|st|nd|rd|th)?[ -])?([a-z]{3,9})\.?,?[ -](\d{4})(?:[ ,].*)?")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:[ ,].*)?")
_YEAR = re.compile(r"\d{4}")


def parse_date(text: str) -> date | None:
    """Return the day of a date in ISO 8601, in Dutch or English order or words; None if there is no such day.

        2024-03-05, 20240305, 2024-03-05T09:30    5-3-2024, 05/03/24, 5.3.2024
        5 maart 2024, 5 mrt. 2024, maart 2024     March 5, 2024, 5 March 2024

    Numbers are day, month, year unless the year comes first; a month or year stands for its first day.
    """
    folded = " ".join(text.lower().split())
    if found := _ISO.fullmatch(folded) or _BASIC_ISO.fullmatch(folded) or _YEAR_FIRST.fullmatch(folded):
        return _day(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(folded):
        year = found[3] if len(found[3]) == 4 else f"20{found[3]}"
        return _day(year, found[2], found[1])
    if (found := _IN_WORDS.fullmatch(folded)) and found[2] in MONTHS:
        return _day(found[3], MONTHS[found[2]], found[1])
    if (found := _MONTH_FIRST.fullmatch(folded)) and found[1] in MONTHS:
        return _day(found[3], MONTHS[found[1]], found[2])
    return _day(folded, 1, "1") if _YEAR.fullmatch(folded) else None


def _day(year: str, month: str | int, day: str | None) -> date | None:
    try:
        return date(int(year), int(month), int(day or 1))
    except ValueError:
        return None


def iso_week(time: str) -> str:
    """Return the ISO week of a time in ISO 8601, such as 2026-W48; empty if there is none."""
    try:
        return period_of(datetime.fromisoformat(time).date(), "week")
    except ValueError:
        return ""


def period_of(day: date, period: Period) -> str:
    """Return the period of a day: 2024-W10 (ISO 8601), 2024-03, 2024-Q1 or 2024."""
    match period:
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year}-W{week:02}"
        case "month":
            return f"{day.year}-{day.month:02}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year}"


def without_gaps(days: Sequence[date], period: Period) -> list[str]:
    """Return the periods from the first day to the last, those without a day too unless there are too many."""
    known = sorted({period_of(one, period) for one in days})
    if not days:
        return []
    first, last = min(days).toordinal(), max(days).toordinal()
    every = {period_of(date.fromordinal(one), period) for one in range(first, last + 1)}
    return sorted(every) if len(every) <= MOST_PERIODS else known


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

"""Frequencies of codes and profiles, against a count of a few lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.agreement.figure import Undefined
from codetui.core.statistics.counted import (
    DIFFERENT,
    CountedAd,
    CountedCode,
    CountedCoding,
    CountedSession,
    by_attribute,
    by_profile,
    by_session,
)
from codetui.core.statistics.frequencies import MOST_GROUPS, Counted, code_table, crosstab, profile_table
from codetui.core.statistics.table import Base

CODES = ("TASK1", "TASK2", "WAAROM")
PROFILES = ("Bouwer", "Keeper")
CODINGS = st.builds(CountedCoding, st.sampled_from(CODES), st.just(0), st.just(9), st.integers(0, 5))
SESSIONS = st.builds(
    CountedSession, st.sampled_from(("anna", "ben", "cleo")), st.sampled_from(("", *PROFILES)), st.lists(CODINGS)
)


def counted_of(sessions: list[list[CountedSession]]) -> Counted:
    """Return ads, one for each list of sessions of different coders."""
    unique = [list({one.coder: one for one in each}.values()) for each in sessions]
    ads = [CountedAd(str(number), each, {"sector": f"s{number % 30}"}) for number, each in enumerate(unique)]
    codes = [CountedCode(code, code.title()) for code in CODES]
    return Counted(ads=ads, codes=codes, profiles=PROFILES, base=Base(ads=len(ads), coders=()))


@given(st.lists(st.lists(SESSIONS, min_size=1, max_size=3), max_size=40))
def test_each_cell_is_the_number_of_ads_that_a_plain_count_finds(sessions: list[list[CountedSession]]) -> None:
    counted = counted_of(sessions)
    for row in code_table(counted).rows:
        codings = [one for ad in counted.ads for each in ad.sessions for one in each.codings if one.code == row[0]]
        ads = [ad for ad in counted.ads if any(one.code == row[0] for each in ad.sessions for one in each.codings)]
        whole = len(ads) / len(counted.ads) if counted.ads else Undefined("this group is empty")
        assert list(row[2:6]) == [len(ads), whole, len(codings), sum(one.words for one in codings)]
    coders = crosstab(counted, by_session(lambda one: one.coder), "coder", ["anna", "ben", "cleo"])
    for column in coders.columns[4::2]:
        at = coders.columns.index(column)
        own = [each.codings for ad in counted.ads for each in ad.sessions if each.coder == column.key]
        expected = [sum(any(one.code == code for one in each) for each in own) for code in CODES]
        assert [row[at] for row in coders.rows] == [*expected, len(own)]


@given(st.lists(st.lists(SESSIONS, min_size=1, max_size=3), max_size=40))
def test_groups_of_ads_add_up_to_all_ads(sessions: list[list[CountedSession]]) -> None:
    counted = counted_of(sessions)
    for table in (
        crosstab(counted, by_profile, "profile", PROFILES),
        crosstab(counted, by_attribute("sector"), "sector"),
        crosstab(counted, by_attribute("sector"), "sector", of="profiles"),
    ):
        first = [column.key for column in table.columns].index("all")
        assert len({column.key for column in table.columns}) == len(table.columns) <= 4 + 2 * (MOST_GROUPS + 1)
        for row in table.rows:
            numbers = [value for value in row[first + 2 :: 2] if isinstance(value, int)]
            assert row[first] == sum(numbers)


def test_without_ads_shares_are_undefined_and_not_zero() -> None:
    nothing = counted_of([])
    assert [row[2] for row in profile_table(nothing).rows] == [Undefined("this group is empty")] * 2
    assert code_table(nothing).undefined == ["this group is empty"]


def test_an_ad_of_coders_who_differ_has_no_profile_of_its_own() -> None:
    anna, ben = (CountedSession(coder, profile, ()) for coder, profile in zip(("anna", "ben"), PROFILES, strict=True))
    table = profile_table(counted_of([[anna, ben], [anna], [ben._replace(profile="")]]))
    assert [row[:2] for row in table.rows] == [("Bouwer", 1), ("Keeper", 0), (DIFFERENT, 1), ("none", 1)]

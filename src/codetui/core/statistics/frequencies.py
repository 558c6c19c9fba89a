"""Frequencies of profiles and codes, as a whole and by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from codetui.core.agreement.figure import Figure, Undefined, ratio
from codetui.core.statistics.counted import CountedAd, CountedCode, GroupCounts, Grouping, by_profile, counts_by, joined
from codetui.core.statistics.table import Base, Column, FigureTable, Value

NO_ADS = Undefined("this group is empty")
NO_VALUE = "none"
"""The heading of the group of ads without a value."""

MOST_GROUPS = 20
"""Groups that have columns of their own; the others are counted together."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The ads to count, with the codes and profiles that have rows, in the order of the codebook.

    `ads` are in the order of the corpus. `source` and `sources` are the study's words for an ad.
    """

    ads: Sequence[CountedAd]
    codes: Sequence[CountedCode]
    profiles: Sequence[str]
    base: Base
    source: str = "ad"
    sources: str = "ads"

    @property
    def whole(self) -> GroupCounts:
        """The counts of all ads."""
        return counts_by(self.ads, lambda ad: (("", ad.sessions),)).get("", GroupCounts())


def profile_table(counted: Counted) -> FigureTable:
    """Return the number of ads of each profile, and their share of all ads."""
    number = len(counted.ads)
    by_name = counted.whole.profiles
    names = ordered_groups(by_name, counted.profiles, with_absent=True)
    rows = [(name or NO_VALUE, by_name[name], share(by_name[name], number)) for name in names]
    columns = (Column("profile", "profile"), Column("ads", counted.sources, "count"), Column("share", "%", "share"))
    return FigureTable(name="profiles", title="Profiles", columns=columns, rows=rows, base=counted.base)


def code_table(counted: Counted) -> FigureTable:
    """Return the ads, codings and words of each code, and the share of the ads of each profile that have it."""
    whole, groups = counted.whole, counts_by(counted.ads, by_profile)
    names = ordered_groups(groups, counted.profiles)
    rows: list[list[Value]] = []
    for code in counted.codes:
        ads, codings, words = whole.of(code.id)
        shares = (share(groups[name].of(code.id).ads, groups[name].ads) for name in names)
        rows.append([code.id, code.name, ads, share(ads, whole.ads), codings, words, *shares])
    columns = [
        Column("code", "code"),
        Column("name", "name"),
        Column("ads", counted.sources, "count"),
        Column("share", "%", "share"),
        Column("codings", "codings", "count"),
        Column("words", "words", "count"),
        *(Column(f"share_{key}", f"% {name or NO_VALUE}", "share") for key, name in keys(names)),
    ]
    notes = [f"%: share of all {counted.sources}; % of a profile: share of its {counted.sources}, that have the code"]
    return FigureTable(name="codes", title="Codes", columns=columns, rows=rows, base=counted.base, notes=notes)


def crosstab(
    counted: Counted, grouping: Grouping, name: str, order: Sequence[str] = (), *, of_profiles: bool = False
) -> FigureTable:
    """Return the ads of each group that have each code, with their share of the group's ads (column percent).

    Groups named in `order` come first, then the MOST_GROUPS largest; further ones are joined. `of_profiles` counts
    profiles instead of codes.
    """
    whole = counted.whole
    parts = {"all": whole} | {group or NO_VALUE: one for group, one in _groups(counted, grouping, order).items()}
    columns = [Column("profile", "profile")] if of_profiles else [Column("code", "code"), Column("name", "name")]
    for key, group in keys(parts):
        columns += [Column(key, group, "count"), Column(f"{key}_share", "%", "share")]
    rows: list[list[Value]] = []
    if of_profiles:
        for profile in ordered_groups(whole.profiles, counted.profiles, with_absent=True):
            cells = ((one.profiles[profile], one.ads) for one in parts.values())
            rows.append([profile or NO_VALUE, *_with_shares(cells)])
    for code in () if of_profiles else counted.codes:
        rows.append([code.id, code.name, *_with_shares((one.of(code.id).ads, one.ads) for one in parts.values())])
    first: list[Value] = [f"all {counted.sources}"] if of_profiles else ["", f"all {counted.sources}"]
    rows.append([*first, *_with_shares((one.ads, one.ads) for one in parts.values())])
    what = "Profiles" if of_profiles else "Codes"
    return FigureTable(
        name="profiles_by" if of_profiles else "codes_by",
        title=f"{what} by {name}",
        columns=columns,
        rows=rows,
        base=counted.base,
        notes=[f"numbers of {counted.sources}; %: share of all {counted.sources} of the column"],
    )


def _groups(counted: Counted, grouping: Grouping, order: Sequence[str]) -> dict[str, GroupCounts]:
    """Return the groups in their order, all beyond the MOST_GROUPS largest ones joined."""
    groups = counts_by(counted.ads, grouping)
    names = ordered_groups(groups, order or sorted(groups, key=lambda one: (-groups[one].ads, one)))
    if len(names) > MOST_GROUPS and not order:
        kept = [one for one in names if one][: MOST_GROUPS - 1]
        other = f"{len([one for one in names if one]) - len(kept)} others"
        groups = counts_by(counted.ads, joined(grouping, {*kept, ""}, other))
        names = ordered_groups(groups, [*kept, other])
    return {name: groups[name] for name in names}


def _with_shares(cells: Iterable[tuple[int, int]]) -> Iterator[Value]:
    """Yield each part of a whole, and its share."""
    for part, whole in cells:
        yield part
        yield share(part, whole)


def share(part: int, whole: int) -> Figure:
    """Return `part / whole` between 0 and 1; undefined if the whole is 0."""
    return ratio(part, whole, NO_ADS)


def ordered_groups(sizes: Mapping[str, object], order: Sequence[str] = (), *, with_absent: bool = False) -> list[str]:
    """Return the names of groups: those in `order`, the others as they come, last the ads without a value.

    Groups in `order` that have no ad are left out unless `with_absent`.
    """
    known = [name for name in order if name and (with_absent or name in sizes)]
    others = [name for name in sizes if name and name not in known]
    return [*known, *others, *([""] if "" in sizes else [])]


def keys(names: Mapping[str, object] | Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each name of a group with a key for its column that no other one has."""
    used = {"code", "name", "profile", "why"}
    for name in names:
        key = base = name or NO_VALUE
        number = 2
        while key in used:
            key, number = f"{base}_{number}", number + 1
        used |= {key, f"{key}_share"}
        yield key, name

"""Frequencies of profiles and codes, as a whole and by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from codetui.core.agreement.figure import Figure, Undefined, ratio
from codetui.core.statistics.counted import (
    OF_CODE,
    OF_TERM,
    CountedAd,
    CountedCode,
    GroupCounts,
    Grouping,
    Row,
    by_profile,
    counts_by,
    joined,
)
from codetui.core.statistics.table import Base, Column, FigureTable, Value

NO_ADS = Undefined("this group is empty")
NO_VALUE = "none"
"""The heading of the group of ads without a value."""

RowKind = Literal["codes", "profiles", "terms"]

SPELLINGS = "Spellings that differ in case, accents, hyphens or by [synonyms] of the codebook are one term."

MOST_GROUPS = 20
"""Groups that have columns of their own; the others are counted together."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """The ads to count, with the codes and profiles that have rows, in the order of the codebook.

    `ads` are in the order of the corpus. `terms` has the name to show for the key of each term, `columns` are the names
    of all further columns of the corpus. `source` and `sources` are the study's words for an ad.
    """

    ads: Sequence[CountedAd]
    codes: Sequence[CountedCode]
    profiles: Sequence[str]
    base: Base
    terms: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[str] = ()
    source: str = "ad"
    sources: str = "ads"

    def whole(self, row: Row = OF_CODE) -> GroupCounts:
        """Return the counts of all ads."""
        return counts_by(self.ads, lambda ad: (("", ad.sessions),), row).get("", GroupCounts(row))


def profile_table(counted: Counted) -> FigureTable:
    """Return the number of ads of each profile, and their share of all ads."""
    number = len(counted.ads)
    by_name = counted.whole().profiles
    names = ordered_groups(by_name, counted.profiles, with_absent=True)
    rows = [(name or NO_VALUE, by_name[name], share(by_name[name], number)) for name in names]
    columns = (Column("profile", "profile"), Column("ads", counted.sources, "count"), Column("share", "%", "share"))
    return FigureTable(name="profiles", title="Profiles", columns=columns, rows=rows, base=counted.base)


def code_table(counted: Counted) -> FigureTable:
    """Return the ads, codings and words of each code, and the share of the ads of each profile that have it."""
    whole, groups = counted.whole(), counts_by(counted.ads, by_profile)
    names = ordered_groups(groups, counted.profiles)
    rows: list[list[Value]] = []
    for code in counted.codes:
        ads = whole.ads_of(code.id)
        numbers = (ads, share(ads, whole.ads), whole.codings_of(code.id), whole.words_of(code.id))
        shares = (share(groups[name].ads_of(code.id), groups[name].ads) for name in names)
        rows.append([code.id, code.name, *numbers, *shares])
    columns = [
        Column("code", "code"),
        Column("name", "name"),
        Column("ads", counted.sources, "count"),
        Column("share", "%", "share"),
        Column("codings", "codings", "count"),
        Column("words", "words", "count"),
        *(Column(f"share_{key}", f"% {name or NO_VALUE}", "share") for key, name in keys(names)),
    ]
    notes = [f"%: share of all {counted.sources}; % of a profile: share of its {counted.sources} that have the code"]
    return FigureTable(name="codes", title="Codes", columns=columns, rows=rows, base=counted.base, notes=notes)


def term_table(counted: Counted) -> FigureTable:
    """Return the ads and codings of each term, most ads first, with the codes that it was coded with."""
    whole, codes = counted.whole(OF_TERM), codes_of_terms(counted)
    rows: list[list[Value]] = []
    for term in whole.by_ads:
        ads, name = whole.ads_of(term), counted.terms.get(term, term)
        rows.append([name, codes[term], ads, share(ads, whole.ads), whole.codings_of(term)])
    columns = [
        *(Column("term", "term"), Column("codes", "codes"), Column("ads", counted.sources, "count")),
        *(Column("share", "%", "share"), Column("codings", "codings", "count")),
    ]
    notes = [f"%: share of all {counted.sources}. {SPELLINGS}"]
    return FigureTable(name="terms", title="Terms", columns=columns, rows=rows, base=counted.base, notes=notes)


def codes_of_terms(counted: Counted) -> dict[str, str]:
    """Return the codes of each term, in the order of the codebook."""
    found: dict[str, set[str]] = {}
    for coding in (coding for ad in counted.ads for one in ad.sessions for coding in one.codings):
        if coding.term:
            found.setdefault(coding.term, set()).add(coding.code)
    order = [code.id for code in counted.codes]
    return {term: ", ".join(sorted(codes, key=order.index)) for term, codes in found.items()}


def crosstab(
    counted: Counted, grouping: Grouping, name: str, order: Sequence[str] = (), *, of: RowKind = "codes"
) -> FigureTable:
    """Return the ads of each group that have each code, with their share of the group's ads (column percent).

    Groups named in `order` come first, then the MOST_GROUPS largest; further ones are joined. `of` counts profiles or
    terms instead of codes.
    """
    row = OF_TERM if of == "terms" else OF_CODE
    whole = counted.whole(row)
    groups = _groups(counted, grouping, order, row)
    parts = {"all": whole} | {group or NO_VALUE: one for group, one in groups.items()}
    columns = [Column("profile", "profile")] if of == "profiles" else [Column("code", "code"), Column("name", "name")]
    if of == "terms":
        columns = [Column("term", "term"), Column("codes", "codes")]
    heads = _heads(counted, whole, of)
    for key, group in keys(parts):
        columns += [Column(key, group, "count"), Column(f"{key}_share", "%", "share")]
    rows: list[list[Value]] = []
    for one, head in heads.items():
        numbers = ((each.profiles[one] if of == "profiles" else each.ads_of(one)) for each in parts.values())
        sizes = (each.ads for each in parts.values())
        rows.append([*head, *_with_shares(zip(numbers, sizes, strict=True))])
    last = [f"all {counted.sources}", ""] if of == "terms" else ["", f"all {counted.sources}"]
    last = [f"all {counted.sources}"] if of == "profiles" else last
    rows.append([*last, *_with_shares((one.ads, one.ads) for one in parts.values())])
    notes = [f"numbers of {counted.sources}; %: share of all {counted.sources} in the column"]
    return FigureTable(
        name=f"{of}_by",
        title=f"{of.capitalize()} by {name}",
        columns=columns,
        rows=rows,
        base=counted.base,
        notes=[*notes, *([SPELLINGS] if of == "terms" else [])],
    )


def _heads(counted: Counted, whole: GroupCounts, of: RowKind) -> dict[str, list[Value]]:
    """Return the rows of a crosstab with their first cells."""
    match of:
        case "codes":
            return {code.id: [code.id, code.name] for code in counted.codes}
        case "profiles":
            names = ordered_groups(whole.profiles, counted.profiles, with_absent=True)
            return {name: [name or NO_VALUE] for name in names}
        case "terms":
            codes = codes_of_terms(counted)
            return {term: [counted.terms.get(term, term), codes[term]] for term in whole.by_ads}


def _groups(counted: Counted, grouping: Grouping, order: Sequence[str], row: Row) -> dict[str, GroupCounts]:
    """Return the groups in their order, all beyond the MOST_GROUPS largest ones joined."""
    groups = counts_by(counted.ads, grouping, row)
    largest_first = sorted(groups, key=lambda one: (-groups[one].ads, one))
    names = ordered_groups(groups, order or largest_first, with_absent=True)
    if len(names) > MOST_GROUPS and not order:
        kept = [one for one in names if one][: MOST_GROUPS - 1]
        other = f"{len([one for one in names if one]) - len(kept)} others"
        groups = counts_by(counted.ads, joined(grouping, {*kept, ""}, other), row)
        names = ordered_groups(groups, [*kept, other])
    return {name: groups.get(name) or GroupCounts() for name in names}


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

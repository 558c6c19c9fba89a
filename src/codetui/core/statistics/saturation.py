"""Saturation: when new codes stop to come."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.statistics.counted import CountedAd
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.significance import Draw
from codetui.core.statistics.table import Column, FigureTable, Value

ORDERS = 200
NO_ORDER = Undefined("no random orders were drawn")


def in_coding_order(ads: Sequence[CountedAd]) -> list[CountedAd]:
    """Return the ads in the order in which coding began; ties, and unknown times, in the order of the corpus."""
    return sorted(ads, key=lambda ad: min((one.began for one in ad.sessions if one.began), default="~"))


def codes_of(ad: CountedAd) -> frozenset[str]:
    """Return the codes of an ad, whichever coder assigned them."""
    return frozenset(coding.code for session in ad.sessions for coding in session.codings)


def mean_curve(sets: Sequence[frozenset[str]], orders: int, draw: Draw) -> list[float]:
    """Return the mean number of different codes after 1, 2, … ads, over random orders.

    Each order is a Fisher–Yates shuffle that ends once all codes have come; `draw` returns numbers in [0, 1).
    """
    steps = [0] * len(sets)
    number = len(frozenset[str]().union(*sets))
    for _ in range(orders):
        left = list(range(len(sets)))
        seen: set[str] = set()
        for at in range(len(left)):
            if len(seen) == number:
                break
            chosen = at + int(draw() * (len(left) - at))
            left[at], left[chosen] = left[chosen], left[at]
            codes = sets[left[at]]
            if not codes <= seen:
                steps[at] += len(codes - seen)
                seen |= codes
    return [total / orders for total in accumulate(steps)]


def saturation_table(counted: Counted, draw: Draw, *, seed: int, orders: int = ORDERS) -> FigureTable:
    """Return for each ad, in coding order, the codes that are new in it, those so far, and their mean over orders.

    `seed` is that of `draw`.
    """
    ads = in_coding_order(counted.ads)
    sets = [codes_of(ad) for ad in ads]
    means: list[Figure] = [*mean_curve(sets, orders, draw)] if orders else [NO_ORDER] * len(ads)
    order = {code.id: number for number, code in enumerate(counted.codes)}
    rows: list[list[Value]] = []
    seen: set[str] = set()
    for number, (ad, codes, mean) in enumerate(zip(ads, sets, means, strict=True), 1):
        new = sorted(codes - seen, key=order.__getitem__)
        seen |= codes
        rows.append([number, ad.id, len(new), len(seen), mean, ", ".join(new)])
    return FigureTable(
        name="saturation",
        title=f"Saturation: new codes by {counted.source} in coding order",
        columns=[
            *(Column("number", "no.", "count"), Column("ad", counted.source), Column("new", "new", "count")),
            *(Column("codes", "codes", "count"), Column("mean", "mean", "figure"), Column("new_codes", "new codes")),
        ],
        rows=rows,
        base=counted.base,
        notes=[
            f"Order: the time at which coding of the {counted.source} began. mean: codes after as many "
            f"{counted.sources} in random order, over {orders} orders. {_last(rows, counted)}"
        ],
        seed=seed if orders else None,
    )


def _last(rows: Sequence[Sequence[Value]], counted: Counted) -> str:
    """Return where the last new code came, and which codes never did."""
    last = max((row[0] for row in rows if row[2] and isinstance(row[0], int)), default=0)
    used = rows[-1][3] if rows else 0
    return f"The last new code came with number {last} of {len(rows)}; {used} of {len(counted.codes)} codes were used."

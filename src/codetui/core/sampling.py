"""Draw the sources that coders code, and distribute them: the same seed always gives the same sample.

The order is that of a hash of seed and id, so that neither the version of Python nor sources added later change it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, cycle
from typing import Literal, NamedTuple

By = Literal["all", "pairs"]


class Candidate(NamedTuple):
    """A source that may be drawn; those of one `text` are drawn once. `stratum` is empty without strata."""

    id: str
    text: str
    stratum: str = ""


class SampleRequest(NamedTuple):
    """A request for `size` sources for these coders, `overlap` of them for all or for pairs of coders."""

    size: int
    seed: int
    coders: tuple[str, ...]
    overlap: int = 0
    by: By = "all"


class SamplingError(ValueError):
    """A sample cannot be drawn as requested; the message has why."""


def draw(candidates: Iterable[Candidate], request: SampleRequest) -> Mapping[str, tuple[str, ...]]:
    """Return the coders of each source drawn, in the order in which they code them. Raises SamplingError.

    Strata are drawn in proportion to their sizes, by the largest remainders. Of sources with the same text only the
    first in the order of the seed is drawn.
    """
    _check(request)
    distinct: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: _order(request.seed, "draw", one.id)):
        distinct.setdefault(one.text, one)
    if request.size > len(distinct):
        raise SamplingError(f"{request.size} are to be drawn, but only {len(distinct)} can be")
    strata: defaultdict[str, list[str]] = defaultdict(list)
    for one in distinct.values():
        strata[one.stratum].append(one.id)
    shares = _shares({name: len(ids) for name, ids in strata.items()}, request.size)
    drawn = [id_ for name, ids in strata.items() for id_ in ids[: shares[name]]]
    coders = _distributed(sorted(drawn, key=lambda id_: _order(request.seed, "coders", id_)), request)
    return {id_: coders[id_] for id_ in sorted(drawn, key=lambda id_: _order(request.seed, "queue", id_))}


def _check(request: SampleRequest) -> None:
    if request.size < 1:
        raise SamplingError("the size of a sample is at least 1")
    if not request.coders or len(set(request.coders)) < len(request.coders):
        raise SamplingError("name each coder once")
    if not 0 <= request.overlap <= request.size:
        raise SamplingError(f"the overlap is between 0 and the size of the sample, {request.size}")
    if request.overlap and len(request.coders) < 2:
        raise SamplingError("an overlap needs at least two coders")


def _shares(sizes: Mapping[str, int], number: int) -> dict[str, int]:
    """Distribute a number over strata in proportion to their sizes, the remainders to the largest fractions."""
    whole = sum(sizes.values())
    exact = {name: number * size / whole for name, size in sizes.items()}
    shares = {name: int(share) for name, share in exact.items()}
    rest = sorted(sizes, key=lambda name: (shares[name] - exact[name], name))
    for name in rest[: number - sum(shares.values())]:
        shares[name] += 1
    return shares


def _distributed(ids: Sequence[str], request: SampleRequest) -> dict[str, tuple[str, ...]]:
    """Give the first sources to several coders and each further one to the coder who has the fewest."""
    coders = request.coders
    teams = cycle([coders] if request.by == "all" else list(combinations(coders, 2)))
    found = {id_: tuple(team) for id_, team in zip(ids[: request.overlap], teams, strict=False)}
    load = Counter(coder for team in found.values() for coder in team)
    for id_ in ids[request.overlap :]:
        coder = min(coders, key=lambda one: load[one])
        load[coder] += 1
        found[id_] = (coder,)
    return found


def _order(seed: int, purpose: str, id_: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{purpose}\0{id_}".encode("utf-8", "surrogatepass")).digest()

"""Figures that may be undefined, and precision, recall and F1."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Undefined(NamedTuple):
    """A figure that does not exist for the data, with the reason; it is neither 0 nor 1."""

    why: str


Figure: TypeAlias = float | Undefined

NOTHING = Undefined("there is nothing to compare")
SAME_VALUE = Undefined("all values are the same, so nothing is left to agree on by chance")


def ratio(part: float, whole: float, why: Undefined = NOTHING) -> Figure:
    """Return `part / whole`; undefined, for the reason `why`, if the whole is 0."""
    return part / whole if whole else why


def beyond_chance(observed: Figure, expected: Figure) -> Figure:
    """Return (observed − expected) / (1 − expected), the form of all chance-corrected figures.

    Cohen 1960, A coefficient of agreement for nominal scales, p. 40. Undefined if chance alone gives full agreement.
    """
    if isinstance(observed, Undefined):
        return observed
    if isinstance(expected, Undefined):
        return expected
    return (observed - expected) / (1 - expected) if expected < 1 else SAME_VALUE


class Score(NamedTuple):
    """The elements of two sets that match: `matched` of the `a` elements of A and of the `b` elements of B."""

    matched: int
    a: int
    b: int

    @property
    def precision(self) -> Figure:
        """The share of B's elements that A has: matched / b."""
        return ratio(self.matched, self.b, Undefined("the second coder has none"))

    @property
    def recall(self) -> Figure:
        """The share of A's elements that B has: matched / a."""
        return ratio(self.matched, self.a, Undefined("the first coder has none"))

    @property
    def f1(self) -> Figure:
        """The harmonic mean of precision and recall: 2 · matched / (a + b), the same in both directions.

        Van Rijsbergen 1979, Information Retrieval, ch. 7 (F with β = 1).
        """
        return ratio(2 * self.matched, self.a + self.b, Undefined("neither coder has any"))

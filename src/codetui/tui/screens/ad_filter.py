"""Which ads fit the words that are typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from rapidfuzz import fuzz, process

from codetui.model import SourceEntry

FEW = 20
MOST_ALIKE = 200
LEAST_LIKENESS = 80


StateOf = Callable[[SourceEntry], str]


class AdFilter:
    """Ads whose id, employer, title or state hold all words; where those are few, also those that look alike."""

    def __init__(
        self, entries: Sequence[SourceEntry], states: Sequence[str] = (), state_of: StateOf | None = None
    ) -> None:
        """`entries` may grow later; `state_of` says in which of the `states` an ad is."""
        self._entries = entries
        self._states = states
        self._state_of = state_of
        self._texts: list[str] = []

    def places(self, query: str, keeps: Callable[[SourceEntry], bool] | None = None) -> Sequence[int]:
        """The places of the ads that fit, in the order of the corpus, an ad whose id is the query first."""
        words = query.casefold().split()
        if not words:
            return self._kept(range(len(self._entries)), keeps)
        self._read()
        tests = [(word, {state for state in self._states if word in state}) for word in words]
        found = [
            place
            for place, text in enumerate(self._texts)
            if all(word in text or (states and self._is_in(place, states)) for word, states in tests)
        ]
        found.sort(key=lambda place: self._entries[place].id.casefold() != words[0])
        if len(found) < FEW:
            found += [place for place in self._alike(" ".join(words)) if place not in found]
        return self._kept(found, keeps)

    def _is_in(self, place: int, states: AbstractSet[str]) -> bool:
        """True for an ad in one of these states."""
        return self._state_of is not None and self._state_of(self._entries[place]) in states

    def _kept(self, places: Sequence[int], keeps: Callable[[SourceEntry], bool] | None) -> Sequence[int]:
        if keeps is None:
            return places
        return [place for place in places if keeps(self._entries[place])]

    def _alike(self, query: str) -> list[int]:
        if len(query) < 3:
            return []
        likely = process.extract(
            query, self._texts, scorer=fuzz.partial_ratio, score_cutoff=LEAST_LIKENESS, limit=MOST_ALIKE
        )
        return [place for _, _, place in likely]

    def _read(self) -> None:
        """What is searched in each ad; read when first asked for, and for the ads that came since."""
        for entry in self._entries[len(self._texts) :]:
            self._texts.append(f"{entry.id} {entry.employer} {entry.title}".casefold())

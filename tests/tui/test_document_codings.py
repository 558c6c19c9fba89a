"""Which codings stand on a row: the same whether they came at once or one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.text.layout import Layout, wrap
from codetui.model import CodingId
from codetui.tui.widgets import document_codings
from codetui.tui.widgets.document_codings import CodedSpan, Codings

TEXT = "You light the lamp. You watch.\n\nThe sea is wide; nobody sleeps. " * 6
FEW_LATE = 6
NARROW, WIDE = wrap(TEXT, 17), wrap(TEXT, 60)

places = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(0, 90)).map(
    lambda pair: (pair[0], min(pair[0] + pair[1], len(TEXT)))
)


def coded(spans: list[tuple[int, int]]) -> list[CodedSpan]:
    return [CodedSpan(*span, str(number % 7), 0, CodingId(str(number))) for number, span in enumerate(spans)]


def shown(codings: Codings, layout: Layout) -> list[object]:
    rows = [codings.on_row(row) for row in range(layout.rows)]
    current = [codings.shortest_at(offset) for offset in range(0, len(TEXT), 5)]
    return [rows, current, codings.coded, codings.key_cells]


@given(st.lists(places, max_size=12), st.lists(places, min_size=1, max_size=FEW_LATE + 4))
def test_codings_that_come_one_by_one_stand_where_those_that_come_at_once_do(
    first: list[tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    spans = coded(first + more)
    grown = Codings(spans[: len(first)], NARROW)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document_codings, "MOST_LATE", FEW_LATE)
        for count in range(len(first) + 1, len(spans) + 1):
            before = shown(grown, NARROW)
            known, grown = grown, grown.changed(spans[:count])
            assert shown(known, NARROW) == before
            assert shown(grown, NARROW) == shown(Codings(spans[:count], NARROW), NARROW)
    assert shown(grown, NARROW) == shown(Codings(spans, NARROW), NARROW)
    assert shown(grown.on(WIDE), WIDE) == shown(Codings(spans, WIDE), WIDE)


@given(st.lists(places, min_size=2, max_size=12), st.data())
def test_codings_that_go_or_change_are_shown_no_longer(spans: list[tuple[int, int]], data: st.DataObject) -> None:
    before = coded(spans)
    gone = data.draw(st.integers(0, len(before) - 1))
    after = [one for number, one in enumerate(before) if number != gone]
    kept = Codings(before[:-1], NARROW).changed(before)
    assert shown(kept.changed(after), NARROW) == shown(Codings(after, NARROW), NARROW)
    assert shown(kept.changed([]), NARROW) == shown(Codings([], NARROW), NARROW)


def test_what_was_known_stays_as_it_was_when_one_is_added() -> None:
    spans = coded([(0, 9), (4, 19), (4, 40)])
    before = Codings(spans[:2], NARROW)
    rows = shown(before, NARROW)
    before.changed(spans)
    assert shown(Codings(spans[:2], NARROW), NARROW) == rows == shown(before, NARROW)

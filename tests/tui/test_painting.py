"""The cost of one key, counted instead of timed: rows painted, logs read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from invented import BOOK, coding, state
from rich.console import RenderableType
from textual.strip import Strip

from codetui.core.codebook.index import CodebookIndex
from codetui.model import CodeId
from codetui.tui.dialogs.code_search import CodePicker
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.workbench.view_model import CodedSpans
from testing.keys import press, running, workspace_on, write_ad

LONG = "\n\n".join(f"Sentence number {number} of a long ad ends here." for number in range(60))


async def test_assigning_a_code_paints_only_the_rows_that_show_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    paint = DocumentView.render_line

    def noted(view: DocumentView, y: int) -> Strip:
        painted.append(y)
        return paint(view, y)

    write_ad(tmp_path, LONG)
    async with running(workspace_on(tmp_path), size=(120, 20)) as (pilot, bench):
        await press(pilot, "s11s1")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        monkeypatch.setattr(DocumentView, "render_line", noted)
        await press(pilot, "1")
        assert len(bench.state.live()) == 2
        assert 0 < len(painted) <= 2


async def test_a_key_in_a_dialog_does_not_paint_the_dimmed_screen_below_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[CodePicker] = []
    paint = CodePicker.render

    def noted(picker: CodePicker) -> RenderableType:
        painted.append(picker)
        return paint(picker)

    write_ad(tmp_path, LONG)
    async with running(workspace_on(tmp_path)) as (pilot, _bench):
        await press(pilot, "<enter>pe")
        monkeypatch.setattr(CodePicker, "render", noted)
        await press(pilot, "ople")
        assert painted == []


async def test_the_log_of_the_open_ad_is_not_read_for_earlier_codings(tmp_path: Path) -> None:
    write_ad(tmp_path, LONG)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        for _ in range(3):
            await press(pilot, "s11")
            await pilot.app.workers.wait_for_complete()
        assert bench.workspace.usage.is_complete
        assert bench.workspace.usage.readings == 0


def test_codings_are_drawn_correctly_after_any_previous_state() -> None:
    book = CodebookIndex(BOOK)
    one, two, three = coding(1, "W1", "dough"), coding(2, "W2", "hot bread"), coding(3, "W1", "ovens")
    states = [state(one), state(one, two), state(one, two, three), state(one, three), state(one), state(two)]
    spans = CodedSpans(book)
    for now in [*states, state(one, replace(two, code=CodeId("W3"))), state(one, coding(2, "W1", "", has_place=False))]:
        assert list(spans.of(now)) == list(CodedSpans(book).of(now))
        assert len(spans.of(now)) == sum(each.anchor is not None for each in now.live())

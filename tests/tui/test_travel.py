"""From quotation to quotation in an ad, and back and forward through the places visited."""

from __future__ import annotations

from pathlib import Path

from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.coders import code_source
from testing.keys import press, running
from testing.studies import write_study


async def test_quotations_are_selected_in_order_and_places_are_gone_back_to(tmp_path: Path) -> None:
    write_study(tmp_path)
    words = [("TASK1", "the mirrors"), ("TASK2", "light the lamp"), ("TASK1", "light the lamp"), ("TASK2", "not there")]
    code_source(Study.open(tmp_path), "rosa", "11", words, is_done=False)
    async with running(open_workspace(Study.open(tmp_path), "rosa", wanted="11")) as (pilot, bench):

        def here() -> tuple[str, str, str]:
            coding, span = bench.coding_here(), bench.selector.selection.span
            return bench.ad.id, bench.ad.text[span.start : span.end], coding.code if coding else ""

        for expected in [("light the lamp", "TASK2"), ("light the lamp", "TASK1"), ("the mirrors", "TASK1")]:
            await press(pilot, "*")
            assert here() == ("11", *expected)
        await press(pilot, "*")
        assert "This is the last of 3 quotations" in bench.status.message[0]
        await press(pilot, "#")
        assert here() == ("11", "light the lamp", "TASK1")
        await press(pilot, "))<alt+left><alt+left>")
        assert here()[:2] == ("11", "light the lamp")
        await press(pilot, "<alt+left>")
        assert "nothing to go back to" in bench.status.message[0]
        await press(pilot, "<alt+right>zZ")
        assert bench.ad.id == "13"
        await press(pilot, "<alt+left>(")
        assert bench.ad.id == "11"
        await press(pilot, "<alt+right>")
        assert bench.ad.id == "11" and "nothing to go forward to" in bench.status.message[0]

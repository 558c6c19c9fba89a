"""The profile and its reasoning are written beside the ad, which stays readable, with its quotations at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import TextArea

from codetui.tui.dialogs.reasoning import QuotationPicker, ReasoningDialog
from testing.keys import press, running, status_rows, workspace_on, write_ad

NEED = "We need Python and SQL. You like people.\n" + "\n".join(
    f"Duty {number} is described here." for number in range(60)
)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_ad_and_its_codings_stay_readable_beside_profile_and_reasoning(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), size) as (pilot, bench):
        await press(pilot, "s11p")
        for _ in range(2):
            await pilot.pause()
            frame, ad = pilot.app.screen.query_one(".frame").region, bench.document.region
            covered = ad.intersection(frame)
            assert covered.area <= 0.6 * ad.area
            assert pilot.app.screen.styles.background.a == 0
            await press(pilot, "1")
        assert isinstance(pilot.app.screen, ReasoningDialog)


async def test_a_quotation_is_pasted_with_its_code(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (100, 30)) as (pilot, bench):
        await press(pilot, "s11s12p1Seen in <ctrl+o>")
        assert isinstance(pilot.app.screen, QuotationPicker)
        await press(pilot, "<down><enter>")
        assert isinstance(pilot.app.screen, ReasoningDialog)
        assert pilot.app.screen.query_one(TextArea).text == "Seen in “Duty 0 is described here.” (TASK2: People)"
        await press(pilot, ".<ctrl+s>")
        assert bench.state.reasoning.endswith("People).")


async def test_without_a_quotation_the_key_says_so_and_escape_keeps_the_text(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (100, 30)) as (pilot, _):
        await press(pilot, "p1<ctrl+o>")
        assert "Nothing is coded" in str(pilot.app.screen.query_one(".hint").render())
        await press(pilot, "<escape>s11p1text<ctrl+o><escape>")
        assert pilot.app.screen.query_one(TextArea).text == "text"


async def test_the_ad_is_scrolled_while_the_reasoning_is_written(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await press(pilot, "p1<pagedown>")
        await pilot.pause()
        assert bench.document.top_row > 5
        await press(pilot, "<pageup>")
        assert bench.document.top_row == 0


async def test_a_chosen_profile_is_not_followed_by_a_complaint(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await press(pilot, "p1")
        await pilot.pause()
        assert "missing" not in status_rows(bench.status)

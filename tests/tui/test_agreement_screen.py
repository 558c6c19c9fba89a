"""The agreement with another coder on the screen: codes, kinds, quotations side by side, and the text with gutters."""

from __future__ import annotations

from pathlib import Path

from textual.screen import Screen
from textual.widgets import Static

from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.dialogs.agreement import AgreementScreen
from codetui.tui.dialogs.code_forms import CodeForm
from codetui.tui.dialogs.confirm import ChoiceDialog
from codetui.tui.widgets.rows import PlainRows, Row
from testing.coders import code_source
from testing.keys import press, running, until
from testing.studies import write_study

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea until dawn."
CODES = ("TASK1", "TASK2")


def coded(folder: Path) -> Study:
    """Write a study that rosa and otto have coded."""
    study = Study.open(write_study(folder))
    code_source(study, "rosa", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TASK2", "You polish the mirrors")], "1")
    code_source(study, "otto", "11", [("TASK1", "light the lamp at dusk"), ("TASK1", SEA)], "1")
    code_source(study, "rosa", "12", [("TASK2", "which ships come in")], "1")
    code_source(study, "otto", "12", [("TOOL1", "sacks")], "2")
    return study


def words(row: Row) -> str:
    """Return the words of a row."""
    return "".join(part.text for part in (*row.left, *row.right))


async def test_from_the_codes_to_the_text_and_back(tmp_path: Path) -> None:
    async with running(open_workspace(coded(tmp_path), "rosa")) as (pilot, _bench):
        await press(pilot, "za")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        screen = pilot.app.screen
        rows = screen.query_one(PlainRows)

        def lines() -> list[str]:
            return [words(rows.row(number, 76)) for number in range(rows.row_count())]

        assert [line.split()[0] for line in lines()] == ["TASK2", "TOOL1", "TASK1"]
        kinds = str(screen.query_one("#agreement-kinds", Static).render())
        assert "0  same" in kinds and "1  other code" in kinds and "2  only A" in kinds
        await press(pilot, "<enter>")
        assert [line[:8] for line in lines()] == ["A TASK2 ", "B TASK1 ", "A TASK2 ", "A TASK2 "]
        assert "“You watch the sea until dawn.”" in lines()[0]
        await press(pilot, "<down><down><enter>")
        assert "only A" in str(screen.query_one("#agreement-levels", Static).render())
        assert any(line.startswith("A▌ You light the lamp") and line.endswith("▐B") for line in lines())
        await press(pilot, "n")
        assert "ad 12" in str(screen.query_one("#agreement-levels", Static).render())
        await press(pilot, "n")
        assert "There is no next one of the kind “only A”." in str(screen.query_one(".frame").border_subtitle)
        await press(pilot, "<escape><escape>")
        assert rows.row_count() == 3
        await press(pilot, "<tab>")
        assert [line.split()[0] for line in lines()] == ["1", "1", "0", "2", "1"]
        await press(pilot, "<tab>")
        assert "Keeper" in lines()[1]
        await press(pilot, "<enter>x<escape>")
        assert not isinstance(pilot.app.screen, AgreementScreen)


async def test_what_is_not_done_by_both_is_shown_only_on_request(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    code_source(study, "rosa", "11", [("TASK1", LAMP)])
    async with running(open_workspace(study, "rosa")) as (pilot, bench):
        await press(pilot, "za")
        assert "Nobody else has coded in this study yet" in bench.status.message[0]
        code_source(study, "otto", "12", [])
        await press(pilot, "za")
        await until(pilot, lambda: "no ad that you and otto have both coded" in bench.status.message[0])
        code_source(study, "otto", "11", [("TASK1", LAMP)], is_done=False)
        await press(pilot, "za")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await press(pilot, "n")
        assert pilot.app.screen is bench
        await press(pilot, "za")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await press(pilot, "y")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        assert "1 ad begun by both" in str(pilot.app.screen.query_one(".frame").border_title)
        await press(pilot, "a")
        assert "compared already" in str(pilot.app.screen.query_one(".frame").border_subtitle)


async def test_what_is_not_done_can_be_added(tmp_path: Path) -> None:
    study = coded(tmp_path)
    for coder in ("rosa", "otto"):
        code_source(study, coder, "13", [], is_done=coder == "otto", profile="2")
    async with running(open_workspace(study, "rosa")) as (pilot, _bench):
        await press(pilot, "za")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        assert "2 ads done by both" in str(pilot.app.screen.query_one(".frame").border_title)
        await press(pilot, "a")
        await until(pilot, lambda: "3 ads begun by both" in str(pilot.app.screen.query(".frame").first().border_title))


async def test_the_codebook_is_trained_from_a_disagreement(tmp_path: Path) -> None:
    study = coded(tmp_path)
    book = study.codebook_path
    async with running(open_workspace(study, "rosa")) as (pilot, _bench):
        await press(pilot, "za")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        screen = pilot.app.screen
        await press(pilot, "x")
        assert "Open a list of disagreements first" in str(screen.query_one(".frame").border_subtitle)
        await press(pilot, "<enter>x")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "1")
        assert pilot.app.screen is screen
        told = str(screen.query_one(".frame").border_subtitle)
        assert "is now TASK2, and not TASK1, in the codebook" in told
        one, other = (next(code for code in Study.open(tmp_path).codebook.codes if code.id == id_) for id_ in CODES)
        assert one.exclude == f"Not “{SEA}”, which is TASK2." and one.confused_with == ("TASK2",)
        assert other.examples == (SEA,) and other.confused_with == ("TASK1",)
        await press(pilot, "<ctrl+e>")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "1")
        await until(pilot, lambda: isinstance(pilot.app.screen, CodeForm))
        await press(pilot, "<tab>Only by night. <ctrl+s>")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert "TASK2 was changed" in str(screen.query_one(".frame").border_subtitle)
        assert "Only by night." in book.read_text("utf-8")
        await press(pilot, "<escape><tab><tab><tab>")
        rows = screen.query_one(PlainRows)
        assert [words(rows.row(number, 76))[:2] for number in range(rows.row_count())] == ["co", "7#"]


async def test_only_what_matches_is_compared_and_a_map_is_asked_for(tmp_path: Path) -> None:
    study = coded(tmp_path)
    code_source(study, "ben", "11", [("2.1", LAMP), ("2.2", SEA)], "1")
    rules = 'from = "1"\nto = "7"\n[codes]\n"2.1" = "TASK1"\n"2.2" = "TASK2"\n'
    (tmp_path / "old-to-7.toml").write_text(rules, encoding="utf-8")
    async with running(open_workspace(study, "rosa")) as (pilot, _bench):
        await press(pilot, "za2")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        await press(pilot, "/(sacks<enter>")
        assert "cannot be read" in str(pilot.app.screen.query_one(".frame").border_subtitle)
        await press(pilot, "/code:TOOL1<enter>")
        await until(pilot, lambda: "1 ad done by both · code:TOOL1" in title(pilot.app.screen))
        await press(pilot, "<escape>za1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await press(pilot, "1")
        await until(pilot, lambda: isinstance(pilot.app.screen, AgreementScreen))
        figures = str(pilot.app.screen.query_one("#agreement-figures", Static).render())
        assert "quotations F1 0.80" in figures


def title(screen: Screen[object]) -> str:
    return str(screen.query_one(".frame").border_title) if isinstance(screen, AgreementScreen) else ""

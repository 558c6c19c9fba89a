"""The list of ads, the help and the reader."""

from collections.abc import Sequence

import pytest
from invented import WORKBENCH_CSS
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown

from codetui.model import SourceEntry, SourceId
from codetui.study.session.outcome import AdStatus
from codetui.tui.dialogs.help import HelpRows, HelpScreen, KeyHelp
from codetui.tui.dialogs.source_list import AdFilter, AdListScreen, AdRows
from codetui.tui.themes import ThemedApp
from codetui.tui.widgets.reader import ReaderPane, Reading

OPEN = "still open"


def entry(id_: str, employer: str, title: str) -> SourceEntry:
    return SourceEntry(SourceId(id_), employer, title, "ads.csv", 0, 1)


ADS = (
    entry("10", "Nordlicht", "Master Baker"),
    entry("11", "Südwind", "Clerk"),
    entry("12", "Nordlicht", "Miller"),
    entry("1011", "Ostsee", "Baker of 12 breads"),
)
PROGRESS = {SourceId("11"): AdStatus("in progress", 3), SourceId("12"): AdStatus("done", 9)}


async def opened(keys: Sequence[str], current: str = "10") -> str | None:
    """Return the ad that the list opens after these keys."""
    answers: list[SourceId | None] = []
    app = ThemedApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(AdListScreen(ADS, PROGRESS, SourceId(current)), answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return answers[0] if answers else OPEN


@pytest.mark.parametrize(
    ("keys", "ad"),
    [
        (["enter"], "10"),
        (["down", "down", "enter"], "12"),
        ([*"clerk", "enter"], "11"),
        ([*"nord mill", "enter"], "12"),
        ([*"12", "enter"], "12"),
        ([*"nordlihct", "enter"], "10"),
        ([*"zzzzzz", "enter"], OPEN),
        (["escape"], None),
        (["tab", "tab", "enter"], "11"),
        (["shift+tab", "enter"], "12"),
        (["tab", *"baker", "down", "enter"], "1011"),
        ([*"done", "enter"], "12"),
        ([*"progress", "enter"], "11"),
        ([*"untouched baker", "down", "enter"], "1011"),
    ],
)
async def test_an_ad_is_found_by_words_typing_errors_and_state(keys: list[str], ad: str | None) -> None:
    assert await opened(keys) == ad


async def test_the_list_opens_at_the_ad_that_is_open() -> None:
    assert await opened(["enter"], current="12") == "12"


async def test_deleting_the_filter_stays_on_the_ad() -> None:
    assert await opened([*"clerk", *["backspace"] * 5, "enter"]) == "11"


async def test_ads_that_are_listed_later_are_found_and_the_cursor_stays() -> None:
    app = ThemedApp()
    screen = AdListScreen(ADS, PROGRESS, SourceId("12"), is_listing=True)
    async with app.run_test() as pilot:
        app.push_screen(screen)
        await pilot.pause()
        assert "listing…" in str(screen.query_one("#ads-states").render())
        screen.add_entries([entry("99", "Zeta", "Late")], is_listing=False)
        await pilot.pause()
        rows = screen.query_one(AdRows)
        assert rows.row_count() == 5
        assert rows.cursor == 2
        assert "listing…" not in str(screen.query_one("#ads-states").render())
        await pilot.press(*"late")
        assert list(rows.places) == [4]


async def test_only_the_rows_in_view_of_a_hundred_thousand_are_built() -> None:
    built: list[int] = []

    class Counted(AdRows):
        def row(self, index: int, width: int) -> object:  # type: ignore[override]
            built.append(index)
            return super().row(index, width)

    class Shown(ThemedApp):
        def compose(self) -> ComposeResult:
            yield Counted([entry(str(number), "", "") for number in range(100_000)], {})

    app = Shown()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.query_one(Counted).action_go(-1)
        await pilot.pause()
        assert 99_999 in built
        assert len(set(built)) <= 2 * 24


async def test_a_row_names_the_state_in_a_word() -> None:
    rows = AdRows(ADS, PROGRESS)
    texts = ["".join(part.text for part in rows.row(index, 80).left) for index in range(3)]
    assert texts[0].startswith("· untouched")
    assert texts[1].startswith("◐ in progress")
    assert texts[2].startswith("● done")


def test_the_filter_lists_exact_matches_before_similar_ones() -> None:
    assert list(AdFilter(ADS).places("master bkaer"))[:1] == [0]
    assert list(AdFilter(ADS).places("")) == [0, 1, 2, 3]
    assert list(AdFilter(ADS).places("11"))[:2] == [1, 3]


KEYS = (
    KeyHelp("Coding", "1–9", "codes of a section", "Open the section's codes."),
    KeyHelp("Coding", ".", "repeat", "Give the code used last."),
    KeyHelp("Ads", ") ctrl+pagedown", "next ad", "Go to the next ad."),
)


def help_text(app: App[None]) -> str:
    rows = app.screen.query_one(HelpRows)
    return "\n".join("".join(part.text for part in rows.row(n, 70).left) for n in range(rows.row_count()))


async def test_help_shows_every_key_by_group_and_filters_by_words() -> None:
    app = ThemedApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(HelpScreen(KEYS))
        await pilot.pause()
        text = help_text(app)
        assert all(part in text for row in KEYS for part in (row.group, row.words, row.help))
        await pilot.press(*"next")
        assert "next ad" in help_text(app)
        assert "repeat" not in help_text(app)
        await pilot.press(*"zzz")
        assert help_text(app) == "No key matches these words."
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)


async def test_help_scrolls_by_keys() -> None:
    app = ThemedApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(HelpScreen(KEYS * 30))
        await pilot.pause()
        rows = app.screen.query_one(HelpRows)
        await pilot.press("pagedown")
        assert rows.scroll_offset.y > 5
        await pilot.press("pageup")
        assert rows.scroll_offset.y == 0
        assert app.focused is app.screen.query_one(Input)


class Reader(ThemedApp):
    """The pane alone."""

    CSS_PATH = WORKBENCH_CSS

    def __init__(self) -> None:
        super().__init__()
        self.closed = 0

    def compose(self) -> ComposeResult:
        yield ReaderPane()

    def on_reader_pane_closed(self) -> None:
        self.closed += 1


READINGS = (
    Reading("First", "# One\n\n" + "words\n\n" * 80),
    Reading("Second", "# Two\n\n[a](http://x.invalid)"),
)


async def test_the_reader_switches_documents_and_returns_to_the_same_place() -> None:
    app = Reader()
    async with app.run_test(size=(80, 24)) as pilot:
        pane = app.query_one(ReaderPane)
        await pane.show(READINGS)
        pane.focus()
        await pilot.pause()
        await pilot.press("pagedown")
        await pilot.pause()
        left_at = app.query_one(VerticalScroll).scroll_y
        assert left_at > 0
        await pilot.press("right")
        await pilot.pause()
        assert str(pane.border_title) == "Second (2 of 2)"
        assert app.query_one(Markdown).source == READINGS[1].text
        await pilot.press("right")
        await pilot.pause()
        await pilot.pause()
        assert app.query_one(VerticalScroll).scroll_y == left_at
        await pilot.press("escape")
        await pilot.pause()
        assert app.closed == 1


async def test_ads_without_text_are_shown_as_such_and_do_not_count_as_uncoded() -> None:
    app = ThemedApp()
    screen = AdListScreen(ADS, PROGRESS, is_empty=lambda place: ADS[place].id == "1011")
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        assert "∅ no text 1" in str(screen.query_one("#ads-states").render())
        assert f"of {len(ADS) - 1} done" in str(screen.query_one("#ads-progress").render())


async def test_the_list_is_sorted_by_its_columns_and_back() -> None:
    app = ThemedApp()
    screen = AdListScreen(ADS, PROGRESS)
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        rows, orders = screen.query_one(AdRows), []
        for _ in range(6):
            await pilot.press("ctrl+t")
            await pilot.pause()
            orders.append([ADS[place] for place in rows.places])
        by_state, by_employer, by_title, _, by_id, corpus = orders
        assert rows.state(ADS.index(by_state[0])) == "untouched"
        named = [ad.employer.casefold() for ad in by_employer if ad.employer]
        assert named == sorted(named)
        titled = [ad.title.casefold() for ad in by_title if ad.title]
        assert titled == sorted(titled)
        assert [int(ad.id) for ad in by_id] == sorted(int(ad.id) for ad in ADS)
        assert corpus == list(ADS)

"""The ad's text on screen: its looks and messages; only changed rows are painted again."""

import pytest
from invented import TUI
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding
from textual.color import Color
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from codetui.core.text.turns import turns_of
from codetui.model import CodingId, Span
from codetui.tui.contrast import contrast
from codetui.tui.themes import HUES, Face, TextStyles, ThemedApp, section_colour
from codetui.tui.widgets.document_paint import CodedSpan
from codetui.tui.widgets.document_view import DocumentView

AD = """Data engineer at a harbour

   * Build pipelines in Python and SQL for the tide models, and keep them running at night
   * Talk with pilots
We offer a view.
"""
LEFT = 4
"""Cells left of the text where the keys have two characters."""


class View(DocumentView):
    """A view that records the rows that it was asked to paint."""

    def __init__(self) -> None:
        super().__init__()
        self.painted: list[int] = []

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class ViewApp(ThemedApp):
    """A view alone on the screen, which binds keys and records the view's messages."""

    CSS_PATH = TUI / "widgets/widgets.tcss"
    CSS = "View { height: 1fr; }"
    BINDINGS = [Binding(key, f"note('{key}')") for key in ("down", "end", "pagedown", "ctrl+home")]

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []
        self.clicks: list[tuple[int, int]] = []
        self.drags: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield View()

    @property
    def view(self) -> View:
        return self.query_one(View)

    def action_note(self, key: str) -> None:
        self.noted.append(key)

    def on_document_view_clicked(self, message: DocumentView.Clicked) -> None:
        self.clicks.append((message.offset, message.count))

    def on_document_view_dragged(self, message: DocumentView.Dragged) -> None:
        self.drags.append((message.start_offset, message.offset))


def coded(words: str, key: str, hue: int = 0) -> CodedSpan:
    start = AD.index(words)
    return CodedSpan(start, start + len(words), key, hue, CodingId(f"{key} {words}"))


def row_text(view: DocumentView, row: int) -> str:
    return view.render_line(row - view.top_row).text.rstrip()


def style_at(view: DocumentView, offset: int) -> Style:
    """Return the style of the first cell of a visible character."""
    layout = view.text_layout
    row = layout.row_of(offset)
    cell = view.gutter_cells + layout.cell_of(offset)
    segment = next(iter(view.render_line(row - view.top_row).crop(cell, cell + 1)))
    return segment.style or Style()


async def test_the_gutter_shows_the_key_on_the_first_row_and_a_bar_on_all() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Build pipelines in Python and SQL for the tide models", "15")])
        assert row_text(view, 2)[:LEFT] == "15┃ "
        assert row_text(view, 3)[:LEFT] == "  ┃ "
        assert row_text(view, 4)[:LEFT].strip() == ""


async def test_quotations_on_one_row_are_distinguishable() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        three = [coded("Build pipelines in", "15"), coded("Python", "2a"), coded("SQL", "2b")]
        view.set_codings(three)
        assert row_text(view, 2)[: view.gutter_cells] == "2b┃2a┃15┃ "
        view.set_codings([*three, coded("pipelines", "2c")])
        assert row_text(view, 2)[: view.gutter_cells] == "+2 2c┃15┃ "


@pytest.mark.parametrize(("width", "names"), [(46, ["Int.", "Anna", "Anna", "Anna", ""]), (90, ["Intervi.", "Anna"])])
async def test_the_speaker_of_each_row_is_in_the_margin(width: int, names: list[str]) -> None:
    words = "and then I look at the tides and call the skippers"
    text = f"Interviewer: And?\nAnna de Wit: First {words}.\n\nInterviewer: Fine.\nAnna de Wit: It is."
    async with ViewApp().run_test(size=(width, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(text, turns=turns_of(text, ()))
        cells = view.margin_cells
        assert [row_text(view, row)[:cells].strip() for row in range(len(names))] == names
        assert row_text(view, 0)[cells + view.gutter_cells :].startswith("Interviewer: And?")
        # A click is on the character that is shown there.
        await pilot.click(View, offset=(cells + view.gutter_cells + view.text_layout.cell_of(13), 0))
        assert pilot.app.clicks == [(13, 1)]


async def test_keys_of_three_characters_widen_the_gutter() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Python", "2ab")])
        assert row_text(view, 2)[: view.gutter_cells] == "2ab┃ "
        assert view.text_layout.width == 60 - 1 - 5 - 2


async def test_a_coding_tints_its_words_and_overlaps_are_underlined() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Build pipelines in Python and SQL", "15", 0), coded("Python", "2a", 1)])
        plain, outer, inner = (style_at(view, AD.index(words)) for words in ("engineer", "pipelines", "Python"))
        assert len({plain.bgcolor, outer.bgcolor, inner.bgcolor}) == 3
        assert (bool(outer.underline), bool(inner.underline)) == (False, True)


async def test_the_selection_is_translucent_and_the_implied_one_is_weaker() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("pipelines in Python", "15")])
        at, free = AD.index("Python"), AD.index("Build")
        tinted, plain = style_at(view, at), style_at(view, free)
        view.set_selection(free + 1, free + 1, implied=Span(free, at + 10))
        implied = style_at(view, free)
        view.set_selection(free, at + 10)
        over_tint, over_plain = style_at(view, at), style_at(view, free)
        grounds = {style.bgcolor for style in (tinted, plain, implied, over_tint, over_plain)}
        assert len(grounds) == 5


async def test_the_quotation_under_the_cursor_is_highlighted_in_text_and_gutter() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Talk with pilots", "31")])
        calm = style_at(view, AD.index("with")).bgcolor
        view.set_selection(AD.index("pilots"), AD.index("pilots"))
        assert style_at(view, AD.index("with")).bgcolor != calm
        assert "31▐" in row_text(view, view.text_layout.row_of(AD.index("Talk")))


async def test_the_cursor_is_on_the_last_character_of_a_forward_selection() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.focus()
        view.show(AD)
        view.set_selection(0, 4)
        styles = [style_at(view, offset) for offset in range(5)]
        assert styles[0] == styles[2] != styles[3] != styles[4]
        view.set_selection(4, 0)
        styles = [style_at(view, offset) for offset in range(5)]
        assert styles[0] != styles[1] == styles[3] != styles[4]


@pytest.mark.parametrize("offset", [len("Data engineer at a harbour"), len(AD)])
async def test_the_cursor_is_visible_on_a_line_break_and_at_the_end(offset: int) -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.focus()
        view.show(AD)
        before = style_at(view, offset)
        view.set_selection(offset, offset)
        assert style_at(view, offset) != before


async def test_jump_labels_are_chips_before_the_words_and_the_rest_is_dimmed_but_legible() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        calm = style_at(view, AD.index("harbour")).color
        view.set_labels([(AD.index("engineer"), "df"), (0, "as"), (AD.index("view."), "gh")], shade=True)
        assert row_text(view, 0)[LEFT - 1 :] == "aDatadengineer at a harbour"
        dimmed = style_at(view, AD.index("harbour"))
        assert dimmed.color and dimmed.bgcolor and dimmed.color != calm
        assert contrast(Color.from_rich_color(dimmed.color), Color.from_rich_color(dimmed.bgcolor)) >= 4.5
        view.set_labels([], shade=False)
        assert row_text(view, 0)[LEFT:] == "Data engineer at a harbour"


async def test_matches_are_highlighted_and_nothing_else() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        match = Span(AD.index("pipelines"), AD.index("pipelines") + 4)
        view.set_matches([Span(0, 4), match])
        plain = style_at(view, match.end).bgcolor
        assert {style_at(view, offset).bgcolor for offset in range(*match)} != {plain}
        assert style_at(view, match.start - 1).bgcolor == plain


async def test_without_colours_attributes_and_keys_show_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Build pipelines in Python", "15", 0), coded("Python", "2a", 1)])
        sql = AD.index("SQL")
        view.set_selection(sql, sql + 3)
        assert style_at(view, AD.index("pipelines")).underline
        assert style_at(view, AD.index("Python")).italic
        assert style_at(view, sql).reverse
        assert not style_at(view, AD.index("tide")).underline
        view.set_selection(0, 0, implied=Span(0, 4))
        assert style_at(view, 2).bold
        assert "2a┃15┃" in row_text(view, 2)


async def test_no_raw_control_characters_reach_the_terminal() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show("red \x1b[31m\x00\x07 flip\u202e \u2028end\ttab")
        assert row_text(view, 0)[LEFT:] == "red ·[31m·· flip· ·end    tab"


async def test_an_empty_ad_shows_its_cursor() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.focus()
        view.show("")
        view.set_selection(0, 0)
        assert view.text_layout.rows == 1
        assert row_text(view, 0) == ""


async def test_a_cursor_step_paints_one_row() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD * 50)
        view.set_selection(40, 40)
        await pilot.pause()
        view.painted.clear()
        view.set_selection(41, 41)
        await pilot.pause()
        assert view.painted == [view.text_layout.row_of(41)]


async def test_one_more_coding_paints_only_its_rows() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Data engineer", "15")])
        await pilot.pause()
        view.painted.clear()
        view.set_codings([coded("Data engineer", "15"), coded("Talk with pilots", "31")])
        await pilot.pause()
        assert view.painted == [view.text_layout.row_of(AD.index("Talk"))]


async def test_selecting_all_of_a_long_text_paints_only_the_visible_rows() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD * 500)
        await pilot.pause()
        view.painted.clear()
        view.set_selection(0, len(AD) * 500)
        await pilot.pause()
        assert sorted(view.painted) == list(range(12))


async def test_another_theme_paints_other_colours() -> None:
    async with ViewApp().run_test(size=(60, 12)) as pilot:
        view = pilot.app.query_one(View)
        view.show(AD)
        view.set_codings([coded("Data", "15")])
        dark = style_at(view, 1)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert style_at(view, 1).bgcolor != dark.bgcolor


async def test_keys_are_handled_by_the_screen() -> None:
    app = ViewApp()
    async with app.run_test(size=(60, 6)) as pilot:
        app.view.focus()
        app.view.show(AD * 5)
        await pilot.press("down", "end", "pagedown", "ctrl+home")
        assert app.noted == ["down", "end", "pagedown", "ctrl+home"]
        assert app.view.top_row == 0


async def test_another_width_keeps_the_text_at_the_top() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 8)) as pilot:
        text = AD * 20
        app.view.show(text, top=700)
        await pilot.pause()
        first = app.view.text_layout.full_span(app.view.top_row).start
        assert app.view.text_layout.row_of(700) == app.view.top_row
        await pilot.resize_terminal(40, 8)
        assert app.view.text_layout.row_of(700) == app.view.top_row
        await pilot.resize_terminal(80, 8)
        assert app.view.text_layout.full_span(app.view.top_row).start == first
        assert app.view.top_offset == 700


async def test_a_text_shown_before_the_first_layout_has_the_requested_scroll_position() -> None:
    class Early(ViewApp):
        def on_mount(self) -> None:
            self.view.show(AD * 20, top=900, selection=(905, 905))

    app = Early()
    async with app.run_test(size=(60, 8)) as pilot:
        await pilot.pause()
        assert app.view.text_layout.row_of(900) == app.view.top_row > 0


async def test_clicks_report_the_character_and_their_count() -> None:
    app = ViewApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.show(AD)
        await pilot.pause()
        assert await pilot.triple_click(View, offset=(LEFT + 5, 0))
        assert app.clicks == [(5, 1), (5, 2), (5, 3)]
        await pilot.click(View, offset=(1, 4))
        assert app.clicks[-1][0] == app.view.text_layout.full_span(4).start


async def test_a_drag_reports_both_ends_and_is_not_a_click() -> None:
    app = ViewApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.show(AD)
        await pilot.pause()
        await pilot.mouse_down(View, offset=(LEFT + 5, 0))
        await pilot.hover(View, offset=(LEFT + 7, 0))
        await pilot.hover(View, offset=(LEFT + 2, 0))
        await pilot.mouse_up(View, offset=(LEFT + 2, 0))
        await pilot.hover(View, offset=(LEFT + 9, 0))
        assert app.drags == [(5, 7), (5, 2)]
        assert app.clicks == []


async def test_a_drag_to_the_edge_scrolls() -> None:
    class Half(ViewApp):
        CSS_PATH = TUI / "widgets/widgets.tcss"
        CSS = "View { height: 6; }"

    app = Half()
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.show(AD * 20)
        await pilot.pause()
        await pilot.mouse_down(View, offset=(LEFT + 5, 0))
        await pilot.hover(None, offset=(LEFT + 5, 8))
        while app.view.top_row < 20:
            await pilot.pause(0.05)
        await pilot.mouse_up(None, offset=(LEFT + 5, 8))
        stopped = app.view.top_row
        last_row = app.view.text_layout.row_of(app.drags[-1][1])
        await pilot.pause(0.2)
        assert app.view.top_row == stopped
        assert app.drags[0][0] == 5
        assert last_row >= 20


async def test_themes_have_the_section_colours_as_variables() -> None:
    async with ViewApp().run_test() as pilot:
        theme = pilot.app.current_theme
        assert pilot.app.theme_variables["section-2"] == section_colour(theme, 1)
        assert section_colour(theme, HUES) == section_colour(theme, 0)


def test_ansi_themes_use_the_colours_of_the_terminal() -> None:
    theme = BUILTIN_THEMES["ansi-dark"]
    palette = TextStyles(theme, Color.parse("ansi_black"), Color.parse("ansi_bright_white"))
    style = palette.text(Face(hue=0))
    assert style.color is not None and style.color.is_system_defined
    assert style.bgcolor is not None and style.bgcolor.is_system_defined


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
@pytest.mark.parametrize("has_colour", [False, True])
def test_jump_labels_are_distinct_from_each_other_and_from_the_selection(theme: str, has_colour: bool) -> None:
    generated = BUILTIN_THEMES[theme].to_color_system().generate()
    ground, ink = (Color.parse(generated[name]) for name in ("background", "foreground"))
    palette = TextStyles(BUILTIN_THEMES[theme], ground, ink, has_colour=has_colour)
    looks = [palette.label(is_last=True), palette.label(is_last=False)]
    looks += [palette.text(Face(is_selected=is_selected, is_shaded=True)) for is_selected in (False, True)]
    assert len({str(look) if has_colour else signs(look) for look in looks}) == 4


def signs(style: Style) -> str:
    """Return a style without its colours."""
    return f"{style.bold} {style.reverse} {style.underline} {style.dim}"


async def test_a_label_with_one_letter_left_is_brighter_than_one_with_two() -> None:
    app = ViewApp()
    async with app.run_test(size=(40, 8)) as pilot:
        app.view.show("a b c")
        app.view.set_labels([(0, "zl"), (2, "v")], shade=True)
        await pilot.pause()
        cells = [(letter, segment.style) for segment in app.view.render_line(0) for letter in segment.text]
        (z, more), (a, _), (v, last) = cells[LEFT - 1 : LEFT + 2]
        assert (z, a, v) == ("z", "a", "v")
        assert more != last


async def test_the_scroll_bar_is_dragged_and_pressed_beside_its_thumb_without_a_click_on_the_text() -> None:
    app = ViewApp()
    async with app.run_test(size=(60, 12)) as pilot:
        app.view.show(AD * 20)
        await pilot.pause()
        rows = app.view.text_layout.rows
        await pilot.mouse_down(View, offset=(59, 0))
        await pilot.hover(View, offset=(57, 6))
        assert app.view.top_row == round(6 * rows / 12)
        await pilot.mouse_up(View, offset=(57, 6))
        await pilot.hover(View, offset=(57, 0))
        assert app.view.top_row == round(6 * rows / 12)
        await pilot.click(View, offset=(59, 0))
        assert app.view.top_row == round(6 * rows / 12) - 12
        await pilot.click(View, offset=(59, 11))
        assert app.view.top_row == round(6 * rows / 12)
        assert app.clicks == [] == app.drags


async def test_the_scroll_bar_shows_the_part_in_view() -> None:
    app = ViewApp()
    async with app.run_test(size=(60, 10)) as pilot:
        app.view.show("words\n" * 20)
        await pilot.pause()
        thumb = [list(app.view.render_line(y))[-1].style.reverse for y in range(10)]
        assert thumb == [True] * 5 + [None] * 5

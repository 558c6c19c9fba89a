"""The codebook tree, the code panel, the status line, the search line."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from invented import BOOK, WORKBENCH_CSS, coding, note, state
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from codetui.core.session.state import State
from codetui.model import CodeId
from codetui.tui.themes import ThemedApp
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.widgets.codebook_tree import (
    CodebookTree,
    CodeNode,
    CodingNode,
    GroupNode,
    NoteNode,
    ProfileNode,
    SectionNode,
)
from codetui.tui.widgets.rows import brief, brief_middle, shown, wrap
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.widgets.status_line import CodeMark, StatusFacts, StatusLine
from testing.keys import status_rows


class Bench(ThemedApp):
    """All widgets at once, and their messages."""

    CSS_PATH = WORKBENCH_CSS

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []

    def compose(self) -> ComposeResult:
        tree = CodebookTree()
        tree.styles.height = "1fr"
        yield tree
        yield SearchLine()
        yield StatusLine()
        yield CodePanel()

    @property
    def tree(self) -> CodebookTree:
        return self.query_one(CodebookTree)

    @property
    def panel(self) -> CodePanel:
        return self.query_one(CodePanel)

    def on_event_of_interest(self, message: Message) -> None:
        self.messages.append(message)

    on_codebook_tree_node_highlighted = on_codebook_tree_node_selected = on_event_of_interest
    on_code_panel_assigned = on_event_of_interest


def rows(tree: CodebookTree) -> list[str]:
    """Return the visible text of the rows, without blanks at both ends."""
    lines = []
    for index in range(tree.row_count()):
        row = tree.row(index, 60)
        lines.append(" ".join("".join(part.text for part in (*row.left, *row.right)).split()))
    return lines


def show(app: Bench, session: State) -> CodebookTree:
    app.tree.show(BOOK, session)
    app.tree.focus()
    return app.tree


def open_panel(app: Bench, words: str = "knead dough") -> None:
    section = BOOK.sections[0]
    codes = [code for code in BOOK.codes if code.section == section.id]
    app.panel.open(BOOK, section, codes, {CodeId("W1"): 2}, words)


def lines_of(widget: StatusLine) -> list[str]:
    return status_rows(widget).split("\n")


async def test_the_tree_is_the_outline_of_the_document() -> None:
    app = Bench()
    notes = (note(9, "group", "hand", "nothing by hand"), note(2, "entry", "T1", "implied"))
    session = state(
        coding(1, "W1", "knead\n  dough", "at night"), coding(3, "T1", "deck oven"), notes=notes, profile="2"
    )
    async with app.run_test(size=(80, 24)):
        tree = show(app, session)
        assert rows(tree) == [
            "Clerk",
            "no reasoning yet",
            "",
            "▾ 1 Work1",
            "13 W3: Selling",
            "▾ By hand1",
            "(nothing by hand)",
            "▾ 11 W1: Kneading1",
            "“knead dough” (at night)",
            "12 W2: Baking",
            "▾ 2 Tools1",
            "▾ 21 T1: Ovens1",
            "(implied)",
            "“deck oven”",
        ]


async def test_a_tree_without_profile_shows_the_key() -> None:
    app = Bench()
    async with app.run_test():
        assert rows(show(app, state()))[0] == "no profile yet: press p"


async def test_words_without_a_place_and_unknown_codes_are_shown() -> None:
    app = Bench()
    session = state(
        coding(1, "W1", "lost", has_place=False),
        coding(2, "OLD", "kept"),
        notes=(note(3, "group", "gone", "a remark"),),
    )
    async with app.run_test():
        shown_rows = rows(show(app, session))
        assert "? “lost”" in shown_rows
        at = shown_rows.index("▾ not in the codebook1")
        assert shown_rows[at + 1 :] == ["▾ gone", "(a remark)", "▾ OLD1", "“kept”"]


async def test_reasoning_is_wrapped_and_cut_until_it_is_unfolded() -> None:
    app = Bench()
    async with app.run_test(size=(40, 24)) as pilot:
        tree = show(app, state(profile="1", reasoning="many words " * 40))
        await pilot.pause()
        folded = rows(tree)
        assert folded[:1] == ["▸ Baker"]
        assert folded[3].endswith("…")
        assert folded[4] == ""
        await pilot.press("right")
        assert rows(tree)[0] == "▾ Baker"
        assert len(rows(tree)) > len(folded)


async def test_cursor_and_folding_survive_an_update() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        tree = show(app, state(coding(1, "W1", "one"), coding(2, "T1", "oven")))
        tree.reveal(coding(1, "", "").id)
        await pilot.press("left", "left")
        assert tree.current == CodeNode(CodeId("W1"))
        assert "“one”" not in rows(tree)
        tree.refresh_state(state(coding(1, "W1", "one"), coding(3, "W3", "sell"), coding(2, "T1", "oven")))
        assert tree.current == CodeNode(CodeId("W1"))
        assert "“one”" not in rows(tree)
        assert "“sell”" in rows(tree)


async def test_after_a_removal_the_cursor_is_on_the_next_node() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        tree = show(app, state(coding(1, "W1", "one"), coding(2, "W1", "two")))
        tree.reveal(coding(1, "", "").id)
        await pilot.pause()
        tree.refresh_state(state(coding(2, "W1", "two")))
        await pilot.pause()
        assert tree.current == CodingNode(coding(2, "", "").id)
        assert [message.node for message in app.messages] == [tree.current]


async def test_reveal_unfolds_the_parents_of_a_quotation_without_a_message() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        tree = show(app, state(coding(1, "W1", "one")))
        await pilot.press("down", "left")
        assert tree.current == SectionNode("work")
        assert "“one”" not in rows(tree)
        await pilot.pause()
        app.messages.clear()
        tree.reveal(coding(1, "", "").id)
        await pilot.pause()
        assert tree.current == CodingNode(coding(1, "", "").id)
        assert "“one”" in rows(tree)
        assert app.messages == []


async def test_arrows_and_enter_post_the_node() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        tree = show(app, state(notes=(note(1, "group", "hand", "a note"),)))
        assert tree.current == ProfileNode()
        await pilot.press("down", "down", "down", "down", "enter")
        nodes = [message.node for message in app.messages]
        assert nodes[-1] == NoteNode(note(1, "group", "", "").id)
        assert nodes[:3] == [SectionNode("work"), CodeNode(CodeId("W3")), GroupNode("hand")]
        assert isinstance(app.messages[-1], CodebookTree.NodeSelected)


async def test_left_moves_to_the_parent_of_a_quotation_and_right_back() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        tree = show(app, state(coding(1, "W1", "one")))
        tree.reveal(coding(1, "", "").id)
        await pilot.press("left")
        assert tree.current == CodeNode(CodeId("W1"))
        await pilot.press("right")
        assert tree.current == CodingNode(coding(1, "", "").id)


async def test_an_update_far_above_does_not_move_the_visible_row() -> None:
    app = Bench()
    many = [coding(number, "T1", f"oven {number}") for number in range(2, 60)]
    async with app.run_test(size=(80, 24)) as pilot:
        tree = show(app, state(*many))
        tree.reveal(many[-1].id)
        await pilot.pause()
        before = tree.cursor - tree.scroll_offset.y
        tree.refresh_state(state(coding(1, "W1", "one"), *many))
        await pilot.pause()
        assert tree.current == CodingNode(many[-1].id)
        assert tree.cursor - tree.scroll_offset.y == before


async def test_a_removed_coding_is_not_shown() -> None:
    app = Bench()
    gone = replace(coding(1, "W1", "one"), is_removed=True)
    async with app.run_test():
        tree = show(app, State(codings=MappingProxyType({gone.id: gone})))
        tree.reveal(gone.id)
        assert "“one”" not in rows(tree)
        assert tree.current == ProfileNode()


# --- the panel of a section's codes -----------------------------------------------------------------


async def test_the_key_of_a_code_chooses_it_and_closes_the_panel() -> None:
    app = Bench()
    async with app.run_test():
        open_panel(app)
        assert app.panel.press("2", "2") == "W2"
        assert not app.panel.is_open


async def test_a_key_without_a_code_is_refused_and_the_panel_stays_open() -> None:
    app = Bench()
    async with app.run_test():
        open_panel(app)
        assert app.panel.press("x", "x") is None
        assert app.panel.is_open
        words = str(app.panel.query_one("#panel-words").render())
        assert words == "No code has the key x: press one of 1 2 3, or Esc."


async def test_arrows_and_enter_choose_in_the_panel() -> None:
    app = Bench()
    async with app.run_test():
        open_panel(app)
        assert [app.panel.press(key, None) for key in ("down", "down", "enter")] == [None, None, "W3"]


async def test_escape_closes_the_panel_without_a_code() -> None:
    app = Bench()
    async with app.run_test():
        open_panel(app)
        assert app.panel.press("escape", "\x1b") is None
        assert not app.panel.is_open


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_panel_is_at_the_bottom_right_above_the_status_line(size: tuple[int, int]) -> None:
    app = Bench()
    async with app.run_test(size=size) as pilot:
        open_panel(app)
        await pilot.pause()
        region = app.panel.region
        assert (region.right, region.bottom) == (size[0], size[1] - 3)


async def test_the_panel_shortens_long_words_in_the_middle() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        open_panel(app, "begin " + "word " * 9000 + "finish")
        await pilot.pause()
        words = str(app.panel.query_one("#panel-words").render())
        assert words.startswith("“begin word")
        assert words.endswith("word finish”")
        assert len(words) <= 76


# --- the status line ------------------------------------------------------------------------------------

FACTS = StatusFacts(3, 68, "rosa", "Master Baker", True, True, share=62)


async def status_of(pilot: Pilot[None], facts: StatusFacts) -> list[str]:
    status = pilot.app.query_one(StatusLine)
    status.show_facts(facts)
    await pilot.pause()
    return lines_of(status)


async def test_the_status_line_shows_ad_coder_profile_and_saving() -> None:
    async with Bench().run_test(size=(100, 24)) as pilot:
        _, facts = await status_of(pilot, FACTS)
        assert facts.startswith("ad 3 of 68 · 62% read · Master Baker · coder rosa")
        assert facts.endswith("● done · saved")


@pytest.mark.parametrize("width", [30, 40, 60, 80])
async def test_the_status_line_drops_the_least_important_facts_and_keeps_unsaved_work(width: int) -> None:
    async with Bench().run_test(size=(width, 24)) as pilot:
        unsaved = StatusFacts(3, 68, "rosa", "Master Baker", False, share=7)
        _, facts = await status_of(pilot, unsaved)
        assert "3 of" in facts
        assert facts.endswith("NOT SAVED")
        assert ("coder rosa" in facts) == (width >= 80)


async def test_a_long_refusal_uses_both_rows_so_that_its_remedy_is_visible() -> None:
    async with Bench().run_test(size=(80, 24)) as pilot:
        status = pilot.app.query_one(StatusLine)
        status.show_message(
            "This ad cannot be done: it has no profile.\nPress p to choose one, P to reason.", "refusal"
        )
        await pilot.pause()
        text = " ".join(lines_of(status))
        assert text.startswith("! This ad")
        assert text.endswith("P to reason.")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("words", [5, 12, 30, 90])
async def test_a_message_of_any_length_leaves_the_keys_of_the_codes_visible(width: int, words: int) -> None:
    async with Bench().run_test(size=(width, 24)) as pilot:
        status = pilot.app.query_one(StatusLine)
        status.show_facts(StatusFacts(3, 68, "rosa", "Master Baker", False))
        status.show_codes([CodeMark("4x", "W1: Kneading"), CodeMark("4y", "W2: Baking of bread")])
        message = " ".join(f"dough{number}" for number in range(words))
        status.show_message(message)
        await pilot.pause()
        first, second = lines_of(status)
        assert "4x" in second and "4y" in second
        assert second.rstrip().endswith("NOT SAVED")
        assert first.startswith("dough0") and max(len(first), len(second)) <= width - 2
        if len(message) + 8 <= width:
            assert first == message and "3 of 68" in second


async def test_codes_under_the_cursor_are_shown_completely_or_by_their_keys() -> None:
    async with Bench().run_test(size=(80, 24)) as pilot:
        status = pilot.app.query_one(StatusLine)
        status.show_codes([CodeMark("11", "W1: Kneading"), CodeMark("12", "W2: Baking")])
        await pilot.pause()
        assert lines_of(status)[1].endswith("11 W1: Kneading · 12 W2: Baking · saved")
        status.show_message("Coded “knead dough for the morning and for the evening” as 11. " * 2)
        await pilot.pause()
        assert lines_of(status)[1].split()[-4:] == ["as", "11.", "11", "12"]


async def test_listing_shows_a_count_and_a_bar_until_it_ends() -> None:
    async with Bench().run_test(size=(80, 24)) as pilot:
        status = pilot.app.query_one(StatusLine)
        status.show_listing(12000, 0.5)
        await pilot.pause()
        assert "listing 12,000… ━━━━────" in lines_of(status)[1]
        status.show_listing(None)
        await pilot.pause()
        assert "listing" not in lines_of(status)[1]


# --- the search line --------------------------------------------------------------------------------------


class Asked:
    """Records the requests of the search line."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def search(self, query: str) -> None:
        self.asked.append(query)

    def next_match(self, direction: int) -> None:
        self.asked.append("next" if direction > 0 else "previous")

    def end_search(self, *, is_taken: bool) -> None:
        self.asked.append("taken" if is_taken else "cancelled")


async def test_the_search_line_passes_typed_text_and_moves() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        line = app.query_one(SearchLine)
        line.searcher = searcher = Asked()
        line.open()
        await pilot.press("o", "v", "down", "up", "enter", "escape")
        assert searcher.asked == ["o", "ov", "next", "previous", "taken", "cancelled"]
        line.show_found(2, 7)
        assert str(line.query_one("#search-found").render()) == "2 of 7"
        line.show_found(0, 0)
        assert str(line.query_one("#search-found").render()) == "not in this ad"


async def test_the_search_line_is_above_the_status_line() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(SearchLine).open()
        await pilot.pause()
        assert app.query_one(SearchLine).region.bottom == app.query_one(StatusLine).region.y == 21
        assert app.focused is app.query_one(Input)


async def test_an_opened_search_line_selects_the_last_query() -> None:
    app = Bench()
    async with app.run_test() as pilot:
        line = app.query_one(SearchLine)
        line.searcher = Asked()
        line.open("oven")
        await pilot.press("x")
        assert line.query_one(Input).value == "x"


# --- text in cells ------------------------------------------------------------------------------------------


def test_text_is_shown_on_one_line_without_control_characters() -> None:
    assert shown("a\n\tb\x1b[31m\u202e\udc80c") == "a b·[31m··c"


@pytest.mark.parametrize("width", [1, 7, 8, 20])
@pytest.mark.parametrize("text", ["日本語のテキストです、はい", "plain words here and there", "e\u0301" * 30])
def test_a_cut_text_fits(text: str, width: int) -> None:
    assert cell_len(brief(text, width)) <= width
    assert cell_len(brief_middle(text, width)) <= width
    assert all(cell_len(line) <= max(width, 2) for line in wrap(text, max(width, 2)))


def test_wrapping_loses_no_word() -> None:
    text = "many words of various lengths " * 5
    assert " ".join(wrap(text, 17)).split() == text.split()

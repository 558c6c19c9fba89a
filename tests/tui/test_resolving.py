"""Unresolved quotations, resolved by keys: what is offered, what is accepted, and the resulting files."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input

from codetui.core.anchors.anchor import anchor_at
from codetui.model import (
    CodeId,
    CodingAdded,
    CodingId,
    SessionOpened,
    SourceId,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.study.workspace import Workspace
from codetui.tui.dialogs.help import DefinitionDialog
from codetui.tui.dialogs.text import NoteDialog
from codetui.tui.dialogs.unresolved import UnresolvedDialog
from codetui.tui.themes import Face, TextStyles
from codetui.tui.widgets.codebook_tree import CodingNode
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, status_rows, workspace_on, write_ad

AD = "You light the lamp. We need Python. You light the lamp. You watch the sea until dawn. Python is a snake."
LAMPS = [Span(0, 18), Span(36, 54)]
SEA = Span(AD.index("watch the sea"), AD.index(" until"))
SETTLED = "Every quotation is located."


class Quoted(NamedTuple):
    """A coding as in its log: proposed if it has a place."""

    code: str
    words: str
    place: Span | None = None
    is_proposed: bool = True


LAMP = Quoted("TASK1", "You light the lamp")
WATCH = Quoted("TASK2", "wattch the sea", SEA)
LOST = Quoted("TASK1", "a quilt of zigzags")


def unresolved_in(folder: Path, *quoted: Quoted, text: str = AD) -> Workspace:
    """Return a session on an ad with these quotations, whose ids are c0, c1 and so on."""
    write_ad(folder, text)
    digest = text_hash(text)
    events = [
        CodingAdded(
            coding=CodingId(f"c{number}"),
            code=CodeId(one.code),
            anchor=anchor_at(text, one.place, digest) if one.place else None,
            words=one.words,
            rank=number + 1,
            is_proposed=one.is_proposed and one.place is not None,
        )
        for number, one in enumerate(quoted)
    ]
    opened = SessionOpened(source=SourceId("1"), employer="acme", title="", text_hash=digest)
    log = Journal(SessionPaths(folder / "sessions", "rosa").log(SourceId("1")))
    log.append(
        Transaction(id=TransactionId("t0"), seq=1, time="2026-01-01T00:00:00Z", coder="rosa", events=(opened, *events))
    )
    return workspace_on(folder)


def place_of(bench: WorkbenchScreen, number: int) -> Span | None:
    """Return the resolved place of a coding."""
    coding = bench.state.codings[CodingId(f"c{number}")]
    settled = coding.anchor is not None and not coding.is_proposed and not coding.is_removed
    return Span(coding.anchor.start, coding.anchor.end) if settled and coding.anchor else None


def message_of(bench: WorkbenchScreen) -> str:
    return bench.status.message[0]


async def test_opening_an_ad_reports_unresolved_quotations(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH, LOST)) as (_, bench):
        assert "3 quotations could not be located (v)" in message_of(bench)


async def test_opening_an_ad_without_unresolved_quotations_reports_none(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, Quoted("TASK1", "Python", Span(28, 34), False))) as (pilot, bench):
        assert "place" not in message_of(bench)
        await press(pilot, "v")
        assert message_of(bench) == SETTLED
        await press(pilot, "V")
        assert pilot.app.screen is bench


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ("v<enter>", LAMPS[0]),
        ("vv<enter>", LAMPS[1]),
        ("vvv<enter>", LAMPS[0]),
        ("vV<enter>", LAMPS[1]),
        ("vw<enter>", Span(4, 9)),
        ("v<right><right><enter><enter>", LAMPS[0]),
        ("v<home><enter>", None),
        ("vv<escape><enter>", None),
        ("v]w<enter>", Span(0, 22)),
    ],
)
async def test_words_that_occur_twice_get_the_selected_place(tmp_path: Path, keys: str, place: Span | None) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, keys)
        assert place_of(bench, 0) == place
        assert (message_of(bench) == SETTLED) == (place is not None)


async def test_each_candidate_is_selected_with_its_number_and_the_keys(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v")
        assert bench.selector.selection.span == LAMPS[0]
        assert message_of(bench) == (
            "1 of 1 · TASK1 “You light the lamp” occurs 2 times; showing 1 of 2: "
            "v next place · Enter this one · x remove · Esc cancel"
        )
        assert bench.outline.current == CodingNode(CodingId("c0"))
        await press(pilot, "v")
        assert bench.selector.selection.span == LAMPS[1]
        assert "showing 2 of 2: v next · Enter" in message_of(bench)


async def test_moving_the_cursor_to_another_candidate_offers_it_before_it_is_accepted(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v<home>" + "<right>" * 40 + "<enter>")
        assert place_of(bench, 0) is None
        assert "showing 2 of 2" in message_of(bench)
        await press(pilot, "<enter>")
        assert place_of(bench, 0) == LAMPS[1]


async def test_the_next_unresolved_quotation_is_offered_at_once_and_the_end_is_reported(tmp_path: Path) -> None:
    workspace = unresolved_in(tmp_path, LAMP, WATCH, LOST)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "v<enter>")
        assert message_of(bench).startswith("1 of 2 · TASK2 “wattch the sea” is 9")
        assert bench.selector.selection.span == SEA
        await press(pilot, "<enter>")
        assert message_of(bench).startswith(
            "1 of 1 · TASK1 “a quilt of zigzags” is not in the ad: select its words, then Enter"
        )
        await press(pilot, "<enter>")
        assert bench.status.message[1] == "refusal"
        assert place_of(bench, 2) is None
        await press(pilot, "<ctrl+home>s<enter>")
        assert message_of(bench) == SETTLED
        assert [place_of(bench, number) for number in range(3)] == [LAMPS[0], SEA, Span(20, 35)]
    async with running(workspace_on(tmp_path)) as (_, bench):
        assert [place_of(bench, number) for number in range(3)] == [LAMPS[0], SEA, Span(20, 35)]


async def test_v_cycles_through_unresolved_quotations(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH, LOST)) as (pilot, bench):
        heads = []
        for key in "vvvvvVVV":
            await press(pilot, key)
            heads.append(message_of(bench)[:4].strip())
        assert heads == ["1 of", "1 of", "2 of", "3 of", "1 of", "3 of", "2 of", "1 of"]


async def test_an_accepted_place_keeps_the_words_as_they_were_written(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, WATCH)) as (pilot, bench):
        await press(pilot, "v<enter>")
        coding = bench.state.codings[CodingId("c0")]
        assert (coding.words, coding.is_proposed) == ("wattch the sea", False)


@pytest.mark.parametrize("keys", ["vb]w<enter>", "v]w<enter>"])
async def test_a_proposed_place_can_have_other_boundaries(tmp_path: Path, keys: str) -> None:
    async with running(unresolved_in(tmp_path, WATCH)) as (pilot, bench):
        await press(pilot, keys)
        assert place_of(bench, 0) == Span(SEA.start, SEA.end + len(" until"))
        assert bench.state.codings[CodingId("c0")].words == "watch the sea until"


async def test_b_explains_how_to_move_the_edges_and_keeps_the_quotation(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, WATCH, LOST)) as (pilot, bench):
        await press(pilot, "vb")
        assert message_of(bench).startswith("Move its edges")
        assert place_of(bench, 0) is None
        await press(pilot, "<escape>vvb")
        assert bench.status.message[1] == "refusal"


async def test_x_removes_the_quotation_and_undo_restores_it(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        await press(pilot, "vx")
        assert bench.state.codings[CodingId("c0")].is_removed
        assert message_of(bench).startswith("1 of 1 · TASK2")
        await press(pilot, "u")
        assert "Undone" in message_of(bench)
        assert not bench.state.codings[CodingId("c0")].is_removed
        await press(pilot, "vV")
        assert message_of(bench).startswith("1 of 2 · TASK1")


async def test_resolving_is_one_step_of_undo(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        await press(pilot, "v<enter><enter>")
        assert message_of(bench) == SETTLED
        await press(pilot, "u")
        assert (place_of(bench, 0), place_of(bench, 1)) == (LAMPS[0], None)
        await press(pilot, "u")
        assert place_of(bench, 0) is None


async def test_escape_leaves_the_unresolved_quotation_and_v_returns_to_it(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH, LOST)) as (pilot, bench):
        await press(pilot, "vvv<escape>")
        assert message_of(bench) == "Nothing was changed. 3 quotations could not be located (v)"
        assert bench.resolver.current is None
        await press(pilot, "v")
        assert message_of(bench).startswith("2 of 3 · TASK2")


async def test_after_escape_keys_have_their_usual_meaning(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v<escape>x")
        assert bench.status.message[1] == "refusal"
        await press(pilot, "<enter>")
        assert pilot.app.screen is not bench


async def test_assigning_a_code_ends_the_resolving(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v12")
        assert [(coding.code, coding.words) for coding in bench.state.live()][1:] == [("TASK2", "You light the lamp")]
        assert bench.resolver.current is None
        assert place_of(bench, 0) is None


@pytest.mark.parametrize("keys", ["v/sea until<enter><enter>", "v/sea until<enter>+<enter>"])
async def test_a_search_finds_the_words_of_an_orphan(tmp_path: Path, keys: str) -> None:
    async with running(unresolved_in(tmp_path, LOST)) as (pilot, bench):
        await press(pilot, keys)
        place = place_of(bench, 0)
        assert place is not None
        assert "sea until" in AD[slice(*place)]


async def test_the_place_nearest_to_an_orphan_is_accepted_only_when_selected(tmp_path: Path) -> None:
    words = "You watch the stars until dawn"
    async with running(unresolved_in(tmp_path, Quoted("TASK1", words))) as (pilot, bench):
        await press(pilot, "v")
        assert "is not in the ad: select its words, then Enter · v the most similar words (93 %)" in message_of(bench)
        assert not bench.selector.selection.is_explicit
        await press(pilot, "<enter>")
        assert place_of(bench, 0) is None
        await press(pilot, "v<enter>")
        place = place_of(bench, 0)
        assert place is not None
        assert AD[slice(*place)] == "You watch the sea until dawn"


async def test_an_earlier_selection_is_not_accepted_for_an_orphan(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, LOST)) as (pilot, bench):
        await press(pilot, "v<enter><enter>")
        assert place_of(bench, 1) is None
        assert bench.status.message[1] == "refusal"


async def test_a_place_is_offered_to_only_one_of_two_quotations_of_a_code(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, LAMP, LAMP)) as (pilot, bench):
        await press(pilot, "v<enter>")
        assert "occurs 2 times, elsewhere with this code" in message_of(bench)
        await press(pilot, "<enter>")
        assert [place_of(bench, 0), place_of(bench, 1)] == LAMPS
        assert "already has this code everywhere: x remove" in message_of(bench)
        await press(pilot, "x")
        assert message_of(bench).startswith("Removed") and message_of(bench).endswith(SETTLED)


async def test_definition_note_and_recoding_apply_to_the_unresolved_quotation(tmp_path: Path) -> None:
    other = Quoted("TECH1", "light the lamp", Span(4, 18), False)
    async with running(unresolved_in(tmp_path, LAMP, other)) as (pilot, bench):
        await press(pilot, "vi")
        assert isinstance(pilot.app.screen, DefinitionDialog)
        await press(pilot, "<escape>n")
        assert isinstance(pilot.app.screen, NoteDialog)
        await press(pilot, "doubtful<enter>")
        assert bench.state.codings[CodingId("c0")].note == "doubtful"
        await press(pilot, "r12")
        assert bench.state.codings[CodingId("c0")].code == "TASK2"
        await press(pilot, "v<enter>")
        assert place_of(bench, 0) == LAMPS[0]


async def test_a_pending_recoding_handles_enter_and_escape(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "vr<escape>")
        assert (bench.assigner.recoding, bench.resolver.current) == (None, None)
        await press(pilot, "vr<enter>")
        assert pilot.app.screen.query_one(Input) is not None
        assert place_of(bench, 0) is None


async def test_v_ends_the_moving_of_a_boundary(tmp_path: Path) -> None:
    settled = Quoted("TECH1", "Python", Span(28, 34), False)
    async with running(unresolved_in(tmp_path, LAMP, settled)) as (pilot, bench):
        bench.select(Span(28, 34))
        await press(pilot, "b")
        assert bench.assigner.bounding == "c1"
        await press(pilot, "v<enter>")
        assert (place_of(bench, 0), place_of(bench, 1)) == (LAMPS[0], Span(28, 34))
        assert bench.assigner.bounding is None


async def test_the_list_shows_all_unresolved_quotations_and_enter_opens_one(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH, LOST)) as (pilot, bench):
        await press(pilot, "V")
        screen = pilot.app.screen
        assert isinstance(screen, UnresolvedDialog)
        rows = [" ".join("".join(part.text for part in (*row.left, *row.right)).split()) for row in screen.rows]
        assert rows[0] == "11 TASK1 “You light the lamp”2 places"
        assert rows[1].startswith("12 TASK2 “wattch the sea”9")
        assert rows[2] == "11 TASK1 “a quilt of zigzags”not in the ad"
        await press(pilot, "<down><enter>")
        assert message_of(bench).startswith("2 of 3 · TASK2")
        await press(pilot, "<enter>")
        assert place_of(bench, 1) == SEA


async def test_the_list_can_be_closed_without_a_choice(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        for leave in ("<escape>", "V"):
            await press(pilot, f"V{leave}")
            assert pilot.app.screen is bench
            assert bench.resolver.current is None


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_enter_on_an_unresolved_quotation_in_the_tree_offers_its_candidates(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH), size) as (pilot, bench):
        await press(pilot, "t")
        bench.outline.reveal(CodingId("c1"))
        await press(pilot, "<enter>")
        assert message_of(bench).startswith("2 of 2 · TASK2")
        assert bench.focused is bench.document and not bench.outline.has_class("-shown")
        await press(pilot, "<enter>")
        assert place_of(bench, 1) == SEA


async def test_v_in_the_tree_begins_at_its_unresolved_quotation(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        await press(pilot, "t")
        bench.outline.reveal(CodingId("c1"))
        await press(pilot, "v")
        assert message_of(bench).startswith("2 of 2 · TASK2")


async def test_in_the_tree_x_applies_to_its_own_line(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        await press(pilot, "vt")
        bench.outline.reveal(CodingId("c1"))
        await press(pilot, "x")
        assert [coding.id for coding in bench.state.live()] == ["c0"]


async def test_after_a_click_into_the_tree_x_applies_to_its_line(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        await press(pilot, "v")
        bench.set_focus(bench.outline)
        bench.outline.reveal(CodingId("c1"))
        await press(pilot, "x")
        assert [coding.id for coding in bench.state.live()] == ["c0"]


async def test_keys_in_one_burst_resolve_one_quotation_after_the_other(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        for key in ("v", "v", "enter", "enter"):
            pilot.app.simulate_key(key)
        for _ in range(5):
            await pilot.pause()
        assert (place_of(bench, 0), place_of(bench, 1)) == (LAMPS[1], SEA)


async def test_a_full_disk_is_reported_and_the_quotation_stays_unresolved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v")
        with monkeypatch.context() as broken:
            broken.setattr(Journal, "append", _refuse)
            await press(pilot, "<enter>")
        assert bench.status.message[1] == "error"
        assert place_of(bench, 0) is None
        await press(pilot, "<enter>")
        assert place_of(bench, 0) == LAMPS[0]


def _refuse(log: Journal, transaction: Transaction) -> None:
    raise OSError(28, "No space left on device")


async def test_opening_another_ad_ends_the_resolving(tmp_path: Path) -> None:
    write_ad(tmp_path, "Another ad. You light the lamp.", "2_acme.txt")
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v)")
        assert bench.ad.id == "2"
        assert bench.resolver.current is None
        await press(pilot, "v")
        assert message_of(bench) == SETTLED


async def test_moving_keeps_the_question_visible(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LOST)) as (pilot, bench):
        await press(pilot, "vs")
        assert message_of(bench).startswith("1 of 1 · TASK1 “a quilt of zigzags” is not in the ad")


async def test_at_80_columns_the_keys_of_the_question_are_visible(tmp_path: Path) -> None:
    long = Quoted("TASK1", "a quotation of so many words that no line can hold them all at once")
    async with running(unresolved_in(tmp_path, LAMP, long), (80, 24)) as (pilot, bench):
        for _ in range(3):
            await press(pilot, "v")
            assert status_rows(bench.status).rstrip().endswith("Esc cancel")


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 6))])
@pytest.mark.parametrize("text", [AD, ""], ids=["ad", "no text"])
async def test_any_keys_resolve_or_leave_and_lose_nothing(tmp_path: Path, seed: int, text: str) -> None:
    chance = random.Random(seed)
    keys = "".join(chance.choices(["v", "V", "<enter>", "x", "b", "<escape>", "s", "w", "u", "]", "<left>"], k=30))
    quoted = (LAMP, WATCH if text else LOST, LOST)
    async with running(unresolved_in(tmp_path, *quoted, text=text)) as (pilot, bench):
        await press(pilot, keys)
        assert len(bench.state.codings) == 3
        current = bench.resolver.coding
        assert current is None or current.is_unresolved


# --- how it is painted --------------------------------------------------------------------------------


async def test_a_proposed_place_has_a_question_mark_until_it_is_accepted(tmp_path: Path) -> None:
    settled = Quoted("TECH1", "Python", Span(28, 34), False)
    async with running(unresolved_in(tmp_path, WATCH, settled, text=AD.replace(". ", ".\n"))) as (pilot, bench):
        gutters = [bench.document.render_line(row).text[: bench.document.gutter_cells] for row in range(5)]
        assert "2a┃" in gutters[1]
        assert "12?" in gutters[3]
        assert any("? “wattch the sea”" in line for line in tree_lines(bench))
        await press(pilot, "v<enter>")
        assert "12?" not in bench.document.render_line(3).text
        assert not any("? “" in line for line in tree_lines(bench))


def tree_lines(bench: WorkbenchScreen) -> list[str]:
    rows = (bench.outline.row(number, 60) for number in range(bench.outline.row_count()))
    return ["".join(part.text for part in (*row.left, *row.right)) for row in rows]


async def test_the_other_places_are_marked_while_one_is_offered(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP)) as (pilot, bench):
        await press(pilot, "v")
        first = bench.document.render_line(0)
        faces = {str(segment.style) for segment in first if segment.text.strip()}
        await press(pilot, "<escape><ctrl+home>")
        plain = {str(segment.style) for segment in bench.document.render_line(0) if segment.text.strip()}
        assert len(faces) > len(plain)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
@pytest.mark.parametrize("has_colour", [True, False])
def test_a_proposed_place_looks_different_with_and_without_colours(theme: str, has_colour: bool) -> None:
    ground, ink = Color.parse("#101010"), Color.parse("#e0e0e0")
    palette = TextStyles(BUILTIN_THEMES[theme], ground, ink, has_colour=has_colour)
    assert palette.text(Face(hue=0)) != palette.text(Face(hue=0, is_proposed=True))
    assert palette.text(Face(hue=0, is_proposed=True)).italic


async def test_below_its_first_row_a_proposed_place_has_a_dashed_bar(tmp_path: Path) -> None:
    long = Quoted("TASK1", "You watch the sea", Span(0, len(AD)))
    async with running(unresolved_in(tmp_path, long), (60, 24)) as (_, bench):
        gutters = [bench.document.render_line(row).text[: bench.document.gutter_cells] for row in range(2)]
        assert [gutter.strip() for gutter in gutters] == ["11?", "┇"]


# --- words as they were written -----------------------------------------------------------------------


def words_of(bench: WorkbenchScreen, number: int) -> str:
    return bench.state.codings[CodingId(f"c{number}")].words


@pytest.mark.parametrize(
    ("quoted", "keys", "words"),
    [
        (Quoted("TASK1", "You ... lamp"), "v<enter>", "You ... lamp"),
        (Quoted("TASK1", "you light the lamp"), "vv<enter>", "you light the lamp"),
        (Quoted("TASK1", "You light the lamp"), "vv<enter>", "You light the lamp"),
        (WATCH, "v<enter>", "wattch the sea"),
        (WATCH, "vb]w<enter>", "watch the sea until"),
    ],
    ids=["cut", "other case", "plain", "as proposed", "other boundaries"],
)
async def test_only_the_place_is_resolved_and_the_words_stay_as_written(
    tmp_path: Path, quoted: Quoted, keys: str, words: str
) -> None:
    async with running(unresolved_in(tmp_path, quoted)) as (pilot, bench):
        await press(pilot, keys)
        assert place_of(bench, 0) is not None
        assert words_of(bench, 0) == words
        await press(pilot, "u")
        assert place_of(bench, 0) is None
        assert words_of(bench, 0) == quoted.words


async def test_the_status_line_counts_unresolved_quotations_until_there_are_none(tmp_path: Path) -> None:
    async with running(unresolved_in(tmp_path, LAMP, WATCH)) as (pilot, bench):
        await press(pilot, "l")
        assert "2 not located: v" in status_rows(bench.status)
        await press(pilot, "v<enter>")
        await press(pilot, "<escape>")
        assert "1 not located: v" in status_rows(bench.status)
        await press(pilot, "v<enter>l")
        assert "not located" not in status_rows(bench.status)

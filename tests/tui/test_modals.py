"""Each dialog is answered by keys alone, and escape gives no answer."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from invented import BOOK
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from codetui.model import Code, CodeId, Profile
from codetui.tui.dialogs.code_forms import CodeForm, ProfileForm, RenameForm
from codetui.tui.dialogs.code_search import ChosenCodes, CodePicker, CodesDialog, Picked
from codetui.tui.dialogs.confirm import ChoiceDialog, option
from codetui.tui.dialogs.source import PickedProfile, ProfilePicker
from codetui.tui.dialogs.text import NoteDialog, SourceDialog, TextDialog
from codetui.tui.themes import ThemedApp
from codetui.tui.widgets.rows import PlainRows

OPEN = "still open"
KNEADING, BAKER = BOOK.codes[0], BOOK.profiles[0]
Answer = str | tuple[str, str] | Picked | ChosenCodes | Code | Profile | None


async def answer(modal: ModalScreen[Answer], keys: Sequence[str], size: tuple[int, int] = (80, 24)) -> Answer:
    """Return the answer of the dialog after these keys."""
    answers: list[Answer] = []
    app = ThemedApp()
    async with app.run_test(size=size) as pilot:
        app.push_screen(modal, answers.append)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        return answers[0] if answers else OPEN


def picker() -> CodePicker:
    return CodePicker(BOOK, [CodeId("T1"), CodeId("W2")], "knead dough")


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        (["enter"], "T1"),
        (["down", "enter"], "W2"),
        (["down", "down", "enter"], "W1"),
        ([*"knead", "enter"], "W1"),
        ([*"dough", "enter"], "W1"),
        ([*"w3", "enter"], "W3"),
    ],
)
async def test_the_picker_finds_a_code_by_its_words_and_offers_recent_ones_first(keys: list[str], code: str) -> None:
    assert await answer(picker(), keys) == Picked(CodeId(code))


async def test_escape_cancels_the_picker() -> None:
    assert await answer(picker(), ["escape"]) is None


@pytest.mark.parametrize(
    ("keys", "picked"),
    [
        ([*"zzzzqqq", "enter"], Picked(None, "zzzzqqq")),
        ([*"knead", "up", "down", "down", "enter"], Picked(None, "knead")),
        ([*"knead", "ctrl+n"], Picked(None, "knead")),
        (["ctrl+n"], Picked(None)),
        (["down", "ctrl+e"], Picked(CodeId("W2"), is_to_change=True)),
        ([*"zzzzqqq", "ctrl+e"], OPEN),
        ([*"w3", "down", "enter"], Picked(CodeId("W3"))),
    ],
)
async def test_the_picker_offers_a_new_code_and_leads_to_changing_one(keys: list[str], picked: Answer) -> None:
    assert await answer(picker(), keys) == picked


@pytest.mark.parametrize(
    ("keys", "codes"),
    [
        (["enter"], ("W2",)),
        ([*"knead", "enter"], OPEN),
        ([*"w3", "ctrl+s"], ("W3",)),
        (["down", "ctrl+k", "ctrl+j", "enter"], ("W3",)),
        (["ctrl+n"], OPEN),
        (["escape"], None),
    ],
)
async def test_one_code_is_chosen_among_all_but_those_left_out(keys: list[str], codes: tuple[str, ...] | None) -> None:
    chosen = await answer(CodesDialog("Merge", BOOK, but=(CodeId("W1"),)), keys)
    assert chosen == (ChosenCodes(tuple(map(CodeId, codes))) if isinstance(codes, tuple) else codes)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        (["down", "enter", "down", "enter", "ctrl+s"], ChosenCodes((CodeId("T1"), CodeId("W2"), CodeId("W3")))),
        (["enter", "enter", "ctrl+s"], OPEN),
        ([*"w3", "enter", "ctrl+s"], ChosenCodes((CodeId("T1"), CodeId("W3")))),
        (["enter", "ctrl+n"], ChosenCodes((CodeId("T1"), CodeId("W1")), wants_new=True)),
        ([*"zzz", "enter", "ctrl+s"], OPEN),
    ],
)
async def test_enter_chooses_and_deselects_several_codes(keys: list[str], chosen: Answer) -> None:
    assert await answer(CodesDialog("Split", BOOK, chosen=(CodeId("T1"),)), keys) == chosen


async def test_the_count_of_chosen_codes_is_replaced_by_the_missing_choice() -> None:
    app = ThemedApp()
    async with app.run_test() as pilot:
        app.push_screen(CodesDialog("Split", BOOK, chosen=()))
        await pilot.pause()
        hint = app.screen.query_one(".hint", Static)
        hints = [str(hint.render())]
        for keys in (["enter"], ["ctrl+s"], [*"w"]):
            await pilot.press(*keys)
            hints.append(str(hint.render()))
        assert (
            hints[:2] == ["0 selected", "1 selected"]
            and hints[2].startswith("Select at least two codes")
            and hints[3] == "1 selected"
        )


@pytest.mark.parametrize(
    ("keys", "profile"),
    [
        (["1"], PickedProfile("1")),
        (["enter"], PickedProfile("2")),
        (["up", "enter"], PickedProfile("1")),
        (["D"], PickedProfile("2", is_to_change=True)),
        (["down", "enter"], PickedProfile("")),
        (["0"], PickedProfile("")),
        (["9"], OPEN),
        (["escape"], None),
    ],
)
async def test_a_profile_is_picked_by_digit_or_arrows_from_the_one_the_ad_has(keys: list[str], profile: Answer) -> None:
    assert await answer(ProfilePicker(BOOK.profiles, "Clerk"), keys) == profile


async def test_a_profile_is_chosen_by_its_number_in_the_book() -> None:
    profiles = [Profile(id=number, name=name) for number, name in (("1", "Smith"), ("2", "Clerk"), ("4", "Neither"))]
    assert await answer(ProfilePicker(profiles), ["4"]) == PickedProfile("4")
    assert await answer(ProfilePicker(profiles), ["3"]) == OPEN
    lettered = [replace(one, id=f"p{one.id}") for one in profiles]
    assert await answer(ProfilePicker(lettered), ["3"]) == PickedProfile("p4")


async def test_a_key_without_a_profile_is_answered_with_the_valid_keys() -> None:
    app = ThemedApp()
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(ProfilePicker([Profile(id=number, name=f"N{number}") for number in "124"]))
        await pilot.pause()
        frame = app.screen.query_one(".frame")
        assert " 1 2 4 " in str(frame.border_subtitle)
        await pilot.press("q")
        assert "No profile has the key q: " in str(frame.border_subtitle)
        assert " 1 2 4 " in str(frame.border_subtitle)


async def test_an_option_keeps_its_key_and_name_on_a_narrow_screen() -> None:
    app = ThemedApp()
    async with app.run_test(size=(50, 15)) as pilot:
        app.push_screen(
            ChoiceDialog("What?", [option("r", "r", "retire", "its codings keep it until you recode them (Q)")])
        )
        await pilot.pause()
        row = app.screen.query_one(PlainRows).render_line(0).text
        assert "r retire" in row and row.rstrip().endswith("…")


async def test_an_ad_without_profile_offers_no_removal() -> None:
    assert await answer(ProfilePicker(BOOK.profiles), ["0"]) == OPEN
    assert await answer(ProfilePicker(BOOK.profiles), ["down", "down", "enter"]) == PickedProfile("2")


async def test_escape_closes_the_picker_of_a_book_without_profiles() -> None:
    assert await answer(ProfilePicker(()), ["enter", "1", "escape"]) is None


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["x", "enter", "y", "ctrl+s"], "oldx\ny"),
        (["ctrl+s"], "old"),
        (["escape"], None),
        (["x", "escape"], OPEN),
        (["x", "escape", "escape"], None),
        (["x", "escape", "y", "escape"], OPEN),
        (["x", "backspace", "escape"], None),
    ],
)
async def test_a_text_is_saved_or_discarded_only_deliberately(keys: list[str], text: Answer) -> None:
    assert await answer(TextDialog("Reasoning", "old"), keys) == text


@pytest.mark.parametrize(
    ("form", "keys", "written"),
    [
        (lambda: CodeForm("Change", KNEADING), ["ctrl+s"], None),
        (lambda: CodeForm("Change", KNEADING), ["x", "ctrl+s"], replace(KNEADING, definition="Dough.x")),
        (lambda: CodeForm("Change", KNEADING), ["x", "escape"], OPEN),
        (lambda: RenameForm(BOOK, KNEADING, "Rename"), ["ctrl+s"], None),
        (lambda: RenameForm(BOOK, KNEADING, "Rename"), ["9", "ctrl+s"], replace(KNEADING, id=CodeId("W19"))),
        (lambda: RenameForm(BOOK, KNEADING, "Rename"), ["backspace", "2", "ctrl+s"], OPEN),
        (lambda: ProfileForm("Change", BAKER), ["ctrl+s"], None),
        (lambda: ProfileForm("Change", BAKER), ["!", "ctrl+s"], replace(BAKER, definition="Bakes.!")),
    ],
)
async def test_a_form_answers_with_the_edited_part_or_with_nothing_if_unchanged(
    form: Callable[[], ModalScreen[Answer]], keys: list[str], written: Answer
) -> None:
    assert await answer(form(), keys) == written


async def test_an_unedited_text_is_returned_exactly() -> None:
    text = "one\r\ntwo\u2028three\x0cfour"
    assert await answer(TextDialog("Reasoning", text), ["escape"]) is None
    assert await answer(TextDialog("Reasoning", text), ["ctrl+s"]) == text


async def test_escape_on_a_changed_text_shows_how_to_continue() -> None:
    app = ThemedApp()
    async with app.run_test() as pilot:
        app.push_screen(TextDialog("Reasoning", "old"))
        await pilot.pause()
        hint = app.screen.query_one(".hint", Static)
        await pilot.press("x", "escape")
        assert "Esc again" in str(hint.render())
        await pilot.press("y")
        assert str(hint.render()) == ""


async def test_an_external_editor_edits_the_text() -> None:
    modal = TextDialog("Reasoning", "old", edit_outside=lambda text: f"{text}!\nmore")
    assert await answer(modal, ["x", "ctrl+e", "z", "ctrl+s"]) == "oldx!\nmorez"


async def test_without_an_external_editor_the_text_stays() -> None:
    app = ThemedApp()
    async with app.run_test() as pilot:
        app.push_screen(TextDialog("Reasoning", "old", edit_outside=lambda _: None))
        await pilot.pause()
        await pilot.press("ctrl+e")
        assert app.screen.query_one(TextArea).text == "old"
        assert "$EDITOR" in str(app.screen.query_one(".hint", Static).render())


@pytest.mark.parametrize(
    ("keys", "note"),
    [
        (["x", "enter"], "oldx"),
        (["enter"], "old"),
        (["escape"], None),
        (["x", "escape"], OPEN),
        (["x", "escape", "escape"], None),
        (["backspace"] * 3 + ["enter"], ""),
    ],
)
async def test_a_note_is_saved_by_enter(keys: list[str], note: Answer) -> None:
    assert await answer(NoteDialog("Note", "old"), keys) == note


@pytest.mark.parametrize(
    ("employer", "title", "keys", "described"),
    [
        ("", "", [*"Ab", "enter", *"Cd", "enter"], ("Ab", "Cd")),
        ("", "Baker", [*"Ab", "enter"], ("Ab", "Baker")),
        ("Ab", "", [*"Cd", "enter"], ("Ab", "Cd")),
        ("", "", ["enter", "enter"], ("", "")),
        ("", "", [*"Ab", "enter"], OPEN),
        ("", "", [*"Ab", "escape"], None),
    ],
)
async def test_only_missing_facts_of_an_ad_are_asked_for(
    employer: str, title: str, keys: list[str], described: Answer
) -> None:
    assert await answer(SourceDialog("7", employer, title), keys) == described


async def test_employer_and_title_can_be_corrected() -> None:
    modal = SourceDialog("7", "Ab", "Cd", asks_all=True)
    assert await answer(modal, ["end", "x", "enter", "end", "y", "enter"]) == ("Abx", "Cdy")


@pytest.mark.parametrize("size", [(80, 24), (140, 40), (40, 16)])
async def test_every_dialog_fits_the_screen(size: tuple[int, int]) -> None:
    long = "word " * 60
    modals: list[ModalScreen[Answer]] = [
        CodePicker(BOOK, [], long),
        ProfilePicker(BOOK.profiles, "1"),
        TextDialog("Reasoning", long),
        NoteDialog("Note", long),
        SourceDialog("7"),
    ]
    for modal in modals:
        app = ThemedApp()
        async with app.run_test(size=size) as pilot:
            app.push_screen(modal)
            await pilot.pause()
            assert app.screen.region.contains_region(modal.query_one(".frame").region)
            for field in modal.query(Input):
                assert modal.query_one(".frame").region.contains_region(field.region)

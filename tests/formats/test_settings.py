"""Settings written by people: valid ones are used, invalid ones are reported with their line, none is fatal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.formats.settings import Names, Settings, effective, read_settings
from codetui.formats.toml.tables import Sheet
from codetui.model import Problem

NAMES = Names(("undo", "next_ad", "section.1", "move.grow"), ("vim", "arrows"), ("light", "dark"))
WHOLE = """\
theme = "light"
preset = "arrows"
reading_width = 72
panel_width = 50
panel_side = "left"
left_margin = 4
labels = "asdfjklghe"
copy_command = ["wl-copy", "-n"]

[keys]
undo = "Ctrl+Z"
next_ad = ["z n", "F6"]
"section.1" = "F1"
move.grow = []
"""


def read(text: str, *, is_study: bool = False) -> tuple[Settings, list[Problem]]:
    sheet = Sheet("config.toml")
    table = sheet.parse(text)
    return (Settings() if table is None else read_settings(table, NAMES, is_study=is_study)), sheet.problems


def test_every_setting_is_read() -> None:
    assert read(WHOLE) == (
        Settings(
            theme="light",
            preset="arrows",
            keys={"undo": ("Ctrl+Z",), "next_ad": ("z n", "F6"), "section.1": ("F1",), "move.grow": ()},
            reading_width=72,
            panel_width=50,
            panel_side="left",
            left_margin=4,
            labels="asdfjklghe",
            copy_command=("wl-copy", "-n"),
        ),
        [],
    )


def test_without_settings_nothing_is_set() -> None:
    assert read("") == (Settings(), [])


def test_the_study_decides_the_layout_and_the_user_the_rest() -> None:
    user = read('theme = "light"\nreading_width = 60\nleft_margin = 2\n[keys]\nundo = "u"\n')[0]
    study = read('theme = "dark"\npreset = "arrows"\nreading_width = 80\n[keys]\nundo = "x"\nnext_ad = "n"\n')[0]
    both = effective(user, study)
    assert (both.theme, both.preset, both.reading_width, both.left_margin) == ("light", "arrows", 80, 2)
    assert both.keys == {"undo": ("u",), "next_ad": ("n",)}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("undo =", "undu =", 11, 'there is no action "undu"; did you mean undo?'),
        ("move.grow", "move.growl", 14, 'there is no action "move.growl"; did you mean move.grow?'),
        ('"Ctrl+Z"', "7", 11, 'the keys of undo are not texts; write "undo" = "key", or ["key", "another key"]'),
        ('"light"', '"ligth"', 1, 'there is no theme "ligth"; did you mean light?'),
        ('"light"', "1", 1, 'theme is not a text; write theme = "light"'),
        ("theme", "thema", 1, 'there is no setting "thema"; did you mean theme?'),
        ('"arrows"', '"emacs"', 2, 'there is no preset "emacs"; choose one of vim, arrows'),
        ("72", '"wide"', 3, 'reading_width is a number of cells from 20 to 400, not "wide"'),
        ("72", "7", 3, "reading_width is a number of cells from 20 to 400, not 7"),
        ("72", "true", 3, "reading_width is a number of cells from 20 to 400, not True"),
        ('"left"', '"lefd"', 5, 'there is no panel side "lefd"; did you mean left?'),
        ('"asdfjklghe"', '"aassddff"', 7, "labels is at least 10 different letters"),
        ('["wl-copy", "-n"]', "[1]", 8, "copy_command is not a text"),
        ("[keys]", "[keys", 10, "not valid TOML"),
    ],
)
def test_a_mistake_is_explained_at_its_line(old: str, new: str, line: int, message: str) -> None:
    found = read(WHOLE.replace(old, new, 1))[1]
    assert [(one.line, one.message[: len(message)]) for one in found] == [(line, message)]


def test_a_mistake_does_not_affect_other_settings() -> None:
    found = read(WHOLE.replace("undo", "undu").replace("72", "7"))[0]
    assert (found.reading_width, found.panel_width, found.theme) == (None, 50, "light")
    assert set(found.keys) == {"next_ad", "section.1", "move.grow"}


def test_a_study_cannot_run_a_program_of_its_choice() -> None:
    settings, (problem,) = read('copy_command = "curl"\n', is_study=True)
    assert settings.copy_command is None and "counts only in your own settings" in problem.message


@given(
    st.text()
    | st.sampled_from(
        ["keys = 1", "[[keys]]\n[[keys]]", "theme = []", "labels = {}", "[keys]\na = {b = {}}", "[keys.x]"]
    )
)
def test_no_text_raises_an_exception(text: str) -> None:
    assert isinstance(read(text)[0], Settings)

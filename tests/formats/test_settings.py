"""Settings written by people: valid ones are used, invalid ones are reported with their line, none is fatal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.formats.settings import Settings, check_settings, parse_settings

ACTIONS = ("undo", "next_ad", "section.1")
THEMES = ("light", "dark")
WHOLE = """\
[keys]
undo = "ctrl+z"
next_ad = "z n"
"section.1" = "F1"

[theme]
name = "light"

[layout]
text_width = 72
codebook_width = 40
"""


def settings_of(text: str) -> Settings:
    return parse_settings(text, "settings.toml", ACTIONS, THEMES)[0]


def problems_of(text: str) -> list[str]:
    problems = parse_settings(text, "settings.toml", ACTIONS, THEMES)[1] + check_settings(text, "settings.toml")
    return [str(problem) for problem in problems]


def test_every_setting_is_read() -> None:
    assert problems_of(WHOLE) == []
    assert settings_of(WHOLE) == Settings(
        keys={"undo": "ctrl+z", "next_ad": "z n", "section.1": "F1"},
        theme="light",
        text_width=72,
        codebook_width=40,
    )


def test_without_settings_nothing_is_set() -> None:
    assert settings_of("") == Settings()
    assert problems_of("") == []


def test_later_settings_replace_earlier_ones() -> None:
    own = settings_of(WHOLE)
    assert own.updated(Settings()) == own
    both = own.updated(settings_of('[keys]\nundo = "u"\n[theme]\nname = "dark"\n[layout]\nreader_width = 60\n'))
    assert (both.keys["undo"], both.keys["next_ad"], both.theme) == ("u", "z n", "dark")
    assert (both.text_width, both.reader_width) == (72, 60)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("undo =", "undu =", 2, 'warning: there is no action "undu"; did you mean undo?'),
        ('"ctrl+z"', "7", 2, "error: undo of [keys] is a number; put it in quotes"),
        ('"ctrl+z"', "[]", 2, "error: undo of [keys] is not text; put it in quotes"),
        ('"ctrl+z"', '" "', 2, 'warning: no key is set for undo; write undo = "key"'),
        ('"ctrl+z"', '"z n"', 3, 'warning: the key "z n" is set for undo already; choose another one'),
        ('"light"', '"ligth"', 7, 'warning: there is no theme "ligth"; did you mean light?'),
        ("[theme]", "[thema]", 6, 'warning: unknown field "thema", ignored; did you mean theme?'),
        ("72", '"wide"', 10, "error: text_width of [layout] is not a number; write text_width = 40, without quotes"),
        ("72", "7", 10, "warning: text_width is from 20 to 400 cells, not 7; it is ignored"),
        ("[layout]", "[layout", 9, "error: not valid TOML"),
    ],
)
def test_a_mistake_is_explained_at_its_line(old: str, new: str, line: int, message: str) -> None:
    problems = problems_of(WHOLE.replace(old, new))
    assert any(each.startswith(f"settings.toml:{line}: {message}") for each in problems), problems


def test_a_mistake_does_not_affect_other_settings() -> None:
    found = settings_of(WHOLE.replace("undo", "undu").replace("72", "7"))
    assert (dict(found.keys), found.text_width) == ({"next_ad": "z n", "section.1": "F1"}, None)
    assert (found.theme, found.codebook_width) == ("light", 40)


@given(st.text() | st.sampled_from(["keys = 1", "[[keys]]\n[[keys]]", "layout = []", "theme = 'x'", "[keys]\na = {}"]))
def test_no_text_raises_an_exception(text: str) -> None:
    assert isinstance(settings_of(text), Settings)
    assert isinstance(check_settings(text, ""), list)

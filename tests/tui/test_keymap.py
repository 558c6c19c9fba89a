"""The keymap: sequences, keys changed by settings, and the menu after a first key."""

from __future__ import annotations

import pytest

from codetui.tui.actions import ACTIONS, Action
from codetui.tui.keymap import Keymap, dialog_key_of, key_of, key_words, keys_words, parse_key, use

SAVE = Action("save", ("ctrl+s",), "save", "Save.", "Program")
COPY = Action("copy", ("B", "z b"), "copy", "Copy.", "Program")
FIND = Action("find", ("z full_stop",), "find", "Find.", "Program")
ALL = (SAVE, COPY, FIND)


def test_a_sequence_of_keys_triggers_an_action() -> None:
    keymap = Keymap.build(actions=ALL)
    assert keymap.action("z", "b") == keymap.action("B") == "copy"
    assert keymap.action("z") is None
    assert [(key, action.id) for key, action in keymap.continuations("z")] == [("b", "copy"), ("full_stop", "find")]


def test_settings_replace_the_keys_of_an_action() -> None:
    keymap = Keymap.build({"copy": ["Ctrl+B"]}, ALL)
    assert keymap.action("ctrl+b") == "copy"
    assert keymap.action("B") is keymap.action("z", "b") is None
    assert [action.keys for action in keymap.actions if action.id == "copy"] == [("ctrl+b",)]


def test_an_action_may_have_several_keys_or_none() -> None:
    keymap = Keymap.build({"copy": ["b", "z c"], "find": []}, ALL)
    assert keymap.action("b") == keymap.action("z", "c") == "copy"
    assert keymap.by_id["find"].keys == ()
    assert keymap.problems == ()


def test_an_action_without_a_key_is_named_by_the_palette() -> None:
    use(Keymap.build({"undo": [], "edit_code": ["z d"]}))
    assert key_of("undo") == "Ctrl+P “undo”"
    assert (key_of("edit_code"), dialog_key_of("edit_code")) == ("z d", "")
    use(Keymap.build({"undo": [], "palette": []}))
    assert key_of("undo") == "“palette” “undo”"


def test_a_key_from_settings_is_removed_from_its_previous_action() -> None:
    keymap = Keymap.build({"find": ["B"]}, ALL)
    assert keymap.action("B") == "find"
    assert keymap.action("z", "b") == "copy"
    assert keymap.problems == ()


@pytest.mark.parametrize(
    ("changed", "action", "message"),
    [
        ({"find": ["B"], "save": ["B"]}, "find", "B is the key of both save and find; save has it"),
        ({"find": ["Ctrl+S"]}, "find", "Ctrl+S is the only key of save; choose another, or one for that"),
        ({"save": ["z"]}, "save", "z b of copy cannot be typed: it begins with the key of save"),
        ({"copy": ["ctrl+s x"]}, "copy", "Ctrl+S x of copy cannot be typed: it begins with the key of save"),
        ({"copy": ["Ctrl+Foo"]}, "copy", 'there is no key "Ctrl+Foo"; write it like x, Ctrl+X, F2'),
    ],
)
def test_keys_used_twice_hidden_or_unknown_are_reported(
    changed: dict[str, list[str]], action: str, message: str
) -> None:
    found = Keymap.build(changed, ALL).problems
    assert any(one.action == action and one.message.startswith(message) for one in found), found


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (".", "full_stop"),
        ("+", "plus"),
        ("Ctrl++", "ctrl+plus"),
        ("-", "minus"),
        ("/", "slash"),
        ("x", "x"),
        ("X", "X"),
        ("Shift+x", "X"),
        ("Ctrl+X", "ctrl+x"),
        ("Shift+Ctrl+Left", "ctrl+shift+left"),
        ("PgUp", "pageup"),
        ("Esc", "escape"),
        ("F12", "f12"),
        ("full_stop", "full_stop"),
        ("question_mark", "question_mark"),
        ("Hyper+x", ""),
        ("F99", ""),
        ("nothing", ""),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, name: str) -> None:
    assert parse_key(written) == name


def test_every_key_of_the_registry_is_read_back_as_it_is_written() -> None:
    keys = {press for action in ACTIONS for keys in action.keys for press in keys.split()}
    assert {key for key in keys if parse_key(key_words(key)) != key} == set()


def test_keys_are_written_as_on_a_keyboard() -> None:
    assert key_words("z full_stop") == "z ."
    assert keys_words(("B", "f12", "z b", "ctrl+home")) == "B, F12, z b, Ctrl+Home"

"""The keymap: sequences, keys changed by settings, and the menu after a first key."""

from __future__ import annotations

from codetui.tui.actions import Action
from codetui.tui.keymap import Keymap, key_words, keys_words

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
    keymap = Keymap.build({"copy": "ctrl+b"}, ALL)
    assert keymap.action("ctrl+b") == "copy"
    assert keymap.action("B") is keymap.action("z", "b") is None
    assert [action.keys for action in keymap.actions if action.id == "copy"] == [("ctrl+b",)]


def test_a_key_from_settings_is_removed_from_its_previous_action() -> None:
    keymap = Keymap.build({"find": "B"}, ALL)
    assert keymap.action("B") == "find"
    assert keymap.action("z", "b") == "copy"
    assert keymap.problems == ()


def test_unknown_actions_duplicate_keys_and_hidden_sequences_are_reported() -> None:
    assert Keymap.build({"fly": "F"}, ALL).problems == ("there is no action fly",)
    doubled = Keymap.build({"find": "B", "save": "B"}, ALL)
    assert doubled.problems == ("B is the key of both save and find",)
    hidden = Keymap.build({"save": "z"}, ALL)
    assert "z b cannot be typed: its first key is that of save" in hidden.problems


def test_keys_are_written_as_on_a_keyboard() -> None:
    assert key_words("z full_stop") == "z ."
    assert keys_words(("B", "f12", "z b", "ctrl+home")) == "B, F12, z b, Ctrl+Home"

"""Messages name keys through the keymap in use, so that they follow changed keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from textual.widgets import Static

import codetui
from codetui.tui.actions import ACTIONS
from codetui.tui.dialogs.base import Dialog
from codetui.tui.keymap import Keymap, key_words
from codetui.tui.widgets.status_line import StatusLine
from testing.keys import running, workspace_on

TUI = Path(codetui.__file__).parent / "tui"
LITERAL_KEY = re.compile(
    r"(?:Ctrl|Alt|Shift)\+|\bF\d{1,2}\b|\((?:\S|z \S)(?:\)| [a-z]+s )|\b(?:press|then) [A-Za-z?/<>](?![\w'])"
    r"|(?:^|[ ·,(])[b-zB-HJ-Z?/<>](?=:? (?:[a-z]|this))"
)
NO_KEYS = {"F1 ", "quotations F1", "codes F1"}
"""Texts that only look like a key: the measure of agreement."""

FUNCTIONS = {"key_of", "dialog_key_of", "registered"}


def strings_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module, except docstrings, with their lines."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", sorted(TUI.glob("**/*.py")), ids=lambda path: str(path.relative_to(TUI)))
def test_no_message_names_a_key_literally(path: Path) -> None:
    found = [
        f"{line}: {text}"
        for line, text in strings_of(path)
        if " " in text and text not in NO_KEYS and LITERAL_KEY.search(text)
    ]
    assert found == []


@pytest.mark.parametrize("path", sorted(TUI.glob("**/*.py")), ids=lambda path: str(path.relative_to(TUI)))
def test_every_named_action_is_in_the_registry(path: Path) -> None:
    calls = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    named = {
        node.args[0].value
        for node in calls
        if isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and isinstance(node.args[0], ast.Constant)
    }
    assert named <= {action.id for action in ACTIONS}


def other_keys() -> dict[str, str]:
    """Return another key for every action, such as nobody has: `alt+f3`."""
    held = ("ctrl+alt", "alt", "alt+shift", "alt+ctrl+shift", "ctrl", "ctrl+shift")
    free = (f"{modifiers}+f{number}" for modifiers, number in product(held, range(1, 25)))
    return dict(zip((action.id for action in ACTIONS), free, strict=False))


def is_stale(text: str, changed: dict[str, str]) -> bool:
    """Return whether a text still names a key, apart from changed ones and those of all dialogs."""
    for key in sorted(map(key_words, changed.values()), key=len, reverse=True):
        text = text.replace(key, "…")
    return LITERAL_KEY.search(text) is not None


ON_A_CODING = ("section.2", "a", "recode", "boundary", "move.collapse", "note", "define", "remove", "undo")


async def test_all_messages_and_dialogs_follow_changed_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(StatusLine, "show_message", lambda _, text, *_rest: shown.append(text))
    changed = other_keys()
    (tmp_path / "ads").mkdir()
    for number in (1, 2):
        (tmp_path / "ads" / f"{number}_acme.txt").write_text("We need Python. You like people, and SQL.", "utf-8")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        bench.use_keymap(Keymap.build({action: [key] for action, key in changed.items()}))
        shown.clear()
        entry = bench.workspace.sources.current
        assert entry is not None
        bench.open_ad(entry)
        for action in (*(one.id for one in ACTIONS), *ON_A_CODING):
            if action.startswith("dialog.") or action in ("quit", "palette"):
                continue
            await pilot.press(changed.get(action, action))
            await pilot.pause()
            while isinstance(pilot.app.screen, Dialog):
                dialog = pilot.app.screen
                shown.append(str(dialog.query_one(".frame").border_subtitle))
                shown.extend(str(one.render()) for one in dialog.query(Static))
                await pilot.press("escape")
                await pilot.pause()
        shown.append("".join(part.text for part in bench.outline.row(0, 80).left))
    assert [text for text in shown if is_stale(text, changed)] == []
    assert len({key for key in changed.values() if key_words(key) in "\n".join(shown)}) > 10

"""The documents match the program."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from codetui.cli.main import COMMANDS
from codetui.tui.actions import ACTIONS
from codetui.tui.keymap import Keymap

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
PICTURES = {
    "docs/workbench.svg": "test_workbench[wide].svg",
    "docs/labels.svg": "test_jump_labels.svg",
    "docs/codebook_change.svg": "test_codebook_change.svg",
}


def test_the_keys_page_shows_the_keys_of_the_registry() -> None:
    page = (ROOT / "docs" / "keys.md").read_text("utf-8")
    assert _tool("key_table").with_table(page) == page


@pytest.mark.parametrize(("picture", "snapshot"), PICTURES.items())
def test_the_pictures_in_the_documents_are_snapshots(picture: str, snapshot: str) -> None:
    pages = {path: path.read_text("utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
    assert any(
        f"({(ROOT / picture).relative_to(path.parent)})" in text
        for path, text in pages.items()
        if path.parent in (ROOT / picture).parents
    )
    taken = ROOT / "tests" / "tui" / "__snapshots__" / "test_snapshots" / snapshot
    assert (ROOT / picture).read_bytes() == taken.read_bytes()


def _tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh", "fish"])
def test_the_completion_files_are_those_of_the_parser(shell: str) -> None:
    tool = _tool("completions")
    written = (ROOT / "src" / "codetui" / "completions" / f"codetui.{shell}").read_text("utf-8")
    assert written == tool.completion(shell)


def test_the_readme_and_the_command_page_list_every_subcommand() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name in COMMANDS:
        assert f"codetui {name}" in README
        assert f"codetui {name}" in page


def test_no_key_means_two_things_and_none_hides_a_sequence() -> None:
    assert Keymap.build().problems == ()


def test_every_action_has_words_and_help() -> None:
    assert all(action.words and action.help.endswith((".", "…")) for action in ACTIONS)


def test_every_link_of_the_documents_has_a_target() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"

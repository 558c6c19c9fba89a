"""The documentation matches the program."""

from __future__ import annotations

import importlib.util
import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType

import pytest
from textual.app import App

from codetui.cli.main import COMMANDS, GROUPS, command_parser, open_parser
from codetui.core.selection.jump_labels import LETTERS
from codetui.formats.settings import DEFAULTS, FIELDS, Names, read_settings
from codetui.formats.toml.tables import Sheet
from codetui.tui.actions import ACTIONS, PRESETS, preset_actions
from codetui.tui.keymap import Keymap
from codetui.tui.themes import theme_names
from codetui.tui.widgets.document_view import MEASURE

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


def test_the_messages_page_shows_the_messages_of_the_source() -> None:
    page = (ROOT / "docs" / "messages.md").read_text("utf-8")
    assert _tool("messages").page() == page
    # One of each heading, as a coder sees it.
    for words in ("No line of this log can be read", "Nothing is selected.", "There is no folder *sessions*; name"):
        assert f"- {words}" in page, words


@pytest.mark.parametrize(("picture", "snapshot"), PICTURES.items())
def test_the_pictures_in_the_documentation_are_snapshots(picture: str, snapshot: str) -> None:
    pages = {path: path.read_text("utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))}
    assert any(
        f"({(ROOT / picture).relative_to(path.parent)})" in text
        for path, text in pages.items()
        if path.parent in (ROOT / picture).parents
    )
    taken = ROOT / "tests" / "tui" / "__snapshots__" / "test_snapshots" / snapshot
    assert (ROOT / picture).read_bytes() == taken.read_bytes()


def test_the_pictures_of_figures_are_those_that_the_tool_draws() -> None:
    for name, svg in _tool("pictures").pictures():
        assert (ROOT / "docs" / "pictures" / f"{name}.svg").read_text("utf-8") == svg
        assert f"(docs/pictures/{name}.svg)" in README


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


def test_the_manual_page_is_that_of_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "123")
    assert (ROOT / "man" / "codetui.1").read_text("utf-8") == _tool("completions").man_page()


def test_the_readme_and_the_command_page_list_every_subcommand() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name in COMMANDS:
        assert f"codetui {name}" in README
        assert f"codetui {name}" in page


def test_the_documented_settings_are_valid() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    sheet = Sheet("config.toml")
    table = sheet.parse(page.partition("```toml\n")[2].partition("```")[0])
    assert table is not None and set(table.fields) == {*FIELDS, "keys"}
    settings = read_settings(table, Names([action.id for action in ACTIONS], PRESETS, theme_names()))
    keymap = Keymap.build(settings.keys, preset_actions("arrows"))
    assert [*sheet.problems, *keymap.problems] == []


def test_the_documented_defaults_are_those_of_the_program() -> None:
    real = {"theme": App[None]().theme, "preset": PRESETS[0], "reading_width": MEASURE, "labels": LETTERS}
    assert {name: DEFAULTS[name] for name in real} == real
    sheet = Sheet("config.toml")
    table = sheet.parse("".join(f"{name} = {DEFAULTS[name]!r}\n" for name in (*real, "panel_side", "left_margin")))
    assert table is not None
    read_settings(table, Names((), PRESETS, theme_names()))
    assert sheet.problems == []


def test_no_key_has_two_meanings_or_hides_a_sequence() -> None:
    assert Keymap.build().problems == ()


def test_every_action_has_a_name_and_help() -> None:
    assert all(action.words and action.help.endswith((".", "…")) for action in ACTIONS)


def test_every_link_in_the_documentation_has_a_target() -> None:
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#\s]+)", document.read_text("utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


# --- what the documents name ----------------------------------------------------------------------------

DOCUMENTS = (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "benchmarks" / "README.md")
PACKAGE = ROOT / "src" / "codetui"
CODE = re.compile(r"```.*?```|`[^`\n]+`|^    .*$", re.DOTALL | re.MULTILINE)
"""Code in a document: fenced, in backquotes or indented.  Its paths, options and classes are names of the program."""

OWN = ("src", "man", "tests", "testing", "benchmarks", "tools", "docs", "examples", ".ci", "codetui")
LAYERS = ("cli", "tui", "study", "storage", "formats", "core")
PATH = re.compile(
    rf"(?<![\w./-])(?:{'|'.join(map(re.escape, (*OWN, *LAYERS)))})/[\w./-]*|(?<![\w./-])\w+\.(?:py|tcss)\b"
)
"""A path in the repository or in the package.  Paths in a study, such as `sessions/`, are not of the repository."""

OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*|(?<![\w-])-o\b")
COMMAND = re.compile(rf"\bcodetui(?: +((?:{'|'.join(GROUPS)})(?: [a-z]+)?|[a-z]+))?((?: [^`\n|#]*)?)")
MODULE = re.compile(r"\bpython(?:3)? -m (benchmarks\.\w+)([^`\n|]*)")
TEST = re.compile(r"\btest_\w+\b(?!\.py)")


def _code(document: Path) -> list[str]:
    return CODE.findall(document.read_text("utf-8"))


def _options(command: str) -> set[str]:
    """Return the options of a command, including all commands of a group."""
    parser = command_parser(command) if command in COMMANDS else open_parser()
    texts = [parser.format_help()]
    for below in GROUPS.get(command, ()):
        with pytest.raises(SystemExit), redirect_stdout(io.StringIO()) as printed:
            parser.parse_args([below, "--help"])
        texts.append(printed.getvalue())
    return {option for text in texts for option in OPTION.findall(text)}


def _exists(path: str) -> bool:
    """Return whether a path exists: in the repository, in the package without its `.py`, or as a module's name."""
    if "/" not in path:
        return any(found for folder in OWN[:5] for found in (ROOT / folder).rglob(path))
    roots = (ROOT, PACKAGE, PACKAGE.parent)
    return any((root / path).exists() or (root / f"{path.rstrip('/.')}.py").exists() for root in roots)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_test_that_a_document_names_exists(document: Path) -> None:
    code = _code(document)
    assert [path for text in code for path in PATH.findall(text) if not _exists(path.rstrip("."))] == []
    tests = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert [name for text in code for name in TEST.findall(text) if f"def {name}(" not in tests] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_option_that_a_document_names_exists(document: Path) -> None:
    wrong = []
    for text in _code(document):
        for command, rest in COMMAND.findall(text):
            known = _options(command.split()[0] if command else "")
            wrong += [f"codetui {command} {option}" for option in OPTION.findall(rest) if option not in known]
        for module, rest in MODULE.findall(text):
            path = ROOT / f"{module.replace('.', '/')}.py"
            source = path.read_text("utf-8") if path.exists() else ""
            wrong += [f"{module} {option}" for option in OPTION.findall(rest) if f'"{option}"' not in source]
    assert wrong == []


def test_the_command_page_names_options_of_the_commands_in_their_rows() -> None:
    for line in (ROOT / "docs" / "commands.md").read_text("utf-8").splitlines():
        if row := re.match(r"\| `codetui(?: ([a-z-]+))?", line):
            known = _options(row[1] or "")
            assert [option for option in OPTION.findall(line) if option not in known] == [], line


def test_the_classes_and_functions_in_the_architecture_exist() -> None:
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    page = "\n".join(_code(ROOT / "ARCHITECTURE.md"))
    for name, method in re.findall(r"\b((?:[A-Z][a-z]+)+)\.([a-z_]+)\b", page):
        assert re.search(rf"^class {name}\b", source, re.MULTILINE), name
        assert re.search(rf"def {method}\b", source), f"{name}.{method}"
    for name in re.findall(r"\b(?:[A-Z][a-z]+){2,}\b", page):
        assert re.search(rf"^class {name}\b", source, re.MULTILINE), name

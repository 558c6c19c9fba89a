"""The imports of each layer: the screen's library is loaded by nothing that works without a screen."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import codetui
from testing.paths import ROOT
from testing.studies import write_study

PACKAGE = Path(codetui.__file__).parent
WITHOUT_SCREEN = ("core", "formats", "storage", "study", "cli", "plain", "model")
BELOW_THE_EDGES = ("model", "core", "formats", "storage", "study")
WITHOUT_KEYS = BELOW_THE_EDGES
KEY = re.compile(
    r"\bF\d{1,2}\b|\bCtrl\b|\bEsc\b|\bEnter\b|\bpress\b|\bkey [A-Za-z]\b"
    r"|(?<![\w“'`-])[A-Za-z] (?:assigns|writes|removes|shows|takes|undoes|drops|opens|copies|leads|finds)\b"
)
"""What names a key: `Ctrl+S`, `press b`, `x removes it`."""

WIDTHS = ("rich.cells", "rich._unicode_data", "rich._extension")
"""What core needs of rich, to know how wide a character is on the screen, and what `import rich` itself loads."""


OF_THE_SCREEN = ("codetui.cli.config",)
"""Commands on keys and themes, which only the screen has."""

PROGRAMS = ("regex_child.py",)
"""Programs of their own, which answer another process on their output."""


def modules_of(layer: str) -> list[str]:
    """Return all modules of a layer, the layer itself first."""
    folder = PACKAGE / layer
    inside = pkgutil.walk_packages([str(folder)], f"codetui.{layer}.") if folder.is_dir() else ()
    return [f"codetui.{layer}", *(module.name for module in inside)]


def loaded(code: str, *arguments: str) -> set[str]:
    """Return the modules in memory after some code ran in a new interpreter."""
    whole = f"import sys\n{code}\nprint('\\n'.join(['', 'MODULES', *sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", whole, *arguments], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return set(done.stdout.split("\nMODULES\n", 1)[1].splitlines())


def of(library: str, modules: set[str]) -> set[str]:
    """Return the modules that belong to a library."""
    return {name for name in modules if name == library or name.startswith(f"{library}.")}


def test_all_layers_below_the_screen_load_neither_textual_nor_the_rest_of_rich() -> None:
    names = [name for layer in WITHOUT_SCREEN for name in modules_of(layer) if name not in OF_THE_SCREEN]
    modules = loaded("\n".join(f"import {name}" for name in names))
    assert modules >= {f"codetui.{layer}" for layer in WITHOUT_SCREEN}
    assert of("textual", modules) == set()
    assert {name for name in of("rich", modules) if not name.startswith(WIDTHS)} <= {"rich"}
    assert of("codetui.tui", modules) == set()


def test_the_screen_loads_textual() -> None:
    assert "textual.app" in loaded("import codetui.tui.app")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_neither_textual_nor_pydantic(option: str) -> None:
    modules = loaded("from codetui.cli.main import run\nassert run(sys.argv[1:]) == 0", option)
    assert "codetui.cli.main" in modules
    assert (
        of("textual", modules) | of("rich", modules) | of("pydantic", modules) | of("pydantic_core", modules) == set()
    )


def test_the_workbench_opens_without_what_its_first_frame_does_not_need() -> None:
    modules = loaded("import codetui.cli.sessions, codetui.tui.app, codetui.study.workspace")
    assert "codetui.storage.journal" in modules
    late = ("pydantic", "pydantic_core", "codetui.formats.codebook.lint", "codetui.formats.session_doc")
    assert {name for one in (*late, "codetui.formats.export") for name in of(one, modules)} == set()


def test_a_codebook_is_checked_once_after_opening(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    (study / "sessions").mkdir()
    opening = "from codetui.study.study import Study\n"
    opening += "from codetui.study.workspace import open_workspace\n"
    opening += "workspace = open_workspace(Study.open(sys.argv[1]), 'rosa')\n"
    assert not of("pydantic", loaded(opening, str(study)))
    assert of("pydantic", loaded(opening + "workspace.warm_up()", str(study)))
    assert not of("pydantic", loaded(opening + "workspace.warm_up()", str(study)))
    with (study / "codebook.toml").open("a") as file:
        file.write("# changed\n")
    assert of("pydantic", loaded(opening + "workspace.warm_up()", str(study)))


def test_a_subcommand_works_without_textual(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    options = ["status", "--corpus", str(study / "ads"), "--codebook", str(study / "codebook.toml")]
    modules = loaded("from codetui.cli.main import run\nassert run(sys.argv[1:]) == 0", *options)
    assert "codetui.study.overview" in modules
    assert of("textual", modules) == set()


def test_no_module_of_the_screen_uses_storage() -> None:
    assert [(path, name) for path in PACKAGE.glob("tui/**/*.py") for name in of("codetui.storage", imports(path))] == []


@pytest.mark.parametrize("layer", ["core", "formats"])
def test_a_pure_layer_imports_no_files_clock_or_randomness(layer: str) -> None:
    impure = {"os", "io.open", "pathlib", "random", "secrets", "time", "subprocess", "socket", "tempfile", "shutil"}
    found = {path.name: imports(path) & impure for path in (PACKAGE / layer).glob("**/*.py")}
    assert {name: names for name, names in found.items() if names} == {}


@pytest.mark.parametrize("layer", BELOW_THE_EDGES)
def test_a_layer_below_the_command_line_and_the_screen_prints_nothing_and_never_exits(layer: str) -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in (PACKAGE / layer).glob("**/*.py")
        if path.name not in PROGRAMS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _prints_or_exits(node)
    ]
    assert found == []


def _prints_or_exits(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="print" | "exit" | "quit" | "input")):
            return True
        case ast.Attribute(value=ast.Name(id="sys"), attr="stdin" | "stdout" | "stderr" | "exit"):
            return True
        case _:
            return False


@pytest.mark.parametrize("layer", WITHOUT_KEYS)
def test_a_message_below_the_screen_names_no_key(layer: str) -> None:
    found = [
        f"{path.name}:{node.lineno}: {node.value}"
        for path in (PACKAGE / layer).glob("**/*.py")
        for node in _messages(ast.parse(path.read_text("utf-8")))
        if KEY.search(str(node.value))
    ]
    assert found == []


def _messages(module: ast.Module) -> Iterator[ast.Constant]:
    """Return all texts of a module except statements of their own, such as docstrings."""
    alone = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node


def test_no_modules_import_each_other_in_a_cycle_even_inside_functions() -> None:
    paths = {".".join(("codetui", *_parts(path))): path for path in PACKAGE.glob("**/*.py")}
    needed = {name: imports(path, with_types=False) & set(paths) - {name} for name, path in paths.items()}
    assert len(list(TopologicalSorter(needed).static_order())) == len(paths) > 100


@pytest.mark.parametrize(
    ("folder", "others"),
    [("tests", {"benchmarks"}), ("benchmarks", {"tests"}), ("testing", {"tests", "benchmarks"})],
)
def test_tests_and_benchmarks_share_helpers_without_importing_each_other(folder: str, others: set[str]) -> None:
    paths = (ROOT / folder).rglob("*.py")
    found = {path.name: {name.split(".")[0] for name in imports(path)} & others for path in paths}
    assert {name: names for name, names in found.items() if names} == {}


def _parts(path: Path) -> tuple[str, ...]:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def imports(path: Path, *, with_types: bool = True) -> set[str]:
    """Return the full names that a module imports anywhere in its text, even those that only type checkers need."""
    names: set[str] = set()
    tree = ast.parse(path.read_text("utf-8"))
    checked = [
        node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    unneeded = set() if with_types else {one for node in checked for body in node.body for one in ast.walk(body)}
    for node in set(ast.walk(tree)) - unneeded:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names

"""The screen uses only the public API of Textual and Rich."""

from __future__ import annotations

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import codetui

PACKAGE = Path(codetui.__file__).parent
MODULES = sorted(PACKAGE.glob("**/*.py"))
TOOLKITS = ("textual", "rich")
OF_NAMED_TUPLES = {"_replace", "_asdict", "_fields", "_make"}
"""Public in spite of their names."""

KEY_PARSER = {"textual._ansi_sequences", "textual._keyboard_protocol", "textual._xterm_parser"}
"""Modules of Textual that `tui/input.py`, and no other, stands on: its tables of keys, and its parser."""

MAY_OVERRIDE: dict[str, str] = {}
"""Names that a class of ours and its toolkit base may share, each with the reason."""


def is_private(name: str) -> bool:
    """Return whether a name is private: `_name`, but not `__name__`."""
    return name.startswith("_") and not name.startswith("__") and name != "_"


def imports_of(tree: ast.Module) -> Iterator[str]:
    """Return the full names that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_private_module_or_name_of_a_toolkit_is_imported() -> None:
    found = []
    for path in MODULES:
        allowed = KEY_PARSER if path == PACKAGE / "tui" / "input.py" else set()
        imported = imports_of(ast.parse(path.read_text("utf-8")))
        names = [name.split(".") for name in imported if name.rpartition(".")[0] not in allowed]
        found += [(path, parts) for parts in names if parts[0] in TOOLKITS and any(map(is_private, parts))]
    assert found == []


def test_no_private_attribute_of_another_object_is_used() -> None:
    used = [
        (path, ast.unparse(node))
        for path in PACKAGE.glob("tui/**/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and is_private(node.attr) and node.attr not in OF_NAMED_TUPLES
        if not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    ]
    assert used == []


@cache
def body_of(cls: type) -> ast.Module:
    """Return the source of a class; empty if there is none."""
    try:
        return ast.parse(dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return ast.parse("")


@cache
def private_names(cls: type) -> set[str]:
    """Return the private names that the source of a class defines: methods, class variables, attributes of `self`."""
    names: set[str] = set()
    for node in ast.walk(body_of(cls)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                names.add(name)
    return set(filter(is_private, names))


def used_names(cls: type) -> set[str]:
    """Return the private names that the methods of a class use on `self` and `cls`."""
    return {
        node.attr
        for node in ast.walk(body_of(cls))
        if isinstance(node, ast.Attribute) and is_private(node.attr) and ast.unparse(node.value) in ("self", "cls")
    }


def widget_classes() -> list[type]:
    """Return our classes that have a base in a toolkit."""
    names = [module.name for module in pkgutil.walk_packages([str(PACKAGE / "tui")], "codetui.tui.")]
    classes = [
        cls
        for name in names
        for cls in vars(import_module(name)).values()
        if inspect.isclass(cls) and cls.__module__ == name
    ]
    return [cls for cls in classes if any(base.__module__.startswith(TOOLKITS) for base in cls.__mro__)]


def test_no_class_shares_a_private_name_with_its_toolkit_base() -> None:
    for cls in widget_classes():
        bases = [base for base in cls.__mro__ if base.__module__.startswith(TOOLKITS)]
        ours = [base for base in cls.__mro__ if base.__module__.startswith("codetui")]
        theirs = set().union(*map(private_names, bases)).union(*map(vars, bases))
        assert private_names(cls) & theirs - OF_NAMED_TUPLES - set(MAY_OVERRIDE) == set(), cls
        assert used_names(cls) <= set().union(*map(private_names, ours)) | OF_NAMED_TUPLES, cls


def test_every_explained_override_is_still_there() -> None:
    assert set(MAY_OVERRIDE) <= set().union(*map(private_names, widget_classes()))

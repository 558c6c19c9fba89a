"""The manual: the pages of `docs/`, which are installed with the program."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

FIRST = ("tutorial", "study", "sources", "keys", "find", "codebook", "coders", "agreement")
"""The pages that come first, in this order; the others follow by name."""

SUFFIX = ".md"


class ManualPage(NamedTuple):
    """A page of the manual: the topic that names it, and its title."""

    topic: str
    title: str


def manual_pages() -> list[ManualPage]:
    """Return the pages in the order in which they are listed."""
    names = sorted(one.name.removesuffix(SUFFIX) for one in _folder().iterdir() if one.name.endswith(SUFFIX))
    ordered = [name for name in FIRST if name in names]
    ordered += [name for name in names if name not in FIRST]
    return [ManualPage(name, _title(manual_text(name))) for name in ordered]


def manual_text(topic: str) -> str:
    """Return a page as markdown. Raises FileNotFoundError."""
    return _folder().joinpath(f"{topic}{SUFFIX}").read_text("utf-8")


def _folder() -> Traversable:
    """Return the installed folder; that of the repository, if the program runs from there."""
    installed = files("codetui").joinpath("docs")
    return installed if installed.is_dir() else Path(__file__).resolve().parents[3] / "docs"


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")

"""Types that the workbench shares with its controllers and with the dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

from codetui.model import CodeId
from codetui.tui.widgets.codebook_tree import CodeNode

if TYPE_CHECKING:
    from codetui.tui.workbench.screen import WorkbenchScreen

Bench: TypeAlias = "WorkbenchScreen"
"""The workbench as its controllers see it: it imports them."""

Do = Callable[[], None]
T = TypeVar("T")

UNSEEN = 0.4
"""Seconds for which nobody can have read what is asked: a key that comes sooner was typed ahead."""


class Unsaved(NamedTuple, Generic[T]):
    """A value that could not be saved, and the reason: the dialog opens again with both."""

    value: T
    why: str


@runtime_checkable
class KeepsText(Protocol):
    """A dialog with a text that may be unfinished."""

    def keep(self) -> None:
        """Close with the edits as the answer before the program ends; without edits, just close."""


@runtime_checkable
class AsksWhenIdle(Protocol):
    """The app, which prevents keys typed before a question was visible from answering it."""

    def ask_when_idle(self, question: Do) -> None:
        """Call `question`, which opens a dialog that no key requested, as soon as no keys are queued."""


def code_here(bench: Bench) -> CodeId | None:
    """Return the code of the tree's node, or of the coding under the cursor."""
    node, coding = bench.node(), bench.coding_here()
    return node.id if isinstance(node, CodeNode) else coding.code if coding else None

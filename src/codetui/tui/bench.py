"""Types and questions that the workbench shares with its controllers and with the dialogs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeAlias, TypeVar, runtime_checkable

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.core.session.commands import Command
from codetui.model import CodeId
from codetui.study.session.outcome import NotSaved
from codetui.tui.widgets.codebook_tree import CodeNode

if TYPE_CHECKING:
    from codetui.tui.workbench.screen import WorkbenchScreen

Bench: TypeAlias = "WorkbenchScreen"
"""The workbench as its controllers see it: they would import it in a circle."""

Do = Callable[[], None]
T = TypeVar("T")

UNSEEN = 0.4
"""Seconds for which nobody can have read what is asked: a key that comes sooner was typed ahead."""


class RefusedError(Exception):
    """An action cannot be done here; its message states why."""


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


def in_background(bench: Bench, name: str, work: Callable[[], T], done: Callable[[T], object]) -> None:
    """Call `work` in a thread, then `done` with its result on the screen's thread.

    Nothing is done if the screen was closed meanwhile.
    """

    def run() -> None:
        found = work()
        if not get_current_worker().is_cancelled:
            bench.app.call_from_thread(done, found)

    bench.run_worker(run, thread=True, group=name, name=name, exit_on_error=False)


def ask_until_saved(
    bench: Bench, dialog: Callable[[Unsaved[T] | None], Screen[T | None]], save: Callable[[T], str]
) -> None:
    """Open a dialog; open it again with the answer as long as `save` returns why that could not be saved."""

    def ask(lost: Unsaved[T] | None = None) -> None:
        def answered(answer: T) -> None:
            if refused := save(answer):
                ask(Unsaved(answer, refused))

        bench.ask(dialog(lost), answered)

    ask()


def ask_for_command(
    bench: Bench, dialog: Callable[[Unsaved[str] | None], Screen[str | None]], command: Callable[[str], Command]
) -> None:
    """Ask for the text of a command and execute it; ask again as long as it cannot be saved."""

    def save(text: str) -> str:
        outcome = bench.execute_command(command(text))
        return outcome.message if isinstance(outcome, NotSaved) else ""

    ask_until_saved(bench, dialog, save)


def code_here(bench: Bench) -> CodeId | None:
    """Return the code of the tree's node, or of the coding under the cursor."""
    node, coding = bench.node(), bench.coding_here()
    return node.id if isinstance(node, CodeNode) else coding.code if coding else None

"""Copy text to the clipboard: by the terminal (OSC 52), or by the `copy_command` of the user's settings."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

LONGEST_SEQUENCE = 100_000
"""Bytes of a sequence that common terminals accept; longer ones they ignore or cut."""

PATIENCE = 5.0
"""Seconds for a command to end; a program that stays to own the clipboard has closed its streams by then."""


class Copied(NamedTuple):
    """The destination of a copied text, or the reason why it was not copied."""

    words: str
    is_refused: bool = False


@runtime_checkable
class CopiesText(Protocol):
    """The app, which copies texts for screens and dialogs."""

    def copy_text(self, text: str, what: str, done: Callable[[Copied], None]) -> None:
        """Copy a text, and call `done` with where it went; `what` names the text."""


def by_terminal(what: str, text: str) -> Copied:
    """Return what to say of a text that the terminal was asked to copy, which answers nothing."""
    if len(text.encode("utf-8", "replace")) * 4 // 3 > LONGEST_SEQUENCE:
        return Copied(f"{what} may be too long for the terminal to copy; set copy_command in your settings.", True)
    return Copied(f"Copied {what} to the terminal's clipboard.")


def by_command(command: str | Sequence[str], what: str, text: str) -> Copied:
    """Pipe a text into a program, without a shell, and return where it went."""
    try:
        arguments = shlex.split(command, posix=os.name != "nt") if isinstance(command, str) else list(command)
        ended = subprocess.run(
            arguments,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            # Not a pipe: a program that stays in the background would hold it open.
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _refused(arguments[0], f"it did not end within {PATIENCE:g} seconds")
    except (OSError, ValueError) as error:
        # ValueError: a quotation mark without its other one.
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return _refused(command if isinstance(command, str) else command[0], why)
    if ended.returncode:
        return _refused(arguments[0], f"it ended with code {ended.returncode}")
    return Copied(f"Copied {what} by {arguments[0]}.")


def _refused(program: str, why: str) -> Copied:
    return Copied(f"Nothing is copied by {program}: {why}. Correct copy_command in your settings.", True)

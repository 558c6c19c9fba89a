"""Lines of text out, lines of text in: no cursor addressing, no colour, no time-outs.

What ends the program or a question is raised only while it waits for a line, so that no step is cut in two.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from codetui.core.text.display import sanitize, sanitize_paste

SIGNALS = ("SIGHUP", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM")
"""The signals that end a program and can be handled; Windows lacks most of them."""

BY_SIGNAL = 128
"""Shells report a program that was ended by signal n with the exit code 128 + n."""

HANG_UP = 1
"""The number of the signal for a closed terminal."""

PAGE = 9
"""The entries of a list that are read at once."""

END = "."
"""The line that ends a text of several lines."""

YES = ("y", "yes", "j", "ja")


class InputEndedError(Exception):
    """The input has ended, or a signal ends the program, with this exit code."""

    def __init__(self, code: int = 0) -> None:
        super().__init__()
        self.code = code


class CancelledError(Exception):
    """The coder left a question without an answer."""


class Conversation:
    """The conversation with a coder."""

    def __init__(self, read: Callable[[], str] = lambda: sys.stdin.readline()) -> None:
        """Use `read`, which returns a line with its newline, or an empty text at the end."""
        self._is_interrupted = False
        self._read = read
        self._is_waiting = False
        self._ended = 0

    # --- output -----------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Print a text, without control characters."""
        self._print(f"{sanitize(text)}\n")

    def _print(self, text: str) -> None:
        """Print a text; a terminal that is gone ends the program at the next question."""
        try:
            print(text, end="", flush=True)
        except OSError:
            self._ended = self._ended or HANG_UP

    # --- input ------------------------------------------------------------------------------------

    def ask(self, question: str) -> str:
        """Print a question on one line and return the answer without blanks around it.

        Raises CancelledError after Ctrl+C, and InputEndedError.
        """
        if self.takes_interrupt():
            raise CancelledError
        self._print(f"{sanitize(question)} ")
        line = self._line()
        if not line:
            self._print("\n")
            raise InputEndedError(BY_SIGNAL + self._ended if self._ended else 0)
        return sanitize_paste(line).strip()

    def _line(self) -> str:
        try:
            self._is_waiting = True
            # A signal that came while the question was printed is no exception yet.
            if self.takes_interrupt():
                raise KeyboardInterrupt
            line = "" if self._ended else self._read()
            self._is_waiting = False
        except KeyboardInterrupt:
            self._is_waiting = False
            self.say("")
            raise CancelledError from None
        except OSError:
            # The terminal is gone.
            self._is_waiting = False
            return ""
        return line

    def takes_interrupt(self) -> bool:
        """Return whether Ctrl+C was pressed while no line was awaited, once; without this the next question is left."""
        was, self._is_interrupted = self._is_interrupted, False
        return was

    def ask_text(self, question: str, keep: Callable[[str], None]) -> str:
        """Return a text of several lines; `keep` receives what was written so far, line by line."""
        self.say(question)
        self.say("A line with a single full stop ends the text; without a text it changes nothing.")
        written: list[str] = []
        while True:
            line = self.ask("Text:")
            if line == END:
                return "\n".join(written).strip()
            written.append(line)
            keep("\n".join(written))

    def confirm(self, question: str) -> bool:
        """Return whether the answer is yes."""
        return self.ask(f"{question} Yes or no:").lower() in YES

    def choose(self, entries: Sequence[str], question: str = "Number, or Enter for none:") -> int | None:
        """Read a numbered list, nine entries at a time; return the index of the chosen one, None for none."""
        at = 0
        while True:
            for number, entry in enumerate(entries[at : at + PAGE], at + 1):
                self.say(f"{number}: {entry}")
            rest = len(entries) - at - PAGE
            answer = self.ask(f"m shows {rest:,} more. {question}" if rest > 0 else question)
            if answer.isdecimal() and 1 <= int(answer) <= len(entries):
                return int(answer) - 1
            if rest > 0 and answer.lower() in ("m", "more"):
                at += PAGE
            elif answer:
                self.say(f"{answer} is not a number from 1 to {len(entries)}; nothing is chosen.")
                return None
            else:
                return None

    # --- signals ----------------------------------------------------------------------------------

    @contextmanager
    def handling_signals(self) -> Iterator[None]:
        """End at the next question when a signal comes; Ctrl+C cancels the question."""
        numbers = [getattr(signal, name) for name in (*SIGNALS, "SIGINT") if hasattr(signal, name)]
        before = {number: signal.getsignal(number) for number in numbers}
        for number in numbers:
            signal.signal(number, self._interrupt if number == signal.SIGINT else self._end)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end(self, number: int, _: FrameType | None) -> None:
        self._ended = number
        if self._is_waiting:
            self._is_waiting = False
            raise InputEndedError(BY_SIGNAL + number)

    def _interrupt(self, _number: int, _: FrameType | None) -> None:
        if self._is_waiting:
            self._is_waiting = False
            raise KeyboardInterrupt
        self._is_interrupted = True

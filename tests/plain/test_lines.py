"""Lines: a signal counts whether a line is awaited or not, and is never lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

import pytest

from codetui.plain.lines import CancelledError, Conversation, InputEndedError


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.skipif(sys.platform == "win32", reason="these signals are POSIX only")
@pytest.mark.parametrize("when", ["before", "printing", "waiting"])
@pytest.mark.parametrize(("number", "error"), [(signal.SIGINT, CancelledError), (signal.SIGTERM, InputEndedError)])
def test_a_signal_leaves_the_question_whenever_it_comes(
    monkeypatch: pytest.MonkeyPatch, when: str, number: int, error: type[Exception]
) -> None:
    def read() -> str:
        if when == "waiting":
            send(number)
        return "answer\n"

    lines = Conversation(read)
    real: Callable[[str], None] = lines._print
    if when == "printing":
        monkeypatch.setattr(lines, "_print", lambda text: (real(text), send(number)))
    with lines.handling_signals():
        if when == "before":
            send(number)
        with pytest.raises(error):
            lines.ask("Command:")
    assert Conversation(lambda: "answer\n").ask("Command:") == "answer"


def test_a_terminal_that_is_gone_ends_the_input(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = Conversation(lambda: "answer\n")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("builtins.print", refuse)
    lines.say("Sentence 1 of 7.")
    with pytest.raises(InputEndedError) as ended:
        lines.ask("Command:")
    assert ended.value.code == 129

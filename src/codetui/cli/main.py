"""The command line: a router over a few commands; each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper

from codetui.cli.arguments import COMMANDS, coder_name, command_parser, open_parser

EXIT_PROBLEMS = 1
EXIT_UNUSABLE = 2

FRAMES_PER_SECOND = "500"
SWITCH_INTERVAL = 0.001
"""Seconds for which one thread runs while another one waits."""


GC_THRESHOLDS = (2_000, 10, 100)
"""Objects before a collection of young ones: with 100,000 one took 100 ms amid the keys, with 2,000 two or three.

Old ones are collected a hundred times less often: each such collection looks at everything."""


def run(argv: Sequence[str]) -> int:
    """Run one command line; return 0 if it went well, 1 if it found problems, 2 if it could not be done."""
    if missing := [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]:
        _open_null(missing)
    if "stdout" in missing:
        return _error("the standard output is closed, and nothing can be printed; send it to a file or to /dev/null.")
    for stream in (sys.stdout, sys.stderr):
        # Whatever the locale: what another program reads, or a terminal shows, is UTF-8.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = _exit_code(argv)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_PROBLEMS
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        code = _error(f"{error.filename or 'the output'}: {error.strerror or error}")
        _ignore_closed_terminal()
        return code


def _exit_code(argv: Sequence[str]) -> int:
    """Run a command line and return its exit code, argparse's too."""
    try:
        return _route(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_UNUSABLE


def _open_null(missing: Sequence[str]) -> None:
    """Open the streams that were closed when Python started: nothing to read, and writing to nowhere."""
    for name in missing:
        setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _error(message: object) -> int:
    from codetui.cli import console

    return console.error(message)


def _route(argv: Sequence[str]) -> int:
    first = argv[0] if argv else ""
    if first in COMMANDS:
        return _run_command(first, command_parser(first).parse_args(argv[1:]))
    options = open_parser().parse_args(argv)
    if options.path in COMMANDS:
        name = options.path
        return _error(f"a command comes first: `codetui {name} …`, its options behind it; ./{name} names a folder.")
    if options.path and not os.path.exists(options.path):  # noqa: PTH110 - pathlib loads slowly
        return _error(_unknown(options.path))
    return _run_command("open", options)


def _run_command(name: str, options: argparse.Namespace) -> int:
    from codetui.study.study import StudyError

    try:
        return _command(name, options)(options)
    except StudyError as error:
        return _error(error)


def _command(name: str, options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    """Return the function of a command; its module is loaded now."""
    if name == "open":
        return _open
    if name == "completion":
        return _completion
    if name == "codebook":
        from codetui.cli import codebook

        return codebook.COMMANDS[options.subcommand]
    from codetui.cli import sessions

    return sessions.COMMANDS[name]


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, COMMANDS, n=1)
    if close:
        return f"there is no “{word}” here; did you mean `codetui {close[0]}`?"
    from pathlib import Path

    from codetui.study.study import missing_corpus

    return str(missing_corpus(Path(word)))


def _open(options: argparse.Namespace) -> int:
    # Frames follow the keys at once: Textual would wait for the next of 60 a second.
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)
    # Little is garbage until the first frame; the workbench turns the collector on behind it.
    gc.disable()
    gc.set_threshold(*GC_THRESHOLDS)
    # A background thread gives way to keys sooner than after Python's 5 ms.
    sys.setswitchinterval(SWITCH_INTERVAL)
    from codetui.cli.sessions import open_study
    from codetui.study.workspace import open_workspace

    options.corpus = options.path or options.corpus
    study = open_study(options)
    workspace = open_workspace(study, coder_name(options.coder), wanted=options.ad, is_shared=True)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _error("the workbench needs a terminal; `codetui export`, `status` and `check` do not.")
    from codetui.tui.app import CodetuiApp
    from codetui.tui.shutdown import forgiving_terminal

    app = CodetuiApp(workspace)
    with forgiving_terminal():
        app.run()
    words = app.last_words
    workspace.release()
    for line in words:
        with suppress(OSError):
            _error(line)
    _ignore_closed_terminal()
    return app.return_code or (EXIT_PROBLEMS if words else 0)


def _ignore_closed_terminal() -> None:
    """Discard what a closed terminal cannot take: Python would exit with a code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _completion(options: argparse.Namespace) -> int:
    from importlib.resources import files

    print(files("codetui").joinpath("completions", f"codetui.{options.shell}").read_text("utf-8"), end="")
    return 0

"""The command line: a router over a few commands; each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper

from codetui import __version__

OWN_OUTPUT = "export"
"""The command that writes a folder of its own name."""

TYPE_CHECKING = False
"""As in typing, which loads more slowly than `--help` runs."""
if TYPE_CHECKING:
    from typing import NoReturn

    from codetui.cli.options import Command

EXIT_PROBLEMS = 1
EXIT_UNUSABLE = 2

FRAMES_PER_SECOND = "500"
SWITCH_INTERVAL = 0.001
"""Seconds for which one thread runs while another one waits."""


GC_THRESHOLDS = (2_000, 10, 100)
"""Objects before a collection of young ones: with 100,000 one took 100 ms amid the keys, with 2,000 two or three.

Old ones are collected a hundred times less often: each such collection looks at everything."""


COMMAND_THRESHOLDS = (50_000, 20, 100)
"""The same for commands, which nobody types into: 200,000 sources take a quarter less time than with Python's own."""


def run(argv: Sequence[str]) -> int:
    """Run one command line; return 0 if it succeeded, 1 if it found problems, 2 if it failed."""
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
        from codetui.cli.console import ignore_closed_terminal

        code = _error(f"{error.filename or 'the output'}: {error.strerror or error}")
        ignore_closed_terminal()
        return code
    except Exception:
        from traceback import format_exc

        from codetui.study.session.fallback import report_crash

        _error(report_crash(format_exc()))
        return EXIT_PROBLEMS


def _exit_code(argv: Sequence[str]) -> int:
    """Run a command line and return its exit code, including that of argparse."""
    try:
        return _route(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_UNUSABLE


def _open_null(missing: Sequence[str]) -> None:
    """Open the streams that were closed when Python started: reads return nothing, and writes are discarded."""
    for name in missing:
        setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def _error(message: object) -> int:
    from codetui.cli import console

    return console.error(message)


def _route(argv: Sequence[str]) -> int:
    first = argv[0] if argv else ""
    if first in COMMANDS:
        try:
            options = command_parser(first).parse_args(argv[1:])
        except SystemExit as stop:
            if stop.code:
                _note_folder(first)
            raise
        if len(argv) == 1 and first != OWN_OUTPUT:
            _note_folder(first)
        return _run_command(f"{first} {options.subcommand}" if first in GROUPS else first, options)
    options = open_parser().parse_args(argv)
    if options.path in COMMANDS:
        name = options.path
        return _error(f"a command comes first, then its options: `codetui {name} …`; ./{name} names a folder.")
    if options.path and not os.path.exists(options.path):  # noqa: PTH110 - pathlib loads slowly
        return _error(_unknown(options.path))
    return _run(open_workbench, options)


def _note_folder(name: str) -> None:
    """Print that a command was run, and how to open the folder or file of the same name, if there is one."""
    if os.path.exists(name):  # noqa: PTH110 - pathlib loads slowly
        from codetui.cli.console import note

        note(f"codetui: {name} is a command here. To open {name} in this folder, write `codetui ./{name}`.")


def _run_command(name: str, options: argparse.Namespace) -> int:
    gc.set_threshold(*COMMAND_THRESHOLDS)
    return _run(_command(name).run, options)


def _run(command: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    from codetui.study.study import StudyError

    try:
        return command(options)
    except StudyError as error:
        return _error(error)


def _command(name: str) -> Command:
    """Return a command, such as `find` or `codebook import`, loading its module now."""
    from importlib import import_module

    module = import_module(f"codetui.cli.{_COMMANDS[name.partition(' ')[0]][0]}")
    command: Command = module.COMMANDS[name]
    return command


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, COMMANDS, n=1)
    if close:
        return f"there is no “{word}” here; did you mean `codetui {close[0]}`?"
    from pathlib import Path

    from codetui.study.study import missing_corpus

    return str(missing_corpus(Path(word)))


def open_workbench(options: argparse.Namespace, *, is_tutorial: bool = False) -> int:
    """Open the screen, or the plain mode in a terminal that cannot draw."""
    if os.environ.get("TERM") == "dumb" and sys.stdin.isatty() and sys.stdout.isatty():
        return _open_plain(options)
    # Frames follow the keys at once: Textual would wait for the next of 60 a second.
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)
    # Little is garbage until the first frame; the workbench turns the collector on behind it.
    gc.disable()
    gc.set_threshold(*GC_THRESHOLDS)
    # A background thread gives way to keys sooner than after Python's 5 ms.
    sys.setswitchinterval(SWITCH_INTERVAL)
    from codetui.cli.console import ignore_closed_terminal, progress, waiting
    from codetui.cli.sessions import coder_name, open_study
    from codetui.study.workspace import open_workspace

    options.corpus = options.path or options.corpus
    study = open_study(options)
    study.reader = coder_name(options.coder)
    with waiting(f"Reading {study.corpus.path} …"), progress(f"Reading {study.corpus.path}") as show:
        workspace = open_workspace(study, study.reader, wanted=options.ad, is_shared=True, report=show)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _error("the workbench needs a terminal; `codetui export`, `status`, `check` and `plain` do not.")
    from codetui.formats.settings import Names
    from codetui.study.settings import SettingsFiles
    from codetui.tui.actions import ACTIONS, PRESETS
    from codetui.tui.app import CodetuiApp
    from codetui.tui.shutdown import forgiving_terminal

    names = Names([action.id for action in ACTIONS], PRESETS)
    app = CodetuiApp(workspace, SettingsFiles(names, study.codebook_service), is_tutorial=is_tutorial)
    with forgiving_terminal():
        words = app.run_to_end()
    workspace.release()
    for line in words:
        with suppress(OSError):
            _error(line)
    ignore_closed_terminal()
    return app.return_code or (EXIT_PROBLEMS if words else 0)


def _open_plain(options: argparse.Namespace) -> int:
    from codetui.cli.coding import plain

    print("This terminal cannot draw (TERM is dumb), so this is the plain mode, line by line.")
    return plain(options)


_COMMANDS = {
    "plain": ("coding", "code line by line, without a drawn screen: for screen readers and TERM=dumb"),
    "show": ("coding", "print an ad with its codings, its profile and its state"),
    "next": ("coding", "print the id of the next ad to code"),
    "code": ("coding", "assign a code to words of an ad"),
    "recode": ("coding", "give a quotation another code"),
    "move": ("coding", "change the words of a quotation"),
    "note": ("coding", "write a note on a quotation or a code, or a memo on an ad"),
    "remove": ("coding", "remove a coding"),
    "profile": ("coding", "assign a profile with its reasoning"),
    "done": ("coding", "mark an ad done, or not done"),
    "undo": ("coding", "undo your last step in an ad"),
    "redo": ("coding", "redo the step undone last"),
    "import": ("sessions", "import documents that were written by hand"),
    "import-codings": ("codings", "import codings by a model or another program as a coder of their own"),
    "invented": ("codings", "list the quotations of a coder that are not in the ads"),
    "export": ("export", "export all sessions as markdown, CSV, JSON lines, Excel, REFI-QDA and others"),
    "find": ("find", "find words, quotations and codes in all ads and sessions"),
    "sample": ("sample", "draw ads at random, and assign them to coders"),
    "adjudicate": ("adjudicate", "settle where coders disagree"),
    "stats": ("stats", "count profiles, codes and terms, as a whole and by group"),
    "status": ("sessions", "show progress per ad"),
    "check": ("sessions", "list every problem of codebook, corpus and sessions"),
    "agree": ("agreement", "compare coders: profiles, codes and quotations, with intervals"),
    "report": ("report", "write the whole study as one page: figures, agreement, quotations, methods; or verify one"),
    "merge": ("sessions", "merge sessions from a USB stick, a clone or another machine"),
    "codebook": ("codebook", "import, export, check, compare and migrate codebooks"),
    "study": ("study", "erase a text from the whole study, or freeze all of it in a zip file"),
    "sources": ("study", "extract the texts of documents anew"),
    "init": ("sessions", "create a new study in a folder"),
    "kit": ("program", "write the study and the program to a USB stick, for use without a network"),
    "tutor": ("program", "learn the keys in ten minutes, on an invented ad"),
    "config": ("config", "show and check your settings, and list all keys"),
    "help": ("program", "show a page of the manual"),
    "completion": ("program", "print the completion file of a shell"),
}
"""Every command: the module in `cli` whose `COMMANDS` has its arguments and its function, and its help."""

COMMANDS = {name: words for name, (_, words) in _COMMANDS.items()}
GROUPS = {
    "codebook": {
        "import": "make a codebook from a coding book, or from codes of another program",
        "export": "write the coding book as markdown, a page for printing, or for other programs",
        "check": "list every problem of the codebook",
        "diff": "show what changed between two codebooks",
        "propose": "propose rules for migrating from one codebook to the next, for you to edit",
        "migrate": "migrate all sessions from one codebook to the next by such rules",
        "proposals": "list changes of the codebook that coders propose, and edits by hand that no editor has seen",
        "accept": "make a proposed change of the codebook",
        "decline": "decline a proposed change, or take back edits by hand",
        "finish": "finish a change of the codebook that was interrupted, or undo it",
    },
    "sources": {
        "refresh": "extract the texts that were coded anew, show what has changed, and locate the codings",
    },
    "study": {
        "erase": "erase a text, its codings and its words from the study, after consent was withdrawn",
        "freeze": "pack the study in a zip file, from which others can compute its figures",
    },
}
"""The commands of which each has further commands."""

TOPICS = {
    "begin": ("init", "tutor", "help", "plain", "config", "completion"),
    "code without the screen": tuple(
        name for name, (module, _) in _COMMANDS.items() if module == "coding" and name != "plain"
    ),
    "see how far you are": ("status", "check", "find", "sample"),
    "compare coders": ("agree", "adjudicate", "invented"),
    "count and report": ("stats", "report"),
    "import and export": ("import", "import-codings", "export", "merge", "kit", "codebook"),
    "look after the texts": ("sources", "study"),
}
"""The headings of the help, with their commands; any other command is listed behind them."""

DESCRIPTION = "Code texts by hand from the keyboard."


class Parser(argparse.ArgumentParser):
    """Reports errors without control characters: arguments may be file names of any origin."""

    def error(self, message: str) -> NoReturn:
        """End the program with the usage and the message."""
        from codetui.core.text.display import sanitize

        super().error(sanitize(message))


def open_parser() -> argparse.ArgumentParser:
    """Return the parser of `codetui [CORPUS]`."""
    parser = Parser(
        prog="codetui",
        usage="codetui [CORPUS] [options]\n       codetui COMMAND [options]",
        description=DESCRIPTION,
        epilog=f"{_listing()}\n\n`codetui COMMAND --help` explains one. A folder named like a command opens as ./NAME.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", metavar="CORPUS", help="the same as --corpus")
    _add_open(parser)
    parser.add_argument("--version", action="version", version=f"codetui {__version__}")
    return parser


def _listing() -> str:
    """Return all commands by topic."""
    listed = {name for names in TOPICS.values() for name in names}
    topics = {**TOPICS, "more": tuple(name for name in COMMANDS if name not in listed)}
    lines = [
        "\n".join([f"{topic}:", *(f"  {name:<16}{COMMANDS[name]}" for name in names)])
        for topic, names in topics.items()
        if names
    ]
    return "\n\n".join(lines)


def _add_open(parser: argparse.ArgumentParser) -> None:
    from codetui.cli.options import CODER, PARTS, add_study

    add_study(parser, *PARTS, coder=CODER)
    parser.add_argument("--ad", metavar="ID", help="open this ad first")


def command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command, or of a group of them."""
    parser = Parser(prog=f"codetui {name}", description=_sentence(COMMANDS[name]))
    _add_arguments(name, parser)
    return parser


def whole_parser() -> argparse.ArgumentParser:
    """Return one parser for everything, from which the completion files are made."""
    parser = Parser(prog="codetui", description=DESCRIPTION)
    _add_open(parser)
    parser.add_argument("--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, words in COMMANDS.items():
        _add_arguments(name, commands.add_parser(name, help=words))
    return parser


def _add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a command, or the commands of a group."""
    if name not in GROUPS:
        _command(name).add_arguments(parser)
        return
    commands = parser.add_subparsers(metavar="COMMAND", dest="subcommand", required=True)
    for below, words in GROUPS[name].items():
        _command(f"{name} {below}").add_arguments(commands.add_parser(below, help=words, description=_sentence(words)))


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."

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

TYPE_CHECKING = False
"""As in typing, which loads more slowly than `--help` runs."""
if TYPE_CHECKING:
    from typing import NoReturn

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
        code = _error(f"{error.filename or 'the output'}: {error.strerror or error}")
        _ignore_closed_terminal()
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
        return _run_command(first, command_parser(first).parse_args(argv[1:]))
    options = open_parser().parse_args(argv)
    if options.path in COMMANDS:
        name = options.path
        return _error(f"a command comes first, then its options: `codetui {name} …`; ./{name} names a folder.")
    if options.path and not os.path.exists(options.path):  # noqa: PTH110 - pathlib loads slowly
        return _error(_unknown(options.path))
    return _run_command("open", options)


def _run_command(name: str, options: argparse.Namespace) -> int:
    from codetui.study.study import StudyError

    if name != "open":
        gc.set_threshold(*COMMAND_THRESHOLDS)
    try:
        return _command(name, options)(options)
    except StudyError as error:
        return _error(error)


def _command(name: str, options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    """Return the function of a command, loading its module now."""
    if name == "open":
        return _open
    if name == "completion":
        return _completion
    if name == "tutor":
        return _tutor
    if name == "config":
        from codetui.cli import config

        return config.config
    if name == "codebook":
        from codetui.cli import codebook

        return codebook.COMMANDS[options.subcommand]
    if name == "adjudicate":
        from codetui.cli.adjudicate import adjudicate

        return adjudicate
    if name == "sample":
        from codetui.cli.sample import sample

        return sample
    if name == "find":
        from codetui.cli.find import find

        return find
    if name in ("import-codings", "invented"):
        from codetui.cli import codings

        return codings.COMMANDS[name]
    if name == "agree":
        from codetui.cli.agreement import agree

        return agree
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


def _tutor(options: argparse.Namespace) -> int:
    """Open the tutor's study in a folder that is thrown away."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from codetui.study.study import create_tutorial

    with TemporaryDirectory(prefix="codetui-tutor-") as folder:
        create_tutorial(Path(folder))
        options = open_parser().parse_args(["--study", folder, "--coder", options.coder or "you"])
        return _open(options, is_tutorial=True)


def _open(options: argparse.Namespace, *, is_tutorial: bool = False) -> int:
    # Frames follow the keys at once: Textual would wait for the next of 60 a second.
    os.environ.setdefault("TEXTUAL_FPS", FRAMES_PER_SECOND)
    # Little is garbage until the first frame; the workbench turns the collector on behind it.
    gc.disable()
    gc.set_threshold(*GC_THRESHOLDS)
    # A background thread gives way to keys sooner than after Python's 5 ms.
    sys.setswitchinterval(SWITCH_INTERVAL)
    from codetui.cli.sessions import coder_name, open_study
    from codetui.study.workspace import open_workspace

    options.corpus = options.path or options.corpus
    study = open_study(options)
    study.reader = coder_name(options.coder)
    workspace = open_workspace(study, study.reader, wanted=options.ad, is_shared=True)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return _error("the workbench needs a terminal; `codetui export`, `status` and `check` do not.")
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
    _ignore_closed_terminal()
    return app.return_code or (EXIT_PROBLEMS if words else 0)


def _ignore_closed_terminal() -> None:
    """Discard output that a closed terminal cannot receive: Python would exit with its own exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _completion(options: argparse.Namespace) -> int:
    from importlib.resources import files

    print(files("codetui").joinpath("completions", f"codetui.{options.shell}").read_text("utf-8"), end="")
    return 0


TYPE_CHECKING = False
"""As in typing, which loads more slowly than `--help` runs."""


COMMANDS = {
    "import": "import documents that were written by hand",
    "import-codings": "import codings by a model or another program as a coder of their own",
    "invented": "list the quotations of a coder that are not in the ads",
    "export": "export all sessions as markdown, CSV, JSON lines or Excel (xlsx)",
    "find": "find words, quotations and codes in all ads and sessions",
    "sample": "draw ads at random, and say who codes which",
    "adjudicate": "settle where two coders disagree",
    "status": "show progress per ad",
    "check": "list every problem of codebook, corpus and sessions",
    "agree": "compare coders: profiles, codes and quotations, with intervals",
    "merge": "merge sessions from a USB stick, a clone or another machine",
    "codebook": "import, export, check, compare and migrate codebooks",
    "init": "create a new study in a folder",
    "tutor": "learn the keys in ten minutes, on an invented ad",
    "config": "show and check your settings, and list all keys",
    "completion": "print the completion file of a shell",
}
CODEBOOK_COMMANDS = {
    "import": "make a codebook from a coding book in markdown",
    "export": "write the coding book as markdown, or as a page for printing",
    "check": "list every problem of the codebook",
    "diff": "show what changed between two codebooks",
    "propose": "propose rules for migrating from one codebook to the next, for you to edit",
    "migrate": "migrate all sessions from one codebook to the next by such rules",
    "finish": "finish a change of the codebook that was interrupted, or take it back",
}
OFFSETS = (
    "start and end count code points (not bytes, not UTF-16 units) from 0 in the text as codetui shows it: for a file "
    "the whole file, for a table the title, a blank line and the body; line ends are LF, without a byte order mark. "
    "start_in_body and end_in_body count in the body alone. place is exact (the words occur there, apart from white "
    "space), folded (quotes, dashes or case differ, or a marked cut), fuzzy (they resemble ad_words), ambiguous "
    "(several places) or none; to_check marks those that the coder has not accepted. In CSV an apostrophe precedes "
    "what a spreadsheet could take for a formula, also behind ; and tabs in a cell. A program that ignores quotes "
    "still cuts such cells apart, which no CSV can prevent: --format xlsx is for opening by a double click."
)
"""The meaning of the columns of exports."""

CODEBOOK_NAME = "a codebook file, or the version or hash of one used before"
PARTS = {
    "corpus": ("PATH", "a folder of ads, or one file; default: the place named in the codebook, else ads beside it"),
    "codebook": ("FILE", "default: codebook.toml in the study"),
    "sessions": ("DIR", "default: sessions in the study"),
}
"""The parts of a study that have options, with the options' arguments and help."""

CODER = "default: $CODETUI_CODER, then the login name"
ONE_CODER = "only this coder's sessions"
DESCRIPTION = "Code texts by hand from the keyboard."


class Parser(argparse.ArgumentParser):
    """Reports errors without control characters: arguments may be file names of any origin."""

    def error(self, message: str) -> NoReturn:
        """End the program with the usage and the message."""
        from codetui.core.text.display import sanitize

        super().error(sanitize(message))


def open_parser() -> argparse.ArgumentParser:
    """Return the parser of `codetui [CORPUS]`."""
    listing = "\n".join(f"  {name:<16}{words}" for name, words in COMMANDS.items())
    parser = Parser(
        prog="codetui",
        usage="codetui [CORPUS] [options]\n       codetui COMMAND [options]",
        description=DESCRIPTION,
        epilog=f"commands:\n{listing}\n\nA folder named like a command opens as ./NAME.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("path", nargs="?", metavar="CORPUS", help="the same as --corpus")
    _add_open(parser)
    parser.add_argument("--version", action="version", version=f"codetui {__version__}")
    return parser


def _add_open(parser: argparse.ArgumentParser) -> None:
    _add_study(parser, *PARTS, coder=CODER)
    parser.add_argument("--ad", metavar="ID", help="open this ad first")


def command_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command."""
    parser = Parser(prog=f"codetui {name}", description=_sentence(COMMANDS[name]))
    add_arguments(name, parser)
    return parser


def whole_parser() -> argparse.ArgumentParser:
    """Return one parser for everything, from which the completion files are made."""
    parser = Parser(prog="codetui", description=DESCRIPTION)
    _add_open(parser)
    parser.add_argument("--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, words in COMMANDS.items():
        add_arguments(name, commands.add_parser(name, help=words))
    return parser


def add_arguments(command: str, parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a command; those of a command on codebooks are named `codebook import` and so on."""
    match command:
        case "codebook":
            commands = parser.add_subparsers(metavar="COMMAND", dest="subcommand", required=True)
            for below, words in CODEBOOK_COMMANDS.items():
                add_arguments(f"codebook {below}", commands.add_parser(below, help=words, description=_sentence(words)))
        case "import":
            parser.add_argument("documents", nargs="+", metavar="DOC.md", help="documents, or folders of them")
            _add_study(parser, *PARTS, coder=CODER)
        case "import-codings" | "invented":
            from codetui.cli import codings

            _add_study(parser, *PARTS, coder=ONE_CODER if command == "invented" else "")
            codings.add_arguments(command, parser)
        case "export":
            from codetui.formats.export import EXPORTERS, TABLES

            _add_study(parser, *PARTS, coder=ONE_CODER)
            _add_format(parser, tuple(EXPORTERS))
            words = "the table; default: codings, in xlsx a sheet for each"
            parser.add_argument("--what", choices=tuple(TABLES), help=words)
            _add_output(parser, None, "a file, or a folder of documents")
            parser.epilog = OFFSETS
        case "find":
            words = """such as 'python -senior', 'code:TASK4' or 'TASK3 & TECH1'; docs/find.md has all of it"""
            parser.add_argument("query", metavar="QUERY", help=words)
            _add_study(parser, *PARTS, coder=CODER)
            parser.add_argument("--all-coders", action="store_true", help="search the codings of all coders")
            parser.add_argument("--count", action="store_true", help="print only the numbers")
            formats = parser.add_mutually_exclusive_group()
            formats.add_argument("--json", action="store_true", help="print JSON")
            formats.add_argument("--csv", action="store_true", help="print a table")
            _add_output(parser, None, "a file; .json and .csv choose the format")
        case "adjudicate":
            from codetui.cli import adjudicate

            _add_study(parser, *PARTS)
            adjudicate.add_arguments(parser)
        case "sample":
            from codetui.cli import sample

            _add_study(parser, *PARTS)
            sample.add_arguments(parser)
        case "status" | "check":
            _add_study(parser, *PARTS, coder=ONE_CODER)
            _add_json(parser)
        case "agree":
            parser.add_argument(
                "coders", nargs="+", metavar="CODER", help="two coders or more; the first is the reference"
            )
            _add_agreement(parser)
            _add_study(parser, *PARTS)
            _add_json(parser)
            _add_output(parser, None, "default: stdout")
            parser.epilog = "Exit code 3 if a figure is below its --at-least. docs/agreement.md explains the figures."
        case "merge":
            parser.add_argument("folders", nargs="*", metavar="DIR", help="studies, folders of coders, or logs")
            _add_study(parser, *PARTS)
            parser.add_argument("--dry-run", action="store_true", help="only show what would be merged")
            parser.add_argument("--install-driver", action="store_true", help="let git in this clone merge documents")
            driver = ("BASE", "OURS", "THEIRS", "PATH")
            parser.add_argument("--driver", nargs=4, metavar=driver, help="run by git; OURS becomes the merge")
        case "init":
            parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="default: this folder")
        case "tutor":
            parser.add_argument("--coder", metavar="NAME", help="default: you")
        case "config":
            _add_study(parser, "codebook")
            parser.add_argument("--actions", action="store_true", help="list all actions with their keys and help")
            parser.add_argument(
                "--path", action="store_true", dest="is_path_only", help="print the path of your settings alone"
            )
            _add_json(parser)
        case "completion":
            parser.add_argument("shell", choices=("bash", "zsh", "tcsh", "fish"))
        case "codebook import":
            parser.add_argument("book", metavar="BOOK.md", help="a coding book in markdown, or a table of codes in CSV")
            _add_study(parser, "codebook")
            _add_output(parser, None, "default: the codebook of the study")
        case "codebook export":
            _add_study(parser, "codebook")
            _add_format(parser, ("markdown", "html"))
            _add_output(parser, None, "default: coding_book.md or .html")
        case "codebook check":
            parser.add_argument("path", nargs="?", metavar="FILE", help="the same as --codebook")
            _add_study(parser, "codebook")
            _add_json(parser)
        case "codebook diff" | "codebook propose":
            parser.add_argument("old", metavar="OLD", help=CODEBOOK_NAME)
            parser.add_argument("new", metavar="NEW", help=CODEBOOK_NAME)
            _add_study(parser, "sessions")
            if command == "codebook diff":
                _add_json(parser)
            else:
                _add_output(parser, "map.toml", "default: map.toml")
        case "codebook migrate":
            words = "the rules; `codebook propose` writes some"
            parser.add_argument("--map", required=True, metavar="FILE", help=words)
            parser.add_argument("--old", metavar="FILE", help="the codebook that the sessions come from")
            parser.add_argument("--dry-run", action="store_true", help="only count what would change")
            _add_study(parser, *PARTS, coder=ONE_CODER)
        case "codebook finish":
            parser.add_argument("--undo", action="store_true", help="take it back instead")
            _add_study(parser, *PARTS)


def _add_agreement(parser: argparse.ArgumentParser) -> None:
    """Add the options of `agree`."""
    add = parser.add_argument
    add("--iou", type=float, default=0.5, metavar="T", help="overlap from which on quotations match; default: 0.5")
    add(
        "--map",
        action="append",
        metavar="FILE",
        help="rules as for `codebook migrate`, for sessions of another codebook",
    )
    add("--all-ads", action="store_true", help="also ads that a coder has not marked done")
    add("--code", metavar="ID", help="only this code")
    add("--by", choices=("week", "ad"), help="add a table of the weeks, or of the ads")
    add("--list", action="store_true", help="list every disagreement on quotations instead")
    add("--figures", choices=("main", "all"), default="main", help="all adds u-alpha and others; default: main")
    add("--leave-ambiguous-out", action="store_true", help="do not place words that occur several times")
    add("--count-unplaced", action="store_true", help="count codes whose words are not in the ad as given")
    add("--resamples", type=int, default=2000, metavar="N", help="for the intervals; default: 2000")
    add("--seed", type=int, default=1, metavar="N", help="of the resamples; default: 1")
    add("--at-least", action="append", metavar="NAME=N", help="end with exit code 3 if a figure is lower: spans=.6")
    add("--csv", action="store_true", help="print CSV")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


# --- shared options ---------------------------------------------------------------------------------


def _add_study(parser: argparse.ArgumentParser, *parts: str, coder: str = "") -> None:
    """Add the options that name a study and its parts, and the coder whose sessions are meant."""
    parser.add_argument("--study", default=".", metavar="DIR", help="the folder of the study; default: this folder")
    for part in parts:
        metavar, words = PARTS[part]
        parser.add_argument(f"--{part}", metavar=metavar, help=words)
    if coder:
        parser.add_argument("--coder", metavar="NAME", help=coder)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_format(parser: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    parser.add_argument("--format", choices=choices, help=f"default: the one of the suffix of -o, else {choices[0]}")


def _add_output(parser: argparse.ArgumentParser, default: str | None, words: str) -> None:
    parser.add_argument("-o", "--output", default=default, metavar="PATH", help=f"{words}; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite existing files")

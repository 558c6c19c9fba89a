"""The commands of the command line and their options."""

from __future__ import annotations

import argparse
import os

from codetui import __version__

TYPE_CHECKING = False
"""As in typing, which takes longer to load than all that `--help` does."""
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

COMMANDS = {
    "import": "import documents that people have written",
    "export": "export all sessions as markdown, CSV or JSON lines",
    "status": "show progress per ad",
    "check": "list every problem of codebook, corpus and sessions",
    "merge": "merge sessions from a stick, a clone or another machine",
    "codebook": "import, export, check, compare and migrate codebooks",
    "init": "create a new study in a folder",
    "completion": "print the completion file of a shell",
}
CODEBOOK_COMMANDS = {
    "import": "make a codebook of a coding book in markdown",
    "export": "write the coding book as markdown, or as a page for printing",
    "check": "list every problem of the codebook",
    "diff": "show what changed between two codebooks",
    "propose": "write rules that lead from one codebook to the next, for you to edit",
    "migrate": "migrate all sessions from one codebook to the next by such rules",
}
CODEBOOK_NAME = "a codebook, or one that was coded with by its version or hash"
PARTS = {
    "corpus": ("PATH", "a folder of ads, or one file; default: as the codebook names it, else ads beside it"),
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
    listing = "\n".join(f"  {name:<11}{words}" for name, words in COMMANDS.items())
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
    """Return one parser of everything, from which the completion files are made."""
    parser = Parser(prog="codetui", description=DESCRIPTION)
    _add_open(parser)
    parser.add_argument("--version", action="store_true", help="show the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, words in COMMANDS.items():
        add_arguments(name, commands.add_parser(name, help=words))
    return parser


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command `name`."""
    if name == "codebook":
        commands = parser.add_subparsers(metavar="COMMAND", dest="subcommand", required=True)
        for below, words in CODEBOOK_COMMANDS.items():
            add = commands.add_parser(below, help=words, description=_sentence(words))
            _CODEBOOK_ARGUMENTS[below](add)
    else:
        _ARGUMENTS[name](parser)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def coder_name(given: str | None) -> str:
    """Return the coder's name: as given, else $CODETUI_CODER, else the login name."""
    if given or os.environ.get("CODETUI_CODER"):
        return given or os.environ["CODETUI_CODER"]
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "coder"


# --- shared options ---------------------------------------------------------------------------------


def _add_study(parser: argparse.ArgumentParser, *parts: str, coder: str = "") -> None:
    """Add the options that name a study and some of its parts, and whose sessions are meant."""
    parser.add_argument("--study", default=".", metavar="DIR", help="the folder of the study; default: this folder")
    for part in parts:
        metavar, words = PARTS[part]
        parser.add_argument(f"--{part}", metavar=metavar, help=words)
    if coder:
        parser.add_argument("--coder", metavar="NAME", help=coder)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _add_format(parser: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    parser.add_argument("--format", choices=choices, default=choices[0], help=f"default: {choices[0]}")


def _add_output(parser: argparse.ArgumentParser, default: str | None, words: str) -> None:
    parser.add_argument("-o", "--output", default=default, metavar="PATH", help=f"{words}; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite existing files")


# --- the arguments of each command --------------------------------------------------------------------


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="+", metavar="DOC.md", help="documents, or folders of them")
    _add_study(parser, *PARTS, coder=CODER)


def _export(parser: argparse.ArgumentParser) -> None:
    from codetui.formats.export import EXPORTERS

    _add_study(parser, *PARTS, coder=ONE_CODER)
    _add_format(parser, [exporter.name for exporter in EXPORTERS])
    _add_output(parser, None, "a file, or a folder of documents")


def _report(parser: argparse.ArgumentParser) -> None:
    _add_study(parser, *PARTS, coder=ONE_CODER)
    _add_json(parser)


def _merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", metavar="DIR", help="studies, or folders of sessions, to merge")
    _add_study(parser, *PARTS)
    parser.add_argument("--dry-run", action="store_true", help="only show what would be merged")
    parser.add_argument("--install-driver", action="store_true", help="let git in this clone merge documents")
    driver = ("BASE", "OURS", "THEIRS", "PATH")
    parser.add_argument("--driver", nargs=4, metavar=driver, help="run by git; OURS becomes the merge")


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="default: this folder")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh", "fish"))


def _codebook_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("book", metavar="BOOK.md", help="a coding book in markdown")
    _add_study(parser, "codebook")
    _add_output(parser, None, "default: the codebook of the study")


def _codebook_export(parser: argparse.ArgumentParser) -> None:
    _add_study(parser, "codebook")
    _add_format(parser, ("markdown", "html"))
    _add_output(parser, None, "default: coding_book.md or .html")


def _codebook_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="FILE", help="the same as --codebook")
    _add_study(parser, "codebook")
    _add_json(parser)


def _codebook_diff(parser: argparse.ArgumentParser) -> None:
    _add_two_codebooks(parser)
    _add_json(parser)


def _codebook_propose(parser: argparse.ArgumentParser) -> None:
    _add_two_codebooks(parser)
    _add_output(parser, "map.toml", "default: map.toml")


def _add_two_codebooks(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", metavar="OLD", help=CODEBOOK_NAME)
    parser.add_argument("new", metavar="NEW", help=CODEBOOK_NAME)
    _add_study(parser, "sessions")


def _codebook_migrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--map", required=True, metavar="FILE", help="the rules; `codebook propose` writes some")
    parser.add_argument("--old", metavar="FILE", help="the codebook that the sessions come from")
    parser.add_argument("--dry-run", action="store_true", help="only count what would change")
    _add_study(parser, *PARTS, coder=ONE_CODER)


_ARGUMENTS = {
    "import": _import,
    "export": _export,
    "status": _report,
    "check": _report,
    "merge": _merge,
    "init": _init,
    "completion": _completion,
}
_CODEBOOK_ARGUMENTS = {
    "import": _codebook_import,
    "export": _codebook_export,
    "check": _codebook_check,
    "diff": _codebook_diff,
    "propose": _codebook_propose,
    "migrate": _codebook_migrate,
}

"""What the command line takes: its commands and their options."""

from __future__ import annotations

import argparse

from codetui import __version__

TYPE_CHECKING = False
"""As in typing, which takes longer to load than all that `--help` does."""
if TYPE_CHECKING:
    from typing import NoReturn

SUBCOMMANDS = {
    "import": "take over documents that people have written",
    "export": "write all sessions as markdown, CSV or JSON lines",
    "status": "say how far each ad is",
    "check": "list every problem of codebook, corpus and sessions",
    "merge": "bring in sessions from a stick, a clone or another machine",
    "codebook": "take coding books in, write them out, look them over, change them",
    "init": "lay out a new study in a folder",
    "completion": "print the completion file of a shell",
}


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments, which may be names of files that a stranger has chosen."""

    def error(self, message: str) -> NoReturn:
        """Ends the program with the usage and the message."""
        from codetui.core.text.sanitize import harmless

        super().error(harmless(message))


def open_parser() -> argparse.ArgumentParser:
    """The parser of `codetui [CORPUS]`."""
    listing = "\n".join(f"  {name:<11}{words}" for name, words in SUBCOMMANDS.items())
    parser = Parser(
        prog="codetui",
        usage="codetui [CORPUS] [options]\n       codetui COMMAND [options]",
        description="Code texts by hand from the keyboard.",
        epilog=f"commands:\n{listing}\n\nA folder named like a command opens as ./NAME.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("corpus", nargs="?", metavar="CORPUS", help="a folder of ads, or one file")
    _add_study(parser)
    parser.add_argument("--ad", metavar="ID", help="open this ad first")
    parser.add_argument("--version", action="version", version=f"codetui {__version__}")
    return parser


def _add_study(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--codebook", default="codebook.toml", metavar="FILE", help="default: codebook.toml")
    parser.add_argument("--sessions", default="sessions", metavar="DIR", help="default: sessions")
    parser.add_argument("--coder", metavar="NAME", help="default: $CODETUI_CODER, then the login name")


def subcommand_parser(name: str) -> argparse.ArgumentParser:
    """The parser of one subcommand."""
    parser = Parser(prog=f"codetui {name}", description=f"{SUBCOMMANDS[name].capitalize()}.")
    add_arguments(name, parser)
    return parser


def add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    """Gives `parser` the arguments of the subcommand `name`."""
    if name == "completion":
        parser.add_argument("shell", choices=("bash", "zsh", "tcsh", "fish"))
        return
    if name == "init":
        parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="default: this folder")
        return
    if name == "codebook":
        from codetui.cli.codebook import add_subcommands

        add_subcommands(parser)
        return
    if name == "merge":
        from codetui.cli.merge import add_arguments as add_merge_arguments

        add_merge_arguments(parser)
        return
    if name == "import":
        parser.add_argument("documents", nargs="+", metavar="DOC.md", help="documents, or folders of them")
        parser.add_argument("--ads", metavar="CORPUS", help="a folder of ads, or one file")
        _add_study(parser)
        return
    parser.add_argument("corpus", nargs="?", metavar="CORPUS", help="a folder of ads, or one file")
    _add_study(parser)
    if name == "export":
        parser.add_argument("--format", choices=("markdown", "csv", "jsonl"), default="markdown")
        parser.add_argument("-o", "--output", metavar="PATH", help="a file or folder; - is stdout")
        parser.add_argument("--force", action="store_true", help="overwrite what stands there")
    else:
        parser.add_argument("--json", action="store_true", help="print JSON")


def whole_parser() -> argparse.ArgumentParser:
    """Everything in one parser, from which the completion files are made."""
    parser = Parser(prog="codetui", description="Code texts by hand from the keyboard.")
    _add_study(parser)
    parser.add_argument("--ad", metavar="ID", help="open this ad first")
    parser.add_argument("--version", action="store_true", help="say the version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, words in SUBCOMMANDS.items():
        add_arguments(name, commands.add_parser(name, help=words))
    return parser

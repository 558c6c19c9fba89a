"""The commands on the program itself: the manual, a kit for a stick, the tutor, and completion."""

from __future__ import annotations

import argparse
import re
import sys
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from codetui.cli.console import (
    as_records,
    error,
    exit_code,
    note_problems,
    output_width,
    show,
    show_json,
    show_wrapped,
)
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural
from codetui.study.kit import TARGETS, make_kit
from codetui.study.manual import manual_pages, manual_text

# --- the manual ---------------------------------------------------------------------------------------


def show_help(options: argparse.Namespace) -> int:
    """Print a page of the manual: laid out on a terminal, as markdown elsewhere; without a topic, list them."""
    pages = manual_pages()
    if options.topic is None:
        width = max(len(page.topic) for page in pages) + 2
        for page in pages:
            show(f"{page.topic:<{width}}{page.title}")
        show("\n`codetui help TOPIC` shows one; `codetui COMMAND --help` has the options of a command.")
        return 0
    topics = [page.topic for page in pages]
    if options.topic not in topics:
        close = get_close_matches(options.topic, topics, n=1)
        hint = f"did you mean `codetui help {close[0]}`?" if close else "`codetui help` lists all topics."
        return error(f"the manual has no page “{options.topic}”; {hint}")
    text = manual_text(options.topic)
    if not sys.stdout.isatty():
        show(text)
        return 0
    from rich.console import Console
    from rich.markdown import Markdown

    Console(width=min(output_width(), 100)).print(Markdown(text))
    return 0


def _add_help(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="a page; default: the list of them")


# --- a kit for a stick --------------------------------------------------------------------------------


def kit(options: argparse.Namespace) -> int:
    """Write the kit."""
    if not re.fullmatch(r"3\.\d{1,2}", options.python):
        return error(f"--python {options.python} is not a version such as 3.12.")
    folder = Path(options.folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return error(f"{folder} exists and is not empty; name a new folder.")
    wheels = Path(options.wheels) if options.wheels else None
    if wheels is not None and not wheels.is_dir():
        return error(f"{wheels} is not a folder of wheels.")
    done = make_kit(open_study(options), folder, options.platform, options.python, wheels)
    note_problems(done.problems)
    if options.json:
        record = {"schema": "codetui.kit/1", "folder": str(folder), "platform": options.platform}
        counts = {"python": options.python, "files": done.files, "wheels": done.wheels}
        show_json(record | counts | {"problems": as_records(done.problems)})
    else:
        files, all_wheels = plural(done.files, "file"), plural(done.wheels, "wheel")
        show_wrapped(f"{folder}: the study ({files}), {all_wheels} for {options.platform} with Python {options.python}")
        show_wrapped(f"{folder / 'README.txt'} explains how to start it; `codetui merge` brings the work home")
    return exit_code(done.problems)


def _add_kit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="OUT", help="a new folder, such as one on a USB stick")
    parser.add_argument("--platform", choices=tuple(TARGETS), default=_here(), help=f"default: {_here()}")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    parser.add_argument(
        "--python", default=version, metavar="X.Y", help="its version of Python; default: that of this one"
    )
    parser.add_argument("--wheels", metavar="DIR", help="wheels that are already here; default: pip downloads them")
    add_study(parser, *PARTS)
    add_json(parser)
    parser.epilog = "The only command that uses a network, through pip; with --wheels it uses none."


def _here() -> str:
    return {"win32": "windows", "darwin": "mac"}.get(sys.platform, "linux")


# --- the tutor and completion -------------------------------------------------------------------------


def _add_tutor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--coder", metavar="NAME", help="default: you")


def tutor(options: argparse.Namespace) -> int:
    """Open the tutor's study in a folder that is thrown away."""
    from tempfile import TemporaryDirectory

    from codetui.cli.main import open_parser, open_workbench
    from codetui.study.study import create_tutorial

    with TemporaryDirectory(prefix="codetui-tutor-") as folder:
        create_tutorial(Path(folder))
        options = open_parser().parse_args(["--study", folder, "--coder", options.coder or "you"])
        return open_workbench(options, is_tutorial=True)


def _add_completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "tcsh", "fish"))


def completion(options: argparse.Namespace) -> int:
    """Print the completion file of a shell."""
    print(files("codetui").joinpath("completions", f"codetui.{options.shell}").read_text("utf-8"), end="")
    return 0


COMMANDS = {
    "help": Command(_add_help, show_help),
    "kit": Command(_add_kit, kit),
    "tutor": Command(_add_tutor, tutor),
    "completion": Command(_add_completion, completion),
}

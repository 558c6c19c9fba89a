"""The command that writes a kit for a stick."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from codetui.cli.console import error, exit_code, note, show_json, show_wrapped
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural
from codetui.study.kit import TARGETS, make_kit


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
    for problem in done.problems:
        note(problem)
    if options.json:
        record = {"schema": "codetui.kit/1", "folder": str(folder), "platform": options.platform}
        counts = {"python": options.python, "files": done.files, "wheels": done.wheels}
        show_json(record | counts | {"problems": [problem._asdict() for problem in done.problems]})
    else:
        files, all_wheels = plural(done.files, "file"), plural(done.wheels, "wheel")
        show_wrapped(f"{folder}: the study ({files}), {all_wheels} for {options.platform} with Python {options.python}")
        show_wrapped(f"{folder / 'README.txt'} explains how to start it; `codetui merge` brings the work home")
    return exit_code(done.problems)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
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


COMMANDS = {"kit": Command(_add_arguments, kit)}

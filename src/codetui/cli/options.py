"""Options that several commands share, and the shape of a command."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codetui.core.query.query import Query
    from codetui.formats.export.protection import Pseudonyms
    from codetui.study.study import Study

PARTS = {
    "corpus": ("PATH", "a folder of ads, or one file; default: the place named in the codebook, else ads beside it"),
    "codebook": ("FILE", "default: codebook.toml in the study"),
    "sessions": ("DIR", "default: sessions in the study"),
}
"""The parts of a study that have options, with the options' arguments and help."""

CODER = "default: $CODETUI_CODER, then the login name"
ONE_CODER = "only this coder's sessions"


class Command:
    """A command: `add_arguments` completes its parser, and `run` returns its exit code.

    No named tuple: `--help` imports this module, and typing loads more slowly than `--help` runs.
    """

    def __init__(
        self, add_arguments: Callable[[argparse.ArgumentParser], None], run: Callable[[argparse.Namespace], int]
    ) -> None:
        self.add_arguments = add_arguments
        self.run = run


def add_study(parser: argparse.ArgumentParser, *parts: str, coder: str = "") -> None:
    """Add the options that name a study and its parts, and the coder, whose help is `coder`."""
    parser.add_argument("--study", default=".", metavar="DIR", help="the folder of the study; default: this folder")
    for part in parts:
        metavar, words = PARTS[part]
        parser.add_argument(f"--{part}", metavar=metavar, help=words)
    if coder:
        parser.add_argument("--coder", metavar="NAME", help=coder)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_format(parser: argparse.ArgumentParser, choices: Sequence[str]) -> None:
    """Add `--format`; the first choice is the default."""
    parser.add_argument("--format", choices=choices, help=f"default: the one of the suffix of -o, else {choices[0]}")


def add_protection(parser: argparse.ArgumentParser) -> None:
    """Add `--pseudonyms` and `--no-texts`."""
    words = 'replace the names in this file, `Name = "P1"` in TOML or name,pseudonym in CSV'
    parser.add_argument("--pseudonyms", metavar="FILE", help=words)
    words = "leave out the words of the texts and of the coders; places and codes stay"
    parser.add_argument("--no-texts", action="store_true", help=words)


def read_pseudonyms(file: str | None) -> Pseudonyms | None:
    """Return the pseudonyms in a file, None without one. Raises StudyError."""
    from pathlib import Path

    from codetui.formats.export.protection import PseudonymError, parse_pseudonyms
    from codetui.storage import fs
    from codetui.study.study import StudyError

    if file is None:
        return None
    try:
        return parse_pseudonyms(fs.read(Path(file)).decode("utf-8-sig"), file)
    except PseudonymError as error:
        raise StudyError("these pseudonyms cannot be used:", problems=error.problems) from error
    except UnicodeDecodeError as error:
        raise StudyError("this file of pseudonyms is not UTF-8; save it as UTF-8.", file=Path(file)) from error
    except OSError as error:
        raise StudyError(f"{error.strerror or error}.", file=Path(file)) from error


def add_output(parser: argparse.ArgumentParser, default: str | None, words: str) -> None:
    """Add `--output` and `--force`; `words` describe the path."""
    parser.add_argument("-o", "--output", default=default, metavar="PATH", help=f"{words}; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite existing files")


def names_in(given: str | None) -> list[str]:
    """Return the names that commas separate, each once."""
    return list(dict.fromkeys(name.strip() for name in (given or "").split(",") if name.strip()))


def parse_where(study: Study, text: str | None) -> Query | None:
    """Return the query of `--where`, None without one. Raises StudyError."""
    from codetui.core.query.parser import parse_query
    from codetui.core.query.query import QueryError
    from codetui.study.study import StudyError

    query = parse_query(text, study.codebook) if text else None
    if isinstance(query, QueryError):
        raise StudyError(f"--where cannot be read at column {query.column}: {query.message}")
    return query

"""The command line: a router over a few subcommands; each imports what it needs when it runs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from io import TextIOWrapper

from codetui.cli.arguments import SUBCOMMANDS, open_parser, subcommand_parser

TYPE_CHECKING = False
"""As in typing, which like pathlib takes longer to load than all that `--help` does."""
if TYPE_CHECKING:
    from pathlib import Path


EXIT_PROBLEMS = 1
EXIT_UNUSABLE = 2

PICTURES_PER_SECOND = "500"
LONGEST_TURN = 0.001
"""Seconds for which one thread runs while another one waits."""


def run(argv: Sequence[str]) -> int:
    """Runs one command line; 0 went well, 1 found problems, 2 could not be done."""
    if missing := [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]:
        _stand_in(missing)
    if "stdout" in missing:
        return complain("the standard output is closed, and nothing can be printed; send it to a file or to /dev/null.")
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows takes no more than the letters of its code page.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = _coded(argv)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        sys.stderr.close()
        return EXIT_PROBLEMS
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        code = complain(f"{error.filename or 'what is printed'}: {error.strerror or error}")
        _forget_closed_terminal()
        return code


def _coded(argv: Sequence[str]) -> int:
    """The exit code of a command line, of one that argparse ends too."""
    try:
        return _route(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_UNUSABLE


def _stand_in(missing: Sequence[str]) -> None:
    """Opens what Python found closed: nothing to read, and nowhere to write."""
    for name in missing:
        setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8"))  # noqa: PTH123, SIM115


def complain(message: str) -> int:
    """Says on stderr what is wrong and gives the exit code for it."""
    from codetui.study import study_parts

    return study_parts.complain(message)


def _route(argv: Sequence[str]) -> int:
    first = argv[0] if argv else ""
    if first in SUBCOMMANDS:
        parser = subcommand_parser(first)
        return COMMANDS[first](parser.parse_args(argv[1:]))
    options = open_parser().parse_args(argv)
    if options.corpus in SUBCOMMANDS:
        name = options.corpus
        return complain(f"a command comes first: `codetui {name} …`, its options behind it; ./{name} names a folder.")
    if options.corpus and not os.path.exists(options.corpus):  # noqa: PTH110 - pathlib loads slowly
        return complain(_unknown(options.corpus))
    return _open(options)


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, SUBCOMMANDS, n=1)
    if close:
        return f"there is no “{word}” here; did you mean `codetui {close[0]}`?"
    from pathlib import Path

    from codetui.study.study_parts import missing_corpus

    return missing_corpus(Path(word))


def coder_name(given: str | None) -> str:
    """The coder: as given, as $CODETUI_CODER says, or the login name."""
    if given or os.environ.get("CODETUI_CODER"):
        return given or os.environ["CODETUI_CODER"]
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "coder"


def _study_options(options: argparse.Namespace) -> tuple[Path | None, Path, Path]:
    from pathlib import Path

    corpus = Path(options.corpus) if options.corpus else None
    return corpus, Path(options.codebook), Path(options.sessions)


def _open(options: argparse.Namespace) -> int:
    import gc

    # Pictures follow the keys at once: Textual would wait for the next of 60 a second.
    os.environ.setdefault("TEXTUAL_FPS", PICTURES_PER_SECOND)
    # A thread that works in the background gives way to keys sooner than Python's 5 ms.
    sys.setswitchinterval(LONGEST_TURN)
    # Garbage is collected by the workbench, when nobody waits for a key.
    gc.disable()
    from codetui.study.startup import open_workspace
    from codetui.study.study_parts import Unusable

    coder = coder_name(options.coder)
    workspace = open_workspace(*_study_options(options), coder=coder, wanted=options.ad, is_shared=True)
    if isinstance(workspace, Unusable):
        return complain(workspace.message)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return complain("the workbench needs a terminal; `codetui export`, `status` and `check` do not.")
    from codetui.tui.app import CodetuiApp
    from codetui.tui.closed_terminal import forgiving_terminal

    app = CodetuiApp(workspace)
    with forgiving_terminal():
        app.run()
    words = app.last_words
    workspace.release()
    for line in words:
        with suppress(OSError):
            complain(line)
    _forget_closed_terminal()
    return app.return_code or (EXIT_PROBLEMS if words else 0)


def _forget_closed_terminal() -> None:
    """Sends what a closed terminal no longer takes to nowhere: Python would end with an exit code of its own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _import(options: argparse.Namespace) -> int:
    from pathlib import Path

    from codetui.study.importer import import_documents

    documents = [Path(document) for document in options.documents]
    corpus = Path(options.ads) if options.ads else None
    coder = coder_name(options.coder)
    return import_documents(documents, corpus, Path(options.codebook), Path(options.sessions), coder)


def _export(options: argparse.Namespace) -> int:
    from codetui.study.exporting import export

    corpus, codebook, sessions = _study_options(options)
    return export(corpus, codebook, sessions, options.coder, options.format, options.output, options.force)


def _status(options: argparse.Namespace) -> int:
    from codetui.study.reporting import report_status

    corpus, codebook, sessions = _study_options(options)
    return report_status(corpus, codebook, sessions, options.coder, as_json=options.json)


def _check(options: argparse.Namespace) -> int:
    from codetui.study.checking import report_problems

    corpus, codebook, sessions = _study_options(options)
    return report_problems(corpus, codebook, sessions, options.coder, as_json=options.json)


def _codebook(options: argparse.Namespace) -> int:
    from codetui.cli.codebook import COMMANDS

    return COMMANDS[options.subcommand](options)


def _merge(options: argparse.Namespace) -> int:
    from codetui.cli.merge import run as run_merge

    return run_merge(options)


def _init(options: argparse.Namespace) -> int:
    from pathlib import Path

    from codetui.study.startup import lay_out_study

    return lay_out_study(Path(options.folder))


def _completion(options: argparse.Namespace) -> int:
    from importlib.resources import files

    print(files("codetui").joinpath("completions", f"codetui.{options.shell}").read_text("utf-8"), end="")
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "import": _import,
    "export": _export,
    "status": _status,
    "check": _check,
    "merge": _merge,
    "codebook": _codebook,
    "init": _init,
    "completion": _completion,
}

"""Codes real documents again by keystrokes alone, compares the exports, and counts the keys.

    python -m benchmarks.replay --ads ads.csv --codebook codebook.toml --codings DIR

Exits with 1 unless every document comes out equal.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import sys
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import asdict
from pathlib import Path

import tomli_w

from benchmarks.comparison import differences, is_in_order
from benchmarks.planner import MOVES, NATURAL
from benchmarks.replay_keys import Replay
from benchmarks.replay_plan import completed, task
from benchmarks.replay_report import Replayed, report
from codetui.cli.main import run as run_command
from codetui.formats import codebook_toml, manual_coding
from codetui.formats.manual_coding import Document
from codetui.model import Codebook
from codetui.study.startup import open_workspace
from codetui.study.workspace import Workspace
from codetui.tui.app import CodetuiApp
from codetui.tui.screens.workbench import WorkbenchScreen

CODER = "replay"
NOT_COPIED = ("content_hash", "corpus", "references")


def as_toml(book: Codebook) -> str:
    """A codebook as a file that the program reads."""
    parts = {key: value for key, value in asdict(book).items() if key not in NOT_COPIED}
    names = {"profiles": "profile", "sections": "section", "groups": "group", "codes": "code"}
    tables = {names.get(key, key): value for key, value in parts.items()}
    return tomli_w.dumps({key: _plain(value) for key, value in tables.items()})


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each not in ("", (), [])}
    return value


async def replay(path: Path, ads: Path, book: Codebook, size: tuple[int, int], moves: Sequence[str]) -> Replayed | None:
    """Codes one document in a study of its own; None for a file that is no document."""
    source = path.read_bytes().decode("utf-8-sig", "replace")
    document, _ = manual_coding.read(source, str(path))
    if not document.ad:
        return None
    result = Replayed(path.name)
    whole = completed(book, document)
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        (study / "codebook.toml").write_text(as_toml(whole), encoding="utf-8")
        workspace = open_workspace(ads, study / "codebook.toml", study / "sessions", coder=CODER, wanted=document.ad)
        if not isinstance(workspace, Workspace):
            result.trouble.append(workspace.message)
            return result
        text = await _drive(workspace, document, size, moves, result)
        exported = _export(ads, study, result)
        if exported is not None:
            _compare(source, document, exported, workspace.book, text, result)
    return result


def _export(ads: Path, study: Path, result: Replayed) -> str | None:
    """The one document that `codetui export` writes; what it says is told only where it writes none."""
    command = ["export", str(ads), "--codebook", str(study / "codebook.toml"), "--sessions"]
    said = io.StringIO()
    with redirect_stderr(said):
        code = run_command([*command, str(study / "sessions"), "-o", str(study / "out")])
    written = list((study / "out").rglob("*.md"))
    if code or len(written) != 1:
        result.trouble.append(f"the export writes {len(written)} documents: {said.getvalue().strip()}")
    return written[0].read_bytes().decode("utf-8") if len(written) == 1 else None


async def _drive(
    workspace: Workspace, document: Document, size: tuple[int, int], moves: Sequence[str], result: Replayed
) -> str:
    """Opens the program, presses the keys, quits; the ad's text."""
    app = CodetuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        bench = app.screen
        assert isinstance(bench, WorkbenchScreen)
        text = bench.ad.text
        work = task(document, workspace.book, text)
        result.trouble += [f"has no place: “{words}”" for words in work.lost]
        result.outside += work.outside
        await Replay(pilot, bench, moves, result).code(work, document)
        await pilot.press("ctrl+q")
    return text


def _compare(source: str, document: Document, exported: str, book: Codebook, text: str, result: Replayed) -> None:
    again, _ = manual_coding.read(exported, "export")
    result.trouble += differences(document, again, book, text)
    is_canonical = manual_coding.write(document) == source and is_in_order(document, book, text)
    if is_canonical and not result.outside and not result.trouble:
        result.is_byte_equal = exported == source
        if not result.is_byte_equal:
            result.trouble.append("canonical, but the export is not equal byte for byte")


def documents_in(paths: Sequence[Path]) -> list[Path]:
    """The files named, and those in the folders named."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path for path in found if path.suffix in (".md", ".txt")]


def main(argv: Sequence[str] | None = None) -> int:
    """Replays all documents; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ads", type=Path, required=True)
    parser.add_argument("--codebook", type=Path, required=True)
    parser.add_argument("--codings", type=Path, nargs="+", required=True)
    parser.add_argument("--size", default="140x40", help="columns x rows of the terminal, default 140x40")
    parser.add_argument("--natural", action="store_true", help="only jump labels, sentence steps and pages")
    options = parser.parse_args(argv)
    book, problems = codebook_toml.read(options.codebook.read_text("utf-8"), str(options.codebook))
    if book is None:
        print(*problems, sep="\n", file=sys.stderr)
        return 2
    columns, rows = map(int, options.size.split("x"))
    moves = NATURAL if options.natural else MOVES
    results: list[Replayed] = []
    for path in documents_in(options.codings):
        result = asyncio.run(replay(path, options.ads, book, (columns, rows), moves))
        if result is None:
            print(f"{path.name}: no manual-coding document, passed over")
        else:
            results.append(result)
    report(results)
    return 0 if results and not any(result.trouble for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

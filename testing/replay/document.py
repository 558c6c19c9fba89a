"""Code one real document again in a new study using only keystrokes, and compare the export with it."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import asdict
from pathlib import Path

import tomli_w

from codetui.cli.main import run as run_command
from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import Document
from codetui.model import Codebook
from codetui.study.study import Study, StudyError
from codetui.study.workspace import Workspace, open_workspace
from codetui.tui.app import CodetuiApp
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.pilot import run_test
from testing.replay.comparison import differences, is_in_order
from testing.replay.keys import Replay
from testing.replay.plan import completed, task
from testing.replay.report import Replayed

CODER = "replay"
NOT_COPIED = ("content_hash", "corpus", "references")


def as_toml(book: Codebook) -> str:
    """Write a codebook as a file that the program reads."""
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
    """Code one document in a new study; return None for a file that is not a document."""
    source = path.read_bytes().decode("utf-8-sig", "replace")
    document, _ = parse_document(source, str(path))
    if not document.source_id:
        return None
    result = Replayed(path.name)
    whole = completed(book, document)
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        (study / "codebook.toml").write_text(as_toml(whole), encoding="utf-8")
        try:
            workspace = open_workspace(Study.open(study, corpus=ads), CODER, wanted=document.source_id)
        except StudyError as error:
            result.trouble.append(str(error))
            return result
        text = await _drive(workspace, document, size, moves, result)
        exported = _export(ads, study, result)
        if exported is not None:
            _compare(source, document, exported, workspace.book, text, result)
    return result


def _export(ads: Path, study: Path, result: Replayed) -> str | None:
    """Return the document that `codetui export` writes; its output is shown only if it writes none."""
    command = ["export", "--corpus", str(ads), "--codebook", str(study / "codebook.toml"), "--sessions"]
    stderr = io.StringIO()
    with redirect_stderr(stderr):
        code = run_command([*command, str(study / "sessions"), "-o", str(study / "out")])
    written = list((study / "out").rglob("*.md"))
    if code or len(written) != 1:
        result.trouble.append(f"the export writes {len(written)} documents: {stderr.getvalue().strip()}")
    return written[0].read_bytes().decode("utf-8") if len(written) == 1 else None


async def _drive(
    workspace: Workspace, document: Document, size: tuple[int, int], moves: Sequence[str], result: Replayed
) -> str:
    """Open the program, press the keys, quit; return the ad's text."""
    app = CodetuiApp(workspace)
    async with run_test(app, size=size) as pilot:
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
    again, _ = parse_document(exported, "export")
    result.trouble += differences(document, again, book, text)
    is_canonical = render_document(document) == source and is_in_order(document, book, text)
    if is_canonical and not result.outside and not result.trouble:
        result.is_byte_equal = exported == source
        if not result.is_byte_equal:
            result.trouble.append("canonical, but the export is not equal byte for byte")


def documents_in(paths: Sequence[Path]) -> list[Path]:
    """Return the given files, and those in the given folders."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path for path in found if path.suffix in (".md", ".txt")]

"""Codes real documents again by keystrokes alone, compares the exports, and counts the keys.

    python -m benchmarks.replay --ads ads.csv --codebook codebook.toml --codings DIR

Exits with 1 unless every document comes out equal.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import tomli_w
from textual import events
from textual.pilot import Pilot

from benchmarks.planner import MOVES, NATURAL, Ad, plain, plan
from benchmarks.planner import Place as Stand
from benchmarks.replay_plan import Remark, Task, Wanted, completed, differences, is_in_order, task
from codetui.cli import run as run_command
from codetui.core.codebook import profile
from codetui.formats import codebook_toml, manual_coding
from codetui.formats.manual_coding import Document
from codetui.model import Codebook
from codetui.tui.app import CodetuiApp
from codetui.tui.key_words import SIGNS
from codetui.tui.screens.workbench import WorkbenchScreen
from codetui.tui.widgets.outline import CodeNode, GroupNode
from codetui.workspace.startup import open_workspace
from codetui.workspace.workspace import Workspace

CODER = "replay"


class Cost(NamedTuple):
    """The keys of one coding: to select it, to give the code, for the note's command; and what plain steps cost."""

    ad: str
    words: str
    keys: tuple[str, ...]
    selecting: int
    coding: int
    noting: int
    plainly: int | None


@dataclass
class Replayed:
    """What came of one document."""

    name: str
    costs: list[Cost] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    outside: int = 0
    other_keys: int = 0
    is_byte_equal: bool | None = None


def as_toml(book: Codebook) -> str:
    """A codebook as a file that the program reads."""
    parts = book.model_dump(exclude={"content_hash", "corpus"})
    names = {"profiles": "profile", "sections": "section", "groups": "group", "codes": "code", "references": "reference"}
    tables = {names.get(key, key): value for key, value in parts.items()}
    return tomli_w.dumps({key: _plain(value) for key, value in tables.items()})


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each not in ("", (), [])}
    return value


def _press(key: str) -> events.Key:
    """One press of a key by its name, or of the key that types a character."""
    names = {sign: name for name, sign in SIGNS.items()} | {" ": "space"}
    if len(key) == 1:
        return events.Key(names.get(key, key), key)
    return events.Key(key, SIGNS.get(key) if len(SIGNS.get(key, "")) == 1 else None)


class Replay:
    """One document on its way through the keyboard."""

    def __init__(self, pilot: Pilot[object], bench: WorkbenchScreen, moves: Sequence[str], result: Replayed) -> None:
        self._pilot = pilot
        self._bench = bench
        self._moves = moves
        self._result = result

    async def code(self, work: Task, document: Document) -> None:
        """Presses everything that the document holds."""
        for item in work.items:
            if isinstance(item, Wanted):
                await self._code(item)
            else:
                await self._remark(item)
        if document.profile:
            await self._profile(document)
        await self._pilot.press("ctrl+s")

    async def _press(self, keys: Iterable[str]) -> None:
        """Presses keys as fast as the program takes them."""
        for key in keys:
            self._pilot.app.post_message(_press(key))
        await self._pilot.pause()
        await self._pilot.pause()

    async def _code(self, wanted: Wanted) -> None:
        bench, index = self._bench, self._bench.index
        section = index.sections[index.codes[wanted.code].section]
        before = bench.selecting.selection
        ad, stand = self._window()
        found = plan(ad, stand, wanted.spans, section.holds, self._moves)
        if found is None:
            self._result.trouble.append(f"no keys select “{wanted.words}”")
            return
        await self._press(found.keys)
        if bench.selected_span(section.holds) not in wanted.spans:
            shown = bench.selected_span(section.holds)
            self._result.trouble.append(f"{found.keys} from {before} select {bench.ad.text[shown.start : shown.end]!r}")
            return
        code = index.codes[wanted.code]
        is_same = bench.assigning.recent[:1] == [code.id]
        keys = ("full_stop",) if is_same else (section.key, code.key)
        await self._press(keys)
        noting = 0
        if wanted.note:
            await self._write(("n",), wanted.note, "enter")
            noting = 2
        costs = [plain(ad, stand, span, section.holds) for span in wanted.spans]
        plainly = min((len(each.keys) for each in costs if each), default=None)
        self._result.costs.append(
            Cost(bench.ad.id, wanted.words, (*found.keys, *keys), len(found.keys), len(keys), noting, plainly)
        )

    def _window(self) -> tuple[Ad, Stand]:
        view = self._bench.document
        ad = Ad(self._bench.ad.text, view.text_layout, view.scrollable_content_region.height)
        return ad, Stand(self._bench.selecting.selection, view.top_row)

    async def _write(self, opening: Sequence[str], text: str, closing: str) -> None:
        """Opens a field, types the text, and takes it."""
        await self._press(opening)
        if self._pilot.app.screen is self._bench:
            self._result.trouble.append(f"{' '.join(opening)} opens no field: {self._bench.status.message[0]}")
            return
        await self._press(text)
        await self._press((closing,))

    async def _remark(self, remark: Remark) -> None:
        """Writes a note on a group or code, from the tree."""
        bench = self._bench
        place = remark.place
        node = GroupNode(place.id) if place.kind == "group" else CodeNode(bench.index.codes[place.id].id)
        keys = ["t", "home"]
        await self._press(keys)
        for _ in range(bench.outline.row_count()):
            if bench.node() == node:
                break
            await self._press(["down"])
            keys.append("down")
        await self._write(("N",) if place.kind == "entry" else ("n",), remark.text, "enter")
        await self._press(["t"])
        self._result.other_keys += len(keys) + 3

    async def _profile(self, document: Document) -> None:
        book = self._bench.workspace.book
        chosen = profile(book, document.profile)
        assert chosen is not None
        number = book.profiles.index(chosen)
        take = [str(number + 1)] if number < 9 else [*["down"] * number, "enter"]
        await self._write(("p", *take), document.reasoning, "ctrl+s" if document.reasoning else "escape")
        self._result.other_keys += 2 + len(take)


async def replay(path: Path, ads: Path, book: Codebook, size: tuple[int, int], moves: Sequence[str]) -> Replayed | None:
    """Codes one document in a study of its own; None for a file that is no document."""
    source = path.read_bytes().decode("utf-8", "replace")
    document, _ = manual_coding.read(source, str(path))
    if not document.ad:
        return None
    result = Replayed(path.name)
    whole = completed(book, document)
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder)
        (study / "codebook.toml").write_text(as_toml(whole), encoding="utf-8")
        workspace = open_workspace(
            ads, study / "codebook.toml", study / "sessions", coder=CODER, wanted=document.ad
        )
        if not isinstance(workspace, Workspace):
            result.trouble.append(workspace.message)
            return result
        text = await _drive(workspace, document, size, moves, result)
        command = ["export", str(ads), "--codebook", str(study / "codebook.toml"), "--sessions"]
        run_command([*command, str(study / "sessions"), "-o", str(study / "out")])
        (exported,) = (study / "out").rglob("*.md")
        _compare(source, document, exported.read_bytes().decode("utf-8"), workspace.book, text, result)
    return result


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
        result.trouble += [f"not in the ad: “{words}”" for words in work.lost]
        result.outside = len(work.outside)
        await Replay(pilot, bench, moves, result).code(work, document)
        await pilot.press("ctrl+q")
    return text


def _compare(
    source: str, document: Document, exported: str, book: Codebook, text: str, result: Replayed
) -> None:
    again, _ = manual_coding.read(exported, "export")
    result.trouble += differences(document, again, book, text)
    if manual_coding.write(document) == source and is_in_order(document, book, text) and not result.outside:
        result.is_byte_equal = exported == source
        if not result.is_byte_equal:
            result.trouble.append("canonical, but the export is not equal byte for byte")


# --- figures ------------------------------------------------------------------------------------------


def percentile(values: Sequence[int], percent: int) -> float:
    """The least value that at least `percent` of 100 values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def report(results: Sequence[Replayed]) -> None:
    """Prints what came of each document and what the keys cost."""
    for result in results:
        what = "equal" if not result.trouble else "DIFFERS"
        bytes_ = {True: ", byte for byte", False: "", None: ""}[result.is_byte_equal]
        aside = f", {result.outside} outside their section left aside" if result.outside else ""
        print(f"{result.name}: {what}{bytes_}; {len(result.costs)} codings{aside}")
        for line in result.trouble:
            print(f"    {line}")
    costs = [cost for result in results for cost in result.costs]
    if not costs:
        return
    print(f"\nkeys per coding, {len(costs)} codings   median   p90  worst    sum")
    rows = {
        "selection": [cost.selecting for cost in costs],
        "code": [cost.coding for cost in costs],
        "selection and code": [cost.selecting + cost.coding for cost in costs],
        "all, with the note's n and Enter": [cost.selecting + cost.coding + cost.noting for cost in costs],
        "plain strategy, selection and code": [cost.plainly + cost.coding for cost in costs if cost.plainly is not None],
    }
    for name, keys in rows.items():
        figures = f"{percentile(keys, 50):>6.1f} {percentile(keys, 90):>6.1f} {max(keys):>6} {sum(keys):>6}"
        print(f"  {name:<36}{figures}")
    print(f"  profile, reasoning, notes on codes and groups: {sum(each.other_keys for each in results)} keys")
    unreached = sum(cost.plainly is None for cost in costs)
    if unreached:
        print(f"  the plain strategy does not reach {unreached} of them")
    print("\ndearest:")
    for cost in sorted(costs, key=lambda each: each.selecting + each.coding, reverse=True)[:10]:
        print(f"  {cost.selecting + cost.coding:>3}  #{cost.ad} “{cost.words[:60]}”  {' '.join(cost.keys)}")


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

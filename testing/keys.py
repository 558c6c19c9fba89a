"""The key notation: a text with its selection, keys, the text with its codings.

    ("We need [Python|] and SQL", "2a", "We need {TECH1:Python} and SQL")

`[…|]` is a selection with the cursor at its end, `[|…]` one with the cursor at its start, `|` alone a cursor. Keys are
written as themselves; `<enter>` and the like are Textual's names.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from codetui.core.selection.selection import Selection
from codetui.model import Code, Codebook, CodeId, Group, Profile, Reference, Section
from codetui.study.study import CodebookService, Study
from codetui.study.workspace import Workspace
from codetui.tui.app import CodetuiApp
from codetui.tui.widgets.status_line import CHIPS_ROW, StatusLine
from codetui.tui.workbench.screen import WorkbenchScreen

BOOK = Codebook(
    title="Invented book",
    version="1",
    profiles=(
        Profile(id="1", name="Engineer", definition="Builds."),
        Profile(id="2", name="Gardener", definition="Grows."),
    ),
    sections=(
        Section(id="tasks", title="Job Task Analysis", key="1"),
        Section(id="tools", title="Technology & Tool Analysis", holds="terms", key="2"),
    ),
    groups=(Group(id="A", section="tasks", title="Core"),),
    codes=(
        Code(id=CodeId("TASK1"), name="Build", section="tasks", group="A", key="1", definition="Building things."),
        Code(id=CodeId("TASK2"), name="People", section="tasks", key="2", examples=("meet stakeholders",)),
        Code(id=CodeId("TECH1"), name="Languages", section="tools", key="a"),
    ),
    references=(Reference(title="A role", path="role.md"),),
    content_hash="abc",
)

KEY = re.compile(r"<([^>]+)>|(.)", re.DOTALL)
NAMES = {
    ".": "full_stop",
    "/": "slash",
    "?": "question_mark",
    ")": "right_parenthesis",
    "(": "left_parenthesis",
    "[": "left_square_bracket",
    "]": "right_square_bracket",
    "{": "left_curly_bracket",
    "}": "right_curly_bracket",
    ">": "greater_than_sign",
    ",": "comma",
    "+": "plus",
    "-": "minus",
    "%": "percent_sign",
    " ": "space",
}


def keys_of(notation: str) -> list[str]:
    """Return the keys in the notation."""
    return [name or NAMES.get(sign, sign) for name, sign in KEY.findall(notation)]


def parse(marked: str) -> tuple[str, Selection]:
    """Return text and selection of a marked text."""
    head = marked.replace("[", "").replace("]", "").index("|")
    text = marked.translate({ord(sign): None for sign in "[]|"})
    if "[" not in marked:
        return text, Selection(head, head)
    start = marked.replace("|", "").index("[")
    end = marked.replace("|", "").replace("[", "").index("]")
    return text, Selection(start + end - head, head, "explicit")


def with_codings(workspace: Workspace) -> str:
    """Return the ad's text with `{CODE:words}` for each coding, nested as the codings are."""
    session = workspace.session
    assert session is not None
    marks: list[tuple[int, int, int, int, str]] = []
    for number, coding in enumerate(session.state.live()):
        assert coding.anchor is not None
        length = coding.anchor.end - coding.anchor.start
        marks.append((coding.anchor.start, 1, -length, number, f"{{{coding.code}:"))
        marks.append((coding.anchor.end, 0, length, -number, "}"))
    text = session.source.text
    for position, *_, mark in sorted(marks, reverse=True):
        text = text[:position] + mark + text[position:]
    return text


def workspace_on(folder: Path, book: Codebook = BOOK, coder: str = "rosa") -> Workspace:
    """Return a workspace on the ads in `folder/ads`."""
    workspace = Workspace(study_with(folder, book), coder)
    workspace.begin_with()
    return workspace


def study_with(folder: Path, book: Codebook = BOOK) -> Study:
    """Return a study on the ads in `folder/ads`, whose codebook need not be in a file."""
    sessions = folder / "sessions"
    service = CodebookService(folder / "codebook.toml", sessions, book, [])
    return Study(service, sessions, folder / "ads")


def write_ad(folder: Path, text: str, name: str = "1_acme.txt") -> None:
    """Write one ad into `folder/ads`."""
    (folder / "ads").mkdir(exist_ok=True)
    (folder / "ads" / name).write_text(text, encoding="utf-8", newline="")


@asynccontextmanager
async def running(
    workspace: Workspace, size: tuple[int, int] = (120, 30)
) -> AsyncIterator[tuple[Pilot[object], WorkbenchScreen]]:
    """Run the program with its first ad open and the corpus listed."""
    app = CodetuiApp(workspace)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        bench = app.screen_stack[0]
        assert isinstance(bench, WorkbenchScreen)
        yield pilot, bench


async def press(pilot: Pilot[object], notation: str) -> None:
    """Press the keys of the notation."""
    await pilot.press(*keys_of(notation))
    await pilot.pause()


async def until(pilot: Pilot[object], holds: Callable[[], bool]) -> None:
    """Wait for the effect of a worker, with a generous limit so that slow machines do not fail."""
    for _ in range(200):
        if holds():
            return
        await pilot.pause(0.05)
    raise AssertionError("it did not come about")


async def coded(folder: Path, before: str, keys: str) -> str:
    """Return the text with its codings after the keys."""
    text, selection = parse(before)
    write_ad(folder, text)
    workspace = workspace_on(folder)
    async with running(workspace) as (pilot, bench):
        bench.selector.put(selection)
        await press(pilot, keys)
        return with_codings(workspace)


def status_rows(status: StatusLine) -> str:
    """Return the rows of the message and of the facts as lines."""
    return "\n".join(status.render_line(y).text.rstrip() for y in range(CHIPS_ROW))


def chips_row(status: StatusLine) -> str:
    """Return the row of the key chips, with single blanks."""
    return " ".join(status.render_line(CHIPS_ROW).text.split())

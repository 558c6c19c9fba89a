"""A study with a blind sample, in which another coder has left marks wherever a coder can leave one."""

from __future__ import annotations

import re
from pathlib import Path

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone, NoteCoding
from codetui.model import CodeId, MemoTarget, Span
from codetui.study.desk import Desk
from codetui.study.proposals import edit_or_propose
from codetui.study.study import Study
from testing.steps import run_commands
from testing.studies import write_study

MARK = "zebra"
"""A word that only the other coder has written, and no text has."""

CODINGS = 37
"""The number of codings that the other coder has made in each source: no other figure of the study is like it."""

TABLE = "id,title,body,sector\n" + "".join(
    f"{number},Keeper,You light lamp {'i' * number} at dusk. {' '.join(f'item{n}' for n in range(CODINGS))}.,port\n"
    for number in range(1, 7)
)

COUNTS = "|".join(str(n * CODINGS + more) for n in (1, 2) for more in (0, 1, 2, 3))
COUNT = re.compile(rf"""(?<![\w.:#–"-])({COUNTS})(?![\w.:–-])""")


def write_blind_study(folder: Path) -> list[str]:
    """Write a study in which anna and bram code four sources unseen, and bram has coded two; return the four."""
    write_study(folder, {})
    (folder / "ads").rmdir()
    (folder / "ads.csv").write_text(TABLE, encoding="utf-8")
    book = folder / "codebook.toml"
    corpus = 'label = "{id}: {name}"\n\n[corpus]\npath = "ads.csv"\n'
    book.write_text(book.read_text("utf-8").replace('label = "{id}: {name}"\n', corpus), encoding="utf-8")
    common = ["--study", str(folder)]
    assert run(["sample", *common, "--size", "4", "--overlap", "4", "--coders", "anna,bram"]) == 0
    sources = list(Study.open(folder).samples.all[0].sources)
    for source in sources[:2]:
        _leave_marks(folder, source)
    with Study.open(folder).session(sources[0], "anna") as session:
        session.execute(AssignCode(Span(8, 17), CodeId("TASK1")))
    return sources


def _leave_marks(folder: Path, source: str) -> None:
    """Code a source as bram, with marks in notes, memos and the reasoning, and in steps of the study."""
    desk = Desk.at(Study.open(folder), "bram", source)
    text = desk.source.text
    words = [f"item{number}" for number in range(CODINGS)]
    spans = [Span(text.index(one), text.index(one) + len(one)) for one in words]
    run_commands(
        desk.workspace, "coding", {desk.session.source.id: [AssignCode(span, CodeId("TASK2")) for span in spans]}
    )
    coding = desk.state.live()[0]
    desk.execute(NoteCoding(coding.id, f"{MARK} note"))
    desk.execute(AssignProfile("2", f"{MARK} reasoning"))
    for kind, id_ in (("source", source), ("code", "TASK2"), ("study", ""), ("profile", "2")):
        desk.write_memo(MemoTarget(kind=kind, id=id_), f"{MARK} memo on the {kind}")  # type: ignore[arg-type]
    desk.execute(MarkDone(is_done=True))
    run_commands(desk.workspace, f"{MARK} step", {desk.session.source.id: [NoteCoding(coding.id, f"{MARK} once more")]})
    desk.close()
    edit_or_propose(
        desk.workspace, "edit of TASK2", lambda text: text.replace("Looking out.", "Looking out and about.")
    )


def traces(shown: str) -> list[str]:
    """Return the lines of an output that show what the other coder made."""
    return [line for line in shown.splitlines() if MARK in line or COUNT.search(line)]

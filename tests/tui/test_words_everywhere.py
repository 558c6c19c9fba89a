"""A study of interviews: no screen, message, document or command calls one an ad."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.plain.lines import Conversation
from codetui.plain.loop import run as plain_mode
from codetui.study.desk import Desk
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.app import CodetuiApp
from testing.coders import code_source
from testing.keys import keys_of
from testing.studies import CODEBOOK

AD = re.compile(
    r"(?<![-\w./×])(?<!what )(?:job )?(?:ads?|vacature|advertentie)(?![-\w=×]|, code and quote)", re.IGNORECASE
)
"""The word, not as an option, or as the name of a file, a column or a table."""

USAGE = re.compile(r"^usage:.*?(?=^codetui|\Z)", re.MULTILINE | re.DOTALL)

WORDS = {
    "english": '[words]\nsource = "interview"\nsources = "interviews"\n',
    "dutch": '[words]\nsource = "gesprek"\nsources = "gesprekken"\n',
}
TEXTS = {
    "11_noor.txt": "Keeper of the light\n\nYou light the lamp at dusk. You watch the sea until dawn.\n",
    "12_bram.txt": "Clerk\n\nYou write down which ships come in. You watch the sea until dawn.\n",
    "13_noor.txt": "Keeper of the light\n\nYou light the lamp at dusk. You watch the sea until dawn.\n",
    "14_empty.txt": "",
}
SCREENS = (
    *("", "X", "a", "?", "<f4>", "za", "<ctrl+f>lamp<enter>", "a<tab><tab>", "aqqq", "<ctrl+p>", "<ctrl+f>", "z", "zh"),
    *("zl", "zs", "zm", "zj", "zo", "E", "p", "p1", "P", "R", "T", "t", "ti", "tD", "tT", "Y", "U", ")", "))))", "(("),
    *(
        "d",
        "dd",
        "V",
        "v",
        "Q",
        "f",
        "/lamp<enter>",
        "ss1",
        "s11",
        "s11x",
        "s11r",
        "s11n",
        "s11u",
        "u",
        "uu",
        "B",
        "zc",
    ),
    *("<ctrl+r>", "z,", "s<ctrl+n>", "O", "i", "e", "b", "zq", "zF", "y", "<ctrl+s>", "N", "o", "<ctrl+g>", "A"),
)
COMMANDS = (
    "export -o -",
    "export --what ads -o -",
    "export --format markdown -o -",
    "export --format markdown -o interviews",
    "export -o interviews/out.csv",
    "export --format nothing.docx -o x.docx",
    "export --pseudonyms absent.toml",
    "status",
    "check",
    "status --coder nobody",
    "agree rosa otto",
    "agree rosa otto --by ad",
    "agree rosa otto --list",
    "agree rosa",
    "agree rosa nobody",
    "find lamp",
    "find code:TASK1 --all-coders",
    "find code:TASK1 --count",
    "find nothinglikethis",
    "sample --size 2 --coders rosa,otto --name s",
    "sample --size 200 --coders rosa,otto --name t",
    "sample",
    "sample release 11",
    "sample release 99 --coder rosa --because x",
    "adjudicate rosa otto -o agenda.md",
    "adjudicate rosa otto --agenda agenda.md",
    "invented --coder rosa",
    "import-codings codings.csv --as gpt",
    "import-codings bad.csv --as gpt",
    "import notes.md",
    "import wrong.md",
    "merge elsewhere",
    "merge interviews",
    "stats",
    "stats --by profile",
    "stats --terms",
    "stats --together",
    "stats --saturation",
    "show 11",
    "show 99",
    "next",
    "code 11 TASK2 nowhere",
    "done 99",
    "undo 12",
    "sources refresh",
    "sources refresh 11",
    "sources refresh 99",
    "study erase 99",
    "study erase 12",
    "codebook check",
    "codebook export -o -",
    "config",
    "--ad 99",
    "--corpus absent",
    "--corpus empty",
)


def interviews(folder: Path, language: str) -> Path:
    """Write a study of interviews by two coders, with documents, files of codings and problems."""
    (folder / "interviews").mkdir()
    for name, text in TEXTS.items():
        (folder / "interviews" / name).write_text(text, encoding="utf-8")
    head = CODEBOOK.replace("[[profile]]", f'[corpus]\npath = "interviews"\n\n{WORDS[language]}\n[[profile]]', 1)
    (folder / "codebook.toml").write_text(head, encoding="utf-8")
    study = Study.open(folder)
    code_source(study, "rosa", "11", [("TASK1", "light the lamp"), ("TASK2", "watch the sea"), ("TASK9", "gone")], "1")
    code_source(study, "rosa", "12", [("TASK1", "write down")])
    code_source(study, "otto", "11", [("TASK1", "light the lamp at dusk")], "2")
    (folder / "codings.csv").write_text("ad,code,quote\n11,TASK1,light the lamp\n99,TASK1,x\n,TASK1,x\n")
    (folder / "bad.csv").write_text("a,b\n1,2\n")
    (folder / "notes.md").write_text("# Nothing of interest\n")
    (folder / "wrong.md").write_text('# Manual Coding Analysis: Interview #99 (X)\n\n## Tasks\n\n* "x"\n')
    (folder / "empty").mkdir()
    shutil.copytree(folder / "sessions", folder / "elsewhere" / "sessions")
    return folder


@pytest.mark.parametrize(("language", "every"), [("dutch", 4), pytest.param("english", 1, marks=pytest.mark.slow)])
def test_no_command_says_ad(
    tmp_path: Path, language: str, every: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = interviews(tmp_path, language)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CODETUI_CODER", "rosa")
    found: list[str] = []
    for command in COMMANDS[::every]:
        run(command.split())
        shown = capsys.readouterr()
        lines = f"{shown.out}\n{USAGE.sub('', shown.err)}".splitlines()
        found += [f"{command}: {line}" for line in lines if AD.search(line)]
    texts = [path for path in folder.rglob("*.md") if path.name.startswith(("analysis", "agenda", "memos"))]
    for path in texts:
        found += [f"{path.name}: {line}" for line in path.read_text("utf-8").splitlines() if AD.search(line)]
    assert found == [], "\n".join(["", *found])


def test_the_plain_mode_says_and_takes_the_words_of_the_study(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = Study.open(interviews(tmp_path, "dutch"))
    typed = iter(["?\n", "gesprek 99\n", "gesprek 12\n", "gesprekken\n", "1\n", "next\n", "where\n", "take over\n"])
    plain_mode(Desk.at(study, "rosa", "11"), Conversation(lambda: next(typed, "")))
    heard = capsys.readouterr().out
    assert (
        "There is no gesprek 99. gesprekken lists them." in heard and "gesprek ID: the gesprek with this id." in heard
    )
    assert [line for line in heard.splitlines() if AD.search(line)] == []


def shown_text(app: CodetuiApp) -> list[str]:
    """Return the pieces of text on the screen."""
    pieces = re.findall(r"<text[^>]*>([^<]*)</text>", app.export_screenshot())
    return [html.unescape(piece).replace("\xa0", " ") for piece in pieces]


@pytest.mark.parametrize(("language", "most"), [("dutch", 6), pytest.param("english", None, marks=pytest.mark.slow)])
async def test_no_screen_says_ad(tmp_path: Path, language: str, most: int | None) -> None:
    folder = interviews(tmp_path, language)
    found: list[str] = []
    for keys in SCREENS[:most]:
        app = CodetuiApp(open_workspace(Study.open(folder), "rosa"))
        async with app.run_test(size=(140, 40)) as pilot:
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.press(*keys_of(keys))
            await pilot.pause()
            found += [f"{keys}: {piece.strip()}" for piece in shown_text(app) if AD.search(piece)]
    assert found == [], "\n".join(["", *found])

"""No hostile text reaches a terminal unsanitized: not on the screen, nor in lists, questions and messages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.attacks.hostile import CONTROLS, EVIL, SEEN, obeyed, write_hostile_study
from testing.terminal import Terminal, codetui_command, environment

ESCAPE, ENTER, QUIT = "\x1b[27u", "\r", "\x11"
LOOKS = [
    "n",
    "P",
    "p",
    "E",
    "i",
    "a",
    "?",
    "R",
    "I",
    "V",
    "v",
    "Q",
    "/",
    "\x10task",
    ENTER,
    "A",
    "N",
    "T",
    "t",
    "!",
    "1",
    "f",
]
"""Keys of the workbench that open a list, a question, a panel or a page."""

SHOWS = {"a": "Ads  ", "?": "Keys", "R": "Role", ENTER: "Assign a code", "p": "Profile of this ad"}
"""Words by which some of them are known."""


SELECTING = ("s", "\x1b[1;5F")
"""Keys that select a sentence, and all up to the end: some keys show another thing then."""


@pytest.mark.parametrize("name", CONTROLS)
def test_the_attacks_would_be_detected(name: str) -> None:
    assert obeyed(f"\x1b[1;31mplain\x1b[0m {CONTROLS[name]} text".encode())


def test_output_of_textual_is_not_an_attack() -> None:
    assert obeyed("\x1b[?1049h\x1b[38;2;1;2;3mplain · text\x1b[0m\r\n\x1b]22;default\x07".encode()) == []


@pytest.mark.parametrize(
    ("columns", "has_both"),
    [(140, False), *(pytest.param(columns, True, marks=pytest.mark.slow) for columns in (80, 140))],
)
def test_the_workbench_shows_a_hostile_study_without_passing_control_sequences(
    tmp_path: Path, columns: int, has_both: bool
) -> None:
    study = write_hostile_study(tmp_path / "study")
    command = codetui_command("ads", "--coder", "wil", "--ad", "8")
    seen = ""
    with Terminal(command, study, environment(tmp_path), columns=columns, rows=40) as terminal:
        terminal.wait_for("You climb")
        for key in LOOKS:
            for selecting in SELECTING if has_both else SELECTING[key not in SHOWS :][:1]:
                terminal.type(selecting)
                terminal.type(key)
                if selecting == "s":
                    terminal.wait_for(SHOWS.get(key, ""))
                terminal.wait_until_quiet()
                seen += terminal.text
                terminal.type(ESCAPE + ESCAPE)
        terminal.type(ESCAPE + ")")
        terminal.wait_until(lambda: True, "the next ad")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
        output = bytes(terminal.output)
    assert obeyed(output) == []
    assert SEEN in seen
    assert [words for words in SHOWS.values() if words not in seen] == []


@pytest.mark.parametrize(
    "options",
    [
        ("status", "--corpus", "ads"),
        ("status", "--corpus", "ads", "--json"),
        ("check", "--corpus", "ads"),
        ("check", "--corpus", "ads", "--json"),
        *(("export", "--format", layout, "-o", "-") for layout in ("markdown", "csv", "jsonl")),
        ("export",),
        ("import", "coded.md", "--corpus", "ads", "--coder", "ann"),
        ("import", ".", "--corpus", "ads", "--coder", "ann"),
        ("import", "ads", "role.md", "--corpus", "ads", "--coder", "ann"),
        ("find", "you", "--corpus", "ads", "--all-coders"),
        ("find", "/cl..b/", "--corpus", "ads"),
        ("find", EVIL.replace("\0", ""), "--corpus", "ads"),
        ("agree", "--corpus", "ads"),
        ("invented", "--corpus", "ads"),
        ("config",),
        ("codebook", "check"),
        ("codebook", "export", "-o", "-"),
        ("codebook", "export", "--format", "html", "-o", "-"),
        ("codebook", "import", "role.md", "-o", "-"),
        ("codebook", "diff", "codebook.toml", "other.toml"),
        ("codebook", "diff", "codebook.toml", "other.toml", "--json"),
        ("codebook", "propose", "codebook.toml", "other.toml", "-o", "-"),
        ("codebook", "migrate", "--map", "map.toml", "--corpus", "ads"),
        ("codebook", "diff", "codebook.toml", EVIL.replace("\0", "")),
        ("codebook", "check", EVIL.replace("\0", "")),
        ("status", "--corpus", "ads", EVIL.replace("\0", "")),
        ("export", "--format", EVIL.replace("\0", "")),
        ("--ad", EVIL.replace("\0", "")),
        ("--codebook", EVIL.replace("\0", "")),
        ("init", EVIL.replace("\0", "").replace("/", "")[:60]),
        (EVIL.replace("\0", ""),),
    ],
    ids=lambda options: " ".join(options)[:40].encode("ascii", "replace").decode(),
)
def test_no_command_prints_control_sequences(tmp_path: Path, options: tuple[str, ...]) -> None:
    study = write_hostile_study(tmp_path / "study")
    book = (study / "codebook.toml").read_text("utf-8")
    (study / "other.toml").write_text(book.replace('"TASK1"', '"TASK9"').replace("Other things", "Others"), "utf-8")
    (study / "map.toml").write_text('[codes]\n"TASK1" = "TASK2"\n"\\u001b[31337m" = "\\u202e"\n', "utf-8")
    with Terminal(codetui_command(*options), study, environment(tmp_path), columns=200) as terminal:
        code = terminal.wait_for_end(60)
        output = bytes(terminal.output)
    assert output.strip() and obeyed(output) == []
    assert code in (0, 1, 2) and b"Traceback" not in output


def test_a_hostile_folder_name_is_printed_sanitized(tmp_path: Path) -> None:
    study = write_hostile_study(tmp_path / "st\x1b]0;owned\x07\u202eudy")
    for options in (
        ("status", "--corpus", str(study / "ads")),
        ("check",),
        ("export",),
        ("init", str(study)),
        ("check", "--corpus", str(study)),
    ):
        with Terminal(codetui_command(*options), study, environment(tmp_path)) as terminal:
            code = terminal.wait_for_end(60)
            assert code in (0, 1, 2) and obeyed(bytes(terminal.output)) == [], options

"""The plain mode: the steps of the screen by lines of text, for people who do not see one."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codetui.cli.main import run as run_command
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone
from codetui.core.text.display import sanitize
from codetui.model import CodeId, Span
from codetui.plain.lines import Conversation
from codetui.plain.loop import COMMANDS, command_of, run
from codetui.storage import disk
from codetui.study.desk import Desk
from codetui.study.study import Study
from codetui.study.workspace import Workspace
from testing.logs import steps
from testing.studies import SHORE, write_study
from testing.terminal import Terminal, codetui_command, environment

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea until dawn."
LOG = Path("sessions/rosa/events/11.jsonl")
Talk = Callable[..., str]


@pytest.fixture
def talk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Talk:
    """Return a function that types lines in an invented study and returns what was read out; the input ends then."""
    write_study(tmp_path)

    def type_lines(*lines: str, coder: str = "rosa", source: str | None = "11", code: int = 0) -> str:
        typed = iter([f"{line}\n" for line in lines])

        def echo() -> str:
            line = next(typed, "")
            print(sanitize(line), end="")
            return line

        assert run(Desk.at(Study.open(tmp_path), coder, source), Conversation(echo)) == code
        return capsys.readouterr().out

    return type_lines


def test_an_ad_coded_by_lines_has_the_log_and_document_of_commands(
    tmp_path: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_command = write_study(tmp_path / "commands")
    for arguments in (
        ("code", "11", LAMP, "--as", "TASK1"),
        ("code", "11", "barometer", "--as", "TOOL1"),
        ("note", "11", "named once", "--on", "barometer"),
        ("move", "11", "barometer", "--to", "a barometer"),
        ("recode", "11", LAMP, "--to", "TASK2"),
        ("undo", "11"),
        ("undo", "11"),
        ("redo", "11"),
        ("remove", "11", "a barometer"),
        ("profile", "11", "1"),
        ("profile", "11", "--because", "keeps the light\n\nand the mirrors"),
        ("done", "11"),
    ):
        monkeypatch.chdir(by_command)
        assert run_command([*arguments, "--coder", "rosa"]) == 0, arguments
    lines = ["", "c TASK1", "s barometer", "w barometer", "c instr", "1", "n 2", "named once", "e", "3 4", "r 1", "12"]
    lines += ["u", "undo", "redo", "x", "p keeper", "keeps the light", "", "and the mirrors", ".", "d", "q"]
    heard = talk(*lines)
    assert steps(tmp_path / LOG) == steps(by_command / LOG), heard
    document = "sessions/rosa/analysis_job_11_shore_company.md"
    assert (tmp_path / document).read_bytes() == (by_command / document).read_bytes()


WRONG = (
    (("xyzzy",), "There is no command “xyzzy”. A question mark lists the commands."),
    (("cod TASK1 x",), "No code matches “TASK1 x”"),
    (("finde lamp",), "Did you mean find?"),
    (("b",), "This is the first sentence."),
    (("g 99",), "The sentences have the numbers 1 to 7"),
    (("g -1",), "The sentences have the numbers 1 to 7"),
    (("w 2 77",), "The words of this sentence have the numbers 1 to 5; nothing is selected."),
    (("w astrolabe",), "does not have the words “astrolabe”. Nothing is selected."),
    (("w lamp at dsk", "no"), "Nothing is selected."),
    (("w You", ""), "Nothing is selected."),
    (("c", ""), "No code is assigned."),
    (("c", "77"), "77 is not a number from 1 to 3; nothing is chosen."),
    (("x",), "Nothing is coded here."),
    (("x 4",), "“4” is not the number of a coding."),
    (("l",), "Nothing is coded in this ad yet."),
    (("u",), "Nothing to undo in this ad."),
    (("d",), "Not done yet: the ad has no profile. p assigns one."),
    (("why",), "The reasoning belongs to a profile: p assigns one first."),
    (("p pirate",), "No profile matches “pirate”"),
    (("s astrolabe",), "No sentence of this ad has “astrolabe”."),
    (("find (",), "The query cannot be read at letter"),
    (("ad 99",), "There is no ad 99. ads lists them."),
    (("before",), "This is the first ad."),
    (("agree",), "Nobody else has coded in this study."),
    (("adjudicate ben",), "Name the coders"),
    (("adjudicate ben ben",), "Name two different coders"),
    (("take over",), "No other program has this session."),
    (("copy",), "Name a folder"),
    (("? xyzzy",), "There is no command xyzzy."),
    (("memo", "."), "The memo is unchanged."),
    (("\x1b[31mred\x07",), "There is no command “·[31mred·”"),
)


def test_wrong_input_gets_one_plain_sentence_and_changes_nothing(tmp_path: Path, talk: Talk) -> None:
    for lines, sentence in WRONG:
        heard = talk(*lines)
        assert sentence in heard, lines
        assert "\x1b" not in heard
    assert not (tmp_path / LOG).exists()


def test_every_state_is_read_in_words_and_other_ads_are_found(talk: Talk) -> None:
    heard = talk("", "c TASK1", "w the lamp", "c TASK2", "n 2", "by oil", "p 1", "keeps it", ".", "d", "c TASK1")
    assert "This ad is marked done." in heard
    heard = talk("g 2", "find ships", "1", "c TASK2", "ads", "1", "where", "i TASK2", "next", "f code:TASK1", "1")
    for line in (
        "Sentence 2 of 7.",
        "TASK1: Lighting: the sentence",
        "TASK2: Watching: “the lamp”; note: by oil",
        "Ad 12: Clerk of the Harbour.",
        "1: 11: Keeper of the Northern Light, Shore Company. done, 3 codings",
        "State: done. 3 codings.",
        "Reasoning: keeps it",
        "TASK2: Watching. Looking out.",
        "Ad 13: Mason.",
    ):
        assert line in heard.splitlines(), line
    assert "Sentence 6 of 7, bullet." in talk("g 6")


def test_help_names_every_command_once_and_beginnings_are_enough(talk: Talk) -> None:
    heard = talk("?")
    commands = [one for some in COMMANDS.values() for one in some]
    names = [name for one in commands for name in one.names]
    assert all(name in heard for name in names)
    assert len(names) == len(set(names))
    assert max(map(len, heard.splitlines())) < 80
    for line, name in (("prof 1", "p"), ("TAKE", "take over"), ("? code", "?"), ("?code", "?"), ("", "Enter")):
        found = command_of(line)
        assert found is not None and name in found[0].names, line


def code_by(study: Path, coder: str, words: str, code: str) -> None:
    with Study.open(study).session("11", coder) as session:
        span = Span(SHORE.index(words), SHORE.index(words) + len(words))
        session.execute(AssignCode(span, CodeId(code)))
        session.execute(AssignProfile("1", "why"))
        session.execute(MarkDone(is_done=True))


def test_agreement_and_adjudication_are_read_and_decided_item_by_item(tmp_path: Path, talk: Talk) -> None:
    talk()
    code_by(tmp_path, "rosa", LAMP, "TASK1")
    code_by(tmp_path, "ben", LAMP, "TASK2")
    heard = talk("agree", "o")
    for line in (
        "rosa and ben: 1 ad that both have done.",
        "Of them: 0 the same, 1 another code, 0 other edges, 0 only the first, 0 only the second.",
        f"1 of 1. Ad 11, another code. rosa: TASK1: Lighting, “{LAMP}”. ben: TASK2: Watching, “{LAMP}”.",
    ):
        assert line in heard.splitlines(), heard
    heard = talk("adjudicate rosa ben as panel", "3", "other", "other TASK9", "", "other watching", "as agreed")
    assert "“3” is not a decision." in heard and "the codebook has no code “TASK9”" in heard
    assert "Decided." in heard and "1 decided, 0 open." in heard
    assert "State: done. 1 coding." in talk(coder="panel")


def test_quotations_without_a_place_are_located(tmp_path: Path, talk: Talk) -> None:
    talk()
    document = tmp_path / "by_hand.md"
    quotations = "".join(f'  - "{words}"\n' for words in ("You", "watch the see until down", "moonlight", "Patience"))
    document.write_text(
        f"# Manual Coding Analysis: Job Ad #11\n\n## 1. Job Task Analysis\n\n- **TASK1:**\n{quotations}"
    )
    assert run_command(["import", str(document), "--coder", "rosa", "--study", str(tmp_path)]) in (0, 1)
    heard = talk("resolve", "2", "1", "the lamp", "l")
    assert "3 to locate: resolve leads through them" in heard
    assert "Every quotation is located." in talk("resolve"), heard


def test_an_ad_that_is_open_elsewhere_is_read_only_until_it_is_taken_over(tmp_path: Path, talk: Talk) -> None:
    talk()
    other = Workspace(Study.open(tmp_path), "rosa", is_shared=True)
    entry = other.begin_with()
    assert entry is not None
    other.open(entry).execute(AssignCode(Span(0, 6), CodeId("TASK1")))
    heard = talk("c TASK2", "take over", "c TASK2", "", "c TASK2")
    assert heard.count("read only here") == 2
    assert "You can code it here now." in heard
    assert heard.count("TASK2: Watching for “") == 2


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX only")
def test_a_dumb_terminal_leads_from_the_start_of_an_ad_to_its_end_without_an_escape(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    environ = environment(tmp_path, TERM="dumb", CODETUI_CODER="rosa")
    with Terminal(codetui_command(), study, environ, columns=200) as terminal:
        terminal.wait_for("plain mode, line by line", "Command:")
        for line, answer in (
            ("", "Sentence 2 of 7"),
            ("c 11", "TASK1: Lighting for “You light"),
            ("p 1", "Text:"),
            ("keeps the light", "keeps the light\nText:"),
            ("\x03", "Cancelled."),
            ("why", "The reasoning of Keeper now: none"),
            ("keeps it lit", "keeps it lit"),
            (".", "Profile: Keeper"),
            ("d", "Done."),
            ("q", "Saved."),
        ):
            terminal.type(line if line == "\x03" else f"{line}\r")
            terminal.wait_for(answer)
        assert terminal.wait_for_end() == 0
        assert b"\x1b" not in terminal.output
    assert "- **Reasoning:** keeps it lit" in (study / "sessions/rosa/analysis_job_11_shore_company.md").read_text()
    assert "keeps the light" in next((study / "sessions/rosa").rglob("*.unsaved.md")).read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX only")
@pytest.mark.parametrize("end", [signal.SIGHUP, signal.SIGTERM])
def test_the_end_of_the_terminal_loses_no_step_and_no_text(tmp_path: Path, end: signal.Signals) -> None:
    study = write_study(tmp_path / "study")
    environ = environment(tmp_path, TERM="dumb", CODETUI_CODER="rosa")
    with Terminal(codetui_command("plain"), study, environ, columns=200) as terminal:
        terminal.wait_for("Command:")
        terminal.type("c TASK1\rmemo\rhalf a memo\r")
        terminal.wait_for("Text: Text:")
        if end == signal.SIGHUP:
            code = terminal.hang_up()
        else:
            os.kill(terminal.pid, end)
            code = terminal.wait_for_end()
    assert code == 128 + end
    assert "TASK1" in (study / "sessions/rosa/analysis_job_11_shore_company.md").read_text()
    assert "half a memo" in next((study / "sessions/rosa").rglob("*.unsaved.md")).read_text()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the refused file is recognised by /proc")
def test_what_a_full_disk_refuses_is_kept_and_a_copy_takes_further_steps(
    tmp_path: Path, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk("c TASK1")
    write, full = disk.write, str(tmp_path / LOG)

    def refuse(handle: int, data: bytes) -> int:
        if str(Path(f"/proc/self/fd/{handle}").readlink()) == full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data)

    monkeypatch.setattr(disk, "write", refuse)
    heard = talk("memo", "worth keeping", ".", "c TASK2", f"copy {tmp_path / 'rescue'}", "", "c TASK1", code=1)
    assert heard.count("NOT SAVED: No space left on device.") == 2
    assert "the text that was not saved is kept here" in heard
    assert "worth keeping" in next((tmp_path / "sessions").rglob("*.unsaved.md")).read_text("utf-8")
    assert "(Saved in the copy only: No space left on device.)" in heard
    assert "when the disk works again, run `codetui merge" in heard and not heard.endswith("Saved.\n")
    assert len((tmp_path / "rescue/rosa/events/11.jsonl").read_text("utf-8").splitlines()) == 3

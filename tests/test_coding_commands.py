"""Coding by command: the same steps, refusals and log as on the screen."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.keys import press, running
from testing.logs import steps
from testing.paths import ROOT
from testing.studies import SHORE, write_study

LAMP = "You light the lamp at dusk."
LOG = Path("sessions/rosa/events/11.jsonl")


class Done(NamedTuple):
    """The outcome of a command line."""

    code: int
    out: str
    err: str


Codetui = Callable[..., Done]


@pytest.fixture
def codetui(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Codetui:
    """Return a function that runs a command as Rosa in the folder of an invented study."""
    write_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODETUI_CODER", "rosa")

    def run_codetui(*arguments: str) -> Done:
        code = run(list(arguments))
        return Done(code, *capsys.readouterr())

    return run_codetui


SEA = "You watch the sea until dawn."
BY_COMMAND = (
    ("code", LAMP, "--as", "TASK1"),
    ("code", "you watch the sea  until dawn.", "--as", "watching"),
    ("note", "at sea", "--on", SEA),
    ("recode", SEA, "--to", "task1: lighting"),
    ("undo",),
    ("remove", SEA),
    ("undo",),
    ("redo",),
    ("code", "barometer", "--as", "TOOL1"),
    ("move", "barometer", "--to", "a barometer"),
    ("profile", "Keeper"),
    ("profile", "--because", "keeps the light"),
    ("done",),
)


def at(words: str) -> Span:
    """Return the place of words in the ad."""
    return Span(SHORE.index(words), SHORE.index(words) + len(words))


async def test_the_same_ad_by_keys_and_by_commands_has_the_same_log_and_document(
    tmp_path: Path, codetui: Codetui
) -> None:
    on_screen = write_study(tmp_path / "screen")
    async with running(open_workspace(Study.open(on_screen), "rosa")) as (pilot, bench):
        await press(pilot, "s11s12n")
        await press(pilot, "at sea<enter>r11uxu<ctrl+r>")
        bench.select(at("barometer"))
        await press(pilot, "21b")
        bench.select(at("a barometer"))
        await press(pilot, "<enter>p")
        await press(pilot, "<enter>")
        await press(pilot, "keeps the light<ctrl+s>")
        await press(pilot, "d")
        bench.saver.write()
    for name, *rest in BY_COMMAND:
        done = codetui(name, "11", *rest)
        assert (done.code, done.err) == (0, ""), name
    assert steps(tmp_path / LOG) == steps(on_screen / LOG)
    document = "sessions/rosa/analysis_job_11_shore_company.md"
    assert (tmp_path / document).read_bytes() == (on_screen / document).read_bytes()


REFUSED = (
    (("code", "11", "You watch the see until dawn", "--as", "TASK1"), "Similar: “You watch the sea until dawn”"),
    (("code", "11", "astrolabe", "--as", "TASK1"), "does not have the words “astrolabe”"),
    (("code", "11", "You", "--as", "TASK1"), "“You” 3 times. Choose one with --nth"),
    (("code", "11", "You", "--as", "TASK1", "--nth", "4"), "there is no place 4"),
    (("code", "11", "You", "--as", "TASK1", "--nth", "0"), "there is no place 0"),
    (("code", "11", "sea", "--as", "TASK1", "--nth", "2"), "“sea” once: there is no place 2"),
    (("code", "11", " ", "--as", "TASK1"), "No words are given"),
    (("code", "11", "sea", "--as", "TASK9"), "no code “TASK9”. Similar: "),
    (("code", "11", LAMP, "--as", "lighting"), "already assigned to these words. `codetui remove` removes it."),
    (("code", "99", "sea", "--as", "TASK1"), "there is no ad 99"),
    (("code", "12", "ships", "--as", "TASK1", "--codebook", "none.toml"), "there is no codebook here"),
    (("remove", "11", "sea"), "No quotation has the words “sea”"),
    (("remove", "11", "sextant"), "2 codings have the words “sextant”"),
    (("remove", "11", LAMP, "--as", "TASK2"), "not coded with TASK2, but with TASK1"),
    (("remove", "11", "--id", "zzz"), "no coding with the id zzz"),
    (("remove", "11"), "name the words of the quotation, or its --id"),
    (("recode", "11", LAMP, "--to", "TASK1"), "already have TASK1"),
    (("move", "11", LAMP, "--to", LAMP), "already has these boundaries"),
    (("note", "11", "", "--on", LAMP), "unchanged"),
    (("note", "11", "text", "--under", "chapter"), "no code “chapter”"),
    (("profile", "11", "Captain"), "no profile “Captain”"),
    (("profile", "11"), "has no profile yet"),
    (("done", "11", "--not-codable"), "has 3 codings, so it is codable"),
    (("done", "11", "--codable"), "is not marked not codable"),
    (("done", "11"), "has no profile. `codetui profile` assigns one."),
    (("done", "11", "--not"), "not marked done"),
    (("redo", "11"), "Nothing to redo"),
    (("undo", "12"), "Nothing to undo"),
    (("show", "."), "has not worked on any ad yet"),
)


def test_a_refused_command_names_the_remedy_exits_2_and_writes_nothing(tmp_path: Path, codetui: Codetui) -> None:
    codetui("code", "11", LAMP, "--as", "TASK1")
    for code in ("TASK1", "TOOL1"):
        codetui("code", "11", "sextant", "--as", code)
    before = (tmp_path / LOG).read_bytes()
    for arguments, words in REFUSED:
        more = ("--coder", "anna") if arguments == ("show", ".") else ()
        done = codetui(*arguments, *more)
        assert (done.code, done.out) == (2, ""), arguments
        assert words in done.err, arguments
    assert (tmp_path / LOG).read_bytes() == before
    assert {path.name for path in (tmp_path / "sessions/rosa/events").glob("*.jsonl")} == {"11.jsonl"}


def test_one_of_several_places_and_codings_is_chosen(tmp_path: Path, codetui: Codetui) -> None:
    several = codetui("code", "11", "You", "--as", "TASK1")
    assert "  2: You light the lamp at dusk. [You] watch the sea until dawn." in several.err
    for number in ("3", "2"):
        assert codetui("code", "11", "You", "--as", "TASK1", "--nth", number).code == 0
    assert codetui("code", "11", "you", "--as", "TASK1").code == 0
    found = codetui("remove", "11", "You", "--json")
    record = json.loads(found.out)
    assert (found.code, record["outcome"], len(record["names"])) == (2, "several", 2)
    assert codetui("remove", "11", "You", "--nth", "1").code == 0
    assert codetui("remove", ".", "You").code == 0, "only one is left, and . is the ad coded last"
    shown = json.loads(codetui("show", "11", "--json").out)
    assert [SHORE[one["start"] : one["end"]] for one in shown["codings"]] == ["you"]
    assert codetui("remove", "11", "--id", shown["codings"][0]["id"]).code == 0


def test_notes_are_on_quotations_parts_and_the_ad(tmp_path: Path, codetui: Codetui) -> None:
    codetui("code", "11", LAMP, "--as", "TASK1", "--note", "first")
    codetui("note", "11", "two\nlines", "--on", LAMP)
    codetui("note", "11", "by hand", "--under", "Job Task Analysis")
    codetui("note", "11", "an odd ad")
    shown = codetui("show", "11").out
    quotation = "1. TASK1: Lighting: “You light the lamp at dusk.”"
    for line in ("memo: an odd ad", quotation, "note on section tasks: by hand"):
        assert f"{line}\n" in shown
    notes = {(one["on"], one["text"]) for one in json.loads(codetui("show", "11", "--json").out)["notes"]}
    assert notes == {("section", "by hand"), ("source", "an odd ad"), ("quotation", "two\nlines")}
    assert "two\nlines" in (tmp_path / "sessions/rosa/memos.md").read_text("utf-8")


def test_next_is_the_first_ad_without_work_and_exits_4_if_none_is_left(tmp_path: Path, codetui: Codetui) -> None:
    (tmp_path / "ads" / "10_nobody.txt").write_text(" \n", encoding="utf-8")
    samples = tmp_path / "samples"
    samples.mkdir()
    assert codetui("sample", "--size", "1", "--seed", "1", "--coders", "rosa", "--json").code == 0
    order = []
    while (found := codetui("next")).code == 0:
        order.append(found.out.strip())
        assert codetui("note", order[-1], "seen").code == 0
    queue = json.loads(codetui("sample", "--json").out)
    assert (found.code, found.out, sorted(order)) == (4, "", ["11", "12", "13"])
    assert queue and order[0] in (samples / "sample-1.toml").read_text("utf-8")
    assert "rosa has worked on every ad" in found.err


def test_a_session_that_is_open_elsewhere_is_shown_and_not_changed(tmp_path: Path, codetui: Codetui) -> None:
    other = Workspace(Study.open(tmp_path), "rosa", is_shared=True)
    entry = other.begin_with()
    assert entry is not None
    session = other.open(entry)
    session.execute(AssignCode(at(LAMP), CodeId("TASK1")))
    before = (tmp_path / LOG).read_bytes()
    done = codetui("code", "11", "sea", "--as", "TASK2", "--json")
    assert (done.code, json.loads(done.out)["outcome"]) == (2, "open elsewhere")
    assert "NOT SAVED: the session is open elsewhere" in done.err
    assert (codetui("show", "11").code, (tmp_path / LOG).read_bytes()) == (0, before)
    other.release()
    assert codetui("code", "11", "sea", "--as", "TASK2").code == 0


def test_a_damaged_log_is_reported_beside_a_step_that_is_saved(tmp_path: Path, codetui: Codetui) -> None:
    codetui("code", "11", LAMP, "--as", "TASK1")
    with (tmp_path / LOG).open("a", encoding="utf-8") as log:
        log.write("no step at all\n")
    done = codetui("code", "11", "sea", "--as", "TASK2")
    assert (done.code, "11.jsonl:2: error" in done.err, "“sea”" in done.out) == (1, True, True)


def test_a_large_step_needs_a_confirmation_to_be_undone(tmp_path: Path, codetui: Codetui) -> None:
    lines = "\n".join(f'  - "{words}"' for words in SHORE.replace(".", "").split()[4:20] if words != "You")
    document = tmp_path / "by_hand.md"
    document.write_text(f"# Manual Coding Analysis: Job Ad #11\n\n## 1. Job Task Analysis\n\n- **TASK1:**\n{lines}\n")
    assert codetui("import", str(document)).code == 0
    asked = codetui("undo", "11")
    assert (asked.code, "--yes" in asked.err) == (2, True), asked
    assert codetui("undo", "11", "--yes").code == 0


def test_json_follows_its_schema(codetui: Codetui) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads((ROOT / "docs" / "schemas" / "coding.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for arguments in (
        ("code", "11", LAMP, "--as", "TASK1", "--note", "first"),
        ("code", "11", "You", "--as", "TASK1"),
        ("remove", "11", "nothing"),
        ("note", "11", "seen"),
        ("show", "11"),
        ("next",),
    ):
        jsonschema.validate(json.loads(codetui(*arguments, "--json").out), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"schema": "codetui step", "version": 1}, schema)


@pytest.mark.parametrize("name", ["code", "next"])
def test_a_folder_named_like_a_command_is_told_apart(tmp_path: Path, codetui: Codetui, name: str) -> None:
    (tmp_path / name).mkdir()
    assert f"{name} is a command here. To open {name} in this folder, write `codetui ./{name}`." in codetui(name).err
    assert f"there is no ad to code in {name}" in codetui(f"./{name}").err
    usual = ("code", "11", LAMP, "--as", "TASK1") if name == "code" else ("next", "--json")
    assert "is a command here" not in codetui(*usual).err

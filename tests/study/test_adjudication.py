"""`codetui adjudicate`: two coders become one, by agreement and by decisions in an agenda."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone, NoteCoding, Undo
from codetui.core.session.state import State
from codetui.formats.agenda import without_source
from codetui.model import CodeId, Span
from codetui.study.adjudication import AdjudicationRequest, request_of, resumed
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.studies import write_study

LAMP, DUSK, SEA = "You light the lamp at dusk", "the lamp at dusk", "watch the sea"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_study(tmp_path))
    monkeypatch.setenv("CODETUI_CODER", "lead")
    code("anna", [(LAMP, "TASK1"), (SEA, "TASK2"), ("sextant", "TOOL1")], "1", "She keeps it.")
    code("bram", [(f"{LAMP}.", "TASK1"), (SEA, "TASK1"), ("barometer", "TOOL1")], "2", "He builds it.")
    return tmp_path


def code(coder: str, codings: list[tuple[str, str]], profile: str = "", reasoning: str = "", ad: str = "11") -> None:
    with Study.open().session(ad, coder) as session:
        for words, id_ in codings:
            start = session.source.text.index(words)
            made = session.execute(AssignCode(Span(start, start + len(words)), CodeId(id_)))
            assert isinstance(made, Saved) and made.coding
            session.execute(NoteCoding(made.coding, f"{coder}’s note"))
        if profile:
            session.execute(AssignProfile(profile, reasoning))
        session.execute(MarkDone(is_done=True))


def consensus(ad: str = "11") -> State:
    return next(one.state for one in Study.open().sessions(coder="consensus") if one.source.id == ad)


def codings() -> list[tuple[str, str]]:
    return [(one.code, one.anchor.words if one.anchor else "") for one in consensus().live()]


def tick(item: str, box: str, *, reason: str = "") -> None:
    """Tick the box that begins with `box` of the item that contains `item`."""
    parts = re.split(r"(?m)^(?=### )", Path("agenda.md").read_text("utf-8"))
    (at,) = [number for number, part in enumerate(parts) if part.startswith("### ") and item in part]
    parts[at] = re.sub(rf"(?m)^- \[ \] ({re.escape(box)}.*)$", r"- [x] \1", parts[at], count=1)
    parts[at] = parts[at].replace("- Reason:", f"- Reason: {reason}")
    Path("agenda.md").write_text("".join(parts), encoding="utf-8")


def number_of(item: str, words: str) -> str:
    """Return whether 1 or 2 has these words in an item."""
    part = next(part for part in re.split(r"(?m)^(?=### )", Path("agenda.md").read_text("utf-8")) if item in part)
    return next(line[6] for line in part.splitlines() if line.startswith("- [ ] ") and words in line)


def keys(agenda: str) -> list[str]:
    """Return the keys of the disagreements in an agenda."""
    return re.findall("(?<=`)[0-9a-f]{8}(?=`)", agenda)


def adjudicate(*more: str) -> int:
    return run(["adjudicate", "anna", "bram", *more])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_both_agree_on_is_taken_over_and_the_rest_is_an_agenda_without_names(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: files(study / "sessions" / name) for name in ("anna", "bram")}
    assert adjudicate() == 0
    assert codings() == [("TASK1", LAMP)]
    assert {one.note for one in consensus().live()} in ({"anna’s note / bram’s note"}, {"bram’s note / anna’s note"})
    assert {name: files(study / "sessions" / name) for name in before} == before
    assert "0 of 4 disagreements decided, 4 open" in capsys.readouterr().out
    agenda = Path("agenda.md").read_text("utf-8")
    items = agenda.split("\n## ", 1)[1]
    assert "anna" not in items.replace("anna’s note", "") and "bram" not in items.replace("bram’s note", "")
    assert items.count("### ") == 4 and f"**{SEA}**" in items
    assert not consensus().is_done


def test_each_rule_does_what_it_says(study: Path) -> None:
    adjudicate()
    tick("another code", "other:", reason="It is about tools.")
    agenda = Path("agenda.md").read_text("utf-8").replace("- [x] other:", "- [x] other: TOOL1")
    Path("agenda.md").write_text(agenda, encoding="utf-8")
    tick("**sextant**", number_of("**sextant**", "sextant"))
    tick("**barometer**", number_of("**barometer**", "nothing"), reason="Not a tool.")
    tick("· profile ·", number_of("· profile ·", "Builder"))
    assert adjudicate("--agenda", "agenda.md") == 0
    assert codings() == [("TASK1", LAMP), ("TOOL1", SEA), ("TOOL1", "sextant")]
    state = consensus()
    assert (state.profile, state.reasoning, state.is_done) == ("2", "He builds it.", True)
    assert {memo.text for memo in state.memos.values()} == {
        "It is about tools.",
        "“barometer”: not coded. Not a tool.",
    }
    assert "### " not in Path("agenda.md").read_text("utf-8")


@pytest.mark.parametrize(("box", "expected"), [("both", ["TASK1", "TASK1", "TASK2"]), ("neither", ["TASK1"])])
def test_both_or_neither_of_two_codes(study: Path, box: str, expected: list[str]) -> None:
    adjudicate()
    tick("another code", box)
    assert adjudicate("--agenda", "agenda.md") == 0
    assert sorted(code for code, _ in codings()) == expected


def test_decisions_are_made_once_and_can_be_undone(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    adjudicate()
    tick("another code", "1")
    agenda = Path("agenda.md").read_text("utf-8")
    adjudicate("--agenda", "agenda.md")
    made = codings()
    Path("agenda.md").write_text(agenda, encoding="utf-8")
    before = files(study / "sessions")
    assert adjudicate("--agenda", "agenda.md") == 0
    assert codings() == made and files(study / "sessions") == before
    with Study.open().session("11", "consensus") as session:
        session.execute(Undo())
    assert adjudicate("--force") == 0
    assert "0 of 4 disagreements decided, 4 open" in capsys.readouterr().out


def test_the_order_of_the_names_changes_nothing(study: Path) -> None:
    adjudicate()
    first = Path("agenda.md").read_text("utf-8").split("\n## ", 1)[1]
    assert run(["adjudicate", "bram", "anna", "--force", "--as", "other"]) == 0
    assert sorted(keys(first)) == sorted(keys(Path("agenda.md").read_text("utf-8")))


def test_the_union_of_edges_is_taken_if_asked_for(study: Path) -> None:
    assert adjudicate("--edges", "union") == 0
    assert codings() == [("TASK1", f"{LAMP}.")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("- [ ]", "- [x]"), "two boxes of one item are ticked"),
        (lambda text: text.replace("- [ ] other:", "- [x] other:", 1), "no code follows `other:`"),
        (lambda text: text.replace("- [ ] other:", "- [x] other: TASK77", 1), "the codebook has no code “TASK77”"),
        (
            lambda text: text.replace("- [ ] 1", "- [x] 1", 1).replace(keys(text)[0], "0" * 8),
            "no disagreement 00000000 any more",
        ),
        (lambda text: text.replace("## 11:", "## 77:").replace("- [ ] 1", "- [x] 1", 1), "77 is not adjudicated"),
    ],
)
def test_a_mistake_in_an_agenda_is_named_with_its_line_and_no_tick_is_lost(
    study: Path, capsys: pytest.CaptureFixture[str], change: object, message: str
) -> None:
    adjudicate()
    assert callable(change)
    wrong = change(Path("agenda.md").read_text("utf-8"))
    Path("agenda.md").write_text(wrong, encoding="utf-8")
    assert adjudicate("--agenda", "agenda.md") == 1
    assert re.search(rf"agenda\.md:\d+: error: .*{re.escape(message)}", capsys.readouterr().err)
    assert Path("agenda.md").read_text("utf-8") == wrong
    assert codings() == [("TASK1", LAMP)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["anna", "anna"], "name two different coders"),
        (["anna", "bram", "--as", "bram"], "name two different coders"),
        (["anna", "nobody"], "there is no ad that both have done"),
        (["anna", "bram", "-o", "codebook.toml", "--force"], "codebook"),
        (["anna", "bram", "--iou", "0"], "intersection over union"),
        (["anna", "bram", "--agenda", "binary.md"], "is not UTF-8 text"),
        (["anna", "bram", "--agenda", "absent.md"], "absent.md: No such file"),
    ],
)
def test_unusable_requests_are_refused_and_nothing_is_written(
    study: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    Path("binary.md").write_bytes(b"## 11\n\xff\xfe")
    before = files(study)
    assert run(["adjudicate", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert files(study) == before


def test_an_agreed_profile_keeps_both_reasonings(study: Path) -> None:
    for coder in ("anna", "bram"):
        code(coder, [], "1", f"{coder} agrees.", ad="12")
    adjudicate()
    state = consensus("12")
    assert (state.profile, state.reasoning, state.is_done) == ("1", "anna agrees. / bram agrees.", True)


def test_check_names_what_no_longer_follows_from_the_coders(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["adjudicate", "anna", "bram", "-o", "-"])
    capsys.readouterr()

    def checked() -> str:
        run(["check"])
        return capsys.readouterr().out

    assert "adjudicate" not in checked()
    with Study.open().session("11", "consensus") as session:
        session.execute(AssignProfile("1", "He keeps it."))
        assert isinstance(session.execute(MarkDone(is_done=True)), Saved)
    assert "marked done, but 3 disagreements came up since: `codetui adjudicate anna bram --as consensus`" in checked()
    with Study.open().session("11", "bram") as session:
        session.execute(MarkDone(is_done=False))
    assert "no longer marked done" in checked()


def test_a_model_is_reviewed_and_the_result_is_not_independent(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code("model:x", [(LAMP, "TASK1"), (SEA, "TASK1")], "2", "Because.")
    assert run(["adjudicate", "model:x"]) == 0
    assert "0 of 3 codings decided, 3 open" in capsys.readouterr().out
    tick(f"“{LAMP}”", "1:")
    tick(f"“{SEA}”", "2:", reason="She says nothing of it.")
    tick("profile", "other:")
    text = Path("agenda.md").read_text("utf-8").replace("- [x] other:", "- [x] other: 1")
    Path("agenda.md").write_text(text, encoding="utf-8")
    assert run(["adjudicate", "model:x", "--agenda", "agenda.md"]) == 0
    assert "3 of 3 codings decided, 0 open" in capsys.readouterr().out
    (reviewed,) = Study.open().sessions(coder="lead-review")
    assert [coding.words for coding in reviewed.state.live()] == [LAMP]
    assert reviewed.state.profile == "1" and reviewed.state.is_done
    run(["agree", "model:x", "lead-review"])
    assert "not independent: made from review of model:x" in " ".join(capsys.readouterr().out.split())


# --- three coders and more ----------------------------------------------------------------------------


@pytest.fixture
def three(study: Path) -> Path:
    """Return the study with a third coder, who agrees with anna on the sea and has an instrument of bram's."""
    code("cleo", [(LAMP, "TASK1"), (SEA, "TASK2"), ("barometer", "TOOL1")], "2", "She builds.")
    return study


@pytest.mark.parametrize(
    ("agreed_by", "agreed", "total"),
    [("all", [("TASK1", LAMP)], 4), ("majority", [("TASK1", LAMP), ("TASK2", SEA), ("TOOL1", "barometer")], 1)],
)
def test_what_three_coders_agree_on_is_what_the_codebook_sets(
    three: Path, capsys: pytest.CaptureFixture[str], agreed_by: str, agreed: list[tuple[str, str]], total: int
) -> None:
    book = Path("codebook.toml")
    book.write_text(book.read_text("utf-8") + f'\n[adjudication]\nagreed_by = "{agreed_by}"\n', encoding="utf-8")
    assert run(["adjudicate", "anna", "bram", "cleo"]) == 0
    assert sorted(codings()) == sorted(agreed)
    assert consensus().profile == ("2" if agreed_by == "majority" else "")
    said = " ".join(capsys.readouterr().out.split())
    assert f"1 ad that all coders have done; {len(agreed)} agreed coding" in said
    assert f"0 of {total} disagreement" in said
    text = Path("agenda.md").read_text("utf-8")
    assert not any(name in text.split("## ", 1)[1].replace(f"{name}’s note", "") for name in ("anna", "bram", "cleo"))
    if agreed_by == "all":
        tick("another code", "all")
        tick("only 2 of 3", "1" if "- [ ] 1: nothing" not in item_of(text, "only 2 of 3") else "2", reason="It is one.")
        tick("only one of them", "none")
        tick("· profile ·", number_of("· profile ·", "Builder"))
        assert run(["adjudicate", "anna", "bram", "cleo", "--agenda", "agenda.md"]) == 0
        expected = [("TASK1", LAMP), ("TASK1", SEA), ("TASK2", SEA), ("TOOL1", "barometer")]
        assert sorted(codings()) == expected and consensus().is_done


def item_of(text: str, words: str) -> str:
    return next(part for part in re.split(r"(?m)^(?=### )", text) if words in part)


def test_a_reason_that_the_codebook_asks_for_is_needed(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Path("codebook.toml")
    reasons = '\n[adjudication]\nreasons = ["other_code", "none", "othr"]\n'
    book.write_text(book.read_text("utf-8") + reasons, encoding="utf-8")
    run(["codebook", "check"])
    assert "othr" in capsys.readouterr().out
    adjudicate()
    text = Path("agenda.md").read_text("utf-8")
    assert item_of(text, "another code").rstrip().endswith("- Reason (needed):")
    assert item_of(text, "**sextant**").rstrip().endswith("- Reason (needed for none of them):")
    tick("another code", "1")
    assert adjudicate("--agenda", "agenda.md") == 1
    assert re.search(r"agenda\.md:\d+: error: the codebook asks for the reason", capsys.readouterr().err)
    assert codings() == [("TASK1", LAMP)]
    text = Path("agenda.md").read_text("utf-8").replace("- Reason (needed):", "- Reason (needed): She watches.", 1)
    Path("agenda.md").write_text(text, encoding="utf-8")
    assert adjudicate("--agenda", "agenda.md") == 0
    assert [memo.text for memo in consensus().memos.values()] == ["She watches."]


def test_coders_are_kept_as_a_list_and_names_in_older_logs_are_found(study: Path) -> None:
    code("rosa and otto", [(LAMP, "TASK1")], "1", "So.")
    code("ben", [(LAMP, "TASK1")], "1", "So.")
    run(["adjudicate", "rosa and otto", "ben", "--iou", "0.8", "-o", "-"])
    coders = ("rosa and otto", "ben")
    (session,) = Study.open().sessions(coder="consensus")
    step = next(one for one in session.transactions if one.provenance)
    assert step.provenance and (step.provenance.coders, step.provenance.iou) == (("rosa and otto", "ben"), 0.8)
    sessions = Path("sessions")
    assert request_of("c", step, sessions) == AdjudicationRequest(
        ("rosa and otto", "ben"), "c", 1, 0.8, agreed_by="all"
    )
    assert resumed(Study.open(), ("ben", "rosa and otto"), "consensus")[:4] == (coders, "consensus", 1, 0.8)
    run(["adjudicate", "ben", "rosa and otto", "--force"])
    assert "--iou 0.8" in Path("agenda.md").read_text("utf-8")
    older = replace(step, provenance=None)
    assert older.run == "rosa and otto and ben"
    assert request_of("c", older, sessions) == AdjudicationRequest(coders, "c")


@pytest.mark.parametrize("who", ["two coders", "coders"])
def test_a_source_is_taken_out_of_agendas_of_all_versions(who: str) -> None:
    agenda = f"# Agenda: where {who} disagree\n\n## 11: Keeper\n\n> the lamp\n\n## 12: Clerk\n\n> the sacks\n"
    assert "lamp" not in without_source(agenda, "11") and "sacks" in without_source(agenda, "11")
    assert without_source("# Notes\n\n## 11: the lamp\n", "11") == "# Notes\n\n## 11: the lamp\n"

"""Samples: who codes what, in which order, and who sees whose work."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone, MarkUncodable
from codetui.model import CodeId, SourceId, Span
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.studies import write_study

TABLE = "id,title,body,sector\n" + "".join(
    f"{number},Keeper {number},You light lamp {number} at dusk.,{'bank' if number % 2 else 'port'}\n"
    for number in range(1, 11)
)
TABLE += "11,Empty,,port\n12,Twice,You light lamp 3 at dusk.,port\n"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_study(tmp_path, {}))
    monkeypatch.setenv("CODETUI_CODER", "lead")
    (tmp_path / "ads").rmdir()
    (tmp_path / "ads.csv").write_text(TABLE, encoding="utf-8")
    text = (tmp_path / "codebook.toml").read_text("utf-8")
    corpus = 'label = "{id}: {name}"\n\n[corpus]\npath = "ads.csv"\n'
    (tmp_path / "codebook.toml").write_text(text.replace('label = "{id}: {name}"\n', corpus), encoding="utf-8")
    return tmp_path


def draw(*arguments: str) -> dict[str, list[str]]:
    """Draw a sample and return the queue of each coder."""
    assert run(["sample", "--coders", "anna,bram", "--json", *arguments]) == 0
    (sample, *_) = Study.open().samples.all[-1:]
    return {coder: list(sample.queue(coder)) for coder in sample.coders}


def code(coder: str, ad: str, *, is_done: bool = True) -> None:
    with Study.open().session(ad, coder) as session:
        session.execute(AssignCode(Span(12, 21), CodeId("TASK1")))
        session.execute(AssignProfile("1", f"a secret of {coder}"))
        session.execute(MarkDone(is_done))


def test_a_sample_is_a_file_that_is_drawn_again_from_its_seed(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = draw("--size", "6", "--seed", "7", "--overlap", "2", "--name", "first")
    again = draw("--size", "6", "--seed", "7", "--overlap", "2", "--name", "second")
    assert first == again
    assert sorted(map(len, first.values())) == [4, 4]
    assert (study / "samples" / "first.toml").read_text("utf-8").startswith("# A sample")
    drawn = {ad for queue in first.values() for ad in queue}
    assert not drawn & {"11"} and not {"3", "12"} <= drawn


def test_an_existing_name_and_impossible_requests_are_refused(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw("--size", "2", "--name", "first")
    for arguments, message in [
        (["--size", "2", "--name", "first", "--coders", "a"], "there is a sample first already"),
        (["--size", "2"], "nobody codes this sample"),
        (["--size", "99", "--coders", "a"], "only 10 can be; not drawn from: 1 empty, 1 with the text of another one"),
        (["--size", "2", "--coders", "a", "--stratify", "colour"], "has anything in 'colour'"),
        (["--size", "2", "--coders", "a", "--name", "../x"], "is no name for a sample"),
        (["--same", "third", "--coders", "a"], "there is no sample third"),
        (["release", "4"], "name the ad and the coder"),
        (["release", "99", "--coder", "anna"], "codes 99 in no sample"),
    ]:
        before = sorted(path.name for path in (study / "samples").iterdir())
        assert run(["sample", *arguments]) == 2
        assert message in capsys.readouterr().err
        assert sorted(path.name for path in (study / "samples").iterdir()) == before


def test_a_dry_run_writes_nothing(study: Path) -> None:
    assert run(["sample", "--size", "3", "--coders", "anna", "--dry-run"]) == 0
    assert not (study / "samples").exists()


def test_the_next_ad_is_the_next_in_the_queue_then_an_uncoded_one(study: Path) -> None:
    queue = draw("--size", "3", "--coders", "anna")["anna"]
    opened = []
    for _ in range(5):
        workspace = open_workspace(Study.open(), "anna")
        for batch in workspace.sources.batches():
            workspace.sources.add(batch)
        for source_id, status in workspace.sources.read_statuses():
            workspace.sources.statuses[source_id] = status
        entry = workspace.sources.next_uncoded()
        workspace.release()
        assert entry is not None
        opened.append(entry.id)
        code("anna", entry.id, is_done=False)
    assert opened[:3] == [one for one in queue if one in opened[:3]] and set(opened[:3]) == set(queue)
    assert not set(opened[3:]) & set(queue)


def test_status_has_the_progress_of_each_coder(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queue = draw("--size", "4", "--overlap", "4")["anna"]
    code("anna", queue[0])
    code("bram", queue[1], is_done=False)
    capsys.readouterr()
    assert run(["status"]) == 0
    shown = capsys.readouterr().out
    assert "sample sample-1: anna has done 1 of 4" in shown and "bram has done 0 of 4" in shown
    assert run(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"][0] == {
        "sample": "sample-1",
        "coder": "anna",
        "done": 1,
        "all": 4,
    }


COMMANDS = [
    ["status"],
    ["status", "--json"],
    ["status", "--coder", "bram"],
    ["check"],
    ["export", "-o", "-"],
    ["export", "-o", "-", "--format", "csv", "--what", "ads"],
    ["export", "-o", "-", "--format", "jsonl", "--coder", "bram"],
    ["find", "code:TASK1", "--all-coders"],
    ["find", "code:TASK1", "--coder", "bram"],
    ["invented", "--coder", "bram"],
    ["stats", "--all-ads"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_blind_coder_finds_no_trace_of_others(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    ad = draw("--size", "4", "--overlap", "4")["anna"][0]
    code("bram", ad)
    monkeypatch.setenv("CODETUI_CODER", "anna")
    capsys.readouterr()
    run(command)
    shown = capsys.readouterr()
    text = shown.out.replace("bram has done", "").replace('"coder": "bram",\n      "done"', "")
    assert "secret" not in text and "bram" not in text and "light lamp" not in text.replace("TASK1", "")
    assert "hidden from anna: what others made of 4 ads" in shown.err
    code("anna", ad)
    monkeypatch.setenv("CODETUI_CODER", "anna")
    run(["export", "-o", "-", "--format", "csv", "--what", "ads"])
    assert "a secret of bram" in capsys.readouterr().out


def test_who_is_in_no_sample_sees_everything(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code("bram", draw("--size", "4", "--overlap", "4")["bram"][0])
    capsys.readouterr()
    assert run(["export", "-o", "-", "--format", "csv", "--what", "ads"]) == 0
    assert "a secret of bram" in capsys.readouterr().out


def test_a_migration_reaches_hidden_sessions_too(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ad = draw("--size", "4", "--overlap", "4")["bram"][0]
    code("bram", ad)
    monkeypatch.setenv("CODETUI_CODER", "anna")
    Path("map.toml").write_text('[codes]\nTASK1 = "TASK2"\n', encoding="utf-8")
    assert run(["codebook", "migrate", "--map", "map.toml"]) == 0
    (session,) = Study.open().sessions(coder="bram")
    assert [one.code for one in session.state.live()] == ["TASK2"]


def test_an_ad_that_is_released_is_no_longer_waited_for(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ad = draw("--size", "4", "--overlap", "4")["bram"][0]
    code("anna", ad)
    study_ = Study.open()
    study_.reader = "anna"
    assert ad in study_.samples.hidden_from("anna")
    assert run(["sample", "release", ad, "--coder", "bram", "--because", "bram left"]) == 0
    samples = Study.open().samples
    assert ad not in samples.hidden_from("anna") and ad not in samples.queue("bram")
    assert samples.all[0].released[0].because == "bram left"


def test_a_sample_of_unseen_columns_has_shares_of_folded_values_and_leaves_out_what_cannot_be_coded(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*(f"{n},A,text {n},{('Bank', ' bank', 'PORT', '')[n % 4]}" for n in range(1, 41)), "41,A,...,bank"]
    rows += ["42,A,text  7,bank", "43,A,text 43,bank"]
    (study / "ads.csv").write_text("id,title,body,sector\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with Study.open().session("43", "lead") as session:
        session.execute(MarkUncodable(True))
    capsys.readouterr()
    common = ["sample", "--size", "20", "--overlap", "20", "--by", "pairs"]
    assert run([*common, "--coders", "a,b,c,d,e", "--stratify", "sector"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "sector: without one 5 of 10, bank 10 of 20, port 5 of 10" in shown
    assert "not drawn from: 1 empty, 1 marked not codable, 1 with the text of another one" in shown
    (sample,) = Study.open().samples.all
    assert not {"41", "43"} & sample.sources.keys() and not {"7", "42"} <= sample.sources.keys()
    assert {len(sample.queue(coder)) for coder in sample.coders} == {8}
    assert set(Counter(sample.sources.values()).values()) == {2}
    assert run([*common, "--coders", "a,b", "--stratify", "Sector"]) == 2
    assert "did you mean 'sector'?" in capsys.readouterr().err


def test_a_coder_who_leaves_is_released_from_all_that_is_not_done(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *rest = draw("--size", "4", "--overlap", "4")["bram"]
    code("bram", first)
    code("anna", rest[0])
    assert run(["sample", "release", "all", "--coder", "bram", "--because", "bram left"]) == 0
    samples = Study.open().samples
    assert samples.queue("bram") == (first,)
    assert samples.hidden_from("anna") == [one for one in (first, *rest) if one != rest[0]]
    assert run(["sample", "release", "all", "--coder", "bram"]) == 2


def test_an_unreadable_sample_is_reported_with_its_line(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draw("--size", "2", "--name", "first")
    path = study / "samples" / "first.toml"
    path.write_text(path.read_text("utf-8").replace("seed = 1", 'seed = "one"'), encoding="utf-8")
    capsys.readouterr()
    assert run(["check"]) == 1
    assert "first.toml:5: error: seed" in capsys.readouterr().out
    assert run(["status"]) == 1


def test_check_names_an_ad_of_a_sample_that_the_corpus_lacks(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    queue = draw("--size", "2", "--name", "first", "--coders", "anna")["anna"]
    lines = [line for line in TABLE.splitlines() if not line.startswith(f"{queue[0]},")]
    (study / "ads.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    capsys.readouterr()
    assert run(["check"]) == 1
    assert f"the corpus has no ad {queue[0]}, which is in this sample" in capsys.readouterr().out
    assert Study.open().sources_by_id().find(SourceId(queue[1])) is not None


def test_the_same_ads_are_coded_once_more_blind_to_oneself(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = draw("--size", "3", "--coders", "anna")["anna"]
    for source in first:
        code("anna", source)
    assert run(["sample", "--same", "sample-1", "--coders", "anna"]) == 2
    assert 'another name: --coders "anna (again)"' in " ".join(capsys.readouterr().err.split())
    assert draw("--same", "sample-1", "--coders", "anna (again)") == {"anna (again)": first}
    monkeypatch.setenv("CODETUI_CODER", "anna (again)")
    capsys.readouterr()
    assert run(["show", first[0], "--coder", "anna"]) == 2
    run(["export", "-o", "-", "--format", "csv", "--what", "ads"])
    assert "a secret of anna" not in capsys.readouterr().out
    for source in first:
        code("anna (again)", source)
    assert run(["agree", "anna", "anna (again)", "--resamples", "0"]) == 0

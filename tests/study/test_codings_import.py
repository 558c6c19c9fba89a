"""`codetui import-codings`: codings by models and other programs become coders of their own."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone, NoteCoding
from codetui.model import CodeId, Coding, CodingId, Span
from codetui.storage.sources.corpus import Corpus
from codetui.study.codings_import import FEW
from codetui.study.study import Study
from testing.studies import write_study

TABLE = """\
id,title,body
21,Keeper,"You light the lamp 🔥 at dusk. The lamp is large. You watch the sea."
22,Watcher,You watch the sea. You write the log.
"""
SHARED = Path(__file__).parents[3] / "shared" / "pilot"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(write_study(tmp_path))
    (tmp_path / "ads.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def import_codings(*arguments: str) -> int:
    return run(["import-codings", *arguments, "--corpus", "ads.csv"])


def write(name: str, *values: object) -> str:
    """Write JSON lines and return the name of the file."""
    Path(name).write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
    return name


def row(quote: str, code: str = "TASK1", ad: int = 21, **more: object) -> dict[str, object]:
    return {"ad": ad, "code": code, "quote": quote, **more}


def codings(coder: str, ad: str = "21") -> list[Coding]:
    (session,) = [one for one in Study.open(corpus="ads.csv").sessions(coder=coder) if one.source.id == ad]
    return list(session.state.live())


def places(coder: str, ad: str = "21") -> list[tuple[str, str, str | None]]:
    """Return code, words, and the text's own characters at the place."""
    return [(one.code, one.words, one.anchor.words if one.anchor else None) for one in codings(coder, ad)]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_model_becomes_a_coder_of_its_own(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("a.jsonl", row("light the lamp", note="the first task"), row("the sea", "TASK2: Watching", 22))
    assert import_codings(file, "--as", "alpha") == 0
    shown = capsys.readouterr().out
    assert "model:alpha: 2 ads imported" in shown
    folders = [path.name for path in (study / "sessions").iterdir() if not path.name.startswith(".")]
    assert folders[0] in shown and ":" not in folders[0]
    assert places("model:alpha") == [("TASK1", "light the lamp", "light the lamp")]
    (session, _) = Study.open(corpus="ads.csv").sessions(coder="model:alpha")
    assert session.state.is_done
    (coding,) = session.state.live()
    assert (coding.origin, coding.from_name, coding.note) == ("model", "a.jsonl", "the first task")
    assert coding.run == session.transactions[-1].run != ""


def test_a_second_import_changes_nothing(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write("a.jsonl", row("light the lamp"), row("nowhere at all", profile="Keeper"), row("the sea", ad=22))
    import_codings(file, "--as", "alpha")
    before = files(study / "sessions")
    assert import_codings(file, "--as", "model:alpha") == 0
    assert "0 ads imported, 2 with nothing new" in capsys.readouterr().out
    assert files(study / "sessions") == before


def test_many_sources_are_read_in_one_pass_and_a_repeated_import_opens_no_session(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(1, FEW + 5)
    table = "".join(f'{number},Keeper,"You light lamp {number}."\n' for number in numbers)
    (study / "ads.csv").write_text(f"id,title,body\n{table}", encoding="utf-8")
    file = write("a.jsonl", *(row(f"light lamp {number}", ad=number) for number in numbers), row("x", ad=99))
    monkeypatch.setattr(Corpus, "read", lambda *_: pytest.fail("a source was looked up alone"))
    assert import_codings(file, "--as", "alpha") == 1
    assert f"{len(numbers)} ads imported" in capsys.readouterr().out
    monkeypatch.setattr(Study, "open_session", lambda *_: pytest.fail("a session was opened"))
    assert import_codings(file, "--as", "alpha") == 1
    assert "0 ads imported" in capsys.readouterr().out


def test_a_longer_file_adds_only_what_is_new(study: Path) -> None:
    import_codings(write("a.jsonl", row("light the lamp")), "--as", "alpha")
    import_codings(write("a.jsonl", row("light the lamp"), row("watch the sea", "TASK2")), "--as", "alpha")
    assert places("model:alpha") == [
        ("TASK1", "light the lamp", "light the lamp"),
        ("TASK2", "watch the sea", "watch the sea"),
    ]


def test_each_mention_of_repeated_words_gets_a_place_and_more_are_repeats(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    once, all_places, too_many = row("the lamp", "TASK2"), row("The lamp"), row("lamp")
    file = write("a.jsonl", once, all_places, all_places, too_many, too_many, too_many)
    assert import_codings(file, "--as", "alpha", "--json") == 0
    counts = json.loads(capsys.readouterr().out)
    found = [(one.code, one.words, one.anchor.start if one.anchor else None) for one in codings("model:alpha")]
    text = Study.open(corpus="ads.csv").source("21").text
    first, second = text.index("lamp"), text.rindex("lamp")
    assert ("TASK1", "lamp", first) in found and ("TASK1", "lamp", second) in found
    assert counts["codings"]["repeats"] == 2
    assert counts["classes"]["ambiguous"] == 3


def test_phrases_that_are_not_in_the_text_keep_no_place_and_are_listed(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write("a.jsonl", row("Keeper"), row("Lighting lamps."), row("you fry the fish"), row("light the lamp"))
    import_codings(file, "--as", "alpha")
    import_codings(write("b.jsonl", row("watch the sea")), "--as", "alpha")
    capsys.readouterr()
    assert [place for _, _, place in places("model:alpha")] == [None, None, None, "light the lamp", "watch the sea"]
    assert run(["invented", "--coder", "model:alpha", "--corpus", "ads.csv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(one["words"], one["class"]) for one in found["invented"]] == [
        ("Keeper", "title"),
        ("Lighting lamps.", "codebook"),
        ("you fry the fish", "nowhere"),
    ]
    assert found["codings"] == 5 and found["per_thousand"] == {"TASK1": 600.0}
    assert run(["invented", "--coder", "model:alpha", "--corpus", "ads.csv", "--csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [one["class"] for one in rows] == ["title", "codebook", "nowhere"]
    assert run(["invented", "--coder", "model:alpha", "--corpus", "ads.csv"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_phrase_of_a_model_is_no_error_of_a_done_session(study: Path) -> None:
    file = write("a.jsonl", row("you fry the fish", profile="1", reasoning="Fish."), row("light teh lamp"))
    import_codings(file, "--as", "alpha")
    assert run(["check", "--corpus", "ads.csv"]) == 0


@pytest.mark.parametrize("start", [0, 8])
def test_offsets_count_in_the_text_or_in_its_body(study: Path, start: int) -> None:
    text = Study.open(corpus="ads.csv").source("21").text
    at = text.index("The lamp") - start
    import_codings(write("a.jsonl", row("The lamp", start=at, end=at + 8)), "--as", "alpha")
    (coding,) = codings("model:alpha")
    assert coding.anchor and coding.anchor.start == text.index("The lamp")


def test_offsets_in_utf_16_units_are_recognized(study: Path) -> None:
    text = Study.open(corpus="ads.csv").source("21").text
    at = text.index("The lamp") + 1
    region = {"value": {"start": at, "end": at + 8, "text": "The lamp", "labels": ["TASK1"]}}
    task = {"data": {"text": text}, "annotations": [{"result": [region]}]}
    Path("studio.json").write_text(json.dumps([task]), encoding="utf-8")
    assert import_codings("studio.json", "--as", "alpha") == 0
    (coding,) = codings("model:alpha")
    assert coding.anchor and coding.anchor.start == text.index("The lamp")


def test_wrong_offsets_are_counted_and_the_words_are_searched_for(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_codings(write("a.jsonl", row("watch the sea", start=0, end=5)), "--as", "a", "--json") == 0
    assert json.loads(capsys.readouterr().out)["faults"]["offsets"] == 1
    assert places("model:a") == [("TASK1", "watch the sea", "watch the sea")]


def test_what_is_wrong_with_codes_is_counted(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lists = {
        "job_tasks": [
            {"category": "TASK1: Lighting", "phrase": "light the lamp"},
            {"category": "TASK2", "phrase": "watch the sea"},
            {"category": "TASK2: Staring", "phrase": "The lamp is large"},
            {"category": "TOOL1: Instruments", "phrase": "at dusk"},
            {"category": "TASK9: Swimming", "phrase": "dusk"},
        ]
    }
    Path("a.json").write_text(json.dumps({"job_id": 21, "analysis": {"thematic_analysis": lists}}), encoding="utf-8")
    assert import_codings("a.json", "--as", "a", "--json") == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["faults"] == {
        "id without name": 1,
        "other name": 1,
        "other section": 1,
        "unknown code": 1,
        "offsets": 0,
    }
    assert counts["unknown_codes"] == ["TASK9: Swimming"]
    assert "TASK9: Swimming" in [code for code, _, _ in places("model:a")]


def test_rules_translate_codes_and_profiles(study: Path) -> None:
    Path("map.toml").write_text('[codes]\n"1.A" = "TASK1"\n[profiles]\n"Guard" = "1"\n', encoding="utf-8")
    file = write("a.jsonl", row("light the lamp", "1.A: Lamps", profile="Guard", reasoning="It guards."))
    assert import_codings(file, "--as", "a", "--map", "map.toml") == 0
    assert places("model:a") == [("TASK1", "light the lamp", "light the lamp")]
    (session,) = Study.open(corpus="ads.csv").sessions(coder="model:a")
    assert (session.state.profile, session.state.reasoning) == ("1", "It guards.")


def test_a_dry_run_writes_nothing(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_codings(write("a.jsonl", row("light the lamp")), "--as", "a", "--dry-run") == 0
    assert "1 ad would be imported" in capsys.readouterr().out
    assert not (study / "sessions").exists()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["good.jsonl", "bad.csv"], "bad.csv: these are no codings in a known format. Expected is one of"),
        (["empty"], "this folder has no file of codings"),
        (["missing.csv"], "missing.csv: No such file"),
        (["two.jsonl"], "several coders (Noor, Sam); choose one with --from NAME"),
        (["two.jsonl", "--from", "Kim"], "no codings are by Kim"),
        (["good.jsonl", "--as", " "], "the coder has no name"),
    ],
)
def test_unusable_input_is_refused_and_nothing_is_written(
    study: Path, capsys: pytest.CaptureFixture[str], files: list[str], message: str
) -> None:
    write("good.jsonl", row("light the lamp"))
    write("two.jsonl", row("light the lamp", coder="Noor"), row("light the lamp", coder="Sam"))
    Path("bad.csv").write_text("colour,size\nred,3\n", encoding="utf-8")
    Path("empty").mkdir()
    assert import_codings("--as", "a", *files) == 2
    assert message in capsys.readouterr().err
    assert not (study / "sessions").exists()


def test_an_ad_that_the_corpus_lacks_is_named_and_the_others_are_imported(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write("a.jsonl", row("light the lamp"), row("x", ad=99))
    assert import_codings(file, "--as", "a") == 1
    shown = capsys.readouterr()
    assert "1 ad imported, 1 refused" in shown.out
    assert "a.jsonl:2: error: the corpus has no ad '99'" in shown.err


def test_the_sessions_of_a_person_are_never_touched(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Study.open(corpus="ads.csv").session("21", "Noor") as session:
        session.execute(AssignCode(Span(8, 12), CodeId("TASK1")))
    before = files(study / "sessions")
    for option in ("--dry-run", "--person"):
        assert import_codings(write("a.jsonl", row("light the lamp")), "--as", "Noor", "--person", option) == 1
        assert "choose another name with --as" in capsys.readouterr().err
        assert files(study / "sessions") == before


def test_one_coder_of_several_is_chosen(study: Path) -> None:
    file = write("a.jsonl", row("light the lamp", coder="Noor"), row("watch the sea", coder="Sam"))
    assert import_codings(file, "--as", "Sam", "--person", "--from", "Sam") == 0
    (coding,) = codings("Sam")
    assert (coding.words, coding.origin) == ("watch the sea", "document")


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
def test_what_is_exported_is_imported_as_it_was(study: Path, layout: str) -> None:
    with Study.open(corpus="ads.csv").session("21", "Noor") as session:
        text = session.source.text
        for words, code, note in (
            ("The lamp", "TASK1", "=not a formula"),
            ("Keeper", "TASK2", ""),
            ("the lamp 🔥", "TOOL1", "-x; =y"),
        ):
            start = text.index(words)
            outcome = session.execute(AssignCode(Span(start, start + len(words)), CodeId(code)))
            assert getattr(outcome, "coding", None)
            session.execute(NoteCoding(CodingId(str(outcome.coding)), note))  # type: ignore[union-attr]
        session.execute(AssignProfile("1", "It\nguards; =SUM(1)"))
        session.execute(MarkDone(is_done=True))
    columns = ("ad_id", "profile", "code_id", "words", "note", "start", "end", "place", "state", "reasoning")
    exported = ["export", "--corpus", "ads.csv", "--format", layout, "-o"]
    assert run([*exported, f"out.{layout}"]) == 0
    assert import_codings(f"out.{layout}", "--as", "copy") == 0
    assert run(["export", "--corpus", "ads.csv", "-o", "both.csv"]) == 0
    with Path("both.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    own, other = (
        [[one[name] for name in columns] for one in rows if one["coder"] == coder] for coder in ("Noor", "model:copy")
    )
    assert own == other and len(own) == 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="the pilot's codings by a model are not beside this clone")
def test_the_codings_of_a_real_model_are_imported(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--as", "pilot", "--corpus", str(SHARED / "ads.csv"), "--json"]
    assert run(["import-codings", str(SHARED / "llm"), *arguments]) == 0
    counts = json.loads(capsys.readouterr().out)
    assert counts["sources"] == {"imported": 30, "nothing new": 0, "refused": 0}
    assert sum(counts["classes"].values()) == counts["codings"]["all"]
    assert counts["codings"]["added"] + counts["codings"]["repeats"] == counts["codings"]["all"]
    assert counts["classes"]["exact"] / counts["codings"]["all"] > 0.85

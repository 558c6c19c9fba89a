"""`codetui study erase`: no word of a withdrawn text is left in the study, and it does not come back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.redaction import Redaction
from codetui.core.session.commands import Refusal
from codetui.formats.agenda import HEAD, AgendaItem, AgendaSource, Side, render_agenda
from codetui.formats.samples import Sample, render_sample
from codetui.model import MemoTarget, SourceId
from codetui.storage import disk
from codetui.storage.erasures import Erasures, is_erased
from codetui.storage.session_files import safe_name
from codetui.storage.session_lock import SessionLock
from codetui.study.checker import check_study
from codetui.study.memos import Memos
from codetui.study.session.fallback import home_copy
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.coders import code_source
from testing.studies import write_study

SECRET = """\
Interview with Fatima

We moved to Zwaluwstaart when the ferry stopped running in winter.
My brother Bartholomeus kept the keys of the boathouse.

You watch the sea until dawn.
"""
QUOTE = "My brother Bartholomeus kept the keys of the boathouse"
SHARED = "You watch the sea until dawn."
TELLING = ("Zwaluwstaart", "Bartholomeus", "boathouse", "Fatima")


def coded_study(folder: Path) -> Path:
    """Write a study that quotes its text 77 in every place that can quote one."""
    write_study(folder)
    (folder / "ads" / "77_boatyard.txt").write_text(SECRET, encoding="utf-8")
    book = folder / "codebook.toml"
    plain = book.read_text("utf-8")
    quoting = f'definition = "Looking out."\nexamples = ["{QUOTE}", "watching"]\nfound_in = "77"'
    book.write_text(plain.replace('definition = "Looking out."', quoting), encoding="utf-8")
    study = Study.open(folder)
    code_source(study, "rosa", "77", [("TASK1", QUOTE), ("TASK2", SHARED), ("TASK1", "ferry stopped running")], "1")
    code_source(study, "otto", "77", [("TASK2", "Zwaluwstaart")])
    code_source(study, "rosa", "11", [("TASK2", SHARED)], "1")
    log = folder / "sessions/rosa/events/11.jsonl"
    log.write_text(log.read_text("utf-8").replace('"from_name":""', '"from_name":"77"'), encoding="utf-8")
    _write_memos(folder, "77", f"Compare: “{QUOTE.upper()}”, with 11.", "source", "77")
    _write_memos(folder, "11", f"As 77 has it: {QUOTE.replace(' ', '  ')}, which is rare.", "code", "TASK1")
    _write_memos(folder, "11", "Like “ferry stopped running” in 77.", "source", "11")
    (folder / "samples").mkdir()
    sample = Sample(name="s", seed=1, coders=("rosa",), sources={"77": ("rosa",), "11": ("rosa",)}, is_blind=False)
    (folder / "samples" / "s.toml").write_text(render_sample(sample), encoding="utf-8")
    items = [AgendaItem("12345678", "code", (Side("TASK1", QUOTE), None), f"…**{QUOTE}**…")]
    agenda = render_agenda([AgendaSource("77", "With Fatima", items), AgendaSource("11", "Keeper", [])], "codetui …")
    (folder / "agenda.md").write_text(agenda, encoding="utf-8")
    shutil.copytree(folder / "sessions" / "rosa", home_copy() / "rosa")
    draft = home_copy() / "rosa" / "events" / "77.unsaved.md"
    draft.write_text(f"## Ad 77 in {folder / 'sessions'}, 2026\n\n{QUOTE}\n\n", encoding="utf-8")
    return folder


def _write_memos(folder: Path, source: str, text: str, kind: str, target: str) -> None:
    workspace = open_workspace(Study.open(folder), "rosa", wanted=source)
    assert workspace.first is not None
    workspace.open(workspace.first)
    memos = Memos(workspace)
    memos.write(MemoTarget(kind=kind, id=target), text)  # type: ignore[arg-type]
    assert memos.sync() == []
    workspace.leave()
    workspace.release()


def erase(folder: Path, *options: str) -> int:
    return run(["study", "erase", "77", "--study", str(folder), *options])


def words_left(folder: Path) -> dict[str, list[str]]:
    """Return the telling words in each file of a study, apart from the corpus, however JSON escapes them."""
    found = {}
    for path in (*folder.rglob("*"), *home_copy().rglob("*")):
        if path.is_file() and folder / "ads" not in path.parents:
            text = f"{path.name} {path.read_bytes().decode('utf-8')}".casefold()
            if left := [word for word in TELLING if word.casefold() in text]:
                found[str(path)] = left
    return found


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_no_byte_of_the_study_has_a_word_of_an_erased_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = coded_study(tmp_path)
    before = contents(folder)
    export = folder / "coded.csv"
    assert run(["export", "--study", str(folder), "-o", str(export)]) == 0
    # Without --yes nothing changes, and what would be is counted.
    capsys.readouterr()
    assert erase(folder) == 0
    shown = capsys.readouterr()
    assert "2 sessions (otto, rosa) with 4 codings" in shown.out and "add --yes to erase it" in shown.err
    assert f"{export}:" in shown.out and "quotes it" in shown.out
    assert {path: data for path, data in contents(folder).items() if path != export} == before
    export.unlink()
    assert erase(folder, "--yes", "--word", "Fatima") == 0
    assert words_left(folder) == {}
    # Everything else is as before, and the words that another text has are kept.
    assert (folder / "ads" / "77_boatyard.txt").read_text("utf-8") == SECRET
    assert "77_boatyard.txt" in capsys.readouterr().out
    memos = (folder / "sessions/rosa/memos.md").read_text("utf-8")
    assert "As 77 has it: [erased], which is rare." in memos and "Like “[erased]” in 77." in memos
    assert 'examples = ["watching"]' in (folder / "codebook.toml").read_text("utf-8")
    assert SHARED in (folder / "sessions/rosa/analysis_job_11_shore_company.md").read_text("utf-8")
    study = Study.open(folder)
    assert [(one.coder, one.source.id) for one in study.sessions()] == [("rosa", "11")]
    assert [entry.id for entry in study.sources] == ["11", "12", "13"]
    found = check_study(study)
    assert [one for one in found if one.severity == "error"] == []
    assert "is not shown: delete it here" in next(one.message for one in found if "77_boatyard" in one.file)
    assert (folder / "agenda.md").read_text("utf-8").startswith(HEAD.partition("\n")[0])
    workspace = open_workspace(study, "rosa", wanted="11")
    assert workspace.first is not None
    session = workspace.open(workspace.first)
    assert session.initial_pull is None and session.book.codes[1].found_in == ""
    kept = {one.codebook for one in session.state.live()}
    assert '"from_name":"77"' not in session.log_path.read_text("utf-8")
    assert all(study.codebook_service.kept(version) is not None for version in kept)
    workspace.release()
    # A second run finds nothing, and says what it cannot reach.
    assert erase(folder, "--yes", "--json") == 0
    again = json.loads(capsys.readouterr().out)
    assert again["deleted"] == [] and again["changed"] == []


@pytest.mark.parametrize("every", [13, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_at_any_moment_is_completed_by_erasing_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    original = coded_study(tmp_path / "original")
    home = home_copy()
    kept = contents(home)

    class KilledError(BaseException):
        pass

    def attempt(number: int, folder: Path) -> bool:
        """Erase until the disk is used for the `number`th time; return whether it came so far."""
        left = number

        def counted(real: Callable[..., object]) -> Callable[..., object]:
            def call(*values: object) -> object:
                nonlocal left
                left -= 1
                if left == 0:
                    raise KilledError
                return real(*values)

            return call

        with monkeypatch.context() as patched:
            for name in ("rename", "remove", "write"):
                patched.setattr(disk, name, counted(getattr(disk, name)))
            try:
                erase(folder, "--yes", "--word", "Fatima")
            except KilledError:
                return True
        return False

    for number in range(1, 200, every):
        folder = tmp_path / "again"
        shutil.copytree(original, folder)
        for path, data in kept.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.replace(bytes(original), bytes(folder)))
        was_killed = attempt(number, folder)
        for path in folder.rglob(".*.tmp"):
            path.unlink()  # A program that ends by itself deletes it; one that is killed leaves it to the next.
        (folder / "ads" / "77_boatyard.txt").unlink(missing_ok=number % 2 == 0)
        assert erase(folder, "--yes", "--word", "Fatima") == 0
        assert words_left(folder) == {}, number
        shutil.rmtree(folder)
        if not was_killed:
            return
    raise AssertionError("the erasing never ended")


def test_what_was_erased_does_not_come_back_from_another_clone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = coded_study(tmp_path / "here"), tmp_path / "there"
    shutil.copytree(here, there)
    shutil.rmtree(home_copy())
    code_source(Study.open(there), "rosa", "77", [("TASK2", QUOTE)])
    _write_memos(there, "12", "Nothing of it.", "code", "TASK2")
    assert erase(here, "--yes", "--word", "Fatima") == 0
    assert run(["merge", str(there), "--study", str(here)]) == 0
    assert words_left(here) == {} and "erased here, so not merged" in capsys.readouterr().out
    assert "Nothing of it." in (here / "sessions/rosa/study.jsonl").read_text("utf-8")
    # A log that git brings back is not read, and reported until it is erased, too.
    log = here / "sessions/rosa/events/77.jsonl"
    shutil.copy(there / "sessions/rosa/events/77.jsonl", log)
    study = Study.open(here)
    assert "77" not in [one.source.id for one in study.sessions()]
    assert any(str(log) == one.file and "study erase" in one.message for one in check_study(study))
    assert erase(here, "--yes") == 0 and not log.exists()
    # The other clone learns of it, stops showing it, and erases it by the same command.
    capsys.readouterr()
    assert run(["merge", str(here), "--study", str(there)]) == 0
    assert "erased there, so no longer shown here" in capsys.readouterr().out
    assert "77" not in [entry.id for entry in Study.open(there).sources]
    assert Study.open(there).samples.queue("rosa") == ("11",)
    assert erase(there, "--yes", "--word", "Fatima") == 0 and words_left(there) == {}
    document = tmp_path / "analysis_job_77_boatyard.md"
    document.write_text(f'# Manual Coding Analysis: Job Ad #77 (Boatyard)\n\n## Job Task Analysis\n\n* "{QUOTE}"\n')
    assert run(["import", str(document), "--study", str(here)]) == 1 and words_left(here) == {}


def test_a_tombstone_does_not_show_whose_it_is(tmp_path: Path) -> None:
    names = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        write_study(folder, {"77_boatyard.txt": "Tar the boats.", "OR-7.txt": "Mend the nets.", "8.txt": "Row."})
        assert erase(folder, "--yes") == 0 and run(["study", "erase", "OR-7", "--yes", "--study", str(folder)]) == 0
        files = list((folder / "sessions/.erased").iterdir())
        shown = "".join(f"{path.name} {path.read_text()}" for path in files)
        assert not any(sha256(one.encode()).hexdigest()[:8] in shown for one in ("77", "OR-7"))
        names += [path.name for path in files]
        erased = Erasures(folder / "sessions")
        assert erased.has("77") and erased.has("OR-7") and not erased.has("8") and not erased.has("or-7")
        assert erased.has_name(safe_name("OR-7")) and not erased.has_name("8")
    assert len(set(names)) == 4
    # Tombstones without a salt, as earlier versions wrote them, keep their sources out as well.
    digest = sha256(b"8").hexdigest()
    old = tmp_path / "one/sessions/.erased" / f"{digest[:16]}.jsonl"
    old.write_text(json.dumps({"v": 1, "id": digest, "time": "2026-01-01T00:00:00Z", "texts": ["a"]}) + "\n")
    erasure = Erasures(tmp_path / "one/sessions").of("8")
    assert erasure is not None and erasure.texts == {"a"} and is_erased(tmp_path / "one/sessions", SourceId("8"))
    assert Study.open(tmp_path / "one").sources == ()


def test_a_session_in_use_is_not_erased_and_one_that_was_open_writes_nothing(tmp_path: Path) -> None:
    folder = coded_study(tmp_path)
    lock = SessionLock(folder / "sessions/rosa/events/77.jsonl", "other")
    lock.claim()
    before = contents(folder)
    assert erase(folder, "--yes") == 2 and contents(folder) == before
    lock.release()
    assert run(["study", "erase", "78", "--study", str(folder), "--yes"]) == 2
    workspace = open_workspace(Study.open(folder), "otto", wanted="77", is_shared=True)
    assert workspace.first is not None
    session = workspace.open(workspace.first)
    workspace.release()
    assert erase(folder, "--yes", "--word", "Fatima") == 0
    session.pull()
    assert session.save_document() is not None
    assert isinstance(workspace.save_copy(tmp_path / "copy"), Refusal)
    workspace.remember_place(3, 0)
    assert not (folder / "sessions/otto/events/place.json").exists()
    assert words_left(folder) == {}


@pytest.mark.parametrize(
    ("text", "other", "redacted"),
    [
        ("The light of the old tower went out", "", "“[erased]”"),
        ("The light of the old tower went out", "the LIGHT of the old tower; burns", "“the light [erased]”"),
        ("我们搬到燕尾村的时候渡轮已经停运了", "", "“the light of the old tower went out”"),
        ("short", "", "“the light of the old tower went out”"),
    ],
)
def test_phrases_are_taken_out_whole_unless_another_text_has_them(text: str, other: str, redacted: str) -> None:
    redaction = Redaction(text)
    redaction.forget(other)
    assert redaction.redacted("“the light of the old tower went out”") == redacted
    own = redaction.redacted(f"see {text}")
    assert text == "short" or not re.search(re.escape(text), own)

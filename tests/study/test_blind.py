"""A blind coder finds no trace of what others made, in any command; and reading it afterwards is recorded."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pytest

from codetui.cli.main import COMMANDS, GROUPS, run
from codetui.core.codebook.refactoring import Rename
from codetui.core.session.commands import AssignCode, AssignProfile, MarkDone
from codetui.model import CodeId, Span
from codetui.study.history import History
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.blind import MARK, traces, write_blind_study

EACH = """
plain --ad 1
show {0} --coder bram
show {0} --coder bram --json
next --coder bram
code {0} lamp --as TASK1 --coder bram
recode {0} item3 --to TASK1 --coder bram
move {0} item3 --to item4 --coder bram
note {0} x --on item3 --coder bram
remove {0} item3 --coder bram
profile {0} --coder bram
done {0} --coder bram
undo {0} --coder bram --yes
redo {0} --coder bram
status
status --json
status --coder bram
check
check --coder bram
export -o -
export -o - --format csv --what ads
export -o - --format csv --what notes
export -o - --format csv --what matrix-counts
export -o - --format jsonl
export -o - --format jsonl --coder bram
export -o - --format gold
export -o - --format doccano
export -o - --format label-studio
export -o - --format web-annotation
export -o - --format pygamma
export -o all.qdpx
export -o all.xlsx
export -o documents --json
find item3 --coder bram
find code:TASK2 --all-coders
find note:ze --all-coders --json
find state:done --all-coders --count
invented --coder bram --json
stats --all-ads --by coder
stats --coder bram --all-ads --json
stats --coder all --saturation --all-ads
stats --strip {0} --all-ads
stats --test --by coder --all-ads
stats --together ad --all-ads --csv
agree anna bram --all-ads --list
agree bram anna --all-ads --json
report -o - --all-ads
report -o - --all-ads --format markdown --agree anna,bram
adjudicate anna bram -o -
adjudicate bram --json -o agenda.md
sample
sample --json
sample --size 2 --coders anna --stratify profile --of bram --dry-run
merge sessions/bram --dry-run
import sessions/bram
import sessions/bram/analysis_job_{0}.md
import-codings all.jsonl --as x --dry-run
codebook import book.md -o book.toml
codebook export -o -
codebook check
codebook diff codebook.toml codebook.toml
codebook propose codebook.toml codebook.toml -o -
codebook migrate --map map.toml --dry-run
codebook migrate --map map.toml --dry-run --coder bram
codebook finish
codebook proposals
codebook accept hand
codebook decline hand
sources refresh
study erase {0}
study erase {1} --json
init
help coders
config
completion bash
"""
ELSEWHERE = {
    "study freeze": "packs the files themselves",
    "kit": "as freeze",
    "tutor": "has a study of its own and needs a terminal",
}
"""Commands that the walk leaves out, and why."""


@pytest.fixture
def blind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the sources of a blind sample; anna is at the keyboard, in the folder of the study."""
    monkeypatch.setenv("CODETUI_CODER", "lead")
    sources = write_blind_study(tmp_path)
    monkeypatch.setenv("CODETUI_CODER", "anna")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "map.toml").write_text('[codes]\nTASK2 = "TASK1"\n', encoding="utf-8")
    capsys.readouterr()
    return sources


def written(folder: Path) -> Iterator[str]:
    """Yield the contents of all files that the commands have written beside the study."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts[0]
        if not path.is_file() or inside in ("sessions", "samples", "codebook.toml", "map.toml", "ads.csv"):
            continue
        if is_zipfile(path):
            with ZipFile(path) as archive:
                yield from (archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        else:
            yield path.read_text("utf-8", errors="replace")


def test_a_blind_coder_finds_no_trace_of_others_in_any_command(
    blind: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = EACH.format(*blind).split("\n")[1:-1]
    every = {f"{name} {below}" for name, belows in GROUPS.items() for below in belows} | COMMANDS.keys() - GROUPS.keys()
    tried = {name for name in every if any(f"{line} ".startswith(f"{name} ") for line in lines)}
    assert every - tried == set(ELSEWHERE)
    monkeypatch.setattr("sys.stdin", None)
    found: list[str] = []
    for line in lines:
        run(shlex.split(line))
        shown = capsys.readouterr()
        found += [f"{line}: {one}" for one in traces(f"{shown.out}\n{shown.err}") if line != "config"]
    found += [one for text in written(Path()) for one in traces(text)]
    assert not found, "\n".join(found)


def test_a_change_of_a_code_counts_nothing_that_is_hidden_and_changes_it_all_the_same(blind: list[str]) -> None:
    study = Study.open()
    study.reader = "anna"
    workspace = open_workspace(study, "anna", wanted=blind[0])
    preview = CodeRefactoring(workspace).count(Rename(CodeId("TASK2"), CodeId("TASK8"), "Watching"))
    assert isinstance(preview, MigrationPreview)
    assert preview.tally.reach == "0 codings in 0 ads, not counting what is hidden from you"
    assert run(["codebook", "migrate", "--map", "map.toml"]) == 0
    (first, _) = Study.open().sessions(coder="bram")
    assert {one.code for one in first.state.live()} == {"TASK1"}


def test_who_reads_others_is_recorded_and_later_changes_are_left_out_of_agreement(
    blind: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    source = blind[0]
    with Study.open().session(source, "anna") as session:
        session.execute(AssignProfile("1", "Keeps the lamp."))
        session.execute(MarkDone(is_done=True))
    log = Study.open().paths_of("anna").study_log()
    assert not log.exists()
    assert run(["show", source]) == 0
    assert not log.exists(), "reading one's own session is no reading of others"
    assert run(["status"]) == 0
    assert f"{MARK} reasoning" not in capsys.readouterr().out
    assert b'"unblinded"' in log.read_bytes() and len(log.read_bytes().splitlines()) == 1
    before = agreement(capsys)
    with Study.open().session(source, "anna") as session:
        session.execute(AssignCode(Span(17, 22), CodeId("TASK2")))
        assert len(session.state.live()) == 2
    assert agreement(capsys) == before
    assert len(log.read_bytes().splitlines()) == 1, "the same source is recorded once"
    run(["agree", "anna", "bram", "--resamples", "0"])
    assert "1 step in 1 ad after reading others left out" in " ".join(capsys.readouterr().out.split())
    workspace = open_workspace(Study.open(), "anna", wanted=source)
    assert workspace.first is not None
    workspace.open(workspace.first)
    latest = History(workspace).of_source()[0]
    workspace.release()
    assert latest.words.endswith("after reading what others made")


def agreement(capsys: pytest.CaptureFixture[str]) -> object:
    capsys.readouterr()
    assert run(["agree", "anna", "bram", "--json", "--resamples", "0"]) == 0
    return json.loads(capsys.readouterr().out)["spans"]

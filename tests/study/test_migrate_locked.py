"""A migration while another program has a session: it is reported, not changed, and migrated after its release."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_migrate import Study, codes_of

from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths

CODING = """
import sys
from pathlib import Path
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
folder = Path(sys.argv[1])
program = open_workspace(Study.open(folder), "rosa", wanted="11", is_shared=True
)
program.open(program.first)
for line in sys.stdin:
    if line == "leave\\n":
        program.leave()
        program.release()
    else:
        number = int(line)
        outcome = program.session.execute(AssignCode(Span(5 * number, 5 * number + 4), CodeId("TASK1"), f"n{number}"))
        assert isinstance(outcome, Saved), outcome
    print("done", flush=True)
"""


class Other:
    """Another program that codes ad 11 as rosa with the codebook as it was when it started."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CODING, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, what: str) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def coding(folder: Path) -> Iterator[Other]:
    other = Other(folder)
    try:
        yield other
    finally:
        other.kill()


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def log(study: Study) -> Path:
    return SessionPaths(study.sessions, "rosa").log("11")


def test_a_session_open_elsewhere_is_migrated_after_its_release(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    study.code("11", "TASK1", "TASK1")
    study.code("12", "TASK1", coder="ben")
    with coding(study.folder) as other:
        other.do("2")
        study.change()
        before = log(study).read_bytes()
        assert study.run() == 1
        output = capsys.readouterr().err
        assert f", process {other.process.pid})" in output and "rosa/11" in output and "close it there" in output
        assert log(study).read_bytes() == before
        assert codes_of(study.session("12", "ben")) == ["T1"]
        other.do("3")
        other.do("leave")
    assert study.run() == 0
    assert codes_of(study.session("11")) == ["T1"] * 4
    transactions, problems = Journal(log(study)).read()
    assert not problems and [one.cause for one in transactions].count("migration") == 1
    assert study.session("11").document_path.read_text("utf-8").count("  - ") == 4
    before = log(study).read_bytes()
    assert study.run() == 0
    assert log(study).read_bytes() == before


def test_a_session_of_a_killed_program_is_migrated_at_once(study: Study) -> None:
    study.code("11", "TASK1")
    with coding(study.folder) as other:
        other.do("1")
        other.kill()
        study.change()
        assert study.run() == 0
    assert codes_of(study.session("11")) == ["T1", "T1"]


def test_a_hand_edit_in_a_session_open_elsewhere_stays_until_its_migration(study: Study) -> None:
    study.code("11", "TASK1")
    with coding(study.folder) as other:
        other.do("1")
        other.do("leave")
        other.do("2")
        document = study.session("11").document_path
        document.write_text(document.read_text("utf-8").replace("n1", "n1 by hand"), "utf-8")
        study.change()
        edited = document.read_text("utf-8")
        assert "by hand" in edited and study.run() == 1
        assert document.read_text("utf-8") == edited
        other.kill()
    assert study.run() == 0
    session = study.session("11")
    assert codes_of(session) == ["T1"] * 3
    assert [one.note for one in session.state.live()] == ["", "n1 by hand", "n2"]
    assert "n1 by hand" in document.read_text("utf-8") and "TASK1" not in document.read_text("utf-8")

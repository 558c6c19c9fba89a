"""The whole program on a disk that is unreadable for a while: it reports this, continues, and quits cleanly."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, environment

QUIT = "\x11"
BROKEN = """
import errno, os
from pathlib import Path
from codetui.__main__ import main
from codetui.storage import disk

def failing(name):
    look = getattr(disk, name)
    def tried(path, **options):
        broken = Path("broken").read_text() if os.path.exists("broken") else ""
        if broken and broken in str(path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return look(path, **options)
    return tried

for name in ("open_handle", "status", "link_status", "names", "entries", "real"):
    setattr(disk, name, failing(name))
main()
"""


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    yield write_study(tmp_path)


def start(study: Path, *options: str) -> Terminal:
    command = [sys.executable, "-c", BROKEN, "ads", "--coder", "wil", *options]
    return Terminal(command, study, environment(study), columns=160, rows=30)


def breaks(study: Path, part: str) -> None:
    """Make paths that contain `part` unreadable from now on; with an empty one, all paths."""
    (study / "broken").write_text(part, "utf-8")


@pytest.mark.parametrize(
    ("part", "is_saved", "opens"),
    [
        ("sessions", False, False),
        pytest.param("wil", False, False, marks=pytest.mark.slow),
        ("11.jsonl", False, True),
        pytest.param("11.written", True, True, marks=pytest.mark.slow),
        ("analysis_job_11", True, True),
    ],
)
def test_the_program_works_and_quits_while_files_are_unreadable(
    study: Path, part: str, is_saved: bool, opens: bool
) -> None:
    with start(study, "--ad", "11") as terminal:
        terminal.wait_for("You light the lamp")
        terminal.type("s11")
        terminal.wait_for("TASK1: Lighting ←", "saved")
        breaks(study, part)
        terminal.type("s12")
        terminal.wait_for("TASK2: Watching ←" if is_saved else "Input/output error")
        terminal.type(")")
        terminal.wait_for(
            "Clerk of the Harbour" if opens else "could not be opened", "" if opens else "Input/output error"
        )
        terminal.type(QUIT)
        assert terminal.wait_for_end() in (0, 1)
        assert b"Traceback" not in terminal.output
    breaks(study, "")
    with start(study, "--ad", "11") as terminal:
        terminal.wait_for("You light the lamp")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    log = (study / "sessions" / "wil" / "events" / "11.jsonl").read_text("utf-8")
    document = next((study / "sessions" / "wil").glob("analysis_job_11_*.md")).read_text("utf-8")
    assert log.count('"coding-added"') == document.count("\n  - ") == (2 if is_saved else 1)


def test_an_ad_with_an_unreadable_log_is_refused_with_the_reason(study: Path) -> None:
    with start(study, "--ad", "12") as terminal:
        terminal.wait_for("Harbour Office")
        terminal.type("s11")
        terminal.wait_for("TASK1: Lighting ←")
        breaks(study, "11.jsonl")
        terminal.type("(")
        terminal.wait_for("Ad 11 could not be opened", "11.jsonl: Input/output error")
        breaks(study, "")
        terminal.type("(")
        terminal.wait_for("You light the lamp")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0


def test_unreadable_sessions_prevent_the_start_with_the_reason(study: Path) -> None:
    breaks(study, "sessions")
    with start(study) as terminal:
        terminal.wait_until(lambda: b"Input/output error" in terminal.output, "why it does not start")
        assert terminal.wait_for_end() == 2
        assert b"Traceback" not in terminal.output

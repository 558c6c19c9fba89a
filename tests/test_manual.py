"""The manual: its examples run, all pages are in the site, and the site loads nothing from elsewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.manual import manual_pages
from testing.browser import Browser
from testing.studies import copy_shipped_study

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_every_command_of_the_tutorial_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_shipped_study(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CODETUI_CODER", "eva")
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / "tutorial.md").read_text("utf-8"), re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert len(commands) > 15
    for command in commands:
        assert run(command[1:]) in (0, 1) if command[1] == "check" else run(command[1:]) == 0, command
    assert "byte for byte" in capsys.readouterr().out
    assert (tmp_path / "my-study" / "codebook.toml").exists()


def test_every_page_is_in_the_site_and_can_be_read_from_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8").partition("nav:")[2]
    listed = set(re.findall(r": (\S+)\.md$", navigation, re.MULTILINE))
    assert listed == {path.stem for path in DOCS.glob("*.md")} == {page.topic for page in manual_pages()}
    for topic in sorted(listed):
        assert run(["help", topic]) == 0
        assert capsys.readouterr().out.startswith("# ")
    assert run(["help", "agreemnt"]) == 2
    assert "did you mean `codetui help agreement`?" in capsys.readouterr().err


@pytest.mark.slow
def test_the_site_is_built_without_warnings_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Browser() as browser:
        for name in ("index", "tutorial", "keys", "agreement"):
            browser.open(tmp_path / "site" / f"{name}.html")
            assert browser.requests and all(one.startswith(("file:", "data:", "blob:")) for one in browser.requests)

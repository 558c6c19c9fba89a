"""The manual: its examples run, all pages are in the site, and the site loads nothing from elsewhere."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.manual import manual_pages
from codetui.study.study import Study
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


# The names, ids and columns of the examples, and what they are in the study in which they run.
STAND_INS = {
    r"\b(anna)\b": "sanne",
    r"\b(ben|bram)\b": "daan",
    r"\bmodel:(gemma|alpha)\b": "model:example",
    r"\bgemma\b": "example2",
    r"\b(cleo)\b": "model:example",
    r"Data Engineer": "ML Engineer",
    r"\b77\b": "107",
    r"/media/stick/study": "stick",
    r"--size 50": "--size 5",
    r"--overlap 20": "--overlap 2",
}
DUTCH = "Je bouwt datapijplijnen in Python"


def examples_of(page: Path) -> list[str]:
    """Return the commands in the blocks of a page, without their explanations."""
    lines = (
        line.strip().removeprefix("$ ") for line in page.read_text("utf-8").splitlines() if line.startswith("    ")
    )
    return [re.split(r"  +| # | \| ", line)[0] for line in lines if re.match(r'codetui (?!.*"\$)', line)]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(page.stem for page in DOCS.glob("*.md") if examples_of(page)))
def test_every_command_in_a_block_of_a_page_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = study_of_the_examples(tmp_path)
    monkeypatch.chdir(study)
    monkeypatch.setenv("CODETUI_CODER", "sanne")
    monkeypatch.setattr("sys.stdin", StringIO("q\n"))
    make_the_files_of_the_examples()
    for example in examples_of(DOCS / f"{name}.md"):
        for pattern, stand_in in STAND_INS.items():
            example = re.sub(pattern, stand_in, example)
        words = shlex.split(example)[1:]
        for command, output in (("adjudicate", "agenda.md"), ("report", "report.html")):
            if words[0] == command and not {"-o", output} & set(words):
                Path(output).unlink(missing_ok=True)
        expected = {0, 3} if "--at-least" in words else {0, 1} if "check" in words else {0}
        assert run(words) in expected, f"{example}: {capsys.readouterr().err}"


def study_of_the_examples(folder: Path) -> Path:
    """Write the shipped study with its ads in a table that has a sector and a date, and an ad in Dutch."""
    copy_shipped_study(folder)
    study = Study.open(folder)
    with (folder / "ads.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "employer", "title", "body", "sector", "published"])
        for number, entry in enumerate(study.sources):
            source = study.source(entry.id)
            sector, published = ("bank", "care")[number % 2], f"2026-{number + 1:02}-01"
            body = source.text[source.body_start :]
            rows.writerow([source.id, source.employer, source.title, body, sector, published])
        rows.writerow(["752", "Bakkerij De Molen", "Data Engineer", f"{DUTCH}.", "food", "2026-11-01"])
    shutil.rmtree(folder / "ads")
    codebook = folder / "codebook.toml"
    codebook.write_text(codebook.read_text("utf-8").replace('path = "ads"', 'path = "ads.csv"'), "utf-8")
    return folder


def make_the_files_of_the_examples() -> None:
    """Write the files that the examples read, with the commands that write them."""
    Path("names.toml").write_text('daan = "Dirk"\n', "utf-8")
    for words in (
        "export --coder daan --pseudonyms names.toml -o interviews.qdpx",
        "codebook export -o codes.xlsx",
        "report -o report.html",
    ):
        assert run(shlex.split(words)) == 0
    Path("answers").mkdir()
    assert run(shlex.split("export --coder model:example -o answers/all.jsonl")) == 0

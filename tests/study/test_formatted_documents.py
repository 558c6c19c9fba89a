"""Formatters and an editor's autosave on the documents of sessions change no coding, words or ad."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from copy import copy
from importlib.util import find_spec
from pathlib import Path

import pytest

from testing.paths import ROOT
from tests.golden.record import DOCUMENTS, Output, run_in_process

PRETTIER = ROOT / ".venv" / "formatters" / "node_modules" / ".bin" / "prettier"
ALL = sorted(path.stem for path in DOCUMENTS.glob("*.md") if path.stem != "coding_book")
QUICK = ["canonical", "notes", "markdown_ad", "foreign"]


def prettier(*options: str) -> Callable[[list[Path]], None]:
    return lambda paths: run(str(PRETTIER), "--write", *options, *map(str, paths))


def mdformat(*options: str) -> Callable[[list[Path]], None]:
    def write(paths: list[Path]) -> None:
        from mdformat._cli import run as run_mdformat

        assert run_mdformat([*options, *map(str, paths)]) == 0

    return write


def pandoc(*options: str) -> Callable[[list[Path]], None]:
    def write(paths: list[Path]) -> None:
        import pypandoc

        for path in paths:
            run(pypandoc.get_pandoc_path(), *options, str(path), "-o", str(path))

    return write


def autosave(change: Callable[[str], str]) -> Callable[[list[Path]], None]:
    def write(paths: list[Path]) -> None:
        for path in paths:
            path.write_text(change(path.read_text("utf-8")), "utf-8", newline="")

    return write


FORMATTERS = {
    "prettier": prettier(),
    "prettier that wraps": prettier("--prose-wrap", "always", "--tab-width", "4"),
    "mdformat": mdformat(),
    "mdformat that wraps": mdformat("--wrap", "60", "--number"),
    "pandoc": pandoc("-f", "markdown", "-t", "markdown"),
    "pandoc of git": pandoc("-f", "gfm", "-t", "gfm"),
    "pandoc with smart quotes": pandoc("-f", "markdown", "-t", "gfm", "--wrap", "none"),
    "pandoc with underlined headings": pandoc("-f", "gfm", "-t", "markdown", "--markdown-headings", "setext"),
    "pandoc without extensions": pandoc("-f", "markdown", "-t", "commonmark", "--columns", "50"),
    "an editor with tabs": autosave(lambda text: text.replace("\n  - ", "\n\t- ").rstrip("\n")),
    "an editor on Windows": autosave(lambda text: "\ufeff" + text.replace("\n", "  \r\n")),
    "an editor that trims": autosave(lambda text: "\n".join(map(str.rstrip, text.split("\n"))).strip() + "\n\n"),
    "an editor with smart quotes": autosave(lambda text: text.replace(' "', " “").replace('"', "”").replace("'", "’")),
}
NASTY = """\
# Manual Coding Analysis: Job Ad #5 (Tuin & Hof)

This document contains the manual coding for the "Data_engineer (m/v) * *nu* & <straks>" position at Tuin & Hof.

- **Assigned Profile:** `GenAI Specialist`
- **Reasoning:** Because snake_case_names and *stars* -- so 1. first... - it's a "list" [x](y) # like & <b>more</b>.

---

## 1. Job Task Analysis

### Macro-Category A: Core Software Engineering

*(None of these -- so far & "so" on)*

- **1.A.1. Software Development & Integration:** _(see C++ & C#)_
  - "You keep user_ids, file_name_v2 and *pipelines* of <our> shop & "quality" high -- always..."
  - "You know C++ & C#, 1. first, [brackets](x) + # no heading; 3 > 2 < 4 `code` ~~weg~~ $5 en $6"
  - "It’s “curly” – really…" (it's "so" & note_with *stars*)
  - _(A remark_with *stars* & "quotes")_

---

## 2. Technology & Tool Analysis

- **2.1. Programming Languages:**
  - `snake_case_names *x*` (see <b> & co.)

---

## 3. Soft Skill Analysis
"""
HIDDEN = """\
## 2. Technology & Tool Analysis

- **2.1. Programming Languages:**
  <!--
  - `Go`
  -->
  - `Java` <!-- sure? -->
  <!--

  - `Kotlin` (a note)

  - "a longer quotation that somebody has put into this comment, since it may be none of ours"
  -->

- **2.2. Cloud:**
  - `Azure`

~~~
- **2.3. Databases:**
  - `Oracle`

- **2.4. Old:**
~~~
"""
FENCED = f"""\
{NASTY.partition("## 1.")[0]}## 1. Job Task Analysis

```
- **2.3. Databases:**
  - `Oracle`
```

### Macro-Category A: Core Software Engineering

- **1.A.1. Software Development & Integration:**
  ```python
  - **2.2. Cloud:**
  - "It’s “curly” – really…"
  ```
  - "You keep user_ids" (a note)
    ```
    - `Azure`
    ```

## 2. Technology & Tool Analysis

- **2.1. Programming Languages:**

  ~~~
  - "C++"
  ~~~

  - `C#`

    | seen in | words |
    |---------|-------|
    | `Go`    | "C++" |

| open | who |
|------|-----|
| "why it is so long, and whether somebody else should read all of it before the next meeting of the project" | `Bea` |
"""
AD = """\
You keep user_ids, file_name_v2 and *pipelines* of <our> shop & "quality" high -- always...
 * You know C++ & C#, 1. first, [brackets](x) + # no heading; 3 > 2 < 4 `code` ~~weg~~ $5 en $6
It’s “curly” – really… snake_case_names *x*
"""


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def require(name: str) -> None:
    """Skip if a formatter is not installed; fail if it must be."""
    found = PRETTIER.exists() if name.startswith("prettier") else True
    if name.startswith(("mdformat", "pandoc")):
        found = find_spec({"m": "mdformat", "p": "pypandoc"}[name[0]]) is not None
    if not found:
        assert not os.environ.get("CODETUI_FORMATTERS"), f"{name} is not installed"
        pytest.skip(f"{name} is not installed: npm install --prefix .venv/formatters prettier@3")


class Study:
    """The golden study in a folder, with each document imported by a separate coder."""

    def __init__(self, folder: Path, names: list[str], book: str = "codebook.toml") -> None:
        self.folder, self.book = folder / "study", book
        shutil.copytree(DOCUMENTS.parent / "study", self.folder)
        (self.folder / "ads" / "5_tuin_hof.txt").write_text(AD, "utf-8")
        (folder / "nasty.md").write_text(NASTY, "utf-8")
        (folder / "hidden.md").write_text(NASTY.partition("## 2.")[0] + HIDDEN, "utf-8")
        (folder / "fenced.md").write_text(FENCED, "utf-8")
        for name in names:
            path = folder / f"{name}.md" if name in ("nasty", "hidden", "fenced") else DOCUMENTS / f"{name}.md"
            assert self.command("import", str(path), "--coder", name).code in (0, 1)
        assert len(self.documents) == len(names)

    @property
    def documents(self) -> list[Path]:
        """The documents of all coders."""
        return sorted(self.folder.glob("sessions/*/*.md"))

    def copy_to(self, folder: Path) -> Study:
        """Return a copy in another folder."""
        copied = copy(self)
        copied.folder = Path(shutil.copytree(self.folder, folder / "study"))
        return copied

    def command(self, *argv: str) -> Output:
        return run_in_process((*argv, "--codebook", self.book), self.folder, self.folder)

    def facts(self) -> list[str]:
        """Return all codings, ads and notes with all their facts, and the state of all sessions."""
        whats = ("codings", "ads", "notes")
        texts = [self.command("export", "--format", "jsonl", "--what", what, "-o", "-").out for what in whats]
        assert texts[0]
        return [*"".join(texts).splitlines(), *self.command("status", "--json").out.splitlines()]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, list[str]]:
    """Return a study with documents of all kinds, and its facts."""
    study = Study(tmp_path_factory.mktemp("imported"), [*QUICK, "nasty", "hidden", "fenced"])
    return study, study.facts()


@pytest.mark.parametrize("name", FORMATTERS)
def test_a_formatter_changes_nothing(tmp_path: Path, imported: tuple[Study, list[str]], name: str) -> None:
    require(name)
    study, before = imported[0].copy_to(tmp_path), imported[1]
    FORMATTERS[name](study.documents)
    assert [line for line in study.facts() if line not in before] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATTERS)
def test_a_formatter_changes_nothing_in_the_golden_corpus(tmp_path: Path, name: str) -> None:
    require(name)
    for book, names in {"codebook.toml": ALL, "odd.toml": ["odd_book"]}.items():
        names = [each for each in names if (each == "odd_book") == (book == "odd.toml")]
        study = Study(tmp_path / book, names, book)
        before = study.facts()
        FORMATTERS[name](study.documents)
        assert [line for line in study.facts() if line not in before] == []

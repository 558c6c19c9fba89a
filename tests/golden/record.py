"""Run commands on a copy of the invented study and record the facts and the words of the results."""

from __future__ import annotations

import csv
import difflib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from testing.terminal import Terminal

REST = 1.2
"""Seconds without a change after which a screen is taken for finished, where it is not the one recorded before."""

PATIENCE = 20.0
"""Seconds within which the screen recorded before is expected; after the first that does not come, `REST`."""

SCROLLBAR = re.compile("[▁-█]")

HERE = Path(__file__).resolve().parent
STUDY = HERE / "study"
DOCUMENTS = HERE / "documents"
CODER = "rosa"

SESSION_FIELDS = ("ad_id", "employer", "title", "coder", "profile")
UNRECORDED = ("time", "state", "reasoning", "start_in_body", "end_in_body")
"""Columns of an export that are the same in all rows of one session."""

ROW_FIELDS = ("code_id", "words", "note", "start", "end", "origin", "place", "to_check", "ad_words")
"""Columns of an export that are recorded row by row; the others follow once for each code."""

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
HASH = re.compile(r"\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{12,64}\b")
UNSEEN = {"\r": "␍", "\t": "␉", "\ufeff": "<BOM>", "\x00": "<NUL>", "\x1b": "<ESC>", "\u00a0": "<NBSP>"}


class Keys(NamedTuple):
    """Keys in one burst; if it has a name, the screen after them is recorded.

    `pause` is the number of seconds without any change before the next step: for questions that ignore keys typed
    before a person could read them, and for work in the background.
    """

    keys: str
    name: str = ""
    pause: float = 0.0


class Resize(NamedTuple):
    """A new size of the terminal; the screen after it is recorded."""

    columns: int
    rows: int


class Kill(NamedTuple):
    """A kill of the program, as by a power cut."""


Step = Keys | Resize | Kill


class Output(NamedTuple):
    """The output of one command, and its exit code."""

    code: int
    out: str
    err: str


class Record:
    """A new copy of the study in `folder`, and the records of it.

    Commands are named by their purpose and not by their arguments, so that options can be renamed in this file alone.
    """

    def __init__(self, folder: Path, golden_words: str = "") -> None:
        """Copy the study; `golden_words` are the words recorded before, with the screens that a sitting waits for."""
        self.folder = folder / "study"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        shutil.copytree(STUDY, self.folder)
        self._facts: list[str] = []
        self._words: list[str] = []
        self._documents: dict[str, str] = {}
        self._brought: str | None = None
        self._rows: list[str] = []
        self._patience = PATIENCE
        self._rows_before: list[str] = []
        self._screens = dict(re.findall(r"^=== (.* » .*)\n((?:.*\n)*?)(?=\n===|\Z)", golden_words, re.MULTILINE))

    @property
    def facts(self) -> str:
        """All facts recorded so far."""
        return "\n".join(self._facts) + "\n"

    @property
    def words(self) -> str:
        """All words recorded so far."""
        return "\n".join(self._words) + "\n"

    # --- writing the record ------------------------------------------------------------------------------

    def step(self, title: str) -> None:
        """Begin a step, with the same title in facts and words."""
        for lines in (self._facts, self._words):
            lines.append(f"{'' if not lines else chr(10)}=== {title}")

    def fact(self, *lines: str) -> None:
        """Record lines as facts."""
        self._facts += [self._neutral(line) for line in lines]

    def word(self, *lines: str) -> None:
        """Record lines as words."""
        self._words += [self._neutral(line) for line in lines]

    def _neutral(self, text: str) -> str:
        """Return the text without values that differ from run to run: paths, times, hashes."""
        text = text.replace(str(self.folder), "<study>").replace(str(self.home), "<home>")
        return HASH.sub("<hash>", TIME.sub("<time>", text))

    # --- commands ----------------------------------------------------------------------------------------

    def run(self, title: str, *argv: str, is_data: bool = False) -> Output:
        """Run a command line in this process, in the study's folder; record exit code and output.

        If it `is_data`, stdout is not recorded as words.
        """
        self.step(title)
        output = run_in_process(argv, self.folder, self.home)
        self.fact(f"exit {output.code}")
        self.word(*(() if is_data else visible(output.out)), *(f"! {line}" for line in visible(output.err)))
        return output

    def import_documents(self, *documents: str, codebook: str = "codebook.toml", coder: str = CODER) -> None:
        """Import documents and record the outcome."""
        what = ", ".join(documents)
        self.run(f"import {what}", "import", *documents, "--codebook", codebook, "--coder", coder)

    def bring(self, name: str, text: str | bytes, codebook: str = "codebook.toml") -> None:
        """Write a document below `inbox/` and import it."""
        self.write(f"inbox/{name}", text)
        self._brought = read(self.folder / "inbox" / name)
        self.import_documents(f"inbox/{name}", codebook=codebook)

    def report(self, codebook: str = "codebook.toml") -> None:
        """Record the current documents, exported rows, status and check."""
        self.documents()
        self.rows(codebook)
        self.status(codebook)
        self.check(codebook)

    def rows(self, codebook: str = "codebook.toml", *, is_written: bool = True) -> None:
        """Record all exports: codings row by row, and any disagreement of the three formats; or that nothing changed.

        `is_written` is False if documents may be older than their logs, because the program was killed.
        """
        self.step("export")
        jsonl = self._export("jsonl", codebook)
        if jsonl.code == 2:
            self.fact("exit 2")
            self.word(*visible(jsonl.err))
            return
        table = [with_attributes(json.loads(line)) for line in jsonl.out.splitlines()]
        lines = rows_as_lines(table)
        is_same = lines == self._rows
        self._rows = lines
        self.word(*(f"! {line}" for line in visible(jsonl.err)))
        self.fact(*([f"exit {jsonl.code}, rows as before"] if is_same else [f"exit {jsonl.code}", *lines]))
        if not is_same:
            self._other_exports(table, codebook, is_written=is_written)

    def _other_exports(self, table: list[dict[str, object]], codebook: str, *, is_written: bool) -> None:
        """Record any differences of the CSV from the rows, and of exported documents from those of the sessions."""
        text = self._export("csv", codebook).out
        if not same_table(table, text):
            self.fact("csv differs:", *visible(text))
        markdown = self._export("markdown", codebook).out if is_written else ""
        if is_written and markdown != "\n".join(self._session_documents().values()):
            self.fact("as markdown:", *visible(markdown))

    def _export(self, layout: str, codebook: str) -> Output:
        argv = ("export", "--format", layout, "-o", "-", "--codebook", codebook)
        return run_in_process(argv, self.folder, self.home)

    def tables(self, codebook: str = "codebook.toml") -> None:
        """Record what status and check print for people."""
        self.run("status for people", "status", "--codebook", codebook)
        self.run("check for people", "check", "--codebook", codebook)

    def raw_exports(self, codebook: str = "codebook.toml") -> None:
        """Record every byte of the exports as files, and the refusals to overwrite them."""
        for layout, target in (("csv", "out.csv"), ("jsonl", "out.jsonl"), ("markdown", "out")):
            argv = ("export", "--format", layout, "-o", target, "--codebook", codebook)
            self.run(f"export {layout} to {target}", *argv)
            self.files(target)
            self.write_beside(target)
            self.run(f"export {layout} to {target} again", *argv)
            self.run(f"export {layout} to {target} by force", *argv, "--force")
            self.files(target)

    def write_beside(self, target: str) -> None:
        """Put another text into a file that was exported."""
        path = self.folder / target
        path = next(path.rglob("*.md")) if path.is_dir() else path
        path.write_text("mine\n", "utf-8")

    def changed_file(self, name: str) -> None:
        """Record the changes in a file of the study."""
        self.step(f"changes of {name}")
        self.fact(*difference(read(STUDY / name), read(self.folder / name)))

    def files(self, target: str) -> None:
        """Record a whole file, or all files of a folder."""
        path = self.folder / target
        for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if one.is_file():
                self.fact(f"--- {one.relative_to(self.folder).as_posix()}", *visible(self._neutral(read(one))))

    def status(self, codebook: str = "codebook.toml") -> None:
        """Record the state of each ad that is not untouched, and the totals."""
        output = self.run("status", "status", "--json", "--codebook", codebook, is_data=True)
        if output.out:
            whole = json.loads(output.out)
            self.fact(*(_inline(line) for line in whole["ads"] if line["state"] != "untouched"))
            self.fact(_inline(whole["totals"]))

    def check(self, codebook: str = "codebook.toml") -> None:
        """Record each problem except those of the codebook: its place as a fact, its message as words."""
        self.problems("check", "check", "--json", "--codebook", codebook, but=("codebook.toml", "odd.toml"))

    def json(self, title: str, *argv: str) -> None:
        """Run a command that prints JSON, and record it as facts."""
        self.fact(*visible(self.run(title, *argv, is_data=True).out))

    def problems(self, title: str, *argv: str, but: tuple[str, ...] = ()) -> None:
        """Run a command that prints problems as JSON; record all except those of some files."""
        output = self.run(title, *argv, is_data=True)
        if output.out:
            for one in json.loads(output.out):
                message = one.pop("message")
                place = " ".join(str(value) for value in one.values())
                if not place.startswith(but):
                    self.fact(place)
                    self.word(f"{place}: {message}")

    # --- sittings ----------------------------------------------------------------------------------------

    def sit(
        self, title: str, options: tuple[str, ...], steps: Sequence[Step], columns: int = 80, rows: int = 24
    ) -> None:
        """Open the workbench, run the steps and record the screens and the exit code."""
        from testing.terminal import Terminal, codetui_command

        self._rows_before = []
        environ = {name: value for name, value in environment(self.home).items() if name != "COLUMNS"}
        command = codetui_command(*options, "--coder", CODER)
        with Terminal(command, self.folder, environ, columns=columns, rows=rows) as terminal:
            for step in steps:
                match step:
                    case Kill():
                        terminal.kill()
                        self._facts.append(f"\n=== {title}\nkilled")
                        return
                    case Resize():
                        terminal.resize(step.columns, step.rows)
                        self._screen(terminal, f"{title} » {step.columns}×{step.rows}")
                    case Keys():
                        terminal.type(step.keys)
                        if step.name:
                            self._screen(terminal, f"{title} » {step.name}")
                        if step.pause:
                            terminal.wait_for_rest(step.pause)
            self._facts.append(f"\n=== {title}\nexit {terminal.wait_for_end()}")

    def _screen(self, terminal: Terminal, title: str) -> None:
        """Record the screen once it equals the one recorded before, or else once it has stopped changing."""
        golden = self._screens.get(title)
        if golden is None or not terminal.comes_to_hold(lambda: self._painted(terminal) == golden, self._patience):
            self._patience = REST
            terminal.comes_to_hold(lambda: any(terminal.lines))
            terminal.wait_for_rest(REST)
        self._words.append(f"\n=== {title}\n{self._painted(terminal)}".rstrip("\n"))
        self._rows_before = self._rows_of(terminal)

    def _painted(self, terminal: Terminal) -> str:
        """Return the screen for the record; rows that equal those of the previous screen are given by number only."""
        now, before = self._rows_of(terminal), self._rows_before
        same = [len(now) == len(before) and row == before[number] for number, row in enumerate(now)]
        lines: list[str] = []
        for is_same, numbers in groupby(range(len(now)), key=same.__getitem__):
            group = list(numbers)
            lines += [f"~ {group[0] + 1}–{group[-1] + 1}"] if is_same else [f"|{now[number]}" for number in group]
        return "\n".join(lines) + "\n"

    def _rows_of(self, terminal: Terminal) -> list[str]:
        return [self._neutral(SCROLLBAR.sub(" ", line).rstrip()) for line in terminal.lines]

    def restarted(self, codebook: str = "codebook.toml") -> None:
        """Record whether a new process reads the same sessions, and whether opening them changes anything."""
        self.step("restarted")
        argv = ("export", "--format", "csv", "-o", "-", "--codebook", codebook)
        fresh = subprocess.run(
            [sys.executable, "-m", "codetui", *argv], cwd=self.folder, env=environment(self.home), capture_output=True
        )
        same = fresh.stdout.decode("utf-8") == run_in_process(argv, self.folder, self.home).out
        self.fact(f"exit {fresh.returncode}, {'the same' if same else 'another'} export")

    # --- files -------------------------------------------------------------------------------------------

    def write(self, name: str, text: str | bytes) -> None:
        """Write a file of the study, with exactly these bytes."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))

    def edit(self, *changes: tuple[str, str], name: str = "") -> None:
        """Replace texts in a file of the study, by default in the only session document."""
        path = self.folder / name if name else next(iter(self._document_paths()))
        text = read(path)
        for old, new in changes:
            assert text.count(old) == 1, (old, text)
            text = text.replace(old, new)
        path.write_bytes(text.encode("utf-8"))

    def document(self, coder: str = "*") -> str:
        """Return the name of the only session document, or of a coder's only one."""
        (path,) = (self.folder / "sessions").glob(f"{coder}/*.md")
        return path.relative_to(self.folder).as_posix()

    def documents(self) -> None:
        """Record the changes of the session documents since the last time, or since the import that created them."""
        self.step("documents")
        now = self._session_documents()
        for name in sorted(self._documents.keys() - now.keys()):
            self.fact(f"--- {name}: gone")
        for name, text in now.items():
            before = self._documents.get(name, self._brought_as(text))
            how = "" if before != text else ": as imported" if name not in self._documents else ": as before"
            self.fact(f"--- {name}{how}", *(visible(text) if before is None else difference(before, text)))
        self._documents = now

    def _brought_as(self, text: str) -> str | None:
        """Return the document imported last, if a session's document has its heading."""
        brought = self._brought or ""
        return brought if brought.partition("\n")[0] == text.partition("\n")[0] else None

    def _document_paths(self) -> list[Path]:
        return sorted((self.folder / "sessions").glob("*/*.md"))

    def _session_documents(self) -> dict[str, str]:
        return {path.relative_to(self.folder).as_posix(): read(path) for path in self._document_paths()}


def read(path: Path) -> str:
    """Return a file's text with its line ends, bytes that are not UTF-8 as `\\xNN`."""
    return path.read_bytes().decode("utf-8", "backslashreplace")


def visible(text: str) -> list[str]:
    """Return the lines of a text with all invisible characters made visible."""
    lines = []
    for line in text.split("\n"):
        for sign, shown in UNSEEN.items():
            line = line.replace(sign, shown)
        bare = line.rstrip(" ")
        lines.append(bare + "␠" * (len(line) - len(bare)))
    if lines[-1] == "":
        return lines[:-1]
    lines[-1] += "<no newline>"
    return lines


def difference(before: str, after: str) -> list[str]:
    """Return the changed lines between two texts, one line of context on each side."""
    return [
        line
        for line in difflib.unified_diff(visible(before), visible(after), n=1, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]


def rows_as_lines(table: list[dict[str, object]]) -> list[str]:
    """Return exported rows for reading: a head for each session and code, then one line per coding."""
    lines: list[str] = []
    session: list[object] = []
    code: dict[str, object] = {}
    if table:
        lines.append(f"columns: {' '.join(table[0])}")
    for row in table:
        head = [row[field] for field in SESSION_FIELDS]
        if head != session:
            session, code = head, {}
            lines.append(f"[{' | '.join(str(value) for value in head)}]")
        of_code = {key: value for key, value in row.items() if key not in (*SESSION_FIELDS, *ROW_FIELDS, *UNRECORDED)}
        if of_code != code:
            code = of_code
            lines.append(f"  {' | '.join(str(value) for value in of_code.values())}")
        place = "no place" if row["start"] is None else f"{row['start']}-{row['end']}"
        place += "" if row["place"] in ("exact", "none") else f" {row['place']} “{row['ad_words']}”"
        note = f" ({row['note']})" if row["note"] else ""
        origin = f" [{row['origin']}]" if row["origin"] else ""
        lines.append(f"    {row['code_id']} {place} “{row['words']}”{note}{origin}")
    return [one for line in lines for one in visible(f"{line}\n")]


def with_attributes(row: dict[str, object]) -> dict[str, object]:
    """Return a row with the attributes of its source as further columns, as CSV has them."""
    attributes = row.pop("attributes", None)
    return row | attributes if isinstance(attributes, dict) else row


def same_table(table: list[dict[str, object]], text: str) -> bool:
    """Return whether a CSV has the same rows; an apostrophe before anything like a formula is allowed."""
    read_rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if len(read_rows) != len(table):
        return False
    return all(
        set(row) <= set(cells) and all(cells[key] in (_cell(value), f"'{_cell(value)}") for key, value in row.items())
        for row, cells in zip(table, read_rows, strict=True)
    )


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _inline(values: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in values.items())


# --- one command line in this process ------------------------------------------------------------------------


def environment(home: Path) -> dict[str, str]:
    """Return the environment of every command, without anything of the person who runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "COLUMNS": "100",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "TEXTUAL_ANIMATIONS": "none",
        "TZ": "UTC",
        "USER": "nobody",
        "LOGNAME": "nobody",
    }


def run_in_process(argv: tuple[str, ...], folder: Path, home: Path) -> Output:
    """Run `codetui ARGV` in this process as a shell in `folder` would."""
    from codetui.__main__ import main

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    with _surroundings(argv, folder, home), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return Output(code, *(stream.buffer.getvalue().decode("utf-8", "backslashreplace") for stream in (out, err)))


@contextmanager
def _surroundings(argv: tuple[str, ...], folder: Path, home: Path) -> Iterator[None]:
    before = dict(os.environ), sys.argv, Path.cwd()
    os.environ.clear()
    os.environ.update(environment(home))
    sys.argv = ["codetui", *argv]
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before[2])
        sys.argv = before[1]
        os.environ.clear()
        os.environ.update(before[0])

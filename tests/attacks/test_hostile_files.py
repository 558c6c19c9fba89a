"""Hostile things in place of files: pipes, devices, folders, links and names; nothing hangs or escapes the study."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import NamedTuple

import pytest

from codetui.cli import main
from codetui.core.session.commands import AssignCode, AssignProfile, NoteCoding
from codetui.model import CodeId, Span
from codetui.storage import fs, study_files
from codetui.storage.session_files import coder_name, safe_name
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.hostile.limits import limited
from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has neither such pipes nor such links", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

BOUND = 30.0
"""Seconds after which a command hangs: a hundred times what any of them takes here."""

COMMANDS = [
    ("status", "--corpus", "ads"),
    ("check", "--corpus", "ads"),
    ("export", "--force"),
    ("export", "--format", "csv", "-o", "-"),
    ("import", "coded.md", "--corpus", "ads", "--coder", "wil"),
    ("codebook", "check"),
    ("codebook", "export", "--force"),
    ("codebook", "diff", "codebook.toml", "codebook.toml"),
    ("codebook", "migrate", "--map", "map.toml", "--corpus", "ads"),
]
DOCUMENT = """\
# Manual Coding Analysis: Job Ad #11 (Shore Company)

## 1. Job Task Analysis

- **TASK1: Lighting:**
  - "You watch the sea until dawn."
"""


class Done(NamedTuple):
    """The outcome of a command."""

    code: int
    printed: str


def run(study: Path, *options: str) -> Done:
    """Run a command that must end by itself, with a defined exit code; any exception fails the test."""
    printed = TextIOWrapper(BytesIO(), "utf-8", write_through=True)
    with contextlib.chdir(study), redirect_stdout(printed), redirect_stderr(printed), limited(BOUND):
        code = main.run(options)
    printed.seek(0)
    assert code in (0, 1, 2), (options, code)
    return Done(code, printed.read())


def opened(study: Path, coder: str = "wil") -> Workspace:
    """Return the workspace with its first ad open."""
    workspace = open_workspace(Study.open(study), coder)
    assert workspace.first is not None
    workspace.open(workspace.first)
    return workspace


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study with a coded ad, in a folder with nothing else."""
    study = write_study(tmp_path / "home" / "study")
    (study / "coded.md").write_text(DOCUMENT, "utf-8")
    (study / "map.toml").write_text('[codes]\n"TASK1" = "TASK2"\n', "utf-8")
    workspace = opened(study)
    done = workspace.session.execute(AssignCode(Span(30, 40), CodeId("TASK1")))
    assert isinstance(done, Saved)
    workspace.remember_place(3, 0)
    workspace.leave()
    workspace.release()
    assert listing(tmp_path / "outside") == {}
    return study


def listing(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder with their bytes, without following links."""
    found = (Path(root) / name for root, _, names in os.walk(folder) for name in names)
    return {str(path.relative_to(folder)): b"" if path.is_symlink() else path.read_bytes() for path in found}


# --- no file ----------------------------------------------------------------------------------------

PLACES: dict[str, Callable[[Path], Path]] = {
    "codebook": lambda study: study / "codebook.toml",
    "map": lambda study: study / "map.toml",
    "document to import": lambda study: study / "coded.md",
    "background": lambda study: study / "role.md",
    "log": lambda study: study / "sessions" / "wil" / "events" / "11.jsonl",
    "written": lambda study: study / "sessions" / "wil" / "events" / "11.written",
    "place": lambda study: study / "sessions" / "wil" / "events" / "place.json",
    "document": lambda study: study / "sessions" / "wil" / "analysis_job_11_shore_company.md",
    "events": lambda study: study / "sessions" / "wil" / "events",
    "coder": lambda study: study / "sessions" / "wil",
    "sessions": lambda study: study / "sessions",
    "kept codebook": lambda study: next((study / "sessions" / ".codebooks").glob("*.toml")),
    "kept codebooks": lambda study: study / "sessions" / ".codebooks",
    "ad": lambda study: study / "ads" / "11_shore_company.txt",
    "ads": lambda study: study / "ads",
    "table of ads": lambda study: study / "ads" / "more.csv",
}


def in_its_place(path: Path, kind: str) -> None:
    """Put a pipe, a device, a folder, a plain file or a broken link in place of something else."""
    if path.exists():
        path.rename(path.with_name(f"{path.name}.was"))
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "file":
            path.write_bytes(b"\xff\x00 neither this nor that")
        case "loop":
            path.symlink_to(path.name)


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "file", "loop"])
@pytest.mark.parametrize("what", PLACES)
def test_no_command_hangs_or_crashes_on_an_unexpected_kind_of_file(study: Path, what: str, kind: str) -> None:
    with (study / "codebook.toml").open("a") as book:
        book.write('\n[[reference]]\ntitle = "Role"\npath = "role.md"\n')
    (study / "role.md").write_text("# Role\n")
    in_its_place(PLACES[what](study), kind)
    for options in COMMANDS:
        run(study, *options)


@pytest.mark.parametrize(
    "kind", ["pipe", "device", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("folder", "file", "loop"))]
)
def test_the_workbench_opens_with_an_unexpected_kind_of_file_in_every_place(study: Path, kind: str) -> None:
    with (study / "codebook.toml").open("a") as book:
        book.write('\n[[reference]]\ntitle = "Role"\npath = "role.md"\n')
    for what in ("place", "written", "document", "background", "table of ads", "kept codebook"):
        # Where a link leads out of the sessions, the ad does not open.
        if (what, kind) != ("written", "device"):
            in_its_place(PLACES[what](study), kind)
    # A place file that leads to a pipe among the ads, of which the list knows nothing.
    os.mkfifo(study / "ads" / "14_pipe.txt")
    place = '{"source": "14", "file": "%s", "offset": 0}' % (study / "ads" / "14_pipe.txt")
    (study / "sessions" / "ann" / "events").mkdir(parents=True)
    (study / "sessions" / "ann" / "events" / "place.json").write_text(place)
    for coder in ("wil", "ann"):
        command = codetui_command("ads", "--coder", coder)
        with Terminal(command, study, environment(study.parent)) as terminal:
            terminal.wait_for("Shore Company")
            terminal.type("R")
            terminal.wait_until(lambda: "Role" in terminal.text or "role.md" in terminal.text, "the background")
            terminal.type("\x1b\x1b\x11\x11")
            assert terminal.wait_for_end() in (0, 1)
            assert b"Traceback" not in terminal.output


@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop"])
def test_a_log_that_is_not_a_file_is_reported_and_the_other_ads_open(study: Path, kind: str) -> None:
    in_its_place(PLACES["log"](study), kind)
    with Terminal(codetui_command("ads", "--coder", "wil"), study, environment(study.parent)) as terminal:
        terminal.wait_for("could not be opened")
        terminal.type("a")
        terminal.wait_for("Clerk of the Harbour")
        terminal.type("clerk\r")
        terminal.wait_for("You write down which ships")
        terminal.type("s11")
        terminal.wait_for("TASK1: Lighting ←")
        terminal.type("\x11")
        assert terminal.wait_for_end() in (0, 1)
        assert b"Traceback" not in terminal.output


# --- links that lead out ----------------------------------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder outside the study, with a file that must not change."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "profile").write_text("mine\n")
    return folder


def work(study: Path) -> None:
    """Code, annotate, save and leave, as far as possible, after a hand edit with bytes that must be backed up."""
    document = study / "sessions" / "wil" / "analysis_job_11_shore_company.md"
    if document.is_file() and not document.is_symlink():
        document.write_bytes(document.read_bytes() + b"\nMine \xff.\n")
    try:
        workspace = opened(study)
    except OSError:
        return
    done = workspace.session.execute(AssignCode(Span(60, 70), CodeId("TASK2")))
    if isinstance(done, Saved) and done.coding:
        workspace.session.execute(NoteCoding(done.coding, "why"))
    workspace.session.execute(AssignProfile("1", "so"))
    workspace.leave(is_forced=True)
    workspace.release()
    with contextlib.suppress(PermissionError):
        workspace.remember_place(3, 0)


LINKS = ["log", "written", "place", "document", "events", "coder", "kept codebook", "kept codebooks"]


@pytest.mark.parametrize("to", ["profile", "nothing", "."])
@pytest.mark.parametrize("what", LINKS)
def test_nothing_is_written_through_a_link_out_of_the_sessions(study: Path, outside: Path, what: str, to: str) -> None:
    before = listing(outside)
    path = PLACES[what](study)
    path.rename(path.with_name(f"{path.name}.was"))
    path.symlink_to(outside / to)
    work(study)
    for options in COMMANDS:
        run(study, *options)
    assert listing(outside) == before


def test_a_backup_copy_follows_no_link(study: Path, outside: Path) -> None:
    document = study / "sessions" / "wil" / "analysis_job_11_shore_company.md"
    data = document.read_bytes() + b"\nMine \xff.\n"
    copy = study / "sessions" / "wil" / "events" / f"11.kept-{sha256(data).hexdigest()[:8]}.md"
    copy.symlink_to(outside / "autostart")
    before = listing(outside)
    work(study)
    assert listing(outside) == before


def test_a_link_in_the_folder_of_an_export_is_not_followed(study: Path, outside: Path) -> None:
    (study / "export").mkdir()
    (study / "export" / "wil").symlink_to(outside)
    assert run(study, "export", "--force").code == 2
    (study / "export" / "wil").unlink()
    (study / "export").rmdir()
    (study / "export").symlink_to(outside)
    assert run(study, "export").code == 2
    assert listing(outside) == {"profile": b"mine\n"}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("export", "--format", "csv"), "codings.csv"),
        (("export", "--format", "jsonl"), "codings.jsonl"),
        (("codebook", "export"), "coding_book.md"),
        (("codebook", "export", "--format", "html"), "coding_book.html"),
        (("codebook", "import", "coded.md", "-o", "new.toml"), "new.toml"),
        (("codebook", "propose", "codebook.toml", "codebook.toml"), "map.toml"),
        (("init", "."), "codebook.toml"),
    ],
    ids=" ".join,
)
def test_a_dangling_link_is_not_a_free_path(study: Path, outside: Path, options: tuple[str, ...], name: str) -> None:
    if name == "codebook.toml":
        (study / name).unlink()
    (study / name).unlink(missing_ok=True)
    (study / name).symlink_to(outside / "new")
    run(study, *options)
    assert listing(outside) == {"profile": b"mine\n"}
    assert (study / name).is_symlink()


def test_a_new_study_is_not_created_through_a_link(tmp_path: Path, outside: Path) -> None:
    (outside / "profile").unlink()
    (tmp_path / "new").mkdir()
    for name in ("ads", "sessions", "codebook.toml"):
        (tmp_path / "new" / name).symlink_to(outside / ("" if name == "ads" else name))
    run(tmp_path / "new", "init")
    assert listing(outside) == {}


def test_coding_writes_only_inside_the_study(study: Path, tmp_path: Path) -> None:
    before = {name: data for name, data in listing(tmp_path).items() if not name.startswith("home/study/")}
    work(study)
    for options in COMMANDS:
        run(study, *options)
    after = {name: data for name, data in listing(tmp_path).items() if not name.startswith("home/study/")}
    assert after == before


# --- names ------------------------------------------------------------------------------------------

IDS = [
    "../../x", "..", ".", "", "/etc/passwd", "a/b", "a\\b", "C:x", "CON", "con.txt", "nul", "COM1", "LPT¹", "x.", "x ",
    " x", "x..", ".hidden", "-o", "~", "~root", "$HOME", "x\0y", "x\ny", "\u202ex", "x" * 300, "é" * 200,
    "\U0001f468" * 80, "events", "place", "ab-1", "AB-1", "Ab-1", "é", "e\u0301", "\ufb01", "fi", "\u212a", "k",
    "\ud800", "ß", "ss", "I", "ı", "i", "x~12345678",
]  # fmt: skip


def folded(name: str) -> str:
    """Return the name as seen by a file system that ignores case and the composition of accents."""
    import unicodedata

    return unicodedata.normalize("NFKC", name.casefold()).casefold()


@pytest.mark.parametrize("make", [safe_name, coder_name], ids=["ad", "coder"])
def test_every_id_gets_a_unique_portable_file_name(make: Callable[[str], str]) -> None:
    names = {name: make(name) for name in IDS}
    for name in names.values():
        assert name and not set(name) & set('/\\:*?"<>|\0\n\r\t') and name.isprintable()
        assert len(name.encode()) < 200 and not name.startswith(("-", "~", ".")) and not name.endswith((".", " "))
        assert name.partition(".")[0].casefold() not in ("con", "nul", "com1", "aux", "prn", "lpt¹")
    if make is safe_name:
        assert len({folded(name) for name in names.values()}) == len(IDS)


def test_coders_with_names_equal_to_a_file_system_get_separate_folders(study: Path) -> None:
    for coder in ("Zoë", "Zoe\u0308", "ZOË", "zoë"):
        workspace = opened(study, coder)
        assert isinstance(workspace.session.execute(AssignProfile("1", "so")), Saved | type(None)) or workspace.session
        workspace.leave()
        workspace.release()
    names = [path.name for path in (study / "sessions").iterdir() if path.name not in ("wil", ".codebooks")]
    assert len({folded(name) for name in names}) == len(names) == 3


@pytest.mark.parametrize("ad", [one for one in IDS if one.strip() and "\ud800" not in one and "\n" not in one])
def test_an_ad_with_a_hostile_id_is_coded_saved_and_found_again_inside_the_study(tmp_path: Path, ad: str) -> None:
    import json

    study = write_study(tmp_path / "study", {})
    (study / "ads" / "a.jsonl").write_text(json.dumps({"id": ad, "employer": f"../{ad}", "text": "You climb."}) + "\n")
    workspace = opened(study)
    assert isinstance(workspace.session.execute(AssignCode(Span(0, 9), CodeId("TASK1"))), Saved)
    assert workspace.leave() == []
    workspace.release()
    run(study, "export")
    run(study, "check", "--corpus", "ads")
    again = opened(study)
    assert again.session is not None and len(again.session.state.live()) == 1
    again.release()
    assert {name.split("/")[0] for name in listing(tmp_path)} == {"study"}
    tops = {name.split("/")[1] for name in listing(tmp_path)}
    assert tops == {"codebook.toml", "ads", "sessions", "export"}


# --- what no file is so large for -------------------------------------------------------------------


def test_a_file_that_claims_to_be_endless_is_refused_and_not_read(study: Path) -> None:
    for what in ("codebook", "log", "written", "place", "document", "document to import", "map"):
        path = PLACES[what](study)
        path.rename(path.with_name(f"{path.name}.was"))
        with path.open("wb") as file:
            file.truncate(fs.LARGEST + 1)
        for options in COMMANDS[:5]:
            run(study, *options)
        path.unlink()
        path.with_name(f"{path.name}.was").rename(path)


def test_a_kept_codebook_is_unchanged(study: Path) -> None:
    kept = PLACES["kept codebook"](study)
    name = kept.stem
    assert study_files.kept_codebook(study / "sessions", name)
    kept.write_text(kept.read_text("utf-8") + "# changed\n", "utf-8")
    assert study_files.kept_codebook(study / "sessions", name) is None

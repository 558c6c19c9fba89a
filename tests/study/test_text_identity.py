"""Line ends and the beginning and end of a file are not part of an ad's text: places stay, and sessions merge."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.anchors.anchor import Exact, anchor_at, resolve
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span, source_hash
from testing.machines import Machine
from testing.studies import write_study

AD = "11_bakkerij.txt"
TEXT = "Bakker\n\nJe praat met mensen.\nJe praat met mensen.\nJe praat met mensen.\nJe bakt brood.\n"
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "a newline more": lambda data: data + b"\n",
    "many newlines more": lambda data: data + b"\n\n\n\n",
    "no newline": lambda data: data.rstrip(b"\n"),
    "CRLF": lambda data: data.replace(b"\n", b"\r\n"),
    "CR": lambda data: data.replace(b"\n", b"\r"),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "all at once": lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") + b"\r\n\r\n",
}


def third(machine: Machine) -> Span:
    """Return the third of three equal sentences."""
    start = machine.session.source.text.rindex("praat met mensen")
    return Span(start, start + len("praat met mensen"))


def study(folder: Path) -> Machine:
    return Machine(write_study(folder, {AD: TEXT}))


@pytest.mark.parametrize("form", FORMS)
def test_a_repeated_quotation_keeps_its_place(tmp_path: Path, form: str) -> None:
    machine = study(tmp_path)
    place = third(machine)
    machine.execute(AssignCode(place, CodeId("TASK1")))
    machine.close()
    log = (tmp_path / "sessions/rosa/events/11.jsonl").read_bytes()
    file = tmp_path / "ads" / AD
    for data in (FORMS[form](TEXT.encode()), TEXT.encode()):
        file.write_bytes(data)
        (coding,) = machine.state.live()
        assert coding.anchor is not None and (coding.anchor.start, coding.anchor.end) == place
        machine.close()
        assert (tmp_path / "sessions/rosa/events/11.jsonl").read_bytes() == log


@pytest.mark.parametrize("form", FORMS)
def test_sessions_of_both_forms_are_merged(tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = study(tmp_path / "a"), study(tmp_path / "b")
    (second.folder / "ads" / AD).write_bytes(FORMS[form](TEXT.encode()))
    for machine, words in ((first, "praat"), (second, "bakt")):
        machine.execute(AssignCode(machine.span(words), CodeId("TASK1")))
        machine.close()
    assert run(["merge", str(second.folder), "--study", str(first.folder)]) == 0, capsys.readouterr()
    assert sorted(coding.words for coding in first.state.live()) == ["bakt", "praat"]
    assert all(coding.anchor is not None for coding in first.state.live())
    first.close()


def test_different_words_or_blanks_make_a_different_text() -> None:
    assert len({source_hash(text) for text in (TEXT, TEXT[1:], f" {TEXT}", TEXT.replace("\n\n", "\n"), "")}) == 5
    assert source_hash("") == source_hash("\n\r\n")


def test_a_new_study_has_git_attributes_for_all_its_files(tmp_path: Path) -> None:
    assert run(["init", str(tmp_path)]) == 0
    assert "* -text\n" in (tmp_path / ".gitattributes").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
@pytest.mark.parametrize("has_attributes", [True, False])
def test_git_merges_clones_with_and_without_autocrlf(tmp_path: Path, *, has_attributes: bool) -> None:
    first = tmp_path / "a"
    assert run(["init", str(first)]) == 0
    first_machine = study(first)
    if not has_attributes:
        (first / ".gitattributes").unlink()

    def git(folder: Path, *words: str) -> None:
        who = ("-c", "user.name=Rosa", "-c", "user.email=rosa@example.org")
        subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)

    def code(machine: Machine, words: str) -> None:
        machine.execute(AssignCode(machine.span(words), CodeId("TASK1")))
        machine.close()

    git(first, "init", "-q", "-b", "main")
    code(first_machine, "Je bakt")
    git(first, "add", "-A")
    git(first, "commit", "-q", "-m", "coded")
    git(tmp_path, "-c", "core.autocrlf=true", "clone", "-q", "-c", "core.autocrlf=true", "a", "b")
    second_machine = Machine(tmp_path / "b")
    ending = b"\n" if has_attributes else b"\r\n"
    assert (tmp_path / "b/ads" / AD).read_bytes() == TEXT.encode().replace(b"\n", ending)
    for machine, words in ((first_machine, "brood"), (second_machine, "Bakker")):
        install = [sys.executable, "-m", "codetui", "merge", "--install-driver"]
        subprocess.run(install, cwd=machine.folder, check=True, capture_output=True)
        code(machine, words)
        git(machine.folder, "commit", "-q", "-a", "-m", words)
    git(tmp_path / "b", "pull", "-q", "--no-rebase", "--no-edit", "origin", "main")
    git(first, "pull", "-q", "--no-rebase", "--no-edit", str(tmp_path / "b"), "main")
    for machine in (first_machine, second_machine):
        assert sorted(coding.words for coding in machine.state.live()) == ["Bakker", "Je bakt", "brood"]
        assert machine.session.initial_pull is None
        machine.close()
        assert b"\r" not in b"".join(path.read_bytes() for path in (machine.folder / "sessions/rosa").rglob("*.*"))


NEIGHBOURS = (
    "Winkel\n\nJe praat met mensen en maakt plannen.\n- Elke dag praat je met mensen in de tuin.\n"
    "- Op vrijdag praat je met mensen in het Duits.\n\nWij houden ervan: praten met mensen, en dan naar huis.\n"
)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: f"Nieuw: reageer nu!\n\n{text}",
        lambda text: f"{text}\nJe staat met mensen op de beurs.\n",
        lambda text: text.replace("\n", "\n\n").replace(". ", ".  "),
        lambda text: text.replace("\n- ", "\n* "),
        lambda text: text.replace("Winkel", "Kassa"),
    ],
)
def test_a_repeated_quotation_keeps_its_place_by_its_neighbourhood(change: Callable[[str], str]) -> None:
    words, start, changed = "met mensen", -1, change(NEIGHBOURS)
    for _ in range(NEIGHBOURS.count(words)):
        start = NEIGHBOURS.index(words, start + 1)
        span = Span(start, start + len(words))
        found = resolve(changed, anchor_at(NEIGHBOURS, span, source_hash(NEIGHBOURS)))
        assert isinstance(found, Exact)
        assert changed[found.span.end :][:6] == NEIGHBOURS[span.end :][:6]
        assert changed[: found.span.start][-9:] == NEIGHBOURS[: span.start][-9:]


def test_a_quotation_with_equal_neighbours_keeps_its_place_when_the_ad_changes(tmp_path: Path) -> None:
    machine = study(tmp_path)
    machine.execute(AssignCode(third(machine), CodeId("TASK1")))
    machine.close()
    file = tmp_path / "ads" / AD
    for text in (f"Nieuw!\n{TEXT}", f"{TEXT}\nReageer nu.\n", TEXT.replace("Bakker", "Banketbakker")):
        file.write_text(text, "utf-8")
        (coding,) = machine.state.live()
        assert coding.anchor is not None and (coding.anchor.start, coding.anchor.end) == third(machine)
        machine.close()
    file.write_text(TEXT.replace("Je praat met mensen.\n", "", 1), "utf-8")
    (coding,) = machine.state.live()
    assert coding.anchor is None
    machine.close()

"""`codetui merge`: sessions from elsewhere are merged with local ones, once, and nothing is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, AssignProfile, NoteCoding, RemoveCoding, Undo
from codetui.model import CodeId, Span
from testing.machines import Machine, state_of
from testing.studies import write_study

DOCUMENT = "sessions/rosa/analysis_job_11_shore_company.md"
LOG = "sessions/rosa/events/11.jsonl"
LAMP, SEA, MIRRORS = "You light the lamp at dusk.", "You watch the sea", "You polish the mirrors"


def code(machine: Machine, words: str, to: str = "TASK1") -> None:
    machine.execute(AssignCode(machine.span(words), CodeId(to)))


def words(machine: Machine) -> list[str]:
    return [coding.words for coding in machine.state.live()]


def merge(into: Machine, *folders: Path, options: tuple[str, ...] = ()) -> int:
    into.close()
    study = ("--codebook", f"{into.folder}/codebook.toml", "--sessions", f"{into.folder}/sessions")
    return run(["merge", *map(str, folders), *study, *options])


def files(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return all files with their bytes and modification times."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "place.json")
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


@pytest.fixture
def machines(tmp_path: Path) -> tuple[Machine, Machine]:
    """Return two machines with copies of one session."""
    first = Machine(write_study(tmp_path / "a"))
    code(first, LAMP)
    first.close()
    shutil.copytree(first.folder, tmp_path / "b")
    return first, Machine(tmp_path / "b")


def test_a_merge_unites_both_sides_and_a_second_run_does_nothing(
    machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = machines
    code(first, SEA)
    code(second, MIRRORS, "TASK2")
    second.execute(NoteCoding(second.state.live()[0].id, "every day"))
    second.close()
    theirs = files(second.folder)
    assert merge(first, second.folder) == 0
    output = capsys.readouterr().out
    assert "rosa, ad 11: 2 steps, 3 codings now" in output and "1 session merged, 0 had nothing new" in output
    assert sorted(words(first)) == sorted([LAMP, SEA, MIRRORS])
    assert first.session.initial_pull is None
    first.close()
    before = files(first.folder)
    assert f'"{LAMP}" (every day)' in (first.folder / DOCUMENT).read_text("utf-8")
    assert merge(first, second.folder) == 0
    assert "0 sessions merged, 1 had nothing new" in capsys.readouterr().out
    assert files(first.folder) == before and files(second.folder) == theirs


def test_merging_in_both_directions_yields_equal_studies(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    code(first, SEA)
    first.execute(AssignProfile("1", "She keeps."))
    code(second, MIRRORS)
    second.execute(Undo())
    second.execute(AssignProfile("2", "She builds."))
    second.execute(RemoveCoding(second.state.live()[0].id))
    for machine in machines:
        machine.close()
    assert merge(first, second.folder) == merge(second, first.folder) == 0
    assert state_of(first) == state_of(second)
    for machine in machines:
        machine.close()
    assert (first.folder / DOCUMENT).read_bytes() == (second.folder / DOCUMENT).read_bytes()


def test_hand_edits_of_either_side_are_not_lost(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    code(second, MIRRORS)
    second.close()
    for machine, note in ((first, "here"), (second, "there")):
        path = machine.folder / DOCUMENT
        line = f'  - "{SEA if note == "here" else "Patience"}" ({note})\n'
        path.write_text(path.read_text("utf-8").replace('  - "You light', f'{line}  - "You light'), "utf-8")
    assert merge(first, second.folder) == 0
    notes = {coding.words: coding.note for coding in first.state.live()}
    assert notes == {LAMP: "", SEA: "here", MIRRORS: "", "Patience": "there"}
    assert merge(first, second.folder) == 0
    assert len(words(first)) == 4
    second.open()
    second.close()
    assert merge(first, second.folder) == 0
    assert len(words(first)) == 4, "the edit that the other machine has taken over meanwhile is no second one"


def test_the_same_coding_of_both_machines_is_kept_once(
    machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = machines
    code(first, MIRRORS)
    code(second, MIRRORS)
    second.execute(NoteCoding(second.state.live()[-1].id, "with a cloth"))
    for machine in machines:
        machine.close()
    assert merge(first, second.folder) == 0
    output = capsys.readouterr().out
    assert "2 codings now" in output and "on both sides: it is kept once" in output
    assert sorted(words(first)) == sorted([LAMP, MIRRORS])
    assert [one.note for one in first.state.live()] == ["", "with a cloth"]
    first.close()
    assert (first.folder / DOCUMENT).read_text("utf-8").count(MIRRORS) == 1
    assert merge(second, first.folder) == 0
    assert state_of(first) == state_of(second)


def test_machines_that_merge_each_other_keep_the_same_coding(machines: tuple[Machine, Machine], tmp_path: Path) -> None:
    first, second = machines
    code(first, MIRRORS)
    code(second, MIRRORS)
    for machine in machines:
        machine.close()
    copy = shutil.copytree(first.folder, tmp_path / "copy")
    assert merge(first, second.folder) == merge(second, copy) == 0
    assert words(first) == words(second)
    for machine in machines:
        machine.close()
    assert merge(first, second.folder) == 0
    assert sorted(words(first)) == sorted([LAMP, MIRRORS])


def test_a_coding_that_a_union_of_logs_has_twice_is_named(
    machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = machines
    code(first, MIRRORS)
    code(second, MIRRORS)
    for machine in machines:
        machine.close()
    (first.folder / LOG).write_bytes((first.folder / LOG).read_bytes() + b"\n" + (second.folder / LOG).read_bytes())
    study = ("--codebook", f"{first.folder}/codebook.toml", "--sessions", f"{first.folder}/sessions")
    run(["check", *study])
    assert f"“{MIRRORS}” is coded as" in (output := capsys.readouterr().out), output
    assert "twice: remove one of the two" in output


def test_a_session_of_two_folders_counts_once_and_only_the_conflicts_that_remain_are_named(
    machines: tuple[Machine, Machine], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = machines
    for machine in machines:
        machine.close()
    shutil.copytree(second.folder, tmp_path / "third")
    third = Machine(tmp_path / "third")
    for machine, note in zip((first, second, third), ("here", "there", "elsewhere"), strict=True):
        machine.execute(NoteCoding(machine.state.live()[0].id, note))
        machine.close()
    assert merge(first, second.folder, third.folder) == 0
    *_, last = capsys.readouterr().out.split("rosa, ad 11:")
    assert "1 session merged" in last
    kept = next(one.note for one in first.state.live())
    assert last.count("is kept") == last.count(f"{kept} is kept") == 2


def test_a_dry_run_writes_nothing(machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]) -> None:
    first, second = machines
    code(second, SEA)
    second.close()
    before = files(first.folder)
    assert merge(first, second.folder, options=("--dry-run",)) == 0
    assert "1 session would be merged" in capsys.readouterr().out
    assert files(first.folder) == before


def test_new_sessions_and_coders_are_copied_unchanged(tmp_path: Path) -> None:
    first, second = Machine(write_study(tmp_path / "a")), Machine(write_study(tmp_path / "b"), "wil")
    code(second, LAMP)
    second.close()
    assert merge(first, second.folder / "sessions") == 0
    come, there = files(first.folder / "sessions" / "wil"), files(second.folder / "sessions" / "wil")
    assert {name: data for name, (data, _) in come.items()} == {name: data for name, (data, _) in there.items()}


def test_codebook_versions_are_merged_too(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    book = second.folder / "codebook.toml"
    book.write_text(book.read_text("utf-8").replace('version = "7"', 'version = "8"'), "utf-8")
    code(second, SEA)
    second.close()
    assert merge(first, second.folder) == 0
    kept = [path.name for path in (first.folder / "sessions" / ".codebooks").iterdir()]
    assert len(kept) == 2
    assert set(kept) == {path.name for path in (second.folder / "sessions" / ".codebooks").iterdir()}


def test_two_texts_of_one_ad_are_refused_and_both_are_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Keeper\n\nYou count the ships.\n"
    first = Machine(write_study(tmp_path / "a"))
    second = Machine(write_study(tmp_path / "b", {"11_shore_company.txt": text, "12_x.txt": "Clerk\n\nYou write.\n"}))
    for machine in (first, second):
        code(machine, "Keeper")
    second.open("12")
    second.execute(AssignCode(Span(0, 5), CodeId("TASK1")))
    second.close()
    first.close()
    before = files(first.folder)
    assert merge(first, second.folder) == 1
    output = capsys.readouterr().out
    assert "rosa, ad 11: not merged" in output and "1 session merged, 0 had nothing new, 1 refused" in output
    assert str(first.folder / LOG) in output and str(second.folder / LOG) in output
    after = files(first.folder)
    assert {name: after[name] for name in before} == before and not set(after) - set(before) - {
        "sessions/rosa/analysis_job_12_x.md",
        "sessions/rosa/events/12.jsonl",
        "sessions/rosa/events/12.written",
    }
    second.close()


def test_an_ad_changed_on_one_machine_is_still_one_session(
    machines: tuple[Machine, Machine],
) -> None:
    first, second = machines
    code(first, SEA)
    first.close()
    ad = second.folder / "ads" / "11_shore_company.txt"
    ad.write_text("A corrected line.\n\n" + ad.read_text("utf-8"), "utf-8")
    code(second, MIRRORS)
    second.close()
    assert merge(first, second.folder) == 0
    assert sorted(words(first)) == sorted([LAMP, SEA, MIRRORS])
    text = first.session.source.text
    anchors = [coding.anchor for coding in first.state.live()]
    assert [text[one.start : one.end] for one in anchors if one] == words(first)


def test_conflicts_are_reported_and_listed(
    machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = machines
    first.execute(AssignProfile("1", "She keeps."))
    second.execute(AssignProfile("2", "She builds."))
    second.close()
    assert merge(first, second.folder) == 0
    sentences = ("the profile: Builder is kept, Keeper is not", "the profile: Keeper is kept, Builder is not")
    output = capsys.readouterr().out
    assert any(one in output for one in sentences)
    assert any(one in problem.message for problem in first.session.problems for one in sentences)


def test_a_lost_profile_is_listed_everywhere_until_it_is_assigned_again(
    machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    """The reasoning, which both wrote in a second step, does not hide the profile."""
    first, second = machines
    for machine, profile, reasoning in ((first, "1", "She keeps."), (second, "2", "She builds.")):
        machine.execute(AssignProfile(profile, ""))
        machine.execute(AssignProfile(profile, reasoning))
        code(machine, SEA)
    second.execute(AssignProfile("2", "She builds a lot."))
    second.execute(AssignProfile("2", "She builds it all."))
    for machine in machines:
        machine.close()
    sentences = ("the profile: Builder is kept, Keeper is not", "the profile: Keeper is kept, Builder is not")

    def listed(output: str) -> bool:
        return any(one in output for one in sentences)

    def in_program() -> bool:
        machine_problems = first.workspace.problems
        first.workspace.update_conflicts()
        return listed(" ".join(one.message for one in machine_problems))

    check = ("check", "--codebook", f"{first.folder}/codebook.toml", "--sessions", f"{first.folder}/sessions")
    assert merge(first, second.folder, options=("--dry-run",)) == 0 and listed(capsys.readouterr().out)
    assert merge(first, second.folder) == 0 and listed(capsys.readouterr().out)
    run([*check])
    assert listed(capsys.readouterr().out)
    assert in_program()
    code(first, MIRRORS)
    assert in_program(), "what has nothing to do with it settles nothing"
    other = "1" if first.state.profile == "2" else "2"
    first.execute(AssignProfile(other, first.state.reasoning))
    assert not in_program()
    first.close()
    run([*check])
    assert not listed(capsys.readouterr().out)


def test_an_open_session_is_refused_and_reported(
    machines: tuple[Machine, Machine], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = machines
    code(second, SEA)
    second.close()
    busy = Machine(first.folder)
    code(busy, MIRRORS)
    assert merge(first, second.folder) == 1
    assert "open elsewhere" in capsys.readouterr().out
    busy.close()
    assert merge(first, second.folder) == 0
    assert sorted(words(first)) == sorted([LAMP, SEA, MIRRORS])


def test_lines_of_a_newer_version_are_merged_and_torn_ones_are_not(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    code(second, SEA)
    second.close()
    log = second.folder / LOG
    newer = b'{"v":3,"id":"zz","seq":9,"what":"new"}'
    log.write_bytes(log.read_bytes() + newer + b'\n{"v":2,"id":"yy","se')
    # Neither line is understood here, so the figures lack them.
    assert merge(first, second.folder) == 1
    brought = (first.folder / LOG).read_bytes()
    assert newer + b"\n" in brought and b'"yy"' not in brought
    before = files(first.folder)
    assert merge(first, second.folder) == 1 and files(first.folder) == before


def test_a_step_names_the_steps_that_its_author_had_seen(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    code(first, SEA)
    code(second, MIRRORS)
    second.close()
    ours, theirs = first.state.heads, second.state.heads
    assert len(ours) == len(theirs) == 1 and ours != theirs
    first.close()
    second.close()
    assert merge(first, second.folder) == 0
    assert first.state.heads == tuple(sorted((*ours, *theirs)))
    first.execute(AssignProfile("1", "She keeps."))
    last = first.session.transactions[-1]
    assert last.parents == tuple(sorted((*ours, *theirs))) and first.state.heads == (last.id,)
    first.execute(AssignProfile("2", "She builds."))
    assert first.session.transactions[-1].parents == (last.id,)


def test_a_document_without_its_log_is_imported_once(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    second.open("12")
    second.execute(AssignCode(second.span("You count"), CodeId("TASK1")))
    second.close()
    for path in (second.folder / "sessions/rosa/events").glob("12*"):
        path.unlink()
    assert merge(first, second.folder) == 0
    first.open("12")
    assert words(first) == ["You count"]
    first.close()
    before = files(first.folder)
    assert merge(first, second.folder) == 0 and files(first.folder) == before


@pytest.mark.parametrize("folder", ["nothing", "ads"])
def test_a_folder_without_sessions_is_refused(machines: tuple[Machine, Machine], folder: str) -> None:
    assert merge(machines[0], machines[1].folder / folder) == 2


def test_a_study_is_not_merged_with_itself(machines: tuple[Machine, Machine]) -> None:
    assert merge(machines[0], machines[0].folder) == 2


def test_a_log_that_names_no_ad_is_refused(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    code(second, SEA)
    second.close()
    log = second.folder / LOG
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[1:]))
    assert merge(first, second.folder) == 1
    assert words(first) == [LAMP]


def test_a_hostile_ad_id_reaches_no_file_outside_the_sessions(tmp_path: Path) -> None:
    first, second = Machine(write_study(tmp_path / "a")), Machine(write_study(tmp_path / "b"))
    code(second, LAMP)
    second.close()
    log = second.folder / LOG
    log.write_bytes(log.read_bytes().replace(b'"ad":"11"', b'"ad":"../../../../x\\u001b[2J"'))
    merge(first, second.folder)
    outside = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert all(path.is_relative_to(first.folder) or path.is_relative_to(second.folder) for path in outside)
    assert not list(first.folder.glob("x*")) and not list(first.folder.glob("sessions/x*"))


def test_a_log_at_the_highest_number_is_refused(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    code(second, SEA)
    second.close()
    log = second.folder / LOG
    log.write_bytes(log.read_bytes().replace(b'"seq":2', b'"seq":%d' % 2**53))
    assert merge(first, second.folder) == 1
    code(first, MIRRORS)
    first.open()
    assert words(first) == [LAMP, MIRRORS]

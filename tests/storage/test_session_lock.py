"""The lock of a session: other programs see it, a stale one is replaced, and no file in its place does harm."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.storage import disk, session_lock
from codetui.storage.session_lock import (
    STALE_AFTER,
    UNKNOWN,
    Holder,
    SessionLock,
    dump_holder,
    parse_holder,
    this_program,
)

SRC = Path(__file__).resolve().parent.parent.parent / "src"
HOLD = """\
import sys, time
from pathlib import Path
from codetui.storage.session_lock import SessionLock
lock = SessionLock(Path(sys.argv[1]))
print("claimed" if lock.claim() is None else "refused", flush=True)
time.sleep(600)
"""

posix_only = pytest.mark.skipif(os.name == "nt", reason="processes and links of this kind are POSIX's")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "events").mkdir()
    return tmp_path / "events" / "11.jsonl"


@pytest.fixture
def program(log: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start another program that claims the session; all are ended with the test."""
    begun: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": str(SRC)}
        command = [sys.executable, "-c", HOLD, str(log)]
        begun.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        return begun[-1]

    yield start
    for each in begun:
        each.kill()
        each.wait()


def output_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def put(log: Path, data: bytes, age: float = 0.0) -> Path:
    """Write a lock with these bytes and this age in seconds."""
    file = SessionLock(log).file
    file.write_bytes(data)
    os.utime(file, (time.time() - age,) * 2)
    return file


def elsewhere(**more: object) -> bytes:
    """Return the lock of a program on another machine."""
    return dump_holder(this_program("theirs")._replace(host="desk", user="wil", pid=4711)._replace(**more))  # type: ignore[arg-type]


def test_the_first_program_holds_the_lock_and_the_second_sees_the_holder(log: Path) -> None:
    first, second = SessionLock(log), SessionLock(log)
    assert second.other() is None and first.claim() is None and first.claim() is None
    holder = second.claim()
    assert holder is not None and (holder.pid, holder.host) == (os.getpid(), socket.gethostname())
    assert f", process {os.getpid()})" in str(holder) and str(holder).startswith("since ")
    first.release()
    assert second.other() is None and not first.file.exists()


def test_a_program_notices_that_its_lock_was_taken_over_and_yields(log: Path) -> None:
    first, second = SessionLock(log), SessionLock(log)
    first.claim()
    second.take_over()
    assert not first.is_mine and first.claim() is not None
    first.release()
    assert second.is_mine
    first.take_over()
    assert first.is_mine and second.claim() is not None


@posix_only
def test_the_lock_of_a_killed_program_is_replaced_without_a_question(
    log: Path, program: Callable[[], subprocess.Popen[str]]
) -> None:
    process, lock = program(), SessionLock(log)
    assert output_of(process) == "claimed"
    holder = lock.other()
    assert holder is not None and holder.pid == process.pid
    process.send_signal(signal.SIGKILL)
    until = time.monotonic() + 10
    while lock.other() is not None and time.monotonic() < until:
        time.sleep(0.01)
    assert lock.other() is None, "a process that has ended is gone although nobody has asked for its exit code yet"
    process.wait()
    assert lock.other() is None and lock.claim() is None and lock.is_mine


@posix_only
def test_a_stopped_program_still_holds_its_session(log: Path, program: Callable[[], subprocess.Popen[str]]) -> None:
    process, lock = program(), SessionLock(log)
    assert output_of(process) == "claimed"
    process.send_signal(signal.SIGSTOP)
    os.utime(lock.file, (time.time() - 10 * STALE_AFTER,) * 2)
    assert lock.other() is not None


@posix_only
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not say when a process began")
def test_another_process_with_a_reused_number_holds_nothing(log: Path) -> None:
    put(log, dump_holder(this_program("theirs")._replace(started="1")))
    assert SessionLock(log).other() is None


@posix_only
def test_only_one_of_many_concurrent_programs_gets_a_new_lock(
    log: Path, program: Callable[[], subprocess.Popen[str]]
) -> None:
    processes = [program() for _ in range(8)]
    assert sorted(map(output_of, processes)) == ["claimed"] + ["refused"] * 7


def test_a_lock_of_another_machine_is_valid_while_it_sends_heartbeats(log: Path) -> None:
    put(log, elsewhere(), age=STALE_AFTER - 20)
    holder = SessionLock(log).claim()
    assert holder is not None and str(holder).endswith("(wil on desk, process 4711)")
    put(log, elsewhere(), age=STALE_AFTER + 20)
    assert SessionLock(log).claim() is None


def test_a_machine_with_the_same_host_name_is_a_different_machine(log: Path) -> None:
    put(log, elsewhere(host=socket.gethostname(), machine="another", pid=2**22 + 1))
    assert SessionLock(log).other() is not None


@pytest.mark.parametrize("skew", [-86_400.0, 86_400.0])
def test_the_age_of_a_lock_is_measured_by_the_folders_clock(
    log: Path, monkeypatch: pytest.MonkeyPatch, skew: float
) -> None:
    put(log, elsewhere(), age=10)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + skew)
    assert SessionLock(log).other() is not None
    put(log, elsewhere())
    os.utime(SessionLock(log).file, (real() - STALE_AFTER - 20,) * 2)
    assert SessionLock(log).other() is None


def test_a_lock_from_the_future_is_stale_after_no_heartbeat_was_seen(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(log, elsewhere(), age=-10_000_000)
    lock, begun = SessionLock(log), time.monotonic()
    assert lock.other() is not None
    monkeypatch.setattr(time, "monotonic", lambda: begun + STALE_AFTER - 1)
    assert lock.other() is not None
    monkeypatch.setattr(time, "monotonic", lambda: begun + 2 * STALE_AFTER)
    assert lock.other() is None


def test_an_unreadable_lock_from_the_future_becomes_stale(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(log, b"garbage", age=-10_000_000)
    lock, begun = SessionLock(log), time.monotonic()
    assert lock.other() == UNKNOWN
    monkeypatch.setattr(time, "monotonic", lambda: begun + 60)
    assert lock.claim() is None and lock.is_mine


def test_the_holder_of_a_session_sends_heartbeats(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_lock, "HEARTBEAT", 0.01)
    monkeypatch.setattr(session_lock, "_heart", None)
    lock = SessionLock(log)
    lock.claim()
    os.utime(lock.file, (0, 0))
    until = time.monotonic() + 10
    while lock.file.stat().st_mtime < 1 and time.monotonic() < until:
        time.sleep(0.01)
    assert time.time() - lock.file.stat().st_mtime < 10
    lock.release()


# --- what else may stand there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 100, b"4711 desk abc", b"[1]", b"[" * 100_000, b"{}", b'{"pid":"1"}', b"x" * 10_000_000],
    ids=["empty", "zeros", "words", "list", "deep", "object", "text", "10 MB"],
)
def test_an_unreadable_lock_is_held_for_a_moment_and_then_stale(log: Path, data: bytes) -> None:
    put(log, data)
    assert SessionLock(log).other() == UNKNOWN
    put(log, data, age=60)
    lock = SessionLock(log)
    assert lock.claim() is None and lock.is_mine


@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(repr).map(str.encode)
)
def test_a_lock_may_contain_any_bytes(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "1.jsonl"
        put(log, data, age=60)
        lock = SessionLock(log)
        assert lock.claim() is None and lock.is_mine
        lock.release()


@pytest.mark.parametrize("pid", [0, -1, True, 2**31, 2**80, "7", None, 1.5])
def test_an_invalid_process_number_is_not_looked_up(pid: object) -> None:
    value = {**this_program("theirs")._asdict(), "pid": pid}
    assert parse_holder(json.dumps(value).encode()) is None


def test_control_characters_in_a_lock_are_replaced() -> None:
    names = {"user": "\x1b[2Jwil\u202e", "host": "d" * 1000, "since": "2026\x07", "token": "t", "pid": 7}
    holder = parse_holder(json.dumps(names).encode())
    assert isinstance(holder, Holder) and str(holder).isprintable() and len(str(holder)) < 200


@posix_only
def test_a_symbolic_link_is_replaced_and_never_followed(log: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", "utf-8")
    lock = SessionLock(log)
    for target in (precious, tmp_path / "nowhere", lock.file):
        lock.file.unlink(missing_ok=True)
        lock.file.symlink_to(target)
        assert SessionLock(log).other() is None
        assert lock.claim() is None and lock.is_mine and not lock.file.is_symlink()
        lock.release()
    assert precious.read_text("utf-8") == "mine" and not (tmp_path / "nowhere").exists()


@posix_only
def test_a_pipe_in_its_place_is_not_waited_for(log: Path) -> None:
    lock = SessionLock(log)
    os.mkfifo(lock.file)
    assert lock.other() is None and lock.claim() is None and lock.is_mine


def test_a_folder_in_place_of_the_lock_is_reported_and_kept(log: Path) -> None:
    lock = SessionLock(log)
    lock.file.mkdir()
    (lock.file / "x").write_text("mine", "utf-8")
    with pytest.raises(OSError):
        lock.claim()
    assert (lock.file / "x").read_text("utf-8") == "mine"
    assert [path.name for path in log.parent.iterdir()] == [lock.file.name]


@pytest.mark.parametrize("operation", ["create", "write", "rename"])
def test_a_failed_lock_leaves_no_file_behind(log: Path, monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    put(log, elsewhere(), age=STALE_AFTER + 20)
    lock = SessionLock(log)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, operation, refuse)
    with pytest.raises(OSError, match="No space"):
        lock.take_over()
    monkeypatch.undo()
    assert [path.name for path in log.parent.iterdir()] == [lock.file.name]
    assert lock.claim() is None

"""After a power loss everything confirmed is there; and the attack detects each missing precaution."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.storage import fs
from codetui.study.session import document
from testing.attacks.power_loss import run


@pytest.mark.parametrize(
    ("every_byte", "every_death", "least"), [(199, 120, 50), pytest.param(31, 12, 500, marks=pytest.mark.slow)]
)
def test_after_a_power_loss_at_any_operation_everything_confirmed_is_on_disk(
    every_byte: int, every_death: int, least: int
) -> None:
    tally = run(every_byte=every_byte, every_death=every_death)
    assert tally.faults == []
    assert tally.operations > least and tally.disks > least and tally.torn > least // 5


@pytest.mark.parametrize("forgotten", ["sync", "sync_folder"])
def test_a_missing_sync_is_detected(forgotten: str) -> None:
    assert run(every_byte=1000, every_death=1000, forgets=frozenset([forgotten]), stops=True).difference.lost


def test_a_name_synced_only_by_the_program_that_created_it_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    enter = fs._fsync_parents
    monkeypatch.setattr(
        fs, "_fsync_parents", lambda *status, is_new=False: enter(*status, is_new=True) if is_new else None
    )
    assert run(every_byte=1000, every_death=2, stops=True).difference.lost


def test_a_snapshot_that_may_be_lost_before_its_document_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "fs", Lazily())
    assert run(every_byte=1000, every_death=1000, stops=True).difference.doubled


class Lazily:
    """The file functions without waiting for the disk when snapshots are written."""

    def __getattr__(self, name: str) -> object:
        return getattr(fs, name)

    def replace(self, path: Path, data: bytes, *, durable: bool = True, seen: fs.Version | None = None) -> fs.Version:
        """Replace a file's bytes, without waiting if the file is a snapshot."""
        return fs.replace(path, data, durable=durable and path.suffix != ".written", seen=seen)

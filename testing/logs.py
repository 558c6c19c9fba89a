"""Logs of sessions, compared without what differs each time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def steps(log: Path) -> list[object]:
    """Return the steps of a log without times, and with a number in place of each id."""
    ids: dict[str, int] = {}

    def plain(value: object, key: str = "") -> object:
        if isinstance(value, Mapping):
            return {name: plain(one, name) for name, one in value.items() if name != "time"}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [plain(one, key) for one in value]
        is_id = key in ("id", "parents", "target", "coding", "memo") and isinstance(value, str)
        return ids.setdefault(str(value), len(ids)) if is_id else value

    return [plain(json.loads(line)) for line in log.read_text("utf-8").splitlines()]

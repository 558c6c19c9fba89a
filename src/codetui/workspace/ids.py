"""Fresh ids and the time: what the pure core is handed."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime


def fresh_id() -> str:
    """A unique id that sorts by time: 11 hexadecimal digits of milliseconds, 12 of chance."""
    return f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(6)}"


def now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

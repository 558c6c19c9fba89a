"""Fresh ids and the time: what the pure core is handed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count


def fresh_id() -> str:
    """A unique id that sorts by time: 11 hexadecimal digits of milliseconds, 12 of chance."""
    return f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(6)}"


def minted(*said: str) -> Callable[[], str]:
    """Ids that follow from what is said, and sort as they are given: on two machines the same."""
    prefix = sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:17]
    numbers = count()
    return lambda: f"{prefix}{next(numbers):06x}"


def now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

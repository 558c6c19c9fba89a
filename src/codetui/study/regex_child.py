"""Search for regular expressions in a process of its own, which ends itself when a search takes too long.

Run as a script, it imports nothing of codetui.  A request on its input is the lengths of pattern and text (two numbers
of 4 bytes) and both in UTF-8; the answer is the number of places and their starts and ends, 4 bytes each.
"""

from __future__ import annotations

import faulthandler
import os
import re
import struct
from array import array

SECONDS = 2.0
"""The longest search in one source."""

HEAD = struct.Struct("<II")
COUNT = struct.Struct("<I")
CODES = "surrogatepass"


def main() -> None:
    """Answer requests until the input ends."""
    # Pathlib would load slowly.
    with open(0, "rb") as requests, open(1, "wb") as answers, open(os.devnull, "w") as nowhere:  # noqa: PTH123
        while head := requests.read(HEAD.size):
            pattern, text = (requests.read(length).decode("utf-8", CODES) for length in HEAD.unpack(head))
            # Python cannot be interrupted within a search; this ends the process from another thread.
            faulthandler.dump_traceback_later(SECONDS, exit=True, file=nowhere)
            found = re.compile(pattern, re.IGNORECASE | re.MULTILINE).finditer(text)
            places = array("I", (at for match in found if match.start() < match.end() for at in match.span()))
            faulthandler.cancel_dump_traceback_later()
            answers.write(COUNT.pack(len(places) // 2) + places.tobytes())
            answers.flush()


if __name__ == "__main__":
    main()

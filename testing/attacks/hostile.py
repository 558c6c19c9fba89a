"""A hostile study: every field and name holds control sequences, invisible characters, or markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

CONTROLS = {
    "colour": "\x1b[31337m",
    "title": "\x1b]0;owned\x07",
    "clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "link": "\x1b]8;;http://owned.invalid\x1b\\",
    "device": "\x1bPowned\x1b\\",
    "reset": "\x1bc",
    "C1 colour": "\x9b31337m",
    "C1 title": "\x9d0;owned\x9c",
    "C1 device": "\x90owned\x9c",
    "bell and back": "\x07\x08\x0e\x0f\x7f\x00",
    "overrides": "\u202e\u202a\u202c",
    "isolates": "\u2066\u2067\u2069",
    "marks": "\u200e\u200f\u061c",
    "invisible": "\u200b\u2060\ufeff\u2028\u2029",
}
MARKUP = "[@click=app.quit]q[/] [/nope] [link=http://owned.invalid]l[/link] [red"
EVIL = "x".join(CONTROLS.values()) + MARKUP
SEEN = "[@click=app.quit]"
"""The part that must be visible on the screen: markup shown as text."""

OWN_SEQUENCE = re.compile(
    rb"\x1b\[[<=>?]?[0-9;:]*[ $'\"]?[@-~]"  # colours, cursor, modes
    rb"|\x1b[=>78]|\x1b[()][0AB]"  # keypad, saved cursor, character sets
    rb"|\x1b\]22;[a-z-]*\x07"  # the mouse pointer's shape
)
"""The sequences that Textual itself sends to a terminal."""

OBEYED = re.compile(
    "[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e001f]"
)


def obeyed(output: bytes) -> list[str]:
    """Return the control sequences and hidden characters in a program's output beyond Textual's own, with context."""
    found = [
        sign for name, text in CONTROLS.items() for sign in [text.encode()[:7]] if sign in output and len(text) > 6
    ]
    text = OWN_SEQUENCE.sub(b"", output).decode("utf-8")
    return [repr(each) for each in found] + [
        repr(text[max(0, one.start() - 30) : one.end()]) for one in OBEYED.finditer(text)
    ]


def toml(text: str) -> str:
    """Return a text as a TOML string on one line."""
    escaped = (f"\\u{ord(c):04x}" if not c.isprintable() or c in '"\\' else c for c in text)
    return f'"{"".join(escaped)}"'


CODEBOOK = """\
title = {evil}
version = {evil}
label = "{{id}}: {{name}}"
status = {evil}

[[profile]]
id = "1"
name = {evil}
subtitle = {evil}
definition = {evil}
responsibilities = [{evil}]

[[section]]
id = "tasks"
title = {evil}

[[group]]
id = "g"
section = "tasks"
title = {evil}

[[section]]
id = {evil}
title = "Tools"

[[code]]
id = "TASK1"
name = {evil}
group = "g"
definition = {evil}
example = [{evil}]
examples = [{evil}]

[[code]]
id = {evil}
name = "Other"
section = "tasks"
definition = "Other things."
confused_with = ["TASK1"]

[[reference]]
title = {evil}
path = "role.md"

[[reference]]
title = "Missing"
path = {evil}

[{evil}]
{evil} = 1
"""
AD = f"Keeper {EVIL}\n\nYou climb {EVIL}.\nYou watch.\n{EVIL}\n"


def line(number: int, *events: Mapping[str, object]) -> str:
    """Return one line of a hostile log."""
    value = {
        "v": 2, "id": f"t{number}{EVIL}", "seq": number, "time": EVIL, "coder": EVIL, "codebook": f"{EVIL}#abc",
        "cause": "hand", "from_name": EVIL, "events": events,
    }  # fmt: skip
    return json.dumps(value) + "\n"


def log(ad: str) -> str:
    """Return a log of hostile codings and some unreadable lines."""
    coding = {"kind": "coding-added", "words": EVIL, "note": EVIL, "anchor": None}
    place = {"text_hash": EVIL, "start": 3, "end": 9, "words": EVIL, "before": EVIL, "after": EVIL}
    return "".join(
        [
            line(1, {"kind": "session-opened", "source": ad, "employer": EVIL, "title": EVIL, "text_hash": EVIL}),
            line(2, {**coding, "coding": EVIL, "code": EVIL, "rank": 1}),
            line(3, {**coding, "coding": "c2", "code": "TASK1", "rank": 2, "anchor": place}),
            line(4, {**coding, "coding": "c3", "code": "TASK1", "rank": 3, "words": "You climb", "is_proposed": True}),
            line(5, {"kind": "profile-assigned", "profile": EVIL, "reasoning": EVIL}),
            line(6, {"kind": "memo-written", "memo": EVIL, "target": {"kind": "code", "id": EVIL}, "text": EVIL}),
            line(7, {"kind": "source-described", "employer": EVIL, "title": EVIL}),
            line(8, {"kind": EVIL}),
            f"{EVIL}\n",
        ]
    )


def write_hostile_study(folder: Path) -> Path:
    """Create a study whose codebook, ads, references, log and place file are hostile; ads 7 and 8 have logs."""
    (folder / "ads").mkdir(parents=True)
    (folder / "codebook.toml").write_text(CODEBOOK.format(evil=toml(EVIL)), "utf-8")
    (folder / "role.md").write_text(f"# Role {EVIL}\n\n[a link](http://owned.invalid) {EVIL}\n\n<{EVIL}>\n", "utf-8")
    name = EVIL.replace("/", "").replace("\x00", "").encode()[:120].decode("utf-8", "ignore")
    (folder / "ads" / f"7_{name}.txt").write_bytes(AD.encode())
    (folder / "ads" / "8_shore.txt").write_bytes(AD.encode() + b"\xff\x9b31337m")
    (folder / "ads" / f"{name}.bin").touch()
    row = {"id": EVIL, "employer": EVIL, "title": EVIL, "text": EVIL}
    (folder / "ads" / "9.jsonl").write_text(json.dumps(row) + f"\n{EVIL}\n", "utf-8")
    (folder / "ads" / "9.csv").write_text(f'id,{EVIL},text\n12,a,b,c,d\n"{EVIL}\n', "utf-8")
    events = folder / "sessions" / "wil" / "events"
    events.mkdir(parents=True)
    for ad in ("7", "8"):
        (events / f"{ad}.jsonl").write_text(log(ad), "utf-8")
    document = (
        f'# Manual Coding Analysis: Job Ad #8 ({EVIL})\n\n{EVIL}\n\n## {EVIL}\n\n- **{EVIL}:**\n  - "{EVIL}" ({EVIL})\n'
    )
    (folder / "coded.md").write_text(document, "utf-8")
    (folder / f"{name}.md").write_text(f"## {EVIL}\n", "utf-8")
    return folder

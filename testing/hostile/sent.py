"""Input that terminals send besides keys, and the permitted results of any bytes."""

from __future__ import annotations

import random
import sys
import unicodedata
from codecs import getincrementaldecoder
from functools import cache

from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual.keys import KEY_NAME_REPLACEMENTS, Keys
from textual.message import Message

from codetui.tui.input import CORRECTIONS, MODIFIERS, InputFilter

REPORTS: tuple[bytes, ...] = (
    b"\x1b]11;rgb:1111/2222/3333\x1b\\", b"\x1b]10;rgb:ffff/ffff/ffff\x07", b"\x1b]4;1;rgb:cd/00/00\x1b\\",
    b"\x1b]52;c;aGVsbG8=\x1b\\", b"\x1b]lThe title 1 1\x1b\\", b"\x1b]99;i=1:p=alive;a\x1b\\",
    b"\x1b[?62;22c", b"\x1b[>41;354;0c", b"\x1b[?1;2c", b"\x1bP!|00000000\x1b\\", b"\x1b[0n", b"\x1b[?13n",
    b"\x1b[24;80R", b"\x1b[?24;80;1R", b"\x1b[?2026;2$y", b"\x1b[?2048;1$y", b"\x1b[4;2$y", b"\x1bP>|tmux 3.4\x1b\\",
    b"\x1bP1$r0m\x1b\\", b"\x1bP1+r524742=38\x1b\\", b"\x1bP0+r\x1b\\", b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b_Gi=1;ENOENT:no such file\x1b\\", b"\x1b[?25u", b"\x1b[?997;1n", b"\x1b[8;24;80t", b"\x1b[4;600;800t",
    b"\x1b[48;24;80;600;800t", b"\x1b[48;0;0;0;0t", b"\x1b[65;30;97;1;0;1_", b"\x1b[65;30;97;0;0;1_",
    b"\x1b[16;42;0;1;16;1_", b"\x1b[13;28;13;1;0;1_", b"\x1b[<0;99999;3M", b"\x1b[<0;-3;2M", b"\x1b[<999;1;1M",
    b"\x1b[<0;0;0M", b"\x1b[<;;M", b"\x1b[<64;3;3m", b"\x1b[32;5;5M", b"\x1b[M !!", b"\x1b[M\xe9\xff\xff", b"\x1b[I",
    b"\x1b[O", b"\x1b[201~", b"\x1b[57441;2u", b"\x1b[57442;5u", b"\x1b[57358u", b"\x1b[97;1:3u", b"\x1b[57441;1:3u",
    b"\x1b[13;1:3u", b"\x1b[1;1:3A", b"\x1b[3;1:3~", b"\x1b[57440u", b"\x1b[99999999;1u", b"\x1b[1114112u",
)  # fmt: skip
"""Answers, reports and events that mean nothing."""

KEYS: dict[bytes, str] = {
    b"\x1b[A": "up", b"\x1bOB": "down", b"\x1b[1;2C": "shift+right", b"\x1b[1;5D": "ctrl+left", b"\x1b[1;6H":
    "ctrl+shift+home", b"\x1b[H": "home", b"\x1bOF": "end", b"\x1b[1~": "home", b"\x1b[4~": "end", b"\x1b[7~": "home",
    b"\x1b[8~": "end", b"\x1b[5~": "pageup", b"\x1b[6;5~": "ctrl+pagedown", b"\x1b[3~": "delete", b"\x1b[3;2~":
    "shift+delete", b"\x1b[Z": "shift+tab", b"\x1bOP": "f1", b"\x1b[[A": "f1", b"\x1b[11~": "f1", b"\x1b[P": "f1",
    b"\x1b[13~": "f3", b"\x1b[13;2~": "shift+f3", b"\x1b[1;2R": "shift+f3", b"\x1b[24~": "f12", b"\x1b[1;2P":
    "shift+f1", b"\x1b[7^": "ctrl+home", b"\x1b[8^": "ctrl+end", b"\x1b[7$": "shift+home", b"\x1bOc": "ctrl+right",
    b"\x1b[97;5u": "ctrl+a", b"\x1b[97;3u": "alt+a", b"\x1b[97;3;97u": "alt+a", b"\x1b[9;2u": "shift+tab",
    b"\x1b[13u": "enter", b"\x1b[13;5u": "ctrl+enter", b"\x1b[27u": "escape", b"\x1b[27;5;13~": "ctrl+enter",
    b"\x1b[115u": "s", b"\x1b[115;1:2u": "s", b"\x1b[115;;115u": "s", b"\x1b[115:83;2;83u": "S", b"\x1b[115;2u": "S",
    b"\x1b[115;65;115u": "s", b"\x1b[57400;;49u": "1", b"\x1b[101;3;8364u": "euro_sign", b"\x1b[32;2;32u": "space",
    b"\r": "enter", b"\t": "tab", b"\x7f": "backspace", b"\x13": "ctrl+s", b"\x1a": "ctrl+z", b"\x11": "ctrl+q",
    b"s": "s", b"1": "1", b".": "full_stop", "é".encode(): "é", "工".encode(): "工", "🦊".encode(): "fox_face",
}  # fmt: skip
"""Keys of xterm, kitty, tmux, rxvt, Windows Terminal and the linux console."""

SENT: tuple[bytes, ...] = (
    *REPORTS, *KEYS, b"\x1b", b"\x1bs", b"\x1b[200~pasted\rtext\x1b[31m\x1b[201~", b"\x1b[200~without an end",
    b"\x1b]11;rgb:1111/22", b"\x1b[12;", b"\xe9 de", b"\xc3", b"\xf0\x9f", b"\xc0\xaf", b"\xed\xa0\x80", b"\x9b?62;22c",
    b"\xc2\x9b31m", b"\x9d11;rgb:1/2/3\x9c", b"\x00", b"text that is typed", b"".join(REPORTS),
)  # fmt: skip

NAMES = frozenset((*FUNCTIONAL_KEYS.values(), *CORRECTIONS.values(), *KEY_NAME_REPLACEMENTS.values(), *Keys)) | {
    key.value for keys in ANSI_SEQUENCES_KEYS.values() if isinstance(keys, tuple) for key in keys
}
"""All names of keys that the tables have."""

QUIET = 3.0
"""Seconds after which nothing that was sent is waited for any more."""


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Line:
    """The line from a terminal to the program: `send` bytes or `wait`, and read the resulting messages."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._filter = InputFilter(clock=self._clock)
        self._decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        self.messages: list[Message] = []

    def send(self, data: bytes) -> None:
        """Send bytes that the program reads at once."""
        if text := self._decode(data):
            self.messages += self._filter.feed(text)

    def wait(self, seconds: float) -> None:
        """Let time pass; the program checks its input now and then."""
        for _ in range(4):
            self._clock.now += seconds / 4
            self.messages += self._filter.tick()

    @property
    def keys(self) -> list[str]:
        """The names of all keys so far."""
        return [message.key for message in self.messages if isinstance(message, events.Key)]

    @property
    def text(self) -> str:
        """The text that a text field would contain."""
        typed = []
        for message in self.messages:
            if isinstance(message, events.Paste):
                typed.append(message.text)
            elif isinstance(message, events.Key) and message.is_printable:
                typed.append(message.character or "")
        return "".join(typed)


def is_expected(message: Message) -> bool:
    """Return whether a message is permitted: a known key, a character, text, the mouse, or a fact about painting."""
    if isinstance(message, events.Key):
        *modifiers, name = message.key.split("+")
        character = message.character
        is_character = (
            character is not None and len(character) == 1 and (character.isprintable() or character <= "\x7f")
        )
        is_named = message.key in NAMES or name in NAMES or len(name) == 1 or name in _names_of_characters()
        return set(modifiers) <= set(MODIFIERS) and (is_character or (character is None and is_named))
    if isinstance(message, events.Paste):
        return not any("\ud800" <= sign <= "\udfff" for sign in message.text) and "\0" not in message.text
    return isinstance(message, events.MouseEvent | messages.TerminalSupportsSynchronizedOutput)


@cache
def _names_of_characters() -> frozenset[str]:
    names = (unicodedata.name(chr(code), "") for code in range(sys.maxunicode + 1))
    return frozenset(name.lower().replace("-", "_").replace(" ", "_") for name in names)


def take_input(data: bytes) -> None:
    """Send bytes in chunks with pauses; all messages are permitted, and a key pressed afterwards is that key."""
    chance = random.Random(data)
    line = Line()
    size = chance.choice((1, 2, 7, 40, 4096))
    at = 0
    while at < len(data):
        piece = chance.randint(1, size)
        line.send(data[at : at + piece])
        at += piece
        if not chance.randrange(4):
            line.wait(chance.choice((0.01, 0.15, 0.5, 1.5, 2.5)))
    line.wait(QUIET)
    assert all(map(is_expected, line.messages)), [one for one in line.messages if not is_expected(one)]
    line.messages.clear()
    line.send(b"q")
    assert line.keys == ["q"], line.messages

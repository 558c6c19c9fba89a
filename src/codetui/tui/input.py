"""Filter of terminal input: only keys, text and the mouse get through.

Answers and reports of the terminal, broken control sequences and bytes that are no UTF-8 are nothing, in whatever
pieces they arrive.  A sequence that a pause interrupts stays open for a while.  What a person may have typed into it
comes out as a paste, which is text for a text field and nothing elsewhere.

An Esc alone is the key after a tenth of a second; what comes behind it in one read, or just as fast, is still the rest
of a sequence.  Only the Esc itself cannot be told from the key then, unless the terminal speaks the kitty protocol,
which has a sequence for that key.
"""

from __future__ import annotations

import os
import re
import select
import sys
from collections.abc import Callable
from time import monotonic

from textual import constants, events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

ESC, PASTE, PASTE_END = "\x1b", "\x1b[200~", "\x1b[201~"

PAUSE = constants.ESCAPE_DELAY
"""Seconds after which an Esc is the key, and no longer the beginning of a sequence."""

HOLD = 2.0
"""Seconds for which a longer sequence waits for its rest, and an Esc where the key has a sequence."""

PASTE_HOLD = 1.0
"""Seconds without input after which a paste is inserted although its end mark is missing."""

POLL = 0.1
"""Seconds between two checks whether the program still wants input."""

LONGEST = 65_536
"""Characters of a control string that are kept while its end is awaited."""

_END = r"(?:\x07|\x1b\\|[\x9c\udc9c])"
_PAYLOAD = r"[^\x00-\x1f\x9c\udc9c]"
_BEGUN = r"(?:P(?![^\d;>!$+=?])|\](?![^\dlL])|[X^_])"
_MOUSE_PARTS = r"(?:(?![Mm])[!-~]){0,32}"
"""Between the beginning and the end of a mouse report, also of a broken one."""

SEQUENCE = re.compile(
    rf"\x1b(?:\[\[[A-E]|\[\d\d?\$|\[<{_MOUSE_PARTS}[Mm]|\[(?![M<])[ -?]*[@-Z\\-~]|O\d?[A-Za-z]"
    rf"|[PX\]^_](?:{_PAYLOAD}*{_END}|[^\x07\x1b\x9c\udc9c]*{_END}))"
)
"""A whole sequence: F1 of the linux console, Shift of rxvt, CSI, SS3, or a string, also one with control characters."""

UNFINISHED = re.compile(rf"\x1b(?:\[\[?|\[[ -?]*|O\d?|{_BEGUN}{_PAYLOAD}*\x1b?)?\Z")
BROKEN = re.compile(rf"\x1b(?:\[<{_MOUSE_PARTS}|\[[ -?]*|O\d|{_BEGUN}{_PAYLOAD}*)[\x18\x1a]?")

_ANSWER = (
    r"\[(?:\?[\d;]*(?:\$y|[cnRuS])|>[\d;]*[cum]|=[\d;]*c|<[\d;-]*[Mm]|[03]n|\d+;\d+(?:R|\$y)|\d+(?:;\d+){2,}[txM]"
    r"|(?:\d*;){5}\d*_)"
)
_KEY = r"O\d?[A-Z]\Z|\[\[?[A-Z]\Z|\[\d[\d:;]*[~u]|\[\d*;[\d:;]*[A-S]|\[\d\d?[$^@]"
REPORT = re.compile(rf"\x1b(?:{_ANSWER}|{_KEY}|O[a-z]|\[\d+[A-S]|\[1;\d[p-y])")
"""The forms that terminals send, known to Textual or not."""

UNMISTAKABLE = re.compile(
    rf"\x1b(?:{_ANSWER}|{_KEY}|[PX\]^_]{_PAYLOAD}{{2,}}{_END}|\](?:\d{{1,4}};)+rgba?:[\da-fA-F/]*\Z)"
)
"""A sequence that nobody has typed, however late it comes behind its first characters."""

LATE = re.compile(r"\x1b(?:O[a-z]\Z|\[(?:(?:[<=>?][\d:;]+|\d+[:;][\d:;]*)[!-/]*[@-~]|M.{3}\Z))")
"""A sequence that nobody has typed if no more than its first two characters came long before the rest."""

SLOW_STRING = re.compile(r"\x1b(?:\][\dlL]|P[\d>!$+=]|_G)")
"""The beginning of an answer that nobody types in this way: Alt and a sign, then one of few characters."""

EIGHT_BIT_SEQUENCE = re.compile(r"\x1b\[[\d:;<=>?]+[!-/]*[@-~]")
"""A sequence of any form: behind an Esc or eight bits, in one piece, nobody has typed it either."""

EXTENDED_KEY = re.compile(
    r"\x1b\[(?:(\d{1,7})(?::(\d{0,7}))?(?::\d{0,7})?)?(?:;(\d{0,3})(?::(\d?))?)?(?:;([\d:]{0,200}))?([u~A-FHPQS])"
)
"""A key of the kitty protocol: code and shifted code; modifiers and type of event; text; what the code is of."""

KITTY_ANSWER = re.compile(r"\x1b\[\?(\d{1,7})u")
KITTY_QUERY = "\x1b[?u"
MOUSE = re.compile(r"\x1b\[<(\d{1,3});([1-9]\d{0,3});([1-9]\d{0,3})([Mm])")
SYNCHRONIZED = re.compile(r"\x1b\[\?2026;[123]\$y")
ALT_KEYS = re.compile(r"(?:\x1b[^\x00-\x08\n-\x0c\x0e-\x1f]|\x1b\x1b[\[O][0-?]*[@-~])+")
"""All that one read holds where Alt was held: around an Esc and a key that were typed ahead there are others."""

TEXT = re.compile(r"[^\x1b\x7f-\x9f\ud800-\udfff]+|\x7f")
EIGHT_BITS = {chr(base + code): chr(code - 0x40) for base in (0, 0xDC00) for code in b"\x8f\x90\x98\x9b\x9d\x9e\x9f"}
"""The introducers of sequences as one character, and the letter for the same behind an Esc."""

NO_TEXT = re.compile("[\x00\ud800-\udfff]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
RELEASED = "3"
MODIFIERS = ("shift", "alt", "ctrl", "super", "hyper", "meta")
SHIFT, ALT, COMMANDS = 1, 2, 0b111100
CHARACTERS = {"enter": "\r", "tab": "\t", "backspace": "\x7f"}
NO_KEY = re.compile(r"(?:left|right)_(?:shift|control|alt|super|hyper|meta)|iso_.*|.*_lock|media_.*|.*_volume")
"""Textual's names of modifiers, and of the keys of a media player."""

CORRECTIONS = {
    "\x1b[1;2R": "shift+f3",
    "\x1b[1;5R": "ctrl+f3",
    "\x1bOb": "ctrl+down",
    "\x1b[7^": "ctrl+home",
    "\x1b[8^": "ctrl+end",
    "\x1b[7@": "ctrl+shift+home",
    "\x1b[8@": "ctrl+shift+end",
    "\x1b\r": "alt+enter",
}
"""Keys of xterm and rxvt that Textual lacks, or takes for another key or for the place of the cursor."""

Read = tuple[list[Message], str]
"""Messages, and the input that is left behind them."""


class InputFilter:
    """Turns what a terminal sends into messages; `clock` returns seconds."""

    def __init__(self, debug: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._textual = XTermParser(debug)
        self._fed = 0.0
        self._open = ""
        self._own = 0
        """The index in the open sequence from which its input was read later and may be typed text."""
        self._passed = 0
        """The characters of the open sequence that were passed on or given up, after a pause."""
        self._is_alt = False
        self._has_escape = False
        """True if the terminal has a sequence for Esc, so that an Esc alone is the beginning of another one."""
        self._paste: list[str] | None = None
        self._is_stale = False

    @property
    def patience(self) -> float:
        """Seconds without input after which `tick` has something to do."""
        if self._paste is not None:
            return PASTE_HOLD
        if self._has_escape or len(self._open) > 2 or (self._open == "\x1b[" and not self._passed):
            return HOLD
        return PAUSE

    def tick(self) -> list[Message]:
        """Return the messages for an open sequence after a pause; must be called regularly."""
        if self._clock() - self._fed < self.patience:
            return []
        if self._paste is not None:
            self._is_stale = True
            text = "".join(self._paste)
            begun = next(size for size in range(len(PASTE_END) - 1, -1, -1) if text.endswith(PASTE_END[:size]))
            self._paste = [text[: len(text) - begun]]
            messages = self._inserted()
            self._paste = [PASTE_END[:begun]]
            return messages
        passed, self._passed = self._passed, len(self._open)
        if passed == len(self._open):
            return []
        if len(self._open) > 2:
            return _pasted(self._open[self._own :]) if self._own else []
        if self._is_alt:
            return []
        # An Esc after all: another terminal may be attached by now.
        self._has_escape = False
        escape: list[Message] = [] if passed else [events.Key("escape", ESC)]
        return [*escape, *self._typed(self._open[1:])]

    def feed(self, text: str) -> list[Message]:
        """Return the messages for a chunk of input; surrogates in it are bytes that were not UTF-8."""
        messages = self.tick()
        pause, self._fed = self._clock() - self._fed, self._clock()
        if self._passed and not self._is_continued(text, pause):
            messages += self._typed(self._open[self._passed :])
            self._open, self._own = "", 0
        if self._passed == len(self._open) or not self._own:
            self._own = len(self._open)
        self._passed = min(self._passed, len(self._open), 1)
        self._is_alt = not self._own and ALT_KEYS.fullmatch(text) is not None
        data, self._open = self._open + text, ""
        if self._paste is not None and self._is_typed(text, pause):
            messages += self._inserted()
            self._paste = None
        while data:
            before = len(data)
            found, data = self._next(data) if self._paste is None else self._pasting(data)
            messages += found
            if len(data) < before and not self._open:
                self._own = self._passed = 0
        return messages

    def _is_continued(self, text: str, pause: float) -> bool:
        """Return whether input belongs to the open sequence, part of which was already passed on.

        It does if nobody can have typed it, or if it was read right after the character that follows the Esc.
        """
        whole = self._open + text
        if len(self._open) > 2 and self._passed < len(self._open):
            return True
        if self._open == "\x1bO" and pause > HOLD:
            return False
        if self._is_alt and pause < HOLD and SLOW_STRING.match(whole):
            return True
        rest = UNMISTAKABLE.match(whole) or (LATE.match(whole) if len(self._open) <= 2 else None)
        if rest is not None and rest.end() > len(self._open):
            return self._is_alt or self._passed != 2 or len(text) > 1
        return self._passed == 1 and UNFINISHED.match(whole) is not None

    def _next(self, data: str) -> Read:
        """Read the next part: text, a sequence, or a part of one, which stays open."""
        if text := TEXT.match(data):
            return self._typed(text[0]), data[text.end() :]
        if data[0] != ESC:
            sequence = ESC + EIGHT_BITS.get(data[0], "") + data[1:]
            if data[0] in EIGHT_BITS and (UNMISTAKABLE.match(sequence) or EIGHT_BIT_SEQUENCE.match(sequence)):
                return [], sequence
            self._is_alt = data in EIGHT_BITS
            self._open = sequence if self._is_alt else ""
            return [], data[1:]
        if data.startswith("\x1b[M"):
            return self._old_mouse(data)
        if whole := SEQUENCE.match(data):
            return self._sequence(whole[0]), data[whole.end() :]
        if UNFINISHED.match(data):
            self._open = data if len(data) < LONGEST else data[:3] + data[-1]
            return [], ""
        if broken := BROKEN.match(data):
            return _pasted(broken[0][self._own :]) if self._own else [], data[broken.end() :]
        if self._is_alt and (held := SEQUENCE.match(data, 1)):
            return _with_alt(self._keys(held[0])), data[held.end() :]
        if self._is_alt:
            return self._keys(data[:2]) or _with_alt(self._typed(data[1])), data[2:]
        return [] if self._has_escape else [events.Key("escape", ESC)], data[1:]

    # --- sequences ------------------------------------------------------------------------------------

    def _sequence(self, sequence: str) -> list[Message]:
        """Return the messages of a complete sequence, or the part of it that may be typed text."""
        if sequence == PASTE:
            self._paste, self._is_stale = [""], False
            return []
        if sequence[1] in "PX]^_":
            return []
        if self._own and not REPORT.fullmatch(sequence):
            return _pasted(sequence[self._own :])
        if answer := KITTY_ANSWER.fullmatch(sequence):
            self._has_escape = bool(int(answer[1]) & 1)
        mouse = MOUSE.fullmatch(sequence)
        is_known = mouse and int(mouse[1]) < 128 and (mouse[4] == "M" or not int(mouse[1]) & 64)
        if is_known or SYNCHRONIZED.fullmatch(sequence):
            return [*self._textual.feed(sequence)]
        return self._keys(sequence)

    def _old_mouse(self, data: str) -> Read:
        """Skip a mouse report of three bytes, which may not be characters."""
        size = 0
        for place, character in enumerate(data[3:], 3):
            if character < " ":
                return [], data[place:]
            size += len(character.encode("utf-8", "replace"))
            if size >= 3:
                return [], data[place + 1 :]
        self._open = data
        return [], ""

    def _keys(self, sequence: str) -> list[Message]:
        """Return the key of a sequence; none if no table has it."""
        if sequence in CORRECTIONS:
            return [events.Key(CORRECTIONS[sequence], None)]
        if extended := EXTENDED_KEY.fullmatch(sequence):
            return self._extended_key(*extended.groups(default=""))
        keys = ANSI_SEQUENCES_KEYS.get(sequence)
        if isinstance(keys, str):
            return self._typed(keys) if sequence[1] == "O" else []
        return [events.Key(keys[0].value, None)] if isinstance(keys, tuple) and len(keys) == 1 else []

    def _extended_key(
        self, code: str, shifted: str, modifiers: str, event: str, text: str, final: str
    ) -> list[Message]:
        if final == "~" and code == "27":
            # So xterm sends a key with modifiers that has no sequence of its own.
            code, text, final = text.partition(":")[0], "", "u"
        name = FUNCTIONAL_KEYS.get(f"{int(code or 1)}{final}", "")
        character = _character(code) if final == "u" else ""
        held = (int(modifiers or 1) or 1) - 1
        if event == RELEASED or NO_KEY.fullmatch(name) or not (name or character):
            return []
        self._has_escape = self._has_escape or (name == "escape" and not held)
        written = "".join(map(_character, text.split(":")))
        if held & ALT and written.casefold() == character.casefold():
            written = ""
        if not written and not held & ~SHIFT and character and not name:
            written = _character(shifted) or (character.upper() if held & SHIFT else character)
        if written and not held & COMMANDS:
            return self._typed(written)
        if not name:
            (key,) = self._typed(character)
            name = key.key if isinstance(key, events.Key) else ""
        names = sorted(word for bit, word in enumerate(MODIFIERS) if held & 1 << bit)
        return [events.Key("+".join([*names, name]), CHARACTERS.get(name) if not names else None)]

    def _typed(self, text: str) -> list[Message]:
        """Return a key for each character; a character that is never alone, such as a joiner, is text."""
        messages: list[Message] = []
        for character in text:
            if character.isprintable() or "\x00" < character < " " or character == "\x7f":
                messages += self._textual.feed(character)
            else:
                messages += _pasted(character)
        return messages

    # --- pastes ---------------------------------------------------------------------------------------

    def _pasting(self, data: str) -> Read:
        paste = self._paste or [""]
        text, end, rest = (paste.pop() + data).partition(PASTE_END)
        if not end:
            self._paste = [*paste, text[:-5], text[-5:]]
            return [], ""
        self._paste = [*paste, text]
        messages = self._inserted()
        self._paste = None
        return messages, rest

    def _is_typed(self, text: str, pause: float) -> bool:
        """Return whether somebody continues typing because the end of a paste is missing."""
        if PASTE_END in "".join([*(self._paste or ())[-1:], text]):
            return False
        if self._is_stale:
            return len(NO_TEXT.sub("", text)) == 1 or bool(CONTROL.search(text) or SEQUENCE.fullmatch(text))
        return pause >= PAUSE and CONTROL.fullmatch(text) is not None

    def _inserted(self) -> list[Message]:
        """Return the paste so far."""
        text = NO_TEXT.sub("", "".join(self._paste or ()))
        self._paste = [""]
        return [events.Paste(text)] if text else []


def _pasted(text: str) -> list[Message]:
    """Return possibly typed text as a paste."""
    text = "".join(character for character in NO_TEXT.sub("", text) if character.isprintable() or character > "\x9f")
    return [events.Paste(text)] if text else []


def _with_alt(messages: list[Message]) -> list[Message]:
    """Return keys with the Alt modifier, which differ from the plain letters."""
    return [events.Key(f"alt+{one.key}", None) for one in messages if isinstance(one, events.Key)]


def _character(code: str) -> str:
    """Return the printable character of a decimal code point, or an empty text."""
    character = chr(int(code)) if code and int(code) <= sys.maxunicode else ""
    return character if character.isprintable() else ""


if sys.platform == "win32":
    from textual.drivers import win32
    from textual.drivers.windows_driver import WindowsDriver as TerminalDriver

    class InputMonitor(win32.EventMonitor):
        """Textual's input thread, which ends with the first input that is not UTF-16."""

        def run(self) -> None:
            """Read input until the program ends."""
            while not self.exit_event.is_set():
                super().run()

    vars(win32).update(XTermParser=InputFilter, EventMonitor=InputMonitor)
else:
    from codecs import getincrementaldecoder

    from textual.drivers.linux_driver import LinuxDriver

    class TerminalDriver(LinuxDriver):
        """Textual's driver with the filter in place of its parser."""

        def run_input_thread(self) -> None:
            """Ask whether the terminal has a sequence for Esc, and read input until the program ends."""
            if not constants.DISABLE_KITTY_KEY:
                self.write(KITTY_QUERY)
            decode = getincrementaldecoder("utf-8")("surrogateescape").decode
            inputs = InputFilter()
            while not self.exit_event.is_set():
                for message in inputs.tick():
                    self.process_message(message)
                try:
                    if not select.select([self.fileno], [], [], min(POLL, inputs.patience))[0]:
                        continue
                    data = os.read(self.fileno, 4096)
                except OSError:
                    data = b""
                if not data:
                    if not os.isatty(self.fileno):
                        # The terminal is gone, and its driver may no longer be able to end this thread.
                        return
                    self.exit_event.wait(POLL)
                elif text := decode(data):
                    for message in inputs.feed(text):
                        self.process_message(message)

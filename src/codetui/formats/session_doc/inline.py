r"""Notes in brackets, and how words are written so that they read back as themselves.

Words are written raw wherever raw words read back as themselves.  Where they would not, backslashes
are put before the signs that mislead the reader:

    "he said "yes" (twice)"           raw, since the line ends with its closing quote
    "he said \"yes\" (twice)" (why)   escaped, since the note would seem to begin at `(twice`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from codetui.formats.session_doc.values import Emphasis, Note

NOTE_SIGNS = '()_*"'
LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
GROUP = re.compile(r"\((.*)\)([.,;:!?]*)", re.DOTALL)
REMARK_START = re.compile(r"(__|\*\*|_|\*|)\(")
BRACKET = re.compile(r"[()]")
NOT_BLANK = re.compile(r"\S")
NEXT_NOTE = re.compile(r"\s++[_*]{1,2}\(")


def one_line(text: str) -> str:
    """Text with each line break, and the white space round it, as one blank."""
    return LINE_BREAKS.sub(" ", text)


def escape(text: str, signs: str) -> str:
    """Text with a backslash before each of `signs`; backslashes before them and at the end are doubled."""
    pattern = rf"(?<!\\)(\\*)([{re.escape(signs)}]|\Z)"
    return re.sub(pattern, lambda found: found[1] * 2 + ("\\" + found[2] if found[2] else ""), text)


def unescape(text: str, signs: str) -> str:
    """What `escape` was given; backslashes that stand elsewhere stay as they are."""
    if "\\" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        count = len(found[1])
        return "\\" * (count // 2 if found[2] else (count + 1) // 2) + found[2]

    return re.sub(rf"(?<!\\)(\\+)([{re.escape(signs)}]|\Z)", plain, text)


def is_escaped(text: str, position: int) -> bool:
    """True where an odd number of backslashes stands before `position`."""
    start = position
    while start > 0 and text[start - 1] == "\\":
        start -= 1
    return (position - start) % 2 == 1


def find_unescaped(text: str, wanted: str, start: int = 0) -> int:
    """The first place of `wanted` that no backslash disarms, or -1."""
    place = text.find(wanted, start)
    while place >= 0 and is_escaped(text, place):
        place = text.find(wanted, place + 1)
    return place


def first_that_reads_back(written: Iterable[str], read: Callable[[str], object], value: object) -> str:
    """The first way of writing from which `read` gives `value` again; the last way where none does."""
    text = ""
    for text in written:
        if read(text) == value:
            return text
    return text


# --- notes in brackets --------------------------------------------------------------------------------


def write_group(note: str, *, is_armed: bool = False) -> str:
    """A note in brackets; a note that brings brackets and a final stop itself, `(so).`, stays as it is."""
    parts = _own_brackets(note)
    inner, end = parts if parts else (note, "")
    return f"({escape(inner, NOTE_SIGNS) if is_armed else inner}){end}"


def read_group(text: str) -> str | None:
    """The note that `(note)` or `(note).` holds, or None for anything else."""
    found = GROUP.fullmatch(text)
    if not found:
        return None
    inner = unescape(found[1], NOTE_SIGNS)
    return f"({inner}){found[2]}" if found[2] else inner


def _own_brackets(note: str) -> tuple[str, str] | None:
    found = GROUP.fullmatch(note)
    return (found[1], found[2]) if found and found[2] else None


def opening_bracket(text: str) -> int:
    """Where the bracket opens that closes at the end of `text`, a final stop aside; -1 for none."""
    end = len(text.rstrip(".,;:!?_*"))
    depth = 0
    for bracket in reversed(list(BRACKET.finditer(text, 0, end))):
        if is_escaped(text, bracket.start()):
            continue
        if depth == 0 and bracket.end() != end:
            return -1
        depth += 1 if bracket[0] == ")" else -1
        if depth <= 0:
            return bracket.start() if depth == 0 else -1
    return -1


def write_note(note: Note, *, is_armed: bool = False) -> str:
    """A note that stands by itself."""
    return f"{note.emphasis}{write_group(one_line(note.text), is_armed=is_armed)}{note.emphasis}"


def write_notes(notes: tuple[Note, ...]) -> str:
    """Several notes on one line: `_(one)_ _(two)_`."""
    ways = (" ".join(write_note(note, is_armed=armed) for note in notes) for armed in (False, True))
    folded = tuple(Note(one_line(note.text)) for note in notes)
    return first_that_reads_back(ways, read_notes, folded)


def read_notes(text: str) -> tuple[Note, ...]:
    """The notes that fill `text`; none where anything else stands in it."""
    notes: list[Note] = []
    position = 0
    while position < len(text):
        start = REMARK_START.match(text, position)
        end = _note_end(text, start) if start else -1
        group = read_group(without_emphasis(text[position:end])) if end > 0 else None
        if start is None or group is None:
            return ()
        notes.append(Note(group, _emphasis(start[1])))
        following = NOT_BLANK.search(text, end)
        position = following.start() if following else len(text)
    return tuple(notes)


def _emphasis(sign: str) -> Emphasis:
    match sign[:1]:
        case "_":
            return "_"
        case "*":
            return "*"
        case _:
            return ""


def _note_end(text: str, start: re.Match[str]) -> int:
    """Where the note that begins at `start` ends: at the end, or before the blank in front of another."""
    sign = re.escape(start[1])
    for found in re.compile(rf"\)[.,;:!?]*+{sign}[.,;:!?]*+").finditer(text, start.end()):
        is_last = found.end() == len(text) or (bool(sign) and NEXT_NOTE.match(text, found.end()) is not None)
        if is_last and not is_escaped(text, found.start()):
            return found.end()
    return -1


def without_emphasis(text: str) -> str:
    """`_(so)_.` as `(so).`"""
    start = len(text) - len(text.lstrip("_*"))
    sign = text[:start]
    inner, _, end = text[start:].rpartition(sign) if sign else (text, "", "")
    return inner + end

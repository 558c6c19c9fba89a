r"""Parse and render entries, labels and notes in brackets so that each reads back unchanged.

Words are written raw if they read back as themselves. Otherwise backslashes are put before the signs that mislead the
reader:

    "he said "yes" (twice)"           raw, since the line ends with its closing quote
    "he said \"yes\" (twice)" (why)   escaped, since the note would seem to begin at `(twice`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from codetui.formats.session_doc.model import CodeLine, Emphasis, Entry, Note

EMPHASES: dict[str, Emphasis] = {"": "", "_": "_", "__": "_", "*": "*", "**": "*"}
NOTE_SIGNS = '()_*"'
LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
GROUP = re.compile(r"\((.*)\)([.,;:!?]*)", re.DOTALL)
REMARK_START = re.compile(r"(__|\*\*|_|\*|)\(")
BRACKET = re.compile(r"[()]")
NOT_BLANK = re.compile(r"\S")
NEXT_NOTE = re.compile(r"\s++[_*]{1,2}\(")


def one_line(text: str) -> str:
    """Return a text with each line break, and the white space around it, replaced by one blank."""
    return LINE_BREAKS.sub(" ", text)


def escape(text: str, signs: str) -> str:
    """Put a backslash before each of `signs`, and double the backslashes before them and at the end."""
    pattern = rf"(?<!\\)(\\*)([{re.escape(signs)}]|\Z)"
    return re.sub(pattern, lambda found: found[1] * 2 + ("\\" + found[2] if found[2] else ""), text)


def unescape(text: str, signs: str) -> str:
    """Undo `escape`; backslashes elsewhere stay as they are."""
    if "\\" not in text:
        return text

    def plain(found: re.Match[str]) -> str:
        count = len(found[1])
        return "\\" * (count // 2 if found[2] else (count + 1) // 2) + found[2]

    return re.sub(rf"(?<!\\)(\\+)([{re.escape(signs)}]|\Z)", plain, text)


def is_escaped(text: str, position: int) -> bool:
    """Return whether an odd number of backslashes precedes `position`."""
    start = position
    while start > 0 and text[start - 1] == "\\":
        start -= 1
    return (position - start) % 2 == 1


def find_unescaped(text: str, wanted: str, start: int = 0) -> int:
    """Return the first position of `wanted` that is not escaped, or -1."""
    place = text.find(wanted, start)
    while place >= 0 and is_escaped(text, place):
        place = text.find(wanted, place + 1)
    return place


def first_that_reads_back(written: Iterable[str], read: Callable[[str], object], value: object) -> str:
    """Return the first of several renderings that `read` parses to `value`; the last one if none does."""
    text = ""
    for text in written:
        if read(text) == value:
            return text
    return text


# --- notes in brackets --------------------------------------------------------------------------------


def write_group(note: str, *, is_armed: bool = False) -> str:
    """Render a note in brackets; a note that already has brackets and a final stop, `(so).`, is unchanged."""
    found = GROUP.fullmatch(note)
    inner, end = found.groups() if found and found[2] else (note, "")
    return f"({escape(inner, NOTE_SIGNS) if is_armed else inner}){end}"


def read_group(text: str) -> str | None:
    """Return the note in `(note)` or `(note).`, or None for anything else."""
    found = GROUP.fullmatch(text)
    if not found:
        return None
    inner = unescape(found[1], NOTE_SIGNS)
    return f"({inner}){found[2]}" if found[2] else inner


def opening_bracket(text: str) -> int:
    """Return the position of the bracket closed at the end of `text`, ignoring a final stop; -1 if there is none."""
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


def write_notes(notes: tuple[Note, ...]) -> str:
    """Render several notes on one line: `_(one)_ _(two)_`."""
    values = tuple(replace(note, text=one_line(note.text)) for note in notes)
    ways = (
        " ".join(f"{note.emphasis}{write_group(note.text, is_armed=armed)}{note.emphasis}" for note in values)
        for armed in (False, True)
    )
    return first_that_reads_back(ways, read_notes, values)


def read_notes(text: str) -> tuple[Note, ...]:
    """Return the notes in `text`; none if it contains anything else."""
    notes: list[Note] = []
    position = 0
    while position < len(text):
        start = REMARK_START.match(text, position)
        end = _note_end(text, start) if start else -1
        group = read_group(without_emphasis(text[position:end])) if end > 0 else None
        if start is None or group is None:
            return ()
        notes.append(Note(group, EMPHASES[start[1]]))
        following = NOT_BLANK.search(text, end)
        position = following.start() if following else len(text)
    return tuple(notes)


def _note_end(text: str, start: re.Match[str]) -> int:
    """Return the end of the note that begins at `start`: the end of the text, or the blank before another note."""
    sign = re.escape(start[1])
    for found in re.compile(rf"\)[.,;:!?]*+{sign}[.,;:!?]*+").finditer(text, start.end()):
        is_last = found.end() == len(text) or (bool(sign) and NEXT_NOTE.match(text, found.end()) is not None)
        if is_last and not is_escaped(text, found.start()):
            return found.end()
    return -1


def without_emphasis(text: str) -> str:
    """Return a note in brackets without emphasis around it: `(so).` for `_(so)_.`."""
    start = len(text) - len(text.lstrip("_*"))
    sign = text[:start]
    inner, _, end = text[start:].rpartition(sign) if sign else (text, "", "")
    return inner + end


# --- entries ------------------------------------------------------------------------------------------

NOTE_START = re.compile(r"\s*[_*]{0,2}\(")
BACKTICKS = re.compile(r"`+")
STRAY_SIGNS = re.compile(r"(?:[\s.,;:!?]|\[\^[^\]\s]+\])*")
"""Punctuation and marks of footnotes, which are no note."""

CLOSING_QUOTE = {
    "“": "”", "„": "“”", "”": "”", "‘": "’", "‚": "‘’", "’": "’", "«": "»", "»": "«", "‹": "›", "›": "‹", "'": "'",
}  # fmt: skip
BETWEEN_ENTRIES = re.compile(
    r"[ _*]*(?:\([^()]*\))?[ _*]*(?:[;,./|+&·•→–—-]*|and|or|en|of|und|et)\s*(?=\"\w.*[^\s\"]\")", re.DOTALL
)
"""The text between two quotations on a line: `"one"; "other"`, `"one" (why), "other"`."""

STRAIGHT = dict.fromkeys(map(ord, "“„”«»"), '"')
EMPHASISED = re.compile(r"(\*\*|__|\*|_)(?=[\"`“„”‘‚«»‹›'])")


def write_entry(entry: Entry, like: str = "") -> str:
    """Render an entry without its bullet, with as few escapes as it needs to read back unchanged.

    `like` is an entry as a person wrote it; its style of quotes is kept if the words allow it.
    """
    words, note = one_line(entry.words), one_line(entry.note)
    if entry.kind == "note":
        return write_notes((Note(note, entry.emphasis),))
    value = Entry(entry.kind, words, note)
    notes = ("", "") if not note else tuple(" " + write_group(note, is_armed=armed) for armed in (False, True))
    ways = (written + beside for beside in notes for written in _written_words(value, like))
    return first_that_reads_back(ways, entry_in, value)


def _written_words(entry: Entry, like: str) -> Iterator[str]:
    """Yield renderings of the words: first with the quotes of `like`, then the plainest."""
    if entry.kind == "term":
        yield _fenced(entry.words)
        return
    if like[:1] in CLOSING_QUOTE:
        yield f"{like[0]}{entry.words}{max(CLOSING_QUOTE[like[0]], key=like.rfind)}"
    yield f'"{entry.words}"'
    misleading = re.sub(r'"(?=\s*[_*]{0,2}\()', r"\"", entry.words)
    yield f'"{misleading}"'
    escaped = escape(entry.words, '"')
    yield f'"{escaped}"'


def _fenced(words: str) -> str:
    """Return `words` between backticks, more of them than in any run inside."""
    fence = "`" * (1 + max((len(run) for run in BACKTICKS.findall(words)), default=0))
    pad = " " if not words or words[0] in "` " or words[-1] in "` " else ""
    return f"{fence}{pad}{words}{pad}{fence}"


def entry_in(text: str) -> Entry | None:
    """Return the entry in `text`, or None."""
    found = read_entry(text)
    return None if found is None else found[0]


def read_entry(text: str) -> tuple[Entry, str] | None:
    """Return the entry in `text` and a remark on anything unusual about it; None if it is not an entry."""
    if has_several(text):
        return None
    if text.startswith('"'):
        return _read_quotation(text)
    if text.startswith("`"):
        return _read_term(text)
    if text[:1] in CLOSING_QUOTE:
        return _read_other_quotes(text)
    if text.startswith('\\"'):
        return read_entry(text.replace('\\"', '"'))
    if plain := _without_emphasis(text):
        return read_entry(plain)
    notes = read_notes(text)
    if not notes:
        return None
    joined = notes[0].text if len(notes) == 1 else " ".join(write_group(note.text) for note in notes)
    return Entry("note", "", joined, notes[0].emphasis), ""


SEVERAL_TERMS = "this line has several entries, each of which needs its own line"
NEXT_TERM = re.compile(r"(?:\([^()]*\))?\s*(?:[,;/|+&–—-]|(?:and|or|en|of|und|oder)\b)?\s*`[^`\s]")
"""A further term behind a term and its note, as in `` `one`, `other` ``."""


def has_several(text: str) -> bool:
    """Return whether a text is several quotations in a row, such as `"one"; "other"`.

    The quotes of a quotation within a quotation open before they close: `"the word "one" here"`.
    """
    plain = text.translate(STRAIGHT)
    closing = find_unescaped(plain, '"', 1) if plain.startswith('"') else -1
    is_closing = closing > 1 and not plain[closing - 1].isspace()
    return is_closing and BETWEEN_ENTRIES.match(plain, closing + 1) is not None


def _without_emphasis(text: str) -> str:
    """Return `"words" (why)` for `**"words"** (why)`; empty for other texts."""
    found = EMPHASISED.match(text)
    if found is None:
        return ""
    sign, opening = found[1], text[found.end()]
    ends = (text.rfind(closing + sign) for closing in CLOSING_QUOTE.get(opening, opening))
    end = max(ends) + 1
    return text[len(sign) : end] + text[end + len(sign) :] if end > len(sign) + 1 else ""


def _read_quotation(text: str) -> tuple[Entry, str] | None:
    if len(text) > 1 and text.endswith('"'):
        return Entry("quotation", unescape(text[1:-1], '"'), ""), ""
    end = _closing_quote(text)
    if end < 0:
        words = text[1:].strip()
        return (Entry("quotation", words, ""), "its closing quote is missing") if words else None
    note, remark = _read_rest(text[end + 1 :])
    return Entry("quotation", unescape(text[1:end], '"'), note), remark


def _closing_quote(text: str) -> int:
    """Return the position of the quote that ends the quotation.

    This is the first quote before brackets that are closed at the end of the line; else, if the line ends with a
    bracket, the first quote before any brackets; else the last quote.
    """
    starts = {found.end() - 1: place for place in _quotes(text) if (found := NOTE_START.match(text, place + 1))}
    place = starts.get(opening_bracket(text), -1)
    if place < 0 and starts and text.rstrip(".,;:!?_*").endswith(")"):
        return min(starts.values())
    return place if place >= 0 else max(_quotes(text), default=-1)


def _quotes(text: str) -> Iterator[int]:
    place = find_unescaped(text, '"', 1)
    while place > 0:
        yield place
        place = find_unescaped(text, '"', place + 1)


def _read_term(text: str) -> tuple[Entry, str] | None:
    opening = BACKTICKS.match(text)
    if opening is None:
        return None
    for closing in BACKTICKS.finditer(text, opening.end()):
        if len(closing[0]) == len(opening[0]):
            note, remark = _read_rest(text[closing.end() :])
            words = text[opening.end() : closing.start()]
            words = words[1:-1] if words.startswith(" ") and words.endswith(" ") else words
            return Entry("term", words, note), remark
    return None


def _read_other_quotes(text: str) -> tuple[Entry, str] | None:
    if text[0] in "“„”«»" and len(text) > 1:
        # The same quotes may be in the note, and straight ones too where somebody typed them.
        straight = text.translate(STRAIGHT)
        closing = len(text) - 1 if straight.endswith('"') else _closing_quote(straight)
    else:
        closing = max(text.rfind(sign, 1) for sign in CLOSING_QUOTE[text[0]])
    if closing < 1:
        return None
    note, remark = _read_rest(text[closing + 1 :])
    return Entry("quotation", text[1:closing], note), remark or "its quotes are not straight"


def _read_rest(text: str) -> tuple[str, str]:
    """Return the note after the words, and a remark if the note is not in brackets."""
    rest = text.strip()
    if STRAY_SIGNS.fullmatch(rest):
        return "", f"`{rest}` follows the words" if rest else ""
    group = read_group(without_emphasis(rest))
    if group is not None:
        return group, ""
    return rest, SEVERAL_TERMS if NEXT_TERM.match(rest) else "its note is not in brackets"


# --- labels ------------------------------------------------------------------------------------------


def write_code_line(code: CodeLine) -> str:
    """Render a code's line without its bullet: `**label:** _(note)_`."""
    label = one_line(code.label)
    notes = " " + write_notes(code.notes) if code.notes else ""
    ways = (f"**{escape(label, signs) if signs else label}:**{notes}" for signs in ("", "*"))
    return first_that_reads_back(ways, label_in, label)


def label_in(text: str) -> str | None:
    """Return the label in `**label:** …`, without its colon, or None."""
    found = split_label(text)
    return None if found is None else found[0]


def split_label(text: str, *, is_nested: bool = False) -> tuple[str, str] | None:
    """Return the label in `**label:** rest` and the rest; also of `**label** rest`, `**label**: rest`, `__label:__`.

    In a nested list `**(words)**` is a note, not a label.
    """
    sign = text[:2]
    end = find_unescaped(text, sign, 2) if sign in ("**", "__") else -1
    if end < 0:
        return None
    label, rest = text[2:end], text[end + 2 :]
    if not label.endswith(":"):
        if is_nested and not rest.startswith(":") and (read_notes(text) or _without_emphasis(text)):
            return None
        rest = rest.removeprefix(":")
    return unescape(label.removesuffix(":"), "*"), rest.strip()

"""The entries of lists and of running text: examples, responsibilities, projects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from codetui.formats.codebook.writer import Fields
from codetui.formats.coding_book.labels import Label, code_label, unwrapped
from codetui.formats.coding_book.markdown import Block, Item, prose
from codetui.formats.coding_book.vocabulary import AFFIRMED, AND_SO_ON, FOR_EXAMPLE, LISTS, PROSE, FieldKey, field_key
from codetui.formats.toml.strings import Value

QUOTES = {'"': '"', "“": "”", "„": "”“", "‘": "’", "«": "»", "'": "'"}
BACKTICKED = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”|„([^”“\n]+)[”“]')
BETWEEN = re.compile(r"(?:[\s,;/|·•]|\b(?:and|en|or|of)\b)*", re.IGNORECASE)
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def listed(blocks: list[Block]) -> list[str]:
    """The entries of lists, each on one line, those of nested lists behind the entry they stand under."""
    found: list[str] = []
    for block in blocks:
        for item in block.items:
            found += _entries_of(item)
    return found


def _entries_of(item: Item) -> list[str]:
    texts = [" ".join(block.text.split()) for block in item.blocks if block.kind != "list"]
    own = " ".join(filter(None, texts))
    return ([own] if own else []) + listed([block for block in item.blocks if block.kind == "list"])


def running(text: str, *, are_terms: bool) -> list[str]:
    """The entries of a line: what stands in backticks or in quotes, else, of terms, what commas part.

    Words that are neither entries nor what parts them leave the line whole: `a, b and others`.
    """
    text = without_framing(" ".join(text.split()))
    for pattern in (BACKTICKED, QUOTED):
        parted = _parted(pattern, text)
        if parted:
            return parted
    if are_terms:
        return [part for part in (each.strip() for each in _split(text, ",;")) if part]
    return [part for part in (each.strip() for each in text.split(";")) if part]


def without_framing(text: str) -> str:
    """A line without `e.g.` before it and `etc.` behind it, nor the brackets or the stop of the whole."""
    text = text.strip()
    if is_in_brackets(text.rstrip(".")):
        text = text[1:].rstrip(".")[:-1].strip()
    lead = FOR_EXAMPLE.match(text)
    text = text[lead.end() :] if lead else text
    shorter = AND_SO_ON.sub("", text)
    return shorter.rstrip(",; ") if shorter != text else text


def are_examples(text: str) -> bool:
    """Whether a line is nothing but examples in brackets: `(e.g., Python, Go)`."""
    text = text.strip().rstrip(".")
    return is_in_brackets(text) and FOR_EXAMPLE.match(text, 1) is not None


def is_in_brackets(text: str) -> bool:
    """Whether the bracket that opens a text closes at its end."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return place == len(text) - 1 > 0
    return False


def bare(entry: str) -> str:
    """An example without the quotes or the backticks round the whole of it."""
    entry = entry.strip()
    for text in (entry, entry.rstrip(".,;")):
        ticked = BACKTICKED.fullmatch(text)
        if ticked:
            return ticked[2]
        closing = QUOTES.get(text[:1], "")
        inner = text[1:-1]
        if closing and len(text) > 2 and text[-1] in closing and not set(inner) & {text[0], *closing} - {"'", "’"}:
            return inner
    return entry


def is_framed(entry: str) -> bool:
    """Whether an entry stands in quotes or backticks: an example, wherever it is listed."""
    return bare(entry) != entry.strip()


def _parted(pattern: re.Pattern[str], text: str) -> list[str]:
    """What the pattern finds, if nothing else stands between; empty where something does."""
    found: list[str] = []
    at = 0
    for match in pattern.finditer(text):
        if not BETWEEN.fullmatch(text, at, match.start()):
            return []
        found.append(match[0])
        at = match.end()
    return found if found and BETWEEN.fullmatch(text.rstrip("."), at) else []


def _split(text: str, signs: str) -> list[str]:
    """Text parted at any of `signs` that stands in no brackets, quotes or backticks."""
    parts, depth, is_code, start = [], 0, False, 0
    for place, sign in enumerate(text):
        is_code ^= sign == "`"
        depth = max(0, depth + BRACKETS.get(sign, 0))
        if sign in signs and not depth and not is_code:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


PieceKind = Literal["field", "code", "profile", "plain"]
Known = Callable[[Label], bool]
"""Whether an id is one of the book's, where it heads a paragraph or a bullet."""

PLAIN_FIELD = re.compile(r"(?P<name>[^\W\d_][\w' /()-]{1,40}):(?:\s+(?P<rest>.*)|$)", re.DOTALL)
LONGEST_FIELD_NAME = 7
"""Words."""


@dataclass(slots=True)
class Piece:
    """A field, a code or profile that stands under no heading of its own, a plain block, or what a comment says.

    `text` follows the name on its line, `blocks` stand under it, `inner` holds the fields of a code or profile that
    are known apart from these.  `is_item` for one that is an entry of a list,
    `takes_items` where the entries after it stand under it, though they are not indented.
    """

    kind: PieceKind
    line: int
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    inner: list[Piece] = field(default_factory=list)
    name: str = ""
    key: FieldKey | None = None
    label: Label | None = None
    is_item: bool = False
    takes_items: bool = False


def pieces(blocks: list[Block], is_known: Known, above: Piece | None = None) -> list[Piece]:
    """The pieces of blocks, in their order; rules between them are passed over.  `above` is the piece before them."""
    found: list[Piece] = []
    for block in blocks:
        last = found[-1] if found else above
        if block.kind == "paragraph":
            found += _of_paragraph(block, is_known)
        elif block.kind == "list" and last is not None and _waits(last):
            found.append(Piece("plain", block.line, blocks=[block]))
        elif block.kind == "list" and any(_begins_piece(item, is_known) for item in block.items):
            for item in block.items:
                found += _of_item(item, is_known)
        elif block.kind != "rule":
            found.append(Piece("plain", block.line, blocks=[block]))
    return found


def _waits(last: Piece) -> bool:
    """Whether a field has nothing yet, so that a list behind it is what it lists, codes that it names included."""
    return last.kind == "field" and last.key not in (None, "definition") and not last.text and not last.blocks


def _of_paragraph(block: Block, is_known: Known) -> Iterator[Piece]:
    """The pieces of a paragraph: each line that begins a field or a code begins one."""
    lines = block.text.split("\n")
    starts = [number for number, line in enumerate(lines) if number == 0 or _start(line, is_known)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "\n".join(lines[start:end])
        line = block.line + start
        yield _start(part, is_known, line) or Piece(
            "plain", line, blocks=[Block("paragraph", line, block.line + end, part)]
        )


def _of_item(item: Item, is_known: Known) -> Iterator[Piece]:
    """The pieces of one entry of a list; what is nested in it belongs to the last of them."""
    first = item.blocks[0] if item.blocks else None
    begun = list(_of_paragraph(first, is_known)) if first is not None and first.kind == "paragraph" else []
    if not begun or begun[0].kind == "plain":
        yield Piece("plain", item.line, blocks=[Block("list", item.line, item.line, "", items=[item])], is_item=True)
        return
    begun[-1].blocks += item.blocks[1:]
    for piece in begun:
        piece.is_item = True
        yield piece


def _begins_piece(item: Item, is_known: Known) -> bool:
    first = item.blocks[0] if item.blocks else None
    return first is not None and first.kind == "paragraph" and _start(first.text, is_known) is not None


def _start(text: str, is_known: Known, line: int = 0) -> Piece | None:
    """The field or the code that a text begins; None where it begins neither."""
    label = code_label(text)
    if label is not None and is_known(label):
        return Piece("code", line, label.rest, label=label)
    named = field_start(text)
    if named is None:
        return None
    name, rest = named
    return Piece("field", line, rest, name=name, key=field_key(name))


def field_start(text: str) -> tuple[str, str] | None:
    """Name and rest of a text that begins `**Name:** rest` or `Definition: rest`; None for another."""
    marked, rest = unwrapped(text)
    if marked:
        name = marked.strip()
        after = rest.lstrip(" ")
        has_colon = name.endswith(":") or after.startswith(":")
        is_clear = field_key(name) is not None and not rest.strip()[:1].islower()
        if not (has_colon or is_clear) or len(name.split()) > LONGEST_FIELD_NAME:
            return None
        return name.rstrip(": "), (rest if name.endswith(":") else after.removeprefix(":")).strip()
    found = PLAIN_FIELD.fullmatch(text)
    if found and field_key(found["name"]):
        return found["name"], (found["rest"] or "").strip()
    return None


def told(piece: Piece) -> str:
    """What a piece says on its line and under it; a list that follows at once is not moved away."""
    below = prose(piece.blocks)
    if not piece.text or not below:
        return piece.text or below
    end = piece.line + piece.text.count("\n") + 1
    return f"{piece.text}\n{below}" if piece.blocks[0].line == end else f"{piece.text}\n\n{below}"


def as_text(piece: Piece) -> str:
    """A piece with its name, as a text of its own."""
    return f"**{piece.name}:** {told(piece)}".rstrip() if piece.kind == "field" else told(piece)


def gathered(found: list[Piece]) -> list[Piece]:
    """The pieces with each plain one that goes on with the field above it put under that field.

    A field without anything takes what follows; a paragraph's prose goes on; a list goes on with the next entry.
    """
    kept: list[Piece] = []
    for piece in found:
        last = kept[-1] if kept else None
        if piece.kind == "plain" and last is not None and last.kind == "field" and _goes_on(last, piece):
            last.blocks += piece.blocks
        else:
            kept.append(piece)
    return kept


def _goes_on(last: Piece, piece: Piece) -> bool:
    block = piece.blocks[0]
    if block.kind not in ("list", "paragraph"):
        return False
    if not last.text and not last.blocks:
        last.takes_items = piece.is_item
        return True
    if last.is_item:
        return piece.is_item and (last.takes_items or last.key in LISTS)
    return last.key not in LISTS or (block.kind == "list" and all(each.kind == "list" for each in last.blocks))


WORD = re.compile(r"[^\W_]+")
SEPARATOR = re.compile(r"\A\s*(?:[:.–—-](?=\s|$))?\s*")
SUBTITLE = re.compile(r"\A\s*\(([^()]*)\)\s*")
LONGEST_TERM, LONGEST_OF_TWO = 5, 2
"""Words of a term in a line without a field's name; of terms that are only two, which may be prose as well."""

DENIED = {"no", "nee", "false", "onwaar"}


@dataclass(slots=True)
class Gathering:
    """The fields of one part as they come in, and what stays over: (line, title, body) of texts.

    `dropped` are words that only order the rest: names of fields, `e.g.`, numbers of entries; `links` are the lines
    on which other codes are named, with the words that name them; `names` are those of the fields.
    """

    allowed: set[FieldKey]
    are_terms: bool = False
    fields: Fields = field(default_factory=dict)
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    links: list[tuple[int, str, str]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Take a field, or a plain block: before any field it says what the part is, after one it is a text."""
        if piece.kind == "field":
            self._field(piece)
        elif self.fields.keys() - {"definition", "subtitle"} or piece.blocks[0].kind not in ("paragraph", "list"):
            self.texts.append((piece.line, "", prose(piece.blocks)))
        else:
            self._unnamed(piece.blocks)

    def head(self, piece: Piece, rest: str) -> None:
        """Take what stands behind a label, on its line and nested under it."""
        if "responsibilities" in self.allowed and (found := SUBTITLE.match(rest)):
            self.fields["subtitle"] = found[1].strip()
            rest = rest[found.end() :]
        text = SEPARATOR.sub("", rest, count=1).strip()
        if text and "examples" in self.allowed and self._is_list(text):
            self._examples([text])
        elif text:
            self.fields["definition"] = text
        for inner in [*piece.inner, *gathered(pieces(piece.blocks, lambda _: False))]:
            self.add(inner)

    def _is_list(self, text: str) -> bool:
        """Whether a line without a field's name lists examples."""
        if are_examples(text) or (self.are_terms and "," in text and is_in_brackets(text)):
            return True
        parts = running(text, are_terms=True) if self.are_terms else []
        goes_on = AND_SO_ON.search(text) is not None
        longest = LONGEST_TERM if len(parts) > 2 or goes_on else LONGEST_OF_TWO
        is_short = all(len(part.split()) <= longest for part in parts)
        return len(parts) > 1 and is_short and (goes_on or not text.endswith("."))

    def _unnamed(self, blocks: list[Block]) -> None:
        entries = listed(blocks) if all(block.kind == "list" for block in blocks) else []
        are_framed = all(is_framed(without_framing(entry)) for entry in entries)
        if entries and "examples" in self.allowed and (self.are_terms or are_framed):
            self._listed("examples", "", blocks)
        else:
            self._more("definition", prose(blocks))

    def _field(self, piece: Piece) -> None:
        key = piece.key
        if key is None or key not in self.allowed:
            self.texts.append((piece.line, piece.name, told(piece)))
            return
        self.dropped += words(piece.name)
        self.names.append(piece.name)
        if key in LISTS:
            self._listed(key, piece.text, piece.blocks)
        elif key in PROSE:
            self._more(key, self._prose(piece))
        elif key == "confused_with":
            self.links.append((piece.line, piece.name, self._prose(piece)))
        else:
            self._short(key, piece)

    def _prose(self, piece: Piece) -> str:
        """The text of a field; of a list with one entry, the entry."""
        items = piece.blocks[0].items if len(piece.blocks) == 1 else []
        if not piece.text and len(items) == 1:
            self.dropped += words(items[0].marker)
            return prose(items[0].blocks)
        return told(piece)

    def _short(self, key: FieldKey, piece: Piece) -> None:
        text = " ".join(self._prose(piece).split())
        if key in self.fields:
            self.texts.append((piece.line, piece.name, text))
            return
        if key != "retired":
            self.fields[key] = bare(text)
            return
        is_plain = AFFIRMED.fullmatch(text) is not None or text.casefold() in DENIED
        self.fields["retired"] = text.casefold() not in DENIED
        if is_plain:
            self.dropped += words(text)
        else:
            self.texts.append((piece.line, piece.name, text))

    def _more(self, key: FieldKey, text: str) -> None:
        before = self.fields.get(key, "")
        self.fields[key] = f"{before}\n\n{text}" if before and text else str(before) or text

    def _listed(self, key: FieldKey, text: str, blocks: list[Block]) -> None:
        """Entries from the field's line and from the lists under it."""
        if key == "examples":
            self._examples(text.split("\n") if text else [], blocks)
            return
        others = [" ".join(block.text.split()) for block in blocks if block.kind != "list"]
        entries = [*(line for line in text.split("\n") if line), *others, *listed(blocks)]
        self._drop_markers(blocks)
        self._extend(key, entries)

    def _examples(self, lines: list[str], blocks: list[Block] | None = None) -> None:
        blocks = blocks or []
        others = [" ".join(block.text.split()) for block in blocks if block.kind != "list"]
        found = [part for line in (*lines, *others) for part in running(line, are_terms=self.are_terms)]
        for entry in listed(blocks):
            is_framing = entry[:1] in '`"“„' or FOR_EXAMPLE.match(entry) is not None
            parts = running(entry, are_terms=False) if is_framing else [entry]
            found += parts if all(map(is_framed, parts)) else [entry]
        self._drop_markers(blocks)
        said = words(" ".join([*lines, *others, *listed(blocks)]))
        self.dropped += list((Counter(said) - Counter(words(" ".join(found)))).elements())
        self._extend("examples", [bare(entry) for entry in found])

    def _extend(self, key: FieldKey, entries: list[str]) -> None:
        before: Value = self.fields.get(key, ())
        self.fields[key] = (*(before if isinstance(before, tuple) else ()), *filter(None, entries))

    def _drop_markers(self, blocks: list[Block]) -> None:
        for block in blocks:
            for item in block.items:
                self.dropped += words(item.marker)
                self._drop_markers(item.blocks)


def words(text: str) -> list[str]:
    """The words of a text, numbers included."""
    return WORD.findall(text)

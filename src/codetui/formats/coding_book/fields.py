"""The fields of a code or profile: its prose, its lists, and examples in lists and running text."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from codetui.formats.codebook.writer import Fields
from codetui.formats.coding_book.markdown import Block, prose
from codetui.formats.coding_book.pieces import Piece, join_fields, split_blocks
from codetui.formats.coding_book.vocabulary import (
    AND_SO_ON,
    FOR_EXAMPLE,
    LIST_FIELDS,
    NO,
    PROSE_FIELDS,
    YES,
    FieldKey,
)

WORD = re.compile(r"[^\W_]+")
LABEL_END = re.compile(r"\A\s*(?:[:.–—-](?=\s|$))?\s*")
SUBTITLE = re.compile(r"\A\s*\(([^()]*)\)\s*")
LONGEST_TERM, LONGEST_OF_TWO = 5, 2
"""Words of a term on a line without a field's name; of one of two terms, since these may be prose as well."""

QUOTES = {'"': '"', "“": "”", "„": "”“", "‘": "’", "«": "»", "'": "'"}
BACKTICKED = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”|„([^”“\n]+)[”“]')
BETWEEN = re.compile(r"(?:[\s,;/|·•]|\b(?:and|en|or|of)\b)*", re.IGNORECASE)
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def words(text: str) -> list[str]:
    """Return the words of a text, numbers included."""
    return WORD.findall(text)


@dataclass(slots=True)
class FieldCollector:
    """The fields of one part as they are collected, and what fits none of them.

    `texts` are (line, title, body); `references` are (line, field's name, text) of fields that refer to other codes.
    `structure` are words that only order the rest: names of fields, `e.g.`, numbers of entries.
    """

    allowed: set[FieldKey]
    holds_terms: bool = False
    fields: Fields = field(default_factory=dict)
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    references: list[tuple[int, str, str]] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add_head(self, piece: Piece, rest: str) -> None:
        """Add `rest`, which follows the part's label on its line, and the fields nested below the label."""
        if "subtitle" in self.allowed and (found := SUBTITLE.match(rest)):
            self.fields["subtitle"] = found[1].strip()
            rest = rest[found.end() :]
        text = LABEL_END.sub("", rest, count=1).strip()
        if text and "examples" in self.allowed and self._lists_examples(text):
            self._add_examples([text], [])
        elif text:
            self.fields["definition"] = text
        for inner in [*piece.inner, *join_fields(split_blocks(piece.blocks, lambda _: False))]:
            self.add(inner)

    def add(self, piece: Piece) -> None:
        """Add a field or a plain block: before any field this is the definition or examples, after one a text."""
        blocks = piece.blocks
        if piece.kind == "field":
            self._add_field(piece)
        elif self.fields.keys() - {"definition", "subtitle"} or blocks[0].kind not in ("paragraph", "list"):
            self.texts.append((piece.line, "", prose(blocks)))
        else:
            entries = list_entries(blocks) if all(block.kind == "list" for block in blocks) else []
            are_marked = all(_is_marked(_unframed(entry)) for entry in entries)
            if entries and "examples" in self.allowed and (self.holds_terms or are_marked):
                self._add_examples([], blocks)
            else:
                self._add_prose("definition", prose(blocks))

    def _lists_examples(self, text: str) -> bool:
        """Return whether a line without a field's name lists examples."""
        bracketed = text.strip().rstrip(".")
        if _is_in_brackets(bracketed) and FOR_EXAMPLE.match(bracketed, 1):
            return True
        if not self.holds_terms:
            return False
        if "," in text and _is_in_brackets(text):
            return True
        terms = running_entries(text, are_terms=True)
        is_open = AND_SO_ON.search(text) is not None
        longest = LONGEST_TERM if len(terms) > 2 or is_open else LONGEST_OF_TWO
        is_short = all(len(term.split()) <= longest for term in terms)
        return len(terms) > 1 and is_short and (is_open or not text.endswith("."))

    def _add_field(self, piece: Piece) -> None:
        key, lines = piece.key, [line for line in piece.text.split("\n") if line]
        if key is None or key not in self.allowed:
            self.texts.append((piece.line, piece.name, piece.content()))
            return
        self.structure += words(piece.name)
        self.names.append(piece.name)
        if key == "examples":
            self._add_examples(lines, piece.blocks)
        elif key in LIST_FIELDS:
            self._drop_markers(piece.blocks)
            self._add_entries(key, [*lines, *_other_texts(piece.blocks), *list_entries(piece.blocks)])
        elif key in PROSE_FIELDS:
            self._add_prose(key, self._prose(piece))
        elif key == "confused_with":
            self.references.append((piece.line, piece.name, self._prose(piece)))
        else:
            self._add_short(key, piece)

    def _add_short(self, key: FieldKey, piece: Piece) -> None:
        """Add a field of one line; a second value, or a remark about being retired, is kept as a text."""
        text = " ".join(self._prose(piece).split())
        is_new = key not in self.fields
        if is_new and key != "retired":
            self.fields[key] = _unmarked(text)
            return
        if is_new:
            self.fields[key] = text.casefold() not in NO
        if is_new and (YES.fullmatch(text) or text.casefold() in NO):
            self.structure += words(text)
        else:
            self.texts.append((piece.line, piece.name, text))

    def _add_prose(self, key: FieldKey, text: str) -> None:
        self.fields[key] = "\n\n".join(filter(None, (str(self.fields.get(key, "")), text)))

    def _prose(self, piece: Piece) -> str:
        """Return the text of a field, without the bullet of a list with one entry."""
        items = piece.blocks[0].items if len(piece.blocks) == 1 else []
        if piece.text or len(items) != 1:
            return piece.content()
        self.structure += words(items[0].marker)
        return prose(items[0].blocks)

    def _add_examples(self, lines: list[str], blocks: list[Block]) -> None:
        lines = [*lines, *_other_texts(blocks)]
        listed = list_entries(blocks)
        found = [part for line in lines for part in running_entries(line, are_terms=self.holds_terms)]
        for entry in listed:
            is_framed = entry[:1] in '`"“„' or FOR_EXAMPLE.match(entry) is not None
            parts = running_entries(entry, are_terms=False) if is_framed else [entry]
            found += parts if all(map(_is_marked, parts)) else [entry]
        unused = Counter(words(" ".join([*lines, *listed]))) - Counter(words(" ".join(found)))
        self._drop_markers(blocks)
        self.structure += unused.elements()
        self._add_entries("examples", [_unmarked(entry) for entry in found])

    def _add_entries(self, key: FieldKey, entries: list[str]) -> None:
        before = self.fields.get(key, ())
        self.fields[key] = (*(before if isinstance(before, tuple) else ()), *filter(None, entries))

    def _drop_markers(self, blocks: list[Block]) -> None:
        for block in blocks:
            for item in block.items:
                self.structure += words(item.marker)
                self._drop_markers(item.blocks)


# --- entries of lists and of running text ---------------------------------------------------------------


def list_entries(blocks: list[Block]) -> list[str]:
    """Return the entries of lists, each on one line, those of nested lists after the entry that contains them."""
    found: list[str] = []
    for item in (item for block in blocks for item in block.items):
        own = " ".join(filter(None, _other_texts(item.blocks)))
        found += [*filter(None, [own]), *list_entries([block for block in item.blocks if block.kind == "list"])]
    return found


def running_entries(text: str, *, are_terms: bool) -> list[str]:
    """Return the entries of a line: the words in backticks or quotes, else the terms between commas.

    Backticks and quotes count only if nothing else is between them: `say "one" now` is one entry.
    """
    text = _unframed(" ".join(text.split()))
    for pattern in (BACKTICKED, QUOTED):
        found, at = [], 0
        for match in pattern.finditer(text):
            if not BETWEEN.fullmatch(text, at, match.start()):
                break
            found.append(match[0])
            at = match.end()
        else:
            if found and BETWEEN.fullmatch(text.rstrip("."), at):
                return found
    parts = _split_outside_marks(text) if are_terms else text.split(";")
    return [*filter(None, map(str.strip, parts))]


def _other_texts(blocks: list[Block]) -> list[str]:
    """Return the text of each block that is no list, on one line."""
    return [" ".join(block.text.split()) for block in blocks if block.kind != "list"]


def _split_outside_marks(text: str) -> list[str]:
    """Split a text at commas and semicolons outside brackets and backticks."""
    parts, depth, is_code, start = [], 0, False, 0
    for place, sign in enumerate(text):
        is_code ^= sign == "`"
        depth = max(0, depth + BRACKETS.get(sign, 0))
        if sign in ",;" and not depth and not is_code:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _unframed(text: str) -> str:
    """Return a line without `e.g.` before it, `etc.` after it, and brackets around the whole."""
    text = text.strip()
    if _is_in_brackets(text.rstrip(".")):
        text = text[1:].rstrip(".")[:-1].strip()
    lead = FOR_EXAMPLE.match(text)
    text = text[lead.end() :] if lead else text
    shorter = AND_SO_ON.sub("", text)
    return shorter.rstrip(",; ") if shorter != text else text


def _is_in_brackets(text: str) -> bool:
    """Return whether the bracket that opens a text closes at its end."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return place == len(text) - 1 > 0
    return False


def _is_marked(entry: str) -> bool:
    return _unmarked(entry) != entry.strip()


def _unmarked(entry: str) -> str:
    """Return an example without the quotes or backticks around the whole of it."""
    entry = entry.strip()
    for text in (entry, entry.rstrip(".,;")):
        ticked = BACKTICKED.fullmatch(text)
        if ticked:
            return ticked[2]
        closing, inner = QUOTES.get(text[:1], ""), text[1:-1]
        if closing and len(text) > 2 and text[-1] in closing and not set(inner) & {text[0], *closing} - {"'", "’"}:
            return inner
    return entry

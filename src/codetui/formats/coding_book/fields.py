"""The fields of codes and profiles, from what stands under their names."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from codetui.formats.codebook_writer import Fields
from codetui.formats.coding_book.blocks import Block, prose
from codetui.formats.coding_book.entries import (
    are_examples,
    bare,
    is_framed,
    is_in_brackets,
    listed,
    running,
    without_framing,
)
from codetui.formats.coding_book.pieces import Piece, gathered, pieces, told
from codetui.formats.coding_book.vocabulary import AFFIRMED, AND_SO_ON, FOR_EXAMPLE, LISTS, PROSE, FieldKey
from codetui.formats.toml_strings import Value

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
    facts: Fields = field(default_factory=dict)
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    links: list[tuple[int, str, str]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Take a field, or a plain block: before any field it says what the part is, after one it is a text."""
        if piece.kind == "facts":
            self.facts |= piece.facts
        elif piece.kind == "field":
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

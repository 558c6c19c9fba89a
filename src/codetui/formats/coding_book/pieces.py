"""The pieces that blocks are cut into (codes, profiles and fields), and the values of these fields."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from codetui.formats.codebook.writer import Fields
from codetui.formats.coding_book import vocabulary
from codetui.formats.coding_book.markdown import ListItem, MarkdownBlock, prose
from codetui.formats.coding_book.vocabulary import NO_LABEL, FieldKey, Label

CodeOrProfile = Literal["code", "profile"]
IsCode = Callable[[Label], bool]
"""Decides whether a label at the beginning of a paragraph or a list entry is that of a code.

`NO_LABEL` is that of a line such as `Code: Trust`.
"""

PLAIN_FIELD = re.compile(r"(?P<name>[^\W\d_][\w' /()-]{0,40}):(?:\s+(?P<rest>.*)|$)", re.DOTALL)
LABELLED_CODE = re.compile(r"code\s", re.IGNORECASE)
LONGEST_FIELD_NAME = 7
"""In words."""

FEWEST_NAMES = 2
"""Names in bold that make entries or paragraphs codes or profiles: one alone is a remark."""


@dataclass(slots=True)
class Piece:
    """A field, a code or profile without a heading of its own, the line of a card with its label, or a plain block.

    `text` is what follows the name on its line, `blocks` are below it; `inner` holds the fields from the other columns
    of a table's row, `groups` the names of the groups that contain it, outermost first.  `is_item` for an entry of a
    list, `has_items_after` for a field whose entries follow it in the same list without indentation.
    """

    kind: Literal["field", "code", "profile", "label", "plain"]
    line: int
    text: str = ""
    blocks: list[MarkdownBlock] = field(default_factory=list)
    inner: list[Piece] = field(default_factory=list)
    groups: tuple[str, ...] = ()
    name: str = ""
    key: FieldKey | None = None
    label: Label = NO_LABEL
    is_item: bool = False
    has_items_after: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.text and not self.blocks

    def content(self) -> str:
        """Return the text after the name and below it; a block on the very next line is joined without a blank line."""
        below = prose(self.blocks)
        if not self.text or not below:
            return self.text or below
        end = self.line + self.text.count("\n") + 1
        return f"{self.text}\n{below}" if self.blocks[0].line == end else f"{self.text}\n\n{below}"

    def named_content(self) -> str:
        """Return the content; that of a field after its name in bold."""
        return f"**{self.name}:** {self.content()}".rstrip() if self.kind == "field" else self.content()


def split_blocks(blocks: list[MarkdownBlock], is_code: IsCode, previous: Piece | None = None) -> list[Piece]:
    """Return the pieces of blocks in order, without rules; `previous` is the piece before them."""
    found: list[Piece] = []
    for block in blocks:
        last = found[-1] if found else previous
        # A list after an empty field is its value, even if its entries name codes.
        is_value = last and last.kind == "field" and last.is_empty and last.key not in (None, "definition")
        if block.kind == "paragraph":
            found += _split_paragraph(block, is_code)
        elif block.kind == "list" and not is_value and any(_begins_piece(item, is_code) for item in block.items):
            entries = [list(_split_item(item, is_code)) for item in block.items]
            _adapt_entries(entries)
            found += [piece for entry in entries for piece in entry]
        elif block.kind != "rule":
            found.append(Piece("plain", block.line, blocks=[block]))
    return found


def join_fields(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces, with each plain one that continues a field moved below that field.

    An empty field is continued by any paragraph or list, a field with a list by a list, and a field in prose by both.
    """
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if piece.kind == "plain" and last is not None and last.kind == "field" and _continues(last, piece):
            last.has_items_after = last.has_items_after or (piece.is_item and last.is_empty)
            last.blocks += piece.blocks
        else:
            joined.append(piece)
    return joined


def _continues(last: Piece, piece: Piece) -> bool:
    block = piece.blocks[0]
    if block.kind not in ("list", "paragraph"):
        is_quote = last.key == "examples" and block.text.startswith(">")
        return is_quote or (last.is_empty and block.kind == "table" and last.key is not None)
    if last.is_empty:
        return True
    if last.is_item:
        return piece.is_item and (last.has_items_after or last.key in vocabulary.LIST_FIELDS)
    return last.key not in vocabulary.LIST_FIELDS or all(each.kind == "list" for each in (block, *last.blocks))


def _split_paragraph(block: MarkdownBlock, is_code: IsCode) -> Iterator[Piece]:
    """Yield the pieces of a paragraph; each line that begins a field or a code begins a piece."""
    lines = block.text.split("\n")
    starts = [number for number, line in enumerate(lines) if number == 0 or _opened_piece(line, is_code)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "\n".join(lines[start:end])
        line = block.line + start
        paragraph = MarkdownBlock("paragraph", line, block.line + end, part)
        yield _opened_piece(part, is_code, line) or Piece("plain", line, blocks=[paragraph])


def _split_item(item: ListItem, is_code: IsCode) -> Iterator[Piece]:
    """Yield the pieces of one entry of a list; the blocks nested in it belong to the last of them."""
    opening = item.opening()
    pieces = list(_split_paragraph(opening, is_code)) if opening else []
    if not pieces or pieces[0].kind == "plain":
        pieces = [Piece("plain", item.line, blocks=[MarkdownBlock("list", item.line, item.line, "", items=[item])])]
    else:
        pieces[-1].blocks += item.blocks[1:]
    for piece in pieces:
        piece.is_item = True
        yield piece


def _adapt_entries(entries: list[list[Piece]]) -> None:
    """Turn entries with only a name, `**Hope**: …`, into codes if there are several codes in the same list."""
    firsts = [entry[0] for entry in entries]
    named = [piece for piece in firsts if piece.kind == "field" and not piece.key]
    names = {piece.name for piece in named}
    is_list_of_codes = len(named) + sum(piece.kind == "code" for piece in firsts) == len(firsts) > 2 * len(named)
    if is_list_of_codes and len(names) == len(named) and not any(map(vocabulary.WORDS["matter"].match, names)):
        for piece in named:
            piece.kind, piece.label, piece.name = (
                "code",
                Label("", vocabulary.plain_name(piece.name), is_marked=True),
                "",
            )


def _begins_piece(item: ListItem, is_code: IsCode) -> bool:
    text = opening.text if (opening := item.opening()) else ""
    return any(_opened_piece(each, is_code) for each in (text, text.partition("\n")[0]))


def _opened_piece(text: str, is_code: IsCode, line: int = 0) -> Piece | None:
    """Return the field or the code at the beginning of a text; None if it begins with neither."""
    label = vocabulary.code_label(text)
    is_label = is_code(NO_LABEL) and bool(vocabulary.label_line(text))
    if is_label and LABELLED_CODE.match(text):
        return Piece("label", line, text)
    if label is not None and is_code(label):
        return Piece("code", line, label.rest, label=label)
    if is_label:
        return Piece("label", line, text)
    return _field(text, line)


def _field(text: str, line: int = 0) -> Piece | None:
    """Return the field in a text such as `**Name:** rest` or `Definition: rest`; None for other texts."""
    marked, rest = vocabulary.split_marked(text)
    if marked:
        name, after = marked.strip(), rest.lstrip(" ")
        has_colon = name.endswith(":") or after.startswith(":")
        key, remark = vocabulary.field_and_remark(name)
        is_clear = key is not None and remark[:1] in ("", "(") and not rest.strip()[:1].islower()
        if not (has_colon or is_clear) or len(name.split()) > LONGEST_FIELD_NAME:
            return None
        rest = rest if name.endswith(":") else after.removeprefix(":")
        return Piece("field", line, rest.strip(), name=name.rstrip(": "), key=key)
    found = PLAIN_FIELD.fullmatch(text)
    key = vocabulary.field_key(found["name"]) if found else None
    return Piece("field", line, (found["rest"] or "").strip(), name=found["name"], key=key) if found and key else None


# --- codes and profiles in lists and paragraphs ----------------------------------------------------------


def named_paragraphs(blocks: list[MarkdownBlock]) -> dict[int, Piece]:
    """Return the profiles named in bold at the beginning of paragraphs, `**Analyst.** Works …`, by their lines."""
    found: dict[int, Piece] = {}
    for block in blocks:
        label = vocabulary.marked_label(block.text) if block.kind == "paragraph" else None
        if label is None or vocabulary.field_key(label.name):
            continue
        if label.name.endswith(".") or re.match(r"\s*[.:–—-]", label.rest):
            label = label._replace(name=label.name.rstrip("."))
            found[block.line] = Piece("profile", block.line, label.rest, label=label)
    return found if len(found) >= FEWEST_NAMES else {}


def named_entries(block: MarkdownBlock, kind: CodeOrProfile) -> list[Piece]:
    """Return the codes or profiles of a list if every entry begins with a name in bold or backticks."""
    found: list[Piece] = []
    for item in block.items:
        text = opening.text if (opening := item.opening()) else ""
        label = vocabulary.code_label(text) or vocabulary.marked_label(text)
        named = _field(text)
        if label is None or not label.is_marked or (named and named.key):
            return []
        if item.marker[:1].isdigit() and kind == "profile" and not label.id:
            label = label._replace(id=item.marker.rstrip(".)"))
        found.append(Piece(kind, item.line, label.rest, item.blocks[1:], label=label, is_item=True))
    return found if len(found) >= FEWEST_NAMES else []


def named_codes(block: MarkdownBlock) -> list[Piece]:
    """Return the codes that a paragraph, or every entry of a list, begins with: `**Trust (TR)**: …`.

    The name of an entry needs no emphasis if fields are nested in several entries.
    """
    if block.kind != "list":
        pieces = _named_opening(block) if block.kind == "paragraph" else []
        return pieces if len(pieces) > 1 or any(LABEL_END.sub("", piece.text) for piece in pieces) else []
    found: list[list[Piece]] = []
    below = [split_blocks(item.blocks[1:], lambda _: False) for item in block.items]
    has_fields = sum(any(piece.key for piece in pieces) for pieces in below) >= FEWEST_NAMES
    for item in block.items:
        opening = item.opening()
        pieces = _named_opening(opening) if opening else []
        if not pieces and opening and has_fields and PLAIN_NAME.fullmatch(opening.text):
            pieces = [Piece("code", item.line, label=Label("", opening.text))]
        if not pieces:
            return []
        pieces[-1].blocks += item.blocks[1:]
        found.append([replace(piece, is_item=True) for piece in pieces])
    return [piece for pieces in found for piece in pieces]


def _named_opening(block: MarkdownBlock) -> list[Piece]:
    """Return the code whose name in bold or backticks begins a paragraph, and the fields on its later lines."""
    first, *others = _split_paragraph(block, lambda _: False)
    marked, rest = vocabulary.split_marked(first.blocks[0].text if first.blocks else block.text.split("\n")[0])
    name = vocabulary.plain_name(marked).rstrip(".")
    is_apart = marked.strip().endswith((":", ".")) or not rest.strip() or LABEL_END.sub("", rest) != rest.lstrip()
    if not name or first.key or not is_apart or len(name.split()) > vocabulary.LONGEST_BOLD_NAME:
        return []
    behind = NAME_AND_ABBREVIATION.fullmatch(name)
    if behind is None and vocabulary.WORDS["matter"].match(name):
        return []
    label = Label(behind["id"], behind["name"], style="colon") if behind else Label("", name)
    return [Piece("code", block.line, first.text if first.kind == "field" else rest, label=label), *others]


PLAIN_NAME = re.compile(r"[^\W_][^\n:;.!?*`]{0,60}")
NAME_AND_ABBREVIATION = re.compile(r"(?P<name>\S.*?)\s*\((?P<id>[A-Z][\w.-]{0,11}|\d{1,3}(?:\.\d{1,3})*|[a-z])\)")
BEGINS_LIST = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
WORD = re.compile(r"[^\W_]+")
LABEL_END = re.compile(r"\A\s*(?:(?:[.:–—-]|--)(?=\s|$))?\s*")
SUBTITLE = re.compile(r"\A\s*\(([^()]*)\)\s*")
LONGEST_TERM, LONGEST_OF_TWO = 5, 2
"""Words of a term on a line without a field's name; of one of two terms, since these may be prose as well."""

QUOTES = {'"': '"', "“": "”", "„": "”“", "‘": "’", "«": "»", "'": "'"}
BACKTICKED = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
QUOTED = re.compile(r'"([^"\n]+)"|“([^”\n]+)”|„([^”“\n]+)[”“]')
BETWEEN = re.compile(r"(?:[\s,;/|·•]|\b(?:and|en|or|of)\b)*", re.IGNORECASE)
BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def words(text: str) -> list[str]:
    """Return the words of a text, including numbers."""
    return WORD.findall(text)


@dataclass(slots=True)
class FieldCollector:
    """The fields of one part as they are collected, and the texts that are in none of them.

    `texts` are (line, title, body); `references` are (line, field's name, text) of fields that refer to other codes.
    `structure` has the words that only organize the rest: names of fields, `e.g.`, numbers of entries.
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
        """Add a field, or a plain block: as definition or examples if it precedes all fields, else as a text."""
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
        if _is_in_brackets(bracketed) and vocabulary.WORDS["for_example"].match(bracketed, 1):
            return True
        if not self.holds_terms:
            return False
        if "," in text and _is_in_brackets(text):
            return True
        terms = running_entries(text, are_terms=True)
        is_open = vocabulary.WORDS["and_so_on"].search(text) is not None
        longest = LONGEST_TERM if len(terms) > 2 or is_open else LONGEST_OF_TWO
        is_short = all(len(term.split()) <= longest for term in terms)
        return len(terms) > 1 and is_short and (is_open or not text.endswith("."))

    def _add_field(self, piece: Piece) -> None:
        key, lines = piece.key, [line for line in piece.text.split("\n") if line]
        if key is None and vocabulary.WORDS["remark"].fullmatch(piece.name.strip()) and piece.content():
            self._add_prose("definition", f"{piece.name}: {piece.content()}")
            return
        if key is None or key not in self.allowed:
            self.texts.append((piece.line, piece.name, piece.content()))
            return
        remark = vocabulary.field_and_remark(piece.name)[1]
        self.structure += (Counter(words(piece.name)) - Counter(words(remark))).elements()
        self.names.append(piece.name)
        if key == "examples":
            piece = replace(piece, blocks=[each for block in piece.blocks for each in _quoted_paragraphs(block)])
        if key not in vocabulary.PROSE_FIELDS:
            others = [block for block in piece.blocks if block.kind not in ("list", "paragraph")]
            piece = replace(piece, blocks=[block for block in piece.blocks if block not in others])
            if others or remark:
                self.texts.append((piece.line, piece.name, prose(others)))
        if key == "examples":
            self._add_examples(lines, piece.blocks)
        elif key in vocabulary.LIST_FIELDS:
            self._drop_markers(piece.blocks)
            self._add_entries(key, [*lines, *_other_texts(piece.blocks), *list_entries(piece.blocks)])
        elif key in vocabulary.PROSE_FIELDS:
            self._add_prose(key, _after_remark(remark, self._prose(piece)))
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
            self.fields[key] = not vocabulary.WORDS["no"].fullmatch(text)
        if is_new and (vocabulary.WORDS["yes"].fullmatch(text) or vocabulary.WORDS["no"].fullmatch(text)):
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

    def _add_examples(self, lines: list[str], blocks: list[MarkdownBlock]) -> None:
        lines = [*lines, *_other_texts(blocks)]
        listed = list_entries(blocks)
        found = [part for line in lines for part in running_entries(line, are_terms=self.holds_terms)]
        for entry in listed:
            is_framed = entry[:1] in '`"“„' or vocabulary.WORDS["for_example"].match(entry) is not None
            parts = running_entries(entry, are_terms=False) if is_framed else [entry]
            found += parts if all(map(_is_marked, parts)) else [entry]
        unused = Counter(words(" ".join([*lines, *listed]))) - Counter(words(" ".join(found)))
        self._drop_markers(blocks)
        self.structure += unused.elements()
        self._add_entries("examples", [_unmarked(entry) for entry in found])

    def _add_entries(self, key: FieldKey, entries: list[str]) -> None:
        before = self.fields.get(key, ())
        self.fields[key] = (*(before if isinstance(before, tuple) else ()), *filter(None, entries))

    def _drop_markers(self, blocks: list[MarkdownBlock]) -> None:
        for block in blocks:
            for item in block.items:
                self.structure += words(item.marker)
                self._drop_markers(item.blocks)


def _after_remark(remark: str, text: str) -> str:
    """Return a text after the remark, the words of its field's name beyond the name itself."""
    if not (remark and text):
        return remark or text
    begun = remark if remark.endswith((")", ":")) else f"{remark}:"
    return f"{begun}\n{text}" if BEGINS_LIST.match(text) else f"{begun} {text}"


# --- entries of lists and of running text ---------------------------------------------------------------


def list_entries(blocks: list[MarkdownBlock]) -> list[str]:
    """Return the entries of lists, each on one line; entries of a nested list follow the entry that contains it."""
    found: list[str] = []
    for item in (item for block in blocks for item in block.items):
        own = " ".join(filter(None, _other_texts(item.blocks)))
        found += [*filter(None, [own]), *list_entries([block for block in item.blocks if block.kind == "list"])]
    return found


def running_entries(text: str, *, are_terms: bool) -> list[str]:
    """Return the entries on a line: the texts in backticks or quotes, else the terms between commas.

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


def _quoted_paragraphs(block: MarkdownBlock) -> list[MarkdownBlock]:
    """Return the paragraphs of a block quotation as blocks, and any other block unchanged."""
    lines = block.text.split("\n")
    if not all(line.startswith(">") for line in lines):
        return [block]
    text = "\n".join(line.removeprefix(">").strip() for line in lines)
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    return [MarkdownBlock("paragraph", block.line, block.end, part) for part in parts]


def _other_texts(blocks: list[MarkdownBlock]) -> list[str]:
    """Return the text of each block that is not a list, on one line."""
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
    inner = text[1:].rstrip(".")[:-1].strip()
    # Other brackets belong to the example: `(pause)`.
    if _is_in_brackets(text.rstrip(".")) and any(
        vocabulary.WORDS[name].search(inner) for name in ("for_example", "and_so_on", "marks")
    ):
        text = inner
    lead = vocabulary.WORDS["for_example"].match(text)
    text = text[lead.end() :] if lead else text
    shorter = vocabulary.WORDS["and_so_on"].sub("", text)
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

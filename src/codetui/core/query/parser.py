"""Parse the one line of a query.  `docs/find.md` defines the language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import reduce
from operator import or_
from typing import Literal, NamedTuple

from codetui.core.codebook.index import folded as folded_title
from codetui.core.codebook.index import index_of, profile
from codetui.core.query.query import (
    And,
    Anything,
    Codes,
    Contains,
    Equals,
    HasCode,
    HasNote,
    InPart,
    InText,
    Matches,
    Node,
    Not,
    Nothing,
    OfSession,
    OfSource,
    Or,
    Query,
    QueryError,
    Relation,
    RelationKind,
    ValueCondition,
)
from codetui.core.query.words import Phrase, fold
from codetui.model import Codebook, CodeId, Group, Section

STATES = {
    "done": ("done",),
    "open": ("in progress", "profile assigned"),
    "not begun": ("untouched",),
    "untouched": ("untouched",),
    "in progress": ("in progress",),
    "profile assigned": ("profile assigned",),
    "not codable": ("not codable",),
}
"""The states of a source as queries name them, and the states of sessions that they mean."""

DEEPEST = 40
"""Brackets and minuses inside each other."""

_FIELD = re.compile(r"([^\W\d][\w.-]*):(?!//)")
_RELATION = re.compile(r"&|<|in|~(?:s|\d{1,6})")
_JOINED = re.compile(r"([^\s()&<]+)([&<])([^\s()&<]+)")
_QUOTES = {'"': '"', "“": "”", "„": "”", "«": "»"}


def parse_query(text: str, codebook: Codebook) -> Query | QueryError:
    """Return the query that `text` states, or why and where it cannot be read.

    The codebook resolves the names of codes, sections, groups and profiles.
    """
    parser = _Parser(text, codebook)
    try:
        return Query(text, parser.whole())
    except _UnreadableError as error:
        return QueryError(str(error), min(error.at, len(text)) + 1)


class _UnreadableError(Exception):
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class _Value(NamedTuple):
    """A value of a field; `at` is its offset in the query."""

    text: str
    is_quoted: bool
    at: int


class _Parser:
    """Reads a query from left to right; `_at` is the offset of what comes next."""

    def __init__(self, text: str, book: Codebook) -> None:
        self._text, self._book, self._index = text, book, index_of(book)
        self._at = 0
        self._depth = 0
        self._open: list[int] = []

    def whole(self) -> Node:
        node = self._alternatives()
        if self._at < len(self._text):
            raise _UnreadableError("this bracket closes nothing: remove it, or put it into quotes", self._at)
        return node

    # --- and, or, not -------------------------------------------------------------------------------

    def _alternatives(self) -> Node:
        parts = [self._conjunction()]
        while self._word("OR"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _conjunction(self) -> Node:
        self._blanks()
        start, parts = self._at, list[Node]()
        is_open = False
        while not self._is_at_end() and not self._peek_word("OR"):
            if parts and not is_open and self._word("AND"):
                is_open = True
            else:
                parts.append(self._unit())
                is_open = False
            self._blanks()
            start = self._at if is_open else start
        if not parts or is_open:
            raise _UnreadableError("a condition is missing here, such as a word or code:TASK4", start)
        return parts[0] if len(parts) == 1 else And(tuple(sorted(parts, key=_cost)))

    def _unit(self) -> Node:
        at = self._at
        self._depth += 1
        if self._depth > DEEPEST:
            raise _UnreadableError("too many brackets or minuses inside each other", at)
        node = self._negated() or self._bracket() or self._condition()
        self._depth -= 1
        return node

    def _negated(self) -> Node | None:
        at = self._at
        if self._word("NOT"):
            self._blanks()
            if self._is_at_end():
                raise _UnreadableError("NOT excludes nothing: write a condition behind it, or put it into quotes", at)
            return Not(self._unit())
        if self._text[at] != "-":
            return None
        self._at += 1
        if self._is_at_end() or self._text[self._at].isspace():
            what = "the minus excludes nothing: write it right before a condition, or put it into quotes"
            raise _UnreadableError(what, at)
        return Not(self._unit())

    def _bracket(self) -> Node | None:
        at = self._at
        if self._text[at] != "(":
            return None
        self._open.append(at)
        self._at += 1
        node = self._alternatives()
        if self._at >= len(self._text):
            raise _UnreadableError("this bracket is not closed", at)
        self._at += 1
        self._open.pop()
        codes = self._codes_of(node)
        if self._relation_follows(is_code=False) and codes is None:
            what = "a relation needs codes on both sides: name one, or several as (A OR B)"
            raise _UnreadableError(what, at)
        return (self._related(codes) if codes is not None else None) or node

    def _codes_of(self, node: Node) -> Codes | None:
        """Return the codes of a code or of several with OR between them; None for any other condition."""
        match node:
            case HasCode() | InPart():
                return node.codes
            case InText():
                return self._codes_called(node.words.text + "*" * node.words.is_prefix)
            case Or():
                parts = [self._codes_of(part) for part in node.parts]
                known = [part for part in parts if part is not None]
                return reduce(or_, known) if len(known) == len(parts) else None
            case _:
                return None

    # --- conditions ---------------------------------------------------------------------------------

    def _condition(self) -> Node:
        node: Node | None
        start, sign = self._at, self._text[self._at]
        if sign in _QUOTES:
            words = self._quoted()
            if not words.strip():
                raise _UnreadableError("there is nothing between these quotes", start)
            if self._text.startswith(":", self._at):
                self._at += 1
                return OfSource("attribute", _contains(self._value(f'"{words}":')), fold(words.strip()))
            self._demand_end()
            return InText(Phrase(words))
        if sign == "/":
            return self._regex()
        field = _FIELD.match(self._text, self._at)
        if field is not None:
            node = self._field(field)
            codes = node.codes if isinstance(node, HasCode | InPart) else None
        else:
            word = self._chunk()
            if joined := self._joined(word):
                return joined
            codes = self._codes_called(word)
            if self._relation_follows(is_code=codes is not None) and codes is None:
                raise self._no_code(word, start)
            if "*" in word.rstrip("*") and fold(word).strip("*"):
                what = r"* may only end a word: use a regular expression such as /p\w*n/, or quotes for the sign"
                raise _UnreadableError(what, start + word.index("*"))
            node = InText(_words(word)) if fold(word).strip("*") else None
        node = (self._related(codes) if codes is not None else None) or node
        if node is not None:
            return node
        raise _UnreadableError("this matches everything or nothing: name at least one letter or sign", start)

    def _joined(self, word: str) -> Node | None:
        """Return the relation in `TASK1&TASK2`, without blanks; None if these are not two codes."""
        found = _JOINED.fullmatch(word)
        left, right = (self._codes_called(found[1]), self._codes_called(found[3])) if found else (None, None)
        if found is None or left is None or right is None:
            return None
        return Relation(left, "overlaps" if found[2] == "&" else "before", right)

    def _regex(self) -> Node:
        start = self._at
        found = re.compile(r"/((?:\\.|[^\\/])+)/").match(self._text, start)
        if found is None:
            raise _UnreadableError("this regular expression has no end: write /…/, or put the slash into quotes", start)
        self._at = found.end()
        self._demand_end()
        pattern = found[1].replace(r"\/", "/")
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            place = error.pos if isinstance(error, re.error) and error.pos is not None else 0
            why = error.msg if isinstance(error, re.error) else "it is too large"
            raise _UnreadableError(f"this regular expression cannot be read: {why}", start + 1 + place) from None
        return Matches(pattern)

    def _field(self, found: re.Match[str]) -> Node:
        name, at = found[1].casefold(), self._at
        self._at = found.end()
        value = self._value(found[0])
        match name:
            case "code":
                return HasCode(self._codes(value))
            case "section":
                return InPart(self._codes_in("section", value))
            case "group":
                return InPart(self._codes_in("group", value))
            case "note":
                return HasNote(_contains(value))
            case "coder":
                return OfSession("coder", _equals(value))
            case "profile":
                return OfSession("profile", self._profile(value))
            case "state":
                return OfSession("state", _state(value))
            case "id":
                return OfSource("id", _equals(value))
            case "employer" | "title":
                return OfSource("employer" if name == "employer" else "title", _contains(value))
            case _:
                return OfSource("attribute", _contains(value), fold(self._text[at : found.end() - 1]))

    def _related(self, left: Codes) -> Node | None:
        """Return the relation of these codes to those that follow, if an operator does."""
        before = self._at
        operator = self._operator()
        if operator is None:
            return None
        self._blanks()
        at = self._at
        if self._is_at_end():
            if operator == "in":
                self._at = before
                return None
            raise _UnreadableError(f"a code is missing behind {operator}", at)
        field = _FIELD.match(self._text, at)
        node = self._field(field) if field is not None else self._codes_in_bracket(at, operator)
        word = self._chunk() if node is None else self._text[at : self._at]
        called = self._codes_called(word) if node is None else None
        right = node.codes if isinstance(node, HasCode | InPart) else called
        if right is None and operator == "in":
            self._at = before
            return None
        if right is None:
            raise self._no_code(word, at)
        after = self._at
        if self._operator() not in (None, "in"):
            what = "a relation has two codes: write the next one as a condition of its own, such as A & B  B & C"
            raise _UnreadableError(what, after)
        self._at = after
        kinds: dict[str, RelationKind] = {"&": "overlaps", "in": "inside", "<": "before", "~s": "same sentence"}
        is_near = operator not in kinds
        return Relation(left, kinds.get(operator, "near"), right, int(operator[1:]) if is_near else 0)

    def _codes_in_bracket(self, at: int, operator: str) -> Node | None:
        """Return the codes of a bracket that begins here; None if none does, or if `in` is a word before it."""
        node = self._bracket() if self._text[at] == "(" else None
        codes = self._codes_of(node) if node is not None else None
        if node is not None and codes is None and operator != "in":
            raise _UnreadableError("a relation needs codes on both sides: name one, or several as (A OR B)", at)
        return HasCode(codes) if codes is not None else None

    # --- pieces of the text -------------------------------------------------------------------------

    def _operator(self) -> str | None:
        """Return the operator of a relation that follows, and go behind it."""
        self._blanks()
        found = re.compile(r"[^\s()]+").match(self._text, self._at)
        if found is None or not _RELATION.fullmatch(found[0]):
            return None
        self._at = found.end()
        return found[0]

    def _relation_follows(self, *, is_code: bool) -> bool:
        before = self._at
        operator = self._operator()
        self._at = before
        return operator is not None and (is_code or operator != "in")

    def _value(self, field: str) -> _Value:
        at = self._at
        if at < len(self._text) and self._text[at] in _QUOTES:
            words = self._quoted()
            self._demand_end()
            return _Value(words, True, at)
        if self._is_at_end() or self._text[at].isspace():
            raise _UnreadableError(
                f'a value is missing behind {field}, such as {field}* for any or {field}"" for none', at
            )
        return _Value(self._chunk(), False, at)

    def _quoted(self) -> str:
        start = self._at
        end = self._text.find(_QUOTES[self._text[start]], start + 1)
        plain = self._text.find('"', start + 1)
        end = plain if end < 0 else end
        if end < 0:
            raise _UnreadableError("this quote is not closed", start)
        self._at = end + 1
        return self._text[start + 1 : end]

    def _chunk(self) -> str:
        """Return the characters up to the next blank, or the bracket that closes an open one."""
        start, inner = self._at, 0
        while self._at < len(self._text) and not self._text[self._at].isspace():
            sign = self._text[self._at]
            inner += (sign == "(") - (sign == ")")
            if inner < 0 and self._open:
                break
            self._at += 1
        return self._text[start : self._at]

    def _demand_end(self) -> None:
        if not self._is_at_end() and not self._text[self._at].isspace():
            raise _UnreadableError("a blank is missing here", self._at)

    def _blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _is_at_end(self) -> bool:
        """Return whether nothing more belongs to the innermost bracket, or to the query."""
        return self._at >= len(self._text) or (self._text[self._at] == ")")

    def _peek_word(self, word: str) -> bool:
        end = self._at + len(word)
        return self._text.startswith(word, self._at) and (
            end >= len(self._text) or self._text[end].isspace() or self._text[end] in "()"
        )

    def _word(self, word: str) -> bool:
        if not self._peek_word(word):
            return False
        self._at += len(word)
        return True

    # --- names --------------------------------------------------------------------------------------

    def _codes_called(self, word: str) -> Codes | None:
        """Return the codes that a word names without `code:`; None if it names none."""
        wanted = fold(word)
        if wanted.endswith("*") and wanted != "*":
            ids = frozenset(code for code in self._code_ids() if fold(code).startswith(wanted[:-1]))
            return Codes(ids, (wanted,)) if ids else None
        ids = frozenset(code for code in self._code_ids() if fold(code) == wanted)
        return Codes(ids) if ids else None

    def _codes(self, value: _Value) -> Codes:
        wanted = fold(value.text)
        if "*" in wanted and not value.is_quoted:
            accepts = Equals((value.text,)).accepts
            return Codes(frozenset(filter(accepts, self._code_ids())), (wanted,))
        by_name = {
            code.id for code in self._book.codes if wanted in (fold(code.name), fold(self._index.labels[code.id]))
        }
        ids = frozenset(code for code in self._code_ids() if fold(code) == wanted) or frozenset(by_name)
        if not ids:
            raise self._no_code(value.text, value.at)
        return Codes(ids)

    def _code_ids(self) -> list[CodeId]:
        return [code.id for code in self._book.codes] + [code.id for code in self._book.former]

    def _no_code(self, word: str, at: int) -> _UnreadableError:
        near = get_close_matches(fold(word).upper(), [code.upper() for code in self._code_ids()], 1, 0.5)
        hint = f"did you mean {near[0]}" if near else "the codebook lists the codes"
        earlier = f"; code:{word}* also finds codes of earlier codebooks" if word.isalnum() else ""
        words = "" if self._text[:at].endswith(":") else "; put words that are no codes into quotes"
        return _UnreadableError(f"there is no code {word}: {hint}{earlier}{words}", at)

    def _codes_in(self, kind: Literal["section", "group"], value: _Value) -> Codes:
        """Return the codes in the sections or groups that a value names by id or title."""
        parts: Sequence[Section | Group] = self._book.sections if kind == "section" else self._book.groups
        accepts, title = Equals((value.text,)).accepts, folded_title(value.text)
        found = {part.id for part in parts if accepts(part.id) or folded_title(part.title) == title}
        if not found:
            names = ", ".join(part.id for part in parts[:12]) or "none"
            raise _UnreadableError(f"there is no {kind} {value.text}: the codebook has {names}", value.at)
        ids = {code.id for code in self._book.codes if (code.section if kind == "section" else code.group) in found}
        for code in self._book.former:
            group = code.group.id if code.group else ""
            ids |= {code.id} if (code.section.id if kind == "section" else group) in found else set()
        return Codes(frozenset(ids))

    def _profile(self, value: _Value) -> ValueCondition:
        if value.text == "*" or not value.text.strip() or "*" in value.text:
            return _equals(value)
        found = profile(self._book, value.text)
        if found is None:
            names = ", ".join(one.id for one in self._book.profiles[:12]) or "none"
            raise _UnreadableError(f"there is no profile {value.text}: the codebook has {names}", value.at)
        return Equals((found.id, found.name))


def _state(value: _Value) -> ValueCondition:
    states = STATES.get(fold(value.text))
    if states is None:
        names = ", ".join(f'"{name}"' if " " in name else name for name in STATES)
        raise _UnreadableError(f"there is no state {value.text}: they are {names}", value.at)
    return Equals(states)


def _equals(value: _Value) -> ValueCondition:
    if value.text == "*":
        return Anything()
    return Equals((value.text,)) if value.text.strip() else Nothing()


def _contains(value: _Value) -> ValueCondition:
    if not value.text.strip():
        return Nothing()
    if value.is_quoted:
        return Contains(Phrase(value.text))
    return Contains(_words(value.text)) if fold(value.text).strip("*") else Anything()


def _words(text: str) -> Phrase:
    is_prefix = text.endswith("*") and bool(fold(text).strip("*"))
    return Phrase(text.removesuffix("*") if is_prefix else text, is_prefix=is_prefix)


def _cost(node: Node) -> int:
    """Return the order in which conditions are tried: those that take long come last."""
    match node:
        case OfSource() | OfSession():
            return 0
        case HasCode() | InPart() | HasNote():
            return 1
        case InText():
            return 2
        case Matches():
            return 5
        case _:
            return 3 if isinstance(node, Relation) else 4

"""Words and their parts inside one block of text.

    "[ChatGPT]/[LLM] ([C++], [CI/CD])"

The parts of `CI/CD` are `CI` and `CD`; a word is what a coder would call one tool.
"""

from __future__ import annotations

import re
from itertools import pairwise

from codetui.model import Span

# An abbreviation keeps its full stop, and that full stop ends no sentence.
_SPELT_ABBREVIATIONS = """
a.d.h.v. a.h.v. a.k.a. a.u.b. alg. approx. bijv. bol. btw. bv. bvb. c.a. c.q. ca. cf. corp.
d.d. d.m.v. d.w.z. dept. dhr. dr. drs. e.a. e.d. e.g. e.o. eg. enz. etc. evt. excl. fig. gem.
i.c.m. i.e. i.h.b. i.h.k.v. i.o. i.o.v. i.p.v. i.s.m. i.v.m. ie. inc. incl. ing. ir. jr. l.v. ltd.
m.a.w. m.b.t. m.b.v. m.i.v. m.n. m.u.v. max. mevr. min. mr. mrs. ms. mw. n.a.v. n.t.b. n.v.t. nl.
nr. nrs. o.a. o.b.v. o.g.v. o.i.d. o.l.v. o.m. o.v.v. p.a. p.d. p.j. p.m. p.u. p.w. pag. ph.d. plm.
prof. r.o. resp. sr. st. t.a.v. t.b.v. t.g.v. t.h.v. t.m. t.n.v. t.o.v. t.w. t.z.t. tel. u.s.
v.a. v.w.b. vb. vgl. viz. vs. w.o. z.g. z.s.m. zgn. zsm.
"""
ABBREVIATIONS = frozenset(_SPELT_ABBREVIATIONS.split())
# These may close a sentence as well: what follows decides.
_SPELT_CLOSING = """
b.v. btw. bv. c.q. corp. e.a. e.d. e.o. enz. etc. inc. ltd. n.v. n.v.t. o.i.d. p.a. p.m. p.w. u.s. z.s.m.
"""
CLOSING_ABBREVIATIONS = frozenset(_SPELT_CLOSING.split())

_TOKEN = re.compile(r"[^\s,;|…—–“”«»]+(?:,\d+[^\s,;|…—–“”«»]*)*|[^\s]")
_ADDRESS = re.compile(r"(?<![\w.+-])(?:[a-z][a-z+]*://|www\.|[\w.+-]+@[\w-]+\.)", re.IGNORECASE)
_GLUED_STOP = re.compile(r"(?<=[^\W\d_A-Z][^\W\d_A-Z])[.!?](?=[A-Z][^\W\d_])(?!(?:Net|Js|Io|Ai|Com|Nl|Org)\b)")
_GLUED_COLON = re.compile(r"(?<=[^\W\d_]):(?=[^\W\d_])")
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}$")
_OPENERS = "\"'`‘’([{<*_~#=>&-+./\\:!?"
_CLOSERS = "\"'`‘’)]}>*_~=<&-./\\:!?@"
_JOINED = frozenset(("and/or", "en/of", "tcp/ip", "pl/sql", "client/server", "he/she", "his/her"))
_PART = re.compile(r"[^/\-‑\\]+")


def words_in(block: str) -> list[Span]:
    """The words of a block, without punctuation at either end; `C++`, `.NET`, `50%`, `CI/CD` are whole."""
    found = []
    for token in _TOKEN.finditer(block):
        for start, end in _pieces(block, token.start(), token.end()):
            word = _trimmed(block, start, end)
            if word is not None:
                found += _slash_split(block, word)
    return found


def parts_in(block: str, word: Span) -> list[Span]:
    """What a slash or hyphen joins in one word, each on its own; an address has no parts."""
    if _ADDRESS.match(block, word.start):
        return [word]
    pieces = [Span(m.start(), m.end()) for m in _PART.finditer(block, word.start, word.end)]
    return [p for p in pieces if any(c.isalnum() for c in block[p.start : p.end])] or [word]


def is_abbreviation(token: str) -> bool:
    """Whether a token that ends in a full stop is a known abbreviation or a row of initials."""
    return token.lower() in ABBREVIATIONS or _INITIALS.match(token) is not None


def _pieces(block: str, start: int, end: int) -> list[tuple[int, int]]:
    """One token cut where the blank after a full stop or colon was forgotten: `Analytics.This`."""
    if _ADDRESS.search(block, start, end):
        return [(start, end)]
    cuts = [m.end() for rule in (_GLUED_STOP, _GLUED_COLON) for m in rule.finditer(block, start, end)]
    edges = [start, *sorted(cuts), end]
    return list(pairwise(edges))


def _trimmed(block: str, start: int, end: int) -> Span | None:
    """A token without the punctuation round it, or None where nothing is left."""
    while start < end and block[start] in _OPENERS and not _opens_word(block, start, end):
        start += 1
    while end > start and block[end - 1] in _CLOSERS and not _closes_word(block, start, end):
        end -= 1
    return Span(start, end) if any(c.isalnum() for c in block[start:end]) else None


def _opens_word(block: str, start: int, end: int) -> bool:
    """Whether leading punctuation belongs to the word: `.NET`, `+31`, `#1`."""
    following = block[start + 1 : start + 2] if start + 1 < end else ""
    if block[start] == ".":
        return following.isupper()
    return block[start] in "+#" and following.isdigit()


def _closes_word(block: str, start: int, end: int) -> bool:
    """Whether trailing punctuation belongs to the word: `e.g.`, `developer(s)`."""
    if block[end - 1] == ".":
        return is_abbreviation(block[start:end])
    return block[end - 1] == ")" and block.find("(", start, end) > start and block[start] != "("


def _slash_split(block: str, word: Span) -> list[Span]:
    """A word cut at its slashes, unless it is a name like `CI/CD`, `24/7` or an address."""
    text = block[word.start : word.end]
    pieces = text.split("/")
    is_name = all(len(p) <= 2 for p in pieces) or text.lower() in _JOINED
    if len(pieces) == 1 or is_name or _ADDRESS.search(text):
        return [word]
    spans, at = [], word.start
    for piece in pieces:
        trimmed = _trimmed(block, at, at + len(piece))
        if trimmed is not None:
            spans.append(trimmed)
        at += len(piece) + 1
    return spans

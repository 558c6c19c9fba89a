"""Cut one block of text into words, their parts, clauses, sentences and bullets.

    "[ChatGPT]/[LLM] ([C++], [CI/CD])"

The parts of `CI/CD` are `CI` and `CD`; a word is a unit that a coder would see as one tool.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from codetui.core.text.layout import cluster_cells
from codetui.core.text.scripts import (
    BREAKS,
    CLOSERS,
    ELLIPSES,
    HANGUL,
    IDEOGRAPHIC,
    OPENERS,
    SEPARATORS,
    STOPS,
    THAI,
    UNSPACED,
    ends_sentence,
    find_ideographic,
    find_unspaced,
    goes_on_after_quote,
    runs,
    words_of,
)
from codetui.model import Span

# The full stop of an abbreviation ends no sentence.
_SPELT_ABBREVIATIONS = """
a.d.h.v. a.h.v. a.k.a. a.u.b. alg. approx. bijv. bol. btw. bv. bvb. c.a. c.q. ca. cf. corp.
d.d. d.m.v. d.w.z. dept. dhr. dr. drs. e.a. e.d. e.g. e.o. eg. enz. etc. evt. excl. fig. gem.
i.c.m. i.e. i.h.b. i.h.k.v. i.o. i.o.v. i.p.v. i.s.m. i.v.m. ie. inc. incl. ing. ir. jr. l.v. ltd.
m.a.w. m.b.t. m.b.v. m.i.v. m.n. m.u.v. max. mevr. min. mr. mrs. ms. mw. n.a.v. n.t.b. n.v.t. nl.
nr. nrs. o.a. o.b.v. o.g.v. o.i.d. o.l.v. o.m. o.v.v. p.a. p.d. p.j. p.m. p.u. p.w. pag. ph.d. plm.
prof. r.o. resp. sr. st. t.a.v. t.b.v. t.g.v. t.h.v. t.m. t.n.v. t.o.v. t.w. t.z.t. tel. u.s.
v.a. v.w.b. vb. vgl. viz. vs. w.o. z.g. z.s.m. zgn. zsm. डॉ. श्री. प्रो. δηλ. κα.
"""
ABBREVIATIONS = frozenset(_SPELT_ABBREVIATIONS.split())
# These may end a sentence as well: the next word decides.
_SPELT_CLOSING = """
b.v. btw. bv. c.q. corp. e.a. e.d. e.o. enz. etc. inc. ltd. n.v. n.v.t. o.i.d. p.a. p.m. p.w. u.s. z.s.m.
"""
CLOSING_ABBREVIATIONS = frozenset(_SPELT_CLOSING.split())

# Patterns with a class of `scripts` are compiled at their first use, as there.
_IN_TOKEN = rf"[^\s,;|…—–“”«»{re.escape(SEPARATORS)}]"
_TOKEN = re.compile(rf"{_IN_TOKEN}+(?:,\d+{_IN_TOKEN}*)*|[^\s]")
_ADDRESS = re.compile(r"(?<![\w.+-])(?:[a-z][a-z+]*://|www\.|[\w.+-]+@[\w-]+\.)", re.IGNORECASE)
_GLUED_STOP = re.compile(r"(?<=[^\W\d_A-Z][^\W\d_A-Z])[.!?](?=[A-Z][^\W\d_])(?!(?:Net|Js|Io|Ai|Com|Nl|Org)\b)")
_GLUED_COLON = re.compile(r"(?<=[^\W\d_]):(?=[^\W\d_])")
_GLUED_HANGUL = rf"(?<=[{HANGUL}])[.!?](?=[{HANGUL}])"
_INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}$")
_OPENERS = "\"'`‘’([{<*_~#=>&-+./\\:!?．"
_CLOSERS = "\"'`‘’)]}>*_~=<&-./\\:!?@．"
_JOINED = frozenset(("and/or", "en/of", "tcp/ip", "pl/sql", "client/server", "he/she", "his/her"))
_PART = re.compile(r"[^/\-‑\\]+")
_PARTICLE = rf"(?<=[A-Za-z0-9])(?=[{HANGUL}])"
"""The boundary before a Korean particle behind a foreign word: `Python을`."""


def words_in(block: str) -> list[Span]:
    """Return the words of a block, without punctuation at either end; `C++`, `.NET`, `50%`, `CI/CD` are whole."""
    found: list[Span] = []
    is_mixed = find_unspaced(block) is not None
    for token in _TOKEN.finditer(block):
        if not is_mixed:
            found += _spaced_words(block, token.start(), token.end())
            continue
        for run, is_unspaced in runs(block, token.start(), token.end()):
            found += words_of(block, run) if is_unspaced else _spaced_words(block, *run)
    return found


def parts_in(block: str, word: Span) -> list[Span]:
    """Return the parts that slashes or hyphens join in one word; an address is one part."""
    if _ADDRESS.match(block, word.start):
        return [word]
    pieces = [Span(m.start(), m.end()) for m in _PART.finditer(block, word.start, word.end)]
    if find_ideographic(block, word.start, word.end):
        edges = [(p.start, *(m.start() for m in re.compile(_PARTICLE).finditer(block, *p)), p.end) for p in pieces]
        pieces = [Span(*edge) for piece in edges for edge in pairwise(piece)]
    return [p for p in pieces if any(c.isalnum() for c in block[p.start : p.end])] or [word]


def is_abbreviation(token: str) -> bool:
    """Return whether a token that ends in a full stop is a known abbreviation or a row of initials."""
    return token.lower() in ABBREVIATIONS or _INITIALS.match(token) is not None


def _spaced_words(block: str, start: int, end: int) -> Iterator[Span]:
    """Yield the words of one token of a script with blanks between words."""
    for piece in _pieces(block, start, end):
        word = _trimmed(block, *piece)
        if word is not None:
            yield from _slash_split(block, word)


def _pieces(block: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut one token where the blank after a full stop or colon is missing: `Analytics.This`."""
    if _ADDRESS.search(block, start, end):
        return [(start, end)]
    rules = [_GLUED_STOP, _GLUED_COLON]
    if find_ideographic(block, start, end):
        rules.append(re.compile(_GLUED_HANGUL))
    cuts = [m.end() for rule in rules for m in rule.finditer(block, start, end)]
    edges = [start, *sorted(cuts), end]
    return list(pairwise(edges))


def _trimmed(block: str, start: int, end: int) -> Span | None:
    """Return a token without the punctuation around it, or None if nothing is left."""
    while start < end and block[start] in _OPENERS and not _opens_word(block, start, end):
        start += 1
    while end > start and block[end - 1] in _CLOSERS and not _closes_word(block, start, end):
        end -= 1
    return Span(start, end) if any(c.isalnum() for c in block[start:end]) else None


def _opens_word(block: str, start: int, end: int) -> bool:
    """Return whether leading punctuation belongs to the word: `.NET`, `+31`, `#1`."""
    following = block[start + 1 : start + 2] if start + 1 < end else ""
    if block[start] == ".":
        return following.isupper()
    return block[start] in "+#" and following.isdigit()


def _closes_word(block: str, start: int, end: int) -> bool:
    """Return whether trailing punctuation belongs to the word: `e.g.`, `developer(s)`."""
    if block[end - 1] == ".":
        return is_abbreviation(block[start:end])
    return block[end - 1] == ")" and block.find("(", start, end) > start and block[start] != "("


def _slash_split(block: str, word: Span) -> list[Span]:
    """Cut a word at its slashes, unless it is a name like `CI/CD`, `24/7` or an address."""
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


# --- bullets, sentences and clauses ---------------------------------------------------------------

_SIGNS = "•·‣▪●○◦■□➢➤✓✔→"
_BLANKS = r"[ \t\u00a0\u3000]"
_WIDE_MARK = (
    rf"(?:[・◆◇※①-⑳]|（[\d一二三四五六七八九十]{{1,3}}）|[一二三四五六七八九十]{{1,3}}、|\d{{1,2}}[、．](?!\d))"
    rf"{_BLANKS}*(?=\S)"
)
_JOINED_MARK = rf"{_BLANKS}*(?:\d{{1,2}}[.)]|\(\d{{1,2}}\)|[-*+])(?=[{IDEOGRAPHIC}])"
"""The marks of bullets that need no blank: those of Chinese and Japanese, and others before an ideograph."""

_MARK = re.compile(
    rf"{_BLANKS}*(?:[{_SIGNS}]{_BLANKS}*|(?:[*+?–—-]|o|\d{{1,2}}[.)]|[a-z]\)){_BLANKS}+(?=\S)|[-–](?=[^\W\d_])"
    rf"|{_WIDE_MARK})"
)
_INNER_SIGNS = "•▪●➢✓"
_INNER_MARK = re.compile(rf"(?<=\S)[ \t]+[{_INNER_SIGNS}][ \t]+")
_LINE = re.compile(r"[^\n]*\n?")
_GREEK = "\u0370-\u03ff\u1f00-\u1fff"
_STOP = re.compile(
    rf"(?:[{STOPS}{ELLIPSES}][{STOPS}{ELLIPSES}.!?]*|[.!?]+|(?<=[{_GREEK}])[;\u037e]|(?:ครับ|ค่ะ|คะ)(?=\s))"
    rf"[\"'”’»)\]{re.escape(CLOSERS)}]*"
)
"""A `;` behind a Greek letter is a question mark; Thai has words that end a sentence, and no sign."""

_TOKEN_BEFORE = r"[^\s(\[\"“‘,;/]*$"
_SPACED_TOKEN_BEFORE = rf"[^\s(\[\"“‘,;/{UNSPACED}]*$"
_AFTER = re.compile(r"(,?)(\s*)[\"'“‘«(\[*_]*(\w?)")
_CONJUNCTION = re.compile(r"(?:and/or|en/of|and|or|but|en|of|maar|&)\s+", re.IGNORECASE)
_CLAUSE_END = (
    rf"[,;:](?=\s)|\s[-–—](?=\s)|[–—](?=\s)"
    rf"|(?<=[{IDEOGRAPHIC}])[,;:]|[,;:](?=[{IDEOGRAPHIC}])|(?<=\D)[{BREAKS}]|[{BREAKS}](?=\D)|—{{2,}}(?=[{IDEOGRAPHIC}])"
    rf"|(?<=[{_GREEK}])[·\u0387]|(?<=[{THAI}])[ \u00a0]+(?=[{THAI}])"
)
_ENUMERATOR = re.compile(rf"(?:^|[\s{STOPS}{BREAKS}:])(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})$")
_LONGEST_ENUMERATOR = 4
"""Characters before `、` that may number a clause, with the sign before them: `；2、教学`."""

_LOOSE_BEFORE, _LOOSE_AFTER = ",;，；、､،؛", f",;:(|·\u0387{BREAKS}{OPENERS[:-2]}"
_DOUBLED = re.compile(rf"[{ELLIPSES}]{{2}}|[{ELLIPSES}].*[{STOPS}!?]|[{STOPS}]")
find_greek = re.compile(f"[{_GREEK}]").search
_AFTER_STOP = rf"(?!NET(?![A-Za-z]))[A-Z\d{UNSPACED}{HANGUL}{re.escape(OPENERS)}]"
_NEXT_WORD = rf"\s*([^\s{UNSPACED}]+|\S)"
_WRAPPED_WIDTHS = range(60, 121)


def bullet_flows(block: str) -> list[tuple[Span, bool]]:
    """Cut a block into running text and bullets; return each trimmed part with True for a bullet."""
    flows: list[tuple[int, bool]] = []
    indent, is_bullet = 0, False
    for line in _LINE.finditer(block):
        mark = _mark_in(block, line)
        depth = len(line.group()) - len(line.group().lstrip())
        if mark:
            flows.append((mark.end(), True))
            indent, is_bullet = depth, True
        elif not flows or (is_bullet and not _continues(block, line.start(), depth > indent)):
            flows.append((line.start(), False))
            is_bullet = False
        flows += [(m.end(), True) for m in _INNER_MARK.finditer(block, line.start(), line.end())]
    return [(span, flag) for span, flag in _closed(block, flows) if span.start < span.end]


def sentences_in(block: str, flow: Span) -> list[Span]:
    """Return the sentences of a passage, each with its `.`, `!` or `?` and without a trailing `;` or `,`."""
    ends = {
        _stop_end(block, m, flow) for m in _STOP.finditer(block, flow.start, flow.end) if _ends_sentence(block, m, flow)
    }
    at = block.find("\n", flow.start, flow.end)
    while at >= 0:
        if _line_ends_sentence(block, at, flow):
            ends.add(at)
        at = block.find("\n", at + 1, flow.end)
    return _between(block, flow, sorted(ends))


def clauses_in(block: str, sentence: Span) -> list[Span]:
    """Cut a sentence at its commas, semicolons, colons and dashes; a clause has no leading `and`."""
    signs = re.compile(_CLAUSE_END).finditer(block, *sentence)
    ends = [m.end() for m in signs if not _is_enumerator(block, m.start(), sentence)]
    clauses = []
    for span in _between(block, sentence, ends):
        lead = _CONJUNCTION.match(block, span.start, span.end)
        clauses.append(Span(lead.end(), span.end) if lead and lead.end() < span.end else span)
    return clauses


def _is_enumerator(block: str, at: int, sentence: Span) -> bool:
    """Return whether the sign at an offset follows the number of a clause: `2、教学`."""
    start = max(sentence.start, at - _LONGEST_ENUMERATOR)
    found = _ENUMERATOR.search(block, start, at) if block[at] in "、." else None
    return found is not None and (found.start() > start or start == sentence.start or not found[0][0].isalnum())


def trimmed(text: str, start: int, end: int) -> Span:
    """Return the passage without white space at either end and without trailing `;`, `,`, `:`, open bracket or dash."""
    while start < end and (text[start].isspace() or text[start] in _LOOSE_BEFORE):
        start += 1
    while end > start and _is_loose(text, start, end):
        end -= 1
    return Span(start, end)


def _is_loose(text: str, start: int, end: int) -> bool:
    """Return whether the last character belongs to no word, such as a dash with white space before it."""
    last = text[end - 1]
    if last in ";\u037e" and find_greek(text, end - 2, end - 1):
        return False
    return (
        last.isspace()
        or last in _LOOSE_AFTER
        or (last in "-–—" and end - 1 > start and (text[end - 2].isspace() or text[end - 2] == "—"))
    )


def _mark_in(block: str, line: re.Match[str]) -> re.Match[str] | None:
    """Return the mark that makes a line a bullet."""
    mark = _MARK.match(block, *line.span())
    if mark or not find_ideographic(block, *line.span()):
        return mark
    return re.compile(_JOINED_MARK).match(block, *line.span())


def _continues(block: str, start: int, is_deeper: bool) -> bool:
    """Return whether a line without a mark continues the bullet above it."""
    following = block[start:].lstrip()[:1]
    above = block[:start].rstrip()[-1:]
    return is_deeper or (following.islower() and above not in ".!?;:")


def _closed(block: str, flows: list[tuple[int, bool]]) -> list[tuple[Span, bool]]:
    """Return the flows as trimmed passages, each of which ends where the next one begins."""
    closed = []
    for (start, is_bullet), following in zip(flows, [*(f for f in flows[1:]), None], strict=True):
        end = len(block) if following is None else _mark_start(block, start, following)
        trimmed_flow = trimmed if is_bullet else trimmed_prose
        closed.append((trimmed_flow(block, start, end), is_bullet))
    return closed


def trimmed_prose(block: str, start: int, end: int) -> Span:
    """Return the passage as `trimmed` does, but with a colon that introduces a list."""
    span = trimmed(block, start, end)
    keeps_colon = span.end < end and block[span.end] in ":："
    return Span(span.start, span.end + 1) if keeps_colon else span


def _mark_start(block: str, start: int, following: tuple[int, bool]) -> int:
    """Return the offset at which the bullet mark, or the line, of the following passage begins."""
    at, is_bullet = following
    if not is_bullet:
        return at
    line = block.rfind("\n", start, at) + 1
    if line > start:
        return line
    inner = at
    while inner > start and (block[inner - 1].isspace() or block[inner - 1] in _INNER_SIGNS):
        inner -= 1
    return inner


def _ends_sentence(block: str, stop: re.Match[str], flow: Span) -> bool:
    """Return whether a full stop, `!`, `?` or dots end a sentence, judging by the text before and after."""
    after = _AFTER.match(block, stop.end(), flow.end)
    comma, blanks, letter = after.groups() if after else ("", "", "")
    if stop.end() >= flow.end:
        return False
    first = stop.group()[0]
    is_wide = find_ideographic(block, stop.start() - 1, stop.start()) is not None
    if first in STOPS or first in THAI or (first in ELLIPSES and is_wide and _DOUBLED.search(stop.group())):
        return ends_sentence(block, stop.start(), _stop_end(block, stop, flow), flow.start)
    if first in ";\u037e":
        return True
    behind = block[max(flow.start, stop.start() - 40) : stop.start()]
    before = re.search(_SPACED_TOKEN_BEFORE if find_unspaced(behind) else _TOKEN_BEFORE, behind)
    token = before.group() if before else ""
    is_full_stop = stop.group()[0] == "." and not stop.group().startswith("..")
    if first not in ELLIPSES and is_wide:
        is_followed = blanks or re.compile(_AFTER_STOP).match(block, stop.end())
        return bool(is_followed) and not goes_on_after_quote(block, stop.end(), flow.start)
    if not blanks and is_full_stop and token[-1:].isascii() and find_ideographic(letter):
        return token[-1:].isalpha() and not is_abbreviation(token + ".") and not _ADDRESS.match(token + ".")
    if not blanks:
        return letter.isupper() and len(token) > 1 and token[-2:].islower() and _is_glued(block, stop.end())
    if not letter:
        return not comma
    if is_full_stop and find_ideographic(letter) and _is_enumerator(block, stop.start(), flow):
        return False
    if is_full_stop and is_abbreviation(token + "."):
        return letter.isupper() and (token + ".").lower() in CLOSING_ABBREVIATIONS
    if is_full_stop and len(token) == 1 and token.isalpha() and not token.islower():
        return False
    if letter.islower():
        return is_full_stop and not comma and token.isalpha() and len(token) >= 5
    return True


def _stop_end(block: str, stop: re.Match[str], flow: Span) -> int:
    """Return the end of a stop; a straight quote that opens the next sentence does not belong to it."""
    opens = stop.group()[-1] == '"' and stop.group()[0] in STOPS and block.count('"', flow.start, stop.end()) % 2 == 1
    return stop.end() - opens


def _is_glued(block: str, at: int) -> bool:
    """Return whether a word follows a full stop directly (`Analytics.This`) without being a name such as `Asp.Net`."""
    word = re.match(r"[A-Z][^\W\d_]+", block[at : at + 40])
    return word is not None and word.group().lower() not in ("net", "js", "io", "ai", "com", "nl", "org")


def _line_ends_sentence(block: str, at: int, flow: Span) -> bool:
    """Return whether a line break ends a sentence: after a colon or a heading, not inside a wrapped sentence.

    A line was wrapped if the next word would not have fitted into the widest line of the flow.
    """
    line = block[max(flow.start, block.rfind("\n", 0, at) + 1) : at].strip()
    following = block[at : flow.end].lstrip()[:1]
    if not line or line[-1] in f",&-/({BREAKS[:1]}、{OPENERS}" or following.islower():
        return False
    if line[-1] in ":;.!?" or line[-1] in f"：；{STOPS}":
        return True
    if find_unspaced(line) or find_ideographic(line):
        width = max(_width(row) for row in block[flow.start : flow.end].split("\n"))
        following_word = re.compile(_NEXT_WORD).match(block, at, flow.end)
        room = width - _width(line) - (_width(following_word[1]) if following_word else 0)
        return width not in _WRAPPED_WIDTHS or room >= 0
    width = max(len(row) for row in block[flow.start : flow.end].split("\n"))
    word = block[at : flow.end].split(maxsplit=1)[0]
    return width not in _WRAPPED_WIDTHS or len(line) + 1 + len(word) <= width


def _width(row: str) -> int:
    return sum(cluster_cells(row)) if row else 0


def _between(block: str, whole: Span, ends: list[int]) -> list[Span]:
    """Return the trimmed passages between the given ends, without those that have no letter or digit."""
    edges = [whole.start, *ends, whole.end]
    spans = []
    for start, end in pairwise(edges):
        keeps_colon = end == whole.end or block[end : end + 1] == "\n"
        span = (trimmed_prose if keeps_colon else trimmed)(block, start, end)
        if any(c.isalnum() for c in block[span.start : span.end]):
            spans.append(span)
    return spans

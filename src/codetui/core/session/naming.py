"""Resolve what a coder names in words: a code, a profile, a part of the codebook, a place in the text, a coding.

Nothing is guessed: a name that fits nothing, or several things, is returned as Unclear with the choices.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, locate
from codetui.core.codebook.index import folded, index_of, profile
from codetui.core.codebook.picker import Candidate, candidate, code_candidates, rank
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces, normalize_words
from codetui.model import Code, Codebook, Coding, CodingId, MemoTarget, Profile, Span

MOST_CHOICES = 5
"""The most similar names that a message lists."""

CONTEXT = 30
"""Code points of the text on each side of a place in a list."""

Why = Literal["missing", "several", "similar"]


class QuotedPlace(NamedTuple):
    """A place in a text with the text around it, on one line."""

    span: Span
    words: str
    before: str
    after: str


class Unclear(NamedTuple):
    """Why a name was not resolved: nothing has it, several things have it, or something similar has.

    `names` are the similar or matching names, `places` the similar or matching places, in text order.
    """

    why: Why
    message: str
    names: tuple[str, ...] = ()
    places: tuple[QuotedPlace, ...] = ()


# --- the codebook -------------------------------------------------------------------------------------


def find_code(book: Codebook, name: str) -> Code | Unclear:
    """Return the code with this id, name or label; case and white space may differ."""
    index = index_of(book)
    found = index.code_by_label(name)
    if found is not None:
        return found
    named = [code for code in book.codes if folded(name) in (folded(code.id), folded(code.name))]
    if len(named) > 1:
        ids = tuple(code.id for code in named)
        return Unclear("several", f"{len(ids)} codes are called {name}: {', '.join(ids)}.", ids)
    return _unknown("code", name, code_candidates(index))


def find_profile(book: Codebook, name: str) -> Profile | Unclear:
    """Return the profile with this id or name."""
    found = profile(book, name)
    return found or _unknown("profile", name, [candidate(one.id, one.name, one.definition) for one in book.profiles])


def find_part(book: Codebook, name: str) -> MemoTarget | Unclear:
    """Return the section, group or code with this id or title, whose note is in the document."""
    for kind, parts in (("section", book.sections), ("group", book.groups)):
        for part in parts:
            if folded(name) in (folded(part.id), folded(part.title)):
                return MemoTarget(kind="section" if kind == "section" else "group", id=part.id)
    code = find_code(book, name)
    return code if isinstance(code, Unclear) else MemoTarget(kind="code", id=code.id)


def _unknown(kind: str, name: str, candidates: Sequence[Candidate]) -> Unclear:
    near = [f"{match.candidate.id} {match.candidate.name}" for match in rank(name, candidates)[:MOST_CHOICES]]
    what = f"The codebook has no {kind} “{name}”."
    return Unclear("missing", f"{what} Similar: {'; '.join(near)}." if near else what, tuple(near))


# --- places in the text -------------------------------------------------------------------------------


def find_words(text: str, words: str, nth: int | None = None, *, source: str = "ad") -> Span | Unclear:
    """Return the place of words in a text, as that of a quotation in a document; `nth` chooses one of several, from 1.

    Words that only resemble the text are Unclear, with the words there.
    """
    words = words.strip()
    if not words:
        return Unclear("missing", "No words are given.")
    found = locate(text, words)
    match found:
        case Exact(span=span):
            spans: tuple[Span, ...] = (span,)
        case Ambiguous(spans=(_, _, *_), score=1):
            spans = found.spans
        case Ambiguous(spans=spans):
            return _similar(text, words, spans, source)
        case Fuzzy(span=span):
            return _similar(text, words, (span,), source)
        case _:
            near = (found.nearest,) if found.nearest else ()
            return _similar(text, words, near, source)
    return _nth(text, words, spans, nth, source)


def _nth(text: str, words: str, spans: Sequence[Span], nth: int | None, source: str) -> Span | Unclear:
    if nth is None and len(spans) == 1:
        return spans[0]
    if nth is not None and 1 <= nth <= len(spans):
        return spans[nth - 1]
    times = "once" if len(spans) == 1 else f"{len(spans):,} times"
    what = f"The {source} has {quoted(words)} {times}"
    message = f"{what}." if nth is None else f"{what}: there is no place {nth}."
    return Unclear("several", message, places=tuple(place_at(text, span) for span in spans))


def _similar(text: str, words: str, spans: Iterable[Span], source: str) -> Unclear:
    places = tuple(place_at(text, span) for span in spans)
    what = f"The {source} does not have the words {quoted(words)}."
    if not places:
        return Unclear("missing", what)
    near = " or ".join(quoted(place.words) for place in places)
    return Unclear("similar", f"{what} Similar: {near}.", places=places)


def place_at(text: str, span: Span) -> QuotedPlace:
    """Return a place with the text around it, on one line each."""
    before, after = text[max(0, span.start - CONTEXT) : span.start], text[span.end : span.end + CONTEXT]
    return QuotedPlace(span, _line(text[slice(*span)]).strip(), _line(before), _line(after))


def quoted(words: str) -> str:
    """Return words in quotes on one line, whole."""
    return f"“{_line(words).strip()}”"


def _line(text: str) -> str:
    words = " ".join(text.split())
    return f"{' ' if text[:1].isspace() else ''}{words}{' ' if text[-1:].isspace() else ''}" if words else ""


# --- codings ------------------------------------------------------------------------------------------


def in_text_order(state: State) -> list[Coding]:
    """Return the codings in the order of the text, longer ones first, then those without a place."""
    return sorted(state.live(), key=_position)


def _position(coding: Coding) -> tuple[bool, int, int, int]:
    anchor = coding.anchor
    return (False, anchor.start, -anchor.end, coding.rank) if anchor else (True, 0, 0, coding.rank)


def find_coding(
    state: State, words: str = "", code: Code | None = None, nth: int | None = None, id_: str = ""
) -> Coding | Unclear:
    """Return the coding of these words, or with this id; `code` and `nth`, from 1, choose one of several."""
    if id_:
        coding = state.codings.get(CodingId(id_))
        if coding is None or coding.is_removed:
            return Unclear("missing", f"There is no coding with the id {id_}.")
        return coding
    wanted = normalize_words(words)
    if not wanted:
        return Unclear("missing", "No words are given.")
    ordered = in_text_order(state)
    quoting = [one for one in ordered if wanted in {normalize_words(text) for text in _texts(one)}]
    found = [one for one in quoting if code is None or one.code == code.id]
    found = [one for one in found if collapse_spaces(words) in map(collapse_spaces, _texts(one))] or found
    if nth is not None and 1 <= nth <= len(found):
        return found[nth - 1]
    if nth is None and len(found) == 1:
        return found[0]
    if found:
        what = f"{plural(len(found), 'coding has', 'codings have')} the words {quoted(words)}"
        listed = tuple(f"{one.code} {quoted(one.words)}, id {one.id}" for one in found)
        return Unclear("several", f"{what}." if nth is None else f"{what}: there is no number {nth}.", listed)
    codes = ", ".join(dict.fromkeys(one.code for one in quoting))
    if codes and code is not None:
        return Unclear("missing", f"{quoted(words)} is not coded with {code.id}, but with {codes}.")
    ids = {match.candidate.id for match in rank(words, [candidate(one.id, one.words) for one in ordered])[:1]}
    near = tuple(f"{one.code} {quoted(one.words)}" for one in ordered if one.id in ids)
    what = f"No quotation has the words {quoted(words)}."
    return Unclear("missing", f"{what} Similar: {'; '.join(near)}." if near else what, near)


def _texts(coding: Coding) -> tuple[str, ...]:
    """Return the words of a coding as written, and as they are in the text."""
    return (coding.words, coding.anchor.words) if coding.anchor else (coding.words,)

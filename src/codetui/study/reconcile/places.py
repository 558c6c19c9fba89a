"""Locate the quotations of a document in the source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors import anchor as anchors
from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, Orphan, Resolution
from codetui.core.anchors.similarity import is_joined
from codetui.core.session.words import quoted
from codetui.core.text.normalize import collapse_spaces, normalize_words
from codetui.model import Anchor, Coding, Span, text_hash

LocatedBy: TypeAlias = Literal["exact", "folded", "fuzzy", "ambiguous", "orphan"]


class Quotation(NamedTuple):
    """A coding without an anchor, and the anchor it had with other words."""

    coding: Coding
    near: Anchor | None = None


class Place(NamedTuple):
    """The anchor of a quotation, if it was located; how; and what to report (empty if all is well)."""

    anchor: Anchor | None
    located_by: LocatedBy
    message: str = ""


class SourceText:
    """The text of a source in which words are searched; each search runs once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.hash = text_hash(text)
        self._found: dict[str, Resolution] = {}

    def find(self, words: str, near: Anchor | None = None) -> Resolution:
        """Locate words; of several occurrences take the only one, in whole words, that overlaps `near`."""
        if words not in self._found:
            self._found[words] = anchors.locate(self.text, words)
        found = self._found[words]
        if isinstance(found, Ambiguous) and near is not None and near.text_hash == self.hash:
            spans = [span for span in found.spans if span.start < near.end and near.start < span.end]
            if len(spans) == 1 and self.is_whole(spans[0]) and self.matches(spans[0], words):
                return Exact(spans[0], "words" if self.equals(spans[0], words) else "folded")
        return found

    def equals(self, span: Span, words: str) -> bool:
        """Return whether the text at `span` is exactly these words, white space aside."""
        return anchors.has_words(self.text, span, words)

    def matches(self, span: Span, words: str) -> bool:
        """Return whether the text at `span` is these words but for quotes, dashes, case and marked cuts.

        The case of a short word counts: `Go` is not in "go".
        """
        if len(words) <= anchors.CASED:
            return self.equals(span, words)
        text = normalize_words(self.text[span.start : span.end])
        position = 0
        for part in filter(None, map(normalize_words, anchors.CUT.split(words))):
            position = text.find(part, position)
            if position < 0:
                return False
            position += len(part)
        return True

    def is_whole(self, span: Span) -> bool:
        """Return whether no word continues across an end of `span`."""
        return not is_joined(self.text, span.start) and not is_joined(self.text, span.end)


def locate(quotations: Sequence[Quotation], live: Iterable[Coding], source: SourceText) -> list[Place]:
    """Return the place of each quotation; `live` are all codings of the session, these included."""
    words = [collapse_spaces(each.coding.words) for each in quotations]
    resolutions = {index: source.find(words[index], each.near) for index, each in enumerate(quotations)}
    same_words: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, found in resolutions.items():
        if isinstance(found, Ambiguous):
            same_words[quotations[index].coding.code, words[index]].append(index)
    of_code: defaultdict[str, list[Coding]] = defaultdict(list)
    for coding in live if same_words else ():
        of_code[coding.code].append(coding)
    for (code, _), indices in same_words.items():
        spans = _certain([quotations[index].coding for index in indices], of_code[code], source)
        if spans:
            resolutions |= {index: Exact(span, "words") for index, span in zip(indices, spans, strict=True)}
    return [_place(resolutions[index], each.coding.words, source) for index, each in enumerate(quotations)]


def _certain(codings: Sequence[Coding], of_code: Sequence[Coding], source: SourceText) -> Sequence[Span]:
    """Return the places of codings with one code and the same words; none unless they are certain.

    A code is assigned to a place once. So if the words occur as often as they were coded, each occurrence has its
    coding, whichever it is.
    """
    words = collapse_spaces(codings[0].words)
    found = source.find(words)
    spans = found.spans if isinstance(found, Ambiguous) else ()
    if len(spans) in (0, 1, anchors.MOST_PLACES) or len({coding.note for coding in codings}) > 1:
        return ()
    if not all(source.is_whole(span) and source.equals(span, words) for span in spans):
        return ()
    ids = {coding.id for coding in codings}
    used: set[tuple[int, int]] = set()
    for other in (coding for coding in of_code if coding.id not in ids):
        anchor = other.anchor
        if anchor and not other.is_proposed and anchor.text_hash == source.hash:
            used.add((anchor.start, anchor.end))
        elif collapse_spaces(other.words) == words:
            return ()
    free = [span for span in spans if span not in used]
    return free if len(free) == len(codings) else ()


def _place(found: Resolution, words: str, source: SourceText) -> Place:
    match found:
        case Exact():
            located_by: LocatedBy = "folded" if found.step == "folded" else "exact"
            return Place(anchors.anchor_at(source.text, found.span, source.hash), located_by)
        case Fuzzy():
            anchor = anchors.anchor_at(source.text, found.span, source.hash)
            message = f"{quoted(words)} resembles {quoted(anchor.words)} ({round(100 * found.score)} %): check it"
            return Place(anchor, "fuzzy", message)
        case Ambiguous():
            return Place(None, "ambiguous", f"{quoted(words)} {_occurrences(found)}: choose the place that is meant")
        case Orphan():
            return Place(None, "orphan", f"{quoted(words)} is not in the ad: locate it by hand, or remove it")


def _occurrences(found: Ambiguous) -> str:
    if found.score < 1:
        return f"resembles {len(found.spans)} places in the ad"
    if len(found.spans) >= anchors.MOST_PLACES:
        return f"occurs {len(found.spans):,} times or more in the ad"
    if len(found.spans) > 1:
        return f"occurs {len(found.spans)} times in the ad"
    return "could not be located with certainty"

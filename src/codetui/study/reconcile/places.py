"""Where the quotations of a document stand in the ad."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors import anchor as anchors
from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, Orphan, Resolution, shown_words
from codetui.core.anchors.disambiguate import is_joined
from codetui.core.session.words import quoted
from codetui.core.text.normalize import fold
from codetui.model import Anchor, Coding, Span, text_hash

Found: TypeAlias = Literal["exact", "folded", "fuzzy", "ambiguous", "orphan"]


class Quotation(NamedTuple):
    """A quotation that wants a place: its coding, without one yet, and where it stood with other words."""

    coding: Coding
    near: Anchor | None = None


class Placed(NamedTuple):
    """An anchor, where there is one; how it was found; and what to tell the coder (empty where all is well)."""

    anchor: Anchor | None
    found: Found
    message: str = ""


class AdText:
    """The text of an ad in which words are looked for; each is looked for once."""

    def __init__(self, text: str) -> None:
        """Look in `text`."""
        self.text = text
        self.hash = text_hash(text)
        self._found: dict[str, Resolution] = {}

    def find(self, words: str, near: Anchor | None = None) -> Resolution:
        """Where the words stand; in doubt the one place, whole words, that overlaps with `near`."""
        if words not in self._found:
            self._found[words] = anchors.locate(self.text, words)
        found = self._found[words]
        if isinstance(found, Ambiguous) and near is not None and near.text_hash == self.hash:
            spans = [span for span in found.spans if span.start < near.end and near.start < span.end]
            if len(spans) == 1 and self.is_whole(spans[0]) and self.is_said(spans[0], words):
                return Exact(spans[0], "words" if self.says(spans[0], words) else "folded")
        return found

    def says(self, span: Span, words: str) -> bool:
        """True where just these words stand at `span`, white space aside."""
        return anchors.says(self.text, span, words)

    def is_said(self, span: Span, words: str) -> bool:
        """True where the words stand at `span`, quotes, dashes, case and what a cut leaves out forgiven.

        The case of a short word is not: `Go` is not in go.
        """
        if len(words) <= anchors.CASED:
            return self.says(span, words)
        there = fold(self.text[span.start : span.end])
        position = 0
        for part in filter(None, map(fold, anchors.CUT.split(words))):
            position = there.find(part, position)
            if position < 0:
                return False
            position += len(part)
        return True

    def is_whole(self, span: Span) -> bool:
        """True where no word goes on across an end of `span`."""
        return not is_joined(self.text, span.start) and not is_joined(self.text, span.end)


def placed(quotations: Sequence[Quotation], live: Iterable[Coding], ad: AdText) -> list[Placed]:
    """The places of quotations; `live` are all codings that stand, these among them."""
    words = [shown_words(each.coding.words) for each in quotations]
    resolutions = {number: ad.find(words[number], each.near) for number, each in enumerate(quotations)}
    alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, found in resolutions.items():
        if isinstance(found, Ambiguous):
            alike[quotations[number].coding.code, words[number]].append(number)
    of_code: defaultdict[str, list[Coding]] = defaultdict(list)
    for coding in live if alike else ():
        of_code[coding.code].append(coding)
    for (code, _), numbers in alike.items():
        codings = [quotations[number].coding for number in numbers]
        spans = _certain(codings, of_code[code], ad)
        if spans:
            resolutions |= {number: Exact(span, "words") for number, span in zip(numbers, spans, strict=True)}
    return [_placed(resolutions[number], each.coding.words, ad) for number, each in enumerate(quotations)]


def _certain(codings: Sequence[Coding], of_code: Sequence[Coding], ad: AdText) -> Sequence[Span]:
    """The places of codings of one code and with the same words; none where they are not certain.

    A code stands on a place once.  So where the ad says the words as often as they stand under one code, each
    place has its coding, whichever it is.
    """
    words = shown_words(codings[0].words)
    found = ad.find(words)
    spans = found.spans if isinstance(found, Ambiguous) else ()
    if len(spans) in (0, 1, anchors.MOST_PLACES) or len({coding.note for coding in codings}) > 1:
        return ()
    if not all(ad.is_whole(span) and ad.says(span, words) for span in spans):
        return ()
    ids = {coding.id for coding in codings}
    others = [coding for coding in of_code if coding.id not in ids]
    taken: set[tuple[int, int]] = set()
    for other in others:
        anchor = other.anchor
        if anchor and not other.is_proposed and anchor.text_hash == ad.hash:
            taken.add((anchor.start, anchor.end))
        elif shown_words(other.words) == words:
            return ()
    free = [span for span in spans if span not in taken]
    return free if len(free) == len(codings) else ()


def _placed(found: Resolution, words: str, ad: AdText) -> Placed:
    match found:
        case Exact():
            how: Found = "folded" if found.step == "folded" else "exact"
            return Placed(anchors.describe(ad.text, found.span, ad.hash), how)
        case Fuzzy():
            anchor = anchors.describe(ad.text, found.span, ad.hash)
            alike = f"{round(100 * found.score)} %"
            return Placed(anchor, "fuzzy", f"{quoted(words)} resembles {quoted(anchor.words)} ({alike}): check it")
        case Ambiguous():
            what = f"{quoted(words)} {_where(found)}; the key v settles which is meant"
            return Placed(None, "ambiguous", what)
        case Orphan():
            what = f"{quoted(words)} is not in the ad; the key v leads to it: give it a place, or drop it"
            return Placed(None, "orphan", what)


def _where(found: Ambiguous) -> str:
    if found.score < 1:
        return f"resembles {len(found.spans)} places in the ad"
    if len(found.spans) >= anchors.MOST_PLACES:
        return f"stands {len(found.spans):,} times or more in the ad"
    return f"stands {len(found.spans)} times in the ad" if len(found.spans) > 1 else "has no sure place in the ad"

"""Ask for what a command needs: words of the ad, a code, a profile, a coding."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codetui.core.codebook.picker import candidate, code_candidates, rank
from codetui.core.session.naming import Unclear, find_words, place_at, quoted
from codetui.core.text.display import plural
from codetui.core.text.units import units
from codetui.model import Code, Coding, Profile, Span
from codetui.plain.walk import RefusedError, Walk

NUMBERS = re.compile(r"(\d+)(?:\s*(?:-|to|\s)\s*(\d+))?")
"""One number, or the first and the last one: `3`, `3 7`, `3-7`, `3 to 7`."""

WORDS_ON_A_LINE = 10


# --- words --------------------------------------------------------------------------------------------


def pick_words(walk: Walk, answer: str) -> Span:
    """Return the words that an answer names by their numbers in the sentence, or by themselves; ask if it is empty.

    Raises RefusedError if nothing is named.
    """
    if not answer:
        say_words(walk)
        answer = walk.lines.ask("First and last number, or the words themselves:")
    if not answer:
        raise RefusedError("Nothing is selected.")
    if numbers := NUMBERS.fullmatch(answer):
        return _numbered(walk, int(numbers[1]), int(numbers[2] or numbers[1]))
    start, end = walk.sentence
    here = find_words(walk.text[start:end], answer, source="sentence")
    if isinstance(here, Span):
        return Span(here.start + start, here.end + start)
    if here.why == "several":
        return _chosen(walk, [Span(*(at + start for at in place.span)) for place in here.places])
    found = find_words(walk.text, answer, source=walk.word.source)
    if isinstance(found, Span):
        return found
    return _unclear(walk, found)


def _numbered(walk: Walk, first: int, last: int) -> Span:
    words = units(walk.text, *walk.sentence, "word")
    first, last = sorted((first, last))
    if not 1 <= first <= last <= len(words):
        raise RefusedError(f"The words of this sentence have the numbers 1 to {len(words)}; nothing is selected.")
    return Span(words[first - 1].start, words[last - 1].end)


def _unclear(walk: Walk, found: Unclear) -> Span:
    """Return the place that the coder chooses among those that may be meant."""
    if found.why == "missing":
        raise RefusedError(f"{found.message} Nothing is selected.")
    walk.say(found.message)
    return _chosen(walk, [place.span for place in found.places])


def _chosen(walk: Walk, spans: Sequence[Span]) -> Span:
    places = [place_at(walk.text, span) for span in spans]
    if len(spans) == 1 and walk.lines.confirm(f"Select {quoted(places[0].words)}?"):
        return spans[0]
    lines = [f"{quoted(place.words)}, in: {place.before}{place.words}{place.after}" for place in places]
    at = walk.lines.choose(lines) if len(spans) > 1 else None
    if at is None:
        raise RefusedError("Nothing is selected.")
    return spans[at]


def say_words(walk: Walk) -> None:
    """Read the words of the sentence with their numbers."""
    words = [walk.text[slice(*word)] for word in units(walk.text, *walk.sentence, "word")]
    numbered = [f"{number} {word}" for number, word in enumerate(words, 1)]
    for at in range(0, len(numbered), WORDS_ON_A_LINE):
        walk.say(f"{', '.join(numbered[at : at + WORDS_ON_A_LINE])}.")


# --- the codebook -------------------------------------------------------------------------------------


def pick_code(walk: Walk, answer: str) -> Code:
    """Return the code with an id, name, label or key; else let the coder choose among those that match.

    Without an answer all codes are listed, those used last first. Raises RefusedError if none is chosen.
    """
    index = walk.index
    if not index.book.codes:
        raise RefusedError("The codebook has no codes yet.")
    exact = index.code_by_label(answer) if answer else None
    keys = {index.short_keys[code.id]: code for code in index.book.codes if not code.is_retired}
    if exact is not None or answer in keys:
        return exact or keys[answer]
    found = [match.candidate for match in rank(answer, code_candidates(index), walk.recent)]
    if not found:
        raise RefusedError(f"No code matches {quoted(answer)}. c alone lists all codes.")
    at = walk.lines.choose([index.labels[index.codes[one.id].id] for one in found])
    if at is None:
        raise RefusedError("No code is assigned.")
    return index.codes[found[at].id]


def pick_profile(walk: Walk, answer: str) -> Profile:
    """Return the profile with an id or name; else let the coder choose among those that match."""
    profiles = walk.book.profiles
    if not profiles:
        raise RefusedError("The codebook defines no profiles.")
    candidates = [candidate(one.id, one.name, one.definition) for one in profiles]
    exact = [one for one in profiles if answer and answer.casefold() in (one.id.casefold(), one.name.casefold())]
    found = [match.candidate for match in rank(answer, candidates)]
    if not exact and not found:
        raise RefusedError(f"No profile matches {quoted(answer)}. p alone lists them.")
    at = 0 if exact else walk.lines.choose([f"{one.name}, id {one.id}" for one in found])
    if at is None:
        raise RefusedError("The profile is unchanged.")
    return exact[0] if exact else next(one for one in profiles if one.id == found[at].id)


# --- codings ------------------------------------------------------------------------------------------


def pick_coding(walk: Walk, answer: str) -> Coding:
    """Return the coding with a number in the list of all, else the one at the sentence or the selection.

    Raises RefusedError if there is none, or none is chosen.
    """
    codings = walk.codings
    if answer:
        if not answer.isdecimal() or not 1 <= int(answer) <= len(codings):
            raise RefusedError(
                f"{quoted(answer)} is not the number of a coding. l lists {plural(len(codings), 'coding')}."
            )
        return codings[int(answer) - 1]
    here = walk.codings_at(walk.span)
    if not here:
        raise RefusedError("Nothing is coded here. l lists all codings, and a number after the command chooses one.")
    at = 0 if len(here) == 1 else walk.lines.choose([walk.coding_line(one) for one in here])
    if at is None:
        raise RefusedError("Nothing is changed.")
    return here[at]

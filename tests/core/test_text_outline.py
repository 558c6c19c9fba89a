"""Quotations in repeated sentences after a change of their text: in their own sentence, or left to the coder."""

from __future__ import annotations

import random
from collections import Counter
from itertools import count

import pytest

from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, anchor_at, resolve
from codetui.core.anchors.outline import LONGEST, outline_of
from codetui.core.anchors.unresolved import reanchor
from codetui.core.session.state import replay
from codetui.model import (
    Cause,
    CodeId,
    CodingAdded,
    CodingId,
    CodingReanchored,
    Event,
    SessionOpened,
    Source,
    SourceId,
    Span,
    Transaction,
    TransactionId,
    source_hash,
)

HEAD = "Begeleider zwembad"
TASKS = "- Je praat met bezoekers.\n- Je ruimt de kleedkamers op.\n"
TEXT = f"{HEAD}\n\nIn de zomer\n{TASKS}\nIn de winter\n{TASKS}\nWat wij vragen\n- Je zwemt goed.\n"
WORDS = "praat met bezoekers"

CHANGES = {
    "a line on top": f"Reageer nu!\n{TEXT}",
    "a line at the end": f"{TEXT}\nWij betalen goed.\n",
    "another title": TEXT.replace(HEAD, "Badmeester (m/v)"),
    "a line in each list": TEXT.replace("\n- Je ruimt", "\n- Je verkoopt kaartjes.\n- Je ruimt"),
    "a line between the lists": TEXT.replace("\nIn de winter", "\nHet seizoen begint in mei.\nIn de winter"),
    "other bullets and blank lines": TEXT.replace("- ", "* ").replace("\n", "\n\n"),
    "numbers": "\n".join(f"{number}. {line}" for number, line in enumerate(TEXT.split("\n"))),
}


def place(text: str, number: int, words: str = WORDS) -> Span:
    """Return the place of the words that occur so many times before it."""
    start = -1
    for _ in range(number + 1):
        start = text.index(words, start + 1)
    return Span(start, start + len(words))


def found_in(changed: str, number: int, text: str = TEXT) -> object:
    """Return the result of locating the words after a change."""
    digest = source_hash(text)
    return resolve(changed, anchor_at(text, place(text, number), digest), {digest: outline_of(text)})


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("number", [0, 1])
def test_a_quotation_with_equal_neighbours_keeps_its_place(change: str, number: int) -> None:
    changed = CHANGES[change]
    found = found_in(changed, number)
    assert isinstance(found, Exact)
    assert found.span == place(changed, number)


@pytest.mark.parametrize("number", [0, 1])
def test_the_coder_decides_if_a_copy_was_added_or_removed(number: int) -> None:
    added = TEXT.replace("In de winter\n", "In de winter\n- Je praat met bezoekers.\n")
    assert isinstance(found_in(added, 1), Ambiguous)
    start = place(TEXT, number).start
    removed = TEXT[: start - 5] + TEXT[start + len(WORDS) + 2 :]
    assert removed.count(WORDS) == 1
    assert found_in(removed, number) == Ambiguous((place(removed, 0),))


def test_words_are_not_found_in_another_sentence_that_was_there_before() -> None:
    text = f"{HEAD}\n\nJe praat met bezoekers.\n\nWij willen dat je graag praat met bezoekers en collega's.\n"
    changed = text.replace("Je praat met bezoekers.\n\n", "")
    assert found_in(changed, 0, text) == Ambiguous((place(changed, 0),))
    assert isinstance(found_in(changed, 1, text), Exact)


def test_an_outline_contains_the_length_of_its_text_but_not_its_words() -> None:
    for text in (TEXT, "", "\n\n", "één. Twee! 三。四。 vijf", "a" * 100, " x\r\ny\ud800"):
        parts = [part.split("-") for part in outline_of(text).split()]
        assert sum(int(length, 16) for length, _ in parts) == len(text)
    assert outline_of("Eén zin.  Nog een.\n") == "a-3203dcc6 9-c2333ad9"
    assert outline_of("x" * (LONGEST + 1)) == ""


@pytest.mark.parametrize("outline", ["x", "zz-1 1", "-", "ffffffff-1", "1-1 " * 10_000, "5-0 5-0", "\ud800-1"])
def test_an_outline_of_another_form_is_as_good_as_none(outline: str) -> None:
    digest = source_hash(TEXT)
    found = resolve(f"Nieuw!\n{TEXT}", anchor_at(TEXT, place(TEXT, 1), digest), {digest: outline})
    assert isinstance(found, Ambiguous)


# --- in a session -------------------------------------------------------------------------------------


def transaction(seq: int, *events: Event, cause: Cause = "hand") -> Transaction:
    return Transaction(id=TransactionId(f"t{seq}"), seq=seq, time="", coder="x", cause=cause, events=events)


def test_a_lost_quotation_is_not_found_later_in_a_copy() -> None:
    digest = source_hash(TEXT)
    opened = SessionOpened(source=SourceId("1"), employer="", title="", text_hash=digest, outline=outline_of(TEXT))
    anchor = anchor_at(TEXT, place(TEXT, 0), digest)
    added = CodingAdded(coding=CodingId("c"), code=CodeId("A"), anchor=anchor, words=anchor.words, rank=1)
    log = [transaction(1, opened, added)]
    removed = TEXT.replace("- Je praat met bezoekers.\n", "", 1)
    for seq, text in enumerate((removed, f"{removed}\nWij betalen goed.\n", removed), start=2):
        found = reanchor(replay(log), Source(SourceId("1"), "", "", text, "1.txt"))
        log.append(transaction(seq, *found.events, cause="corpus"))
        assert [coding.anchor for coding in replay(log).live()] == [None]
    (event,) = reanchor(replay(log), Source(SourceId("1"), "", "", TEXT, "1.txt")).events
    assert isinstance(event, CodingReanchored) and event.anchor == anchor


# --- random edits -------------------------------------------------------------------------------------

VOCABULARY = ("je", "praat", "met", "klanten", "schrijft", "code", "plannen", "maakt", "in", "team", "en", "de", "dag")
JOINED = ("\n", "\n\n", " ", "\n- ")
Sentences = list[tuple[int, str]]


def sentence(chance: random.Random) -> str:
    return " ".join(chance.choice(VOCABULARY) for _ in range(chance.randint(3, 9))).capitalize() + "."


def written(chance: random.Random) -> Sentences:
    """Return numbered sentences, many of which are equal."""
    pool = [sentence(chance) for _ in range(chance.randint(1, 4))]
    share = chance.choice((0.3, 0.6, 0.9))
    return [
        (number, chance.choice(pool) if chance.random() < share else sentence(chance))
        for number in range(chance.randint(4, 14))
    ]


def edited(chance: random.Random, before: Sentences, numbers: count[int]) -> Sentences:
    """Return the sentences after one edit: added, copied, deleted, moved, or with another word."""
    after = list(before)
    at = chance.randrange(len(after))
    match chance.choice(("add", "add", "add", "copy", "delete", "move", "move several", "word")):
        case "add":
            after.insert(at, (next(numbers), sentence(chance)))
        case "copy":
            after.insert(at, (next(numbers), chance.choice(after)[1]))
        case "delete":
            del after[at]
        case "word":
            words = after[at][1].split()
            words[chance.randrange(len(words) - 1)] = chance.choice(VOCABULARY)
            after[at] = after[at][0], " ".join(words)
        case kind:
            end = at + (1 if kind == "move" else chance.randint(2, 4))
            moved, after[at:end] = after[at:end], []
            place = chance.randint(0, len(after))
            after[place:place] = moved
    return after


def laid_out(sentences: Sentences, joined: str, title: str) -> tuple[str, dict[int, Span]]:
    """Return the text, and the place of each sentence by its number."""
    text, places = f"{title}\n\n", {}
    for number, one in sentences:
        places[number] = Span(len(text), len(text) + len(one))
        text += one + joined
    return text, places


def words_of(sentences: Sentences, shared: set[str]) -> list[str]:
    return [one for _, one in sentences if one in shared]


def verdict(seed: int) -> str:
    """Return whether a quotation was found in its own sentence after one random edit, elsewhere, or not."""
    chance = random.Random(seed)
    before = written(chance)
    after = edited(chance, before, count(100))
    joined = chance.choice(JOINED)
    text, places = laid_out(before, joined, HEAD)
    changed, new_places = laid_out(after, joined, chance.choice((HEAD, f"{HEAD} (m/v)")))
    shared = {one for _, one in before} & {one for _, one in after}
    if words_of(before, shared) == words_of(after, shared) and [one for one, _ in before] != [one for one, _ in after]:
        after_numbers = [number for number, one in after if one in shared]
        if after_numbers != [number for number, one in before if one in shared]:
            return "the same to see"
    number = chance.choice(before)[0]
    start, end = places[number]
    words = text[start:end].split()
    first = chance.randrange(len(words)) if chance.random() < 0.5 else 0
    start += len(" ".join(words[:first])) + bool(first)
    end = start + len(" ".join(words[first : chance.randint(first + 1, len(words))]))
    digest = source_hash(text)
    found = resolve(changed, anchor_at(text, Span(start, end), digest), {digest: outline_of(text)})
    if not isinstance(found, Exact | Fuzzy):
        return "asked"
    own = new_places.get(number)
    if own is None or not own.start <= found.span.start <= found.span.end <= own.end:
        return f"wrong: {seed}"
    return "right"


@pytest.mark.parametrize("seeds", [range(1_500), pytest.param(range(1_500, 40_000), marks=pytest.mark.slow)])
def test_no_random_edit_puts_a_quotation_in_a_copy_of_its_sentence(seeds: range) -> None:
    found = Counter(map(verdict, seeds))
    assert not [one for one in found if one.startswith("wrong")]
    assert found["right"] > 0.6 * len(seeds)

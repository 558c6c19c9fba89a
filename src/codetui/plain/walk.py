"""The walk through an ad: where the coder is, what is selected, what is read out there, and what commands ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codetui.core.codebook.index import CodebookIndex, index_of, label_of, profile_name
from codetui.core.codebook.picker import candidate, code_candidates, rank
from codetui.core.session.commands import Command, Hint, MarkDone, Refusal
from codetui.core.session.naming import Unclear, find_words, in_text_order, place_at, quoted
from codetui.core.text.display import plural
from codetui.core.text.units import units
from codetui.model import Code, Codebook, CodeId, Coding, Profile, SourceEntry, Span, Words
from codetui.plain.lines import CancelledError, Conversation, InputEndedError
from codetui.study.desk import Desk
from codetui.study.session.fallback import draft_of
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, PullResult, Saved, status_of

HINTS: dict[Hint, str] = {
    "next source": "next goes to the next one.",
    "next source or uncoded": "next goes to the next one.",
    "select words": "words selects some.",
    "remove it": "x removes it.",
    "remove the other": "x removes the other one.",
    "search codes": "c alone lists the codes.",
    "restore it": "u restores it.",
    "restore the last": "u restores what was removed last.",
    "undo it": "u undoes it.",
    "assign a profile": "p assigns one.",
    "mark it codable": "uncodable marks it codable.",
    "write the reasoning": "why writes it.",
}


ARROW = "←"
"""Joins a code and its words in messages; screen readers read its name."""

SPOKEN = 3
"""The problems of a source that are read at once when it is opened."""


class RefusedError(Exception):
    """A command cannot be done here; its message states why."""


class Walk:
    """A coder's walk through the open ad, sentence by sentence; `number` is that of the sentence, from 0.

    `selection` is what the coder has selected inside the ad; without one, codes are for the sentence.
    """

    def __init__(self, desk: Desk, lines: Conversation) -> None:
        self.desk = desk
        self.lines = lines
        self.say = lines.say
        self.number = 0
        self.selection: Span | None = None
        self.recent: list[CodeId] = []
        self.sentences: Sequence[Span] = ()
        self._bullets: frozenset[int] = frozenset()

    # --- what is open -----------------------------------------------------------------------------

    @property
    def book(self) -> Codebook:
        """The codebook."""
        return self.desk.book

    @property
    def index(self) -> CodebookIndex:
        """The codebook with its lookups."""
        return index_of(self.book)

    @property
    def word(self) -> Words:
        """The nouns for a source."""
        return self.book.words

    def in_words(self, text: str) -> str:
        """Return a text with the nouns for a source in place of `{source}` and `{sources}`."""
        return text.replace("{source}", self.word.source).replace("{sources}", self.word.sources)

    @property
    def lister(self) -> str:
        """The command that lists the sources: the study's word for them, if it is one word."""
        return "ads" if " " in self.word.sources else self.word.sources

    @property
    def text(self) -> str:
        """The text of the open source."""
        return self.desk.session.source.text

    @property
    def sentence(self) -> Span:
        """The sentence at which the coder is. Raises RefusedError if there is none."""
        if not self.sentences:
            raise RefusedError(f"This {self.word.source} has no text to code. next goes to the next one.")
        return self.sentences[self.number]

    @property
    def span(self) -> Span:
        """The span that a code is assigned to: the selection, else the sentence."""
        return self.selection or self.sentence

    @property
    def codings(self) -> list[Coding]:
        """All codings in the order of the text; their numbers are their positions here, from 1."""
        return in_text_order(self.desk.state)

    def codings_at(self, span: Span) -> list[Coding]:
        """Return the codings that share a letter with a span, in the order of the text."""
        over = {coding.id for coding in self.desk.state.index.over(*span)}
        return [coding for coding in self.codings if coding.id in over]

    # --- going ------------------------------------------------------------------------------------

    def open(self, entry: SourceEntry) -> None:
        """Open another source and read out its head. Raises RefusedError if it cannot be read."""
        try:
            self.desk.open(entry)
        except OSError as error:
            why = f"{error.filename or entry.file}: {error.strerror or error}"
            raise RefusedError(f"{self.word.source.capitalize()} {entry.id} cannot be opened: {why}.") from error
        self.begin()

    def begin(self) -> None:
        """Read out the head of the source that was just opened, and the sentence where the coder stopped."""
        self.sentences = tuple(units(self.text, 0, len(self.text), "sentence"))
        self._bullets = frozenset(bullet.start for bullet in units(self.text, 0, len(self.text), "bullet"))
        self.selection = None
        here = (at for at, one in enumerate(self.sentences) if one.end > self.desk.cursor)
        self.number = next(here, max(0, len(self.sentences) - 1))
        for line in self.head():
            self.say(line)
        self.report(self.desk.session.initial_pull)
        found = [problem for problem in self.desk.session.problems if problem.severity != "note"]
        for problem in found[:SPOKEN]:
            self.say(str(problem))
        if len(found) > SPOKEN:
            self.say(f"{len(found) - SPOKEN} more problems: problems lists them.")
        holder = self.desk.session.holder
        if holder is not None:
            self.say(f"Open elsewhere {holder}: read only here. take over codes it here.")
        if self.sentences:
            self.read_sentence()
        else:
            self.say(f"This {self.word.source} has no text.")

    def head(self) -> Iterator[str]:
        """Yield what describes the open source."""
        source, state, book = self.desk.source, self.desk.state, self.book
        yield f"{self.word.source.capitalize()} {source.id}: {source.title or 'without a title'}."
        yield f"Employer: {source.employer or 'unknown'}."
        codings = state.live()
        unresolved = sum(coding.is_unresolved for coding in codings)
        check = f", {unresolved} to locate: resolve leads through them" if unresolved else ""
        yield f"State: {status_of(state).progress}. {plural(len(codings), 'coding')}{check}."
        yield f"Profile: {profile_name(book, state.profile) or 'none'}."

    def go(self, number: int) -> None:
        """Go to a sentence and read it. Raises RefusedError beyond the ends."""
        if not self.sentences:
            raise RefusedError(f"This {self.word.source} has no text.")
        if number >= len(self.sentences):
            raise RefusedError(f"That was the last sentence of the {self.word.source}.")
        if number < 0:
            raise RefusedError("This is the first sentence.")
        self.number, self.selection = number, None
        self.desk.go_to(self.sentences[number].start)
        self.read_sentence()

    def go_to(self, offset: int) -> None:
        """Go to the sentence at an offset and read it."""
        self.go(next((at for at, one in enumerate(self.sentences) if one.end > offset), len(self.sentences) - 1))

    # --- reading out ------------------------------------------------------------------------------

    def read_sentence(self) -> None:
        """Read the sentence, and how it is coded."""
        sentence = self.sentence
        bullet = ", bullet" if sentence.start in self._bullets else ""
        self.say(f"Sentence {self.number + 1} of {len(self.sentences)}{bullet}.")
        self.say(" ".join(self.text[slice(*sentence)].split()))
        for coding in self.codings_at(sentence):
            self.say(self.coding_line(coding, sentence))
        if self.selection is not None:
            self.say(f"Selected: {quoted(self.text[slice(*self.selection)])}.")

    def coding_line(self, coding: Coding, sentence: Span | None = None) -> str:
        """Return a coding in words; its quotation is left out if it is this sentence."""
        anchor = coding.anchor
        is_whole = anchor is not None and sentence == Span(anchor.start, anchor.end)
        place = "" if anchor else "; not located"
        place = place or ("; its place is to be checked" if coding.is_proposed else "")
        words = "the sentence" if is_whole else quoted(coding.words)
        note = f"; note: {coding.note}" if coding.note else ""
        return f"{label_of(self.desk.session.book_with_former, coding.code)}: {words}{place}{note}"

    def report(self, result: PullResult | None) -> None:
        """Print what other programs or people have changed."""
        if result is not None:
            self.say(result.message)
            for problem in result.problems:
                self.say(str(problem))

    # --- doing ------------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Execute a command and print its outcome; a text that could not be saved is kept in a file."""
        was_done = self.desk.state.is_done and not isinstance(command, MarkDone)
        outcome = self.desk.execute(command)
        text = draft_of(command, self.desk.state) if isinstance(outcome, NotSaved | HeldElsewhere) else ""
        self.show_outcome(outcome, text)
        if isinstance(outcome, Saved) and was_done:
            self.say(f"This {self.word.source} is marked done.")
        return outcome

    def show_outcome(self, outcome: Outcome, text: str = "") -> None:
        """Print the outcome of a command; `text` was written for it and is kept in a file if it was not saved."""
        hint = outcome.hint if isinstance(outcome, Saved | Refusal) else None
        message = outcome.message.replace(ARROW, "for")
        self.say(f"{message} {HINTS[hint]}" if hint else message)
        if isinstance(outcome, HeldElsewhere):
            self.say("take over codes it here.")
        if isinstance(outcome, NotSaved):
            self.say("copy with a folder saves the session and all further steps there.")
        if text and isinstance(outcome, NotSaved | HeldElsewhere):
            self.keep_text(text)
        self.desk.session.typed.keep("")

    def keep_text(self, text: str) -> None:
        """Keep a text that was not saved in a file, and print the place."""
        self.say(str(self.desk.session.rescue_draft(text)))

    def ask_text(self, question: str, title: str) -> str:
        """Return a text of several lines, empty for none; what is left unfinished is kept in a file with this title."""
        session, written = self.desk.session, ""

        def keep(text: str) -> None:
            nonlocal written
            written = text
            session.typed.keep(f"{title}\n\n{text}")

        try:
            return self.lines.ask_text(question, keep)
        except (CancelledError, InputEndedError):
            if written.strip():
                self.keep_text(f"{title}\n\n{written}")
            session.typed.keep("")
            raise


# --- pick ---------------------------------------------------------------------------------------------


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

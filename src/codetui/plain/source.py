"""Commands on an ad as a whole, from ad to ad, and searches."""

from __future__ import annotations

from pathlib import Path

from codetui.core.codebook.index import label_of, profile_name
from codetui.core.query.parser import parse_query
from codetui.core.query.query import QueryError
from codetui.core.session.commands import AssignProfile, DescribeSource, MarkDone, MarkUncodable
from codetui.core.session.naming import Unclear, find_code, quoted
from codetui.core.text.display import plural
from codetui.core.text.normalize import normalize_words
from codetui.model import MemoTarget, SourceEntry, SourceId
from codetui.plain.walk import RefusedError, Walk, pick_profile
from codetui.study.find import Finder, Finding
from codetui.study.session.outcome import Saved

# --- the ad -------------------------------------------------------------------------------------------


def assign_profile(walk: Walk, answer: str) -> None:
    """Assign a profile, then ask for its reasoning."""
    state = walk.desk.state
    chosen = pick_profile(walk, answer)
    if chosen.id != state.profile and not isinstance(walk.execute(AssignProfile(chosen.id, state.reasoning)), Saved):
        return
    write_reasoning(walk, "")


def write_reasoning(walk: Walk, _: str) -> None:
    """Write the reasoning of the profile."""
    state = walk.desk.state
    if not state.profile:
        raise RefusedError("The reasoning belongs to a profile: p assigns one first.")
    name = profile_name(walk.book, state.profile)
    walk.say(f"The reasoning of {name} now: {state.reasoning or 'none'}")
    text = walk.ask_text("Write the new reasoning.", f"Reasoning of {name}")
    if not text:
        raise RefusedError("The reasoning is unchanged.")
    walk.execute(AssignProfile(state.profile, text))


def write_memo(walk: Walk, _: str) -> None:
    """Write the memo on the ad."""
    target = MemoTarget(kind="source", id=walk.desk.source.id)
    known = walk.desk.memos.of(target)
    walk.say(f"The memo now: {known.text if known else 'none'}")
    text = walk.ask_text(f"Write the memo on this {walk.word.source}.", "Memo")
    if not text:
        raise RefusedError("The memo is unchanged.")
    walk.show_outcome(walk.desk.write_memo(target, text), f"Memo: {text}")


def mark_done(walk: Walk, _: str) -> None:
    """Mark the ad done, or not done again."""
    walk.execute(MarkDone(not walk.desk.state.is_done))


def mark_uncodable(walk: Walk, _: str) -> None:
    """Mark the ad not codable, or codable again."""
    walk.execute(MarkUncodable(not walk.desk.state.is_uncodable))


def describe(walk: Walk, _: str) -> None:
    """Enter the employer and the title of the ad."""
    source = walk.desk.source
    employer = walk.lines.ask(f"Employer; Enter leaves {source.employer or 'it unknown'}:") or source.employer
    title = walk.lines.ask(f"Title; Enter leaves {source.title or 'it empty'}:") or source.title
    walk.execute(DescribeSource(employer, title))


def say_state(walk: Walk, _: str) -> None:
    """Read where the coder is."""
    for line in walk.head():
        walk.say(line)
    state = walk.desk.state
    if state.profile:
        walk.say(f"Reasoning: {state.reasoning or 'none'}")
    if walk.sentences:
        walk.read_sentence()


def define(walk: Walk, answer: str) -> None:
    """Read the definition of a code."""
    if not answer:
        raise RefusedError("Name a code: i TASK1 reads its definition. c alone lists all codes.")
    code = find_code(walk.book, answer)
    if isinstance(code, Unclear):
        raise RefusedError(code.message)
    retired = "Retired. " if code.is_retired else ""
    walk.say(f"{walk.index.labels[code.id]}. {retired}{code.definition}".strip())
    for heading, text in (("Include", code.include), ("Exclude", code.exclude)):
        if text:
            walk.say(f"{heading}: {text}")
    for example in code.examples:
        walk.say(f"Example: {example}")


# --- from ad to ad ------------------------------------------------------------------------------------


def _listed(walk: Walk) -> None:
    """List all ads, and the states of those that the coder has begun, once."""
    sources = walk.desk.workspace.sources
    if not sources.is_listed:
        for batch in sources.batches():
            sources.add(batch)
        sources.is_listed = True
        sources.statuses |= dict(sources.read_statuses())


def next_ad(walk: Walk, _: str) -> None:
    """Go to the next ad without work: of the queue, else of the list."""
    _listed(walk)
    workspace = walk.desk.workspace
    for entry in workspace.sources.untouched():
        source, _problems = workspace.study.corpus.read(entry)
        if source is not None and not source.is_empty:
            walk.open(entry)
            return
    raise RefusedError(f"Every other {walk.word.source} has been worked on. {walk.lister} lists them.")


def open_ad(walk: Walk, answer: str) -> None:
    """Go to the ad with this id."""
    if not answer:
        say_state(walk, "")
        return
    _listed(walk)
    entry = walk.desk.workspace.sources.find(SourceId(answer))
    if entry is None:
        raise RefusedError(f"There is no {walk.word.source} {answer}. {walk.lister} lists them.")
    walk.open(entry)


def list_ads(walk: Walk, answer: str) -> None:
    """List the ads, or those with these words in their id, employer or title, and go to the chosen one."""
    _listed(walk)
    entries = [one for one in walk.desk.workspace.sources.entries if _matches(one, answer)]
    if not entries:
        raise RefusedError(f"No {walk.word.source} has {answer} in its id, employer or title.")
    at = walk.lines.choose([_entry_line(walk, one) for one in entries])
    if at is not None:
        walk.open(entries[at])


def _matches(entry: SourceEntry, words: str) -> bool:
    text = f"{entry.id} {entry.employer} {entry.title}".casefold()
    return all(word in text for word in words.casefold().split())


def _entry_line(walk: Walk, entry: SourceEntry) -> str:
    progress, codings = walk.desk.workspace.sources.status(entry.id)
    count = f", {plural(codings, 'coding')}" if codings else ""
    employer = f", {entry.employer}" if entry.employer else ""
    return f"{entry.id}: {entry.title or 'without a title'}{employer}. {progress}{count}"


def go_after(walk: Walk, _: str) -> None:
    """Go to the ad after this one in the list."""
    _go_by(walk, 1)


def go_before(walk: Walk, _: str) -> None:
    """Go to the ad before this one in the list."""
    _go_by(walk, -1)


def _go_by(walk: Walk, step: int) -> None:
    _listed(walk)
    entry = walk.desk.workspace.sources.neighbour(step)
    if entry is None:
        raise RefusedError(f"This is the {'last' if step > 0 else 'first'} {walk.word.source}.")
    walk.open(entry)


# --- when something is in the way ---------------------------------------------------------------------


def take_over(walk: Walk, _: str) -> None:
    """Take the session over from another program."""
    if walk.desk.session.holder is None:
        raise RefusedError("No other program has this session.")
    walk.report(walk.desk.workspace.take_over())
    walk.say("You can code it here now.")
    walk.begin()


def save_copy(walk: Walk, answer: str) -> None:
    """Save a copy of the session in a folder elsewhere, which then gets the steps that cannot be saved here."""
    if not answer:
        raise RefusedError("Name a folder: copy /media/stick/rescue.")
    walk.show_outcome(walk.desk.workspace.save_copy(Path(answer).expanduser()))


def list_problems(walk: Walk, _: str) -> None:
    """Read the problems found so far."""
    workspace = walk.desk.workspace
    workspace.add_problems(walk.desk.session.problems)
    if not workspace.problems:
        raise RefusedError("No problems were found.")
    for problem in workspace.problems:
        walk.say(str(problem))


# --- search -------------------------------------------------------------------------------------------


MOST = 1_000
"""The findings after which a search ends."""


def search(walk: Walk, answer: str) -> None:
    """Go to the next sentence with these words, from the top again behind the last one."""
    words = answer or walk.lines.ask("Which words?")
    wanted = normalize_words(words)
    if not wanted:
        raise RefusedError("No words are given.")
    count = len(walk.sentences)
    for step in range(1, count + 1):
        number = (walk.number + step) % count
        if wanted in normalize_words(walk.text[slice(*walk.sentences[number])]):
            if number <= walk.number:
                walk.say("From the top again.")
            walk.go(number)
            return
    raise RefusedError(f"No sentence of this {walk.word.source} has {quoted(words)}.")


def find(walk: Walk, answer: str) -> None:
    """Search all ads and the coder's sessions, and go to the chosen finding."""
    text = answer or walk.lines.ask("Words, or a query such as code:TASK1:")
    query = parse_query(text, walk.book)
    if isinstance(query, QueryError):
        raise RefusedError(f"The query cannot be read at letter {query.column}: {query.message}")
    finder, found = Finder(walk.desk.workspace.study, walk.desk.workspace.coder), list[Finding]()

    def is_stopped() -> bool:
        return walk.lines.takes_interrupt() or len(found) >= MOST

    try:
        for batch in finder.search(query, is_stopped):
            found += batch.findings
    finally:
        finder.close()
    for problem in finder.problems:
        walk.say(str(problem))
    if not found:
        raise RefusedError("Nothing is found.")
    more = ", and more: name more words to find fewer" if len(found) >= MOST else ""
    walk.say(f"{plural(len(found), 'place')}{more}.")
    at = walk.lines.choose([_line(walk, one) for one in found])
    if at is not None:
        _open(walk, found[at])


def _line(walk: Walk, one: Finding) -> str:
    where = f"{walk.word.source.capitalize()} {one.source}"
    if one.coding is not None:
        note = f" Note: {one.coding.note}" if one.coding.note else ""
        return f"{where}: {label_of(walk.book, one.coding.code)}: {quoted(one.words)}.{note}"
    if one.span is None:
        return f"{where}: {one.title}, {one.employer}"
    return f"{where}: {quoted(one.words)}, in: {one.before}{one.words}{one.after}"


def _open(walk: Walk, one: Finding) -> None:

    if one.source != walk.desk.source.id:
        open_ad(walk, one.source)
    if one.span is not None:
        walk.go_to(one.span.start)

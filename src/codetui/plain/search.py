"""Search in the ad, and in all ads and sessions."""

from __future__ import annotations

from codetui.core.codebook.index import label_of
from codetui.core.query.parser import parse_query
from codetui.core.query.query import QueryError
from codetui.core.session.naming import quoted
from codetui.core.text.display import plural
from codetui.core.text.normalize import normalize_words
from codetui.plain.walk import RefusedError, Walk
from codetui.study.find import Finder, Finding

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
    from codetui.plain.source import open_ad

    if one.source != walk.desk.source.id:
        open_ad(walk, one.source)
    if one.span is not None:
        walk.go_to(one.span.start)

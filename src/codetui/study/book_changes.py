"""`codetui codebook diff` and `propose`: what changed between two codebooks, and what codings should become."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from codetui.core.codebook.diff import Change, diff
from codetui.core.codebook.migration import propose
from codetui.core.text.plural import counted
from codetui.core.text.sanitize import harmless
from codetui.formats.codebook.changes import sentences
from codetui.formats.codebook.migration_map import render_map
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Codebook
from codetui.storage import fs, study_files
from codetui.study.outputs import STDOUT, is_in_the_way, refuse, write
from codetui.study.printing import put, show_json
from codetui.study.study_parts import Unusable, complain, read_book, say


def report_changes(old: str, new: str, sessions: Path, *, as_json: bool) -> int:
    """Prints what changed between two codebooks, named as `find_book` knows them; the exit code."""
    books = find_book(old, sessions), find_book(new, sessions)
    for book in books:
        if isinstance(book, Unusable):
            return complain(book.message)
    before, after = (book for book in books if not isinstance(book, Unusable))
    changes = diff(before, after)
    if as_json:
        whole = {"old": _about(before), "new": _about(after), "changes": [_json(change) for change in changes]}
        show_json(whole)
        return 0
    for sentence in sentences(changes, before, after):
        print(harmless(" ".join(sentence.split())))
    return 0


def propose_map(old: str, new: str, sessions: Path, output: str, *, force: bool) -> int:
    """Writes the rules that two codebooks suggest, for a person to look through; the exit code."""
    books = find_book(old, sessions), find_book(new, sessions)
    for book in books:
        if isinstance(book, Unusable):
            return complain(book.message)
    before, after = (book for book in books if not isinstance(book, Unusable))
    rules = propose(before, after)
    text = render_map(rules, before, after)
    if output == STDOUT:
        put(text)
        return 0
    target = Path(output)
    if is_in_the_way(target, force=force):
        return refuse(target)
    write(target, text.encode("utf-8"))
    open_ = sum(not rule.new for rule in rules.rules)
    say(f"{counted(len(rules.rules), 'rule')} written to {target}, {open_} of them without a code or profile to go to.")
    say("Look through them, write checked = true, then: codetui codebook migrate --map " + str(target))
    return 0


def find_book(name: str, sessions: Path) -> Codebook | Unusable:
    """The codebook in a file, or a kept one by its hash (four digits at least), by `version#hash` or by its version.

    Of several kept books of one version the one that was used last is meant.
    """
    path = Path(name)
    if fs.is_file(path):
        return read_book(path)[0]
    version, _, digest = name.rpartition("#")
    text = study_files.kept_codebook(sessions, digest)
    found = parse_codebook(text, name)[0] if text is not None else None
    if found is not None and version in ("", found.version):
        return found
    kept = kept_books(sessions)
    named = [book for book in kept if book.version == name]
    if named:
        return named[-1]
    known = ", ".join(dict.fromkeys(f"{book.version}#{book.content_hash[:12]}" for book in kept))
    there = f"kept in {sessions} are: {known}" if known else f"no book is kept in {sessions} yet"
    return Unusable(f"there is no file, version or kept codebook “{name}”; {there}.")


def kept_books(sessions: Path) -> list[Codebook]:
    """The codebooks that were coded with, in the order of their first use."""
    texts = [(name, study_files.kept_codebook(sessions, name)) for name in study_files.kept_names(sessions)]
    books = [parse_codebook(text, name)[0] for name, text in texts if text is not None]
    return [book for book in books if book is not None]


def _about(book: Codebook) -> dict[str, str]:
    return {"title": book.title, "version": book.version, "hash": book.content_hash}


def _json(change: Change) -> dict[str, object]:
    value = asdict(change)
    value["words"] = [run._asdict() for run in change.words]
    return value

"""Extract the text of coded documents anew, compare it with the frozen one, and locate the codings in it."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.core.anchors.unresolved import ReanchorCounts
from codetui.model import Problem, Source, SourceId, source_hash
from codetui.storage import fs, session_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.storage.session_lock import SessionLock
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.corpus_files import READER_OF
from codetui.storage.sources.frozen import Frozen, FrozenTexts, frozen_of, hash_of_file, heads_of, rivals_of
from codetui.study.study import Study, StudyError

Fate = Literal["unchanged", "same text", "changed", "missing", "two texts"]
"""The outcome of extracting a text anew: as it was, the same from another file or extractor, another text, no text.

If clones froze several texts, one of them is chosen before any other is extracted.
"""


class Refresh(NamedTuple):
    """A frozen text, and what its file has now; `difference` is that of the words, as lines.

    `rivals` are the texts that clones froze by themselves, the one in use first, and the difference that of two.
    """

    frozen: Frozen
    fate: Fate
    source: Source | None = None
    extractor: str = ""
    difference: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    rivals: tuple[Frozen, ...] = ()


class Relocated(NamedTuple):
    """The codings of one coder after a refresh; `counts` is None if the session is open in another program."""

    coder: str
    counts: ReanchorCounts | None
    problem: Problem | None = None


def find_changes(study: Study, source_id: str | None = None) -> Iterator[Refresh]:
    """Yield the frozen texts, or that of one source, compared with what their files have now; nothing is written.

    Raises StudyError if there is no such text.
    """
    texts, corpus = FrozenTexts(study.sessions_path), study.corpus
    found = list(texts.all()) if source_id is None else [one for one in [texts.of(source_id)] if one is not None]
    if source_id is not None and not found:
        if corpus.find(source_id) is None:
            raise study.missing_source(source_id)
        word = study.codebook.words.source
        what = f"the text of {word} {source_id} is not frozen"
        raise StudyError(f"{what}: plain texts and tables are read as they are, and others are frozen once coded.")
    settings, words = study.codebook.corpus, study.codebook.words
    raw = Corpus(corpus.path, settings, study.sessions_path, words, is_extracted=True)
    for frozen in found:
        yield _compared(texts, frozen, raw)


def _compared(texts: FrozenTexts, frozen: Frozen, raw: Corpus) -> Refresh:
    rivals = rivals_of(texts.versions(frozen.id))
    if len(rivals) > 1:
        first, second = (texts.text(one) or "" for one in rivals[:2])
        difference = tuple(word_difference(first, second))
        return Refresh(frozen, "two texts", difference=difference, rivals=tuple(rivals))
    try:
        entry = raw.find(frozen.id)
        source, problems = raw.read(entry) if entry else (None, [])
        file = hash_of_file(source.file) if source else ""
    except OSError as error:
        what = f"{error.strerror or error}; the codings keep the text that was coded"
        return Refresh(frozen, "missing", problems=(Problem(str(error.filename or frozen.name), 0, "error", what),))
    if source is None:
        gone = Problem(str(raw.path), 0, "error", f"{frozen.name} is no longer here; the codings keep its text")
        return Refresh(frozen, "missing", problems=tuple(problems or [gone]))
    reader = READER_OF[Path(source.file).suffix.lower()]
    if source_hash(source.text) == frozen.text:
        is_same = (frozen.file == file or reader.is_table) and frozen.extractor == reader.extractor
        return Refresh(frozen, "unchanged" if is_same else "same text", source, reader.extractor)
    old = texts.text(frozen) or ""
    difference = tuple(word_difference(old, source.text))
    return Refresh(frozen, "changed", source, reader.extractor, difference, tuple(texts.problems))


def refresh(study: Study, found: Refresh) -> Iterator[Relocated]:
    """Freeze the text that was extracted anew, and yield what became of the codings of each coder. Raises OSError."""
    source = found.source
    assert source is not None
    texts = FrozenTexts(study.sessions_path)
    after = heads_of(texts.versions(source.id))
    file = hash_of_file(source.file)
    texts.add(frozen_of(source, file, found.extractor, found.frozen.options, after), source.text)
    yield from _relocated_by_all(study, found)


def choose_text(study: Study, found: Refresh, number: int) -> Iterator[Relocated]:
    """Use one of several frozen texts, by its number from 1 in `rivals`, and yield as `refresh`. Raises OSError."""
    texts, chosen = FrozenTexts(study.sessions_path), found.rivals[number - 1]
    text = texts.text(chosen)
    if text is None:
        raise OSError(errno.ENOENT, "the text is missing or was changed", str(texts.path_of(chosen)))
    texts.add(chosen._replace(after=heads_of(texts.versions(chosen.id))), text)
    yield from _relocated_by_all(study, found)


def _relocated_by_all(study: Study, found: Refresh) -> Iterator[Relocated]:
    study.corpus.reload()
    for folder in session_files.coders(study.sessions_path) if found.fate in ("changed", "two texts") else ():
        paths = SessionPaths.of_folder(study.sessions_path, folder)
        log = paths.log(found.frozen.id)
        if fs.is_file(log):
            yield _relocated(study, found.frozen.id, folder, paths, log)


def _relocated(study: Study, source_id: SourceId, folder: str, paths: SessionPaths, log: Path) -> Relocated:
    """Locate the codings of a session in the new text, as opening it does."""
    if SessionLock(log).other() is not None:
        return Relocated(folder, None)
    session = study.open_session(study.source(source_id), _coder_of(log) or folder, paths)
    try:
        problem = session.save_document()
        counts = session.reanchored or ReanchorCounts()
        return Relocated(session.coder, counts, problem)
    finally:
        session.release()


def _coder_of(log: Path) -> str:
    steps = Journal(log).read()[0]
    return steps[-1].coder if steps else ""


# --- the difference of two texts, word by word --------------------------------------------------------


AROUND = 8
"""Words of the context on each side of a change."""

_WORD = re.compile(r"\s*\S+|\s+\Z")


def word_difference(old: str, new: str) -> Iterator[str]:
    """Yield the changes as lines: the offset in the old text in code points, then its words with some around them.

    "You light the lamp."  ->  "You light a lamp."      @@ 0 @@  You light [-the-] {+a+} lamp.

    `[-words-]` are only in the old text, `{+words+}` only in the new one. Lines are compared first, so that the time
    grows with the length of what has changed.
    """
    ours, theirs = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in ours:
        starts.append(starts[-1] + len(line))
    for tag, at, end, other, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if tag != "equal":
            before = "".join(ours[max(0, at - 1) : at])[-AROUND * 8 :]
            yield from _words(old[starts[at] : starts[end]], "".join(theirs[other:other_end]), starts[at], before)


def _words(old: str, new: str, offset: int, before: str) -> Iterator[str]:
    ours, theirs = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, [one.strip() for one in ours], [one.strip() for one in theirs], autojunk=False)
    for group in matcher.get_grouped_opcodes(AROUND):
        parts: list[str] = []
        for tag, at, end, other, other_end in group:
            if tag == "equal":
                parts.append(_joined(ours[at:end]))
                continue
            parts += [f"[-{_joined(ours[at:end])}-]"] if end > at else []
            parts += [f"{{+{_joined(theirs[other:other_end])}+}}"] if other_end > other else []
        place = offset + len("".join(ours[: group[0][1]]))
        context = _joined([before]) if group[0][0] != "equal" and place == offset else ""
        yield f"@@ {place} @@ {' '.join(filter(None, [context, *parts]))}"


def _joined(words: Sequence[str]) -> str:
    return " ".join("".join(words).split())

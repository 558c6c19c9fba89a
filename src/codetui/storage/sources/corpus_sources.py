"""The sources of a corpus by id, for commands that read the texts of many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property

from codetui.model import Problem, Source, SourceEntry, SourceId, hashes_of
from codetui.storage.sources.corpus import Corpus


class CorpusSources:
    """The sources of a corpus by id; the corpus is listed once, on first use."""

    def __init__(self, corpus: Corpus | None) -> None:
        self._corpus = corpus
        self._entries: dict[str, SourceEntry] | None = None
        self._read: dict[SourceId, Source] = {}
        self._is_complete = True
        self.problems: list[Problem] = []
        """The problems of the corpus, once it was listed."""

    def read_all(
        self, is_kept: Callable[[SourceId], bool], problems: list[Problem]
    ) -> Iterator[tuple[SourceEntry, int]]:
        """Yield all sources with digests of their texts in one pass, and cache some texts; add to `problems`."""
        self._entries = {}
        for one, offset, digest in self._corpus.texts(problems) if self._corpus else ():
            entry = SourceEntry(one.id, one.employer, one.title, one.file, offset, one.line)
            self._entries[one.id] = entry
            if is_kept(one.id):
                self._read[one.id] = one
            yield entry, digest
        self.problems = problems
        self._is_complete = not any(problem.severity == "error" for problem in problems)

    def find(self, source_id: SourceId) -> Source | None:
        """Return the source with its text, None if the corpus lacks it.

        Raises OSError if it may be in an unreadable file.
        """
        if self._corpus is None or source_id in self._read:
            return self._read.get(source_id)
        if self._entries is None:
            batches = list(self._corpus.batches())
            self.problems = [problem for batch in batches for problem in batch.problems]
            self._is_complete = not any(problem.severity == "error" for problem in self.problems)
            self._entries = {entry.id: entry for batch in batches for entry in batch.entries}
        entry = self._entries.get(source_id)
        if entry is None and not self._is_complete:
            entry = self._corpus.find(source_id)
        return self._corpus.read(entry)[0] if entry else None

    def rows(self, is_wanted: Callable[[SourceEntry], bool]) -> Iterator[Source]:
        """Yield the wanted sources among the rows of tables without ids."""
        corpus = self._corpus
        self.find(SourceId(""))
        for entry in (self._entries or {}).values() if corpus is not None else ():
            if corpus is not None and corpus.has_given_id(entry) and is_wanted(entry):
                source = corpus.read(entry)[0]
                if source is not None:
                    yield source

    @cached_property
    def ids_by_text(self) -> dict[str, SourceId]:
        """The first source with each text, by the hash of the text; this reads all texts."""
        texts = self._corpus.texts([]) if self._corpus else ()
        found: dict[str, SourceId] = {}
        for one in texts:
            for digest in hashes_of(one.source.text):
                found.setdefault(digest, one.source.id)
        return found

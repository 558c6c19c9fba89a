"""Sources as the program reads them from a file."""

from __future__ import annotations

from pathlib import Path

from codetui.model import CorpusSettings, Source
from codetui.storage.sources.corpus import Corpus


def source_at(path: Path, data: bytes | str | None = None) -> Source:
    """Return the only source of a file, after writing the data to it, if any; list and text must agree on it."""
    if data is not None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    corpus = Corpus(path, CorpusSettings())
    (entry,) = [entry for batch in corpus.batches() for entry in batch.entries]
    source, _ = corpus.read(entry)
    assert source is not None
    assert (source.id, source.employer, source.title) == entry[:3]
    assert all(0 <= one.start < one.end <= len(source.text) for one in source.passages)
    return source


def problems_at(path: Path, data: bytes | str | None = None) -> list[str]:
    """Return the messages on a file, after writing the data to it, if any."""
    if data is not None:
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    problems = list[str]()
    for batch in Corpus(path, CorpusSettings()).batches():
        problems += [problem.message for problem in batch.problems]
    return problems

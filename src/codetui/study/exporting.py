"""`codetui export`: the sessions as markdown documents, or as rows for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from codetui.core.text.plural import counted
from codetui.formats import session_doc
from codetui.formats.rows import Row, rows, to_csv, to_jsonl
from codetui.model import Codebook
from codetui.storage import fs, session_files
from codetui.study.outputs import STDOUT, below, chosen, is_in_the_way, refuse, write
from codetui.study.printing import put
from codetui.study.sessions import SessionSnapshot, records
from codetui.study.study_parts import PROBLEMS, Unusable, complain, corpus_if_any, read_book, say

DEFAULT_OUTPUT = {"markdown": "export", "csv": "codings.csv", "jsonl": "codings.jsonl"}


def export(
    corpus: Path | None,
    codebook: Path,
    root: Path,
    coder: str | None,
    layout: str,
    output: str | None,
    force: bool,
) -> int:
    """Writes all sessions out; the exit code."""
    book, _ = read_book(codebook)
    if isinstance(book, Unusable):
        return complain(book.message)
    ads = corpus_if_any(corpus, book, codebook, root)
    if isinstance(ads, Unusable):
        return complain(ads.message)
    found = list(records(root, book, coder, ads))
    if not found:
        whose = f" of coder {coder}" if coder else ""
        what = f"there are no sessions{whose} in {root}"
        return complain(f"{what}; code an ad first, or name the folder with --sessions.")
    target = chosen(output, DEFAULT_OUTPUT[layout])
    if layout == "markdown":
        if ads is not None and target != STDOUT and ads.holds_ads(Path(target)):
            what = f"the ads are in {target}, and its documents would be read as ads too"
            return complain(f"{what}; name another folder with -o.")
        done = _write_documents(found, book, target, force=force)
    else:
        done = _write_rows(found, book, layout, target, force=force)
    problems = [problem for record in found for problem in record.problems if problem.severity == "error"]
    for problem in problems:
        say(problem)
    return done or (PROBLEMS if problems else 0)


def _write_rows(found: Iterable[SessionSnapshot], book: Codebook, layout: str, target: str, *, force: bool) -> int:
    table: list[Row] = []
    for record in found:
        table += rows(record.state, book, record.facts, record.coder)
    text = to_csv(table) if layout == "csv" else to_jsonl(table)
    if target == STDOUT:
        put(text)
        return 0
    if is_in_the_way(target, force=force):
        return refuse(target)
    write(target, text.encode("utf-8"))
    say(f"{counted(len(table), 'coding')} written to {target}")
    return 0


def _write_documents(found: Iterable[SessionSnapshot], book: Codebook, target: str, *, force: bool) -> int:
    documents: dict[Path, str] = {}
    for record in found:
        if record.state.opened or record.source or not record.state.is_untouched:
            path = next(path for path in _names(record) if path not in documents)
            documents[path] = _text(record, book)
    if target == STDOUT:
        put("\n".join(documents.values()))
        return 0
    places = {below(target, path): text.encode("utf-8", "replace") for path, text in documents.items()}
    standing = [path for path, data in places.items() if fs.differs(path, data)]
    if standing and not force:
        return refuse(standing[0])
    for path, data in places.items():
        fs.replace(path, data)
    say(f"{counted(len(documents), 'document')} written to {target}")
    return 0


def _names(record: SessionSnapshot) -> Iterator[Path]:
    """What the document may be called; the first name is another session's where ids and employers run together."""
    folder, facts = Path(record.folder), record.facts
    yield folder / session_files.document_name(facts.id, facts.employer)
    apart = folder / session_files.document_name(facts.id, facts.employer, is_apart=True)
    yield apart
    yield from (apart.with_stem(f"{apart.stem}-{number}") for number in count(2))


def _text(record: SessionSnapshot, book: Codebook) -> str:
    if record.source is not None:
        return record.source
    return session_doc.document_of(record.state, book, record.facts).text

"""Find the document and the log of one coder's session of one source.

The exact name counts. Anything else beside it, such as the conflict copy of a sync client, is reported and never used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.state import replay
from codetui.model import Problem, SessionOpened, SourceDescribed, SourceId, Transaction
from codetui.storage import fs
from codetui.storage.journal import Journal
from codetui.storage.session_files import DOCUMENT, LOG, SessionPaths, document_name, logs, safe_name
from codetui.storage.sources.decoding import ProblemCollector, decode

BYTE_ORDER_MARK = "\ufeff"


# --- documents ----------------------------------------------------------------------------------------


class DocumentFile(NamedTuple):
    """A document on disk: its text, and the source and employer in its heading (empty if it names none)."""

    path: Path
    text: str
    heading: str
    employer: str


def read_document(path: Path) -> DocumentFile:
    """Read a document.  Raises OSError."""
    from codetui.formats import session_doc

    text = decode_document(fs.read(path), path)
    head = session_doc.read(text.split("\n## ", 1)[0], "")[0]
    return DocumentFile(path, text, head.source_id, head.employer)


def decode_document(data: bytes, path: Path) -> str:
    """Return the text of a document in whatever encoding; a byte order mark of UTF-8 stays part of it."""
    mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK.encode()) else ""
    return mark + decode(data, ProblemCollector(str(path)))


def heading_of(text: str) -> str:
    """Return the source that a document's heading names; empty if none, as in a document that was damaged."""
    from codetui.formats import session_doc

    return session_doc.source_id_of(text)


def heading_id(source_id: str) -> str:
    """Return the id of a source as it is read from the heading of its document."""
    from codetui.formats import session_doc

    if source_id.isascii() and source_id.isalnum():
        return source_id
    return heading_of(session_doc.write(session_doc.Document(source_id)))


def is_named_for(path: Path, source_id: str) -> bool:
    """Return whether the name of a document begins with the id of a source."""
    rest = path.stem.removeprefix(DOCUMENT)
    name = safe_name(source_id)
    return rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()


def document_names(source_id: SourceId, employers: Iterable[str]) -> list[str]:
    """Return the exact names that a session's document may have, the newest first."""
    return [
        document_name(source_id, employer, is_apart=is_apart)
        for employer in dict.fromkeys(employers)
        for is_apart in (False, True)
    ]


def employers_of(transactions: Sequence[Transaction]) -> list[str]:
    """Return the employers that a session has recorded for its source, the newest first."""
    found: list[str] = []
    for event in (event for one in reversed(transactions) for event in reversed(one.events)):
        match event:
            case SourceDescribed():
                found += [event.employer, event.employer_before]
            case SessionOpened():
                found.append(event.employer)
            case _:
                pass
    return found


def choose_document(
    documents: Iterable[DocumentFile], source_id: SourceId, names: Sequence[str], own_texts: Collection[str]
) -> tuple[DocumentFile | None, list[DocumentFile]]:
    """Return a session's document among `documents`, and the others that name its source.

    That is the one with the first of `names`; else one whose text codetui wrote last. If that is unknown, it is the
    only one whose name follows from its own heading, else the only one.
    """
    own = heading_id(source_id)
    same = [document for document in documents if document.heading in ("", own)]
    same.sort(key=lambda document: not document.heading)
    found = [document for document in same if is_named_for(document.path, source_id)]
    by_name = {document.path.name: document for document in reversed(found)}
    named = [by_name[name] for name in names if name in by_name]
    named.sort(key=lambda document: not document.heading)
    named += [document for document in found if document.text in own_texts]
    headed = [document for document in found if document.heading]
    if not named and not own_texts:
        exact = [one for one in headed if one.path.name in document_names(source_id, (one.employer,))]
        named = next((some for some in (exact, headed, found) if len(some) == 1), [])
    chosen = named[0] if named else None
    return chosen, [document for document in same if document.heading and document is not chosen]


def misplaced_documents(others: Iterable[Path], used: Path | None, source_id: SourceId, name: str) -> list[Problem]:
    """Return what to report of documents that name a source and are not its document."""
    if used is not None:
        what = f"this is not the document of ad {source_id}, which is {used.name}, so it is not read"
        hint = "add what it has more to that one, then delete it"
    else:
        what, hint = f"this document of ad {source_id} is not read, since it is not called {name}", "rename it"
    return [Problem(str(other), 0, "error", f"{what}: {hint}") for other in others]


# --- logs ---------------------------------------------------------------------------------------------


def other_logs(paths: SessionPaths, source_id: SourceId) -> list[Problem]:
    """Return what to report of logs of a source beside its own; those that cannot be read are left out."""
    name = safe_name(source_id)
    found: list[Problem] = []
    for path in logs(paths.folder):
        if path.stem != name and path.name.startswith(name) and not path.name[len(name)].isalnum():
            try:
                opened = replay(Journal(path).read()[0]).opened
            except OSError:
                continue
            found += [misplaced_log(path, source_id)] if opened and opened.source == source_id else []
    return found


def misplaced_log(path: Path, source_id: SourceId) -> Problem:
    """Return what to report of a log under another name than its source's."""
    own = f"{safe_name(source_id)}{LOG}"
    what = f"this is a log of ad {source_id}, whose log is {own}, so it is not read"
    return Problem(str(path), 0, "error", f"{what}: append its lines to that one, then delete it")

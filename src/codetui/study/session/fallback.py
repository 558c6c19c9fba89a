"""A session's second place, for the time that its own disk refuses what is done."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from codetui.core.session.commands import AssignCode, AssignProfile, Command, DescribeAd, NoteCoding, NotePlace
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.model import Code, Problem, Profile, SourceId, Transaction
from codetui.storage import fs
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.study.ids import now
from codetui.study.session.document import SessionDocument, Snapshot

if TYPE_CHECKING:
    from codetui.study.session.sync import Recorder


class FallbackFolder:
    """A folder elsewhere with the session's log and document, laid out as the sessions folder is.

    `codetui merge` brings both together again.
    """

    def __init__(self, folder: Path, coder: str, ad: SourceId) -> None:
        self.folder = folder
        self._ad = ad
        self._paths = SessionPaths(folder, coder)
        self._log = Journal(self._paths.log(ad))

    def take(self, transactions: Sequence[Transaction]) -> None:
        """Puts on disk what is not there yet; raises OSError."""
        self._log.complete(transactions)

    def write(self, document: Snapshot, employer: str) -> Problem | None:
        """Replaces the document; the problem it met, if any."""
        from codetui.formats import session_doc

        written = session_doc.Written(document.text, document.ids)
        return SessionDocument(self._paths, self._ad).write(written, employer, steps=document.steps)


DRAFT = ".unsaved.md"
COPY = "codetui-copy"
STANDS_HERE = "a text that could not be saved stands here: take over what you need of it, then delete the file"


def written_in(command: Command, state: State) -> str:
    """What a person has written in a command that is not in the state, with what it is; empty for nothing."""
    match command:
        case AssignCode(_, code, text) if text:
            return f"Note beside a coding with {code}: {text}"
        case NoteCoding(coding, text) if text:
            words = state.codings[coding].words if coding in state.codings else coding
            return f"Note beside {quoted(words)}: {text}"
        case NotePlace(place, text) if text:
            return f"Note on {place.kind} {place.id}: {text}"
        case AssignProfile(_, text) if text and text != state.reasoning:
            return f"Reasoning:\n\n{text}"
        case DescribeAd(employer, title):
            return f"Employer: {employer}\nTitle: {title}"
        case _:
            return ""


def written_in_book(changed: Code | Profile, standing: Code | Profile | None = None) -> str:
    """What a person has written about a code or profile, with what it is: the texts that the `standing` one lacks."""
    what = "Code" if isinstance(changed, Code) else "Profile"
    texts = [f"{what} {changed.id} of the codebook"]
    for field in fields(changed):
        value = getattr(changed, field.name)
        if field.name != "id" and value and (standing is None or value != getattr(standing, field.name)):
            texts.append(f"{field.name}: {value if isinstance(value, str) else '; '.join(map(str, value))}")
    return "\n".join(texts)


def keep_text(paths: SessionPaths, ad: SourceId, text: str) -> Problem:
    """Puts a text into a file: beside the log, else where copies go, else where the system keeps what is temporary.

    What to say of it: where it is.
    """
    said = f"## Ad {ad}, {now()}\n\n{text}\n\n".encode("utf-8", "replace")
    why = ""
    roots: tuple[Callable[[], Path], ...] = (lambda: paths.root, elsewhere, _last_resort)
    for root in roots:
        try:
            path = file_at(root(), paths, ad, DRAFT)
            fs.append(path, said)
        except OSError as error:
            why = error.strerror or str(error)
            continue
        return Problem(str(path), 0, "warning", "the text that could not be saved is kept here")
    return Problem(str(paths.folder), 0, "error", f"the text could be kept nowhere ({why}): {text}")


def kept_texts(paths: SessionPaths, ad: SourceId) -> list[Problem]:
    """Where such files stand, for the next start."""
    found: list[Problem] = []
    for root in (paths.root, elsewhere()):
        with suppress(OSError):
            path = file_at(root, paths, ad, DRAFT)
            found += [Problem(str(path), 0, "warning", STANDS_HERE)] if fs.exists(path) else []
    return found


def elsewhere() -> Path:
    """The folder in the coder's home that takes what the disk refuses when nobody can be asked."""
    return Path(os.path.expanduser("~")) / COPY  # noqa: PTH111  Path raises where there is no home


def _last_resort() -> Path:
    """The same where the system keeps what is temporary."""
    import tempfile

    return Path(tempfile.gettempdir()) / COPY


def file_at(root: Path, paths: SessionPaths, ad: SourceId, suffix: str) -> Path:
    """A file below `root` where one beside the ad's log would lie; raises OSError."""
    return SessionPaths.of_folder(root, paths.folder.name).beside(ad, suffix)


REFUSED = ".refused.jsonl"
THERE = "the disk refused a step and has it all the same; look whether you want it (u takes it back)"


def note(paths: SessionPaths, ad: SourceId, lines: bytes) -> bool:
    """Notes lines of a log that were refused in the home, if that takes them: whether it did."""
    with suppress(OSError):
        fs.replace(file_at(elsewhere(), paths, ad, REFUSED), lines)
        return True
    return False


def forget(paths: SessionPaths, ad: SourceId) -> bool:
    """The lines are gone from the log: whether nothing is noted any more."""
    with suppress(OSError):
        fs.remove(file_at(elsewhere(), paths, ad, REFUSED))
        return True
    return False


def found_at_start(paths: SessionPaths, session: Recorder) -> list[Problem]:
    """What the coder has to know of the last time: texts that are kept apart, and refused steps that are there."""
    problems = kept_texts(paths, session.ad.id)
    with suppress(OSError):
        noted = file_at(elsewhere(), paths, session.ad.id, REFUSED)
        if fs.exists(noted):
            problems += _still_there(noted, paths.log(session.ad.id), session)
    return problems


def _still_there(noted: Path, log: Path, session: Recorder) -> list[Problem]:
    """The noted steps that a log has, said once."""
    from codetui.core.session.commands import DecisionContext
    from codetui.core.session.words import step_words

    refused = {one.id for one in Journal(noted).read()[0]}
    found = [one for one in session.transactions if one.id in refused]
    fs.remove(noted)
    study = DecisionContext(session.book, session.ad.text, "", "")
    return [Problem(str(log), 0, "warning", f"{THERE}: {step_words(one, session.state, study)}") for one in found]

"""Texts that could not be saved when the program ended: kept in a file for a person, and said at the next start."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from codetui.core.session.commands import AssignCode, AssignProfile, Command, DescribeAd, NoteCoding, NotePlace
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.model import Code, Problem, Profile, SourceId
from codetui.storage import files
from codetui.storage.sessions import SessionPaths
from codetui.study.ids import now

SUFFIX = ".unsaved.md"
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
            path = file_at(root(), paths, ad, SUFFIX)
            files.append(path, said)
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
            path = file_at(root, paths, ad, SUFFIX)
            found += [Problem(str(path), 0, "warning", STANDS_HERE)] if files.is_there(path) else []
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

"""Edits of the codebook by hand: it is compared with the version that an editor left or confirmed last."""

from __future__ import annotations

from collections.abc import Iterator

from codetui.core.codebook.diff import diff
from codetui.formats.codebook.changes import sentences
from codetui.model import Problem, StepKind, StudyStep
from codetui.storage import fs, session_files
from codetui.storage.journal import StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import not_read
from codetui.study.study import Study, kept_book

HAND = "hand"
"""Names the edits of the codebook that somebody made by hand, outside of the program."""

OF_THE_BOOK: tuple[StepKind, ...] = ("edit", "refactoring", "undo", "redo", "accepted")
"""The kinds of steps of an editor after which the codebook was as the editor wanted it."""

MOST_NAMED = 3
"""Changes by hand that a problem names."""


def step_records(study: Study, problems: list[Problem]) -> Iterator[tuple[str, StudyStep]]:
    """Yield the steps in all logs of the study, with the folders of the logs."""
    root = study.sessions_path
    for folder in session_files.study_log_folders(root):
        log = SessionPaths.of_folder(root, folder).study_log()
        try:
            yield from ((folder, one) for one in StudyJournal(log).read()[0])
        except OSError as error:
            problems.append(not_read(error, log, "proposals in it are not shown"))


def hand_edit(study: Study) -> Problem | None:
    """Return the problem that somebody has edited the codebook by hand since an editor changed or confirmed it."""
    book, path = study.codebook, study.codebook_path
    if not book.editors:
        return None
    confirmed = confirmed_version(study)
    how = f"`codetui codebook accept {HAND}` confirms it"
    if not confirmed:
        what = (
            f"no editor ({', '.join(book.editors)}) has confirmed this codebook yet, so edits by hand are not noticed"
        )
        return Problem(str(path), 0, "note", f"{what}: {how}")
    if confirmed == book.content_hash:
        return None
    try:
        before, owner = kept_book(study.sessions_path, confirmed), fs.owner(path)
    except OSError as error:
        return not_read(error, path, "it is unknown whether it was edited by hand", "warning")
    named = [" ".join(one.split()) for one in sentences(diff(before, book), before, book)] if before else []
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    by = f" (the file belongs to the user {owner})" if owner else ""
    changes = f": {' '.join(named[:MOST_NAMED])}{more}" if named else ""
    what = f"edited by hand since an editor ({', '.join(book.editors)}) confirmed it{by}{changes}"
    return Problem(str(path), 0, "warning", f"{what}; {how}, `codetui codebook decline {HAND}` takes it back")


def confirmed_version(study: Study) -> str:
    """Return the content hash of the codebook as an editor left or confirmed it last; empty if none did."""
    editors = {study.paths_of(one).folder.name for one in study.codebook.editors}
    steps = (one for folder, one in step_records(study, []) if folder in editors)
    last = max(
        (one for one in steps if one.kind in OF_THE_BOOK and not one.made_by), key=lambda one: one.id, default=None
    )
    return last.codebook_after if last else ""
